// Package mappages is what lies under the cases on maps: tiles of a server
// elsewhere, tiles of the organisation's own PMTiles file, which Casement
// serves itself, or, without either, an outline of countries. The map is drawn
// in the browser by web/assets/js/map.js; nothing here knows a case.
package mappages

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/mappages/pmtiles"
	"github.com/casement-dev/casement/web/render"
)

// Options say what lies under maps. Of Tiles and File one may be given.
type Options struct {
	Tiles       string // address of a tile server with {z}, {x} and {y}
	File        string // path of a PMTiles file
	Attribution string // whose map it is; "": what the file says
	Home        *Home  // where maps begin; nil: the whole of the file, or the world

	Asset func(name string) string // address of a built asset
}

// Home is where maps begin when nothing else says so.
type Home struct {
	Lat  float64 `json:"lat"`
	Lng  float64 `json:"lng"`
	Zoom int     `json:"zoom"`
}

// Pages answers for the ground of maps.
type Pages struct {
	archive *pmtiles.Archive // nil without a file
	etag    string           // of all tiles: the file as it is
	ground  ground
}

// ground is what map.js is told; see mapground.js.
type ground struct {
	Kind        string      `json:"kind"` // tiles, raster, vector or outline
	Tiles       string      `json:"tiles,omitempty"`
	Min         int         `json:"min"`
	Max         int         `json:"max"`
	Bounds      *[4]float64 `json:"bounds,omitempty"` // south, west, north, east
	Home        *Home       `json:"home,omitempty"`
	Attribution string      `json:"attribution,omitempty"`
	Script      string      `json:"script,omitempty"` // draws vectors
	Outline     *outline    `json:"outline,omitempty"`
}

type outline struct {
	Countries string `json:"countries"`
	Places    string `json:"places"`
}

// outlineCredit names the sources of the outline, as their licences ask.
const outlineCredit = "Natural Earth, GeoNames (CC BY 4.0)"

// maxServerZoom is how far tile servers go, as a rule.
const maxServerZoom = 19

// New opens the file, if there is one.
func New(o Options) (*Pages, error) {
	p := &Pages{}
	switch {
	case o.File != "":
		if err := p.openFile(o); err != nil {
			return nil, err
		}
	case o.Tiles != "":
		p.ground = ground{Kind: "tiles", Tiles: o.Tiles, Max: maxServerZoom, Attribution: o.Attribution}
	default:
		p.ground = ground{
			Kind: "outline", Attribution: outlineCredit,
			Outline: &outline{Countries: o.Asset("countries.json"), Places: o.Asset("places.json")},
		}
	}
	p.ground.Home = o.Home
	return p, nil
}

func (p *Pages) openFile(o Options) error {
	archive, err := pmtiles.Open(o.File)
	if err != nil {
		return err
	}
	about, err := os.Stat(o.File)
	if err != nil {
		archive.Close()
		return fmt.Errorf("look at the map file: %w", err)
	}
	hash := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", o.File, about.Size(), about.ModTime().UnixNano()))
	p.archive, p.etag = archive, `"`+hex.EncodeToString(hash[:8])+`"`
	h := archive.Header()
	p.ground = ground{
		// The version in the address lets browsers keep tiles for long.
		Kind: "raster", Tiles: "/map/tiles/{z}/{x}/{y}?v=" + hex.EncodeToString(hash[:4]), Min: h.MinZoom, Max: h.MaxZoom,
		Bounds: &[4]float64{h.South, h.West, h.North, h.East}, Attribution: o.Attribution,
	}
	if h.Kind == pmtiles.KindVector {
		p.ground.Kind, p.ground.Script = "vector", o.Asset("mapvector.js")
	}
	if p.ground.Attribution == "" {
		p.ground.Attribution = p.credit()
	}
	return nil
}

var tags = regexp.MustCompile(`<[^<>]*>`)

// credit is whose map the file says it is, as plain words. A file that says it
// in a way that cannot be read says nothing.
func (p *Pages) credit() string {
	raw, err := p.archive.Metadata()
	var about struct {
		Attribution string `json:"attribution"`
	}
	if err != nil || json.Unmarshal(raw, &about) != nil {
		return ""
	}
	words := strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(about.Attribution, ""))), " ")
	if letters := []rune(words); len(letters) > 200 {
		words = string(letters[:200])
	}
	return words
}

// Close closes the file.
func (p *Pages) Close() error {
	if p.archive == nil {
		return nil
	}
	return p.archive.Close()
}

// ImageSource is where pages must be allowed to load pictures from: the origin
// of the tile server, or "".
func ImageSource(tiles string) (string, error) {
	if tiles == "" {
		return "", nil
	}
	u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(tiles))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", fmt.Errorf("the tile server %q is not an address", tiles)
	}
	return u.Scheme + "://" + u.Host, nil
}

// RegisterPublic hangs on what any page with a map asks for.
func (p *Pages) RegisterPublic(r render.Routes) {
	r.Get("/map/ground", p.showGround)
	r.Get("/map/tiles/:z/:x/:y", p.tile)
}

func (p *Pages) showGround(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "private, max-age=300")
	return c.JSON(p.ground)
}

// tile answers with one tile of the organisation's file; 204 where it has none,
// which is no error: a town's map ends somewhere.
func (p *Pages) tile(c *fiber.Ctx) error {
	if p.archive == nil {
		return c.SendStatus(fiber.StatusNoContent) // no file has no tiles
	}
	var at [3]int
	for i, name := range []string{"z", "x", "y"} {
		n, err := strconv.Atoi(c.Params(name))
		if err != nil {
			return core.NotFound("A tile has three numbers.")
		}
		at[i] = n
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=604800")
	c.Set(fiber.HeaderETag, p.etag)
	c.Vary(fiber.HeaderAcceptEncoding)
	if c.Get(fiber.HeaderIfNoneMatch) == p.etag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	tile, ok, err := p.archive.Tile(at[0], at[1], at[2])
	if err != nil {
		c.Response().Header.Del(fiber.HeaderETag)
		c.Set(fiber.HeaderCacheControl, "no-store")
		return core.Unavailable(err, "The map file cannot be read.")
	}
	if !ok {
		return c.SendStatus(fiber.StatusNoContent)
	}
	c.Set(fiber.HeaderContentType, p.archive.Header().Kind.ContentType())
	if !tile.Packed {
		return c.Send(tile.Data)
	}
	if strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(tile.Data)
	}
	plain, err := pmtiles.Unpack(tile.Data)
	if err != nil {
		return core.Unavailable(err, "The map file cannot be read.")
	}
	return c.Send(plain)
}
