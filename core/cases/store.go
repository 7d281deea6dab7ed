package cases

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/casement-dev/casement/core"
)

// caseColumns lists what makes a [core.Case], for every statement that reads
// one. caseRow has a field for each.
const caseColumns = `c.id, c.ref, c.type_key, c.type_version, c.version, c.confidentiality, c.subject, c.description,
	c.subtype, c.priority, c.channel, c.place, c.address, c.fields, c.status, c.status_kind, c.stage, c.group_key,
	c.assignee_id, c.creator_id, c.level, c.requester_id, c.anonymous, c.on_behalf_of, c.contact, c.raised_at,
	c.received_at, c.opened_at, c.first_response_at, c.resolved_at, c.closed_at, c.outcome, c.reopened, c.due_at`

type caseRow struct {
	ID              core.CaseID
	Ref             core.Reference
	TypeKey         string
	TypeVersion     int
	Version         core.Version
	Confidentiality core.Confidentiality
	Subject         string
	Description     string
	Subtype         string
	Priority        string
	Channel         core.Channel
	Place           pgtype.Point
	Address         string
	Fields          map[string]any
	Status          string
	StatusKind      core.StatusKind
	Stage           string
	GroupKey        string
	AssigneeID      core.StaffID
	CreatorID       core.StaffID
	Level           int
	RequesterID     core.PersonID
	Anonymous       bool
	OnBehalfOf      string
	Contact         core.Contact
	RaisedAt        time.Time
	ReceivedAt      time.Time
	OpenedAt        *time.Time
	FirstResponseAt *time.Time
	ResolvedAt      *time.Time
	ClosedAt        *time.Time
	Outcome         string
	Reopened        int
	DueAt           *time.Time
}

func (r caseRow) noun() *core.Case {
	return &core.Case{
		ID: r.ID, Ref: r.Ref, Type: r.TypeKey, TypeVersion: r.TypeVersion, Version: r.Version,
		Confidentiality: r.Confidentiality, Subject: r.Subject, Description: r.Description,
		Subtype: r.Subtype, Priority: r.Priority, Channel: r.Channel, Place: pointOf(r.Place), Address: r.Address,
		Fields: r.Fields, Status: r.Status, StatusKind: r.StatusKind, Stage: r.Stage, Group: r.GroupKey,
		Assignee: r.AssigneeID, Creator: r.CreatorID, Level: r.Level, Requester: r.RequesterID,
		Anonymous: r.Anonymous, OnBehalfOf: r.OnBehalfOf, Contact: r.Contact,
		RaisedAt: r.RaisedAt.UTC(), ReceivedAt: r.ReceivedAt.UTC(), OpenedAt: orZero(r.OpenedAt),
		FirstResponseAt: orZero(r.FirstResponseAt), ResolvedAt: orZero(r.ResolvedAt), ClosedAt: orZero(r.ClosedAt),
		Outcome: r.Outcome, Reopened: r.Reopened, DueAt: orZero(r.DueAt),
	}
}

// lockedRow is a case under its lock, with the newest version of its type.
type lockedRow struct {
	caseRow
	Published int
}

const lockCase = `SELECT ` + caseColumns + `,
	(SELECT max(d.version) FROM documents d WHERE d.kind = 'case_type' AND d.key = c.type_key) AS published
FROM cases c WHERE c.id = $1 FOR NO KEY UPDATE OF c`

const selectPublished = `SELECT coalesce(max(version), 0) AS version FROM documents WHERE kind = 'case_type' AND key = $1`

type publishedRow struct{ Version int }

const selectGroups = `SELECT m.group_key FROM memberships m JOIN staff_users u ON u.id = m.staff_id
WHERE m.staff_id = $1 AND u.active`

const selectCalendars = `SELECT key, max(version) AS version FROM documents WHERE kind = 'calendar' GROUP BY key`

type calendarHead struct {
	Key     string
	Version int
}

// hours adds the query for the newest version of each calendar.
func (r *Reads) hours(into *map[string]int) {
	ReadAll(r, selectCalendars, nil, func(found []calendarHead) {
		*into = make(map[string]int, len(found))
		for _, h := range found {
			(*into)[h.Key] = h.Version
		}
	})
}

const selectTouchedSince = `SELECT version, aspects FROM events
WHERE stream_kind = 'case' AND stream_id = $1 AND version > $2 ORDER BY version`

// touched is what one event changed.
type touched struct {
	Version core.Version
	Aspects []core.Aspect
}

const selectAccess = `SELECT why FROM case_access WHERE case_id = $1 AND (
	actor_kind = 'staff' AND actor_id = $2
	OR actor_kind = 'group' AND actor_id IN (SELECT group_key FROM memberships WHERE staff_id = $2::uuid))
AND NOT EXISTS (SELECT FROM staff_users u WHERE u.id = $2::uuid AND NOT u.active)`

// selectMembership finds the groups of a staff user, and whether they may still
// come in.
const selectMembership = `SELECT u.active, CASE WHEN u.active THEN ARRAY(SELECT m.group_key FROM memberships m WHERE m.staff_id = u.id) ELSE '{}' END AS groups
FROM staff_users u WHERE u.id = $1`

type membershipRow struct {
	Active bool
	Groups []string
}

// member adds the query for the groups of a staff user; left is set for one who
// was deactivated.
func (r *Reads) member(id core.StaffID, groups *[]string, left *bool) {
	ReadAll(r, selectMembership, []any{id}, func(found []membershipRow) {
		if len(found) > 0 {
			*groups, *left = found[0].Groups, !found[0].Active
		}
	})
}

type accessRow struct{ Why core.AccessReason }

// lockKey lets one request with a key run at a time, so that a second that is
// sent while the first still runs finds what came of it.
const lockKey = `SELECT pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))`

const selectIdempotent = `SELECT request_hash, result FROM idempotency_keys
WHERE principal = $1 AND key = $2 AND created_at > $3`

// insertIdempotent may find a key there whose time is over.
const insertIdempotent = `INSERT INTO idempotency_keys (principal, key, request_hash, result, created_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (principal, key) DO UPDATE SET request_hash = excluded.request_hash, result = excluded.result, created_at = excluded.created_at`

// insertScope makes the scope a case falls into, if it is the first there. It
// looks before it inserts, because an insert uses up a number even when it
// then finds a conflict.
const insertScope = `INSERT INTO scopes (type_key, group_key, confidentiality)
SELECT $1::text, $2::text, $3::text
WHERE NOT EXISTS (SELECT FROM scopes WHERE type_key = $1 AND group_key = $2 AND confidentiality = $3)
ON CONFLICT (type_key, group_key, confidentiality) DO NOTHING`

const insertCase = `INSERT INTO cases (id, ref, type_key, type_version, scope_id, version, confidentiality, subject,
	description, subtype, priority, channel, place, address, fields, status, status_kind, stage, group_key, assignee_id,
	creator_id, level, requester_id, anonymous, on_behalf_of, contact, tracking_hash, raised_at, received_at, opened_at,
	first_response_at, resolved_at, closed_at, outcome, reopened, updated_at, due_at)
VALUES ($1, $2, $3, $4, (SELECT id FROM scopes WHERE type_key = $3 AND group_key = $18 AND confidentiality = $6), $5, $6, $7,
	$8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
	$20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36)`

const updateCase = `UPDATE cases SET
	scope_id = (SELECT s.id FROM scopes s WHERE s.type_key = cases.type_key AND s.group_key = $12 AND s.confidentiality = $3),
	version = $2, confidentiality = $3, subject = $4, subtype = $5, priority = $6, place = $7, address = $8, fields = $9,
	status = $10, status_kind = $11, group_key = $12, assignee_id = $13, stage = $14, level = $15, contact = $16,
	opened_at = $17, first_response_at = $18, resolved_at = $19, closed_at = $20, outcome = $21, reopened = $22,
	requester_id = $23, updated_at = $24, due_at = $25, received_at = $26
WHERE id = $1`

// queueCase writes the case as the commands left it.
func (w *Work) queueCase(b *pgx.Batch) {
	cs := w.Case
	if scope := w.scope(); scope != w.found {
		b.Queue(insertScope, scope.typeKey, scope.group, scope.confidentiality)
	}
	if w.isNew {
		b.Queue(insertCase, w.row()...)
		return
	}
	b.Queue(updateCase, cs.ID, cs.Version, cs.Confidentiality, cs.Subject, cs.Subtype, cs.Priority, toPoint(cs.Place), cs.Address,
		jsonObject(cs.Fields), cs.Status, cs.StatusKind, cs.Group, cs.Assignee, cs.Stage, cs.Level, cs.Contact,
		orNull(cs.OpenedAt), orNull(cs.FirstResponseAt), orNull(cs.ResolvedAt), orNull(cs.ClosedAt), cs.Outcome, cs.Reopened,
		cs.Requester, w.Now, orNull(cs.DueAt), cs.ReceivedAt)
}

// row is a new case in the order of the columns of insertCase, without its scope.
func (w *Work) row() []any {
	cs := w.Case
	return []any{
		uuidOf(cs.ID), cs.Ref, cs.Type, cs.TypeVersion, cs.Version, cs.Confidentiality, cs.Subject,
		cs.Description, cs.Subtype, cs.Priority, cs.Channel, toPoint(cs.Place), cs.Address, jsonObject(cs.Fields), cs.Status,
		cs.StatusKind, cs.Stage, cs.Group, uuidOf(cs.Assignee), uuidOf(cs.Creator), cs.Level, uuidOf(cs.Requester), cs.Anonymous,
		cs.OnBehalfOf, cs.Contact, core.TokenHash(w.tracking), cs.RaisedAt, cs.ReceivedAt, orNull(cs.OpenedAt),
		orNull(cs.FirstResponseAt), orNull(cs.ResolvedAt), orNull(cs.ClosedAt), cs.Outcome, cs.Reopened, w.RecordedAt,
		orNull(cs.DueAt),
	}
}

// uuidOf writes an identifier as the database does; the zero one is NULL.
func uuidOf[I ~[16]byte](id I) pgtype.UUID {
	return pgtype.UUID{Bytes: [16]byte(id), Valid: id != I{}}
}

// orZero and orNull stand between a zero time, which means "never", and NULL.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// A point is kept as (longitude, latitude), the order of x and y.
func toPoint(p *core.Point) pgtype.Point {
	if p == nil {
		return pgtype.Point{}
	}
	return pgtype.Point{P: pgtype.Vec2{X: p.Lng, Y: p.Lat}, Valid: true}
}

func pointOf(p pgtype.Point) *core.Point {
	if !p.Valid {
		return nil
	}
	return &core.Point{Lat: p.P.Y, Lng: p.P.X}
}

// jsonObject writes {} rather than null for no fields.
func jsonObject(m map[string]any) json.RawMessage {
	if len(m) == 0 {
		return json.RawMessage("{}")
	}
	raw, err := json.Marshal(m)
	if err != nil {
		// Fields hold what was decoded from JSON or checked by the type.
		panic(fmt.Sprintf("encode the fields of a case: %v", err))
	}
	return raw
}
