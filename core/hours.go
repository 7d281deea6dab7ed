package core

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// TimeOfDay is minutes since midnight by the clock on the wall, 0 to 1440.
type TimeOfDay int

// Opening is one stretch of working hours in a day, from From until To. It is
// written "09:00-17:00"; "24:00" is the end of the day.
type Opening struct{ From, To TimeOfDay }

// WeekHours are the openings of each day of the week, by time.Weekday; a day
// without any is closed. In files it is an object of days or runs of days:
// {"mon-thu": ["09:00-12:30", "13:00-17:00"], "fri": ["09:00-16:00"]}.
type WeekHours [7][]Opening

// ParseTimeOfDay reads "09:00"; "24:00" is the end of the day.
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	if s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, Invalid("%q is not a time of day; write it like 09:00.", clip(s, 40))
	}
	return TimeOfDay(t.Hour()*60 + t.Minute()), nil
}

// String writes the time as 09:00.
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }

func (t TimeOfDay) sinceMidnight() time.Duration { return time.Duration(t) * time.Minute }

// ParseOpening reads "09:00-17:00".
func ParseOpening(s string) (Opening, error) {
	begin, end, _ := strings.Cut(strings.ReplaceAll(s, "–", "-"), "-")
	from, errFrom := ParseTimeOfDay(strings.TrimSpace(begin))
	to, errTo := ParseTimeOfDay(strings.TrimSpace(end))
	if errFrom != nil || errTo != nil {
		return Opening{}, Invalid("%q are not working hours; write them like 09:00-17:00.", clip(s, 40))
	}
	if to <= from {
		return Opening{}, Invalid("%q ends before it begins.", clip(s, 40))
	}
	return Opening{from, to}, nil
}

// String writes the opening as 09:00-17:00.
func (o Opening) String() string { return o.From.String() + "-" + o.To.String() }

// MarshalText implements encoding.TextMarshaler, and so JSON strings.
func (o Opening) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (o *Opening) UnmarshalText(text []byte) error {
	parsed, err := ParseOpening(string(text))
	if err == nil {
		*o = parsed
	}
	return err
}

var weekdayKeys = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// MarshalJSON writes the days that are open, one by one.
func (w WeekHours) MarshalJSON() ([]byte, error) {
	days := map[string][]Opening{}
	for weekday, openings := range w {
		if len(openings) > 0 {
			days[weekdayKeys[weekday]] = openings
		}
	}
	return json.Marshal(days)
}

// UnmarshalJSON reads days ("mon") and runs of days ("mon-fri").
func (w *WeekHours) UnmarshalJSON(data []byte) error {
	var written map[string][]Opening
	if err := json.Unmarshal(data, &written); err != nil {
		return err
	}
	var week WeekHours
	for days, openings := range written {
		if err := week.set(days, openings); err != nil {
			return err
		}
	}
	*w = week
	return nil
}

func (w *WeekHours) set(days string, openings []Opening) error {
	first, last, isRun := strings.Cut(days, "-")
	if !isRun {
		last = first
	}
	from, to := weekdayOf(first), weekdayOf(last)
	if from < 0 || to < 0 {
		return Invalid("%q is not a day of the week; write mon, tue or mon-fri.", clip(days, 40))
	}
	for i := from; ; i = (i + 1) % 7 {
		if w[i] != nil {
			return Invalid("The hours of %s are given twice.", time.Weekday(i))
		}
		w[i] = openings
		if i == to {
			return nil
		}
	}
}

func weekdayOf(key string) int {
	for i, k := range weekdayKeys {
		if k == strings.ToLower(strings.TrimSpace(key)) {
			return i
		}
	}
	return -1
}

// lengthOf sums the openings of a day, which must be in order and apart.
func lengthOf(openings []Opening) (time.Duration, *Error) {
	if len(openings) > maxOpeningsPerDay {
		return 0, Invalid("a day may have %d openings at most.", maxOpeningsPerDay)
	}
	var sum, closed TimeOfDay
	for _, o := range openings {
		if o.From < closed || o.To <= o.From || o.To > 24*60 {
			return 0, Invalid("the hours %s are out of order or overlap.", o)
		}
		sum, closed = sum+o.To-o.From, o.To
	}
	return sum.sinceMidnight(), nil
}

// clampTo moves a time of day into the openings: to the nearest edge of the
// day, or from a break to its end.
func clampTo(openings []Opening, at time.Duration) time.Duration {
	for _, o := range openings {
		if at <= o.To.sinceMidnight() {
			return max(at, o.From.sinceMidnight())
		}
	}
	return openings[len(openings)-1].To.sinceMidnight()
}
