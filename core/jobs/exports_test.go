package jobs_test

import (
	"context"
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

func TestAnExportIsMadeOnceAndMayTakeLongerThanOtherJobs(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	var mu sync.Mutex
	var made []int
	var within time.Duration
	runner, err := jobs.New(w.Pool, jobs.Work{
		React:   w.Cases.React,
		Step:    func(context.Context, core.CaseID) error { return nil },
		Deliver: func(context.Context) (int, error) { return 0, nil },
		Tidy:    func(context.Context) error { return nil },
		Export: func(ctx context.Context, no int) error {
			mu.Lock()
			defer mu.Unlock()
			made = append(made, no)
			if until, ok := ctx.Deadline(); ok {
				within = time.Until(until)
			}
			return nil
		},
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var b pgx.Batch
	jobs.QueueExport(&b, 7)
	jobs.QueueExport(&b, 7) // asked for twice before it begins
	jobs.QueueExport(&b, 8)
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
	eventually(t, "both exports are made and nothing is left to do", func() bool {
		mu.Lock()
		n := len(made)
		mu.Unlock()
		return n >= 2 && unfinished(t, w) == 0
	})
	slices.Sort(made)
	if !slices.Equal(made, []int{7, 8}) || within < 15*time.Minute {
		t.Errorf("made were %v, each within %v", made, within)
	}
}
