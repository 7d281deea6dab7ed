package gallery_test

import (
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/web/gallery"
	"github.com/casement-dev/casement/web/render/rendertest"
)

func TestTheGalleryShowsItself(t *testing.T) { rendertest.Check(t, gallery.Source()) }

type routes struct{ app *fiber.App }

func (r routes) Get(path string, h ...fiber.Handler)  { r.app.Get(path, h...) }
func (r routes) Post(path string, h ...fiber.Handler) { r.app.Post(path, h...) }

func TestEverySampleHasAPlaceInTheGallery(t *testing.T) {
	engine := rendertest.Engine(t, nil, gallery.Source())
	app := rendertest.App(engine)
	gallery.New(engine).Register(routes{app})
	res, body := rendertest.Do(t, app, "GET", "/_gallery", "")
	if res.StatusCode != 200 {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	for _, sample := range engine.Samples() {
		if !strings.Contains(body, sample.Template+": ") {
			t.Errorf("%s is not shown", sample.Template)
		}
	}
	if res, body := rendertest.Do(t, app, "GET", "/_gallery/1", ""); res.StatusCode != 200 || !strings.Contains(body, `class="public"`) {
		t.Errorf("a public page: %d %.200s", res.StatusCode, body)
	}
	for _, number := range []string{"-1", "100000", "x"} {
		if res, _ := rendertest.Do(t, app, "GET", "/_gallery/"+number, ""); res.StatusCode == 200 {
			t.Errorf("sample %s exists", number)
		}
	}
}
