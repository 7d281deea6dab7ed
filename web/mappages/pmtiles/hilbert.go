package pmtiles

// maxZoom is as far as tile numbers fit into 64 bits with room to spare, and
// beyond what any map has.
const maxZoom = 26

// tileID numbers the tiles of all zoom levels, level by level, those of one
// level along a Hilbert curve, so that neighbours stand together. It answers
// false for what is no tile.
func tileID(zoom, x, y int) (uint64, bool) {
	if zoom < 0 || zoom > maxZoom || x < 0 || y < 0 || x >= 1<<zoom || y >= 1<<zoom {
		return 0, false
	}
	// All tiles of the levels before: 1 + 4 + 16 + …
	id := (uint64(1)<<(2*zoom) - 1) / 3
	for side := 1 << zoom >> 1; side > 0; side >>= 1 {
		var right, below int
		if x&side != 0 {
			right = 1
		}
		if y&side != 0 {
			below = 1
		}
		id += uint64(side) * uint64(side) * uint64((3*right)^below)
		// Turn the quarter so that the curve goes on where it is.
		if below == 0 {
			if right == 1 {
				x, y = side-1-x&(side-1), side-1-y&(side-1)
			}
			x, y = y, x
		}
	}
	return id, true
}
