// Package portalpages is a case as its requester sees it: their cases, one case
// with what is happening, what they must do and what was said, and everything
// they may do with it. Somebody signed in and somebody who holds the case's
// secret link see the same page; a signed link in a mail opens one question.
//
// Whatever stands on these pages is public. What a page shows is put together
// from what the slices give to [core.MayRequest] and [core.Public]; of the
// history, only the events that history.go names are told, in words of its own.
//
// Forms to raise a case are in web/formpages, signing in and one's own details
// in web/accountpages.
package portalpages

import (
	"embed"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/details"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/portals"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/satisfaction"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "portalpages", Files: files, Samples: samples()}
}

// Options are what the pages need; all of it but the sections is required.
type Options struct {
	Cases        *cases.Service
	Questions    *questions.Service
	Notes        *notes.Service
	Attachments  *attachments.Service
	Targets      *targets.Service
	People       *people.Service
	Portals      *portals.Service
	Links        *links.Service
	Details      *details.Service      // nil: no sections
	Satisfaction *satisfaction.Service // nil: nobody is asked
	Desk         *correspondence.Desk  // nil: no letters
	Clock        core.Clock
	Zone         *time.Location // in which times are said
}

// Pages answers for the portal.
type Pages struct{ Options }

// New makes the pages.
func New(o Options) *Pages { return &Pages{o} }

// RegisterPublic hangs on what anyone may follow: the secret links, and the
// pages about this site. Writes should be limited by address.
func (p *Pages) RegisterPublic(r render.Routes) {
	p.registerCase(r, "/track/:token", p.byLink)
	r.Get("/answer/:token", p.showQuestion)
	r.Post("/answer/:token", p.answerQuestion)
	r.Get("/satisfaction/:token", p.showScore)
	r.Get("/satisfaction/:token/:score<int>", p.showScore)
	r.Post("/satisfaction/:token", p.giveScore)
	r.Get("/find", p.showFind)
	r.Get("/accessibility", p.showAccessibility)
	r.Get("/privacy", p.showPrivacy)
}

// RegisterFind hangs the look-up of a case by its reference and a postcode.
// Somebody may try to guess: limit it by address as signing in is.
func (p *Pages) RegisterFind(r render.Routes) {
	r.Post("/find", p.find)
}

// RegisterPortal hangs on what signed-in customers may follow.
func (p *Pages) RegisterPortal(r render.Routes) {
	r.Get("/portal", p.showHome)
	p.registerCase(r, "/portal/cases/:ref", p.signedIn)
}

// registerCase hangs the pages of one case below an address.
func (p *Pages) registerCase(r render.Routes, at string, open opener) {
	r.Get(at, open.page(p.showCase))
	r.Get(at+"/questions/:no", open.page(toCase)) // whoever reloads an answer that was refused
	r.Post(at+"/questions/:no", open.page(p.answer))
	r.Get(at+"/add", open.page(p.showAdd))
	r.Post(at+"/add", open.page(p.add))
	r.Get(at+"/contact", open.page(p.showContact))
	r.Post(at+"/contact", open.page(p.changeContact))
	r.Get(at+"/withdraw", open.page(p.showWithdraw))
	r.Post(at+"/withdraw", open.page(p.withdraw))
	r.Get(at+"/satisfaction", open.page(p.showSatisfaction))
	r.Post(at+"/satisfaction", open.page(p.giveSatisfaction))
	r.Get(at+"/reopen", open.page(p.showReopen))
	r.Post(at+"/reopen", open.page(p.reopen))
	r.Get(at+"/files/:no", open.page(p.download))
}
