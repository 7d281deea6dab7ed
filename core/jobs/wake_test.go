package jobs_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/jobs"
)

func TestATaskThatIsFoundTwiceIsWokenOnce(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	var mu sync.Mutex
	var woken []string
	runner, err := jobs.New(w.Pool, jobs.Work{
		React:   w.Cases.React,
		Step:    func(context.Context, core.CaseID) error { return nil },
		Deliver: func(context.Context) (int, error) { return 0, nil },
		Tidy:    func(context.Context) error { return nil },
		Wake: func(_ context.Context, cs core.CaseID, task int) error {
			mu.Lock()
			defer mu.Unlock()
			woken = append(woken, fmt.Sprint(cs == id, task))
			return nil
		},
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var b pgx.Batch
	for _, task := range []int{1, 2, 1, 1} {
		jobs.QueueWake(&b, id, task)
	}
	if err := w.Pool.SendBatch(t.Context(), &b).Close(); err != nil {
		t.Fatal(err)
	}
	if err := runner.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := runner.Stop(ctx); err != nil {
			t.Errorf("stop the queue: %v", err)
		}
	})
	eventually(t, "both tasks are woken and nothing is left to do", func() bool {
		mu.Lock()
		n := len(woken)
		mu.Unlock()
		return n >= 2 && unfinished(t, w) == 0
	})
	slices.Sort(woken)
	if !slices.Equal(woken, []string{"true 1", "true 2"}) {
		t.Errorf("woken were %q", woken)
	}
}
