// Package webhooks tells other systems what happens to cases, in the Standard
// Webhooks format: a small JSON document is posted to an address, signed, and
// repeated until it is taken. Administrators say where to, of which events and
// which case types.
//
// An event becomes one row for each endpoint that wants it, in the reaction's
// own transaction ([Service.Heard] is a [cases.Listener]); jobs deliver the
// rows. A receiver may hear of one event twice, with the same id, and never of
// less. The body is made when it is sent: it names the case and says what kind
// of thing happened, and no more, unless the endpoint has a program whose rights
// the case is shown with.
//
//	endpoint.go   where to, and who may say so
//	secret.go     keys and signatures
//	heard.go      from events to rows
//	body.go       what is sent
//	deliver.go    sending, again and again; switching off
//	log.go        what was sent, and once more
package webhooks

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/outside"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/postgres"
)

type (
	endpointKind struct{}
	deliveryKind struct{}
)

type (
	// EndpointID identifies an endpoint.
	EndpointID = core.ID[endpointKind]
	// DeliveryID identifies what an endpoint is told of one event.
	DeliveryID = core.ID[deliveryKind]
)

// Options are what webhooks are made of. Those behind the empty line may be
// left out.
type Options struct {
	DB       *postgres.DB
	Cases    *cases.Service
	People   *people.Service
	Messages *messages.Service
	Clock    core.Clock
	Log      *slog.Logger
	Secret   core.Secret
	BaseURL  string
	// Queue queues the job that delivers what is due to an endpoint.
	Queue func(b *pgx.Batch, endpoint string)

	// Deliver queues the job that sends mail, for the notice that an endpoint
	// was switched off.
	Deliver func(*pgx.Batch)
	// Case writes a case as the API shows it to a program; nil sends no cases
	// along. Errors: not found and forbidden, when the program may not see it.
	Case func(ctx context.Context, as core.ClientID, ref core.Reference) (json.RawMessage, error)
	// Private lets endpoints lie in private networks, Plain lets them be reached
	// by http: an operator's decisions. Loopback is for tests.
	Private, Plain, Loopback bool
	// Resolve finds the addresses of a host; nil asks the system. Roots are whom
	// to trust; nil trusts whom the system does.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	Roots   *x509.CertPool
}

// Service keeps endpoints and tells them what happened. It is safe for
// concurrent use, on several servers.
type Service struct {
	o         Options
	rules     outside.Rules
	transport *http.Transport
}

// attemptTime is how long an endpoint has to answer.
const attemptTime = 15 * time.Second

// New makes the service.
func New(o Options) *Service {
	o.BaseURL = strings.TrimRight(o.BaseURL, "/")
	rules := outside.Rules{Loopback: o.Loopback, Private: o.Private, Resolve: o.Resolve}
	return &Service{o: o, rules: rules, transport: rules.Transport(attemptTime, 16, o.Roots)}
}

// Close ends kept connections.
func (s *Service) Close() { s.transport.CloseIdleConnections() }

func mayAdminister(by core.Actor) error {
	if !by.Has(core.RoleAdministrator) {
		return core.Forbidden("Only administrators may see and change webhooks.")
	}
	return nil
}
