package cases

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const selectHeld = `SELECT status, stage, subtype, group_key, count(*)::int AS n FROM cases
WHERE type_key = $1 AND status_kind <> 'final' GROUP BY status, stage, subtype, group_key`

type heldRow struct {
	Status, Stage, Subtype, GroupKey string
	N                                int
}

// Held counts what the cases of a type that have not ended hold, so that a new
// version of the type drops nothing in use without saying what replaces it.
func (s *Service) Held(ctx context.Context, typeKey string) (core.Held, error) {
	h := core.Held{Statuses: map[string]int{}, Stages: map[string]int{}, Subtypes: map[string]int{}, Groups: map[string]int{}}
	rows, err := postgres.All[heldRow](ctx, s.db.Pool(), selectHeld, typeKey)
	if err != nil {
		return h, fmt.Errorf("count what the cases of %s hold: %w", typeKey, err)
	}
	for _, r := range rows {
		h.Statuses[r.Status] += r.N
		h.Stages[r.Stage] += r.N
		h.Subtypes[r.Subtype] += r.N
		h.Groups[r.GroupKey] += r.N
	}
	for _, counts := range []map[string]int{h.Stages, h.Subtypes} {
		delete(counts, "") // none
	}
	return h, nil
}
