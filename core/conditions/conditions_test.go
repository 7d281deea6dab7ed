package conditions_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/conditions"
)

func caseType(t testing.TB) *core.CaseType {
	t.Helper()
	ct := new(core.CaseType)
	if err := json.Unmarshal([]byte(casestest.ComplaintType), ct); err != nil {
		t.Fatal(err)
	}
	ct.Key = "complaint"
	ct.Fields = append(ct.Fields,
		core.Field{Key: "incident-date", Kind: core.FieldDate, Label: core.Plain("When")},
		core.Field{Key: "harm", Kind: core.FieldYesNo, Label: core.Plain("Harm")},
		core.Field{Key: "needs", Kind: core.FieldChoices, Label: core.Plain("Needs")},
		core.Field{Key: "service", Kind: core.FieldText, Label: core.Plain("Service")},
	)
	return ct
}

// snapshot is a case five days old, with a target, tasks and fields.
func snapshot(t testing.TB) (conditions.Snapshot, *core.Recorded) {
	t.Helper()
	now := casestest.Start
	staff := core.NewID[core.StaffID]()
	cs := &core.Case{
		Ref: "CMP-1", Type: "complaint", Subject: "Bins", Status: "in-progress", StatusKind: core.StatusOpen, Priority: "high", Subtype: "waste", Group: "complaints-team",
		Assignee: staff, Level: 1, Channel: core.ChannelWeb, Contact: core.Contact{Name: "Amara", Email: "amara@example.org"}, RaisedAt: now.Add(-5 * 24 * time.Hour),
		Fields: map[string]any{"depth": 12.5, "incident-date": "2026-11-10", "harm": true, "needs": []any{"braille", "phone"}, "service": "Waste"},
	}
	event := &core.Recorded{
		Kind: core.PriorityChanged, Version: 7, Actor: core.StaffActor(staff, "Priya"), HappenedAt: now, Aspects: []core.Aspect{core.AspectPriority},
		Changes: map[core.Aspect]core.Changed{core.AspectPriority: {"normal", "high"}}, About: core.About{"reason": "vulnerable", "n": 3.0},
	}
	return conditions.Snapshot{
		Case: cs, Type: caseType(t), Now: now, Changed: now.Add(-49 * time.Hour), Questions: 1,
		Targets: []core.Target{{Rule: "respond", State: core.StateBreached, DueAt: now.Add(-time.Hour)}},
		Tasks:   []core.Task{{Type: "response", State: core.TaskDone}, {Type: "history", State: core.TaskOpen, DueAt: now.Add(-time.Hour)}},
	}, event
}

func TestAConditionIsAnsweredFromTheCaseAndTheEvent(t *testing.T) {
	t.Parallel()
	c, ct := conditions.New(), caseType(t)
	s, event := snapshot(t)
	for text, want := range map[string]bool{
		"":                        true,
		`case.priority == "high"`: true,
		`case.status in ["new", "in-progress"] && case.status_kind == "open"`: true,
		`case.stage == ""`: true,
		`case.assigned && case.level > 0 && case.group == "complaints-team"`:     true,
		`case.age > days(4) && case.age < days(6) && case.age_days == 5`:         true,
		`case.quiet >= hours(49) && case.quiet_days == 2`:                        true,
		`requester.email.endsWith("@example.org") && !requester.known`:           true,
		`fields.depth > 12 && fields.depth == 12.5`:                              true,
		`fields.incident_date == date("2026-11-10")`:                             true,
		`fields.incident_date < now - days(3)`:                                   true,
		`fields.harm && "braille" in fields.needs && fields.service == "Waste"`:  true,
		`fields.finding == ""`:                                                   true,
		`targets.respond.late && targets.respond.left < hours(0)`:                true,
		`targets.acknowledge.state == "none" && !given(targets.acknowledge.due)`: true,
		`tasks.open == 1 && tasks.overdue == 1 && tasks.response.done == 1`:      true,
		`questions.open == 1`:                                                    true,
		`event.kind == "case.priority_changed" && event.by == "staff"`:           true,
		`event.before.priority == "normal" && event.after.priority == "high"`:    true,
		`event.before.status == event.after.status`:                              true,
		`event.changed == ["priority"] && event.reason == "vulnerable"`:          true,
		`event.about.n == 3.0 && event.about.reason == "vulnerable"`:             true,
		`has(event.about.reason) && !has(event.about.nothing)`:                   true,
		`fields.needs.exists(n, n.startsWith("ph")) && size(fields.needs) == 2`:  true,
		`case.subject.matches("^B.*s$")`:                                         true,
		`case.priority == "low" || case.level == 2`:                              false,
		`case.priority == "low" ? fields.harm : case.raised > now`:               false,
	} {
		condition, err := c.Compile(ct, text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := condition.Answer(t.Context(), s, event); got.Holds != want || got.Problem != "" {
			t.Errorf("%s: %+v, want %v", text, got, want)
		}
	}
}

func TestWithoutAnEventItsNamesAreEmpty(t *testing.T) {
	t.Parallel()
	c := conditions.New()
	s, _ := snapshot(t)
	condition, err := c.Compile(s.Type, `event.kind == "" && event.by == "" && event.before.priority == "high" && size(event.changed) == 0 && !given(event.at)`)
	if err != nil {
		t.Fatal(err)
	}
	if got := condition.Answer(t.Context(), s, nil); !got.Holds {
		t.Errorf("%+v", got)
	}
}

func TestAnAnswerSaysWhatEveryNameStoodFor(t *testing.T) {
	t.Parallel()
	c := conditions.New()
	s, event := snapshot(t)
	condition, err := c.Compile(s.Type, `case.priority == "low" && (fields.harm || tasks.open > 3) && targets.respond.left > hours(1) && fields.incident_date > now && case.priority != ""`)
	if err != nil {
		t.Fatal(err)
	}
	got := condition.Answer(t.Context(), s, event)
	var said []string
	for _, v := range got.Values {
		said = append(said, v.Name+" = "+v.Value)
	}
	want := []string{`case.priority = "high"`, "fields.harm = yes", "tasks.open = 1", "targets.respond.left = -1 h 00", "fields.incident_date = 2026-11-10 00:00:00", "now = 2026-11-17 10:00:00"}
	if got.Holds || !slices.Equal(said, want) {
		t.Errorf("it says %q, want %q", said, want)
	}
	if !condition.Uses("tasks") || condition.Uses("questions") || condition.Uses("task") {
		t.Error("what it uses is wrong")
	}
}

func TestMistakesAreSaidWithTheirPlace(t *testing.T) {
	t.Parallel()
	c, ct := conditions.New(), caseType(t)
	for _, tt := range []struct {
		text           string
		column         int
		message, meant string
	}{
		{`case.statuss == "new"`, 1, "There is no “case.statuss”. Did you mean “case.status”?", "case.status"},
		{`case.priority == "high" && fields.dept > 3.0`, 28, "There is no “fields.dept”. Did you mean “fields.depth”?", "fields.depth"},
		{`somebody == "x"`, 1, "There is no “somebody”.", ""},
		{`targets.respond.state.nothing == "x"`, 1, "There is no “targets.respond.state.nothing”. Did you mean", ""},
		{`case.priority == 3`, 15, "“==” does not fit here: it is given a text and a whole number.", ""},
		{`fields.depth == 3`, 14, "Write it with a point: 3.0.", ""},
		{`case.priority`, 1, "this one gives a text", ""},
		{`case.priority = "high"`, 15, "Equal is written ==", ""},
		{`case.priority ==`, 17, "This ends too soon", ""},
		{`case.priority == 'high" `, 18, "double quotes", ""},
		{`nothing(case.priority)`, 8, "There is no “nothing”.", ""},
		{strings.Repeat("(", 60) + "true" + strings.Repeat(")", 60), 0, "brackets", ""},
		{strings.Repeat("x", core.MaxCondition+1), 0, "letters at most", ""},
	} {
		problems := c.Check(ct, tt.text)
		if len(problems) == 0 {
			t.Errorf("%s: nothing is wrong", tt.text)
			continue
		}
		p := problems[0]
		if !strings.Contains(p.Message, tt.message) || tt.column > 0 && p.Column != tt.column || tt.meant != "" && p.Meant != tt.meant {
			t.Errorf("%s: %+v, want %q at %d", tt.text, p, tt.message, tt.column)
		}
		if _, err := c.Compile(ct, tt.text); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: %v", tt.text, err)
		}
	}
	if problems := c.Check(ct, "case.level > 0 &&\n  fields.nothing"); len(problems) != 1 || problems[0].Line != 2 || problems[0].Column != 3 {
		t.Errorf("in the second line: %+v", problems)
	}
}

func TestWhatWouldTakeTooLongIsNotAnswered(t *testing.T) {
	t.Parallel()
	c := conditions.New()
	s, event := snapshot(t)
	big := make([]any, 1000)
	for i := range big {
		big[i] = "x"
	}
	s.Case.Fields["needs"] = big
	condition, err := c.Compile(s.Type, `fields.needs.all(a, fields.needs.all(b, fields.needs.all(c, a == b && b == c)))`)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if got := condition.Answer(t.Context(), s, event); got.Holds || got.Problem != "It takes too long to answer." {
		t.Errorf("%+v", got)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
	condition, err = c.Compile(s.Type, `date(fields.service) > now`)
	if err != nil {
		t.Fatal(err)
	}
	if got := condition.Answer(t.Context(), s, event); got.Holds || got.Problem != "“Waste” is not a date; write it like 2026-11-20." {
		t.Errorf("%+v", got)
	}
}

func TestRowsAndExpressionsSayTheSame(t *testing.T) {
	t.Parallel()
	c, ct := conditions.New(), caseType(t)
	for _, tt := range []struct {
		form conditions.Form
		text string
	}{
		{conditions.Form{}, ""},
		{conditions.Form{Rows: []conditions.Row{{"case.priority", conditions.Is, []string{"high"}}}}, `case.priority == "high"`},
		{conditions.Form{Rows: []conditions.Row{
			{"case.status", conditions.OneOf, []string{"new", "in-progress"}}, {"fields.depth", conditions.AtLeast, []string{"3"}}, {"fields.harm", conditions.No, nil},
			{"case.quiet", conditions.Above, []string{"30"}}, {"fields.incident_date", conditions.Below, []string{"2026-11-20"}},
		}}, `case.status in ["new", "in-progress"] && fields.depth >= 3.0 && !fields.harm && case.quiet > days(30) && fields.incident_date < date("2026-11-20")`},
		{conditions.Form{Any: true, Rows: []conditions.Row{
			{"case.stage", conditions.Empty, nil}, {"requester.email", conditions.NotEmpty, nil}, {"case.subject", conditions.ContainsNot, []string{`a "quoted" \ word`}},
			{"fields.needs", conditions.Contains, []string{"braille"}}, {"fields.needs", conditions.ContainsNot, []string{"phone"}}, {"case.status", conditions.NoneOf, []string{"closed"}},
			{"case.level", conditions.IsNot, []string{"0"}}, {"fields.incident_date", conditions.NotGiven, nil}, {"fields.incident_date", conditions.Given, nil}, {"fields.harm", conditions.Yes, nil},
			{"case.subject", conditions.Contains, []string{"bin"}}, {"fields.depth", conditions.Is, []string{"-2.5"}},
		}}, ""},
	} {
		text, err := tt.form.Text(ct)
		if err != nil || tt.text != "" && text != tt.text {
			t.Errorf("%+v writes %s, %v", tt.form, text, err)
			continue
		}
		if problems := c.Check(ct, text); len(problems) > 0 {
			t.Errorf("%s: %v", text, problems)
		}
		back, ok := c.FormOf(ct, text)
		if want, got := asJSON(t, tt.form), asJSON(t, back); !ok || got != want {
			t.Errorf("%s reads as %s, %v; want %s", text, got, ok, want)
		}
	}
	for _, text := range []string{
		`case.priority == "high" && (case.level > 0 || fields.harm)`, `case.priority == case.subtype`, `size(case.subject) > 3`, `!(case.level > 0)`, `case.nothing == "x"`, `"x" == case.priority`,
	} {
		if f, ok := c.FormOf(ct, text); ok {
			t.Errorf("%s reads as %+v", text, f)
		}
	}
	for _, f := range []conditions.Form{
		{Rows: []conditions.Row{{"case.nothing", conditions.Is, []string{"x"}}}}, {Rows: []conditions.Row{{"case.level", conditions.Is, []string{"x"}}}},
		{Rows: []conditions.Row{{"case.priority", conditions.Above, []string{"x"}}}}, {Rows: []conditions.Row{{"case.priority", conditions.Is, nil}}},
		{Rows: []conditions.Row{{"case.raised", conditions.Below, []string{"soon"}}}}, {Rows: []conditions.Row{{"case.status", conditions.OneOf, nil}}},
	} {
		if text, err := f.Text(ct); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%+v writes %s, %v", f, text, err)
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestEveryNameCanBeAskedAndIsDescribed(t *testing.T) {
	t.Parallel()
	c := conditions.New()
	s, event := snapshot(t)
	names := conditions.Names(s.Type)
	if len(names) < 60 {
		t.Errorf("only %d names", len(names))
	}
	for _, n := range names {
		if n.Doc == "" {
			t.Errorf("%s has no description", n.Path)
		}
		text := map[conditions.Kind]string{
			conditions.Text: n.Path + ` == "x"`, conditions.Whole: n.Path + " == 1", conditions.Number: n.Path + " == 1.0", conditions.YesNo: n.Path,
			conditions.Time: "given(" + n.Path + ")", conditions.Length: n.Path + " > days(1)", conditions.List: `"x" in ` + n.Path, conditions.AnyThing: "has(" + n.Path + ".x)",
		}[n.Kind]
		condition, err := c.Compile(s.Type, text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := condition.Answer(t.Context(), s, event); got.Problem != "" {
			t.Errorf("%s: %+v", text, got)
		}
		if got := condition.Answer(t.Context(), conditions.Snapshot{Case: &core.Case{}, Type: s.Type}, nil); got.Problem != "" {
			t.Errorf("%s of an empty case: %+v", text, got)
		}
	}
}

// Whatever somebody types is refused or answered, and nothing breaks.
func FuzzConditions(f *testing.F) {
	for _, seed := range []string{`case.status == "new"`, `fields.depth > 3.0 && !fields.harm`, `[1,2].all(x, x > 0)`, `{"a": case.level}.a == 1`, "\x00", `"\U0010ffff"`, "!!!!!true", `case.priority in ["a"]`} {
		f.Add(seed)
	}
	c := conditions.New()
	s, event := snapshot(f)
	f.Fuzz(func(t *testing.T, text string) {
		condition, err := c.Compile(s.Type, text)
		if err != nil {
			if core.KindOf(err) != core.ErrInvalid {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		condition.Answer(t.Context(), s, event)
		if form, ok := c.FormOf(s.Type, text); ok {
			again, err := form.Text(s.Type)
			if err != nil {
				return // a value that rows do not write, such as a wrong date
			}
			if _, still := c.FormOf(s.Type, again); !still {
				t.Errorf("%q is written %q, which is no form", text, again)
			}
		}
	})
}

// What it costs to check an expression that was just written.
func BenchmarkCompile(b *testing.B) {
	c := conditions.New()
	s, _ := snapshot(b)
	s.Type.Version = 1
	for i := 0; b.Loop(); i++ {
		if _, err := c.Compile(s.Type, fmt.Sprintf(`case.priority == "high" && fields.depth > %d.0 && targets.respond.late && event.after.priority != event.before.priority`, i)); err != nil {
			b.Fatal(err)
		}
	}
}

// What one routine costs each event that it hears: the condition is compiled
// once, and answered.
func BenchmarkAnswer(b *testing.B) {
	c := conditions.New()
	s, event := snapshot(b)
	s.Type.Version = 1 // as published
	for b.Loop() {
		condition, err := c.Compile(s.Type, `case.priority == "high" && fields.depth > 3.0 && targets.respond.late && event.after.priority != event.before.priority`)
		if err != nil || !condition.Answer(b.Context(), s, event).Holds {
			b.Fatal(err)
		}
	}
}
