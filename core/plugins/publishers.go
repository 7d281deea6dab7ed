package plugins

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const selectPublishers = `SELECT b.key, b.name, b.added_at, coalesce(u.name, '') AS added_by
FROM plugin_publishers b LEFT JOIN staff_users u ON u.id = b.added_by ORDER BY lower(b.name), b.key`

const selectTrusted = `SELECT key, name, added_at, '' AS added_by FROM plugin_publishers WHERE key = $1`

const insertPublisher = `INSERT INTO plugin_publishers (key, name, added_at, added_by) VALUES ($1, $2, $3, $4)
ON CONFLICT (key) DO UPDATE SET name = excluded.name`

const deletePublisher = `DELETE FROM plugin_publishers WHERE key = $1`

type publisherRow struct {
	Key     string
	Name    string
	AddedAt time.Time
	AddedBy string
}

// Publishers lists whose signatures are trusted, by name.
func (s *Service) Publishers(ctx context.Context) ([]Publisher, error) {
	rows, err := postgres.All[publisherRow](ctx, s.db.Pool(), selectPublishers)
	out := make([]Publisher, len(rows))
	for i, r := range rows {
		out[i] = Publisher{Key: r.Key, Name: r.Name, AddedAt: r.AddedAt.UTC(), AddedBy: r.AddedBy}
	}
	return out, err
}

// isTrusted reports whether packages signed with a key are taken. A database
// that does not answer trusts nobody.
func (s *Service) isTrusted(ctx context.Context, q postgres.Querier, key string) bool {
	if key == "" {
		return false
	}
	rows, err := postgres.All[publisherRow](ctx, q, selectTrusted, key)
	return err == nil && len(rows) > 0
}

const maxPublisher = 100

// Trust takes packages signed with a key from now on: 32 bytes of ed25519, in
// hex. A key that is trusted already gets the new name.
func (s *Service) Trust(ctx context.Context, by core.Actor, key, name string) error {
	if err := mayAdminister(by); err != nil {
		return err
	}
	key = strings.ToLower(strings.TrimSpace(key))
	if raw, err := hex.DecodeString(key); err != nil || len(raw) != ed25519.PublicKeySize {
		return core.InvalidField("key", "A key has %d digits and letters from a to f.", 2*ed25519.PublicKeySize)
	}
	name, wrong := core.CleanLine(name, maxPublisher)
	if wrong != "" {
		return core.InvalidField("name", "%s", wrong)
	}
	if name == "" {
		return core.InvalidField("name", "Say whose key it is.")
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		now := s.o.Clock.Now()
		if _, err := tx.Exec(ctx, insertPublisher, key, name, now, by.StaffID()); err != nil {
			return postgres.Translate(err)
		}
		return s.record(ctx, tx, by, publishers, core.PublisherTrusted, core.About{"key": key, "name": name}, now)
	})
}

// Distrust takes no more packages signed with a key. Versions that are
// installed stay, and are shown as signed by nobody who is known.
func (s *Service) Distrust(ctx context.Context, by core.Actor, key string) error {
	if err := mayAdminister(by); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		done, err := tx.Exec(ctx, deletePublisher, key)
		if err != nil {
			return postgres.Translate(err)
		}
		if done.RowsAffected() == 0 {
			return core.NotFound("This key is not among those that are trusted.")
		}
		return s.record(ctx, tx, by, publishers, core.PublisherDistrusted, core.About{"key": key}, s.o.Clock.Now())
	})
}
