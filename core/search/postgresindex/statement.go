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
	reader search.Reader
	now    time.Time
	exact  string // tsquery of what was typed; "" when there are no words
	asked  string // the same with words that are a slip away
	args   []any
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
	search.ByBest:   {"c.id DESC", "h.exact DESC, h.rank DESC, h.raised_at DESC, h.id DESC"},
	search.ByNewest: {"c.raised_at DESC, c.id DESC", "h.raised_at DESC, h.id DESC"},
	search.ByOldest: {"c.raised_at, c.id", "h.raised_at, h.id"},
	search.ByDue:    {"coalesce(c.due_at, 'infinity'), c.id", "coalesce(h.due_at, 'infinity'), h.id"},
}

// columns of a case are what it is narrowed, counted and sorted by.
const columns = "c.id, c.type_key, c.status_kind, c.group_key, c.priority, c.assignee_id, c.due_at, c.raised_at"

// thatCase looks up one case for each match. The database would rather read
// all of them when it expects many matches, and it is wrong about how many.
const thatCase = " CROSS JOIN LATERAL (SELECT " + columns + ", c.scope_id FROM cases c WHERE c.id = s.case_id OFFSET 0) c"

// hits selects one page of results, each with how many there are in all.
func (s *statement) hits(q search.Query) string {
	by := orders[q.Order]
	if s.asked == "" && q.Order == search.ByBest {
		by = orders[search.ByNewest]
	}
	narrow := s.narrowings(q.Filter)
	conditions := s.raised(q.Filter)
	for _, facet := range facets {
		conditions += and(narrow[facet])
	}
	return fmt.Sprintf(`SELECT h.id AS case_id, h.private, count(*) OVER ()::int AS total FROM (%s) h ORDER BY %s LIMIT %d OFFSET %s`,
		s.candidates(conditions, by.inner, search.MaxTotal+1), by.outer, search.PageSize, s.arg((max(1, q.Page)-1)*search.PageSize))
}

// count counts matches up to a limit.
func (s *statement) count(limit int) string {
	return fmt.Sprintf(`SELECT count(*)::int FROM (%s) h`, s.candidates("", "", limit))
}

// facets is every facet, in one order.
var facets = []search.Facet{
	search.FacetType, search.FacetKind, search.FacetGroup, search.FacetPriority, search.FacetAssignee, search.FacetDue,
}

// facetColumns are those whose values are the keys of a facet.
var facetColumns = map[search.Facet]string{
	search.FacetType: "c.type_key", search.FacetKind: "c.status_kind", search.FacetGroup: "c.group_key", search.FacetPriority: "c.priority",
}

// facets selects how many results each key of each facet would have, with all
// narrowings but the facet's own.
func (s *statement) facets(f search.Filter) string {
	narrow := s.narrowings(f)
	matches := s.candidates(s.raised(f), "", search.MaxCounted)
	parts := []string{`SELECT '' AS facet, '' AS key, count(*)::int AS n FROM m`}
	for _, facet := range facets {
		others := "true"
		for _, other := range facets {
			if other != facet {
				others += and(narrow[other])
			}
		}
		if column, ok := facetColumns[facet]; ok {
			parts = append(parts, fmt.Sprintf(`SELECT '%s', %s, count(*)::int FROM m c WHERE %s GROUP BY %[2]s`, facet, column, others))
		}
		count := func(key, condition string) {
			parts = append(parts, fmt.Sprintf(`SELECT '%s', '%s', count(*)::int FROM m c WHERE %s AND %s`, facet, key, others, condition))
		}
		switch facet {
		case search.FacetAssignee:
			count(string(search.AssigneeMe), s.isMine())
			count(string(search.AssigneeNone), isNobodys)
		case search.FacetDue:
			count("overdue", s.isOverdue())
		}
	}
	return fmt.Sprintf("WITH m AS MATERIALIZED (%s)\n%s", matches, strings.Join(parts, "\nUNION ALL "))
}

const isNobodys = "c.assignee_id IS NULL"

func (s *statement) isMine() string {
	return "c.assignee_id = nullif(" + s.arg(s.reader.Staff) + "::text, '')::uuid"
}

func (s *statement) isOverdue() string {
	return "c.due_at < " + s.arg(s.now) + "::timestamptz AND c.status_kind IN ('start', 'open', 'waiting')"
}

func and(condition string) string {
	if condition == "" {
		return ""
	}
	return " AND " + condition
}

// narrowings are the conditions of a filter, by facet.
func (s *statement) narrowings(f search.Filter) map[search.Facet]string {
	out := map[search.Facet]string{}
	for facet, keys := range map[search.Facet][]string{
		search.FacetType: f.Types, search.FacetGroup: f.Groups, search.FacetPriority: f.Priorities, search.FacetKind: textOf(f.Kinds),
	} {
		if len(keys) > 0 {
			out[facet] = facetColumns[facet] + " = ANY (" + s.arg(keys) + "::text[])"
		}
	}
	switch f.Assignee {
	case search.AssigneeMe:
		out[search.FacetAssignee] = s.isMine()
	case search.AssigneeNone:
		out[search.FacetAssignee] = isNobodys
	}
	if f.Overdue {
		out[search.FacetDue] = s.isOverdue()
	}
	return out
}

func textOf(kinds []core.StatusKind) []string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = string(k)
	}
	return out
}

// raised are the conditions that are no facet.
func (s *statement) raised(f search.Filter) string {
	var out string
	if !f.RaisedFrom.IsZero() {
		out += and("c.raised_at >= " + s.arg(f.RaisedFrom) + "::timestamptz")
	}
	if !f.RaisedTo.IsZero() {
		out += and("c.raised_at < " + s.arg(f.RaisedTo) + "::timestamptz")
	}
	return out
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
	return fmt.Sprintf(`SELECT %s, bool_or(c.private) AS private, bool_or(c.exact) AS exact, max(c.rank) AS rank
	FROM ((%s) UNION ALL (%s)) c GROUP BY %[1]s LIMIT %[4]d`, columns, s.scoped(end), s.opened(end), limit)
}

// own are the cases of a customer, by the words they may read.
func (s *statement) own(end string) string {
	return fmt.Sprintf(`SELECT %s, false AS private, %s AS exact, %s AS rank
	FROM cases c JOIN case_search s ON s.case_id = c.id WHERE c.requester_id = %s AND %s%s`,
		columns, s.matches("s.public", s.exact), s.rank("s.public"), s.arg(s.reader.Person), s.matches("s.public", s.asked), end)
}

// scoped are the cases that the reader's duties open. The scope of the index
// may lag behind that of the case: both must be theirs.
func (s *statement) scoped(end string) string {
	scopes := s.arg(s.reader.Scopes) + "::int[]"
	if s.asked == "" {
		// One short index scan for each scope.
		return fmt.Sprintf(`SELECT %s, false AS private, true AS exact, 0::real AS rank FROM unnest(%s) AS u(id)
	CROSS JOIN LATERAL (SELECT %[1]s FROM cases c WHERE c.scope_id = u.id%[3]s) c`, columns, scopes, end)
	}
	return fmt.Sprintf(`SELECT %s, false AS private, %s AS exact, %s AS rank FROM case_search s%s
	WHERE %s AND s.scope_id = ANY (%s) AND c.scope_id = ANY (%[6]s)%s`,
		columns, s.matches("s.staff", s.exact), s.rank("s.staff"), thatCase, s.matches("s.staff", s.asked), scopes, strings.ReplaceAll(end, "c.id", "s.case_id"))
}

// opened are the single cases that are open to the reader for another reason;
// some reasons open private words too.
func (s *statement) opened(end string) string {
	all, private := reasons()
	words := "(CASE WHEN o.private THEN coalesce(s.private, s.staff) ELSE s.staff END)"
	return fmt.Sprintf(`SELECT %s, o.private, %s AS exact, %s AS rank
	FROM (SELECT a.case_id, bool_or(a.why = ANY (%s::text[])) AS private FROM case_access a
		WHERE (a.actor_kind = 'staff' AND a.actor_id = %s OR a.actor_kind = 'group' AND a.actor_id = ANY (%s::text[]))
			AND a.why = ANY (%s::text[]) GROUP BY a.case_id) o
	JOIN case_search s ON s.case_id = o.case_id%s WHERE %s%s`,
		columns, s.matches(words, s.exact), s.rank(words), s.arg(private), s.arg(s.reader.Staff), s.arg(s.reader.Groups), s.arg(all),
		thatCase, s.matches(words, s.asked), end)
}

// matches is true of the vectors in which a query is found; without words, of
// all.
func (s *statement) matches(vector, query string) string {
	if query == "" {
		return "true"
	}
	return vector + " @@ " + s.arg(query) + "::text::tsquery"
}

func (s *statement) rank(vector string) string {
	if s.asked == "" {
		return "0::real"
	}
	return "ts_rank(" + vector + ", " + s.arg(s.asked) + "::text::tsquery, 1)"
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
