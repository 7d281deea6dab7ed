package meili

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
)

// literal writes a value so that the server reads nothing else into it.
func literal(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// anyOf is true of what has one of some values; of nothing, without any.
func anyOf(attribute string, values []string) string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = literal(v)
	}
	return attribute + " IN [" + strings.Join(all, ", ") + "]"
}

// keyed is true of what has one of some keys; the empty one stands for none.
func keyed(attribute string, keys []string) string {
	condition := anyOf(attribute, keys)
	if slices.Contains(keys, "") {
		condition = "(" + condition + " OR " + attribute + " IS EMPTY)"
	}
	return condition
}

// reach is true of the one sheet of each case that a reader may find: every
// request has it, and nothing is counted without it.
func reach(r search.Reader) string {
	if !r.Person.IsZero() {
		return "requester = " + literal(r.Person.String())
	}
	scopes := make([]string, len(r.Scopes))
	for i, scope := range r.Scopes {
		scopes[i] = strconv.Itoa(int(scope))
	}
	mine := tokens(r)
	return "(scope IN [" + strings.Join(scopes, ", ") + "] OR " + anyOf("access", mine) + ") AND NOT " + anyOf("except", mine)
}

// reachesNothing reports whether there is nothing a reader may find.
func reachesNothing(r search.Reader) bool {
	return r.Person.IsZero() && len(r.Scopes) == 0 && r.Staff == "" && len(r.Groups) == 0
}

// tokens are a reader as sheets name them.
func tokens(r search.Reader) []string {
	var out []string
	if r.Staff != "" {
		out = append(out, staffToken(r.Staff))
	}
	for _, g := range r.Groups {
		out = append(out, groupToken(g))
	}
	return out
}

// narrowed is a filter in the language of the server: the conditions that are
// facets by facet, since each facet is counted without its own.
type narrowed struct {
	reach  string
	facets map[search.Facet]string
	others []string
}

// all joins every condition but that of one facet, or simply every one.
func (n narrowed) all(but search.Facet) string {
	parts := append([]string{n.reach}, n.others...)
	for _, facet := range facetOrder {
		if condition := n.facets[facet]; condition != "" && facet != but {
			parts = append(parts, condition)
		}
	}
	return strings.Join(parts, " AND ")
}

// isWide reports whether nothing is narrowed.
func (n narrowed) isWide() bool { return len(n.facets) == 0 && len(n.others) == 0 }

// facetOrder is every facet, in one order.
var facetOrder = []search.Facet{
	search.FacetType, search.FacetSubtype, search.FacetKind, search.FacetStatus, search.FacetStage, search.FacetGroup, search.FacetPriority,
	search.FacetChannel, search.FacetAssignee, search.FacetDue,
}

// nobodys is true of cases that nobody has.
const nobodys = "assignee NOT EXISTS"

// mine is true of the cases that a reader has.
func mine(r search.Reader) string {
	if r.Staff == "" {
		return anyOf("assignee", nil)
	}
	return "assignee = " + literal(r.Staff)
}

// overdue is true of running cases whose time is over.
func overdue(now time.Time) string {
	running := []string{string(core.StatusStart), string(core.StatusOpen), string(core.StatusWaiting)}
	return fmt.Sprintf("(due < %d AND %s)", instant(now), anyOf("kind", running))
}

func narrow(r search.Reader, f search.Filter, now time.Time) narrowed {
	n := narrowed{reach: "(" + reach(r) + ")", facets: map[search.Facet]string{}}
	for facet, keys := range map[search.Facet][]string{
		search.FacetType: f.Types, search.FacetSubtype: f.Subtypes, search.FacetKind: textOf(f.Kinds), search.FacetStatus: f.Statuses,
		search.FacetStage: f.Stages, search.FacetGroup: f.Groups, search.FacetPriority: f.Priorities, search.FacetChannel: f.Channels,
	} {
		if len(keys) > 0 {
			n.facets[facet] = keyed(facetAttributes[facet], keys)
		}
	}
	switch f.Assignee {
	case "":
	case search.AssigneeMe:
		n.facets[search.FacetAssignee] = mine(r)
	case search.AssigneeNone:
		n.facets[search.FacetAssignee] = nobodys
	default:
		n.facets[search.FacetAssignee] = "assignee = " + literal(string(f.Assignee))
	}
	if f.Overdue {
		n.facets[search.FacetDue] = overdue(now)
	}
	for _, period := range []struct {
		attribute string
		from, to  time.Time
	}{{"due", f.DueFrom, f.DueTo}, {"raised", f.RaisedFrom, f.RaisedTo}, {"closed", f.ClosedFrom, f.ClosedTo}} {
		if !period.from.IsZero() {
			n.others = append(n.others, fmt.Sprintf("%s >= %d", period.attribute, instant(period.from)))
		}
		if !period.to.IsZero() {
			n.others = append(n.others, fmt.Sprintf("%s < %d", period.attribute, instant(period.to)))
		}
	}
	if f.Within != nil {
		n.others = append(n.others, within(*f.Within))
	}
	if f.Near != nil {
		n.others = append(n.others, fmt.Sprintf("_geoRadius(%s, %s, %s)", degrees(f.Near.Centre.Lat), degrees(f.Near.Centre.Lng), degrees(f.Near.Metres)))
	}
	keys := make([]string, 0, len(f.Fields))
	for key := range f.Fields {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		values := make([]string, len(f.Fields[key]))
		for i, v := range f.Fields[key] {
			values[i] = fieldToken(key, v)
		}
		if len(values) > 0 {
			n.others = append(n.others, anyOf("fields", values))
		}
	}
	return n
}

// within is true of places in a box.
func within(b core.Box) string {
	return fmt.Sprintf("_geoBoundingBox([%s, %s], [%s, %s])", degrees(b.North), degrees(b.East), degrees(b.South), degrees(b.West))
}

// degrees writes a number in full: the server does not read exponents.
func degrees(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func textOf(kinds []core.StatusKind) []string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = string(k)
	}
	return out
}
