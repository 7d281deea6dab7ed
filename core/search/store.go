package search

import (
	"time"

	"github.com/casement-dev/casement/core"
)

const selectHeads = `SELECT c.id, c.ref, c.type_key, c.scope_id, c.subject, c.description, c.address, c.fields, c.on_behalf_of, c.contact,
	c.subtype, c.status, c.status_kind, c.stage, c.group_key, c.priority, c.channel, c.assignee_id, c.requester_id, c.raised_at, c.due_at, c.closed_at,
	c.place[0] AS lng, c.place[1] AS lat
FROM cases c WHERE c.id = ANY ($1)`

type headRow struct {
	ID          core.CaseID
	Ref         core.Reference
	TypeKey     string
	ScopeID     int32
	Subject     string
	Description string
	Address     string
	Fields      map[string]any
	OnBehalfOf  string
	Contact     core.Contact
	Subtype     string
	Status      string
	StatusKind  core.StatusKind
	Stage       string
	GroupKey    string
	Priority    string
	Channel     core.Channel
	AssigneeID  core.StaffID
	RequesterID core.PersonID
	RaisedAt    time.Time
	DueAt       *time.Time
	ClosedAt    *time.Time
	Lng, Lat    *float64
}

func (h headRow) facts() Facts {
	f := Facts{
		Type: h.TypeKey, Subtype: h.Subtype, Status: h.Status, Stage: h.Stage, Group: h.GroupKey, Priority: h.Priority, Kind: h.StatusKind,
		Channel: h.Channel, Assignee: h.AssigneeID, Requester: h.RequesterID, RaisedAt: h.RaisedAt.UTC(),
	}
	if h.DueAt != nil {
		f.DueAt = h.DueAt.UTC()
	}
	if h.ClosedAt != nil {
		f.ClosedAt = h.ClosedAt.UTC()
	}
	if h.Lat != nil && h.Lng != nil {
		f.Place = &core.Point{Lat: *h.Lat, Lng: *h.Lng}
	}
	return f
}

// selectSaid reads what was said on cases, each with its audience. What was
// posted to somebody is for staff: the requester has the letter itself.
const selectSaid = `SELECT n.case_id, 'note' AS kind, n.audience, coalesce(u.name, '') AS about, n.body AS text, n.no AS place
FROM notes n LEFT JOIN staff_users u ON u.id = CASE WHEN n.actor_kind = 'staff' THEN n.actor_id::uuid END WHERE n.case_id = ANY ($1)
UNION ALL SELECT q.case_id, 'question', 'public', '', q.body, q.no FROM questions q WHERE q.case_id = ANY ($1)
UNION ALL SELECT q.case_id, 'reply', 'public', '', q.answer, q.no FROM questions q WHERE q.case_id = ANY ($1)
UNION ALL SELECT s.case_id, 'answer', 'public', coalesce(r.row ->> 'question', ''), coalesce(r.row ->> 'answer', ''), r.place::int
	FROM submissions s CROSS JOIN LATERAL jsonb_array_elements(s.review) WITH ORDINALITY AS r(row, place) WHERE s.case_id = ANY ($1)
UNION ALL SELECT a.case_id, 'file', a.audience, '', a.name, a.no FROM attachments a WHERE a.case_id = ANY ($1) AND a.deleted_at IS NULL
UNION ALL SELECT o.case_id, 'mail', 'staff', '', o.subject, o.no FROM outbox o WHERE o.case_id = ANY ($1)
UNION ALL SELECT n.case_id, 'reference', 'public', n.source, n.value, row_number() OVER (PARTITION BY n.case_id ORDER BY n.source, n.value)::int
	FROM case_aliases n WHERE n.case_id = ANY ($1)
ORDER BY 1, 2, 6`

type saidRow struct {
	CaseID   core.CaseID
	Kind     PartKind
	Audience core.Audience
	About    string
	Text     string
	Place    int // among those of its kind
}

// selectAliased finds the cases that other systems know by a reference,
// whichever system that is.
const selectAliased = `SELECT DISTINCT case_id FROM case_aliases WHERE value = $1 LIMIT $2`

type aliasedRow struct{ CaseID core.CaseID }
