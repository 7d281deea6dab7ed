package formpages

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// SavedPage says that the answers are kept, and how to come back to them.
type SavedPage struct {
	Name     string
	Until    time.Time
	GoOn     string
	Mail     bool // a link can be sent
	Action   string
	Seal     string
	Email    layout.Field
	Problems render.Problems
}

// ContinuePage is what an emailed link opens. Looking uses nothing up, and
// scanners of mail press no buttons.
type ContinuePage struct {
	Name   string
	Action string
	Until  time.Time
}

var (
	savedView    = render.View{Template: "formpages/saved", Layout: render.Public, Title: "Your answers are saved"}
	continueView = render.View{Template: "formpages/continue", Layout: render.Public, Title: "Go on with your form"}
)

func (p *Pages) savedPage(c *fiber.Ctx, a at, problems render.Problems) SavedPage {
	return SavedPage{
		Name: a.t.Name.In(a.visit.Language), Until: a.draft.ExpiresAt, GoOn: formURL(a.t.Key, a.step), Mail: p.MailDraft != nil,
		Action: formURL(a.t.Key, "saved", a.step), Seal: seal(a.token), Problems: problems,
		Email: emailField(c.FormValue("email"), problems),
	}
}

func emailField(value string, problems render.Problems) layout.Field {
	if r := []rune(value); len(r) > 254 {
		value = string(r[:254])
	}
	return layout.Field{
		Name: "email", Label: "Email address", Hint: "We use it for this one message and do not keep it with your answers", Type: "email",
		Autocomplete: "email", Value: value, MaxLength: 254, Plain: true, Error: problems.For("email"),
	}
}

func (p *Pages) showSaved(c *fiber.Ctx) error {
	a, done, err := p.arrive(c)
	if done || err != nil {
		return err
	}
	return render.Page(c, savedView, p.savedPage(c, a, render.Problems{}))
}

// mailLink sends the link to go on with, to whatever address is given.
func (p *Pages) mailLink(c *fiber.Ctx) error {
	a, done, err := p.arrive(c)
	if done || err != nil {
		return err
	}
	sent, _, err := sentBy(c)
	if err != nil {
		return err
	}
	if !sealed(sent, a.token) {
		return errUnsealed
	}
	if p.MailDraft == nil {
		return core.NotFound("Links are not sent here.")
	}
	email, err := core.ParseEmail(sent.Get("email"))
	if err != nil {
		problems, _ := render.ProblemsOf(core.InvalidField("email", "%s", "Enter an email address in the correct format, like name@example.org."), "email")
		return render.Invalid(c, savedView, p.savedPage(c, a, problems))
	}
	link := p.BaseURL + formURL(a.t.Key, "continue", a.token)
	if err := p.MailDraft(c.UserContext(), email, link, a.t.Name.In(a.visit.Language), a.draft.ExpiresAt); err != nil {
		return err
	}
	return render.Done(c, formURL(a.t.Key, "saved", a.step), render.Toast{Text: "We are sending the link to " + core.MaskEmail(email) + "."})
}

// continued finds the draft of a link.
func (p *Pages) continued(c *fiber.Ctx) (*core.CaseType, *forms.Draft, reader, error) {
	r, err := p.reader(c)
	if err != nil {
		return nil, nil, r, err
	}
	t, err := p.typeFor(c, r)
	if err != nil && err != errSignIn {
		return nil, nil, r, err
	}
	d, err := p.Forms.Open(c.UserContext(), c.Params("token"), t.Key)
	if err == nil && !d.RaisedAt.IsZero() {
		err = core.NotFound("This form has been sent. Its link does not work any more.")
	}
	return t, d, r, err
}

func (p *Pages) showContinue(c *fiber.Ctx) error {
	t, d, r, err := p.continued(c)
	if err != nil {
		return err
	}
	return render.Page(c, continueView, ContinuePage{
		Name: t.Name.In(r.visit.Language), Action: formURL(t.Key, "continue", c.Params("token")), Until: d.ExpiresAt,
	})
}

// goOn puts the draft of a link into this browser.
func (p *Pages) goOn(c *fiber.Ctx) error {
	t, d, _, err := p.continued(c)
	if err != nil {
		return err
	}
	p.setToken(c, t.Key, c.Params("token"), d.ExpiresAt)
	return render.Done(c, formURL(t.Key, stepOf(d)), render.Toast{})
}
