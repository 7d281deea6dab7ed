package events

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Reader reads the feed at a pace of its own, for what is kept outside the
// database: a search engine elsewhere may be slow or down, and neither the
// [Follower] nor any transaction may wait for it. Whoever reads takes events
// up first and moves its cursor afterwards, so that it sees each of them at
// least once.
type Reader struct {
	db    *postgres.DB
	clock core.Clock
	name  string
}

// NewReader makes a reader whose cursor has a name of its own.
func NewReader(db *postgres.DB, clock core.Clock, name string) *Reader {
	return &Reader{db, clock, name}
}

// After reads on from a place in the feed, at most limit events: only those
// before which no transaction is still open.
func (r *Reader) After(ctx context.Context, at Cursor, limit int) ([]Fed, error) {
	batch, err := postgres.All[Fed](ctx, r.db.Pool(), selectFeed, at.TX, at.Seq, limit)
	if err != nil {
		return nil, fmt.Errorf("read the feed for %s: %w", r.name, err)
	}
	return batch, nil
}

// Place is where an event stands in the feed of an epoch.
func (e Fed) Place(epoch int64) Cursor { return Cursor{Epoch: epoch, TX: e.TX, Seq: e.Seq} }

// selectEnd is the last place before which no event can come any more.
const selectEnd = `SELECT i.epoch, coalesce(e.tx, '0'::xid8) AS tx, coalesce(e.seq, 0) AS seq FROM installation i LEFT JOIN LATERAL (
	SELECT tx, seq FROM events WHERE tx < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY tx DESC, seq DESC LIMIT 1) e ON true`

// End returns the end of the feed as it is now: whoever reads everything there
// is, and then the feed from here, has missed nothing.
func (r *Reader) End(ctx context.Context) (Cursor, error) {
	at, err := postgres.One[Cursor](ctx, r.db.Pool(), core.NotFound("The installation has no row of its own."), selectEnd)
	if err != nil {
		return at, fmt.Errorf("find the end of the feed: %w", err)
	}
	return at, nil
}

// Cursor returns how far the reader has come: the beginning, when it has read
// nothing in this epoch.
func (r *Reader) Cursor(ctx context.Context) (Cursor, error) {
	at, err := postgres.One[Cursor](ctx, r.db.Pool(), core.NotFound("The installation has no row of its own."), selectCursor, r.name)
	if err != nil {
		return at, fmt.Errorf("read the cursor of %s: %w", r.name, err)
	}
	return at, nil
}

// Move says how far the reader has come.
func (r *Reader) Move(ctx context.Context, to Cursor) error {
	if _, err := r.db.Pool().Exec(ctx, upsertCursor, r.name, to.Epoch, to.TX, to.Seq, r.clock.Now()); err != nil {
		return fmt.Errorf("move the cursor of %s: %w", r.name, postgres.Translate(err))
	}
	return nil
}

const selectBehind = `SELECT count(*)::int AS waiting, min(e.recorded_at) AS oldest FROM (
	SELECT recorded_at FROM events WHERE (tx, seq) > ($1::xid8, $2::bigint) ORDER BY tx, seq LIMIT 10000) e`

type behindRow struct {
	Waiting int
	Oldest  *time.Time
}

// Behind counts the events after the reader's cursor, at most 10,000, and says
// for how long the oldest of them has waited: 0 when none does.
func (r *Reader) Behind(ctx context.Context) (waiting int, since time.Duration, err error) {
	at, err := r.Cursor(ctx)
	if err != nil {
		return 0, 0, err
	}
	row, err := postgres.One[behindRow](ctx, r.db.Pool(), nil, selectBehind, at.TX, at.Seq)
	if err != nil {
		return 0, 0, fmt.Errorf("count what waits for %s: %w", r.name, err)
	}
	if row.Oldest != nil {
		since = max(0, r.clock.Now().Sub(*row.Oldest))
	}
	return row.Waiting, since, nil
}
