// Package gallerytest looks at the samples of a page package in a real browser:
// none may have barriers, and whoever wants pictures gets them.
package gallerytest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
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

// everybody is signed in as an administrator.
type everybody struct{}

// SessionByToken implements server.Sessions.
func (everybody) SessionByToken(context.Context, string) (people.Session, error) {
	return people.Session{Actor: core.StaffActor(core.NewID[core.StaffID](), "Ada", core.RoleAdministrator)}, nil
}

// Look opens every sample of the named templates, at the size of a desk and of a
// telephone, and fails the test for each barrier. With CASEMENT_PICTURES naming a
// directory it leaves pictures there: light, dark, telephone.
func Look(t *testing.T, source render.Source, templates ...string) {
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
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Asset, o.CSRF = assets.URL, func(c *fiber.Ctx) string { return app.CSRF(c) }
	}, gallery.Source(), source)
	app, err = server.New(server.Options{
		BaseURL: "http://" + ln.Addr().String(), Secret: bytes.Repeat([]byte("s"), 32), Clock: core.SystemClock{}, Log: slog.New(slog.DiscardHandler),
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
	app.Public().Get("/enter", func(c *fiber.Ctx) error {
		app.SignIn(c, "token", time.Now().Add(time.Hour))
		return c.Redirect("/_gallery", fiber.StatusSeeOther)
	})
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
	p := webtest.Open(t, "http://"+ln.Addr().String()+"/enter")
	pictures, looked := os.Getenv("CASEMENT_PICTURES"), 0
	for number, sample := range engine.Samples() {
		if !slices.Contains(templates, sample.Template) {
			continue
		}
		looked++
		p.Go(fmt.Sprintf("http://%s/_gallery/%d", ln.Addr(), number))
		p.Accessible()
		if pictures != "" {
			name := filepath.Join(pictures, strings.ReplaceAll(sample.Template, "/", "-")+"-"+strings.ReplaceAll(sample.Name, " ", "-"))
			p.Screenshot(name+".png", 1440, 1000, false)
			p.Screenshot(name+"-dark.png", 1440, 1000, true)
			p.Screenshot(name+"-telephone.png", 390, 844, false)
		}
	}
	if looked < len(templates) {
		t.Errorf("%d samples of %d templates were looked at", looked, len(templates))
	}
}
