package pmtiles

import (
	"encoding/binary"
	"math"
	"sort"
)

// entry says where the tiles from id on are: run tiles that are all alike, or,
// with a run of none, a further directory.
type entry struct {
	id     uint64
	offset uint64
	length uint32
	run    uint32
}

// directory is sorted by id.
type directory []entry

// parseDirectory reads a directory: the number of its entries, then, column by
// column, the ids as differences, the runs, the lengths, and the offsets, where
// 0 means "after the one before".
func parseDirectory(raw []byte) (directory, error) {
	next := func() (uint64, error) {
		n, read := binary.Uvarint(raw)
		if read <= 0 {
			return 0, broken("a directory ends too early")
		}
		raw = raw[read:]
		return n, nil
	}
	count, err := next()
	if err != nil {
		return nil, err
	}
	// Each entry takes four bytes at least: a count that lies costs nothing.
	if count > maxEntries || count > uint64(len(raw))/4 {
		return nil, broken("a directory claims %d entries", count)
	}
	d := make(directory, count)
	var id uint64
	for i := range d {
		step, err := next()
		if err != nil {
			return nil, err
		}
		if id+step < id || i > 0 && step == 0 {
			return nil, broken("a directory is not in order")
		}
		id += step
		d[i].id = id
	}
	for i := range d {
		run, err := next()
		if err != nil {
			return nil, err
		}
		if run > math.MaxUint32 {
			return nil, broken("a run of %d tiles", run)
		}
		d[i].run = uint32(run)
	}
	for i := range d {
		length, err := next()
		if err != nil {
			return nil, err
		}
		if length == 0 || length > math.MaxUint32 {
			return nil, broken("an entry of %d bytes", length)
		}
		d[i].length = uint32(length)
	}
	for i := range d {
		offset, err := next()
		if err != nil {
			return nil, err
		}
		switch {
		case offset > 0:
			d[i].offset = offset - 1
		case i == 0:
			return nil, broken("the first entry of a directory has no offset")
		default:
			d[i].offset = d[i-1].offset + uint64(d[i-1].length)
			if d[i].offset < d[i-1].offset {
				return nil, broken("an entry lies beyond any file")
			}
		}
	}
	return d, nil
}

// find gives the last entry that begins at id or before.
func (d directory) find(id uint64) (entry, bool) {
	i := sort.Search(len(d), func(i int) bool { return d[i].id > id })
	if i == 0 {
		return entry{}, false
	}
	return d[i-1], true
}
