package formpages

import (
	"html/template"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
)

// DonePage is the confirmation: the reference, the private link, and what
// happens next.
type DonePage struct {
	Title     string
	Name      string // of the case type
	Ref       core.Reference
	Link      string // follows the case without an account: a secret
	Anonymous bool
	Email     string // to which we write, mostly hidden; "" for none
	Next      template.HTML
}

var doneView = render.View{Template: "formpages/done", Layout: render.Public}

// showAgain is how long the confirmation can be opened again in the browser
// that sent the form: long enough to write it down, too short for whoever sits
// at the same computer tomorrow.
const showAgain = time.Hour

// toDone leads from a form that has been sent to its confirmation.
func (p *Pages) toDone(c *fiber.Ctx, d *forms.Draft) error {
	cs, err := p.Cases.ByID(c.UserContext(), d.Case)
	if err != nil {
		return err
	}
	if p.Clock.Now().Sub(d.RaisedAt) > showAgain {
		return render.Done(c, formURL(d.Type), render.Toast{})
	}
	return render.Done(c, formURL(d.Type, "done", string(cs.Ref)), render.Toast{})
}

func (p *Pages) showDone(c *fiber.Ctx) error {
	r, err := p.reader(c)
	if err != nil {
		return err
	}
	gone := core.NotFound("This page can be seen for an hour, in the browser that sent the form. If you gave us an email address, everything you need has been sent to it.")
	d, err := p.Forms.Open(c.UserContext(), p.token(c, c.Params("type")), c.Params("type"))
	if core.KindOf(err) == core.ErrNotFound {
		return gone
	}
	if err != nil {
		return err
	}
	if d.RaisedAt.IsZero() || p.Clock.Now().Sub(d.RaisedAt) > showAgain {
		return gone
	}
	cs, err := p.Cases.ByID(c.UserContext(), d.Case)
	if err != nil {
		return err
	}
	if string(cs.Ref) != c.Params("ref") {
		return gone
	}
	t, err := p.Types.At(c.UserContext(), cs.Type, cs.TypeVersion)
	if err != nil {
		return err
	}
	page, err := p.donePage(d, cs, t, r)
	if err != nil {
		return err
	}
	v := doneView
	v.Title = page.Title
	return render.Page(c, v, page)
}

func (p *Pages) donePage(d *forms.Draft, cs *core.Case, t *core.CaseType, r reader) (DonePage, error) {
	words := d.Page
	if words == nil {
		words = plainWords(cs.Anonymous)
	}
	next, err := p.tree.Body(words, viewtree.Page{Icons: p.Asset("icons.svg")})
	return DonePage{
		Title: words.Label, Name: t.Name.In(r.visit.Language), Ref: cs.Ref, Link: p.BaseURL + "/track/" + p.Cases.TrackingToken(cs.ID),
		Anonymous: cs.Anonymous, Email: core.MaskEmail(cs.Contact.Email), Next: next,
	}, err
}

// plainWords confirm a form that has no words of its own.
func plainWords(anonymous bool) *view.Node {
	next := "We read it, decide who can help, and write to you when something happens."
	if anonymous {
		next = "We read it and decide who can help. Your private link shows how it goes on."
	}
	return &view.Node{Type: view.Page, Label: "We have received it", Items: []view.Node{
		{Type: view.Section, Label: "What happens next", Items: []view.Node{{Type: view.Text, Text: next}}},
	}}
}
