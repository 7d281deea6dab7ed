// Package rendertest lets page packages test their templates and handlers with
// the real engine and the real layouts.
package rendertest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// Now is the moment at which everything in a test is rendered: a Thursday.
func Now() time.Time { return time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC) }

type clock struct{}

func (clock) Now() time.Time { return Now() }

// Engine makes an engine of the layouts and sources. change may alter its
// options.
func Engine(t testing.TB, change func(*render.Options), sources ...render.Source) *render.Engine {
	t.Helper()
	o := render.Options{
		Sources: append([]render.Source{layout.Source()}, sources...),
		Clock:   clock{},
		Frame:   func(*fiber.Ctx) (render.Frame, error) { return layout.SampleFrame(), nil },
		CSRF:    func(*fiber.Ctx) string { return "csrf-token" },
		Actor: func(*fiber.Ctx) core.Actor {
			return core.StaffActor(core.NewID[core.StaffID](), "Priya Raghunathan", core.RoleAdministrator)
		},
	}
	if change != nil {
		change(&o)
	}
	e, err := render.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Check executes every template of a page package with its samples and refuses
// one that has none.
func Check(t *testing.T, sources ...render.Source) {
	t.Helper()
	if err := Engine(t, nil, sources...).CheckSamples(); err != nil {
		t.Fatal(err)
	}
}

// App is an application with the engine and no middleware, for handlers.
func App(e *render.Engine) *fiber.App {
	return fiber.New(fiber.Config{Views: e, Immutable: true})
}

// Do sends one request and returns the answer with its body. headers are pairs
// of name and value.
func Do(t testing.TB, app *fiber.App, method, target, form string, headers ...string) (*http.Response, string) {
	t.Helper()
	req := httptest.NewRequest(method, target, strings.NewReader(form))
	if form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := app.Test(req, 60_000) // a plugin may be compiled meanwhile
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}
