package tasks

import (
	"context"

	"github.com/casement-dev/casement/core/postgres"
)

const selectPins = `SELECT pin, count(*)::int AS n FROM task_workflows WHERE starts_with(workflow, $1 || '/') AND pin <> '' GROUP BY pin`

type pinRow struct {
	Pin string
	N   int
}

// Pins counts, by pin, the tasks whose state a plugin has made: also those that
// are done, which can be taken up again.
func (s *Service) Pins(ctx context.Context, plugin string) (map[string]int, error) {
	rows, err := postgres.All[pinRow](ctx, s.db.Pool(), selectPins, plugin)
	out := make(map[string]int, len(rows))
	for _, r := range rows {
		out[r.Pin] = r.N
	}
	return out, err
}
