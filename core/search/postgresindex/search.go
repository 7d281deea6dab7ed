package postgresindex

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
)

// enough is how many exact matches make typing errors unlikely: with fewer,
// words that are a slip away count as well, behind the exact ones.
const enough = 10

// widen is how much further back a search looks when the newest cases had too
// few matches.
const widen = 8

// hitRow is one case of a page of results.
type hitRow struct {
	CaseID  core.CaseID
	Private bool
	Total   int
}

// Search implements [search.Index].
func (x *Index) Search(ctx context.Context, r search.Reader, q search.Query) (search.Found, error) {
	found := search.Found{Match: search.MatchOf(q.Terms)}
	st, err := x.statistics(ctx)
	if err != nil {
		return found, err
	}
	w, err := x.read(ctx, st, q.Terms)
	if err != nil {
		return found, err
	}
	rows, counts, err := x.found(ctx, r, st, w, q)
	if err != nil {
		return found, fmt.Errorf("search: %w", err)
	}
	if len(rows) == 0 || rows[0].Total < enough {
		forgiving, err := x.forgive(ctx, r, st, w, q.Terms)
		if err != nil {
			return found, err
		}
		if forgiving.asked != w.asked {
			w = forgiving
			if rows, counts, err = x.found(ctx, r, st, w, q); err != nil {
				return found, fmt.Errorf("search: %w", err)
			}
		}
	}
	found.Match = w.match
	for _, row := range rows {
		found.Hits = append(found.Hits, search.Hit{Case: row.CaseID, Private: row.Private})
		found.Total = min(row.Total, search.MaxTotal)
		found.More = row.Total > search.MaxTotal
	}
	if q.Facets {
		found.CountsFirst = counts.first
		if found.Counts, err = x.facets(ctx, counts, q.Filter); err != nil {
			return found, err
		}
	}
	return found, nil
}

// found finds one page of results and counts facets if they are asked for:
// both at once where no facet narrows the results, unless they were counted a
// moment ago.
func (x *Index) found(ctx context.Context, r search.Reader, st *statistics, w words, q search.Query) (rows []hitRow, c counted, err error) {
	const most = search.MaxTotal + 1
	if q.Facets {
		plain := withoutFacets(q.Filter)
		c, err = x.counts.do(ctx, keyOf(r, w, plain), func(ctx context.Context) (counted, error) {
			if reflect.DeepEqual(plain, q.Filter) && q.Filter.Assignee == "" && (q.Order == search.ByBest || q.Order == search.ByNewest) {
				hits, c, ok, err := x.hitsAndCounts(ctx, r, st, w, q, most)
				if err != nil || ok {
					rows = hits
					return c, err
				}
			}
			return x.combinations(ctx, r, st, w, q.Filter)
		})
		if err != nil || rows != nil {
			return rows, c, err
		}
	}
	rows, err = x.hits(ctx, r, st, w, q, most)
	return rows, c, err
}

// hits finds one page of results, of at most so many that are counted. What
// matches very often is looked for among the newest cases first, or the oldest
// when these are asked for, then further.
func (x *Index) hits(ctx context.Context, r search.Reader, st *statistics, w words, q search.Query, most int) ([]hitRow, error) {
	needed := most
	if q.Order == search.ByDue {
		needed = search.MaxCounted // what is due first may be older
	}
	openings, err := x.openedTo(ctx, r)
	if err != nil {
		return nil, err
	}
	look, err := x.look(ctx, r, st, w, q.Filter, needed)
	if err != nil {
		return nil, err
	}
	for ; ; look.expected /= widen {
		switch {
		case look.region != nil:
		case q.Order == search.ByOldest:
			look.until = st.until(look.expected, needed)
		default:
			look.since = st.since(look.expected, needed, q.Filter.RaisedTo)
		}
		s := &statement{reader: r, now: x.clock.Now(), words: w, look: look, openings: openings}
		sql := s.hits(q, most)
		rows, err := ask[hitRow](ctx, x.db, sql, s.args)
		if err != nil {
			return nil, err
		}
		if look.all() || len(rows) > 0 && rows[0].Total >= most {
			return rows, x.privately(ctx, r, rows)
		}
		if len(rows) == 0 {
			look.expected = 0 // rarer than anybody thought
		}
	}
}

// hitAndCountRow is a hit, or a combination when there is no case.
type hitAndCountRow struct {
	CaseID  *core.CaseID
	Private bool
	Total   int
	Key     int64
	N       int
}

// hitsAndCounts does what hits and combinations do, and finds the matches once.
// It is not ok when there were far more matches than the database expected, so
// that they have to be sorted to know the newest.
func (x *Index) hitsAndCounts(ctx context.Context, r search.Reader, st *statistics, w words, q search.Query, most int) (hits []hitRow, c counted, ok bool, err error) {
	openings, err := x.openedTo(ctx, r)
	if err != nil {
		return nil, c, false, err
	}
	look, err := x.look(ctx, r, st, w, q.Filter, search.MaxCounted)
	if err != nil {
		return nil, c, false, err
	}
	for ; ; look.expected /= widen {
		if look.region == nil {
			look.since = st.since(look.expected, search.MaxCounted, q.Filter.RaisedTo)
		}
		s := &statement{reader: r, now: x.clock.Now(), words: w, look: look, openings: openings}
		sql := s.hitsAndCounts(q, most)
		rows, err := ask[hitAndCountRow](ctx, x.db, sql, s.args)
		if err != nil {
			return nil, c, false, err
		}
		hits, counts := []hitRow{}, []combinationRow{}
		slices.SortFunc(rows, func(a, b hitAndCountRow) int { return cmp.Compare(a.Key, b.Key) })
		for _, row := range rows {
			if row.CaseID != nil {
				hits = append(hits, hitRow{*row.CaseID, row.Private, row.Total})
			} else {
				counts = append(counts, combinationRow{row.Key, row.N})
			}
		}
		c = countedOf(counts)
		if !c.first && !look.all() {
			continue
		}
		if len(hits) > 0 && hits[0].Total >= mostMatched {
			return nil, c, false, nil
		}
		return hits, c, true, x.privately(ctx, r, hits)
	}
}

// smallReach is the part of all cases up to which the index of words is asked
// for the reader's scopes, and with how many scopes at most.
const (
	smallReach = 0.5
	fewScopes  = 64
)

// apart is how many cases with a word the index of words finds while the words
// of one case are read, which was found otherwise.
const apart = 3

// fewOf is the part of the cases within reach up to which those of some
// profiles are looked up one by one. Of more, the newest of all are read: they
// share pages.
const fewOf = 0.05

// look decides where a search looks for so many matches: the way on which it
// passes the fewest cases that do not match.
func (x *Index) look(ctx context.Context, r search.Reader, st *statistics, w words, f search.Filter, needed int) (look, error) {
	reach := st.reach(r.Scopes)
	l := look{expected: st.rows * w.part * reach}
	if !r.Person.IsZero() {
		return look{}, nil // their own cases are few
	}
	if w.asked != "" {
		l.scopeMarks = len(r.Scopes) > 0 && len(r.Scopes) <= fewScopes && st.rows*w.part > common && reach < smallReach
	}
	if f.Within != nil || f.Near != nil {
		box := core.Box{}
		if f.Within != nil {
			box = *f.Within
		} else {
			box = f.Near.Box()
		}
		region := regionAround(box)
		n, err := x.inRegion(ctx, r, region)
		if err != nil {
			return l, err
		}
		if n <= common && !(w.asked != "" && st.cheaper(l.expected, needed, n)) {
			l.region = &region
			return l, nil
		}
		l.expected *= min(1, float64(n)/max(1, st.rows*reach))
	}
	if f.Assignee != "" && f.Assignee != search.AssigneeNone {
		l.assignee = f.Assignee
		if l.assignee == search.AssigneeMe {
			l.assignee = search.Assignee(r.Staff)
		}
		l.expected = 0 // nobody has so many that they had to be guessed at
		return l, nil
	}
	if !narrowsProfile(f) {
		return l, nil
	}
	ids, part, err := x.profilesLike(ctx, r, st, f)
	if err != nil {
		return l, err
	}
	within := part / max(reach, 1e-6) // of the cases within reach
	l.expected *= min(1, within)
	// Either way passes cases in vain: those of the profiles without the words,
	// or those with the words of other profiles.
	byProfile, byWords := min(st.rows*part, float64(needed)/max(w.part, 1e-6)), min(st.rows*w.part*reach, float64(needed)/max(within, 1e-6))
	switch {
	case w.asked != "" && byProfile*apart < byWords, w.asked == "" && within < fewOf:
		l.profiles = ids
	}
	return l, nil
}

func narrowsProfile(f search.Filter) bool {
	if f.Overdue {
		return true
	}
	for _, filter := range profileFilters(f) {
		if len(filter.of) > 0 {
			return true
		}
	}
	return false
}

// profilesLike finds the profiles that a filter lets through, never nil, and
// guesses which part of all cases has them.
func (x *Index) profilesLike(ctx context.Context, r search.Reader, st *statistics, f search.Filter) ([]int32, float64, error) {
	rows, err := postgres.All[profileIDRow](ctx, x.db.Pool(), selectProfilesOf, r.Scopes, f.Types, f.Subtypes, textOf(f.Kinds), f.Statuses, f.Stages,
		f.Groups, f.Priorities, f.Channels, f.Overdue)
	if err != nil {
		return nil, 0, fmt.Errorf("find what a filter lets through: %w", err)
	}
	ids := make([]int32, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return ids, st.profiled(ids), nil
}

type profileIDRow struct{ ID int32 }

// inRegion counts the cases within the reader's scopes in a part of the map.
func (x *Index) inRegion(ctx context.Context, r search.Reader, region region) (int, error) {
	var n int
	if err := x.db.Pool().QueryRow(ctx, countRegion, region.zoom, region.codes, r.Scopes).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the cases of a region: %w", postgres.Translate(err))
	}
	return n, nil
}

// few finds some of the cases that match as it was typed, up to enough of them.
// What matches is decided within the reader's own reach, so that it tells
// nothing about anybody else's.
func (x *Index) few(ctx context.Context, r search.Reader, st *statistics, w words) ([]core.CaseID, error) {
	const needed = 10 * enough
	openings, err := x.openedTo(ctx, r)
	if err != nil {
		return nil, err
	}
	look, err := x.look(ctx, r, st, w, search.Filter{}, needed)
	if err != nil {
		return nil, err
	}
	for ; ; look.expected /= widen {
		look.since = st.since(look.expected, needed, time.Time{})
		s := &statement{reader: r, now: x.clock.Now(), words: w, look: look, openings: openings}
		sql := s.some(enough)
		rows, err := ask[someRow](ctx, x.db, sql, s.args)
		if err != nil {
			return nil, fmt.Errorf("look for exact matches: %w", err)
		}
		if len(rows) >= enough || look.all() {
			ids := make([]core.CaseID, len(rows))
			for i, row := range rows {
				ids[i] = row.CaseID
			}
			return ids, nil
		}
		if len(rows) == 0 {
			look.expected = 0
		}
	}
}

// someRow is one case.
type someRow struct{ CaseID core.CaseID }
