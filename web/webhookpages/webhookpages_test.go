package webhookpages_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/core/webhooks"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
	"github.com/casement-dev/casement/web/webhookpages"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, webhookpages.Source()) }

var administrator = core.StaffActor(core.NewID[core.StaffID](), "Ada", core.RoleAdministrator)

type site struct {
	*casestest.World
	app   *fiber.App
	hooks *webhooks.Service
	by    core.Actor
}

type routes struct{ r fiber.Router }

func (r routes) Get(path string, h ...fiber.Handler)  { r.r.Get(path, h...) }
func (r routes) Post(path string, h ...fiber.Handler) { r.r.Post(path, h...) }

func open(t *testing.T) *site {
	t.Helper()
	t.Parallel()
	s := &site{World: casestest.New(t), by: administrator}
	users := people.New(s.DB, people.Options{Clock: s.Clock})
	s.hooks = webhooks.New(webhooks.Options{
		DB: s.DB, Cases: s.Cases, People: users, Messages: messages.New(s.DB, s.Clock, messages.Options{}), Clock: s.Clock,
		Log: slog.New(slog.DiscardHandler), Secret: casestest.Secret, Queue: func(*pgx.Batch, string) {}, Loopback: true, Plain: true,
	})
	t.Cleanup(s.hooks.Close)
	s.Cases.Listen(s.hooks.Heard)
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Clock, o.Actor = s.Clock, func(*fiber.Ctx) core.Actor { return s.by }
	}, webhookpages.Source())
	s.app = fiber.New(fiber.Config{Views: engine, Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		problem, _ := server.Describe(err)
		return render.Failed(c, render.Problem(problem))
	}})
	webhookpages.New(webhookpages.Options{Webhooks: s.hooks, People: users, Types: s.Types.All, Zone: time.UTC}).RegisterAdmin(routes{s.app})
	return s
}

func (s *site) ask(t *testing.T, method, path string, status int, form url.Values) (*goquery.Document, string) {
	t.Helper()
	sent := ""
	if method == "POST" {
		sent = form.Encode() + "&x=1"
	}
	res, body := rendertest.Do(t, s.app, method, path, sent)
	if res.StatusCode != status {
		t.Fatalf("%s %s: %d, want %d\n%s", method, path, res.StatusCode, status, body)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return doc, res.Header.Get("Location")
}

// receiver counts what it takes; it answers with status.
func receiver(t *testing.T, status *int) *httptest.Server {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(*status)
		_, _ = io.WriteString(w, "<b>not today</b>")
	}))
	t.Cleanup(srv.Close)
	return srv
}

func TestAWebhookIsAddedItsSecretShownOnceTestedAndSwitchedOff(t *testing.T) {
	s := open(t)
	if page, _ := s.ask(t, "GET", "/webhooks", 200, nil); !strings.Contains(page.Text(), "No other system is told") {
		t.Error("an empty list says nothing")
	}
	status := 204
	to := receiver(t, &status)
	page, _ := s.ask(t, "POST", "/webhooks", 422, url.Values{"name": {"Warehouse"}, "key": {"warehouse"}, "url": {"gopher://x"}, "kinds": {"case.closed"}})
	if value, _ := page.Find("#name").Attr("value"); value != "Warehouse" || page.Find(`input[value="case.closed"][checked]`).Length() != 1 || page.Find(".error").Length() == 0 {
		t.Error("what was typed is lost, or nothing says what is wrong")
	}
	page, _ = s.ask(t, "POST", "/webhooks", 200, url.Values{"name": {"Warehouse"}, "key": {"warehouse"}, "url": {to.URL}, "kinds": {"case.raised"}, "types": {"complaint"}})
	secret, _ := page.Find("#new-secret").Attr("value")
	if !strings.HasPrefix(secret, "whsec_") {
		t.Fatalf("the secret is %q", secret)
	}
	page, _ = s.ask(t, "GET", "/webhooks/1", 200, nil)
	if page.Find("#new-secret").Length() != 0 || strings.Contains(page.Text(), secret) || page.Find(`input[value="case.raised"][checked]`).Length() != 1 {
		t.Error("the secret is shown again, or what was chosen is lost")
	}
	_, at := s.ask(t, "POST", "/webhooks/1/test", 303, nil)
	page, _ = s.ask(t, "GET", at, 200, nil)
	if text := page.Text(); !strings.Contains(text, "Taken") || !strings.Contains(text, "webhook.test") || !strings.Contains(text, "204") {
		t.Errorf("the test shows %s", text)
	}
	status = 500
	_, at = s.ask(t, "POST", "/webhooks/1/test", 303, nil)
	page, _ = s.ask(t, "GET", at, 200, nil)
	if text := page.Text(); !strings.Contains(text, "Given up") || !strings.Contains(text, "<b>not today</b>") {
		t.Errorf("a failed test shows %s", text)
	}
	page, _ = s.ask(t, "POST", "/webhooks/1/secret", 200, nil)
	if fresh, _ := page.Find("#new-secret").Attr("value"); fresh == secret || !strings.Contains(page.Text(), "two signatures") {
		t.Error("the new secret is the old one, or nobody says until when that signs")
	}
	s.ask(t, "POST", "/webhooks/1", 303, url.Values{"name": {"Depot"}, "url": {to.URL}})
	s.ask(t, "POST", "/webhooks/1", 422, url.Values{"name": {""}, "url": {to.URL}})
	s.ask(t, "POST", "/webhooks/1/switch", 303, url.Values{"on": {"false"}})
	if page, _ = s.ask(t, "GET", "/webhooks", 200, nil); !strings.Contains(page.Text(), "Depot") || !strings.Contains(page.Text(), "Off") {
		t.Error("the list does not say that it is off")
	}
	s.ask(t, "POST", "/webhooks/1/remove", 303, nil)
	s.ask(t, "GET", "/webhooks/1", 404, nil)
}

func TestTheLogShowsWhatWasSentAndSendsItAgain(t *testing.T) {
	s := open(t)
	status := 503
	to := receiver(t, &status)
	s.ask(t, "POST", "/webhooks", 200, url.Values{"name": {"Warehouse"}, "key": {"warehouse"}, "url": {to.URL}})
	e, err := s.hooks.Find(t.Context(), administrator, 1)
	if err != nil {
		t.Fatal(err)
	}
	id := s.Raise(t)
	if err := s.Cases.React(t.Context(), id, func(context.Context, pgx.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	work := func() {
		t.Helper()
		if _, err := s.hooks.Work(t.Context(), e.ID.String()); err != nil {
			t.Fatal(err)
		}
	}
	work()
	page, _ := s.ask(t, "GET", "/webhooks/1/log", 200, nil)
	if text := page.Find("tbody").Text(); !strings.Contains(text, "case.raised") || !strings.Contains(text, "Tried again") || !strings.Contains(text, string(s.Case(t, id).Ref)) {
		t.Errorf("the log shows %s", text)
	}
	at, _ := page.Find("tbody th a").Attr("href")
	s.ask(t, "POST", at+"/again", 409, nil) // it waits already
	if _, err := s.Pool.Exec(t.Context(), `UPDATE webhook_deliveries SET state = 'given_up'`); err != nil {
		t.Fatal(err)
	}
	day := s.Clock.Now().Format(time.DateOnly)
	s.ask(t, "POST", "/webhooks/1/log/again", 422, url.Values{"from": {"yesterday"}, "to": {day}})
	s.ask(t, "POST", "/webhooks/1/log/again", 422, url.Values{"from": {day}, "to": {"2026-01-01"}})
	status = 200
	s.ask(t, "POST", "/webhooks/1/log/again", 303, url.Values{"from": {day}, "to": {day}})
	work()
	if page, _ = s.ask(t, "GET", at, 200, nil); !strings.Contains(page.Text(), "Taken") || page.Find("tbody tr").Length() != 2 {
		t.Errorf("it shows %s", page.Find("main").Text())
	}
	s.ask(t, "POST", at+"/again", 303, nil)
	work()
	if page, _ = s.ask(t, "GET", "/webhooks/1/log?state=delivered", 200, nil); page.Find("tbody tr").Length() != 1 {
		t.Error("what was taken is not listed")
	}
	for _, wrong := range []string{"/webhooks/1/log?state=nonsense", "/webhooks/1/log?before=x", "/webhooks/1/log/999", "/webhooks/0", "/webhooks/99"} {
		s.ask(t, "GET", wrong, 404, nil)
	}
}

func TestNobodyButAdministratorsSeesWebhooks(t *testing.T) {
	s := open(t)
	s.by = s.Priya
	for _, path := range []string{"/webhooks", "/webhooks/1", "/webhooks/1/log", "/webhooks/1/log/1"} {
		s.ask(t, "GET", path, 403, nil)
	}
	s.ask(t, "POST", "/webhooks", 403, url.Values{"name": {"W"}, "key": {"w"}, "url": {"https://hooks.example.org"}})
}
