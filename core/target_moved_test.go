package core_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"pgregory.net/rapid"
)

func TestPausingAndResumingAtOnceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, rule := drawCalendar(t), drawRule(t)
		rule.Pause = []core.PauseReason{core.PauseOpenQuestion, core.PauseWaiting}
		life := drawLife(t, c, rule)
		target := life[len(life)-1]
		now := target.Causes[len(target.Causes)-1].At.Add(drawDuration(t, "later"))
		reason := drawReason(t)
		for _, r := range target.PausedBy() {
			if r == reason {
				return // it stands still for this already
			}
		}
		was, _ := target.Settle(rule, c, now)
		paused, _, err := target.Apply(rule, c, core.Cause{Kind: core.CausePaused, Reason: reason, At: now})
		if err != nil {
			t.Fatal(err)
		}
		is, _, err := paused.Apply(rule, c, core.Cause{Kind: core.CauseResumed, Reason: reason, At: now})
		if err != nil {
			t.Fatal(err)
		}
		if !dueIfResumed(t, c, rule, is, now).Equal(dueIfResumed(t, c, rule, was, now)) || is.State != was.State || !reflect.DeepEqual(is.Done, was.Done) {
			t.Fatalf("it was %s, due %v, %v left; now %s, due %v, %v left", was.State, was.DueAt, was.Left, is.State, is.DueAt, is.Left)
		}
	})
}

func TestABeginningThatIsPutRightIsABeginningThen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, rule := drawCalendar(t), drawRule(t)
		life := drawLife(t, c, rule)
		target := life[len(life)-1]
		last := target.Causes[len(target.Causes)-1].At
		var began time.Time // for the last time; a due time that was set since counts from there
		for _, cause := range target.Causes {
			if cause.Kind == core.CauseStarted {
				began = cause.At
			}
		}
		at := began.Add(-drawDuration(t, "earlier"))
		moved, changed := target.Moved(rule, c, core.Cause{At: at, By: "Priya", Why: "the postmark", MovedAt: last})
		if !changed {
			if !at.Equal(began) {
				t.Fatal("it was not moved")
			}
			return
		}
		if err := moved.Ledger(last.Add(time.Hour), c).Check(); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(moved.Derive(rule, c), moved) {
			t.Fatal("it does not follow from its causes")
		}
		again, changed := moved.Moved(rule, c, core.Cause{At: at, MovedAt: last})
		if changed || !reflect.DeepEqual(again, moved) {
			t.Fatal("moving it to where it is changed it")
		}
		if len(target.Causes) == 1 {
			want := rule.Within.DueFrom(at, c)
			if !moved.DueAt.Equal(want) {
				t.Fatalf("due %v, want %v", moved.DueAt, want)
			}
		}
	})
}

func TestTheSameCalendarAndTheSameRuleChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, rule := drawCalendar(t), drawRule(t)
		life := drawLife(t, c, rule)
		target := life[len(life)-1]
		now := target.Causes[len(target.Causes)-1].At.Add(drawDuration(t, "later"))
		settled, _ := target.Settle(rule, c, now)
		if settled.State == core.StatePaused {
			return // where it is not known when it is due
		}
		if is, changed := settled.On(rule, c, now); changed || !is.DueAt.Equal(settled.DueAt) || is.State != settled.State || len(is.Done) != len(settled.Done) {
			t.Fatalf("on the same calendar: %v, %s, due %v instead of %s, due %v", changed, is.State, is.DueAt, settled.State, settled.DueAt)
		}
	})
}

func TestTheDateReceivedMovesTheDueTimeAndKeepsThePauses(t *testing.T) {
	c := office(t)
	rule := respond(t, "5 working days")
	k := start(t, c, rule, "2026-11-16 10:00")
	k.apply("2026-11-17 10:00", paused(core.PauseOpenQuestion))
	k.apply("2026-11-18 10:00", resumed(core.PauseOpenQuestion))
	if k.due() != "2026-11-24 10:00" {
		t.Fatalf("due %s", k.due())
	}
	moved, changed := k.target.Moved(rule, c, core.Cause{
		At: at(t, c, "2026-11-12 10:00"), By: "Priya", Why: "It lay in the post room", MovedAt: at(t, c, "2026-11-18 12:00"),
	})
	if !changed || wall(c, moved.DueAt) != "2026-11-20 10:00" || moved.State != core.StateDue {
		t.Fatalf("moved %v: due %s, %s", changed, wall(c, moved.DueAt), moved.State)
	}
	ledger := moved.Ledger(at(t, c, "2026-11-18 12:00"), c)
	if len(ledger.Changes) != 1 || ledger.Changes[0].Kind != core.SegmentMoved || ledger.Changes[0].By != "Priya" || ledger.Changes[0].Why != "It lay in the post room" {
		t.Errorf("the ledger says %+v", ledger.Changes)
	}
	// Earlier still: it was late before anybody knew.
	late, _ := moved.Moved(rule, c, core.Cause{At: at(t, c, "2026-11-02 10:00"), MovedAt: at(t, c, "2026-11-18 12:00")})
	_, steps := late.Settle(rule, c, at(t, c, "2026-11-18 12:00"))
	breached := false
	for _, s := range steps {
		if s.Kind == core.StepBreach {
			breached = wall(c, s.At) == "2026-11-09 10:00"
		}
	}
	if !breached {
		t.Errorf("it brought %+v", steps)
	}
}

func TestAnotherRuleTakesOverWhereTheOneBeforeBegan(t *testing.T) {
	c := office(t)
	k := start(t, c, respond(t, "5 working days"), "2026-11-16 10:00")
	k.apply("2026-11-16 12:00", paused(core.PauseOpenQuestion))
	k.apply("2026-11-16 14:00", resumed(core.PauseOpenQuestion))
	urgent := respond(t, "8 working hours")
	urgent.Key = "urgent"
	next := k.target.For(core.TargetID{}, urgent, c)
	if next.Rule != "urgent" || wall(c, next.DueAt) != "2026-11-17 12:00" {
		t.Errorf("%s is due %s", next.Rule, wall(c, next.DueAt))
	}
	urgent.Pause = nil // its clock knows no pause
	if next = k.target.For(core.TargetID{}, urgent, c); wall(c, next.DueAt) != "2026-11-17 10:00" {
		t.Errorf("without pauses it is due %s", wall(c, next.DueAt))
	}
}

func TestADueTimeRollsAsItsPromiseOrItsCalendarSays(t *testing.T) {
	plain := office(t)
	spec := plain.CalendarSpec
	spec.Roll = core.RollWithinMonth
	rolling, err := core.NewCalendar(spec, 2)
	if err != nil {
		t.Fatal(err)
	}
	days := func(n int, roll core.Roll, endOfDay bool) core.Promise {
		return core.Promise{Span: core.Span{Count: n, Unit: core.Days}, Roll: roll, EndOfDay: endOfDay}
	}
	month := core.Promise{Span: core.Span{Count: 1, Unit: core.Months}}
	for name, c := range map[string]struct {
		calendar    *core.Calendar
		promise     core.Promise
		start, want string
	}{
		"not":                             {plain, days(5, core.RollNone, false), "2026-11-16 10:00", "2026-11-21 10:00"},
		"forwards":                        {plain, days(5, core.RollNextWorkingDay, false), "2026-11-16 10:00", "2026-11-23 09:00"},
		"forwards to the end of a day":    {plain, days(5, core.RollNextWorkingDay, true), "2026-11-16 10:00", "2026-11-23 17:00"},
		"backwards":                       {plain, days(5, core.RollPreviousWorkingDay, false), "2026-11-16 10:00", "2026-11-20 17:00"},
		"backwards, end of a day":         {plain, days(5, core.RollPreviousWorkingDay, true), "2026-11-16 10:00", "2026-11-20 17:00"},
		"backwards from a working day":    {plain, days(4, core.RollPreviousWorkingDay, true), "2026-11-16 10:00", "2026-11-20 17:00"},
		"within the month":                {plain, days(5, core.RollWithinMonth, false), "2026-11-16 10:00", "2026-11-23 09:00"},
		"within the month, at its end":    {plain, days(5, core.RollWithinMonth, false), "2027-01-25 10:00", "2027-01-29 17:00"},
		"within the month, end of a day":  {plain, days(5, core.RollWithinMonth, true), "2027-01-25 10:00", "2027-01-29 17:00"},
		"the last of the month":           {plain, month, "2026-10-31 10:00", "2026-11-30 10:00"},
		"as the calendar says":            {rolling, days(5, core.RollNone, false), "2027-01-25 10:00", "2027-01-29 17:00"},
		"a month, as the calendar says":   {rolling, month, "2026-12-31 10:00", "2027-01-29 17:00"},
		"hours, whatever the calendar is": {rolling, core.Promise{Span: core.Span{Count: 120, Unit: core.Hours}}, "2026-11-16 10:00", "2026-11-21 10:00"},
	} {
		if got := wall(c.calendar, c.promise.DueFrom(at(t, c.calendar, c.start), c.calendar)); got != c.want {
			t.Errorf("%s: due %s, want %s", name, got, c.want)
		}
	}
	target := core.NewTarget(core.TargetID{}, core.CaseID{}, core.TargetRule{Key: "x", Within: month}, rolling, at(t, rolling, "2026-12-31 10:00"))
	if wall(rolling, target.DueAt) != "2027-01-29 17:00" || target.Causes[0].Within.Roll != core.RollWithinMonth {
		t.Errorf("a target is due %s by %+v", wall(rolling, target.DueAt), target.Causes[0].Within)
	}
}

func TestADayMoreOnAPromiseOfWholeDaysIsOneDay(t *testing.T) {
	c := office(t)
	rule := respond(t, "5 working days")
	rule.Within = core.Promise{Span: core.Span{Count: 5, Unit: core.Days}, EndOfDay: true}
	k := start(t, c, rule, "2026-11-16 10:00")
	if k.due() != "2026-11-22 00:00" {
		t.Fatalf("due %s", k.due())
	}
	k.apply("2026-11-17 10:00", extended(1, core.Days))
	if k.due() != "2026-11-23 00:00" {
		t.Errorf("with a day more it is due %s", k.due())
	}
}

func TestTheKeyOfATasksTargetSaysWhichTask(t *testing.T) {
	for _, c := range []struct {
		no  int
		key string
	}{{3, "investigate"}, {12, ""}} {
		no, key, ok := core.ParseTaskTarget(core.TaskTarget(c.no, c.key))
		if no != c.no || key != c.key || !ok {
			t.Errorf("%v came back as %d %q %v", c, no, key, ok)
		}
	}
	for _, other := range []string{"respond", "task:", "task:x", "task:0:a", ""} {
		if _, _, ok := core.ParseTaskTarget(other); ok {
			t.Errorf("%q is a task's", other)
		}
	}
}
