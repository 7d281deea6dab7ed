// Package portals is the public face of an installation: whose it is, and
// which case types the public may raise. What a page looks like is in
// web/portalpages and web/formpages.
package portals

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// Service answers for the public face.
type Service struct {
	db    *postgres.DB
	types *casetypes.Service
	clock core.Clock
}

// New makes the service.
func New(db *postgres.DB, types *casetypes.Service, clock core.Clock) *Service {
	return &Service{db, types, clock}
}

const selectOrganisation = `SELECT body, version FROM documents
WHERE kind = 'organisation' AND key = 'organisation' ORDER BY version DESC LIMIT 1`

const insertOrganisation = `INSERT INTO documents (kind, key, version, body, by_id, at)
SELECT 'organisation', 'organisation', coalesce(max(version), 0) + 1, $1, $2, $3 FROM documents
WHERE kind = 'organisation' AND key = 'organisation'`

type organisationRow struct {
	Body    []byte
	Version int
}

// whose asks for the organisation.
var whose = postgres.Question[organisationRow]{Key: organisationKey{}, SQL: selectOrganisation}

type organisationKey struct{}

// Ahead is what every page asks of the public face: see [postgres.Ahead].
func (s *Service) Ahead() []postgres.Foreseen { return []postgres.Foreseen{whose} }

// Organisation returns whose installation this is. Before anybody has said so
// it is one without a name.
func (s *Service) Organisation(ctx context.Context) (core.Organisation, error) {
	o := core.Organisation{Name: "Casement", Language: "en-GB", Zone: "Europe/London"}
	rows, err := whose.Ask(ctx, s.db.Pool())
	if err != nil || len(rows) == 0 {
		return o, err
	}
	if err := json.Unmarshal(rows[0].Body, &o); err != nil {
		return o, fmt.Errorf("decode the organisation, version %d: %w", rows[0].Version, err)
	}
	return o, nil
}

// SetOrganisation publishes whose installation this is.
func (s *Service) SetOrganisation(ctx context.Context, by core.Actor, o core.Organisation) error {
	if !by.Has(core.RoleConfigurator) && by.Kind != core.ActorSystem {
		return core.Forbidden("Only a configurator may change the organisation.")
	}
	if o.Name == "" || len([]rune(o.Name)) > 100 {
		return core.InvalidField("name", "Enter a name of at most 100 letters.")
	}
	if _, err := time.LoadLocation(o.Zone); err != nil || o.Zone == "" {
		return core.InvalidField("zone", "Enter a time zone such as Europe/London.")
	}
	raw, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("encode the organisation: %w", err)
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		now := s.clock.Now()
		if _, err := tx.Exec(ctx, insertOrganisation, raw, by.ID, now); err != nil {
			return fmt.Errorf("publish the organisation: %w", err)
		}
		return events.AppendNext(ctx, tx, events.Entry{
			Stream: core.StreamConfiguration, StreamID: "organisation/organisation", Actor: by, Origin: core.OriginLive,
			HappenedAt: now, RecordedAt: now, Event: core.Event{Kind: core.ConfigurationPublished},
		})
	})
}

// Raisable lists the case types that an actor may raise from outside, by name.
func (s *Service) Raisable(ctx context.Context, by core.Actor) ([]*core.CaseType, error) {
	types, err := s.types.All(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(types), func(t *core.CaseType) bool { return !t.Groups.RaisableBy(by) }), nil
}
