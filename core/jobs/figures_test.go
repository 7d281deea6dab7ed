package jobs_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/jobs"
)

// broken is a listener that fails until it is mended.
type broken struct {
	mended atomic.Bool
	heard  atomic.Int32
}

func (l *broken) listen(context.Context, *pgx.Batch, *core.Case, *core.CaseType, []core.Recorded) error {
	if !l.mended.Load() {
		return errors.New("the listener is broken")
	}
	l.heard.Add(1)
	return nil
}

func (l *broken) world(t *testing.T) (*casestest.World, core.CaseID) {
	w := casestest.New(t)
	w.Cases.Listen(l.listen)
	w.Cases.Reactions(jobs.QueueReact)
	return w, w.Raise(t)
}

func exec(t *testing.T, w *casestest.World, sql string) {
	t.Helper()
	if _, err := w.Pool.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func TestAReactionThatWasGivenUpIsSeenAndTriedAgainAndHeardOnce(t *testing.T) {
	t.Parallel()
	l := &broken{}
	w, id := l.world(t)
	exec(t, w, `UPDATE river_job SET max_attempts = 1`)
	start(t, w)
	eventually(t, "the reaction is given up", func() bool {
		depths, err := jobs.Depths(t.Context(), w.DB)
		return err == nil && len(depths) == 1 && depths[0].GivenUp == 1 && depths[0].Waiting == 0
	})
	unheard, err := jobs.UnheardOf(t.Context(), w.DB, 10)
	if err != nil || len(unheard) != 1 || unheard[0].Ref != string(w.Case(t, id).Ref) || !strings.Contains(unheard[0].Error, "the listener is broken") {
		t.Fatalf("%+v, %v", unheard, err)
	}
	if n, err := jobs.TryAgain(t.Context(), w.Pool, time.Hour); err != nil || n != 0 {
		t.Fatalf("%d were taken up before their time, %v", n, err)
	}
	l.mended.Store(true)
	if n, err := jobs.TryAgain(t.Context(), w.Pool, 0); err != nil || n != 1 {
		t.Fatalf("%d were taken up, %v", n, err)
	}
	eventually(t, "it was heard", func() bool { return l.heard.Load() == 1 && unfinished(t, w) == 0 })
	if unheard, err := jobs.UnheardOf(t.Context(), w.DB, 10); err != nil || len(unheard) != 0 {
		t.Errorf("%+v, %v", unheard, err)
	}
}

func TestAReactionIsNotTakenUpBesideOneThatWaits(t *testing.T) {
	t.Parallel()
	l := &broken{}
	w, id := l.world(t)
	exec(t, w, `UPDATE river_job SET state = 'discarded', finalized_at = now(), attempt = 25`)
	w.Do(t, w.Priya, id, cases.Claim{})
	if n := unfinished(t, w); n != 1 {
		t.Fatalf("%d jobs wait", n)
	}
	if n, err := jobs.TryAgain(t.Context(), w.Pool, 0); err != nil || n != 0 {
		t.Errorf("%d were taken up, %v", n, err)
	}
}

func TestACaseWhoseJobIsGoneIsQueuedAgain(t *testing.T) {
	t.Parallel()
	l := &broken{}
	l.mended.Store(true)
	w, id := l.world(t)
	exec(t, w, `DELETE FROM river_job`)
	unheard, err := jobs.UnheardOf(t.Context(), w.DB, 10)
	if err != nil || len(unheard) != 1 || unheard[0].Ref != string(w.Case(t, id).Ref) || unheard[0].Tries != 0 {
		t.Fatalf("%+v, %v", unheard, err)
	}
	for want := range 2 {
		if n, err := jobs.QueueLost(t.Context(), w.DB); err != nil || n != 1-want {
			t.Fatalf("%d were queued, %v", n, err)
		}
	}
	start(t, w)
	eventually(t, "it was heard", func() bool { return l.heard.Load() == 1 })
}

func TestAJobKnowsWhatCausedIt(t *testing.T) {
	t.Parallel()
	l := &broken{}
	l.mended.Store(true)
	w := casestest.New(t)
	w.Cases.Listen(l.listen)
	w.Cases.Reactions(jobs.QueueReact)
	w.Cases.Watched(func(ctx context.Context, r cases.Request) (context.Context, func(error)) {
		return jobs.Caused(ctx, "the door at "+r.Name()), func(error) {}
	})
	w.Raise(t)
	saw := make(chan string, 10)
	startWith(t, w, func(ctx context.Context, kind, cause string) (context.Context, func(error)) {
		return ctx, func(err error) {
			if err == nil {
				saw <- kind + " because of " + cause
			}
		}
	})
	select {
	case got := <-saw:
		if got != "react because of the door at case.raise" {
			t.Errorf("saw %q", got)
		}
	case <-time.After(20 * time.Second):
		t.Error("the job was not watched")
	}
}
