package wire

import (
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
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
	s     string // all that is read shares its memory
	i     int
	items int
	depth int
	close [MaxDepth]byte // the bracket that ends each open value
	ones  []string       // room for lists of one text: most are
	err   error
}

// NewDecoder reads b. It copies b once, and texts that are read are parts of
// that copy: a message has hundreds of them, and in a guest each allocation
// costs more than all the copying.
func NewDecoder(b []byte) *Decoder {
	d := &Decoder{s: string(b)}
	if !utf8.ValidString(d.s) {
		d.fail(ErrText)
	}
	return d
}

// Within reads a value that another decoder has read as [Decoder.Raw], so that
// its text is known to be UTF-8.
func Within(b []byte) *Decoder { return &Decoder{s: string(b)} }

// End says whether b was one valid value and nothing else.
func (d *Decoder) End() error {
	d.space()
	if d.err == nil && d.i != len(d.s) {
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

// Key reads the name of a member.
func (d *Decoder) Key() string {
	d.space()
	name := d.text()
	if !d.eat(':') {
		d.fail(ErrSyntax)
	}
	return name
}

// String reads a string.
func (d *Decoder) String() string {
	if d.null() {
		return ""
	}
	if d.peek() != '"' {
		d.fail(ErrShape)
		return ""
	}
	return d.text()
}

// Strings reads an array of strings; an empty array gives an empty list, not nil.
func (d *Decoder) Strings() []string {
	if d.null() {
		return nil
	}
	if !d.Array() {
		return []string{}
	}
	if len(d.ones) == 0 {
		d.ones = make([]string, 16)
	}
	list := d.ones[:1:1] // a second text takes the list elsewhere
	d.ones = d.ones[1:]
	list[0] = d.String()
	for d.Next() {
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
		name := d.Key()
		if _, twice := m[name]; twice {
			d.fail(ErrSyntax)
		}
		m[name] = d.Strings()
	}
	return m
}

// Texts reads an object whose members are strings. A name given twice is
// refused.
func (d *Decoder) Texts() map[string]string {
	if d.null() {
		return nil
	}
	m := map[string]string{}
	for more := d.Object(); more; more = d.Next() {
		name := d.Key()
		if _, twice := m[name]; twice {
			d.fail(ErrSyntax)
		}
		m[name] = d.String()
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
	return append([]byte(nil), d.s[start:d.i]...)
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
	d.i = len(d.s)
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
	for d.i < len(d.s) {
		switch d.s[d.i] {
		case ' ', '\n', '\t', '\r':
			d.i++
		default:
			return
		}
	}
}

func (d *Decoder) peek() byte {
	d.space()
	if d.i < len(d.s) {
		return d.s[d.i]
	}
	return 0
}

func (d *Decoder) eat(c byte) bool {
	if d.peek() != c || d.i >= len(d.s) {
		return false
	}
	d.i++
	return true
}

func (d *Decoder) null() bool { return d.peek() == 'n' && d.word("null") }

func (d *Decoder) word(w string) bool {
	if len(d.s)-d.i < len(w) || d.s[d.i:d.i+len(w)] != w {
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
		if d.i < len(d.s) && d.s[d.i] == c {
			d.i++
			return true
		}
		return false
	}
	digits := func() bool {
		from := d.i
		for d.i < len(d.s) && d.s[d.i] >= '0' && d.s[d.i] <= '9' {
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
	return d.s[start:d.i]
}

// text reads a string.
func (d *Decoder) text() string {
	if !d.eat('"') {
		d.fail(ErrSyntax)
		return ""
	}
	start, end := d.i, plain(d.s, d.i, false)
	if end < len(d.s) {
		switch d.s[end] {
		case '"':
			d.i = end + 1
			return d.s[start:end]
		case '\\':
			d.i = end
			return d.escaped(start)
		}
	}
	d.fail(ErrSyntax)
	return ""
}

// escaped goes on reading a string at its first backslash.
func (d *Decoder) escaped(start int) string {
	out := append([]byte(nil), d.s[start:d.i]...)
	for d.i < len(d.s) {
		c := d.s[d.i]
		d.i++
		switch {
		case c == '"':
			return string(out)
		case c < ' ':
			d.fail(ErrSyntax)
			return ""
		case c != '\\':
			out = append(out, c)
			continue
		}
		if d.i == len(d.s) {
			break
		}
		c = d.s[d.i]
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
	return ""
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
	if len(d.s)-d.i < 4 {
		d.fail(ErrSyntax)
		return 0
	}
	var r rune
	for range 4 {
		c := d.s[d.i]
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
