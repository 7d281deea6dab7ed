package events_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
)

var start = time.Date(2026, 11, 17, 10, 0, 0, 0, time.UTC)

type fixed struct{}

func (fixed) Now() time.Time { return start }

func newDB(t *testing.T) (*pgxpool.Pool, *postgres.DB) {
	t.Helper()
	pool := pgtest.New(t)
	if _, err := pool.Exec(t.Context(), `INSERT INTO installation (name, created_at) VALUES ('test', $1)`, start); err != nil {
		t.Fatal(err)
	}
	return pool, postgres.NewDB(pool)
}

func add(t *testing.T, tx interface {
	SendBatch(context.Context, *pgx.Batch) pgx.BatchResults
}, stream string, version core.Version) {
	t.Helper()
	var b pgx.Batch
	err := events.Append(&b, events.Entry{
		Stream: core.StreamConfiguration, StreamID: stream, Version: version, Actor: core.SystemActor(), Origin: core.OriginLive,
		HappenedAt: start, RecordedAt: start,
		Event: core.Event{Kind: "test.happened", Changes: map[core.Aspect]core.Changed{"x": {1, 2}}, About: core.About{"why": "a test"}},
	})
	if err == nil {
		err = tx.SendBatch(t.Context(), &b).Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// follow reads the feed to its end and counts the events. They wait for the
// oldest transaction of the whole database server, so those of other tests may
// hold them up for a moment.
func follow(t *testing.T, db *postgres.DB, f *events.Follower) int {
	t.Helper()
	wait := time.NewTicker(5 * time.Millisecond)
	defer wait.Stop()
	total := 0
	for deadline := time.Now().Add(20 * time.Second); ; <-wait.C {
		n, err := f.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		total += n
		lag, err := events.Lag(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		if lag == 0 {
			return total
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d events are not followed", lag)
		}
	}
}

// A transaction that began first may end last: its events have smaller numbers
// than events already read, and must not be skipped.
func TestTheFeedSkipsNoEventOfATransactionThatEndsLate(t *testing.T) {
	pool, db := newDB(t)
	var seen []string
	f := events.NewFollower(db, fixed{}, func(_ context.Context, _ pgx.Tx, batch []events.Fed) error {
		for _, e := range batch {
			seen = append(seen, e.StreamID)
		}
		return nil
	})
	slow, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Rollback(t.Context())
	add(t, slow, "slow", 1)
	add(t, pool, "fast", 1)
	if n, err := f.Once(t.Context()); err != nil || n != 0 {
		t.Fatalf("read %d events behind an open transaction, %v", n, err)
	}
	if err := slow.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	follow(t, db, f)
	if len(seen) != 2 || follow(t, db, f) != 0 {
		t.Errorf("saw %v", seen)
	}
}

func TestAConsumerThatFailsSeesTheBatchAgain(t *testing.T) {
	pool, db := newDB(t)
	tries := 0
	f := events.NewFollower(db, fixed{}, func(context.Context, pgx.Tx, []events.Fed) error {
		if tries++; tries == 1 {
			return core.Unavailable(nil, "Not now.")
		}
		return nil
	})
	add(t, pool, "s", 1)
	for tries == 0 { // until the event can be read
		if _, err := f.Once(t.Context()); (err == nil) != (tries == 0) {
			t.Fatalf("the failure was swallowed: %v", err)
		}
	}
	if n := follow(t, db, f); n != 1 || tries != 2 {
		t.Errorf("read %d events in %d tries", n, tries)
	}
}

func TestASealedHistoryShowsEveryTampering(t *testing.T) {
	pool, db := newDB(t)
	f := events.NewFollower(db, fixed{})
	for i := range 5 {
		add(t, pool, "s", core.Version(i+1))
	}
	follow(t, db, f)
	if n, err := f.Seal(t.Context()); err != nil || n != 5 {
		t.Fatalf("sealed %d, %v", n, err)
	}
	add(t, pool, "s", 6)
	follow(t, db, f)
	if n, err := f.Seal(t.Context()); err != nil || n != 1 {
		t.Fatalf("sealed %d, %v", n, err)
	}
	verdict := func(t *testing.T) events.Verdict {
		t.Helper()
		v, err := events.Verify(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := verdict(t); len(v.Broken) != 0 || v.Seals != 2 || v.Events != 6 || v.Bodies != 6 {
		t.Fatalf("an untouched history gave %+v", v)
	}
	for name, sql := range map[string]string{
		"an actor changed":  `UPDATE events SET actor_id = 'somebody else' WHERE version = 2`,
		"a time changed":    `UPDATE events SET happened_at = happened_at + interval '1 microsecond' WHERE version = 3`,
		"an event removed":  `DELETE FROM events WHERE version = 4`,
		"a body changed":    `UPDATE event_bodies SET body = convert_to('{}', 'UTF8') WHERE seq = (SELECT min(seq) FROM event_bodies)`,
		"a seal removed":    `DELETE FROM event_seals WHERE no = 1`,
		"an event inserted": `INSERT INTO events (tx, stream_kind, stream_id, version, kind, actor_kind, origin, happened_at, recorded_at, digest) SELECT tx, stream_kind, 'forged', 1, kind, actor_kind, origin, happened_at, recorded_at, digest FROM events WHERE version = 1`,
	} {
		t.Run(name, func(t *testing.T) {
			tx, err := pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec(t.Context(), `CREATE TABLE saved_events AS TABLE events; CREATE TABLE saved_bodies AS TABLE event_bodies; CREATE TABLE saved_seals AS TABLE event_seals`); err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
			if err := tx.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			if v := verdict(t); len(v.Broken) == 0 {
				t.Errorf("%s, and nothing showed", name)
			}
			if _, err := pool.Exec(t.Context(), `
				TRUNCATE events, event_bodies, event_seals;
				INSERT INTO events OVERRIDING SYSTEM VALUE SELECT * FROM saved_events;
				INSERT INTO event_bodies SELECT * FROM saved_bodies;
				INSERT INTO event_seals SELECT * FROM saved_seals;
				DROP TABLE saved_events, saved_bodies, saved_seals`); err != nil {
				t.Fatal(err)
			}
		})
	}
	// Erasing a body leaves the seals whole.
	if _, err := pool.Exec(t.Context(), `DELETE FROM event_bodies WHERE seq = (SELECT max(seq) FROM event_bodies)`); err != nil {
		t.Fatal(err)
	}
	if v := verdict(t); len(v.Broken) != 0 || v.Erased != 1 {
		t.Errorf("after an erasure: %+v", v)
	}
}

// A batch that takes longer than a transaction may must not be tried for ever.
func TestAfterAFailureFewerEventsAreReadAtOnce(t *testing.T) {
	pool, db := newDB(t)
	for i := range 40 {
		add(t, pool, "s", core.Version(i+1))
	}
	seen := 0
	f := events.NewFollower(db, fixed{}, func(_ context.Context, _ pgx.Tx, batch []events.Fed) error {
		if len(batch) > 5 {
			return core.Unavailable(nil, "Too many at once.")
		}
		seen += len(batch)
		return nil
	})
	wait := time.NewTicker(time.Millisecond)
	defer wait.Stop()
	for deadline := time.Now().Add(20 * time.Second); seen < 40 && time.Now().Before(deadline); <-wait.C {
		if _, err := f.Once(t.Context()); err != nil && core.KindOf(err) != core.ErrUnavailable {
			t.Fatal(err)
		}
	}
	if seen != 40 {
		t.Errorf("%d of 40 events were taken up", seen)
	}
}
