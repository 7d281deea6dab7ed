package gallery_test

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
	"github.com/casement-dev/casement/web/gallery"
	"github.com/casement-dev/casement/web/viewtree"
)

var update = flag.Bool("update", false, "write the golden files")

// drawer draws trees with one renderer, as the pages do.
func drawer(t *testing.T) func(*testing.T, gallery.Tree) (string, *goquery.Document) {
	t.Helper()
	r, err := viewtree.New()
	if err != nil {
		t.Fatal(err)
	}
	return func(t *testing.T, tree gallery.Tree) (string, *goquery.Document) {
		t.Helper()
		return drawWith(t, r, tree)
	}
}

func drawWith(t *testing.T, r *viewtree.Renderer, tree gallery.Tree) (string, *goquery.Document) {
	t.Helper()
	p := tree.Page
	p.Icons, p.Map = "/icons.svg", viewtree.Map{Script: "/map.js", Style: "/map.css"}
	html, err := r.Render(tree.Root, p)
	if err != nil {
		t.Fatalf("%s: %v", tree.Name, err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(html)))
	if err != nil {
		t.Fatal(err)
	}
	return string(html), doc
}

func TestTreesAreValidAndDrawnAsTheyWere(t *testing.T) {
	draw := drawer(t)
	for _, tree := range gallery.Trees() {
		if err := view.Validate(tree.Root); err != nil {
			t.Errorf("%s: %v", tree.Name, err)
		}
		got, _ := draw(t, tree)
		golden := filepath.Join("testdata", strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(tree.Name, ",", ""), " ", "-"))+".golden.html")
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
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
			t.Errorf("%s is drawn differently (go test -update writes it):\n%s", tree.Name, got)
		}
	}
}

func TestEveryKindOfNodeIsInTheGallery(t *testing.T) {
	nodes, fields := map[view.Type]bool{}, map[string]bool{}
	for _, tree := range gallery.Trees() {
		tree.Root.Walk(func(n *view.Node) {
			nodes[n.Type] = true
			if n.Type == view.Field {
				fields[n.Kind] = true
			}
		})
	}
	for _, want := range []view.Type{
		view.Form, view.Page, view.Section, view.Text, view.Notice, view.Summary, view.Row, view.Table, view.Field, view.Details,
		view.Figures, view.Timeline, view.Map, view.FileList, view.Progress, view.Chart, view.Tabs, view.Button,
	} {
		if !nodes[want] {
			t.Errorf("no sample of %s", want)
		}
	}
	for _, want := range []string{
		view.KindText, view.KindTextArea, view.KindNumber, view.KindDate, view.KindRadios, view.KindCheckboxes, view.KindSelect, view.KindFile,
		view.KindLocation, view.KindMoney, view.KindYesNo, view.KindLookup,
	} {
		if !fields[want] {
			t.Errorf("no sample of a field of kind %s", want)
		}
	}
}

// TestWhatIsNamedIsThere looks at two trees on one page: with a prefix each,
// no id is there twice.
func TestWhatIsNamedIsThere(t *testing.T) {
	draw := drawer(t)
	trees := gallery.Trees()
	for i, tree := range trees {
		other := trees[(i+1)%len(trees)]
		tree.Page.Prefix, other.Page.Prefix = "one-", "two-"
		first, _ := draw(t, tree)
		second, _ := draw(t, other)
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(first + second))
		if err != nil {
			t.Fatal(err)
		}
		ids := map[string]int{}
		doc.Find("[id]").Each(func(_ int, s *goquery.Selection) { ids[s.AttrOr("id", "")]++ })
		for id, n := range ids {
			if n > 1 || strings.ContainsAny(id, " \t") {
				t.Errorf("%s: id %q %d times", tree.Name, id, n)
			}
		}
		doc.Find("[for], [aria-describedby], [aria-labelledby], [list], [data-list]").Each(func(_ int, s *goquery.Selection) {
			for _, name := range []string{"for", "aria-describedby", "aria-labelledby", "list", "data-list"} {
				for id := range strings.FieldsSeq(s.AttrOr(name, "")) {
					if ids[id] != 1 {
						t.Errorf("%s: %s names %q, which is not there", tree.Name, name, id)
					}
				}
			}
		})
		doc.Find(`a[href^="#"]`).Each(func(_ int, s *goquery.Selection) {
			if id := strings.TrimPrefix(s.AttrOr("href", ""), "#"); ids[id] != 1 {
				t.Errorf("%s: a link leads to %q, which is not there", tree.Name, id)
			}
		})
	}
}

const smuggled = `"'></textarea></title><script>alert(1)</script><img src=x onerror=alert(2)> {{.}} onfocus=alert(3) style=x`

// texts calls visit with every text of a node and of what it holds.
func texts(v reflect.Value, visit func(reflect.Value)) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			visit(v)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			texts(v.Field(i), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			texts(v.Index(i), visit)
		}
	}
}

// TestNoTextOfANodeBecomesMarkup puts markup into every text of a tree that
// still passes view.Validate with it.
func TestNoTextOfANodeBecomesMarkup(t *testing.T) {
	draw := drawer(t)
	put := 0
	for _, tree := range gallery.Trees() {
		texts(reflect.ValueOf(tree.Root).Elem(), func(s reflect.Value) {
			was := s.String()
			s.SetString(smuggled)
			if view.Validate(tree.Root) != nil {
				s.SetString(was) // the host would never draw it
				return
			}
			put++
		})
		for _, tree.Page.ReadOnly = range []bool{false, true} {
			html, doc := draw(t, tree)
			doc.Find("*").Each(func(_ int, s *goquery.Selection) {
				name := goquery.NodeName(s)
				if name == "script" || name == "img" || name == "style" || name == "iframe" {
					t.Fatalf("%s: a %s in\n%s", tree.Name, name, html)
				}
				for _, a := range s.Nodes[0].Attr {
					if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
						t.Fatalf("%s: attribute %s=%q in\n%s", tree.Name, a.Key, a.Val, html)
					}
				}
			})
			if !strings.Contains(doc.Text(), "<script>alert(1)</script>") {
				t.Errorf("%s does not show what was put into it", tree.Name)
			}
		}
	}
	if put < 300 {
		t.Errorf("only %d texts were tried", put)
	}
}

func TestNothingIsPressedInWhatIsOnlyRead(t *testing.T) {
	draw := drawer(t)
	for _, tree := range gallery.Trees() {
		tree.Page.ReadOnly = true
		if _, doc := draw(t, tree); doc.Find("form, button, input, select, textarea").Length() > 0 {
			t.Errorf("%s has something to press or to fill in", tree.Name)
		}
		tree.Page.ReadOnly, tree.Page.Action = false, ""
		if _, doc := draw(t, tree); doc.Find("form, button, input, select, textarea").Length() > 0 {
			t.Errorf("%s posts to nowhere", tree.Name)
		}
	}
}

func TestATableIsSortedAndPagedByTheHost(t *testing.T) {
	draw := drawer(t)
	rows := func(at viewtree.Sorting) string {
		for _, tree := range gallery.Trees() {
			if tree.Name != "Tables" {
				continue
			}
			tree.Page.Tables = map[string]viewtree.Sorting{"visits": at}
			_, doc := draw(t, tree)
			return strings.Join(doc.Find(".tree-table").First().Find("tbody th").Map(func(_ int, s *goquery.Selection) string { return s.Text() }), ", ")
		}
		return ""
	}
	for at, want := range map[viewtree.Sorting]string{
		{}:                   "Mill Lane, High Street, Station Road",
		{Sort: 1}:            "Eastgate, Harbour Way, High Street",
		{Sort: 3}:            "Eastgate, Moor Row, High Street",
		{Sort: -3}:           "Harbour Way, Westgate, Mill Lane",
		{Sort: -3, Page: 3}:  "Station Road", // without a number: last, either way
		{Sort: 3, Page: 3}:   "Station Road",
		{Sort: -4}:           "Harbour Way, Mill Lane, Westgate",
		{Sort: 2}:            "Harbour Way, Eastgate, Mill Lane", // alike: as they came
		{Page: 99}:           "Moor Row",
		{Sort: 17, Page: -1}: "Mill Lane, High Street, Station Road",
	} {
		if got := rows(at); got != want {
			t.Errorf("%+v: %s, want %s", at, got, want)
		}
	}
}

func TestAButtonIsPressedOnlyIfTheTreeHasIt(t *testing.T) {
	var tree, sorted *view.Node
	for _, sample := range gallery.Trees() {
		switch sample.Name {
		case "Tabs and buttons":
			tree = sample.Root
		case "Tables":
			sorted = sample.Root
		}
	}
	for _, c := range []struct {
		root *view.Node
		sent url.Values
		want viewtree.Action
	}{
		{tree, url.Values{"do": {"press:spell"}}, viewtree.Action{Kind: "press", ID: "spell"}},
		{tree, url.Values{"do": {"press:return"}}, viewtree.Action{Kind: "press", ID: "return", Checks: true}},
		{tree, url.Values{"do": {"press:withdraw"}}, viewtree.Action{Kind: "press", ID: "withdraw", Unconfirmed: true}},
		{tree, url.Values{"do": {"press:withdraw"}, "confirmed": {"spell"}}, viewtree.Action{Kind: "press", ID: "withdraw", Unconfirmed: true}},
		{tree, url.Values{"do": {"press:withdraw"}, "confirmed": {"spell", "withdraw"}}, viewtree.Action{Kind: "press", ID: "withdraw"}},
		{tree, url.Values{"do": {"press:delete"}}, viewtree.Action{Kind: "keep"}},
		{tree, url.Values{"do": {"press:view"}}, viewtree.Action{Kind: "keep"}}, // a field
		{tree, url.Values{"do": {"change:view"}}, viewtree.Action{Kind: "keep"}},
		{tree, url.Values{"do": {"keep"}}, viewtree.Action{Kind: "keep"}},
		{tree, url.Values{}, viewtree.Action{Kind: "submit"}},
		{questionsOf(), url.Values{"do": {"change:upheld"}}, viewtree.Action{Kind: "change", ID: "upheld"}},
		{sorted, url.Values{"do": {"table:found:-2:3"}}, viewtree.Action{Kind: "table", ID: "found", Sorting: viewtree.Sorting{Sort: -2, Page: 3}, Driven: true}},
		{sorted, url.Values{"do": {"table:found:9:77"}}, viewtree.Action{Kind: "table", ID: "found", Sorting: viewtree.Sorting{Page: 1}, Driven: true}},
		{sorted, url.Values{"do": {"table:visits:1:2"}}, viewtree.Action{Kind: "table", ID: "visits", Sorting: viewtree.Sorting{Sort: 1, Page: 2}}},
		{sorted, url.Values{"do": {"table:secret:1:1"}}, viewtree.Action{Kind: "keep"}},
	} {
		if got := viewtree.Pressed(c.root, c.sent); got != c.want {
			t.Errorf("%v: %+v, want %+v", c.sent, got, c.want)
		}
	}
	if got := (viewtree.Sorting{Sort: -2, Page: 3}).Fields(); !reflect.DeepEqual(got, view.Answers{"sort": {"-2"}, "page": {"3"}}) {
		t.Errorf("the plugin is told %v", got)
	}
	query := url.Values{"one-t.visits": {"-3:2"}, "one-t.found": {"1:1"}, "t.visits": {"1:1"}}
	if got := viewtree.ReadTables(sorted, "one-", query); !reflect.DeepEqual(got, map[string]viewtree.Sorting{"visits": {Sort: -3, Page: 2}}) {
		t.Errorf("the address says %v", got)
	}
}

func questionsOf() *view.Node {
	for _, tree := range gallery.Trees() {
		if tree.Name == "Questions" {
			return tree.Root
		}
	}
	return nil
}

func TestWhatIsTypedIsReadByItsKind(t *testing.T) {
	for _, c := range []struct {
		sent  url.Values
		field string
		want  []string
	}{
		{url.Values{"f:paid": {"£1,234.5"}}, "paid", []string{"1234.50"}},
		{url.Values{"f:paid": {"a lot"}}, "paid", []string{"a lot"}},
		{url.Values{"f:upheld": {"no"}}, "upheld", []string{"no"}},
		{url.Values{"f:street": {"Mill Street"}, "f:street:label": {"Mill Street"}, "f:street:value": {"4712"}}, "street", []string{"4712"}},
		{url.Values{"f:street": {"Mill"}, "f:street:label": {"Mill Street"}, "f:street:value": {"4712"}}, "street", []string{"Mill"}},
		{url.Values{"f:street": {""}, "f:street:label": {"Mill Street"}, "f:street:value": {"4712"}}, "street", []string{}},
		{url.Values{"f:street": {"4712"}}, "street", []string{"4712"}},
		{url.Values{"f:street:value": {"4712"}}, "street", nil},
	} {
		if got := viewtree.Read(questionsOf(), c.sent)[c.field]; !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v: %q, want %q", c.sent, got, c.want)
		}
	}
}
