package core

import (
	"math"
	"strconv"
	"strings"
)

// Point is a place on the earth in degrees, WGS 84.
type Point struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

// Valid reports whether the point is on the earth.
func (p Point) Valid() bool {
	return p.Lat >= -90 && p.Lat <= 90 && p.Lng >= -180 && p.Lng <= 180
}

// ParsePoint reads latitude and longitude as people type them, in degrees. Its
// errors name the fields "lat" and "lng".
func ParsePoint(lat, lng string) (Point, error) {
	read := func(name, text string, limit float64) (float64, error) {
		n, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(text), ",", "."), 64)
		if err != nil || math.IsNaN(n) || n < -limit || n > limit {
			return 0, InvalidField(name, "Enter degrees between -%g and %g, like %s.", limit, limit, map[string]string{"lat": "54.97780", "lng": "-1.61290"}[name])
		}
		return n, nil
	}
	y, err := read("lat", lat, 90)
	if err != nil {
		return Point{}, err
	}
	x, err := read("lng", lng, 180)
	return Point{Lat: y, Lng: x}, err
}

// earthRadius is the mean one, in metres.
const earthRadius = 6_371_008.8

// Metres is the distance to another point as the crow flies.
func (p Point) Metres(to Point) float64 {
	lat, other := p.Lat*math.Pi/180, to.Lat*math.Pi/180
	dLat, dLng := math.Sin((other-lat)/2), math.Sin((to.Lng-p.Lng)*math.Pi/360)
	return 2 * earthRadius * math.Asin(math.Sqrt(min(1, dLat*dLat+math.Cos(lat)*math.Cos(other)*dLng*dLng)))
}

// Box is a rectangle on the map, in degrees. It does not cross the date line.
type Box struct {
	South, West, North, East float64
}

// Valid reports whether the box is on the earth and its sides are in order.
func (b Box) Valid() bool {
	return Point{b.South, b.West}.Valid() && Point{b.North, b.East}.Valid() && b.South <= b.North && b.West <= b.East
}

// Contains reports whether a point is in the box, its sides included.
func (b Box) Contains(p Point) bool {
	return p.Lat >= b.South && p.Lat <= b.North && p.Lng >= b.West && p.Lng <= b.East
}

// Circle is everything within some metres of a point.
type Circle struct {
	Centre Point
	Metres float64
}

// MaxRadius bounds the circles that can be asked for, in metres.
const MaxRadius = 100_000

// Valid reports whether the circle is on the earth and not larger than
// [MaxRadius].
func (c Circle) Valid() bool {
	return c.Centre.Valid() && c.Metres > 0 && c.Metres <= MaxRadius
}

// Contains reports whether a point is in the circle.
func (c Circle) Contains(p Point) bool { return c.Centre.Metres(p) <= c.Metres }

// Box is the smallest box around the circle, cut off at the edges of the map.
func (c Circle) Box() Box {
	lat := c.Metres / earthRadius * 180 / math.Pi
	lng := 180.0
	if shrink := math.Cos(c.Centre.Lat * math.Pi / 180); shrink > 1e-6 {
		lng = min(180, lat/shrink)
	}
	return Box{
		South: max(-90, c.Centre.Lat-lat), West: max(-180, c.Centre.Lng-lng),
		North: min(90, c.Centre.Lat+lat), East: min(180, c.Centre.Lng+lng),
	}
}

// The zoom levels of maps: at 0 the earth is one tile of 256 pixels, and each
// level doubles it.
const (
	MinZoom = 0
	MaxZoom = 19
)

// Cell is a square of the map at one zoom level, a quarter of a tile wide (64
// pixels): what lies in one cell is drawn as one cluster.
type Cell struct {
	Zoom int
	X, Y int32 // from the west and from the north
}

// maxLat is where the web's maps end.
const maxLat = 85.05112878

// CellAt is the cell a point lies in at a zoom level. What lies beyond the
// edges of the map counts to the cells at its edge.
func CellAt(p Point, zoom int) Cell {
	across := float64(int64(4) << zoom)
	lat := min(maxLat, max(-maxLat, p.Lat)) * math.Pi / 180
	x := (p.Lng + 180) / 360 * across
	y := (1 - math.Asinh(math.Tan(lat))/math.Pi) / 2 * across
	edge := func(v float64) int32 { return int32(min(across-1, max(0, math.Floor(v)))) }
	return Cell{zoom, edge(x), edge(y)}
}

// Box is the part of the earth the cell covers.
func (c Cell) Box() Box {
	across := float64(int64(4) << c.Zoom)
	lng := func(x int32) float64 { return float64(x)/across*360 - 180 }
	lat := func(y int32) float64 { return math.Atan(math.Sinh(math.Pi*(1-2*float64(y)/across))) * 180 / math.Pi }
	return Box{South: lat(c.Y + 1), West: lng(c.X), North: lat(c.Y), East: lng(c.X + 1)}
}

// Route orders places for somebody who starts at from and always goes to the
// nearest one that is left. It answers with their indexes. The way is short,
// though not always the shortest.
func Route(from Point, places []Point) []int {
	left := make([]int, len(places))
	for i := range left {
		left[i] = i
	}
	order := make([]int, 0, len(places))
	for at := from; len(left) > 0; {
		nearest := 0
		for i := range left {
			if at.Metres(places[left[i]]) < at.Metres(places[left[nearest]]) {
				nearest = i
			}
		}
		at = places[left[nearest]]
		order = append(order, left[nearest])
		left = append(left[:nearest], left[nearest+1:]...)
	}
	return order
}
