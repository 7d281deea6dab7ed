package viewtree_test

import (
	"bytes"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/viewtree"
)

var update = flag.Bool("update", false, "write the golden files")

func page() viewtree.Page {
	return viewtree.Page{
		Action: "/forms/complaint/d1", Hidden: []viewtree.Hidden{{Name: "csrf", Value: "t0ken"}}, Save: true, Target: "main",
		StepURL: func(step string) string { return "/forms/complaint/d1?step=" + step },
	}
}

func load(t *testing.T, file string) *view.Node {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := view.Decode(b)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if err := view.Validate(tree); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return tree
}

func render(t *testing.T, tree *view.Node) (string, *goquery.Document) {
	t.Helper()
	r, err := viewtree.New()
	if err != nil {
		t.Fatal(err)
	}
	html, err := r.Render(tree, page())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(html)))
	if err != nil {
		t.Fatal(err)
	}
	return string(html), doc
}

func samples(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob("testdata/*.json")
	if err != nil || len(list) == 0 {
		t.Fatal("no samples", err)
	}
	return list
}

func TestTreesAreDrawnAsTheyWere(t *testing.T) {
	for _, file := range samples(t) {
		got, _ := render(t, load(t, file))
		golden := strings.TrimSuffix(file, ".json") + ".golden.html"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatalf("%v (go test -update writes it)", err)
		}
		if !bytes.Equal([]byte(got), want) {
			t.Errorf("%s is drawn differently (go test -update writes it):\n%s", file, got)
		}
	}
}

func TestEveryInputHasALabelAndWhatDescribesIt(t *testing.T) {
	for _, file := range samples(t) {
		_, doc := render(t, load(t, file))
		ids := map[string]int{}
		doc.Find("[id]").Each(func(_ int, s *goquery.Selection) { ids[s.AttrOr("id", "")]++ })
		for id, n := range ids {
			if n > 1 {
				t.Errorf("%s: id %q %d times", file, id, n)
			}
		}
		doc.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
			labelled := s.Closest("label").Length()
			doc.Find("label[for]").Each(func(_ int, l *goquery.Selection) {
				if l.AttrOr("for", "") == s.AttrOr("id", "-") {
					labelled++
				}
			})
			if labelled != 1 {
				t.Errorf("%s: %q has %d labels", file, s.AttrOr("name", ""), labelled)
			}
		})
		doc.Find("fieldset").Each(func(_ int, s *goquery.Selection) {
			if s.ChildrenFiltered("legend").Length() != 1 {
				t.Errorf("%s: a fieldset without a legend", file)
			}
		})
		doc.Find("[aria-describedby], [aria-labelledby]").Each(func(_ int, s *goquery.Selection) {
			for id := range strings.FieldsSeq(s.AttrOr("aria-describedby", "") + " " + s.AttrOr("aria-labelledby", "")) {
				if ids[id] != 1 {
					t.Errorf("%s: described by %q, which is not there", file, id)
				}
			}
		})
		doc.Find(".error-summary a").Each(func(_ int, s *goquery.Selection) {
			if id := strings.TrimPrefix(s.AttrOr("href", ""), "#"); ids[id] != 1 {
				t.Errorf("%s: an error leads to %q, which is not there", file, id)
			}
		})
		if n := doc.Find("h1").Length(); n != 1 {
			t.Errorf("%s: %d main headings", file, n)
		}
	}
}

func TestAnErrorStandsInTheSummaryAndBesideItsField(t *testing.T) {
	tree := load(t, "testdata/date-error.json")
	_, doc := render(t, tree)
	if got := doc.Find(".error-summary h2").Text(); got != "Two answers need another look" {
		t.Errorf("summary says %q", got)
	}
	if href, _ := doc.Find(".error-summary a").First().Attr("href"); href != "#f-when~day" {
		t.Errorf("the first error leads to %q", href)
	}
	if doc.Find(".error-summary[role=alert]").Length() != 1 || doc.Find("[name='f:when:day'][aria-invalid=true]").Length() != 1 {
		t.Error("not announced")
	}
	if by, _ := doc.Find("[name='f:who']").Attr("aria-describedby"); by != "f-who~error" {
		t.Errorf("described by %q", by)
	}
	if got := viewtree.Title(tree); got != "Error: Have you already told us about this?" {
		t.Errorf("title %q", got)
	}
}

func TestNoWordOfATreeBecomesMarkup(t *testing.T) {
	html, doc := render(t, load(t, "testdata/hostile.json"))
	if n := doc.Find("script, iframe, img, [onfocus], [onerror], [onload], [autofocus], [style]").Length(); n > 0 {
		t.Errorf("%d foreign elements or attributes:\n%s", n, html)
	}
}

func TestNothingIsInlineSoThatAStrictPolicyHolds(t *testing.T) {
	for _, file := range samples(t) {
		_, doc := render(t, load(t, file))
		doc.Find("*").Each(func(_ int, s *goquery.Selection) {
			for _, a := range s.Nodes[0].Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
					t.Errorf("%s: attribute %s", file, a.Key)
				}
			}
		})
	}
}

func TestTheEnterKeyPressesTheMainButton(t *testing.T) {
	_, doc := render(t, load(t, "testdata/complaint-outcome.json"))
	if do := doc.Find("button").First().AttrOr("value", ""); do != viewtree.ActionSubmit {
		t.Errorf("the first button does %q", do)
	}
}

func TestWhatWasDrawnIsReadBack(t *testing.T) {
	tree := load(t, "testdata/every-node.json")
	_, doc := render(t, tree)
	sent := url.Values{"csrf": {"x"}, "f:admin": {"1"}, "their_name": {"not by this name"}}
	doc.Find("input[name], textarea[name], select[name]").Each(func(_ int, s *goquery.Selection) {
		name, kind := s.AttrOr("name", ""), s.AttrOr("type", "")
		_, checked := s.Attr("checked")
		switch {
		case kind == "file", (kind == "radio" || kind == "checkbox") && !checked:
		case goquery.NodeName(s) == "textarea":
			sent.Add(name, strings.TrimPrefix(s.Text(), "\n"))
		default:
			sent.Add(name, s.AttrOr("value", ""))
		}
	})
	got := viewtree.Read(tree, sent)
	for _, f := range tree.Fields() {
		if f.Kind == view.KindFile {
			continue
		}
		if len(f.Value) > 0 && !reflect.DeepEqual(got[f.ID], f.Value) {
			t.Errorf("%s: drawn %q, read %q", f.ID, f.Value, got[f.ID])
		}
	}
	if _, there := got["admin"]; there {
		t.Error("an answer nobody asked for is read")
	}
}

func TestADateIsReadFromThreeBoxes(t *testing.T) {
	tree := &view.Node{Type: view.Form, ID: "s", Label: "S", Items: []view.Node{{Type: view.Field, ID: "d", Kind: view.KindDate, Label: "D"}}}
	for _, c := range []struct {
		day, month, year string
		want             []string
	}{
		{"9", "11", "2026", []string{"2026-11-09"}}, {"31", "11", "2026", []string{"2026-11-31"}}, {"", "", "", []string{}},
		{"9", "", "2026", []string{"2026--09"}}, {"-1", "x", "2026", []string{"2026-x- 1"}},
	} {
		got := viewtree.Read(tree, url.Values{"f:d:day": {c.day}, "f:d:month": {c.month}, "f:d:year": {c.year}})
		if !reflect.DeepEqual(got["d"], c.want) {
			t.Errorf("%v: %q", c, got["d"])
		}
	}
}

func TestTheLastBoxCanBeUnticked(t *testing.T) {
	tree := &view.Node{Type: view.Form, ID: "s", Label: "S", Items: []view.Node{{
		Type: view.Field, ID: "b", Kind: view.KindCheckboxes, Label: "B", Value: []string{"x"}, Options: []view.Option{{Value: "x", Label: "X"}},
	}}}
	_, doc := render(t, tree)
	sent := url.Values{}
	doc.Find(`input[type="hidden"]`).Each(func(_ int, s *goquery.Selection) { sent.Add(s.AttrOr("name", ""), s.AttrOr("value", "")) })
	if got, given := viewtree.Read(tree, sent)["b"]; !given || len(got) != 0 {
		t.Errorf("what was unticked is read as %q, given: %v", got, given)
	}
	if got, given := viewtree.Read(tree, url.Values{})["b"]; given {
		t.Errorf("what was not asked is read as %q", got)
	}
}

func TestADayAndAReferenceInATableStayOnOneLine(t *testing.T) {
	out, doc := render(t, &view.Node{Type: view.Page, Label: "P", Items: []view.Node{{
		Type: view.Table, Label: "Cases", Columns: []string{"Reference", "Raised", "About"}, Refs: []string{"CMP-7K2M-4QX9"},
		Rows: [][]string{{"CMP-7K2M-4QX9", "2026-11-09", "2026-11-31 is no day"}},
	}}})
	if got := doc.Find("td time").Text(); got != "9 Nov 2026" || doc.Find("td time").AttrOr("datetime", "") != "2026-11-09" {
		t.Errorf("the day is %q in %s", got, out)
	}
	if n := doc.Find("th.whole, td.whole").Length(); n != 2 || !strings.Contains(out, "2026-11-31 is no day") {
		t.Errorf("%d cells stay whole in %s", n, out)
	}
}

func TestADayIsTypedWithoutNoughts(t *testing.T) {
	_, doc := render(t, &view.Node{Type: view.Form, ID: "s", Label: "S", Items: []view.Node{{Type: view.Field, ID: "d", Kind: view.KindDate, Label: "D", Value: []string{"2026-04-07"}}}})
	for part, want := range map[string]string{"day": "7", "month": "4", "year": "2026"} {
		if got := doc.Find(`[name="f:d:`+part+`"]`).AttrOr("value", ""); got != want {
			t.Errorf("the %s is %q", part, got)
		}
	}
}

func TestTheButtonPressedIsKnown(t *testing.T) {
	for do, want := range map[string]viewtree.Action{
		"": {Kind: "submit"}, "submit": {Kind: "submit"}, "back": {Kind: "back"}, "save": {Kind: "save"}, "drop table": {Kind: "submit"},
		"remove:photos:f1": {Kind: "remove", ID: "photos", Field: "photos", File: "f1"}, "remove:photos": {Kind: "submit"}, "remove:<x>:f1": {Kind: "submit"},
	} {
		if got := viewtree.ReadAction(url.Values{"do": {do}}); got != want {
			t.Errorf("%q: %+v", do, got)
		}
	}
}

func FuzzRender(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"t":"page","label":"P","items":[{"t":"chart","kind":"line","label":"C","series":[{"label":"","points":[{"label":"a","value":-1e-9},{"label":"b","value":1e15}]}]},
		{"t":"table","id":"t","label":"T","columns":["A"],"rows":[["1"],["x"]],"sortable":true,"per_page":1},{"t":"figures","items":[{"t":"row","label":"L","text":"1"}]},
		{"t":"timeline","items":[{"t":"row","label":"L","at":"2026-11-09"}]},{"t":"map","label":"M","pins":[{"lat":1,"lng":2,"label":"P"}]},
		{"t":"progress","label":"P","value":["1"],"max":"3"},{"t":"files","label":"F","files":[{"id":"f","name":"a"}]},{"t":"tabs","items":[{"t":"section","label":"S"}]},
		{"t":"button","id":"b","label":"B","confirm":"?"}]}`))
	r, err := viewtree.New()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		tree, err := view.Decode(b)
		if err != nil || view.Validate(tree) != nil {
			return
		}
		p := page()
		p.Tables = map[string]viewtree.Sorting{"t": {Sort: -1, Page: 2}}
		for _, p.ReadOnly = range []bool{false, true} {
			if _, err := r.Render(tree, p); err != nil {
				t.Fatalf("%q passed Validate, but: %v", b, err)
			}
		}
		viewtree.Read(tree, url.Values{})
		viewtree.Pressed(tree, url.Values{"do": {"table:t:1:1"}})
	})
}

func TestNumbersOfAChartAreWrittenForPeople(t *testing.T) {
	tree := &view.Node{Type: view.Page, Label: "P", Items: []view.Node{{Type: view.Chart, Kind: view.KindBar, Label: "C", Unit: "£", Series: []view.Series{{Points: []view.Datum{
		{Label: "a", Value: 1234567.891}, {Label: "b", Value: -1250}, {Label: "c", Value: 0}, {Label: "d", Value: 0.0312}, {Label: "e", Value: -0.00001},
	}}}}}}
	_, doc := render(t, tree)
	got := strings.Join(doc.Find("td.number").Map(func(_ int, s *goquery.Selection) string { return s.Text() }), " ")
	if got != "£1,234,567.89 \u2212£1,250 £0 £0.0312 £0" {
		t.Errorf("written %q", got)
	}
}

func TestAFormThatHasNoWordsOnItsButtonIsSentByTheButtonThatChecks(t *testing.T) {
	tree := &view.Node{Type: view.Form, ID: "s", Label: "S", Items: []view.Node{
		{Type: view.Button, ID: "later", Label: "Later"}, {Type: view.Button, ID: "approve", Label: "Approve", Checks: true, Confirm: "Sure?"},
	}}
	_, doc := render(t, tree)
	var labels []string
	doc.Find("button:not(.hide)").Each(func(_ int, s *goquery.Selection) { labels = append(labels, s.Text()) })
	if !reflect.DeepEqual(labels, []string{"Later", "Approve", "Save and come back later"}) {
		t.Errorf("buttons %q", labels)
	}
	if first := doc.Find("button").First(); first.AttrOr("value", "") != "press:approve" || first.AttrOr("data-confirm", "") != "Sure?" {
		t.Error("the enter key presses something else, or asks nothing")
	}
}

func TestATreeIsHeadedAsItsPlaceOnThePageAsks(t *testing.T) {
	tree := &view.Node{Type: view.Page, Label: "Location history", Items: []view.Node{{Type: view.Section, Label: "Last year", Items: []view.Node{{Type: view.Section, Label: "May", Items: []view.Node{{Type: view.Text, Text: "x"}}}}}}}
	r, err := viewtree.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		page viewtree.Page
		want string
	}{
		{viewtree.Page{}, "h1 Location history, h2 Last year, h3 May"},
		{viewtree.Page{Level: 3}, "h3 Location history, h4 Last year, h5 May"},
		{viewtree.Page{Level: 2, Headless: true}, "h3 Last year, h4 May"},
	} {
		html, err := r.Render(tree, c.page)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(html)))
		if err != nil {
			t.Fatal(err)
		}
		got := doc.Find("h1, h2, h3, h4, h5, h6").Map(func(_ int, s *goquery.Selection) string { return goquery.NodeName(s) + " " + s.Text() })
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%+v: %q", c.page, got)
		}
		if doc.Find("form").Length() > 0 {
			t.Error("a form around what is only read")
		}
	}
}
