package people

import (
	"context"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

var errNoClient = core.NotFound("There is no such program.")

const clientColumns = `c.id, c.no, c.name, c.purpose, c.types, c.permissions, c.rights, c.per_minute, c.created_at, c.expires_at, c.revoked_at`

// clientRow is a client as the database gives it.
type clientRow struct {
	ID          core.ClientID
	No          int
	Name        string
	Purpose     string
	Types       []string
	Permissions []core.Permission
	Rights      []core.Right
	PerMinute   int
	CreatedAt   time.Time
	ExpiresAt   *time.Time
	RevokedAt   *time.Time
}

func (r clientRow) client() core.Client {
	return core.Client{
		ID: r.ID, No: r.No, Name: r.Name, Purpose: r.Purpose, Grant: core.Grant{Types: r.Types, Permissions: r.Permissions},
		Rights: r.Rights, PerMinute: r.PerMinute, CreatedAt: r.CreatedAt.UTC(), ExpiresAt: utc(r.ExpiresAt), RevokedAt: utc(r.RevokedAt),
	}
}

const (
	insertClient = `
INSERT INTO api_clients (id, name, purpose, types, permissions, rights, per_minute, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING no`
	updateClient = `
UPDATE api_clients SET name = $2, purpose = $3, types = $4, permissions = $5, rights = $6, per_minute = $7, expires_at = $8 WHERE id = $1`
	revokeClient = `UPDATE api_clients SET revoked_at = $2 WHERE id = $1`
	lockClient   = `SELECT ` + clientColumns + ` FROM api_clients c WHERE c.id = $1 FOR UPDATE`
	selectClient = `SELECT ` + clientColumns + ` FROM api_clients c WHERE c.no = $1`
)

// InsertClient adds a client and returns its number.
func (*Store) InsertClient(ctx context.Context, q querier, c core.Client) (int, error) {
	row, err := postgres.One[struct{ No int }](ctx, q, errNoClient, insertClient, c.ID, c.Name, c.Purpose, nonNil(c.Grant.Types),
		nonNil(wordsOf(c.Grant.Permissions)), nonNil(wordsOf(c.Rights)), c.PerMinute, c.CreatedAt, orNull(c.ExpiresAt))
	return row.No, err
}

// UpdateClient stores everything of a client that an administrator may change.
func (*Store) UpdateClient(ctx context.Context, q querier, c core.Client) error {
	return execOne(ctx, q, errNoClient, updateClient, c.ID, c.Name, c.Purpose, nonNil(c.Grant.Types),
		nonNil(wordsOf(c.Grant.Permissions)), nonNil(wordsOf(c.Rights)), c.PerMinute, orNull(c.ExpiresAt))
}

// RevokeClient ends a client's access.
func (*Store) RevokeClient(ctx context.Context, q querier, id core.ClientID, now time.Time) error {
	return execOne(ctx, q, errNoClient, revokeClient, id, now)
}

// LockClient returns a client and keeps others from changing it until the
// transaction ends.
func (*Store) LockClient(ctx context.Context, q querier, id core.ClientID) (core.Client, error) {
	row, err := postgres.One[clientRow](ctx, q, errNoClient, lockClient, id)
	return row.client(), err
}

// FindClient returns a client by number.
func (*Store) FindClient(ctx context.Context, q querier, no int) (core.Client, error) {
	row, err := postgres.One[clientRow](ctx, q, errNoClient, selectClient, no)
	return row.client(), err
}

const selectClients = `
SELECT ` + clientColumns + `, (SELECT max(k.used_at) FROM api_keys k WHERE k.client_id = c.id) AS used_at
FROM api_clients c ORDER BY (c.revoked_at IS NOT NULL), lower(c.name), c.id LIMIT 1000`

// ListClients lists every client by name, those revoked last.
func (*Store) ListClients(ctx context.Context, q querier) ([]ClientUse, error) {
	rows, err := postgres.All[struct {
		clientRow
		UsedAt *time.Time
	}](ctx, q, selectClients)
	out := make([]ClientUse, len(rows))
	for i, r := range rows {
		out[i] = ClientUse{Client: r.client(), UsedAt: utc(r.UsedAt)}
	}
	return out, err
}

const (
	insertClientKey = `INSERT INTO api_keys (id, client_id, hash, prefix, created_at) VALUES ($1, $2, $3, $4, $5)`
	endClientKeys   = `
UPDATE api_keys SET ends_at = $3 WHERE client_id = $1 AND id <> $2 AND (ends_at IS NULL OR ends_at > $3)`
	deleteClientKey   = `DELETE FROM api_keys WHERE client_id = $1 AND prefix = $2`
	deleteClientKeys  = `DELETE FROM api_keys WHERE client_id = $1`
	deleteEndedKeys   = `DELETE FROM api_keys WHERE ends_at < $1`
	touchClientKey    = `UPDATE api_keys SET used_at = $2 WHERE id = $1 AND (used_at IS NULL OR used_at < $2)`
	selectClientKeys  = `SELECT id, prefix, created_at, ends_at, used_at FROM api_keys WHERE client_id = $1 ORDER BY created_at, id`
	selectClientByKey = `
SELECT k.id AS key_id, k.ends_at, k.used_at, ` + clientColumns + ` FROM api_keys k JOIN api_clients c ON c.id = k.client_id WHERE k.hash = $1`
	selectClientByKeyID = `
SELECT k.id AS key_id, k.ends_at, k.used_at, ` + clientColumns + ` FROM api_keys k JOIN api_clients c ON c.id = k.client_id WHERE k.id = $1`
)

// InsertClientKey adds a key.
func (*Store) InsertClientKey(ctx context.Context, q querier, client core.ClientID, k ClientKey, hash []byte) error {
	_, err := exec(ctx, q, insertClientKey, k.ID, client, hash, k.Prefix, k.CreatedAt)
	return err
}

// EndClientKeys lets every key of a client but one end at an instant, unless it
// ends sooner.
func (*Store) EndClientKeys(ctx context.Context, q querier, client core.ClientID, but core.ClientKeyID, at time.Time) error {
	_, err := exec(ctx, q, endClientKeys, client, but, at)
	return err
}

// DeleteClientKey deletes a key by the part of it that is shown.
func (*Store) DeleteClientKey(ctx context.Context, q querier, client core.ClientID, prefix string) error {
	return execOne(ctx, q, core.Conflict("This key is gone already."), deleteClientKey, client, prefix)
}

// DeleteClientKeys deletes every key of a client.
func (*Store) DeleteClientKeys(ctx context.Context, q querier, client core.ClientID) error {
	_, err := exec(ctx, q, deleteClientKeys, client)
	return err
}

// SweepClientKeys deletes the keys that have ended.
func (*Store) SweepClientKeys(ctx context.Context, q querier, now time.Time) error {
	_, err := exec(ctx, q, deleteEndedKeys, now)
	return err
}

// TouchClientKey notes that a key was used.
func (*Store) TouchClientKey(ctx context.Context, q querier, id core.ClientKeyID, now time.Time) error {
	_, err := exec(ctx, q, touchClientKey, id, now)
	return err
}

type clientKeyRow struct {
	ID        core.ClientKeyID
	Prefix    string
	CreatedAt time.Time
	EndsAt    *time.Time
	UsedAt    *time.Time
}

// ListClientKeys lists the keys of a client, the oldest first.
func (*Store) ListClientKeys(ctx context.Context, q querier, client core.ClientID) ([]ClientKey, error) {
	rows, err := postgres.All[clientKeyRow](ctx, q, selectClientKeys, client)
	out := make([]ClientKey, len(rows))
	for i, r := range rows {
		out[i] = ClientKey{ID: r.ID, Prefix: r.Prefix, CreatedAt: r.CreatedAt.UTC(), EndsAt: utc(r.EndsAt), UsedAt: utc(r.UsedAt)}
	}
	return out, err
}

// keyedRow is a client with the key that opens it.
type keyedRow struct {
	KeyID  core.ClientKeyID
	EndsAt *time.Time
	UsedAt *time.Time
	clientRow
}

// FindClientByKey returns the client of a key, by the key's hash.
func (*Store) FindClientByKey(ctx context.Context, q querier, hash []byte) (keyedRow, error) {
	return postgres.One[keyedRow](ctx, q, errNoKey, selectClientByKey, hash)
}

// FindClientByKeyID returns the client of a key, by the key's ID.
func (*Store) FindClientByKeyID(ctx context.Context, q querier, id core.ClientKeyID) (keyedRow, error) {
	return postgres.One[keyedRow](ctx, q, errNoKey, selectClientByKeyID, id)
}

func wordsOf[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, one := range all {
		out[i] = string(one)
	}
	return out
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
