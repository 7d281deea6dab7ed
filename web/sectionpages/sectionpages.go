// Package sectionpages draws the details sections of cases, each on its own: a
// section that is slow or broken says so in its own box, and the page of its
// case is none the worse. The page of the case holds an empty box for each,
// which fetches its section once it is there; without scripts the box leads to
// the section's own page.
//
//	show.go    a section, as a page and as a part
//	turn.go    what was typed or pressed
//	action.go  routine actions that staff set off by a button
//	lookup.go  rows of lists, suggested while somebody types
package sectionpages

import (
	"embed"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/actions"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/details"
	"github.com/casement-dev/casement/core/lookups"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "sectionpages", Files: files, Samples: samples()}
}

// Options are what the pages need. Asset may be missing.
type Options struct {
	Cases   *cases.Service
	Details *details.Service
	Actions *actions.Service
	Lookups *lookups.Service
	Zone    *time.Location                     // in which times are said
	Token   func(c *fiber.Ctx) viewtree.Hidden // that a form was made for its reader
	Asset   func(name string) string           // the address of a built file
}

// Pages answers for sections and actions.
type Pages struct {
	Options
	tree *viewtree.Renderer
}

// New makes the pages.
func New(o Options) (*Pages, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Asset == nil {
		o.Asset = func(string) string { return "" }
	}
	tree, err := viewtree.New()
	if err != nil {
		return nil, err
	}
	return &Pages{o, tree}, nil
}

// RegisterConsole hangs on what staff follow.
func (p *Pages) RegisterConsole(r render.Routes) {
	p.register(r, "/cases/:ref", p.console)
	r.Post("/cases/:ref/sections/:key/discard", p.discard)
	r.Post("/cases/:ref/actions/:key", p.run)
	r.Get("/lookups/:list", p.suggest)
}

// RegisterPortal hangs on what signed-in customers follow.
func (p *Pages) RegisterPortal(r render.Routes) { p.register(r, "/portal/cases/:ref", p.portal) }

// RegisterPublic hangs on what holders of a case's secret link follow.
func (p *Pages) RegisterPublic(r render.Routes) { p.register(r, "/track/:token", p.link) }

func (p *Pages) register(r render.Routes, at string, open opener) {
	r.Get(at+"/sections/:key", func(c *fiber.Ctx) error { return p.show(c, open) })
	r.Post(at+"/sections/:key", func(c *fiber.Ctx) error { return p.turn(c, open) })
}

// way is how somebody came to a case.
type way struct {
	*cases.Seen
	by    core.Actor
	base  string // address of the case's page
	staff bool
}

// opener opens the case of a request, or refuses with a not-found error.
type opener func(c *fiber.Ctx) (*way, error)

func noCase() error { return core.NotFound("There is no such case, or you may not see it.") }

func (p *Pages) console(c *fiber.Ctx) (*way, error) {
	return p.find(c, "/cases/", core.MayView, true)
}

func (p *Pages) portal(c *fiber.Ctx) (*way, error) {
	return p.find(c, "/portal/cases/", core.MayRequest, false)
}

func (p *Pages) find(c *fiber.Ctx, base string, needs core.Permission, staff bool) (*way, error) {
	ref, err := core.ParseReference(c.Params("ref"))
	if err != nil {
		return nil, noCase()
	}
	by := render.Actor(c)
	seen, err := p.Cases.Find(c.UserContext(), by, ref, needs)
	if err != nil {
		return nil, err
	}
	return &way{seen, by, base + string(seen.Case.Ref), staff}, nil
}

// link opens the case of a secret link, whose holder acts as its requester.
func (p *Pages) link(c *fiber.Ctx) (*way, error) {
	c.Set("X-Robots-Tag", "noindex")
	token := c.Params("token")
	seen, by, err := p.Cases.FindByToken(c.UserContext(), token)
	if err != nil {
		return nil, err
	}
	return &way{seen, by, "/track/" + token, false}, nil
}
