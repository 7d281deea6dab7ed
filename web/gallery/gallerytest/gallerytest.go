// Package gallerytest looks at the samples of a page package in a real browser:
// none may have barriers or be wider than its window, at the size of a desk and
// of a telephone, in light and in dark; and whoever wants pictures gets them.
package gallerytest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
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

// everybody is signed in as an administrator.
type everybody struct{}

// SessionByToken implements server.Sessions.
func (everybody) SessionByToken(context.Context, string) (people.Session, error) {
	return people.Session{Actor: core.StaffActor(core.NewID[core.StaffID](), "Ada", core.RoleAdministrator)}, nil
}

// Site is a server that shows a gallery, with the real assets and policies.
type Site struct {
	Address string         // "http://127.0.0.1:40123"
	Engine  *render.Engine // knows the samples
}

// Serve shows the samples of sources until the test ends. What more adds is
// served beside them; it may be nil.
func Serve(t *testing.T, more func(*server.App, *web.Assets), sources ...render.Source) *Site {
	t.Helper()
	assets := webtest.Built(t)
	ln, address := webtest.Listen(t)
	var app *server.App
	s := &Site{Address: address}
	s.Engine = rendertest.Engine(t, func(o *render.Options) {
		o.Asset, o.CSRF = assets.URL, func(c *fiber.Ctx) string { return app.CSRF(c) }
	}, append(sources, gallery.Source())...)
	app, err := server.New(server.Options{
		BaseURL: s.Address, Secret: bytes.Repeat([]byte("s"), 32), Clock: core.SystemClock{}, Log: slog.New(slog.DiscardHandler),
		Sessions: everybody{}, Views: s.Engine, Live: events.NewHub(),
		Assets: func(name string) (server.Asset, bool) {
			file, ok := assets.File(name)
			return server.Asset(file), ok
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	gallery.New(s.Engine).Register(app.Public())
	app.Public().Get("/enter", func(c *fiber.Ctx) error {
		app.SignIn(c, "token", time.Now().Add(time.Hour))
		return c.Redirect("/_gallery", fiber.StatusSeeOther)
	})
	if more != nil {
		more(app, assets)
	}
	webtest.Serve(t, app, ln)
	return s
}

// Enter opens a browser that is signed in.
func (s *Site) Enter(t *testing.T) *webtest.Page {
	t.Helper()
	return webtest.Open(t, s.Address+"/enter")
}

// Sample is the address of one of the engine's samples.
func (s *Site) Sample(number int) string { return fmt.Sprintf("%s/_gallery/%d", s.Address, number) }

// Look opens every page among the samples of a package, as [Site.Look] does.
func Look(t *testing.T, source render.Source) {
	t.Helper()
	Serve(t, nil, source).Look(t, source.Package+"/")
}

// Look opens every page among the samples whose template begins so, and fails the test for
// each barrier, for words that cannot be told from their ground in the dark, and
// for what is wider than its window. With CASEMENT_PICTURES naming a directory it
// leaves pictures there: light, dark, telephone.
func (s *Site) Look(t *testing.T, prefix string) {
	t.Helper()
	p, pictures, looked := s.Enter(t), os.Getenv("CASEMENT_PICTURES"), 0
	for number, sample := range s.Engine.Samples() {
		if !strings.HasPrefix(sample.Template, prefix) || sample.View.Template == "" {
			continue
		}
		looked++
		p.Go(s.Sample(number))
		picture := func(look string, width, height int, dark bool) {
			if pictures == "" {
				p.Appear(width, height, dark)
				return
			}
			name := strings.NewReplacer("/", "-", " ", "-", ",", "").Replace(sample.Template + "-" + sample.Name + look)
			p.Screenshot(filepath.Join(pictures, name+".png"), width, height, dark)
		}
		narrow := func(window string) {
			if wide := TooWide(p); wide != "" {
				t.Errorf("%s (%s) is wider than %s: %s", sample.Template, sample.Name, window, wide)
			}
		}
		picture("", 1440, 1800, false)
		p.Accessible()
		narrow("its window")
		picture("-dark", 1440, 1800, true)
		p.Legible()
		picture("-telephone", 390, 2200, false)
		narrow("a telephone")
	}
	if looked == 0 {
		t.Errorf("no sample of %s is a page", prefix)
	}
}

// TooWide names what stands out of the window, "" when nothing does.
func TooWide(p *webtest.Page) string {
	return webtest.Eval[string](p, `document.documentElement.scrollWidth <= document.documentElement.clientWidth ? '' :
		[...document.querySelectorAll('body *')].filter(e => !e.closest('.table-wrap') && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
			.map(e => e.tagName + '.' + e.getAttribute('class')).join(' ') || 'the page'`)
}
