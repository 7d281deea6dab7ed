package details

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

const (
	selectSection = `SELECT pin, state, view, version FROM case_sections WHERE case_id = $1 AND section = $2`

	selectVersion = `SELECT version FROM case_sections WHERE case_id = $1 AND section = $2`

	selectDraft = `SELECT pin, state, view, version, typed FROM section_drafts WHERE case_id = $1 AND section = $2 AND staff_id = $3`

	upsertSection = `INSERT INTO case_sections (case_id, section, pin, state, view, version, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (case_id, section) DO UPDATE SET pin = excluded.pin, state = excluded.state, view = excluded.view,
	version = excluded.version, changed_at = excluded.changed_at, changed_by = excluded.changed_by`

	upsertDraft = `INSERT INTO section_drafts (case_id, section, staff_id, version, pin, state, view, typed, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (case_id, section, staff_id) DO UPDATE SET version = excluded.version, pin = excluded.pin, state = excluded.state,
	view = excluded.view, typed = excluded.typed, at = excluded.at`

	deleteDraft = `DELETE FROM section_drafts WHERE case_id = $1 AND section = $2 AND staff_id = $3`

	selectPins = `SELECT pin, count(*)::int AS n FROM (
	SELECT pin FROM case_sections WHERE starts_with(section, $1 || '/') UNION ALL
	SELECT pin FROM section_drafts WHERE starts_with(section, $1 || '/')) p WHERE pin <> '' GROUP BY pin`

	deleteOldDrafts = `DELETE FROM section_drafts WHERE at < $1`
)

type sectionRow struct {
	Pin     string
	State   []byte
	View    []byte
	Version int
}

type draftRow struct {
	sectionRow
	Typed *dialogue.Typed
}

type versionRow struct{ Version int }

type pinRow struct {
	Pin string
	N   int
}

// Pins counts, by pin, the sections whose state a plugin has made.
func (s *Service) Pins(ctx context.Context, plugin string) (map[string]int, error) {
	rows, err := postgres.All[pinRow](ctx, s.db.Pool(), selectPins, plugin)
	out := make(map[string]int, len(rows))
	for _, r := range rows {
		out[r.Pin] = r.N
	}
	return out, err
}

func (r sectionRow) stands() (dialogue.Stands, error) {
	at := dialogue.Stands{Pin: r.Pin, State: r.State, Version: r.Version}
	if len(r.View) == 0 {
		return at, nil
	}
	var err error
	if at.View, err = view.Decode(r.View); err != nil {
		return at, fmt.Errorf("read what a section showed: %w", err)
	}
	return at, nil
}

// stands reads where a section stands for somebody.
func (s *Service) stands(ctx context.Context, by core.Actor, seen *cases.Seen, head Head) (stands, error) {
	var at stands
	saved, err := postgres.All[sectionRow](ctx, s.db.Pool(), selectSection, seen.Case.ID, head.Section)
	if err != nil {
		return at, fmt.Errorf("read a section: %w", err)
	}
	if len(saved) > 0 {
		at.saved = saved[0].Version
		if at.Stands, err = saved[0].stands(); err != nil {
			return at, err
		}
	}
	if by.StaffID().IsZero() || !mayEdit(seen) {
		return at, nil
	}
	drafts, err := postgres.All[draftRow](ctx, s.db.Pool(), selectDraft, seen.Case.ID, head.Section, by.StaffID())
	if err != nil || len(drafts) == 0 {
		return at, err
	}
	begun, err := drafts[0].stands()
	if err != nil {
		return at, err
	}
	begun.Typed = drafts[0].Typed
	return stands{begun, at.saved, true}, nil
}

// keep writes down where somebody stands who has not saved.
func (s *Service) keep(ctx context.Context, by core.Actor, seen *cases.Seen, head Head, at stands) error {
	if by.StaffID().IsZero() {
		return nil // a program has no drafts
	}
	_, err := s.db.Pool().Exec(ctx, upsertDraft, seen.Case.ID, head.Section, by.StaffID(), at.Version, at.Pin, []byte(at.State), tree(at.View), at.Typed, s.clock.Now())
	if err != nil {
		return fmt.Errorf("keep what was typed into a section: %w", postgres.Translate(err))
	}
	return nil
}

func (s *Service) forget(ctx context.Context, by core.Actor, seen *cases.Seen, head Head) error {
	_, err := s.db.Pool().Exec(ctx, deleteDraft, seen.Case.ID, head.Section, by.StaffID())
	return postgres.Translate(err)
}

// keepDrafts is how long something typed and not saved is kept.
const keepDrafts = 90 * 24 * time.Hour

// Sweep forgets what was typed long ago and never saved.
func (s *Service) Sweep(ctx context.Context, now time.Time) (int, error) {
	tag, err := s.db.Pool().Exec(ctx, deleteOldDrafts, now.Add(-keepDrafts))
	return int(tag.RowsAffected()), postgres.Translate(err)
}

// tree writes a view for a json column.
func tree(n *view.Node) any {
	if n == nil {
		return nil
	}
	return json.RawMessage(n.Append(nil))
}
