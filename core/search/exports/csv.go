package exports

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
)

// sheet is a file that is written row by row.
type sheet interface {
	add(cells []any) error
	end() error // writes what is left
	discard()   // gives back what was opened; also after end
}

func newSheet(f Format, w io.Writer, columns []column) (sheet, error) {
	if f == XLSX {
		return newXLSX(w, columns)
	}
	return newCSV(w, columns, f == CSVBOM)
}

// byteOrderMark tells spreadsheet programs that the file is UTF-8.
const byteOrderMark = "\uFEFF"

type csvSheet struct {
	w     *csv.Writer
	cells []string
}

func newCSV(w io.Writer, columns []column, mark bool) (*csvSheet, error) {
	if mark {
		if _, err := io.WriteString(w, byteOrderMark); err != nil {
			return nil, err
		}
	}
	s := &csvSheet{w: csv.NewWriter(w), cells: make([]string, len(columns))}
	s.w.UseCRLF = true // RFC 4180
	titles := make([]any, len(columns))
	for i, c := range columns {
		titles[i] = c.title
	}
	return s, s.add(titles)
}

func (s *csvSheet) add(cells []any) error {
	for i, cell := range cells {
		switch v := cell.(type) {
		case string:
			s.cells[i] = harmless(v)
		case float64:
			s.cells[i] = strconv.FormatFloat(v, 'f', -1, 64)
		case time.Time:
			s.cells[i] = v.Format("2006-01-02 15:04")
		default:
			s.cells[i] = ""
		}
	}
	return s.w.Write(s.cells)
}

func (s *csvSheet) end() error {
	s.w.Flush()
	return s.w.Error()
}

func (s *csvSheet) discard() {}

// harmless keeps a spreadsheet program from reading what somebody typed as a
// formula: an apostrophe before it makes it text.
func harmless(s string) string {
	trimmed := strings.TrimLeft(s, " \t\r\n\u00a0")
	if trimmed == "" {
		return s
	}
	// The full-width forms count as well where such keyboards are common.
	if strings.ContainsAny(trimmed[:1], "=+-@") || strings.HasPrefix(trimmed, "＝") || strings.HasPrefix(trimmed, "＋") ||
		strings.HasPrefix(trimmed, "－") || strings.HasPrefix(trimmed, "＠") || s[0] == '\t' || s[0] == '\r' {
		return "'" + s
	}
	return s
}
