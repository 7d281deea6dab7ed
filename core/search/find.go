package search

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

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
	lister    Lister
	lagging   Lagging
}

// Options are what an engine may leave to another one.
type Options struct {
	Lister  Lister  // walks through everything for exports; the engine itself when nil
	Lagging Lagging // says how far behind search is; the engine itself when nil
}

// New makes the service on an engine.
func New(db *postgres.DB, door *cases.Service, documents *Documents, index Index) *Service {
	return NewWith(db, door, documents, index, Options{})
}

// NewWith is [New] with options.
func NewWith(db *postgres.DB, door *cases.Service, documents *Documents, index Index, o Options) *Service {
	s := &Service{db: db, cases: door, documents: documents, index: index, lister: o.Lister, lagging: o.Lagging}
	if s.lister == nil {
		s.lister, _ = index.(Lister)
	}
	if s.lagging == nil {
		s.lagging, _ = index.(Lagging)
	}
	return s
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
	// Instead is true when the engine is down and another one answered: the
	// search is smaller than usual, and the page says so.
	Instead bool
}

// maxSnippets is how many places of one case are shown.
const maxSnippets = 2

// maxBegun is how many results the beginning of a reference adds.
const maxBegun = 5

// Find searches for a staff user or a client. Typed in full, a reference is
// looked up directly, so that a case is found in the second in which it is
// raised.
func (s *Service) Find(ctx context.Context, by core.Actor, r Request) (Results, error) {
	if err := maySearch(by); err != nil {
		return Results{}, err
	}
	q, err := r.query()
	if err != nil {
		return Results{}, err
	}
	out := Results{Page: q.Page}
	if q.Terms.IsZero() && q.Filter.IsZero() {
		return out, nil
	}
	reach, reader, err := s.readerOf(ctx, by)
	if err != nil {
		return out, err
	}
	found, err := s.index.Search(ctx, reader, q)
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
	out.Total, out.More, out.Counts, out.CountsFirst, out.Instead = found.Total, found.More, found.Counts, found.CountsFirst, found.Instead
	if q.Page == 1 {
		out.Total = max(out.Total, len(out.Results))
	}
	out.Pages = (out.Total + PageSize - 1) / PageSize
	return out, nil
}

// maySearch says who searches beyond what is their own.
func maySearch(by core.Actor) error {
	if !by.IsStaff() && !by.IsClient() {
		return core.Forbidden("Only staff may search in all cases.")
	}
	return nil
}

// readerOf is whose search it is, as an engine needs to know it.
func (s *Service) readerOf(ctx context.Context, by core.Actor) (cases.Reach, Reader, error) {
	if err := maySearch(by); err != nil {
		return cases.Reach{}, Reader{}, err
	}
	reach, err := s.cases.ReachOf(ctx, by, core.MayView)
	if err != nil {
		return reach, Reader{}, err
	}
	reader := Reader{Scopes: reach.Scopes, Groups: reach.Groups}
	if by.IsStaff() {
		reader.Staff = by.ID
	}
	return reach, reader, nil
}

// Suggest finds the likeliest cases for a few letters, for a palette or while
// somebody types: those whose reference begins so first.
func (s *Service) Suggest(ctx context.Context, by core.Actor, typed string, limit int) ([]cases.Row, error) {
	if err := maySearch(by); err != nil {
		return nil, err
	}
	terms, err := Parse(typed)
	if err != nil || terms.IsZero() {
		return nil, err
	}
	reach, reader, err := s.readerOf(ctx, by)
	if err != nil {
		return nil, err
	}
	direct, _, err := s.byReference(ctx, reach, typed)
	if err != nil {
		return nil, err
	}
	hits, err := s.index.Suggest(ctx, reader, terms, limit)
	if err != nil {
		return nil, err
	}
	rows, err := s.cases.ByIDs(ctx, reach, idsOf(hits))
	if err != nil {
		return nil, err
	}
	var out []cases.Row
	for _, row := range slices.Concat(direct, rows) {
		if len(out) < limit && !slices.ContainsFunc(out, func(r cases.Row) bool { return r.ID == row.ID }) {
			out = append(out, row)
		}
	}
	return out, nil
}

func idsOf(hits []Hit) []core.CaseID {
	out := make([]core.CaseID, len(hits))
	for i, h := range hits {
		out[i] = h.Case
	}
	return out
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
	return idsOf(found.Hits), nil
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
	return q, r.Filter.check()
}

// byReference looks up what reads as a reference, ours or another system's, or
// as the beginning of one, among the cases themselves.
func (s *Service) byReference(ctx context.Context, reach cases.Reach, typed string) ([]cases.Row, core.Reference, error) {
	aliased, err := s.byAlias(ctx, reach, typed)
	if err != nil {
		return nil, "", err
	}
	if ref, err := core.ParseReference(typed); err == nil {
		rows, err := s.cases.ByRefs(ctx, reach, []core.Reference{ref})
		if err != nil || len(rows) == 0 {
			return aliased, "", err
		}
		return append(rows, aliased...), ref, nil
	}
	prefix := ReferencePrefix(typed)
	if prefix == "" {
		return aliased, "", nil
	}
	rows, err := s.cases.ByRefPrefix(ctx, reach, prefix, maxBegun)
	return append(aliased, rows...), "", err
}

// byAlias finds the cases that another system knows by exactly what was typed.
func (s *Service) byAlias(ctx context.Context, reach cases.Reach, typed string) ([]cases.Row, error) {
	typed = strings.TrimSpace(typed)
	if typed == "" || !utf8.ValidString(typed) || strings.ContainsRune(typed, 0) {
		return nil, nil
	}
	found, err := postgres.All[aliasedRow](ctx, s.db.Pool(), selectAliased, typed, maxBegun)
	if err != nil {
		return nil, fmt.Errorf("find a case by its reference elsewhere: %w", err)
	}
	ids := make([]core.CaseID, len(found))
	for i, f := range found {
		ids[i] = f.CaseID
	}
	return s.cases.ByIDs(ctx, reach, ids)
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
