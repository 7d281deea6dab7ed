package wasm

import (
	"fmt"
	"os"
	"testing"
)

// BenchmarkReset is what it costs to find and to put back the pages that a call
// wrote, in each of the ways there are.
func BenchmarkReset(b *testing.B) {
	p := openPagemap()
	if p == nil {
		b.Skip("the page map is hidden here")
	}
	defer p.close()
	page := os.Getpagesize()
	for _, scans := range []bool{true, false} {
		for _, size := range []int{1 << 20, 8 << 20} {
			m, err := newMemory(uint64(size))
			if err != nil {
				b.Fatal(err)
			}
			m.Reallocate(uint64(size))
			for k := 0; k < size; k += page {
				m.base[k] = 1
			}
			im, err := freeze(m)
			if err != nil {
				b.Fatal(err)
			}
			if err := im.lay(m); err != nil {
				b.Fatal(err)
			}
			for k := range 50 {
				m.base[k*5*page] = 2
			}
			p := &pagemap{fd: p.fd, scans: scans && p.scans}
			w := make([]pages, size/page)
			b.Run(fmt.Sprintf("scan=%v/%dMiB/find", p.scans, size>>20), func(b *testing.B) {
				for b.Loop() {
					if n, ok := p.written(m, w); !ok || n != 50 {
						b.Fatal(n, ok)
					}
				}
			})
			b.Run(fmt.Sprintf("scan=%v/%dMiB/restore", p.scans, size>>20), func(b *testing.B) {
				for b.Loop() {
					if !p.restore(im, m, w) {
						b.Fatal("not restored")
					}
				}
			})
			im.close()
			m.Free()
		}
	}
}

func TestBothWaysToFindWrittenPagesAgree(t *testing.T) {
	p := openPagemap()
	if p == nil || !p.scans {
		t.Skip("this kernel has one way at most")
	}
	defer p.close()
	page, size := os.Getpagesize(), 6<<20
	m, err := newMemory(uint64(size))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Free()
	m.Reallocate(uint64(size))
	for k := 0; k < size/2; k += page { // the other half is never touched
		m.base[k] = 1
	}
	im, err := freeze(m)
	if err != nil {
		t.Fatal(err)
	}
	defer im.close()
	if err := im.lay(m); err != nil {
		t.Fatal(err)
	}
	read := byte(0)
	for k := 0; k < size; k += 3 * page {
		read += m.base[k]
	}
	for _, k := range []int{0, 1, 2, 7, 500, 512, 513, 600, 601, size/page - 1} {
		m.base[k*page] = 9
	}
	a, b := make([]pages, 100), make([]pages, 100)
	n, ok := p.written(m, a)
	older := &pagemap{fd: p.fd}
	o, olderOK := older.written(m, b)
	if !ok || !olderOK || n != o || n != 6 {
		t.Fatalf("%d (%v) and %d (%v) entries", n, ok, o, olderOK)
	}
	for k := range n {
		if a[k].start != b[k].start || a[k].end != b[k].end {
			t.Errorf("entry %d: %+v and %+v", k, a[k], b[k])
		}
	}
	if !p.restore(im, m, a) || m.base[0] != 1 || m.base[size-page] != 0 {
		t.Error("not restored")
	}
	if _, ok := p.written(m, a[:2]); ok {
		t.Error("a list that is too small goes unnoticed")
	}
	_ = read
}
