package search

import (
	"github.com/casement-dev/casement/core"
)

// MaxCells bounds how many squares of the map are looked at for one view.
const MaxCells = 4096

// Fit returns the view at the deepest zoom level, up to its own, at which it is
// no more than [MaxCells] cells: nobody needs clusters smaller than their
// screen can show.
func (v View) Fit() View {
	v.Zoom = max(core.MinZoom, min(core.MaxZoom, v.Zoom))
	for {
		first, last := v.Corners()
		if wide, high := int(last.X-first.X)+1, int(last.Y-first.Y)+1; v.Zoom == core.MinZoom || wide*high <= MaxCells {
			return v
		}
		v.Zoom--
	}
}

// Corners are the cells in the north west and the south east of the view.
func (v View) Corners() (first, last core.Cell) {
	return core.CellAt(core.Point{Lat: v.Box.North, Lng: v.Box.West}, v.Zoom), core.CellAt(core.Point{Lat: v.Box.South, Lng: v.Box.East}, v.Zoom)
}

// Whole is the view grown to whole cells: a cell at the edge of a screen is
// counted as a whole, whether its cases are on the screen or just beside it, so
// that a cluster does not change when the map is moved by a pixel.
func (v View) Whole() core.Box {
	first, last := v.Corners()
	north, south := first.Box(), last.Box()
	return core.Box{South: south.South, West: north.West, North: north.North, East: south.East}
}

// Has reports whether a point lies in one of the cells of the view.
func (v View) Has(p core.Point) bool { return v.Shows(core.CellAt(p, v.Zoom)) }

// Shows reports whether a cell of the zoom level of the view is one of its
// cells.
func (v View) Shows(c core.Cell) bool {
	first, last := v.Corners()
	return within(c, first, last)
}

func within(c, first, last core.Cell) bool {
	return c.X >= first.X && c.X <= last.X && c.Y >= first.Y && c.Y <= last.Y
}
