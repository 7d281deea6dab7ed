package accountpages

import (
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// AccountPage is a staff user's own account.
type AccountPage struct {
	Name, Email string
	Current     layout.Field
	Password    layout.Field
	AfterSave   layout.Field
	Sessions    SessionList
	Problems    render.Problems
}

// SessionList is where somebody is signed in.
type SessionList struct {
	Sessions []people.SessionInfo
	Action   string // what revoking posts to begins with this
}

// Others reports whether there is a session to end beside the current one.
func (l SessionList) Others() bool { return len(l.Sessions) > 1 }

const (
	staffAccount  = "/account"
	portalAccount = "/portal/account"
)

var accountView = render.View{Template: "accountpages/account", Title: "Your account"}

func (p *Pages) accountPage(c *fiber.Ctx, problems render.Problems) (AccountPage, error) {
	by := render.Actor(c)
	session, err := p.people.SessionByToken(c.UserContext(), p.browser.Token(c))
	if err != nil {
		return AccountPage{}, err
	}
	sessions, err := p.people.Sessions(c.UserContext(), by, p.browser.Token(c))
	if err != nil {
		return AccountPage{}, err
	}
	return AccountPage{
		Name: by.Name, Email: session.Email, Problems: problems,
		Current:   passwordField("current", "Current password", "", "current-password", problems),
		Password:  passwordField("password", "New password", passwordHint, "new-password", problems),
		AfterSave: afterSaveField(session.AfterSave, problems),
		Sessions:  SessionList{sessions, staffAccount + "/sessions/"},
	}, nil
}

func afterSaveField(value core.AfterSave, problems render.Problems) layout.Field {
	return layout.Field{
		Name: "after_save", Label: "After saving a case", Value: string(value), Error: problems.For("after_save"),
		Options: []layout.Option{
			{Value: "", Label: "As the case type says"}, {Value: string(core.AfterStay), Label: "Stay on the case"},
			{Value: string(core.AfterList), Label: "Back to the list"}, {Value: string(core.AfterNext), Label: "On to the next case"},
		},
	}
}

func (p *Pages) showAccount(c *fiber.Ctx) error {
	page, err := p.accountPage(c, render.Problems{})
	if err != nil {
		return err
	}
	return render.Page(c, accountView, page)
}

func (p *Pages) changePassword(c *fiber.Ctx) error {
	err := p.people.ChangePassword(c.UserContext(), render.Actor(c), c.FormValue("current"), c.FormValue("password"), p.browser.Token(c))
	if err != nil {
		return p.accountAgain(c, err)
	}
	return render.Done(c, staffAccount, render.Toast{Text: "Your password is changed. Everywhere else you are signed out."})
}

func (p *Pages) setAfterSave(c *fiber.Ctx) error {
	if err := p.people.SetAfterSave(c.UserContext(), render.Actor(c), core.AfterSave(c.FormValue("after_save"))); err != nil {
		return p.accountAgain(c, err)
	}
	return render.Done(c, staffAccount, render.Toast{Text: "Saved."})
}

// accountAgain answers a form of the account page that was refused.
func (p *Pages) accountAgain(c *fiber.Ctx, refused error) error {
	page, err := p.accountPage(c, render.Problems{})
	if err != nil {
		return err
	}
	return answerForm(c, accountView, refused, func(problems render.Problems) any {
		page.Problems = problems
		page.Current.Error, page.Password.Error, page.AfterSave.Error = problems.For("current"), problems.For("password"), problems.For("after_save")
		return page
	}, "current", "password", "after_save")
}

// revoke ends one of the reader's sessions; if it is this one, they are signed
// out.
func (p *Pages) revoke(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), render.Actor(c)
	err := p.people.Revoke(ctx, by, c.FormValue("session"))
	if err != nil && core.KindOf(err) != core.ErrNotFound {
		return err // one that has ended already is what was asked for
	}
	if _, err := p.people.SessionByToken(ctx, p.browser.Token(c)); core.KindOf(err) == core.ErrNotFound {
		return p.signOut(c)
	} else if err != nil {
		return err
	}
	return render.Done(c, accountOf(by), render.Toast{Text: "That session is signed out."})
}

func (p *Pages) revokeOthers(c *fiber.Ctx) error {
	by := render.Actor(c)
	n, err := p.people.RevokeOthers(c.UserContext(), by, p.browser.Token(c))
	if err != nil {
		return err
	}
	return render.Done(c, accountOf(by), render.Toast{Text: render.Plural(n, "session is", "sessions are") + " signed out."})
}

func accountOf(by core.Actor) string {
	if by.IsStaff() {
		return staffAccount
	}
	return portalAccount
}
