package lookups

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
)

// ReadCSV reads a list: the first row names the columns, of which one is
// “value” and one may be “label”; without that the value is its own label.
// Columns are parted by commas, semicolons or tabs.
func ReadCSV(file io.Reader) (columns []string, rows []Row, err error) {
	raw, err := io.ReadAll(io.LimitReader(file, MaxFile+1))
	switch {
	case err != nil:
		return nil, nil, err
	case len(raw) > MaxFile:
		return nil, nil, core.InvalidField("file", "The file is larger than %d MB.", MaxFile>>20)
	case !utf8.Valid(raw):
		return nil, nil, core.InvalidField("file", "This is not UTF-8 text. Save the list as CSV in UTF-8.")
	}
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	d := csv.NewReader(bytes.NewReader(raw))
	d.Comma, d.FieldsPerRecord = parting(raw), -1
	head, err := d.Read()
	if err != nil {
		return nil, nil, core.InvalidField("file", "The file is empty, or its first row is not CSV.")
	}
	value, label := -1, -1
	for i, name := range head {
		name = strings.TrimSpace(name)
		switch {
		case strings.EqualFold(name, "value") && value < 0:
			value = i
		case strings.EqualFold(name, "label") && label < 0:
			label = i
		case name == "" || len(name) > maxCell:
			return nil, nil, core.InvalidField("file", "Column %d has no name in the first row.", i+1)
		default:
			columns = append(columns, name)
		}
	}
	if value < 0 {
		return nil, nil, core.InvalidField("file", "The first row names the columns, and one of them must be “value”.")
	}
	for line := 2; ; line++ {
		record, err := d.Read()
		if errors.Is(err, io.EOF) {
			return columns, rows, nil
		}
		if err != nil {
			return nil, nil, core.InvalidField("file", "Row %d is not CSV: is a quote missing?", line)
		}
		if len(rows) == MaxRows {
			return nil, nil, core.InvalidField("file", "The list has more than %d rows.", MaxRows)
		}
		if len(record) != len(head) {
			return nil, nil, core.InvalidField("file", "Row %d has %d columns, the first row %d.", line, len(record), len(head))
		}
		r := Row{Cells: make([]string, 0, len(columns))}
		for i, cell := range record {
			switch cell = strings.TrimSpace(cell); i {
			case value:
				r.Value = cell
			case label:
				r.Label = cell
			default:
				r.Cells = append(r.Cells, cell)
			}
		}
		if r.Label == "" {
			r.Label = r.Value
		}
		rows = append(rows, r)
	}
}

// parting is what parts the columns of the first row.
func parting(raw []byte) rune {
	first, _, _ := bytes.Cut(raw, []byte("\n"))
	best, most := ',', bytes.Count(first, []byte(","))
	for _, r := range []rune{';', '\t'} {
		if n := bytes.Count(first, []byte(string(r))); n > most {
			best, most = r, n
		}
	}
	return best
}
