package core_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"pgregory.net/rapid"
)

var units = []core.Unit{core.Minutes, core.Hours, core.Days, core.Weeks, core.Months, core.Years,
	core.WorkingMinutes, core.WorkingHours, core.WorkingDays}

func drawSpan(t *rapid.T) core.Span {
	return core.Span{Count: rapid.IntRange(1, 30).Draw(t, "count"), Unit: rapid.SampledFrom(units).Draw(t, "unit")}
}

func TestSpansAreReadAsPeopleWriteThem(t *testing.T) {
	for written, want := range map[string]core.Span{
		`"1 working day"`:        {Count: 1, Unit: core.WorkingDays},
		`"10 working days"`:      {Count: 10, Unit: core.WorkingDays},
		`{"working_days": 5}`:    {Count: 5, Unit: core.WorkingDays},
		`"28 days"`:              {Count: 28, Unit: core.Days},
		`{"calendar_days": 28}`:  {Count: 28, Unit: core.Days},
		`"1 hour"`:               {Count: 1, Unit: core.Hours},
		`"30 minutes"`:           {Count: 30, Unit: core.Minutes},
		`"4 working hours"`:      {Count: 4, Unit: core.WorkingHours},
		`{"working_minutes": 5}`: {Count: 5, Unit: core.WorkingMinutes},
		`"2 weeks"`:              {Count: 2, Unit: core.Weeks},
		`"1 calendar month"`:     {Count: 1, Unit: core.Months},
		`"6 years"`:              {Count: 6, Unit: core.Years},
		`0`:                      {},
		`"0"`:                    {},
		`"0 working days"`:       {},
		`""`:                     {},
		`null`:                   {},
	} {
		var got core.Span
		if err := json.Unmarshal([]byte(written), &got); err != nil || got != want {
			t.Errorf("%s: got %v and %v, want %v", written, got, err, want)
		}
	}
}

func TestWhatIsNoSpanIsRefused(t *testing.T) {
	for _, written := range []string{
		`5`, `"5"`, `"working days"`, `"five days"`, `"-1 days"`, `"1.5 hours"`, `"101 years"`, `"99999999999999999999 days"`,
		`"5 fortnights"`, `{"days": 1, "hours": 2}`, `{}`, `{"days": "1"}`, `{"days": 1.5}`, `[]`, `true`, `"days 5"`,
	} {
		var got core.Span
		err := json.Unmarshal([]byte(written), &got)
		if core.KindOf(err) != core.ErrInvalid || got != (core.Span{}) {
			t.Errorf("%s: got %v and %v", written, got, err)
		}
	}
}

func TestASpanSurvivesItsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		span := drawSpan(t)
		written, err := json.Marshal(span)
		if err != nil {
			t.Fatal(err)
		}
		var read core.Span
		if err := json.Unmarshal(written, &read); err != nil || read != span {
			t.Fatalf("%v became %s became %v (%v)", span, written, read, err)
		}
	})
}

func FuzzParseSpan(f *testing.F) {
	for _, seed := range []string{"5 working days", "0", "1 hour", "-1 days", "9999999999 years"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		span, err := core.ParseSpan(s)
		if err != nil {
			return
		}
		if again, err := core.ParseSpan(span.String()); err != nil || again != span {
			t.Errorf("%q became %v became %v (%v)", s, span, again, err)
		}
	})
}

func TestPromisesAreDueAsTheirOptionsSay(t *testing.T) {
	c := office(t)
	for _, test := range []struct{ promise, from, want string }{
		{`"5 working days"`, "2026-11-13 16:50", "2026-11-20 16:50"},
		{`{"working_days": 5, "end_of_day": true}`, "2026-11-13 10:00", "2026-11-20 17:00"},
		{`{"working_days": 5, "end_of_day": true, "first_day": 1}`, "2026-11-13 10:00", "2026-11-19 17:00"},
		{`{"working_days": 5, "end_of_day": true, "first_day": 1}`, "2026-11-13 17:30", "2026-11-20 17:00"}, // the office had closed
		{`{"working_days": 5, "end_of_day": true, "first_day": 1}`, "2026-11-14 10:00", "2026-11-20 17:00"}, // Saturday
		{`{"working_days": 1, "end_of_day": true, "first_day": 1}`, "2026-11-13 10:00", "2026-11-13 17:00"},
		{`{"working_days": 1, "end_of_day": true}`, "2026-12-23 10:00", "2026-12-24 12:00"},
		{`"28 days"`, "2026-11-13 16:50", "2026-12-11 16:50"},
		{`"1 day"`, "2026-10-24 10:00", "2026-10-25 10:00"},
		{`"24 hours"`, "2026-10-24 10:00", "2026-10-25 09:00"},
		{`{"days": 1, "end_of_day": true}`, "2026-11-13 10:00", "2026-11-15 00:00"},
		{`{"days": 1, "end_of_day": true, "first_day": 1}`, "2026-11-13 10:00", "2026-11-14 00:00"},
		{`{"days": 1, "roll": "next_working_day"}`, "2026-11-13 10:00", "2026-11-16 09:00"},
		{`{"days": 1, "roll": "next_working_day", "end_of_day": true}`, "2026-11-13 10:00", "2026-11-16 17:00"},
		{`{"days": 1, "roll": "next_working_day", "end_of_day": true, "first_day": 1}`, "2026-11-13 18:00", "2026-11-16 17:00"},
		{`{"months": 1, "roll": "next_working_day", "end_of_day": true}`, "2026-11-25 10:00", "2026-12-29 17:00"},
		{`{"hours": 1, "roll": "next_working_day"}`, "2026-11-13 16:00", "2026-11-13 17:00"},
		{`"4 working hours"`, "2026-11-13 16:00", "2026-11-16 12:00"},
		{`"90 working minutes"`, "2026-11-14 16:00", "2026-11-16 10:30"},
	} {
		var p core.Promise
		if err := json.Unmarshal([]byte(test.promise), &p); err != nil {
			t.Fatalf("%s: %v", test.promise, err)
		}
		if err := p.Validate(); err != nil {
			t.Errorf("%s: %v", test.promise, err)
		}
		if got := wall(c, p.DueFrom(at(t, c, test.from), c)); got != test.want {
			t.Errorf("%s from %s: got %s, want %s", test.promise, test.from, got, test.want)
		}
		written, err := json.Marshal(p)
		var again core.Promise
		if err != nil || json.Unmarshal(written, &again) != nil || again != p {
			t.Errorf("%s was written as %s and read as %v", test.promise, written, again)
		}
	}
}

func TestPromisesWhoseOptionsDoNotFitAreRefused(t *testing.T) {
	for written, want := range map[string]string{
		`"0"`:                                                           "how long",
		`{"working_days": 5, "days": 2}`:                                "one unit",
		`{"working_days": 5, "why": true}`:                              "one unit",
		`{"end_of_day": true}`:                                          "one unit",
		`{"span": "1 day", "days": 2}`:                                  "one length",
		`{"days": 5, "first_day": 2, "end_of_day": true}`:               "0 or 1",
		`{"days": 5, "first_day": 1}`:                                   "ends at the end of a day",
		`{"months": 5, "first_day": 1, "end_of_day": true}`:             "ends at the end of a day",
		`{"hours": 5, "end_of_day": true}`:                              "hours or minutes",
		`{"days": 5, "roll": "backwards"}`:                              "not a way to roll",
		`{"working_days": 5, "roll": "next_working_day"}`:               "in working hours already",
		`{"days": 5, "first_day": "yes"}`:                               "not right for first_day",
		`{"days": 5, "end_of_day": "` + strings.Repeat("x", 500) + `"}`: "not right for end_of_day",
	} {
		var p core.Promise
		err := json.Unmarshal([]byte(written), &p)
		if err == nil {
			err = p.Validate()
		}
		if core.KindOf(err) != core.ErrInvalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want it to say %q", written, err, want)
		}
	}
}

func TestAPromiseIsNeverDueBeforeItIsMade(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, p, from := drawCalendar(t), drawPromise(t), drawTime(t, "from")
		if due := p.DueFrom(from, c); due.Before(from) || p.Span.Unit.Working() && !due.After(from) && c.WorkingBetween(from, from.Add(time.Hour)) > 0 {
			t.Fatalf("%v from %v is due %v", p, from, due)
		}
	})
}

// drawPromise makes any promise that is valid.
func drawPromise(t *rapid.T) core.Promise {
	p := core.Promise{Span: drawSpan(t)}
	p.EndOfDay = rapid.Bool().Draw(t, "end of day")
	p.FirstDay = rapid.IntRange(0, 1).Draw(t, "first day")
	p.Roll = rapid.SampledFrom(append(core.Rolls(), core.RollNone)).Draw(t, "roll")
	if p.Validate() != nil {
		return core.Promise{Span: p.Span}
	}
	return p
}
