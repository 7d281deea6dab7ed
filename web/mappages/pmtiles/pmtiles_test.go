package pmtiles_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/casement-dev/casement/web/mappages/pmtiles"
	"github.com/casement-dev/casement/web/mappages/pmtiles/pmtilestest"
)

func open(t *testing.T, raw []byte) *pmtiles.Archive {
	t.Helper()
	a, err := pmtiles.New(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// The numbers of the specification's own examples, and the four corners of a
// level, which no rotation of the curve must mix up.
func TestTilesAreFoundByTheirNumberOnTheCurve(t *testing.T) {
	t.Parallel()
	numbers := map[[3]int]uint64{
		{0, 0, 0}: 0, {1, 0, 0}: 1, {1, 0, 1}: 2, {1, 1, 1}: 3, {1, 1, 0}: 4, {2, 0, 0}: 5, {2, 1, 0}: 6, {2, 0, 3}: 10, {2, 3, 3}: 15, {2, 3, 0}: 20, {12, 3423, 1763}: 19078479,
	}
	for at, id := range numbers {
		a := open(t, pmtilestest.File{MaxZoom: 12, Tiles: []pmtilestest.Tile{{ID: id, Data: []byte("here")}}}.Bytes())
		tile, ok, err := a.Tile(at[0], at[1], at[2])
		if err != nil || !ok || string(tile.Data) != "here" {
			t.Errorf("tile %v is not number %d: %v %v", at, id, ok, err)
		}
	}
}

// Each tile of four levels is found once: the numbering is a bijection.
func TestEveryTileHasANumberOfItsOwn(t *testing.T) {
	t.Parallel()
	var all []pmtilestest.Tile
	for id := range uint64(1 + 4 + 16 + 64) {
		all = append(all, pmtilestest.Tile{ID: id, Data: fmt.Appendf(nil, "tile %d", id)})
	}
	for _, leaves := range []int{0, 7} {
		a := open(t, pmtilestest.File{MaxZoom: 3, Tiles: all, Gzip: leaves > 0, Leaves: leaves}.Bytes())
		seen := map[string]bool{}
		for z := range 4 {
			for x := range 1 << z {
				for y := range 1 << z {
					tile, ok, err := a.Tile(z, x, y)
					if err != nil || !ok {
						t.Fatalf("%d/%d/%d: %v %v", z, x, y, ok, err)
					}
					if tile.Packed != (leaves > 0) {
						t.Errorf("packed = %v", tile.Packed)
					}
					data := tile.Data
					if tile.Packed {
						if data, err = pmtiles.Unpack(data); err != nil {
							t.Fatal(err)
						}
					}
					seen[string(data)] = true
				}
			}
		}
		if len(seen) != len(all) {
			t.Errorf("leaves of %d: %d of %d tiles", leaves, len(seen), len(all))
		}
	}
}

func TestARunOfEqualTilesIsOneEntry(t *testing.T) {
	t.Parallel()
	a := open(t, pmtilestest.File{MaxZoom: 1, Tiles: []pmtilestest.Tile{{ID: 1, Run: 3, Data: []byte("sea")}}}.Bytes())
	for at, there := range map[[3]int]bool{{0, 0, 0}: false, {1, 0, 0}: true, {1, 0, 1}: true, {1, 1, 1}: true, {1, 1, 0}: false, {2, 0, 0}: false, {1, 2, 0}: false, {1, -1, 0}: false, {-1, 0, 0}: false, {64, 0, 0}: false} {
		_, ok, err := a.Tile(at[0], at[1], at[2])
		if err != nil || ok != there {
			t.Errorf("%v: %v %v", at, ok, err)
		}
	}
}

func TestAFileSaysWhatItHolds(t *testing.T) {
	t.Parallel()
	raw := pmtilestest.File{Kind: 1, MaxZoom: 14, South: 54.9, West: -1.8, North: 55.1, East: -1.4, Gzip: true, Metadata: `{"attribution":"© us"}`}.Bytes()
	path := filepath.Join(t.TempDir(), "town.pmtiles")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := pmtiles.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	h := a.Header()
	if h.Kind != pmtiles.KindVector || h.MaxZoom != 14 || h.South != 54.9 || h.East != -1.4 || h.CentreLat != 55 {
		t.Errorf("%+v", h)
	}
	metadata, err := a.Metadata()
	if err != nil || string(metadata) != `{"attribution":"© us"}` {
		t.Errorf("%s %v", metadata, err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if _, err := pmtiles.Open(path + ".not"); err == nil || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestABrokenFileIsRefusedWithASentence(t *testing.T) {
	t.Parallel()
	whole := func() []byte {
		return pmtilestest.File{MaxZoom: 1, Tiles: []pmtilestest.Tile{{ID: 0, Data: []byte("tile")}}}.Bytes()
	}
	wrong := map[string]func([]byte) []byte{
		"empty":              func([]byte) []byte { return nil },
		"a stub":             func(b []byte) []byte { return b[:100] },
		"something else":     func(b []byte) []byte { return append([]byte("SQLite format 3\x00"), b...) },
		"version 2":          func(b []byte) []byte { b[7] = 2; return b },
		"packed with brotli": func(b []byte) []byte { b[97] = 3; return b },
		"tiles of brotli":    func(b []byte) []byte { b[98] = 3; return b },
		"no kind":            func(b []byte) []byte { b[99] = 0; return b },
		"zooms turned round": func(b []byte) []byte { b[100] = 5; return b },
		"zoom of 200":        func(b []byte) []byte { b[101] = 200; return b },
		"a root beyond":      func(b []byte) []byte { binary.LittleEndian.PutUint64(b[8:], 1<<40); return b },
		"a root of 2^63":     func(b []byte) []byte { binary.LittleEndian.PutUint64(b[16:], 1<<63); return b },
		"a root too large":   func(b []byte) []byte { binary.LittleEndian.PutUint64(b[16:], 1<<30); return b },
		"bounds off earth":   func(b []byte) []byte { binary.LittleEndian.PutUint32(b[114:], 2e9); return b },
		"a lying count":      func(b []byte) []byte { b[127] = 0x7f; return b },
	}
	for name, spoil := range wrong {
		raw := spoil(whole())
		if _, err := pmtiles.New(bytes.NewReader(raw), int64(len(raw))); !errors.Is(err, pmtiles.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestATileThatPointsOutsideTheFileIsAnError(t *testing.T) {
	t.Parallel()
	raw := pmtilestest.File{Tiles: []pmtilestest.Tile{{ID: 0, Data: []byte("tile")}}}.Bytes()
	binary.LittleEndian.PutUint64(raw[64:], 2) // the section of tiles is shorter than the directory says
	a := open(t, raw)
	if _, ok, err := a.Tile(0, 0, 0); ok || !errors.Is(err, pmtiles.ErrFormat) || !strings.Contains(err.Error(), "beyond its section") {
		t.Errorf("%v %v", ok, err)
	}
}

func TestDirectoriesThatLeadInACircleEnd(t *testing.T) {
	t.Parallel()
	raw := pmtilestest.File{Tiles: []pmtilestest.Tile{{ID: 0, Data: []byte("tile")}}, Leaves: 1}.Bytes()
	root, length := binary.LittleEndian.Uint64(raw[8:]), binary.LittleEndian.Uint64(raw[16:])
	// The leaves' section becomes the root itself, which names its first bytes as a leaf.
	binary.LittleEndian.PutUint64(raw[40:], root)
	binary.LittleEndian.PutUint64(raw[48:], length)
	a := open(t, raw)
	if _, ok, err := a.Tile(0, 0, 0); ok || !errors.Is(err, pmtiles.ErrFormat) {
		t.Errorf("%v %v", ok, err)
	}
}

func FuzzAFileOfAnyBytesNeverPanics(f *testing.F) {
	f.Add(pmtilestest.File{MaxZoom: 1, Tiles: []pmtilestest.Tile{{ID: 0, Data: []byte("tile")}, {ID: 2, Run: 2, Data: []byte("sea")}}}.Bytes())
	f.Add(pmtilestest.File{Gzip: true, Leaves: 1, Tiles: []pmtilestest.Tile{{ID: 0, Data: []byte("tile")}, {ID: 2, Data: []byte("sea")}}}.Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, err := pmtiles.New(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return
		}
		a.Metadata()
		for z := range 3 {
			for x := range 1 << z {
				if tile, ok, err := a.Tile(z, x, 0); ok && err == nil && len(tile.Data) > len(raw) {
					t.Errorf("a tile of %d bytes from a file of %d", len(tile.Data), len(raw))
				}
			}
		}
	})
}
