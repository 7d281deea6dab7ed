// Package notes is what is said on a case: by staff for staff, by staff for
// the requester, and by the requester as an update. The words stand in the
// table notes; the history names them by their identifier only.
//
// What staff have begun to write and not yet sent is in draft.go. Questions
// have a package of their own, core/questions, and so have files.
package notes

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

// Service finds notes and keeps drafts. Notes are added through the door.
type Service struct {
	db    *postgres.DB
	clock core.Clock
}

// New makes the service.
func New(db *postgres.DB, clock core.Clock) *Service { return &Service{db, clock} }

// Wire adds the consequences of this slice to the door.
func Wire(door *cases.Service) {
	door.On(core.UpdateAdded, takeUp)
	door.On(core.CaseDeEscalated, noteWhy)
}

// OfCase lists what was said on a case to the audiences, oldest first. Whether
// the reader belongs to them is for the caller to say, from what they may do
// with the case: [ReadableBy].
func (s *Service) OfCase(ctx context.Context, id core.CaseID, audiences []core.Audience) ([]core.Note, error) {
	rows, err := postgres.All[noteRow](ctx, s.db.Pool(), selectOfCase, id, audiences)
	if err != nil {
		return nil, fmt.Errorf("list the notes of a case: %w", err)
	}
	out := make([]core.Note, len(rows))
	for i, r := range rows {
		out[i] = r.noun()
	}
	return out, nil
}

// Find returns one note of a case by its number, whoever may read it: for
// slices that have settled whom they tell.
func (s *Service) Find(ctx context.Context, id core.CaseID, no int) (core.Note, error) {
	row, err := postgres.One[noteRow](ctx, s.db.Pool(), core.NotFound("There is no note %d on this case.", no), selectOne, id, no)
	return row.noun(), err
}

// ReadableBy lists the audiences that somebody belongs to who sees the case
// so. Whoever may only enquire reads what the requester reads.
func ReadableBy(seen *cases.Seen) []core.Audience {
	out := []core.Audience{core.Public}
	if seen.MayDo(core.MayView) {
		out = append(out, core.Staff)
	}
	if seen.MayDo(core.MaySeePrivate) {
		out = append(out, core.Private)
	}
	return out
}
