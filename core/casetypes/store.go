package casetypes

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const selectHeads = `SELECT key, max(version) AS version FROM documents WHERE kind = $1 GROUP BY key ORDER BY key`

// head names the newest version of one document.
type head struct {
	Key     string
	Version int
}

// published asks for the newest version of every document of a kind.
func published(kind string) postgres.Question[head] {
	return postgres.Question[head]{Key: headsKey{kind}, SQL: selectHeads, Args: []any{kind}}
}

func (s *Service) heads(ctx context.Context, kind string) ([]head, error) {
	return published(kind).Ask(ctx, s.db.Pool())
}

// Ahead is what every page asks of case types: see [postgres.Ahead].
func (s *Service) Ahead() []postgres.Foreseen { return []postgres.Foreseen{published(KindCaseType)} }

// headsKey is under what is published is shared on one page.
type headsKey struct{ kind string }

func headsOf(ctx context.Context, q postgres.Querier, kind string) ([]head, error) {
	return postgres.All[head](ctx, q, selectHeads, kind)
}

const selectNewest = `SELECT coalesce(max(version), 0) AS version FROM documents WHERE kind = $1 AND key = $2`

type newest struct{ Version int }

// newest returns the number of the newest version, 0 when there is none. A page
// asks for those of all case types once, since it needs most of them.
func (s *Service) newest(ctx context.Context, kind, key string) (int, error) {
	if kind != KindCaseType || !postgres.Shares(ctx) {
		return newestVersion(ctx, s.db.Pool(), kind, key)
	}
	heads, err := s.heads(ctx, kind)
	for _, h := range heads {
		if h.Key == key {
			return h.Version, nil
		}
	}
	return 0, err
}

func newestVersion(ctx context.Context, q postgres.Querier, kind, key string) (int, error) {
	row, err := postgres.One[newest](ctx, q, core.NotFound("There is no %q.", key), selectNewest, kind, key)
	return row.Version, err
}

const selectBody = `SELECT body FROM documents WHERE kind = $1 AND key = $2 AND version = $3`

type body struct{ Body []byte }

func (r Reader) body(ctx context.Context, kind string, name versioned) ([]byte, error) {
	row, err := postgres.One[body](ctx, r.q,
		core.NotFound("There is no version %d of %q.", name.version, name.key), selectBody, kind, name.key, name.version)
	return row.Body, err
}

const selectSource = `SELECT source FROM documents WHERE kind = $1 AND key = $2 AND version = $3`

type sourceText struct{ Source string }

func (r Reader) source(ctx context.Context, kind string, name versioned) (string, error) {
	row, err := postgres.One[sourceText](ctx, r.q,
		core.NotFound("There is no version %d of %q.", name.version, name.key), selectSource, kind, name.key, name.version)
	return row.Source, err
}

// A version published by somebody who is no staff user has no name here.
const selectVersions = `
SELECT d.kind, d.key, d.version, d.by_id, coalesce(u.name, '') AS by_name, d.at, d.note
FROM documents d LEFT JOIN staff_users u ON u.id::text = d.by_id
WHERE d.kind = $1 AND d.key = $2
ORDER BY d.version DESC LIMIT 500`

func (s *Service) versions(ctx context.Context, kind, key string) ([]Version, error) {
	return inUTC(postgres.All[Version](ctx, s.db.Pool(), selectVersions, kind, key))
}

const selectNewestVersions = `
SELECT DISTINCT ON (d.key) d.kind, d.key, d.version, d.by_id, coalesce(u.name, '') AS by_name, d.at, d.note
FROM documents d LEFT JOIN staff_users u ON u.id::text = d.by_id
WHERE d.kind = $1
ORDER BY d.key, d.version DESC`

func (s *Service) newestVersions(ctx context.Context, kind string) ([]Version, error) {
	return inUTC(postgres.All[Version](ctx, s.db.Pool(), selectNewestVersions, kind))
}

func inUTC(list []Version, err error) ([]Version, error) {
	for i := range list {
		list[i].At = list[i].At.UTC()
	}
	return list, err
}

const selectPrefixes = `
SELECT DISTINCT ON (key) key, coalesce(body #>> '{reference,prefix}', '') AS prefix
FROM documents WHERE kind = 'case_type'
ORDER BY key, version DESC`

type prefixRow struct{ Key, Prefix string }

// prefixes says which case type has which reference prefix now.
func prefixes(ctx context.Context, q postgres.Querier) (map[string]string, error) {
	rows, err := postgres.All[prefixRow](ctx, q, selectPrefixes)
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(rows))
	for _, r := range rows {
		out[r.Prefix] = r.Key
	}
	return out, nil
}

const insertDocument = `
INSERT INTO documents (kind, key, version, body, source, by_id, at, note)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

const lockPublishing = `SELECT pg_advisory_xact_lock(7203114455031)`

// lockConfiguration lets one publication at a time into its transaction.
func lockConfiguration(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, lockPublishing)
	return postgres.Translate(err)
}
