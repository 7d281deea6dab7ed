package searchpages

import (
	"context"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/web/render"
)

// Map is what the page says to the map.
type Map struct {
	View   string // where it asks for what is in view
	Box    string // "south,west,north,east" to begin with; "" when nothing was found
	Within string // the box that is searched in
	Near   string // the circle that is searched in
	Note   string // how many results are not on it
}

// wholeEarth is the view of all that has a place.
var wholeEarth = core.Box{South: -90, West: -180, North: 90, East: 180}

// mapOf finds where the map begins: around all results. The list beside it has
// those without a place as well, and says how many they are.
func (a *asked) mapOf(ctx context.Context, found search.Results) (Map, error) {
	state := a.query(nil)
	m := Map{View: "/search/map?" + state, Within: a.state.Get("within"), Near: a.state.Get("near")}
	f := a.request.Filter
	empty := a.request.Typed == "" && f.IsZero() // the map shows all there is
	if len(found.Results) == 0 && !empty {
		switch {
		case f.Within != nil:
			m.Box = m.Within
		case f.Near != nil:
			m.Box = formatBox(rounded(f.Near.Box()))
		}
		return m, nil
	}
	everywhere := search.View{Box: wholeEarth, Zoom: core.MaxZoom}
	all, err := a.pages.Search.Map(ctx, a.by, a.request, everywhere)
	if err != nil {
		return m, err
	}
	switch without := found.Total - all.Total; {
	case empty:
	case all.Total == 0:
		m.Note = "None of these cases has a place: they are in the list alone."
	case without > 0 && !found.More && !all.First:
		m.Note = render.Plural(without, "case has", "cases have") + " no place and " + map[bool]string{true: "is", false: "are"}[without == 1] + " in the list alone."
	case all.First:
		m.Note = "The map shows the first " + render.Number(search.MaxCounted) + " cases."
	}
	switch {
	case f.Within != nil:
		m.Box = m.Within
	case f.Near != nil:
		m.Box = formatBox(rounded(f.Near.Box()))
	case len(all.Clusters) > 0:
		// Clusters of the whole earth are large; those of their own part of it
		// say where its edges are.
		cells := all.Clusters[0].Box
		for _, c := range all.Clusters[1:] {
			cells = join(cells, c.Box)
		}
		closer, err := a.pages.Search.Map(ctx, a.by, a.request, search.View{Box: cells, Zoom: core.MaxZoom})
		if err != nil {
			return m, err
		}
		m.Box = formatBox(rounded(around(closer)))
	case len(all.Pins) > 0:
		m.Box = formatBox(rounded(around(all)))
	}
	return m, nil
}

// around is the box around everything on a map.
func around(m search.Placed) core.Box {
	var out core.Box
	first := true
	add := func(p core.Point) {
		box := core.Box{South: p.Lat, West: p.Lng, North: p.Lat, East: p.Lng}
		if !first {
			box = join(out, box)
		}
		out, first = box, false
	}
	for _, c := range m.Clusters {
		add(c.Centre)
	}
	for _, p := range m.Pins {
		add(p.At)
	}
	return out
}

func join(a, b core.Box) core.Box {
	return core.Box{South: min(a.South, b.South), West: min(a.West, b.West), North: max(a.North, b.North), East: max(a.East, b.East)}
}

func rounded(b core.Box) core.Box {
	return core.Box{South: round(b.South), West: round(b.West), North: round(b.North), East: round(b.East)}
}

// What a map is told, as web/assets/js/map.js reads it.
type (
	mapJSON struct {
		Clusters []clusterJSON `json:"clusters"`
		Pins     []pinJSON     `json:"pins"`
		Total    int           `json:"total"`
		First    bool          `json:"first"`
		Instead  bool          `json:"instead"`
	}
	clusterJSON struct {
		Lat   float64                 `json:"lat"`
		Lng   float64                 `json:"lng"`
		N     int                     `json:"n"`
		Box   [4]float64              `json:"box"` // south, west, north, east
		Kinds map[core.StatusKind]int `json:"kinds"`
	}
	pinJSON struct {
		Lat     float64         `json:"lat"`
		Lng     float64         `json:"lng"`
		Ref     string          `json:"ref"`
		Subject string          `json:"subject"`
		URL     string          `json:"url"`
		Kind    core.StatusKind `json:"kind"`
		Late    bool            `json:"late"`
		Status  string          `json:"status"`
	}
)

// showMap answers what of a search lies in a part of the map, within the
// reader's reach like every result.
func (p *Pages) showMap(c *fiber.Ctx) error {
	a, err := p.ask(c)
	if err != nil {
		return err
	}
	for name, message := range a.wrong {
		return core.InvalidField(name, "%s", message)
	}
	view, err := viewOf(c)
	if err != nil {
		return err
	}
	a.request.Facets = false
	found, err := p.Search.Map(c.UserContext(), a.by, a.request, view)
	if err != nil {
		return err
	}
	out := mapJSON{Clusters: []clusterJSON{}, Pins: []pinJSON{}, Total: found.Total, First: found.First, Instead: found.Instead}
	for _, m := range found.Clusters {
		b := rounded(m.Box)
		out.Clusters = append(out.Clusters, clusterJSON{round(m.Centre.Lat), round(m.Centre.Lng), m.N, [4]float64{b.South, b.West, b.North, b.East}, m.Kinds})
	}
	now := p.Clock.Now()
	for _, m := range found.Pins {
		r := m.Row
		out.Pins = append(out.Pins, pinJSON{
			Lat: m.At.Lat, Lng: m.At.Lng, Ref: string(r.Ref), Subject: r.Subject, URL: caseURL(r.Ref), Kind: r.StatusKind,
			Late: r.IsOpen() && !r.DueAt.IsZero() && r.DueAt.Before(now), Status: statusName(a.types[r.Type], r),
		})
	}
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	return c.JSON(out)
}

// viewOf reads the part of the map that is asked for. Maps go on beyond the
// edges of the world; what lies there is cut off.
func viewOf(c *fiber.Ctx) (search.View, error) {
	n, ok := numbers(c.Query("box"), 4)
	if !ok {
		return search.View{}, core.InvalidField("box", "Say which part of the map is in view.")
	}
	cut := func(v, edge float64) float64 { return max(-edge, min(edge, v)) }
	box := core.Box{South: cut(n[0], 90), West: cut(n[1], 180), North: cut(n[2], 90), East: cut(n[3], 180)}
	if !box.Valid() {
		return search.View{}, core.InvalidField("box", "The sides of this part of the map are the wrong way round.")
	}
	zoom, err := strconv.Atoi(c.Query("zoom"))
	if err != nil || zoom < core.MinZoom || zoom > core.MaxZoom {
		return search.View{}, core.InvalidField("zoom", "The zoom level is a number from %d to %d.", core.MinZoom, core.MaxZoom)
	}
	return search.View{Box: box, Zoom: zoom}, nil
}
