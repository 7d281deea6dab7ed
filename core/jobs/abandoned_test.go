package jobs

import (
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres/pgtest"
)

func TestOnlyJobsOfServersThatAreGoneAreTakenUpAgain(t *testing.T) {
	t.Parallel()
	ctx, pool, log := t.Context(), pgtest.New(t), slog.New(slog.DiscardHandler)
	here, there := newWatch(pool, "worker here", log), newWatch(pool, "worker there", log)
	for _, w := range []*watch{here, there} {
		if err := w.alive.IsLeader(ctx); err != nil {
			t.Fatal(err)
		}
	}
	defer here.end()
	var b pgx.Batch
	QueueReact(ctx, &b, core.NewID[core.CaseID]())
	b.Queue(`UPDATE river_job SET state = 'running', attempted_at = now(), attempted_by = ARRAY['worker before', 'worker there']`)
	if err := pool.SendBatch(ctx, &b).Close(); err != nil {
		t.Fatal(err)
	}
	is := func(want string) {
		t.Helper()
		var state string
		if err := pool.QueryRow(ctx, `SELECT state FROM river_job`).Scan(&state); err != nil || state != want {
			t.Errorf("the job is %s, want %s (%v)", state, want, err)
		}
	}
	now := time.Now()
	looks := func() {
		t.Helper()
		if err := here.look(ctx, now); err != nil {
			t.Fatal(err)
		}
		now = now.Add(watchPatience)
	}
	looks()
	looks()
	is("running") // its server lives
	there.end()
	for stays := true; stays; { // until the database has seen it go
		row := pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'casement worker there')`)
		if err := row.Scan(&stays); err != nil {
			t.Fatal(err)
		}
	}
	looks()
	is("running") // it may be back in a moment
	looks()
	is("available")
}
