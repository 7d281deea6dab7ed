package messages

import (
	"context"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Two people who publish at the same moment get a conflict from the primary
// key, not each other's version.
const insertTemplate = `INSERT INTO documents (kind, key, version, body, by_id, at, note)
SELECT 'message_template', $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5
FROM documents WHERE kind = 'message_template' AND key = $1
RETURNING version`

type versionRow struct{ Version int }

func (s *Service) insertTemplate(ctx context.Context, key string, body []byte, by string, at time.Time, note string) (int, error) {
	row, err := postgres.One[versionRow](ctx, s.db.Pool(), nil, insertTemplate, key, body, by, at, note)
	return row.Version, err
}

const selectNewestVersion = `SELECT coalesce(max(version), 0) AS version FROM documents
WHERE kind = 'message_template' AND key = $1`

// newestVersion returns the number of the newest published version of a
// template, 0 when there is none.
func (s *Service) newestVersion(ctx context.Context, key string) (int, error) {
	row, err := postgres.One[versionRow](ctx, s.db.Pool(), nil, selectNewestVersion, key)
	return row.Version, err
}

const selectTemplateBody = `SELECT body FROM documents WHERE kind = 'message_template' AND key = $1 AND version = $2`

func (s *Service) templateBody(ctx context.Context, name edition) ([]byte, error) {
	type bodyRow struct{ Body []byte }
	row, err := postgres.One[bodyRow](ctx, s.db.Pool(),
		core.NotFound("There is no version %d of the message template %q.", name.version, name.key),
		selectTemplateBody, name.key, name.version)
	return row.Body, err
}

const selectTemplateKeys = `SELECT DISTINCT key FROM documents WHERE kind = 'message_template' ORDER BY key`

func (s *Service) publishedKeys(ctx context.Context) ([]string, error) {
	type keyRow struct{ Key string }
	rows, err := postgres.All[keyRow](ctx, s.db.Pool(), selectTemplateKeys)
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = row.Key
	}
	return keys, err
}
