package search

import (
	"github.com/casement-dev/casement/core"
)

const selectHeads = `SELECT c.id, c.ref, c.type_key, c.scope_id, c.subject, c.description, c.address, c.fields, c.on_behalf_of, c.contact
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
}

// selectSaid reads what was said on cases, each with its audience. What was
// posted to somebody is for staff: the requester has the letter itself.
const selectSaid = `SELECT n.case_id, 'note' AS kind, n.audience, coalesce(u.name, '') AS about, n.body AS text
FROM notes n LEFT JOIN staff_users u ON u.id = CASE WHEN n.actor_kind = 'staff' THEN n.actor_id::uuid END WHERE n.case_id = ANY ($1)
UNION ALL SELECT q.case_id, 'question', 'public', '', q.body FROM questions q WHERE q.case_id = ANY ($1)
UNION ALL SELECT q.case_id, 'reply', 'public', '', q.answer FROM questions q WHERE q.case_id = ANY ($1)
UNION ALL SELECT s.case_id, 'answer', 'public', coalesce(r.row ->> 'question', ''), coalesce(r.row ->> 'answer', '')
	FROM submissions s CROSS JOIN LATERAL jsonb_array_elements(s.review) AS r(row) WHERE s.case_id = ANY ($1)
UNION ALL SELECT a.case_id, 'file', a.audience, '', a.name FROM attachments a WHERE a.case_id = ANY ($1) AND a.deleted_at IS NULL
UNION ALL SELECT o.case_id, 'mail', 'staff', '', o.subject FROM outbox o WHERE o.case_id = ANY ($1)`

type saidRow struct {
	CaseID   core.CaseID
	Kind     PartKind
	Audience core.Audience
	About    string
	Text     string
}
