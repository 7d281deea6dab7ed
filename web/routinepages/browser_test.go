package routinepages_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/configpages"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
	"github.com/casement-dev/casement/web/routinepages"
	"github.com/casement-dev/casement/web/webtest"
)

// signedIn is everybody, as one.
type signedIn struct{ actor core.Actor }

func (s signedIn) SessionByToken(context.Context, string) (people.Session, error) {
	return people.Session{Actor: s.actor}, nil
}

// serve serves the pages with the real server: its guards, its tokens, its
// policy of contents.
func (s *site) serve() string {
	t := s.t
	t.Helper()
	assets := webtest.Built(t)
	ln, address := webtest.Listen(t)
	var app *server.App
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Asset, o.CSRF = assets.URL, func(c *fiber.Ctx) string { return app.CSRF(c) }
		o.Actor, o.Clock = func(c *fiber.Ctx) core.Actor { return server.Actor(c) }, s.Clock
	}, editing.Source(), configpages.Source(), routinepages.Source())
	app, err := server.New(server.Options{
		BaseURL: address, Secret: bytes.Repeat([]byte("s"), 32), Clock: core.SystemClock{}, Log: slog.New(slog.DiscardHandler),
		Sessions: signedIn{s.by}, Views: engine, Live: events.NewHub(),
		ErrorPage: func(c *fiber.Ctx, p server.Problem) error { return render.Failed(c, render.Problem(p)) },
		Assets: func(name string) (server.Asset, bool) {
			file, ok := assets.File(name)
			return server.Asset(file), ok
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.pages.Register(app.Admin(core.RoleConfigurator))
	s.frame.RegisterPublish(app.Admin(core.RoleConfigurator))
	app.Public().Get("/enter", func(c *fiber.Ctx) error {
		app.SignIn(c, "token", time.Now().Add(time.Hour))
		return c.Redirect(list, fiber.StatusSeeOther)
	})
	webtest.Serve(t, app, ln)
	return address
}

// look holds a page against the rules of accessibility, at a desk and on a
// telephone, and takes pictures where somebody wants them.
func look(t *testing.T, p *webtest.Page, name string) {
	t.Helper()
	p.Accessible()
	p.Appear(390, 844, false)
	if over := webtest.Eval[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		t.Errorf("%s is %d pixels wider than a telephone", name, over)
	}
	p.Accessible()
	if pictures := os.Getenv("CASEMENT_PICTURES"); pictures != "" {
		at := filepath.Join(pictures, "routine-"+name)
		p.Screenshot(at+".png", 1440, 1200, false)
		p.Screenshot(at+"-dark.png", 1440, 1200, true)
		p.Screenshot(at+"-telephone.png", 390, 1600, false)
	}
	p.Appear(1280, 900, false)
}

func TestARoutineIsWrittenTriedAndWatchedInTheBrowser(t *testing.T) {
	s := open(t, nudge(), core.Routine{Key: "raised", Name: core.Plain("Thank whoever raises a case"), When: core.Trigger{On: core.CaseRaised}, Do: []core.Do{note("Thanks")}})
	ref := string(s.Case(t, s.Raise(t)).Ref)
	s.settle()
	url := s.serve()
	p := webtest.Open(t, url+"/enter")
	p.WaitForText("main", "When nothing has happened for 3 working days")
	look(t, p, "list")
	p.Follow(`th a[href*="nudge"]`)
	look(t, p, "editor")

	p.Choose("#row-new", "fields.finding")
	p.Follow(`button[value="row"]`)
	p.WaitForText(".routine", "Not upheld")
	p.Choose("#action-new", "command:note.add")
	p.Follow(`button[value="action"]`)
	p.Type(`[name="do-3-with-body"]`, "Is it {{ case.reference }}?")
	p.Follow(".edit-save .button-main")
	p.WaitForText(".action:last-child", "Is it {{ case.reference }}?")
	p.Follow(`button[value="expression"]`)
	p.Type("#if-text", "case.stauts == \"new\"\n  && fields.depth < 5.0")
	p.Follow(".edit-save .button-main")
	p.WaitForText("#if-text-error", "Did you mean “case.status”")
	p.Click(".routine-names summary")
	look(t, p, "expression")
	p.Type("#if-text", "case.status == \"new\" && fields.depth < 5.0")
	p.Follow(".edit-save .button-main")

	p.Type("#try-case", ref)
	p.Follow(`aside form[action$="/try"] .button`)
	p.WaitForText("main", "Its condition holds")
	look(t, p, "try")
	p.Go(url + "/configuration/types/complaint/routines/raised")
	p.WaitForText("main", "Add a note")
	look(t, p, "log")
}

func TestOnlyConfiguratorsLookAtRoutines(t *testing.T) {
	s := open(t, nudge())
	s.by = core.StaffActor(core.NewID[core.StaffID](), "Ann", core.RoleAdministrator)
	url := s.serve()
	p := webtest.Open(t, url+"/enter", webtest.WithoutScript)
	p.Expect("403")
	for _, path := range []string{"", "/try"} {
		p.Go(url + "/configuration/types/complaint/routines/nudge" + path)
		if p.Count(".routine-page") > 0 {
			t.Errorf("an administrator is shown routines%s", path)
		}
	}
}
