package accountpages

import (
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// SignInPage is where customers ask for a link.
type SignInPage struct {
	Email    layout.Field
	Next     string
	FindCase string // "" hides the form for one case
	Problems render.Problems
}

// LinkPage is what an emailed link opens: looking uses nothing up.
type LinkPage struct {
	Email  string // mostly hidden
	Action string
}

var (
	signInView = render.View{Template: "accountpages/signin", Layout: render.SignIn, Title: "Sign in to see your cases"}
	sentView   = render.View{Template: "accountpages/sent", Layout: render.SignIn, Title: "Check your email"}
	linkView   = render.View{Template: "accountpages/link", Layout: render.SignIn, Title: "Sign in"}
	deadView   = render.View{Template: "accountpages/dead", Layout: render.SignIn, Title: "This link does not work any more", Error: true}
)

func (p *Pages) signInPage(c *fiber.Ctx, problems render.Problems) SignInPage {
	return SignInPage{
		Email: emailField(c.FormValue("email"), "The one you gave us with your case", problems),
		Next:  nextField(c), FindCase: p.options.FindCase, Problems: problems,
	}
}

func (p *Pages) showSignIn(c *fiber.Ctx) error {
	if render.Actor(c).Kind == core.ActorPerson && p.browser.Token(c) != "" {
		return render.Done(c, p.options.PersonHome, render.Toast{})
	}
	return render.Page(c, signInView, p.signInPage(c, render.Problems{}))
}

// requestLink answers every address alike: whether it is known shows nowhere.
func (p *Pages) requestLink(c *fiber.Ctx) error {
	email := c.FormValue("email")
	if err := p.people.RequestLink(c.UserContext(), email, c.FormValue("next")); err != nil {
		return answerForm(c, signInView, err, func(problems render.Problems) any { return p.signInPage(c, problems) }, "email")
	}
	return render.Done(c, "/sign-in/sent", render.Toast{})
}

func (p *Pages) showSent(c *fiber.Ctx) error {
	return render.Page(c, sentView, nil)
}

// showLink shows a button. Mail scanners follow links, but press no buttons.
func (p *Pages) showLink(c *fiber.Ctx) error {
	token := c.Params("token")
	email, err := p.people.OpenLink(c.UserContext(), token)
	if core.KindOf(err) == core.ErrNotFound {
		return showDead(c, signInAgain)
	}
	if err != nil {
		return err
	}
	return render.Page(c, linkView, LinkPage{Email: core.MaskEmail(email), Action: people.SignInLinkPath + token})
}

func (p *Pages) useLink(c *fiber.Ctx) error {
	in, err := p.people.SignInByLink(c.UserContext(), c.Params("token"), deviceOf(c))
	if core.KindOf(err) == core.ErrNotFound {
		return showDead(c, signInAgain)
	}
	if err != nil {
		return err
	}
	return p.begin(c, in, in.Next, p.options.PersonHome)
}

// DeadPage says that a link was used or is too old, and what to do.
type DeadPage struct {
	Text  string
	Again render.Link
}

var (
	signInAgain = DeadPage{
		Text:  "A link works once, for 30 minutes. This one has been used, or is too old. Nothing is lost: ask for a new one.",
		Again: render.Link{Label: "Email me a new link", URL: "/sign-in"},
	}
	passwordAgain = DeadPage{
		Text:  "A link to set a password works once, for a day. This one has been used, or is too old. Ask your administrator for a new one.",
		Again: render.Link{Label: "Sign in", URL: people.StaffSignInPath},
	}
)

func showDead(c *fiber.Ctx, page DeadPage) error {
	c.Status(fiber.StatusNotFound)
	return render.Page(c, deadView, page)
}
