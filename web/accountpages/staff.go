package accountpages

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// StaffSignInPage is where staff sign in.
type StaffSignInPage struct {
	Email, Password layout.Field
	Next            string
	Problems        render.Problems
}

// SetPasswordPage is what a link to set a password opens.
type SetPasswordPage struct {
	Name, Email string
	Password    layout.Field
	Action      string
	Problems    render.Problems
}

var (
	staffSignInView = render.View{Template: "accountpages/staff", Layout: render.SignIn, Title: "Staff sign-in"}
	setPasswordView = render.View{Template: "accountpages/password", Layout: render.SignIn, Title: "Set your password"}
)

// passwordHint says the rule before it is broken.
var passwordHint = "At least " + strconv.Itoa(people.MinPassword) + " characters. Several words that do not belong together are easy to remember."

func staffSignInPage(c *fiber.Ctx, problems render.Problems) StaffSignInPage {
	page := StaffSignInPage{
		Email:    emailField(c.FormValue("email"), "", problems),
		Password: passwordField("password", "Password", "", "current-password", problems),
		Next:     nextField(c), Problems: problems,
	}
	page.Email.Autocomplete = "username"
	return page
}

func (p *Pages) showStaffSignIn(c *fiber.Ctx) error {
	if render.Actor(c).IsStaff() {
		next := nextField(c)
		if next == "" {
			next = p.options.StaffHome
		}
		return render.Done(c, next, render.Toast{})
	}
	return render.Page(c, staffSignInView, staffSignInPage(c, render.Problems{}))
}

func (p *Pages) staffSignIn(c *fiber.Ctx) error {
	in, err := p.people.SignIn(c.UserContext(), c.FormValue("email"), c.FormValue("password"), deviceOf(c))
	if err != nil {
		return answerForm(c, staffSignInView, err, func(problems render.Problems) any { return staffSignInPage(c, problems) })
	}
	return p.begin(c, in, c.FormValue("next"), p.options.StaffHome)
}

func setPasswordPage(c *fiber.Ctx, user core.StaffUser, problems render.Problems) SetPasswordPage {
	return SetPasswordPage{
		Name: user.Name, Email: user.Email, Action: people.PasswordLinkPath + c.Params("token"),
		Password: passwordField("password", "New password", passwordHint, "new-password", problems), Problems: problems,
	}
}

func (p *Pages) showSetPassword(c *fiber.Ctx) error {
	user, err := p.people.OpenPasswordLink(c.UserContext(), c.Params("token"))
	if core.KindOf(err) == core.ErrNotFound {
		return showDead(c, passwordAgain)
	}
	if err != nil {
		return err
	}
	return render.Page(c, setPasswordView, setPasswordPage(c, user, render.Problems{}))
}

func (p *Pages) setPassword(c *fiber.Ctx) error {
	token := c.Params("token")
	user, err := p.people.OpenPasswordLink(c.UserContext(), token)
	if err == nil {
		err = p.people.SetPassword(c.UserContext(), token, c.FormValue("password"))
	}
	if core.KindOf(err) == core.ErrNotFound {
		return showDead(c, passwordAgain)
	}
	if err != nil {
		return answerForm(c, setPasswordView, err, func(problems render.Problems) any { return setPasswordPage(c, user, problems) }, "password")
	}
	return render.Done(c, people.StaffSignInPath, render.Toast{Text: "Your password is set. Sign in with it."})
}
