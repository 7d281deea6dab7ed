package cases

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// Listener hears of what happened to a case, after it was committed, in order
// and at least once. What it wants written it queues on the batch, which is
// committed together with the note that it has heard: exactly once, then.
// Anything slow becomes a job of its own.
type Listener func(ctx context.Context, b *pgx.Batch, cs *core.Case, t *core.CaseType, heard []core.Recorded) error

// Listen adds a listener. Listeners are set while the program is wired.
func (s *Service) Listen(l Listener) { s.listeners = append(s.listeners, l) }

// reactBatch bounds the events heard in one transaction.
const reactBatch = 100

// React tells the listeners what happened to a case since they last heard. It
// ends by locking the case and looking once more: complete, which marks the
// job as done, runs in that transaction only when nothing is left, so that an
// event committed behind a running job is never lost.
func (s *Service) React(ctx context.Context, id core.CaseID, complete func(context.Context, pgx.Tx) error) error {
	for {
		done, err := s.reactOnce(ctx, id, complete)
		if err != nil || done {
			return err
		}
	}
}

const selectReacted = `SELECT ` + caseColumns + `, c.reacted_to FROM cases c WHERE c.id = $1`

const lockReacted = `SELECT reacted_to, version FROM cases WHERE id = $1 FOR NO KEY UPDATE`

const updateReacted = `UPDATE cases SET reacted_to = $2 WHERE id = $1`

type reactedRow struct {
	caseRow
	ReactedTo core.Version
}

func (s *Service) reactOnce(ctx context.Context, id core.CaseID, complete func(context.Context, pgx.Tx) error) (done bool, err error) {
	row, err := postgres.One[reactedRow](ctx, s.db.Pool(), noSuchCase(), selectReacted, id)
	if err != nil {
		return false, err
	}
	heard, err := events.History(ctx, s.db.Pool(), core.StreamCase, id.String(), row.ReactedTo, reactBatch)
	if err != nil {
		return false, err
	}
	// What was recorded since the row was read is left for the next round, so
	// that a listener never sees an event that its case does not show.
	heard = slices.DeleteFunc(heard, func(e core.Recorded) bool { return e.Version > row.Version })
	var b pgx.Batch
	upTo := row.ReactedTo
	if len(heard) > 0 {
		upTo = heard[len(heard)-1].Version
		t, err := s.types.Published(ctx, row.TypeKey)
		if err != nil {
			return false, err
		}
		for _, listen := range s.listeners {
			if err := listen(ctx, &b, row.noun(), t, heard); err != nil {
				return false, fmt.Errorf("react to %s: %w", row.Ref, err)
			}
		}
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var reactedTo, version core.Version
		if err := tx.QueryRow(ctx, lockReacted, id).Scan(&reactedTo, &version); err != nil {
			return err
		}
		if reactedTo != row.ReactedTo {
			return nil // another server was faster; look again
		}
		if upTo > reactedTo {
			b.Queue(updateReacted, id, upTo)
			if err := tx.SendBatch(ctx, &b).Close(); err != nil {
				return fmt.Errorf("write what followed for %s: %w", row.Ref, err)
			}
		}
		if upTo < version {
			return nil
		}
		done = true
		return complete(ctx, tx)
	})
	return done && err == nil, err
}
