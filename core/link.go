package core

import (
	"fmt"
	"time"
)

// LinkKind is one way in which two cases belong together, and what is said of it
// from either side: one blocks, the other is blocked by it.
type LinkKind struct {
	Side LinkSide // what the case that the link begins at is to the other
	Back LinkSide // what the other is to it; the same as Side when both are alike
}

// LinkSide is a link as one of its cases has it.
type LinkSide struct {
	Key  string // in commands and events: "blocked-by"
	Name string // before the other case: "Blocked by"
	// Waits says that this case does not close while the other one is open: what
	// whoever closes it is told of one such case, and of several ("%d … are").
	Waits Waiting
}

// Waiting is what is said of the cases that one waits for.
type Waiting struct{ One, Several string }

// IsZero reports whether nothing is waited for.
func (w Waiting) IsZero() bool { return w.One == "" }

// Words says how many cases there are to wait for.
func (w Waiting) Words(n int) string {
	if n == 1 {
		return w.One
	}
	return fmt.Sprintf(w.Several, n)
}

// Mutual reports whether a link of the kind reads alike from both sides.
func (k LinkKind) Mutual() bool { return k.Side.Key == k.Back.Key }

// The links that the product itself makes.
const (
	LinkContinues   = "continues"    // it goes on with what the other, which has ended, was about
	LinkContinuedBy = "continued-by" // the same from the other side
)

// LinkKinds lists how cases may be linked, in the order in which lists show it.
func LinkKinds() []LinkKind {
	related := LinkSide{Key: "related", Name: "Related to"}
	return []LinkKind{
		{related, related},
		{LinkSide{Key: "parent-of", Name: "Parent of", Waits: Waiting{"A child case is still open.", "%d child cases are still open."}}, LinkSide{Key: "child-of", Name: "Child of"}},
		{LinkSide{Key: "blocks", Name: "Blocks"}, LinkSide{Key: "blocked-by", Name: "Blocked by", Waits: Waiting{"A case that blocks this one is still open.", "%d cases that block this one are still open."}}},
		{LinkSide{Key: "duplicate-of", Name: "Duplicate of"}, LinkSide{Key: "duplicated-by", Name: "Has the duplicate"}},
		{LinkSide{Key: LinkContinues, Name: "Continues"}, LinkSide{Key: LinkContinuedBy, Name: "Continued by"}},
	}
}

// FindLink finds the kind that one side of is called key, and whether it is the
// side that a link begins at.
func FindLink(key string) (kind LinkKind, begins, ok bool) {
	for _, k := range LinkKinds() {
		if k.Side.Key == key {
			return k, true, true
		}
		if k.Back.Key == key {
			return k, false, true
		}
	}
	return LinkKind{}, false, false
}

// LinkSides lists both sides of every kind, those that belong together beside
// each other.
func LinkSides() []LinkSide {
	var out []LinkSide
	for _, k := range LinkKinds() {
		out = append(out, k.Side)
		if !k.Mutual() {
			out = append(out, k.Back)
		}
	}
	return out
}

// Link is another case that one belongs together with, as that one has it.
type Link struct {
	Other CaseID
	Side  LinkSide
	By    Actor // without a name
	Since time.Time
}
