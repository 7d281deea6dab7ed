package notifications

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const selectAccess = `SELECT actor_kind, actor_id, why FROM case_access WHERE case_id = $1`

// accessRow opens a case to a staff user or a group.
type accessRow struct {
	ActorKind string
	ActorID   string
	Why       core.AccessReason
}

func (s *Service) accessOf(ctx context.Context, cs core.CaseID) ([]accessRow, error) {
	rows, err := postgres.All[accessRow](ctx, s.o.DB.Pool(), selectAccess, cs)
	if err != nil {
		return nil, fmt.Errorf("read who may see a case: %w", err)
	}
	return rows, nil
}

const selectTold = `SELECT event_seq FROM outbox WHERE case_id = $1 AND audience = 'requester' AND event_seq IS NOT NULL`

// toldSeqs lists the events that the requester of a case has been written to of.
func (s *Service) toldSeqs(ctx context.Context, cs core.CaseID) (map[int64]bool, error) {
	type row struct{ EventSeq int64 }
	rows, err := postgres.All[row](ctx, s.o.DB.Pool(), selectTold, cs)
	if err != nil {
		return nil, fmt.Errorf("read what the requester was told: %w", err)
	}
	out := map[int64]bool{}
	for _, r := range rows {
		out[r.EventSeq] = true
	}
	return out, nil
}

const selectReactedTo = `SELECT reacted_to FROM cases WHERE id = $1`

// reactedTo is up to which event of a case people have been told.
func (s *Service) reactedTo(ctx context.Context, cs core.CaseID) (core.Version, error) {
	type row struct{ ReactedTo core.Version }
	found, err := postgres.One[row](ctx, s.o.DB.Pool(), core.NotFound("There is no such case."), selectReactedTo, cs)
	return found.ReactedTo, err
}

const selectOpenTasks = `SELECT count(*) AS open FROM tasks WHERE case_id = $1 AND state = 'open'`

// openTasks counts the tasks of a case that are not ended.
func (s *Service) openTasks(ctx context.Context, cs core.CaseID) (int, error) {
	type row struct{ Open int }
	found, err := postgres.One[row](ctx, s.o.DB.Pool(), nil, selectOpenTasks, cs)
	if err != nil {
		return 0, fmt.Errorf("count the open tasks of a case: %w", err)
	}
	return found.Open, nil
}
