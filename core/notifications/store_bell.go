package notifications

import (
	"time"

	"github.com/casement-dev/casement/core"
)

const (
	// What a routine says is of no event: the matrix tells of that one.
	insertBell = `INSERT INTO notifications (staff_id, case_id, event_seq, kind, audience, needs, task, made_at, in_digest, routine)
VALUES ($1, $2, CASE WHEN $10::text = '' THEN $3::bigint END, $4, $5, $6, nullif($7::int, 0), $8, $9, $10) ON CONFLICT (event_seq, staff_id) DO NOTHING`

	selectPreferences = `SELECT kind, how FROM notification_preferences WHERE staff_id = $1`

	deletePreferences = `DELETE FROM notification_preferences WHERE staff_id = $1`

	insertPreference = `INSERT INTO notification_preferences (staff_id, kind, how) VALUES ($1, $2, $3)`

	selectSettings = `SELECT digest_hour, zone FROM notification_settings WHERE staff_id = $1`

	upsertSettings = `INSERT INTO notification_settings (staff_id, digest_hour, zone) VALUES ($1, $2, $3)
ON CONFLICT (staff_id) DO UPDATE SET digest_hour = excluded.digest_hour, zone = excluded.zone`
)

type preferenceRow struct {
	Kind core.EventKind
	How  How
}

type settingsRow struct {
	DigestHour int
	Zone       string
}

// opened is why a case may be open to the reader beyond their duties; the
// parameters are those of visible.
const opened = `EXISTS (SELECT FROM case_access a WHERE a.case_id = c.id
	AND (a.actor_kind = 'staff' AND a.actor_id = $2 OR a.actor_kind = 'group' AND a.actor_id = ANY ($3)) AND a.why = ANY (`

// sees reports whether the reader may see the case itself.
const seesCase = `(c.scope_id = ANY ($4) OR ` + opened + `$5)))`

// visible are the notifications of a staff user ($1) on cases that are within
// their reach: $2 their name in case_access, $3 their groups, $4 the scopes they
// may view, and the reasons for access that let them see a case ($5), what is
// private on it ($6), and their task on it ($7). No duty opens what is private.
const visible = ` FROM notifications n JOIN cases c ON c.id = n.case_id
WHERE n.staff_id = $1 AND CASE n.needs WHEN 'case.view' THEN ` + seesCase + `
	WHEN 'case.see_private' THEN ` + opened + `$6))
	WHEN 'case.task' THEN c.scope_id = ANY ($4) OR ` + opened + `$7)) ELSE false END`

// countUnread counts no further than the badge shows.
const countUnread = `SELECT count(*)::int AS unread FROM (SELECT 1` + visible + ` AND n.read_at IS NULL LIMIT $8) u`

type unreadRow struct{ Unread int }

const bellColumns = `n.id, n.kind, n.audience, n.task, n.made_at, n.read_at, n.routine, c.ref, c.type_key, c.subject, ` + seesCase + ` AS sees_case,
	e.actor_kind, e.actor_id, coalesce(u.name, '') AS actor_name, b.body, coalesce(t.title, '') AS task_title, coalesce(t.type, '') AS task_type`

const bellBeside = ` LEFT JOIN LATERAL (SELECT v.actor_kind, v.actor_id FROM events v WHERE v.seq = n.event_seq) e ON true
LEFT JOIN event_bodies b ON b.seq = n.event_seq
LEFT JOIN staff_users u ON e.actor_kind = 'staff' AND u.id::text = e.actor_id
LEFT JOIN tasks t ON t.case_id = n.case_id AND t.no = n.task`

const selectBells = `SELECT ` + bellColumns + ` FROM (SELECT n.id, n.kind, n.audience, n.task, n.made_at, n.read_at, n.case_id, n.event_seq, n.routine` + visible + `
	AND (NOT $8 OR n.read_at IS NULL) AND n.id < $9 ORDER BY n.id DESC LIMIT $10) n JOIN cases c ON c.id = n.case_id` + bellBeside + `
ORDER BY n.id DESC`

// selectForDigest are those that a digest lists: not read yet, and made by its
// hour.
const selectForDigest = `SELECT ` + bellColumns + ` FROM (SELECT n.id, n.kind, n.audience, n.task, n.made_at, n.read_at, n.case_id, n.event_seq, n.routine` + visible + `
	AND n.in_digest AND n.digest_on IS NULL AND n.read_at IS NULL AND n.made_at <= $8 ORDER BY n.id LIMIT $9) n JOIN cases c ON c.id = n.case_id` + bellBeside + `
ORDER BY n.id`

type bellRow struct {
	ID        int64
	Kind      core.EventKind
	Audience  string
	Task      *int
	MadeAt    time.Time
	ReadAt    *time.Time
	Routine   string
	Ref       core.Reference
	TypeKey   string
	Subject   string
	SeesCase  bool
	ActorKind *core.ActorKind
	ActorID   *string
	ActorName string
	Body      []byte
	TaskTitle string
	TaskType  string
}

const (
	updateRead = `UPDATE notifications SET read_at = $3 WHERE staff_id = $1 AND id = $2 AND read_at IS NULL`

	updateAllRead = `UPDATE notifications SET read_at = $3 WHERE staff_id = $1 AND id <= $2 AND read_at IS NULL`

	updateCaseRead = `UPDATE notifications SET read_at = $3 WHERE staff_id = $1 AND case_id = $2 AND read_at IS NULL`

	updateTaskRead = `UPDATE notifications SET read_at = $4 WHERE staff_id = $1 AND case_id = $2 AND task = $3 AND read_at IS NULL`

	deleteBells = `DELETE FROM notifications WHERE made_at < $1`

	deleteDigests = `DELETE FROM notification_digests WHERE made_at < $1`

	deleteDigestMails = `DELETE FROM outbox WHERE case_id IS NULL AND event_kind = 'digest' AND created_at < $1 AND state NOT IN ('queued', 'sending')`
)

// selectWaitingForDigest is whom a digest may be due to.
const selectWaitingForDigest = `SELECT DISTINCT u.id, u.name, u.email, coalesce(s.digest_hour, $1::int)::int AS digest_hour, coalesce(s.zone, '') AS zone
FROM notifications n JOIN staff_users u ON u.id = n.staff_id LEFT JOIN notification_settings s ON s.staff_id = u.id
WHERE n.in_digest AND n.digest_on IS NULL AND u.active ORDER BY u.id`

type waitingRow struct {
	ID         core.StaffID
	Name       string
	Email      string
	DigestHour int
	Zone       string
}

const (
	insertDigest = `INSERT INTO notification_digests (staff_id, day, items, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`

	updateDigested = `UPDATE notifications SET digest_on = $3 WHERE staff_id = $1 AND in_digest AND digest_on IS NULL AND made_at <= $2`
)
