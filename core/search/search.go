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
	"reflect"
	"time"

	"github.com/casement-dev/casement/core"
)

// Bounds of one search.
const (
	PageSize   = 50
	MaxTotal   = 1000   // results are counted so far: "1,000+"
	MaxCounted = 10_000 // facets count the first so many matches
	MaxQuery   = 200    // letters of what is typed
	maxTerms   = 16
)

// Index is an engine that finds cases.
type Index interface {
	// Search returns one page of what the reader may find.
	Search(ctx context.Context, r Reader, q Query) (Found, error)
	// Map returns where on the earth the results of the same query are, as far
	// as a part of the map shows them: clusters, or single cases when few are in
	// view. Its counts obey the reader's reach like everything else.
	Map(ctx context.Context, r Reader, q Query, v View) (Mapped, error)
	// Suggest returns the likeliest cases for words that are still being typed,
	// at most limit.
	Suggest(ctx context.Context, r Reader, t Terms, limit int) ([]Hit, error)
}

// Lister is an index that can walk through everything that a query finds, for
// exports: newest first, a page at a time.
type Lister interface {
	// List returns up to limit cases after the one named, which is zero for the
	// first page.
	List(ctx context.Context, r Reader, q Query, after core.CaseID, limit int) ([]core.CaseID, error)
}

// Lagging is an index that can say how far it is behind the cases.
type Lagging interface {
	Lag(ctx context.Context) (Lag, error)
}

// Lag is how far an index is behind.
type Lag struct {
	Behind  time.Duration // since the oldest event it has not taken up; 0 when it has taken up all
	Waiting int           // events it has not taken up, counted up to 10,000
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
	ByBest   Order = "" // the best match first, of the newest at least; without words the newest
	ByNewest Order = "newest"
	ByOldest Order = "oldest"
	ByDue    Order = "due"
)

// Filter narrows a search. Empty parts do not. Several keys of one part mean
// any of them; the parts are joined by "and".
type Filter struct {
	Types      []string
	Subtypes   []string // by key; types may share keys
	Kinds      []core.StatusKind
	Statuses   []string // by key; types may share keys
	Stages     []string // by key; types may share keys
	Groups     []string
	Priorities []string
	Channels   []string
	Assignee   Assignee
	Overdue    bool
	DueFrom    time.Time
	DueTo      time.Time // before this instant
	RaisedFrom time.Time
	RaisedTo   time.Time // before this instant
	ClosedFrom time.Time
	ClosedTo   time.Time // before this instant
	Within     *core.Box
	Near       *core.Circle
	Fields     map[string][]string // searchable fields by key: any of the values, as [Document.Values] has them
}

// IsZero reports whether nothing is narrowed.
func (f Filter) IsZero() bool { return reflect.ValueOf(f).IsZero() }

// Assignee narrows to what the reader has, nobody, or the staff user with this
// identifier.
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
	FacetSubtype  Facet = "subtype"
	FacetKind     Facet = "kind"
	FacetStatus   Facet = "status"
	FacetStage    Facet = "stage"
	FacetGroup    Facet = "group"
	FacetPriority Facet = "priority"
	FacetChannel  Facet = "channel"
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
	// Instead is true when the engine that was asked is down and another one
	// answered: see [WithFallback].
	Instead bool
}

// Hit is one case that was found.
type Hit struct {
	Case    core.CaseID
	Private bool // the reader may read its private words
}

// View is a part of the map as a screen shows it.
type View struct {
	Box  core.Box
	Zoom int // from core.MinZoom to core.MaxZoom
}

// Bounds of what a map shows at once.
const (
	MaxPins     = 300  // single cases; more become clusters
	MaxClusters = 2000 // what a very large screen shows
)

// Mapped is where results are, within a [View].
type Mapped struct {
	Clusters []Cluster
	Pins     []Pin // instead of clusters, when at most MaxPins are in view
	Total    int   // results in view
	// First is true when there are more matches than MaxCounted and the first
	// so many are shown only.
	First bool
	// Instead is true when another engine answered: see [WithFallback].
	Instead bool
}

// Cluster is several cases close to each other.
type Cluster struct {
	Centre core.Point // the middle of what is in it, not of its cell
	Box    core.Box   // of the cell: what to zoom in to
	N      int
	Kinds  map[core.StatusKind]int
}

// Pin is one case on the map.
type Pin struct {
	Case core.CaseID
	At   core.Point
}
