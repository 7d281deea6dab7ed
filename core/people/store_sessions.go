package people

import (
	"context"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const insertSession = `
INSERT INTO sessions (token_hash, kind, staff_id, person_id, csrf, device, created_at, seen_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)`

// InsertSession adds a session.
func (*Store) InsertSession(ctx context.Context, q querier, hash []byte, in Session, device string, now time.Time) error {
	_, err := exec(ctx, q, insertSession, hash, in.Kind, in.Actor.StaffID(), in.Actor.PersonID(), in.CSRF, device, now, in.Until)
	return err
}

// sessionRow is a session with what is known of its holder.
type sessionRow struct {
	Kind      SessionKind
	StaffID   core.StaffID
	PersonID  core.PersonID
	CSRF      string
	SeenAt    time.Time
	ExpiresAt time.Time
	Name      string
	Email     string
	Roles     []core.Role
	AfterSave core.AfterSave
	Groups    []string
}

func (r sessionRow) session() Session {
	actor := core.PersonActor(r.PersonID, r.Name)
	if r.Kind == StaffSession {
		actor = core.StaffActor(r.StaffID, r.Name, r.Roles...)
	}
	return Session{
		Kind: r.Kind, Actor: actor, Email: r.Email, Groups: r.Groups, AfterSave: r.AfterSave,
		CSRF: r.CSRF, Until: r.ExpiresAt.UTC(),
	}
}

const selectSession = `
SELECT s.kind, s.staff_id, s.person_id, s.csrf, s.seen_at, s.expires_at,
	coalesce(u.name, nullif(p.name, ''), p.email) AS name, coalesce(u.email, p.email) AS email, coalesce(u.roles, '{}') AS roles,
	coalesce(u.after_save, '') AS after_save,
	ARRAY(SELECT m.group_key FROM memberships m WHERE m.staff_id = s.staff_id ORDER BY m.group_key) AS groups
FROM sessions s
LEFT JOIN staff_users u ON u.id = s.staff_id
LEFT JOIN persons p ON p.id = s.person_id
WHERE s.token_hash = $1 AND s.expires_at > $2
	AND s.seen_at > CASE s.kind WHEN 'staff' THEN $3::timestamptz ELSE $4::timestamptz END
	AND coalesce(u.active, true)`

// FindSession returns a live session: not expired at now, and used since the
// instant that its kind asks for.
func (*Store) FindSession(ctx context.Context, q querier, hash []byte, now, staffSince, personSince time.Time) (sessionRow, error) {
	return postgres.One[sessionRow](ctx, q, errNoSession, selectSession, hash, now, staffSince, personSince)
}

const touchSession = `UPDATE sessions SET seen_at = $2 WHERE token_hash = $1 AND seen_at < $2`

// TouchSession notes when a session was last used.
func (*Store) TouchSession(ctx context.Context, q querier, hash []byte, now time.Time) error {
	_, err := exec(ctx, q, touchSession, hash, now)
	return err
}

// listedSession is a session as its holder sees it.
type listedSession struct {
	TokenHash []byte
	Device    string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

const selectSessions = `
SELECT token_hash, device, created_at, seen_at, expires_at FROM sessions
WHERE (staff_id = $1 OR person_id = $2) AND expires_at > $3
	AND seen_at > CASE kind WHEN 'staff' THEN $4::timestamptz ELSE $5::timestamptz END
ORDER BY seen_at DESC, token_hash LIMIT 200`

// ListSessions lists the live sessions of whoever asks.
func (*Store) ListSessions(ctx context.Context, q querier, by core.Actor, now, staffSince, personSince time.Time) ([]listedSession, error) {
	return postgres.All[listedSession](ctx, q, selectSessions, by.StaffID(), by.PersonID(), now, staffSince, personSince)
}

const deleteSession = `DELETE FROM sessions WHERE token_hash = $1 AND (staff_id = $2 OR person_id = $3)`

// DeleteSession ends one session of whoever asks.
func (*Store) DeleteSession(ctx context.Context, q querier, by core.Actor, hash []byte) error {
	return execOne(ctx, q, errNoSession, deleteSession, hash, by.StaffID(), by.PersonID())
}

const deleteSessions = `
DELETE FROM sessions WHERE (staff_id = $1 OR person_id = $2) AND token_hash IS DISTINCT FROM $3::bytea`

// DeleteSessions ends every session of somebody but the one with a hash, and
// returns how many.
func (*Store) DeleteSessions(ctx context.Context, q querier, of core.Actor, keep []byte) (int, error) {
	return exec(ctx, q, deleteSessions, of.StaffID(), of.PersonID(), keep)
}

const deleteToken = `DELETE FROM sessions WHERE token_hash = $1`

// DeleteToken ends the session of a token, if there is one.
func (*Store) DeleteToken(ctx context.Context, q querier, hash []byte) error {
	_, err := exec(ctx, q, deleteToken, hash)
	return err
}

// link is what a link in a mail opens.
type link struct {
	Email string
	Next  string
}

const insertLink = `
INSERT INTO sign_in_links (token_hash, purpose, email, next, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)`

// InsertLink adds a link.
func (*Store) InsertLink(ctx context.Context, q querier, hash []byte, purpose linkPurpose, email, next string, now, until time.Time) error {
	_, err := exec(ctx, q, insertLink, hash, purpose, email, next, now, until)
	return err
}

const selectLink = `
SELECT email, next FROM sign_in_links
WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3`

// FindLink returns a link that still works.
func (*Store) FindLink(ctx context.Context, q querier, hash []byte, purpose linkPurpose, now time.Time) (link, error) {
	return postgres.One[link](ctx, q, errDeadLink, selectLink, hash, purpose, now)
}

const useLink = `
UPDATE sign_in_links SET used_at = $3
WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3
RETURNING email, next`

// UseLink uses a link up. Of two who use it at once, one finds it dead.
func (*Store) UseLink(ctx context.Context, q querier, hash []byte, purpose linkPurpose, now time.Time) (link, error) {
	return postgres.One[link](ctx, q, errDeadLink, useLink, hash, purpose, now)
}

const useLinksOf = `
UPDATE sign_in_links SET used_at = $3 WHERE email = $1 AND purpose = $2 AND used_at IS NULL`

// UseLinksOf ends every link of one address and purpose.
func (*Store) UseLinksOf(ctx context.Context, q querier, email string, purpose linkPurpose, now time.Time) error {
	_, err := exec(ctx, q, useLinksOf, email, purpose, now)
	return err
}

// linkCount is how many sign-in links an address was sent lately.
type linkCount struct {
	Quarter int
	Day     int
}

const (
	lockLinks  = `SELECT pg_advisory_xact_lock(hashtextextended('sign_in_links ' || $1, 0))`
	countLinks = `
SELECT count(*) FILTER (WHERE created_at > $2)::int AS quarter, count(*)::int AS day
FROM sign_in_links WHERE email = $1 AND purpose = 'sign_in' AND created_at > $3`
)

// CountLinks counts the sign-in links of an address since two instants, and
// makes others who count it wait until the transaction ends.
func (*Store) CountLinks(ctx context.Context, q querier, email string, quarter, day time.Time) (linkCount, error) {
	if _, err := exec(ctx, q, lockLinks, email); err != nil {
		return linkCount{}, err
	}
	return postgres.One[linkCount](ctx, q, errDeadLink, countLinks, email, quarter, day)
}

// failures are wrong passwords in a row.
type failures struct {
	Failures int
	LastAt   time.Time
}

// lockFailures changes nothing in a row that is there but its lock.
const (
	lockFailures = `
INSERT INTO sign_in_failures AS f (account, failures, last_at) VALUES ($1, 0, $2)
ON CONFLICT (account) DO UPDATE SET failures = f.failures
RETURNING failures, last_at`
	selectFailures = `SELECT failures, last_at FROM sign_in_failures WHERE account = $1`
)

// LockFailures returns the wrong passwords counted for an account, and makes
// others who try it wait until the transaction ends.
func (*Store) LockFailures(ctx context.Context, q querier, account []byte, now time.Time) (failures, error) {
	return postgres.One[failures](ctx, q, errNoFailures, lockFailures, account, now)
}

// FindFailures returns the wrong passwords counted for an account, or a
// not-found error when there are none.
func (*Store) FindFailures(ctx context.Context, q querier, account []byte) (failures, error) {
	return postgres.One[failures](ctx, q, errNoFailures, selectFailures, account)
}

var errNoFailures = core.NotFound("No wrong password was counted.")

const setFailures = `UPDATE sign_in_failures SET failures = $2, last_at = $3 WHERE account = $1`

// SetFailures stores how many wrong passwords were counted, and when the last.
func (*Store) SetFailures(ctx context.Context, q querier, account []byte, failures int, now time.Time) error {
	return execOne(ctx, q, errNoFailures, setFailures, account, failures, now)
}

const deleteFailures = `DELETE FROM sign_in_failures WHERE account = $1`

// ClearFailures forgets the wrong passwords of an account.
func (*Store) ClearFailures(ctx context.Context, q querier, account []byte) error {
	_, err := exec(ctx, q, deleteFailures, account)
	return err
}

const (
	sweepSessions = `DELETE FROM sessions WHERE expires_at <= $1`
	sweepLinks    = `DELETE FROM sign_in_links WHERE expires_at <= $1`
	sweepFailures = `DELETE FROM sign_in_failures WHERE last_at <= $1`
)

// Sweep deletes what has expired.
func (*Store) Sweep(ctx context.Context, q querier, now, links, failures time.Time) error {
	if _, err := exec(ctx, q, sweepSessions, now); err != nil {
		return err
	}
	if _, err := exec(ctx, q, sweepLinks, links); err != nil {
		return err
	}
	_, err := exec(ctx, q, sweepFailures, failures)
	return err
}
