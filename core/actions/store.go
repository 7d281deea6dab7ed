package actions

import (
	"time"

	"github.com/casement-dev/casement/core"
)

const (
	insertWaiting = `INSERT INTO case_actions (case_id, event, action, name, kind, depth, state, tries, outcome, problem, through, queued_at)
VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, '', '', '', $7) ON CONFLICT DO NOTHING`

	selectWaiting = `SELECT name, kind, depth, tries FROM case_actions WHERE case_id = $1 AND event = $2 AND action = $3 AND state = 'waiting'`

	deleteWaiting = `DELETE FROM case_actions WHERE case_id = $1 AND event = $2 AND action = $3 AND state = 'waiting'`

	updateRan = `UPDATE case_actions SET state = 'done', tries = tries + 1, outcome = $4, problem = '', through = $5, finished_at = $6
WHERE case_id = $1 AND event = $2 AND action = $3`

	updateFailed = `UPDATE case_actions SET state = $4, tries = tries + 1, problem = $5, finished_at = CASE WHEN $4 = 'failed' THEN $6::timestamptz END
WHERE case_id = $1 AND event = $2 AND action = $3 AND state = 'waiting'`

	selectDone = `SELECT event, action, name, kind, state, tries, outcome, problem, through, queued_at, finished_at FROM case_actions
WHERE case_id = $1 ORDER BY event DESC, action LIMIT $2`
)

type waitingRow struct {
	Name  string
	Kind  core.EventKind
	Depth int
	Tries int
}

type doneRow struct {
	Event      core.Version
	Action     string
	Name       string
	Kind       core.EventKind
	State      State
	Tries      int
	Outcome    string
	Problem    string
	Through    string
	QueuedAt   time.Time
	FinishedAt *time.Time
}

func (r doneRow) noun() Done {
	d := Done{
		Event: r.Event, Action: r.Action, Name: r.Name, Kind: r.Kind, State: r.State, Tries: r.Tries, Outcome: r.Outcome,
		Problem: r.Problem, Through: r.Through, QueuedAt: r.QueuedAt.UTC(),
	}
	if r.FinishedAt != nil {
		d.FinishedAt = r.FinishedAt.UTC()
	}
	return d
}
