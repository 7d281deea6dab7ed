// Package reportpages is the page of a report that everybody may see, for case
// types that publish theirs: what kind of thing it is, where, how it stands, and
// the pictures that staff have chosen to show. Whoever saw the same thing can
// follow it here instead of reporting it once more.
//
// Nothing here comes from words that anybody typed, but for the address of the
// place; and nobody's name does. A person follows by an address that they have
// shown to be theirs: until they say yes to the letter, nothing is kept of them.
package reportpages

import (
	"context"
	"embed"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "reportpages", Files: files, Samples: samples()}
}

// Options are what the pages need; all of it is required.
type Options struct {
	Cases       *cases.Service
	Attachments *attachments.Service
	Followers   *followers.Service
	People      *people.Service
	Clock       core.Clock
	Secret      core.Secret
	Zone        *time.Location // in which days are said
	// Ask writes to an address whether its owner wants to follow a report; link
	// says yes.
	Ask func(ctx context.Context, email string, cs *core.Case, t *core.CaseType, link string) error
}

// Pages answers for public reports.
type Pages struct{ Options }

// New makes the pages.
func New(o Options) *Pages { return &Pages{o} }

// RegisterPublic hangs on what anyone may see. Writes send mail to whatever
// address is typed: limit them by address as signing in is.
func (p *Pages) RegisterPublic(r render.Routes) {
	r.Get("/reports/follow/:token", p.showConfirm)
	r.Post("/reports/follow/:token", p.confirm)
	r.Get("/reports/stop/:token", p.showStop)
	r.Post("/reports/stop/:token", p.stop)
	r.Get("/reports/:ref", p.show)
	r.Get("/reports/:ref/pictures/:no<int>", p.picture)
	r.Post("/reports/:ref/follow", p.follow)
}

// URL is the address of a report's page.
func URL(ref core.Reference) string { return "/reports/" + string(ref) }
