// Package postgresindex is the search engine that needs nothing installed: the
// tables of the database itself.
//
// Each case has one vector of words for each audience, and beside it the facts
// that it is narrowed, counted and sorted by. The words are stored apart: the
// index finds a match without reading them, the facts of forty cases lie on one
// page, and only the words of the newest matches are read, to rank them.
//
// search.go matches the reader's own vector, within their scopes, before
// anything is counted or cut off; what matches very often is looked for among
// the newest cases first (marks.go, statistics.go), and once for results and
// facets together (statement.go). facets.go counts, map.go answers from counted
// cells of the map where it can, suggest.go while somebody types.
//
// follow.go keeps it all with the feed of events, rebuild.go makes it anew;
// slips.go keeps the dictionary that puts typing errors right.
//
// Words are cut and folded by core/search and not by the database, so that
// documents, queries, the dictionary and the marks in results agree on what a
// word is.
package postgresindex

import (
	"sync"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
)

// Index is the engine. It is safe for concurrent use.
type Index struct {
	db        *postgres.DB
	documents *search.Documents
	clock     core.Clock

	measured measured
	profiles profiles
	counts   *kept[counted]
	maps     *kept[search.Mapped]
	openings *kept[opened]

	sweeping sync.Mutex
	swept    string // how far [Index.Sweep] has come among the words
}

var (
	_ search.Index     = (*Index)(nil)
	_ search.Lister    = (*Index)(nil)
	_ search.Lagging   = (*Index)(nil)
	_ search.Rebuilder = (*Index)(nil)
)

// New makes the engine. Facets and maps of one reader may be two seconds old.
func New(db *postgres.DB, documents *search.Documents, clock core.Clock) *Index {
	return newIndex(db, documents, clock, keptFor)
}

// NewFresh makes an engine that keeps no answers: for those who change cases
// and count them in the same second.
func NewFresh(db *postgres.DB, documents *search.Documents, clock core.Clock) *Index {
	return newIndex(db, documents, clock, 0)
}

func newIndex(db *postgres.DB, documents *search.Documents, clock core.Clock, age time.Duration) *Index {
	return &Index{db: db, documents: documents, clock: clock, counts: newKept[counted](age), maps: newKept[search.Mapped](age), openings: newKept[opened](age)}
}
