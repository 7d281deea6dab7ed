package server

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
)

// Sessions looks sessions up; [people.Service] does. Tokens are secrets: they
// are stored hashed and never logged.
type Sessions interface {
	// SessionByToken returns the session that token opens, or a not-found error
	// when there is none (unknown, expired, revoked).
	SessionByToken(ctx context.Context, token string) (people.Session, error)
}

const (
	maxTokenLength = 256 // bytes; a longer cookie is nobody's
	signInPage     = "/sign-in"
	staffSignIn    = "/staff/sign-in"
)

// Actor returns who makes this request: the holder of the session, or somebody
// anonymous.
func Actor(c *fiber.Ctx) core.Actor {
	if session, ok := Session(c); ok {
		return session.Actor
	}
	return core.AnonymousActor()
}

// Session returns this request's live session, if it has one.
func Session(c *fiber.Ctx) (people.Session, bool) {
	session, ok := c.Locals(sessionKey).(people.Session)
	return session, ok
}

// SessionToken returns the token of this request's live session, or "".
func SessionToken(c *fiber.Ctx) string {
	token, _ := c.Locals(tokenKey).(string)
	return token
}

func (a *App) loadSession(c *fiber.Ctx) error {
	token := c.Cookies(a.cookieName("session"))
	if token == "" || len(token) > maxTokenLength {
		return c.Next()
	}
	session, err := a.options.Sessions.SessionByToken(c.UserContext(), token)
	switch core.KindOf(err) {
	case "":
		if err != nil {
			return err // a database that does not answer is not "signed out"
		}
		c.Locals(sessionKey, session)
		c.Locals(tokenKey, token)
	case core.ErrNotFound:
		a.dropCookie(c, "session")
	default:
		return err
	}
	return c.Next()
}

// SignIn gives the browser a session: token until the given time. CSRF tokens
// of the visit before it stop working, since they are bound to what they were
// made for.
func (a *App) SignIn(c *fiber.Ctx, token string, until time.Time) {
	a.dropCookie(c, "visit")
	a.setCookie(c, "session", token, until)
	c.Locals(tokenKey, token)
	c.Locals(visitKey, nil)
}

// SignOut takes the session from the browser. The caller has revoked it.
func (a *App) SignOut(c *fiber.Ctx) {
	a.dropCookie(c, "session")
	a.dropCookie(c, "visit")
	c.Locals(sessionKey, nil)
	c.Locals(tokenKey, nil)
	c.Locals(visitKey, nil)
	// Nothing of what was shown may come back with the back button.
	c.Set("Clear-Site-Data", `"cache", "storage"`)
}

// cookieName makes the browser promise, under https, that the cookie came
// from this host over https and is sent nowhere else.
func (a *App) cookieName(name string) string {
	if a.secure {
		return "__Host-" + name
	}
	return "casement-" + name
}

// setCookie sets a cookie that scripts cannot read and other sites' pages
// cannot send along. A zero until makes it last as long as the browser runs.
func (a *App) setCookie(c *fiber.Ctx, name, value string, until time.Time) {
	c.Cookie(&fiber.Cookie{
		Name:        a.cookieName(name),
		Value:       value,
		Path:        "/",
		Expires:     until,
		Secure:      a.secure,
		HTTPOnly:    true,
		SameSite:    fiber.CookieSameSiteLaxMode, // an emailed link must find the session
		SessionOnly: until.IsZero(),
	})
}

func (a *App) dropCookie(c *fiber.Ctx, name string) {
	a.setCookie(c, name, "", time.Unix(1, 0))
}

// RequirePerson lets customers and holders of a case's link through.
func RequirePerson(c *fiber.Ctx) error {
	if actor := Actor(c); actor.Kind == core.ActorPerson || !actor.Case.IsZero() {
		return c.Next()
	}
	return &signInError{page: signInPage}
}

// RequireStaff lets staff users through.
func RequireStaff(c *fiber.Ctx) error {
	if Actor(c).IsStaff() {
		return c.Next()
	}
	return &signInError{page: staffSignIn}
}

// RequireRole lets those through who hold one of roles; with none, nobody.
func RequireRole(roles ...core.Role) fiber.Handler {
	return func(c *fiber.Ctx) error {
		actor := Actor(c)
		for _, role := range roles {
			if actor.Has(role) {
				return c.Next()
			}
		}
		return core.Forbidden("This page is for people with another role. An administrator can give it to you.")
	}
}

// endedSession tells a page whose session has ended so, before its token, which
// ended with the session, is looked at.
func endedSession(audience Audience) fiber.Handler {
	page := staffSignIn
	switch audience {
	case ForStaff, ForAdmin:
	case ForPerson:
		page = signInPage
	default:
		return func(c *fiber.Ctx) error { return c.Next() }
	}
	return func(c *fiber.Ctx) error {
		if isFragmentRequest(c) && SessionToken(c) == "" {
			return &signInError{page}
		}
		return c.Next()
	}
}

// signedOutEvent is what a page hears whose session has ended.
const signedOutEvent = "signed-out"

// signInError asks the reader to sign in at page.
type signInError struct{ page string }

func (e *signInError) Error() string { return "sign-in is required" }

// address returns the sign-in page, which leads back to where the reader was
// going if that was a page.
func (e *signInError) address(c *fiber.Ctx) string {
	back := ""
	switch {
	case isFragmentRequest(c):
		back = currentPage(c)
	case c.Method() == fiber.MethodGet:
		back = c.OriginalURL()
	}
	if back == "" || back == "/" {
		return e.page
	}
	return e.page + "?next=" + url.QueryEscape(back)
}

// currentPage returns the path of the page an htmx request was made from.
func currentPage(c *fiber.Ctx) string {
	u, err := url.Parse(c.Get("HX-Current-URL"))
	if err != nil {
		return ""
	}
	return u.RequestURI()
}

// LocalPath returns next if it is a path on this site, else otherwise. It is
// for "next" parameters: a sign-in page must not send people elsewhere.
func LocalPath(next, otherwise string) string {
	if len(next) > 2000 || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t\x00") {
		return otherwise
	}
	if u, err := url.Parse(next); err != nil || u.Host != "" || u.Scheme != "" {
		return otherwise
	}
	return next
}
