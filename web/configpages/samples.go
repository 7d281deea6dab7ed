package configpages

import (
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

func samples() []render.Sample {
	at := time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	long := "Zuständigkeitsprüfung und Rechtsbehelfsbelehrungsverfahren"
	changes := []casetypes.Change{
		{Section: "statuses", Kind: casetypes.Changed, Sentence: "Status ‘Waiting’ renamed to ‘" + long + "’."},
		{Section: "targets", Kind: casetypes.Changed, Sentence: "Target ‘Respond’: 10 → 15 working days."},
		{Section: "groups", Kind: casetypes.Added, Sentence: "Group ‘waste’ now manages cases."},
		{Section: "tasks", Kind: casetypes.Removed, Sentence: "Task ‘تحقيق’ removed."},
	}
	findings := casetypes.Findings{
		{File: "complaint.yaml", Line: 9, Column: 12, Path: "groups.manage[0]", Message: "There is no group “complaint-team”. Did you mean “complaints-team”?"},
		{File: "complaint.yaml", Path: "statuses", Message: "There is no status of the kind final. At least one is needed."},
	}
	page := func(template, name, title string, main string, data any) render.Sample {
		return render.Sample{Template: "configpages/" + template, Name: name,
			View: render.View{Template: "configpages/" + template, Title: title, Nav: nav, Main: main}, Data: data}
	}
	part := func(template, name string, data any) render.Sample {
		return render.Sample{Template: "configpages/" + template, Name: name, Data: data}
	}
	row := Row{Key: "complaint", Name: "Complaint", Text: "CMP", URL: "/configuration/types/complaint", Version: 14, Open: true, By: "Priya Raghunathan", At: at}
	foreign := Row{Key: "long", Name: long + " شكوى", Text: "RBV", URL: "/configuration/types/long", Version: 1, By: "Casement", At: at}
	calendar := Row{Key: "offices", Name: "Northmoor offices", Text: "Europe/London", URL: "/configuration/calendars/offices", Version: 2, By: "Casement", At: at}
	live, old := row, row
	live.Current, live.Changes, live.File, live.Note = true, changes, "/f", "Agreed by the board on 12 November."
	old.Version, old.Again, old.File = 13, "/again", "/f"

	chip := layout.StatusChip(core.StatusWaiting, "Waiting for requester")
	table := Block{Title: "Statuses", Columns: []string{"Status", "Public name"}, Rows: [][]Cell{{{Chip: &chip, Sub: "waiting"}, text("We need something from you")}, {named(core.Plain(long), "long"), key("closed-upheld")}}}
	promise := Sample{Name: "Full response", Due: at.AddDate(0, 0, 14), Steps: []SampleStep{{"Reminder", at.AddDate(0, 0, 12)}, {"Escalation to level 1, if late", at.AddDate(0, 0, 14)}}}
	shown := TypePage{Name: "Complaint", URL: "/configuration/types/complaint", Version: 14, Newest: 14, By: "Priya Raghunathan", At: at, Title: "Statuses",
		Sections: []SectionLink{{Name: "Setup and naming", URL: "#a"}, {Name: "Statuses", URL: "#b", Count: 7, Current: true}, {Name: "Messages", URL: "#c", Count: 17}},
		Blocks:   []Block{table, {Title: "Reopening", Facts: []layout.Fact{{Term: "To", Text: "Reopened"}}}}, Meaning: []string{"A case that waits pauses the targets that say so."},
		Samples: []Sample{promise}, CanPublish: true}
	before := shown
	before.Version, before.Samples, before.Meaning, before.Blocks = 12, nil, nil, []Block{{Nothing: "This type has no stages."}, {Code: "stages: []\n"}}
	offices := CalendarPage{Name: "Northmoor offices", URL: "/configuration/calendars/offices", Version: 2, Newest: 2, Open: true, Next: at, InFiveDays: at.AddDate(0, 0, 7),
		Facts: []layout.Fact{{Term: "Time zone", Text: "Europe/London"}}, Hours: []layout.Fact{{Term: "Monday", Text: "09:00–17:00"}, {Term: "Sunday", Text: "closed"}},
		Holidays: []HolidayRow{{"Friday 25 December 2026", "Christmas Day", "closed"}}, Others: 152, UsedBy: []render.Link{{Label: "Complaint", URL: "#"}, {Label: "Enquiry", URL: "#"}}, CanPublish: true}
	closed := CalendarPage{Name: long, URL: "/configuration/calendars/x", Version: 1, Newest: 2, Next: at, InFiveDays: at}
	checked := DraftPage{Name: "complaint.yaml", Source: "casement: 1\nkind: case_type\n", Checked: true, Title: "Complaint", Kind: "Case type", URL: "/configuration/types/complaint", Current: 13, Next: 14, Changes: changes}
	wrong, same, stale := checked, checked, checked
	wrong.Findings, wrong.Source = findings, "</textarea><script>alert(1)</script>"
	same.Same, same.Changes = true, nil
	stale.Problem = "Somebody else published version 13 meanwhile. Look at the changes again."

	return []render.Sample{
		page("index", "some", "Configuration", "", IndexPage{Types: []Row{row, foreign}, Calendars: []Row{calendar}, CanPublish: true}),
		page("index", "nothing yet", "Configuration", "", IndexPage{}),
		page("type", "live", "Complaint, Statuses", "main-config", shown), page("type", "an old version", "Complaint, Stages", "main-config", before),
		page("versions", "two", "Versions, Complaint", "", VersionsPage{Kind: "Case type", Name: "Complaint", URL: "/configuration/types/complaint", Rows: []Row{live, old}, CanPublish: true}),
		page("calendar", "open", "Northmoor offices", "", offices), page("calendar", "an old version, closed", "Offices", "", closed),
		page("draft", "no file yet", "New version from a file", "", DraftPage{}), page("draft", "changes", "New version from a file", "", checked),
		page("draft", "mistakes", "New version from a file", "", wrong), page("draft", "the same", "New version from a file", "", same), page("draft", "somebody was faster", "New version from a file", "", stale),
		part("changes", "four", changes), part("findings", "two", findings), part("block", "a table", table), part("block", "nothing", Block{Nothing: "None"}),
		part("block", "stages", Block{Stages: []layout.Stage{{Label: "Stage 1", Current: true}, {Label: long}}}), part("sample", "with steps", promise),
	}
}
