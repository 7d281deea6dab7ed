package wire

import (
	"strings"
	"testing"
)

// slow is what plain must find.
func slow(s string, i int, ascii bool) int {
	for ; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || ascii && c >= 0x80 {
			return i
		}
	}
	return len(s)
}

func TestEveryByteThatNeedsCareIsFoundWhereverItStands(t *testing.T) {
	for c := range 256 {
		for length := range 20 {
			for at := range length {
				s := strings.Repeat("x", at) + string([]byte{byte(c)}) + strings.Repeat("y", length-at-1)
				for _, ascii := range []bool{false, true} {
					if got, want := plain(s, 0, ascii), slow(s, 0, ascii); got != want {
						t.Fatalf("%q, ascii %v: %d, want %d", s, ascii, got, want)
					}
				}
			}
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("a \x1f\x80\xff\"\\ and so on", uint8(3), true)
	f.Fuzz(func(t *testing.T, s string, from uint8, ascii bool) {
		i := min(int(from), len(s))
		if got, want := plain(s, i, ascii), slow(s, i, ascii); got != want {
			t.Fatalf("%q from %d, ascii %v: %d, want %d", s, i, ascii, got, want)
		}
	})
}
