package core

import (
	"encoding/json"
	"time"
)

// Roll says what becomes of a due time that is not in working hours.
type Roll string

// The choices of [Roll].
const (
	RollNone           Roll = ""
	RollNextWorkingDay Roll = "next_working_day"
)

// Promise is how long something may take, as it is promised: a [Span], and
// how its days are counted.
//
// In files it is a span, alone ("5 working days" or {"working_days": 5}), or
// with options: {"working_days": 20, "end_of_day": true}.
type Promise struct {
	Span Span

	// FirstDay is the number of the day of the start: 0, unless that day
	// itself counts as the first. It counts only if it is a working day and the
	// office had not closed when the promise was made. 1 needs EndOfDay.
	FirstDay int

	// EndOfDay makes the promise good for the whole of its last day: until the
	// office closes, or, of calendar days that do not roll, until midnight.
	EndOfDay bool

	// Roll moves a due time of calendar days, weeks, months, years or hours
	// that is outside working hours: to the next opening, or, with EndOfDay, to
	// the closing of the next working day.
	Roll Roll
}

// MarshalJSON writes the span alone where there are no options.
func (p Promise) MarshalJSON() ([]byte, error) {
	if p == (Promise{Span: p.Span}) {
		return json.Marshal(p.Span)
	}
	return json.Marshal(promiseOptions(p))
}

// UnmarshalJSON reads a span, or an object with a span and options.
func (p *Promise) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		*p = Promise{}
		return p.Span.UnmarshalJSON(data)
	}
	var options promiseOptions
	if err := options.take(members); err != nil {
		return err
	}
	if options.Span.IsZero() {
		rest, err := json.Marshal(members)
		if err != nil {
			return err
		}
		if err := options.Span.UnmarshalJSON(rest); err != nil {
			return err
		}
	} else if len(members) > 0 {
		return Invalid("A promise has one length of time.")
	}
	*p = Promise(options)
	return nil
}

// promiseOptions is the long form of a promise.
type promiseOptions struct {
	Span     Span `json:"span"`
	FirstDay int  `json:"first_day,omitempty"`
	EndOfDay bool `json:"end_of_day,omitempty"`
	Roll     Roll `json:"roll,omitempty"`
}

// take decodes the members it knows and removes them.
func (o *promiseOptions) take(members map[string]json.RawMessage) error {
	for name, into := range map[string]any{
		"span": &o.Span, "first_day": &o.FirstDay, "end_of_day": &o.EndOfDay, "roll": &o.Roll,
	} {
		if raw, ok := members[name]; ok {
			if err := json.Unmarshal(raw, into); err != nil {
				return InvalidField(name, "%s is not right for %s.", clip(string(raw), 40), name)
			}
			delete(members, name)
		}
	}
	return nil
}

// Validate checks that the options fit the span.
func (p Promise) Validate() error {
	unit := p.Span.Unit
	switch {
	case p.Span.IsZero():
		return InvalidField("within", "Say how long it may take, such as “5 working days”.")
	case p.FirstDay != 0 && p.FirstDay != 1:
		return InvalidField("first_day", "The first day is number 0 or 1.")
	case p.FirstDay == 1 && (!p.EndOfDay || unit != Days && unit != WorkingDays):
		return InvalidField("first_day", "The day of the start can count only in a promise of days that ends at the end of a day.")
	case p.EndOfDay && !unit.wholeDays():
		return InvalidField("end_of_day", "A promise of hours or minutes cannot end at the end of a day.")
	case p.Roll != RollNone && p.Roll != RollNextWorkingDay:
		return InvalidField("roll", "%q is not a way to roll; there is next_working_day.", clip(string(p.Roll), 40))
	case p.Roll != RollNone && unit.Working():
		return InvalidField("roll", "A promise in working time is due in working hours already.")
	}
	return nil
}

// DueFrom is when a promise made at start falls due if nothing stops it.
func (p Promise) DueFrom(start time.Time, calendar *Calendar) time.Time {
	return p.roll(p.unrolledFrom(start, calendar), calendar)
}

func (p Promise) unrolledFrom(start time.Time, calendar *Calendar) time.Time {
	span := p.Span
	if p.FirstDay == 1 && p.countsDayOf(start, calendar) {
		span.Count--
	}
	return p.land(span.After(start, calendar), calendar)
}

// countsDayOf reports whether something of the day of the start is left to
// count as a whole day.
func (p Promise) countsDayOf(start time.Time, calendar *Calendar) bool {
	if !p.Span.Unit.Working() {
		return p.land(start, calendar).After(start)
	}
	return calendar.IsWorkingDay(calendar.Date(start)) && start.Before(calendar.Closing(start))
}

// land moves a due time to the end of its day, if the promise says so.
func (p Promise) land(due time.Time, calendar *Calendar) time.Time {
	switch {
	case !p.EndOfDay:
		return due
	case p.Span.Unit.Working() || p.Roll == RollNextWorkingDay:
		return calendar.Closing(due)
	}
	return calendar.Midnight(due)
}

// roll moves a due time outside working hours to the next opening. A closing
// counts as inside.
func (p Promise) roll(due time.Time, calendar *Calendar) time.Time {
	if p.Roll != RollNextWorkingDay || calendar.IsOpen(due.Add(-1)) {
		return due
	}
	return calendar.NextOpening(due)
}

// meter is the clock the promise runs on.
func (p Promise) meter(calendar *Calendar) meter {
	return meter{calendar: calendar, working: p.Span.Unit.Working()}
}

// meter measures time as a promise does: in working time, or day and night.
type meter struct {
	calendar *Calendar
	working  bool
}

func (m meter) between(from, to time.Time) time.Duration {
	if m.working {
		return m.calendar.WorkingBetween(from, to)
	}
	return to.Sub(from)
}

func (m meter) add(t time.Time, d time.Duration) time.Time {
	if m.working {
		return m.calendar.AddWorking(t, d)
	}
	return t.Add(d)
}
