package targets

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const selectNext = `SELECT case_id, next_at FROM targets WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1`

// Next says when time will next do something to a target, and on which case;
// the zero ID when it never will. The demonstration moves its clock by it.
func (s *Service) Next(ctx context.Context) (time.Time, core.CaseID, error) {
	rows, err := postgres.All[nextRow](ctx, s.db.Pool(), selectNext)
	if err != nil {
		return time.Time{}, core.CaseID{}, fmt.Errorf("find the next step of a target: %w", err)
	}
	if len(rows) == 0 {
		return time.Time{}, core.CaseID{}, nil
	}
	return rows[0].NextAt.UTC(), rows[0].CaseID, nil
}

type nextRow struct {
	CaseID core.CaseID
	NextAt time.Time
}
