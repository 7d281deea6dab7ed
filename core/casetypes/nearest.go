package casetypes

import (
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
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
		slips := core.Slips(strings.ToLower(name), strings.ToLower(candidate))
		if slips < fewest && slips < len(candidate) {
			best, fewest = candidate, slips
		}
	}
	return best
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
