package core

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Unit is what a [Span] is counted in. Units that begin with "working" run on
// a [Calendar]'s working hours; the others run day and night.
type Unit string

// The units of a [Span].
const (
	Minutes        Unit = "minute"
	Hours          Unit = "hour"
	Days           Unit = "day" // the same time of day, in the calendar's zone
	Weeks          Unit = "week"
	Months         Unit = "month" // the same day of the month, or its last day
	Years          Unit = "year"
	WorkingMinutes Unit = "working minute"
	WorkingHours   Unit = "working hour"
	WorkingDays    Unit = "working day"
)

// spanLimit is the most of a unit that a span may hold: none passes a hundred
// years on an office's calendar, so arithmetic on spans cannot overflow and
// walks over days stay short.
func spanLimit(u Unit) int {
	switch u {
	case Minutes, WorkingMinutes:
		return 1_000_000
	case Hours, WorkingHours:
		return 20_000
	case Days, WorkingDays:
		return 20_000
	case Weeks:
		return 5_000
	case Months:
		return 1_200
	case Years:
		return 100
	}
	return 0
}

// Working reports whether the unit runs on working hours.
func (u Unit) Working() bool { return strings.HasPrefix(string(u), "working ") }

// wholeDays reports whether the unit leaves the time of day as it was.
func (u Unit) wholeDays() bool {
	switch u {
	case Days, Weeks, Months, Years, WorkingDays:
		return true
	}
	return false
}

// Span is a length of time as people promise it: "5 working days", "28 days",
// "1 hour". It becomes a duration only on a calendar, from a given instant.
// The zero Span is no time at all; it is written "0".
//
// In files it is a string ("10 working days"), or an object with one unit
// ({"working_days": 10}).
type Span struct {
	Count int
	Unit  Unit
}

// ParseSpan reads "5 working days", "1 hour", "28 calendar days" or "0".
func ParseSpan(s string) (Span, error) {
	count, unit, _ := strings.Cut(strings.TrimSpace(s), " ")
	if count == "0" && unit == "" || s == "" {
		return Span{}, nil
	}
	n, err := strconv.Atoi(count)
	if err != nil {
		return Span{}, invalidSpan(s)
	}
	return newSpan(n, unit, s)
}

func newSpan(n int, unit, written string) (Span, error) {
	u := parseUnit(unit)
	limit := spanLimit(u)
	switch {
	case limit == 0:
		return Span{}, invalidSpan(written)
	case n < 0:
		return Span{}, Invalid("A length of time cannot be negative: %q.", clip(written, 40))
	case n > limit:
		return Span{}, Invalid("%q is too long: %s is the most.", clip(written, 40), Span{limit, u})
	case n == 0:
		return Span{}, nil
	}
	return Span{n, u}, nil
}

// parseUnit understands singular and plural, with spaces or underscores.
func parseUnit(s string) Unit {
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, "_", " ")), " ")
	s = strings.TrimSuffix(strings.TrimPrefix(s, "calendar "), "s")
	return Unit(s)
}

func invalidSpan(s string) *Error {
	return Invalid("%q is not a length of time; write it like “5 working days”, “28 days” or “1 hour”.", clip(s, 40))
}

// IsZero reports whether the span is no time at all.
func (s Span) IsZero() bool { return s.Count == 0 }

// String writes the span as [ParseSpan] reads it.
func (s Span) String() string {
	switch s.Count {
	case 0:
		return "0"
	case 1:
		return "1 " + string(s.Unit)
	}
	return strconv.Itoa(s.Count) + " " + string(s.Unit) + "s"
}

// After is the instant the span after t. Days keep the time of day in the
// calendar's zone; working days are [Calendar.AddWorkingDays].
func (s Span) After(t time.Time, calendar *Calendar) time.Time { return s.shift(t, calendar, 1) }

// Before is the instant the span before t.
func (s Span) Before(t time.Time, calendar *Calendar) time.Time { return s.shift(t, calendar, -1) }

func (s Span) shift(t time.Time, calendar *Calendar, sign int) time.Time {
	n := sign * s.Count
	switch s.Unit {
	case Minutes:
		return t.Add(time.Duration(n) * time.Minute)
	case Hours:
		return t.Add(time.Duration(n) * time.Hour)
	case Days:
		return calendar.AddDays(t, n)
	case Weeks:
		return calendar.AddDays(t, 7*n)
	case Months:
		return calendar.AddMonths(t, n)
	case Years:
		return calendar.AddMonths(t, 12*n)
	case WorkingMinutes:
		return calendar.AddWorking(t, time.Duration(n)*time.Minute)
	case WorkingHours:
		return calendar.AddWorking(t, time.Duration(n)*time.Hour)
	case WorkingDays:
		return calendar.AddWorkingDays(t, n)
	}
	return t
}

// MarshalText implements encoding.TextMarshaler, and so JSON strings.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Span) UnmarshalText(text []byte) error {
	parsed, err := ParseSpan(string(text))
	if err == nil {
		*s = parsed
	}
	return err
}

// UnmarshalJSON reads a string, the number 0, or an object with one unit.
func (s *Span) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		return s.UnmarshalText([]byte(text))
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return s.UnmarshalText(data)
	}
	if len(members) != 1 {
		return Invalid("A length of time has one unit, such as {working_days: 5}.")
	}
	for unit, count := range members {
		var n int
		if json.Unmarshal(count, &n) != nil {
			return invalidSpan(string(data))
		}
		parsed, err := newSpan(n, unit, fmt.Sprintf("%d %s", n, unit))
		if err != nil {
			return err
		}
		*s = parsed
	}
	return nil
}
