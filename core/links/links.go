// Package links keeps which cases belong together: related ones, parents and
// children, what blocks what, duplicates, and what goes on in a new case. A link
// has two sides, and the history of both cases says when it was made and when it
// was taken away. It is seen only by those who may see both cases.
//
//	add.go, remove.go   the commands, for both cases at once
//	continue.go         a case that goes on with one that has ended
//	obstacles.go        what stands in the way of closing
//	store.go            the statements
package links

import (
	"context"
	"fmt"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

// MaxLinks bounds those of one case.
const MaxLinks = 200

// Service answers which cases belong together. It is safe for concurrent use.
type Service struct {
	db    *postgres.DB
	cases *cases.Service
}

// New makes the service.
func New(db *postgres.DB, door *cases.Service) *Service { return &Service{db, door} }

// Wire hangs on what links say to other commands.
func Wire(door *cases.Service) {
	door.Preload(preload)
	door.Guard("case.close", refuseClosing)
}

// Linked is a link with the case at its other end, as a row of a list.
type Linked struct {
	core.Link
	Row  cases.Row
	Type *core.CaseType // of the other case
}

// OfCase lists what a case is linked with, as far as the one who looks may see
// the other cases: in the order of the kinds, then the newest link first. Those
// who may only enquire are shown none.
func (s *Service) OfCase(ctx context.Context, by core.Actor, seen *cases.Seen) ([]Linked, error) {
	if !seen.MayDo(core.MayView) {
		return nil, nil
	}
	found, err := postgres.All[linkRow](ctx, s.db.Pool(), selectOfCase, seen.Case.ID, 2*MaxLinks)
	if err != nil {
		return nil, fmt.Errorf("list the links of a case: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	ids := make([]core.CaseID, len(found))
	for i, f := range found {
		ids[i] = f.OtherID
	}
	rows, err := s.rows(ctx, by, ids)
	if err != nil {
		return nil, err
	}
	var out []Linked
	for _, f := range found {
		row, visible := rows[f.OtherID]
		link, known := f.noun()
		if !visible || !known {
			continue
		}
		t, err := s.cases.Types().Published(ctx, row.Type)
		if err != nil {
			return nil, err
		}
		out = append(out, Linked{link, row, t})
	}
	order := core.LinkSides()
	slices.SortStableFunc(out, func(a, b Linked) int {
		return slices.Index(order, a.Side) - slices.Index(order, b.Side)
	})
	return out, nil
}

// References says what cases are called, by their identifiers, as far as the one
// who looks may see them: for the history, which names cases it does not show.
func (s *Service) References(ctx context.Context, by core.Actor, ids []core.CaseID) (map[core.CaseID]core.Reference, error) {
	rows, err := s.rows(ctx, by, ids)
	out := make(map[core.CaseID]core.Reference, len(rows))
	for id, row := range rows {
		out[id] = row.Ref
	}
	return out, err
}

// rows reads cases within the reach of the one who looks.
func (s *Service) rows(ctx context.Context, by core.Actor, ids []core.CaseID) (map[core.CaseID]cases.Row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	reach, err := s.cases.ReachOf(ctx, by, core.MayView)
	if err != nil {
		return nil, err
	}
	rows, err := s.cases.ByIDs(ctx, reach, ids)
	out := make(map[core.CaseID]cases.Row, len(rows))
	for _, row := range rows {
		out[row.ID] = row
	}
	return out, err
}

// Continuation is the case that goes on with one that has ended.
type Continuation struct {
	ID  core.CaseID
	Ref core.Reference
}

// Continued finds the newest case of the same requester that goes on with a
// case; false when there is none. Whoever asks acts for that requester.
func (s *Service) Continued(ctx context.Context, cs *core.Case) (Continuation, bool, error) {
	return s.one(ctx, selectContinued, cs.ID)
}

// Continues finds the case of the same requester that a case goes on with; false
// when there is none. Whoever asks acts for that requester.
func (s *Service) Continues(ctx context.Context, cs *core.Case) (Continuation, bool, error) {
	return s.one(ctx, selectContinues, cs.ID)
}

func (s *Service) one(ctx context.Context, sql string, id core.CaseID) (Continuation, bool, error) {
	found, err := postgres.All[continuationRow](ctx, s.db.Pool(), sql, id)
	if err != nil || len(found) == 0 {
		return Continuation{}, false, err
	}
	return Continuation(found[0]), true, nil
}
