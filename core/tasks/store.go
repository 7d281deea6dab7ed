package tasks

import (
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

const insertTask = `INSERT INTO tasks (id, case_id, no, type, title, brief, state, group_key, assignee_id, required, cancelable, due_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

const updateEnded = `UPDATE tasks SET state = $2, outcome = $3, reason = $4, ended_at = $5, ended_by = $6 WHERE id = $1`

const updateReturned = `UPDATE tasks SET state = 'open', reason = '', ended_at = NULL, ended_by = '' WHERE id = $1`

const updateHolder = `UPDATE tasks SET group_key = $2, assignee_id = $3 WHERE id = $1`

const updateDue = `UPDATE tasks SET due_at = $2 WHERE id = $1`

const insertWords = `INSERT INTO task_words (case_id, version, task_id, body) VALUES ($1, $2, $3, $4)`

// selectLoaded reads what commands and guards need: everything but the long
// words.
const selectLoaded = `SELECT id, no, type, title, state, group_key, assignee_id, required, cancelable, due_at, created_at, ended_by AS ender
FROM tasks WHERE case_id = $1 ORDER BY no`

type loadedRow struct {
	ID         core.TaskID
	No         int
	Type       string
	Title      string
	State      core.TaskState
	GroupKey   string
	AssigneeID core.StaffID
	Required   bool
	Cancelable bool
	DueAt      *time.Time
	CreatedAt  time.Time
	Ender      string // of staff; "" for nobody
}

func (r loadedRow) noun(cs core.CaseID) core.Task {
	ender, _ := core.ParseID[core.StaffID](r.Ender)
	return core.Task{
		ID: r.ID, CaseID: cs, No: r.No, Type: r.Type, Title: r.Title, State: r.State, Group: r.GroupKey, Assignee: r.AssigneeID,
		Required: r.Required, Cancelable: r.Cancelable, DueAt: orZero(r.DueAt), CreatedAt: r.CreatedAt.UTC(),
		Ender: ender,
	}
}

var loaded = cases.NewSlot[[]core.Task]("tasks of the case")

func preload(r *cases.Reads) {
	cases.ReadAll(r, selectLoaded, []any{r.Case}, func(found []loadedRow) {
		for _, row := range found {
			*loaded.Of(r.Work) = append(*loaded.Of(r.Work), row.noun(r.Case))
		}
	})
}

// Loaded lists the tasks of the case being changed as its commands have left
// them so far, oldest first, without brief, outcome and reason.
func Loaded(w *cases.Work) []core.Task { return *loaded.Of(w) }

// taskOf finds a task of the case being changed by its number.
func taskOf(w *cases.Work, no int) (*core.Task, error) {
	all := *loaded.Of(w)
	for i := range all {
		if all[i].No == no {
			return &all[i], nil
		}
	}
	return nil, noSuchTask(no)
}

const selectReceiver = `SELECT u.name, ARRAY(SELECT m.group_key FROM memberships m WHERE m.staff_id = u.id ORDER BY m.group_key) AS groups
FROM staff_users u WHERE u.id = $1 AND u.active`

const selectGroup = `SELECT key FROM groups WHERE key = $1`

const grantAccess = `INSERT INTO case_access (actor_kind, actor_id, case_id, why, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (case_id, actor_kind, actor_id, why) DO NOTHING`

// revokeIdle takes the access from those whose every task was cancelled. Who
// has done a task may go on looking at the case.
const revokeIdle = `DELETE FROM case_access a WHERE a.case_id = $1 AND a.why IN ('task', 'brief') AND NOT EXISTS (
	SELECT FROM tasks t WHERE t.case_id = a.case_id AND t.state <> 'cancelled' AND (
		a.actor_kind = 'group' AND t.assignee_id IS NULL AND t.group_key = a.actor_id
		OR a.actor_kind = 'staff' AND t.assignee_id::text = a.actor_id))`

const itemColumns = `t.id, t.case_id, t.no, t.type, t.title, t.brief, t.state, t.group_key, g.name AS group_name, t.assignee_id,
	coalesce(u.name, '') AS assignee_name, t.required, t.cancelable, t.due_at, t.outcome, t.reason, t.created_at, t.ended_at,
	coalesce(e.name, '') AS ended_by, t.ended_by AS ender, c.ref, c.subject, c.type_key AS case_type, coalesce(w.status, '') AS status`

const itemTables = ` FROM tasks t
JOIN cases c ON c.id = t.case_id
JOIN groups g ON g.key = t.group_key
LEFT JOIN staff_users u ON u.id = t.assignee_id
LEFT JOIN staff_users e ON e.id = nullif(t.ended_by, '')::uuid
LEFT JOIN task_workflows w ON w.task_id = t.id`

const selectOfCase = `SELECT ` + itemColumns + itemTables + `
WHERE t.case_id = $1 AND ($2 OR t.assignee_id = $3 OR t.group_key IN (SELECT m.group_key FROM memberships m WHERE m.staff_id = $3))
ORDER BY t.no`

// isMine is the open tasks of a staff user ($1, with the groups $2) on cases
// within their reach ($3, their name in case_access, and the scopes $4).
const isMine = ` WHERE t.state = 'open' AND (t.assignee_id = $1 OR t.assignee_id IS NULL AND t.group_key = ANY ($2))
	AND (c.scope_id = ANY ($4) OR EXISTS (SELECT FROM case_access a WHERE a.case_id = c.id
		AND (a.actor_kind = 'staff' AND a.actor_id = $3 OR a.actor_kind = 'group' AND a.actor_id = ANY ($2))))`

const selectMine = `SELECT ` + itemColumns + itemTables + isMine + ` ORDER BY t.due_at NULLS LAST, t.created_at, t.id LIMIT $5`

const countMine = `SELECT count(*) FILTER (WHERE t.assignee_id IS NOT NULL) AS mine,
	count(*) FILTER (WHERE t.assignee_id IS NULL) AS unclaimed, count(*) FILTER (WHERE t.due_at < $5) AS overdue
FROM tasks t JOIN cases c ON c.id = t.case_id` + isMine

type itemRow struct {
	loadedRow
	CaseID       core.CaseID
	Brief        string
	GroupName    string
	AssigneeName string
	Outcome      string
	Reason       string
	EndedAt      *time.Time
	EndedBy      string
	Ref          core.Reference
	Subject      string
	CaseType     string
	Status       string
}

func itemsOf(rows []itemRow) []Item {
	out := make([]Item, len(rows))
	for i, r := range rows {
		task := r.noun(r.CaseID)
		task.Brief, task.Outcome, task.Reason, task.EndedAt, task.Status = r.Brief, r.Outcome, r.Reason, orZero(r.EndedAt), r.Status
		out[i] = Item{task, r.GroupName, r.AssigneeName, r.EndedBy, r.Ref, r.Subject, r.CaseType}
	}
	return out
}

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
