// Package open311 answers Open311 GeoReport v2 under /open311/v2, as the
// applications and adapters of cities speak it: service discovery, the list of
// services and their definitions, sending a report in, and asking how reports
// stand, in XML and JSON.
//
// A case type is offered only if it says so (open311 in its file); each of its
// subtypes is a service. What is answered about cases is public: the kind, the
// place, the public status and the dates; the description only where the type
// says so; a name, never.
//
// open311.go is the table of routes; encode.go writes both formats; services.go
// says what can be reported; submit.go takes a report; requests.go says how
// reports stand. The specification is at wiki.open311.org/GeoReport_v2.
package open311

import (
	"context"
	"net/url"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/intake"
)

// Prefix is where the API is found.
const Prefix = "/open311/v2"

// Options are what the API is made of. All but Contact are required.
type Options struct {
	Types  *casetypes.Service
	Cases  *cases.Service
	Intake *intake.Service
	Clock  core.Clock
	// BaseURL is the address of the installation; its host is the jurisdiction.
	BaseURL string
	// Client finds the program that a key belongs to; an error when it belongs to
	// none.
	Client func(ctx context.Context, key string) (core.Actor, error)
	// Groups names the groups by key: the agencies responsible.
	Groups func(ctx context.Context) (map[string]string, error)
	// Contact says whom to ask for a key.
	Contact func(ctx context.Context) (string, error)
}

// API answers programs that speak Open311.
type API struct {
	Options
	jurisdiction string
}

// New makes the API.
func New(o Options) *API {
	a := &API{Options: o}
	if u, err := url.Parse(o.BaseURL); err == nil {
		a.jurisdiction = u.Hostname()
	}
	return a
}

// Register hangs the API on a group at [Prefix].
func (a *API) Register(r fiber.Router) {
	for pattern, handler := range map[string]handler{
		"/discovery.:format":      a.discovery,
		"/services.:format":       a.services,
		"/services/:file":         a.definition,
		"/requests.:format":       a.requests,
		"/requests/:file":         a.request,
		"/tokens/:file":           a.token,
		"/discovery":              a.discovery,
		"/services":               a.services,
		"/requests":               a.requests,
		"/service_requests":       a.requests,
		"/service_requests/:file": a.request,
	} {
		r.Get(pattern, a.answer(handler))
	}
	r.Post("/requests.:format", a.answer(a.submit))
	r.Post("/requests", a.answer(a.submit))
}

// handler answers with a document, or an error.
type handler func(c *fiber.Ctx) (document, error)

// answer makes a handler of Fiber: every error of a request is answered in the
// format that was asked for.
func (a *API) answer(h handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		format, ok := formatOf(c)
		if !ok {
			return write(c, asXML, problem(fiber.StatusBadRequest, "The format asked for is neither xml nor json."))
		}
		// Applications in browsers of other sites ask too. There is no cookie to
		// misuse: whoever changes something shows a key.
		c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
		doc, err := a.known(c, h)
		if err == nil {
			return write(c, format, doc)
		}
		refused, internal := refusal(err)
		if internal {
			return err // logged and answered by the server
		}
		return write(c, format, refused)
	}
}

// known refuses requests for another place before the handler sees them.
func (a *API) known(c *fiber.Ctx, h handler) (document, error) {
	asked := c.Query("jurisdiction_id", c.FormValue("jurisdiction_id"))
	if asked != "" && !strings.EqualFold(asked, a.jurisdiction) {
		return document{}, core.NotFound("The jurisdiction_id provided was not found: this is %s.", a.jurisdiction)
	}
	return h(c)
}

// formatOf reads the format from the end of the address, or from the header
// when the address has none; XML if nobody says.
func formatOf(c *fiber.Ctx) (format, bool) {
	ending := strings.TrimPrefix(path.Ext(c.Path()), ".")
	switch strings.ToLower(ending) {
	case "json":
		return asJSON, true
	case "xml":
		return asXML, true
	case "":
		if strings.Contains(c.Get(fiber.HeaderAccept), "json") {
			return asJSON, true
		}
		return asXML, true
	}
	return asXML, false
}

// named is the last part of the address without its ending.
func named(c *fiber.Ctx) string {
	name := c.Params("file")
	if unescaped, err := url.PathUnescape(name); err == nil {
		name = unescaped
	}
	if ext := path.Ext(name); ext == ".json" || ext == ".xml" {
		name = strings.TrimSuffix(name, ext)
	}
	return name
}

// offered lists the case types that can be reported through Open311, by key.
func (a *API) offered(ctx context.Context) ([]*core.CaseType, error) {
	all, err := a.Types.All(ctx)
	if err != nil {
		return nil, err
	}
	var out []*core.CaseType
	for _, t := range all {
		if t.Open311.Offered {
			out = append(out, t)
		}
	}
	return out, nil
}
