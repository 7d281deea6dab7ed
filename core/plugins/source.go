package plugins

import (
	"context"
	"encoding/json"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Standing is a plugin as a host serves it.
type Standing struct {
	ID        string
	On        bool
	Live      string // hash; "" while none serves
	Granted   []string
	Config    json.RawMessage // as it was entered: see [Schema.Effective]
	Recording bool
	RevivedAt time.Time
	Versions  []Stored // the one added last first
}

// Stored is a version as a host knows it before it is loaded.
type Stored struct {
	Hash     string
	Manifest json.RawMessage
}

const selectStanding = `SELECT p.id, p.is_on, coalesce(p.live, '') AS live, p.granted, p.config, p.recording, p.revived_at, v.hash, v.manifest
FROM plugins p JOIN plugin_versions v ON v.plugin_id = p.id ORDER BY p.id, v.added_at DESC, v.hash`

type standingRow struct {
	ID        string
	IsOn      bool
	Live      string
	Granted   []string
	Config    json.RawMessage
	Recording bool
	RevivedAt *time.Time
	Hash      string
	Manifest  json.RawMessage
}

// Standing lists every plugin with its versions, as of one instant.
func (s *Service) Standing(ctx context.Context) ([]Standing, error) {
	rows, err := postgres.All[standingRow](ctx, s.db.Pool(), selectStanding)
	if err != nil {
		return nil, err
	}
	var out []Standing
	for _, r := range rows {
		if n := len(out); n == 0 || out[n-1].ID != r.ID {
			out = append(out, Standing{
				ID: r.ID, On: r.IsOn, Live: r.Live, Granted: r.Granted, Config: r.Config, Recording: r.Recording, RevivedAt: utc(r.RevivedAt),
			})
		}
		last := &out[len(out)-1]
		last.Versions = append(last.Versions, Stored{r.Hash, r.Manifest})
	}
	return out, nil
}

const selectModule = `SELECT module FROM plugin_versions WHERE hash = $1`

type moduleRow struct{ Module []byte }

// Module returns the file of a version.
func (s *Service) Module(ctx context.Context, hash string) ([]byte, error) {
	r, err := postgres.One[moduleRow](ctx, s.db.Pool(), core.NotFound("There is no such version of a plugin."), selectModule, hash)
	return r.Module, err
}
