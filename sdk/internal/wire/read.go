package wire

import (
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// MaxDepth is how deep objects and arrays may nest.
const MaxDepth = 64

// MaxItems bounds the values of one message, so that a megabyte of "{},{},…"
// cannot become a hundred megabytes of structs.
const MaxItems = 20_000

// The reasons a message is refused.
var (
	ErrSyntax = errors.New("not valid JSON")
	ErrText   = errors.New("text is not valid UTF-8, or holds NUL or half a surrogate pair")
	ErrDepth  = errors.New("nested too deeply")
	ErrItems  = errors.New("too many values")
	ErrShape  = errors.New("a value of the wrong type")
)

// Decoder reads one JSON value from a buffer. It never panics; the first
// mistake is kept, ends every loop and is returned by End.
//
//	for more := d.Object(); more; more = d.Next() {
//		switch d.Key() {
//		case "name":
//			v.Name = d.String()
//		default:
//			d.Skip()
//		}
//	}
//
// null stands for the zero value everywhere.
type Decoder struct {
	b     []byte
	i     int
	items int
	depth int
	close [MaxDepth]byte // the bracket that ends each open value
	err   error
}

// NewDecoder reads b, which must not change while the decoder is in use.
func NewDecoder(b []byte) *Decoder {
	d := &Decoder{b: b}
	if !utf8.Valid(b) {
		d.fail(ErrText)
	}
	return d
}

// End says whether b was one valid value and nothing else.
func (d *Decoder) End() error {
	d.space()
	if d.err == nil && d.i != len(d.b) {
		d.err = ErrSyntax
	}
	return d.err
}

// Fail refuses the message for a reason of the caller's, unless it is refused already.
func (d *Decoder) Fail(err error) { d.fail(err) }

// Err is the first mistake so far.
func (d *Decoder) Err() error { return d.err }

// Object enters an object and reports whether there is a member to read.
func (d *Decoder) Object() bool { return d.enter('{', '}') }

// Array enters an array and reports whether there is an element to read.
func (d *Decoder) Array() bool { return d.enter('[', ']') }

// Next reports whether another member or element follows, and leaves the
// innermost object or array if not.
func (d *Decoder) Next() bool {
	if d.err != nil || d.depth == 0 {
		return false
	}
	switch {
	case d.eat(','):
		d.count()
		return d.err == nil
	case d.eat(d.close[d.depth-1]):
		d.depth--
	default:
		d.fail(ErrSyntax)
	}
	return false
}

// Key reads the name of a member. The text may share memory with the input:
// compare it, do not keep it.
func (d *Decoder) Key() string {
	d.space()
	b, plain := d.text()
	if !d.eat(':') {
		d.fail(ErrSyntax)
	}
	if plain {
		return unsafe.String(unsafe.SliceData(b), len(b))
	}
	return string(b)
}

// Name reads the name of a member, to be kept.
func (d *Decoder) Name() string { return string([]byte(d.Key())) }

// String reads a string.
func (d *Decoder) String() string {
	if d.null() {
		return ""
	}
	if d.peek() != '"' {
		d.fail(ErrShape)
		return ""
	}
	b, _ := d.text()
	return string(b)
}

// Strings reads an array of strings; an empty array gives an empty list, not nil.
func (d *Decoder) Strings() []string {
	if d.null() {
		return nil
	}
	list := []string{}
	for more := d.Array(); more; more = d.Next() {
		list = append(list, d.String())
	}
	return list
}

// Lists reads an object whose members are arrays of strings. A name given
// twice is refused.
func (d *Decoder) Lists() map[string][]string {
	if d.null() {
		return nil
	}
	m := map[string][]string{}
	for more := d.Object(); more; more = d.Next() {
		name := d.Name()
		if _, twice := m[name]; twice {
			d.fail(ErrSyntax)
		}
		m[name] = d.Strings()
	}
	return m
}

// Bool reads true or false.
func (d *Decoder) Bool() bool {
	if d.null() {
		return false
	}
	if d.word("true") {
		return true
	}
	if !d.word("false") {
		d.fail(ErrShape)
	}
	return false
}

// Int reads a whole number.
func (d *Decoder) Int() int64 {
	if d.null() {
		return 0
	}
	n, err := strconv.ParseInt(d.number(), 10, 64)
	if err != nil {
		d.fail(ErrShape)
	}
	return n
}

// Float reads a number.
func (d *Decoder) Float() float64 {
	if d.null() {
		return 0
	}
	f, err := strconv.ParseFloat(d.number(), 64)
	if err != nil {
		d.fail(ErrShape)
	}
	return f
}

// Raw reads any value and returns a copy of its text, or nil for null.
func (d *Decoder) Raw() []byte {
	if d.null() {
		return nil
	}
	start := d.i
	d.Skip()
	if d.err != nil {
		return nil
	}
	return append([]byte(nil), d.b[start:d.i]...)
}

// Skip reads any value and forgets it. Its grammar is checked all the same.
func (d *Decoder) Skip() {
	switch c := d.peek(); {
	case c == '{':
		for more := d.Object(); more; more = d.Next() {
			d.Key()
			d.Skip()
		}
	case c == '[':
		for more := d.Array(); more; more = d.Next() {
			d.Skip()
		}
	case c == '"':
		d.text()
	case c == '-' || c >= '0' && c <= '9':
		d.number()
	case d.word("true"), d.word("false"), d.word("null"):
	default:
		d.fail(ErrSyntax)
	}
}

func (d *Decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
	d.i = len(d.b)
}

func (d *Decoder) enter(open, end byte) bool {
	if d.null() || d.err != nil {
		return false
	}
	if !d.eat(open) {
		d.fail(ErrShape)
		return false
	}
	if d.eat(end) {
		return false
	}
	if d.depth == MaxDepth {
		d.fail(ErrDepth)
		return false
	}
	d.close[d.depth] = end
	d.depth++
	d.count()
	return d.err == nil
}

func (d *Decoder) count() {
	if d.items++; d.items > MaxItems {
		d.fail(ErrItems)
	}
}

func (d *Decoder) space() {
	for d.i < len(d.b) {
		switch d.b[d.i] {
		case ' ', '\n', '\t', '\r':
			d.i++
		default:
			return
		}
	}
}

func (d *Decoder) peek() byte {
	d.space()
	if d.i < len(d.b) {
		return d.b[d.i]
	}
	return 0
}

func (d *Decoder) eat(c byte) bool {
	if d.peek() != c || d.i >= len(d.b) {
		return false
	}
	d.i++
	return true
}

func (d *Decoder) null() bool { return d.peek() == 'n' && d.word("null") }

func (d *Decoder) word(w string) bool {
	if len(d.b)-d.i < len(w) || string(d.b[d.i:d.i+len(w)]) != w {
		return false
	}
	d.i += len(w)
	return true
}

// number reads -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? and returns its text.
func (d *Decoder) number() string {
	d.space()
	start := d.i
	is := func(c byte) bool {
		if d.i < len(d.b) && d.b[d.i] == c {
			d.i++
			return true
		}
		return false
	}
	digits := func() bool {
		from := d.i
		for d.i < len(d.b) && d.b[d.i] >= '0' && d.b[d.i] <= '9' {
			d.i++
		}
		return d.i > from
	}
	is('-')
	ok := is('0') || digits()
	if is('.') {
		ok = ok && digits()
	}
	if is('e') || is('E') {
		if !is('+') {
			is('-')
		}
		exponent := d.i
		ok = ok && digits()
		if ok && d.i-exponent > 3 {
			d.fail(ErrShape) // a database keeps numbers digit by digit: 1e99999999 would be a bomb
			return ""
		}
	}
	if !ok {
		d.fail(ErrSyntax)
		return ""
	}
	return string(d.b[start:d.i])
}

// text reads a string. plain says that the bytes are the input's own.
func (d *Decoder) text() (b []byte, plain bool) {
	if !d.eat('"') {
		d.fail(ErrSyntax)
		return nil, false
	}
	start := d.i
	for d.i < len(d.b) {
		switch c := d.b[d.i]; {
		case c == '"':
			d.i++
			return d.b[start : d.i-1], true
		case c == '\\':
			return d.escaped(start), false
		case c < ' ':
			d.fail(ErrSyntax)
			return nil, false
		}
		d.i++
	}
	d.fail(ErrSyntax)
	return nil, false
}

// escaped goes on reading a string at its first backslash.
func (d *Decoder) escaped(start int) []byte {
	out := append([]byte(nil), d.b[start:d.i]...)
	for d.i < len(d.b) {
		c := d.b[d.i]
		d.i++
		switch {
		case c == '"':
			return out
		case c < ' ':
			d.fail(ErrSyntax)
			return nil
		case c != '\\':
			out = append(out, c)
			continue
		}
		if d.i == len(d.b) {
			break
		}
		c = d.b[d.i]
		d.i++
		switch c {
		case '"', '\\', '/':
			out = append(out, c)
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'u':
			out = utf8.AppendRune(out, d.unicode())
		default:
			d.fail(ErrSyntax)
		}
	}
	d.fail(ErrSyntax)
	return nil
}

// unicode reads what follows \u. NUL and half a surrogate pair are valid JSON,
// but no database and no browser could keep them.
func (d *Decoder) unicode() rune {
	r := d.hex4()
	if utf16.IsSurrogate(r) {
		if !d.word(`\u`) {
			d.fail(ErrText)
			return 0
		}
		r = utf16.DecodeRune(r, d.hex4())
		if r == utf8.RuneError {
			d.fail(ErrText)
			return 0
		}
	}
	if r == 0 {
		d.fail(ErrText)
	}
	return r
}

func (d *Decoder) hex4() rune {
	if len(d.b)-d.i < 4 {
		d.fail(ErrSyntax)
		return 0
	}
	var r rune
	for range 4 {
		c := d.b[d.i]
		d.i++
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			d.fail(ErrSyntax)
			return 0
		}
	}
	return r
}
