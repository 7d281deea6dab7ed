package cases

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Order is how a list is sorted.
type Order string

// The orders of a list. Each has an index.
const (
	ByDue    Order = "due"    // soonest first; open cases only, others come newest first
	ByNewest Order = "newest" // raised last first
)

// Filter narrows a list. Empty fields do not narrow.
type Filter struct {
	Scopes     []int32 // of the reach; nil means all of it
	Only       Only
	Status     string
	Priority   string
	Subtype    string
	Channel    core.Channel
	Assignee   core.StaffID
	DueBefore  time.Time
	RaisedFrom time.Time
	RaisedTo   time.Time
	IDs        []core.CaseID // found by a search, for instance
	Order      Order
}

// Only is a ready-made narrowing of a list.
type Only string

// The narrowings. OnlyOpen is the zero value's meaning when sorted by due.
const (
	OnlyAll       Only = "all"
	OnlyOpen      Only = ""
	OnlyClosed    Only = "closed"
	OnlyUnclaimed Only = "unclaimed"
	OnlyUnopened  Only = "unopened"
	OnlyReopened  Only = "reopened"
	OnlyWaiting   Only = "waiting"
	OnlyOverdue   Only = "overdue"
)

// Row is a case in a list.
type Row struct {
	*core.Case
	AssigneeName string
	Files        bool // there are attachments
	Asked        bool // a question is open
}

// List is one page of cases.
type List struct {
	Rows []Row
	Next string // cursor of the page after; "" when this is the last
}

// manyScopes is how many scopes a list scans one by one. With more, all cases
// are read in the order of the list, and those of the scopes kept.
const manyScopes = 64

// PageSize is how many rows a page of a list has unless it asks for fewer.
const PageSize = 25

const rowColumns = caseColumns + `,
	coalesce(u.name, '') AS assignee_name,
	EXISTS (SELECT FROM attachments f WHERE f.case_id = c.id AND f.deleted_at IS NULL) AS files,
	EXISTS (SELECT FROM questions q WHERE q.case_id = c.id AND q.answered_at IS NULL AND q.withdrawn_at IS NULL) AS asked`

type listRow struct {
	caseRow
	AssigneeName string
	Files        bool
	Asked        bool
}

func (r listRow) row() Row { return Row{r.noun(), r.AssigneeName, r.Files, r.Asked} }

// dueKey is the due time as the indexes have it.
const dueKey = "coalesce(c.due_at, 'infinity')"

// orderKeys says what each order sorts by; every one ends with the id, so that
// a cursor names one place.
var orderKeys = map[Order]struct{ key, direction, compare string }{
	ByDue:    {dueKey, "", ">"},
	ByNewest: {"c.raised_at", " DESC", "<"},
}

// order is the order asked for, as far as an index has it: what has ended is
// due no more, and to sort all of it would take as long as there is history.
func (f Filter) order() Order {
	switch {
	case f.Order != "" && f.Order != ByDue:
		return f.Order
	case f.Only == OnlyAll || f.Only == OnlyClosed:
		return ByNewest
	}
	return ByDue
}

// List returns the cases a staff user reaches, a page at a time. after is the
// cursor of the page before, "" for the first.
func (s *Service) List(ctx context.Context, r Reach, f Filter, after string, limit int) (List, error) {
	f.Order = f.order()
	order, ok := orderKeys[f.Order]
	if !ok {
		return List{}, core.InvalidField("sort", "Lists are sorted by due or newest.")
	}
	if limit <= 0 || limit > 200 {
		limit = PageSize
	}
	q := newQuery(s.clock.Now())
	scopes := f.Scopes
	if scopes == nil {
		scopes = r.Scopes
	}
	q.narrow(f)
	if after != "" {
		at, id, err := parseCursor(after, f.Order)
		if err != nil {
			return List{}, err
		}
		q.and(fmt.Sprintf("(%s, c.id) %s (%s::timestamptz, %s::uuid)", order.key, order.compare, q.arg(at), q.arg(id)))
	}
	// The limit stands in the statement: a plan that is kept must know it.
	where, n := q.where(), strconv.Itoa(limit+1)
	inner := `SELECT c.id, %[1]s AS k FROM unnest(%[2]s::int[]) AS s(id) CROSS JOIN LATERAL (
			SELECT c.id, c.due_at, c.raised_at FROM cases c WHERE c.scope_id = s.id%[3]s ORDER BY %[1]s%[4]s, c.id%[4]s LIMIT %[5]s) c`
	if len(scopes) > manyScopes {
		inner = `(SELECT c.id, %[1]s AS k FROM cases c WHERE c.scope_id = ANY (%[2]s::int[])%[3]s ORDER BY %[1]s%[4]s, c.id%[4]s LIMIT %[5]s)`
	}
	// Short scans of indexes, and one for the single cases that are open to this
	// actor for another reason; then the best of them all.
	inner = fmt.Sprintf(inner, order.key, q.arg(scopes), where, order.direction, n)
	if f.Scopes == nil {
		inner += fmt.Sprintf(` UNION SELECT c.id, %s AS k%s%s`, order.key, q.openedTo(r), where)
	}
	sql := fmt.Sprintf(`SELECT %s FROM (SELECT i.id, i.k FROM (%s) i ORDER BY i.k%s, i.id%s LIMIT %s) p
		JOIN cases c ON c.id = p.id LEFT JOIN staff_users u ON u.id = c.assignee_id
		ORDER BY p.k%s, p.id%s`, rowColumns, inner, order.direction, order.direction, n, order.direction, order.direction)
	var found []listRow
	var err error
	if len(scopes) > manyScopes || f.IDs != nil {
		found, err = postgres.All[listRow](ctx, s.db.Pool(), sql, q.args...) // how many there are decides how to find them
	} else {
		found, err = postgres.AllPlanned[listRow](ctx, s.db.Pool(), sql, q.args...)
	}
	if err != nil {
		return List{}, fmt.Errorf("list cases: %w", err)
	}
	return listOf(found, f.Order, limit), nil
}

func listOf(found []listRow, order Order, limit int) List {
	var out List
	for i, r := range found {
		if i == limit {
			out.Next = cursorOf(found[i-1], order)
			break
		}
		out.Rows = append(out.Rows, r.row())
	}
	return out
}

const selectOfRequester = `SELECT ` + rowColumns + ` FROM cases c LEFT JOIN staff_users u ON u.id = c.assignee_id
WHERE c.requester_id = $1 ORDER BY c.raised_at DESC, c.id DESC LIMIT 200`

// OfRequester lists the cases somebody raised, newest first, for themselves:
// what a page shows of a row is the public's part.
func (s *Service) OfRequester(ctx context.Context, person core.PersonID) ([]Row, error) {
	found, err := postgres.All[listRow](ctx, s.db.Pool(), selectOfRequester, person)
	if err != nil {
		return nil, fmt.Errorf("list the cases of a person: %w", err)
	}
	return listOf(found, ByNewest, len(found)).Rows, nil
}

// ofRequesterIn is the cases of a person that a staff user may see.
const ofRequesterIn = ` WHERE c.requester_id = $1 AND (c.scope_id = ANY ($2) OR EXISTS (SELECT FROM case_access a WHERE a.case_id = c.id AND a.why <> 'brief'
	AND (a.actor_kind = 'staff' AND a.actor_id = $3 OR a.actor_kind = 'group' AND a.actor_id = ANY ($4))))`

const selectOfRequesterIn = `SELECT ` + rowColumns + ` FROM cases c LEFT JOIN staff_users u ON u.id = c.assignee_id` + ofRequesterIn + `
ORDER BY c.raised_at DESC, c.id DESC LIMIT 200`

// OfPerson lists the cases of a person that a staff user may see.
func (s *Service) OfPerson(ctx context.Context, r Reach, person core.PersonID) ([]Row, error) {
	found, err := postgres.AllPlanned[listRow](ctx, s.db.Pool(), selectOfRequesterIn, person, r.Scopes, r.By.ID, r.Groups)
	if err != nil {
		return nil, fmt.Errorf("list the cases of a person: %w", err)
	}
	return listOf(found, ByNewest, len(found)).Rows, nil
}

const countOfRequesterIn = `SELECT count(*) FILTER (WHERE status_kind IN ('start', 'open', 'waiting'))::int AS open,
	count(*) FILTER (WHERE status_kind NOT IN ('start', 'open', 'waiting'))::int AS closed
FROM (SELECT c.status_kind FROM cases c` + ofRequesterIn + ` AND c.id <> $5 LIMIT 1000) others`

// Others is how many further cases somebody has, together up to [MaxCount]+1.
type Others struct{ Open, Closed int }

// OthersOfPerson counts the cases of a person that a staff user may see, but for
// one.
func (s *Service) OthersOfPerson(ctx context.Context, r Reach, person core.PersonID, but core.CaseID) (Others, error) {
	n, err := postgres.OnePlanned[Others](ctx, s.db.Pool(), nil, countOfRequesterIn, person, r.Scopes, r.By.ID, r.Groups, but)
	if err != nil {
		return n, fmt.Errorf("count the cases of a person: %w", err)
	}
	return n, nil
}

const selectAssigned = `SELECT ` + rowColumns + ` FROM cases c LEFT JOIN staff_users u ON u.id = c.assignee_id
WHERE c.assignee_id = $1 AND c.status_kind IN ('start', 'open', 'waiting') AND ` + isReached + `
ORDER BY coalesce(c.due_at, 'infinity'), c.id LIMIT $5`

// AssignedTo lists the open cases of a staff user, most urgent first. Those
// that they may no longer see, because they left the group, are left out.
func (s *Service) AssignedTo(ctx context.Context, staff core.StaffID, limit int) ([]Row, error) {
	r, err := s.ReachOf(ctx, core.StaffActor(staff, ""), core.MayView)
	if err != nil {
		return nil, err
	}
	found, err := postgres.AllPlanned[listRow](ctx, s.db.Pool(), selectAssigned, staff, r.Scopes, r.By.ID, r.Groups, limit)
	if err != nil {
		return nil, fmt.Errorf("list assigned cases: %w", err)
	}
	return listOf(found, ByDue, limit).Rows, nil
}

// MaxCount is where counts stop: "999+" says enough.
const MaxCount = 999

// Count counts the cases of a filter in the reach, up to [MaxCount]+1.
func (s *Service) Count(ctx context.Context, r Reach, f Filter) (int, error) {
	q := newQuery(s.clock.Now())
	q.narrow(f)
	scopes := f.Scopes
	if scopes == nil {
		scopes = r.Scopes
	}
	where := q.where()
	counted := `SELECT c.id FROM unnest(%s::int[]) AS s(id) CROSS JOIN LATERAL (
			SELECT c.id FROM cases c WHERE c.scope_id = s.id%s LIMIT %[3]d) c LIMIT %[3]d`
	if len(scopes) > manyScopes {
		counted = `SELECT c.id FROM cases c WHERE c.scope_id = ANY (%s::int[])%s LIMIT %d`
	}
	counted = fmt.Sprintf(counted, q.arg(scopes), where, MaxCount+1)
	if f.Scopes == nil {
		counted = fmt.Sprintf(`(%s) UNION (SELECT c.id%s%s LIMIT %d)`, counted, q.openedTo(r), where, MaxCount+1)
	}
	sql := fmt.Sprintf(`SELECT least(count(*), %d) FROM (%s) n`, MaxCount+1, counted)
	var n int
	err := s.db.Pool().QueryRow(ctx, sql, q.args...).Scan(&n)
	return n, postgres.Translate(err)
}

// query collects conditions and their arguments.
type query struct {
	now        time.Time
	conditions []string
	args       []any
}

func newQuery(now time.Time) *query { return &query{now: now} }

// arg adds an argument and returns its place.
func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return fmt.Sprintf("$%d", len(q.args))
}

func (q *query) and(condition string) { q.conditions = append(q.conditions, condition) }

// openedTo selects the single cases that are open to an actor for another
// reason than their duties.
func (q *query) openedTo(r Reach) string {
	return fmt.Sprintf(` FROM case_access a JOIN cases c ON c.id = a.case_id
		WHERE (a.actor_kind = 'staff' AND a.actor_id = %s OR a.actor_kind = 'group' AND a.actor_id = ANY (%s))
			AND a.why IN ('escalated', 'named')`, q.arg(r.By.ID), q.arg(r.Groups))
}

func (q *query) where() string {
	if len(q.conditions) == 0 {
		return ""
	}
	return " AND " + strings.Join(q.conditions, " AND ")
}

const isOpen = "c.status_kind IN ('start', 'open', 'waiting')"

func (q *query) narrow(f Filter) {
	switch f.Only {
	case OnlyAll:
	case OnlyClosed:
		q.and("c.status_kind IN ('resolved', 'final')")
	default:
		q.and(isOpen)
	}
	switch f.Only {
	case OnlyUnclaimed:
		q.and("c.assignee_id IS NULL")
	case OnlyUnopened:
		q.and("c.opened_at IS NULL")
	case OnlyReopened:
		q.and("c.reopened > 0")
	case OnlyWaiting:
		q.and("c.status_kind = 'waiting'")
	case OnlyOverdue:
		q.and(dueKey + " < " + q.arg(q.now))
	}
	for column, value := range map[string]string{
		"c.status": f.Status, "c.priority": f.Priority, "c.subtype": f.Subtype, "c.channel": string(f.Channel),
	} {
		if value != "" {
			q.and(column + " = " + q.arg(value))
		}
	}
	if !f.Assignee.IsZero() {
		q.and("c.assignee_id = " + q.arg(f.Assignee))
	}
	if !f.DueBefore.IsZero() {
		q.and(dueKey + " < " + q.arg(f.DueBefore))
	}
	if !f.RaisedFrom.IsZero() {
		q.and("c.raised_at >= " + q.arg(f.RaisedFrom))
	}
	if !f.RaisedTo.IsZero() {
		q.and("c.raised_at < " + q.arg(f.RaisedTo))
	}
	if f.IDs != nil {
		q.and("c.id = ANY (" + q.arg(f.IDs) + ")")
	}
}

// cursor is a place in a list, opaque in addresses.
type cursor struct {
	Order Order       `json:"o"`
	At    time.Time   `json:"a,omitzero"`
	ID    core.CaseID `json:"i"`
}

// noDue stands for "never due" where the database has infinity.
const noDue = "infinity"

func cursorOf(r listRow, order Order) string {
	c := cursor{Order: order, ID: r.ID, At: r.RaisedAt.UTC()}
	if order == ByDue {
		c.At = orZero(r.DueAt)
	}
	raw, err := json.Marshal(c)
	if err != nil {
		return "" // a time beyond year 9999, which the database does not give
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

func parseCursor(s string, order Order) (at string, id core.CaseID, err error) {
	bad := core.InvalidField("after", "This page of the list does not exist. Begin again at its first page.")
	if len(s) > 300 {
		return "", id, bad
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return "", id, bad
	}
	var c cursor
	if err := json.Unmarshal(raw, &c); err != nil || c.Order != order || c.ID.IsZero() {
		return "", id, bad
	}
	if c.At.IsZero() {
		return noDue, c.ID, nil
	}
	// The database knows neither the year 0 nor the zones that a line of JSON may name.
	if c.At = c.At.UTC(); c.At.Year() < 1 || c.At.Year() > 9999 {
		return "", id, bad
	}
	return c.At.Format(time.RFC3339Nano), c.ID, nil
}
