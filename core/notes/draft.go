package notes

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

// Mode is what somebody is writing in the composer of a case. Each mode keeps
// a draft of its own.
type Mode string

// The modes of the composer.
const (
	ModeStaff    Mode = "staff"  // a note for staff
	ModePublic   Mode = "public" // a note for the requester
	ModeQuestion Mode = "question"
	ModeEmail    Mode = "email"
)

// Modes lists the modes, in the order the composer shows them.
func Modes() []Mode { return []Mode{ModeStaff, ModePublic, ModeQuestion, ModeEmail} }

// Draft is what a staff user has begun to write on a case.
type Draft struct {
	Mode      Mode
	Body      string
	UpdatedAt time.Time
}

// keepDrafts is how long a draft is kept that nobody touches.
const keepDrafts = 30 * 24 * time.Hour

// SaveDraft keeps what a staff user has written so far; empty text clears it.
// The case is as they see it: drafts need what writing needs, [core.MayWork].
func (s *Service) SaveDraft(ctx context.Context, by core.Actor, seen *cases.Seen, mode Mode, body string) error {
	if err := mayDraft(by, seen, mode); err != nil {
		return err
	}
	body, wrong := core.CleanLines(body, core.MaxNote)
	switch {
	case wrong != "":
		return core.InvalidField("body", "%s", wrong)
	case body == "":
		return s.ClearDraft(ctx, by, seen, mode)
	}
	if _, err := s.db.Pool().Exec(ctx, upsertDraft, by.StaffID(), seen.Case.ID, mode, body, s.clock.Now()); err != nil {
		return fmt.Errorf("keep a draft: %w", postgres.Translate(err))
	}
	return nil
}

// Drafts returns all that a staff user has begun to write on a case, by mode.
// What is too old to be kept is left out, swept or not.
func (s *Service) Drafts(ctx context.Context, by core.Actor, seen *cases.Seen) (map[Mode]Draft, error) {
	out := map[Mode]Draft{}
	if !by.IsStaff() {
		return out, nil
	}
	found, err := postgres.All[Draft](ctx, s.db.Pool(), selectDrafts, by.StaffID(), seen.Case.ID)
	if err != nil {
		return nil, fmt.Errorf("read the drafts of a case: %w", err)
	}
	for _, d := range found {
		if d.UpdatedAt = d.UpdatedAt.UTC(); s.clock.Now().Sub(d.UpdatedAt) < keepDrafts {
			out[d.Mode] = d
		}
	}
	return out, nil
}

// ClearDraft forgets a draft: it was sent, or given up. There need not be one.
func (s *Service) ClearDraft(ctx context.Context, by core.Actor, seen *cases.Seen, mode Mode) error {
	if err := mayDraft(by, seen, mode); err != nil {
		return err
	}
	if _, err := s.db.Pool().Exec(ctx, deleteDraft, by.StaffID(), seen.Case.ID, mode); err != nil {
		return fmt.Errorf("clear a draft: %w", postgres.Translate(err))
	}
	return nil
}

// SweepDrafts deletes the drafts nobody has touched for 30 days and says how
// many there were.
func (s *Service) SweepDrafts(ctx context.Context) (int64, error) {
	done, err := s.db.Pool().Exec(ctx, deleteOldDrafts, s.clock.Now().Add(-keepDrafts))
	if err != nil {
		return 0, fmt.Errorf("sweep drafts: %w", postgres.Translate(err))
	}
	return done.RowsAffected(), nil
}

func mayDraft(by core.Actor, seen *cases.Seen, mode Mode) error {
	if !by.IsStaff() || !seen.MayDo(core.MayWork) {
		return core.Forbidden("You may not write on this case.")
	}
	if !slices.Contains(Modes(), mode) {
		return core.InvalidField("mode", "There is no such thing to write.")
	}
	return nil
}
