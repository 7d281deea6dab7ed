package postgresindex

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
)

// listed is a place in a list, newest first.
type listed struct {
	CaseID   core.CaseID
	RaisedAt time.Time
}

// List implements [search.Lister].
func (x *Index) List(ctx context.Context, r search.Reader, q search.Query, after core.CaseID, limit int) ([]core.CaseID, error) {
	st, err := x.statistics(ctx)
	if err != nil {
		return nil, err
	}
	w, err := x.readForgiving(ctx, r, st, q.Terms)
	if err != nil {
		return nil, err
	}
	look, err := x.look(ctx, r, st, w, q.Filter, limit)
	if err != nil {
		return nil, err
	}
	var from *listed
	until := q.Filter.RaisedTo
	if !after.IsZero() {
		place, err := postgres.One[listed](ctx, x.db.Pool(), core.NotFound("This page of the list does not exist. Begin again at its first page."), selectListed, after)
		if err != nil {
			return nil, err
		}
		from = &place
		until = earlier(until, place.RaisedAt.Add(time.Microsecond)) // the next page begins where this one ends
		look.until = until
	}
	openings, err := x.openedTo(ctx, r)
	if err != nil {
		return nil, err
	}
	for ; ; look.expected /= widen {
		if look.region == nil {
			look.since = st.since(look.expected, limit, until)
		}
		s := &statement{reader: r, now: x.clock.Now(), words: w, look: look, openings: openings}
		sql := s.list(q.Filter, from, limit)
		rows, err := ask[listed](ctx, x.db, sql, s.args)
		if err != nil {
			return nil, fmt.Errorf("list results: %w", err)
		}
		if len(rows) < limit && !look.since.IsZero() {
			continue
		}
		out := make([]core.CaseID, len(rows))
		for i, row := range rows {
			out[i] = row.CaseID
		}
		return out, nil
	}
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// Lag implements [search.Lagging]: how far the feed is ahead of the index.
func (x *Index) Lag(ctx context.Context) (search.Lag, error) {
	waiting, err := events.Lag(ctx, x.db)
	if err != nil || waiting == 0 {
		return search.Lag{}, err
	}
	oldest, err := postgres.One[oldestRow](ctx, x.db.Pool(), core.NotFound("There is no event."), selectOldestWaiting)
	if core.KindOf(err) == core.ErrNotFound {
		return search.Lag{}, nil // taken up meanwhile
	}
	if err != nil {
		return search.Lag{}, fmt.Errorf("find the oldest event that is not followed: %w", err)
	}
	return search.Lag{Behind: max(0, x.clock.Now().Sub(oldest.RecordedAt)), Waiting: waiting}, nil
}

type oldestRow struct{ RecordedAt time.Time }
