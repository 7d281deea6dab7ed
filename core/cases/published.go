package cases

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// ReachOfTypes is the reach of whoever is shown the cases of some types that
// are published: all groups, nothing restricted, and no single case besides.
// What of a case is shown is for the caller to choose.
func (s *Service) ReachOfTypes(ctx context.Context, types []string) (Reach, error) {
	r := Reach{By: core.AnonymousActor(), Groups: []string{}, Scopes: []int32{}}
	scopes, err := s.scopes(ctx)
	if err != nil {
		return r, fmt.Errorf("find the scopes of published types: %w", err)
	}
	for _, scope := range scopes {
		if scope.Confidentiality == core.Normal && slices.Contains(types, scope.TypeKey) {
			r.Scopes = append(r.Scopes, scope.ID)
		}
	}
	return r, nil
}

// FindReport returns a case that has a public page, whoever asks. Whether
// another one exists cannot be told from the answer.
func (s *Service) FindReport(ctx context.Context, ref core.Reference) (*core.Case, *core.CaseType, error) {
	row, err := postgres.One[caseRow](ctx, s.db.Pool(), noSuchReport(), selectByRef, ref)
	if err != nil {
		return nil, nil, err
	}
	return s.ifReport(ctx, row)
}

// FindReportByID is [Service.FindReport] for whoever holds a link that names
// the case.
func (s *Service) FindReportByID(ctx context.Context, id core.CaseID) (*core.Case, *core.CaseType, error) {
	row, err := postgres.One[caseRow](ctx, s.db.Pool(), noSuchReport(), selectByID, id)
	if err != nil {
		return nil, nil, err
	}
	return s.ifReport(ctx, row)
}

func (s *Service) ifReport(ctx context.Context, row caseRow) (*core.Case, *core.CaseType, error) {
	cs := row.noun()
	t, err := s.types.Published(ctx, cs.Type)
	if core.KindOf(err) == core.ErrNotFound || err == nil && (!t.Reports.Public || cs.Confidentiality != core.Normal) {
		return nil, nil, noSuchReport()
	}
	return cs, t, err
}

func noSuchReport() error { return core.NotFound("There is no such report, or it is not public.") }

const selectUpdated = `SELECT id, updated_at FROM cases WHERE id = ANY ($1)`

type updatedRow struct {
	ID        core.CaseID
	UpdatedAt time.Time
}

// UpdatedAt says when cases last changed.
func (s *Service) UpdatedAt(ctx context.Context, ids []core.CaseID) (map[core.CaseID]time.Time, error) {
	rows, err := postgres.All[updatedRow](ctx, s.db.Pool(), selectUpdated, ids)
	if err != nil {
		return nil, fmt.Errorf("find when cases changed: %w", err)
	}
	out := make(map[core.CaseID]time.Time, len(rows))
	for _, row := range rows {
		out[row.ID] = row.UpdatedAt.UTC()
	}
	return out, nil
}
