package wire

import (
	"slices"
	"strconv"
	"unicode/utf8"
)

// Writer appends JSON to B. Commas are its business; that keys and values come
// in the right order is the caller's.
type Writer struct{ B []byte }

// Open begins an object or array: c is '{' or '['.
func (w *Writer) Open(c byte) {
	w.comma()
	w.B = append(w.B, c)
}

// Close ends what Open began: c is '}' or ']'.
func (w *Writer) Close(c byte) { w.B = append(w.B, c) }

// Key writes the name of a member; its value must follow.
func (w *Writer) Key(name string) {
	w.String(name)
	w.B = append(w.B, ':')
}

// String writes a string value. Bytes that are not UTF-8, and NUL, which a
// database cannot keep, become U+FFFD.
func (w *Writer) String(s string) {
	w.comma()
	w.B = appendString(w.B, s)
}

// Int writes an integer.
func (w *Writer) Int(n int64) {
	w.comma()
	w.B = strconv.AppendInt(w.B, n, 10)
}

// Float writes a number; one that JSON cannot say becomes 0.
func (w *Writer) Float(f float64) {
	w.comma()
	if f != f || f > 1e300 || f < -1e300 {
		f = 0
	}
	w.B = strconv.AppendFloat(w.B, f, 'f', -1, 64)
}

// Bool writes true or false.
func (w *Writer) Bool(v bool) {
	w.comma()
	w.B = strconv.AppendBool(w.B, v)
}

// Raw writes JSON as it is. The caller answers for its being one JSON value.
func (w *Writer) Raw(v []byte) {
	w.comma()
	w.B = append(w.B, v...)
}

// Strings writes an array of strings.
func (w *Writer) Strings(list []string) {
	w.Open('[')
	for _, s := range list {
		w.String(s)
	}
	w.Close(']')
}

// The Opt methods write a member unless its value is the zero value: absent
// and zero mean the same in every message.

// OptString writes a member unless v is empty.
func (w *Writer) OptString(name, v string) {
	if v != "" {
		w.Key(name)
		w.String(v)
	}
}

// OptInt writes a member unless v is 0.
func (w *Writer) OptInt(name string, v int64) {
	if v != 0 {
		w.Key(name)
		w.Int(v)
	}
}

// OptBool writes a member unless v is false.
func (w *Writer) OptBool(name string, v bool) {
	if v {
		w.Key(name)
		w.Bool(true)
	}
}

// OptStrings writes a member unless the list is empty.
func (w *Writer) OptStrings(name string, list []string) {
	if len(list) > 0 {
		w.Key(name)
		w.Strings(list)
	}
}

// OptRaw writes a member unless v is empty.
func (w *Writer) OptRaw(name string, v []byte) {
	if len(v) > 0 {
		w.Key(name)
		w.Raw(v)
	}
}

// OptLists writes a map of lists unless it is empty. Names are sorted: the same
// map always gives the same bytes, or calls could not be replayed.
func (w *Writer) OptLists(name string, m map[string][]string) {
	if len(m) == 0 {
		return
	}
	w.Key(name)
	w.Open('{')
	for _, k := range SortedKeys(m) {
		w.Key(k)
		w.Strings(m[k])
	}
	w.Close('}')
}

// OptTexts writes a map of texts, sorted by name, unless it is empty.
func (w *Writer) OptTexts(name string, m map[string]string) {
	if len(m) == 0 {
		return
	}
	w.Key(name)
	w.Open('{')
	for _, k := range SortedKeys(m) {
		w.Key(k)
		w.String(m[k])
	}
	w.Close('}')
}

// OptFloat writes a member unless v is 0.
func (w *Writer) OptFloat(name string, v float64) {
	if v != 0 {
		w.Key(name)
		w.Float(v)
	}
}

// SortedKeys gives the names of m in byte order.
func SortedKeys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// comma separates a value from the one before it. The last byte tells: a value
// never ends in an opening bracket or a colon.
func (w *Writer) comma() {
	if len(w.B) == 0 {
		return
	}
	switch w.B[len(w.B)-1] {
	case '{', '[', ':':
	default:
		w.B = append(w.B, ',')
	}
}

const (
	hexDigits   = "0123456789abcdef"
	replacement = "\ufffd"
)

func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	written := 0
	for i := 0; ; {
		if i = plain(s, i, true); i == len(s) {
			break
		}
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || size != 1 {
				i += size
				continue
			}
		}
		b = append(b, s[written:i]...)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c == '\t':
			b = append(b, '\\', 't')
		case c == 0 || c >= utf8.RuneSelf:
			b = append(b, replacement...)
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		written = i
	}
	b = append(b, s[written:]...)
	return append(b, '"')
}
