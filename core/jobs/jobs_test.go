package jobs_test

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/jobs"
	"github.com/casement-dev/casement/core/postgres"
)

// ears are a listener that writes down what it heard, and can be made to wait.
type ears struct {
	mu    sync.Mutex
	heard []core.EventKind
	enter chan struct{} // receives when a reaction is under way
	leave chan struct{} // lets it go on
}

func (e *ears) listen(_ context.Context, _ *pgx.Batch, _ *core.Case, _ *core.CaseType, heard []core.Recorded) error {
	if e.enter != nil {
		e.enter <- struct{}{}
		<-e.leave
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, r := range heard {
		e.heard = append(e.heard, r.Kind)
	}
	return nil
}

func (e *ears) all() []core.EventKind {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]core.EventKind(nil), e.heard...)
}

func start(t *testing.T, w *casestest.World) {
	t.Helper()
	startWith(t, w, nil)
}

func startWith(t *testing.T, w *casestest.World, watch func(context.Context, string, string) (context.Context, func(error))) {
	t.Helper()
	runner, err := jobs.New(w.Pool, jobs.Work{
		Watch:   watch,
		React:   w.Cases.React,
		Step:    func(context.Context, core.CaseID) error { return nil },
		Deliver: func(context.Context) (int, error) { return 0, nil },
		Tidy:    func(context.Context) error { return nil },
	}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
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
}

// eventually waits until the condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); <-tick.C {
		if holds() {
			return
		}
	}
	t.Fatalf("it never came to be that %s", what)
}

func unfinished(t *testing.T, w *casestest.World) int {
	t.Helper()
	var n int
	if err := w.Pool.QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE finalized_at IS NULL`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnEventCommittedBehindARunningReactionIsHeard(t *testing.T) {
	w := casestest.New(t)
	e := &ears{enter: make(chan struct{}), leave: make(chan struct{})}
	w.Cases.Listen(e.listen)
	w.Cases.Reactions(jobs.QueueReact)
	start(t, w)
	id := w.Raise(t)
	<-e.enter // the reaction has read the raising and is at work
	w.Do(t, w.Priya, id, cases.Claim{})
	if n := unfinished(t, w); n != 1 {
		t.Fatalf("%d jobs wait for one case that is being reacted to", n)
	}
	e.leave <- struct{}{}
	<-e.enter // the same job looks once more before it ends
	e.leave <- struct{}{}
	eventually(t, "both events were heard, once each, and the job ended", func() bool {
		return len(e.all()) == 2 && unfinished(t, w) == 0
	})
}

func TestManyChangesToOneCaseAreHeardInOrderAndOnce(t *testing.T) {
	w := casestest.New(t)
	e := &ears{}
	w.Cases.Listen(e.listen)
	w.Cases.Reactions(jobs.QueueReact)
	start(t, w)
	id := w.Raise(t)
	for range 20 {
		w.Do(t, w.Priya, id, cases.Claim{})
		w.Do(t, w.Priya, id, cases.Release{})
	}
	eventually(t, "all events were heard", func() bool { return len(e.all()) >= 41 && unfinished(t, w) == 0 })
	for i, kind := range e.all() {
		want := core.CaseReleased
		switch {
		case i == 0:
			want = core.CaseRaised
		case i%2 == 1:
			want = core.CaseClaimed
		}
		if kind != want || len(e.all()) != 41 {
			t.Fatalf("heard %v", e.all())
		}
	}
}

func TestAChangeThatIsRolledBackQueuesNothing(t *testing.T) {
	w := casestest.New(t)
	w.Cases.Reactions(jobs.QueueReact)
	id := w.Raise(t)
	before := unfinished(t, w)
	w.Refuses(t, core.ErrConflict, w.Priya, id, cases.Claim{}, cases.Claim{})
	if after := unfinished(t, w); after != before {
		t.Errorf("%d jobs before, %d after", before, after)
	}
}

// A server may live on and yet have lost a job, because the database went away
// before it could say how the job ended. A job for all mail is among them, and
// while it counts as running no other is queued.
func TestAJobThatALivingServerHasLostIsTakenUpAgainWithinMinutes(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	living := postgres.Elect(w.Pool, "worker elsewhere")
	defer living.Resign()
	if err := living.IsLeader(t.Context()); err != nil {
		t.Fatal(err)
	}
	e := &ears{}
	w.Cases.Listen(e.listen)
	w.Cases.Reactions(jobs.QueueReact)
	w.Raise(t)
	tag, err := w.Pool.Exec(t.Context(), `UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now() - interval '2 minutes',
		attempted_by = '{worker elsewhere}'`)
	if err != nil || tag.RowsAffected() != 1 {
		t.Fatalf("%v, %d jobs", err, tag.RowsAffected())
	}
	start(t, w)
	eventually(t, "the job was taken up again", func() bool { return len(e.all()) == 1 })
}
