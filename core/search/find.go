package search

import (
	"context"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

// Service is what pages search with.
type Service struct {
	db        *postgres.DB
	cases     *cases.Service
	documents *Documents
	index     Index
}

// New makes the service on an engine.
func New(db *postgres.DB, door *cases.Service, documents *Documents, index Index) *Service {
	return &Service{db, door, documents, index}
}

// Request is what a page looks for.
type Request struct {
	Typed  string
	Filter Filter
	Order  Order
	Page   int // 1 is the first; 0 too
	Facets bool
}

// Result is one case that was found.
type Result struct {
	cases.Row
	Subject  []Segment
	Ref      []Segment
	Snippets []Snippet
}

// Results is one page of what was found.
type Results struct {
	Results []Result
	Total   int // at most MaxTotal
	More    bool
	Page    int
	Pages   int
	// Exact is the case whose reference was typed in full, if it was.
	Exact       core.Reference
	Counts      map[Facet]map[string]int
	CountsFirst bool
}

// maxSnippets is how many places of one case are shown.
const maxSnippets = 2

// maxBegun is how many results the beginning of a reference adds.
const maxBegun = 5

// Find searches for a staff user. Typed in full, a reference is looked up
// directly, so that a case is found in the second in which it is raised.
func (s *Service) Find(ctx context.Context, by core.Actor, r Request) (Results, error) {
	if !by.IsStaff() {
		return Results{}, core.Forbidden("Only staff may search in all cases.")
	}
	q, err := r.query()
	if err != nil {
		return Results{}, err
	}
	out := Results{Page: q.Page}
	if q.Terms.IsZero() && q.Filter.IsZero() {
		return out, nil
	}
	reach, err := s.cases.ReachOf(ctx, by, core.MayView)
	if err != nil {
		return out, err
	}
	found, err := s.index.Search(ctx, Reader{Scopes: reach.Scopes, Staff: by.ID, Groups: reach.Groups}, q)
	if err != nil {
		return out, err
	}
	var direct []cases.Row
	if q.Page == 1 && q.Filter.IsZero() {
		if direct, out.Exact, err = s.byReference(ctx, reach, r.Typed); err != nil {
			return out, err
		}
	}
	if out.Results, err = s.results(ctx, reach, found, direct); err != nil {
		return out, err
	}
	out.Total, out.More, out.Counts, out.CountsFirst = found.Total, found.More, found.Counts, found.CountsFirst
	if q.Page == 1 {
		out.Total = max(out.Total, len(out.Results))
	}
	out.Pages = (out.Total + PageSize - 1) / PageSize
	return out, nil
}

// Suggest finds the likeliest cases for a few letters, for a palette.
func (s *Service) Suggest(ctx context.Context, by core.Actor, typed string, limit int) ([]cases.Row, error) {
	found, err := s.Find(ctx, by, Request{Typed: typed})
	if err != nil {
		return nil, err
	}
	var out []cases.Row
	for i := 0; i < len(found.Results) && i < limit; i++ {
		out = append(out, found.Results[i].Row)
	}
	return out, nil
}

// SearchOwn finds a customer's own cases by words that they may read, the best
// match first. It returns their identifiers.
func (s *Service) SearchOwn(ctx context.Context, person core.PersonID, typed string) ([]core.CaseID, error) {
	terms, err := Parse(typed)
	if err != nil || terms.IsZero() || person.IsZero() {
		return nil, err
	}
	found, err := s.index.Search(ctx, Reader{Person: person}, Query{Terms: terms, Page: 1})
	if err != nil {
		return nil, err
	}
	out := make([]core.CaseID, len(found.Hits))
	for i, h := range found.Hits {
		out[i] = h.Case
	}
	return out, nil
}

func (r Request) query() (Query, error) {
	terms, err := Parse(r.Typed)
	if err != nil {
		return Query{}, err
	}
	q := Query{Terms: terms, Filter: r.Filter, Order: r.Order, Page: max(1, r.Page), Facets: r.Facets}
	if q.Page > MaxTotal/PageSize {
		return q, core.InvalidField("page", "Only the first %d results are shown. Narrow the search.", MaxTotal)
	}
	if !slices.Contains([]Order{ByBest, ByNewest, ByOldest, ByDue}, q.Order) {
		return q, core.InvalidField("sort", "Results are sorted by best match, newest, oldest or due.")
	}
	return q, nil
}

// byReference looks up what reads as a reference, or as the beginning of one,
// among the cases themselves.
func (s *Service) byReference(ctx context.Context, reach cases.Reach, typed string) ([]cases.Row, core.Reference, error) {
	if ref, err := core.ParseReference(typed); err == nil {
		rows, err := s.cases.ByRefs(ctx, reach, []core.Reference{ref})
		if err != nil || len(rows) == 0 {
			return nil, "", err
		}
		return rows, ref, nil
	}
	prefix := ReferencePrefix(typed)
	if prefix == "" {
		return nil, "", nil
	}
	rows, err := s.cases.ByRefPrefix(ctx, reach, prefix, maxBegun)
	return rows, "", err
}

// results reads the rows of what was found, within the reach as it is now, and
// shows in each where it was found.
func (s *Service) results(ctx context.Context, reach cases.Reach, found Found, direct []cases.Row) ([]Result, error) {
	audience := map[core.CaseID]core.Audience{}
	var ids []core.CaseID
	for _, h := range found.Hits {
		audience[h.Case] = core.Staff
		if h.Private {
			audience[h.Case] = core.Private
		}
		ids = append(ids, h.Case)
	}
	rows, err := s.cases.ByIDs(ctx, reach, ids)
	if err != nil {
		return nil, err
	}
	documents, err := s.documents.Of(ctx, s.db.Pool(), ids)
	if err != nil {
		return nil, err
	}
	byCase := make(map[core.CaseID]Document, len(documents))
	for _, d := range documents {
		byCase[d.Case] = d
	}
	var out []Result
	for _, row := range slices.Concat(direct, rows) {
		if slices.ContainsFunc(out, func(r Result) bool { return r.ID == row.ID }) {
			continue
		}
		out = append(out, Result{
			Row: row, Subject: Mark(row.Case.Subject, found.Match), Ref: Mark(string(row.Case.Ref), found.Match),
			Snippets: Snippets(byCase[row.ID], found.Match, audience[row.ID], maxSnippets),
		})
	}
	return out, nil
}
