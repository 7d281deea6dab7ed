package routines

import (
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/conditions"
)

// maxWords bounds what is kept of an action in words, in letters.
const maxWords = 500

const (
	insertRun = `INSERT INTO routine_runs (case_id, routine, occasion, place, type_key, type_version, event, kind, due_at, round, state, answer, chain, why, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING`

	// insertTimedRun asks again what did not hold before: the routine has been
	// changed since.
	insertTimedRun = `INSERT INTO routine_runs (case_id, routine, occasion, place, type_key, type_version, event, kind, due_at, round, state, answer, chain, why, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (case_id, routine, occasion) DO UPDATE SET place = excluded.place, type_version = excluded.type_version, round = excluded.round,
	state = excluded.state, answer = excluded.answer, why = excluded.why, at = excluded.at
WHERE routine_runs.state = 'passed'`

	insertResults = `INSERT INTO routine_results (case_id, routine, occasion, no, action, state, outcome, problem, tries, took)
SELECT r.case_id, r.routine, r.occasion, a.no - 1, a.action, 'waiting', '', '', 0, 0
FROM routine_runs r CROSS JOIN unnest($4::text[]) WITH ORDINALITY AS a (action, no)
WHERE r.case_id = $1 AND r.routine = $2 AND r.occasion = $3 AND r.state = 'waiting' ON CONFLICT DO NOTHING`

	countRuns = `SELECT case_id, routine, count(*)::int AS n FROM routine_runs
WHERE case_id = ANY ($1) AND at > $2 AND state IN ('waiting', 'done', 'failed') GROUP BY case_id, routine`

	selectWaiting = `SELECT routine, type_key, type_version, event, state, chain, why, at FROM routine_runs
WHERE case_id = $1 AND occasion = $2 AND state IN ('waiting', 'stopping') ORDER BY place`

	selectOpenResults = `SELECT no FROM routine_results WHERE case_id = $1 AND routine = $2 AND occasion = $3 AND state = 'waiting' ORDER BY no`

	selectWaitingResult = `SELECT state FROM routine_results WHERE case_id = $1 AND routine = $2 AND occasion = $3 AND no = $4 AND state = 'waiting'`

	selectStopping = `SELECT state FROM routine_runs WHERE case_id = $1 AND routine = $2 AND occasion = $3 AND state = 'stopping'`

	updateDone = `UPDATE routine_results SET state = 'done', tries = tries + 1, outcome = $5, problem = '', finished_at = $6
WHERE case_id = $1 AND routine = $2 AND occasion = $3 AND no = $4 AND state = 'waiting'`

	// updateTook notes of what was done how long it took, and what it made.
	updateTook = `UPDATE routine_results SET took = $5, outcome = CASE WHEN $6 = '' THEN outcome ELSE $6 END
WHERE case_id = $1 AND routine = $2 AND occasion = $3 AND no = $4 AND took = 0`

	updateFailed = `UPDATE routine_results SET state = $5, tries = tries + 1, problem = $6, took = $7,
	finished_at = CASE WHEN $5 <> 'waiting' THEN $8::timestamptz END
WHERE case_id = $1 AND routine = $2 AND occasion = $3 AND no = $4 AND state = 'waiting'`

	updateGivenUp = `UPDATE routine_results SET state = 'failed', problem = $4, finished_at = $5
WHERE case_id = $1 AND routine = $2 AND occasion = $3 AND state = 'waiting'`

	updateRunGivenUp = `UPDATE routine_runs SET state = 'failed', why = $4, finished_at = $5
WHERE case_id = $1 AND routine = $2 AND occasion = $3 AND state IN ('waiting', 'stopping')`

	updateStopped = `UPDATE routine_runs SET state = 'stopped', finished_at = $4
WHERE case_id = $1 AND routine = $2 AND occasion = $3 AND state = 'stopping'`

	// updateFinished ends a run none of whose actions waits any more.
	updateFinished = `UPDATE routine_runs r SET finished_at = $4, state = CASE WHEN EXISTS (SELECT FROM routine_results f
	WHERE f.case_id = r.case_id AND f.routine = r.routine AND f.occasion = r.occasion AND f.state IN ('refused', 'failed')) THEN 'failed' ELSE 'done' END
WHERE r.case_id = $1 AND r.routine = $2 AND r.occasion = $3 AND r.state = 'waiting' AND NOT EXISTS (SELECT FROM routine_results w
	WHERE w.case_id = r.case_id AND w.routine = r.routine AND w.occasion = r.occasion AND w.state = 'waiting')`

	deletePassed = `DELETE FROM routine_runs WHERE (case_id, routine, occasion) IN (
	SELECT case_id, routine, occasion FROM routine_runs WHERE state = 'passed' AND at < $1 LIMIT $2)`

	deleteOldRounds = `DELETE FROM routine_rounds WHERE at < $1`
)

const (
	selectTargets = `SELECT case_id, rule_key, state, due_at, time_left, left_working, stopped_at FROM targets WHERE case_id = ANY ($1) ORDER BY case_id, rule_key`

	selectTasks = `SELECT case_id, type, state, due_at FROM tasks WHERE case_id = ANY ($1) ORDER BY case_id, no`

	selectQuestions = `SELECT case_id, count(*)::int AS n FROM questions
WHERE case_id = ANY ($1) AND answered_at IS NULL AND withdrawn_at IS NULL GROUP BY case_id`
)

type countRow struct{ N int }

type repeatsRow struct {
	CaseID  core.CaseID
	Routine string
	N       int
}

type stateRow struct{ State State }

type waitingRow struct {
	Routine     string
	TypeKey     string
	TypeVersion int
	Event       core.Version
	State       State
	Chain       []string
	Why         string
	At          time.Time
}

type resultRow struct{ No int }

type targetRow struct {
	CaseID      core.CaseID
	RuleKey     string
	State       core.TargetState
	DueAt       *time.Time
	TimeLeft    time.Duration
	LeftWorking bool
	StoppedAt   *time.Time
}

func (r targetRow) noun() core.Target {
	return core.Target{
		CaseID: r.CaseID, Rule: r.RuleKey, State: r.State, DueAt: orZero(r.DueAt), Left: core.Left{Time: r.TimeLeft, Working: r.LeftWorking}, StoppedAt: orZero(r.StoppedAt),
	}
}

type taskRow struct {
	CaseID core.CaseID
	Type   string
	State  core.TaskState
	DueAt  *time.Time
}

func (r taskRow) noun() core.Task {
	return core.Task{CaseID: r.CaseID, Type: r.Type, State: r.State, DueAt: orZero(r.DueAt)}
}

type questionsRow struct {
	CaseID core.CaseID
	N      int
}

const runColumns = `r.case_id, c.ref, r.routine, r.occasion, r.type_key, r.type_version, r.event, r.kind, r.due_at, r.round, r.state, r.answer, r.chain, r.why, r.at, r.finished_at`

const (
	selectRunsOfCase = `SELECT ` + runColumns + ` FROM routine_runs r JOIN cases c ON c.id = r.case_id
WHERE r.case_id = $1 ORDER BY r.at DESC, r.event DESC, r.place DESC LIMIT $2`

	// selectRunsOfRoutine leaves out cases that the reader does not reach: their
	// scopes ($8), or opened to them ($9) or their groups ($10) for another reason.
	// Of one case several occasions may be of one instant: they come by name.
	selectRunsOfRoutine = `SELECT ` + runColumns + ` FROM routine_runs r JOIN cases c ON c.id = r.case_id
WHERE r.type_key = $1 AND r.routine = $2 AND r.state = ANY ($3) AND (r.at, r.case_id) <= ($4, $5)
	AND ((r.at, r.case_id) < ($4, $5) OR r.occasion > $6)
	AND ($11 OR c.scope_id = ANY ($8) OR EXISTS (SELECT FROM case_access a WHERE a.case_id = c.id AND a.why IN ('escalated', 'named')
		AND (a.actor_kind = 'staff' AND a.actor_id = $9 OR a.actor_kind = 'group' AND a.actor_id = ANY ($10))))
ORDER BY r.at DESC, r.case_id DESC, r.occasion LIMIT $7`

	selectResultsOf = `SELECT f.case_id, f.routine, f.occasion, f.no, f.action, f.state, f.outcome, f.problem, f.tries, f.took, f.finished_at
FROM routine_results f JOIN unnest($1::uuid[], $2::text[], $3::text[]) AS k (case_id, routine, occasion) USING (case_id, routine, occasion)
ORDER BY f.no`

	selectRounds = `SELECT d.no, d.at, d.looked, d.fired,
	count(r.case_id) FILTER (WHERE r.state = 'done')::int AS done, count(r.case_id) FILTER (WHERE r.state = 'failed')::int AS failed,
	count(r.case_id) FILTER (WHERE r.state = 'waiting')::int AS waiting, count(r.case_id) FILTER (WHERE r.state IN ('stopping', 'stopped'))::int AS stopped
FROM (SELECT no, at, looked, fired FROM routine_rounds WHERE type_key = $1 AND routine = $2 ORDER BY no DESC LIMIT $3) d
LEFT JOIN routine_runs r ON r.round = d.no GROUP BY d.no, d.at, d.looked, d.fired ORDER BY d.no DESC`

	selectTally = `SELECT routine, state, count(*)::int AS n, max(at) AS last FROM routine_runs WHERE type_key = $1 AND at > $2 GROUP BY routine, state`
)

type runRow struct {
	CaseID      core.CaseID
	Ref         core.Reference
	Routine     string
	Occasion    string
	TypeKey     string
	TypeVersion int
	Event       core.Version
	Kind        string
	DueAt       *time.Time
	Round       *int64
	State       State
	Answer      conditions.Explanation
	Chain       []string
	Why         string
	At          time.Time
	FinishedAt  *time.Time
}

type keptResult struct {
	CaseID     core.CaseID
	Routine    string
	Occasion   string
	No         int
	Action     string
	State      State
	Outcome    string
	Problem    string
	Tries      int
	Took       int64
	FinishedAt *time.Time
}

type roundRow struct {
	No                             int64
	At                             time.Time
	Looked, Fired                  int
	Done, Failed, Waiting, Stopped int
}

type tallyRow struct {
	Routine string
	State   State
	N       int
	Last    time.Time
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
