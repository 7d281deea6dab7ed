package targets

import (
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/conditions"
)

const targetColumns = `t.id, t.case_id, t.rule_key, t.name, t.type_version, t.calendar, t.calendar_version, t.causes, t.done,
	t.state, t.due_at, t.time_left, t.left_working, t.stopped_at, t.next_at, t.generation`

// targetRow has a field for each of targetColumns.
type targetRow struct {
	ID              core.TargetID
	CaseID          core.CaseID
	RuleKey         string
	Name            core.Text
	TypeVersion     int
	Calendar        string
	CalendarVersion int
	Causes          []core.Cause
	Done            []string
	State           core.TargetState
	DueAt           *time.Time
	TimeLeft        time.Duration
	LeftWorking     bool
	StoppedAt       *time.Time
	NextAt          *time.Time
	Generation      int
}

func (r targetRow) noun() core.Target {
	return core.Target{
		ID: r.ID, CaseID: r.CaseID, Rule: r.RuleKey, Name: r.Name,
		Calendar: core.CalendarRef{Key: r.Calendar, Version: r.CalendarVersion},
		Causes:   r.Causes, Done: r.Done, State: r.State, DueAt: orZero(r.DueAt),
		Left: core.Left{Time: r.TimeLeft, Working: r.LeftWorking}, StoppedAt: orZero(r.StoppedAt), NextAt: orZero(r.NextAt),
		Generation: r.Generation,
	}
}

const selectOfCase = `SELECT ` + targetColumns + ` FROM targets t WHERE t.case_id = $1 ORDER BY t.rule_key`

const selectOpenQuestions = `SELECT id::text FROM questions
WHERE case_id = $1 AND pauses AND answered_at IS NULL AND withdrawn_at IS NULL`

// preload reads the targets of a case, and what pauses them, under its lock.
func preload(r *cases.Reads, language *conditions.Compiler) {
	b := books.Of(r.Work)
	b.language = language
	cases.ReadAll(r, selectOfCase, []any{r.Case}, func(rows []targetRow) {
		for _, row := range rows {
			k := &kept{Target: row.noun(), typeVersion: row.TypeVersion}
			k.recorded = k.standing()
			b.targets = append(b.targets, k)
		}
	})
	r.Query(selectOpenQuestions, []any{r.Case}, func(rows pgx.Rows) error {
		ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
		b.open = map[string]bool{}
		for _, id := range ids {
			b.open[id] = true
		}
		return err
	})
}

const upsertTarget = `INSERT INTO targets (id, case_id, rule_key, name, type_version, calendar, calendar_version, causes, done,
	state, due_at, time_left, left_working, stopped_at, next_at, generation)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (case_id, rule_key) DO UPDATE SET name = excluded.name, type_version = excluded.type_version,
	calendar = excluded.calendar, calendar_version = excluded.calendar_version, causes = excluded.causes, done = excluded.done,
	state = excluded.state, due_at = excluded.due_at, time_left = excluded.time_left, left_working = excluded.left_working,
	stopped_at = excluded.stopped_at, next_at = excluded.next_at, generation = excluded.generation`

// queueTarget has a target written with the change.
func queueTarget(w *cases.Work, k *kept) {
	done := k.Done
	if done == nil {
		done = []string{}
	}
	w.Write(upsertTarget, k.ID, k.CaseID, k.Rule, k.Name, k.typeVersion, k.Calendar.Key, k.Calendar.Version, k.Causes, done,
		k.State, orNull(k.DueAt), k.Left.Time, k.Left.Working, orNull(k.StoppedAt), orNull(k.NextAt), k.Generation)
}

const selectDue = `SELECT t.id, t.case_id, t.next_at FROM targets t
WHERE t.next_at <= $1 AND (t.next_at, t.id) > ($2, $3) ORDER BY t.next_at, t.id LIMIT $4`

// dueRow names a target to which time has done something.
type dueRow struct {
	ID     core.TargetID
	CaseID core.CaseID
	NextAt time.Time
}

// shownRow is a target with what it takes to explain it.
type shownRow struct {
	targetRow
	TypeKey string
	Ref     core.Reference
}

const selectShown = `SELECT ` + targetColumns + `, c.type_key, c.ref
FROM targets t JOIN cases c ON c.id = t.case_id WHERE t.case_id = $1 ORDER BY t.rule_key`

// selectMostUrgent finds, of each case, the running target that is due first,
// or else one that is paused.
const selectMostUrgent = `SELECT DISTINCT ON (t.case_id) ` + targetColumns + `, c.type_key, c.ref
FROM targets t JOIN cases c ON c.id = t.case_id
WHERE t.case_id = ANY ($1::uuid[]) AND t.stopped_at IS NULL AND t.rule_key NOT LIKE 'task:%'
ORDER BY t.case_id, t.due_at NULLS LAST, t.rule_key`

const selectToCheck = `SELECT ` + targetColumns + `, c.type_key, c.ref
FROM targets t JOIN cases c ON c.id = t.case_id WHERE t.id > $1 ORDER BY t.id LIMIT $2`

const selectWrongDue = `SELECT c.ref FROM cases c
LEFT JOIN (SELECT case_id, min(due_at) AS due_at FROM targets
	WHERE stopped_at IS NULL AND rule_key NOT LIKE 'task:%' GROUP BY case_id) t ON t.case_id = c.id
WHERE c.due_at IS DISTINCT FROM t.due_at ORDER BY c.ref LIMIT $1`

type refRow struct{ Ref core.Reference }

// orZero and orNull stand between a zero time, which means "never", and NULL.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
