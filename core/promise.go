package core

import (
	"encoding/json"
	"slices"
	"time"
)

// Roll says what becomes of a due time that is not in working hours.
type Roll string

// The choices of [Roll].
const (
	RollNone               Roll = ""
	RollNextWorkingDay     Roll = "next_working_day"
	RollPreviousWorkingDay Roll = "previous_working_day"
	RollWithinMonth        Roll = "within_month" // to the next working day, or, past the end of the month, to the last before
)

// Rolls lists the ways to roll.
func Rolls() []Roll { return []Roll{RollNextWorkingDay, RollPreviousWorkingDay, RollWithinMonth} }

// Words says what becomes of a due time: “moved to the next working day”.
func (r Roll) Words() string {
	switch r {
	case RollNextWorkingDay:
		return "moved to the next working day"
	case RollPreviousWorkingDay:
		return "moved to the working day before"
	case RollWithinMonth:
		return "moved to the next working day within the month"
	}
	return ""
}

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
	// that is outside working hours: forwards to the next opening, or, with
	// EndOfDay, to the closing of the next working day; backwards to the closing
	// of the working day before. Where a promise of days or more says nothing, the
	// calendar's own Roll holds.
	Roll Roll
}

// IsZero reports whether nothing is promised.
func (p Promise) IsZero() bool { return p == Promise{} }

// String says the length of time that is promised, as [ParseSpan] reads it.
func (p Promise) String() string { return p.Span.String() }

// On is the promise as it is made on a calendar: with the calendar's way to
// roll where it has none of its own.
func (p Promise) On(calendar *Calendar) Promise {
	if p.Roll == RollNone && p.Span.Unit.wholeDays() && !p.Span.Unit.Working() {
		p.Roll = calendar.Roll
	}
	return p
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
	case !p.Roll.valid():
		return InvalidField("roll", "%q is not a way to roll; there are next_working_day, previous_working_day and within_month.", clip(string(p.Roll), 40))
	case p.Roll != RollNone && unit.Working():
		return InvalidField("roll", "A promise in working time is due in working hours already.")
	}
	return nil
}

func (r Roll) valid() bool { return r == RollNone || slices.Contains(Rolls(), r) }

// DueFrom is when a promise made at start falls due if nothing stops it.
func (p Promise) DueFrom(start time.Time, calendar *Calendar) time.Time {
	p = p.On(calendar)
	return p.roll(p.unrolledFrom(start, calendar), start, calendar)
}

func (p Promise) unrolledFrom(start time.Time, calendar *Calendar) time.Time {
	span := p.Span
	if p.FirstDay == 1 && p.countsDayOf(start, calendar) {
		span.Count--
	}
	return p.land(span.After(start, calendar), start, calendar)
}

// countsDayOf reports whether something of the day of the start is left to
// count as a whole day.
func (p Promise) countsDayOf(start time.Time, calendar *Calendar) bool {
	if !p.Span.Unit.Working() {
		return p.land(start, start, calendar).After(start)
	}
	return calendar.IsWorkingDay(calendar.Date(start)) && start.Before(calendar.Closing(start))
}

// land moves a due time to the end of its day, if the promise says so: not to
// before start, when it was promised.
func (p Promise) land(due, start time.Time, calendar *Calendar) time.Time {
	switch {
	case !p.EndOfDay:
		return due
	case p.Span.Unit.Working() || p.Roll == RollNextWorkingDay:
		return calendar.Closing(due)
	case p.Roll == RollWithinMonth && calendar.Date(calendar.Closing(due)).Month == calendar.Date(due).Month:
		return calendar.Closing(due)
	case p.Roll == RollNone:
		return calendar.Midnight(due)
	}
	if last := calendar.LastClosing(calendar.Midnight(due)); last.After(start) {
		return last
	}
	return calendar.Closing(due)
}

// landMoved is land for a due time that was landed before and then moved by
// days: the midnight that ends a day belongs to that day.
func (p Promise) landMoved(due, start time.Time, calendar *Calendar) time.Time {
	if !p.EndOfDay {
		return due
	}
	return p.land(due.Add(-1), start, calendar)
}

// roll moves a due time outside working hours into them. A closing counts as
// inside. Nothing is due before it was promised, at start: what would be is
// moved forwards.
func (p Promise) roll(due, start time.Time, calendar *Calendar) time.Time {
	if p.Roll == RollNone || calendar.IsOpen(due.Add(-1)) {
		return due
	}
	next, last := calendar.NextOpening(due), calendar.LastClosing(due)
	backwards := p.Roll == RollPreviousWorkingDay ||
		p.Roll == RollWithinMonth && calendar.Date(next).Month != calendar.Date(due.Add(-1)).Month
	if backwards && last.After(start) {
		return last
	}
	return next
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
