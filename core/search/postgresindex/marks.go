package postgresindex

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Marks stand among the words of a case and are none: they begin with a tilde.
// They say in which scope it is and on which day it was raised, so that the
// index of words itself finds a common word in some scopes, or among the newest
// cases, without reading every case that has it.

// marksOfTime are the spans of days that are marked, the longest first: a long
// time is few marks, and a short one is met to the day.
var marksOfTime = []struct {
	letter byte
	days   int64
}{{'y', 448}, {'x', 56}, {'w', 7}, {'d', 1}}

// dayOf numbers days since 1970.
func dayOf(t time.Time) int64 {
	const seconds = 24 * 60 * 60
	return floorDiv(t.Unix(), seconds)
}

func floorDiv(a, b int64) int64 { return int64(math.Floor(float64(a) / float64(b))) }

func scopeMark(scope int32) string { return fmt.Sprintf("~s%d", scope) }

// marksOf are the marks of a case.
func marksOf(scope int32, raised time.Time) []string {
	out := []string{scopeMark(scope)}
	for _, span := range marksOfTime {
		out = append(out, fmt.Sprintf("~%c%d", span.letter, floorDiv(dayOf(raised), span.days)))
	}
	return out
}

// dayMarks are the fewest marks of which every case raised from the first to
// the last day has exactly one.
func dayMarks(first, last int64) []string {
	var out []string
	for at := first; at <= last; {
		for _, span := range marksOfTime {
			if at == floorDiv(at, span.days)*span.days && at+span.days-1 <= last {
				out = append(out, fmt.Sprintf("~%c%d", span.letter, floorDiv(at, span.days)))
				at += span.days
				break
			}
		}
	}
	slices.Sort(out)
	return out
}

// fromDay are the marks of all cases raised on a day or later. What is dated in
// the future is found too, for a year at least: where it ends is rounded up, so
// that the future is one mark and not many.
func fromDay(first int64, now time.Time) []string {
	longest := marksOfTime[0].days
	return dayMarks(first, (floorDiv(dayOf(now.AddDate(1, 0, 0)), longest)+1)*longest-1)
}
