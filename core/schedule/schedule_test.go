package schedule_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/core/schedule"
)

const often = 20 * time.Millisecond

// server is one of several that share a database.
type server struct {
	schedule *schedule.Scheduler
	ran      chan string // its name, once for each run
}

func startServer(t *testing.T, pool *pgxpool.Pool, name string, ran chan string) *server {
	t.Helper()
	s, err := schedule.New(pool, []schedule.Tick{{Name: "targets", Every: often, Do: func(ctx context.Context) error {
		select {
		case ran <- name:
		case <-ctx.Done():
		}
		return ctx.Err()
	}}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { stop(t, s) })
	return &server{s, ran}
}

func stop(t *testing.T, s *schedule.Scheduler) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func next(t *testing.T, ran chan string) string {
	t.Helper()
	select {
	case name := <-ran:
		return name
	case <-time.After(20 * time.Second):
		t.Fatal("nothing ran")
		return ""
	}
}

func TestOfTwoServersOneRunsEachTickUntilItGoes(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	ran := make(chan string)
	servers := map[string]*server{"a": startServer(t, pool, "a", ran), "b": startServer(t, pool, "b", ran)}
	leader := next(t, ran)
	for range 20 {
		if name := next(t, ran); name != leader {
			t.Fatalf("%s ran a tick while %s leads", name, leader)
		}
	}
	stop(t, servers[leader].schedule)
	successor := next(t, ran)
	if successor == leader {
		t.Fatalf("%s ran a tick after it stopped", leader)
	}
	for range 5 {
		if name := next(t, ran); name != successor {
			t.Fatalf("%s ran a tick while %s leads", name, successor)
		}
	}
}

func TestATickThatFailsOrPanicsIsDoneAgain(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	var times atomic.Int32
	done := make(chan struct{})
	s, err := schedule.New(pool, []schedule.Tick{{Name: "weak", Every: often, Do: func(context.Context) error {
		switch times.Add(1) {
		case 1:
			return errors.New("not today")
		case 2:
			panic("nor today")
		case 3:
			close(done)
		}
		return nil
	}}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { stop(t, s) })
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatalf("done %d times", times.Load())
	}
}

func TestATickThatTakesLongIsNotBegunASecondTime(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	var slow, at, most atomic.Int32
	entered, leave, other := make(chan struct{}, 100), make(chan struct{}), make(chan struct{}, 1000)
	s, err := schedule.New(pool, []schedule.Tick{
		{Name: "slow", Every: often, Do: func(context.Context) error {
			most.Store(max(most.Load(), at.Add(1)))
			defer at.Add(-1)
			slow.Add(1)
			entered <- struct{}{}
			<-leave
			return nil
		}},
		{Name: "quick", Every: often, Do: func(context.Context) error {
			other <- struct{}{}
			return nil
		}},
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { stop(t, s) })
	<-entered
	for range 10 { // as many intervals go by
		<-other
	}
	if n := slow.Load(); n != 1 {
		t.Errorf("begun %d times while the first run lasted", n)
	}
	close(leave)
	<-entered
	if n := most.Load(); n != 1 {
		t.Errorf("%d ran at once", n)
	}
}

func TestStoppingEndsWhatRuns(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	entered, ended := make(chan struct{}), make(chan error, 1)
	s, err := schedule.New(pool, []schedule.Tick{{Name: "long", Every: time.Hour, Do: func(ctx context.Context) error {
		close(entered)
		<-ctx.Done()
		ended <- ctx.Err()
		return ctx.Err()
	}}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	<-entered
	stop(t, s)
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
	default:
		t.Error("Stop returned while the tick still ran")
	}
}

func TestATickWithoutAnIntervalIsRefused(t *testing.T) {
	t.Parallel()
	_, err := schedule.New(pgtest.New(t), []schedule.Tick{{Name: "never", Do: func(context.Context) error { return nil }}},
		slog.New(slog.DiscardHandler))
	if err == nil {
		t.Error("it was accepted")
	}
}
