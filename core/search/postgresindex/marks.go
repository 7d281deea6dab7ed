package postgresindex

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Marks stand among the words of a case and are none: they begin with a tilde.
// They say in which scope it is and in which week it was raised, so that the
// index of words itself finds a common word in some scopes, or among the newest
// cases, without reading every case that has it.

// week is how finely times are marked; eight weeks and sixty-four have marks of
// their own, so that a long time is few marks.
const week = 7 * 24 * time.Hour

var weekLevels = []struct {
	letter byte
	weeks  int64
}{{'y', 64}, {'x', 8}, {'w', 1}}

func weekOf(t time.Time) int64 {
	return int64(math.Floor(float64(t.Unix()) / week.Seconds()))
}

func floorDiv(a, b int64) int64 { return int64(math.Floor(float64(a) / float64(b))) }

func scopeMark(scope int32) string { return fmt.Sprintf("~s%d", scope) }

// marksOf are the marks of a case.
func marksOf(scope int32, raised time.Time) []string {
	out := []string{scopeMark(scope)}
	for _, level := range weekLevels {
		out = append(out, fmt.Sprintf("~%c%d", level.letter, floorDiv(weekOf(raised), level.weeks)))
	}
	return out
}

// weekMarks are the fewest marks of which every case raised from the first to
// the last week has exactly one.
func weekMarks(first, last int64) []string {
	var out []string
	for at := first; at <= last; {
		for _, level := range weekLevels {
			if at == floorDiv(at, level.weeks)*level.weeks && at+level.weeks-1 <= last {
				out = append(out, fmt.Sprintf("~%c%d", level.letter, floorDiv(at, level.weeks)))
				at += level.weeks
				break
			}
		}
	}
	slices.Sort(out)
	return out
}
