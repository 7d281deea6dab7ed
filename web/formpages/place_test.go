package formpages_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web"
	"github.com/casement-dev/casement/web/mappages"
	"github.com/casement-dev/casement/web/webtest"
)

// A page of a form is light: this much may come over the line before anybody
// opens a map, in bytes.
const pageBudget = 100_000

// ground lets the maps of the site ask what lies under them.
func ground(t *testing.T, s *site, assets *web.Assets) {
	t.Helper()
	maps, err := mappages.New(mappages.Options{Asset: assets.URL, Home: &mappages.Home{Lat: 54.978, Lng: -1.617, Zoom: 16}})
	if err != nil {
		t.Fatal(err)
	}
	maps.RegisterPublic(s.app.Public())
}

func TestAPlaceIsChosenOnAFormAndWhatIsKnownThereIsShown(t *testing.T) {
	t.Parallel()
	s, base := serve(t)
	s.report(t, core.Point{Lat: 54.978, Lng: -1.617})
	p := webtest.Open(t, base+"/forms/report")
	p.Submit(next)
	p.WaitFor("[data-map-open]")
	sent := webtest.Eval[int](p, `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((n, e) => n + e.transferSize, 0)`)
	if sent == 0 || sent > pageBudget {
		t.Errorf("%d bytes came before the map was opened", sent)
	}
	p.Accessible()
	p.Click("[data-map-open]")
	p.WaitFor("[data-map][data-ready]")
	p.ClickAt(".map-stage", 0.5, 0.5)
	p.WaitForText(".nearby", "Pothole, a few metres away.")
	if body := p.HTML(); strings.Contains(body, "SECRET") {
		t.Error("something that somebody wrote is told")
	}
	p.Accessible()
	if dir := os.Getenv("CASEMENT_LOOK"); dir != "" {
		webtest.Eval[bool](p, `(document.querySelector('[data-map-pick]').scrollIntoView(), true)`)
		p.Screenshot(filepath.Join(dir, "form-place.png"), 1280, 900, false)
		p.Screenshot(filepath.Join(dir, "form-place-telephone.png"), 390, 844, false)
		p.Screenshot(filepath.Join(dir, "form-place-telephone-dark.png"), 390, 844, true)
	}
	// What the map filled in is what the form sends.
	p.Type(`[data-location-address]`, "Mill Lane")
	lat := p.Value("[data-location-lat]")
	if !strings.HasPrefix(lat, "54.97") && !strings.HasPrefix(lat, "54.98") {
		t.Errorf("the latitude is %q", lat)
	}
}
