package targetpages

import (
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// samples show every template with what is usual, nothing, and the odd.
func samples() []render.Sample {
	page := func(template, name, title string, data any) render.Sample {
		return render.Sample{Template: "targetpages/" + template, Name: name,
			View: render.View{Template: "targetpages/" + template, Title: title, Nav: nav}, Data: data}
	}
	part := func(template, name string, data any) render.Sample {
		return render.Sample{Template: "targetpages/" + template, Name: name, Data: data}
	}
	long := "Zuständigkeitsprüfung und Rechtsbehelfsbelehrungsverfahren"
	late := []ShiftRow{
		{Ref: "CMP-7H2K-9QX4", Subject: "Missed bin on Alder Street", URL: "/cases/CMP-7H2K-9QX4", Target: "Full response", Was: "Fri 27 Nov, 16:50", Is: "Tue 17 Nov, 16:50"},
		{Ref: "CMP-1111-2222", Subject: long + " شكوى", URL: "/cases/CMP-1111-2222", Target: long, Was: "–", Is: "Mon 16 Nov, 09:00"},
	}
	saved := []ShiftRow{{Ref: "CMP-3333-4444", Subject: "Noise", URL: "/cases/CMP-3333-4444", Target: "Acknowledge", Was: "Mon 16 Nov, 09:00", Is: "–"}}
	sum := targets.WhatIf{Cases: 1204, Targets: 2310, Late: 2, Saved: 1, Sooner: 17, Later: 1023, Added: 4, Dropped: 3, Done: true}
	counted := WhatIfPage{Kind: "Case type", Name: "Complaint", URL: "/configuration/types/complaint", Draft: "/configuration/types/complaint/draft",
		Total: 1204, Sum: sum, Facts: figures(sum), Late: late, Saved: saved}
	counting := counted
	counting.Total, counting.Next, counting.Unlisted, counting.Sum.Done = 140_000, "/configuration/types/complaint/what-if?after=x", 12, false
	none := WhatIfPage{Kind: "Calendar", Name: long, URL: "/configuration/calendars/x", Draft: "/configuration/calendars/x/draft", Same: true, Facts: []layout.Fact{{Term: "Looked at", Text: "0 open cases"}}}
	wrong := none
	wrong.Findings, wrong.Unusable = true, true
	failing := counted
	failing.Findings = true
	again := RecalculatePage{Name: "Northmoor offices", URL: "/configuration/calendars/offices", Version: 3, Outdated: 1}
	moved := again
	moved.Begun, moved.Outdated, moved.Cases, moved.Changed, moved.Moved, moved.After = true, 420, 200, late, 5, "x"
	done := again
	done.Begun, done.Done, done.Outdated, done.Cases = true, true, 0, 1
	year := Year{Year: 2026, Earlier: "#a", Later: "#b", Working: 253, Months: []Month{{Name: "December", Weeks: [][]YearDay{
		{{}, {Day: 1, Kind: "open", Title: "Tue 1 December: 09:00–17:00"}, {Day: 24, Kind: "short"}, {Day: 25, Kind: "holiday"}, {Day: 26, Kind: "closed"}, {}, {}},
	}}}, Holidays: []YearDay{{Day: 24, Kind: "short", Title: "Thu 24 December: Christmas Eve, 09:00–12:00", Marked: true}, {Day: 25, Kind: "holiday", Title: "Fri 25 December: " + long, Marked: true}}}
	return []render.Sample{
		page("what-if", "all counted", "What if, Complaint", counted), page("what-if", "counting", "What if, Complaint", counting),
		page("what-if", "nothing", "What if", none), page("what-if", "mistakes", "What if", wrong), page("what-if", "an example fails", "What if", failing),
		part("what-if-sum", "counting", counting), part("what-if-part", "counting", counting), part("what-if-more", "counting", counting),
		part("shifts", "two", map[string]any{"Was": "Due now", "Is": "Due then", "Rows": late}),
		page("recalculate", "to do", "Running targets", again), page("recalculate", "some moved", "Running targets", moved), page("recalculate", "done", "Running targets", done),
		part("year", "some days", year), part("year", "wrong", Year{Year: 2027, Wrong: true}), part("year", "no holidays", Year{Year: 2028}),
	}
}
