package core_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/casement-dev/casement/core"
	"pgregory.net/rapid"
)

const officeJSON = `{
	"key": "offices", "name": "Northmoor offices", "zone": "Europe/London",
	"hours": {"mon-fri": ["09:00-17:00"]},
	"holidays": [
		{"date": "2026-12-24", "name": "Christmas Eve", "hours": ["09:00-12:00"]},
		{"date": "2026-12-25", "name": "Christmas Day"},
		{"date": "2026-12-28", "name": "Boxing Day (substitute)"},
		{"date": "2027-01-01", "name": "New Year's Day"}
	]}`

// failer is what tests, benchmarks and properties have in common.
type failer interface {
	Helper()
	Fatal(...any)
}

func calendarFrom(t failer, spec string) *core.Calendar {
	t.Helper()
	var s core.CalendarSpec
	if err := json.Unmarshal([]byte(spec), &s); err != nil {
		t.Fatal(err)
	}
	c, err := core.NewCalendar(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func office(t failer) *core.Calendar { return calendarFrom(t, officeJSON) }

// at reads a wall time such as "2026-11-13 16:50" in the calendar's zone.
func at(t failer, c *core.Calendar, wall string) time.Time {
	t.Helper()
	got, err := time.ParseInLocation("2006-01-02 15:04", wall, c.Location())
	if err != nil {
		t.Fatal(err)
	}
	return got.UTC()
}

func wall(c *core.Calendar, t time.Time) string {
	return t.In(c.Location()).Format("2006-01-02 15:04")
}

func TestWorkingDaysKeepTheTimeOfDay(t *testing.T) {
	c := office(t)
	for _, test := range []struct {
		from string
		days int
		want string
	}{
		{"2026-11-13 16:50", 5, "2026-11-20 16:50"}, // Friday to Friday
		{"2026-11-13 09:00", 5, "2026-11-20 09:00"},
		{"2026-11-13 07:00", 5, "2026-11-20 09:00"}, // before opening
		{"2026-11-13 18:30", 5, "2026-11-20 17:00"}, // after closing
		{"2026-11-14 14:00", 5, "2026-11-20 17:00"}, // Saturday: five full days
		{"2026-11-15 23:59", 1, "2026-11-16 17:00"}, // Sunday
		{"2026-12-23 15:00", 1, "2026-12-24 12:00"}, // half a day
		{"2026-12-23 15:00", 2, "2026-12-29 15:00"}, // over Christmas
		{"2026-10-23 10:00", 1, "2026-10-26 10:00"}, // clocks go back
		{"2026-03-27 10:00", 1, "2026-03-30 10:00"}, // clocks go forward
		{"2026-11-20 16:50", -5, "2026-11-13 16:50"},
		{"2026-11-21 14:00", -1, "2026-11-20 09:00"}, // backwards, a closed day counts from its end
		{"2026-11-14 14:00", 0, "2026-11-14 14:00"},
	} {
		if got := wall(c, c.AddWorkingDays(at(t, c, test.from), test.days)); got != test.want {
			t.Errorf("%s and %d working days: got %s, want %s", test.from, test.days, got, test.want)
		}
	}
}

func TestATimeOfDayInABreakMovesToItsEnd(t *testing.T) {
	c := calendarFrom(t, `{"key":"k","name":"n","zone":"Europe/London","hours":{"mon":["08:00-18:00"],"tue":["09:00-12:00","13:00-16:00"]}}`)
	for from, want := range map[string]string{
		"2026-11-16 12:30": "2026-11-17 13:00",
		"2026-11-16 08:10": "2026-11-17 09:00",
		"2026-11-16 17:00": "2026-11-17 16:00",
		"2026-11-16 12:00": "2026-11-17 12:00",
	} {
		if got := wall(c, c.AddWorkingDays(at(t, c, from), 1)); got != want {
			t.Errorf("%s and a working day: got %s, want %s", from, got, want)
		}
	}
}

func TestWorkingTimeStopsOutsideHours(t *testing.T) {
	c := office(t)
	for _, test := range []struct {
		from, to string
		want     time.Duration
	}{
		{"2026-11-13 16:50", "2026-11-20 16:50", 40 * time.Hour},
		{"2026-11-13 17:00", "2026-11-16 09:00", 0},
		{"2026-12-23 16:00", "2026-12-29 10:00", 5 * time.Hour},
		{"2026-11-16 10:00", "2026-11-16 09:30", -30 * time.Minute},
	} {
		if got := c.WorkingBetween(at(t, c, test.from), at(t, c, test.to)); got != test.want {
			t.Errorf("%s to %s: got %v, want %v", test.from, test.to, got, test.want)
		}
	}
}

func TestTheNextOpeningIsNowWhenOpen(t *testing.T) {
	c := office(t)
	for from, want := range map[string]string{
		"2026-11-13 16:59": "2026-11-13 16:59",
		"2026-11-13 17:00": "2026-11-16 09:00",
		"2026-12-24 12:00": "2026-12-29 09:00",
	} {
		got := c.NextOpening(at(t, c, from))
		if wall(c, got) != want || !c.IsOpen(got) || c.IsOpen(at(t, c, from)) != (from == want) {
			t.Errorf("from %s: got %s, want %s", from, wall(c, got), want)
		}
	}
}

func TestMonthsEndWhenTheMonthDoes(t *testing.T) {
	c := office(t)
	for _, test := range []struct {
		from   string
		months int
		want   string
	}{
		{"2027-01-31 10:00", 1, "2027-02-28 10:00"},
		{"2028-01-31 10:00", 1, "2028-02-29 10:00"},
		{"2026-11-30 10:00", 3, "2027-02-28 10:00"},
		{"2026-03-31 10:00", -1, "2026-02-28 10:00"},
		{"2026-12-15 10:00", 12, "2027-12-15 10:00"},
	} {
		if got := wall(c, c.AddMonths(at(t, c, test.from), test.months)); got != test.want {
			t.Errorf("%s and %d months: got %s, want %s", test.from, test.months, got, test.want)
		}
	}
}

func TestHoursThatClocksSkipOrRepeatCountAsTheyPass(t *testing.T) {
	for _, test := range []struct {
		zone, date string
		want       time.Duration
	}{
		{"Europe/London", "2026-03-29", 23 * time.Hour},
		{"Europe/London", "2026-10-25", 25 * time.Hour},
		{"America/New_York", "2026-03-08", 23 * time.Hour},
		{"America/New_York", "2026-11-01", 25 * time.Hour},
		{"Australia/Lord_Howe", "2026-10-04", 23*time.Hour + 30*time.Minute},
		{"Australia/Lord_Howe", "2026-04-05", 24*time.Hour + 30*time.Minute},
		{"Africa/Cairo", "2026-04-24", 23 * time.Hour}, // there is no midnight
	} {
		c := calendarFrom(t, fmt.Sprintf(`{"key":"k","name":"n","zone":%q,"hours":{"mon-sun":["00:00-24:00"]}}`, test.zone))
		date, err := core.ParseDate(test.date)
		if err != nil {
			t.Fatal(err)
		}
		noonBefore := time.Date(date.Year, date.Month, date.Day-1, 12, 0, 0, 0, c.Location())
		from := c.Midnight(noonBefore)
		to := c.Midnight(time.Date(date.Year, date.Month, date.Day, 12, 0, 0, 0, c.Location()))
		if got := c.WorkingBetween(from, to); got != test.want || to.Sub(from) != test.want {
			t.Errorf("%s in %s: got %v working hours in %v, want %v", test.date, test.zone, got, to.Sub(from), test.want)
		}
	}
}

func TestADayThatNeverWasHasNoWorkingTime(t *testing.T) {
	c := calendarFrom(t, `{"key":"k","name":"n","zone":"Pacific/Apia","hours":{"mon-sun":["00:00-24:00"]}}`)
	thursday, saturday := at(t, c, "2011-12-29 22:00"), at(t, c, "2011-12-31 02:00")
	if got := c.WorkingBetween(thursday, saturday); got != 4*time.Hour {
		t.Errorf("over the day Samoa left out: %v", got)
	}
	if got := wall(c, c.AddWorking(thursday, 4*time.Hour)); got != "2011-12-31 02:00" {
		t.Errorf("four hours later: %s", got)
	}
}

func TestACalendarThatCannotWorkIsRefused(t *testing.T) {
	for spec, want := range map[string]string{
		`{"zone":"Europe/London","hours":{}}`:                                                                                                     "be open for an hour",
		`{"zone":"Europe/London","hours":{"mon":["09:00-09:10"]}}`:                                                                                "be open for an hour",
		`{"zone":"Mars/Olympus","hours":{"mon":["09:00-17:00"]}}`:                                                                                 "not a time zone",
		`{"zone":"","hours":{"mon":["09:00-17:00"]}}`:                                                                                             "not a time zone",
		`{"zone":"Local","hours":{"mon":["09:00-17:00"]}}`:                                                                                        "not a time zone",
		`{"zone":"../../etc/passwd","hours":{"mon":["09:00-17:00"]}}`:                                                                             "not a time zone",
		`{"zone":"Europe/London","hours":{"mon":["09:00-17:00","16:00-18:00"]}}`:                                                                  "overlap",
		`{"zone":"Europe/London","hours":{"mon":["17:00-09:00"]}}`:                                                                                "ends before it begins",
		`{"zone":"Europe/London","hours":{"mon":["nine to five"]}}`:                                                                               "not working hours",
		`{"zone":"Europe/London","hours":{"someday":["09:00-17:00"]}}`:                                                                            "not a day of the week",
		`{"zone":"Europe/London","hours":{"mon-fri":["09:00-17:00"],"tue":["09:00-17:00"]}}`:                                                      "given twice",
		`{"zone":"Europe/London","hours":{"mon":["09:00-17:00"]},"holidays":[{"date":"2026-12-25","name":"a"},{"date":"2026-12-25","name":"b"}]}`: "listed twice",
		`{"zone":"Europe/London","hours":{"mon":["09:00-17:00"]},"holidays":[{"date":"25 December"}]}`:                                            "not a date",
	} {
		var s core.CalendarSpec
		err := json.Unmarshal([]byte(spec), &s)
		if err == nil {
			_, err = core.NewCalendar(s, 1)
		}
		if err == nil || core.KindOf(err) != core.ErrInvalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want it to say %q", spec, err, want)
		}
	}
}

func TestACalendarSurvivesItsFile(t *testing.T) {
	c := office(t)
	written, err := json.Marshal(c.CalendarSpec)
	if err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(calendarFrom(t, string(written)).CalendarSpec)
	if err != nil || string(again) != string(written) {
		t.Errorf("got %s and %v, want %s", again, err, written)
	}
}

// Properties.

var zones = []string{"Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kolkata", "UTC"}

// drawCalendar makes calendars of every shape: several openings a day, days
// that differ, hours over midnight and over the change of clocks, holidays.
func drawCalendar(t *rapid.T) *core.Calendar {
	spec := core.CalendarSpec{Key: "drawn", Zone: rapid.SampledFrom(zones).Draw(t, "zone")}
	edges := rapid.SampledFrom([]core.TimeOfDay{0, 30, 60, 90, 120, 135, 150, 180, 9 * 60, 12*60 + 30, 13 * 60, 17 * 60, 18*60 + 7, 24 * 60})
	for weekday := range spec.Hours {
		set := map[core.TimeOfDay]bool{}
		for range rapid.IntRange(0, 6).Draw(t, "edges") {
			set[edges.Draw(t, "edge")] = true
		}
		from := core.TimeOfDay(-1)
		for minute := range core.TimeOfDay(24*60 + 1) {
			if !set[minute] {
				continue
			}
			if from < 0 {
				from = minute
				continue
			}
			spec.Hours[weekday] = append(spec.Hours[weekday], core.Opening{From: from, To: minute})
			from = -1
		}
	}
	if rapid.Bool().Draw(t, "ordinary week") {
		spec.Hours = core.WeekHours{}
		for weekday := time.Monday; weekday <= time.Friday; weekday++ {
			spec.Hours[weekday] = []core.Opening{{From: 9 * 60, To: 17 * 60}}
		}
	}
	first := core.Date{Year: 2026, Month: 1, Day: 1}
	for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 1000), 0, 30, rapid.ID[int]).Draw(t, "holidays") {
		spec.Holidays = append(spec.Holidays, core.Holiday{Date: first.Add(n), Name: "Holiday"})
	}
	c, err := core.NewCalendar(spec, 1)
	if err != nil { // hardly ever open
		spec.Hours[time.Wednesday] = []core.Opening{{From: 9 * 60, To: 17 * 60}}
		c, _ = core.NewCalendar(spec, 1)
	}
	return c
}

// changes are moments near which clocks are changed, where faults live.
var changes = []time.Time{
	time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC),
	time.Date(2026, 3, 8, 7, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC),
	time.Date(2026, 4, 4, 15, 0, 0, 0, time.UTC), time.Date(2026, 10, 3, 15, 30, 0, 0, time.UTC),
	time.Date(2026, 4, 23, 22, 0, 0, 0, time.UTC), time.Date(2026, 12, 25, 0, 0, 0, 0, time.UTC),
}

func drawTime(t *rapid.T, label string) time.Time {
	near := rapid.SampledFrom(changes).Draw(t, label)
	if rapid.Bool().Draw(t, label+" to the minute") {
		return near.Add(time.Duration(rapid.IntRange(-6*24*60, 6*24*60).Draw(t, label)) * time.Minute)
	}
	return near.Add(time.Duration(rapid.Int64Range(-int64(40*24*time.Hour/time.Microsecond), int64(40*24*time.Hour/time.Microsecond)).Draw(t, label)) * time.Microsecond)
}

func drawDuration(t *rapid.T, label string) time.Duration {
	if rapid.Bool().Draw(t, label+" in hours") {
		return time.Duration(rapid.IntRange(0, 200).Draw(t, label)) * time.Hour
	}
	return time.Duration(rapid.Int64Range(0, int64(300*time.Hour)/1000).Draw(t, label)) * time.Microsecond
}

func TestWorkingTimeIsAdditive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		x, y, z := drawTime(t, "x"), drawTime(t, "y"), drawTime(t, "z")
		if got, want := c.WorkingBetween(x, y)+c.WorkingBetween(y, z), c.WorkingBetween(x, z); got != want {
			t.Fatalf("by way of y %v, straight %v", got, want)
		}
	})
}

func TestAddingWorkingTimeInPartsIsAddingTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		from, d, e := drawTime(t, "from"), drawDuration(t, "d"), drawDuration(t, "e")
		if got, want := c.AddWorking(c.AddWorking(from, d), e), c.AddWorking(from, d+e); e > 0 && !got.Equal(want) {
			t.Fatalf("in parts %v, whole %v", got, want)
		}
	})
}

func TestForwardsIsBackwards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		from, d := drawTime(t, "from"), drawDuration(t, "d")
		to := c.AddWorking(from, d)
		if got := c.WorkingBetween(from, to); got != d {
			t.Fatalf("added %v, measured %v", d, got)
		}
		back := c.AddWorking(to, -d)
		if c.WorkingBetween(back, to) != d || c.WorkingBetween(back, from) != 0 {
			t.Fatalf("from %v to %v and back to %v", from, to, back)
		}
		if opening := c.NextOpening(from); d > 0 && c.IsOpen(from) && !back.Equal(opening) {
			t.Fatalf("from %v, which is open, to %v and back to %v", from, to, back)
		}
	})
}

func TestWorkingDaysForwardsAreTheSameBackwards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := calendarFrom(t, officeInZone(rapid.SampledFrom(zones).Draw(t, "zone")))
		from := c.NextOpening(drawTime(t, "from"))
		n := rapid.IntRange(0, 60).Draw(t, "n")
		if back := c.AddWorkingDays(c.AddWorkingDays(from, n), -n); !back.Equal(from) {
			t.Fatalf("%v came back as %v", from, back)
		}
	})
}

func officeInZone(zone string) string {
	return fmt.Sprintf(`{"key":"k","name":"n","zone":%q,"hours":{"mon-fri":["09:00-17:00"]}}`, zone)
}

func TestAWorkingDayOfAnOrdinaryWeekIsEightHours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := calendarFrom(t, officeInZone(rapid.SampledFrom(zones).Draw(t, "zone")))
		from, n := drawTime(t, "from"), rapid.IntRange(1, 30).Draw(t, "n")
		if got := c.WorkingBetween(from, c.AddWorkingDays(from, n)); got != time.Duration(n)*8*time.Hour {
			t.Fatalf("%d working days from %v are %v", n, from, got)
		}
	})
}

func TestLaterStartsNeverEndEarlier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		x, y := drawTime(t, "x"), drawTime(t, "y")
		if y.Before(x) {
			x, y = y, x
		}
		span := drawSpan(t)
		if exactly := "2006-01-02 15:04:05.000000"; y.In(c.Location()).Format(exactly) < x.In(c.Location()).Format(exactly) {
			return // y is in the hour that clocks show twice
		}
		if a, b := span.After(x, c), span.After(y, c); b.Before(a) {
			t.Fatalf("%s after %v is %v, after %v it is %v", span, x, a, y, b)
		}
		if a := span.After(x, c); !span.Unit.Working() && a.Before(x) {
			t.Fatalf("%s after %v is %v", span, x, a)
		}
	})
}

// TestWorkingTimeAgreesWithAWalkByTheMinute compares with the slowest and
// plainest way: look at the clock on the wall at every minute.
func TestWorkingTimeAgreesWithAWalkByTheMinute(t *testing.T) {
	hours := `{"mon-thu":["00:00-12:00","13:00-17:30"],"fri":["00:00-24:00"],"sun":["00:00-24:00"]}`
	for _, zone := range []string{"Europe/London", "America/New_York", "Australia/Lord_Howe"} {
		c := calendarFrom(t, fmt.Sprintf(`{"key":"k","name":"n","zone":%q,"hours":%s}`, zone, hours))
		for _, change := range changes {
			from, to := change.Add(-60*time.Hour), change.Add(60*time.Hour)
			var want time.Duration
			for m := from; m.Before(to); m = m.Add(time.Minute) {
				if openOnTheWall(c, m) {
					want += time.Minute
				}
			}
			if got := c.WorkingBetween(from, to); got != want {
				t.Errorf("%s around %v: got %v, want %v", zone, change, got, want)
			}
		}
	}
}

func openOnTheWall(c *core.Calendar, t time.Time) bool {
	local := t.In(c.Location())
	minute := core.TimeOfDay(local.Hour()*60 + local.Minute())
	for _, o := range c.Hours[local.Weekday()] {
		if o.From <= minute && minute < o.To {
			return true
		}
	}
	return false
}

func BenchmarkAddWorkingOverAYear(b *testing.B) {
	c := office(b)
	from := at(b, c, "2026-01-05 09:00")
	for b.Loop() {
		c.AddWorking(from, 250*8*time.Hour)
	}
}

func BenchmarkAddWorkingDaysOverTwoWeeks(b *testing.B) {
	c := office(b)
	from := at(b, c, "2026-11-13 16:50")
	for b.Loop() {
		c.AddWorkingDays(from, 10)
	}
}
