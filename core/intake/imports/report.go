package imports

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// Report writes refusals as a CSV table, a line for each.
type Report struct{ w *csv.Writer }

// NewReport writes the header.
func NewReport(w io.Writer) (*Report, error) {
	r := &Report{csv.NewWriter(w)}
	return r, r.w.Write([]string{"line", "reference", "field", "reason", "case"})
}

// Write adds lines.
func (r *Report) Write(refusals []Refusal) error {
	for _, f := range refusals {
		became := "refused"
		if f.Brought {
			became = "brought in without it"
		}
		if err := r.w.Write([]string{strconv.FormatInt(f.Line, 10), inert(f.Reference), inert(f.Field), inert(f.Reason), became}); err != nil {
			return err
		}
	}
	r.w.Flush()
	return r.w.Error()
}

// inert keeps a spreadsheet from taking what came from a file for a formula.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
