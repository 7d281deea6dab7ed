package plugins

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// What sealed things are for: a thing sealed for one use opens for no other.
const (
	forSecrets = "plugin secrets"
	forCalls   = "plugin calls"
)

const upsertSecret = `INSERT INTO plugin_secrets (plugin_id, name, sealed, changed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (plugin_id, name) DO UPDATE SET sealed = excluded.sealed, changed_at = excluded.changed_at`

const deleteSecret = `DELETE FROM plugin_secrets WHERE plugin_id = $1 AND name = $2`

// keepSecrets keeps or forgets secrets, and returns the names of those it
// changed. What they are is in no history.
func (s *Service) keepSecrets(ctx context.Context, tx pgx.Tx, id string, m manifest, secrets map[string]string, now time.Time) (names []string, err error) {
	for name, value := range secrets {
		known := slices.ContainsFunc(m.Secrets, func(one secretWanted) bool { return one.Name == name })
		switch {
		case !known:
			return nil, core.InvalidField("secret:"+name, "This plugin does not ask for it.")
		case len(value) > maxSecretSize:
			return nil, core.InvalidField("secret:"+name, "It may have %d bytes at most.", maxSecretSize)
		case value == "":
			_, err = tx.Exec(ctx, deleteSecret, id, name)
		default:
			_, err = tx.Exec(ctx, upsertSecret, id, name, s.o.Secret.Seal(forSecrets, id+"/"+name, []byte(value)), now)
		}
		if err != nil {
			return nil, postgres.Translate(err)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

const selectSecrets = `SELECT name, sealed FROM plugin_secrets WHERE plugin_id = $1`

type secretRow struct {
	Name   string
	Sealed []byte
}

// Secrets opens the secrets of a plugin, by name: for its HTTP requests, and
// nobody else.
func (s *Service) Secrets(ctx context.Context, id string) (map[string]string, error) {
	rows, err := postgres.All[secretRow](ctx, s.db.Pool(), selectSecrets, id)
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(rows))
	for _, r := range rows {
		plain, err := s.o.Secret.Unseal(forSecrets, id+"/"+r.Name, r.Sealed)
		if err != nil {
			return nil, fmt.Errorf("open the secret %s of plugin %s: %w", r.Name, id, err)
		}
		out[r.Name] = string(plain)
	}
	return out, nil
}
