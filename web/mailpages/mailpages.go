// Package mailpages is the outbox for administrators: every message as it was or
// will be sent, how far it got, and sending one again. What of a message is
// shown is decided by core/messages.
package mailpages

import (
	"embed"

	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "mailpages", Files: files, Samples: samples()}
}

// Options are what the pages need.
type Options struct {
	Messages *messages.Service
	Cases    *cases.Service // names the case of a message

	Sends bool // a mail server is configured; without one, messages are kept
	// Pretended says that this is a test or demonstration installation, whose
	// people are invented: the links of messages can be followed from here.
	Pretended bool
}

// Pages answers for the outbox.
type Pages struct{ Options }

// New makes the pages.
func New(o Options) *Pages { return &Pages{o} }

// RegisterAdmin hangs on what administrators may follow.
func (p *Pages) RegisterAdmin(r render.Routes) {
	r.Get("/mail", p.list)
	r.Get("/mail/:no", p.show)
	r.Post("/mail/:no/again", p.again)
}
