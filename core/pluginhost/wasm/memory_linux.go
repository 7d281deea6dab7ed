package wasm

import (
	"bytes"
	"fmt"
	"os"
	"unsafe"

	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/unix"
)

// memory is the linear memory of one instance: a reservation of address space
// in which it grows without being copied, and over which a snapshot can be laid.
type memory struct {
	base []byte // the whole reservation
	size int    // what the guest has of it
}

func newMemory(most uint64) (*memory, error) {
	base, err := unix.Mmap(-1, 0, int(most), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err != nil {
		return nil, fmt.Errorf("reserving %d bytes of guest memory: %w", most, err)
	}
	_ = unix.Madvise(base, unix.MADV_NOHUGEPAGE) // a huge page would be copied whole for one byte
	return &memory{base: base}, nil
}

// Reallocate implements experimental.LinearMemory.
func (m *memory) Reallocate(size uint64) []byte {
	if size > uint64(len(m.base)) {
		return nil
	}
	m.size = int(size)
	return m.base[:size:len(m.base)]
}

// Free implements experimental.LinearMemory.
func (m *memory) Free() {
	if m.base != nil {
		_ = unix.Munmap(m.base)
		m.base = nil
	}
}

var _ experimental.LinearMemory = (*memory)(nil)

// image is guest memory as it was when it was frozen: a file in memory, mapped
// privately over each instance. Pages a guest writes become its own; all
// others are shared.
type image struct {
	fd   int
	size int
	view []byte // the file, to copy pages back from
}

func freeze(m *memory) (*image, error) {
	fd, err := unix.MemfdCreate("plugin-snapshot", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("making a snapshot: %w", err)
	}
	im := &image{fd: fd, size: m.size}
	if err := im.fill(m.base[:m.size]); err != nil {
		im.close()
		return nil, fmt.Errorf("making a snapshot: %w", err)
	}
	return im, nil
}

func (im *image) fill(b []byte) error {
	if err := unix.Ftruncate(im.fd, int64(len(b))); err != nil {
		return err
	}
	page := os.Getpagesize()
	zero := make([]byte, page)
	for off := 0; off < len(b); off += page { // zero pages stay holes
		if p := b[off : off+page]; !bytes.Equal(p, zero) {
			if _, err := unix.Pwrite(im.fd, p, int64(off)); err != nil {
				return err
			}
		}
	}
	view, err := unix.Mmap(im.fd, 0, len(b), unix.PROT_READ, unix.MAP_SHARED)
	im.view = view
	return err
}

func (im *image) close() {
	if im.view != nil {
		_ = unix.Munmap(im.view)
		im.view = nil
	}
	_ = unix.Close(im.fd)
}

// lay puts the image under an instance's memory, which has its size.
func (im *image) lay(m *memory) error {
	at := unsafe.Pointer(unsafe.SliceData(m.base))
	if _, err := unix.MmapPtr(im.fd, 0, at, uintptr(im.size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_FIXED); err != nil {
		return fmt.Errorf("laying a snapshot under an instance: %w", err)
	}
	_ = unix.Madvise(m.base[:im.size], unix.MADV_NOHUGEPAGE)
	return nil
}

// drop lets the kernel forget every page the guest wrote.
func (im *image) drop(m *memory) bool {
	return unix.Madvise(m.base[:im.size], unix.MADV_DONTNEED) == nil
}

// pagemap tells which pages of this process are still the file's.
type pagemap struct{ f *os.File }

// openPagemap gives nil where the kernel or a container hides the map, or
// where its bits do not mean what they should.
func openPagemap() *pagemap {
	f, err := os.Open("/proc/self/pagemap")
	if err != nil {
		return nil
	}
	p := &pagemap{f}
	if !p.works() {
		f.Close()
		return nil
	}
	return p
}

func (p *pagemap) close() {
	if p != nil {
		p.f.Close()
	}
}

// works writes a page of a private mapping, reads another, and wants to be
// told which is which.
func (p *pagemap) works() bool {
	page := os.Getpagesize()
	m, err := newMemory(uint64(2 * page))
	if err != nil {
		return false
	}
	defer m.Free()
	m.Reallocate(uint64(2 * page))
	m.base[0], m.base[page] = 1, 1
	im, err := freeze(m)
	if err != nil {
		return false
	}
	defer im.close()
	if im.lay(m) != nil {
		return false
	}
	m.base[0] = 2
	read := m.base[page]
	entries := make([]uint64, 2)
	return read == 1 && p.read(m, entries) && written(entries[0]) && !written(entries[1]) && p.restore(im, m, entries) && m.base[0] == 1
}

// read fills in the kernel's entry for each page of m.
func (p *pagemap) read(m *memory, entries []uint64) bool {
	b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(entries))), 8*len(entries))
	at := int64(uintptr(unsafe.Pointer(unsafe.SliceData(m.base)))) / int64(os.Getpagesize()) * 8
	n, err := unix.Pread(int(p.f.Fd()), b, at)
	return err == nil && n == len(b)
}

// written says that a page is here, or swapped out, and no longer the file's.
func written(entry uint64) bool { return entry>>62 != 0 && entry>>61&1 == 0 }

// restore copies the pages the guest wrote back from the image. It tears down
// no page table, which on several cores costs more than the copying.
func (p *pagemap) restore(im *image, m *memory, entries []uint64) bool {
	if !p.read(m, entries) {
		return false
	}
	page := os.Getpagesize()
	for k, e := range entries {
		if written(e) {
			copy(m.base[k*page:(k+1)*page], im.view[k*page:])
		}
	}
	return true
}
