package core

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestOneThingSetsARoutineOff(t *testing.T) {
	three := Span{3, Days}
	for _, tt := range []struct {
		when Trigger
		kind TriggerKind
		says string // "" for what is wrong
	}{
		{Trigger{On: CaseRaised}, TriggerEvent, "on case.raised"},
		{Trigger{Quiet: three}, TriggerQuiet, "quiet for 3 days"},
		{Trigger{Field: "due", Before: three, Batch: 20}, TriggerDate, "3 days before “due”, 20 cases at once"},
		{Trigger{Field: "due", After: three}, TriggerDate, "3 days after “due”"},
		{Trigger{Field: "due"}, TriggerDate, "on the day of “due”"},
		{Trigger{Every: "0 7 * * *"}, TriggerEvery, "every 0 7 * * *"},
		{Trigger{}, "", ""},
		{Trigger{On: CaseRaised, Quiet: three}, TriggerEvent, ""},
		{Trigger{Before: three}, "", ""},
		{Trigger{Field: "due", Before: three, After: three}, TriggerDate, ""},
		{Trigger{On: CaseRaised, Batch: 5}, TriggerEvent, ""},
		{Trigger{Quiet: three, Batch: -1}, TriggerQuiet, ""},
		{Trigger{Quiet: three, Batch: MaxBatch + 1}, TriggerQuiet, ""},
	} {
		if err := tt.when.Validate(); (err == nil) != (tt.says != "") {
			t.Errorf("%+v: %v", tt.when, err)
		}
		if got := tt.when.Kind(); got != tt.kind {
			t.Errorf("%+v is of the kind %q, want %q", tt.when, got, tt.kind)
		}
		if tt.says != "" && tt.when.String() != tt.says {
			t.Errorf("it says %q, want %q", tt.when.String(), tt.says)
		}
	}
}

func TestTheMomentOfADateFollowsTheCalendar(t *testing.T) {
	calendar, err := NewCalendar(CalendarSpec{Key: "c", Zone: "Europe/London", Hours: WeekHours{1: {{From: 540, To: 1020}}, 2: {{From: 540, To: 1020}}, 3: {{From: 540, To: 1020}}, 4: {{From: 540, To: 1020}}, 5: {{From: 540, To: 1020}}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	cs := &Case{Fields: map[string]any{"hearing": "2026-07-06", "wrong": "soon"}} // a Monday in summer
	for _, tt := range []struct {
		when Trigger
		want string // "" for none
	}{
		{Trigger{Field: "hearing"}, "2026-07-05T23:00:00Z"},
		{Trigger{Field: "hearing", Before: Span{1, Days}}, "2026-07-04T23:00:00Z"},
		{Trigger{Field: "hearing", After: Span{2, Hours}}, "2026-07-06T01:00:00Z"},
		{Trigger{Field: "wrong"}, ""},
		{Trigger{Field: "gone"}, ""},
	} {
		at, ok := tt.when.Moment(cs, calendar)
		if ok != (tt.want != "") || ok && at.Format(time.RFC3339) != tt.want {
			t.Errorf("%s: %v, %v, want %q", tt.when, at, ok, tt.want)
		}
	}
	if at, _ := (Trigger{Field: "hearing", Before: Span{1, WorkingDays}}).Moment(cs, calendar); !at.Before(time.Date(2026, 7, 4, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("a working day before a Monday is %v", at)
	}
}

func TestAnActionIsOneThing(t *testing.T) {
	for _, tt := range []struct {
		do   Do
		says string
	}{
		{Do{Command: "case.claim"}, "case.claim"},
		{Do{Command: "case.close", With: Arguments{"reason": "upheld", "force": "x"}}, "case.close (force: x, reason: upheld)"},
		{Do{Message: "m", To: "requester"}, "send “m” to: requester"},
		{Do{Run: "plugin:a.b/c"}, "run a.b/c"},
		{Do{Webhook: "crm"}, "call the webhook “crm”"},
		{Do{}, ""},
		{Do{Message: "m"}, ""},
		{Do{Message: "m", To: "everybody"}, ""},
		{Do{Command: "case.claim", Webhook: "crm"}, ""},
		{Do{Webhook: "crm", With: Arguments{"a": "b"}}, ""},
		{Do{Webhook: "crm", To: "requester"}, ""},
	} {
		if err := tt.do.Validate(); (err == nil) != (tt.says != "") {
			t.Errorf("%+v: %v", tt.do, err)
		}
		if tt.says != "" && tt.do.String() != tt.says {
			t.Errorf("it says %q, want %q", tt.do.String(), tt.says)
		}
	}
}

func TestAChainStopsWhereItWouldBeginAgain(t *testing.T) {
	ct := &CaseType{Key: "t", Routines: []Routine{{Key: "a", Name: Plain("A")}, {Key: "b", Name: Plain("B")}}}
	a := RoutineActor("t", "a", nil)
	b := RoutineActor("t", "b", a.SetsOff())
	if chain := b.SetsOff(); !slices.Equal(chain, []string{"t/a", "t/b"}) {
		t.Errorf("the chain is %v", chain)
	}
	if chain := SystemActor().SetsOff(); chain != nil {
		t.Errorf("the clock's chain is %v", chain)
	}
	for _, tt := range []struct {
		key   string
		chain []string
		want  string
	}{
		{"b", a.SetsOff(), ""},
		{"a", a.SetsOff(), "“A” set itself off."},
		{"a", b.SetsOff(), "“A” set off “B”, which would have set off “A” again."},
		{"c", []string{"t/a", "t/gone"}, ""},
		{"b", []string{"1", "2", "3", "4", "5", "6", "7", "8"}, "“1” set off “2”, which set off “3”, which set off “4”, which set off “5”, which set off “6”, which set off “7”, which set off “8”, which would have set off “B”. Routines set off each other 8 deep at most."},
	} {
		if got := ct.StopsRoutine(tt.key, tt.chain); got != tt.want {
			t.Errorf("%s after %v: %q, want %q", tt.key, tt.chain, got, tt.want)
		}
	}
}

// unheard are the events of a case that set off nothing: what routines and
// actions record of themselves.
var unheard = []EventKind{RoutineStopped, ActionRan}

// Whoever adds an event of a case says whether it sets off routines.
func TestEveryEventOfACaseSetsOffRoutines(t *testing.T) {
	heard := RoutineEvents()
	slices.Sort(heard)
	if len(slices.Compact(heard)) != len(RoutineEvents()) {
		t.Error("an event is listed twice")
	}
	files := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			kind, ok := spec.Type.(*ast.Ident)
			literal, is := spec.Values[0].(*ast.BasicLit)
			if !ok || !is || kind.Name != "EventKind" {
				return true
			}
			event, _ := strconv.Unquote(literal.Value)
			area, _, _ := strings.Cut(event, ".")
			if slices.Contains([]string{"plugin", "publisher", "configuration", "people", "staff", "group", "client", "template", "webhook", "lookup", "import", "organisation", "calendar", "message", "mailbox"}, area) {
				return true
			}
			found++
			if !slices.Contains(heard, EventKind(event)) && !slices.Contains(unheard, EventKind(event)) {
				t.Errorf("%s sets off nothing: list it in RoutineEvents", event)
			}
			return true
		})
	}
	if found < 40 {
		t.Fatalf("only %d events were found: the search for them is broken", found)
	}
}
