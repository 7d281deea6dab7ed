package tasks

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/sdk/view"
)

// stands is where the workflow of a task stands, as it is kept. The zero stands
// is of a task whose workflow has not begun.
type stands struct {
	dialogue.Stands
	Workflow string // that it began with
	TypedBy  string // the staff user who typed
	Files    map[string][]view.File
	Status   string
	Returned string // why it was taken up again, while the workflow has not heard it
	WakeAt   time.Time
}

func (s *stands) begun() bool { return s.Version > 0 }

const selectStands = `SELECT workflow, pin, state, view, typed, typed_by, files, version, status, returned, wake_at FROM task_workflows WHERE task_id = $1`

type standsRow struct {
	Workflow string
	Pin      string
	State    json.RawMessage
	View     json.RawMessage
	Typed    *dialogue.Typed
	TypedBy  string
	Files    map[string][]view.File
	Version  int
	Status   string
	Returned string
	WakeAt   *time.Time
}

func (r standsRow) noun() (*stands, error) {
	s := &stands{
		Stands:   dialogue.Stands{Pin: r.Pin, State: r.State, Typed: r.Typed, Version: r.Version},
		Workflow: r.Workflow, TypedBy: r.TypedBy, Files: r.Files, Status: r.Status, Returned: r.Returned, WakeAt: orZero(r.WakeAt),
	}
	if len(r.View) == 0 {
		return s, nil
	}
	var err error
	if s.View, err = view.Decode(r.View); err != nil {
		return nil, fmt.Errorf("read what the workflow of a task showed: %w", err)
	}
	return s, nil
}

// standsOf reads where the workflow of a task stands.
func (s *Service) standsOf(ctx context.Context, id core.TaskID) (*stands, error) {
	found, err := postgres.All[standsRow](ctx, s.db.Pool(), selectStands, id)
	if err != nil {
		return nil, fmt.Errorf("read where a task stands: %w", err)
	}
	if len(found) == 0 {
		return &stands{}, nil
	}
	return found[0].noun()
}

// tree writes a view for a json column.
func tree(n *view.Node) any {
	if n == nil {
		return nil
	}
	return json.RawMessage(n.Append(nil))
}

const updateTyped = `UPDATE task_workflows SET typed = $3, typed_by = $4, version = version + 1, updated_at = $5
WHERE task_id = $1 AND version = $2`

// saveTyped keeps what somebody typed before anything is made of it.
func (s *Service) saveTyped(ctx context.Context, id core.TaskID, st *stands) error {
	done, err := s.db.Pool().Exec(ctx, updateTyped, id, st.Version, st.Typed, st.TypedBy, s.clock.Now())
	switch {
	case err != nil:
		return postgres.Translate(err)
	case done.RowsAffected() == 0:
		return errOvertaken
	}
	st.Version++
	return nil
}

// Under the lock of a case.

const selectVersion = `SELECT w.version, w.status, w.files, w.wake_at FROM tasks t JOIN task_workflows w ON w.task_id = t.id WHERE t.case_id = $1 AND t.no = $2::bigint`

type versionRow struct {
	Version int
	Status  string
	Files   map[string][]view.File
	WakeAt  *time.Time
}

// loadVersion reads how the workflow of a task stands now; the zero row is of
// one that has not begun.
func loadVersion(r *cases.Reads, no int, into *versionRow) {
	cases.ReadAll(r, selectVersion, []any{r.Case, no}, func(found []versionRow) {
		if len(found) > 0 {
			*into = found[0]
		}
	})
}

const insertStands = `INSERT INTO task_workflows (task_id, case_id, workflow, pin, state, view, status, wake_at, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9)`

const updateStands = `UPDATE task_workflows SET workflow = $2, pin = $3, state = $4, view = $5, status = $6, wake_at = $7,
	returned = CASE WHEN $8 THEN '' ELSE returned END, typed = NULL, typed_by = '', version = version + 1, updated_at = $9
WHERE task_id = $1`

// updateStopped leaves nothing to be woken or typed on in a task that has ended.
const updateStopped = `UPDATE task_workflows SET wake_at = NULL, typed = NULL, typed_by = '', returned = '', version = version + 1, updated_at = $2
WHERE task_id = $1`

const updateToReturn = `UPDATE task_workflows SET returned = $2, version = version + 1, updated_at = $3 WHERE task_id = $1`

const updateFiles = `UPDATE task_workflows SET files = $2, version = version + 1, updated_at = $3 WHERE task_id = $1`

const selectFile = `SELECT id, coalesce(no, 0) AS no, name, kind, size, encode(sha256, 'hex') AS sha256 FROM attachments
WHERE id = $1 AND deleted_at IS NULL AND (case_id IS NULL OR case_id = $2)`

type fileRow struct {
	ID     core.AttachmentID
	No     int
	Name   string
	Kind   string
	Size   int64
	SHA256 string `db:"sha256"`
}

func (r fileRow) noun() view.File {
	return view.File{ID: r.ID.String(), Name: r.Name, Size: r.Size, Type: r.Kind, SHA256: r.SHA256}
}

// Waking.

const selectToWake = `SELECT w.task_id, t.case_id, t.no, w.wake_at FROM task_workflows w JOIN tasks t ON t.id = w.task_id
WHERE w.wake_at <= $1 AND (w.wake_at, w.task_id) > ($2, $3::uuid) ORDER BY w.wake_at, w.task_id LIMIT $4`

type wakeRow struct {
	TaskID core.TaskID
	CaseID core.CaseID
	No     int
	WakeAt time.Time
}

const updateWakeLater = `UPDATE task_workflows SET wake_at = $3 WHERE task_id = $1 AND version = $2`
