package view

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// every is a tree with every node, kind and member.
func every() *Node {
	return &Node{Type: Form, ID: "about", Label: "About", Caption: "Complain", Part: 1, Parts: 3, Button: "Go on", Back: "who", Items: []Node{
		{Type: Text, Kind: KindLead, Text: "Say <b>what</b> happened."},
		{Type: Notice, Kind: KindWarn, Label: "Danger", Text: "Ring 999."},
		{Type: Section, Label: "More", Items: []Node{
			{Type: Field, ID: "name", Kind: KindText, Label: "Name", Hint: "In full", Value: []string{"Ada"}, Error: "Enter it", Required: true, MinLength: 1, MaxLength: 200, Autocomplete: "name"},
			{Type: Field, ID: "age", Kind: KindNumber, Label: "Age", Min: "0", Max: "150"},
		}},
		{Type: Field, ID: "who", Kind: KindRadios, Label: "Who", Options: []Option{
			{Value: "me", Label: "Me"},
			{Value: "other", Label: "Another", Hint: "A friend", Items: []Node{{Type: Field, ID: "their.name", Kind: KindText, Label: "Their name", Required: true}}},
		}},
		{Type: Field, ID: "photos", Kind: KindFile, Label: "Photos", Files: []File{{ID: "f1", Name: "a.png", Size: 5, Type: "image/png", SHA256: "ab"}}, MaxFiles: 3, MaxBytes: 1 << 20, Accept: []string{"image/*", ".pdf"}},
		{Type: Field, ID: "where", Kind: KindLocation, Label: "Where", Value: []string{"1 High St", "53.4", "-2.2"}},
		{Type: Summary, Items: []Node{{Type: Row, ID: "r", Label: "Name", Text: "Ada", Goto: "you"}}},
		{Type: Table, Label: "Visits", Columns: []string{"Day", "Result"}, Rows: [][]string{{"Monday", "none"}, {"Friday", ""}}},
		{Type: Details, Label: "Why we ask", Items: []Node{{Type: Text, Text: "Because."}}},
	}}
}

func TestEveryNodeSurvivesTheJourneyAndIsValid(t *testing.T) {
	tree := every()
	if err := Validate(tree); err != nil {
		t.Fatal(err)
	}
	b := tree.Append(nil)
	got, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, tree) {
		t.Errorf("came back as %s", got.Append(nil))
	}
	var byTags Node
	if err := json.Unmarshal(b, &byTags); err != nil || !reflect.DeepEqual(&byTags, tree) {
		t.Errorf("encoding/json reads it differently: %v", err)
	}
}

func TestWhatAGuestMustNotSayIsRefused(t *testing.T) {
	field := func(change func(*Node)) *Node {
		n := Node{Type: Field, ID: "a", Kind: KindText, Label: "A"}
		change(&n)
		return &Node{Type: Form, ID: "s", Label: "S", Items: []Node{n}}
	}
	deep := Node{Type: Text}
	for range MaxNesting {
		deep = Node{Type: Section, Label: "x", Items: []Node{deep}}
	}
	for name, tree := range map[string]*Node{
		"no tree":                 nil,
		"a root of another type":  {Type: Section, Label: "x"},
		"a form without heading":  {Type: Form, ID: "s"},
		"a form without id":       {Type: Form, Label: "x"},
		"markup as a node":        {Type: Form, ID: "s", Label: "x", Items: []Node{{Type: "html", Text: "<script>"}}},
		"a form in a form":        {Type: Form, ID: "s", Label: "x", Items: []Node{{Type: Form, ID: "t", Label: "y"}}},
		"a field in a page":       {Type: Page, Label: "x", Items: []Node{{Type: Field, ID: "a", Kind: KindText, Label: "A"}}},
		"nodes too deep":          {Type: Form, ID: "s", Label: "x", Items: []Node{deep}},
		"too many nodes":          {Type: Form, ID: "s", Label: "x", Items: make([]Node, MaxNodes)},
		"an unknown kind":         field(func(n *Node) { n.Kind = "password" }),
		"an id with a space":      field(func(n *Node) { n.ID = "a b" }),
		"an id with a quote":      field(func(n *Node) { n.ID = `a"onfocus` }),
		"no label":                field(func(n *Node) { n.Label = "" }),
		"a select with no option": field(func(n *Node) { n.Kind = KindSelect }),
		"text with options":       field(func(n *Node) { n.Options = []Option{{Value: "a", Label: "A"}} }),
		"an unknown autocomplete": field(func(n *Node) { n.Autocomplete = "cc-number" }),
		"an odd accept":           field(func(n *Node) { n.Kind = KindFile; n.Accept = []string{`*" onfocus`} }),
		"a giant value":           field(func(n *Node) { n.Value = []string{strings.Repeat("x", maxValue)} }),
		"a giant label":           field(func(n *Node) { n.Label = strings.Repeat("x", maxLabel+1) }),
		"an option twice": field(func(n *Node) {
			n.Kind, n.Options = KindRadios, []Option{{Value: "a", Label: "A"}, {Value: "a", Label: "B"}}
		}),
		"an id used twice, under an option": field(func(n *Node) {
			n.Kind, n.Options = KindRadios, []Option{{Value: "a", Label: "A", Items: []Node{{Type: Field, ID: "a", Kind: KindText, Label: "A"}}}}
		}),
	} {
		if err := Validate(tree); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestAnswersAreHeldAgainstTheTree(t *testing.T) {
	tree := every()
	for _, c := range []struct {
		answers Answers
		wrong   []string
	}{
		{Answers{}, []string{"name"}},
		{Answers{"name": {"Ada"}}, nil},
		{Answers{"name": {"  "}}, []string{"name"}},
		{Answers{"name": {"Ada", "Bob"}}, []string{"name"}},
		{Answers{"name": {"Ada\nBob"}}, []string{"name"}},
		{Answers{"name": {strings.Repeat("é", 200)}}, nil},
		{Answers{"name": {strings.Repeat("é", 201)}}, []string{"name"}},
		{Answers{"name": {"Ada"}, "age": {"-1"}}, []string{"age"}},
		{Answers{"name": {"Ada"}, "age": {"NaN"}}, []string{"age"}},
		{Answers{"name": {"Ada"}, "who": {"nobody"}}, []string{"who"}},
		{Answers{"name": {"Ada"}, "who": {"me"}}, nil},
		{Answers{"name": {"Ada"}, "who": {"other"}}, []string{"their.name"}},
		{Answers{"name": {"Ada"}, "photos": {"1", "2", "3", "4"}}, []string{"photos"}},
		{Answers{"name": {"Ada"}, "where": {"x", "91", "0"}}, []string{"where"}},
		{Answers{"name": {"Ada"}, "where": {"x", "", ""}}, nil},
		{Answers{"name": {"Ada"}, "where": {"", "53.1", "-2"}}, nil},
	} {
		var wrong []string
		for _, e := range Check(tree, c.answers) {
			wrong = append(wrong, e.Field)
		}
		if !reflect.DeepEqual(wrong, c.wrong) {
			t.Errorf("%v: wrong are %v, want %v", c.answers, wrong, c.wrong)
		}
	}
}

func TestADateMustExistAndAnEmailAddressHaveItsForm(t *testing.T) {
	tree := &Node{Type: Form, ID: "s", Label: "S", Items: []Node{
		{Type: Field, ID: "d", Kind: KindDate, Label: "D", Max: "2026-11-22"}, {Type: Field, ID: "e", Kind: KindEmail, Label: "E"},
	}}
	for value, ok := range map[string]bool{"2026-11-22": true, "2026-11-23": false, "2026-11-31": false, "2026-2-1": false, "": true, "2026--1": false} {
		if got := len(Check(tree, Answers{"d": {value}})) == 0; got != ok {
			t.Errorf("date %q: %v", value, got)
		}
	}
	for value, ok := range map[string]bool{"a@example.org": true, "a@b@c": false, "A <a@example.org>": false, "a": false, "a@ example.org": false} {
		if got := len(Check(tree, Answers{"e": {value}})) == 0; got != ok {
			t.Errorf("email %q: %v", value, got)
		}
	}
}

func TestOnlyAnswersTheTreeAskedForAreKept(t *testing.T) {
	got := Keep(every(), Answers{"name": {"A\x00d\xffa"}, "is_admin": {"1"}, "their.name": {"a\r\nb"}})
	want := Answers{"name": {"Ad\ufffda"}, "their.name": {"a\nb"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(every().Append(nil))
	f.Add([]byte(`{"t":"form","items":[{"t":"field","options":[{"items":[{}]}]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		tree, err := Decode(b)
		if err != nil {
			return
		}
		again, err := Decode(tree.Append(nil))
		if err != nil {
			t.Fatalf("%q: our own JSON is refused: %v", b, err)
		}
		if string(again.Append(nil)) != string(tree.Append(nil)) {
			t.Fatalf("%q changes on the way", b)
		}
		if Validate(tree) == nil {
			Check(tree, Answers{})
		}
	})
}
