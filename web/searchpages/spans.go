package searchpages

import "time"

// span is a stretch of days with a name, such as "this week".
type span struct {
	label string
	of    func(now time.Time) (from, to time.Time) // to may be zero: until now and on
}

func startOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// startOfWeek is the Monday before.
func startOfWeek(t time.Time) time.Time {
	return startOfDay(t).AddDate(0, 0, -(int(t.Weekday())+6)%7)
}

// lastDays is everything since so many days before today.
func lastDays(n int) func(time.Time) (time.Time, time.Time) {
	return func(now time.Time) (time.Time, time.Time) { return startOfDay(now).AddDate(0, 0, -n), time.Time{} }
}

// dueLate is the one choice of "due" that is no span.
const dueLate = "overdue"

var (
	dueOrder = []string{dueLate, "today", "week", "next-week"}
	dueSpans = map[string]span{
		"today": {"Today", func(now time.Time) (time.Time, time.Time) {
			day := startOfDay(now)
			return day, day.AddDate(0, 0, 1)
		}},
		"week": {"This week", func(now time.Time) (time.Time, time.Time) {
			monday := startOfWeek(now)
			return monday, monday.AddDate(0, 0, 7)
		}},
		"next-week": {"Next week", func(now time.Time) (time.Time, time.Time) {
			monday := startOfWeek(now).AddDate(0, 0, 7)
			return monday, monday.AddDate(0, 0, 7)
		}},
	}

	receivedOrder = []string{"today", "7-days", "4-weeks", "12-weeks", "year"}
	receivedSpans = map[string]span{
		"today":    {"Today", lastDays(0)},
		"7-days":   {"Last 7 days", lastDays(7)},
		"4-weeks":  {"Last 4 weeks", lastDays(28)},
		"12-weeks": {"Last 12 weeks", lastDays(84)},
		"year": {"This year", func(now time.Time) (time.Time, time.Time) {
			return time.Date(now.Year(), 1, 1, 0, 0, 0, 0, now.Location()), time.Time{}
		}},
	}
)
