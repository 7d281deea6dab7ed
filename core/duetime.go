package core

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Tone is how a due time feels; pages choose a colour by it.
type Tone string

// The tones of a [DueTime].
const (
	ToneCalm   Tone = ""     // running, with time to spare
	ToneGood   Tone = "good" // met
	ToneWarn   Tone = "warn" // running out
	ToneBad    Tone = "bad"  // late
	TonePaused Tone = "paused"
)

// warnPercent is how much of a promise is used when its tone becomes a warning.
const warnPercent = 80

// DueTime is a target as people say it.
type DueTime struct {
	Words   string // "Due tomorrow 12:00, 6 working hours left"
	Short   string // "Tomorrow 12:00", for lists
	Percent int    // of the promise used, 0 to 100: how full its ring is
	Tone    Tone
}

// SayDue says how a target stands at now, in the calendar's zone. The calendar
// is the one the target is pinned to.
func SayDue(now time.Time, calendar *Calendar, t Target) DueTime {
	r := Reckon(calendar, t.Causes).until(now)
	left, percent := r.left(), r.percent()
	amount, short := calendar.lengthWords(left, true), calendar.lengthWords(left, false)
	switch {
	case t.State == StateCleared:
		return DueTime{Words: "No longer due", Short: "Cleared"}
	case t.State == StateMet:
		words := fitted("Met, %s early", "Met just in time", short)
		return DueTime{words, words, 100, ToneGood}
	case r.stopped:
		words := fitted("Done %s late", "Done late", short)
		return DueTime{words, words, 100, ToneBad}
	case t.State == StatePaused:
		return DueTime{fitted("Paused, %s left", "Paused", amount), fitted("Paused, %s left", "Paused", calendar.abbreviated(left)), percent, TonePaused}
	case !now.Before(r.Due()):
		return DueTime{fitted("%s late", "Late", amount), fitted("%s late", "Late", short), 100, ToneBad}
	}
	at := calendar.dateWords(now, r.Due())
	tone := ToneCalm
	if percent >= warnPercent {
		tone = ToneWarn
	}
	return DueTime{fitted("Due "+at+", %s left", "Due "+at, amount), upperFirst(at), percent, tone}
}

// fitted puts an amount into a sentence, or takes the sentence without one.
func fitted(with, without, amount string) string {
	if amount == "" {
		return without
	}
	return fmt.Sprintf(with, amount)
}

// percent is how much of the promise is used.
func (r *Reckoning) percent() int {
	allowed := r.allowed()
	if allowed <= 0 {
		return 100
	}
	used := float64(allowed-r.left().Time) / float64(allowed)
	return int(math.Round(100 * max(0, min(1, used))))
}

// lengthWords says a length of time, late or left, in its largest fitting
// unit, rounded down: "40 minutes", "6 working hours", "3 working days". It is
// "" for less than a minute. Working days are as long as the calendar's are.
func (c *Calendar) lengthWords(l Left, sayWorking bool) string {
	n, unit := c.largestUnit(l)
	if n == 0 {
		return ""
	}
	if l.Working && sayWorking {
		unit = "working " + unit
	}
	return Span{n, Unit(unit)}.String()
}

// abbreviated is like lengthWords, for lists: "21 h", "2 days".
func (c *Calendar) abbreviated(l Left) string {
	n, unit := c.largestUnit(l)
	switch {
	case n == 0:
		return ""
	case unit == string(Hours):
		return fmt.Sprintf("%d h", n)
	case unit == string(Minutes):
		return fmt.Sprintf("%d min", n)
	}
	return Span{n, Unit(unit)}.String()
}

// largestUnit counts a length in days from two days on (of working days,
// three), in hours from one on, and below that in minutes.
func (c *Calendar) largestUnit(l Left) (int, string) {
	d, oneDay, few := l.Time.Abs(), day, 2
	if l.Working {
		oneDay, few = c.meanDay, 3
	}
	switch {
	case d >= time.Duration(few)*oneDay:
		return int(d / oneDay), string(Days)
	case d >= time.Hour:
		return int(d / time.Hour), string(Hours)
	}
	return int(d / time.Minute), string(Minutes)
}

// dateWords says an instant as seen from now: "today 16:30", "tomorrow 12:00",
// "Thu 3 Dec 15:45", "Mon 4 Jan 2027 09:00". The midnight that ends a day is
// said as that day's.
func (c *Calendar) dateWords(now, t time.Time) string {
	local, clock := t.In(c.location), t.In(c.location).Format("15:04")
	if clock == "00:00" {
		local, clock = local.Add(-time.Second), "midnight"
	}
	today := c.Date(now)
	switch date := DateOf(local); {
	case date == today:
		return "today " + clock
	case date == today.Add(1):
		return "tomorrow " + clock
	case date == today.Add(-1):
		return "yesterday " + clock
	case date.Year == today.Year || local.Sub(now).Abs() < 90*day:
		return local.Format("Mon 2 Jan ") + clock
	}
	return local.Format("Mon 2 Jan 2006 ") + clock
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
