package wasm

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
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
type pagemap struct {
	f     *os.File
	fd    int
	scans bool // the kernel (6.7 and later) looks itself, and names only what was written
}

// probe tries out how instances can be reset here, and says why not in the best way.
func probe(pages *pagemap) (best Reset, why string) {
	if pages != nil {
		return ResetPages, ""
	}
	m, err := newMemory(uint64(os.Getpagesize()))
	if err != nil {
		return ResetFresh, err.Error()
	}
	defer m.Free()
	m.Reallocate(uint64(os.Getpagesize()))
	m.base[0] = 1
	im, err := freeze(m)
	if err != nil {
		return ResetFresh, "this system gives no file in memory: " + err.Error()
	}
	defer im.close()
	if err := im.lay(m); err != nil {
		return ResetFresh, err.Error()
	}
	if m.base[0] = 2; !im.drop(m) || m.base[0] != 1 {
		return ResetFresh, "this system does not drop pages that were written"
	}
	return ResetDrop, "this system does not show which pages were written (/proc/self/pagemap)"
}

// openPagemap gives nil where the kernel or a container hides the map, or
// where its bits do not mean what they should.
func openPagemap() *pagemap {
	f, err := os.Open("/proc/self/pagemap")
	if err != nil {
		return nil
	}
	p := &pagemap{f: f, fd: int(f.Fd()), scans: true}
	if p.works() {
		return p
	}
	if p.scans = false; p.works() {
		return p
	}
	f.Close()
	return nil
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
	w := make([]pages, 2)
	n, ok := p.written(m, w)
	own := pages{uint64(uintptr(unsafe.Pointer(unsafe.SliceData(m.base)))), 0, 0}
	own.end = own.start + uint64(page)
	return read == 1 && ok && n == 1 && w[0].start == own.start && w[0].end == own.end && p.restore(im, m, w) && m.base[0] == 1
}

// pages are neighbouring pages, by address: the kernel's struct page_region.
type pages struct{ start, end, categories uint64 }

// scan is the kernel's struct pm_scan_arg.
type scan struct {
	size, flags, start, end, walkEnd, vec, vecLen, maxPages uint64
	inverted, mask, anyOf, returned                         uint64
}

const (
	pagemapScan = 0xc0606610 // _IOWR('f', 16, struct pm_scan_arg)
	pageIsFile  = 1 << 2
	pageIsHere  = 1<<3 | 1<<4 // present or swapped out
)

// written finds the pages of m, up to its size, that are here or swapped out and
// no longer the file's, and puts them into w; n is how many entries those are.
// It is false where that cannot be told, or w is too small.
func (p *pagemap) written(m *memory, w []pages) (n int, ok bool) {
	at := uint64(uintptr(unsafe.Pointer(unsafe.SliceData(m.base))))
	if !p.scans {
		return p.readWritten(at, m.size/os.Getpagesize(), w)
	}
	arg := scan{
		start: at, end: at + uint64(m.size), vec: uint64(uintptr(unsafe.Pointer(unsafe.SliceData(w)))), vecLen: uint64(len(w)),
		inverted: pageIsFile, mask: pageIsFile, anyOf: pageIsHere, returned: pageIsFile,
	}
	arg.size = uint64(unsafe.Sizeof(arg))
	found, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(p.fd), pagemapScan, uintptr(unsafe.Pointer(&arg)))
	runtime.KeepAlive(w)
	return int(found), errno == 0 && arg.walkEnd == arg.end
}

// readWritten is written for kernels that do not look themselves: 8 bytes for
// each page are read, of which bits 63 and 62 say that it is here or swapped
// out, and bit 61 that it is a file's.
func (p *pagemap) readWritten(at uint64, count int, w []pages) (n int, ok bool) {
	page := uint64(os.Getpagesize())
	var buffer [512]uint64
	for k := 0; k < count; k += len(buffer) {
		entries := buffer[:min(len(buffer), count-k)]
		b := unsafe.Slice((*byte)(unsafe.Pointer(&entries[0])), 8*len(entries))
		first := at + uint64(k)*page
		if got, err := unix.Pread(p.fd, b, int64(first/page*8)); err != nil || got != len(b) {
			return 0, false
		}
		for i, e := range entries {
			start := first + uint64(i)*page
			switch {
			case e>>62 == 0 || e>>61&1 != 0:
			case n > 0 && w[n-1].end == start:
				w[n-1].end += page
			case n == len(w):
				return 0, false
			default:
				w[n] = pages{start: start, end: start + page}
				n++
			}
		}
	}
	return n, true
}

// restore copies the pages the guest wrote back from the image; w is room for
// their list. It tears down no page table, which on several cores costs more
// than the copying.
func (p *pagemap) restore(im *image, m *memory, w []pages) bool {
	n, ok := p.written(m, w)
	if !ok {
		return false
	}
	base := uint64(uintptr(unsafe.Pointer(unsafe.SliceData(m.base))))
	for _, r := range w[:n] {
		copy(m.base[r.start-base:r.end-base], im.view[r.start-base:])
	}
	return true
}
