package tasks

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Told is a task as a letter about it needs to know it.
type Told struct {
	No       int
	Type     string // key of the task type; "" for one without
	Title    string
	State    core.TaskState
	Group    string
	Assignee core.StaffID // zero while nobody of the group has it
	DueAt    time.Time    // zero for none
	Words    string       // that somebody wrote with the event; "" when it has none
}

const selectTold = `SELECT t.no, t.type, t.title, t.state, t.group_key, t.assignee_id, t.due_at, coalesce(w.body, '') AS body
FROM tasks t LEFT JOIN task_words w ON w.task_id = t.id AND w.version = $3
WHERE t.case_id = $1 AND t.no = $2`

type toldRow struct {
	No         int
	Type       string
	Title      string
	State      core.TaskState
	GroupKey   string
	AssigneeID core.StaffID
	DueAt      *time.Time
	Body       string
}

// Told returns a task as it stands, with the words of one event about it. It
// asks nobody's permission: it is for those who decide whom to tell.
func (s *Service) Told(ctx context.Context, e core.Recorded, no int) (Told, error) {
	r, err := postgres.One[toldRow](ctx, s.db.Pool(), noSuchTask(no), selectTold, e.CaseID, no, e.Version)
	if err != nil {
		return Told{}, fmt.Errorf("read what a letter says of a task: %w", err)
	}
	return Told{
		No: r.No, Type: r.Type, Title: r.Title, State: r.State, Group: r.GroupKey, Assignee: r.AssigneeID, DueAt: orZero(r.DueAt), Words: r.Body,
	}, nil
}
