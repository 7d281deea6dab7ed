package webhooks

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Heard implements [cases.Listener]: it queues what endpoints are to be told of
// the events. Of imports, restores and migrations they hear nothing, and
// nothing of restricted cases: that there is one is too much to tell.
func (s *Service) Heard(ctx context.Context, b *pgx.Batch, cs *core.Case, t *core.CaseType, heard []core.Recorded) error {
	if cs.Confidentiality != core.Normal {
		return nil
	}
	rows, err := postgres.All[endpointRow](ctx, s.o.DB.Pool(), selectOn)
	if err != nil {
		return fmt.Errorf("read the webhooks: %w", err)
	}
	for _, r := range rows {
		e, any := r.noun(), false
		for _, event := range heard {
			if event.Origin == core.OriginLive && e.wants(t.Key, event.Kind) {
				s.queue(b, e, cs.ID, event)
				any = true
			}
		}
		if any {
			s.o.Queue(b, e.ID.String())
		}
	}
	return nil
}

// Hook tells one endpoint, by its key, of an event, whatever it is told of
// otherwise: it is for routines. An endpoint is told of one event once, however
// often and for whatever reasons it is asked for. Errors: not found for a key
// that no endpoint has, conflict for one that is switched off, forbidden for a
// restricted case.
func (s *Service) Hook(ctx context.Context, key string, cs *core.Case, e core.Recorded) error {
	if cs.Confidentiality != core.Normal {
		return core.Forbidden("Nothing of a restricted case is sent to other systems.")
	}
	row, err := postgres.One[endpointRow](ctx, s.o.DB.Pool(), core.NotFound("There is no webhook “%s”.", key), selectEndpointByKey, key)
	if err != nil {
		return err
	}
	if !row.IsOn {
		return core.Conflict("The webhook “%s” is switched off.", row.Name)
	}
	var b pgx.Batch
	s.queue(&b, row.noun(), cs.ID, e)
	s.o.Queue(&b, row.ID.String())
	return postgres.Translate(s.o.DB.Pool().SendBatch(ctx, &b).Close())
}

func (s *Service) queue(b *pgx.Batch, e Endpoint, id core.CaseID, event core.Recorded) {
	aspects := make([]string, len(event.Aspects))
	for i, a := range event.Aspects {
		aspects[i] = string(a)
	}
	b.Queue(insertDelivery, core.NewID[DeliveryID](), e.ID, id, event.Seq, event.Version, event.Kind, aspects, event.Actor.Kind, event.HappenedAt, s.o.Clock.Now())
}
