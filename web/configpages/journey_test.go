package configpages_test

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
	"github.com/casement-dev/casement/web/webtest"
)

// configurators are signed in, all of them one.
type configurators struct{ actor core.Actor }

func (c configurators) SessionByToken(context.Context, string) (people.Session, error) {
	return people.Session{Actor: c.actor}, nil
}

// serve serves the pages of a site with the real server: its guards, its
// tokens, its policy of contents.
func (s *site) serve() string {
	t := s.t
	t.Helper()
	assets := webtest.Built(t)
	ln, address := webtest.Listen(t)
	var app *server.App
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Asset, o.CSRF = assets.URL, func(c *fiber.Ctx) string { return app.CSRF(c) }
		o.Actor = func(c *fiber.Ctx) core.Actor { return server.Actor(c) }
		o.Clock = core.SystemClock{}
	}, editing.Source(), configpages.Source())
	app, err := server.New(server.Options{
		BaseURL: address, Secret: bytes.Repeat([]byte("s"), 32), Clock: core.SystemClock{}, Log: slog.New(slog.DiscardHandler),
		Sessions: configurators{s.by}, Views: engine, Live: events.NewHub(),
		ErrorPage: func(c *fiber.Ctx, p server.Problem) error { return render.Failed(c, render.Problem(p)) },
		Assets: func(name string) (server.Asset, bool) {
			file, ok := assets.File(name)
			return server.Asset(file), ok
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	pages := configpages.New(configpages.Options{Types: s.types, Publisher: s.publisher, Clock: core.SystemClock{}})
	pages.RegisterView(app.Admin(core.RoleConfigurator, core.RoleAdministrator))
	pages.RegisterPublish(app.Admin(core.RoleConfigurator))
	app.Public().Get("/enter", func(c *fiber.Ctx) error {
		app.SignIn(c, "token", time.Now().Add(time.Hour))
		return c.Redirect("/configuration", fiber.StatusSeeOther)
	})
	webtest.Serve(t, app, ln)
	return address
}

// look takes pictures of a page where somebody wants them, and holds it against
// the rules of accessibility.
func look(t *testing.T, p *webtest.Page, name string) {
	t.Helper()
	p.Accessible()
	wide := func(where string) {
		if over := webtest.Eval[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("%s is %d pixels wider than %s", name, over, where)
		}
	}
	wide("a desk")
	p.Appear(390, 844, false)
	wide("a telephone")
	if pictures := os.Getenv("CASEMENT_PICTURES"); pictures != "" {
		at := filepath.Join(pictures, name)
		p.Screenshot(at+".png", 1440, 1000, false)
		p.Screenshot(at+"-dark.png", 1440, 1000, true)
		p.Screenshot(at+"-telephone.png", 390, 844, false)
	}
	p.Appear(1280, 800, false)
}

func TestSomebodyMakesACaseTypeFromNothingInTheBrowser(t *testing.T) {
	s := newSite(t)
	s.held = core.Held{Statuses: map[string]int{"waiting": 12}}
	url := s.serve()
	p := webtest.Open(t, url+"/enter")
	p.Follow(`main a[href="/configuration/new"]`)
	look(t, p, "new")
	p.Type("#name", "Noise report")
	p.Type("#prefix", "NOI")
	p.Follow(`form[action="/configuration/new"] .button-main`)
	p.WaitURL("/configuration/types/noise-report/draft")
	look(t, p, "setup")

	p.Follow(`.draft-bar a[href$="/changes"]`)
	p.WaitForText("#findings", "Nobody manages such cases")
	look(t, p, "blocked")
	p.Follow(`#findings a[href*="section=groups"]`)
	p.Choose("#in-duty-raise-1", "everyone")
	p.Choose("#in-duty-manage-1", "waste")
	look(t, p, "groups")
	p.Follow(".edit-save .button-main")

	p.Follow(`.views a[href$="section=statuses"]`)
	look(t, p, "statuses")
	p.Type(".edit-add [name=name]", "Measuring")
	p.Choose(".edit-add [name=kind]", "waiting")
	p.Follow(".edit-add .button")
	p.WaitURL("item=statuses")
	p.Type(`[name="public.en"]`, "We are measuring the noise")
	p.Follow(".edit-save .button-main")
	look(t, p, "status")
	p.Follow(`.draft-bar button[value="undo"]`)
	p.WaitForText(".draft-bar", "Added status ‘Measuring’")
	p.Follow(`.draft-bar button[value="redo"]`)

	p.Follow(`.views a[href$="section=subtypes"]`)
	p.Type(`#new-subtypes-in-name`, "Barking dog")
	p.Follow(`button[value="add:subtypes"]`)
	p.Follow(`.views a[href$="section=stages"]`)
	p.Follow(`.page-head a[href*="text=1"]`)
	p.Type("#text", "stages: [listening, acting]\n")
	p.Follow(`button[value="text"]`)
	look(t, p, "text")

	p.Follow(`.draft-bar a[href$="/changes"]`)
	p.WaitForText("h1", "A new case type")
	look(t, p, "publish")
	p.Type("#note", "Agreed by the board.")
	p.Follow(`form[action$="/publish"] .button-main`)
	p.WaitURL("/configuration/types/noise-report")
	look(t, p, "live")
	now, err := s.types.Published(t.Context(), "noise-report")
	if err != nil || now.Version != 1 || len(now.Statuses) != 6 || len(now.Stages) != 2 || len(now.Subtypes) != 1 {
		t.Errorf("published is %+v, %v", now, err)
	}

	p.Go(url + "/configuration/types/complaint/draft?section=statuses&item=statuses%2Fwaiting")
	p.WaitForText(".edit-remove", "12 open cases have it.")
	look(t, p, "in-use")
	p.Expect("422")
	p.Submit(`button[value="remove:statuses/waiting"]`)
	p.WaitForText(".edit-remove .error", "Choose what takes its place")
	look(t, p, "replacement")
	for name, section := range map[string]string{"complaint-groups": "groups", "complaint-tasks": "tasks", "complaint-task": "tasks&item=tasks%2Facknowledge", "complaint-reasons": "reasons", "complaint-form": "form"} {
		p.Go(url + "/configuration/types/complaint/draft?section=" + section)
		look(t, p, name)
	}
	p.Go(url + "/configuration")
	look(t, p, "index")
}

func TestNothingIsChangedByWhoeverIsNoConfigurator(t *testing.T) {
	s := newSite(t)
	s.by = core.StaffActor(core.NewID[core.StaffID](), "Ann", core.RoleAdministrator)
	url := s.serve()
	p := webtest.Open(t, url+"/enter", webtest.WithoutScript)
	if p.Count(`main a[href="/configuration/new"]`) > 0 {
		t.Error("an administrator is led to what they may not do")
	}
	p.Expect("403")
	for _, path := range []string{"/configuration/new", "/configuration/types/enquiry/draft", "/configuration/types/enquiry/draft/changes"} {
		p.Go(url + path)
		if p.Count(".config-main, form.edit-narrow") > 0 {
			t.Errorf("%s shows an administrator a draft", path)
		}
	}
}
