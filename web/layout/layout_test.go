package layout_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t) }

func TestNoPageHasAScriptStyleOrHandlerInline(t *testing.T) {
	e := rendertest.Engine(t, nil)
	inline := regexp.MustCompile(`<script[^>]*>[^<]|<style|\sstyle=|\son[a-z]+=|javascript:`)
	for _, sample := range e.Samples() {
		var b strings.Builder
		if err := e.ExecuteSample(&b, sample); err != nil {
			t.Fatal(err)
		}
		if found := inline.FindString(b.String()); found != "" {
			t.Errorf("%s (%s) holds %q", sample.Template, sample.Name, found)
		}
		if strings.Contains(b.String(), "ZgotmplZ") || strings.Contains(b.String(), "&lt;no value") {
			t.Errorf("%s (%s) refused a value: %s", sample.Template, sample.Name, b.String())
		}
	}
}

// site is the pages of this package on an application without middleware.
func site(t *testing.T, palette func(context.Context, core.Actor, string) ([]layout.PaletteItem, error)) *fiber.App {
	t.Helper()
	app := rendertest.App(rendertest.Engine(t, nil))
	pages := layout.New(func(*fiber.Ctx) (render.Frame, error) { return layout.SampleFrame(), nil }, palette)
	pages.RegisterPublic(routes{app})
	pages.RegisterConsole(routes{app})
	return app
}

type routes struct{ app *fiber.App }

func (r routes) Get(path string, h ...fiber.Handler)  { r.app.Get(path, h...) }
func (r routes) Post(path string, h ...fiber.Handler) { r.app.Post(path, h...) }

func TestTheThemeIsKeptInACookieAndTheReaderGoesBack(t *testing.T) {
	app := site(t, nil)
	for _, test := range []struct{ form, cookie, to string }{
		{"theme=dark&next=/palette?q=x", "casement-theme=dark", "/palette?q=x"},
		{"theme=light&next=//evil.example", "casement-theme=light", "/"},
		{"theme=purple&next=https://evil.example", "casement-theme=;", "/"},
	} {
		res, _ := rendertest.Do(t, app, "POST", "/theme", test.form)
		if res.StatusCode != 303 || res.Header.Get("Location") != test.to || !strings.Contains(res.Header.Get("Set-Cookie"), test.cookie) {
			t.Errorf("%s: %d to %q, cookie %q", test.form, res.StatusCode, res.Header.Get("Location"), res.Header.Get("Set-Cookie"))
		}
	}
	if _, body := rendertest.Do(t, app, "GET", "/palette", "", "Cookie", "casement-theme=dark"); !strings.Contains(body, `data-theme="dark"`) {
		t.Error("a page does not know the theme")
	}
	if _, body := rendertest.Do(t, app, "GET", "/palette", "", "Cookie", "casement-theme=evil"); strings.Contains(body, "data-theme") {
		t.Error("a page believes any theme")
	}
}

func TestThePaletteFindsPlacesAndWhatItIsGivenAsAPageAndAsAPart(t *testing.T) {
	app := site(t, func(_ context.Context, by core.Actor, q string) ([]layout.PaletteItem, error) {
		if q == "broken" {
			return nil, errors.New("away")
		}
		return []layout.PaletteItem{{Label: "Case for " + by.Name, URL: "/cases/CMP-1", Icon: "file"}}, nil
	})
	_, page := rendertest.Do(t, app, "GET", "/palette?q=queu", "")
	for _, want := range []string{"<!doctype html>", `href="/queues"`, "G Q", "Case for Priya Raghunathan", `value="queu"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	_, part := rendertest.Do(t, app, "GET", "/palette?q=queu", "", "HX-Request", "true")
	if strings.Contains(part, "<html") || !strings.Contains(part, `role="option"`) || strings.Contains(part, `href="/search"`) {
		t.Errorf("the part:\n%s", part)
	}
	if res, _ := rendertest.Do(t, app, "GET", "/palette?q=broken", ""); res.StatusCode != 500 {
		t.Errorf("a fault is answered with %d", res.StatusCode)
	}
	if res, _ := rendertest.Do(t, app, "GET", "/palette?q="+strings.Repeat("x", 300), ""); res.StatusCode == 200 {
		t.Error("a query of any length is searched for")
	}
}

func TestTheCountsComeOneByOneForTheirPlaces(t *testing.T) {
	_, body := rendertest.Do(t, site(t, nil), "GET", "/frame/counts", "", "HX-Request", "true")
	for _, want := range []string{`id="count-queues" hx-swap-oob="true">999&#43;<`, `id="count-search" hx-swap-oob="true"><`, `id="bell"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
}
