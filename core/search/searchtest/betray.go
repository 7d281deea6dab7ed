package searchtest

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
)

// Sizes of the towns that are compared: enough cases for clusters to form for
// those who see much.
const (
	townSize    = 900
	townQueries = 8 // of each reader
)

// betrays compares every presentation of many random searches of many random
// readers with what permissions and cases say: nobody is told by a result, a
// count, a facet, a cluster, a pin or a suggestion of a case they may not see,
// and nobody misses one that they may.
func betrays(c *council) {
	w := newTown(c, 7, townSize)
	c.Rebuild(c.T)
	w.compare("made anew")

	all := slices.SortedFunc(maps.Values(w.cases), func(a, b *townCase) int { return a.facts.RaisedAt.Compare(b.facts.RaisedAt) })
	for i, cs := range all {
		switch i % 9 {
		case 0: // changes hands, kind, place, or becomes a secret
			w.roll(cs)
			w.store(cs)
		case 1:
			w.note(cs, pick(w.r, []core.Audience{core.Public, core.Staff, core.Private}), pick(w.r, townWords))
		case 2:
			if i%4 == 0 {
				w.remove(cs)
			}
		case 3:
			w.grant(cs)
		}
	}
	for range 30 {
		w.addCase()
	}
	c.Follow(c.T)
	w.compare("followed")
}

func (w *town) compare(when string) {
	w.Helper()
	for _, reader := range w.readers {
		reach, err := w.Cases.ReachOf(w.Context(), reader.Actor, core.MayView)
		if err != nil {
			w.Fatal(err)
		}
		r := search.Reader{Scopes: reach.Scopes, Staff: reader.ID, Groups: reach.Groups}
		for i := range townQueries {
			word := ""
			if i%4 != 0 {
				word = pick(w.r, townWords)
			}
			f := search.Filter{}
			for range i % 4 {
				w.narrow(&f)
			}
			q := search.Query{Filter: f, Order: search.ByNewest}
			if word != "" {
				q.Terms = terms(w.council, `"`+word+`"`)
			}
			one := asked{w, reader, r, word, q, fmt.Sprintf("%s: %s of %v looks for %q with %s", when, reader.Name, reader.groups, word, describe(f))}
			one.hits()
			one.facets()
			one.list()
			one.places()
			if word != "" {
				one.suggestions()
			}
			if w.Failed() {
				return
			}
		}
	}
}

// narrow adds a random part to a filter.
func (w *town) narrow(f *search.Filter) {
	around := w.Clock.Now()
	switch w.r.IntN(15) {
	case 0:
		f.Types = some(w.r, keysOf(w.types), 2)
	case 1:
		f.Subtypes = some(w.r, []string{"waste", "roads", ""}, 2)
	case 2:
		f.Kinds = some(w.r, core.StatusKinds(), 3)
	case 3:
		f.Statuses = some(w.r, keysOf(townStatuses), 3)
	case 4:
		f.Stages = []string{"stage-2"}
	case 5:
		f.Groups = some(w.r, townGroups, 2)
	case 6:
		f.Priorities = some(w.r, townPriorities, 2)
	case 7:
		for _, channel := range some(w.r, core.Channels(), 3) {
			f.Channels = append(f.Channels, string(channel))
		}
	case 8:
		f.Assignee = pick(w.r, []search.Assignee{search.AssigneeMe, search.AssigneeNone, search.Assignee(w.readers[1].ID)})
	case 9:
		f.Overdue = true
	case 10:
		f.DueFrom, f.DueTo = around.AddDate(0, 0, -3), around.AddDate(0, 0, 2)
	case 11:
		f.RaisedFrom, f.RaisedTo = around.AddDate(0, 0, -20), around.AddDate(0, 0, -4)
	case 12:
		f.ClosedFrom, f.ClosedTo = around.AddDate(0, 0, -30), around.AddDate(0, 0, -1)
	case 13:
		if w.r.IntN(2) == 0 {
			f.Within = &core.Box{South: 51.48, West: -0.15, North: 51.48 + 0.06*w.r.Float64(), East: -0.15 + 0.1*w.r.Float64()}
		} else {
			f.Near = w.circle()
		}
	default:
		if f.Fields == nil {
			f.Fields = map[string][]string{}
		}
		key := pick(w.r, []string{"colour", "shades", "blocked", "depth", "seen", "asset", "remark"})
		f.Fields[key] = map[string][]string{
			"colour": some(w.r, townColours, 2), "shades": some(w.r, townColours, 2), "blocked": {"true"}, "depth": {"1", "2"}, "seen": {"2026-03-01"},
			"asset": {search.Fold("pole 17")}, "remark": {search.Fold("pole 17")},
		}[key]
	}
}

// circle is one with no case near its edge: engines differ by a few metres in
// how round they take the earth to be.
func (w *town) circle() *core.Circle {
	for {
		c := core.Circle{Centre: core.Point{Lat: 51.5, Lng: -0.12}, Metres: 500 + 4000*w.r.Float64()}
		clear := true
		for _, cs := range w.cases {
			if cs.facts.Place != nil && math.Abs(c.Centre.Metres(*cs.facts.Place)-c.Metres) < c.Metres/200 {
				clear = false
			}
		}
		if clear {
			return &c
		}
	}
}

// describe names what a filter narrows.
func describe(f search.Filter) string {
	var out []string
	v := reflect.ValueOf(f)
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			out = append(out, fmt.Sprintf("%s %v", v.Type().Field(i).Name, reflect.Indirect(v.Field(i))))
		}
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// asked is one search of one reader.
type asked struct {
	*town
	reader *townReader
	as     search.Reader
	word   string
	query  search.Query
	name   string
}

// answer is the cases that the search finds by the rules, newest first.
func (a asked) answer(f search.Filter) (found []*townCase, private map[core.CaseID]bool) {
	private = map[core.CaseID]bool{}
	for _, cs := range a.cases {
		view, secrets := a.sees(a.reader, cs)
		if view && (a.word == "" || cs.has(a.word, secrets)) && a.passes(cs, f) {
			found = append(found, cs)
			private[cs.id] = secrets
		}
	}
	slices.SortFunc(found, func(a, b *townCase) int { return b.facts.RaisedAt.Compare(a.facts.RaisedAt) })
	return found, private
}

func (a asked) passes(cs *townCase, f search.Filter) bool {
	s := cs.facts
	in := func(value string, keys []string) bool { return len(keys) == 0 || slices.Contains(keys, value) }
	if !in(s.Type, f.Types) || !in(s.Subtype, f.Subtypes) || !in(s.Status, f.Statuses) || !in(s.Stage, f.Stages) || !in(s.Group, f.Groups) ||
		!in(s.Priority, f.Priorities) || !in(string(s.Channel), f.Channels) || len(f.Kinds) > 0 && !slices.Contains(f.Kinds, s.Kind) {
		return false
	}
	switch f.Assignee {
	case "":
	case search.AssigneeMe:
		if s.Assignee.String() != a.reader.ID {
			return false
		}
	case search.AssigneeNone:
		if !s.Assignee.IsZero() {
			return false
		}
	default:
		if s.Assignee.String() != string(f.Assignee) {
			return false
		}
	}
	if f.Overdue && !a.overdue(cs) {
		return false
	}
	if !f.RaisedFrom.IsZero() && s.RaisedAt.Before(f.RaisedFrom) || !f.RaisedTo.IsZero() && !s.RaisedAt.Before(f.RaisedTo) ||
		!f.DueFrom.IsZero() && (s.DueAt.IsZero() || s.DueAt.Before(f.DueFrom)) || !f.DueTo.IsZero() && (s.DueAt.IsZero() || !s.DueAt.Before(f.DueTo)) ||
		!f.ClosedFrom.IsZero() && (s.ClosedAt.IsZero() || s.ClosedAt.Before(f.ClosedFrom)) || !f.ClosedTo.IsZero() && (s.ClosedAt.IsZero() || !s.ClosedAt.Before(f.ClosedTo)) {
		return false
	}
	if f.Within != nil && (s.Place == nil || !f.Within.Contains(*s.Place)) || f.Near != nil && (s.Place == nil || !f.Near.Contains(*s.Place)) {
		return false
	}
	for key, wanted := range f.Fields {
		if !slices.ContainsFunc(cs.values[key], func(v string) bool { return slices.Contains(wanted, v) }) {
			return false
		}
	}
	return true
}

func (a asked) overdue(cs *townCase) bool {
	return cs.facts.Kind.IsOpen() && !cs.facts.DueAt.IsZero() && cs.facts.DueAt.Before(a.Clock.Now())
}

// hits compares all pages of results.
func (a asked) hits() {
	a.Helper()
	want, private := a.answer(a.query.Filter)
	got := map[core.CaseID]bool{}
	for page := 1; page == 1 || (page-1)*search.PageSize < len(want); page++ {
		q := a.query
		q.Page = page
		found, err := a.Index.Search(a.Context(), a.as, q)
		if err != nil {
			a.Fatalf("%s: %v", a.name, err)
		}
		if found.Total != len(want) || found.More {
			a.Errorf("%s: %d in all, want %d", a.name, found.Total, len(want))
		}
		for _, h := range found.Hits {
			got[h.Case] = true
			if h.Private != private[h.Case] {
				a.Errorf("%s: private words of %s are read: %v", a.name, h.Case, h.Private)
			}
		}
	}
	a.same("results", got, want)
}

func (a asked) same(what string, got map[core.CaseID]bool, want []*townCase) {
	a.Helper()
	missing := 0
	for _, cs := range want {
		if !got[cs.id] {
			missing++
		}
		delete(got, cs.id)
	}
	if missing > 0 || len(got) > 0 {
		a.Errorf("%s: of %d %s %d are missing, and %d too many", a.name, len(want), what, missing, len(got))
	}
}

// facets compares every facet: each is counted with all narrowings but its own.
func (a asked) facets() {
	a.Helper()
	q := a.query
	q.Facets, q.Page = true, 1
	found, err := a.Index.Search(a.Context(), a.as, q)
	if err != nil {
		a.Fatalf("%s: %v", a.name, err)
	}
	for facet, of := range map[search.Facet]struct {
		without func(*search.Filter)
		key     func(*townCase) string
	}{
		search.FacetType:     {func(f *search.Filter) { f.Types = nil }, func(cs *townCase) string { return cs.facts.Type }},
		search.FacetSubtype:  {func(f *search.Filter) { f.Subtypes = nil }, func(cs *townCase) string { return cs.facts.Subtype }},
		search.FacetKind:     {func(f *search.Filter) { f.Kinds = nil }, func(cs *townCase) string { return string(cs.facts.Kind) }},
		search.FacetStatus:   {func(f *search.Filter) { f.Statuses = nil }, func(cs *townCase) string { return cs.facts.Status }},
		search.FacetStage:    {func(f *search.Filter) { f.Stages = nil }, func(cs *townCase) string { return cs.facts.Stage }},
		search.FacetGroup:    {func(f *search.Filter) { f.Groups = nil }, func(cs *townCase) string { return cs.facts.Group }},
		search.FacetPriority: {func(f *search.Filter) { f.Priorities = nil }, func(cs *townCase) string { return cs.facts.Priority }},
		search.FacetChannel:  {func(f *search.Filter) { f.Channels = nil }, func(cs *townCase) string { return string(cs.facts.Channel) }},
		search.FacetAssignee: {func(f *search.Filter) { f.Assignee = "" }, func(cs *townCase) string {
			switch {
			case cs.facts.Assignee.IsZero():
				return string(search.AssigneeNone)
			case cs.facts.Assignee.String() == a.reader.ID:
				return string(search.AssigneeMe)
			}
			return ""
		}},
		search.FacetDue: {func(f *search.Filter) { f.Overdue = false }, func(cs *townCase) string {
			if a.overdue(cs) {
				return "overdue"
			}
			return ""
		}},
	} {
		f := a.query.Filter
		of.without(&f)
		cases, _ := a.answer(f)
		want := map[string]int{}
		for _, cs := range cases {
			want[of.key(cs)]++
		}
		// What is "" has no key to narrow by, and nought may be said or not.
		got := maps.Clone(found.Counts[facet])
		for _, m := range []map[string]int{want, got} {
			maps.DeleteFunc(m, func(key string, n int) bool { return key == "" || n == 0 })
		}
		if !maps.Equal(got, want) {
			a.Errorf("%s: the facet %s is counted as %v, want %v", a.name, facet, got, want)
		}
	}
}

// list compares a walk through everything, if the engine has one.
func (a asked) list() {
	a.Helper()
	lister, ok := a.Index.(search.Lister)
	if !ok {
		return
	}
	want, _ := a.answer(a.query.Filter)
	var ids []core.CaseID
	for {
		var after core.CaseID
		if len(ids) > 0 {
			after = ids[len(ids)-1]
		}
		page, err := lister.List(a.Context(), a.as, a.query, after, 37)
		if err != nil {
			a.Fatalf("%s: %v", a.name, err)
		}
		ids = append(ids, page...)
		if len(page) < 37 || len(ids) > 2*len(want)+100 {
			break
		}
	}
	ordered := len(ids) == len(want)
	for i := range min(len(ids), len(want)) {
		ordered = ordered && ids[i] == want[i].id
	}
	if !ordered {
		a.Errorf("%s: a walk through all finds %d, want %d, newest first", a.name, len(ids), len(want))
	}
}

// suggestions are some of what is found, and something where anything is.
func (a asked) suggestions() {
	a.Helper()
	f := a.query.Filter
	a.query.Filter = search.Filter{}
	want, _ := a.answer(search.Filter{})
	a.query.Filter = f
	const limit = 6
	hits, err := a.Index.Suggest(a.Context(), a.as, a.query.Terms, limit)
	if err != nil {
		a.Fatalf("%s: %v", a.name, err)
	}
	if len(hits) != min(limit, len(want)) {
		a.Errorf("%s: %d suggestions of %d that there are", a.name, len(hits), len(want))
	}
	for _, h := range hits {
		if !slices.ContainsFunc(want, func(cs *townCase) bool { return cs.id == h.Case }) {
			a.Errorf("%s: %s is suggested", a.name, h.Case)
		}
	}
}

// places compares maps: the whole town, and a random part of it. Its edges are
// those of cells but for a hair, so that no engine has to say what it does with
// half a cell.
func (a asked) places() {
	a.Helper()
	const hair = 1e-9
	for _, zoom := range []int{10 + a.r.IntN(3), 13 + a.r.IntN(6)} {
		centre := core.Point{Lat: 51.5 + 0.01*a.r.NormFloat64(), Lng: -0.12 + 0.01*a.r.NormFloat64()}
		around := core.CellAt(centre, zoom)
		wide := int32(2 + a.r.IntN(12))
		north, south := around, around
		north.X, north.Y, south.X, south.Y = north.X-wide, north.Y-wide, south.X+wide, south.Y+wide
		v := search.View{Zoom: zoom, Box: core.Box{
			South: south.Box().South + hair, West: north.Box().West + hair, North: north.Box().North - hair, East: south.Box().East - hair,
		}}
		a.view(v)
	}
}

func (a asked) view(v search.View) {
	a.Helper()
	all, _ := a.answer(a.query.Filter)
	inView := slices.DeleteFunc(all, func(cs *townCase) bool { return cs.facts.Place == nil || !v.Box.Contains(*cs.facts.Place) })
	got, err := a.Index.Map(a.Context(), a.as, a.query, v)
	if err != nil {
		a.Fatalf("%s: %v", a.name, err)
	}
	name := fmt.Sprintf("%s, on a map at zoom %d", a.name, v.Zoom)
	if got.Total != len(inView) || got.First {
		a.Errorf("%s: %d in view, want %d", name, got.Total, len(inView))
	}
	if len(inView) <= search.MaxPins {
		pins := map[core.CaseID]bool{}
		for _, p := range got.Pins {
			pins[p.Case] = true
			if cs := a.cases[p.Case]; cs == nil || cs.facts.Place == nil || cs.facts.Place.Metres(p.At) > 1 {
				a.Errorf("%s: a pin of %s stands at %v", name, p.Case, p.At)
			}
		}
		a.same("pins", pins, inView)
		return
	}
	type sum struct {
		n     int
		kinds map[core.StatusKind]int
	}
	want := map[core.Cell]*sum{}
	for _, cs := range inView {
		cell := core.CellAt(*cs.facts.Place, v.Zoom)
		if want[cell] == nil {
			want[cell] = &sum{kinds: map[core.StatusKind]int{}}
		}
		want[cell].n++
		want[cell].kinds[cs.facts.Kind]++
	}
	if len(got.Clusters) != len(want) || len(got.Pins) > 0 {
		a.Errorf("%s: %d clusters and %d pins, want %d clusters", name, len(got.Clusters), len(got.Pins), len(want))
	}
	for i, cluster := range got.Clusters {
		if i > 0 && cmp.Compare(got.Clusters[i-1].N, cluster.N) < 0 {
			a.Errorf("%s: the clusters are not sorted", name)
		}
		box := cluster.Box
		cell := core.CellAt(core.Point{Lat: (box.South + box.North) / 2, Lng: (box.West + box.East) / 2}, v.Zoom)
		is := want[cell]
		if is == nil || is.n != cluster.N || !maps.Equal(is.kinds, cluster.Kinds) || !box.Contains(cluster.Centre) {
			a.Errorf("%s: the cluster of %v is %+v, want %+v", name, cell, cluster, is)
		}
	}
}
