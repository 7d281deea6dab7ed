package gallery_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web"
	"github.com/casement-dev/casement/web/gallery"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
	"github.com/casement-dev/casement/web/webtest"
)

// everybody is the administrator.
type everybody struct{}

func (everybody) SessionByToken(context.Context, string) (people.Session, error) {
	return people.Session{Actor: core.StaffActor(core.NewID[core.StaffID](), "Ada", core.RoleAdministrator)}, nil
}

// site serves the gallery with the real assets and policies, and what more adds.
func site(t *testing.T, more func(*server.App)) (address string, engine *render.Engine) {
	t.Helper()
	assets, err := web.LoadAssets()
	if err != nil {
		t.Fatal(err)
	}
	if !assets.Built() {
		if os.Getenv("CI") != "" {
			t.Fatal("the assets are not built")
		}
		t.Skip("the assets are not built: make assets")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var app *server.App
	engine = rendertest.Engine(t, func(o *render.Options) {
		o.Asset, o.CSRF = assets.URL, func(c *fiber.Ctx) string { return app.CSRF(c) }
	}, gallery.Source())
	address = "http://" + ln.Addr().String()
	app, err = server.New(server.Options{
		BaseURL: address, Secret: bytes.Repeat([]byte("s"), 32), Clock: core.SystemClock{}, Log: slog.New(slog.DiscardHandler),
		Sessions: everybody{}, Views: engine, Live: events.NewHub(),
		Assets: func(name string) (server.Asset, bool) {
			file, ok := assets.File(name)
			return server.Asset(file), ok
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	gallery.New(engine).Register(app.Public())
	app.Public().Get("/map/ground", func(c *fiber.Ctx) error {
		return c.JSON(fiber.Map{"kind": "outline", "outline": fiber.Map{"countries": assets.URL("countries.json"), "places": assets.URL("places.json")}, "max": 12})
	})
	app.Public().Get("/enter", func(c *fiber.Ctx) error {
		app.SignIn(c, "token", time.Now().Add(time.Hour))
		return c.Redirect("/_gallery", fiber.StatusSeeOther)
	})
	if more != nil {
		more(app)
	}
	served := make(chan error, 1)
	go func() { served <- app.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := app.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return address, engine
}

func TestTheNodesHaveNoBarriers(t *testing.T) {
	address, engine := site(t, nil)
	p := webtest.Open(t, address+"/enter")
	pictures := os.Getenv("CASEMENT_PICTURES")
	for number, sample := range engine.Samples() {
		if sample.Template != "gallery/tree" {
			continue
		}
		p.Go(fmt.Sprintf("%s/_gallery/%d", address, number))
		p.Accessible()
		if wide := webtest.Eval[bool](p, `document.documentElement.scrollWidth > document.documentElement.clientWidth`); wide {
			t.Errorf("%s is wider than the window: %s", sample.Name, wideThings(p))
		}
		name := filepath.Join(pictures, strings.ReplaceAll(strings.ReplaceAll(sample.Name, ",", ""), " ", "-"))
		if pictures == "" {
			name = filepath.Join(t.TempDir(), "picture")
		}
		p.Screenshot(name+"-dark.png", 1280, 1900, true)
		p.Accessible()
		if pictures != "" {
			p.Screenshot(name+".png", 1280, 1900, false)
		}
		p.Screenshot(name+"-telephone.png", 390, 2200, false)
		if wide := webtest.Eval[bool](p, `document.documentElement.scrollWidth > document.documentElement.clientWidth`); wide {
			t.Errorf("%s is wider than a telephone: %s", sample.Name, wideThings(p))
		}
	}
}

// wideThings names what stands out of the window.
func wideThings(p *webtest.Page) string {
	return webtest.Eval[string](p, `[...document.querySelectorAll('main *')].filter(e => !e.closest('.table-wrap') && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(e => e.tagName + '.' + e.getAttribute('class')).join(' ')`)
}
