// Package search finds cases by words and narrowings. What an engine must do
// is said by [Index]; core/search/postgresindex is the one that needs nothing
// installed, and core/search/searchtest is what every engine must show.
//
// The engine is never an authority: it returns identifiers within the reader's
// reach, and rows are read from cases again. Words for the requester, for
// staff and private ones are told apart in the index itself, so that nobody
// can probe for words they may not read: not by results, not by counts, not by
// suggestions.
//
// Where to look: words.go cuts text into words, for documents and queries
// alike; parse.go reads what was typed; document.go says what there is to find
// of a case; highlight.go shows where; find.go is what pages call.
package search

import (
	"context"
	"time"

	"github.com/casement-dev/casement/core"
)

// Bounds of one search.
const (
	PageSize   = 50
	MaxTotal   = 1000   // results are counted and ranked so far: "1,000+"
	MaxCounted = 10_000 // facets count the first so many matches
	MaxQuery   = 200    // letters of what is typed
	maxTerms   = 16
)

// Index is an engine that finds cases.
type Index interface {
	// Search returns one page of what the reader may find.
	Search(ctx context.Context, r Reader, q Query) (Found, error)
}

// Rebuilder is an index that can be made anew while it is searched. progress
// hears now and then how many cases of how many are done.
type Rebuilder interface {
	Rebuild(ctx context.Context, progress func(done, total int)) error
}

// Reader is whose search it is: a staff user with the scopes they reach and
// what is opened to them besides, or a customer, who finds their own cases
// alone.
type Reader struct {
	Scopes []int32
	Staff  string   // the staff user's identifier, as case_access names it
	Groups []string // theirs
	Person core.PersonID
}

// Query is what is looked for.
type Query struct {
	Terms  Terms
	Filter Filter
	Order  Order
	Page   int // 1 is the first
	Facets bool
}

// Order is how results are sorted.
type Order string

// The orders.
const (
	ByBest   Order = "" // the best match first; without words the newest
	ByNewest Order = "newest"
	ByOldest Order = "oldest"
	ByDue    Order = "due"
)

// Filter narrows a search. Empty parts do not.
type Filter struct {
	Types      []string
	Kinds      []core.StatusKind
	Groups     []string
	Priorities []string
	Assignee   Assignee
	Overdue    bool
	RaisedFrom time.Time
	RaisedTo   time.Time // before this instant
}

// IsZero reports whether nothing is narrowed.
func (f Filter) IsZero() bool {
	return len(f.Types)+len(f.Kinds)+len(f.Groups)+len(f.Priorities) == 0 && f.Assignee == "" && !f.Overdue &&
		f.RaisedFrom.IsZero() && f.RaisedTo.IsZero()
}

// Assignee narrows to what the reader has, or nobody.
type Assignee string

// The choices of [Assignee].
const (
	AssigneeMe   Assignee = "me"
	AssigneeNone Assignee = "none"
)

// Facet names a narrowing that is counted.
type Facet string

// The facets.
const (
	FacetType     Facet = "type"
	FacetKind     Facet = "kind"
	FacetGroup    Facet = "group"
	FacetPriority Facet = "priority"
	FacetAssignee Facet = "assignee" // keys "me" and "none"
	FacetDue      Facet = "due"      // key "overdue"
)

// Found is one page of results.
type Found struct {
	Hits  []Hit
	Total int  // at most MaxTotal
	More  bool // there are more than MaxTotal
	// Match says which words were matched, typing errors put right, to show
	// them in the text. They are words of the query and of the index alike and
	// are never shown by themselves.
	Match Match
	// Counts say, for each facet, how many results each of its keys would have
	// with all other narrowings; nil unless asked for.
	Counts map[Facet]map[string]int
	// CountsFirst is true when facets counted the first MaxCounted only.
	CountsFirst bool
}

// Hit is one case that was found.
type Hit struct {
	Case    core.CaseID
	Private bool // the reader may read its private words
}
