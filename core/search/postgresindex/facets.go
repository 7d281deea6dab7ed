package postgresindex

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core/search"
)

// combination is how many matches have one profile and the like.
type combination struct {
	ProfileID int32
	Mine      bool
	Nobodys   bool
	Theirs    bool // of the staff user that the filter names
	Late      bool // its due time is over
	N         int
}

// A combination is counted by one number, which the database groups twice as
// fast as five columns: the profile, shifted by four bits, and these.
const (
	bitMine = 1 << iota
	bitNobodys
	bitTheirs
	bitLate
)

// combinationRow is a combination as it is counted.
type combinationRow struct {
	Key int64
	N   int
}

func combinationOf(row combinationRow) combination {
	has := func(bit int64) bool { return row.Key&bit != 0 }
	return combination{ProfileID: int32(row.Key >> 4), Mine: has(bitMine), Nobodys: has(bitNobodys), Theirs: has(bitTheirs), Late: has(bitLate), N: row.N}
}

// counted are the first matches of a search by combination: all facets under
// any narrowing by facets are sums of them.
type counted struct {
	combinations []combination
	first        bool // there are more matches than were counted
}

func countedOf(rows []combinationRow) counted {
	var out counted
	n := 0
	for _, row := range rows {
		out.combinations = append(out.combinations, combinationOf(row))
		n += row.N
	}
	out.first = n >= search.MaxCounted
	return out
}

// combinations counts the first matches. They are the same for every narrowing
// by facets.
func (x *Index) combinations(ctx context.Context, r search.Reader, st *statistics, w words, f search.Filter) (counted, error) {
	plain := withoutFacets(f)
	unowned := plain
	unowned.Assignee = "" // theirs are counted beside all others
	openings, err := x.openedTo(ctx, r)
	if err != nil {
		return counted{}, err
	}
	look, err := x.look(ctx, r, st, w, unowned, search.MaxCounted)
	if err != nil {
		return counted{}, err
	}
	for ; ; look.expected /= widen {
		if look.region == nil {
			look.since = st.since(look.expected, search.MaxCounted, plain.RaisedTo)
		}
		s := &statement{reader: r, now: x.clock.Now(), words: w, look: look, openings: openings}
		sql := s.counts(plain)
		rows, err := ask[combinationRow](ctx, x.db, sql, s.args)
		if err != nil {
			return counted{}, fmt.Errorf("count facets: %w", err)
		}
		if out := countedOf(rows); out.first || look.all() {
			return out, nil
		}
	}
}

// withoutFacets is a filter without its narrowings by facets. A staff user who
// is named stays: theirs are told apart in the counts.
func withoutFacets(f search.Filter) search.Filter {
	var named search.Assignee
	if f.Assignee != search.AssigneeMe && f.Assignee != search.AssigneeNone {
		named = f.Assignee
	}
	return search.Filter{
		Assignee:   named,
		RaisedFrom: f.RaisedFrom, RaisedTo: f.RaisedTo, DueFrom: f.DueFrom, DueTo: f.DueTo, ClosedFrom: f.ClosedFrom, ClosedTo: f.ClosedTo,
		Within: f.Within, Near: f.Near, Fields: f.Fields,
	}
}

// facetsOf sums combinations into facets, each with every narrowing but its
// own.
func facetsOf(c counted, profiles map[int32]*profile, f search.Filter) map[search.Facet]map[string]int {
	filters := profileFilters(f)
	out := map[search.Facet]map[string]int{
		search.FacetAssignee: {string(search.AssigneeMe): 0, string(search.AssigneeNone): 0}, search.FacetDue: {"overdue": 0},
	}
	for _, filter := range filters {
		out[filter.facet] = map[string]int{}
	}
	for _, row := range c.combinations {
		p := profiles[row.ProfileID]
		if p == nil {
			continue
		}
		overdue := row.Late && p.StatusKind.IsOpen()
		// A row that one narrowing alone leaves out still counts for that facet.
		fails, by := 0, search.Facet("")
		for _, filter := range filters {
			if !isOneOf(filter.value(p), filter.of) {
				fails, by = fails+1, filter.facet
			}
		}
		if !row.has(f.Assignee) {
			fails, by = fails+1, search.FacetAssignee
		}
		if f.Overdue && !overdue {
			fails, by = fails+1, search.FacetDue
		}
		count := func(facet search.Facet, key string, holds bool) {
			if holds && (fails == 0 || fails == 1 && by == facet) {
				out[facet][key] += row.N
			}
		}
		for _, filter := range filters {
			count(filter.facet, filter.value(p), true)
		}
		count(search.FacetAssignee, string(search.AssigneeMe), row.Mine)
		count(search.FacetAssignee, string(search.AssigneeNone), row.Nobodys)
		count(search.FacetDue, "overdue", overdue)
	}
	return out
}

// has reports whether the cases are whose a filter asks for.
func (c combination) has(who search.Assignee) bool {
	switch who {
	case "":
		return true
	case search.AssigneeMe:
		return c.Mine
	case search.AssigneeNone:
		return c.Nobodys
	}
	return c.Theirs
}

// facets sums what was counted under a filter.
func (x *Index) facets(ctx context.Context, c counted, f search.Filter) (map[search.Facet]map[string]int, error) {
	ids := make([]int32, 0, len(c.combinations))
	for _, row := range c.combinations {
		ids = append(ids, row.ProfileID)
	}
	profiles, err := x.profilesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	return facetsOf(c, profiles, f), nil
}
