package formdesigns

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

type draftRow struct {
	Key       string
	Based     int
	Step      int
	First     int
	Last      int
	Body      json.RawMessage
	Said      string
	ByName    string
	ChangedAt time.Time
}

func (r draftRow) noun() (Draft, error) {
	d := Draft{Key: r.Key, Kept: true, Based: r.Based, Step: r.Step, Said: r.Said, By: r.ByName, ChangedAt: r.ChangedAt.UTC(), CanUndo: r.Step > r.First, CanRedo: r.Step < r.Last}
	if err := json.Unmarshal(r.Body, &d.Definition); err != nil {
		return d, fmt.Errorf("read the draft of the form %s: %w", r.Key, err)
	}
	return d, nil
}

const selectDraft = `
SELECT d.key, d.based, d.step, (SELECT min(step) FROM form_design_steps WHERE key = d.key) AS first,
	(SELECT max(step) FROM form_design_steps WHERE key = d.key) AS last, s.body, s.said, s.by_name, d.changed_at
FROM form_design_drafts d JOIN form_design_steps s ON s.key = d.key AND s.step = d.step
WHERE d.key = $1`

func findDraft(ctx context.Context, q postgres.Querier, key string) (Draft, bool, error) {
	rows, err := postgres.All[draftRow](ctx, q, selectDraft, key)
	if err != nil || len(rows) == 0 {
		return Draft{}, false, err
	}
	d, err := rows[0].noun()
	return d, true, err
}

const lockDraft = `SELECT step FROM form_design_drafts WHERE key = $1 FOR UPDATE`

type stepRow struct{ Step int }

// standing locks a draft and gives the step it stands at; -1 when there is none.
func standing(ctx context.Context, tx pgx.Tx, key string) (int, error) {
	rows, err := postgres.All[stepRow](ctx, tx, lockDraft, key)
	if err != nil || len(rows) == 0 {
		return -1, err
	}
	return rows[0].Step, nil
}

const insertDraft = `INSERT INTO form_design_drafts (key, based, step, changed_at) VALUES ($1, $2, 0, $3) ON CONFLICT DO NOTHING`

const insertStep = `INSERT INTO form_design_steps (key, step, body, said, by_id, by_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`

func addStep(ctx context.Context, tx pgx.Tx, key string, step int, d *Definition, said string, by core.Actor, now time.Time) error {
	body, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("write the draft of the form %s: %w", key, err)
	}
	_, err = tx.Exec(ctx, insertStep, key, step, body, said, by.ID, by.Name, now)
	return postgres.Translate(err)
}

func beginDraft(ctx context.Context, tx pgx.Tx, key string, based int, d *Definition, said string, by core.Actor, now time.Time) error {
	done, err := tx.Exec(ctx, insertDraft, key, based, now)
	if err != nil {
		return postgres.Translate(err)
	}
	if done.RowsAffected() == 0 {
		return overtaken()
	}
	return addStep(ctx, tx, key, 0, d, said, by, now)
}

const dropLater = `DELETE FROM form_design_steps WHERE key = $1 AND (step > $2 OR step < $3)`

// keptSteps is how many changes can be taken back.
const keptSteps = 200

// dropSteps forgets what was taken back, and what is too long ago.
func dropSteps(ctx context.Context, tx pgx.Tx, key string, step int) error {
	_, err := tx.Exec(ctx, dropLater, key, step, step-keptSteps)
	return postgres.Translate(err)
}

const moveDraft = `UPDATE form_design_drafts SET step = $2, changed_at = $3
WHERE key = $1 AND EXISTS (SELECT 1 FROM form_design_steps WHERE key = $1 AND step = $2)`

func moveTo(ctx context.Context, tx pgx.Tx, key string, step int, now time.Time) (moved bool, err error) {
	done, err := tx.Exec(ctx, moveDraft, key, step, now)
	return done.RowsAffected() > 0, postgres.Translate(err)
}

const deleteDraft = `DELETE FROM form_design_drafts WHERE key = $1`

func dropDraft(ctx context.Context, tx pgx.Tx, key string) error {
	_, err := tx.Exec(ctx, deleteDraft, key)
	return postgres.Translate(err)
}

const selectDrafts = `
SELECT d.key, s.body ->> 'name' AS name, d.changed_at, s.by_name
FROM form_design_drafts d JOIN form_design_steps s ON s.key = d.key AND s.step = d.step ORDER BY d.key`

type headRow struct {
	Key       string
	Name      string
	ChangedAt time.Time
	ByName    string
}

const selectPublished = `
SELECT DISTINCT ON (d.key) d.key, d.version, d.body ->> 'name' AS name, d.at, coalesce(u.name, '') AS by_name
FROM documents d LEFT JOIN staff_users u ON u.id::text = d.by_id
WHERE d.kind = 'form_design' ORDER BY d.key, d.version DESC`

type publishedRow struct {
	Key     string
	Version int
	Name    string
	At      time.Time
	ByName  string
}

const selectBodies = `SELECT DISTINCT ON (key) key, body FROM documents WHERE kind = 'form_design' ORDER BY key, version DESC`

type bodyRow struct {
	Key  string
	Body json.RawMessage
}
