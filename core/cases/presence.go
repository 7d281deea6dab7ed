package cases

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Doing is what somebody does who has a case open.
type Doing string

// What people do on the page of a case.
const (
	Reading       Doing = "reading"
	WritingNote   Doing = "note"
	WritingPublic Doing = "public"
	Asking        Doing = "question"
)

// presenceLife is how long somebody counts as being there after their page was
// last heard of. Pages speak up every 20 seconds.
const presenceLife = time.Minute

// Present is somebody who has a case open just now.
type Present struct {
	Name  string
	Doing Doing
}

// NotePresence remembers that a staff user has the case open. It is no event:
// it is forgotten within a minute.
func (s *Service) NotePresence(ctx context.Context, by core.Actor, seen *Seen, doing Doing) error {
	switch doing {
	case WritingNote, WritingPublic, Asking:
	default:
		doing = Reading
	}
	if _, err := s.db.Pool().Exec(ctx, upsertPresence, seen.Case.ID, by.StaffID(), doing, s.clock.Now()); err != nil {
		return fmt.Errorf("note who has a case open: %w", postgres.Translate(err))
	}
	return nil
}

// PresentOn lists who else has the case open: those who write first, then by
// name.
func (s *Service) PresentOn(ctx context.Context, by core.Actor, seen *Seen) ([]Present, error) {
	found, err := postgres.All[Present](ctx, s.db.Pool(), selectPresent, seen.Case.ID, by.StaffID(), s.clock.Now().Add(-presenceLife))
	if err != nil {
		return nil, fmt.Errorf("read who has a case open: %w", err)
	}
	return found, nil
}

// SweepPresence deletes what means nothing any more.
func (s *Service) SweepPresence(ctx context.Context) error {
	_, err := s.db.Pool().Exec(ctx, deleteStalePresence, s.clock.Now().Add(-presenceLife))
	return postgres.Translate(err)
}
