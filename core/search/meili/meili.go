// Package meili is the search engine for large installations: a Meilisearch
// server beside the database.
//
// A case is kept as up to three sheets, one for each audience (sheet.go), and
// a reader's filter lets them see exactly one sheet of a case (filter.go). So
// nothing of a private word can show: not in hits, counts, facets, phrases or
// corrected typing errors, whatever the server makes of a query.
//
// Where to look: query.go writes what was typed as the server reads it;
// search.go, facets.go and map.go ask; follow.go keeps the index with the feed
// of events, and state.go remembers in the index itself how far it has come;
// rebuild.go makes it anew beside the old one; client.go is the way there.
package meili

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
)

// shape is raised by every change of sheets or settings. The indexes of
// another shape are other indexes: an older server goes on with its own.
const shape = 1

// Name is that of the office of who follows the feed for the index, and of the
// cursor that says how far they came.
const Name = "search.meili"

// Options are what an [Index] needs.
type Options struct {
	URL   string // of the server: http or https
	Key   string // with every right on the indexes whose names begin with Index
	Index string // how their names begin

	DB        *postgres.DB
	Documents *search.Documents
	Clock     core.Clock
	Log       *slog.Logger

	// Patience is how long a search may take before the server counts as down:
	// 2 seconds when it is zero.
	Patience time.Duration
	// Maps draws maps without words and of many places, when there is one: an
	// engine that keeps cells shows every place, and thousands of hits are slow
	// to fetch. Without one the first [search.MaxCounted] are fetched.
	Maps search.Index
	// Took hears of every round of [Index.Follow] that brought something.
	Took func(Round)
}

// Round is what one look at the feed brought to the index.
type Round struct {
	Events int
	Cases  int
	Took   time.Duration
}

// Index is the engine. It is safe for concurrent use.
type Index struct {
	Options
	server meilisearch.ServiceManager
	feed   *events.Reader
	live   string // the index that is searched
	fresh  string // the one that is being made

	readyAt atomic.Int64 // when the index was last seen to be ready, nanoseconds since 1970; 0 when it was not
}

// New makes the engine. Nothing is asked of the server yet.
func New(o Options) (*Index, error) {
	address, err := url.Parse(o.URL)
	if err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "" {
		return nil, fmt.Errorf("the address of Meilisearch must be like http://127.0.0.1:7700, not %q", redacted(o.URL))
	}
	if !validName(o.Index) {
		return nil, fmt.Errorf("the name of the Meilisearch index must be 1 to 100 letters, digits, hyphens and underscores, not %q", o.Index)
	}
	if o.Patience <= 0 {
		o.Patience = searchPatience
	}
	live := o.Index + "-" + strconv.Itoa(shape)
	return &Index{
		Options: o, server: newServer(o.URL, o.Key), feed: events.NewReader(o.DB, o.Clock, Name), live: live, fresh: live + "-new",
	}, nil
}

func validName(name string) bool {
	for _, r := range name {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_') {
			return false
		}
	}
	return name != "" && len(name) <= 100
}

// redacted is an address without what may be a password in it.
func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "that"
	}
	return u.Redacted()
}

// Lag implements [search.Lagging]. It asks the database alone, so it answers
// while the server is down.
func (x *Index) Lag(ctx context.Context) (search.Lag, error) {
	waiting, behind, err := x.feed.Behind(ctx)
	return search.Lag{Behind: behind, Waiting: waiting}, err
}

// Standing is how the server is doing.
type Standing struct {
	Version string // "" when the key may not ask
	Built   bool   // there is an index to search in
	Cases   int    // in it
	Lag     search.Lag
}

// Check asks the server how it is doing; the error says in a sentence why it
// cannot be searched.
func (x *Index) Check(ctx context.Context) (Standing, error) {
	var s Standing
	lag, err := x.Lag(ctx)
	if err != nil {
		return s, err
	}
	s.Lag = lag
	ctx, cancel := context.WithTimeout(ctx, adminPatience)
	defer cancel()
	if _, err := x.server.HealthWithContext(ctx); err != nil {
		return s, unavailable(err, "ask how it is")
	}
	if v, err := x.server.VersionWithContext(ctx); err == nil {
		s.Version = v.PkgVersion
	}
	state, err := x.state(ctx, x.live)
	if err != nil {
		return s, err
	}
	if s.Built = state != nil; s.Built {
		s.Cases, err = x.count(ctx)
	}
	return s, err
}
