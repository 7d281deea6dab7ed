package intake

import (
	"strings"
	"time"
)

// Quickest is the least time in which a person fills in a form. It is short:
// whoever is refused by mistake presses the button once more.
const Quickest = 3 * time.Second

// TooQuick reports whether a form begun at one moment and sent at another was
// filled in faster than a person can.
func TooQuick(begun, sent time.Time) bool { return sent.Sub(begun) < Quickest }

// Trapped reports whether the field that nobody sees was filled in: scripts
// fill in every field there is.
func Trapped(unseen string) bool { return strings.TrimSpace(unseen) != "" }
