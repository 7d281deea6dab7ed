//go:build !linux

package wasm

import "errors"

// Without memory files and a page map every call gets a fresh instance.
type memory struct {
	base []byte
	size int
}

func newMemory(most uint64) (*memory, error) { return &memory{base: make([]byte, most)}, nil }

// Reallocate implements experimental.LinearMemory.
func (m *memory) Reallocate(size uint64) []byte {
	if size > uint64(len(m.base)) {
		return nil
	}
	m.size = int(size)
	return m.base[:size:len(m.base)]
}

// Free implements experimental.LinearMemory.
func (m *memory) Free() { m.base = nil }

type image struct{ size int }

func freeze(*memory) (*image, error) { return nil, errors.ErrUnsupported }
func (*image) close()                {}
func (*image) lay(*memory) error     { return errors.ErrUnsupported }
func (*image) drop(*memory) bool     { return false }

type pagemap struct{}

type pages struct{}

func openPagemap() *pagemap                            { return nil }
func (*pagemap) close()                                {}
func (*pagemap) restore(*image, *memory, []pages) bool { return false }

func probe(*pagemap) (Reset, string) {
	return ResetFresh, "this system has no files in memory and no page map"
}
