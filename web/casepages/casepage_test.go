package casepages_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/files"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/portals"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/satisfaction"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web"
	"github.com/casement-dev/casement/web/casepages"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
	"github.com/casement-dev/casement/web/webtest"
)

// caseSite is the page of a case on the real server with a database of its
// own. A session's token is the first name of who is signed in.
type caseSite struct {
	*casestest.World
	t        *testing.T
	app      *server.App
	hub      *events.Hub
	url      string
	actors   map[string]core.Actor
	messages *messages.Service
	notes    *notes.Service
	files    *attachments.Service
	mail     *correspondence.Service // what came in
	sender   messages.Sender         // nil: no mail server
	rosa     core.Actor              // contact-centre: may only enquire
	after    core.AfterSave
}

func newCaseSite(t *testing.T) *caseSite {
	t.Helper()
	s := &caseSite{World: casestest.New(t), t: t, hub: events.NewHub(), url: "http://casework.example.org"}
	notes.Wire(s.Cases)
	satisfaction.Wire(s.Cases)
	questions.Wire(s.Cases)
	tasks.Wire(s.Cases)
	links.Wire(s.Cases)
	targets.Wire(s.Cases)
	s.rosa = s.Hire(t, "Rosa Lindgren", "rosa@northmoor.example", "contact-centre")
	s.actors = map[string]core.Actor{"Priya": s.Priya, "Tomasz": s.Tomasz, "Ines": s.Ines, "Yusuf": s.Lead, "Kofi": s.Other, "Rosa": s.rosa, "Amara": core.PersonActor(s.Amara, "Amara")}
	return s
}

// SessionByToken implements server.Sessions.
func (s *caseSite) SessionByToken(_ context.Context, token string) (people.Session, error) {
	by, ok := s.actors[token]
	if !ok {
		return people.Session{}, core.NotFound("Nobody is signed in.")
	}
	return people.Session{Actor: by}, nil
}

// start makes the server; assets are nil for tests without a browser.
func (s *caseSite) start(assets *web.Assets) {
	s.t.Helper()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		s.t.Fatal(err)
	}
	engine := rendertest.Engine(s.t, func(o *render.Options) {
		o.Clock, o.Zone, o.Actor = s.Clock, london, server.Actor
		o.CSRF = func(c *fiber.Ctx) string { return s.app.CSRF(c) }
		if assets != nil {
			o.Asset = assets.URL
		}
	}, casepages.Source())
	s.app, err = server.New(server.Options{
		BaseURL: s.url, Secret: []byte(strings.Repeat("s", 32)), Clock: s.Clock, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Sessions: s, Views: engine, Limits: map[string]server.Rate{}, Live: s.hub,
		ErrorPage: func(c *fiber.Ctx, p server.Problem) error { return render.Failed(c, render.Problem(p)) },
		Assets: func(name string) (server.Asset, bool) {
			if assets == nil {
				return server.Asset{}, false
			}
			file, ok := assets.File(name)
			return server.Asset(file), ok
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	disk, err := files.OpenDisk(s.t.TempDir())
	if err != nil {
		s.t.Fatal(err)
	}
	s.files = attachments.New(s.DB, disk, s.Clock)
	s.messages = messages.New(s.DB, s.Clock, messages.Options{Sender: s.sender, Enclose: s.files.Enclosed})
	s.notes = notes.New(s.DB, s.Clock)
	satisfied := satisfaction.New(s.DB, s.Cases, s.Clock, casestest.Secret)
	asks, clocks := questions.New(s.DB, s.Cases, s.Clock, casestest.Secret), targets.New(s.DB, s.Cases, s.Clock)
	staff, work, followed := people.New(s.DB, people.Options{Clock: s.Clock, BaseURL: s.url}), tasks.New(s.DB, s.Cases, s.Clock, nil), followers.New(s.DB)
	public := portals.New(s.DB, s.Types, s.Clock)
	tells := notifications.New(notifications.Options{
		DB: s.DB, Messages: s.messages, People: staff, Cases: s.Cases, Notes: s.notes, Questions: asks, Targets: clocks, Tasks: work, Portals: public,
		Followers: followed, Satisfaction: satisfied, Log: slog.New(slog.DiscardHandler), Secret: casestest.Secret, BaseURL: s.url,
	})
	correspondence.WireSending(s.Cases, s.messages, nil)
	s.mail = correspondence.New(correspondence.Options{DB: s.DB, Cases: s.Cases, Messages: s.messages, Clock: s.Clock})
	casepages.New(casepages.Services{
		Links: links.New(s.DB, s.Cases), Followers: followed, Satisfaction: satisfied, Correspondence: s.mail,
		Desk:  correspondence.NewDesk(correspondence.DeskOptions{DB: s.DB, Messages: s.messages, Merge: tells.Merge, Organisation: public.Organisation}),
		Cases: s.Cases, Notes: s.notes, Questions: asks, Tasks: work, Targets: clocks, Attachments: s.files,
		Messages: s.messages, People: staff, Zone: london,
		AfterSave: func(*fiber.Ctx) core.AfterSave { return s.after },
	}).RegisterCase(s.app.Console())
	ground(s.t, s.app, assets)
	layout.New(func(*fiber.Ctx) (render.Frame, error) { return layout.SampleFrame(), nil }, nil).RegisterConsole(s.app.Console())
	s.app.Public().Get("/enter/:who", func(c *fiber.Ctx) error {
		s.app.SignIn(c, c.Params("who"), time.Now().Add(time.Hour)) // the browser has a clock of its own
		return c.Redirect(c.Query("to", "/palette"), fiber.StatusSeeOther)
	})
}

// serve starts the server for a browser and returns its address.
func (s *caseSite) serve() string {
	s.t.Helper()
	assets := webtest.Built(s.t)
	ln, address := webtest.Listen(s.t)
	s.url = address
	s.start(assets)
	webtest.Serve(s.t, s.app, ln)
	return s.url
}

// fragment are the headers of htmx.
var fragment = []string{"HX-Request", "true"}

// get asks for a page as somebody and wants a status.
func (s *caseSite) get(who, path string, status int, headers ...string) string {
	s.t.Helper()
	_, body := s.do(who, http.MethodGet, path, "", "", status, headers...)
	return body
}

// post sends a form as somebody and wants a status.
func (s *caseSite) post(who, path string, form url.Values, status int, headers ...string) (*http.Response, string) {
	s.t.Helper()
	return s.do(who, http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode(), status, append(headers, server.CSRFHeader, s.token(who))...)
}

var caseToken = regexp.MustCompile(`X-CSRF-Token&#34;:&#34;([^&]+)|X-CSRF-Token":"([^"]+)"`)

func (s *caseSite) token(who string) string {
	s.t.Helper()
	found := caseToken.FindStringSubmatch(s.get(who, "/palette", 200))
	if found == nil {
		s.t.Fatal("the page has no CSRF token")
	}
	return found[1] + found[2]
}

func (s *caseSite) do(who, method, path, kind, body string, status int, headers ...string) (*http.Response, string) {
	s.t.Helper()
	if s.app == nil {
		s.start(nil)
	}
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	headers = append(headers, "Origin", s.url, "Cookie", "casement-session="+who)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	req.Host = "casework.example.org"
	res, err := s.app.Fiber().Test(req, 10_000)
	if err != nil {
		s.t.Fatal(err)
	}
	var answer bytes.Buffer
	if _, err := answer.ReadFrom(res.Body); err != nil {
		s.t.Fatal(err)
	}
	if res.StatusCode != status {
		s.t.Fatalf("%s %s as %s: %d, want %d\n%.2000s", method, path, who, res.StatusCode, status, answer.String())
	}
	return res, answer.String()
}

// send posts a form with a file.
func (s *caseSite) send(who, path string, fields map[string]string, name, contents string, status int, headers ...string) (*http.Response, string) {
	s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for key, value := range fields {
		if err := w.WriteField(key, value); err != nil {
			s.t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("files", name)
	if err != nil {
		s.t.Fatal(err)
	}
	fmt.Fprint(part, contents)
	w.Close()
	return s.do(who, http.MethodPost, path, w.FormDataContentType(), b.String(), status, append(headers, server.CSRFHeader, s.token(who))...)
}

// on is the same site for a part of a test.
func (s *caseSite) on(t *testing.T) *caseSite {
	part := *s
	part.t = t
	return &part
}

// raised is a new complaint and its address.
func (s *caseSite) raised() (core.CaseID, string) {
	s.t.Helper()
	id := s.Raise(s.t)
	return id, "/cases/" + string(s.Case(s.t, id).Ref)
}

func (s *caseSite) version(id core.CaseID) string { return fmt.Sprint(s.Case(s.t, id).Version) }

func says(t *testing.T, body string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(body, w) {
			t.Errorf("%q is missing in\n%.4000s", w, body)
		}
	}
}

func saysNot(t *testing.T, body string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(body, w) {
			t.Errorf("%q is in it", w)
		}
	}
}

var tabPaths = []string{"", "/details", "/tasks", "/history", "/attachments", "/emails"}

func TestEachTabIsAPageAndAFragmentOfItsOwn(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	_, url := s.raised()
	for _, tab := range tabPaths {
		whole := s.get("Priya", url+tab, 200)
		says(t, whole, "<!doctype html>", `id="case-head"`, `id="case-main"`, `id="case-side"`, `href="`+url+tab+`"`, "Collections missed")
		part := s.get("Priya", url+tab, 200, fragment...)
		says(t, part, `id="case-main"`)
		saysNot(t, part, "<!doctype html>", `id="case-head"`, `id="case-side"`)
		restored := s.get("Priya", url+tab, 200, "HX-Request", "true", "HX-History-Restore-Request", "true")
		says(t, restored, "<!doctype html>")
	}
	says(t, s.get("Priya", url+"/head", 200, fragment...), `id="case-head"`)
	says(t, s.get("Priya", url+"/side", 200, fragment...), `id="case-side"`, "How was this calculated?")
}

func TestWhatTheCaseKeepsElsewhereIsNoUnknownField(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	s.Publish(t, casetypes.KindCaseType, "complaint", strings.Replace(casestest.ComplaintType, `{"key": "depth"`, `
		{"key": "in-short", "kind": "text", "label": "Your complaint in a few words", "is": "subject"},
		{"key": "photos", "kind": "files", "label": "Photos (optional)"},
		{"key": "bins", "kind": "text", "label": "How many bins? (optional)"},
		{"key": "depth"`, 1))
	_, url := s.raised()
	body := s.get("Priya", url+"/details", 200)
	says(t, body, "<dt>How many bins?</dt>")
	saysNot(t, body, "Your complaint in a few words", "Photos (optional)")
}

func TestAStrangerFindsNoCase(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	_, url := s.raised()
	for _, path := range append([]string{"/head", "/side", "/history/new?after=0", "/act/close", "/attachments/1", "/attachments/1/file"}, tabPaths...) {
		saysNot(t, s.get("Kofi", url+path, 404), "Collections missed", "Amara")
	}
	for _, path := range []string{"/act/claim", "/compose", "/draft", "/presence", "/attachments"} {
		s.post("Kofi", url+path, map[string][]string{"seen": {"1"}, "mode": {"staff"}, "body": {"x"}}, 404)
	}
	s.get("Priya", "/cases/CMP-0000-0000", 404)
	s.get("Priya", "/cases/nothing/history", 404)
	s.do("Amara", http.MethodGet, url, "", "", 303)
}

func TestWhoeverMayOnlyEnquireReadsPublicWordsOnly(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	id, url := s.raised()
	says(t, s.get("Rosa", url, 200), "Received")
	s.Do(t, s.Priya, id, cases.StartWork{}, &notes.Add{Body: "for staff alone"}, &notes.Add{Body: "for everybody", Audience: core.Public}, &questions.Ask{Body: "Which day?"},
		&cases.SetField{Field: "finding", Value: "upheld"}, &cases.Escalate{Reason: "vulnerable"})
	for _, tab := range []string{"", "/details", "/tasks", "/history", "/head", "/side"} {
		body := s.get("Rosa", url+tab, 200)
		saysNot(t, body, "for staff alone", "Upheld", "Vulnerable", "Escalated", "stage-bar", "data-composer", "/act/close", "Full response", "Check the history")
	}
	says(t, s.get("Rosa", url+"/history", 200), "for everybody", "Which day?", "Five weeks running.")
	says(t, s.get("Rosa", url, 200), "In progress", "Amara Okonkwo-Lindqvist")
	s.get("Rosa", url+"/emails", 404)
	s.get("Rosa", url+"/attachments", 404)
	s.post("Rosa", url+"/act/close", url2("seen", "1", "reason", "upheld"), 403)
	s.post("Rosa", url+"/compose", url2("mode", "public", "body", "x"), 403)
	s.post("Rosa", url+"/draft", url2("mode", "public", "body", "x"), 403)
	s.post("Rosa", url+"/attachments", url2(), 403)
	if n := len(s.History(t, id)); n == 0 || s.Case(t, id).Status == "closed" {
		t.Error("the case changed")
	}
}

// url2 makes the values of a form.
func url2(pairs ...string) url.Values {
	out := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		out.Add(pairs[i], pairs[i+1])
	}
	return out
}

func TestTheFirstLookOfAWorkerOpensTheCaseAndEveryLookIsWrittenDown(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	id, url := s.raised()
	s.get("Rosa", url, 200)
	if !s.Case(t, id).OpenedAt.IsZero() {
		t.Fatal("a look without the right to work opened the case")
	}
	s.get("Priya", url, 200)
	s.get("Tomasz", url+"/history", 200)
	if at := s.Case(t, id).OpenedAt; !at.Equal(casestest.Start) {
		t.Errorf("opened at %v", at)
	}
	opened := 0
	for _, e := range s.History(t, id) {
		if e.Kind == core.CaseOpened {
			opened++
		}
	}
	if opened != 1 {
		t.Errorf("opened %d times", opened)
	}
	rows, err := s.Pool.Query(t.Context(), `SELECT actor_id || ' ' || what FROM access_log WHERE case_id = $1 ORDER BY at, what DESC`, id)
	if err != nil {
		t.Fatal(err)
	}
	looks, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(looks) != 3 {
		t.Fatalf("written down: %v, %v", looks, err)
	}
	says(t, strings.Join(looks, "\n"), s.rosa.ID+" summary", s.Priya.ID+" summary", s.Tomasz.ID+" history")
}

// pictureDir is where pictures go that a person compares with the design; "" takes none.
func pictureDir() string { return os.Getenv("CASEMENT_PICTURES") }

func picture(name string) string { return filepath.Join(pictureDir(), name+".png") }
