package cases

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const selectSeveral = `SELECT ` + caseColumns + `, c.updated_at FROM cases c WHERE c.id = ANY ($1)`

type standingRow struct {
	caseRow
	UpdatedAt time.Time
}

// Standing is a case with when anything last happened to it.
type Standing struct {
	*core.Case
	ChangedAt time.Time
}

// Several reads cases whoever asks, in no order, like [Service.ByID]; those that
// are gone are left out.
func (s *Service) Several(ctx context.Context, ids []core.CaseID) ([]Standing, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := postgres.All[standingRow](ctx, s.db.Pool(), selectSeveral, ids)
	if err != nil {
		return nil, fmt.Errorf("read several cases: %w", err)
	}
	out := make([]Standing, len(rows))
	for i, r := range rows {
		out[i] = Standing{r.noun(), r.UpdatedAt.UTC()}
	}
	return out, nil
}
