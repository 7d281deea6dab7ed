package postgresindex

import (
	"context"
	"fmt"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
)

// placeRow is one match with its place.
type placeRow struct {
	CaseID    core.CaseID
	ProfileID int32
	Lng, Lat  float64
}

// cellRow is one square of the map.
type cellRow struct {
	Cell                                       int64
	Starts, Opens, Waitings, Resolveds, Finals int
	Lat, Lng                                   float64 // the middle of its cases
}

// Map implements [search.Index].
func (x *Index) Map(ctx context.Context, r search.Reader, q search.Query, v search.View) (search.Mapped, error) {
	v = v.Fit()
	mapped, err := x.maps.do(ctx, keyOf(r, q.Terms, q.Filter, v), func(ctx context.Context) (search.Mapped, error) {
		if isCounted(r, q, v) {
			return x.fromCells(ctx, r, q.Filter, v)
		}
		return x.fromMatches(ctx, r, q, v)
	})
	if err != nil {
		return search.Mapped{}, fmt.Errorf("map results: %w", err)
	}
	return mapped, nil
}

// isCounted reports whether the cells know the answer: they know scopes, and
// with them types and groups, and kinds of status.
func isCounted(r search.Reader, q search.Query, v search.View) bool {
	f := q.Filter
	f.Types, f.Groups, f.Kinds = nil, nil, nil
	return r.Person.IsZero() && q.Terms.IsZero() && f.IsZero() && v.Zoom <= deepest
}

// fromCells answers from what is counted already, and from the cases when they
// are few.
func (x *Index) fromCells(ctx context.Context, r search.Reader, f search.Filter, v search.View) (search.Mapped, error) {
	all, _ := reasons()
	rows, err := postgres.All[cellRow](ctx, x.db.Pool(), selectCells, v.Zoom, regionOf(v).codes, r.Scopes, f.Types, f.Groups)
	if err != nil {
		return search.Mapped{}, err
	}
	single, err := postgres.All[placeRow](ctx, x.db.Pool(), selectOpenedPlaces, r.Staff, r.Groups, all, r.Scopes)
	if err != nil {
		return search.Mapped{}, err
	}
	beside, err := x.located(ctx, single, func(p *profile) bool {
		return isOneOf(p.TypeKey, f.Types) && isOneOf(p.GroupKey, f.Groups) && isOneOf(string(p.StatusKind), textOf(f.Kinds))
	})
	if err != nil {
		return search.Mapped{}, err
	}
	beside = slices.DeleteFunc(beside, func(l search.Located) bool { return !v.Has(l.At) })

	sums := map[core.Cell]*search.Cluster{}
	var out search.Mapped
	sumOf := func(c core.Cell) *search.Cluster {
		if sums[c] == nil {
			sums[c] = &search.Cluster{Box: c.Box(), Kinds: map[core.StatusKind]int{}}
		}
		return sums[c]
	}
	for _, row := range rows {
		n, sum := 0, (*search.Cluster)(nil)
		for kind, of := range row.kinds() {
			if of > 0 && isOneOf(string(kind), textOf(f.Kinds)) {
				sum = sumOf(cellOf(v.Zoom, row.Cell))
				sum.Kinds[kind] += of
				n += of
			}
		}
		if n > 0 {
			sum.N += n
			sum.Centre.Lat += row.Lat * float64(n)
			sum.Centre.Lng += row.Lng * float64(n)
			out.Total += n
		}
	}
	if out.Total+len(beside) <= search.MaxPins {
		return x.fromMatches(ctx, r, search.Query{Filter: f}, v)
	}
	for _, l := range beside {
		sum := sumOf(core.CellAt(l.At, v.Zoom))
		sum.N++
		sum.Kinds[l.Kind]++
		sum.Centre.Lat += l.At.Lat
		sum.Centre.Lng += l.At.Lng
		out.Total++
	}
	out.Clusters = largest(sums)
	return out, nil
}

// largest makes clusters of sums, whose centres are sums of places still: as
// many of the largest as a map shows.
func largest[K comparable](sums map[K]*search.Cluster) []search.Cluster {
	var out []search.Cluster
	for _, sum := range sums {
		sum.Centre.Lat /= float64(sum.N)
		sum.Centre.Lng /= float64(sum.N)
		out = append(out, *sum)
	}
	search.SortClusters(out)
	return out[:min(len(out), search.MaxClusters)]
}

func (row cellRow) kinds() map[core.StatusKind]int {
	return map[core.StatusKind]int{
		core.StatusStart: row.Starts, core.StatusOpen: row.Opens, core.StatusWaiting: row.Waitings,
		core.StatusResolved: row.Resolveds, core.StatusFinal: row.Finals,
	}
}

// fromMatches answers from the matches themselves: the first so many within
// the view.
func (x *Index) fromMatches(ctx context.Context, r search.Reader, q search.Query, v search.View) (search.Mapped, error) {
	st, err := x.statistics(ctx)
	if err != nil {
		return search.Mapped{}, err
	}
	w, err := x.readForgiving(ctx, r, st, q.Terms)
	if err != nil {
		return search.Mapped{}, err
	}
	look, err := x.look(ctx, r, st, w, q.Filter, search.MaxCounted)
	if err != nil {
		return search.Mapped{}, err
	}
	if r.Person.IsZero() && look.region == nil {
		region := regionOf(v)
		n, err := x.inRegion(ctx, r, region)
		if err != nil {
			return search.Mapped{}, err
		}
		if w.asked == "" && n <= common || float64(n) < look.expected && !(w.asked != "" && st.cheaper(look.expected, search.MaxCounted, n)) {
			look.region, look.profiles, look.assignee = &region, nil, ""
		}
		look.expected *= min(1, float64(n)/max(1, st.rows*st.reach(r.Scopes)))
	}
	openings, err := x.openedTo(ctx, r)
	if err != nil {
		return search.Mapped{}, err
	}
	for ; ; look.expected /= widen {
		if look.region == nil {
			look.since = st.since(look.expected, search.MaxCounted, q.Filter.RaisedTo)
		}
		s := &statement{reader: r, now: x.clock.Now(), words: w, look: look, view: grown(v.Whole()), openings: openings}
		sql := s.squares(q.Filter, v.Zoom, search.MaxCounted)
		rows, err := ask[squareRow](ctx, x.db, sql, s.args)
		if err != nil {
			return search.Mapped{}, err
		}
		matched := 0
		for _, row := range rows {
			matched += row.N
		}
		if matched < search.MaxCounted && !look.all() {
			continue
		}
		if out := clustersOf(rows, v); out.Total > search.MaxPins {
			out.First = matched >= search.MaxCounted
			return out, nil
		}
		return x.pins(ctx, &statement{reader: r, now: s.now, words: w, look: look, view: s.view, openings: openings}, q.Filter, v)
	}
}

// squareRow is how many matches of one kind a square of the map has.
type squareRow struct {
	Cell     int64
	Kind     core.StatusKind
	N        int
	Lat, Lng float64 // summed
}

// clustersOf draws the squares that are in view.
func clustersOf(rows []squareRow, v search.View) search.Mapped {
	var out search.Mapped
	sums := map[int64]*search.Cluster{}
	for _, row := range rows {
		cell := cellOf(v.Zoom, row.Cell)
		if !v.Shows(cell) {
			continue
		}
		sum := sums[row.Cell]
		if sum == nil {
			sum = &search.Cluster{Box: cell.Box(), Kinds: map[core.StatusKind]int{}}
			sums[row.Cell] = sum
		}
		sum.N += row.N
		sum.Kinds[row.Kind] += row.N
		sum.Centre.Lat += row.Lat
		sum.Centre.Lng += row.Lng
		out.Total += row.N
	}
	out.Clusters = largest(sums)
	return out
}

// pins reads single matches, few enough to be shown as they are.
func (x *Index) pins(ctx context.Context, s *statement, f search.Filter, v search.View) (search.Mapped, error) {
	sql := s.places(f, search.MaxCounted)
	rows, err := ask[placeRow](ctx, x.db, sql, s.args)
	if err != nil {
		return search.Mapped{}, err
	}
	matches, err := x.located(ctx, rows, func(*profile) bool { return true })
	if err != nil {
		return search.Mapped{}, err
	}
	return search.Clustered(matches, v), nil
}

// hair is a few millimetres: cells end where they end, and the last of a
// number's digits must not lose a case on the line.
const hair = 1e-7

func grown(b core.Box) *core.Box {
	return &core.Box{South: b.South - hair, West: b.West - hair, North: b.North + hair, East: b.East + hair}
}

// located names the kind of each match, of those wanted.
func (x *Index) located(ctx context.Context, rows []placeRow, wanted func(*profile) bool) ([]search.Located, error) {
	ids := make([]int32, 0, len(rows))
	seen := map[int32]bool{}
	for _, row := range rows {
		if !seen[row.ProfileID] {
			seen[row.ProfileID] = true
			ids = append(ids, row.ProfileID)
		}
	}
	profiles, err := x.profilesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]search.Located, 0, len(rows))
	for _, row := range rows {
		if p := profiles[row.ProfileID]; p != nil && wanted(p) {
			out = append(out, search.Located{Pin: search.Pin{Case: row.CaseID, At: core.Point{Lat: row.Lat, Lng: row.Lng}}, Kind: p.StatusKind})
		}
	}
	return out, nil
}
