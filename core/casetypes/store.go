package casetypes

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const selectHeads = `SELECT key, max(version) AS version FROM documents WHERE kind = $1 GROUP BY key ORDER BY key`

// head names the newest version of one document.
type head struct {
	Key     string
	Version int
}

func (s *Service) heads(ctx context.Context, kind string) ([]head, error) {
	return postgres.All[head](ctx, s.db.Pool(), selectHeads, kind)
}

const selectNewest = `SELECT coalesce(max(version), 0) AS version FROM documents WHERE kind = $1 AND key = $2`

type newest struct{ Version int }

// newest returns the number of the newest version, 0 when there is none.
func (s *Service) newest(ctx context.Context, kind, key string) (int, error) {
	row, err := postgres.One[newest](ctx, s.db.Pool(), core.NotFound("There is no %q.", key), selectNewest, kind, key)
	return row.Version, err
}

const selectBody = `SELECT body FROM documents WHERE kind = $1 AND key = $2 AND version = $3`

type body struct{ Body []byte }

func (s *Service) body(ctx context.Context, kind string, name versioned) ([]byte, error) {
	row, err := postgres.One[body](ctx, s.db.Pool(),
		core.NotFound("There is no version %d of %q.", name.version, name.key), selectBody, kind, name.key, name.version)
	return row.Body, err
}
