package events_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

func TestAnOpenTransactionThatHoldsUpTheFeedIsNamed(t *testing.T) {
	pool, db := newDB(t)
	f := events.NewFollower(db, fixed{})
	stand := func() events.Standing {
		t.Helper()
		s, err := events.Stand(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := stand(); s.Waiting != 0 || !s.Since.IsZero() || s.Behind(start) != 0 {
		t.Errorf("of an empty history: %+v", s)
	}
	slow, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Rollback(context.WithoutCancel(t.Context()))
	if _, err := slow.Exec(t.Context(), `SELECT pg_current_xact_id()`); err != nil {
		t.Fatal(err)
	}
	if err := postgres.NewDB(pool).Tx(t.Context(), func(_ context.Context, tx pgx.Tx) error {
		add(t, tx, "one", 1)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if n, err := f.Once(t.Context()); err != nil || n != 0 {
		t.Fatalf("%d followed, %v", n, err)
	}
	s := stand()
	if s.Waiting != 1 || s.Unsealed != 1 || !s.Held || s.Open <= 0 || !strings.Contains(s.Where, "process ") || s.Behind(start.Add(time.Minute)) != time.Minute {
		t.Errorf("while a transaction is open: %+v", s)
	}
	if err := slow.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	follow(t, db, f)
	if _, err := f.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := stand(); s.Waiting != 0 || s.Unsealed != 0 || s.Held || s.Behind(start) != 0 {
		t.Errorf("after it: %+v", s)
	}
}
