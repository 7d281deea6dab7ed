package events

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Cursor is a place in the feed. It is opaque outside this package.
type Cursor struct {
	Epoch int64 // raised by a restore: places of an older epoch mean nothing
	TX    uint64
	Seq   int64
}

// Fed is one event of the feed, without its body: consumers read the thing
// itself again rather than trust the order of two streams.
type Fed struct {
	TX         uint64
	Seq        int64
	StreamKind core.Stream
	StreamID   string
	Version    core.Version
	Kind       core.EventKind
	Aspects    []string
	ActorKind  core.ActorKind
	ActorID    string
	Origin     core.Origin
	HappenedAt time.Time
	RecordedAt time.Time
	Digest     []byte
}

const fedColumns = `tx, seq, stream_kind, stream_id, version, kind, aspects, actor_kind, actor_id, origin, happened_at, recorded_at, digest`

// selectFeed reads on from a cursor, only of transactions before which none is
// still open.
const selectFeed = `SELECT ` + fedColumns + ` FROM events
WHERE (tx, seq) > ($1::xid8, $2::bigint) AND tx < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY tx, seq LIMIT $3`

const selectCursor = `SELECT i.epoch, coalesce(f.tx, '0'::xid8) AS tx, coalesce(f.seq, 0) AS seq
FROM installation i LEFT JOIN feed_cursors f ON f.name = $1 AND f.epoch = i.epoch`

const upsertCursor = `INSERT INTO feed_cursors (name, epoch, tx, seq, at) VALUES ($1, $2, $3::xid8, $4, $5)
ON CONFLICT (name) DO UPDATE SET epoch = $2, tx = $3::xid8, seq = $4, at = $5`

const notifyFeed = `SELECT pg_notify('casement_feed', $1)`

const lockCursor = `SELECT pg_advisory_xact_lock(hashtext('casement feed ' || $1))`

// Consumer keeps something that is derived from the feed: a search index,
// counts. It runs in the transaction that moves the cursor, so it sees each
// event once.
type Consumer func(ctx context.Context, tx pgx.Tx, batch []Fed) error

// feedBatch bounds what is read at once.
const feedBatch = 1000

// pollInterval is how soon a change is followed.
const pollInterval = 100 * time.Millisecond

// sealInterval is how long an event may go unsealed while it is quiet enough to
// seal at leisure.
const sealInterval = time.Second

// FollowerName names the follower's cursor among those of the feed's readers.
const FollowerName = "follower"

// Follower reads the feed. One server at a time runs it, by election; a second
// one that runs by mistake waits at the cursor's lock and does nothing twice.
type Follower struct {
	db        *postgres.DB
	clock     core.Clock
	consumers []Consumer
	most      int // events read at once: fewer after a failure, so that what took too long does not fail for ever
}

// NewFollower makes a follower that feeds the consumers, in order.
func NewFollower(db *postgres.DB, clock core.Clock, consumers ...Consumer) *Follower {
	return &Follower{db: db, clock: clock, consumers: consumers, most: feedBatch}
}

// Follow reads the feed until the context ends. An error of one round is given
// to failed and the round tried again.
func (f *Follower) Follow(ctx context.Context, failed func(error)) error {
	poll := time.NewTicker(pollInterval)
	defer poll.Stop()
	var sealed time.Time
	for {
		asked := f.most
		n, err := f.Once(ctx)
		if err == nil && time.Since(sealed) >= sealInterval {
			_, err = f.Seal(ctx)
			sealed = time.Now()
		}
		if err != nil && ctx.Err() == nil {
			failed(err)
		}
		if err == nil && n == asked {
			continue // there is more
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-poll.C:
		}
	}
}

// Once reads one batch and reports how many events it had. After an error it
// reads half as much the next time, and twice as much again after a success.
func (f *Follower) Once(ctx context.Context) (n int, err error) {
	defer func() {
		if err != nil {
			f.most = max(1, f.most/2)
		} else {
			f.most = min(feedBatch, f.most*2)
		}
	}()
	err = f.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockCursor, FollowerName); err != nil {
			return fmt.Errorf("lock the cursor: %w", err)
		}
		at, err := postgres.One[Cursor](ctx, tx, core.NotFound("The installation has no row of its own."), selectCursor, FollowerName)
		if err != nil {
			return fmt.Errorf("read the cursor: %w", err)
		}
		batch, err := postgres.All[Fed](ctx, tx, selectFeed, at.TX, at.Seq, f.most)
		if err != nil {
			return fmt.Errorf("read the feed: %w", err)
		}
		if n = len(batch); n == 0 {
			return nil
		}
		for _, consume := range f.consumers {
			if err := consume(ctx, tx, batch); err != nil {
				return err
			}
		}
		last := batch[n-1]
		if _, err := tx.Exec(ctx, upsertCursor, FollowerName, at.Epoch, last.TX, last.Seq, f.clock.Now()); err != nil {
			return fmt.Errorf("move the cursor: %w", err)
		}
		_, err = tx.Exec(ctx, notifyFeed, fmt.Sprintf("%d %d %d", at.Epoch, last.TX, last.Seq))
		return err
	})
	return n, err
}

// selectLag begins at the cursor: joined, it could read every event there is.
const selectLag = `SELECT count(*)
FROM (SELECT coalesce(max(tx), '0'::xid8) AS tx, coalesce(max(seq), 0) AS seq FROM feed_cursors WHERE name = 'follower') f
CROSS JOIN LATERAL (SELECT FROM events WHERE (tx, seq) > (f.tx, f.seq) ORDER BY tx, seq LIMIT 10000) e`

// Lag counts the events that have not been followed yet, at most 10,000.
func Lag(ctx context.Context, db *postgres.DB) (int, error) {
	var n int
	err := db.Pool().QueryRow(ctx, selectLag).Scan(&n)
	return n, postgres.Translate(err)
}
