package imports

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// csvCells is a row of a CSV file.
type csvCells struct {
	header map[string]int
	values []string
}

func (c csvCells) cell(column string) string {
	i, ok := c.header[column]
	if !ok || i >= len(c.values) {
		return ""
	}
	return c.values[i]
}

// csvCells reads a row; nil for a blank line.
func (in *Reader) csvCells() (cells, error) {
	raw, err := in.window.csvRow(in.format.Delimiter)
	if err != nil || raw == nil {
		return nil, err
	}
	if len(raw) != in.columns {
		return nil, &rowError{fmt.Sprintf("it has %d values, but there are %d columns", len(raw), in.columns)}
	}
	values := make([]string, len(raw))
	for i, cell := range raw {
		if values[i], err = in.decode(cell); err != nil {
			return nil, err
		}
	}
	return csvCells{in.header, values}, nil
}

// csvRow takes a row off the window (RFC 4180; lines end as they like). It is
// nil for a blank line. A row that breaks the rules is a [rowError], and
// reading goes on in the line after the one it begins in: a quote that is
// never closed costs one row and not the rest of the file. The bytes are good
// until the next call.
func (w *window) csvRow(delimiter byte) ([][]byte, error) {
	if err := w.fill(); err != nil {
		return nil, err
	}
	if len(w.buf) == 0 {
		return nil, io.EOF
	}
	s := &csvScanner{buf: w.buf[:min(len(w.buf), maxRow)], delimiter: delimiter, last: w.eof && len(w.buf) <= maxRow}
	row, wrong := s.row()
	if wrong != "" {
		err := w.dropLine()
		if err == nil {
			err = &rowError{wrong}
		}
		return nil, err
	}
	w.drop(s.i)
	return row, nil
}

// csvScanner takes one row apart.
type csvScanner struct {
	buf       []byte
	delimiter byte
	last      bool // nothing follows buf
	i         int
}

// row gives the values up to the end of the line, or what is wrong with it.
func (s *csvScanner) row() (row [][]byte, wrong string) {
	for {
		value, wrong := s.value()
		if wrong != "" {
			return nil, wrong
		}
		if row = append(row, value); len(row) > maxColumns {
			return nil, fmt.Sprintf("it has more than %d values", maxColumns)
		}
		if s.i == len(s.buf) {
			if !s.last {
				return nil, tooLong
			}
			break
		}
		if s.buf[s.i] == s.delimiter {
			s.i++
			continue
		}
		s.lineEnd()
		break
	}
	if len(row) == 1 && len(bytes.TrimSpace(row[0])) == 0 {
		return nil, ""
	}
	return row, ""
}

const tooLong = "it is longer than 1 MB; perhaps a quote is never closed"

// lineEnd steps over \n, \r\n or \r.
func (s *csvScanner) lineEnd() {
	if s.buf[s.i] == '\r' && s.i+1 < len(s.buf) && s.buf[s.i+1] == '\n' {
		s.i++
	}
	s.i++
}

func (s *csvScanner) value() (value []byte, wrong string) {
	if s.i < len(s.buf) && s.buf[s.i] == '"' {
		return s.quoted()
	}
	start := s.i
	for ; s.i < len(s.buf); s.i++ {
		switch c := s.buf[s.i]; {
		case c == s.delimiter || c == '\n' || c == '\r':
			return s.buf[start:s.i], ""
		}
	}
	return s.buf[start:s.i], ""
}

// quoted reads a value in quotes; a quote in it is written twice.
func (s *csvScanner) quoted() (value []byte, wrong string) {
	s.i++
	start := s.i
	escaped := false
	for {
		n := bytes.IndexByte(s.buf[s.i:], '"')
		if n < 0 {
			if s.last {
				return nil, "a quote is opened and never closed"
			}
			return nil, tooLong
		}
		s.i += n + 1
		if s.i < len(s.buf) && s.buf[s.i] == '"' {
			escaped = true
			s.i++
			continue
		}
		break
	}
	value = s.buf[start : s.i-1]
	if escaped {
		value = []byte(strings.ReplaceAll(string(value), `""`, `"`))
	}
	if s.i < len(s.buf) && s.buf[s.i] != s.delimiter && s.buf[s.i] != '\n' && s.buf[s.i] != '\r' {
		return nil, "there are letters after a closing quote; a quote that is meant is written twice"
	}
	return value, ""
}
