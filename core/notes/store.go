package notes

import (
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

const insertNote = `INSERT INTO notes (id, case_id, no, audience, body, actor_kind, actor_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

const selectLast = `SELECT coalesce(max(no), 0) FROM notes WHERE case_id = $1`

const countUpdates = `SELECT count(*) FROM notes WHERE case_id = $1 AND actor_kind IN ('person', 'anonymous')`

const noteColumns = `n.id, n.case_id, n.no, n.audience, n.body, n.actor_kind, n.actor_id,
	coalesce(u.name, p.name, '') AS actor_name, n.created_at`

const noteTables = ` FROM notes n
LEFT JOIN staff_users u ON u.id = CASE WHEN n.actor_kind = 'staff' THEN n.actor_id::uuid END
LEFT JOIN persons p ON p.id = CASE WHEN n.actor_kind = 'person' THEN n.actor_id::uuid END`

const selectOfCase = `SELECT ` + noteColumns + noteTables + `
WHERE n.case_id = $1 AND n.audience = ANY ($2) ORDER BY n.no`

const selectOne = `SELECT ` + noteColumns + noteTables + ` WHERE n.case_id = $1 AND n.no = $2::bigint`

type noteRow struct {
	ID        core.NoteID
	CaseID    core.CaseID
	No        int
	Audience  core.Audience
	Body      string
	ActorKind core.ActorKind
	ActorID   string
	ActorName string
	CreatedAt time.Time
}

func (r noteRow) noun() core.Note {
	return core.Note{
		ID: r.ID, CaseID: r.CaseID, No: r.No, Audience: r.Audience, Body: r.Body,
		By:        core.Actor{Kind: r.ActorKind, ID: r.ActorID, Name: r.ActorName},
		CreatedAt: r.CreatedAt.UTC(),
	}
}

// counted is how many notes a case has, while it is changed.
type counted struct{ last, updates int }

var countedSlot = cases.NewSlot[counted]("notes of the case")

func loadLast(r *cases.Reads) { loadCount(r, selectLast, &countedSlot.Of(r.Work).last) }

func loadUpdates(r *cases.Reads) { loadCount(r, countUpdates, &countedSlot.Of(r.Work).updates) }

// loadCount reads a number that may have grown already, in the same change, by
// notes that are not written yet.
func loadCount(r *cases.Reads, sql string, into *int) {
	if r.Work.IsNew() {
		return // nothing was said before
	}
	r.Query(sql, []any{r.Case}, func(rows pgx.Rows) error {
		found, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
		*into = max(*into, found)
		return err
	})
}

// write queues a note and returns its number and its place in the history.
func write(w *cases.Work, audience core.Audience, body string) (no int, about core.About) {
	count := countedSlot.Of(w)
	count.last++
	if w.By.IsPublic() {
		count.updates++
	}
	id := core.NewID[core.NoteID]()
	w.Write(insertNote, id, w.Case.ID, count.last, audience, body, w.By.Kind, w.By.ID, w.HappenedAt)
	return count.last, core.About{"note": id, "no": count.last, "audience": audience}
}

const selectMentioned = `SELECT u.id, u.name,
	ARRAY(SELECT m.group_key FROM memberships m WHERE m.staff_id = u.id) AS groups,
	ARRAY(SELECT a.why FROM case_access a WHERE a.case_id = $1 AND (
		a.actor_kind = 'staff' AND a.actor_id = u.id::text
		OR a.actor_kind = 'group' AND a.actor_id IN (SELECT m.group_key FROM memberships m WHERE m.staff_id = u.id))) AS reasons
FROM staff_users u WHERE u.active AND u.name <> '' AND strpos($2, '@' || u.name) > 0
ORDER BY u.name, u.id`

const upsertDraft = `INSERT INTO composer_drafts (staff_id, case_id, mode, body, updated_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (staff_id, case_id, mode) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at`

const selectDrafts = `SELECT mode, body, updated_at FROM composer_drafts WHERE staff_id = $1 AND case_id = $2`

const deleteDraft = `DELETE FROM composer_drafts WHERE staff_id = $1 AND case_id = $2 AND mode = $3`

const deleteOldDrafts = `DELETE FROM composer_drafts WHERE updated_at < $1`
