package core_test

import (
	"testing"

	"github.com/casement-dev/casement/core"
	"pgregory.net/rapid"
)

func TestDueTimesAreSaidAsPeopleSayThem(t *testing.T) {
	running := leafletCase(t) // due Friday 27 November 12:00
	late := leafletCase(t)
	late.settle("2026-11-27 12:00")
	standing := leafletCase(t)
	standing.apply("2026-11-24 15:00", paused(core.PauseWaiting))
	met := leafletCase(t)
	met.apply("2026-11-27 10:00", core.Cause{Kind: core.CauseMet})
	justMet := leafletCase(t)
	justMet.apply("2026-11-27 11:59", core.Cause{Kind: core.CauseMet})
	metLate := leafletCase(t)
	metLate.apply("2026-11-30 10:00", core.Cause{Kind: core.CauseMet})
	cleared := leafletCase(t)
	cleared.apply("2026-11-25 10:00", core.Cause{Kind: core.CauseCleared})
	month := start(t, office(t), respond(t, "2 months"), "2026-11-13 16:50")
	rule := respond(t, "1 day")
	rule.Within.EndOfDay = true
	midnight := start(t, office(t), rule, "2026-11-13 16:50")

	for _, test := range []struct {
		name string
		k    *clock
		now  string
		want core.DueTime
	}{
		{"near", running, "2026-11-26 14:00", core.DueTime{"Due tomorrow 12:00, 6 working hours left", "Tomorrow 12:00", 91, core.ToneWarn}},
		{"today", running, "2026-11-27 11:20", core.DueTime{"Due today 12:00, 40 working minutes left", "Today 12:00", 99, core.ToneWarn}},
		{"far", running, "2026-11-24 14:00", core.DueTime{"Due Fri 27 Nov 12:00, 22 working hours left", "Fri 27 Nov 12:00", 66, core.ToneCalm}},
		{"farther", running, "2026-11-24 11:00", core.DueTime{"Due Fri 27 Nov 12:00, 3 working days left", "Fri 27 Nov 12:00", 61, core.ToneCalm}},
		{"late", late, "2026-11-27 14:30", core.DueTime{"2 working hours late", "2 hours late", 100, core.ToneBad}},
		{"late, not yet noticed", running, "2026-11-27 14:30", core.DueTime{"2 working hours late", "2 hours late", 100, core.ToneBad}},
		{"late this instant", late, "2026-11-27 12:00", core.DueTime{"Late", "Late", 100, core.ToneBad}},
		{"late by days", late, "2026-12-03 12:00", core.DueTime{"4 working days late", "4 days late", 100, core.ToneBad}},
		{"paused", standing, "2026-11-30 09:00", core.DueTime{"Paused, 21 working hours left", "Paused, 21 h left", 67, core.TonePaused}},
		{"met", met, "2026-12-30 09:00", core.DueTime{"Met, 2 hours early", "Met, 2 hours early", 100, core.ToneGood}},
		{"just met", justMet, "2026-12-30 09:00", core.DueTime{"Met, 1 minute early", "Met, 1 minute early", 100, core.ToneGood}},
		{"done late", metLate, "2026-12-30 09:00", core.DueTime{"Done 6 hours late", "Done 6 hours late", 100, core.ToneBad}},
		{"cleared", cleared, "2026-11-26 14:00", core.DueTime{Words: "No longer due", Short: "Cleared"}},
		{"elapsed, next year", month, "2026-11-14 16:50", core.DueTime{"Due Wed 13 Jan 16:50, 60 days left", "Wed 13 Jan 16:50", 2, core.ToneCalm}},
		{"midnight", midnight, "2026-11-14 12:00", core.DueTime{"Due today midnight, 12 hours left", "Today midnight", 61, core.ToneCalm}},
	} {
		if got := core.SayDue(at(t, test.k.calendar, test.now), test.k.calendar, test.k.target); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.name, got, test.want)
		}
	}
}

func TestARingIsNeverOverFullAndLateIsBad(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		for _, target := range drawLife(t, c, drawRule(t)) {
			now := target.Causes[len(target.Causes)-1].At.Add(drawDuration(t, "until now"))
			due := core.SayDue(now, c, target)
			if due.Percent < 0 || due.Percent > 100 || due.Words == "" || due.Short == "" {
				t.Fatalf("said %+v", due)
			}
			if late := target.Running() && !now.Before(target.DueAt); late != (due.Tone == core.ToneBad) && target.Running() {
				t.Fatalf("due %v, now %v, said %+v", target.DueAt, now, due)
			}
		}
	})
}
