package exports

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
)

const (
	columns = `e.no, e.owner_id, u.name AS owner_name, e.title, e.address, e.request, e.format, e.state, e.done, e.total, e.rows, e.left_out, e.cut_off,
	e.size, e.file_key, e.problem, e.created_at, e.finished_at, e.expires_at`

	selectOwn = `SELECT ` + columns + ` FROM exports e JOIN staff_users u ON u.id = e.owner_id
WHERE e.owner_id = $1 AND e.expires_at > $2 ORDER BY e.no DESC LIMIT 100`

	selectOne = `SELECT ` + columns + ` FROM exports e JOIN staff_users u ON u.id = e.owner_id
WHERE e.no = $1 AND e.owner_id = $2 AND e.expires_at > $3`

	lockOwner = `SELECT (SELECT count(*)::int FROM exports e WHERE e.owner_id = u.id AND e.expires_at > $2) AS kept,
	(SELECT count(*)::int FROM exports e WHERE e.owner_id = u.id AND e.expires_at > $2 AND e.state IN ('waiting', 'running')) AS at_work
FROM (SELECT id FROM staff_users WHERE id = $1 AND active FOR UPDATE) u`

	insertExport = `INSERT INTO exports (owner_id, title, address, request, format, state, total, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7, $8) RETURNING no`

	// updateTaken gives an export to an attempt, which from then on is named by
	// the key of its file. Whoever had it before finds out at the next step.
	updateTaken = `UPDATE exports e SET state = 'running', file_key = $2, done = 0, rows = 0, left_out = 0, cut_off = false
FROM staff_users u WHERE e.no = $1 AND u.id = e.owner_id AND u.active AND e.state IN ('waiting', 'running') AND e.expires_at > $3
RETURNING ` + columns

	updateProgress = `UPDATE exports SET done = $3, rows = $4, left_out = $5 WHERE no = $1 AND file_key = $2 AND state = 'running'`

	updateDone = `UPDATE exports SET state = 'done', done = $3, rows = $4, left_out = $5, cut_off = $6, size = $7, finished_at = $8
WHERE no = $1 AND file_key = $2 AND state = 'running'`

	updateFailed = `UPDATE exports SET state = 'failed', file_key = NULL, problem = $3, finished_at = $4
WHERE no = $1 AND file_key = $2 AND state = 'running'`

	updateCancelled = `UPDATE exports SET state = 'cancelled', file_key = NULL, finished_at = $3
WHERE no = $1 AND owner_id = $2 AND state IN ('waiting', 'running')`

	deleteOwn = `DELETE FROM exports WHERE no = $1 AND owner_id = $2 RETURNING file_key`

	deleteExpired = `DELETE FROM exports WHERE expires_at <= $1 RETURNING file_key`

	// insertLook is one line for a whole export: how many cases somebody took.
	insertLook = `INSERT INTO access_log (at, actor_kind, actor_id, what) VALUES ($1, $2, $3, $4)`
)

type row struct {
	No         int
	OwnerID    core.StaffID
	OwnerName  string
	Title      string
	Address    string
	Request    []byte
	Format     Format
	State      State
	Done       int
	Total      int
	Rows       int
	LeftOut    int
	CutOff     bool
	Size       int64
	FileKey    core.AttachmentID
	Problem    string
	CreatedAt  time.Time
	FinishedAt *time.Time
	ExpiresAt  time.Time
}

func (r row) export() (Export, error) {
	e := Export{
		No: r.No, Owner: r.OwnerID, Title: r.Title, Address: r.Address, Format: r.Format, State: r.State, Looked: r.Done, Total: r.Total, Rows: r.Rows,
		LeftOut: r.LeftOut, CutOff: r.CutOff, Size: r.Size, Problem: r.Problem, CreatedAt: r.CreatedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), file: r.FileKey,
	}
	if r.FinishedAt != nil {
		e.FinishedAt = r.FinishedAt.UTC()
	}
	if err := json.Unmarshal(r.Request, &e.request); err != nil {
		return e, fmt.Errorf("read what export %d looks for: %w", r.No, err)
	}
	return e, nil
}

type (
	countRow  struct{ Kept, AtWork int }
	numberRow struct{ No int }
	fileRow   struct{ FileKey core.AttachmentID }
)
