package accountpages_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/accountpages"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
)

const goodPassword = "violet harbour seven lamps"

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, accountpages.Source()) }

// clock is moved by tests instead of waiting.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// post keeps the links that would have been mailed.
type post struct{ links []string }

func (p *post) SendSignIn(_ context.Context, _, link string) error {
	p.links = append(p.links, strings.TrimPrefix(link, "https://casework.example.org"))
	return nil
}

// site is the real server with the account pages on a database of its own.
type site struct {
	app    *server.App
	people *people.Service
	clock  *clock
	post   *post
	admin  core.StaffUser
}

func newSite(t *testing.T, limits map[string]server.Rate) *site {
	t.Helper()
	s := &site{clock: &clock{now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)}, post: &post{}}
	const base = "https://casework.example.org"
	s.people = people.New(postgres.NewDB(pgtest.New(t)), people.Options{Clock: s.clock, BaseURL: base, Mailer: s.post})
	if limits == nil {
		limits = map[string]server.Rate{}
	}
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.SecureCookies = true
		o.Actor = server.Actor
		o.CSRF = func(c *fiber.Ctx) string { return s.app.CSRF(c) }
	}, accountpages.Source())
	var err error
	s.app, err = server.New(server.Options{
		BaseURL: base, Secret: []byte(strings.Repeat("s", 32)), Clock: s.clock, Log: slog.New(slog.DiscardHandler),
		Sessions: s.people, Views: engine, Limits: limits,
		ErrorPage: func(c *fiber.Ctx, p server.Problem) error {
			return render.Failed(c, render.Problem{Status: p.Status, Kind: p.Kind, Title: p.Title, Message: p.Message})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	pages := accountpages.New(accountpages.Options{
		People: s.people, FindCase: "/track",
		Browser: accountpages.Browser{SignIn: s.app.SignIn, SignOut: s.app.SignOut, Token: server.SessionToken},
	})
	pages.RegisterPublic(s.app.Public().Limited(server.LimitSignIn))
	pages.RegisterConsole(s.app.Console())
	pages.RegisterPortal(s.app.Portal())
	s.admin, err = s.people.CreateUser(t.Context(), core.SystemActor(), people.UserInput{
		Name: "Ines Okafor", Email: "ines@example.org", Password: goodPassword, Roles: []core.Role{core.RoleAdministrator},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// browser keeps cookies and knows the form it looked at last.
type browser struct {
	t       *testing.T
	site    *site
	cookies map[string]*http.Cookie
	csrf    string
}

func (s *site) browser(t *testing.T) *browser {
	return &browser{t: t, site: s, cookies: map[string]*http.Cookie{}}
}

var csrfValue = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

func (b *browser) do(method, path string, form url.Values) (*http.Response, string) {
	b.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	req.Host = "casework.example.org"
	req.Header.Set("User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, cookie := range b.cookies {
		req.AddCookie(cookie)
	}
	res, err := b.site.app.Fiber().Test(req, 20_000)
	if err != nil {
		b.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, cookie := range res.Cookies() {
		if cookie.MaxAge < 0 || !cookie.Expires.IsZero() && cookie.Expires.Before(b.site.clock.Now()) {
			delete(b.cookies, cookie.Name)
		} else {
			b.cookies[cookie.Name] = cookie
		}
	}
	if found := csrfValue.FindStringSubmatch(string(body)); found != nil {
		b.csrf = found[1]
	}
	return res, string(body)
}

// get looks at a page that must answer with a status.
func (b *browser) get(path string, status int) string {
	b.t.Helper()
	res, body := b.do("GET", path, nil)
	if res.StatusCode != status {
		b.t.Fatalf("GET %s: %d, want %d\n%s", path, res.StatusCode, status, body)
	}
	return body
}

// send posts a form from the page looked at last; fields are pairs.
func (b *browser) send(path string, status int, fields ...string) (*http.Response, string) {
	b.t.Helper()
	form := url.Values{"_csrf": {b.csrf}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	res, body := b.do("POST", path, form)
	if res.StatusCode != status {
		b.t.Fatalf("POST %s: %d, want %d\n%s", path, res.StatusCode, status, body)
	}
	return res, body
}

// signIn signs the administrator in.
func (b *browser) signIn() {
	b.t.Helper()
	b.get("/staff/sign-in", 200)
	b.send("/staff/sign-in", 303, "email", "ines@example.org", "password", goodPassword)
}

func wants(t *testing.T, body string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(body, word) {
			t.Errorf("the page lacks %q\n%s", word, body)
		}
	}
}
