package people

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

var errNoUser = core.NotFound("There is no such staff user.")

const insertUser = `
INSERT INTO staff_users (id, name, email, password_hash, roles, active, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING no`

// InsertUser adds a staff user with their groups and returns their number.
func (*Store) InsertUser(ctx context.Context, q querier, u core.StaffUser, passwordHash string, now time.Time) (int, error) {
	row, err := postgres.One[struct{ No int }](ctx, q, errNoUser, insertUser,
		u.ID, u.Name, u.Email, passwordHash, roleNames(u.Roles), u.Active, now)
	if err != nil {
		return 0, err
	}
	_, err = exec(ctx, q, insertMemberships, u.ID, nonNil(u.Groups))
	return row.No, err
}

const (
	updateUser        = `UPDATE staff_users SET name = $2, email = $3, roles = $4 WHERE id = $1`
	deleteMemberships = `DELETE FROM memberships WHERE staff_id = $1 AND NOT group_key = ANY($2)`
	insertMemberships = `
INSERT INTO memberships (staff_id, group_key) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING`
)

// UpdateUser stores a staff user's name, address, roles and groups.
func (*Store) UpdateUser(ctx context.Context, q querier, u core.StaffUser) error {
	if err := execOne(ctx, q, errNoUser, updateUser, u.ID, u.Name, u.Email, roleNames(u.Roles)); err != nil {
		return err
	}
	if _, err := exec(ctx, q, deleteMemberships, u.ID, nonNil(u.Groups)); err != nil {
		return err
	}
	_, err := exec(ctx, q, insertMemberships, u.ID, nonNil(u.Groups))
	return err
}

const setActive = `UPDATE staff_users SET active = $2 WHERE id = $1`

// SetActive says whether a staff user may sign in.
func (*Store) SetActive(ctx context.Context, q querier, id core.StaffID, active bool) error {
	return execOne(ctx, q, errNoUser, setActive, id, active)
}

const setPasswordHash = `UPDATE staff_users SET password_hash = $2 WHERE id = $1`

// SetPasswordHash stores the hash of a password.
func (*Store) SetPasswordHash(ctx context.Context, q querier, id core.StaffID, hash string) error {
	return execOne(ctx, q, errNoUser, setPasswordHash, id, hash)
}

const setAfterSave = `UPDATE staff_users SET after_save = $2 WHERE id = $1`

// SetAfterSave stores where a staff user goes after saving a case.
func (*Store) SetAfterSave(ctx context.Context, q querier, id core.StaffID, place core.AfterSave) error {
	return execOne(ctx, q, errNoUser, setAfterSave, id, place)
}

// credentials are what signing in needs to know of a staff user.
type credentials struct {
	ID           core.StaffID
	Name         string
	Email        string
	PasswordHash string
	Roles        []core.Role
	Active       bool
}

const (
	selectCredentials = `
SELECT id, name, email, password_hash, roles, active FROM staff_users WHERE email = $1`
	selectCredentialsByID = `
SELECT id, name, email, password_hash, roles, active FROM staff_users WHERE id = $1`
	lockUser = `
SELECT id, name, email, password_hash, roles, active FROM staff_users WHERE id = $1 FOR UPDATE`
)

// FindCredentials returns what signing in with an address needs.
func (*Store) FindCredentials(ctx context.Context, q querier, email string) (credentials, error) {
	return postgres.One[credentials](ctx, q, errNoUser, selectCredentials, email)
}

// FindCredentialsByID is FindCredentials by the staff user's ID.
func (*Store) FindCredentialsByID(ctx context.Context, q querier, id core.StaffID) (credentials, error) {
	return postgres.One[credentials](ctx, q, errNoUser, selectCredentialsByID, id)
}

// LockUser returns a staff user and keeps others from changing them until the
// transaction ends.
func (*Store) LockUser(ctx context.Context, q querier, id core.StaffID) (credentials, error) {
	return postgres.One[credentials](ctx, q, errNoUser, lockUser, id)
}

const lockAdministrators = `
SELECT id FROM staff_users WHERE active AND 'administrator' = ANY(roles) ORDER BY id FOR UPDATE`

// LockAdministrators returns how many active administrators there are, and
// keeps the number from falling until the transaction ends.
func (*Store) LockAdministrators(ctx context.Context, q querier) (int, error) {
	rows, err := postgres.All[struct{ ID core.StaffID }](ctx, q, lockAdministrators)
	return len(rows), err
}

// userRow is a staff user as the database gives it.
type userRow struct {
	ID     core.StaffID
	No     int
	Name   string
	Email  string
	Roles  []core.Role
	Groups []string
	Active bool
}

func (r userRow) user() core.StaffUser { return core.StaffUser(r) }

func users(rows []userRow, err error) ([]core.StaffUser, error) {
	out := make([]core.StaffUser, len(rows))
	for i, r := range rows {
		out[i] = r.user()
	}
	return out, err
}

const (
	selectUser = `
SELECT u.id, u.no, u.name, u.email, u.roles, u.active,
	ARRAY(SELECT m.group_key FROM memberships m WHERE m.staff_id = u.id ORDER BY m.group_key) AS groups
FROM staff_users u WHERE u.id = $1`
	selectUserByEmail = `
SELECT u.id, u.no, u.name, u.email, u.roles, u.active,
	ARRAY(SELECT m.group_key FROM memberships m WHERE m.staff_id = u.id ORDER BY m.group_key) AS groups
FROM staff_users u WHERE u.email = lower($1)`
	selectUsers = `
SELECT u.id, u.no, u.name, u.email, u.roles, u.active,
	ARRAY(SELECT m.group_key FROM memberships m WHERE m.staff_id = u.id ORDER BY m.group_key) AS groups
FROM staff_users u WHERE u.active ORDER BY lower(u.name), u.id`
	selectGroupMembers = `
SELECT u.id, u.no, u.name, u.email, u.roles, u.active,
	ARRAY(SELECT m.group_key FROM memberships m WHERE m.staff_id = u.id ORDER BY m.group_key) AS groups
FROM memberships g JOIN staff_users u ON u.id = g.staff_id
WHERE g.group_key = $1 AND u.active ORDER BY lower(u.name), u.id`
)

// FindUser returns a staff user.
func (*Store) FindUser(ctx context.Context, q querier, id core.StaffID) (core.StaffUser, error) {
	row, err := postgres.One[userRow](ctx, q, errNoUser, selectUser, id)
	return row.user(), err
}

// FindUserByEmail returns the staff user who signs in with an address.
func (*Store) FindUserByEmail(ctx context.Context, q querier, email string) (core.StaffUser, error) {
	row, err := postgres.One[userRow](ctx, q, errNoUser, selectUserByEmail, email)
	return row.user(), err
}

// ListUsers lists the active staff users by name.
func (*Store) ListUsers(ctx context.Context, q querier) ([]core.StaffUser, error) {
	return users(postgres.All[userRow](ctx, q, selectUsers))
}

// GroupMembers lists the active staff users of a group by name.
func (*Store) GroupMembers(ctx context.Context, q querier, key string) ([]core.StaffUser, error) {
	return users(postgres.All[userRow](ctx, q, selectGroupMembers, key))
}

// accountRow is a staff user with what only administrators see.
type accountRow struct {
	userRow
	HasPassword bool
	CreatedAt   time.Time
	SeenAt      *time.Time
}

func (r accountRow) account() Account {
	return Account{StaffUser: r.user(), HasPassword: r.HasPassword, CreatedAt: r.CreatedAt.UTC(), SeenAt: utc(r.SeenAt)}
}

const (
	selectAccount = `
SELECT u.id, u.no, u.name, u.email, u.roles, u.active, u.password_hash <> '' AS has_password, u.created_at,
	ARRAY(SELECT m.group_key FROM memberships m WHERE m.staff_id = u.id ORDER BY m.group_key) AS groups,
	(SELECT max(s.seen_at) FROM sessions s WHERE s.staff_id = u.id) AS seen_at
FROM staff_users u WHERE u.no = $1`
	selectAccounts = `
SELECT u.id, u.no, u.name, u.email, u.roles, u.active, u.password_hash <> '' AS has_password, u.created_at,
	ARRAY(SELECT m.group_key FROM memberships m WHERE m.staff_id = u.id ORDER BY m.group_key) AS groups,
	(SELECT max(s.seen_at) FROM sessions s WHERE s.staff_id = u.id) AS seen_at
FROM staff_users u
WHERE u.active = $1
	AND ($2 = '' OR lower(u.name) LIKE $2 OR u.email LIKE $2)
	AND ($3 = '' OR EXISTS (SELECT FROM memberships m WHERE m.staff_id = u.id AND m.group_key = $3))
ORDER BY lower(u.name), u.id LIMIT $4`
)

// FindAccount returns a staff user by number, with what only administrators see.
func (*Store) FindAccount(ctx context.Context, q querier, no int) (Account, error) {
	row, err := postgres.One[accountRow](ctx, q, errNoUser, selectAccount, no)
	return row.account(), err
}

// ListAccounts lists the staff users that a filter lets through, by name.
func (*Store) ListAccounts(ctx context.Context, q querier, f AccountFilter) ([]Account, error) {
	rows, err := postgres.All[accountRow](ctx, q, selectAccounts, !f.Deactivated, likePattern(strings.ToLower(f.Query)), f.Group, maxAccounts)
	out := make([]Account, len(rows))
	for i, r := range rows {
		out[i] = r.account()
	}
	return out, err
}

const selectNames = `
SELECT id::text AS id, name FROM staff_users WHERE id = ANY($1::uuid[])
UNION ALL
SELECT id::text AS id, CASE WHEN name = '' THEN email ELSE name END AS name FROM persons WHERE id = ANY($1::uuid[])
UNION ALL
SELECT id::text AS id, 'Program “' || name || '”' AS name FROM api_clients WHERE id = ANY($1::uuid[])`

// Names returns the names of staff users, customers and programs by ID.
func (*Store) Names(ctx context.Context, q querier, ids []string) (map[string]string, error) {
	rows, err := postgres.AllPlanned[struct{ ID, Name string }](ctx, q, selectNames, ids)
	out := make(map[string]string, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Name
	}
	return out, err
}

const insertGroup = `INSERT INTO groups (key, name, email, created_at) VALUES ($1, $2, $3, $4)`

// InsertGroup adds a group.
func (*Store) InsertGroup(ctx context.Context, q querier, g core.Group, now time.Time) error {
	_, err := exec(ctx, q, insertGroup, g.Key, g.Name, g.Email, now)
	return err
}

const updateGroup = `UPDATE groups SET name = $2, email = $3 WHERE key = $1`

// UpdateGroup stores a group's name and mailbox.
func (*Store) UpdateGroup(ctx context.Context, q querier, g core.Group) error {
	return execOne(ctx, q, errNoGroup, updateGroup, g.Key, g.Name, g.Email)
}

const (
	selectGroup  = `SELECT key, name, email FROM groups WHERE key = $1`
	lockGroup    = `SELECT key, name, email FROM groups WHERE key = $1 FOR NO KEY UPDATE`
	selectGroups = `SELECT key, name, email FROM groups ORDER BY lower(name), key`
)

// FindGroup returns one group.
func (*Store) FindGroup(ctx context.Context, q querier, key string) (core.Group, error) {
	return postgres.One[core.Group](ctx, q, errNoGroup, selectGroup, key)
}

// LockGroup returns one group and keeps others from changing it until the
// transaction ends.
func (*Store) LockGroup(ctx context.Context, q querier, key string) (core.Group, error) {
	return postgres.One[core.Group](ctx, q, errNoGroup, lockGroup, key)
}

// ListGroups lists every group by name.
func (*Store) ListGroups(ctx context.Context, q querier) ([]core.Group, error) {
	return postgres.All[core.Group](ctx, q, selectGroups)
}

const selectGroupSizes = `
SELECT g.key, g.name, g.email,
	(SELECT count(*) FROM memberships m JOIN staff_users u ON u.id = m.staff_id AND u.active WHERE m.group_key = g.key)::int AS members
FROM groups g ORDER BY lower(g.name), g.key`

// ListGroupSizes lists every group by name with the number of its members.
func (*Store) ListGroupSizes(ctx context.Context, q querier) ([]GroupSize, error) {
	return postgres.All[GroupSize](ctx, q, selectGroupSizes)
}

const selectMemberGroups = `SELECT group_key FROM memberships WHERE staff_id = $1 ORDER BY group_key`

// MemberGroups lists the keys of a staff user's groups.
func (*Store) MemberGroups(ctx context.Context, q querier, id core.StaffID) ([]string, error) {
	rows, err := q.Query(ctx, selectMemberGroups, id)
	if err != nil {
		return nil, postgres.Translate(err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return keys, postgres.Translate(err)
}

// roleNames is what the database is given: never NULL.
func roleNames(roles []core.Role) []string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = string(r)
	}
	return out
}

func nonNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
