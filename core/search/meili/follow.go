package meili

import (
	"context"
	"errors"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
)

// How often the feed is looked at, and how long it is left alone at most while
// the server is down.
const (
	followInterval = 200 * time.Millisecond
	longestRest    = 5 * time.Second
)

// feedPage is how many events are read at once.
const feedPage = 5000

// Follow keeps the index with the feed until the context ends, and builds it
// when there is none. One server at a time should do so. It waits for the
// search engine and nobody waits for it: while the engine is down, the feed
// stays where it is, and is caught up with afterwards. failed hears of each
// failure.
func (x *Index) Follow(ctx context.Context, failed func(error)) error {
	rest := followInterval
	wait := time.NewTimer(0)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wait.C:
		}
		n, err := x.Once(ctx)
		switch {
		case err != nil && ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			failed(err)
			rest = min(2*rest, longestRest)
		default:
			rest = followInterval
		}
		if err == nil && n == feedPage {
			wait.Reset(0) // there is more
		} else {
			wait.Reset(rest)
		}
	}
}

// locks of the index, beside the office: casement reindex is another process.
const (
	lockWriting  = "search.meili writing"
	lockBuilding = "search.meili building"
)

// Once takes up one page of the feed and reports how many events it had.
// Everything is read first and sent then, outside any transaction; the place in
// the feed is moved last of all.
func (x *Index) Once(ctx context.Context) (int, error) {
	free, ok, err := x.lock(ctx, lockWriting)
	if err != nil || !ok {
		return 0, err
	}
	s, err := x.state(ctx, x.live)
	if err != nil || s == nil {
		free()
		if err != nil {
			return 0, err
		}
		return 0, x.first(ctx)
	}
	defer free()
	at, err := s.cursor()
	if err != nil {
		return 0, err
	}
	n, _, err := x.follow(ctx, x.live, s.Installation, at)
	return n, err
}

// first builds an index where there is none, unless somebody already does.
func (x *Index) first(ctx context.Context) error {
	x.Log.Info("build the search index", "index", x.live)
	err := x.Rebuild(ctx, func(done, total int) { x.Log.Info("build the search index", "done", done, "total", total) })
	if errors.Is(err, errBuilding) {
		return nil
	}
	if err == nil {
		x.Log.Info("the search index is built", "index", x.live)
	}
	return err
}

// follow brings one page of the feed to an index, and returns where it then
// is.
func (x *Index) follow(ctx context.Context, index, installation string, at events.Cursor) (int, events.Cursor, error) {
	began := time.Now()
	batch, err := x.feed.After(ctx, at, feedPage)
	if err != nil {
		return 0, at, err
	}
	if len(batch) == 0 {
		return 0, at, x.mirror(ctx, index, at)
	}
	to := batch[len(batch)-1].Place(at.Epoch)
	ids := casesOf(batch)
	all, err := x.changes(ctx, ids)
	if err != nil {
		return 0, at, err
	}
	if err := x.write(ctx, index, all); err != nil {
		return 0, at, err
	}
	if err := x.remember(ctx, index, stateOf(installation, to)); err != nil {
		return 0, at, err
	}
	if err := x.mirror(ctx, index, to); err != nil {
		return 0, to, err
	}
	if x.Took != nil {
		x.Took(Round{Events: len(batch), Cases: len(ids), Took: time.Since(began)})
	}
	return len(batch), to, nil
}

// mirror keeps in the database how far the index has come, so that its lag can
// be told while the server is down. The index itself knows better.
func (x *Index) mirror(ctx context.Context, index string, at events.Cursor) error {
	if index != x.live {
		return nil
	}
	kept, err := x.feed.Cursor(ctx)
	if err != nil || kept == at {
		return err
	}
	return x.feed.Move(ctx, at)
}

// casesOf lists the cases that events are about, each once.
func casesOf(batch []events.Fed) []core.CaseID {
	seen := map[core.CaseID]bool{}
	var ids []core.CaseID
	for _, e := range batch {
		if e.StreamKind != core.StreamCase {
			continue
		}
		if id, err := core.ParseID[core.CaseID](e.StreamID); err == nil && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}
