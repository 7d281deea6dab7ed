// Package postgresindex is the search engine that needs nothing installed: the
// tables of the database itself.
//
// Each case has one vector of words for each audience; search.go matches the
// reader's own one, within their scopes, before anything is counted or cut
// off. follow.go keeps the vectors with the feed of events, rebuild.go makes
// them anew; slips.go keeps the dictionary that puts typing errors right.
//
// Words are cut and folded by core/search and not by the database, so that
// documents, queries, the dictionary and the marks in results agree on what a
// word is.
package postgresindex

import (
	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
)

// Index is the engine.
type Index struct {
	db        *postgres.DB
	documents *search.Documents
	clock     core.Clock
}

// New makes the engine.
func New(db *postgres.DB, documents *search.Documents, clock core.Clock) *Index {
	return &Index{db, documents, clock}
}
