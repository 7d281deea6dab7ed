// Package accountpages is about the reader themselves: signing in, by staff with
// a password and by customers with an emailed link, signing out, setting and
// changing a password, one's own sessions and details, what one was told and how
// one wants to be told.
//
// Other people's accounts are in web/peoplepages; the rules and the sessions
// are in core/people.
package accountpages

import (
	"embed"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "accountpages", Files: files, Samples: samples()}
}

// Browser is how a session gets into a reader's browser and out of it.
type Browser struct {
	SignIn  func(c *fiber.Ctx, token string, until time.Time)
	SignOut func(c *fiber.Ctx)
	Token   func(c *fiber.Ctx) string // of the session a request comes with; "" for none
}

// Options are what the pages need. People and Browser are required.
type Options struct {
	People  *people.Service
	Browser Browser

	Home       string // the public start page; "" is /
	StaffHome  string // where staff begin; "" is /mywork
	PersonHome string // where customers begin; "" is /portal

	// FindCase is where the form "see one case without signing in" posts its
	// fields "ref" and "postcode"; "" hides it.
	FindCase string

	// Cases and Notifications are for the pages of what staff were told, with
	// days in Zone.
	Cases         *cases.Service
	Notifications *notifications.Service
	Zone          *time.Location
}

// Pages answers for the reader's own account.
type Pages struct {
	people  *people.Service
	browser Browser
	options Options
}

// New makes the pages.
func New(o Options) *Pages {
	otherwise := func(value *string, usual string) {
		if *value == "" {
			*value = usual
		}
	}
	otherwise(&o.Home, "/")
	otherwise(&o.StaffHome, "/mywork")
	otherwise(&o.PersonHome, "/portal")
	return &Pages{people: o.People, browser: o.Browser, options: o}
}

// RegisterPublic hangs on what anyone may follow. Writes should be limited by
// address: each costs a password hash or a mail.
func (p *Pages) RegisterPublic(r render.Routes) {
	r.Get("/sign-in", p.showSignIn)
	r.Post("/sign-in", p.requestLink)
	r.Get("/sign-in/sent", p.showSent)
	r.Get("/sign-in/link/:token", p.showLink)
	r.Post("/sign-in/link/:token", p.useLink)
	r.Get("/staff/sign-in", p.showStaffSignIn)
	r.Post("/staff/sign-in", p.staffSignIn)
	r.Get("/staff/password/:token", p.showSetPassword)
	r.Post("/staff/password/:token", p.setPassword)
	r.Post("/sign-out", p.signOut)
}

// RegisterConsole hangs on a staff user's own account.
func (p *Pages) RegisterConsole(r render.Routes) {
	r.Get("/account", p.showAccount)
	r.Post("/account/password", p.changePassword)
	r.Post("/account/after-save", p.setAfterSave)
	r.Post("/account/sessions/revoke", p.revoke)
	r.Post("/account/sessions/revoke-others", p.revokeOthers)
	r.Get(NoticesPath, p.showNotices)
	r.Post(NoticesPath+"/read", p.readNotices)
	r.Post(NoticesPath+"/:no<int>/read", p.readNotice)
	r.Get(preferencesPath, p.showPreferences)
	r.Post(preferencesPath, p.setPreferences)
}

// RegisterPortal hangs on a customer's own account.
func (p *Pages) RegisterPortal(r render.Routes) {
	r.Get("/portal/account", p.showPortalAccount)
	r.Post("/portal/account", p.changeDetails)
	r.Post("/portal/account/sessions/revoke", p.revoke)
	r.Post("/portal/account/sessions/revoke-others", p.revokeOthers)
}

// begin puts a new session into the browser, ends the one it had, and leads
// on to next if that is a path on this site.
func (p *Pages) begin(c *fiber.Ctx, in people.SignedIn, next, home string) error {
	if old := p.browser.Token(c); old != "" {
		if err := p.people.SignOut(c.UserContext(), old); err != nil {
			return err
		}
	}
	p.browser.SignIn(c, in.Token, in.Until)
	if next = people.LocalPath(next); next == "" {
		next = home
	}
	return render.Done(c, next, render.Toast{})
}

// signOut ends the session. It is a POST, so that no page elsewhere can do it.
func (p *Pages) signOut(c *fiber.Ctx) error {
	to := p.options.Home
	if render.Actor(c).IsStaff() {
		to = people.StaffSignInPath
	}
	if token := p.browser.Token(c); token != "" {
		if err := p.people.SignOut(c.UserContext(), token); err != nil {
			return err
		}
	}
	p.browser.SignOut(c)
	return render.Done(c, to, render.Toast{Text: "You are signed out."})
}

// answerForm answers a form that was refused: 422 for wrong input, 429 for too
// many attempts, with the page again. Every other error is returned.
func answerForm(c *fiber.Ctx, view render.View, err error, page func(render.Problems) any, fields ...string) error {
	if problems, ok := render.ProblemsOf(err, fields...); ok {
		return render.Invalid(c, view, page(problems))
	}
	if e, ok := err.(*core.Error); ok && e.Kind == core.ErrTooMany {
		c.Status(fiber.StatusTooManyRequests)
		view.Error = true
		return render.Page(c, view, page(render.Problems{Message: e.Message}))
	}
	return err
}

// nextField is the hidden field that carries where to go after signing in.
func nextField(c *fiber.Ctx) string {
	if c.Method() == fiber.MethodPost {
		return people.LocalPath(c.FormValue("next"))
	}
	return people.LocalPath(c.Query("next"))
}

// emailField is the field for an email address on sign-in pages.
func emailField(value, hint string, problems render.Problems) layout.Field {
	return layout.Field{
		Name: "email", Label: "Email address", Hint: hint, Type: "email", Autocomplete: "email",
		Value: clip(value, 254), MaxLength: 254, Plain: true, Error: problems.For("email"),
	}
}

// passwordField is a field whose value is never sent back.
func passwordField(name, label, hint, autocomplete string, problems render.Problems) layout.Field {
	return layout.Field{
		Name: name, Label: label, Hint: hint, Type: "password", Autocomplete: autocomplete,
		MaxLength: people.MaxPassword, Error: problems.For(name),
	}
}

// clip keeps what is shown again in a field to what fits into it.
func clip(s string, letters int) string {
	if r := []rune(s); len(r) > letters {
		return string(r[:letters])
	}
	return s
}
