package search

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Placed is what a map shows of a search.
type Placed struct {
	Clusters []Cluster
	Pins     []PlacedRow
	Total    int  // results in view
	First    bool // the first [MaxCounted] matches only
	Instead  bool // another engine answered: see [WithFallback]
}

// PlacedRow is a pin with its case, for what opens when it is clicked.
type PlacedRow struct {
	Pin
	Row cases.Row
}

// Map finds where the results of a search are, for a staff user or a client:
// all cases within their reach when nothing is looked for. Pins are read again
// within the reach as it is now.
func (s *Service) Map(ctx context.Context, by core.Actor, r Request, v View) (Placed, error) {
	r.Page = 1
	q, err := r.query()
	if err != nil {
		return Placed{}, err
	}
	if !v.Box.Valid() || v.Zoom < core.MinZoom || v.Zoom > core.MaxZoom {
		return Placed{}, core.InvalidField("view", "This is no part of the map.")
	}
	reach, reader, err := s.readerOf(ctx, by)
	if err != nil {
		return Placed{}, err
	}
	found, err := s.index.Map(ctx, reader, q, v)
	if err != nil {
		return Placed{}, err
	}
	out := Placed{Clusters: found.Clusters, Total: found.Total, First: found.First, Instead: found.Instead}
	ids := make([]core.CaseID, len(found.Pins))
	for i, pin := range found.Pins {
		ids[i] = pin.Case
	}
	rows, err := s.cases.ByIDs(ctx, reach, ids)
	if err != nil {
		return Placed{}, err
	}
	byID := make(map[core.CaseID]cases.Row, len(rows))
	for _, row := range rows {
		byID[row.ID] = row
	}
	for _, pin := range found.Pins {
		if row, ok := byID[pin.Case]; ok {
			out.Pins = append(out.Pins, PlacedRow{pin, row})
		}
	}
	return out, nil
}
