package core

import (
	"iter"
	"slices"
	"time"
)

// CalendarSpec is a calendar as it is configured: when an office is open.
type CalendarSpec struct {
	Key      string    `json:"key"`
	Name     Text      `json:"name"`
	Zone     string    `json:"zone"`  // IANA name, such as "Europe/London"
	Hours    WeekHours `json:"hours"` // by the clocks of Zone
	Holidays []Holiday `json:"holidays,omitempty"`
	// Roll is what becomes of due times of days, weeks, months and years that are
	// not in working hours, unless a promise says otherwise.
	Roll Roll `json:"roll,omitempty"`
}

// Holiday is a date that is not like its day of the week. Usually the office
// is closed; with Hours it is open just then.
type Holiday struct {
	Date  Date      `json:"date"`
	Name  string    `json:"name"` // "Christmas Day"
	Hours []Opening `json:"hours,omitempty"`
}

// CalendarRef pins a calendar to a published version.
type CalendarRef struct {
	Key     string `json:"key"`
	Version int    `json:"version"`
}

// Calendar answers questions about working time. It is made by [NewCalendar],
// does not change afterwards, and may be shared.
//
// Working time is what passes on the clock between opening and closing: where
// clocks change during working hours, that day has an hour more or less, as
// it has for the people who work it. All walking is by day.
type Calendar struct {
	CalendarSpec
	Version int

	location *time.Location
	special  map[Date]Holiday
	meanDay  time.Duration // of the days that are open in an ordinary week
}

const (
	maxHolidays       = 5_000
	maxOpeningsPerDay = 12
	minWeek           = time.Hour // bounds how many days a walk can take
	day               = 24 * time.Hour
)

// NewCalendar checks a specification and makes it ready for use. A calendar
// that never opens is refused: a promise on it could never fall due.
func NewCalendar(spec CalendarSpec, version int) (*Calendar, error) {
	location, err := time.LoadLocation(spec.Zone)
	if err != nil || spec.Zone == "" || spec.Zone == "Local" {
		return nil, InvalidField("zone", "%q is not a time zone; write it like Europe/London.", clip(spec.Zone, 40))
	}
	if !spec.Roll.valid() {
		return nil, InvalidField("roll", "%q is not a way to roll; there are next_working_day, previous_working_day and within_month.", clip(string(spec.Roll), 40))
	}
	c := &Calendar{CalendarSpec: spec, Version: version, location: location, special: map[Date]Holiday{}}
	if err := c.checkHours(); err != nil {
		return nil, err
	}
	if err := c.checkHolidays(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Calendar) checkHours() error {
	var open, days time.Duration
	for weekday, openings := range c.Hours {
		length, err := lengthOf(openings)
		if err != nil {
			return InvalidField("hours", "%s: %s", time.Weekday(weekday), err.Message)
		}
		if length > 0 {
			open, days = open+length, days+1
		}
	}
	if open < minWeek {
		return InvalidField("hours", "A calendar must be open for an hour in the week, or nothing on it could fall due.")
	}
	c.meanDay = open / days
	return nil
}

func (c *Calendar) checkHolidays() error {
	if len(c.Holidays) > maxHolidays {
		return InvalidField("holidays", "A calendar may have %d holidays at most.", maxHolidays)
	}
	for _, h := range c.Holidays {
		if _, twice := c.special[h.Date]; twice {
			return InvalidField("holidays", "%s is listed twice.", h.Date)
		}
		if _, err := lengthOf(h.Hours); err != nil {
			return InvalidField("holidays", "%s: %s", h.Date, err.Message)
		}
		c.special[h.Date] = h
	}
	return nil
}

// Ref pins this version of the calendar.
func (c *Calendar) Ref() CalendarRef { return CalendarRef{c.Key, c.Version} }

// Location is the calendar's time zone.
func (c *Calendar) Location() *time.Location { return c.location }

// WorkingDay is the usual length of a working day: the mean of the days that
// are open in an ordinary week. It serves words, never due times.
func (c *Calendar) WorkingDay() time.Duration { return c.meanDay }

// Date is the day it is at t in the calendar's zone.
func (c *Calendar) Date(t time.Time) Date { return DateOf(t.In(c.location)) }

// Holiday finds what is special about a date.
func (c *Calendar) Holiday(date Date) (Holiday, bool) {
	h, ok := c.special[date]
	return h, ok
}

// IsWorkingDay reports whether the office opens on the date.
func (c *Calendar) IsWorkingDay(date Date) bool { return len(c.openings(date)) > 0 }

// IsOpen reports whether t is in working hours. An opening belongs to them, a
// closing does not.
func (c *Calendar) IsOpen(t time.Time) bool { return c.NextOpening(t).Equal(t) }

// NextOpening is the first instant from t on that is in working hours: t
// itself if it is.
func (c *Calendar) NextOpening(t time.Time) time.Time {
	for p := range c.periodsFrom(t) {
		if p.closes.After(latest(t, p.opens)) {
			return latest(t, p.opens).UTC()
		}
	}
	return t
}

// WorkingBetween is the working time from one instant to another; negative if
// to is the earlier. It is additive: a to b and b to c make a to c.
func (c *Calendar) WorkingBetween(from, to time.Time) time.Duration {
	if to.Before(from) {
		return -c.WorkingBetween(to, from)
	}
	var sum time.Duration
	for p := range c.periodsFrom(from) {
		if !p.opens.Before(to) {
			break
		}
		sum += max(0, earliest(p.closes, to).Sub(latest(p.opens, from)))
	}
	return sum
}

// AddWorking is the instant by which d of working time has passed since t.
// When that is a closing and the next opening alike, it is the closing. A
// negative d goes backwards, and prefers the opening.
func (c *Calendar) AddWorking(t time.Time, d time.Duration) time.Time {
	if d < 0 {
		return c.subtractWorking(t, -d)
	}
	if d == 0 {
		return t
	}
	for p := range c.periodsFrom(t) {
		begin := latest(p.opens, t)
		room := p.closes.Sub(begin)
		if room >= d {
			return begin.Add(d).UTC()
		}
		d -= max(0, room)
	}
	return t
}

func (c *Calendar) subtractWorking(t time.Time, d time.Duration) time.Time {
	for p := range c.periodsUntil(t) {
		end := earliest(p.closes, t)
		room := end.Sub(p.opens)
		if room >= d {
			return end.Add(-d).UTC()
		}
		d -= max(0, room)
	}
	return t
}

// AddWorkingDays is the same time of day on the nth working day after the day
// of t, or before it if n is negative; zero leaves t alone. The day of t is
// day 0. If the office is closed all that day, the last working day before it
// is day 0 and the time of day is its end, so that five working days from any
// moment of a weekend end on Friday at closing. A time of day outside that
// nth day's hours is moved to the nearest in them, in a break to its end.
func (c *Calendar) AddWorkingDays(t time.Time, n int) time.Time {
	if n == 0 {
		return t
	}
	step, fromClosed := 1, day
	if n < 0 {
		step, fromClosed = -1, 0
	}
	date, at := c.wall(t)
	if !c.IsWorkingDay(date) {
		date, at = c.workingDay(date, -step), fromClosed
	}
	for range n * step {
		date = c.workingDay(date.Add(step), step)
	}
	return c.instant(date, clampTo(c.openings(date), at))
}

// AddDays is the same time of day n days later in the calendar's zone, or
// earlier if n is negative. Working hours do not matter.
func (c *Calendar) AddDays(t time.Time, n int) time.Time {
	if n == 0 {
		return t
	}
	date, at := c.wall(t)
	return c.instant(date.Add(n), at)
}

// AddMonths is the same day of the month and time of day n months later, or
// earlier if n is negative; the month's last day where it has no such day.
func (c *Calendar) AddMonths(t time.Time, n int) time.Time {
	if n == 0 {
		return t
	}
	date, at := c.wall(t)
	first := DateOf(time.Date(date.Year, date.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC))
	last := Date{first.Year, first.Month + 1, 1}.Add(-1)
	first.Day = min(date.Day, last.Day)
	return c.instant(first, at)
}

// Closing is when the office closes for the day on the first working day from
// the day of t on.
func (c *Calendar) Closing(t time.Time) time.Time {
	date := c.workingDay(c.Date(t), 1)
	openings := c.openings(date)
	return c.instant(date, openings[len(openings)-1].To.sinceMidnight())
}

// LastClosing is the latest closing at or before t.
func (c *Calendar) LastClosing(t time.Time) time.Time {
	for p := range c.periodsUntil(t) {
		if !p.closes.After(t) {
			return p.closes.UTC()
		}
	}
	return t
}

// Midnight is the end of the day of t in the calendar's zone.
func (c *Calendar) Midnight(t time.Time) time.Time {
	return c.instant(c.Date(t), day)
}

// workingDay is the first working day from date on, in the direction of step.
// It ends: some day of the week is open, and holidays are finite.
func (c *Calendar) workingDay(date Date, step int) Date {
	for !c.IsWorkingDay(date) {
		date = date.Add(step)
	}
	return date
}

// openings are the hours of a date, by the clocks of the zone.
func (c *Calendar) openings(date Date) []Opening {
	if h, ok := c.special[date]; ok {
		return h.Hours
	}
	return c.Hours[date.Weekday()]
}

// period is one opening of one day.
type period struct{ opens, closes time.Time }

// periodsFrom walks, without end, the periods of the day of t and all later.
func (c *Calendar) periodsFrom(t time.Time) iter.Seq[period] {
	return func(yield func(period) bool) {
		var buffer [maxOpeningsPerDay]period
		for date := c.Date(t); ; date = date.Add(1) {
			for _, p := range c.appendPeriods(buffer[:0], date) {
				if !yield(p) {
					return
				}
			}
		}
	}
}

// periodsUntil walks, without end, the periods of the day of t and all
// earlier, the latest first.
func (c *Calendar) periodsUntil(t time.Time) iter.Seq[period] {
	return func(yield func(period) bool) {
		var buffer [maxOpeningsPerDay]period
		for date := c.Date(t); ; date = date.Add(-1) {
			for _, p := range slices.Backward(c.appendPeriods(buffer[:0], date)) {
				if !yield(p) {
					return
				}
			}
		}
	}
}

func (c *Calendar) appendPeriods(to []period, date Date) []period {
	openings := c.openings(date)
	if len(openings) == 0 {
		return to
	}
	midnight := date.midnight(c.location)
	if steady(midnight) {
		for _, o := range openings {
			to = append(to, period{midnight.Add(o.From.sinceMidnight()), midnight.Add(o.To.sinceMidnight())})
		}
		return to
	}
	for _, o := range openings {
		to = append(to, period{c.instant(date, o.From.sinceMidnight()), c.instant(date, o.To.sinceMidnight())})
	}
	return to
}

// steady reports whether clocks are far from being changed on the day that
// begins at midnight.
func steady(midnight time.Time) bool {
	start, end := midnight.ZoneBounds()
	return (start.IsZero() || midnight.Sub(start) > day) && (end.IsZero() || end.Sub(midnight) > 2*day)
}

// wall is what a calendar and a clock on the office's wall show at t.
func (c *Calendar) wall(t time.Time) (Date, time.Duration) {
	t = t.In(c.location)
	hour, minute, second := t.Clock()
	at := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	return DateOf(t), at + time.Duration(t.Nanosecond())
}

// instant is when date and clock on the wall show the given. When clocks are
// put forward over it, that is the moment they are; when they are put back and
// show it twice, the first time. So a later time of day is never an earlier
// instant.
func (c *Calendar) instant(date Date, at time.Duration) time.Time {
	shown := date.midnight(time.UTC).Add(at)
	t := time.Date(date.Year, date.Month, date.Day, 0, 0, 0, int(at), c.location)
	start, end := t.ZoneBounds()
	_, offset := t.Zone()
	wall := t.Add(time.Duration(offset) * time.Second)
	switch {
	case wall.After(shown):
		return start.UTC()
	case wall.Before(shown):
		return end.UTC()
	case start.IsZero():
		return t.UTC()
	}
	_, offset = start.Add(-1).Zone()
	if first := shown.Add(-time.Duration(offset) * time.Second); first.Before(start) {
		return first
	}
	return t.UTC()
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
