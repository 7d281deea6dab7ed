package gallery

import (
	"html/template"
	"strings"

	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
)

// Tree is a sample of what a plugin may show: every node, and its states.
type Tree struct {
	Name    string
	Root    *view.Node
	Page    viewtree.Page
	Console bool // as staff see it, else as the public
}

// Draw draws the tree with the addresses of what it needs.
func (t Tree) Draw(icons, script, style string) (template.HTML, error) {
	r, err := viewtree.New()
	if err != nil {
		return "", err
	}
	p := t.Page
	p.Icons, p.Map = icons, viewtree.Map{Script: script, Style: style}
	return r.Render(t.Root, p)
}

// treeSamples shows every tree on both faces.
func treeSamples() []render.Sample {
	var samples []render.Sample
	for _, t := range Trees() {
		samples = append(samples, render.Sample{Template: "gallery/tree", Name: t.Name + ", in public", View: render.View{Template: "gallery/tree", Layout: render.Public, Title: t.Name}, Data: t})
		t.Console = true
		samples = append(samples, render.Sample{Template: "gallery/tree", Name: t.Name + ", in the console", View: render.View{Template: "gallery/tree", Title: t.Name}, Data: t})
	}
	return samples
}

// Trees are the sample trees.
func Trees() []Tree {
	page := viewtree.Page{
		Action: "/_gallery", Target: "main", Save: true,
		StepURL: func(step string) string { return "/_gallery?step=" + step },
		FileURL: func(id string) string { return "/_gallery?file=" + id },
		CaseURL: func(ref string) string { return "/_gallery?case=" + ref },
		TableURL: func(table string, s viewtree.Sorting) string {
			return "/_gallery?" + viewtree.TableParam("", table) + "=" + s.Param()
		},
		Lookup: viewtree.Lookup{
			URL:   func(list string) string { return "/_gallery?list=" + list },
			Label: func(_, value string) string { return map[string]string{"4711": "Mill Lane, Eastgate"}[value] },
			Rows: func(string) []view.Option {
				return []view.Option{{Value: "4711", Label: "Mill Lane, Eastgate"}, {Value: "4712", Label: "Mill Street"}}
			},
		},
	}
	with := func(change func(*viewtree.Page)) viewtree.Page {
		p := page
		change(&p)
		return p
	}
	return []Tree{
		{Name: "Questions", Root: questions(), Page: page},
		{Name: "Questions with mistakes", Root: mistaken(), Page: with(func(p *viewtree.Page) { p.Errors = []string{"Somebody else has answered this meanwhile"} })},
		{Name: "Answers to read", Root: questions(), Page: with(func(p *viewtree.Page) { p.ReadOnly = true })},
		{Name: "Figures and charts", Root: figures(), Page: page},
		{Name: "What happened, how far it is, and files", Root: happened(), Page: page},
		{Name: "A map", Root: places(), Page: page},
		{Name: "Tables", Root: tables(), Page: with(func(p *viewtree.Page) {
			p.Tables = map[string]viewtree.Sorting{"visits": {Sort: -3, Page: 2}}
		})},
		{Name: "Tabs and buttons", Root: tabbed(), Page: page},
		{Name: "A button that was not confirmed", Root: tabbed(), Page: with(func(p *viewtree.Page) { p.Confirm = "withdraw" })},
		{Name: "Nothing yet", Root: nothing(), Page: page},
		{Name: "Long words, right to left", Root: awkward(), Page: page},
	}
}

func questions() *view.Node {
	return &view.Node{Type: view.Form, ID: "outcome", Label: "What came of it?", Caption: "Complaint outcome", Part: 2, Parts: 3, Back: "findings", Button: "Save the outcome",
		Hint: "Colleagues and the auditor read this. The person who complained does not.",
		Items: []view.Node{
			{Type: view.Field, ID: "upheld", Kind: view.KindYesNo, Label: "Was the complaint upheld?", Required: true, Value: []string{view.Yes}, OnChange: true},
			{Type: view.Field, ID: "remedy", Kind: view.KindCheckboxes, Label: "What did we do to put it right?", Value: []string{"apology", "money"}, Options: []view.Option{
				{Value: "apology", Label: "Apologised", Hint: "In writing, and signed by a person"}, {Value: "again", Label: "Did the work again"},
				{Value: "money", Label: "Paid money", Items: []view.Node{
					{Type: view.Field, ID: "paid", Kind: view.KindMoney, Label: "How much?", Hint: "Without what was refunded", Unit: "£", Value: []string{"120.00"}, Required: true},
				}},
			}},
			{Type: view.Field, ID: "hours", Kind: view.KindNumber, Label: "How long did it take?", Unit: "hours", Value: []string{"6.5"}},
			{Type: view.Field, ID: "street", Kind: view.KindLookup, Label: "Street", Hint: "Begin to type; choose from the list", List: "streets", Value: []string{"4711"}},
			{Type: view.Field, ID: "when", Kind: view.KindDate, Label: "When was it put right?", Value: []string{"2026-11-20"}},
			{Type: view.Field, ID: "cause", Kind: view.KindSelect, Label: "Cause", Value: []string{"late"}, Options: []view.Option{{Value: "late", Label: "Something was late"}, {Value: "rude", Label: "Somebody was rude"}}},
			{Type: view.Field, ID: "route", Kind: view.KindRadios, Label: "How did it reach us?", Value: []string{"letter"}, Options: []view.Option{{Value: "letter", Label: "By letter"}, {Value: "phone", Label: "By telephone", Hint: "Or in person"}}},
			{Type: view.Field, ID: "lesson", Kind: view.KindTextArea, Label: "What do we learn from it?", Value: []string{"Rounds are checked on the same day.\nThe contractor tells us by noon."}},
			{Type: view.Field, ID: "where", Kind: view.KindLocation, Label: "Where was it?", Value: []string{"12 Mill Lane", "53.4808", "-2.2426"}},
			{Type: view.Field, ID: "evidence", Kind: view.KindFile, Label: "Evidence", Hint: "Photographs or letters", MaxFiles: 5, Files: []view.File{{ID: "f1", Name: "round-sheet-24-november.pdf", Size: 482_113, Type: "application/pdf"}}},
			{Type: view.Details, Label: "Why do we ask this?", Items: []view.Node{{Type: view.Text, Text: "Four times a year we report to the council what went wrong and what it cost."}}},
		}}
}

func mistaken() *view.Node {
	root := questions()
	for id, message := range map[string]string{
		"upheld": "Choose yes or no", "paid": "Enter an amount of money, like 12.50", "hours": "Enter a number", "street": "Choose a street from the list",
		"when": "Enter a date that exists: November has 30 days", "cause": "Choose an answer", "lesson": "Enter an answer", "evidence": "Choose a file",
	} {
		root.Field(id).Error = message
	}
	root.Field("paid").Value = []string{"about a hundred"}
	root.Field("when").Value = []string{"2026-11-31"}
	root.Field("street").Value = []string{"Mil Lane"}
	return root
}

func figures() *view.Node {
	weeks := strings.Fields("7_Sep 14_Sep 21_Sep 28_Sep 5_Oct 12_Oct 19_Oct 26_Oct 2_Nov 9_Nov 16_Nov 23_Nov")
	series := func(label string, values ...float64) view.Series {
		s := view.Series{Label: label}
		for i, v := range values {
			s.Points = append(s.Points, view.Datum{Label: strings.ReplaceAll(weeks[i%len(weeks)], "_", " "), Value: v})
		}
		return s
	}
	bars := func(label string, pairs ...any) view.Series {
		s := view.Series{Label: label}
		for i := 0; i < len(pairs); i += 2 {
			s.Points = append(s.Points, view.Datum{Label: pairs[i].(string), Value: pairs[i+1].(float64)})
		}
		return s
	}
	long := view.Series{}
	for day := range 60 {
		long.Points = append(long.Points, view.Datum{Label: strings.ReplaceAll(weeks[day/5], "_", " ") + string(rune('a'+day%5)), Value: float64((day*37)%23) + 2})
	}
	return &view.Node{Type: view.Page, Label: "Rounds on Mill Lane", Hint: "As of 26 November 2026.", Items: []view.Node{
		{Type: view.Figures, Items: []view.Node{
			{Type: view.Row, Label: "Open", Text: "12", Hint: "3 more than in October", Ref: "CMP-7K2M-4QX9"},
			{Type: view.Row, Label: "Late", Text: "4", Hint: "1 fewer", Kind: view.KindBad},
			{Type: view.Row, Label: "On time", Text: "92.4%", Hint: "up from 88.1%", Kind: view.KindGood},
			{Type: view.Row, Label: "Paid out", Text: "£1,240", Kind: view.KindWarn},
			{Type: view.Row, Label: "Visits", Text: "31"},
		}},
		{Type: view.Chart, Kind: view.KindLine, Label: "Missed collections each week", Series: []view.Series{
			series("2026", 61, 58, 66, 72, 69, 81, 76, 74, 83, 79, 88, 84), series("2025", 55, 60, 57, 64, 66, 64, 69, 67, 65, 73, 71, 70),
		}, Hint: "Every report received in the week, by the day it was received."},
		{Type: view.Chart, Kind: view.KindBar, Label: "Closed on time, by type", Unit: "%", Series: []view.Series{bars("", "Potholes", 97.0, "Enquiries", 95.0, "Complaints", 91.0, "Requests for one’s own data", 88.0, "Freedom of information", 84.0)}},
		{Type: view.Chart, Kind: view.KindBar, Label: "Working days in each stage", Unit: "days", Series: []view.Series{
			bars("Now", "Received", 0.4, "Assessed", 1.1, "Investigation", 3.2), bars("Before", "Received", 0.9, "Assessed", 1.2, "Investigation", 4.0),
		}},
		{Type: view.Chart, Kind: view.KindBar, Label: "Costs against the budget", Unit: "£", Series: []view.Series{bars("", "Street lights", -1250.0, "Roads", 3400.0, "Parks", -200.0)}},
		{Type: view.Chart, Kind: view.KindBar, Label: "Reports each day", Series: []view.Series{long}},
		{Type: view.Chart, Kind: view.KindLine, Label: "Six depots", Unit: "%", Series: []view.Series{
			series("Eastgate", 40, 44, 47, 45, 50), series("Westgate", 60, 58, 57, 60, 62), series("Northmoor", 20, 25, 22, 30, 31), series("Harbour", 80, 78, 82, 85, 84),
			series("Station", 50, 52, 49, 51, 53), series("Hospital", 70, 66, 68, 61, 60),
		}},
	}}
}

func happened() *view.Node {
	return &view.Node{Type: view.Page, Label: "Investigation", Items: []view.Node{
		{Type: view.Notice, Kind: view.KindInfo, Label: "Waiting for the contractor", Text: "The round sheets were asked for on 24 November."},
		{Type: view.Notice, Kind: view.KindGood, Text: "The lamp shines again."},
		{Type: view.Notice, Kind: view.KindWarn, Label: "Two days left", Text: "The answer is due on Thursday."},
		{Type: view.Notice, Kind: view.KindBad, Text: "The contractor has refused."},
		{Type: view.Progress, Label: "Evidence read", Value: []string{"3"}, Max: "8"},
		{Type: view.Progress, Label: "Where the investigation is", Items: []view.Node{
			{Type: view.Row, Label: "Plan", Kind: view.KindDone, Text: "Agreed with the manager"}, {Type: view.Row, Label: "Evidence", Kind: view.KindNow, Text: "Three of eight are read."},
			{Type: view.Row, Label: "Findings", Kind: view.KindNext},
		}},
		{Type: view.Section, Label: "So far", Items: []view.Node{{Type: view.Timeline, Items: []view.Node{
			{Type: view.Row, Label: "Reported", At: "2026-11-09T08:12:00Z", Text: "By telephone."},
			{Type: view.Row, Label: "Visited", At: "2026-11-12", Kind: view.KindInfo, Text: "The bins stood at the kerb.\nNobody was at home.", Hint: "Tomasz Wiśniewski"},
			{Type: view.Row, Label: "Missed again", At: "2026-11-19", Kind: view.KindBad, Ref: "CMP-7K2M-4QX9"},
			{Type: view.Row, Label: "Collected", At: "2026-11-20T14:40:00Z", Kind: view.KindGood},
		}}}},
		{Type: view.FileList, Label: "Evidence", Files: []view.File{
			{ID: "f1", Name: "round-sheet-24-november.pdf", Size: 482_113, Type: "application/pdf"}, {ID: "f2", Name: "صورة.jpg", Size: 2_400_000, Type: "image/jpeg"},
		}},
		{Type: view.Summary, Items: []view.Node{
			{Type: view.Row, Label: "Found", Text: "The round was cut short.", Goto: "found"}, {Type: view.Row, Label: "Case", Text: "CMP-7K2M-4QX9", Ref: "CMP-7K2M-4QX9"},
		}},
	}}
}

func places() *view.Node {
	return &view.Node{Type: view.Page, Label: "Reports near here", Items: []view.Node{
		{Type: view.Map, Label: "Within 500 metres, the last year", Pins: []view.Pin{
			{Lat: 53.4808, Lng: -2.2426, Label: "Street light is out", Text: "40 metres away, in progress", Ref: "REP-7K2M-4QX9"},
			{Lat: 53.4821, Lng: -2.2391, Label: "Pothole", Text: "Mended on 2 October", Kind: view.KindGood, Ref: "REP-2B3C-9XYZ"},
			{Lat: 53.4792, Lng: -2.2460, Label: "Fly-tipping", Text: "Late by three days", Kind: view.KindBad},
			{Lat: 53.4772, Lng: -2.2382, Label: "Blocked drain", Kind: view.KindWarn}, {Lat: 53.4843, Lng: -2.2470, Label: "Graffiti", Kind: view.KindInfo},
		}},
	}}
}

func tables() *view.Node {
	rows := [][]string{
		{"Mill Lane", "Monday", "12", "£40.00"}, {"High Street", "Tuesday", "7", "£12.50"}, {"Station Road", "Monday", "", ""}, {"Harbour Way", "Friday", "31", "£120.00"},
		{"Eastgate", "Friday", "2", "£0.00"}, {"Westgate", "Monday", "19", "£33.00"}, {"Moor Row", "Thursday", "5", "£9.00"},
	}
	return &view.Node{Type: view.Page, Label: "Rounds", Items: []view.Node{
		{Type: view.Table, ID: "visits", Label: "Visits, sorted by the host", Columns: []string{"Street", "Day", "Reports", "Paid"}, Rows: rows, Refs: []string{"CMP-1", "", "CMP-3", "", "", "", ""}, Sortable: true, PerPage: 3},
		{Type: view.Table, ID: "found", Label: "Cases found, sorted by the plugin", Columns: []string{"Case", "Subject", "Distance in metres"}, Sortable: true, Sort: 3, Page: 2, Pages: 4,
			Rows: [][]string{{"REP-7K2M-4QX9", "Street light is out", "40"}, {"REP-2B3C-9XYZ", "Pothole", "120"}}, Refs: []string{"REP-7K2M-4QX9", "REP-2B3C-9XYZ"}},
		{Type: view.Table, Label: "A small one", Columns: []string{"Day", "Result"}, Rows: [][]string{{"Monday", "none"}, {"Friday", "two"}}},
		{Type: view.Table, Label: "One without rows", Columns: []string{"Day", "Result"}},
	}}
}

func tabbed() *view.Node {
	return &view.Node{Type: view.Form, ID: "approve", Label: "Approve the answer", Button: "Approve", Items: []view.Node{
		{Type: view.Tabs, Label: "What is to be approved", Items: []view.Node{
			{Type: view.Section, Label: "Letter", Items: []view.Node{{Type: view.Text, Kind: view.KindLead, Text: "Dear Ms Okonkwo,"}, {Type: view.Text, Text: "we are sorry that your bins were missed three times."}}},
			{Type: view.Section, Label: "Findings", Items: []view.Node{{Type: view.Summary, Items: []view.Node{{Type: view.Row, Label: "Upheld", Text: "In part"}}}}},
			{Type: view.Section, Label: "Your view", Items: []view.Node{{Type: view.Field, ID: "view", Kind: view.KindTextArea, Label: "What must be corrected?", Error: "Say what must be corrected"}}},
		}},
		{Type: view.Section, Label: "Otherwise", Items: []view.Node{
			{Type: view.Button, ID: "spell", Label: "Check the spelling"}, {Type: view.Button, ID: "letter", Label: "Write it anew", Kind: view.KindPrimary},
		}},
		{Type: view.Button, ID: "return", Label: "Return for correction", Checks: true},
		{Type: view.Button, ID: "withdraw", Label: "Withdraw", Kind: view.KindWarning, Confirm: "Withdraw this answer? Whoever wrote it is told, and the draft is deleted."},
	}}
}

func nothing() *view.Node {
	return &view.Node{Type: view.Page, Label: "Nothing yet", Items: []view.Node{
		{Type: view.Timeline, Label: "What happened"}, {Type: view.Map, Label: "Where"}, {Type: view.FileList, Label: "Files"},
		{Type: view.Chart, Kind: view.KindLine, Label: "A line", Series: []view.Series{{}}}, {Type: view.Chart, Kind: view.KindBar, Label: "Bars", Series: []view.Series{{}}},
		{Type: view.Chart, Kind: view.KindBar, Label: "Bars of nothing", Series: []view.Series{{Points: []view.Datum{{Label: "March", Value: 0}}}}},
		{Type: view.Chart, Kind: view.KindLine, Label: "One point", Series: []view.Series{{Points: []view.Datum{{Label: "March", Value: 7}}}}},
	}}
}

func awkward() *view.Node {
	long := "Rechtsschutzversicherungsgesellschaftenbeauftragter"
	return &view.Node{Type: view.Form, ID: "long", Label: long, Items: []view.Node{
		{Type: view.Figures, Items: []view.Node{{Type: view.Row, Label: long, Text: "1,234,567,890.12", Hint: long}, {Type: view.Row, Label: "حالات مفتوحة", Text: "١٢", Hint: "أكثر من الشهر الماضي"}}},
		{Type: view.Table, ID: "wide", Label: "Wide", Sortable: true, Columns: strings.Fields("One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve"),
			Rows: [][]string{{"شارع الطاحونة", long, "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}}},
		{Type: view.Chart, Kind: view.KindBar, Label: "حسب النوع", Series: []view.Series{{Label: "x", Points: []view.Datum{{Label: long, Value: 12}, {Label: "شارع", Value: 3}}}}},
		{Type: view.Field, ID: "name", Kind: view.KindText, Label: "الاسم الكامل", Hint: long, Value: []string{"حفرة عميقة"}},
		{Type: view.Timeline, Items: []view.Node{{Type: view.Row, Label: long, Text: long + " " + long, At: "2026-11-09"}}},
		{Type: view.FileList, Label: long, Files: []view.File{{ID: "a", Name: strings.Repeat("very-long-name-", 8) + ".pdf", Size: 12}}},
	}}
}
