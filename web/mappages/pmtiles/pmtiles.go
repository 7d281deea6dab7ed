// Package pmtiles reads PMTiles, version 3: one file that holds the tiles of a
// map. The file is the organisation's own, but it comes from elsewhere: whatever
// it says of offsets, lengths and counts is checked before it is believed, and a
// broken file gives an error, never a panic and never much memory.
//
// header.go reads the first 127 bytes, directory.go the directories, hilbert.go
// numbers the tiles. Nothing here writes a file; pmtilestest does, for tests.
package pmtiles

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"

	"sync"
)

// Bounds of what is read at once, in bytes.
const (
	maxDirectory = 4 << 20  // one directory, compressed
	maxEntries   = 1 << 20  // in one directory
	maxUnpacked  = 16 << 20 // a directory or a tile, without compression
	maxMetadata  = 1 << 20
	maxTile      = 8 << 20 // as it lies in the file
	maxDepth     = 4       // directories from the root to a tile
	keptLeaves   = 64      // directories kept in memory
)

// ErrFormat is wrapped by the errors of files that are not PMTiles as they
// should be.
var ErrFormat = errors.New("not a readable PMTiles file")

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFormat, fmt.Sprintf(format, args...))
}

// Archive is an open file. It may be used by many goroutines.
type Archive struct {
	from   io.ReaderAt
	close  func() error
	size   uint64
	header Header
	root   directory

	mu     sync.Mutex
	leaves map[span]directory
}

// Open opens a file.
func Open(path string) (*Archive, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the map file: %w", err)
	}
	about, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("open the map file: %w", err)
	}
	a, err := New(file, about.Size())
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("read the map file %s: %w", path, err)
	}
	a.close = file.Close
	return a, nil
}

// New reads an archive of size bytes from anywhere.
func New(from io.ReaderAt, size int64) (*Archive, error) {
	if size < 0 {
		return nil, broken("its size is negative")
	}
	a := &Archive{from: from, size: uint64(size), leaves: map[span]directory{}}
	raw, err := a.read(span{0, headerSize}, headerSize)
	if err != nil {
		return nil, err
	}
	if a.header, err = parseHeader(raw); err != nil {
		return nil, err
	}
	if a.root, err = a.readDirectory(a.header.root); err != nil {
		return nil, err
	}
	return a, nil
}

// Close closes the file.
func (a *Archive) Close() error {
	if a.close == nil {
		return nil
	}
	return a.close()
}

// Header says what is in the archive.
func (a *Archive) Header() Header { return a.header }

// Tile is one tile.
type Tile struct {
	Data   []byte
	Packed bool // Data is gzip
}

// Tile finds a tile by its zoom, its column from the west and its row from the
// north. It answers false for one that is not in the archive.
func (a *Archive) Tile(zoom, x, y int) (Tile, bool, error) {
	id, ok := tileID(zoom, x, y)
	if !ok {
		return Tile{}, false, nil
	}
	in := a.root
	for range maxDepth {
		e, ok := in.find(id)
		if !ok {
			return Tile{}, false, nil
		}
		if e.run > 0 {
			if id >= e.id+uint64(e.run) {
				return Tile{}, false, nil
			}
			at, err := a.header.tiles.part(e.offset, uint64(e.length))
			if err != nil {
				return Tile{}, false, err
			}
			data, err := a.read(at, maxTile)
			return Tile{Data: data, Packed: a.header.tilePacking == packGzip}, err == nil, err
		}
		at, err := a.header.leaves.part(e.offset, uint64(e.length))
		if err != nil {
			return Tile{}, false, err
		}
		if in, err = a.leaf(at); err != nil {
			return Tile{}, false, err
		}
	}
	return Tile{}, false, broken("its directories are nested too deeply")
}

// leaf gives a directory below the root, from memory if it was read before.
func (a *Archive) leaf(at span) (directory, error) {
	a.mu.Lock()
	known, ok := a.leaves[at]
	a.mu.Unlock()
	if ok {
		return known, nil
	}
	read, err := a.readDirectory(at)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.leaves) >= keptLeaves {
		clear(a.leaves) // few maps have so many, and reading again is cheap
	}
	a.leaves[at] = read
	return read, nil
}

func (a *Archive) readDirectory(at span) (directory, error) {
	raw, err := a.read(at, maxDirectory)
	if err != nil {
		return nil, err
	}
	if a.header.packing == packGzip {
		if raw, err = Unpack(raw); err != nil {
			return nil, err
		}
	}
	return parseDirectory(raw)
}

// Metadata gives the JSON the archive says about itself.
func (a *Archive) Metadata() ([]byte, error) {
	if a.header.metadata.length == 0 {
		return []byte("{}"), nil
	}
	raw, err := a.read(a.header.metadata, maxMetadata)
	if err != nil {
		return nil, err
	}
	if a.header.packing == packGzip {
		return Unpack(raw)
	}
	return raw, nil
}

// read gives a part of the file that must be in it and no longer than limit.
func (a *Archive) read(at span, limit uint64) ([]byte, error) {
	switch {
	case at.length > limit:
		return nil, broken("a part of it is %d bytes long", at.length)
	case at.offset > a.size || at.length > a.size-at.offset:
		return nil, broken("it ends before byte %d", at.offset+at.length)
	}
	raw := make([]byte, at.length)
	if _, err := io.ReadFull(io.NewSectionReader(a.from, int64(at.offset), int64(at.length)), raw); err != nil {
		return nil, fmt.Errorf("read the map file: %w", err)
	}
	return raw, nil
}

// Unpack undoes gzip, up to a limit.
func Unpack(raw []byte) ([]byte, error) {
	in, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, broken("a part of it is not gzip")
	}
	out, err := io.ReadAll(io.LimitReader(in, maxUnpacked+1))
	if err != nil {
		return nil, broken("a part of it does not unpack")
	}
	if len(out) > maxUnpacked {
		return nil, broken("a part of it unpacks to more than %d bytes", maxUnpacked)
	}
	return out, nil
}
