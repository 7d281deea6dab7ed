package formpages

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/intake"
	"github.com/casement-dev/casement/web/render"
)

// BeginPage is what somebody reads before the first question.
type BeginPage struct {
	Name, About string
	Action      string
	Asks        []string  // what will be asked; empty when the form does not say beforehand
	Files       string    // what may be sent with it, in words
	Begun       time.Time // a draft is there; zero for none
	GoOn        string    // its address
	Days        int       // how long answers are kept
}

var beginView = render.View{Template: "formpages/begin", Layout: render.Public, Back: render.Link{Label: "Start page", URL: "/"}}

// unseenField is one that people do not see and scripts fill in.
const unseenField = "website"

func (p *Pages) showBegin(c *fiber.Ctx) error {
	r, err := p.reader(c)
	if err != nil {
		return err
	}
	t, err := p.typeFor(c, r)
	if err == errSignIn {
		return p.toSignIn(c, formURL(t.Key))
	}
	if err != nil {
		return err
	}
	page := beginPage(t, r.visit.Language)
	d, err := p.draft(c, t.Key)
	if err != nil {
		return err
	}
	if d != nil && d.RaisedAt.IsZero() {
		page.Begun, page.GoOn = d.CreatedAt, formURL(t.Key, stepOf(d))
	}
	view := beginView
	view.Title = page.Name
	return render.Page(c, view, page)
}

func beginPage(t *core.CaseType, language string) BeginPage {
	page := BeginPage{
		Name: t.Name.In(language), About: t.Description.In(language), Action: formURL(t.Key), Days: int(forms.DraftLife / (24 * time.Hour)),
	}
	if t.Form.Plugin != "" {
		return page
	}
	for _, f := range t.Fields {
		if f.Private || f.Of != "" {
			continue
		}
		page.Asks = append(page.Asks, strings.TrimRight(f.Label.In(language), "?:. "))
		if f.Kind == core.FieldFiles {
			page.Files = fmt.Sprintf("You can send up to %d files of at most %s each.",
				cmp.Or(t.Attachments.Files, attachments.DefaultFiles), attachments.Size(cmp.Or(t.Attachments.Bytes, attachments.DefaultBytes)))
		}
	}
	return page
}

// stepOf is where a draft stands; one that is finished and not sent yet has no
// page any more, and every step leads to its button.
func stepOf(d *forms.Draft) string {
	if d.View == nil {
		return "send"
	}
	return d.View.ID
}

// begin makes the draft. One that the browser held before is forgotten: its
// page offered to go on with it.
func (p *Pages) begin(c *fiber.Ctx) error {
	r, err := p.reader(c)
	if err != nil {
		return err
	}
	t, err := p.typeFor(c, r)
	if err == errSignIn {
		return p.toSignIn(c, formURL(t.Key))
	}
	if err != nil {
		return err
	}
	if intake.Trapped(c.FormValue(unseenField)) {
		return core.Forbidden("This looks as if a program had sent it, so nothing was begun. If you are a person, leave the field “Website” empty, or telephone us.")
	}
	before, err := p.draft(c, t.Key)
	if err != nil {
		return err
	}
	token, d, err := p.Forms.Begin(c.UserContext(), t, r.visit)
	if f := failureOf(err); f != nil {
		return p.trouble(c, r, t, nil, f)
	}
	if err != nil {
		return err
	}
	if before != nil && !before.IsDone() {
		if err := p.Forms.Discard(c.UserContext(), before); err != nil {
			return err
		}
	}
	p.setToken(c, t.Key, token, d.ExpiresAt)
	return render.Done(c, formURL(t.Key, d.View.ID), render.Toast{})
}
