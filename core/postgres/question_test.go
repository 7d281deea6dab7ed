package postgres_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
)

type numberRow struct{ N int }

func numbers(key string, to int) postgres.Question[numberRow] {
	return postgres.Question[numberRow]{Key: shareKey{key}, SQL: `SELECT n::int AS n FROM generate_series(1, $1::int) n ORDER BY n`, Args: []any{to}}
}

// counting counts round trips.
type counting struct {
	db interface {
		postgres.Querier
		postgres.Batcher
	}
	trips atomic.Int64
}

func (c *counting) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	c.trips.Add(1)
	return c.db.Query(ctx, sql, args...)
}

func (c *counting) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	c.trips.Add(1)
	return c.db.SendBatch(ctx, b)
}

func TestWhatIsAskedAheadIsAskedInOneRoundTrip(t *testing.T) {
	db := &counting{db: pgtest.New(t)}
	ctx := postgres.Sharing(t.Context())
	if _, err := numbers("first", 1).Ask(ctx, db); err != nil {
		t.Fatal(err)
	}
	postgres.Ahead(ctx, db, numbers("first", 1), numbers("second", 2), numbers("third", 3), numbers("third", 3))
	if n := db.trips.Load(); n != 2 {
		t.Errorf("asking and asking ahead took %d round trips", n)
	}
	for i, key := range []string{"first", "second", "third"} {
		found, err := numbers(key, 100).Ask(ctx, db)
		if err != nil || len(found) != i+1 || found[i].N != i+1 {
			t.Errorf("the answer to the %s question is %v: %v", key, found, err)
		}
	}
	if n := db.trips.Load(); n != 2 {
		t.Errorf("what was known was asked again: %d round trips", n)
	}
}

func TestAskingAheadDoesNothingWhereNothingIsShared(t *testing.T) {
	db := &counting{db: pgtest.New(t)}
	postgres.Ahead(t.Context(), db, numbers("first", 1))
	if n := db.trips.Load(); n != 0 {
		t.Errorf("%d round trips were made for nobody", n)
	}
}

func TestAPageIsToldWhyAskingAheadFailed(t *testing.T) {
	db := pgtest.New(t)
	ctx := postgres.Sharing(t.Context())
	wrong := postgres.Question[numberRow]{Key: shareKey{"wrong"}, SQL: `SELECT 1/0 AS n`}
	postgres.Ahead(ctx, db, numbers("right", 1), wrong)
	if _, err := wrong.Ask(ctx, db); err == nil {
		t.Error("nobody said that it cannot be asked")
	}
	if found, err := numbers("right", 1).Ask(ctx, db); err != nil || len(found) != 1 {
		t.Errorf("beside a wrong question a right one is answered with %v: %v", found, err)
	}
}

func TestAPlanIsKeptForOneRoundTripAlone(t *testing.T) {
	pool := pgtest.New(t)
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	type mode struct{ Mode string }
	const ask = `SELECT current_setting('plan_cache_mode') AS mode`
	during, err := postgres.AllPlanned[mode](t.Context(), conn, ask)
	if err != nil || len(during) != 1 || during[0].Mode != "force_generic_plan" {
		t.Fatalf("statements are planned with %v: %v", during, err)
	}
	after, err := postgres.One[mode](t.Context(), conn, nil, ask)
	if err != nil || after.Mode != "auto" {
		t.Errorf("afterwards they are planned with %v: %v", after, err)
	}
}

func TestNoRowIsWhatTheCallerSaysItIs(t *testing.T) {
	pool, none := pgtest.New(t), errors.New("none")
	if _, err := postgres.OnePlanned[numberRow](t.Context(), pool, none, `SELECT 1 AS n WHERE $1::bool`, false); !errors.Is(err, none) {
		t.Errorf("got %v", err)
	}
	if row, err := postgres.OnePlanned[numberRow](t.Context(), pool, none, `SELECT 1 AS n WHERE $1::bool`, true); err != nil || row.N != 1 {
		t.Errorf("got %v, %v", row, err)
	}
}
