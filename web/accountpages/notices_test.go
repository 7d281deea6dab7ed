package accountpages_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/portals"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/web/accountpages"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
)

// desk is the small council, with somebody before the console.
type desk struct {
	*casestest.World
	app  *fiber.App
	told *notifications.Service
	by   core.Actor
}

type routes struct{ r fiber.Router }

func (r routes) Get(path string, h ...fiber.Handler)  { r.r.Get(path, h...) }
func (r routes) Post(path string, h ...fiber.Handler) { r.r.Post(path, h...) }

func openDesk(t *testing.T) *desk {
	t.Helper()
	t.Parallel()
	d := &desk{World: casestest.New(t)}
	targets.Wire(d.Cases)
	d.by = d.Priya
	d.told = notifications.New(notifications.Options{
		DB: d.DB, Messages: messages.New(d.DB, d.Clock, messages.Options{}), People: people.New(d.DB, people.Options{Clock: d.Clock}), Cases: d.Cases,
		Questions: questions.New(d.DB, d.Cases, d.Clock, casestest.Secret), Targets: targets.New(d.DB, d.Cases, d.Clock), Portals: portals.New(d.DB, d.Types, d.Clock), Followers: followers.New(d.DB),
		Log: slog.New(slog.DiscardHandler), BaseURL: "https://casework.northmoor.example", Secret: casestest.Secret,
	})
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Clock, o.Actor = d.Clock, func(*fiber.Ctx) core.Actor { return d.by }
	}, accountpages.Source())
	d.app = fiber.New(fiber.Config{Views: engine, Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		problem, _ := server.Describe(err)
		return render.Failed(c, render.Problem(problem))
	}})
	accountpages.New(accountpages.Options{Cases: d.Cases, Notifications: d.told, Zone: time.UTC}).RegisterConsole(routes{d.app})
	return d
}

// tell lets something happen on a new case, of which Priya is told, and returns
// the case.
func (d *desk) tell(t *testing.T) *core.Case {
	t.Helper()
	d.Cases.Listen(func(_ context.Context, b *pgx.Batch, cs *core.Case, _ *core.CaseType, heard []core.Recorded) error {
		for _, e := range heard {
			if e.Kind != core.CaseRaised {
				continue
			}
			b.Queue(`INSERT INTO notifications (staff_id, case_id, event_seq, kind, audience, needs, made_at) VALUES ($1, $2, $3, $4, 'manage', 'case.view', $5)
				ON CONFLICT DO NOTHING`, d.Priya.ID, cs.ID, e.Seq, e.Kind, d.Clock.Now())
		}
		return nil
	})
	id := d.Raise(t)
	if err := d.Cases.React(t.Context(), id, func(context.Context, pgx.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return d.Case(t, id)
}

func (d *desk) get(t *testing.T, path string, status int, headers ...string) *goquery.Document {
	t.Helper()
	res, body := rendertest.Do(t, d.app, "GET", path, "", headers...)
	if res.StatusCode != status {
		t.Fatalf("GET %s: %d, want %d\n%s", path, res.StatusCode, status, body)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// post sends a form and returns where it leads, or else the page.
func (d *desk) post(t *testing.T, path string, status int, form url.Values) string {
	t.Helper()
	res, body := rendertest.Do(t, d.app, "POST", path, form.Encode()+"&x=1")
	if res.StatusCode != status {
		t.Fatalf("POST %s: %d, want %d\n%s", path, res.StatusCode, status, body)
	}
	if to := res.Header.Get("Location"); to != "" {
		return to
	}
	return body
}

func TestNotificationsAreListedByDayUnreadFirstAndRead(t *testing.T) {
	d := openDesk(t)
	if page := d.get(t, "/notifications", 200); !strings.Contains(page.Text(), "You have read everything") {
		t.Error("an empty page says nothing")
	}
	if page := d.get(t, "/notifications?show=all", 200); !strings.Contains(page.Text(), "kept for 90 days") {
		t.Error("an empty list says nothing")
	}
	first := d.tell(t)
	d.Clock.Advance(24 * time.Hour)
	second := d.tell(t)
	page := d.get(t, "/notifications", 200)
	if days := page.Find("section.card h2"); days.Length() != 2 || page.Find(".notice").Length() != 2 {
		t.Fatalf("%d days, %d notices", days.Length(), page.Find(".notice").Length())
	}
	link := page.Find(".notice a").First()
	if href, _ := link.Attr("href"); href != "/cases/"+string(second.Ref) || link.Text() != "The requester raised this case" {
		t.Errorf("the first leads to %s: %s", href, link.Text())
	}
	if topic, _ := page.Find("#notices").Attr("hx-trigger"); topic != "live:"+notifications.Topic(d.Priya.StaffID())+" from:body" {
		t.Errorf("it listens to %s", topic)
	}
	if part := d.get(t, "/notifications", 200, "HX-Request", "true"); part.Find(".page-head").Length() != 0 || part.Find("#notices").Length() != 1 {
		t.Error("a script gets more than the list, or less")
	}
	read, _ := page.Find(".notice form").First().Attr("action")
	if to := d.post(t, read, 303, nil); to != "/notifications" {
		t.Errorf("marking one leads to %s", to)
	}
	page = d.get(t, "/notifications", 200)
	if page.Find(".notice").Length() != 1 || !strings.Contains(page.Text(), string(first.Ref)) {
		t.Error("one that was read is among the unread")
	}
	if all := d.get(t, "/notifications?show=all", 200); all.Find(".notice").Length() != 2 || all.Find(".notice.is-unread").Length() != 1 {
		t.Error("all of them are not there")
	}
	newest, _ := page.Find("input[name=up_to]").Attr("value")
	d.post(t, "/notifications/read", 303, url.Values{"up_to": {newest}})
	if page = d.get(t, "/notifications", 200); page.Find(".notice").Length() != 0 {
		t.Error("marked all, and some are unread")
	}
	for _, wrong := range []string{"/notifications?before=x", "/notifications?before=-1"} {
		d.get(t, wrong, 404)
	}
}

func TestSomebodyElsesNotificationsAreNeitherShownNorRead(t *testing.T) {
	d := openDesk(t)
	d.tell(t)
	read, _ := d.get(t, "/notifications", 200).Find(".notice form").First().Attr("action")
	d.by = d.Tomasz
	if page := d.get(t, "/notifications?show=all", 200); page.Find(".notice").Length() != 0 {
		t.Error("a colleague sees them")
	}
	d.post(t, read, 303, nil)
	d.post(t, "/notifications/read", 303, url.Values{"up_to": {fmt.Sprint(1 << 40)}})
	d.by = d.Priya
	if page := d.get(t, "/notifications", 200); page.Find(".notice.is-unread").Length() != 1 {
		t.Error("a colleague read them")
	}
}

func TestHowOneIsToldIsChosenAndRefusedInWords(t *testing.T) {
	d := openDesk(t)
	page := d.get(t, "/account/notifications", 200)
	for _, kind := range notifications.Kinds() {
		if field := page.Find(`select[name="` + string(kind) + `"]`); field.Length() != 1 {
			t.Errorf("%s has %d fields", kind, field.Length())
		} else if none := field.Find(`option[value=none]`).Length() == 1; none != notifications.CanBeSilenced(kind) {
			t.Errorf("%s can be silenced: %v", kind, none)
		}
	}
	chosen := url.Values{"hour": {"17"}, "zone": {"Europe/Paris"}, "case.raised": {"digest"}, "update.added": {"none"}, "case.assigned": {"mail"}}
	if to := d.post(t, "/account/notifications", 303, chosen); to != "/account/notifications" {
		t.Errorf("it leads to %s", to)
	}
	page = d.get(t, "/account/notifications", 200)
	for name, want := range map[string]string{"hour": "17", "case.raised": "digest", "update.added": "none", "case.assigned": "mail", "case.closed": "mail"} {
		if got, _ := page.Find(`select[name="` + name + `"] option[selected]`).Attr("value"); got != want && page.Find(`select[name="`+name+`"]`).Length() > 0 {
			t.Errorf("%s is %q, wanted %q", name, got, want)
		}
	}
	for name, wrong := range map[string]url.Values{
		"That is no time zone":               {"hour": {"8"}, "zone": {"Mars/Olympus"}},
		"Choose an hour":                     {"hour": {"x"}},
		"This is in the console in any case": {"hour": {"8"}, "target.breached": {"none"}},
		"Choose how you want to hear of it":  {"hour": {"8"}, "case.raised": {"telepathy"}},
	} {
		if body := d.post(t, "/account/notifications", 422, wrong); !strings.Contains(body, name) {
			t.Errorf("refused without %q", name)
		}
	}
	own, err := d.told.Preferences(t.Context(), d.Priya)
	if err != nil || own.Hour != 17 || own.Zone != "Europe/Paris" || own.Of(core.CaseRaised) != notifications.InDigest {
		t.Errorf("what was refused changed something: %+v, %v", own, err)
	}
}
