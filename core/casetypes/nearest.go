package casetypes

import (
	"slices"
	"strings"
)

// nearest finds the name that somebody who wrote name probably meant: the one
// with the fewest slips of the finger between them, if they are few for its
// length. It returns "" when nothing is near.
func nearest(name string, known []string) string {
	const longest = 80 // a longer name is no slip of anything
	if name == "" || len(name) > longest {
		return ""
	}
	best, fewest := "", len(name)/3+2
	for _, candidate := range known {
		if len(candidate) > longest {
			continue
		}
		slips := distance(strings.ToLower(name), strings.ToLower(candidate))
		if slips < fewest && slips < len(candidate) {
			best, fewest = candidate, slips
		}
	}
	return best
}

// distance counts the letters to change, add, leave out or swap with their
// neighbour to make a into b (optimal string alignment).
func distance(a, b string) int {
	before, row := []int(nil), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

// didYouMean is the sentence after a name that is unknown: the near one, or
// what there is when that is short enough to say.
func didYouMean(name string, known []string) (sentence, meant string) {
	if meant = nearest(name, known); meant != "" {
		return " Did you mean “" + meant + "”?", meant
	}
	const few = 12
	if len(known) == 0 || len(known) > few {
		return "", ""
	}
	known = slices.Compact(slices.Sorted(slices.Values(known)))
	return " Use " + oneOf(known, "or") + ".", ""
}

// oneOf joins names as a sentence does: a, b and c.
func oneOf(names []string, conjunction string) string {
	switch len(names) {
	case 0:
		return "nothing"
	case 1:
		return names[0]
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " " + conjunction + " " + names[last]
}
