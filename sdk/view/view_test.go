package view

import (
	"encoding/json"
	"math"
	"math/rand/v2"
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
		{Type: Figures, Items: []Node{{Type: Row, Label: "Open", Text: "12", Hint: "3 more", Kind: KindWarn, Ref: "CMP-7K2M-4QX9"}}},
		{Type: Timeline, Items: []Node{{Type: Row, Label: "Visited", At: "2026-11-09"}, {Type: Row, Label: "Mended", At: "2026-11-09T14:00:00Z", Kind: KindGood}}},
		{Type: Map, Label: "Near here", Pins: []Pin{{Lat: 53.48, Lng: -2.24, Label: "Lamp", Text: "Dark", Kind: KindBad, Ref: "REP-1"}}},
		{Type: FileList, Label: "Evidence", Files: []File{{ID: "f2", Name: "b.pdf", Size: 7, Type: "application/pdf"}}},
		{Type: Progress, Label: "Checks", Value: []string{"3"}, Max: "8", Items: []Node{{Type: Row, Label: "Read", Kind: KindDone}, {Type: Row, Label: "Visit", Kind: KindNow}}},
		{Type: Chart, Kind: KindBar, Label: "Reports", Unit: "%", Series: []Series{{Label: "2026", Points: []Datum{{"March", -1.5}, {"April", 0}}}}},
		{Type: Tabs, Label: "Views", Items: []Node{{Type: Section, Label: "One", Items: []Node{{Type: Text, Text: "1"}}}}},
		{Type: Button, ID: "close", Label: "Close", Kind: KindWarning, Confirm: "Close it?", Checks: true},
		{Type: Table, ID: "cases", Label: "Cases", Columns: []string{"Case"}, Rows: [][]string{{"A"}}, Refs: []string{"CMP-1"}, Sortable: true, PerPage: 10, Sort: -1, Page: 2, Pages: 3},
		{Type: Field, ID: "cost", Kind: KindMoney, Label: "Cost", Unit: "£", Max: "100"},
		{Type: Field, ID: "sure", Kind: KindYesNo, Label: "Sure?", OnChange: true, Value: []string{Yes}},
		{Type: Field, ID: "street", Kind: KindLookup, Label: "Street", List: "streets"},
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
		"no tree":                       nil,
		"a root of another type":        {Type: Section, Label: "x"},
		"a form without heading":        {Type: Form, ID: "s"},
		"a form without id":             {Type: Form, Label: "x"},
		"markup as a node":              {Type: Form, ID: "s", Label: "x", Items: []Node{{Type: "html", Text: "<script>"}}},
		"a form in a form":              {Type: Form, ID: "s", Label: "x", Items: []Node{{Type: Form, ID: "t", Label: "y"}}},
		"a field in a page":             {Type: Page, Label: "x", Items: []Node{{Type: Field, ID: "a", Kind: KindText, Label: "A"}}},
		"nodes too deep":                {Type: Form, ID: "s", Label: "x", Items: []Node{deep}},
		"too many nodes":                {Type: Form, ID: "s", Label: "x", Items: make([]Node, MaxNodes)},
		"an unknown kind":               field(func(n *Node) { n.Kind = "password" }),
		"an id with a space":            field(func(n *Node) { n.ID = "a b" }),
		"an id with a quote":            field(func(n *Node) { n.ID = `a"onfocus` }),
		"no label":                      field(func(n *Node) { n.Label = "" }),
		"a select with no option":       field(func(n *Node) { n.Kind = KindSelect }),
		"text with options":             field(func(n *Node) { n.Options = []Option{{Value: "a", Label: "A"}} }),
		"an unknown autocomplete":       field(func(n *Node) { n.Autocomplete = "cc-number" }),
		"an odd accept":                 field(func(n *Node) { n.Kind = KindFile; n.Accept = []string{`*" onfocus`} }),
		"a giant value":                 field(func(n *Node) { n.Value = []string{strings.Repeat("x", maxValue)} }),
		"a giant label":                 field(func(n *Node) { n.Label = strings.Repeat("x", maxLabel+1) }),
		"a lookup without a list":       field(func(n *Node) { n.Kind = KindLookup }),
		"a list without a lookup":       field(func(n *Node) { n.List = "streets" }),
		"files that tell their changes": field(func(n *Node) { n.Kind, n.OnChange = KindFile, true }),
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

func TestANodeStandsOnlyWhereItMayAndWithinItsLimits(t *testing.T) {
	row := Node{Type: Row, Label: "L"}
	points := make([]Datum, MaxPoints+1)
	for i := range points {
		points[i].Label = "x"
	}
	chart := func(series ...Series) Node { return Node{Type: Chart, Kind: KindLine, Label: "C", Series: series} }
	table := func(change func(*Node)) Node {
		n := Node{Type: Table, ID: "t", Label: "T", Columns: []string{"A"}, Rows: [][]string{{"1"}}}
		change(&n)
		return n
	}
	tab := Node{Type: Section, Label: "One"}
	for name, n := range map[string]Node{
		"a row on its own":                   row,
		"text in a summary":                  {Type: Summary, Items: []Node{{Type: Text, Text: "x"}}},
		"a figure without a label":           {Type: Figures, Items: []Node{{Type: Row, Text: "1"}}},
		"a figure of no kind":                {Type: Figures, Items: []Node{{Type: Row, Label: "L", Kind: "huge"}}},
		"an event at no time":                {Type: Timeline, Items: []Node{{Type: Row, Label: "L", At: "yesterday"}}},
		"an event on no date":                {Type: Timeline, Items: []Node{{Type: Row, Label: "L", At: "2026-11-31"}}},
		"a map without a label":              {Type: Map},
		"a pin that is nowhere":              {Type: Map, Label: "M", Pins: []Pin{{Lat: 91, Label: "P"}}},
		"a pin at no number":                 {Type: Map, Label: "M", Pins: []Pin{{Lat: math.NaN(), Label: "P"}}},
		"a pin without a label":              {Type: Map, Label: "M", Pins: []Pin{{}}},
		"too many pins":                      {Type: Map, Label: "M", Pins: make([]Pin, MaxPins+1)},
		"files without a label":              {Type: FileList, Files: []File{{ID: "f", Name: "a"}}},
		"a file without a name":              {Type: FileList, Label: "F", Files: []File{{ID: "f"}}},
		"progress that says nothing":         {Type: Progress, Label: "P"},
		"progress beyond its end":            {Type: Progress, Label: "P", Value: []string{"9"}, Max: "8"},
		"progress of infinity":               {Type: Progress, Label: "P", Value: []string{"1"}, Max: "Inf"},
		"a step of no kind":                  {Type: Progress, Label: "P", Items: []Node{{Type: Row, Label: "L"}}},
		"a chart of no kind":                 {Type: Chart, Kind: "pie", Label: "C", Series: []Series{{}}},
		"a chart of nothing":                 chart(),
		"too many series":                    chart(make([]Series, MaxSeries+1)...),
		"too many points":                    chart(Series{Points: points}),
		"a point that is no number":          chart(Series{Points: []Datum{{"x", math.Inf(1)}}}),
		"series that differ in their labels": chart(Series{"a", []Datum{{"x", 1}}}, Series{"b", []Datum{{"y", 1}}}),
		"series that differ in length":       chart(Series{"a", []Datum{{"x", 1}}}, Series{"b", nil}),
		"tabs of something else":             {Type: Tabs, Items: []Node{{Type: Text}}},
		"tabs in tabs":                       {Type: Tabs, Items: []Node{{Type: Section, Label: "One", Items: []Node{{Type: Tabs, Items: []Node{tab}}}}}},
		"no tabs":                            {Type: Tabs},
		"a button without a label":           {Type: Button, ID: "b"},
		"a button without an id":             {Type: Button, Label: "B"},
		"a button of no kind":                {Type: Button, ID: "b", Label: "B", Kind: "huge"},
		"a button that checks nothing":       {Type: Button, ID: "b", Label: "B", Checks: true},
		"a button that holds nodes":          {Type: Button, ID: "b", Label: "B", Items: []Node{{Type: Text}}},
		"a table sorted without an id":       table(func(n *Node) { n.ID, n.Sortable = "", true }),
		"a table sorted by no column":        table(func(n *Node) { n.Sort = -2 }),
		"a table with a row too short":       table(func(n *Node) { n.Rows = [][]string{{}} }),
		"a table with a reference too many":  table(func(n *Node) { n.Refs = []string{"a", "b"} }),
		"a table beyond its pages":           table(func(n *Node) { n.Page, n.Pages = 3, 2 }),
		"too many rows":                      table(func(n *Node) { n.Rows = make([][]string, MaxRows+1) }),
		"too many columns":                   table(func(n *Node) { n.Columns = make([]string, MaxColumns+1) }),
		"too long a unit":                    {Type: Chart, Kind: KindBar, Label: "C", Series: []Series{{}}, Unit: strings.Repeat("x", maxUnit+1)},
	} {
		if err := Validate(&Node{Type: Page, Label: "P", Items: []Node{n}}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	under := &Node{Type: Form, ID: "f", Label: "F", Items: []Node{{Type: Field, ID: "a", Kind: KindRadios, Label: "A", Options: []Option{
		{Value: "x", Label: "X", Items: []Node{{Type: Section, Label: "S", Items: []Node{{Type: Button, ID: "b", Label: "B"}}}}},
	}}}}
	if Validate(under) == nil {
		t.Error("a button under an option: taken")
	}
	twice := &Node{Type: Form, ID: "f", Label: "F", Items: []Node{{Type: Button, ID: "b", Label: "B"}, {Type: Field, ID: "b", Kind: KindText, Label: "B"}}}
	if Validate(twice) == nil {
		t.Error("a button and a field of one id: taken")
	}
	full := Node{Type: Table, Label: "T", Columns: make([]string, MaxColumns)}
	for range MaxRows {
		full.Rows = append(full.Rows, make([]string, MaxColumns))
	}
	if err := Validate(&Node{Type: Page, Label: "P", Items: []Node{full}}); err != nil {
		t.Errorf("the largest table there may be: %v", err)
	}
	if Validate(&Node{Type: Page, Label: "P", Items: []Node{full, full}}) == nil {
		t.Error("two of the largest tables: taken")
	}
}

func TestMoneyIsReadAsPeopleTypeIt(t *testing.T) {
	for typed, want := range map[string]string{
		"12": "12.00", "12.5": "12.50", " £1,234.50 ": "1234.50", "£ 7": "7.00", "7 £": "7.00", "1 234 567": "1234567.00", "007": "7.00", ".5": "0.50",
		"-3": "-3.00", "−3": "-3.00", "-£3": "-3.00", "£-3": "-3.00", "-0.00": "0.00", "1\u202f000": "1000.00",
		"": "", "£": "", "x": "", "1.234": "", "1.": "", "12,50": "", "1,23,456": "", "1234,567": "", "1e3": "", "--1": "", "1.2.3": "", "$1": "", ".": "",
	} {
		got, ok := Amount(typed, "£")
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v; want %q", typed, got, ok, want)
		}
	}
}

func TestMoneyYesAndNoAreHeldAgainstTheirFields(t *testing.T) {
	tree := &Node{Type: Form, ID: "s", Label: "S", Items: []Node{
		{Type: Field, ID: "cost", Kind: KindMoney, Label: "Cost", Max: "100", Unit: "£"},
		{Type: Field, ID: "balance", Kind: KindMoney, Label: "Balance", Min: "-50"},
		{Type: Field, ID: "sure", Kind: KindYesNo, Label: "Sure?", Required: true},
		{Type: Field, ID: "street", Kind: KindLookup, Label: "Street", List: "streets", MaxLength: 5},
	}}
	if err := Validate(tree); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		field, typed, message string
	}{
		{"cost", "100.00", ""}, {"cost", "£99.5", ""}, {"cost", "100.01", "Enter 100 or less"}, {"cost", "a lot", "Enter an amount of money, like 12.50"},
		{"cost", "-1", "Enter an amount that is not below zero"}, {"cost", strings.Repeat("9", 40), "Enter a smaller amount"},
		{"balance", "-50", ""}, {"balance", "-50.01", "Enter -50 or more"},
		{"sure", "no", ""}, {"sure", "perhaps", "Choose yes or no"}, {"sure", "", "Choose yes or no"},
		{"street", "High", ""}, {"street", "Higher", "Enter no more than 5 characters"}, {"street", "a\nb", "Enter one line"},
	} {
		answers := Answers{"sure": {"yes"}}
		answers[c.field] = []string{c.typed}
		got := ""
		for _, e := range Check(tree, answers) {
			got = e.Message
		}
		if got != c.message {
			t.Errorf("%s %q: %q, want %q", c.field, c.typed, got, c.message)
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

// random fills every member of a node with something, or leaves it out.
func random(r *rand.Rand, v reflect.Value, depth int) {
	if r.IntN(3) == 0 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		words := []string{"a", "Straße", "日本", "<b>", "\"", "\\", "\n", "\u2028", "x y", "\u0001"}
		v.SetString(words[r.IntN(len(words))])
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(r.Int32()) - 1<<30)
	case reflect.Float64:
		v.SetFloat([]float64{0, -0.5, 53.4808, 1e15, -1e-9, 1.0 / 3}[r.IntN(6)])
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Struct:
		for i := range v.NumField() {
			random(r, v.Field(i), depth)
		}
	case reflect.Slice:
		if depth == 0 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1+r.IntN(3), 3))
		for i := range v.Len() {
			if v.Index(i).Kind() == reflect.Slice {
				v.Index(i).Set(reflect.MakeSlice(v.Index(i).Type(), 0, 0)) // [] comes back as [], a row without cells
			}
			random(r, v.Index(i), depth-1)
		}
	}
}

func TestAnyTreeComesBackAsItWent(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 0))
		var tree Node
		random(r, reflect.ValueOf(&tree).Elem(), 4)
		b := tree.Append(nil)
		got, err := Decode(b)
		if err != nil {
			t.Fatalf("seed %d: %v in %s", seed, err, b)
		}
		if !reflect.DeepEqual(got, &tree) {
			t.Fatalf("seed %d: %s came back as %s", seed, b, got.Append(nil))
		}
		Validate(got) // whatever it says: it ends
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
