package portalpages_test

import (
	"bytes"
	"context"
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

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/files"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/portals"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/satisfaction"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web"
	"github.com/casement-dev/casement/web/portalpages"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, portalpages.Source()) }

// signedIn knows who holds a session by its token.
type signedIn map[string]core.Actor

func (s signedIn) SessionByToken(_ context.Context, token string) (people.Session, error) {
	if actor, ok := s[token]; ok {
		return people.Session{Actor: actor}, nil
	}
	return people.Session{}, core.NotFound("There is no such session.")
}

// site is the real server with the portal on the small council.
type site struct {
	*casestest.World
	app          *server.App
	sessions     signedIn
	questions    *questions.Service
	attachments  *attachments.Service
	targets      *targets.Service
	satisfaction *satisfaction.Service
}

// newSite makes the site; base is how it is reached.
func newSite(t *testing.T, base string, limits map[string]server.Rate) *site {
	t.Helper()
	w := casestest.New(t)
	targets.Wire(w.Cases)
	questions.Wire(w.Cases)
	tasks.Wire(w.Cases)
	notes.Wire(w.Cases)
	satisfaction.Wire(w.Cases)
	letters := messages.New(w.DB, w.Clock, messages.Options{})
	correspondence.WireSending(w.Cases, letters, nil)
	disk, err := files.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { disk.Close() })
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{
		World: w, sessions: signedIn{"amara": core.PersonActor(w.Amara, "Amara Okonkwo-Lindqvist"), "brendan": core.PersonActor(w.Brendan, "Brendan Walsh"), "priya": w.Priya},
		questions: questions.New(w.DB, w.Cases, w.Clock, casestest.Secret), attachments: attachments.New(w.DB, disk, w.Clock),
		targets: targets.New(w.DB, w.Cases, w.Clock), satisfaction: satisfaction.New(w.DB, w.Cases, w.Clock, casestest.Secret),
	}
	w.Publish(t, "organisation", "organisation", `{"name": "Northmoor Council", "zone": "Europe/London", "telephone": "01632 960 100"}`)
	assets, err := web.LoadAssets()
	if err != nil {
		t.Fatal(err)
	}
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Asset, o.Actor, o.Clock, o.Zone = assets.URL, server.Actor, w.Clock, zone
		o.CSRF = func(c *fiber.Ctx) string { return s.app.CSRF(c) }
		o.Frame = func(c *fiber.Ctx) (render.Frame, error) {
			f := render.Frame{Organisation: render.Organisation{Name: "Northmoor Council", Language: "en-GB", Home: "/", Telephone: "01632 960 100",
				Hours: "Monday to Friday, 8:30am to 5pm.", Links: []render.Link{{Label: "Accessibility", URL: "/accessibility"}, {Label: "Privacy", URL: "/privacy"}}}}
			if by := server.Actor(c); by.Kind == core.ActorPerson {
				f.Viewer = render.Viewer{Name: by.Name, SignOut: "/sign-out"}
				f.SiteNav = []render.Entry{{Key: "cases", Label: "Your cases", URL: "/portal"}, {Key: "account", Label: "Your account", URL: "/portal/account"}}
			}
			return f, nil
		}
	}, portalpages.Source())
	s.app, err = server.New(server.Options{
		BaseURL: base, Secret: bytes.Repeat([]byte("s"), 32), Clock: w.Clock, Log: slog.New(slog.DiscardHandler),
		Sessions: s.sessions, Views: engine, Limits: limits,
		ErrorPage: func(c *fiber.Ctx, p server.Problem) error { return render.Failed(c, render.Problem(p)) },
		Assets: func(name string) (server.Asset, bool) {
			file, ok := assets.File(name)
			return server.Asset(file), ok
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	pages := portalpages.New(portalpages.Options{
		Cases: w.Cases, Questions: s.questions, Notes: notes.New(w.DB, w.Clock), Attachments: s.attachments, Targets: s.targets,
		People: people.New(w.DB, people.Options{Clock: w.Clock, BaseURL: base}), Portals: portals.New(w.DB, w.Types, w.Clock), Links: links.New(w.DB, w.Cases), Clock: w.Clock, Zone: zone,
		Satisfaction: s.satisfaction, Desk: correspondence.NewDesk(correspondence.DeskOptions{DB: w.DB, Messages: letters}),
	})
	pages.RegisterPublic(s.app.Public().Limited(server.LimitForm))
	pages.RegisterFind(s.app.Public().Limited(server.LimitSignIn))
	pages.RegisterPortal(s.app.Portal())
	return s
}

const base = "https://casework.example.org"

func open(t *testing.T) *site {
	t.Helper()
	t.Parallel()
	return newSite(t, base, map[string]server.Rate{})
}

// track is the address of a case's tracking page.
func (s *site) track(id core.CaseID) string { return "/track/" + s.Cases.TrackingToken(id) }

// portal is the address of a case in its requester's portal.
func (s *site) portal(t *testing.T, id core.CaseID) string {
	return "/portal/cases/" + string(s.Case(t, id).Ref)
}

// browser keeps cookies, and the forms of the page it looked at last.
type browser struct {
	t       *testing.T
	site    *site
	cookies map[string]*http.Cookie
	page    *goquery.Document
}

// browser opens one; who is "amara", "brendan", "priya", or "" for nobody.
func (s *site) browser(t *testing.T, who string) *browser {
	b := &browser{t: t, site: s, cookies: map[string]*http.Cookie{}}
	if who != "" {
		b.cookies["session"] = &http.Cookie{Name: "__Host-session", Value: who}
	}
	return b
}

func (b *browser) do(method, path, kind string, body io.Reader) (*http.Response, string) {
	b.t.Helper()
	req := httptest.NewRequest(method, path, body)
	req.Host = "casework.example.org"
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for _, cookie := range b.cookies {
		req.AddCookie(cookie)
	}
	res, err := b.site.app.Fiber().Test(req, 20_000)
	if err != nil {
		b.t.Fatal(err)
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, cookie := range res.Cookies() {
		if cookie.MaxAge < 0 || !cookie.Expires.IsZero() && cookie.Expires.Before(b.site.Clock.Now()) {
			delete(b.cookies, cookie.Name)
		} else {
			b.cookies[cookie.Name] = cookie
		}
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		if b.page, err = goquery.NewDocumentFromReader(bytes.NewReader(raw)); err != nil {
			b.t.Fatal(err)
		}
	}
	return res, string(raw)
}

// get looks at a page that must answer with a status.
func (b *browser) get(path string, status int) string {
	b.t.Helper()
	res, body := b.do("GET", path, "", nil)
	if res.StatusCode != status {
		b.t.Fatalf("GET %s: %d, want %d\n%s", path, res.StatusCode, status, main(b.page))
	}
	return body
}

func main(page *goquery.Document) string {
	if page == nil {
		return ""
	}
	return strings.Join(strings.Fields(page.Find("main").Text()), " ")
}

// says is the text of the page, in one line.
func (b *browser) says() string { return main(b.page) }

// upload is a file of a form.
type upload struct{ name, content string }

// send fills in the form with an address, of the page looked at last, and
// sends it. fields are pairs.
func (b *browser) send(action string, status int, fields []string, uploads ...upload) *http.Response {
	b.t.Helper()
	form := b.page.Find("form").FilterFunction(func(_ int, f *goquery.Selection) bool { a, _ := f.Attr("action"); return a == action })
	if form.Length() != 1 {
		b.t.Fatalf("the page has %d forms for %s: %s", form.Length(), action, b.says())
	}
	values := url.Values{}
	form.Find("input[name], textarea[name]").Each(func(_ int, in *goquery.Selection) {
		name, _ := in.Attr("name")
		value, _ := in.Attr("value")
		if goquery.NodeName(in) == "textarea" {
			value = in.Text()
		}
		if kind, _ := in.Attr("type"); kind != "file" {
			values.Set(name, value)
		}
	})
	for i := 0; i < len(fields); i += 2 {
		if !values.Has(fields[i]) {
			b.t.Fatalf("the form %s has no field %s", action, fields[i])
		}
		values.Set(fields[i], fields[i+1])
	}
	kind, body := "application/x-www-form-urlencoded", []byte(values.Encode())
	if enctype, _ := form.Attr("enctype"); enctype == "multipart/form-data" {
		kind, body = multipartOf(b.t, values, uploads)
	}
	res, _ := b.do("POST", action, kind, bytes.NewReader(body))
	if res.StatusCode != status {
		b.t.Fatalf("POST %s: %d, want %d\n%s", action, res.StatusCode, status, b.says())
	}
	return res
}

func multipartOf(t *testing.T, values url.Values, uploads []upload) (kind string, body []byte) {
	t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for name := range values {
		if err := w.WriteField(name, values.Get(name)); err != nil {
			t.Fatal(err)
		}
	}
	if len(uploads) == 0 {
		uploads = []upload{{}} // what a browser sends of an empty file field
	}
	for _, u := range uploads {
		part, err := w.CreateFormFile("file", u.name)
		if err == nil {
			_, err = part.Write([]byte(u.content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), buf.Bytes()
}

func wants(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("the page lacks %q:\n%s", word, text)
		}
	}
}

func lacks(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if strings.Contains(text, word) {
			t.Errorf("the page has %q:\n%s", word, text)
		}
	}
}

var token = regexp.MustCompile(`^/track/[A-Za-z0-9_-]{22}$`)

// raise raises a complaint for Amara, or what change makes of it.
func (s *site) raise(t *testing.T, change func(*cases.Raise)) core.CaseID {
	t.Helper()
	raise := &cases.Raise{
		Type: "complaint", Subject: "Collections missed", Description: "Five weeks running.", Subtype: "waste", Channel: core.ChannelWeb,
		Requester: s.Amara, Contact: core.Contact{Name: "Amara Okonkwo-Lindqvist", Email: "amara@example.org", Address: "4 Mill Lane, NM1 2AB"},
		Submission: &core.Submission{Form: "x", Answers: map[string]any{}, Review: []core.ReviewRow{{Section: "What happened", Question: "How often?", Answer: "Five weeks running."}}},
	}
	if change != nil {
		change(raise)
	}
	by := core.PersonActor(raise.Requester, "")
	if raise.Anonymous {
		by = core.AnonymousActor()
	}
	id := core.NewID[core.CaseID]()
	s.Do(t, by, id, raise)
	return id
}
