package meter

import (
	"errors"
	"fmt"
)

// reader reads the binary format. The first mistake is kept; from then on it
// reads zeros, so that callers check once.
type reader struct {
	b   []byte
	i   int
	err error
}

var errTruncated = errors.New("the module is cut short")

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
	r.i = len(r.b)
}

func (r *reader) byte() byte {
	if r.i >= len(r.b) {
		if r.err == nil {
			r.err = errTruncated
		}
		return 0
	}
	c := r.b[r.i]
	r.i++
	return c
}

func (r *reader) bytes(n uint32) []byte {
	if uint64(n) > uint64(len(r.b)-r.i) {
		r.fail("%w", errTruncated)
		return nil
	}
	b := r.b[r.i : r.i+int(n)]
	r.i += int(n)
	return b
}

// u32 reads an unsigned number of at most five bytes.
func (r *reader) u32() uint32 {
	var v uint64
	for shift := 0; shift < 35; shift += 7 {
		c := r.byte()
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			if v > 1<<32-1 {
				r.fail("a number is out of range")
				return 0
			}
			return uint32(v)
		}
	}
	r.fail("a number is too long")
	return 0
}

// signed skips or reads a signed number of at most max bytes.
func (r *reader) signed(max int) int64 {
	var v int64
	for k := range max {
		c := r.byte()
		if shift := 7 * k; shift < 64 {
			v |= int64(c&0x7f) << shift
			if c < 0x80 {
				if c&0x40 != 0 && shift+7 < 64 {
					v |= -1 << (shift + 7)
				}
				return v
			}
		}
	}
	r.fail("a number is too long")
	return 0
}

// count reads the length of a list whose members take at least a byte each.
func (r *reader) count(what string, most uint32) uint32 {
	n := r.u32()
	if n > most || uint64(n) > uint64(len(r.b)-r.i) {
		r.fail("%d %s are more than the %d allowed, or than there are", n, what, most)
		return 0
	}
	return n
}

func (r *reader) name() string { return string(r.bytes(r.u32())) }

func appendU32(b []byte, v uint32) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

func appendSigned(b []byte, v int64) []byte {
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if v == 0 && c&0x40 == 0 || v == -1 && c&0x40 != 0 {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}
