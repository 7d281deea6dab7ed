// Package followers keeps who hears of a case that is not their own: whoever
// saw the same thing and was shown that it is reported already, and colleagues.
// To follow opens nothing: a person is told what the public page of the report
// shows, a colleague what they may see anyway.
//
//	add.go, remove.go   the commands
//	store.go            queries of pages and of notifications
//
// Letters to followers are written by core/notifications; the public page of a
// report is web/reportpages.
package followers

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

// MaxFollowers bounds those of one case.
const MaxFollowers = 5_000

// Service answers who follows. It is safe for concurrent use.
type Service struct{ db *postgres.DB }

// New makes the service.
func New(db *postgres.DB) *Service { return &Service{db} }

// standing is what the commands must know under the lock of a case.
type standing struct {
	Last  int // the highest number given
	Count int
	Mine  int // the actor's own number; 0 when they do not follow
}

var standingSlot = cases.NewSlot[standing]("followers of the case")

// load reads the standing, unless the same change has it already.
func load(r *cases.Reads) {
	into := standingSlot.Of(r.Work)
	if into.Last > 0 {
		return
	}
	by := r.Work.By
	cases.ReadAll(r, selectStanding, []any{r.Case, nullable(by.PersonID()), nullable(by.StaffID())}, func(found []standing) {
		if into.Last == 0 {
			*into = found[0]
		}
	})
}

// OfCase lists the followers of a case for staff who see it, the first first.
func (s *Service) OfCase(ctx context.Context, seen *cases.Seen) ([]core.Follower, error) {
	if !seen.MayDo(core.MayView) {
		return nil, core.Forbidden("You may not see who follows this case.")
	}
	return s.list(ctx, selectOfCase, seen.Case.ID)
}

// ToTell lists the followers of a case for letters.
func (s *Service) ToTell(ctx context.Context, id core.CaseID) ([]core.Follower, error) {
	return s.list(ctx, selectOfCase, id)
}

// Count says how many follow a case: what its public page shows.
func (s *Service) Count(ctx context.Context, id core.CaseID) (int, error) {
	var n int
	err := s.db.Pool().QueryRow(ctx, countOfCase, id).Scan(&n)
	return n, postgres.Translate(err)
}

// Follows reports whether somebody follows a case.
func (s *Service) Follows(ctx context.Context, by core.Actor, id core.CaseID) (bool, error) {
	var follows bool
	err := s.db.Pool().QueryRow(ctx, selectFollows, id, nullable(by.PersonID()), nullable(by.StaffID())).Scan(&follows)
	return follows, postgres.Translate(err)
}
