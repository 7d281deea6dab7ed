package examples

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
)

// start is when the case of an example is raised, and when it was received.
type start struct {
	raised, received moment
	dated            bool // certain days are given
}

// moment is a day and a time of it: a date, or a weekday of no certain week.
type moment struct {
	date    core.Date // zero when only a weekday is given
	weekday time.Weekday
	clock   time.Duration // since midnight; 24 hours is the midnight that ends the day
}

// wrong is a mistake in an example, in a sentence for its author.
type wrong string

func (w wrong) Error() string { return string(w) }

func mistake(format string, args ...any) error { return wrong(fmt.Sprintf(format, args...)) }

// Without a date and a time an example begins on a Monday at ten.
const usual = "Monday 10:00"

func parseStart(g core.ExampleGiven) (start, error) {
	var s start
	var err error
	if s.raised, err = parseMoment(cmp.Or(g.Raised, usual)); err != nil {
		return s, err
	}
	s.received, s.dated = s.raised, !s.raised.date.IsZero()
	if g.Received == "" {
		return s, nil
	}
	if s.received, err = parseMoment(g.Received); err != nil {
		return s, err
	}
	if !s.received.date.IsZero() != s.dated {
		return s, mistake("Write raised and received both with a date, or both with a weekday.")
	}
	return s, nil
}

// onDate is where the search for an ordinary week begins.
func (s start) onDate() core.Date {
	if s.dated {
		return s.raised.date
	}
	monday := core.Date{Year: 2026, Month: time.January, Day: 5}
	return monday.Add((int(s.raised.weekday) + 6) % 7)
}

// on says when the case is raised and was received, for a day of raising. A
// weekday of receiving is the last one before.
func (s start) on(day core.Date, zone *time.Location) (raised, received time.Time) {
	if s.dated {
		return s.raised.of(s.raised.date, zone), s.received.of(s.received.date, zone)
	}
	raised = s.raised.of(day, zone)
	for received = s.received.of(day, zone); received.In(zone).Weekday() != s.received.weekday || received.After(raised); {
		day = day.Add(-1)
		received = s.received.of(day, zone)
	}
	return raised, received
}

// of is the moment on a day.
func (m moment) of(day core.Date, zone *time.Location) time.Time {
	return time.Date(day.Year, day.Month, day.Day, 0, int(m.clock/time.Minute), 0, 0, zone)
}

var weekdays = map[string]time.Weekday{
	"monday": time.Monday, "tuesday": time.Tuesday, "wednesday": time.Wednesday, "thursday": time.Thursday,
	"friday": time.Friday, "saturday": time.Saturday, "sunday": time.Sunday,
}

// parseMoment reads "Friday 16:50" or "2026-11-20 16:50".
func parseMoment(s string) (moment, error) {
	bad := mistake("“%s” is no time. Write it like “Friday 16:50”, or like “2026-11-20 16:50”.", clip(s))
	day, clock, ok := strings.Cut(strings.TrimSpace(s), " ")
	if !ok {
		return moment{}, bad
	}
	var m moment
	var err error
	if m.clock, err = parseClock(strings.TrimSpace(clock)); err != nil {
		return moment{}, bad
	}
	if weekday, known := weekdays[strings.ToLower(day)]; known {
		m.weekday = weekday
		return m, nil
	}
	if m.date, err = core.ParseDate(day); err != nil {
		return moment{}, bad
	}
	return m, nil
}

func parseClock(s string) (time.Duration, error) {
	hours, minutes, ok := strings.Cut(s, ":")
	h, err := strconv.Atoi(hours)
	m, err2 := strconv.Atoi(minutes)
	if !ok || err != nil || err2 != nil || len(minutes) != 2 || h < 0 || m < 0 || m > 59 || h > 24 || h == 24 && m > 0 {
		return 0, mistake("%q is no time of day.", clip(s))
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute, nil
}

// expected is a due time as an example has it.
type expected struct {
	none  bool
	when  moment
	weeks int // later than the first such weekday
}

// maxWeeks is how many weeks later an expected due time may be.
const maxWeeks = 520

// parseExpected reads "Tuesday 12:50", "Tuesday 12:50, 2 weeks later",
// "2026-12-04 16:50" and "none".
func parseExpected(s string) (expected, error) {
	if strings.TrimSpace(s) == None {
		return expected{none: true}, nil
	}
	day, later, counted := strings.Cut(s, ",")
	when, err := parseMoment(day)
	if err != nil {
		return expected{}, err
	}
	e := expected{when: when}
	if !counted {
		return e, nil
	}
	f := strings.Fields(later)
	if len(f) == 3 && strings.TrimSuffix(f[1], "s") == "week" && f[2] == "later" && when.date.IsZero() {
		if e.weeks, err = strconv.Atoi(f[0]); err == nil && e.weeks >= 0 && e.weeks <= maxWeeks {
			return e, nil
		}
	}
	return expected{}, mistake("“%s” is no time. Write it like “Tuesday 12:50, 2 weeks later”.", clip(s))
}

// at is the instant that is expected, counted from where the target begins.
func (e expected) at(from time.Time, zone *time.Location) time.Time {
	if !e.when.date.IsZero() {
		return e.when.of(e.when.date, zone)
	}
	day := core.DateOf(from.In(zone))
	for day.Weekday() != e.when.weekday || e.when.of(day, zone).Before(from) {
		day = day.Add(1)
	}
	return e.when.of(day.Add(7*e.weeks), zone)
}

// say writes an instant as an example would that expects it.
func (e expected) say(from, due time.Time, zone *time.Location) string {
	local := due.In(zone)
	day, clock := core.DateOf(local), local.Format("15:04")
	if clock == "00:00" {
		day, clock = day.Add(-1), "24:00"
	}
	if !e.when.date.IsZero() {
		return day.String() + " " + clock
	}
	since, _ := parseClock(clock)
	plain := expected{when: moment{weekday: day.Weekday(), clock: since}}
	words := plain.when.weekday.String() + " " + clock
	weeks := 0
	for plain.at(from, zone).Before(due) && weeks < maxWeeks {
		weeks++
		plain.weeks = weeks
	}
	switch weeks {
	case 0:
		return words
	case 1:
		return words + ", 1 week later"
	}
	return fmt.Sprintf("%s, %d weeks later", words, weeks)
}

// Words say what an example shows, for one without a name.
func Words(e core.Example) string {
	var given []string
	add := func(format string, value string) {
		if value != "" {
			given = append(given, fmt.Sprintf(format, value))
		}
	}
	g := e.Given
	add("raised %s", g.Raised)
	add("received %s", g.Received)
	add("priority %s", g.Priority)
	add("subtype %s", g.Subtype)
	add("by %s", string(g.Channel))
	for _, key := range slices.Sorted(maps.Keys(g.Fields)) {
		add(key+" %s", fmt.Sprint(g.Fields[key]))
	}
	add("%s", string(g.Event))
	add("closed: %s", g.Closed)
	if g.Resolved {
		given = append(given, "resolved")
	}
	if len(given) == 0 {
		given = append(given, "a new case")
	}
	var expect []string
	for _, key := range slices.Sorted(maps.Keys(e.Expect.Due)) {
		expect = append(expect, key+" due "+e.Expect.Due[key])
	}
	if e.Expect.Message != "" {
		expect = append(expect, e.Expect.Message+" to "+e.Expect.To)
	}
	if e.Expect.Group != "" {
		expect = append(expect, "with "+e.Expect.Group)
	}
	return strings.Join(given, ", ") + " → " + strings.Join(expect, ", ")
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
