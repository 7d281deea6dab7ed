// Package triagepages is the tray of mail that waits for a person: mail that
// answers nothing, or cannot prove what it answers. Whoever sorts it puts it on
// a case, raises one, or says that it is not wanted. Who may, and what becomes
// of the mail, is decided by core/correspondence and core/intake/mailbox.
package triagepages

import (
	"context"
	"embed"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/intake/mailbox"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// nav is the place of the pages on the rail.
const nav = "triage"

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "triagepages", Files: files, Samples: samples()}
}

// Options are what the pages need; all are required.
type Options struct {
	Mail   *correspondence.Service
	Intake *mailbox.Service
	Cases  *cases.Service
	People *people.Service
}

// Pages answers for the tray.
type Pages struct{ Options }

// New makes the pages.
func New(o Options) *Pages { return &Pages{o} }

// RegisterConsole hangs on what staff may follow. Who sorts mail sees it; for
// the others the tray is empty, and no mail is there.
func (p *Pages) RegisterConsole(r render.Routes) {
	r.Get("/triage", p.list)
	r.Get("/triage/:no<int>", p.show)
	r.Get("/triage/:no<int>/files/:file<int>", p.file)
	r.Post("/triage/:no<int>/attach", p.attach)
	r.Post("/triage/:no<int>/raise", p.raise)
	r.Post("/triage/:no<int>/junk", p.junk)
	r.Post("/triage/:no<int>/restore", p.restore)
}

// Waiting counts the mail that waits, for whoever sorts it; may is false for the
// others.
func (p *Pages) Waiting(ctx context.Context, by core.Actor) (waiting correspondence.Tray, may bool, err error) {
	if may, err = p.Mail.MaySort(ctx, by); err != nil || !may {
		return correspondence.Tray{}, false, err
	}
	waiting, err = p.Mail.Tray(ctx, by)
	return waiting, true, err
}

func address(no int64) string { return "/triage/" + strconv.FormatInt(no, 10) }

// find is the mail that a request names.
func (p *Pages) find(c *fiber.Ctx) (correspondence.Mail, error) {
	no, err := strconv.ParseInt(c.Params("no"), 10, 64)
	if err != nil {
		return correspondence.Mail{}, core.NotFound("There is no such mail.")
	}
	return p.Mail.Find(c.UserContext(), render.Actor(c), no)
}
