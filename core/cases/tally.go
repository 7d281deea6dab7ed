package cases

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core/postgres"
)

// Tally is how many open cases there are, and of which sort: the figures
// beside the names of queues.
type Tally struct {
	Open      int
	Overdue   int
	Unclaimed int
	Unopened  int
	Reopened  int
	Waiting   int
	Soon      int // due before the instant asked for, late ones included
}

// Plus adds up two tallies.
func (t Tally) Plus(other Tally) Tally {
	return Tally{
		t.Open + other.Open, t.Overdue + other.Overdue, t.Unclaimed + other.Unclaimed, t.Unopened + other.Unopened,
		t.Reopened + other.Reopened, t.Waiting + other.Waiting, t.Soon + other.Soon,
	}
}

// selectTally counts each scope once for all figures. It looks at no more than
// the 10,000 cases of a scope that are due first: beyond that, figures are
// shown as "999+" anyway.
const selectTally = `SELECT s.id AS scope_id, t.open, t.overdue, t.unclaimed, t.unopened, t.reopened, t.waiting, t.soon
FROM unnest($1::int[]) AS s(id) CROSS JOIN LATERAL (
	SELECT count(*) AS open, count(*) FILTER (WHERE n.due_at < $2) AS overdue, count(*) FILTER (WHERE n.assignee_id IS NULL) AS unclaimed,
		count(*) FILTER (WHERE n.opened_at IS NULL) AS unopened, count(*) FILTER (WHERE n.reopened > 0) AS reopened,
		count(*) FILTER (WHERE n.status_kind = 'waiting') AS waiting, count(*) FILTER (WHERE n.due_at < $3) AS soon
	FROM (SELECT c.due_at, c.assignee_id, c.opened_at, c.reopened, c.status_kind FROM cases c
		WHERE c.scope_id = s.id AND c.status_kind IN ('start', 'open', 'waiting')
		ORDER BY coalesce(c.due_at, 'infinity'), c.id LIMIT 10000) n) t`

type tallyRow struct {
	ScopeID int32
	Tally
}

// Tally counts the open cases of every scope in the reach, by scope.
func (s *Service) Tally(ctx context.Context, r Reach, soon time.Time) (map[int32]Tally, error) {
	rows, err := postgres.All[tallyRow](ctx, s.db.Pool(), selectTally, r.Scopes, s.clock.Now(), soon)
	if err != nil {
		return nil, fmt.Errorf("count the cases of queues: %w", err)
	}
	out := make(map[int32]Tally, len(rows))
	for _, row := range rows {
		out[row.ScopeID] = row.Tally
	}
	return out, nil
}
