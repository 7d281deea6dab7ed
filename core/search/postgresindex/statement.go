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
	walk         bool            // through the newest of the scopes: the words are in many of them
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
const facts = "s.case_id, s.profile_id, s.raised_at, s.due_at, s.assignee_id, s.place"

// hits selects one page of results, each with how many there are in all.
func (s *statement) hits(q search.Query, most int) string {
	by := orders[q.Order]
	ranked := s.words.asked != "" && q.Order == search.ByBest
	if !ranked && q.Order == search.ByBest {
		by = orders[search.ByNewest]
	}
	found := s.candidates(s.conditions(q.Filter)+s.narrowings(q.Filter), by.inner, most)
	exact, rank := "true", "0::real"
	if ranked {
		rank = "ts_rank(v.words, " + s.arg(s.words.asked) + "::text::tsquery, 1)"
		if s.words.exact != s.words.asked {
			exact = "v.words @@ " + s.arg(s.words.exact) + "::text::tsquery"
		}
		found = fmt.Sprintf(`SELECT m.*, %s AS exact, %s AS rank FROM (%s) m
	CROSS JOIN LATERAL (SELECT %s AS words FROM case_search s WHERE s.case_id = m.case_id OFFSET 0) v`, exact, rank, found, s.vector("m.private"))
	} else {
		found = fmt.Sprintf(`SELECT m.*, true AS exact, 0::real AS rank FROM (%s) m`, found)
	}
	return fmt.Sprintf(`SELECT h.case_id, h.private, count(*) OVER ()::int AS total FROM (%s) h ORDER BY %s LIMIT %d OFFSET %s`,
		found, by.outer, search.PageSize, s.arg((max(1, q.Page)-1)*search.PageSize))
}

// vector is the words of a case that the reader may read.
func (s *statement) vector(private string) string {
	if !s.reader.Person.IsZero() {
		return "coalesce(s.public, s.staff)"
	}
	return "CASE WHEN " + private + " THEN coalesce(s.private, s.staff) ELSE s.staff END"
}

// count counts matches up to a limit.
func (s *statement) count(limit int) string {
	return fmt.Sprintf(`SELECT count(*)::int AS n FROM (%s) h`, s.candidates("", "", limit))
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
	conditions := s.conditions(f)
	return fmt.Sprintf(`SELECT h.profile_id, h.assignee_id IS NOT DISTINCT FROM nullif(%s::text, '')::uuid AND h.assignee_id IS NOT NULL AS mine,
	h.assignee_id IS NULL AS nobodys, coalesce(h.assignee_id::text = %s::text, false) AS theirs, coalesce(h.due_at < %s::timestamptz, false) AS late, count(*)::int AS n
FROM (%s) h GROUP BY 1, 2, 3, 4, 5`, s.arg(s.reader.Staff), s.arg(string(f.Assignee)), s.arg(s.now), s.candidates(conditions, "", search.MaxCounted))
}

// places selects matches with their places.
func (s *statement) places(f search.Filter, limit int) string {
	conditions := s.conditions(f) + s.narrowings(f) + and("s.place IS NOT NULL") + and(s.within(*s.view))
	return fmt.Sprintf(`SELECT h.case_id, h.profile_id, h.place[0] AS lng, h.place[1] AS lat FROM (%s) h`,
		s.candidates(conditions, orders[search.ByNewest].inner, limit))
}

// isNobodys is true of cases that nobody has.
const isNobodys = "s.assignee_id IS NULL"

func (s *statement) isMine() string {
	return "s.assignee_id = nullif(" + s.arg(s.reader.Staff) + "::text, '')::uuid"
}

// openProfiles are the combinations of those who still wait for something.
const openProfiles = "s.profile_id = ANY (ARRAY(SELECT p.id FROM search_profiles p WHERE p.status_kind IN ('start', 'open', 'waiting')))"

func (s *statement) isOverdue() string {
	return "s.due_at < " + s.arg(s.now) + "::timestamptz AND " + openProfiles
}

func and(condition string) string {
	if condition == "" {
		return ""
	}
	return " AND " + condition
}

// narrowings are the conditions of a filter that are facets.
func (s *statement) narrowings(f search.Filter) string {
	var profile, out string
	for _, keys := range profileFilters(f) {
		if len(keys.of) > 0 {
			profile += and("p." + keys.column + " = ANY (" + s.arg(keys.of) + "::text[])")
		}
	}
	if profile != "" {
		out += and("s.profile_id = ANY (ARRAY(SELECT p.id FROM search_profiles p WHERE true" + profile + "))")
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
	if by == "" {
		// Only counted: what the duties open is left out of the rest.
		return fmt.Sprintf(`(%s) UNION ALL (%s)`, s.scoped(end), s.opened(" AND NOT ("+s.isScoped()+")"+end))
	}
	// One who has a case by their duties and for another reason too finds it
	// once, with the private words that the reason opens.
	return fmt.Sprintf(`SELECT DISTINCT ON (s.case_id) s.* FROM ((%s) UNION ALL (%s)) s ORDER BY s.case_id, s.private DESC`,
		s.scoped(end), s.opened(end))
}

// own are the cases of a customer, by the words they may read.
func (s *statement) own(end string) string {
	return fmt.Sprintf(`SELECT %s, false AS private FROM cases c JOIN case_search s ON s.case_id = c.id WHERE c.requester_id = %s%s%s`,
		facts, s.arg(s.reader.Person), and(s.matches(s.vector("false"))), end)
}

// scoped are the cases that the reader's duties open.
func (s *statement) scoped(end string) string {
	scopes := s.arg(s.reader.Scopes) + "::int[]"
	if s.look.region != nil {
		// The cells that have any of the reader's cases lead to them.
		shift := s.look.region.shift()
		return fmt.Sprintf(`SELECT %[1]s, false AS private
	FROM (SELECT m.scope_id, m.cell FROM map_cells m WHERE m.zoom = %[2]d AND m.cell = ANY (%[3]s::bigint[]) AND m.scope_id = ANY (%[4]s) OFFSET 0) m
	CROSS JOIN LATERAL (SELECT %[1]s, s.closed_at, s.staff FROM case_search s
		WHERE s.scope_id = m.scope_id AND s.cell >= m.cell << %[5]d AND s.cell < (m.cell + 1) << %[5]d OFFSET 0) s
	WHERE true%[6]s%[7]s`, facts, s.look.region.zoom, s.arg(s.look.region.codes), scopes, shift, and(s.matches("s.staff")), end)
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
		return fmt.Sprintf(`SELECT %s, false AS private
	FROM (SELECT n.case_id FROM search_newest n WHERE %s AND n.scope_id = ANY (%s)%s OFFSET 0) n
	CROSS JOIN LATERAL (SELECT %[1]s, s.scope_id, s.closed_at, s.staff FROM case_search s WHERE s.case_id = n.case_id OFFSET 0) s
	WHERE s.scope_id = ANY (%[3]s)%[5]s%[6]s`,
			facts, by, scopes, strings.ReplaceAll(raised, "s.raised_at", "n.raised_at"), and(s.matches("s.staff")), end)
	}
	if s.words.asked == "" {
		return fmt.Sprintf(`SELECT %s, false AS private FROM case_search s WHERE s.scope_id = ANY (%s)%s%s`, facts, scopes, raised, end)
	}
	if s.look.walk && !s.look.all() {
		return fmt.Sprintf(`SELECT %[1]s, false AS private FROM (SELECT %[1]s, s.closed_at, s.staff FROM case_search s
		WHERE s.scope_id = ANY (%[2]s)%[3]s OFFSET 0) s WHERE true%[4]s%[5]s`, facts, scopes, raised, and(s.matches("s.staff")), end)
	}
	// The words decide, and nothing else: the database is wrong about how many
	// cases have them, and would rather read all there is.
	return fmt.Sprintf(`SELECT %[1]s, false AS private FROM (SELECT %[1]s, s.scope_id, s.closed_at FROM case_search s
		WHERE s.staff @@ %[2]s::text::tsquery OFFSET 0) s
	WHERE s.scope_id = ANY (%[3]s)%[4]s%[5]s`, facts, s.arg(s.indexed()), scopes, raised, end)
}

// indexed is the query as the index of words answers it best.
func (s *statement) indexed() string {
	var scopes, weeks []string
	if s.look.scopeMarks {
		for _, scope := range s.reader.Scopes {
			scopes = append(scopes, scopeMark(scope))
		}
	}
	switch {
	case !s.look.since.IsZero():
		until := s.look.until
		if until.IsZero() {
			until = s.now.AddDate(1, 0, 0) // what is dated in the future is found too
		}
		weeks = weekMarks(weekOf(s.look.since), weekOf(until))
	case !s.look.until.IsZero():
		weeks = weekMarks(weekOf(firstDay), weekOf(s.look.until))
	}
	return marked(s.words.asked, scopes, weeks)
}

// firstDay is before any case that anybody has kept.
var firstDay = time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC)

// opened are the single cases that are open to the reader for another reason;
// some reasons open private words too.
func (s *statement) opened(end string) string {
	return fmt.Sprintf(`SELECT %s, o.private FROM unnest(%s::uuid[], %s::bool[]) AS o (case_id, private)
	CROSS JOIN LATERAL (SELECT %[1]s, s.scope_id, s.closed_at, s.staff, s.private FROM case_search s WHERE s.case_id = o.case_id OFFSET 0) s
	WHERE true%[4]s%[5]s`,
		facts, s.arg(s.openings.cases), s.arg(s.openings.private), and(s.matches(s.vector("o.private"))), end)
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
