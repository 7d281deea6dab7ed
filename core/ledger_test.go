package core_test

import (
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
)

// leafletCase is the case of the ledger that designers drew: seven working
// days, paused for a question, extended by a day.
func leafletCase(t *testing.T) *clock {
	k := start(t, office(t), respond(t, "7 working days"), "2026-11-13 16:50")
	k.apply("2026-11-17 11:50", paused(core.PauseOpenQuestion))
	k.apply("2026-11-18 15:00", resumed(core.PauseOpenQuestion))
	k.apply("2026-11-24 10:00", extended(1, core.WorkingDays))
	return k
}

func lines(l core.Ledger, c *core.Calendar) string {
	var b strings.Builder
	for _, line := range l.Lines(c) {
		b.WriteString(line.Words + " | " + line.Amount + "\n")
	}
	return b.String()
}

func TestALedgerExplainsADueTimeInWords(t *testing.T) {
	k := leafletCase(t)
	if k.due() != "2026-11-27 12:00" {
		t.Fatalf("due %s", k.due())
	}
	l := k.target.Ledger(at(t, k.calendar, "2026-11-26 14:00"), k.calendar)
	want := `Fri 13 Nov 16:50 to 17:00 | 0 h 10
Weekend | not counted
Mon 16 to Tue 17 Nov 11:50 | 10 h 50
Paused, question open, to Wed 18 Nov 15:00 | not counted
Wed 18 15:00 to Fri 20 Nov | 18 h 00
Weekend | not counted
Mon 23 Nov to now, Thu 14:00 | 29 h 00
`
	if got := lines(l, k.calendar); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if l.Used != 58*time.Hour || l.Promised != 56*time.Hour || l.Extended != 8*time.Hour || l.Allowed != 64*time.Hour || l.Left != 6*time.Hour {
		t.Errorf("used %v of %v + %v = %v, left %v", l.Used, l.Promised, l.Extended, l.Allowed, l.Left)
	}
	if len(l.Changes) != 1 || l.Changes[0].By != "Priya" || l.Changes[0].Added != 8*time.Hour || l.Changes[0].Words() != "Extended" {
		t.Errorf("changes %+v", l.Changes)
	}
	if err := l.Check(); err != nil {
		t.Error(err)
	}
}

func TestALedgerNamesWhatWasClosed(t *testing.T) {
	k := start(t, office(t), respond(t, "5 working days"), "2026-12-22 18:00")
	k.apply("2026-12-30 10:00", core.Cause{Kind: core.CauseMet})
	want := `Outside working hours | not counted
Wed 23 to Thu 24 Dec | 11 h 00
Christmas Day | not counted
Weekend | not counted
Boxing Day (substitute) | not counted
Tue 29 to Wed 30 Dec 10:00 | 9 h 00
`
	l := k.target.Ledger(at(t, k.calendar, "2027-02-01 00:00"), k.calendar)
	if got := lines(l, k.calendar); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}

	c := calendarFrom(t, `{"key":"k","name":"n","zone":"Europe/London","hours":{"mon-tue":["09:00-12:00","13:00-17:00"],"thu":["09:00-17:00"]}}`)
	k = start(t, c, respond(t, "5 working days"), "2026-11-17 10:00")
	l = k.target.Ledger(at(t, c, "2026-11-19 10:00"), c)
	want = `Tue 17 Nov 10:00 to 17:00 | 6 h 00
Closed on Wednesdays | not counted
Thu 19 Nov to now, Thu 10:00 | 1 h 00
`
	if got := lines(l, c); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestAPromiseOfCalendarDaysCountsDayAndNight(t *testing.T) {
	k := start(t, office(t), respond(t, "28 days"), "2026-10-20 10:00")
	k.apply("2026-10-21 10:00", paused(core.PauseWaiting))
	k.apply("2026-10-22 11:30", resumed(core.PauseWaiting))
	want := `Tue 20 10:00 to Wed 21 Oct 10:00 | 24 h 00
Paused, waiting, to Thu 22 Oct 11:30 | not counted
Thu 22 Oct 11:30 to now, Mon 11:30 | 97 h 00
`
	l := k.target.Ledger(at(t, k.calendar, "2026-10-26 11:30"), k.calendar)
	if got := lines(l, k.calendar); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if k.due() != "2026-11-18 11:30" || l.Working {
		t.Errorf("due %s", k.due())
	}
}

func TestARolledDueTimeSaysByHowMuch(t *testing.T) {
	rule := respond(t, "5 working days")
	rule.Within = core.Promise{Span: core.Span{Count: 1, Unit: core.Months}, Roll: core.RollNextWorkingDay}
	k := start(t, office(t), rule, "2026-11-25 10:00")
	l := k.target.Ledger(at(t, k.calendar, "2026-11-26 10:00"), k.calendar)
	if k.due() != "2026-12-29 09:00" || l.Rolled != 4*24*time.Hour-time.Hour || l.Check() != nil {
		t.Errorf("due %s, rolled %v, %v", k.due(), l.Rolled, l.Check())
	}
}

func TestALedgerThatDoesNotSumIsFound(t *testing.T) {
	k := leafletCase(t)
	l := k.target.Ledger(at(t, k.calendar, "2026-11-26 14:00"), k.calendar)
	for name, spoil := range map[string]func(*core.Ledger){
		"sum":   func(l *core.Ledger) { l.Left++ },
		"gap":   func(l *core.Ledger) { l.Segments = append(l.Segments[:1:1], l.Segments[2:]...) },
		"short": func(l *core.Ledger) { l.Until = l.Until.Add(time.Hour) },
	} {
		bad := l
		spoil(&bad)
		if bad.Check() == nil {
			t.Errorf("%s: not found", name)
		}
	}
}
