package core

import "time"

// Date is a day of the calendar, without a time of day or a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day it is in t's own location.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// ParseDate reads "2026-12-25".
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, Invalid("%q is not a date; write it like 2026-12-25.", clip(s, 40))
	}
	return DateOf(t), nil
}

// String writes the date as 2026-12-25.
func (d Date) String() string { return d.midnight(time.UTC).Format(time.DateOnly) }

// IsZero reports whether the date is not set.
func (d Date) IsZero() bool { return d == Date{} }

// Add is the date n days later, or earlier if n is negative.
func (d Date) Add(n int) Date {
	d.Day += n
	return DateOf(d.midnight(time.UTC))
}

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.midnight(time.UTC).Weekday() }

// Before reports whether d is earlier than other.
func (d Date) Before(other Date) bool {
	return d.midnight(time.UTC).Before(other.midnight(time.UTC))
}

// MarshalText implements encoding.TextMarshaler, and so JSON strings.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}

func (d Date) midnight(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}
