package forms

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/sdk/view"
)

type row struct {
	ID        core.DraftID
	TypeKey   string
	Form      string
	Pin       string
	State     json.RawMessage
	View      json.RawMessage
	Typed     *Typed
	Files     map[string][]view.File
	Raise     *Raise
	Page      json.RawMessage
	Version   int
	CaseID    core.CaseID
	RaisedAt  *time.Time
	CreatedAt time.Time
	ExpiresAt time.Time
}

func (r row) noun() (*Draft, error) {
	d := &Draft{
		ID: r.ID, Type: r.TypeKey, Form: r.Form, Pin: r.Pin, State: r.State, Typed: r.Typed, Files: r.Files, Raise: r.Raise,
		Version: r.Version, Case: r.CaseID, CreatedAt: r.CreatedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(),
	}
	if r.RaisedAt != nil {
		d.RaisedAt = r.RaisedAt.UTC()
	}
	if d.Files == nil {
		d.Files = map[string][]view.File{}
	}
	var err error
	if d.View, err = readTree(r.View); err == nil {
		d.Page, err = readTree(r.Page)
	}
	if err == nil && d.View == nil && !d.IsDone() {
		err = fmt.Errorf("it has no page")
	}
	if err != nil {
		return nil, fmt.Errorf("read draft %s: %w", d.ID, err)
	}
	return d, nil
}

func readTree(raw json.RawMessage) (*view.Node, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	return view.Decode(raw)
}

// tree writes a view for a json column.
func tree(n *view.Node) any {
	if n == nil {
		return nil
	}
	return json.RawMessage(n.Append(nil))
}

const columns = `id, type_key, form, pin, state, view, typed, files, raise, page, version, case_id, raised_at, created_at, expires_at`

const insertDraft = `INSERT INTO form_drafts (id, token_hash, type_key, form, pin, state, view, created_at, updated_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)`

func (s *Service) insert(ctx context.Context, hash []byte, d *Draft) error {
	_, err := s.db.Pool().Exec(ctx, insertDraft, d.ID, hash, d.Type, d.Form, d.Pin, d.State, tree(d.View), d.CreatedAt, d.ExpiresAt)
	return postgres.Translate(err)
}

const selectByToken = `SELECT ` + columns + ` FROM form_drafts WHERE token_hash = $1 AND expires_at > $2`

func (s *Service) find(ctx context.Context, hash []byte) (*Draft, error) {
	r, err := postgres.One[row](ctx, s.db.Pool(), noDraft(), selectByToken, hash, s.clock.Now())
	if err != nil {
		return nil, err
	}
	return r.noun()
}

const selectByID = `SELECT ` + columns + ` FROM form_drafts WHERE id = $1`

func (s *Service) findByID(ctx context.Context, id core.DraftID) (*Draft, error) {
	r, err := postgres.One[row](ctx, s.db.Pool(), noDraft(), selectByID, id)
	if err != nil {
		return nil, err
	}
	return r.noun()
}

const updateTyped = `UPDATE form_drafts SET typed = $3, version = version + 1, updated_at = $4, expires_at = $5
WHERE id = $1 AND version = $2`

// saveTyped keeps what was typed before anything is made of it.
func (s *Service) saveTyped(ctx context.Context, d *Draft, now time.Time) error {
	d.ExpiresAt = now.Add(DraftLife)
	return s.update(ctx, d, updateTyped, d.Typed, now, d.ExpiresAt)
}

const updateTurn = `UPDATE form_drafts SET pin = $3, state = $4, view = $5, typed = $6, raise = $7, page = $8, version = version + 1, updated_at = $9
WHERE id = $1 AND version = $2`

func (s *Service) saveTurn(ctx context.Context, d *Draft, now time.Time) error {
	return s.update(ctx, d, updateTurn, d.Pin, d.State, tree(d.View), d.Typed, d.Raise, tree(d.Page), now)
}

const updateFiles = `UPDATE form_drafts SET files = $3, version = version + 1 WHERE id = $1 AND version = $2`

func (s *Service) saveFiles(ctx context.Context, d *Draft) error {
	return s.update(ctx, d, updateFiles, d.Files)
}

// update changes the draft that was read, unless it has changed since.
func (s *Service) update(ctx context.Context, d *Draft, sql string, args ...any) error {
	done, err := s.db.Pool().Exec(ctx, sql, append([]any{d.ID, d.Version}, args...)...)
	if err != nil {
		return postgres.Translate(err)
	}
	if done.RowsAffected() == 0 {
		return errOvertaken
	}
	d.Version++
	return nil
}

const deleteDraft = `DELETE FROM form_drafts WHERE id = $1`

func (s *Service) delete(ctx context.Context, id core.DraftID) error {
	_, err := s.db.Pool().Exec(ctx, deleteDraft, id)
	return postgres.Translate(err)
}

const claimDraft = `UPDATE form_drafts SET case_id = coalesce(case_id, $2), sending_at = $3, version = version + 1
WHERE id = $1 AND raise IS NOT NULL AND raised_at IS NULL AND (sending_at IS NULL OR sending_at < $4)
RETURNING case_id`

type claimed struct{ CaseID core.CaseID }

func (s *Service) claim(ctx context.Context, id core.DraftID, fresh core.CaseID, now time.Time) (cs core.CaseID, mine, again bool, err error) {
	rows, err := postgres.All[claimed](ctx, s.db.Pool(), claimDraft, id, fresh, now, now.Add(-claimLife))
	if err != nil || len(rows) == 0 {
		return cs, false, false, err
	}
	return rows[0].CaseID, true, rows[0].CaseID != fresh, nil
}

const releaseDraft = `UPDATE form_drafts SET sending_at = NULL WHERE id = $1 AND raised_at IS NULL`

func (s *Service) release(ctx context.Context, id core.DraftID) error {
	_, err := s.db.Pool().Exec(ctx, releaseDraft, id)
	return postgres.Translate(err)
}

const emptyDraft = `UPDATE form_drafts SET raised_at = $2, updated_at = $2, state = NULL, view = NULL, typed = NULL, files = '{}', raise = NULL,
	sending_at = NULL, version = version + 1
WHERE id = $1 AND raised_at IS NULL RETURNING case_id`

// markRaised empties a draft, and gives its case; nil when that was done before.
func (s *Service) markRaised(ctx context.Context, id core.DraftID, now time.Time) (*claimed, error) {
	rows, err := postgres.All[claimed](ctx, s.db.Pool(), emptyDraft, id, now)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

const selectPins = `SELECT pin, count(*)::int AS n FROM form_drafts
WHERE starts_with(form, $1 || '/') AND pin <> '' AND raised_at IS NULL AND expires_at > $2 GROUP BY pin`

type pinRow struct {
	Pin string
	N   int
}

func (s *Service) pins(ctx context.Context, plugin string, now time.Time) (map[string]int, error) {
	rows, err := postgres.All[pinRow](ctx, s.db.Pool(), selectPins, plugin, now)
	out := make(map[string]int, len(rows))
	for _, r := range rows {
		out[r.Pin] = r.N
	}
	return out, err
}

const deleteExpired = `DELETE FROM form_drafts WHERE id IN (
	SELECT id FROM form_drafts WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500 FOR UPDATE SKIP LOCKED)`

func (s *Service) sweep(ctx context.Context, now time.Time) (gone int, err error) {
	for {
		var done int64
		err := s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, deleteExpired, now)
			done = tag.RowsAffected()
			return err
		})
		gone += int(done)
		if err != nil || done == 0 {
			return gone, err
		}
	}
}
