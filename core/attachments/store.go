package attachments

import (
	"context"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

// pendingSource stands where an attachment's source will, until it is adopted.
const pendingSource = "pending"

const insertPending = `INSERT INTO attachments (id, draft_id, name, kind, size, sha256, audience, source, actor_kind, actor_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, 'staff', $7, $8, $9, $10)`

func (s *Service) insert(ctx context.Context, a core.Attachment, draft core.DraftID) error {
	_, err := s.db.Pool().Exec(ctx, insertPending, a.ID, draft, a.Name, a.Kind, a.Size, a.SHA256, pendingSource,
		a.By.Kind, a.By.ID, a.CreatedAt)
	return postgres.Translate(err)
}

const columns = `a.id, a.case_id, a.draft_id, a.no, a.name, a.kind, a.size, a.sha256, a.audience, a.source, a.actor_kind, a.actor_id,
	coalesce(u.name, p.name, '') AS actor_name, a.created_at, a.shown_at IS NOT NULL AS shown`

const joins = ` FROM attachments a
LEFT JOIN staff_users u ON u.id = CASE WHEN a.actor_kind = 'staff' THEN a.actor_id::uuid END
LEFT JOIN persons p ON p.id = CASE WHEN a.actor_kind = 'person' THEN a.actor_id::uuid END`

type row struct {
	ID        core.AttachmentID
	CaseID    core.CaseID
	DraftID   core.DraftID
	No        *int
	Name      string
	Kind      string
	Size      int64
	SHA256    []byte `db:"sha256"`
	Audience  core.Audience
	Source    string
	ActorKind core.ActorKind
	ActorID   string
	ActorName string
	CreatedAt time.Time
	Shown     bool
}

func (r row) noun() core.Attachment {
	a := core.Attachment{
		ID: r.ID, CaseID: r.CaseID, Name: r.Name, Kind: r.Kind, Size: r.Size, SHA256: r.SHA256,
		Audience: r.Audience, Source: r.Source,
		By: core.Actor{Kind: r.ActorKind, ID: r.ActorID, Name: r.ActorName}, CreatedAt: r.CreatedAt.UTC(), Shown: r.Shown,
	}
	if r.No != nil {
		a.No = *r.No
	}
	return a
}

func nouns(rows []row) []core.Attachment {
	out := make([]core.Attachment, len(rows))
	for i, r := range rows {
		out[i] = r.noun()
	}
	return out
}

const selectPending = `SELECT ` + columns + joins + `
WHERE a.draft_id = $1 AND a.case_id IS NULL AND a.deleted_at IS NULL ORDER BY a.created_at, a.id`

const selectOfCase = `SELECT ` + columns + joins + `
WHERE a.case_id = $1 AND a.deleted_at IS NULL AND a.audience = ANY ($2) ORDER BY a.no`

const selectOne = `SELECT ` + columns + joins + `
WHERE a.case_id = $1 AND a.no = $2::bigint AND a.deleted_at IS NULL AND a.audience = ANY ($3)`

func (s *Service) list(ctx context.Context, sql string, args ...any) ([]core.Attachment, error) {
	rows, err := postgres.All[row](ctx, s.db.Pool(), sql, args...)
	return nouns(rows), err
}

// A row that is being adopted at this moment is locked: it is waited for, and
// then no longer pending.
const deletePending = `DELETE FROM attachments WHERE id = $1 AND draft_id = $2 AND case_id IS NULL RETURNING id`

const deleteStale = `DELETE FROM attachments WHERE id IN (
	SELECT id FROM attachments WHERE case_id IS NULL AND draft_id IS NULL AND created_at < $1
	ORDER BY created_at LIMIT 500 FOR UPDATE SKIP LOCKED
) RETURNING id`

type idRow struct{ ID core.AttachmentID }

func (s *Service) deleteRows(ctx context.Context, sql string, args ...any) ([]core.AttachmentID, error) {
	rows, err := postgres.All[idRow](ctx, s.db.Pool(), sql, args...)
	ids := make([]core.AttachmentID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids, err
}

// Whether the contents of an attachment are still wanted: pending ones, those
// of cases, and deleted ones for a while.
const selectWanted = `SELECT id FROM attachments WHERE id = ANY ($1) AND (deleted_at IS NULL OR deleted_at > $2)`

func (s *Service) wanted(ctx context.Context, keys []core.AttachmentID, deletedAfter time.Time) ([]core.AttachmentID, error) {
	return s.deleteRows(ctx, selectWanted, keys, deletedAfter)
}

// Under the lock of a case: how many files it has, what is pending, one file.

const selectCount = `SELECT coalesce(max(no), 0) AS last, count(*) FILTER (WHERE deleted_at IS NULL) AS files
FROM attachments WHERE case_id = $1`

const lockPending = `SELECT id, draft_id, name, kind, size, audience, source, actor_kind, actor_id FROM attachments
WHERE id = ANY ($1) AND case_id IS NULL AND deleted_at IS NULL ORDER BY id FOR UPDATE`

const lockOne = `SELECT id, no, audience, source, kind, shown_at IS NOT NULL AS shown FROM attachments
WHERE case_id = $1 AND no = $2::bigint AND deleted_at IS NULL`

// Whoever uploaded a file may have become anonymous since, on a later page of
// the form: what counts is who sends it.
const adopt = `UPDATE attachments SET case_id = $2, draft_id = NULL, no = $3, audience = $4, source = $5,
	actor_kind = $6, actor_id = $7
WHERE id = $1 AND case_id IS NULL`

const markDeleted = `UPDATE attachments SET deleted_at = $2, deleted_by = $3 WHERE id = $1`

// What the requester may not see any more is not shown to everybody either.
const setAudience = `UPDATE attachments SET audience = $2, shown_at = CASE WHEN $2 = 'public' THEN shown_at END WHERE id = $1`

const setShown = `UPDATE attachments SET shown_at = $2 WHERE id = $1`

const selectShown = `SELECT ` + columns + joins + `
WHERE a.case_id = $1 AND a.deleted_at IS NULL AND a.audience = 'public' AND a.shown_at IS NOT NULL AND a.kind LIKE 'image/%' ORDER BY a.no`

// counted is how many files a case has, while it is changed.
type counted struct {
	Last  int // the highest number given, deleted files included
	Files int
	// Used names what this change has adopted or deleted already; the
	// statements that say so have not run yet.
	Used map[core.AttachmentID]bool `db:"-"`
}

// use notes that the change does something with a file that can be done once.
func (c *counted) use(id core.AttachmentID) (first bool) {
	if c.Used[id] {
		return false
	}
	if c.Used == nil {
		c.Used = map[core.AttachmentID]bool{}
	}
	c.Used[id] = true
	return true
}

var countedSlot = cases.NewSlot[counted]("files of the case")

// loadCount reads the numbers. They may have grown already, in the same
// change, by files that are not written yet.
func loadCount(r *cases.Reads) {
	into := countedSlot.Of(r.Work)
	cases.ReadAll(r, selectCount, []any{r.Case}, func(found []counted) {
		if into.Last < found[0].Last {
			into.Last, into.Files = found[0].Last, found[0].Files
		}
	})
}

// pending is an uploaded file that waits to be adopted.
type pending struct {
	ID        core.AttachmentID
	DraftID   core.DraftID
	Name      string
	Kind      string
	Size      int64
	Audience  core.Audience
	Source    string
	ActorKind core.ActorKind
	ActorID   string
}

func loadPending(r *cases.Reads, ids []core.AttachmentID, into *map[core.AttachmentID]pending) {
	*into = map[core.AttachmentID]pending{}
	cases.ReadAll(r, lockPending, []any{ids}, func(found []pending) {
		for _, p := range found {
			(*into)[p.ID] = p
		}
	})
}

// held is a file of the case under its lock.
type held struct {
	ID       core.AttachmentID
	No       int
	Audience core.Audience
	Source   string
	Kind     string
	Shown    bool // on the public page of the report
}

func loadOne(r *cases.Reads, no int, into **held) {
	cases.ReadAll(r, lockOne, []any{r.Case, no}, func(found []held) {
		if len(found) > 0 {
			*into = &found[0]
		}
	})
}
