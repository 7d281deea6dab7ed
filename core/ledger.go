package core

import (
	"fmt"
	"time"
)

// SegmentKind says what a stretch of time was to a target.
type SegmentKind string

// The kinds of [Segment].
const (
	SegmentCounted  SegmentKind = "counted"
	SegmentOutside  SegmentKind = "outside_hours" // nights, weekends, days that are closed every week
	SegmentHoliday  SegmentKind = "holiday"
	SegmentPaused   SegmentKind = "paused"
	SegmentStopped  SegmentKind = "stopped"  // it was met or cleared, and set going again
	SegmentExtended SegmentKind = "extended" // an instant at which time was added
	SegmentSet      SegmentKind = "set"      // an instant at which the due time was given by hand
	SegmentKept     SegmentKind = "kept"     // a promise made elsewhere: To is when it was due
	SegmentMoved    SegmentKind = "moved"    // the beginning was put right, at From: To is the beginning
)

// Segment is a stretch of time in a [Ledger]. A counted one may span nights:
// Counted is less than From to To then.
type Segment struct {
	Kind    SegmentKind   `json:"kind"`
	From    time.Time     `json:"from"`
	To      time.Time     `json:"to"`
	Counted time.Duration `json:"counted,omitempty"` // nanoseconds used of the promise
	Added   time.Duration `json:"added,omitempty"`   // nanoseconds added by an extension
	Name    string        `json:"name,omitempty"`    // "Christmas Day", "Weekend", "question open"
	By      string        `json:"by,omitempty"`
	Why     string        `json:"why,omitempty"`
}

// Ledger explains a due time: what was promised and added, and what became of
// each stretch of time since. Allowed = Promised + Extended + Rolled = Used + Left.
type Ledger struct {
	Start    time.Time     `json:"start"`
	Until    time.Time     `json:"until"` // now, or when the target stopped
	Stopped  bool          `json:"stopped"`
	DueAt    time.Time     `json:"due_at"` // while paused: if it went on at Until
	Working  bool          `json:"working"`
	Promise  Promise       `json:"promise"`
	Promised time.Duration `json:"promised"`
	Extended time.Duration `json:"extended"`
	Rolled   time.Duration `json:"rolled"` // from the time that came out to the working day it was moved to
	Allowed  time.Duration `json:"allowed"`
	Used     time.Duration `json:"used"`
	Left     time.Duration `json:"left"`     // negative when late
	Segments []Segment     `json:"segments"` // from Start to Until, without gaps
	Changes  []Segment     `json:"changes,omitempty"`
	Because  *Because      `json:"because,omitempty"` // why it is for the case; once cleared, why it no longer is if its rule ended it
}

// Ledger explains the target as it is now, or as it was when it stopped.
func (t Target) Ledger(now time.Time, calendar *Calendar) Ledger {
	return Reckon(calendar, t.Causes).Ledger(now)
}

// Ledger writes the reckoning down, up to now or to where the target stopped.
func (r *Reckoning) Ledger(now time.Time) Ledger {
	r = r.until(now)
	l := Ledger{
		Start: r.start, Until: r.at, Stopped: r.stopped, DueAt: r.Due(), Working: r.meter.working, Promise: r.promise,
		Promised: r.promised, Extended: r.extended(), Rolled: r.rolled(), Allowed: r.allowed(),
		Left: r.left().Time, Changes: r.changes, Because: r.because,
	}
	for _, stretch := range r.stretches {
		if stretch.Kind == SegmentCounted {
			l.Segments = append(l.Segments, r.meter.segments(stretch)...)
		} else {
			l.Segments = append(l.Segments, stretch)
		}
	}
	for _, s := range l.Segments {
		l.Used += s.Counted
	}
	return l
}

// Check verifies that the sums agree and the segments leave no gap. The error
// is for the log: it means that the rules here are wrong.
func (l Ledger) Check() error {
	if l.Used+l.Left != l.Allowed {
		return fmt.Errorf("ledger: used %v and left %v do not make allowed %v", l.Used, l.Left, l.Allowed)
	}
	at := l.Start
	for _, s := range l.Segments {
		if !s.From.Equal(at) || !s.To.After(s.From) {
			return fmt.Errorf("ledger: a %s segment from %v to %v follows on %v", s.Kind, s.From, s.To, at)
		}
		at = s.To
	}
	if !at.Equal(l.Until) {
		return fmt.Errorf("ledger: it ends at %v instead of %v", at, l.Until)
	}
	return nil
}

// segments splits a stretch during which the clock ran.
func (m meter) segments(stretch Segment) []Segment {
	if !m.working {
		stretch.Counted = stretch.To.Sub(stretch.From)
		return []Segment{stretch}
	}
	var all []Segment
	at := stretch.From
	for p := range m.calendar.periodsFrom(stretch.From) {
		from, to := latest(p.opens, at), earliest(p.closes, stretch.To)
		if !p.opens.Before(stretch.To) {
			break
		}
		if !to.After(from) {
			continue
		}
		all = append(all, m.calendar.closed(at, from)...)
		all = appendCounted(all, Segment{Kind: SegmentCounted, From: from, To: to, Counted: to.Sub(from)})
		at = to
	}
	return append(all, m.calendar.closed(at, stretch.To)...)
}

// appendCounted adds a counted segment, joined over a night or a break to the
// counted segment before it.
func appendCounted(all []Segment, s Segment) []Segment {
	n := len(all)
	if n >= 1 && all[n-1].Kind == SegmentCounted {
		all[n-1].To, all[n-1].Counted = s.To, all[n-1].Counted+s.Counted
		return all
	}
	if n >= 2 && all[n-1].Name == "" && all[n-2].Kind == SegmentCounted {
		all[n-2].To, all[n-2].Counted = s.To, all[n-2].Counted+s.Counted
		return all[:n-1]
	}
	return append(all, s)
}

// closed says why nothing counted from one instant to another: one segment for
// each run of closed days with the same reason, the hours before and after
// belonging to them; without a closed day, one segment outside hours.
func (c *Calendar) closed(from, to time.Time) []Segment {
	if !to.After(from) {
		return nil
	}
	var runs []Segment
	for date, end := c.Date(from), c.Date(to.Add(-1)); !end.Before(date); date = date.Add(1) {
		if c.IsWorkingDay(date) {
			continue
		}
		kind, name := c.whyClosed(date)
		if n := len(runs); n > 0 && runs[n-1].Name == name {
			continue
		} else if n > 0 {
			runs[n-1].To = c.instant(date, 0)
		}
		runs = append(runs, Segment{Kind: kind, From: c.instant(date, 0), Name: name})
	}
	if len(runs) == 0 {
		return []Segment{{Kind: SegmentOutside, From: from, To: to}}
	}
	runs[0].From, runs[len(runs)-1].To = from, to
	return runs
}

func (c *Calendar) whyClosed(date Date) (SegmentKind, string) {
	if h, ok := c.special[date]; ok {
		return SegmentHoliday, h.Name
	}
	switch weekday := date.Weekday(); weekday {
	case time.Saturday, time.Sunday:
		return SegmentOutside, "Weekend"
	default:
		return SegmentOutside, "Closed on " + weekday.String() + "s"
	}
}

// Words says to a person what a segment is.
func (s Segment) Words() string {
	switch s.Kind {
	case SegmentCounted:
		return "Counted"
	case SegmentPaused:
		return "Paused, " + s.Name
	case SegmentStopped:
		return "Stopped, then taken up again"
	case SegmentExtended:
		return "Extended"
	case SegmentSet:
		return "Set by hand"
	case SegmentKept:
		return "Promised elsewhere"
	case SegmentMoved:
		return "Beginning put right"
	}
	if s.Name == "" {
		return "Outside working hours"
	}
	return s.Name
}

// LedgerLine is one line of a ledger as people read it.
type LedgerLine struct {
	Words   string // "Mon 16 to Tue 17 Nov 11:50", "Weekend", "Paused, question open, to Wed 18 Nov 15:00"
	Amount  string // "10 h 50", "not counted"
	Counted bool
}

// Lines writes the segments for people, in the calendar's zone. Times that are
// just an opening or a closing are left out.
func (l Ledger) Lines(calendar *Calendar) []LedgerLine {
	lines := make([]LedgerLine, 0, len(l.Segments))
	for i, s := range l.Segments {
		line := LedgerLine{Words: s.Words(), Amount: "not counted"}
		switch s.Kind {
		case SegmentCounted:
			toNow := i == len(l.Segments)-1 && !l.Stopped
			line = LedgerLine{Words: l.period(s, calendar, toNow), Amount: HoursWords(s.Counted), Counted: true}
		case SegmentPaused, SegmentStopped:
			line.Words += ", to " + s.To.In(calendar.location).Format("Mon 2 Jan 15:04")
		}
		lines = append(lines, line)
	}
	return lines
}

// period writes from when to when something was counted.
func (l Ledger) period(s Segment, calendar *Calendar, toNow bool) string {
	from, to := s.From.In(calendar.location), s.To.In(calendar.location)
	sameDay := DateOf(from) == DateOf(to)
	first := "Mon 2 Jan"
	if !sameDay && !toNow && from.Month() == to.Month() {
		first = "Mon 2"
	}
	if sameDay && !toNow || !l.Working || !calendar.opensAt(from) {
		first += " 15:04"
	}
	words := from.Format(first) + " to "
	switch {
	case toNow:
		return words + "now, " + to.Format("Mon 15:04")
	case sameDay:
		return words + to.Format("15:04")
	case l.Working && calendar.closesAt(to):
		return words + to.Format("Mon 2 Jan")
	}
	return words + to.Format("Mon 2 Jan 15:04")
}

// opensAt reports whether the first opening of a day is at t.
func (c *Calendar) opensAt(t time.Time) bool {
	openings := c.openings(c.Date(t))
	return len(openings) > 0 && c.instant(c.Date(t), openings[0].From.sinceMidnight()).Equal(t)
}

// closesAt reports whether the last closing of a day is at t.
func (c *Calendar) closesAt(t time.Time) bool { return c.Closing(t).Equal(t) }

// HoursWords writes a length of time as ledgers do: "10 h 50".
func HoursWords(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	minutes := int(d / time.Minute)
	return fmt.Sprintf("%s%d h %02d", sign, minutes/60, minutes%60)
}
