package imports

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const importColumns = `i.id, i.no, i.name, i.source, i.file_name, i.file_key, i.file_size, i.mapping, i.state, i.position, i.line,
i.rows_read, i.brought, i.known, i.refused, i.warned, i.left_out, i.problem, i.by_id, coalesce(u.name, '') AS by_name,
i.created_at, i.started_at, i.moved_at, i.ended_at`

// whoBegan names the staff user who began an import.
const whoBegan = ` LEFT JOIN staff_users u ON i.by_kind = 'staff' AND u.id::text = i.by_id`

const (
	insertImport = `INSERT INTO imports (id, name, source, file_name, file_key, file_size, print, mapping, state, by_kind, by_id, created_at, started_at, moved_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12) RETURNING no`

	selectImports = `SELECT ` + importColumns + ` FROM imports i` + whoBegan + ` ORDER BY i.no DESC LIMIT $1`

	selectImportByNo = `SELECT ` + importColumns + ` FROM imports i` + whoBegan + ` WHERE i.no = $1`

	selectImportByID = `SELECT ` + importColumns + ` FROM imports i` + whoBegan + ` WHERE i.id = $1`

	selectUnderWay = `SELECT ` + importColumns + ` FROM imports i` + whoBegan + ` WHERE i.print = $1 AND i.state = 'running'`

	updateStarted = `UPDATE imports SET state = 'running', position = 0, line = 1, rows_read = 0, brought = 0, known = 0, refused = 0,
warned = 0, left_out = 0, started_at = $2, moved_at = $2 WHERE id = $1 AND state = 'checked'`

	updateCancelled = `UPDATE imports SET state = 'cancelled', moved_at = $2, ended_at = $2
WHERE id = $1 AND state IN ('checking', 'checked', 'running')`

	updateFailed = `UPDATE imports SET state = 'failed', problem = $3, moved_at = $2, ended_at = $2
WHERE id = $1 AND state IN ('checking', 'running')`

	// Whoever read from another position, or after it was cancelled, is too late.
	updateMoved = `UPDATE imports SET state = $4, position = $5, line = $6, rows_read = rows_read + $7, brought = brought + $8,
known = known + $9, refused = refused + $10, warned = warned + $11, left_out = left_out + $12, moved_at = $13, ended_at = $14
WHERE id = $1 AND state = $2 AND position = $3`

	deleteRefusals = `DELETE FROM import_refusals WHERE import_id = $1`

	// At most so many are kept; the counts go on.
	insertRefusals = `INSERT INTO import_refusals (import_id, no, line, reference, field, reason, brought)
SELECT $1, n.last + r.no, r.line, r.reference, r.field, r.reason, r.brought
FROM (SELECT coalesce(max(no), 0) AS last FROM import_refusals WHERE import_id = $1) n,
	unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::boolean[]) WITH ORDINALITY AS r (line, reference, field, reason, brought, no)
WHERE n.last + r.no <= $7`

	selectRefusals = `SELECT no, line, reference, field, reason, brought FROM import_refusals
WHERE import_id = $1 AND no > $2 ORDER BY no LIMIT $3`

	selectWantedFiles = `SELECT file_key FROM imports WHERE file_key = ANY ($1) AND state IN ('checking', 'checked', 'running')`
)

// importRow is an import as it is stored.
type importRow struct {
	ID        core.ImportID
	No        int
	Name      string
	Source    string
	FileName  string
	FileKey   *core.AttachmentID
	FileSize  int64
	Mapping   string
	State     State
	Position  int64
	Line      int64
	RowsRead  int
	Brought   int
	Known     int
	Refused   int
	Warned    int
	LeftOut   int
	Problem   string
	ByID      string
	ByName    string
	CreatedAt time.Time
	StartedAt *time.Time
	MovedAt   time.Time
	EndedAt   *time.Time
}

func (r importRow) noun() Import {
	i := Import{
		ID: r.ID, No: r.No, Name: r.Name, Source: r.Source, FileName: r.FileName, FileSize: r.FileSize, Mapping: r.Mapping,
		State: r.State, Position: r.Position, Line: r.Line, Problem: r.Problem, ByName: r.ByName, CreatedAt: r.CreatedAt, MovedAt: r.MovedAt,
		Tally: Tally{r.RowsRead, r.Brought, r.Known, r.Refused, r.Warned, r.LeftOut},
	}
	if r.FileKey != nil {
		i.file = *r.FileKey
	}
	if r.StartedAt != nil {
		i.StartedAt = *r.StartedAt
	}
	if r.EndedAt != nil {
		i.EndedAt = *r.EndedAt
	}
	return i
}

// refusalRow is a refusal as it is stored.
type refusalRow struct {
	No        int64
	Line      int64
	Reference string
	Field     string
	Reason    string
	Brought   bool
}

func (s *Service) one(ctx context.Context, q postgres.Querier, sql string, arg any) (Import, error) {
	row, err := postgres.One[importRow](ctx, q, core.NotFound("There is no such import."), sql, arg)
	return row.noun(), err
}

// move records a batch and the state after it; false when somebody else read
// the file on, or the import was cancelled.
func (s *Service) move(ctx context.Context, i Import, to State, b Batch) (moved bool, err error) {
	now := s.clock.Now()
	var ended *time.Time
	if to.Ended() {
		ended = &now
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, updateMoved, i.ID, i.State, i.Position, to, b.Position, b.Line,
			b.Read, b.Brought, b.Known, b.Refused, b.Warned, b.LeftOut, now, ended)
		if moved = err == nil && tag.RowsAffected() == 1; err != nil || !moved || len(b.Refusals) == 0 {
			return err
		}
		var columns struct {
			lines                      []int64
			references, fields, reason []string
			brought                    []bool
		}
		for _, r := range b.Refusals {
			columns.lines = append(columns.lines, r.Line)
			columns.references = append(columns.references, r.Reference)
			columns.fields = append(columns.fields, r.Field)
			columns.reason = append(columns.reason, r.Reason)
			columns.brought = append(columns.brought, r.Brought)
		}
		_, err = tx.Exec(ctx, insertRefusals, i.ID, columns.lines, columns.references, columns.fields, columns.reason, columns.brought, MaxRefusals)
		return err
	})
	return moved, err
}

// refusals gives those after a number, and the number of the last.
func (s *Service) refusals(ctx context.Context, id core.ImportID, after int64, most int) ([]Refusal, int64, error) {
	rows, err := postgres.All[refusalRow](ctx, s.db.Pool(), selectRefusals, id, after, most)
	out := make([]Refusal, len(rows))
	for i, r := range rows {
		out[i], after = Refusal{r.Line, r.Reference, r.Field, r.Reason, r.Brought}, r.No
	}
	return out, after, err
}
