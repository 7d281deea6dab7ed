package casetypes

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// draftRow is a draft with the step it stands at.
type draftRow struct {
	Kind, Key string
	Step      int
	Revision  int
	First     int
	Last      int
	Based     int
	Source    string
	Section   string
	Said      string
	ByName    string
	At        time.Time
}

const selectKept = `
SELECT d.kind, d.key, d.step, d.revision,
	(SELECT min(step) FROM configuration_draft_steps WHERE kind = d.kind AND key = d.key) AS first,
	(SELECT max(step) FROM configuration_draft_steps WHERE kind = d.kind AND key = d.key) AS last,
	s.based, s.source, s.section, s.said, s.by_name, s.at
FROM configuration_drafts d JOIN configuration_draft_steps s ON s.kind = d.kind AND s.key = d.key AND s.step = d.step
WHERE d.kind = $1 AND d.key = $2`

func findKept(ctx context.Context, q postgres.Querier, kind, key string) (draftRow, bool, error) {
	rows, err := postgres.All[draftRow](ctx, q, selectKept, kind, key)
	if err != nil || len(rows) == 0 {
		return draftRow{Kind: kind, Key: key}, false, err
	}
	return rows[0], true, nil
}

const selectKeptOfKind = `
SELECT d.kind, d.key, d.step, d.revision, 0 AS first, 0 AS last, s.based, s.source, s.section, s.said, s.by_name, s.at
FROM configuration_drafts d JOIN configuration_draft_steps s ON s.kind = d.kind AND s.key = d.key AND s.step = d.step
WHERE d.kind = $1 ORDER BY d.key LIMIT 500`

const lockKept = `SELECT revision FROM configuration_drafts WHERE kind = $1 AND key = $2 FOR UPDATE`

type revisionRow struct{ Revision int }

// lockDraft locks a draft and gives its revision; -1 when there is none.
func lockDraft(ctx context.Context, tx pgx.Tx, kind, key string) (int, error) {
	rows, err := postgres.All[revisionRow](ctx, tx, lockKept, kind, key)
	if err != nil || len(rows) == 0 {
		return -1, err
	}
	return rows[0].Revision, nil
}

const insertKept = `INSERT INTO configuration_drafts (kind, key, step, revision, changed_at) VALUES ($1, $2, 0, 1, $3) ON CONFLICT DO NOTHING`

const insertKeptStep = `
INSERT INTO configuration_draft_steps (kind, key, step, based, source, section, said, by_id, by_name, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

// keptStep is one change to be kept.
type keptStep struct {
	step, based int
	source      []byte
	section     string
	said        string
	by          core.Actor
	at          time.Time
}

func addKeptStep(ctx context.Context, tx pgx.Tx, kind, key string, s keptStep) error {
	_, err := tx.Exec(ctx, insertKeptStep, kind, key, s.step, s.based, string(s.source), s.section, s.said, s.by.ID, s.by.Name, s.at)
	return postgres.Translate(err)
}

// beginKept makes a draft that says what its first step says.
func beginKept(ctx context.Context, tx pgx.Tx, kind, key string, s keptStep) error {
	done, err := tx.Exec(ctx, insertKept, kind, key, s.at)
	if err != nil {
		return postgres.Translate(err)
	}
	if done.RowsAffected() == 0 {
		return core.Conflict("Somebody else began to change this just now. Look at what they do, and make your change again.")
	}
	return addKeptStep(ctx, tx, kind, key, s)
}

const deleteOtherSteps = `DELETE FROM configuration_draft_steps WHERE kind = $1 AND key = $2 AND (step > $3 OR step < $4)`

// keptChanges is how many changes can be taken back.
const keptChanges = 100

// forgetSteps forgets what was taken back, and what is too long ago.
func forgetSteps(ctx context.Context, tx pgx.Tx, kind, key string, step int) error {
	_, err := tx.Exec(ctx, deleteOtherSteps, kind, key, step, step-keptChanges)
	return postgres.Translate(err)
}

const moveKept = `
UPDATE configuration_drafts SET step = $3, revision = revision + 1, changed_at = $4
WHERE kind = $1 AND key = $2 AND EXISTS (SELECT 1 FROM configuration_draft_steps WHERE kind = $1 AND key = $2 AND step = $3)`

func moveKeptTo(ctx context.Context, tx pgx.Tx, kind, key string, step int, now time.Time) (moved bool, err error) {
	done, err := tx.Exec(ctx, moveKept, kind, key, step, now)
	return done.RowsAffected() > 0, postgres.Translate(err)
}

const deleteKept = `DELETE FROM configuration_drafts WHERE kind = $1 AND key = $2`

func dropKept(ctx context.Context, tx pgx.Tx, kind, key string) error {
	_, err := tx.Exec(ctx, deleteKept, kind, key)
	return postgres.Translate(err)
}

const selectLatestSteps = `
SELECT step, source, said, by_name, at FROM configuration_draft_steps
WHERE kind = $1 AND key = $2 ORDER BY step DESC LIMIT 30`

type latestStep struct {
	Step   int
	Source string
	Said   string
	ByName string
	At     time.Time
}

// latestSteps are the last changes of a draft, newest first.
func latestSteps(ctx context.Context, q postgres.Querier, kind, key string) ([]latestStep, error) {
	return postgres.All[latestStep](ctx, q, selectLatestSteps, kind, key)
}
