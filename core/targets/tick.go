package targets

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

const (
	// tickBatch bounds the targets found in one transaction.
	tickBatch = 1_000
	// tickLimit bounds those found by one tick; the next goes on.
	tickLimit = 20_000
)

// Enqueue queues, on the batch of the caller's transaction, a job that calls
// [Service.StepCase], unless one waits for the case already.
type Enqueue func(b *pgx.Batch, cs core.CaseID)

// Tick queues a job for every case to whose targets time has done something by
// now, those longest due first, and reports how many. Finding and queueing are
// one transaction for each batch, so what is lost with a server is found by
// the next tick; what is found twice is queued once.
func (s *Service) Tick(ctx context.Context, now time.Time, enqueue Enqueue) (n int, err error) {
	last, seen := dueRow{}, map[core.CaseID]bool{}
	for found := tickBatch; found == tickBatch && len(seen) < tickLimit; {
		err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			due, err := postgres.All[dueRow](ctx, tx, selectDue, now, last.NextAt, [16]byte(last.ID), tickBatch)
			if err != nil {
				return err
			}
			var b pgx.Batch
			for _, d := range due {
				if !seen[d.CaseID] {
					seen[d.CaseID] = true
					enqueue(&b, d.CaseID)
				}
				last = d
			}
			found = len(due)
			return tx.SendBatch(ctx, &b).Close()
		})
		if err != nil {
			return n, fmt.Errorf("queue what is due: %w", err)
		}
		n = len(seen)
	}
	return n, nil
}

// StepCase takes what time has done to a case's targets through the door. It
// may be called as often as one likes, on as many servers.
func (s *Service) StepCase(ctx context.Context, id core.CaseID) error {
	_, err := s.cases.Do(ctx, core.SystemActor(), cases.One(id, 0, Step{}))
	if core.KindOf(err) == core.ErrNotFound {
		return nil // the case has been deleted since
	}
	return err
}
