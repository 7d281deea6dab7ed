package server

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Audience is who a route is for.
type Audience string

// The audiences.
const (
	ForAnyone  Audience = "anyone"  // forms, sign-in, tracking links
	ForPerson  Audience = "person"  // the portal: a customer, or the holder of a case's link
	ForStaff   Audience = "staff"   // the console
	ForAdmin   Audience = "admin"   // the console, with one of the route's roles
	ForProgram Audience = "program" // the API: no cookies; the API checks its own keys
)

// Route is one line of the table of routes.
type Route struct {
	Method   string
	Path     string
	Audience Audience
	Roles    []core.Role // for ForAdmin: any of these
}

// Routes is where a page package registers its pages: one audience, one guard.
// Pages know GET and POST alone, because forms do.
type Routes struct {
	app      *App
	audience Audience
	roles    []core.Role
	before   []fiber.Handler
}

// Public returns the routes that anyone may follow.
func (a *App) Public() *Routes { return a.pages(ForAnyone, nil) }

// Portal returns the routes of signed-in customers and holders of a link.
func (a *App) Portal() *Routes { return a.pages(ForPerson, nil, RequirePerson) }

// Console returns the routes of staff users.
func (a *App) Console() *Routes { return a.pages(ForStaff, nil, RequireStaff) }

// Admin returns the routes of staff users who hold one of roles.
func (a *App) Admin(roles ...core.Role) *Routes {
	return a.pages(ForAdmin, roles, RequireStaff, RequireRole(roles...))
}

func (a *App) pages(audience Audience, roles []core.Role, guards ...fiber.Handler) *Routes {
	before := []fiber.Handler{a.sameOrigin, a.loadSession, endedSession(audience), a.checkCSRF}
	return &Routes{app: a, audience: audience, roles: roles, before: append(before, guards...)}
}

// Limited returns the same routes, with writes counted by the named limiter as
// well ("sign-in", "form"). A name that is not configured limits nothing.
func (r *Routes) Limited(name string) *Routes {
	limited := *r
	// First of all, so that a flood costs neither a session nor a password hash.
	limited.before = append([]fiber.Handler{r.app.limitWrites(name)}, r.before...)
	return &limited
}

// Counted returns the same routes, with every request counted by the named
// limiter as well, reads too: for what a script could read off bit by bit.
func (r *Routes) Counted(name string) *Routes {
	counted := *r
	counted.before = append([]fiber.Handler{func(c *fiber.Ctx) error { return r.app.limit(c, name) }}, r.before...)
	return &counted
}

// Drafts returns the same routes for forms that are filled in over days, by
// people who may stay unknown. Their pages check a token of their own, bound to
// the draft in the browser's hands, because a session may end while somebody
// writes and nothing may be lost by that; and the log does not say which staff
// user made a request.
func (r *Routes) Drafts() *Routes {
	drafts := *r
	drafts.before = append([]fiber.Handler{func(c *fiber.Ctx) error {
		c.Locals(draftsKey, true)
		return c.Next()
	}}, r.before...)
	return &drafts
}

// isDrafts reports whether a request is on a route of [Routes.Drafts].
func isDrafts(c *fiber.Ctx) bool { return c.Locals(draftsKey) == true }

// Get registers a page that shows something. It must change nothing.
func (r *Routes) Get(path string, handlers ...fiber.Handler) { r.add(fiber.MethodGet, path, handlers) }

// Post registers a page that changes something.
func (r *Routes) Post(path string, handlers ...fiber.Handler) {
	r.add(fiber.MethodPost, path, handlers)
}

func (r *Routes) add(method, path string, handlers []fiber.Handler) {
	chain := append([]fiber.Handler{r.app.named(path)}, r.before...)
	if method == fiber.MethodGet {
		chain = append(chain, r.app.share)
	}
	chain = append(chain, handlers...)
	if method == fiber.MethodGet {
		r.app.fiber.Get(path, chain...)
	} else {
		r.app.fiber.Add(method, path, chain...)
	}
	r.app.routesMu.Lock()
	defer r.app.routesMu.Unlock()
	r.app.routes = append(r.app.routes, Route{Method: method, Path: path, Audience: r.audience, Roles: r.roles})
}

// share lets the parts of a page that is looked at ask for the same thing once,
// and asks at once for what every page needs.
func (a *App) share(c *fiber.Ctx) error {
	ctx := postgres.Sharing(c.UserContext())
	if a.options.Ahead != nil {
		a.options.Ahead(ctx, Actor(c))
	}
	c.SetUserContext(ctx)
	return c.Next()
}

// API returns a group for programs under prefix ("/api/v1"). It sees no
// cookie, no session and no CSRF check, and its errors are JSON.
func (a *App) API(prefix string, handlers ...fiber.Handler) fiber.Router {
	a.routesMu.Lock()
	a.apis = append(a.apis, prefix)
	a.routesMu.Unlock()
	return a.fiber.Group(prefix, handlers...)
}

// Table lists every page route in the order of registration, so that a test
// can walk them all.
func (a *App) Table() []Route {
	a.routesMu.Lock()
	defer a.routesMu.Unlock()
	return slices.Clone(a.routes)
}

// named remembers the pattern of the route that answers: logs and metrics show
// it instead of the path, which may hold a secret.
func (a *App) named(pattern string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Locals(routeKey, pattern)
		return c.Next()
	}
}

// routeOf returns the pattern of the route that answered, or "-".
func (a *App) routeOf(c *fiber.Ctx) string {
	if pattern, ok := c.Locals(routeKey).(string); ok {
		return pattern
	}
	if pattern := c.Route().Path; a.isAPI(pattern) {
		return pattern
	}
	return "-"
}

func (a *App) isAPI(path string) bool {
	a.routesMu.Lock()
	defer a.routesMu.Unlock()
	return slices.ContainsFunc(a.apis, func(prefix string) bool {
		return path == prefix || strings.HasPrefix(path, prefix+"/")
	})
}
