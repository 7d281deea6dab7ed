package configpages

import (
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/editing"
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

	bar := Bar{Kind: casetypes.KindCaseType, Name: "Complaint", URL: "/configuration/types/complaint/draft", Kept: true, Changes: 3, Based: 13, Current: 13, Revision: 7,
		Said: "Added status ‘On hold’", By: "Priya Raghunathan", ChangedAt: at, CanUndo: true, Wrong: 1}
	fresh, overtaken, unpublished := bar, bar, bar
	fresh.Kept, fresh.Wrong = false, 0
	overtaken.Based, overtaken.Overtaken, overtaken.CanRedo = 12, true, true
	unpublished.Current, unpublished.Based, unpublished.Wrong = 0, 0, 0
	found := []FoundRow{{Message: "There is no status “waiting”. Did you mean “waiting-for-us”?", Place: "statuses[2].to[0], line 31", URL: "#s"}}
	panel := editing.Source().Samples
	var lists, entry editing.Panel
	for _, s := range panel {
		if shown, ok := s.Data.(editing.Panel); ok && s.Name == "lists" {
			lists = shown
		} else if ok {
			entry = shown
		}
	}
	edited := EditPage{Bar: bar, Name: "Complaint", URL: "/configuration/types/complaint", Section: "statuses", Title: "Statuses", Findings: found, Panel: lists, AsText: "#text", Meaning: shown.Meaning,
		Sections: []SectionLink{{Name: "Setup and naming", URL: "#a"}, {Name: "Statuses", URL: "#b", Count: 7, Bad: 1, Current: true}, {Name: "The whole file", URL: "#c"}}}
	opened, asText, refused := edited, edited, edited
	opened.Title, opened.Sub, opened.Back, opened.Panel, opened.Bar, opened.Notes = long, "Key: long", render.Link{Label: "Statuses", URL: "#"}, entry, overtaken, []editing.Note{{Title: "For a case raised now", Sentences: []string{"Due on 4 December."}}}
	asText.Text, asText.Forms, asText.AsText, asText.Bar = &TextForm{Text: "statuses:\n  - new\n", Rows: 12, Findings: findings}, "#forms", "", fresh
	refused.Problems, refused.Samples, refused.Meaning = []string{"Tom changed this meanwhile: Status ‘Waiting’ removed. Look at it, and save yours again if it still fits."}, []Sample{promise}, nil
	groups := []ChangeGroup{{Name: "Statuses", URL: "#s", Changes: changes[:2]}, {Name: "Tasks", URL: "#t", Changes: changes[3:]}}
	ready := bar
	ready.Wrong = 0
	drafted, begun := shown, casetypes.DraftHead{Key: "noise", Name: "Noise report", Said: "Begun with something simple", By: "Priya Raghunathan", ChangedAt: at}
	drafted.Draft, drafted.Change = &begun, "#draft"
	withDraft := row
	withDraft.Draft = "#draft"
	field := func(name, label string) layout.Field { return layout.Field{Name: name, Label: label} }
	kept := checked
	kept.Draft, kept.Revision = "Priya Raghunathan", 4
	wrong.Keepable = true
	return []render.Sample{
		page("edit", "lists", "Complaint, Statuses, draft", "main-config main-edit", edited), page("edit", "an entry", "Complaint, draft", "main-config main-edit", opened),
		page("edit", "as text, with mistakes", "Complaint, draft", "main-config main-edit", asText), page("edit", "somebody was faster", "Complaint, draft", "main-config main-edit", refused),
		page("publish", "changes", "Complaint, changes", "main-config main-publish", PublishPage{Bar: ready, URL: "#", Groups: groups, WhatIfs: []editing.Note{{Title: "Targets", Sentences: []string{"3 open cases would become late."}}}}),
		page("publish", "mistakes", "Complaint, changes", "main-config main-publish", PublishPage{Bar: bar, URL: "#", Groups: groups, Findings: found, Problem: "Somebody else published version 13 meanwhile."}),
		page("publish", "a new type", "Noise, changes", "main-config main-publish", PublishPage{Bar: unpublished, New: true, Facts: []layout.Fact{{Term: "Statuses", Text: "5", URL: "#s"}}}),
		page("new", "empty", "New case type", "", NewPage{Title: "New case type", Name: field("name", "Name"), Prefix: field("prefix", "References begin with"), Key: field("key", "Key"), From: field("from", "Begin with")}),
		page("new", "a calendar", "New calendar", "", NewPage{Calendar: true, Title: "New calendar", Name: field("name", "Name"), Key: field("key", "Key"), From: field("from", "Begin with"), Problems: render.Problems{Message: "Enter a name."}}),
		part("bar", "a draft", bar), part("bar", "nothing changed", fresh), part("bar", "overtaken", overtaken), part("bar", "never published", unpublished), part("found", "one", found),
		page("index", "drafts", "Configuration", "", IndexPage{Types: []Row{withDraft}, Begun: []casetypes.DraftHead{begun}, Calendars: []Row{calendar}, CanPublish: true}),
		page("type", "with a draft", "Complaint, Statuses", "main-config", drafted), page("draft", "there is a draft", "New version from a file", "", kept),
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
