package tasks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/postgres"
)

const (
	// wakeBatch bounds the tasks found in one transaction.
	wakeBatch = 1_000
	// wakeLimit bounds those found by one tick; the next goes on.
	wakeLimit = 20_000
	// wakeAgain is when a workflow that failed is woken again.
	wakeAgain = 5 * time.Minute
)

// Enqueue queues, on the batch of the caller's transaction, a job that calls
// [Service.Wake], unless one waits for the task already.
type Enqueue func(b *pgx.Batch, cs core.CaseID, no int)

// Tick queues a job for every task whose workflow wanted to be woken by now,
// those longest due first, and reports how many. Finding and queueing are one
// transaction for each batch, so what is lost with a server is found by the
// next tick; what is found twice is queued once.
func (s *Service) Tick(ctx context.Context, now time.Time, enqueue Enqueue) (n int, err error) {
	last := wakeRow{}
	for found := wakeBatch; found == wakeBatch && n < wakeLimit; {
		err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			due, err := postgres.All[wakeRow](ctx, tx, selectToWake, now, last.WakeAt, [16]byte(last.TaskID), wakeBatch)
			if err != nil {
				return err
			}
			var b pgx.Batch
			for _, d := range due {
				enqueue(&b, d.CaseID, d.No)
				last = d
			}
			found = len(due)
			return tx.SendBatch(ctx, &b).Close()
		})
		if err != nil {
			return n, fmt.Errorf("queue the tasks that want to be woken: %w", err)
		}
		n += found
	}
	return n, nil
}

// Heard returns the listener that has the workflow of a task begin as soon as
// the task is there, and hear that it was taken up again.
func (s *Service) Heard(enqueue Enqueue) cases.Listener {
	return func(_ context.Context, b *pgx.Batch, cs *core.Case, t *core.CaseType, heard []core.Recorded) error {
		for _, e := range heard {
			if e.Kind != core.TaskAdded && e.Kind != core.TaskReturned {
				continue
			}
			key, _ := e.About["type"].(string)
			no, _ := e.About["task"].(float64) // as JSON has it
			if !builtIn(t, key) {
				enqueue(b, cs.ID, int(no))
			}
		}
		return nil
	}
}

// Wake tells the workflow of a task what it waits for and nobody typed: that it
// begins, that the task was taken up again, that the time it asked for has come.
// It does so on behalf of the system, and once, however often it is called, on
// however many servers.
func (s *Service) Wake(ctx context.Context, id core.CaseID, no int) error {
	by := core.SystemActor()
	cs, err := s.cases.ByID(ctx, id)
	if core.KindOf(err) == core.ErrNotFound {
		return nil // it has been deleted since
	}
	if err != nil {
		return err
	}
	seen, err := s.cases.Find(ctx, by, cs.Ref, core.MayTask)
	for range attempts {
		if err != nil {
			return err
		}
		o, err := s.load(ctx, by, seen, no)
		if core.KindOf(err) == core.ErrNotFound {
			return nil
		}
		if err != nil {
			return err
		}
		event, waits := o.waiting()
		if !waits && (o.State != core.TaskOpen || o.Workflow == "" || o.stands.WakeAt.IsZero() || o.stands.WakeAt.After(s.clock.Now())) {
			return nil
		}
		if !waits {
			event = dialogue.Event{Kind: dialogue.Timer}
		}
		err = s.tell(ctx, o, Visit{}, event)
		if err == nil {
			return nil
		}
		var failed *Failure
		if errors.As(err, &failed) {
			return s.later(ctx, o)
		}
		if seen, err = s.overtaken(ctx, by, seen, err); err != nil {
			return err
		}
	}
	return busy()
}

// later has a workflow that failed woken again in a while. One that could not
// begin does when somebody looks at its task.
func (s *Service) later(ctx context.Context, o *Opened) error {
	if o.stands.WakeAt.IsZero() {
		return nil
	}
	_, err := s.db.Pool().Exec(ctx, updateWakeLater, o.ID, o.stands.Version, s.clock.Now().Add(wakeAgain))
	return postgres.Translate(err)
}
