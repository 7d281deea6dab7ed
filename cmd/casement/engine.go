package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/meili"
)

// newEngine makes what answers searches: the database, or a Meilisearch server
// with the database behind it for when the server is down.
func (p *parts) newEngine(documents *search.Documents) (search.Index, error) {
	s := p.settings.Search
	if !s.Configured() {
		return p.index, nil
	}
	x, err := meili.New(meili.Options{
		URL: s.URL, Key: string(s.Key), Index: s.Index, DB: p.db, Documents: documents, Clock: p.clock, Log: p.log, Maps: p.index,
	})
	if err != nil {
		return nil, err
	}
	p.meili = x
	if p.lagging == nil {
		p.lagging = map[string]search.Lagging{}
	}
	p.lagging["meilisearch"] = x
	return search.WithFallback(x, p.index, p.clock, func(err error) {
		p.log.Warn("the database answers searches instead of Meilisearch", "error", err)
	}), nil
}

// followMeili keeps the index there with the feed, on one elected server.
func (p *parts) followMeili(ctx context.Context) {
	err := postgres.Elect(p.db.Pool(), meili.Name).Lead(ctx, func(ctx context.Context) error {
		return p.meili.Follow(ctx, func(err error) { p.log.Warn("keep the index in Meilisearch", "error", err) })
	})
	if err != nil && ctx.Err() == nil {
		p.log.Error("the follower for Meilisearch stopped", "error", err)
	}
}

// behindToWorry is how far the index there may be behind the cases.
const behindToWorry = 5 * time.Minute

func checkMeili(ctx context.Context, p *parts) (string, error) {
	if p.meili == nil {
		return "the database answers searches", nil
	}
	s, err := p.meili.Check(ctx)
	switch {
	case err != nil:
		return "", fmt.Errorf("the database answers searches, since Meilisearch cannot be asked: %w", err)
	case !s.Built:
		return "", errors.New("there is no index in Meilisearch yet: it is built while a server runs, and the database answers searches meanwhile")
	case s.Lag.Behind > behindToWorry:
		return "", fmt.Errorf("the index in Meilisearch is %s and %d changes behind: is a server running?", s.Lag.Behind.Round(time.Second), s.Lag.Waiting)
	}
	return fmt.Sprintf("Meilisearch %s has %d cases, %d changes wait", s.Version, s.Cases, s.Lag.Waiting), nil
}

// sweepMeili forgets there what was removed here. A server that is down is
// swept another time: nobody finds what is gone meanwhile.
func (p *parts) sweepMeili(ctx context.Context) error {
	if p.meili == nil {
		return nil
	}
	err := p.meili.Sweep(ctx)
	if core.KindOf(err) == core.ErrUnavailable {
		p.log.Warn("sweep the index in Meilisearch", "error", err)
		return nil
	}
	return err
}
