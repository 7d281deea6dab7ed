package render

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// When says a moment as lists and the console do: "Today 14:00",
// "Tomorrow 12:00", "Mon 30 Nov 10:15", "13 Nov 16:50", "13 Nov 2025 16:50".
func When(t, now time.Time) string {
	clock := t.Format("15:04")
	switch days := daysBetween(now, t); {
	case days == 0:
		return "Today " + clock
	case days == 1:
		return "Tomorrow " + clock
	case days == -1:
		return "Yesterday " + clock
	case days > -7 && days < 7:
		return t.Format("Mon 2 Jan ") + clock
	case t.Year() == now.Year():
		return t.Format("2 Jan ") + clock
	}
	return t.Format("2 Jan 2006 ") + clock
}

// WhenPublic says a moment as a letter would: "Today, 10:12am",
// "Wednesday 18 November, 3pm", "Friday 27 November, 12 noon".
func WhenPublic(t, now time.Time) string { return DayPublic(t, now) + ", " + clockPublic(t) }

// DayPublic says a day as a letter would: "Today", "Wednesday 18 November",
// "18 November 2025".
func DayPublic(t, now time.Time) string {
	switch days := daysBetween(now, t); {
	case days == 0:
		return "Today"
	case days == 1:
		return "Tomorrow"
	case days == -1:
		return "Yesterday"
	case t.Year() == now.Year() || days > -180 && days < 180:
		return t.Format("Monday 2 January")
	}
	return t.Format("2 January 2006")
}

func clockPublic(t time.Time) string {
	switch {
	case t.Hour() == 12 && t.Minute() == 0:
		return "12 noon"
	case t.Hour() == 0 && t.Minute() == 0:
		return "midnight"
	case t.Minute() == 0:
		return t.Format("3pm")
	}
	return t.Format("3:04pm")
}

// Day says a day above a list: "Friday 13 November", with the year if it is
// another one.
func Day(t, now time.Time) string {
	if t.Year() == now.Year() {
		return t.Format("Monday 2 January")
	}
	return t.Format("Monday 2 January 2006")
}

// Exact says a moment in full: "Thursday 26 November 2026, 14:00".
func Exact(t time.Time) string { return t.Format("Monday 2 January 2006, 15:04") }

// Ago says how long ago something was, or how soon it is: "just now",
// "3 minutes ago", "in 2 hours", "5 days ago".
func Ago(t, now time.Time) string {
	d := now.Sub(t)
	words := span(d.Abs())
	switch {
	case words == "":
		return "just now"
	case d < 0:
		return "in " + words
	}
	return words + " ago"
}

func span(d time.Duration) string {
	days := int(d.Hours() / 24)
	switch {
	case d < time.Minute:
		return ""
	case d < time.Hour:
		return Plural(int(d.Minutes()), "minute", "minutes")
	case d < 24*time.Hour:
		return Plural(int(d.Hours()), "hour", "hours")
	case days < 14:
		return Plural(days, "day", "days")
	case days < 60:
		return Plural(days/7, "week", "weeks")
	case days < 730:
		return Plural(days/30, "month", "months")
	}
	return Plural(days/365, "year", "years")
}

// Age says how old something is, in the least room: "now", "12 min", "5 h",
// "18 d".
func Age(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes())) + " min"
	case d < 24*time.Hour:
		return strconv.Itoa(int(d.Hours())) + " h"
	}
	return strconv.Itoa(int(d.Hours()/24)) + " d"
}

// daysBetween counts midnights from one moment to the other, in their zone.
func daysBetween(from, to time.Time) int {
	y, m, d := from.Date()
	a := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	y, m, d = to.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(a).Hours() / 24)
}

// Number writes a number with its thousands apart: "1,204".
func Number(n int) string {
	digits := strconv.Itoa(n)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(digits) - 3; i > start; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Count writes a number that is counted no further than 999: "148", "999+".
func Count(n int) string {
	if n > 999 {
		return "999+"
	}
	return strconv.Itoa(n)
}

// Plural writes a number with the word that fits: "1 case", "1,204 cases".
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

// Bytes says a size: "340 kB", "2.1 MB".
func Bytes(n int64) string {
	units := []string{"kB", "MB", "GB", "TB"}
	if n < 1000 {
		return fmt.Sprintf("%d bytes", n)
	}
	value, unit := float64(n)/1000, 0
	for value >= 999.5 && unit < len(units)-1 {
		value, unit = value/1000, unit+1
	}
	if unit == 0 || value >= 99.95 {
		return fmt.Sprintf("%.0f %s", value, units[unit])
	}
	if rounded := math.Round(value*10) / 10; rounded == math.Trunc(rounded) {
		return fmt.Sprintf("%.0f %s", rounded, units[unit])
	}
	return fmt.Sprintf("%.1f %s", value, units[unit])
}
