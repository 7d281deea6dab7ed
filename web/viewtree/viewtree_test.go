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

func TestTheButtonPressedIsKnown(t *testing.T) {
	for do, want := range map[string]viewtree.Action{
		"": {Kind: "submit"}, "submit": {Kind: "submit"}, "back": {Kind: "back"}, "save": {Kind: "save"}, "drop table": {Kind: "submit"},
		"remove:photos:f1": {Kind: "remove", Field: "photos", File: "f1"}, "remove:photos": {Kind: "submit"}, "remove:<x>:f1": {Kind: "submit"},
	} {
		if got := viewtree.ReadAction(url.Values{"do": {do}}); got != want {
			t.Errorf("%q: %+v", do, got)
		}
	}
}
