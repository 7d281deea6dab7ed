package formpages_test

import (
	"bytes"
	"context"
	"html"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/formpages"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, formpages.Source()) }

const base = "https://northmoor.example"

// site is the real server with the public pages on an installation of its own.
type site struct {
	*intaketest.World
	app   *server.App
	pages *formpages.Pages
	log   *strings.Builder
	mails []string // links to drafts that were sent
	as    *core.Actor
}

// signedIn opens every session cookie as one actor, until nobody is.
type signedIn struct{ site *site }

func (s signedIn) SessionByToken(context.Context, string) (people.Session, error) {
	if s.site.as == nil {
		return people.Session{}, core.NotFound("The session has ended.")
	}
	return people.Session{Actor: *s.site.as}, nil
}

func newSite(t *testing.T, change func(*formpages.Options, *server.Options)) *site {
	t.Helper()
	s := &site{World: intaketest.New(t), log: &strings.Builder{}}
	err := s.Portals.SetOrganisation(t.Context(), core.SystemActor(), core.Organisation{
		Name: "Northmoor Council", Language: "en-GB", Zone: "Europe/London", Telephone: "01632 960 100", Email: "help@northmoor.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	o := formpages.Options{
		Portals: s.Portals, Types: s.Types, People: s.People, Cases: s.Cases, Forms: s.Forms, Intake: s.Intake, Clock: s.Clock,
		BaseURL: base, SecureCookies: true, Asset: func(name string) string { return "/assets/" + name }, FindCase: "/track",
		MailDraft: func(_ context.Context, email, link, _ string, _ time.Time) error {
			s.mails = append(s.mails, email+" "+link)
			return nil
		},
	}
	so := server.Options{
		BaseURL: base, Secret: bytes.Repeat([]byte("s"), 32), Clock: s.Clock, Log: slog.New(slog.NewTextHandler(s.log, nil)),
		Sessions: signedIn{s}, Limits: map[string]server.Rate{},
		ErrorPage: func(c *fiber.Ctx, p server.Problem) error { return render.Failed(c, render.Problem(p)) },
	}
	if change != nil {
		change(&o, &so)
	}
	so.Views = rendertest.Engine(t, func(r *render.Options) {
		r.Actor, r.Clock, r.SecureCookies = server.Actor, s.Clock, o.SecureCookies
		r.Asset = o.Asset
		r.CSRF = func(c *fiber.Ctx) string { return s.app.CSRF(c) }
		r.Frame = func(*fiber.Ctx) (render.Frame, error) {
			f := layout.SampleFrame()
			f.Viewer, f.SiteNav = render.Viewer{}, nil
			return f, nil
		}
	}, formpages.Source())
	if s.app, err = server.New(so); err != nil {
		t.Fatal(err)
	}
	pages, err := formpages.New(o)
	if err != nil {
		t.Fatal(err)
	}
	public := s.app.Public().Limited(server.LimitForm)
	pages.RegisterNearby(s.app.Public().Counted(server.LimitNearby))
	pages.RegisterLookup(s.app.Public().Counted(server.LimitLookup))
	pages.Register(public, public.Drafts())
	s.pages = pages
	return s
}

// browser keeps cookies and the forms of the page it looked at last.
type browser struct {
	t       *testing.T
	site    *site
	cookies map[string]*http.Cookie
	hidden  url.Values
	at      string // the path of the page
	body    string
}

func (s *site) browser(t *testing.T) *browser {
	return &browser{t: t, site: s, cookies: map[string]*http.Cookie{}}
}

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

func (b *browser) do(method, path, contentType string, body io.Reader) *http.Response {
	b.t.Helper()
	req := httptest.NewRequest(method, path, body)
	req.Host = "northmoor.example"
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for _, cookie := range b.cookies {
		req.AddCookie(cookie)
	}
	res, err := b.site.app.Fiber().Test(req, 30_000)
	if err != nil {
		b.t.Fatal(err)
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.body = string(raw)
	for _, cookie := range res.Cookies() {
		if cookie.MaxAge < 0 || !cookie.Expires.IsZero() && cookie.Expires.Before(b.site.Clock.Now()) {
			delete(b.cookies, cookie.Name)
		} else {
			b.cookies[cookie.Name] = cookie
		}
	}
	b.hidden = url.Values{}
	for _, found := range hiddenInput.FindAllStringSubmatch(b.body, -1) {
		b.hidden.Set(found[1], html.UnescapeString(found[2]))
	}
	if len(raw) > 100_000 {
		b.t.Errorf("%s %s answers with %d bytes", method, path, len(raw))
	}
	return res
}

// get looks at a page that must answer with a status.
func (b *browser) get(path string, status int) *browser {
	b.t.Helper()
	b.at = path
	if res := b.do("GET", path, "", nil); res.StatusCode != status {
		b.t.Fatalf("GET %s: %d, want %d\n%s", path, res.StatusCode, status, b.body)
	}
	return b
}

// leads follows a page that must lead to another.
func (b *browser) leads(path, to string) *browser {
	b.t.Helper()
	res := b.do("GET", path, "", nil)
	if res.StatusCode != 303 || res.Header.Get("Location") != to {
		b.t.Fatalf("GET %s: %d to %q, want %q\n%s", path, res.StatusCode, res.Header.Get("Location"), to, b.body)
	}
	return b
}

// post sends fields, pairs, with the hidden fields of the page looked at last.
func (b *browser) post(path string, fields ...string) *http.Response {
	b.t.Helper()
	form := url.Values{}
	for name, values := range b.hidden {
		form[name] = values
	}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return b.do("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// send posts to the page looked at last and follows where it leads, which must
// be as said.
func (b *browser) send(to string, fields ...string) *browser {
	b.t.Helper()
	from := b.at
	res := b.post(from, fields...)
	if res.StatusCode != 303 || res.Header.Get("Location") != to {
		b.t.Fatalf("POST %s %q: %d to %q, want %q\n%s", from, fields, res.StatusCode, res.Header.Get("Location"), to, b.body)
	}
	path, _, _ := strings.Cut(to, "#")
	return b.get(path, 200)
}

// refused posts to the page looked at last, which must come back with a status.
func (b *browser) refused(status int, fields ...string) *browser {
	b.t.Helper()
	if res := b.post(b.at, fields...); res.StatusCode != status {
		b.t.Fatalf("POST %s %q: %d, want %d\n%s", b.at, fields, res.StatusCode, status, b.body)
	}
	return b
}

// upload sends a page with files; each is a name and its contents.
func (b *browser) upload(do string, fields []string, files ...[2]string) *http.Response {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	write := func(name, value string) {
		if err := w.WriteField(name, value); err != nil {
			b.t.Fatal(err)
		}
	}
	for name := range b.hidden {
		write(name, b.hidden.Get(name))
	}
	write("do", do)
	for i := 0; i < len(fields); i += 2 {
		write(fields[i], fields[i+1])
	}
	for _, f := range files {
		part, err := w.CreateFormFile("f:files", f[0])
		if err != nil {
			b.t.Fatal(err)
		}
		if _, err := part.Write([]byte(f[1])); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.t.Fatal(err)
	}
	return b.do("POST", b.at, w.FormDataContentType(), &body)
}

func (b *browser) wants(words ...string) *browser {
	b.t.Helper()
	for _, word := range words {
		if !strings.Contains(b.body, word) {
			b.t.Errorf("%s lacks %q\n%s", b.at, word, b.body)
		}
	}
	return b
}

func (b *browser) lacks(words ...string) *browser {
	b.t.Helper()
	for _, word := range words {
		if strings.Contains(b.body, word) {
			b.t.Errorf("%s says %q\n%s", b.at, word, b.body)
		}
	}
	return b
}

// signIn gives the browser a session as somebody.
func (b *browser) signIn(as core.Actor) *browser {
	b.site.as = &as
	b.cookies["__Host-session"] = &http.Cookie{Name: "__Host-session", Value: "a-session"}
	return b
}

// begin begins a form.
func (b *browser) begin(typ string) *browser {
	b.t.Helper()
	b.get("/forms/"+typ, 200)
	res := b.post("/forms/" + typ)
	if res.StatusCode != 303 {
		b.t.Fatalf("begin %s: %d\n%s", typ, res.StatusCode, b.body)
	}
	return b.get(res.Header.Get("Location"), 200)
}

// c is the address of a step of the complaint.
func c(step string) string { return "/forms/complaint/" + step }

// toYou fills in a complaint up to the page before the last two.
func (b *browser) toOutcome(who ...string) *browser {
	b.t.Helper()
	return b.begin("complaint").send(c("what"), who...).
		send(c("where"), "f:kind", "pothole", "f:what", "A hole as deep as a boot.\n\nIt grows.", "f:when:day", "9", "f:when:month", "10", "f:when:year", "2026").
		send(c("outcome"), "f:where", "Mill Lane", "f:where:lat", "53.48", "f:where:lng", "-2.24")
}

var panel = regexp.MustCompile(`panel-reference">([A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{4})<`)

// sendAway sends the last page and returns the reference of the confirmation.
func (b *browser) sendAway() string {
	b.t.Helper()
	b.site.Clock.Advance(time.Minute)
	res := b.post(b.at)
	to := res.Header.Get("Location")
	if res.StatusCode != 303 || !strings.HasPrefix(to, "/forms/") || !strings.Contains(to, "/done/") {
		b.t.Fatalf("POST %s: %d to %q\n%s\n%s", b.at, res.StatusCode, to, b.body, b.site.log)
	}
	b.get(to, 200)
	found := panel.FindStringSubmatch(b.body)
	if found == nil || !strings.HasSuffix(to, found[1]) {
		b.t.Fatalf("no reference in the panel:\n%s", b.body)
	}
	return found[1]
}

func pngPicture(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func (s *site) find(t *testing.T, ref string) *core.Case {
	t.Helper()
	var id core.CaseID
	if err := s.Pool.QueryRow(t.Context(), `SELECT id FROM cases WHERE ref = $1`, ref).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return s.Case(t, id)
}

func (s *site) count(t *testing.T, table string) (n int) {
	t.Helper()
	if err := s.Pool.QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
