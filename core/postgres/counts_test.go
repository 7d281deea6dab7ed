package postgres_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func TestTriesAtSeveralServersAreCountedTogether(t *testing.T) {
	t.Parallel()
	db := postgres.NewDB(pgtest.New(t))
	servers := []*postgres.Counts{postgres.NewCounts(db), postgres.NewCounts(db), postgres.NewCounts(db)}
	var passed atomic.Int32
	var all sync.WaitGroup
	for n := range 30 {
		all.Go(func() {
			ok, wait, err := servers[n%3].Try(context.Background(), []byte("x"), 10, time.Minute, noon)
			if err != nil || ok == (wait > 0) {
				t.Errorf("%v, wait %s, %v", ok, wait, err)
			}
			if ok {
				passed.Add(1)
			}
		})
	}
	all.Wait()
	if n := passed.Load(); n != 10 {
		t.Errorf("%d of 30 passed, and 10 may", n)
	}
	if ok, _, err := servers[0].Try(t.Context(), []byte("y"), 10, time.Minute, noon); err != nil || !ok {
		t.Errorf("another subject is refused: %v", err)
	}
}

func TestWhoHasWaitedMayTryAgainAndOldCountsGo(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	c := postgres.NewCounts(postgres.NewDB(pool))
	try := func(after time.Duration) bool {
		t.Helper()
		ok, _, err := c.Try(t.Context(), []byte("x"), 2, time.Minute, noon.Add(after))
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if !try(0) || !try(time.Second) || try(2*time.Second) {
		t.Error("two tries pass and a third does not")
	}
	if try(59*time.Second) || !try(time.Minute) {
		t.Error("who has waited for a minute may try again, and not before")
	}
	if !try(-time.Hour) {
		t.Error("a clock that was set back locks everybody out")
	}
	var left int
	if err := c.Sweep(t.Context(), noon.Add(48*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM rate_counts`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d counts are left, %v", left, err)
	}
}
