package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core/postgres"
)

// A server that is killed leaves its jobs behind as running. River takes such
// jobs up again after an hour at the soonest; until then, since a job that runs
// already is not queued again, nobody would be told anything and no target of
// that case would be breached. So every server shows that it lives by a
// connection of its own, named after it, and the others look whose jobs run
// without one.

const (
	// watchInterval is how often abandoned jobs are looked for.
	watchInterval = time.Second
	// watchPatience is how long a server may be without its connection: when
	// the database restarts, all of them are for a moment.
	watchPatience = 4 * time.Second
)

const selectAway = `SELECT DISTINCT j.attempted_by[array_upper(j.attempted_by, 1)] AS server FROM river_job j
WHERE j.state = 'running' AND NOT EXISTS (SELECT FROM pg_stat_activity a
	WHERE a.application_name = 'casement ' || j.attempted_by[array_upper(j.attempted_by, 1)])`

const updateAbandoned = `UPDATE river_job SET state = 'available'
WHERE state = 'running' AND attempted_by[array_upper(attempted_by, 1)] = ANY ($1)`

// watch keeps this server's connection and gives the jobs of servers that are
// gone back to the queue.
type watch struct {
	pool  *pgxpool.Pool
	log   *slog.Logger
	alive *postgres.Election // nobody else stands for it: it is held to be seen

	away    map[string]time.Time // servers without a connection, and since when
	stop    context.CancelFunc
	running sync.WaitGroup
}

func newWatch(pool *pgxpool.Pool, server string, log *slog.Logger) *watch {
	return &watch{pool: pool, log: log, alive: postgres.Elect(pool, server), away: map[string]time.Time{}}
}

// start shows this server before it takes its first job.
func (w *watch) start(ctx context.Context) error {
	if err := w.alive.IsLeader(ctx); err != nil {
		return fmt.Errorf("show the others that this server works: %w", err)
	}
	ctx, w.stop = context.WithCancel(context.WithoutCancel(ctx))
	w.running.Go(func() {
		tick := time.NewTicker(watchInterval)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			err := w.alive.IsLeader(ctx)
			if err == nil {
				err = w.look(ctx, time.Now())
			}
			if err != nil && ctx.Err() == nil {
				w.log.Warn("look for abandoned jobs", "error", err)
			}
		}
	})
	return nil
}

// end is called when no job of this server runs any more.
func (w *watch) end() {
	if w.stop != nil {
		w.stop()
	}
	w.running.Wait()
	w.alive.Resign()
}

// look gives back the jobs of servers that have been away for long enough. now
// is the machine's own, for the span alone.
func (w *watch) look(ctx context.Context, now time.Time) error {
	rows, err := w.pool.Query(ctx, selectAway)
	if err != nil {
		return err
	}
	servers, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	var gone []string
	for _, s := range servers {
		if since, known := w.away[s]; !known {
			w.away[s] = now
		} else if now.Sub(since) >= watchPatience {
			gone = append(gone, s)
		}
	}
	for s := range w.away {
		if !slices.Contains(servers, s) {
			delete(w.away, s)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	tag, err := w.pool.Exec(ctx, updateAbandoned, gone)
	if err == nil && tag.RowsAffected() > 0 {
		w.log.Warn("jobs of a server that is gone are taken up again", "jobs", tag.RowsAffected())
	}
	return err
}
