package mappages_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/web/mappages"
	"github.com/casement-dev/casement/web/mappages/pmtiles/pmtilestest"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
)

// picture is a tile of one colour with an edge.
func picture(t testing.TB, fill color.Color) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 256, 256))
	for y := range 256 {
		for x := range 256 {
			c := fill
			if x == 0 || y == 0 {
				c = color.Gray{Y: 160}
			}
			img.Set(x, y, c)
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func mapFile(t testing.TB, f pmtilestest.File) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "town.pmtiles")
	if err := os.WriteFile(path, f.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func site(t *testing.T, o mappages.Options) *fiber.App {
	t.Helper()
	if o.Asset == nil {
		o.Asset = func(name string) string { return "/assets/" + name }
	}
	pages, err := mappages.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pages.Close(); err != nil {
			t.Error(err)
		}
	})
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error { return c.Status(404).SendString(err.Error()) }})
	pages.RegisterPublic(routes{app})
	return app
}

type routes struct{ app *fiber.App }

func (r routes) Get(path string, handlers ...fiber.Handler)  { r.app.Get(path, handlers...) }
func (r routes) Post(path string, handlers ...fiber.Handler) { r.app.Post(path, handlers...) }

var _ render.Routes = routes{}

func ground(t *testing.T, o mappages.Options) map[string]any {
	t.Helper()
	res, body := rendertest.Do(t, site(t, o), "GET", "/map/ground", "")
	if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	var said map[string]any
	if err := json.Unmarshal([]byte(body), &said); err != nil {
		t.Fatal(err)
	}
	return said
}

func TestWithoutATileServerOrAFileThereIsTheOutline(t *testing.T) {
	t.Parallel()
	said := ground(t, mappages.Options{Home: &mappages.Home{Lat: 54.978, Lng: -1.617, Zoom: 12}})
	outline, _ := said["outline"].(map[string]any)
	home, _ := said["home"].(map[string]any)
	if said["kind"] != "outline" || outline["countries"] != "/assets/countries.json" || outline["places"] != "/assets/places.json" || home["zoom"] != 12.0 || said["attribution"] == "" {
		t.Errorf("%v", said)
	}
}

func TestATileServerIsNamedWithItsAttribution(t *testing.T) {
	t.Parallel()
	said := ground(t, mappages.Options{Tiles: "https://tiles.example.org/{z}/{x}/{y}.png", Attribution: "© OpenStreetMap contributors"})
	if said["kind"] != "tiles" || said["tiles"] != "https://tiles.example.org/{z}/{x}/{y}.png" || said["attribution"] != "© OpenStreetMap contributors" {
		t.Errorf("%v", said)
	}
	origin, err := mappages.ImageSource("https://tiles.example.org/{z}/{x}/{y}.png")
	if err != nil || origin != "https://tiles.example.org" {
		t.Errorf("%q %v", origin, err)
	}
	if origin, err := mappages.ImageSource(""); err != nil || origin != "" {
		t.Errorf("%q %v", origin, err)
	}
	if _, err := mappages.ImageSource("/{z}"); err == nil {
		t.Error("a path is taken for a server")
	}
}

func TestAFileOfPicturesIsServed(t *testing.T) {
	t.Parallel()
	tile := picture(t, color.White)
	path := mapFile(t, pmtilestest.File{MaxZoom: 1, South: 50, West: -5, North: 60, East: 2, Metadata: `{"attribution":"<a href=\"x\">&copy; <b>Us</b></a> & others"}`, Tiles: []pmtilestest.Tile{{ID: 0, Data: tile}}})
	said := ground(t, mappages.Options{File: path})
	if said["kind"] != "raster" || said["attribution"] != "© Us & others" || said["max"] != 1.0 || said["bounds"].([]any)[0] != 50.0 {
		t.Errorf("%v", said)
	}
	app := site(t, mappages.Options{File: path})
	res, body := rendertest.Do(t, app, "GET", "/map/tiles/0/0/0", "")
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "image/png" || body != string(tile) || !strings.Contains(res.Header.Get("Cache-Control"), "max-age=604800") {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	again, _ := rendertest.Do(t, app, "GET", "/map/tiles/0/0/0", "", "If-None-Match", res.Header.Get("ETag"))
	if again.StatusCode != 304 {
		t.Errorf("again: %d", again.StatusCode)
	}
	for address, status := range map[string]int{"/map/tiles/1/0/0": 204, "/map/tiles/1/9/0": 204, "/map/tiles/-1/0/0": 204, "/map/tiles/a/0/0": 404, "/map/tiles/0/0/0.5": 404, "/map/tiles/99999999999999999999/0/0": 404} {
		if res, _ := rendertest.Do(t, app, "GET", address, ""); res.StatusCode != status {
			t.Errorf("%s: %d", address, res.StatusCode)
		}
	}
	if res, _ := rendertest.Do(t, site(t, mappages.Options{}), "GET", "/map/tiles/0/0/0", ""); res.StatusCode != 204 {
		t.Errorf("without a file: %d", res.StatusCode)
	}
}

func TestAFileOfVectorsIsServedPackedToThoseWhoUnpack(t *testing.T) {
	t.Parallel()
	path := mapFile(t, pmtilestest.File{Kind: 1, Gzip: true, Tiles: []pmtilestest.Tile{{ID: 0, Data: []byte("vectors")}}})
	if said := ground(t, mappages.Options{File: path}); said["kind"] != "vector" || said["script"] != "/assets/mapvector.js" {
		t.Errorf("%v", said)
	}
	app := site(t, mappages.Options{File: path})
	res, body := rendertest.Do(t, app, "GET", "/map/tiles/0/0/0", "", "Accept-Encoding", "gzip")
	if res.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("%v", res.Header)
	}
	if in, err := gzip.NewReader(strings.NewReader(body)); err != nil || in == nil {
		t.Errorf("not gzip: %v", err)
	}
	res, body = rendertest.Do(t, app, "GET", "/map/tiles/0/0/0", "", "Accept-Encoding", "identity")
	if res.Header.Get("Content-Encoding") != "" || body != "vectors" {
		t.Errorf("%v %q", res.Header, body)
	}
}

func TestAFileThatIsNoMapStopsTheStart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "town.mbtiles")
	if err := os.WriteFile(path, append([]byte("SQLite format 3\x00"), make([]byte, 4096)...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := mappages.New(mappages.Options{File: path}); err == nil || !strings.Contains(err.Error(), "PMTiles") {
		t.Errorf("%v", err)
	}
}
