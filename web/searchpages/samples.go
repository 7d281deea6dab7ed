package searchpages

import (
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/exports"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// sampleNow is a Thursday.
var sampleNow = time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC)

// marked is text whose every second piece was looked for.
func marked(parts ...string) (out []search.Segment) {
	for i, part := range parts {
		if part != "" {
			out = append(out, search.Segment{Text: part, Mark: i%2 == 1})
		}
	}
	return out
}

func sampleResults() (sinkhole, arabic, late Result) {
	sinkhole = Result{
		Ref: "POT-9SDM-0AAA", RefMarks: marked("POT-9SDM-0AAA"), URL: "/cases/POT-9SDM-0AAA", Subject: marked("Sinkhole at the junction of ", "Mill Lane", " and the B6318"),
		Status: layout.StatusChip(core.StatusWaiting, "With contractor"), Type: "Pothole", Due: layout.Due{Words: "Paused, 2 days left", Tone: "paused", Percent: 33},
		Assignee: "Tomasz Wiśniewski", Requester: "Mehmet Yıldırım", RaisedAt: sampleNow.AddDate(0, 0, -16), Where: "Mill Lane, at the B6318", Placed: true,
		Found: []Place{{"Note by Tomasz Wiśniewski", marked("… cars swerve into the other lane of ", "Mill Lane", " …")}},
	}
	arabic = Result{
		Ref: "CMP-6CPX-5BBB", RefMarks: marked("", "CMP", "-6CPX-5BBB"), URL: "/cases/CMP-6CPX-5BBB", Subject: marked("شكوى ", "بشأن", " إيقاف إعانة السكن"), Requester: "يوسف الحدّاد",
		Status: layout.StatusChip(core.StatusStart, "New"), Type: "Complaint", RaisedAt: sampleNow, Found: []Place{{"", marked("<b>", "بشأن", "</b>")}, {"Address", marked("88 ", "Mill Lane")}},
	}
	late = sinkhole
	late.Ref, late.URL, late.Due, late.Found, late.Assignee = "CMP-9QD3-7CCC", "/cases/CMP-9QD3-7CCC", layout.Due{Words: "2 hours late", Tone: "bad", Percent: 100}, nil, ""
	late.Subject = marked(strings.Repeat("Straßenbeleuchtungsanlagenstörungsmeldung", 3))
	return sinkhole, arabic, late
}

func sampleFacets(wrong layout.Field) []Facet {
	from, to := layout.Field{Name: "from", ID: "search-from", Label: "From", Type: "date", Value: "2026-09-01"}, layout.Field{Name: "to", ID: "search-to", Label: "Until", Type: "date"}
	return []Facet{
		{ID: "facet-type", Name: "type", Label: "Type", Open: true, Options: []Option{
			{Value: "pothole", Label: "Pothole", Count: 41, Counted: true, On: true}, {Value: "complaint", Label: "Zuständigkeitsprüfung und Rechtsbehelfe", Count: 1400, Counted: true},
		}, More: []Option{{Value: "tree", Label: "Tree", Count: 1, Counted: true}, {Value: "noise", Label: "Noise", Counted: true}, {Value: "other", Label: "Other", Count: 1, Counted: true}}},
		{ID: "facet-assignee", Name: "assignee", Label: "With", Radio: true, Open: true, Options: []Option{
			{Value: "", Label: "Anybody", On: true}, {Value: "me", Label: "Me", Count: 3, Counted: true}, {Value: "none", Label: "Nobody", Count: 9, Counted: true},
		}, Choose: layout.Field{Name: "colleague", ID: "search-colleague", Label: "A colleague", Options: []layout.Option{{Value: "", Label: "Choose a colleague"}, {Value: "7", Label: "Ines Carvalho"}}}},
		{ID: "facet-received", Name: "received", Label: "Received", Radio: true, Open: true, Options: []Option{{Value: "", Label: "Any time", On: true}, {Value: "7-days", Label: "Last 7 days"}}, Fields: []layout.Field{from, to}},
		{ID: "facet-depth", Name: "f.depth", Label: "Depth, cm", Open: wrong.Error != "", Fields: []layout.Field{wrong}},
	}
}

// samplePage is a search in one presentation.
func samplePage(show string) Page {
	sinkhole, arabic, late := sampleResults()
	depth := layout.Field{Name: "f.depth", ID: "search-depth", Label: "Depth, cm", InputMode: "decimal"}
	page := Page{
		Query: "mill lane", Show: show, Title: "63 results for “mill lane”", Count: "63 results", Took: "in 41 ms", Status: "63 results for “mill lane”", Clear: "/search?q=mill+lane",
		Chips:  []Chip{{"Pothole, Complaint", "/search?q=mill+lane"}, {"Received from 1 Sep 2026", "/search?q=mill+lane"}, {"Inside the drawn box", "/search"}},
		Shows:  layout.Tabs{Label: "Show as", Items: []layout.Tab{{Label: "List", Icon: "list", URL: "/search", Current: show == ""}, {Label: "Cards", Icon: "grid", URL: "/search?show=cards", Current: show == "cards"}, {Label: "Map", Icon: "map", URL: "/search?show=map", Current: show == "map"}}},
		Sorts:  []SortLink{{"Best match", "/search", true}, {"Due first", "/search?sort=due", false}},
		Sorted: "Best match", Results: []Result{sinkhole, arabic, late}, Facets: sampleFacets(depth), First: true,
		Paging: layout.Paging{Label: "Pages of results", Next: "/search?page=2", Words: "1 to 50"}, Save: sampleSave(), Export: sampleExport(),
	}
	if show == showMap {
		page.Results, page.Nowhere = []Result{sinkhole, late}, []Result{arabic}
		page.Map = Map{View: "/search/map?q=mill+lane", Box: "54.96,-2.12,54.98,-2.08", Within: "54.965,-2.11,54.975,-2.09", Note: "12 cases have no place and are in the list alone."}
	}
	return page
}

func sampleSave() Save {
	return Save{
		Query:    "q=mill+lane",
		Name:     layout.Field{Name: "name", ID: "save-name", Label: "Name", Value: "mill lane, Pothole"},
		Share:    layout.Field{Name: "share", ID: "save-share", Label: "Who sees it", Value: "me", Options: []layout.Option{{Value: "me", Label: "Only me"}, {Value: "staff", Label: "All staff"}}},
		Searches: sampleLinks(),
	}
}

func sampleLinks() []SavedLink {
	return []SavedLink{
		{Name: "Late potholes", URL: "/search?due=overdue", With: "Only you", Edit: "/search/saved/1", IsOpen: true},
		{Name: "Zuständigkeitsprüfungen ohne Rückmeldung seit vier Wochen, Quarry Bank", URL: "/search?q=x", With: "Complaints team", By: "Tomasz Wiśniewski"},
	}
}

func sampleExport() Export {
	return Export{Query: "q=mill+lane", Format: layout.Field{Name: "format", ID: "export-format", Label: "Kind of file", Value: "xlsx", Options: []layout.Option{{Value: "xlsx", Label: "Spreadsheet (XLSX)"}}}}
}

func sampleLine(change func(*exports.Export)) ExportLine {
	e := exports.Export{
		No: 3, Title: "4,310 results for “mill lane”", Address: "/search?q=mill+lane", Format: exports.XLSX, State: exports.Running, Looked: 1200, Total: 4310,
		CreatedAt: sampleNow.Add(-time.Minute), ExpiresAt: sampleNow.Add(24 * time.Hour),
	}
	if change != nil {
		change(&e)
	}
	return lineOf(e)
}

func samples() []render.Sample {
	found := samplePage(showList)
	sinkhole, arabic, late := sampleResults()
	empty := Page{Title: "Search", Shows: found.Shows, Facets: found.Facets[1:3], Empty: layout.Empty{Icon: "search", Title: "What are you looking for?", Text: "Words, a name, a reference."}, Save: Save{Searches: sampleLinks()}}
	instead := found
	instead.Notes, instead.Chips = []string{"The search engine is not answering, so this is a smaller search by the database."}, nil
	wrong := empty
	wrong.Facets = sampleFacets(layout.Field{Name: "f.depth", ID: "search-depth", Label: "Depth, cm", Value: "deep", Error: "Enter a number."})
	wrong.Empty = layout.Empty{Icon: "warn", Title: "This cannot be searched for", Text: "Put the filter right that says what is wrong with it.", Bad: true}
	nothing := empty
	nothing.Query, nothing.Title, nothing.Chips, nothing.Drops = `"><script>`, `Nothing found for “"><script>”`, found.Chips, found.Chips
	nothing.Empty = layout.Empty{Icon: "filter", Title: "No case fits with these filters", Text: "There may be some without them.", Link: render.Link{Label: "Search without filters", URL: "/search?q=x"}}
	emptyMap := nothing
	emptyMap.Show, emptyMap.Map = showMap, Map{View: "/search/map?q=x"}
	edit := EditPage{
		URL: "/search/saved/1", Open: "/search?due=overdue", Title: "Late potholes", Words: "mill", Chips: found.Chips, Shared: true, Saved: true, By: "Priya Raghunathan",
		Name: layout.Field{Name: "name", Label: "Name", Value: "Late potholes", Width: "20"}, Share: found.Save.Share,
	}
	taken := edit
	taken.Saved = false
	taken.URL, taken.Problems = "/search/saved", render.Problems{Message: "There is one.", Items: []render.FieldProblem{{Field: "name", Message: "There is a saved search with this name already."}}}
	taken.Name.Error = "There is a saved search with this name already."
	done := sampleLine(func(e *exports.Export) {
		e.State, e.Rows, e.LeftOut, e.CutOff, e.Size = exports.Done, 4280, 30, true, 1_204_000
	})
	failed := sampleLine(func(e *exports.Export) {
		e.State, e.Problem = exports.Failed, "The search engine is not answering. Try again in a moment."
	})
	part := func(name, state string, data any) render.Sample {
		return render.Sample{Template: "searchpages/" + name, Name: state, Data: data, Alone: true}
	}
	page := func(view render.View, state string, data any) render.Sample {
		return render.Sample{Template: view.Template, Name: state, View: view, Data: data}
	}
	return []render.Sample{
		page(searchView, "list", found), page(searchView, "cards", samplePage(showCards)), page(searchView, "map", samplePage(showMap)), page(searchView, "the engine is down", instead),
		page(searchView, "nothing typed", empty), page(searchView, "a wrong number", wrong), page(searchView, "nothing found", nothing), page(searchView, "nothing on the map", emptyMap),
		page(savedView, "some", SavedPage{Own: sampleLinks()[:1], Shared: sampleLinks()[1:]}), page(savedView, "none", SavedPage{Empty: empty.Empty}),
		page(editView, "shared", savePage{EditPage: edit}), page(editView, "the name is taken", savePage{taken, "q=mill"}),
		page(exportsView, "some", ExportsPage{Lines: []ExportLine{sampleLine(nil), done, failed}}), page(exportsView, "none", ExportsPage{Empty: empty.Empty}),
		page(exportView, "being made", sampleLine(nil)), page(exportView, "ready", done),
		part("part", "found", found), part("found", "found", found), part("found", "nothing", nothing), part("facets", "some", found),
		part("facet", "open", map[string]any{"Facet": found.Facets[0], "First": true}), part("facet-field", "wrong", wrong.Facets[3].Fields[0]),
		part("option", "on", map[string]any{"Option": found.Facets[0].Options[0], "Name": "type", "Radio": false, "First": false}),
		part("result", "waiting", sinkhole), part("result", "right to left", arabic), part("card", "late", late), part("card", "right to left", arabic), part("spot", "late", late),
		part("marks", "one", marked("a ", "mark")), part("save", "some", sampleSave()), part("export-menu", "open", sampleExport()), part("saved-line", "shared", sampleLinks()[1]),
		part("export-state", "failed", failed), part("export-state", "cancelled", sampleLine(func(e *exports.Export) { e.State = exports.Cancelled })),
		part("export-state", "waiting", sampleLine(func(e *exports.Export) { e.State, e.Looked, e.Total = exports.Waiting, 0, 0 })),
	}
}
