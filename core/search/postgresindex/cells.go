package postgresindex

import (
	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
)

// deepest is the zoom level down to which cells are counted. Below it a screen
// shows so little of the earth that the cases themselves are read.
const deepest = 16

// cellCode numbers a cell by the interleaved bits of its column and row, so
// that what lies in a cell has, at deeper levels, one run of numbers.
func cellCode(c core.Cell) int64 {
	return int64(spread(uint64(uint32(c.X))) | spread(uint64(uint32(c.Y)))<<1)
}

// cellOf is the cell with a number.
func cellOf(zoom int, code int64) core.Cell {
	return core.Cell{Zoom: zoom, X: int32(gather(uint64(code))), Y: int32(gather(uint64(code) >> 1))}
}

// spread puts a zero between each two of the lower 32 bits.
func spread(v uint64) uint64 {
	v = (v | v<<16) & 0x0000FFFF0000FFFF
	v = (v | v<<8) & 0x00FF00FF00FF00FF
	v = (v | v<<4) & 0x0F0F0F0F0F0F0F0F
	v = (v | v<<2) & 0x3333333333333333
	return (v | v<<1) & 0x5555555555555555
}

// gather takes them out again.
func gather(v uint64) uint64 {
	v &= 0x5555555555555555
	v = (v | v>>1) & 0x3333333333333333
	v = (v | v>>2) & 0x0F0F0F0F0F0F0F0F
	v = (v | v>>4) & 0x00FF00FF00FF00FF
	v = (v | v>>8) & 0x0000FFFF0000FFFF
	return (v | v>>16) & 0x00000000FFFFFFFF
}

// region is a part of the map as cells at a level that is counted.
type region struct {
	zoom  int
	codes []int64
}

// shift is by how much the numbers of cells at the level of case_search are
// longer than those of the region.
func (r region) shift() int { return 2 * (core.MaxZoom - r.zoom) }

// regionOf is the cells of a view at its own level or, below the deepest that
// is counted, those around them.
func regionOf(v search.View) region {
	v = v.Fit()
	first, last := v.Corners()
	r := region{zoom: min(v.Zoom, deepest)}
	up := v.Zoom - r.zoom
	for y := first.Y >> up; y <= last.Y>>up; y++ {
		for x := first.X >> up; x <= last.X>>up; x++ {
			r.codes = append(r.codes, cellCode(core.Cell{Zoom: r.zoom, X: x, Y: y}))
		}
	}
	return r
}

// fewCells is how many cells cover a box or a circle that results are narrowed
// to: enough to follow its outline roughly.
const fewCells = 64

// regionAround is the cells around a box, at the deepest level at which they
// are few.
func regionAround(b core.Box) region {
	v := search.View{Box: b, Zoom: deepest}
	for v.Zoom > core.MinZoom {
		first, last := v.Corners()
		if (int(last.X-first.X)+1)*(int(last.Y-first.Y)+1) <= fewCells {
			break
		}
		v.Zoom--
	}
	return regionOf(v)
}
