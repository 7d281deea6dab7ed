package search

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// exportPage is how many cases are read at once.
const exportPage = 500

// Export hands over everything that a search finds, newest first, a page of
// rows at a time, until there is no more or each returns an error. Who reads is
// asked anew for every page: an export may take minutes.
func (s *Service) Export(ctx context.Context, by core.Actor, r Request, each func([]cases.Row) error) error {
	r.Page, r.Facets = 1, false
	q, err := r.query()
	if err != nil {
		return err
	}
	if s.lister == nil {
		return core.Unavailable(nil, "The search engine cannot list everything it finds.")
	}
	var after core.CaseID
	var last []core.CaseID // the page before
	for {
		reach, reader, err := s.readerOf(ctx, by)
		if err != nil {
			return err
		}
		ids, err := s.lister.List(ctx, reader, q, after, exportPage)
		for core.KindOf(err) == core.ErrNotFound && len(last) > 1 {
			// The case at which the page ended was removed meanwhile: go on from
			// the one before it.
			last = last[:len(last)-1]
			ids, err = s.lister.List(ctx, reader, q, last[len(last)-1], exportPage)
		}
		if err != nil || len(ids) == 0 {
			return err
		}
		rows, err := s.cases.ByIDs(ctx, reach, ids)
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			if err := each(rows); err != nil {
				return err
			}
		}
		if len(ids) < exportPage {
			return nil
		}
		after, last = ids[len(ids)-1], ids
	}
}

// Lag is how far search is behind the cases; zero for an engine that cannot
// say.
func (s *Service) Lag(ctx context.Context) (Lag, error) {
	if s.lagging == nil {
		return Lag{}, nil
	}
	return s.lagging.Lag(ctx)
}
