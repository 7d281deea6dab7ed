// Package pmtilestest writes small PMTiles files for tests.
package pmtilestest

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/binary"
	"slices"
)

// File is what to write. Tiles are given by their number on the Hilbert curve:
// 0 is the only one of zoom 0, 1 to 4 are those of zoom 1.
type File struct {
	Kind     byte // 1 vector, 2 PNG
	MaxZoom  byte
	Metadata string
	Tiles    []Tile
	Gzip     bool // of directories and tiles
	Leaves   int  // entries in each leaf directory; 0: all in the root
	// The part of the earth with tiles, in degrees; nothing is the whole.
	South, West, North, East float64
}

// Tile is a run of tiles that are alike, by the number of the first.
type Tile struct {
	ID   uint64
	Run  uint64
	Data []byte
}

type entry struct{ id, offset, length, run uint64 }

// Bytes writes the file.
func (f File) Bytes() []byte {
	pack := func(raw []byte) []byte {
		if !f.Gzip {
			return raw
		}
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		w.Write(raw) // into memory
		w.Close()
		return out.Bytes()
	}
	tiles := slices.Clone(f.Tiles)
	slices.SortFunc(tiles, func(a, b Tile) int { return cmp.Compare(a.ID, b.ID) })
	var data, leaves []byte
	var entries []entry
	for _, t := range tiles {
		packed := pack(t.Data)
		entries = append(entries, entry{t.ID, uint64(len(data)), uint64(len(packed)), max(1, t.Run)})
		data = append(data, packed...)
	}
	root := entries
	if f.Leaves > 0 {
		root = nil
		for part := range slices.Chunk(entries, f.Leaves) {
			packed := pack(directory(part))
			root = append(root, entry{part[0].id, uint64(len(leaves)), uint64(len(packed)), 0})
			leaves = append(leaves, packed...)
		}
	}
	rootRaw, metadata := pack(directory(root)), pack([]byte(cmp.Or(f.Metadata, "{}")))
	header := make([]byte, 127)
	copy(header, "PMTiles\x03")
	at := uint64(len(header))
	for i, section := range [][]byte{rootRaw, metadata, leaves, data} {
		binary.LittleEndian.PutUint64(header[8+16*i:], at)
		binary.LittleEndian.PutUint64(header[16+16*i:], uint64(len(section)))
		at += uint64(len(section))
	}
	packing := byte(1)
	if f.Gzip {
		packing = 2
	}
	header[96], header[97], header[98], header[99], header[101] = 1, packing, packing, cmp.Or(f.Kind, 2), f.MaxZoom
	if f.South == 0 && f.North == 0 {
		f.South, f.West, f.North, f.East = -85, -180, 85, 180
	}
	for i, degrees := range []float64{f.West, f.South, f.East, f.North} {
		binary.LittleEndian.PutUint32(header[102+4*i:], uint32(int32(degrees*1e7)))
	}
	binary.LittleEndian.PutUint32(header[119:], uint32(int32((f.West+f.East)/2*1e7)))
	binary.LittleEndian.PutUint32(header[123:], uint32(int32((f.South+f.North)/2*1e7)))
	return slices.Concat(header, rootRaw, metadata, leaves, data)
}

func directory(entries []entry) []byte {
	out := binary.AppendUvarint(nil, uint64(len(entries)))
	var before uint64
	for _, e := range entries {
		out = binary.AppendUvarint(out, e.id-before)
		before = e.id
	}
	for _, e := range entries {
		out = binary.AppendUvarint(out, e.run)
	}
	for _, e := range entries {
		out = binary.AppendUvarint(out, e.length)
	}
	for i, e := range entries {
		if i > 0 && e.offset == entries[i-1].offset+entries[i-1].length {
			out = append(out, 0)
		} else {
			out = binary.AppendUvarint(out, e.offset+1)
		}
	}
	return out
}
