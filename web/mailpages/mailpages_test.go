package mailpages_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/mail"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/mailpages"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, mailpages.Source()) }

// site is the outbox pages on the small council, without guards.
type site struct {
	*casestest.World
	app      *fiber.App
	messages *messages.Service
	by       core.Actor
}

var administrator = core.StaffActor(core.NewID[core.StaffID](), "Ada", core.RoleAdministrator)

func open(t *testing.T, sends, pretended bool) *site {
	t.Helper()
	t.Parallel()
	s := &site{World: casestest.New(t), by: administrator}
	options := messages.Options{Domain: "northmoor.example"}
	if sends {
		sender, err := mail.New(mail.Settings{Host: "127.0.0.1", Port: 9, Security: mail.Plain, From: "no-reply@northmoor.example", Timeout: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		options.Sender = sender
	}
	if _, err := s.Pool.Exec(t.Context(), `INSERT INTO installation (name, demonstration, created_at) VALUES ('Northmoor', $1, $2)`, pretended, casestest.Start); err != nil {
		t.Fatal(err)
	}
	s.messages = messages.New(s.DB, s.Clock, options)
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Clock, o.Actor = s.Clock, func(*fiber.Ctx) core.Actor { return s.by }
	}, mailpages.Source())
	s.app = fiber.New(fiber.Config{Views: engine, Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		problem, _ := server.Describe(err)
		return render.Failed(c, render.Problem(problem))
	}})
	mailpages.New(mailpages.Options{Messages: s.messages, Cases: s.Cases, Sends: sends, Pretended: pretended}).RegisterAdmin(routes{s.app})
	return s
}

// routes hangs pages on an application without guards.
type routes struct{ r fiber.Router }

func (r routes) Get(path string, h ...fiber.Handler)  { r.r.Get(path, h...) }
func (r routes) Post(path string, h ...fiber.Handler) { r.r.Post(path, h...) }

// post puts a message into the outbox and returns the address of its page.
func (s *site) post(t *testing.T, change func(*messages.Outgoing)) string {
	t.Helper()
	o := messages.Outgoing{
		Event: "case.raised", Audience: "requester", Template: "confirmation", To: "amara@example.org", ToName: "Amara",
		Data: messages.Data{"case": map[string]any{"reference": "CMP-7K2M-4QX9", "type": "Complaint", "link": link}},
	}
	if change != nil {
		change(&o)
	}
	id, err := s.messages.Post(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.messages.Find(t.Context(), administrator, id)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("/mail/%d", e.No)
}

const link = "https://northmoor.example/track/Zm9vYmFyYmF6cXV4MDEyMw"

func (s *site) get(t *testing.T, path string, status int) *goquery.Document {
	t.Helper()
	res, body := rendertest.Do(t, s.app, "GET", path, "")
	if res.StatusCode != status {
		t.Fatalf("GET %s: %d, want %d\n%s", path, res.StatusCode, status, body)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTheOutboxIsReadByStateAndPageByPage(t *testing.T) {
	s := open(t, true, false)
	for i := range 60 {
		s.Clock.Advance(time.Minute)
		s.post(t, func(o *messages.Outgoing) { o.To = fmt.Sprintf("p%02d@example.org", i) })
	}
	if _, err := s.Pool.Exec(t.Context(), `UPDATE outbox SET state = 'refused' WHERE recipient = 'p07@example.org'`); err != nil {
		t.Fatal(err)
	}
	page := s.get(t, "/mail", 200)
	if n := page.Find("tbody tr").Length(); n != 50 || !strings.Contains(page.Find("tbody tr").First().Text(), "p59@example.org") {
		t.Errorf("the first page has %d", n)
	}
	next, _ := page.Find("a[rel=next]").Attr("href")
	page = s.get(t, next, 200)
	if n := page.Find("tbody tr").Length(); n != 10 || page.Find("a[rel=next]").Length() != 0 {
		t.Errorf("the second page has %d", n)
	}
	page = s.get(t, "/mail?state=refused", 200)
	if n := page.Find("tbody tr").Length(); n != 1 || page.Find(".chip-bad").Length() != 1 {
		t.Errorf("%d were refused", n)
	}
	if page = s.get(t, "/mail?q=P1", 200); page.Find("tbody tr").Length() != 10 {
		t.Errorf("%d were found", page.Find("tbody tr").Length())
	}
	if page = s.get(t, "/mail?state=sent&q="+url.QueryEscape("<b>"), 200); !strings.Contains(page.Text(), "No messages here") {
		t.Error("an empty list says nothing")
	}
	s.get(t, "/mail?state=nonsense", 404)
	s.get(t, "/mail?after=nonsense", 422)
}

func TestAMessageIsShownAndSentAgain(t *testing.T) {
	s := open(t, true, false)
	id := s.Raise(t)
	at := s.post(t, func(o *messages.Outgoing) { o.Case = id })
	page := s.get(t, at, 200)
	if page.Find(`a[href="/cases/`+string(s.Case(t, id).Ref)+`"]`).Length() != 1 || !strings.Contains(page.Find("pre").First().Text(), "Thank you for contacting us.") {
		t.Errorf("the page shows %s", page.Find("main").Text())
	}
	if page.Find("form[action$=again]").Length() != 0 {
		t.Error("what waits is offered to be sent again")
	}
	if res, _ := rendertest.Do(t, s.app, "POST", at+"/again", "x=1"); res.StatusCode != 409 {
		t.Errorf("what waits was sent again: %d", res.StatusCode)
	}
	if _, err := s.Pool.Exec(t.Context(), `UPDATE outbox SET state = 'refused', attempts = 1, detail = '550 <b>No</b>'`); err != nil {
		t.Fatal(err)
	}
	page = s.get(t, at, 200)
	if page.Find("form[action$=again]").Length() != 1 || !strings.Contains(page.Text(), "550 <b>No</b>") {
		t.Error("a refused message cannot be sent again")
	}
	res, _ := rendertest.Do(t, s.app, "POST", at+"/again", "x=1")
	if res.StatusCode != 303 || res.Header.Get("Location") != at {
		t.Errorf("sent again: %d", res.StatusCode)
	}
	if page = s.get(t, "/mail?state=queued", 200); page.Find("tbody tr").Length() != 1 {
		t.Error("it does not wait")
	}
	for _, wrong := range []string{"/mail/999999", "/mail/x", "/mail/-1", "/mail/99999999999999999999"} {
		s.get(t, wrong, 404)
	}
}

func TestTheLinksOfOthersAreNotShownInFull(t *testing.T) {
	s := open(t, false, false)
	at := s.post(t, nil)
	page := s.get(t, at, 200)
	if text := page.Text(); strings.Contains(text, "Zm9vYmFyYmF6cXV4") || !strings.Contains(text, "not shown in full") || page.Find(`a[href*="/track/"]`).Length() != 0 {
		t.Errorf("shown is %s", text)
	}
	signIn := s.post(t, func(o *messages.Outgoing) {
		o.Event, o.Template, o.Data = "sign_in", messages.SignIn, messages.Data{"sign_in": map[string]any{"link": "https://northmoor.example/sign-in/link/Zm9vYmFyYmF6"}}
	})
	if text := s.get(t, signIn, 200).Text(); strings.Contains(text, "Zm9vYmFyYmF6") || !strings.Contains(text, "are not shown") {
		t.Errorf("the sign-in message shows %s", text)
	}
}

func TestOnADemonstrationMessagesCanBeOpenedAndFollowed(t *testing.T) {
	s := open(t, false, true)
	if page := s.get(t, s.post(t, nil), 200); page.Find(`a[href="`+link+`"]`).Length() != 1 {
		t.Errorf("the link cannot be followed: %s", page.Find("main").Text())
	}
	signIn := s.post(t, func(o *messages.Outgoing) {
		o.Event, o.Template, o.Data = "sign_in", messages.SignIn, messages.Data{"sign_in": map[string]any{"link": "https://northmoor.example/sign-in/link/Zm9vYmFyYmF6"}}
	})
	if page := s.get(t, signIn, 200); page.Find(`a[href$="/sign-in/link/Zm9vYmFyYmF6"]`).Length() != 1 {
		t.Errorf("the sign-in link cannot be followed: %s", page.Find("main").Text())
	}
	if page := s.get(t, "/mail", 200); !strings.Contains(page.Text(), "No mail server is configured") {
		t.Error("it is not said that nothing is sent")
	}
}

func TestNobodyButAdministratorsReadsTheOutbox(t *testing.T) {
	s := open(t, true, true)
	at := s.post(t, nil)
	for _, by := range []core.Actor{s.Priya, core.StaffActor(core.NewID[core.StaffID](), "Max", core.RoleAuditor, core.RoleConfigurator), core.PersonActor(s.Amara, "Amara"), core.AnonymousActor()} {
		s.by = by
		s.get(t, "/mail", 403)
		s.get(t, at, 403)
		if res, _ := rendertest.Do(t, s.app, "POST", at+"/again", "x=1"); res.StatusCode != 403 {
			t.Errorf("sent again by %s: %d", by.Kind, res.StatusCode)
		}
	}
}
