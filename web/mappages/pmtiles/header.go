package pmtiles

import (
	"encoding/binary"
	"fmt"
)

const headerSize = 127

// Kind is what the tiles are.
type Kind byte

// The kinds of tile.
const (
	KindUnknown Kind = iota
	KindVector       // Mapbox Vector Tiles
	KindPNG
	KindJPEG
	KindWebP
	KindAVIF
)

// ContentType is the media type of a tile; "" when it is not known.
func (k Kind) ContentType() string {
	switch k {
	case KindVector:
		return "application/vnd.mapbox-vector-tile"
	case KindPNG:
		return "image/png"
	case KindJPEG:
		return "image/jpeg"
	case KindWebP:
		return "image/webp"
	case KindAVIF:
		return "image/avif"
	}
	return ""
}

// The ways parts of the file are packed.
const (
	packUnknown = iota
	packNone
	packGzip
)

// Header is what the archive says first.
type Header struct {
	Kind             Kind
	MinZoom, MaxZoom int
	// The part of the earth that has tiles, in degrees.
	South, West, North, East float64
	// Where to begin looking.
	CentreZoom           int
	CentreLat, CentreLng float64

	root, metadata, leaves, tiles span
	packing, tilePacking          byte
}

// span is a part of the file.
type span struct{ offset, length uint64 }

// part is a part of the span, given by its offset in it.
func (s span) part(offset, length uint64) (span, error) {
	if offset > s.length || length > s.length-offset {
		return span{}, broken("a directory points beyond its section")
	}
	return span{s.offset + offset, length}, nil
}

func parseHeader(raw []byte) (Header, error) {
	if string(raw[:7]) != "PMTiles" {
		return Header{}, broken("it does not begin with “PMTiles”")
	}
	if raw[7] != 3 {
		return Header{}, broken("it is version %d, and only version 3 is read", raw[7])
	}
	section := func(at int) span {
		return span{binary.LittleEndian.Uint64(raw[at:]), binary.LittleEndian.Uint64(raw[at+8:])}
	}
	degrees := func(at int) float64 { return float64(int32(binary.LittleEndian.Uint32(raw[at:]))) / 1e7 }
	h := Header{
		root: section(8), metadata: section(24), leaves: section(40), tiles: section(56),
		packing: raw[97], tilePacking: raw[98], Kind: Kind(raw[99]),
		MinZoom: int(raw[100]), MaxZoom: int(raw[101]),
		West: degrees(102), South: degrees(106), East: degrees(110), North: degrees(114),
		CentreZoom: int(raw[118]), CentreLng: degrees(119), CentreLat: degrees(123),
	}
	return h, h.check()
}

// check refuses what this program cannot serve, or no program could.
func (h Header) check() error {
	for _, s := range []span{h.root, h.metadata, h.leaves, h.tiles} {
		if s.offset+s.length < s.offset || s.offset+s.length > 1<<62 {
			return broken("a section lies beyond any file")
		}
	}
	if h.packing != packNone && h.packing != packGzip {
		return broken("its directories are packed in a way that is not read here (%d); only gzip is", h.packing)
	}
	if h.tilePacking > packGzip {
		return broken("its tiles are packed in a way that is not read here (%d); only gzip is", h.tilePacking)
	}
	if h.Kind.ContentType() == "" {
		return broken("its tiles are of an unknown kind (%d)", h.Kind)
	}
	if h.MinZoom > h.MaxZoom || h.MaxZoom > maxZoom {
		return broken("its zoom levels are %s", fmt.Sprintf("%d to %d", h.MinZoom, h.MaxZoom))
	}
	for _, lat := range []float64{h.South, h.North, h.CentreLat} {
		if lat < -90 || lat > 90 {
			return broken("its bounds are not on the earth")
		}
	}
	for _, lng := range []float64{h.West, h.East, h.CentreLng} {
		if lng < -180 || lng > 180 {
			return broken("its bounds are not on the earth")
		}
	}
	if h.South > h.North || h.West > h.East {
		return broken("its bounds are the wrong way round")
	}
	return nil
}
