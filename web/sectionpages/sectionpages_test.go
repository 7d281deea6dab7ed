package sectionpages_test

import (
	"context"
	"io"
	"log/slog"
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

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/files"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/core/lookups"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/pluginhost/hosttest"
	"github.com/casement-dev/casement/core/portals"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web"
	"github.com/casement-dev/casement/web/casepages"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/portalpages"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
	"github.com/casement-dev/casement/web/sectionpages"
	"github.com/casement-dev/casement/web/viewtree"
	"github.com/casement-dev/casement/web/webtest"
)

// site is cases with sections on the real server, with real plugins. A session's
// token is the first name of who is signed in.
type site struct {
	*hosttest.World
	t      *testing.T
	app    *server.App
	url    string
	actors map[string]core.Actor
	hub    *events.Hub
}

func newSite(t *testing.T, assets *web.Assets, address string) *site {
	t.Helper()
	s := &site{World: hosttest.New(t, hosttest.Options{}), t: t, url: address, hub: events.NewHub()}
	s.Publish(t, "organisation", "organisation", `{"name": "Northmoor Council", "zone": "Europe/London", "telephone": "01632 960 100"}`)
	s.actors = map[string]core.Actor{
		"Priya": s.Priya, "Tomasz": s.Tomasz, "Kofi": s.Other, "Amara": core.PersonActor(s.Amara, "Amara"), "Brendan": core.PersonActor(s.Brendan, "Brendan"),
		"Odile": core.StaffActor(s.Other.StaffID(), "Odile", core.RoleAuditor),
	}
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Clock, o.Zone, o.Actor = s.Clock, time.UTC, server.Actor
		o.CSRF = func(c *fiber.Ctx) string { return s.app.CSRF(c) }
		if assets != nil {
			o.Asset = assets.URL
		}
	}, casepages.Source(), sectionpages.Source(), portalpages.Source())
	var err error
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
		t.Fatal(err)
	}
	disk, err := files.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	asked, kept, said := questions.New(s.DB, s.Cases, s.Clock, casestest.Secret), attachments.New(s.DB, disk, s.Clock), notes.New(s.DB, s.Clock)
	known, promised := people.New(s.DB, people.Options{Clock: s.Clock, BaseURL: s.url}), targets.New(s.DB, s.Cases, s.Clock)
	casepages.New(casepages.Services{
		Followers: followers.New(s.DB), Cases: s.Cases, Notes: said, Questions: asked, Tasks: tasks.New(s.DB, s.Cases, s.Clock, nil), Targets: promised,
		Attachments: kept, Messages: messages.New(s.DB, s.Clock, messages.Options{}), People: known, Zone: time.UTC, Details: s.Details, Actions: s.Actions,
	}).RegisterCase(s.app.Console())
	portal := portalpages.New(portalpages.Options{
		Cases: s.Cases, Questions: asked, Notes: said, Attachments: kept, Targets: promised, People: known, Portals: portals.New(s.DB, s.Types, s.Clock), Links: links.New(s.DB, s.Cases),
		Details: s.Details, Clock: s.Clock, Zone: time.UTC,
	})
	portal.RegisterPortal(s.app.Portal())
	portal.RegisterPublic(s.app.Public())
	pages, err := sectionpages.New(sectionpages.Options{
		Cases: s.Cases, Details: s.Details, Actions: s.Actions, Lookups: s.Lookups, Zone: time.UTC,
		Token: func(c *fiber.Ctx) viewtree.Hidden {
			return viewtree.Hidden{Name: server.CSRFField, Value: s.app.CSRF(c)}
		},
		Asset: func(name string) string {
			if assets == nil {
				return ""
			}
			return assets.URL(name)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	pages.RegisterConsole(s.app.Console())
	pages.RegisterPortal(s.app.Portal())
	pages.RegisterPublic(s.app.Public())
	layout.New(func(*fiber.Ctx) (render.Frame, error) { return layout.SampleFrame(), nil }, nil).RegisterConsole(s.app.Console())
	s.app.Public().Get("/enter/:who", func(c *fiber.Ctx) error {
		s.app.SignIn(c, c.Params("who"), time.Now().Add(time.Hour)) // the browser has a clock of its own
		return c.Redirect(c.Query("to", "/palette"), fiber.StatusSeeOther)
	})
	return s
}

// SessionByToken implements server.Sessions.
func (s *site) SessionByToken(_ context.Context, token string) (people.Session, error) {
	by, ok := s.actors[token]
	if !ok {
		return people.Session{}, core.NotFound("Nobody is signed in.")
	}
	return people.Session{Actor: by}, nil
}

const host = "http://casework.example.org"

func (s *site) do(who, method, path, body string, status int, headers ...string) string {
	s.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	headers = append(headers, "Origin", s.url, "Cookie", "casement-session="+who)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	r.Host = "casework.example.org"
	answer, err := s.app.Fiber().Test(r, 20_000)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if answer.StatusCode != status {
		s.t.Fatalf("%s %s as %s: %d, want %d\n%.2000s", method, path, who, answer.StatusCode, status, raw)
	}
	return string(raw)
}

func (s *site) get(who, path string, status int, headers ...string) string {
	s.t.Helper()
	return s.do(who, http.MethodGet, path, "", status, headers...)
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// send fills in the form of a page that was shown.
func (s *site) send(who, shown, path string, fields url.Values, status int, headers ...string) string {
	s.t.Helper()
	for _, found := range hidden.FindAllStringSubmatch(shown, -1) {
		if !fields.Has(found[1]) {
			fields.Set(found[1], found[2])
		}
	}
	return s.do(who, http.MethodPost, path, fields.Encode(), status, headers...)
}

func says(t *testing.T, body string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(body, w) {
			t.Errorf("%q is missing in\n%.4000s", w, body)
		}
	}
}

const (
	form = `{"v":1,"state":{"n":1},"view":{"t":"form","id":"edit","label":"What came of it","items":[
		{"t":"field","kind":"radios","id":"verdict","label":"Was the complaint upheld?","required":true,"options":[{"value":"upheld","label":"Upheld"},{"value":"not-upheld","label":"Not upheld"}]},
		{"t":"field","kind":"text","id":"remedy","label":"Remedy","hint":"What we do to put it right.","required":true,"max_length":60},
		{"t":"field","kind":"money","id":"cost","label":"What it costs","unit":"£"}]}}`
	done = `{"v":1,"state":{"n":2},"view":{"t":"page","label":"What came of it","items":[{"t":"summary","items":[{"t":"row","label":"Remedy","text":"$TYPED"}]}]},"effects":[{"t":"case.set_field","args":{"field":"remedy","value":"$TYPED"}}]}`
)

var htmx = []string{"HX-Request", "true"}

func TestTheCaseHasABoxForEachSectionAndNeverWaits(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil, host)
	seen := s.Script(t, map[string]string{"any": `"loop"`}) // nothing answers in time
	base := "/cases/" + string(seen.Case.Ref)
	page := s.get("Priya", base+"/details", 200)
	says(t, page, `id="section-section"`, `hx-get="`+base+`/sections/section"`, "What came of it", "For staff", "Says what it is told to.")
	part := s.get("Priya", base+"/sections/section", 200, htmx...)
	says(t, part, "This section is not available just now. The rest of the case is not affected.", "Try again")
	if strings.Contains(part, "<html") {
		t.Error("the part is a whole page")
	}
	says(t, s.get("Priya", base+"/sections/section", 503), "<html", "This section is not available just now.")
	s.get("Priya", base, 200)
	s.get("Priya", base+"/sections/none", 404)
	s.get("Kofi", base+"/sections/section", 404)
}

func TestASectionIsFilledInWithAndWithoutScripts(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil, host)
	seen := s.Script(t, map[string]string{"start": form, "view": form, "submit": done})
	path := "/cases/" + string(seen.Case.Ref) + "/sections/section"
	shown := s.get("Priya", path, 200)
	says(t, shown, "Was the complaint upheld?", `name="f:remedy"`)
	refused := s.send("Priya", shown, path, url.Values{"f:remedy": {"An <b>apology</b>"}}, 422)
	says(t, refused, "An &lt;b&gt;apology&lt;/b&gt;", "error-summary", "Not saved yet", "Discard what is not saved")
	saved := s.send("Priya", refused, path, url.Values{"f:remedy": {"An apology"}, "f:verdict": {"upheld"}}, 200, htmx...)
	says(t, saved, "An apology")
	if got := s.Case(t, seen.Case.ID).Fields["remedy"]; got != "An apology" {
		t.Errorf("the remedy is %v", got)
	}
	if strings.Contains(s.get("Priya", "/cases/"+string(seen.Case.Ref)+"/details", 200), "field=remedy") {
		t.Error("the page shows a field that the section shows, beside it")
	}
	says(t, s.get("Priya", "/cases/"+string(seen.Case.Ref)+"/history?show=everything", 200), "saved the section", "through test.pliant 1.0.0")
	s.do("Priya", http.MethodPost, path, "f:remedy=x", 403) // without the token
}

func TestTheRequesterReadsASectionInThePortal(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil, host)
	read := `{"v":1,"state":{},"view":{"t":"page","label":"What came of it","items":[{"t":"text","text":"We are sorry."},{"t":"table","label":"Cases","columns":["Case"],"rows":[["CMP-2222-2222"]],"refs":["CMP-2222-2222"]}]}}`
	seen := s.Script(t, map[string]string{"start": read, "view": read})
	token := s.Cases.TrackingToken(seen.Case.ID)
	for who, base := range map[string]string{"Amara": "/portal/cases/" + string(seen.Case.Ref), "": "/track/" + token} {
		says(t, s.get(who, base, 200), `hx-get="`+base+`/sections/section"`)
		page := s.get(who, base+"/sections/section", 200)
		says(t, page, "We are sorry.")
		if strings.Contains(page, `href="/cases/`) {
			t.Error("it leads to the console")
		}
		s.get(who, base+"/sections/staff-only", 404)
		s.send(who, page, base+"/sections/section", url.Values{"f:remedy": {"x"}}, 403)
	}
	s.get("Brendan", "/portal/cases/"+string(seen.Case.Ref)+"/sections/section", 404)
}

func TestStaffSetOffAnActionAndTheCaseShowsWhatRan(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil, host)
	s.Change(t, func(ct *core.CaseType) {
		ct.Actions = append(ct.Actions, core.ActionRule{On: core.PriorityChanged, Run: "plugin:test.pliant/act", Name: core.Plain("Tell the ward")})
	})
	seen := s.Script(t, map[string]string{"run": `{"v":1,"outcome":"Told the contractor","effects":[{"t":"note.add","args":{"body":"Told them."}}]}`})
	base := "/cases/" + string(seen.Case.Ref)
	page := s.get("Priya", base, 200)
	says(t, page, "Do it", base+"/actions/act")
	s.send("Priya", page, base+"/actions/act", url.Values{"key": {"k"}}, 303)
	says(t, s.get("Priya", base+"/history?show=everything", 200), "ran the action", "Told the contractor")
	s.Do(t, s.Priya, seen.Case.ID, &cases.ChangePriority{To: "high"})
	s.React(t, seen.Case.ID)
	says(t, s.get("Priya", base, 200), "Tell the ward", "Waiting")
	s.send("Kofi", s.get("Kofi", "/palette", 200), base+"/actions/act", url.Values{}, 404)
}

func TestWhoHasSeenACaseIsForThoseWhoMayCloseItAndAuditors(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil, host)
	seen := s.Script(t, map[string]string{"start": form})
	base := "/cases/" + string(seen.Case.Ref)
	s.get("Priya", base+"/details", 200)
	s.get("Priya", base+"/sections/section", 200)
	page := s.get("Priya", base+"/access", 200)
	says(t, page, "Priya Raghunathan", "the tab Details", "section section: was shown description", "test.pliant 1.0.0")
	code := s.get("Priya", base+"/access?show=code", 200)
	says(t, code, "test.pliant 1.0.0")
	if strings.Contains(code, "the tab Details") {
		t.Error("the looks of people are listed among those of plugins")
	}
	says(t, s.get("Odile", base+"/access", 200), "test.pliant 1.0.0")
	s.get("Kofi", base+"/access", 404)
	s.get("Odile", base, 404)
}

func TestRowsOfAListAreSuggestedToStaff(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil, host)
	rows := []lookups.Row{{Value: "1", Label: "Mill Lane"}, {Value: "2", Label: "Old Road"}}
	if err := s.Lookups.Put(t.Context(), core.SystemActor(), lookups.List{Key: "streets", Name: "Streets"}, rows); err != nil {
		t.Fatal(err)
	}
	if got := s.get("Priya", "/lookups/streets?q=mil", 200); got != `{"more":false,"rows":[{"value":"1","label":"Mill Lane"}]}` {
		t.Errorf("got %s", got)
	}
	s.get("Priya", "/lookups/schools?q=mil", 404)
}

func TestASectionIsSentAgainOnlyWhenSomebodyHasSavedIt(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil, host)
	seen := s.Script(t, map[string]string{"start": form, "view": form, "submit": done})
	at := "/cases/" + string(seen.Case.Ref) + "/sections/section"
	shown := s.get("Priya", at, 200)
	says(t, shown, at+"?newer=0", "live:case:"+string(seen.Case.Ref))
	s.get("Priya", at+"?newer=0", 204)
	s.send("Priya", shown, at, url.Values{"f:remedy": {"An apology"}, "f:verdict": {"upheld"}}, 303)
	says(t, s.get("Priya", at+"?newer=0", 200), at+"?newer=1")
	s.get("Priya", at+"?newer=1", 204)
	s.get("Priya", at+"?newer=x", 200)
	s.get("Kofi", at+"?newer=0", 404)
	if strings.Contains(s.get("Amara", "/portal"+at, 200), "newer=") {
		t.Error("the portal asks for news")
	}
}

func TestASectionThatSomebodyElseSavedIsShownAnewUnlessOneTypedIntoIt(t *testing.T) {
	s := serve(t)
	seen := s.Script(t, map[string]string{"start": form, "view": form, "submit": done})
	ref := string(seen.Case.Ref)
	p := webtest.Open(t, s.url+"/enter/Priya?to=/cases/"+ref+"/details")
	p.WaitForText("#section-section", "Was the complaint upheld?")
	p.WaitFor(`#section-section [hx-get$="?newer=0"]`)
	save := func(remedy string) {
		at := "/cases/" + ref + "/sections/section"
		s.send("Tomasz", s.get("Tomasz", at, 200), at, url.Values{"f:remedy": {remedy}, "f:verdict": {"upheld"}}, 303)
	}
	// shows waits for something that the page shows once it is told of a change.
	shows := func(expression string) {
		t.Helper()
		told := time.Time{}
		for deadline := time.Now().Add(webtest.Patience); !webtest.Eval[bool](p, expression); {
			if time.Now().After(deadline) {
				t.Fatalf("the page does not show %s", expression)
			}
			if time.Since(told) > time.Second { // it waits for the end of a row of changes
				s.hub.Publish("case:" + ref)
				told = time.Now()
			}
		}
	}
	save("An apology")
	shows(`!!document.querySelector('#section-section [hx-get$="?newer=1"]')`)
	p.Type(`#section-section input[name="f:remedy"]`, "Money")
	p.Click("#case-head h1") // and look at something else
	save("A new bin")
	s.Do(t, s.Priya, seen.Case.ID, &cases.SetField{Field: "depth", Value: 4711.0})
	shows(`document.querySelector('#tab .field-rows').textContent.replace(/\D/g, '').includes('4711')`) // the rest of the page knows
	if got := p.Value(`#section-section input[name="f:remedy"]`); !strings.Contains(got, "Money") {
		t.Errorf("what was typed became %q", got)
	}
	p.WaitFor(`#section-section [hx-get$="?newer=1"]`)
}

// serve starts the server for a browser.
func serve(t *testing.T) *site {
	t.Helper()
	assets := webtest.Built(t)
	ln, address := webtest.Listen(t)
	s := newSite(t, assets, address)
	webtest.Serve(t, s.app, ln)
	return s
}

func TestSectionsInABrowser(t *testing.T) {
	s := serve(t)
	seen := s.Script(t, map[string]string{"start": form, "view": form, "submit": done})
	if _, err := s.Pool.Exec(t.Context(), `UPDATE cases SET subject = 'Clinical-waste collections missed at Larkspur Court five weeks running' WHERE id = $1`, seen.Case.ID); err != nil {
		t.Fatal(err)
	}
	base := "/cases/" + string(seen.Case.Ref)
	p := webtest.Open(t, s.url+"/enter/Priya?to="+base+"/details")
	p.WaitForText("#section-section", "Was the complaint upheld?")
	p.WaitForText("#section-staff-only", "For staff")
	p.Accessible()
	shots(p, "sections")
	p.Type(`#section-section input[name="f:remedy"]`, "An apology, and the refund of a month")
	p.Press("Enter")
	p.WaitForText("#section-section", "Choose")
	shots(p, "sections-refused")
	p.Click(`#section-section input[value="upheld"]`)
	p.Click(`#section-section button.button`)
	p.WaitForText("#section-section", "An apology, and the refund of a month")
	p.WaitForText("#tab", "An apology, and the refund of a month")
	p.Accessible()
	shots(p, "sections-saved")
	p.Go(s.url + base + "/access")
	p.WaitForText("h1", "Who has seen this case")
	p.Accessible()
	shots(p, "access")

	portal := webtest.Open(t, s.url+"/enter/Amara?to=/portal/cases/"+string(seen.Case.Ref))
	portal.WaitForText("#section-section", "Was the complaint upheld?")
	portal.Accessible()
	shots(portal, "sections-portal")
}

// shots takes pictures into the folder that CASEMENT_SCREENSHOTS names.
func shots(p *webtest.Page, name string) {
	folder := os.Getenv("CASEMENT_SCREENSHOTS")
	if folder == "" {
		return
	}
	p.Screenshot(filepath.Join(folder, name+"-dark.png"), 1280, 1100, true)
	p.Screenshot(filepath.Join(folder, name+"-telephone.png"), 390, 844, false)
	p.Screenshot(filepath.Join(folder, name+".png"), 1280, 1100, false)
}
