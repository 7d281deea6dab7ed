package imports

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Row is one row of a file.
type Row struct {
	Line  int64 // where it begins, from 1
	End   int64 // the byte after it
	cells cells
	blank []string // what counts as nothing
}

// cells are the values of a row.
type cells interface {
	// cell gives the value of a column; "" when there is none.
	cell(column string) string
}

// Problem is something that is wrong with a row.
type Problem struct {
	Field  string // of the mapping: "closed", "targets.fix.due"; "" for the row itself
	Reason string // in a whole sentence
}

// dropped is a value that was left out, with a warning.
type dropped struct{ reason string }

func (d dropped) Error() string { return d.reason }

// text gives a column's value; what counts as nothing is "".
func (r Row) text(column string) string {
	s := r.cells.cell(column)
	if trimmed := strings.TrimSpace(s); trimmed == "" || slices.Contains(r.blank, s) || slices.Contains(r.blank, trimmed) {
		return ""
	}
	return s
}

// holds reports whether all conditions hold of a row.
func (r Row) holds(conditions []Condition) bool {
	for _, c := range conditions {
		if !r.meets(c) {
			return false
		}
	}
	return true
}

func (r Row) meets(c Condition) bool {
	s := tidy(r.text(c.Column))
	switch {
	case c.Blank != nil:
		return (s == "") == *c.Blank
	case c.Matches != nil:
		return c.Matches.MatchString(s)
	case c.IsNot != nil:
		return !slices.Contains(c.IsNot, s)
	}
	return slices.Contains(c.Is, s)
}

// of makes the value of a row; "" is nothing. Errors say in a sentence why the
// row is refused, or, as [dropped], why the value is left out.
func (v *Value) of(r Row) (string, error) {
	if v == nil || !r.holds(v.When) {
		return "", nil
	}
	s, err := v.source(r)
	if err != nil {
		return "", err
	}
	if s = v.taken(s); s == "" {
		if v.Blank != "" {
			return v.Blank, nil
		}
		if v.Required {
			return "", errors.New("there is nothing here, but it is needed")
		}
		return "", nil
	}
	return v.mapped(s)
}

func (v *Value) source(r Row) (string, error) {
	switch {
	case v.Column != "":
		return r.text(v.Column), nil
	case v.First != nil:
		for _, one := range v.First {
			if s, err := one.of(r); s != "" || err != nil {
				return s, err
			}
		}
		return "", nil
	}
	var b strings.Builder
	columns, filled := 0, 0
	for _, p := range v.Text {
		if p.column == "" {
			b.WriteString(p.words)
			continue
		}
		columns++
		if s := r.text(p.column); s != "" {
			filled++
			b.WriteString(s)
		}
	}
	if columns > 0 && filled == 0 {
		return "", nil // words around nothing say nothing
	}
	return b.String(), nil
}

// taken takes the part of a text that is wanted.
func (v *Value) taken(s string) string {
	for _, r := range v.Replace {
		s = r.Match.ReplaceAllString(s, r.With)
	}
	switch {
	case s == "":
	case v.Match != nil:
		parts := v.Match.FindStringSubmatch(s)
		if parts == nil {
			return ""
		}
		s = parts[v.Part]
	case v.Split != "":
		parts := strings.Split(s, v.Split)
		i := v.Part - 1
		if v.Part < 0 {
			i = len(parts) + v.Part
		}
		if i < 0 || i >= len(parts) {
			return ""
		}
		s = parts[i]
	}
	if v.Verbose {
		return strings.TrimSpace(s)
	}
	return tidy(s)
}

func (v *Value) mapped(s string) (string, error) {
	if v.Map == nil {
		return s, nil
	}
	key := s
	if v.IgnoreCase {
		key = strings.ToLower(s)
	}
	to, ok := v.Map[key]
	switch {
	case ok:
		return to, nil
	case v.Default != nil:
		return *v.Default, nil
	case v.Unknown == KeepUnknown:
		return s, nil
	case v.Unknown == DropUnknown:
		return "", dropped{fmt.Sprintf("“%s” is not in the map and was left out", short(s))}
	}
	return "", fmt.Errorf("“%s” is not in the map", short(s))
}

// tidy takes blanks off both ends and makes one of many in a row; lines stay.
func tidy(s string) string {
	if !strings.ContainsAny(s, "\n\r") {
		if tidied(s) {
			return s
		}
		return strings.Join(strings.Fields(s), " ")
	}
	lines := strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })
	out := lines[:0]
	for _, line := range lines {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// tidied reports whether an ASCII text is tidy as it is: most are.
func tidied(s string) bool {
	blank := true
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 0x80 || c < ' ':
			return false
		case c == ' ':
			if blank {
				return false
			}
			blank = true
		default:
			blank = false
		}
	}
	return !blank || s == ""
}

// parseNumber reads a number as people write it: thousands may be apart.
func parseNumber(s, decimal string) (float64, bool) {
	thousands := ","
	if decimal == "," {
		thousands = "."
	}
	s = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", thousands, "").Replace(strings.TrimSpace(s))
	if decimal == "," {
		s = strings.Replace(s, ",", ".", 1)
	}
	if len(s) > 40 || strings.ContainsAny(s, "xXpP_iInN") {
		return 0, false // hexadecimal, infinity and the like
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}
