package core_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"pgregory.net/rapid"
)

const respondJSON = `{
	"key": "respond", "name": "Full response", "starts": "raised", "stops": "resolved",
	"within": {"working_days": 10},
	"pause": ["open_question", "waiting"],
	"extend": {"by": "staff", "at_most": "10 working days", "reason": "required"},
	"remind": [{"before": "2 working days"}, {"after": "1 hour"}],
	"ladder": [{"after": 0}, {"after": "5 working days"}]}`

func ruleFrom(t failer, spec string) core.TargetRule {
	t.Helper()
	var rule core.TargetRule
	if err := json.Unmarshal([]byte(spec), &rule); err != nil {
		t.Fatal(err)
	}
	if err := rule.Validate(); err != nil {
		t.Fatal(err)
	}
	return rule
}

func respond(t failer, within string) core.TargetRule {
	t.Helper()
	rule := ruleFrom(t, respondJSON)
	if err := rule.Within.UnmarshalJSON([]byte(`"` + within + `"`)); err != nil {
		t.Fatal(err)
	}
	return rule
}

// clock runs one target through its life, at wall times.
type clock struct {
	t        failer
	calendar *core.Calendar
	rule     core.TargetRule
	target   core.Target
	steps    []core.Step
}

func start(t failer, c *core.Calendar, rule core.TargetRule, wall string) *clock {
	t.Helper()
	return &clock{t: t, calendar: c, rule: rule, target: core.NewTarget(core.TargetID{}, core.CaseID{}, rule, c, at(t, c, wall))}
}

func (k *clock) apply(wall string, cause core.Cause) {
	k.t.Helper()
	if err := k.try(wall, cause); err != nil {
		k.t.Fatal(err)
	}
}

func (k *clock) try(wall string, cause core.Cause) error {
	cause.At = at(k.t, k.calendar, wall)
	next, steps, err := k.target.Apply(k.rule, k.calendar, cause)
	k.target, k.steps = next, append(k.steps, steps...)
	return err
}

func (k *clock) settle(wall string) {
	next, steps := k.target.Settle(k.rule, k.calendar, at(k.t, k.calendar, wall))
	k.target, k.steps = next, append(k.steps, steps...)
}

func (k *clock) due() string { return wall(k.calendar, k.target.DueAt) }

func (k *clock) story() string {
	var b strings.Builder
	for _, s := range k.steps {
		fmt.Fprintf(&b, "%s %s\n", wall(k.calendar, s.At), s.Key())
	}
	return b.String()
}

func paused(r core.PauseReason) core.Cause  { return core.Cause{Kind: core.CausePaused, Reason: r} }
func resumed(r core.PauseReason) core.Cause { return core.Cause{Kind: core.CauseResumed, Reason: r} }
func extended(n int, u core.Unit) core.Cause {
	return core.Cause{Kind: core.CauseExtended, Span: core.Span{Count: n, Unit: u}, By: "Priya", Why: "waiting for records"}
}

func TestWhatIsLeftIsExactAfterPauses(t *testing.T) {
	k := start(t, office(t), respond(t, "5 working days"), "2026-11-13 16:50")
	if k.due() != "2026-11-20 16:50" || k.target.State != core.StateDue {
		t.Fatalf("due %s, %s", k.due(), k.target.State)
	}
	k.apply("2026-11-17 11:50", paused(core.PauseOpenQuestion))
	if k.target.State != core.StatePaused || !k.target.DueAt.IsZero() || !k.target.NextAt.IsZero() {
		t.Errorf("paused: %+v", k.target)
	}
	if want := (core.Left{Time: 29 * time.Hour, Working: true}); k.target.Left != want {
		t.Errorf("left %v, want %v", k.target.Left, want)
	}
	k.apply("2026-11-18 15:00", resumed(core.PauseOpenQuestion))
	if k.due() != "2026-11-24 12:00" {
		t.Errorf("due %s", k.due())
	}
	k.apply("2026-11-20 18:00", paused(core.PauseWaiting)) // for a weekend
	k.apply("2026-11-23 08:00", resumed(core.PauseWaiting))
	if k.due() != "2026-11-24 12:00" {
		t.Errorf("due %s", k.due())
	}
}

func TestTheClockStandsStillUntilTheLastReasonIsGone(t *testing.T) {
	k := start(t, office(t), respond(t, "5 working days"), "2026-11-16 10:00")
	k.apply("2026-11-16 11:00", paused(core.PauseOpenQuestion))
	k.apply("2026-11-16 12:00", paused(core.PauseWaiting))
	before := k.target
	k.apply("2026-11-16 12:30", paused(core.PauseWaiting)) // again
	k.apply("2026-11-16 12:30", paused("full moon"))       // not in the rule
	k.apply("2026-11-16 12:30", resumed(core.PauseByHand)) // was not
	if !reflect.DeepEqual(k.target, before) {
		t.Errorf("changed by nothing: %+v", k.target)
	}
	k.apply("2026-11-16 13:00", resumed(core.PauseOpenQuestion))
	if k.target.State != core.StatePaused {
		t.Errorf("resumed too early: %+v", k.target)
	}
	k.apply("2026-11-16 14:00", resumed(core.PauseWaiting))
	if k.due() != "2026-11-23 13:00" {
		t.Errorf("due %s", k.due())
	}
	k.apply("2026-11-16 14:00", paused(core.PauseByHand))
	k.apply("2026-11-16 14:00", paused(core.PauseOpenQuestion))
	k.apply("2026-11-16 15:00", resumed("")) // all of them
	if k.due() != "2026-11-23 14:00" {
		t.Errorf("due %s", k.due())
	}
	if err := k.try("2026-11-16 15:00", resumed("")); core.KindOf(err) != core.ErrConflict {
		t.Errorf("resumed what was not paused: %v", err)
	}
}

func TestWorkingDaysThatDifferLeaveExactlyWhatWasLeft(t *testing.T) {
	c := calendarFrom(t, `{"key":"k","name":"n","zone":"Europe/London","hours":{"mon-thu":["08:00-18:00"],"fri":["08:00-12:00"]}}`)
	k := start(t, c, respond(t, "5 working days"), "2026-11-13 11:00")
	if k.due() != "2026-11-20 11:00" {
		t.Fatalf("due %s", k.due())
	}
	k.apply("2026-11-19 16:00", paused(core.PauseByHand)) // 2 h of Thursday and 3 h of Friday are left
	k.apply("2026-11-23 09:00", resumed(core.PauseByHand))
	if k.due() != "2026-11-23 14:00" {
		t.Errorf("due %s", k.due())
	}
}

func TestExtensionsHaveAReasonAndAMaximum(t *testing.T) {
	k := start(t, office(t), respond(t, "10 working days"), "2026-11-13 16:50")
	k.apply("2026-11-24 10:00", extended(1, core.WorkingDays))
	if k.due() != "2026-11-30 16:50" {
		t.Errorf("due %s", k.due())
	}
	k.apply("2026-11-24 10:00", extended(8, core.WorkingDays))
	for name, cause := range map[string]core.Cause{
		"at most": extended(2, core.WorkingDays),
		"reason":  {Kind: core.CauseExtended, Span: core.Span{Count: 1, Unit: core.WorkingDays}, Why: "  "},
		"by how":  {Kind: core.CauseExtended, Why: "because"},
	} {
		before := k.target
		if err := k.try("2026-11-24 11:00", cause); core.KindOf(err) != core.ErrInvalid || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(k.target, before) {
			t.Errorf("%s: something changed", name)
		}
	}
	k.apply("2026-11-24 11:00", extended(8, core.WorkingHours)) // another measure, the same sum
	if k.due() != "2026-12-11 16:50" {
		t.Errorf("due %s", k.due())
	}
	k.rule.Extend = nil
	if err := k.try("2026-11-24 11:00", extended(1, core.WorkingHours)); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("extended without a rule: %v", err)
	}
}

func TestAnExtensionCanTakeABreachBack(t *testing.T) {
	k := start(t, office(t), respond(t, "1 working hours"), "2026-11-16 10:00")
	k.rule.Remind, k.rule.Ladder = nil, nil
	if err := k.try("2026-11-16 15:00", extended(2, core.WorkingHours)); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("extended into the past: %v", err)
	}
	k.apply("2026-11-16 15:00", extended(1, core.WorkingDays))
	if k.target.State != core.StateDue || k.due() != "2026-11-17 11:00" {
		t.Errorf("%s, due %s", k.target.State, k.due())
	}
	k.settle("2026-11-17 12:00")
	want := "2026-11-16 11:00 breach\n2026-11-17 11:00 breach\n"
	if k.story() != want || k.target.State != core.StateBreached {
		t.Errorf("got %s, want %s", k.story(), want)
	}
}

func TestATargetSetByHandIsDueThen(t *testing.T) {
	k := start(t, office(t), respond(t, "10 working days"), "2026-11-13 16:50")
	due := at(t, k.calendar, "2026-11-21 23:15")
	k.apply("2026-11-17 10:00", core.Cause{Kind: core.CauseSet, DueAt: due, By: "Priya", Why: "agreed"})
	if !k.target.DueAt.Equal(due) {
		t.Errorf("due %s", k.due())
	}
	twenty := core.Promise{Span: core.Span{Count: 20, Unit: core.WorkingDays}}
	k.apply("2026-11-17 10:00", paused(core.PauseOpenQuestion))
	k.apply("2026-11-17 11:00", core.Cause{Kind: core.CauseSet, Within: &twenty})
	if k.target.State != core.StatePaused || k.target.Left.Time != 160*time.Hour {
		t.Errorf("set while paused: %s, left %v", k.target.State, k.target.Left)
	}
	k.apply("2026-11-17 12:00", resumed(core.PauseOpenQuestion))
	if k.due() != "2026-12-15 12:00" {
		t.Errorf("due %s", k.due())
	}
	for _, cause := range []core.Cause{{Kind: core.CauseSet}, {Kind: core.CauseSet, DueAt: due.AddDate(-1, 0, 0)}, {Kind: core.CauseSet, DueAt: due.AddDate(7000, 0, 0)}, {Kind: core.CauseSet, Within: &core.Promise{}}, {Kind: "bent"}} {
		if err := k.try("2026-11-17 12:00", cause); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%+v: %v", cause, err)
		}
	}
}

func TestTimeBringsRemindersBreachAndLadderInOrder(t *testing.T) {
	k := start(t, office(t), respond(t, "5 working days"), "2026-11-13 16:50")
	want := "2026-11-18 16:50 remind before 2 working days\n" +
		"2026-11-20 16:50 breach\n" +
		"2026-11-20 16:50 level 1\n" +
		"2026-11-20 17:50 remind after 1 hour\n" +
		"2026-11-27 16:50 level 2\n"
	k.settle("2026-12-31 00:00") // the server was down for weeks
	if k.story() != want {
		t.Errorf("got\n%swant\n%s", k.story(), want)
	}
	if k.target.State != core.StateBreached || !k.target.NextAt.IsZero() || k.due() != "2026-11-20 16:50" {
		t.Errorf("%+v", k.target)
	}
}

func TestNextIsTheEarliestStepToCome(t *testing.T) {
	k := start(t, office(t), respond(t, "5 working days"), "2026-11-13 16:50")
	for _, next := range []string{"2026-11-18 16:50", "2026-11-20 16:50", "2026-11-20 17:50", "2026-11-27 16:50"} {
		if got := wall(k.calendar, k.target.NextAt); got != next {
			t.Fatalf("next %s, want %s", got, next)
		}
		generation := k.target.Generation
		k.settle(next)
		if k.target.Generation != generation+1 {
			t.Errorf("at %s the generation went from %d to %d", next, generation, k.target.Generation)
		}
	}
}

func TestAReminderIsNeitherRepeatedNorLostByPauses(t *testing.T) {
	k := start(t, office(t), respond(t, "5 working days"), "2026-11-13 16:50")
	k.apply("2026-11-19 09:00", paused(core.PauseWaiting)) // reminded on Wednesday 16:50
	k.apply("2026-11-24 09:00", resumed(core.PauseWaiting))
	if want := "2026-11-18 16:50 remind before 2 working days\n"; k.story() != want {
		t.Errorf("got %q, want %q", k.story(), want)
	}
	if k.due() != "2026-11-25 16:50" || wall(k.calendar, k.target.NextAt) != k.due() {
		t.Errorf("due %s, next %s", k.due(), wall(k.calendar, k.target.NextAt))
	}

	k = start(t, office(t), respond(t, "5 working days"), "2026-11-13 16:50")
	k.rule.Remind = []core.Reminder{{Before: core.Span{Count: 2, Unit: core.Days}}} // days of another clock than the promise's
	k.target = k.target.Derive(k.rule, k.calendar)
	k.apply("2026-11-18 16:00", paused(core.PauseWaiting))
	k.apply("2026-11-20 16:00", resumed(core.PauseWaiting)) // due Tuesday 16:50: two days before is Sunday
	k.apply("2026-11-20 17:30", paused(core.PauseWaiting))
	k.apply("2026-11-23 08:00", resumed(core.PauseWaiting))
	k.settle("2026-11-23 08:00")
	if want := "2026-11-23 08:00 remind before 2 days\n"; k.story() != want {
		t.Errorf("got %q, want %q", k.story(), want)
	}
}

func TestANewPromiseRemindsAnewButNotOfThePast(t *testing.T) {
	k := start(t, office(t), respond(t, "1 working day"), "2026-11-16 10:00") // two working days before is over already
	if got := wall(k.calendar, k.target.NextAt); got != "2026-11-17 10:00" {
		t.Errorf("next %s", got)
	}
	k.apply("2026-11-16 11:00", extended(5, core.WorkingDays))
	if got := wall(k.calendar, k.target.NextAt); got != "2026-11-20 10:00" {
		t.Errorf("next %s", got)
	}
}

func TestOnceLatePausingChangesNothing(t *testing.T) {
	k := start(t, office(t), respond(t, "1 working hours"), "2026-11-16 10:00")
	k.apply("2026-11-16 12:00", paused(core.PauseOpenQuestion))
	if k.target.State != core.StateBreached || k.due() != "2026-11-16 11:00" {
		t.Errorf("%s, due %s", k.target.State, k.due())
	}
	k.settle("2026-11-24 12:00") // the ladder goes on
	if !strings.HasSuffix(k.story(), "2026-11-23 11:00 level 2\n") {
		t.Errorf("got %s", k.story())
	}
	k.apply("2026-11-25 10:00", extended(8, core.WorkingDays)) // and brings the pause back into force
	if k.target.State != core.StatePaused {
		t.Errorf("got %s", k.target.State)
	}
}

func TestATargetIsMetInTimeOrLate(t *testing.T) {
	k := start(t, office(t), respond(t, "5 working days"), "2026-11-13 16:50")
	early := *k
	early.apply("2026-11-20 14:50", core.Cause{Kind: core.CauseMet})
	if early.target.State != core.StateMet || early.target.Left.Time != 2*time.Hour || early.target.Running() || !early.target.NextAt.IsZero() {
		t.Errorf("%+v", early.target)
	}
	if err := early.try("2026-11-20 15:00", core.Cause{Kind: core.CauseCleared}); core.KindOf(err) != core.ErrConflict {
		t.Errorf("cleared when over: %v", err)
	}
	late := *k
	late.apply("2026-11-23 09:50", core.Cause{Kind: core.CauseMet})
	if late.target.State != core.StateBreached || late.target.Left.Time != -time.Hour || late.target.Running() {
		t.Errorf("%+v", late.target)
	}
	cleared := *k
	cleared.apply("2026-11-16 10:00", core.Cause{Kind: core.CauseCleared})
	if cleared.target.State != core.StateCleared || cleared.target.StoppedAt.IsZero() {
		t.Errorf("%+v", cleared.target)
	}
}

func TestAStoppedTargetGoesOnOrBeginsAnew(t *testing.T) {
	k := start(t, office(t), respond(t, "5 working days"), "2026-11-13 16:50")
	k.apply("2026-11-17 16:50", core.Cause{Kind: core.CauseMet})
	k.apply("2026-11-18 10:00", paused(core.PauseOpenQuestion)) // a question after the end
	k.apply("2026-11-19 10:00", resumed(core.PauseOpenQuestion))
	if k.due() != "2026-11-20 16:50" || k.target.State != core.StateMet {
		t.Errorf("%s, due %s", k.target.State, k.due())
	}
	goesOn := *k
	goesOn.apply("2026-11-24 16:50", resumed(""))
	if goesOn.due() != "2026-11-27 16:50" || goesOn.target.State != core.StateDue {
		t.Errorf("%s, due %s", goesOn.target.State, goesOn.due())
	}
	anew := *k
	anew.apply("2026-11-24 16:50", core.Cause{Kind: core.CauseStarted})
	if anew.due() != "2026-12-01 16:50" || anew.target.State != core.StateDue {
		t.Errorf("%s, due %s", anew.target.State, anew.due())
	}
}

func TestADateReceivedInThePastIsSettledAtOnce(t *testing.T) {
	k := start(t, office(t), respond(t, "1 working days"), "2026-11-09 10:00")
	k.apply("2026-11-13 16:50", paused(core.PauseOpenQuestion))
	want := "2026-11-10 10:00 breach\n2026-11-10 10:00 level 1\n2026-11-10 11:00 remind after 1 hour\n"
	if k.story() != want {
		t.Errorf("got %s, want %s", k.story(), want)
	}
}

func TestATargetSurvivesItsDocument(t *testing.T) {
	k := start(t, office(t), respond(t, "5 working days"), "2026-11-13 16:50")
	k.apply("2026-11-16 10:00", extended(1, core.WorkingDays))
	k.apply("2026-11-17 10:00", paused(core.PauseOpenQuestion))
	written, err := json.Marshal(k.target)
	if err != nil {
		t.Fatal(err)
	}
	var read core.Target
	if err := json.Unmarshal(written, &read); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(read, k.target) {
		t.Errorf("got %+v, want %+v", read, k.target)
	}
	if !strings.Contains(string(written), `{"kind":"extended","at":"2026-11-16T10:00:00Z","span":"1 working day","by":"Priya","why":"waiting for records"}`) {
		t.Errorf("written as %s", written)
	}
}

func TestARuleThatCannotWorkIsRefused(t *testing.T) {
	for change, want := range map[string]string{
		`{"starts": "someday"}`:                                           "starts",
		`{"stops": "stage:"}`:                                             "stops",
		`{"within": "0"}`:                                                 "how long",
		`{"pause": ["full moon"]}`:                                        "pause",
		`{"extend": {"reason": 1}}`:                                       "",
		`{"extend": {"reason": "perhaps"}}`:                               "required or optional",
		`{"remind": [{"before": "1 day", "after": "1 day"}]}`:             "not both",
		`{"within": {"hours": 1, "end_of_day": true}}`:                    "hours or minutes",
		`{"starts": "moon:full", "stops": "resolved", "within": "1 day"}`: "starts",
	} {
		rule := ruleFrom(t, respondJSON)
		err := json.Unmarshal([]byte(change), &rule)
		if err == nil {
			err = rule.Validate()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want it to say %q", change, err, want)
		}
	}
}

// Properties.

func drawCause(t *rapid.T, at time.Time) core.Cause {
	cause := core.Cause{At: at, By: "Priya", Why: "a reason"}
	cause.Kind = rapid.SampledFrom([]core.CauseKind{core.CausePaused, core.CauseResumed, core.CausePaused, core.CauseResumed,
		core.CauseExtended, core.CauseSet, core.CauseMet, core.CauseCleared, core.CauseStarted}).Draw(t, "kind")
	switch cause.Kind {
	case core.CausePaused:
		cause.Reason = drawReason(t)
	case core.CauseResumed:
		if rapid.Bool().Draw(t, "one reason") {
			cause.Reason = drawReason(t)
		}
	case core.CauseExtended:
		cause.Span = drawSpan(t)
	case core.CauseSet:
		if rapid.Bool().Draw(t, "by promise") {
			p := drawPromise(t)
			cause.Within = &p
		} else {
			cause.DueAt = at.Add(drawDuration(t, "until due"))
		}
	}
	return cause
}

func drawReason(t *rapid.T) core.PauseReason {
	return rapid.SampledFrom([]core.PauseReason{core.PauseOpenQuestion, core.PauseWaiting, core.PauseByHand}).Draw(t, "reason")
}

func drawRule(t *rapid.T) core.TargetRule {
	rule := ruleFrom(t, respondJSON)
	rule.Within = drawPromise(t)
	rule.Extend.AtMost = core.Span{}
	rule.Remind = []core.Reminder{{Before: drawSpan(t)}, {After: drawSpan(t)}}
	rule.Ladder = []core.EscalationStep{{}, {After: drawSpan(t)}}
	return rule
}

// drawLife makes a target and leads it through anything that may happen. It
// returns how it stood after each cause that was accepted.
func drawLife(t *rapid.T, c *core.Calendar, rule core.TargetRule) []core.Target {
	now := drawTime(t, "start")
	life := []core.Target{core.NewTarget(core.TargetID{}, core.CaseID{}, rule, c, now)}
	for range rapid.IntRange(0, 8).Draw(t, "causes") {
		now = now.Add(drawDuration(t, "later"))
		next, _, err := life[len(life)-1].Apply(rule, c, drawCause(t, now))
		if err == nil {
			life = append(life, next)
		}
	}
	return life
}

// dueIfResumed is when a target is due if its pauses end at now.
func dueIfResumed(t *rapid.T, c *core.Calendar, rule core.TargetRule, target core.Target, now time.Time) time.Time {
	if target.State != core.StatePaused {
		return target.DueAt
	}
	next, _, err := target.Apply(rule, c, core.Cause{Kind: core.CauseResumed, At: now})
	if err != nil {
		t.Fatal(err)
	}
	return next.DueAt
}

func TestPausingNeverMovesADueTimeEarlier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		rule := drawRule(t)
		life := drawLife(t, c, rule)
		target := life[len(life)-1]
		if !target.Running() {
			return
		}
		from := target.Causes[len(target.Causes)-1].At.Add(drawDuration(t, "until the pause"))
		to := from.Add(drawDuration(t, "pause"))
		paused, _, err := target.Apply(rule, c, core.Cause{Kind: core.CausePaused, Reason: core.PauseByHand, At: from})
		if err != nil {
			t.Fatal(err)
		}
		if after := dueIfResumed(t, c, rule, paused, to); after.Before(target.DueAt) {
			t.Fatalf("paused from %v to %v: due %v instead of %v", from, to, after, target.DueAt)
		}
		if again := dueIfResumed(t, c, rule, paused, from); !again.Equal(target.DueAt) {
			t.Fatalf("paused at %v for no time: due %v instead of %v", from, again, target.DueAt)
		}
	})
}

func TestALongerPauseNeverMakesADueTimeEarlier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		rule := drawRule(t)
		life := drawLife(t, c, rule)
		target, _, err := life[len(life)-1].Apply(rule, c, core.Cause{Kind: core.CausePaused, Reason: core.PauseByHand})
		if err != nil {
			t.Fatal(err)
		}
		if target.State != core.StatePaused {
			return // late, or stopped
		}
		now := target.Causes[len(target.Causes)-1].At.Add(drawDuration(t, "pause"))
		later := now.Add(drawDuration(t, "longer"))
		if a, b := dueIfResumed(t, c, rule, target, now), dueIfResumed(t, c, rule, target, later); b.Before(a) {
			t.Fatalf("resumed at %v it is due %v, at %v it is due %v", now, a, later, b)
		}
	})
}

func TestWhatIsLeftAfterAPauseIsWhatWasLeftBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		rule := drawRule(t)
		rule.Within.Roll = core.RollNone
		rule.Pause = nil
		target := core.NewTarget(core.TargetID{}, core.CaseID{}, rule, c, drawTime(t, "start"))
		now := target.Causes[0].At
		for range rapid.IntRange(1, 6).Draw(t, "pauses") {
			now = now.Add(drawDuration(t, "until the pause"))
			paused, _, _ := target.Apply(rule, c, core.Cause{Kind: core.CausePaused, Reason: core.PauseByHand, At: now})
			if paused.State != core.StatePaused {
				return // late
			}
			now = now.Add(drawDuration(t, "pause"))
			target, _, _ = paused.Apply(rule, c, core.Cause{Kind: core.CauseResumed, At: now})
			if got := target.Ledger(now, c).Left; got != paused.Left.Time {
				t.Fatalf("%v left before the pause, %v after", paused.Left, got)
			}
		}
	})
}

func TestPausedWorkingTimeIsAddedToTheDueTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		rule := respond(t, "10 working days")
		begin := drawTime(t, "start")
		target := core.NewTarget(core.TargetID{}, core.CaseID{}, rule, c, begin)
		allowed := c.WorkingBetween(begin, target.DueAt)
		from := begin.Add(drawDuration(t, "until the pause"))
		to := from.Add(drawDuration(t, "pause"))
		paused, _, _ := target.Apply(rule, c, core.Cause{Kind: core.CausePaused, Reason: core.PauseWaiting, At: from})
		if paused.State != core.StatePaused {
			return // late
		}
		want := c.AddWorking(begin, allowed+c.WorkingBetween(from, to)) // the same, computed the other way round
		if got := dueIfResumed(t, c, rule, paused, to); c.WorkingBetween(got, want) != 0 {
			t.Fatalf("due %v, want %v", got, want)
		}
	})
}

func TestALedgerSumsToItsDueTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		rule := drawRule(t)
		for _, target := range drawLife(t, c, rule) {
			now := target.Causes[len(target.Causes)-1].At.Add(drawDuration(t, "until now"))
			ledger := target.Ledger(now, c)
			if err := ledger.Check(); err != nil {
				t.Fatal(err)
			}
			if target.Running() && !target.DueAt.Equal(ledger.DueAt) {
				t.Fatalf("due %v, by the ledger %v", target.DueAt, ledger.DueAt)
			}
			if !target.Running() || target.DueAt.Before(now) {
				continue
			}
			atDue := target.Ledger(target.DueAt, c)
			if err := atDue.Check(); err != nil || atDue.Left != 0 || atDue.Used != atDue.Allowed {
				t.Fatalf("when due: %v, used %v of %v, left %v", err, atDue.Used, atDue.Allowed, atDue.Left)
			}
		}
	})
}

func TestDerivingAgainChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		rule := drawRule(t)
		for _, target := range drawLife(t, c, rule) {
			if again := target.Derive(rule, c); !reflect.DeepEqual(again, target) {
				t.Fatalf("got %+v, want %+v", again, target)
			}
		}
	})
}

func TestAnExtensionNeverMovesADueTimeEarlier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		rule := drawRule(t)
		life := drawLife(t, c, rule)
		target := life[len(life)-1]
		if target.State != core.StateDue {
			return
		}
		now := target.Causes[len(target.Causes)-1].At
		longer, _, err := target.Apply(rule, c, core.Cause{Kind: core.CauseExtended, Span: drawSpan(t), Why: "records", At: now})
		if err == nil && longer.DueAt.Before(target.DueAt) {
			t.Fatalf("due %v instead of %v", longer.DueAt, target.DueAt)
		}
	})
}

func TestSettlingOftenIsSettlingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		rule := drawRule(t)
		life := drawLife(t, c, rule)
		target := life[len(life)-1]
		last := target.Causes[len(target.Causes)-1].At
		end := last.AddDate(80, 0, 0) // the longest promise drawn, and its ladder, are 60 years

		whole, steps := target.Settle(rule, c, end)
		var inParts []core.Step
		part := target
		days := rapid.SliceOfN(rapid.IntRange(0, 365), 0, 10).Draw(t, "days")
		for _, now := range slices.Sorted(slices.Values(days)) {
			next, more := part.Settle(rule, c, last.AddDate(0, 0, now))
			part, inParts = next, append(inParts, more...)
		}
		part, more := part.Settle(rule, c, end)
		inParts = append(inParts, more...)
		if !slices.Equal(steps, inParts) {
			t.Fatalf("at once %v, in parts %v", steps, inParts)
		}
		if !whole.DueAt.Equal(part.DueAt) || whole.State != part.State || !slices.Equal(whole.Done, part.Done) {
			t.Fatalf("at once %+v, in parts %+v", whole, part)
		}
		if again, none := whole.Settle(rule, c, end); len(none) > 0 || !reflect.DeepEqual(again, whole) {
			t.Fatalf("settled again: %v", none)
		}
		if !slices.IsSortedFunc(steps, func(a, b core.Step) int { return a.At.Compare(b.At) }) {
			t.Fatalf("out of order: %v", steps)
		}
		if target.Running() && target.State == core.StateDue {
			if i := slices.IndexFunc(steps, func(s core.Step) bool { return s.Kind == core.StepBreach }); i < 0 || !steps[i].At.Equal(target.DueAt) {
				t.Fatalf("due %v, breached by %v", target.DueAt, steps)
			}
		}
	})
}

func BenchmarkSettleABreach(b *testing.B) {
	c, rule := office(b), respond(b, "10 working days")
	target := core.NewTarget(core.TargetID{}, core.CaseID{}, rule, c, at(b, c, "2026-11-13 16:50"))
	now := at(b, c, "2026-12-01 00:00")
	for b.Loop() {
		target.Settle(rule, c, now)
	}
}
