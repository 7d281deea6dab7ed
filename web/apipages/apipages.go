// Package apipages is what people see of the API: to administrators the
// programs that use it, with their keys; to everybody its documentation.
//
// What a program may do is settled in core/people and the door; what the
// operations are is said by core/api, which hands it over as a [Manual].
package apipages

import (
	"context"
	"embed"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "apipages", Files: files, Samples: samples()}
}

// Options are what the pages need; all are required.
type Options struct {
	People *people.Service
	Clock  core.Clock
	Zone   *time.Location
	// Types lists the case types there are.
	Types func(ctx context.Context) ([]*core.CaseType, error)
	// Manual is the description of the API, for people.
	Manual func() Manual
}

// Pages answers for programs.
type Pages struct {
	people  *people.Service
	options Options
}

// New makes the pages.
func New(o Options) *Pages { return &Pages{people: o.People, options: o} }

// RegisterAdmin hangs on what administrators may ask for.
func (p *Pages) RegisterAdmin(r render.Routes) {
	r.Get("/people/programs", p.list)
	r.Post("/people/programs", p.create)
	r.Get("/people/programs/new", p.showNew)
	r.Get("/people/programs/:no<int>", p.show)
	r.Post("/people/programs/:no<int>", p.edit)
	r.Post("/people/programs/:no<int>/key", p.replaceKey)
	r.Post("/people/programs/:no<int>/key/remove", p.removeKey)
	r.Post("/people/programs/:no<int>/revoke", p.revoke)
}

// RegisterPublic hangs on the documentation, which tells nothing of any case.
func (p *Pages) RegisterPublic(r render.Routes) {
	r.Get("/api/docs", p.showManual)
	r.Get("/api/docs/:operation", p.showOperation)
}

func tabs() layout.Tabs {
	return layout.Tabs{Label: "People", Items: []layout.Tab{
		{Label: "Customers", URL: "/people"}, {Label: "Staff users", URL: "/people/staff"}, {Label: "Groups", URL: "/people/groups"},
		{Label: "Programs", URL: "/people/programs", Current: true},
	}}
}
