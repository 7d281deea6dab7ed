package wire

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// plain gives the index of the first byte of s, from i on, that a JSON string
// cannot hold as it is: a quotation mark, a backslash, a control character; and,
// with ascii, one that is not ASCII. It is len(s) when there is none. Texts are
// most of a message, so it looks at eight bytes at a time.
func plain(s string, i int, ascii bool) int {
	var beyond uint64
	if ascii {
		beyond = highs
	}
	for ; len(s)-i >= 8; i += 8 {
		w := word(s[i:])
		mark, slash := w^ones*'"', w^ones*'\\'
		// The high bit of a byte is set where it is below a space, or where taking
		// one away from a difference of nothing borrows.
		if ((w-ones*' ')&^w|(mark-ones)&^mark|(slash-ones)&^slash|w&beyond)&highs != 0 {
			break
		}
	}
	for i < len(s) {
		c := s[i]
		if c < ' ' || c == '"' || c == '\\' || c >= 0x80 && ascii {
			break
		}
		i++
	}
	return i
}

// word reads eight bytes, the first lowest. The compiler makes one load of it.
func word(s string) uint64 {
	s = s[:8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
