//go:build !wasip1

package view

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"time"
)

// row checks a row by what holds it.
func row(n *Node, in Type) error {
	if n.Label == "" {
		return errors.New("a row without a label")
	}
	if n.Goto != "" && !ValidID(n.Goto) {
		return errors.New("a row leads to no step name")
	}
	switch in {
	case Summary:
		return kind(n, []string{""})
	case Progress:
		return kind(n, stepKinds)
	case Timeline:
		if _, _, ok := Moment(n.At); !ok && n.At != "" {
			return errors.New(`"` + clip(n.At) + `" is neither a time in RFC 3339 nor a date`)
		}
	}
	return kind(n, toneKinds)
}

// Moment reads the At of a row: a time, or, with day, a date that exists. The
// years are those that every database can keep.
func Moment(at string) (when time.Time, day, ok bool) {
	when, err := time.Parse(time.DateOnly, at)
	if day = err == nil; !day {
		when, err = time.Parse(time.RFC3339, at)
	}
	return when, day, err == nil && when.Year() >= 1 && when.Year() <= 9999
}

func (v *validator) table(n *Node) error {
	columns := len(n.Columns)
	switch {
	case n.Label == "" || columns == 0:
		return errors.New("a table without a label or without columns")
	case columns > MaxColumns || len(n.Rows) > MaxRows:
		return errors.New("a table of more than " + strconv.Itoa(MaxColumns) + " columns or " + strconv.Itoa(MaxRows) + " rows")
	case len(n.Refs) > 0 && len(n.Refs) != len(n.Rows):
		return errors.New("a table with more or fewer references than rows")
	case n.PerPage < 0 || n.PerPage > MaxRows || n.Page < 0 || n.Page > maxPages || n.Pages < 0 || n.Pages > maxPages || n.Page > max(n.Pages, 1):
		return errors.New("a table whose pages are out of range")
	case n.Sort > columns || n.Sort < -columns:
		return errors.New("a table sorted by a column that it does not have")
	}
	if n.ID != "" || n.Sortable || n.PerPage > 0 || n.Driven() {
		if err := v.id(n, `table "`+clip(n.ID)+`"`); err != nil {
			return err
		}
	}
	for _, s := range n.Columns {
		if len(s) > maxLabel {
			return errors.New("a heading of a table is longer than " + strconv.Itoa(maxLabel) + " bytes")
		}
	}
	for _, s := range n.Refs {
		if len(s) > maxRef {
			return errors.New("a reference in a table is too long")
		}
	}
	for _, row := range n.Rows {
		if len(row) != columns {
			return errors.New("a table row with more or fewer cells than columns")
		}
		if err := v.count(len(row)); err != nil {
			return err
		}
		if slices.ContainsFunc(row, func(s string) bool { return len(s) > maxHint }) {
			return errors.New("a table cell is longer than " + strconv.Itoa(maxHint) + " bytes")
		}
	}
	return nil
}

// count takes the cells of tables, the points of charts and the pins of maps.
func (v *validator) count(n int) error {
	if v.cells += n; v.cells > MaxCells {
		return errors.New("more than " + strconv.Itoa(MaxCells) + " table cells, points of charts and pins")
	}
	return nil
}

func (v *validator) pins(n *Node) error {
	if n.Label == "" {
		return errors.New("a map without a label")
	}
	if len(n.Pins) > MaxPins {
		return errors.New("a map with more than " + strconv.Itoa(MaxPins) + " pins")
	}
	for i := range n.Pins {
		p := &n.Pins[i]
		switch {
		case !(p.Lat >= -90 && p.Lat <= 90 && p.Lng >= -180 && p.Lng <= 180):
			return errors.New("a pin that is nowhere on the earth")
		case p.Label == "" || len(p.Label) > maxLabel || len(p.Text) > maxHint || len(p.Ref) > maxRef:
			return errors.New("a pin without a label, or with one or a text that is too long")
		case !slices.Contains(toneKinds, p.Kind):
			return errors.New(`unknown kind of pin "` + clip(p.Kind) + `"`)
		}
	}
	return v.count(len(n.Pins))
}

func fileList(n *Node) error {
	if n.Label == "" {
		return errors.New("a list of files without a label")
	}
	if len(n.Files) > MaxFiles {
		return errors.New("a list of more than " + strconv.Itoa(MaxFiles) + " files")
	}
	for i := range n.Files {
		f := &n.Files[i]
		if f.ID == "" || f.Name == "" || f.Size < 0 || len(f.ID) > maxLabel || len(f.Name) > maxLabel || len(f.Type) > maxLabel {
			return errors.New("a file without an id or a name, or with one that is too long")
		}
	}
	return nil
}

func progress(n *Node) error {
	if n.Label == "" {
		return errors.New("progress without a label")
	}
	if len(n.Items) > 0 && len(n.Value) == 0 && n.Max == "" {
		return nil
	}
	if _, _, ok := n.Measure(); !ok {
		return errors.New("progress says neither its steps nor how far it is, as a number from 0 to max")
	}
	return nil
}

// Measure reads how far progress is, and out of how much.
func (n *Node) Measure() (done, of float64, ok bool) {
	if len(n.Value) != 1 || len(n.Value[0]) > 32 || len(n.Max) > 32 {
		return 0, 0, false
	}
	done, err1 := strconv.ParseFloat(n.Value[0], 64)
	of, err2 := strconv.ParseFloat(n.Max, 64)
	return done, of, err1 == nil && err2 == nil && of > 0 && of <= 1e15 && done >= 0 && done <= of
}

// maxDatum bounds the values of a chart: beyond it, drawing them means nothing.
const maxDatum = 1e15

func (v *validator) chart(n *Node) error {
	if err := kind(n, chartKinds); err != nil {
		return err
	}
	if n.Label == "" {
		return errors.New("a chart without a label")
	}
	if len(n.Series) == 0 || len(n.Series) > MaxSeries {
		return errors.New("a chart has 1 to " + strconv.Itoa(MaxSeries) + " series")
	}
	for i := range n.Series {
		s := &n.Series[i]
		switch {
		case len(s.Label) > maxLabel || s.Label == "" && len(n.Series) > 1:
			return errors.New("a series of a chart without a label, or with one that is too long")
		case len(s.Points) > MaxPoints:
			return errors.New("a series of more than " + strconv.Itoa(MaxPoints) + " points")
		case len(s.Points) != len(n.Series[0].Points):
			return errors.New("the series of a chart have different numbers of points")
		}
		for j, p := range s.Points {
			switch {
			case math.IsNaN(p.Value) || p.Value > maxDatum || p.Value < -maxDatum:
				return errors.New("a chart with a value that is no number, or too large to draw")
			case p.Label == "" || len(p.Label) > maxLabel:
				return errors.New("a point of a chart without a label, or with one that is too long")
			case p.Label != n.Series[0].Points[j].Label:
				return errors.New("the series of a chart have different labels below")
			}
		}
		if err := v.count(len(s.Points)); err != nil {
			return err
		}
	}
	return nil
}

func tabs(n *Node, at place) error {
	if at.tabs || at.option {
		return errors.New("tabs under tabs, or under an option")
	}
	if len(n.Items) == 0 || len(n.Items) > MaxTabs {
		return errors.New("there are 1 to " + strconv.Itoa(MaxTabs) + " tabs")
	}
	for i := range n.Items {
		if n.Items[i].Type != Section {
			return errors.New("tabs hold something else than sections")
		}
	}
	return nil
}

func (v *validator) button(n *Node, at place) error {
	named := `button "` + clip(n.ID) + `"`
	if at.option {
		return errors.New(named + " stands under an option")
	}
	if v.buttons++; v.buttons > MaxButtons {
		return errors.New("more than " + strconv.Itoa(MaxButtons) + " buttons")
	}
	if n.Label == "" {
		return errors.New(named + ": no label")
	}
	if n.Checks && !v.form {
		return errors.New(named + " checks answers, but there is no form")
	}
	if err := kind(n, buttonKinds); err != nil {
		return err
	}
	return v.id(n, named)
}
