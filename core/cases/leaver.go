package cases

import (
	"context"
	"errors"
	"fmt"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const selectHeldBy = `SELECT id FROM cases WHERE assignee_id = $1 AND status_kind <> 'final' ORDER BY id`

type heldBy struct{ ID core.CaseID }

// ReturnCases puts every case that a staff user has, and that has not ended,
// back for its group to claim, because they have left. Each case is returned
// on its own; what could not be is told together. It returns how many were.
func (s *Service) ReturnCases(ctx context.Context, of core.StaffID) (int, error) {
	held, err := postgres.All[heldBy](ctx, s.db.Pool(), selectHeldBy, of)
	if err != nil {
		return 0, fmt.Errorf("list the cases of a leaver: %w", err)
	}
	returned := 0
	var failed []error
	for _, h := range held {
		_, err := s.Do(ctx, core.SystemActor(), One(h.ID, 0, Release{}))
		if core.KindOf(err) == core.ErrConflict {
			continue // somebody took it from them meanwhile
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		returned++
	}
	return returned, errors.Join(failed...)
}
