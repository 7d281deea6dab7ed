package postgresindex

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
)

// statement writes one search as SQL, collecting its arguments. Everything
// that was typed is an argument; the text is made of the constants here.
type statement struct {
	reader   search.Reader
	now      time.Time
	words    words
	look     look
	view     *core.Box // what a map shows; nil for lists
	openings opened    // to the reader
	args     []any
}

// look is where matches are looked for: among all cases or those raised from or
// until an instant, and there by their words or scopes, or in a region of the
// map, or among those of some profiles, or of somebody.
type look struct {
	since, until time.Time
	region       *region
	profiles     []int32         // when not nil
	assignee     search.Assignee // when not ""
	scopeMarks   bool            // the scopes are few among many: the index of words knows them
	expected     float64         // guess: how many matches there are
}

// all reports whether the whole index is looked at.
func (l look) all() bool { return l.since.IsZero() && l.until.IsZero() }

// person is whose cases are looked at; nobody's when there is nobody of that
// name.
func (l look) person() core.StaffID {
	id, err := core.ParseID[core.StaffID](string(l.assignee))
	if err != nil {
		return core.StaffID{}
	}
	return id
}

// arg adds an argument and returns its place.
func (s *statement) arg(v any) string {
	s.args = append(s.args, v)
	return fmt.Sprintf("$%d", len(s.args))
}

// order is how candidates are cut off and how results are sorted.
type order struct{ inner, outer string }

// orders by name. The best match is looked for among the newest of the
// matches.
var orders = map[search.Order]order{
	search.ByBest:   {"s.raised_at DESC, s.case_id DESC", "h.exact DESC, h.rank DESC, h.raised_at DESC, h.case_id DESC"},
	search.ByNewest: {"s.raised_at DESC, s.case_id DESC", "h.raised_at DESC, h.case_id DESC"},
	search.ByOldest: {"s.raised_at, s.case_id", "h.raised_at, h.case_id"},
	search.ByDue:    {"coalesce(s.due_at, 'infinity'), s.case_id", "coalesce(h.due_at, 'infinity'), h.case_id"},
}

// facts of a case are what it is narrowed, counted and sorted by.
const facts = "s.case_id, s.profile_id, s.raised_at, s.due_at, s.assignee_id, s.place, s.cell"

// row is all of a case that a search may ask for. Words are stored apart from
// it: to pass them on costs nothing until they are read.
const row = facts + ", s.scope_id, s.closed_at, s.public, s.staff, s.private"

// ranked is how many of the newest matches are sorted by how well they match.
// To read the words of one takes ten times as long as to find it.
const ranked = 200

// mostMatched is how many matches are passed on at most, unsorted, to be
// counted and sorted. There are more only when the database is very wrong about
// how often a word is.
const mostMatched = 3 * search.MaxCounted

// hits selects one page of results, each with how many there are in all.
func (s *statement) hits(q search.Query, most int) string {
	found := s.candidates(s.conditions(q.Filter)+s.narrowings(q.Filter), orders[s.order(q)].inner, most)
	return fmt.Sprintf(`SELECT h.case_id, h.private, count(*) OVER ()::int AS total FROM (%s) h %s`, s.best(q, found), s.page(q))
}

// hitsAndCounts selects one page of the newest or best results, numbered by
// their keys, and, in rows without a case, what [statement.counts] does. The
// matches are found once.
func (s *statement) hitsAndCounts(q search.Query, most int) string {
	newest := fmt.Sprintf("SELECT * FROM m s ORDER BY %s LIMIT %d", orders[search.ByNewest].inner, most)
	return fmt.Sprintf(`WITH m AS MATERIALIZED (%s)
(SELECT h.case_id, h.private, (SELECT count(*) FROM m)::int AS total, row_number() OVER (ORDER BY %s) AS key, 0 AS n FROM (%s) h %s)
UNION ALL SELECT NULL, false, 0, g.key, g.n FROM (%s) g`,
		s.candidates(s.conditions(q.Filter), "", mostMatched), orders[s.order(q)].outer, s.best(q, newest), s.page(q),
		s.combined(q.Filter, fmt.Sprintf("SELECT * FROM m LIMIT %d", search.MaxCounted)))
}

// order is the one in which results are sorted in the end.
func (s *statement) order(q search.Query) search.Order {
	if q.Order == search.ByBest && s.words.asked == "" {
		return search.ByNewest
	}
	return q.Order
}

// best says of each match how good it is: the few that have the words as they
// were typed come first, then the newest by how well they match.
func (s *statement) best(q search.Query, found string) string {
	if s.order(q) != search.ByBest {
		return found
	}
	exact := "true"
	if s.words.exactly != nil {
		exact = "m.case_id = ANY (" + s.arg(s.words.exactly) + "::uuid[])"
	}
	return fmt.Sprintf(`SELECT m.*, %s AS exact,
	CASE WHEN row_number() OVER (ORDER BY m.raised_at DESC, m.case_id DESC) <= %d THEN ts_rank(m.words, %s::text::tsquery, 1) ELSE -1 END AS rank
	FROM (%s) m`, exact, ranked, s.arg(s.words.asked), found)
}

// page sorts results and takes one page of them.
func (s *statement) page(q search.Query) string {
	return fmt.Sprintf("ORDER BY %s LIMIT %d OFFSET %s", orders[s.order(q)].outer, search.PageSize, s.arg((max(1, q.Page)-1)*search.PageSize))
}

// vector is the words of a case that the reader may read.
func (s *statement) vector(private string) string {
	if !s.reader.Person.IsZero() {
		return "coalesce(s.public, s.staff)"
	}
	return "CASE WHEN " + private + " THEN coalesce(s.private, s.staff) ELSE s.staff END"
}

// some selects some of the matches.
func (s *statement) some(limit int) string {
	return fmt.Sprintf(`SELECT h.case_id FROM (%s) h`, s.candidates("", "", limit))
}

// list selects identifiers in order.
func (s *statement) list(f search.Filter, after *listed, limit int) string {
	conditions := s.conditions(f) + s.narrowings(f)
	if after != nil {
		conditions += and(fmt.Sprintf("(s.raised_at, s.case_id) < (%s::timestamptz, %s::uuid)", s.arg(after.RaisedAt), s.arg(after.CaseID)))
	}
	return fmt.Sprintf(`SELECT h.case_id, h.raised_at FROM (%s) h ORDER BY h.raised_at DESC, h.case_id DESC LIMIT %d`,
		s.candidates(conditions, orders[search.ByNewest].inner, limit), limit)
}

// counts selects how many matches there are of each combination that facets
// count, narrowings by facets aside.
func (s *statement) counts(f search.Filter) string {
	return s.combined(f, s.candidates(s.conditions(f), "", search.MaxCounted))
}

// combined counts matches by combination, each as one number: see
// [combinationOf].
func (s *statement) combined(f search.Filter, found string) string {
	return fmt.Sprintf(`SELECT h.profile_id::bigint << 4
	| CASE WHEN h.assignee_id IS NULL THEN %d WHEN h.assignee_id = nullif(%s::text, '')::uuid THEN %d ELSE 0 END
	| CASE WHEN h.assignee_id::text = nullif(%s::text, '') THEN %d ELSE 0 END
	| CASE WHEN h.due_at < %s::timestamptz THEN %d ELSE 0 END AS key, count(*)::int AS n
FROM (%s) h GROUP BY 1`, bitNobodys, s.arg(s.reader.Staff), bitMine, s.arg(string(f.Assignee)), bitTheirs, s.arg(s.now), bitLate, found)
}

// inView are the conditions of what a map shows.
func (s *statement) inView(f search.Filter) string {
	return s.conditions(f) + s.narrowings(f) + and("s.cell IS NOT NULL") + and(s.within(*s.view))
}

// places selects matches with their places.
func (s *statement) places(f search.Filter, limit int) string {
	return fmt.Sprintf(`SELECT h.case_id, h.profile_id, h.place[0] AS lng, h.place[1] AS lat FROM (%s) h`,
		s.candidates(s.inView(f), orders[search.ByNewest].inner, limit))
}

// squares sums matches by cell of the map at a zoom level and by kind.
func (s *statement) squares(f search.Filter, zoom, limit int) string {
	return fmt.Sprintf(`SELECT h.cell >> %d AS cell, p.status_kind AS kind, count(*)::int AS n, sum(h.place[1]) AS lat, sum(h.place[0]) AS lng
FROM (%s) h JOIN search_profiles p ON p.id = h.profile_id GROUP BY 1, 2`,
		2*(core.MaxZoom-zoom), s.candidates(s.inView(f), "", limit))
}

// isNobodys is true of cases that nobody has.
const isNobodys = "s.assignee_id IS NULL"

func (s *statement) isMine() string {
	return "s.assignee_id = nullif(" + s.arg(s.reader.Staff) + "::text, '')::uuid"
}

// ofProfiles is true of cases with one of the combinations for which a
// condition holds. Said so, it is no join: the database looks each case up in a
// hash of them, and not along a list of thousands.
func ofProfiles(condition string) string {
	return "(s.profile_id IN (SELECT p.id FROM search_profiles p WHERE " + condition + ")) IS TRUE"
}

func (s *statement) isOverdue() string {
	return "s.due_at < " + s.arg(s.now) + "::timestamptz AND " + ofProfiles("p.status_kind IN ('start', 'open', 'waiting')") // who still wait for something
}

func and(condition string) string {
	if condition == "" {
		return ""
	}
	return " AND " + condition
}

// narrowings are the conditions of a filter that are facets.
func (s *statement) narrowings(f search.Filter) string {
	var profile []string
	var out string
	for _, keys := range profileFilters(f) {
		if len(keys.of) > 0 {
			profile = append(profile, "p."+keys.column+" = ANY ("+s.arg(keys.of)+"::text[])")
		}
	}
	if len(profile) > 0 {
		out += and(ofProfiles(strings.Join(profile, " AND ")))
	}
	switch f.Assignee {
	case "":
	case search.AssigneeMe:
		out += and(s.isMine())
	case search.AssigneeNone:
		out += and(isNobodys)
	default:
		out += and("s.assignee_id::text = " + s.arg(string(f.Assignee)))
	}
	if f.Overdue {
		out += and(s.isOverdue())
	}
	return out
}

// conditions are those of a filter that are no facet.
func (s *statement) conditions(f search.Filter) string {
	var out string
	for _, bound := range []struct {
		condition string
		at        time.Time
	}{
		{"s.raised_at >= ", f.RaisedFrom}, {"s.raised_at < ", f.RaisedTo}, {"s.due_at >= ", f.DueFrom}, {"s.due_at < ", f.DueTo},
		{"s.closed_at >= ", f.ClosedFrom}, {"s.closed_at < ", f.ClosedTo},
	} {
		if !bound.at.IsZero() {
			out += and(bound.condition + s.arg(bound.at) + "::timestamptz")
		}
	}
	if f.Within != nil {
		out += and(s.within(*f.Within))
	}
	if f.Near != nil {
		out += and(s.within(f.Near.Box())) + and(s.near(*f.Near))
	}
	for _, key := range sortedKeys(f.Fields) {
		out += and(fmt.Sprintf("EXISTS (SELECT FROM case_values v WHERE v.case_id = s.case_id AND v.field = %s AND v.value = ANY (%s::text[]))",
			s.arg(key), s.arg(f.Fields[key])))
	}
	return out
}

func sortedKeys(m map[string][]string) []string {
	out := make([]string, 0, len(m))
	for key, values := range m {
		if len(values) > 0 {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

func (s *statement) within(b core.Box) string {
	return fmt.Sprintf("s.place[1] BETWEEN %s AND %s AND s.place[0] BETWEEN %s AND %s", s.arg(b.South), s.arg(b.North), s.arg(b.West), s.arg(b.East))
}

// near is the distance along the earth, as [core.Point.Metres] has it.
func (s *statement) near(c core.Circle) string {
	lat, lng := s.arg(c.Centre.Lat)+"::float8", s.arg(c.Centre.Lng)+"::float8"
	return fmt.Sprintf(`2 * 6371008.8 * asin(sqrt(least(1, sin(radians(s.place[1] - %[1]s) / 2) ^ 2
		+ cos(radians(%[1]s)) * cos(radians(s.place[1])) * sin(radians(s.place[0] - %[2]s) / 2) ^ 2))) <= %[3]s`, lat, lng, s.arg(c.Metres))
}

// candidates selects what matches within the reader's reach, at most limit,
// each case once: the reach counts before the limit does.
func (s *statement) candidates(conditions, by string, limit int) string {
	if by != "" {
		by = " ORDER BY " + by
	}
	end := fmt.Sprintf("%s%s LIMIT %d", conditions, by, limit)
	if !s.reader.Person.IsZero() {
		return s.own(end)
	}
	if len(s.openings.cases) == 0 {
		return s.scoped(end)
	}
	if by == "" {
		// Not cut off in an order: what the duties open is left out of the rest.
		return fmt.Sprintf(`(%s) UNION ALL (%s)`, s.scoped(end), s.opened(" AND NOT ("+s.isScoped()+")"+end))
	}
	// One who has a case by their duties and for another reason too finds it
	// once, with the private words that the reason opens.
	return fmt.Sprintf(`SELECT DISTINCT ON (s.case_id) s.* FROM ((%s) UNION ALL (%s)) s ORDER BY s.case_id, s.private DESC`,
		s.scoped(end), s.opened(end))
}

// own are the cases of a customer, by the words they may read.
func (s *statement) own(end string) string {
	return fmt.Sprintf(`SELECT %s, %s AS words, false AS private FROM cases c JOIN case_search s ON s.case_id = c.id WHERE c.requester_id = %s%s%s`,
		facts, s.vector("false"), s.arg(s.reader.Person), and(s.matches(s.vector("false"))), end)
}

// scoped are the cases that the reader's duties open.
func (s *statement) scoped(end string) string {
	const columns = facts + ", s.staff AS words, false AS private"
	scopes := s.arg(s.reader.Scopes) + "::int[]"
	if s.look.region != nil {
		// The cells that have any of the reader's cases lead to them.
		shift := s.look.region.shift()
		return fmt.Sprintf(`SELECT %s
	FROM (SELECT m.scope_id, m.cell FROM map_cells m WHERE m.zoom = %d AND m.cell = ANY (%s::bigint[]) AND m.scope_id = ANY (%s) OFFSET 0) m
	CROSS JOIN LATERAL (SELECT %s FROM case_search s
		WHERE s.scope_id = m.scope_id AND s.cell >= m.cell << %[6]d AND s.cell < (m.cell + 1) << %[6]d OFFSET 0) s
	WHERE true%[7]s%[8]s`, columns, s.look.region.zoom, s.arg(s.look.region.codes), scopes, row, shift, and(s.matches("s.staff")), end)
	}
	raised := ""
	if !s.look.since.IsZero() {
		raised += and("s.raised_at >= " + s.arg(s.look.since) + "::timestamptz")
	}
	if !s.look.until.IsZero() {
		raised += and("s.raised_at < " + s.arg(s.look.until) + "::timestamptz")
	}
	if s.look.profiles != nil || s.look.assignee != "" {
		by := ""
		if s.look.assignee != "" {
			by = "n.assignee_id = " + s.arg(s.look.person()) + "::uuid"
		} else {
			by = "n.profile_id = ANY (" + s.arg(s.look.profiles) + "::int[])"
		}
		return fmt.Sprintf(`SELECT %s
	FROM (SELECT n.case_id FROM search_newest n WHERE %s AND n.scope_id = ANY (%s)%s OFFSET 0) n
	CROSS JOIN LATERAL (SELECT %s FROM case_search s WHERE s.case_id = n.case_id OFFSET 0) s
	WHERE s.scope_id = ANY (%[3]s)%[6]s%[7]s`,
			columns, by, scopes, strings.ReplaceAll(raised, "s.raised_at", "n.raised_at"), row, and(s.matches("s.staff")), end)
	}
	if s.words.asked == "" {
		return fmt.Sprintf(`SELECT %s FROM case_search s WHERE s.scope_id = ANY (%s)%s%s`, columns, scopes, raised, end)
	}
	// The words decide, and nothing else: the database is wrong about how many
	// cases have them, and would rather read all there is.
	return fmt.Sprintf(`SELECT %s FROM (SELECT %s FROM case_search s
		WHERE s.staff @@ %s::text::tsquery OFFSET 0) s
	WHERE s.scope_id = ANY (%s)%s%s`, columns, row, s.arg(s.indexed()), scopes, raised, end)
}

// indexed is the query as the index of words answers it best.
func (s *statement) indexed() string {
	var scopes, days []string
	if s.look.scopeMarks {
		for _, scope := range s.reader.Scopes {
			scopes = append(scopes, scopeMark(scope))
		}
	}
	switch {
	case !s.look.since.IsZero() && s.look.until.IsZero():
		days = fromDay(dayOf(s.look.since), s.now)
	case !s.look.since.IsZero():
		days = dayMarks(dayOf(s.look.since), dayOf(s.look.until))
	case !s.look.until.IsZero():
		days = dayMarks(dayOf(firstDay), dayOf(s.look.until))
	}
	return marked(s.words.asked, scopes, days)
}

// firstDay is before any case that anybody has kept.
var firstDay = time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC)

// opened are the single cases that are open to the reader for another reason;
// some reasons open private words too.
func (s *statement) opened(end string) string {
	words := s.vector("o.private")
	return fmt.Sprintf(`SELECT %s, %s AS words, o.private FROM unnest(%s::uuid[], %s::bool[]) AS o (case_id, private)
	CROSS JOIN LATERAL (SELECT %s FROM case_search s WHERE s.case_id = o.case_id OFFSET 0) s
	WHERE true%s%s`, facts, words, s.arg(s.openings.cases), s.arg(s.openings.private), row, and(s.matches(words)), end)
}

// isScoped is true of the opened cases that the reader's duties find as well.
func (s *statement) isScoped() string {
	return "coalesce(s.scope_id = ANY (" + s.arg(s.reader.Scopes) + "::int[]), false)" + and(s.matches("s.staff"))
}

// matches is true of the vectors in which the query is found; "" without words.
func (s *statement) matches(vector string) string {
	if s.words.asked == "" {
		return ""
	}
	return "(" + vector + ") @@ " + s.arg(s.words.asked) + "::text::tsquery"
}

// reasons are those for which a case shows in lists of somebody whose duties
// do not open it, and those that open its private words too.
func reasons() (all, private []string) {
	for _, why := range []core.AccessReason{core.AccessEscalated, core.AccessNamed, core.AccessFollower, core.AccessTask} {
		may := why.Permissions()
		if slices.Contains(may, core.MayView) {
			all = append(all, string(why))
		}
		if slices.Contains(may, core.MaySeePrivate) {
			private = append(private, string(why))
		}
	}
	return all, private
}

// profileFilter is one part of a filter that profiles have as a column.
type profileFilter struct {
	facet  search.Facet
	column string
	of     []string
	value  func(*profile) string
}

// profileFilters are all of them, in one order.
func profileFilters(f search.Filter) []profileFilter {
	return []profileFilter{
		{search.FacetType, "type_key", f.Types, func(p *profile) string { return p.TypeKey }},
		{search.FacetSubtype, "subtype", f.Subtypes, func(p *profile) string { return p.Subtype }},
		{search.FacetKind, "status_kind", textOf(f.Kinds), func(p *profile) string { return string(p.StatusKind) }},
		{search.FacetStatus, "status", f.Statuses, func(p *profile) string { return p.Status }},
		{search.FacetStage, "stage", f.Stages, func(p *profile) string { return p.Stage }},
		{search.FacetGroup, "group_key", f.Groups, func(p *profile) string { return p.GroupKey }},
		{search.FacetPriority, "priority", f.Priorities, func(p *profile) string { return p.Priority }},
		{search.FacetChannel, "channel", f.Channels, func(p *profile) string { return p.Channel }},
	}
}

func textOf(kinds []core.StatusKind) []string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = string(k)
	}
	return out
}

// isOneOf reports whether a value is among those a filter names; an empty
// filter names all.
func isOneOf(value string, keys []string) bool {
	return len(keys) == 0 || slices.ContainsFunc(keys, func(k string) bool { return strings.Compare(k, value) == 0 })
}
