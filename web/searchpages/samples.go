package searchpages

import (
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

func samples() []render.Sample {
	now := time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC)
	text := func(parts ...string) (out []search.Segment) {
		for i, part := range parts {
			out = append(out, search.Segment{Text: part, Mark: i%2 == 1})
		}
		return out
	}
	sinkhole := Result{
		Ref: "POT-9SDM-0AAA", RefMarks: text("POT-9SDM-0AAA"), URL: "/cases/POT-9SDM-0AAA", Subject: text("Sinkhole at the junction of ", "Mill Lane", " and the B6318"),
		Status: layout.StatusChip(core.StatusWaiting, "With contractor"), Type: "Pothole", Due: layout.Due{Words: "Paused, 2 days left", Tone: "paused", Percent: 33},
		Assignee: "Tomasz Wiśniewski", RaisedAt: now.AddDate(0, 0, -16), Found: []Place{{"Note by Tomasz Wiśniewski", text("… cars swerve into the other lane of ", "Mill Lane", " …")}},
	}
	arabic := Result{Ref: "CMP-6CPX-5BBB", RefMarks: text("", "CMP", "-6CPX-5BBB"), URL: "/cases/CMP-6CPX-5BBB", Subject: text("شكوى ", "بشأن", " إيقاف إعانة السكن"), Status: layout.StatusChip(core.StatusStart, "New"), Type: "Complaint", RaisedAt: now, Found: []Place{{"", text("<b>", "بشأن", "</b>")}, {"Address", text("88 ", "Mill Lane")}}}
	late := sinkhole
	late.Ref, late.Due, late.Found = "CMP-9QD3-7CCC", layout.Due{Words: "2 hours late", Tone: "bad", Percent: 100}, nil
	from := layout.Field{Name: "from", ID: "search-from", Label: "Raised from", Type: "date", Value: "2026-09-01"}
	to := layout.Field{Name: "to", ID: "search-to", Label: "Raised until", Type: "date"}
	wrong := to
	wrong.Value, wrong.Error = "soon", "Enter a date, like 2026-11-24."
	facets := []Facet{
		{Name: "type", Label: "Type", Options: []Option{{"pothole", "Pothole", 41, true, true}, {"complaint", "Zuständigkeitsprüfung und Rechtsbehelfe", 1400, true, false}}},
		{Name: "assignee", Label: "With", Radio: true, Options: []Option{{"", "Anybody", 0, false, true}, {"me", "Me", 3, true, false}, {"none", "Nobody", 9, true, false}}},
	}
	found := Page{
		Query: "mill lane", Title: "63 results for “mill lane”", Took: "in 41 ms", Status: "63 results for “mill lane”",
		Chips: []Chip{{"Pothole", "/search?q=mill+lane"}, {"Raised from 1 Sep 2026", "/search?q=mill+lane"}}, Sorts: []SortLink{{"Best match", "/search", true}, {"Due first", "/search?sort=due", false}}, Sorted: "Best match",
		Results: []Result{sinkhole, arabic, late}, Facets: facets, From: from, To: to, First: true, Paging: layout.Paging{Label: "Pages of results", Next: "/search?page=2", Words: "1 to 50"},
	}
	empty := Page{Title: "Search", Facets: facets[1:], From: layout.Field{Name: "from", ID: "search-from", Type: "date"}, To: wrong, Empty: layout.Empty{Icon: "search", Title: "What are you looking for?", Text: "Words, a name, a reference."}}
	nothing := empty
	nothing.Query, nothing.Title, nothing.To = `"><script>`, `Nothing found for “"><script>”`, to
	nothing.Empty = layout.Empty{Icon: "search", Title: "No case has these words", Text: "Try fewer words.", Link: render.Link{Label: "Look among people", URL: "/people?q=x"}}
	part := func(name, state string, data any) render.Sample {
		return render.Sample{Template: "searchpages/" + name, Name: state, Data: data, Alone: true}
	}
	return []render.Sample{
		{Template: "searchpages/show", Name: "found", View: searchView, Data: found},
		{Template: "searchpages/show", Name: "nothing typed, a wrong date", View: searchView, Data: empty},
		{Template: "searchpages/show", Name: "nothing found", View: searchView, Data: nothing},
		part("part", "found", found), part("found", "found", found), part("found", "nothing", nothing), part("facets", "some", found), part("date", "wrong", wrong),
		part("result", "waiting", sinkhole), part("result", "right to left", arabic), part("marks", "one", text("a ", "mark")),
	}
}
