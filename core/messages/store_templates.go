package messages

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

const selectNewestVersion = `SELECT coalesce(max(version), 0) AS version FROM documents
WHERE kind = 'message_template' AND key = $1`

type versionRow struct{ Version int }

// Two people who publish at the same moment get a conflict from the primary
// key, not each other's version.
const insertTemplate = `INSERT INTO documents (kind, key, version, body, by_id, at, note)
VALUES ('message_template', $1, $2, $3, $4, $5, $6)`

// addVersion makes the next version of a template, and records that it did.
func (s *Service) addVersion(ctx context.Context, by core.Actor, t Template, body []byte, note string, seen *int) (version int, err error) {
	now, key := s.clock.Now(), t.document()
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		row, err := postgres.One[versionRow](ctx, tx, nil, selectNewestVersion, key)
		if err != nil {
			return err
		}
		if seen != nil && *seen != row.Version {
			return core.Conflict("Somebody else published version %d of “%s” meanwhile. Look at it before you publish yours.", row.Version, t.Name)
		}
		var before Template
		if row.Version > 0 || t.Type == "" && isShipped(t.Key) {
			if before, err = s.load(ctx, edition{key, row.Version}); err != nil {
				return err
			}
		}
		version = row.Version + 1
		if _, err := tx.Exec(ctx, insertTemplate, key, version, body, by.ID, now, note); err != nil {
			return fmt.Errorf("publish the template %s: %w", key, postgres.Translate(err))
		}
		return events.AppendNext(ctx, tx, events.Entry{
			Stream: core.StreamConfiguration, StreamID: KindTemplate + "/" + key,
			Event: core.Event{Kind: core.ConfigurationPublished, About: core.About{
				"kind": KindTemplate, "key": key, "version": version, "note": note, "changes": Changes(before, t)}},
			Actor: by, Origin: core.OriginLive, HappenedAt: now, RecordedAt: now,
		})
	})
	return version, err
}

func isShipped(key string) bool {
	return slices.ContainsFunc(Shipped(), func(t Template) bool { return t.Key == key })
}

const selectNewestVersions = `SELECT key, max(version) AS version FROM documents
WHERE kind = 'message_template' AND key = ANY($1) GROUP BY key`

// newestVersions returns the numbers of the newest published versions of
// templates, by key; those that have none are not in it.
func (s *Service) newestVersions(ctx context.Context, keys ...string) (map[string]int, error) {
	type row struct {
		Key     string
		Version int
	}
	rows, err := postgres.All[row](ctx, s.db.Pool(), selectNewestVersions, keys)
	out := make(map[string]int, len(rows))
	for _, r := range rows {
		out[r.Key] = r.Version
	}
	return out, err
}

const selectTemplateBody = `SELECT body FROM documents WHERE kind = 'message_template' AND key = $1 AND version = $2`

func (s *Service) templateBody(ctx context.Context, name edition) ([]byte, error) {
	type bodyRow struct{ Body []byte }
	row, err := postgres.One[bodyRow](ctx, s.db.Pool(),
		core.NotFound("There is no version %d of the message template %q.", name.version, clip(name.key, 130)),
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

const selectTemplateVersions = `
SELECT d.version, d.by_id, coalesce(u.name, '') AS by_name, d.at, d.note
FROM documents d LEFT JOIN staff_users u ON u.id::text = d.by_id
WHERE d.kind = 'message_template' AND d.key = $1
ORDER BY d.version DESC LIMIT 100`

func (s *Service) selectVersions(ctx context.Context, key string) ([]Version, error) {
	type row struct {
		Version int
		ByID    string
		ByName  string
		At      time.Time
		Note    string
	}
	rows, err := postgres.All[row](ctx, s.db.Pool(), selectTemplateVersions, key)
	out := make([]Version, len(rows))
	for i, r := range rows {
		out[i] = Version{Version: r.Version, ByID: r.ByID, ByName: r.ByName, At: r.At.UTC(), Note: r.Note}
	}
	return out, err
}

// OwnOf lists the keys of the templates that a case type has words of its own
// for, sorted.
func (s *Service) OwnOf(ctx context.Context, caseType string) ([]string, error) {
	keys, err := s.publishedKeys(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, key := range keys {
		of, name, own := strings.Cut(key, "/")
		if !own || of != caseType {
			continue
		}
		t, _, err := s.TemplateFor(ctx, caseType, name)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("the template %s", key), err)
		}
		if t.Type == caseType {
			out = append(out, name)
		}
	}
	return out, nil
}
