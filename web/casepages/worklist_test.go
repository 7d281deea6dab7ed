package casepages_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web"
	"github.com/casement-dev/casement/web/mappages"
	"github.com/casement-dev/casement/web/webtest"
)

// ground lets the maps of a test's pages ask what lies under them.
func ground(t *testing.T, app *server.App, assets *web.Assets) {
	t.Helper()
	if assets == nil {
		return
	}
	maps, err := mappages.New(mappages.Options{Asset: assets.URL})
	if err != nil {
		t.Fatal(err)
	}
	maps.RegisterPublic(app.Public())
}

// stop raises a complaint at a place and gives it to somebody; nobody when by
// is the zero actor.
func (s *listSite) stop(subject string, lat, lng float64, by core.Actor) string {
	s.t.Helper()
	id := s.raise(subject, func(r *cases.Raise) {
		r.Place, r.Address = &core.Point{Lat: lat, Lng: lng}, "14 "+subject+" Lane"
	})
	if by.IsStaff() {
		s.Do(s.t, by, id, cases.Claim{})
	}
	return s.ref(id)
}

// inOrder reports whether the words come one after the other.
func inOrder(body string, words ...string) bool {
	for _, w := range words {
		at := strings.Index(body, w)
		if at < 0 {
			return false
		}
		body = body[at+len(w):]
	}
	return true
}

func TestTheWorklistIsInOrderOfDueTimeOrOfTheWay(t *testing.T) {
	t.Parallel()
	s := newListSite(t)
	first := s.stop("Northgate", 54.99, -1.617, s.Priya)
	second := s.stop("Millfield", 54.95, -1.617, s.Priya)
	third := s.stop("Centre", 54.97, -1.617, s.Priya)
	nowhere := s.raise("Nowhere", nil)
	s.Do(t, s.Priya, nowhere, cases.Claim{})
	free := s.stop("Free", 54.96, -1.617, core.Actor{})
	s.stop("Not mine", 54.97, -1.617, s.Tomasz)

	body := s.get("Priya", "/mywork/map", 200)
	if !inOrder(body, "4 cases", `id="stop-`+first, `id="stop-`+second, `id="stop-`+third, "Without a place on the map", `id="stop-`+s.ref(nowhere)) {
		t.Errorf("the order by due time is wrong:\n%s", body)
	}
	for _, no := range []string{free, "Not mine", "metres on", " km on"} {
		if strings.Contains(body, no) {
			t.Errorf("%q is on the worklist", no)
		}
	}
	for _, want := range []string{`href="geo:54.99000,-1.61700?q=54.99000,-1.61700"`, "https://www.openstreetmap.org/directions?to=54.99000%2C-1.61700", "14 Northgate Lane", `href="/mywork/map?with=free"`, "data-map"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not on the worklist", want)
		}
	}
	body = s.get("Priya", "/mywork/map?with=free&lat=54.94&lng=-1.617", 200)
	if !inOrder(body, "5 cases", `id="stop-`+second, "1.1 km on", `id="stop-`+free, "1.1 km on", "Claim", `id="stop-`+third, `id="stop-`+first, "2.2 km on") {
		t.Errorf("the order by way is wrong:\n%s", body)
	}
	s.get("Priya", "/mywork/map?lat=north&lng=-1", 422)
	if body := s.get("Kofi", "/mywork/map?with=free", 200); !strings.Contains(body, "Nothing waits for you") {
		t.Errorf("Kofi sees %s", body)
	}
}

func TestTheWorklistOnATelephone(t *testing.T) {
	t.Parallel()
	s := newListSite(t)
	s.stop("Northgate", 54.99, -1.617, s.Priya)
	chosen := s.stop("Millfield", 54.95, -1.63, s.Priya)
	s.stop("Centre", 54.97, -1.6, s.Priya)
	s.stop("Eastgate", 54.974, -1.59, core.Actor{})
	s.Clock.Set(time.Now()) // the browser's, which keeps the cookie
	base := s.serve()
	p := webtest.Open(t, base+"/enter/Priya", webtest.Located(54.94, -1.617))
	p.Go(base + "/mywork/map")
	p.WaitFor("[data-map][data-ready] .map-pin-mark")
	p.Screenshot(filepath.Join(t.TempDir(), "first.png"), 390, 844, false)
	if n := p.Count(".map-pin-mark"); n != 3 {
		t.Errorf("%d pins", n)
	}
	p.Accessible()
	wide := webtest.Eval[int](p, `document.documentElement.scrollWidth`)
	if wide > 390 {
		t.Errorf("the page is %d wide", wide)
	}
	small := webtest.Eval[[]string](p, `[...document.querySelectorAll('.stop a, .stop button, .worklist-order a, .worklist-order button')].filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 40).map(e => e.textContent)`)
	if len(small) > 0 {
		t.Errorf("too small for a finger: %q", small)
	}
	// A pin leads to its card.
	webtest.Eval[bool](p, `(document.querySelector('.map-pin-mark[aria-label*="Millfield"]').focus(), true)`)
	p.Press("Enter")
	p.WaitUntil("the card to be chosen", `document.querySelector('#stop-`+chosen+`').classList.contains('is-current') && document.activeElement.id === 'stop-`+chosen+`'`)
	p.WaitFor(".map-pin-mark.is-lit")
	// The telephone knows where it is.
	webtest.Eval[bool](p, `(scrollTo(0, 0), true)`)
	p.Click("[data-map-locate]")
	p.WaitURL("lat=54.94")
	p.WaitForText(".stop:first-child h3", "Millfield")
	p.WaitFor("[data-map][data-ready] .map-pin-mark")
	p.Click("a[href*='with=free']")
	p.WaitURL("with=free")
	p.WaitFor("[data-map][data-ready] .map-pin-mark")
	if dir := os.Getenv("CASEMENT_LOOK"); dir != "" {
		p.Screenshot(filepath.Join(dir, "worklist-telephone.png"), 390, 844, false)
		p.Screenshot(filepath.Join(dir, "worklist-telephone-dark.png"), 390, 844, true)
		p.Screenshot(filepath.Join(dir, "worklist.png"), 1280, 900, false)
	}
}

func TestTheWorklistWorksWithoutScript(t *testing.T) {
	t.Parallel()
	s := newListSite(t)
	s.stop("Northgate", 54.99, -1.617, s.Priya)
	s.Clock.Set(time.Now()) // the browser's, which keeps the cookie
	base := s.serve()
	p := webtest.Open(t, base+"/enter/Priya", webtest.WithoutScript)
	p.Go(base + "/mywork/map")
	if body := p.HTML(); !inOrder(body, "14 Northgate Lane", "Directions") {
		t.Error("the list is not there")
	}
}

func TestAPlaceIsEditedOnTheMapOfTheCasePage(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	id, url := s.scene()
	base := s.serve()
	p := webtest.Open(t, base+"/enter/Priya?to="+url)
	if n := p.Count("#case-side [data-ready]"); n != 0 {
		t.Error("the map is loaded before it is in view")
	}
	webtest.Eval[bool](p, `(document.querySelector('#case-side [data-map]').scrollIntoView({block: 'center'}), true)`)
	p.WaitFor("#case-side [data-map][data-ready] .map-pin-mark")
	if got := p.Attribute("#case-side section:has([data-map]) .hint a", "href"); got != "/search?near=54.97780%2C-1.61290%2C250&show=map" {
		t.Errorf("near here is %q", got)
	}
	p.Click("#case-side a[href$='/act/place']")
	p.WaitFor("#act [data-map][data-ready] .map-drop-mark")
	p.Accessible()
	p.ClickAt("#act .map-stage", 0.7, 0.3)
	p.WaitUntil("the figures to change", `document.querySelector('#act [name=lat]').value !== '54.97780'`)
	if dir := os.Getenv("CASEMENT_LOOK"); dir != "" {
		p.Screenshot(filepath.Join(dir, "place-act.png"), 1280, 900, false)
	}
	p.Choose("#act [name=lat]", "54.98000")
	p.Choose("#act [name=lng]", "-1.62000")
	p.Click("#act button[type=submit]")
	p.WaitForText("#case-side", "54.98000, -1.62000")
	webtest.Eval[bool](p, `(document.querySelector('#case-side [data-map]').scrollIntoView({block: 'center'}), true)`)
	p.WaitFor("#case-side [data-map][data-ready] .map-pin-mark")
	cs := s.Case(t, id)
	if cs.Place == nil || *cs.Place != (core.Point{Lat: 54.98, Lng: -1.62}) || !strings.Contains(cs.Address, "Larkspur") {
		t.Errorf("%v %q", cs.Place, cs.Address)
	}
	p.Go(base + url + "/history?show=all")
	p.WaitForText("main", "changed the place from")
	if dir := os.Getenv("CASEMENT_LOOK"); dir != "" {
		p.Go(base + url)
		webtest.Eval[bool](p, `(document.querySelector('#case-side [data-map]').scrollIntoView({block: 'center'}), true)`)
		p.WaitFor("#case-side [data-map][data-ready] .map-pin-mark")
		p.Screenshot(filepath.Join(dir, "case-map.png"), 1440, 1000, false)
	}
}
