package mappages_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image/color"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/mappages"
	"github.com/casement-dev/casement/web/mappages/pmtiles/pmtilestest"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
	"github.com/casement-dev/casement/web/webtest"
)

// everybody is signed in.
type everybody struct{ actor core.Actor }

func (e everybody) SessionByToken(context.Context, string) (people.Session, error) {
	return people.Session{Actor: e.actor}, nil
}

// demo is a small site on the real server, under its real policy: a page with
// a map of invented cases, and one to choose a place on.
type demo struct {
	url string

	mu    sync.Mutex
	asked []string // the boxes the map asked for
}

func (d *demo) boxes() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.asked...)
}

const mapTemplate = `<div class="results-col"><h1 class="hide">Results</h1><button id="again" class="hide" hx-get="/demo/map" hx-target="#main" hx-select=".results-col">Again</button><div class="results-split"><ol><li class="result" id="row"><h2>A case</h2></li></ol>
<div class="map-pane"><div id="map" data-map data-js="{{asset "map.js"}}" data-css="{{asset "map.css"}}" data-label="Map of results" data-box="54.93,-1.72,55.03,-1.5" data-view="/demo/view?q=mill" data-tools="box circle locate" data-drawn-circle="54.97,-1.55,600" data-key></div></div></div></div>`

const pickTemplate = `<h1>Where is it?</h1><form method="post"><div data-map-pick>
<label for="a">Address</label><input class="input" id="a" data-location-address>
<div class="map-open"><button class="button" type="button" data-map-open>Choose on a map</button><button class="button" type="button" data-map-locate>Use my position</button></div><p class="map-said" data-map-status role="status"></p>
<div class="map-framed" id="map" data-map data-js="{{asset "map.js"}}" data-css="{{asset "map.css"}}" data-label="Where it is" hidden></div>
<label for="lat">Latitude</label><input class="input" id="lat" data-location-lat><label for="lng">Longitude</label><input class="input" id="lng" data-location-lng>
<div data-nearby="/demo/nearby" aria-live="polite"></div></div></form>`

const view = `{"total":63,"clusters":[{"lat":54.975,"lng":-1.61,"n":24,"box":[54.96,-1.62,54.98,-1.6],"kinds":{"open":24}},{"lat":55.0,"lng":-1.66,"n":7,"box":[54.99,-1.67,55.01,-1.65]},{"lat":54.945,"lng":-1.66,"n":1204,"box":[54.94,-1.67,54.95,-1.65]}],
"pins":[{"lat":54.985,"lng":-1.57,"ref":"POT-9SDM-0","subject":"Sinkhole <b>at</b> the junction","url":"/demo/case","kind":"waiting","status":"With contractor"},
{"lat":54.965,"lng":-1.64,"ref":"REP-4CJX-1","subject":"Street light out","url":"/demo/case","kind":"start","status":"New"},
{"lat":54.955,"lng":-1.58,"ref":"CMP-6TRW-9","subject":"Dropped kerb","url":"/demo/case","kind":"open","status":"In progress"},
{"lat":54.955,"lng":-1.58,"ref":"CMP-6TRW-8","subject":"Dropped kerb again","url":"/demo/case","kind":"final","status":"Closed"},
{"lat":55.0,"lng":-1.6,"ref":"POT-2BNA-7","subject":"Cycle lane","url":"/demo/case","kind":"open","late":true,"status":"In progress"}]}`

func serve(t *testing.T, o mappages.Options, images ...string) *demo {
	t.Helper()
	assets := webtest.Built(t)
	ln, address := webtest.Listen(t)
	d := &demo{url: address}
	var app *server.App
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Asset = assets.URL
		o.CSRF = func(c *fiber.Ctx) string { return app.CSRF(c) }
		o.Clock = core.SystemClock{}
	}, render.Source{Package: "demo", Files: fstest.MapFS{"map.html": {Data: []byte(mapTemplate)}, "pick.html": {Data: []byte(pickTemplate)}}})
	app, err := server.New(server.Options{
		BaseURL: d.url, Secret: bytes.Repeat([]byte("s"), 32), Clock: core.SystemClock{}, ImageSources: images, Live: events.NewHub(),
		Log:      slog.New(slog.NewTextHandler(io.Discard, nil)),
		Sessions: everybody{core.StaffActor(core.NewID[core.StaffID](), "Priya Raghunathan")}, Views: engine,
		Assets: func(name string) (server.Asset, bool) {
			file, ok := assets.File(name)
			return server.Asset(file), ok
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	o.Asset = assets.URL
	maps, err := mappages.New(o)
	if err != nil {
		t.Fatal(err)
	}
	maps.RegisterPublic(app.Public())
	layout.New(func(*fiber.Ctx) (render.Frame, error) { return layout.SampleFrame(), nil }, nil).RegisterPublic(app.Public())
	public := app.Public()
	public.Get("/enter", func(c *fiber.Ctx) error {
		app.SignIn(c, "token", time.Now().Add(time.Hour))
		return c.Redirect(c.Query("to"), fiber.StatusSeeOther)
	})
	public.Get("/demo/map", func(c *fiber.Ctx) error {
		return render.Page(c, render.View{Template: "demo/map", Title: "Map", Nav: "search", Main: "main-search"}, nil)
	})
	public.Get("/demo/pick", func(c *fiber.Ctx) error {
		return render.Page(c, render.View{Template: "demo/pick", Title: "Where", Layout: render.Public}, nil)
	})
	public.Get("/demo/view", func(c *fiber.Ctx) error {
		d.mu.Lock()
		d.asked = append(d.asked, c.Query("q")+" "+c.Query("box")+" "+c.Query("zoom"))
		d.mu.Unlock()
		c.Type("json")
		return c.SendString(view)
	})
	public.Get("/demo/nearby", func(c *fiber.Ctx) error {
		return c.SendString(fmt.Sprintf("<p id=\"known\">near %s %s</p>", c.Query("lat"), c.Query("lng")))
	})
	public.Get("/demo/tiles/:z/:x/:y", func(c *fiber.Ctx) error {
		c.Type("png")
		return c.Send(picture(t, color.RGBA{R: 242, G: 239, B: 233, A: 255}))
	})
	t.Cleanup(func() {
		if err := maps.Close(); err != nil {
			t.Error(err)
		}
	})
	webtest.Serve(t, app, ln)
	return d
}

func (d *demo) open(t *testing.T, path string, options ...webtest.Option) *webtest.Page {
	t.Helper()
	return webtest.Open(t, d.url+"/enter?to="+path, options...)
}

// A picture is kept for looking at when its directory is named.
func picturesTo(p *webtest.Page, name string) {
	dir := os.Getenv("CASEMENT_LOOK")
	if dir == "" {
		return
	}
	p.Screenshot(filepath.Join(dir, name+".png"), 1280, 800, false)
	p.Screenshot(filepath.Join(dir, name+"-dark.png"), 1280, 800, true)
	p.Screenshot(filepath.Join(dir, name+"-telephone.png"), 390, 844, false)
}

// Nothing is allowed inline: a style or script the library put into the page
// would be an error in the console, and fail the test.
func TestAMapIsDrawnUnderTheStrictPolicy(t *testing.T) {
	t.Parallel()
	d := serve(t, mappages.Options{})
	p := d.open(t, "/demo/map")
	p.WaitFor("#map[data-ready] .map-cluster-mark")
	p.WaitFor(".map-country")
	p.WaitUntil("the countries to be drawn", `document.querySelector('.leaflet-ground-pane svg').getBoundingClientRect().width > 300`)
	p.WaitForText(".map-notice", "Outline only: no street map is set up.")
	p.WaitForText(".map-credit", "GeoNames")
	p.WaitForText(".map-town", "Newcastle upon Tyne")
	if n := p.Count(".map-cluster-mark"); n != 3 {
		t.Errorf("%d clusters", n)
	}
	for shape, name := range map[string]string{
		"new": "REP-4CJX-1, Street light out, New", "wait": "POT-9SDM-0, Sinkhole <b>at</b> the junction, With contractor",
		"late": "POT-2BNA-7, Cycle lane, In progress, late", "open": "CMP-6TRW-9, Dropped kerb, In progress", "done": "CMP-6TRW-8, Dropped kerb again, Closed",
	} {
		if got := p.Attribute(".map-pin-mark-"+shape, "aria-label"); got != name {
			t.Errorf("%s: %q", shape, got)
		}
	}
	if boxes := d.boxes(); len(boxes) != 1 || !strings.HasPrefix(boxes[0], "mill 54.") || !strings.HasSuffix(boxes[0], " 11") {
		t.Errorf("asked %q", boxes)
	}
	if got := p.Text(".map-status"); got != "63 cases in view" {
		t.Errorf("status %q", got)
	}
	p.Accessible()
	picturesTo(p, "map")
}

func TestAMapIsMovedAndReadWithTheKeyboard(t *testing.T) {
	t.Parallel()
	d := serve(t, mappages.Options{})
	p := d.open(t, "/demo/map")
	p.WaitFor("#map[data-ready] .map-cluster-mark")
	webtest.Eval[bool](p, `(() => { window.told = []; for (const name of ['pin', 'over', 'box', 'circle', 'view', 'drawn']) document.addEventListener('casement:' + name, e => told.push(name + ' ' + JSON.stringify(e.detail))); document.querySelector('.map-stage').focus(); return true })()`)
	p.Press("Right")
	p.WaitUntil("the map to have moved", `told.some(t => t.startsWith('view'))`)
	webtest.Eval[bool](p, `(document.querySelector('.map-pin-mark-wait').focus(), true)`)
	p.Press("Enter")
	p.WaitForText(".map-card", "POT-9SDM-0")
	if !p.Focused(".map-card a") {
		t.Error("the card has not the focus")
	}
	if got := p.Text(".map-card strong"); got != "Sinkhole <b>at</b> the junction" {
		t.Errorf("the subject is %q", got)
	}
	p.Press("Escape")
	p.WaitGone(".map-card")
	if !p.Focused(".map-pin-mark-wait") {
		t.Error("the focus did not go back to the pin")
	}
	told := webtest.Eval[string](p, `told.join('\n')`)
	if !strings.Contains(told, `over {"ref":"POT-9SDM-0"}`) || !strings.Contains(told, `pin {"ref":"POT-9SDM-0","url":"/demo/case"}`) {
		t.Errorf("told:\n%s", told)
	}
	before := len(d.boxes())
	webtest.Eval[bool](p, `(document.querySelector('.map-cluster-mark').focus(), true)`)
	p.Press("Enter")
	p.WaitUntil("the map to have zoomed in", `told.at(-1).startsWith('drawn') && told.some(t => t.includes('"zoom":14'))`)
	if len(d.boxes()) <= before {
		t.Error("nothing was asked for")
	}
}

func TestABoxAndACircleAreDrawn(t *testing.T) {
	t.Parallel()
	d := serve(t, mappages.Options{})
	p := d.open(t, "/demo/map")
	p.WaitFor("#map[data-ready] .map-cluster-mark")
	webtest.Eval[bool](p, `(() => { window.told = []; for (const name of ['box', 'circle']) document.addEventListener('casement:' + name, e => told.push(e.detail)); return true })()`)
	p.Click(".map-buttons [aria-pressed]:nth-of-type(1)")
	p.WaitForText(".map-hint", "Drag over the map")
	p.Press("Escape")
	p.WaitGone(".map-hint")
	p.Click(".map-buttons [aria-pressed]:nth-of-type(1)")
	p.Drag(".map-stage", 0.3, 0.3, 0.6, 0.6)
	p.WaitUntil("the box", `told.length === 1`)
	box := webtest.Eval[[]float64](p, `told[0].box`)
	if len(box) != 4 || box[0] >= box[2] || box[1] >= box[3] || box[0] < 54.9 || box[2] > 55.1 || box[1] < -1.8 || box[3] > -1.4 {
		t.Errorf("the box is %v", box)
	}
	p.Click(".map-buttons [aria-pressed]:nth-of-type(2)")
	p.WaitForText(".map-hint", "Tap a place")
	p.Press("Enter")
	p.WaitUntil("the circle", `told.length === 2`)
	if metres := webtest.Eval[float64](p, `told[1].metres`); metres != 250 {
		t.Errorf("the circle is %v m", metres)
	}
	// The page says what it searched in, and the map shows it.
	webtest.Eval[bool](p, `(document.querySelector('#map').dataset.drawnBox = '54.95,-1.65,54.99,-1.6', true)`)
	p.WaitUntil("two shapes", `document.querySelectorAll('.map-drawn').length === 2`)
	// What is lit in the list is lit on the map.
	webtest.Eval[bool](p, `document.querySelector('#map').dispatchEvent(new CustomEvent('casement:highlight', {detail: {ref: 'REP-4CJX-1'}}))`)
	p.WaitFor(".map-pin-mark-new.is-lit")
}

// A map that goes away with a part of the page leaves nothing behind that
// fails later, and one that comes with a part begins.
func TestAMapComesAndGoesWithPartsOfThePage(t *testing.T) {
	t.Parallel()
	d := serve(t, mappages.Options{})
	p := d.open(t, "/demo/map")
	p.WaitFor("#map[data-ready]")
	webtest.Eval[bool](p, `(() => { window.before = document.querySelector('#map'); document.querySelector('#again').click(); return true })()`)
	p.WaitUntil("another map", `document.querySelector('#map[data-ready] .map-cluster-mark') && document.querySelector('#map') !== before`)
	if n := p.Count(".map-stage"); n != 1 {
		t.Errorf("%d maps", n)
	}
	webtest.Eval[bool](p, `(document.querySelector('#main').replaceChildren(), dispatchEvent(new Event('resize')), true)`)
	p.WaitUntil("time for what might fail", `new Promise(done => setTimeout(() => done(true), 300))`)
}

func TestTilesOfAServerElsewhereAreAllowedByThePolicy(t *testing.T) {
	t.Parallel()
	tiles := serve(t, mappages.Options{})
	tiles.url = strings.Replace(tiles.url, "127.0.0.1", "localhost", 1) // another origin
	d := serve(t, mappages.Options{Tiles: tiles.url + "/demo/tiles/{z}/{x}/{y}", Attribution: "© OpenStreetMap contributors"}, tiles.url)
	p := d.open(t, "/demo/map")
	p.Expect("ERR_BLOCKED_BY_RESPONSE.NotSameOrigin") // our own server says its pictures are for itself; a tile server does not
	p.WaitFor("#map[data-ready].map-tiles")
	p.WaitForText(".map-credit a", "OpenStreetMap")
	p.WaitUntil("tiles to be asked for", `performance.getEntriesByType('resource').some(e => e.name.includes('/demo/tiles/11/'))`)
	for _, text := range p.ConsoleErrors() {
		if strings.Contains(text, "Content Security Policy") {
			t.Error(text)
		}
	}
}

func TestTilesOfTheOwnFileAreDrawn(t *testing.T) {
	t.Parallel()
	var all []pmtilestest.Tile
	all = append(all, pmtilestest.Tile{ID: 0, Run: 1 << 30, Data: picture(t, color.RGBA{R: 242, G: 239, B: 233, A: 255})})
	d := serve(t, mappages.Options{File: mapFile(t, pmtilestest.File{MaxZoom: 14, Tiles: all}), Attribution: "Northmoor Council"})
	p := d.open(t, "/demo/map")
	p.WaitFor("#map[data-ready].map-raster")
	p.WaitFor(".leaflet-tile-loaded")
	p.WaitForText(".map-credit", "Northmoor Council")
	picturesTo(p, "raster")
}

func TestAPlaceIsChosenByClickingDraggingAndTyping(t *testing.T) {
	t.Parallel()
	d := serve(t, mappages.Options{Home: &mappages.Home{Lat: 54.978, Lng: -1.617, Zoom: 13}})
	p := d.open(t, "/demo/pick", webtest.Located(54.97, -1.6))
	if n := p.Count("script[src*='/map-']"); n != 0 {
		t.Error("the map is loaded before it is opened")
	}
	p.Click("[data-map-open]")
	p.WaitFor("#map[data-ready]")
	p.ClickAt(".map-stage", 0.5, 0.5)
	p.WaitFor(".map-drop-mark")
	p.WaitForText("#known", "near 54.97")
	if lat, lng := p.Value("#lat"), p.Value("#lng"); !strings.HasPrefix(lat, "54.97") || !strings.HasPrefix(lng, "-1.61") {
		t.Errorf("%s %s", lat, lng)
	}
	webtest.Eval[bool](p, `(document.querySelector('.map-drop-mark').focus(), true)`)
	before := p.Value("#lat")
	p.Press("Up", "Up")
	if p.Value("#lat") <= before {
		t.Errorf("the arrow key moved the pin from %s to %s", before, p.Value("#lat"))
	}
	before = p.Value("#lng")
	p.Drag(".map-drop-mark", 0.5, 0.5, 2.5, 0.5)
	p.WaitUntil("the pin to be dragged", fmt.Sprintf(`document.querySelector('#lng').value > '-' && document.querySelector('#lng').value !== %q`, before))
	p.Choose("#lat", "54.98123")
	p.WaitForText("#known", "near 54.98123")
	p.Accessible()
	picturesTo(p, "pick")
}

func TestTheDevicesPositionIsTaken(t *testing.T) {
	t.Parallel()
	d := serve(t, mappages.Options{})
	p := d.open(t, "/demo/pick", webtest.Located(54.97123, -1.60456))
	p.Click("[data-map-locate]")
	p.WaitFor("#map[data-ready] .map-drop-mark")
	if lat, lng := p.Value("#lat"), p.Value("#lng"); lat != "54.97123" || lng != "-1.60456" {
		t.Errorf("%s %s", lat, lng)
	}
	p.WaitForText("#known", "near 54.97123 -1.60456")
}

func TestWithTheKeyboardThePinIsPutInTheMiddle(t *testing.T) {
	t.Parallel()
	d := serve(t, mappages.Options{Home: &mappages.Home{Lat: 54.978, Lng: -1.617, Zoom: 13}})
	p := d.open(t, "/demo/pick")
	p.Click("[data-map-open]")
	p.WaitFor("#map[data-ready] .map-hint button")
	webtest.Eval[bool](p, `(document.querySelector('.map-hint button').focus(), true)`)
	p.Press("Enter")
	p.WaitFor(".map-drop-mark")
	if !p.Focused(".map-drop-mark") {
		t.Error("the pin has not the focus")
	}
	if p.Value("#lat") != "54.97800" {
		t.Errorf("%s", p.Value("#lat"))
	}
}

// earth is a vector tile whose one layer is land from edge to edge.
func earth() []byte {
	field := func(no int, raw []byte) []byte { // length-delimited
		return append(binary.AppendUvarint(binary.AppendUvarint(nil, uint64(no)<<3|2), uint64(len(raw))), raw...)
	}
	number := func(no int, n uint64) []byte {
		return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(no)<<3), n)
	}
	var geometry []byte
	for _, n := range []uint64{1<<3 | 1, 0, 0, 3<<3 | 2, 8192, 0, 0, 8192, 8191, 0, 1<<3 | 7} { // there, along three edges, and back
		geometry = binary.AppendUvarint(geometry, n)
	}
	feature := slices.Concat(number(3, 3), field(4, geometry))
	layer := slices.Concat(number(15, 2), field(1, []byte("earth")), field(2, feature), number(5, 4096))
	return field(3, layer)
}

func TestVectorsOfTheOwnFileAreDrawn(t *testing.T) {
	t.Parallel()
	file := mapFile(t, pmtilestest.File{Kind: 1, Gzip: true, MaxZoom: 14, Tiles: []pmtilestest.Tile{{ID: 0, Run: 1 << 30, Data: earth()}}, Metadata: `{"attribution":"© OpenStreetMap"}`})
	d := serve(t, mappages.Options{File: file})
	p := d.open(t, "/demo/map")
	p.WaitFor("#map[data-ready].map-vector")
	p.WaitUntil("land to be drawn", `[...document.querySelectorAll('.leaflet-tile-pane canvas')].some(c => c.width > 0 && c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[3] > 0)`)
	p.WaitForText(".map-credit a", "OpenStreetMap")
	picturesTo(p, "vector")
}
