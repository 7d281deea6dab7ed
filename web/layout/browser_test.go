package layout_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/gallery"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
	"github.com/casement-dev/casement/web/webtest"
)

// everybody is signed in, until all sessions are ended.
type everybody struct {
	actor core.Actor
	ended *atomic.Bool
}

func (e everybody) SessionByToken(context.Context, string) (people.Session, error) {
	if e.ended.Load() {
		return people.Session{}, core.NotFound("This session has ended.")
	}
	return people.Session{Actor: e.actor}, nil
}

// demo is a small site on the real server, with a list, a form, a part that
// follows a topic, and everything the frames bring.
type demo struct {
	url    string
	hub    *events.Hub
	asked  atomic.Int64
	claims atomic.Int64
	ended  atomic.Bool // every session
}

var demoView = render.View{Template: "demo/list", Title: "Queue", Nav: "queues"}

type demoPage struct {
	Rows     []string
	Text     string
	Problems render.Problems
}

func demoSource() render.Source {
	return render.Source{Package: "demo", Files: fstest.MapFS{
		"list.html": {Data: []byte(`<h1>Queue</h1>
<button class="ref-copy" type="button" data-copy="CMP-1">CMP-1</button>
<ul data-list>{{range .Rows}}<li class="button-row" data-row id="row-{{.}}"><label class="tick"><input type="checkbox" aria-label="Select {{.}}"></label> <a href="/demo?open={{.}}">{{.}}</a>
<button class="button" type="button" data-row-key="c" hx-post="/demo/claim" hx-swap="none">Claim {{.}}</button></li>{{end}}</ul>
<p id="live" hx-get="/demo/live" hx-trigger="live:case:CMP-1 from:body">never</p>
{{template "demo/form" .}}`)},
		"form.html": {Data: []byte(`<form id="form" method="post" action="/demo" hx-post="/demo" hx-swap="outerHTML">{{csrf}}{{template "layout/error-summary" .Problems}}
{{template "layout/field" (dict "Name" "text" "Label" "Text" "Value" .Text "Error" (.Problems.For "text") "Rows" 3)}}<button class="button" type="submit">Send</button></form>`)},
	}}
}

func serveDemo(t *testing.T) *demo {
	t.Helper()
	assets := webtest.Built(t)
	ln, address := webtest.Listen(t)
	d := &demo{url: address, hub: events.NewHub()}
	var app *server.App
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Asset = assets.URL
		o.CSRF = func(c *fiber.Ctx) string { return app.CSRF(c) }
		o.Clock = core.SystemClock{}
	}, gallery.Source(), demoSource())
	app, err := server.New(server.Options{
		BaseURL: d.url, Secret: bytes.Repeat([]byte("s"), 32), Clock: core.SystemClock{},
		Log:       slog.New(slog.NewTextHandler(io.Discard, nil)),
		Sessions:  everybody{core.StaffActor(core.NewID[core.StaffID](), "Priya Raghunathan"), &d.ended},
		Views:     engine,
		ErrorPage: func(c *fiber.Ctx, p server.Problem) error { return render.Failed(c, render.Problem(p)) },
		Assets: func(name string) (server.Asset, bool) {
			file, ok := assets.File(name)
			return server.Asset(file), ok
		},
		Live: d.hub,
	})
	if err != nil {
		t.Fatal(err)
	}
	pages := layout.New(func(*fiber.Ctx) (render.Frame, error) { return layout.SampleFrame(), nil }, nil)
	pages.RegisterPublic(app.Public())
	pages.RegisterConsole(app.Console())
	gallery.New(engine).Register(app.Public())
	app.Public().Get("/map/ground", func(c *fiber.Ctx) error { // of the gallery's maps
		return c.JSON(fiber.Map{"kind": "outline", "outline": fiber.Map{"countries": assets.URL("countries.json"), "places": assets.URL("places.json")}, "max": 12})
	})
	app.Public().Get("/enter", func(c *fiber.Ctx) error {
		app.SignIn(c, "token", time.Now().Add(time.Hour))
		return c.Redirect("/demo", fiber.StatusSeeOther)
	})
	console := app.Console()
	console.Get("/demo", func(c *fiber.Ctx) error {
		return render.Page(c, demoView, demoPage{Rows: []string{"CMP-1", "CMP-2", "CMP-3"}})
	})
	console.Get("/demo/live", func(c *fiber.Ctx) error {
		return c.SendString(fmt.Sprintf("asked %d times", d.asked.Add(1)))
	})
	console.Post("/demo/claim", func(c *fiber.Ctx) error {
		d.claims.Add(1)
		render.Say(c, render.Toast{Text: "Claimed"})
		return render.Changed(c, "/demo", "layout/toasts", render.Toast{})
	})
	console.Post("/demo", func(c *fiber.Ctx) error {
		switch text := c.FormValue("text"); text {
		case "":
			view := demoView
			view.Part = "demo/form"
			problems, _ := render.ProblemsOf(core.InvalidField("text", "Write something."))
			return render.Invalid(c, view, demoPage{Problems: problems})
		case "refused":
			return core.Conflict("CMP-1 is closed meanwhile.")
		default:
			return render.Done(c, "/demo", render.Toast{Text: "Sent: " + text})
		}
	})
	webtest.Serve(t, app, ln)
	return d
}

func TestTheKeyboardReachesEverything(t *testing.T) {
	d := serveDemo(t)
	p := webtest.Open(t, d.url+"/enter")
	p.Press("j", "j")
	p.WaitFor("#row-CMP-2.is-cursor a:focus")
	p.Press("k", "x")
	p.WaitFor("#row-CMP-1.is-cursor input:checked")
	p.Press("c")
	p.WaitForText("#toasts", "Claimed")
	if n := d.claims.Load(); n != 1 {
		t.Errorf("claimed %d times", n)
	}
	p.Press("Shift+?")
	p.WaitFor("#shortcuts[open]")
	p.Press("Escape")
	p.WaitGone("#shortcuts[open]")
	p.Press("/")
	p.WaitFor("#top-search:focus")
	p.Press("Escape")
	p.WaitUntil("the field is left", `document.activeElement.id !== "top-search"`)
	p.Press("j", "Enter")
	p.WaitURL("open=")

	p.Press("Ctrl+k")
	p.WaitFor("#palette[open] [role=option][aria-selected=true]")
	p.Type("#palette-q", "dash")
	p.WaitUntil("one place is left", `document.querySelectorAll("#palette-list [role=option]").length === 1`)
	p.Press("Escape")
	p.WaitGone("#palette[open]")
	p.Press("Ctrl+k")
	p.Type("#palette-q", "commands that nobody has")
	p.WaitForText("#palette-list", "Nothing is called that")
	p.Accessible()
}

func TestAnAnswerLeavesTheFocusWithWhoeverMovedOnMeanwhile(t *testing.T) {
	d := serveDemo(t)
	p := webtest.Open(t, d.url+"/enter")
	for goal, cursor := range map[string]string{"#top-search": "#row-CMP-1", "#row-CMP-2 a": "#row-CMP-2"} {
		p.Go(d.url + "/demo")
		p.Press("j")
		p.WaitFor("#row-CMP-1.is-cursor a:focus")
		webtest.Eval[bool](p, fmt.Sprintf(`(() => {
			document.addEventListener("htmx:afterSwap", () => document.querySelector(%q).focus(), { once: true })
			document.addEventListener("htmx:afterSettle", () => { window.settled = true }, { once: true })
			return true
		})()`, goal))
		p.Press("c")
		p.WaitUntil("the answer is in place", `window.settled === true`)
		if !p.Focused(goal) {
			t.Errorf("the focus was taken from %s", goal)
		}
		p.WaitFor(cursor + ".is-cursor")
	}
}

func TestAFormKeepsWhatWasTypedWhateverTheAnswer(t *testing.T) {
	d := serveDemo(t)
	p := webtest.Open(t, d.url+"/enter")
	p.Expect("422")
	p.Expect("409")
	p.Click("#form button")
	p.WaitForText("#form .error", "Write something.")
	p.WaitFor(".error-summary:focus")
	p.Type("#text", "refused")
	p.Click("#form button")
	p.WaitForText("#toasts", "CMP-1 is closed meanwhile.")
	if got := p.Value("#text"); got != "refused" {
		t.Errorf("the field holds %q", got)
	}
	p.Type("#text", "refused no more")
	p.Click("#form button")
	p.WaitForText("#toasts", "Sent: refused no more")
	p.Accessible()
}

func TestTheThemeChangesAtOnceAndLasts(t *testing.T) {
	d := serveDemo(t)
	p := webtest.Open(t, d.url+"/enter")
	p.Click("summary.top-person")
	p.Click(`.theme-switch [value=dark]`)
	p.WaitFor(`html[data-theme=dark] [value=dark][aria-pressed=true]`)
	p.WaitUntil("the choice has been kept", `fetch("/demo").then(r => r.text()).then(t => t.includes('data-theme="dark"'))`)
	p.Press("Escape")
	p.WaitGone("details.drop[open]")
	p.Reload()
	p.WaitFor(`html[data-theme=dark]`)

	plain := webtest.Open(t, d.url+"/enter", webtest.WithoutScript)
	plain.Click("summary.top-person")
	plain.Submit(`.theme-switch [value=dark]`)
	plain.WaitFor(`html[data-theme=dark]`)
}

func TestEightTabsShareOneStreamAndAllHearOfAChange(t *testing.T) {
	d := serveDemo(t)
	p := webtest.Open(t, d.url+"/enter")
	p.WaitFor("#live")
	webtest.Eval[bool](p, `window.tabs = [], [1,2,3,4,5,6,7].forEach(n => tabs.push(open("/demo", "tab" + n, "popup"))), true`)
	p.WaitUntil("seven more tabs are open", `tabs.every(tab => tab && tab.document.readyState === "complete" && tab.document.querySelector("#live"))`)
	visible := webtest.Eval[int](p, `tabs.filter(tab => tab.document.visibilityState === "visible").length`)
	p.WaitUntil("somebody listens", `true`)
	deadline := time.Now().Add(10 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	heard := `[window, ...tabs].filter(tab => tab.document.visibilityState === "visible" && tab.document.querySelector("#live").textContent.startsWith("asked")).length`
	for {
		d.hub.Publish("case:CMP-1")
		if webtest.Eval[int](p, heard) >= visible {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d visible tabs heard of the change", webtest.Eval[int](p, heard), visible+1)
		}
		<-tick.C
	}
	if n := d.hub.Listeners(); n != 1 {
		t.Errorf("%d streams for one browser with %d visible tabs", n, visible+1)
	}
	t.Logf("%d of 8 tabs were visible", visible+1)
}

func TestTheFramesHaveNoBarriersAndLookAsDrawn(t *testing.T) {
	d := serveDemo(t)
	p := webtest.Open(t, d.url+"/enter")
	p.Accessible()
	engine := rendertest.Engine(t, nil, gallery.Source())
	for number, sample := range engine.Samples() {
		if sample.View.Template == "" || sample.Template == "gallery/index" {
			continue
		}
		p.Go(fmt.Sprintf("%s/_gallery/%d", d.url, number))
		p.Accessible()
	}
	pictures := os.Getenv("CASEMENT_PICTURES")
	if pictures == "" {
		return
	}
	for name, path := range map[string]string{"gallery": "/_gallery", "public": "/_gallery/1", "list": "/demo"} {
		p.Go(d.url + path)
		p.Screenshot(filepath.Join(pictures, name+".png"), 1440, 1000, false)
		p.Screenshot(filepath.Join(pictures, name+"-dark.png"), 1440, 1000, true)
		p.Screenshot(filepath.Join(pictures, name+"-telephone.png"), 390, 844, false)
	}
	p.Go(d.url + "/demo")
	p.Screenshot(filepath.Join(pictures, "x.png"), 390, 844, false)
	p.Click(".rail-more summary")
	p.Screenshot(filepath.Join(pictures, "more-telephone.png"), 390, 844, false)
	p.Screenshot(filepath.Join(pictures, "x.png"), 1440, 1000, false)
	p.Click("summary.top-person")
	p.Screenshot(filepath.Join(pictures, "menu.png"), 1440, 1000, false)
	p.Press("Escape", "Ctrl+k")
	p.WaitFor("#palette[open] [role=option]")
	p.Screenshot(filepath.Join(pictures, "palette.png"), 1440, 1000, false)
	p.Press("Escape", "Shift+?")
	p.Screenshot(filepath.Join(pictures, "shortcuts.png"), 1440, 1000, false)
}
