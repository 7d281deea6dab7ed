package imports

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
)

// Bounds of a file's rows.
const (
	maxRow     = 1 << 20 // bytes
	maxColumns = 2_000
	maxDepth   = 20 // of objects and lists in one JSON line
)

// Reader gives the rows of a file, one after another. It keeps no more than a
// row and its window in memory, however long the file.
type Reader struct {
	window  window
	format  FileFormat
	header  map[string]int // CSV: where each column stands
	columns int
}

// Open reads the beginning of a file and makes sure that it has the columns
// the mapping names. Errors are invalid, with a sentence about the file.
func Open(r io.Reader, m *Mapping) (*Reader, error) {
	in := &Reader{window: window{r: r, line: 1}, format: m.File}
	if err := in.window.start(); err != nil {
		return nil, err
	}
	if m.File.Format != CSV {
		return in, nil
	}
	if m.File.Columns != nil {
		return in, in.named(m.File.Columns, m)
	}
	for { // blank lines before the header
		row, err := in.window.csvRow(m.File.Delimiter)
		var wrong *rowError
		switch {
		case errors.Is(err, io.EOF):
			return nil, core.Invalid("The file is empty.")
		case errors.As(err, &wrong):
			return nil, core.Invalid("The header of the file cannot be read: %s.", wrong.reason)
		case err != nil:
			return nil, err
		}
		if row == nil {
			continue
		}
		names := make([]string, len(row))
		for i, cell := range row {
			if names[i], err = in.decode(cell); err != nil {
				return nil, core.Invalid("The header of the file cannot be read: %v.", err)
			}
			names[i] = tidy(names[i])
		}
		return in, in.named(names, m)
	}
}

// named settles which column stands where.
func (in *Reader) named(names []string, m *Mapping) error {
	in.header, in.columns = make(map[string]int, len(names)), len(names)
	twice := map[string]bool{}
	for i, name := range names {
		if _, there := in.header[name]; there {
			twice[name] = true
		}
		in.header[name] = i
	}
	for _, c := range m.columns {
		if _, ok := in.header[c]; !ok {
			hint, _ := casetypes.DidYouMean(c, names)
			return core.Invalid("The file has no column “%s”, which the mapping names.%s", short(c), hint)
		}
		if twice[c] {
			return core.Invalid("The file has two columns “%s”.", short(c))
		}
	}
	return nil
}

// Skip goes on at a byte of the file that a row ended at, in line of it.
func (in *Reader) Skip(to, line int64) error { return in.window.skip(to, line) }

// At is the byte up to which the file was read, and the line there.
func (in *Reader) At() (position, line int64) { return in.window.at, in.window.line }

// Next gives the next row that is not blank. The error is io.EOF after the
// last; a row that cannot be read has problems and no cells, and the next one
// can be read after it.
func (in *Reader) Next() (Row, *Problem, error) {
	for {
		line := in.window.line
		got, problem, err := in.next()
		row := Row{Line: line, End: in.window.at, cells: got, blank: in.format.Blank}
		if err != nil || problem != nil || got != nil {
			return row, problem, err
		}
	}
}

func (in *Reader) next() (cells, *Problem, error) {
	var got cells
	var err error
	if in.format.Format == JSONL {
		got, err = in.jsonRow()
	} else {
		got, err = in.csvCells()
	}
	var wrong *rowError
	if errors.As(err, &wrong) {
		return nil, &Problem{Reason: sentence(wrong.reason)}, nil
	}
	return got, nil, err
}

// rowError says what is wrong with one row.
type rowError struct{ reason string }

func (e *rowError) Error() string { return e.reason }

// decode makes text of the bytes of a cell.
func (in *Reader) decode(raw []byte) (string, error) {
	if bytes.IndexByte(raw, 0) >= 0 {
		return "", &rowError{"it holds a NUL, which is no letter"}
	}
	switch in.format.Encoding {
	case Latin1:
		return decodeMap(raw, charmap.ISO8859_1), nil
	case Windows1252:
		return decodeMap(raw, charmap.Windows1252), nil
	}
	if !utf8.Valid(raw) {
		return "", &rowError{"it is not UTF-8 text; say encoding: windows-1252 in the mapping if it comes from an old system"}
	}
	return string(raw), nil
}

func decodeMap(raw []byte, m *charmap.Charmap) string {
	out := make([]rune, len(raw))
	for i, b := range raw {
		out[i] = m.DecodeByte(b)
	}
	return string(out)
}

// window is the part of a stream that is being looked at.
type window struct {
	r    io.Reader
	buf  []byte // from byte at of the stream
	room []byte // of which buf is the used end
	at   int64
	line int64
	eof  bool
}

// start fills the window and steps over a byte order mark.
func (w *window) start() error {
	if err := w.fill(); err != nil {
		return err
	}
	switch {
	case bytes.HasPrefix(w.buf, []byte{0xEF, 0xBB, 0xBF}):
		w.drop(3)
	case bytes.HasPrefix(w.buf, []byte{0xFE, 0xFF}), bytes.HasPrefix(w.buf, []byte{0xFF, 0xFE}):
		return core.Invalid("The file is UTF-16 text. Save it as UTF-8.")
	case bytes.HasPrefix(w.buf, []byte{'P', 'K', 3, 4}):
		return core.Invalid("The file is a spreadsheet or an archive. Save it as CSV.")
	}
	return nil
}

// fill reads until the window holds more than the longest row, or the file's end.
func (w *window) fill() error {
	if w.eof || len(w.buf) > maxRow {
		return nil
	}
	if w.room == nil {
		w.room = make([]byte, 2*maxRow+64<<10)
	}
	n := copy(w.room, w.buf)
	for n < len(w.room) && !w.eof {
		read, err := w.r.Read(w.room[n:])
		n += read
		switch {
		case errors.Is(err, io.EOF):
			w.eof = true
		case err != nil:
			return err
		}
	}
	w.buf = w.room[:n]
	return nil
}

// drop steps over n bytes.
func (w *window) drop(n int) {
	w.line += int64(bytes.Count(w.buf[:n], []byte{'\n'}))
	w.buf = w.buf[n:]
	w.at += int64(n)
}

// dropLine steps over what is left of a line, however long it is.
func (w *window) dropLine() error {
	for {
		if i := bytes.IndexByte(w.buf, '\n'); i >= 0 {
			w.drop(i + 1)
			return nil
		}
		w.drop(len(w.buf))
		if w.eof {
			return nil
		}
		if err := w.fill(); err != nil {
			return err
		}
	}
}

func (w *window) skip(to, line int64) error {
	for w.at < to {
		if err := w.fill(); err != nil {
			return err
		}
		if len(w.buf) == 0 {
			return core.Conflict("The file is shorter than it was. Begin the import anew.")
		}
		w.drop(int(min(to-w.at, int64(len(w.buf)))))
	}
	w.line = line
	return nil
}
