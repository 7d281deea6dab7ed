package postgresindex

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
)

// placeRow is one match with its place.
type placeRow struct {
	ID         core.CaseID
	StatusKind core.StatusKind
	Lng, Lat   float64
}

// Map implements [search.Index].
func (x *Index) Map(ctx context.Context, r search.Reader, q search.Query, v search.View) (search.Mapped, error) {
	s := &statement{reader: r, now: x.clock.Now(), exact: tsquery(q.Terms, nil), asked: tsquery(q.Terms, nil)}
	narrow := s.narrowings(q.Filter)
	conditions := s.raised(q.Filter)
	for _, facet := range facets {
		conditions += and(narrow[facet])
	}
	sql := fmt.Sprintf(`SELECT h.id, h.status_kind, p.place[0] AS lng, p.place[1] AS lat FROM (%s) h
		JOIN cases p ON p.id = h.id WHERE p.place IS NOT NULL`, s.candidates(conditions, "", search.MaxCounted))
	rows, err := postgres.All[placeRow](ctx, x.db.Pool(), sql, s.args...)
	if err != nil {
		return search.Mapped{}, fmt.Errorf("map results: %w", err)
	}
	matches := make([]search.Located, len(rows))
	for i, row := range rows {
		matches[i] = search.Located{Pin: search.Pin{Case: row.ID, At: core.Point{Lat: row.Lat, Lng: row.Lng}}, Kind: row.StatusKind}
	}
	return search.Clustered(matches, v), nil
}

// Suggest implements [search.Index].
func (x *Index) Suggest(ctx context.Context, r search.Reader, t search.Terms, limit int) ([]search.Hit, error) {
	found, err := x.Search(ctx, r, search.Query{Terms: t, Page: 1})
	return found.Hits[:min(limit, len(found.Hits))], err
}
