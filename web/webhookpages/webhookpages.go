// Package webhookpages is where administrators say which other systems are told
// of what happens to cases, and see how that goes: endpoints, their keys, a
// test, and the log of what was sent, which can be sent again.
package webhookpages

import (
	"context"
	"embed"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/webhooks"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "webhookpages", Files: files, Samples: samples()}
}

// Options are what the pages need; all are required.
type Options struct {
	Webhooks *webhooks.Service
	People   *people.Service // whose programs a case can be sent along as
	Types    func(ctx context.Context) ([]*core.CaseType, error)
	Zone     *time.Location
}

// Pages answers for webhooks.
type Pages struct{ Options }

// New makes the pages.
func New(o Options) *Pages { return &Pages{o} }

// RegisterAdmin hangs on what administrators may ask for.
func (p *Pages) RegisterAdmin(r render.Routes) {
	r.Get("/webhooks", p.list)
	r.Post("/webhooks", p.add)
	r.Get("/webhooks/new", p.showNew)
	r.Get("/webhooks/:no<int>", p.show)
	r.Post("/webhooks/:no<int>", p.edit)
	r.Post("/webhooks/:no<int>/switch", p.turn)
	r.Post("/webhooks/:no<int>/secret", p.replace)
	r.Post("/webhooks/:no<int>/test", p.test)
	r.Post("/webhooks/:no<int>/remove", p.remove)
	r.Get("/webhooks/:no<int>/log", p.showLog)
	r.Post("/webhooks/:no<int>/log/again", p.againBetween)
	r.Get("/webhooks/:no<int>/log/:delivery<int>", p.showDelivery)
	r.Post("/webhooks/:no<int>/log/:delivery<int>/again", p.again)
}

var (
	listView = render.View{Template: "webhookpages/list", Title: "Webhooks", Nav: "webhooks"}
	newView  = render.View{Template: "webhookpages/new", Title: "New webhook", Nav: "webhooks"}
)

// ListPage lists the endpoints.
type ListPage struct{ Rows []Row }

// Row is one of them.
type Row struct {
	webhooks.Endpoint
	Link  string
	Chip  layout.Chip
	Tells string // of which events, in words
}

func (p *Pages) list(c *fiber.Ctx) error {
	all, err := p.Webhooks.Endpoints(c.UserContext(), render.Actor(c))
	if err != nil {
		return err
	}
	var page ListPage
	for _, e := range all {
		page.Rows = append(page.Rows, rowOf(e))
	}
	return render.Page(c, listView, page)
}

func rowOf(e webhooks.Endpoint) Row {
	tells := "All events"
	if n := len(e.Kinds); n > 0 {
		tells = render.Plural(n, "kind of event", "kinds of events")
	}
	if n := len(e.Types); n > 0 {
		tells += " on " + render.Plural(n, "case type", "case types")
	}
	return Row{Endpoint: e, Link: linkOf(e.No), Chip: chipOf(e), Tells: tells}
}

// chipOf says how an endpoint stands.
func chipOf(e webhooks.Endpoint) layout.Chip {
	switch {
	case !e.On && e.OffReason != "":
		return layout.Chip{Label: "Switched off by itself", Icon: "stop", Tone: "bad"}
	case !e.On:
		return layout.Chip{Label: "Off", Icon: "stop"}
	case !e.FailingSince.IsZero():
		return layout.Chip{Label: "Fails", Icon: "warn", Tone: "warn"}
	}
	return layout.Chip{Label: "On", Icon: "ok", Tone: "good"}
}

func linkOf(no int) string { return "/webhooks/" + strconv.Itoa(no) }

// endpoint finds the endpoint that an address names.
func (p *Pages) endpoint(c *fiber.Ctx) (webhooks.Endpoint, error) {
	no, err := strconv.ParseInt(c.Params("no"), 10, 32)
	if err != nil || no < 1 {
		return webhooks.Endpoint{}, core.NotFound("There is no such webhook.")
	}
	return p.Webhooks.Find(c.UserContext(), render.Actor(c), int(no))
}
