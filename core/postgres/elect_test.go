package postgres_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
)

func TestOneOfTwoLeadsAndTheOtherTakesOverAfterItResigns(t *testing.T) {
	t.Parallel()
	pool, ctx := pgtest.Empty(t), t.Context()
	first, second := postgres.Elect(pool, "ticks"), postgres.Elect(pool, "ticks")
	defer first.Resign()
	defer second.Resign()
	if err := first.IsLeader(ctx); err != nil {
		t.Fatal(err)
	}
	if err := second.IsLeader(ctx); !errors.Is(err, postgres.ErrNotLeader) {
		t.Fatalf("the second: %v", err)
	}
	if err := first.IsLeader(ctx); err != nil {
		t.Errorf("the first, asked again: %v", err)
	}
	first.Resign()
	eventually(t, "the second leads", func() bool { return second.IsLeader(ctx) == nil })
	if err := first.IsLeader(ctx); !errors.Is(err, postgres.ErrNotLeader) {
		t.Errorf("the first, after it resigned: %v", err)
	}
}

func TestOfficesAreIndependent(t *testing.T) {
	t.Parallel()
	pool, ctx := pgtest.Empty(t), t.Context()
	ticks, follower := postgres.Elect(pool, "ticks"), postgres.Elect(pool, "follower")
	defer ticks.Resign()
	defer follower.Resign()
	if err := errors.Join(ticks.IsLeader(ctx), follower.IsLeader(ctx)); err != nil {
		t.Error(err)
	}
}

func TestManyQuestionsAtOnceHaveOneAnswer(t *testing.T) {
	t.Parallel()
	pool, ctx := pgtest.Empty(t), t.Context()
	election := postgres.Elect(pool, "ticks")
	defer election.Resign()
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if err := election.IsLeader(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

func TestWhenTheLeadersConnectionDiesItsWorkStopsAndAnotherTakesOver(t *testing.T) {
	t.Parallel()
	pool := pgtest.Empty(t)
	ctx, cancel := context.WithCancel(t.Context())
	type report struct {
		who  string
		what string
	}
	reports := make(chan report, 16)
	lead := func(who string) {
		err := postgres.Elect(pool, "follower").Lead(ctx, func(ctx context.Context) error {
			reports <- report{who, "leads"}
			<-ctx.Done()
			if errors.Is(context.Cause(ctx), postgres.ErrNotLeader) {
				reports <- report{who, "lost"}
			}
			return ctx.Err()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Lead ended with %v", err)
		}
	}
	var wait sync.WaitGroup
	wait.Go(func() { lead("first") })
	wait.Go(func() { lead("second") })
	next := func() report {
		t.Helper()
		select {
		case r := <-reports:
			return r
		case <-time.After(20 * time.Second):
			t.Fatal("nothing happened")
			return report{}
		}
	}

	leader := next()
	if leader.what != "leads" {
		t.Fatalf("first report: %+v", leader)
	}
	killLeader(t, pool)
	// The old leader hears of it when it next asks, the other one may be
	// quicker to take over: both must happen, in either order.
	seen := map[string]string{}
	for range 2 {
		r := next()
		seen[r.what] = r.who
	}
	if seen["lost"] != leader.who {
		t.Errorf("after %s lost its connection: %v", leader.who, seen)
	}
	if seen["leads"] == "" {
		t.Errorf("nobody took over: %v", seen)
	}
	cancel()
	wait.Wait()
}

func TestLeadReturnsWhatTheWorkReturnsAndResigns(t *testing.T) {
	t.Parallel()
	pool := pgtest.Empty(t)
	failed := errors.New("failed")
	err := postgres.Elect(pool, "ticks").Lead(t.Context(), func(context.Context) error { return failed })
	if !errors.Is(err, failed) {
		t.Errorf("err = %v", err)
	}
	other := postgres.Elect(pool, "ticks")
	defer other.Resign()
	eventually(t, "another can lead", func() bool { return other.IsLeader(t.Context()) == nil })
}

func TestNobodyLeadsADatabaseThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	config, err := postgres.PoolConfig("host=" + t.TempDir() + " dbname=x")
	if err != nil {
		t.Fatal(err)
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := postgres.Elect(pool, "ticks").IsLeader(t.Context()); err == nil || errors.Is(err, postgres.ErrNotLeader) {
		t.Errorf("err = %v, want the failure itself", err)
	}
}

func killLeader(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	tag, err := pool.Exec(t.Context(), `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
		WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()`)
	if err != nil {
		t.Fatal(err)
	}
	if tag.RowsAffected() != 1 {
		t.Fatalf("%d connections hold the office", tag.RowsAffected())
	}
}

// eventually waits for what another process does in its own time.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if is() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
	}
}
