package viewtree

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/sdk/view"
)

// table is a table as it stands.
type table struct {
	Columns []column
	Rows    []tableRow
	Page    int // from 1
	Pages   int
	Before  *turn // the page before
	After   *turn
	Words   string // "Page 2 of 3", "11 to 20 of 25"
}

type column struct {
	Label  string
	Number bool   // its cells are numbers
	Sorted string // for aria-sort: ascending, descending, or none if it can be; "" if not
	Turn   *turn
}

type tableRow struct {
	Cells []tableCell
	Link  string // of the case in its first cell
}

// tableCell is what stands in one place of a table.
type tableCell struct {
	Text  string
	Date  string // as machines read it; "" when it is no date
	Whole bool   // it stays on one line
}

// cell shows a day, 2026-11-09, as people read it; sorted it is as it came.
func cell(text string) tableCell {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return tableCell{Text: day.Format("2 Jan 2006"), Date: text, Whole: true}
	}
	return tableCell{Text: text}
}

// turn leads to the table sorted or paged differently: by a link, or by a
// button with a value.
type turn struct {
	URL, Value    string
	DOM           string // id of the table
	Class         string
	Label         string
	Before, After string // icons
}

// table fills in a table: sorted and paged by the host, unless its plugin does.
func (d *drawing) table(s *shown) {
	n := s.Node
	s.DOM = d.name(n)
	at := Sorting{Sort: n.Sort, Page: max(n.Page, 1)}
	t := &table{Pages: max(n.Pages, 1), Page: at.Page}
	s.Table = t
	order := make([]int, len(n.Rows))
	for i := range order {
		order[i] = i
	}
	numeric := make([]bool, len(n.Columns))
	for i := range n.Columns {
		numeric[i] = numericColumn(n, i)
	}
	turning := d.turning(n)
	if !n.Driven() {
		at = d.page.Tables[n.ID]
		if at.Sort > len(n.Columns) || at.Sort < -len(n.Columns) || !n.Sortable {
			at.Sort = 0
		}
		sortRows(n, order, at.Sort, numeric)
		if n.PerPage > 0 && turning != nil {
			t.Pages = max((len(order)+n.PerPage-1)/n.PerPage, 1)
			t.Page = min(max(at.Page, 1), t.Pages)
			from := (t.Page - 1) * n.PerPage
			upto := min(from+n.PerPage, len(order))
			if t.Pages > 1 {
				t.Words = strconv.Itoa(from+1) + " to " + strconv.Itoa(upto) + " of " + strconv.Itoa(len(order))
			}
			order = order[from:upto]
		}
	} else if t.Pages > 1 {
		t.Words = "Page " + strconv.Itoa(t.Page) + " of " + strconv.Itoa(t.Pages)
	}
	for i, label := range n.Columns {
		c := column{Label: label, Number: numeric[i]}
		if n.Sortable && turning != nil {
			c.Sorted = "none"
			next, class, icon := i+1, "table-sort", "sort"
			switch at.Sort {
			case i + 1:
				c.Sorted, next, class, icon = "ascending", -(i + 1), "table-sort is-up", "down"
			case -(i + 1):
				c.Sorted, class, icon = "descending", "table-sort is-down", "down"
			}
			c.Turn = turning(Sorting{Sort: next, Page: 1})
			c.Turn.Class, c.Turn.Label, c.Turn.After = class, label, s.Icon(icon)
		}
		t.Columns = append(t.Columns, c)
	}
	if turning != nil && t.Page > 1 {
		t.Before = turning(Sorting{Sort: at.Sort, Page: t.Page - 1})
		t.Before.Class, t.Before.Label, t.Before.Before = "table-page", "Previous", s.Icon("left")
	}
	if turning != nil && t.Page < t.Pages {
		t.After = turning(Sorting{Sort: at.Sort, Page: t.Page + 1})
		t.After.Class, t.After.Label, t.After.After = "table-page", "Next", s.Icon("right")
	}
	for _, i := range order {
		r := tableRow{Cells: make([]tableCell, len(n.Rows[i]))}
		for j, text := range n.Rows[i] {
			r.Cells[j] = cell(text)
		}
		if len(n.Refs) > 0 && len(r.Cells) > 0 {
			r.Link = d.page.caseURL(n.Refs[i])
			r.Cells[0].Whole = r.Cells[0].Whole || n.Rows[i][0] == n.Refs[i]
		}
		t.Rows = append(t.Rows, r)
	}
}

// turning says how a table is turned: by a link where there is an address and
// nothing typed that it would lose, else by a button, else (nil) not at all.
func (d *drawing) turning(n *view.Node) func(Sorting) *turn {
	link := d.page.TableURL != nil && !n.Driven() && (!d.asks || d.closed)
	switch {
	case n.ID == "":
		return nil
	case link:
		return func(to Sorting) *turn { return &turn{URL: d.page.TableURL(n.ID, to), DOM: d.name(n)} }
	case d.closed || !d.asks && !d.presses:
		return nil // no form around it
	}
	return func(to Sorting) *turn {
		return &turn{Value: ActionTable + ":" + n.ID + ":" + strconv.Itoa(to.Sort) + ":" + strconv.Itoa(to.Page)}
	}
}

// Turns says that a table has other pages.
func (t *table) Turns() bool { return t.Before != nil || t.After != nil }

// numericColumn says that the cells of a column are numbers.
func numericColumn(n *view.Node, column int) bool {
	some := false
	for _, row := range n.Rows {
		if row[column] == "" {
			continue
		}
		if _, ok := cellNumber(row[column]); !ok {
			return false
		}
		some = true
	}
	return some && column > 0 // the first names the row
}

// cellNumber reads a cell like "1,234.50", "£12", "−3" or "40%".
func cellNumber(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	sign := 1.0
	if rest, minus := strings.CutPrefix(s, "\u2212"); minus {
		s, sign = rest, -1
	}
	s = strings.TrimSuffix(strings.TrimLeft(s, "£$€¥"), "%")
	s = strings.ReplaceAll(s, ",", "")
	if s == "" || strings.Trim(s, "+-.0123456789") != "" || len(s) > 30 {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return sign * f, err == nil
}

// sortRows sorts the indices of rows by a column, empty cells last either way,
// rows that are alike as they came.
func sortRows(n *view.Node, order []int, by int, numeric []bool) {
	if by == 0 {
		return
	}
	column, sign := by-1, 1
	if by < 0 {
		column, sign = -by-1, -1
	}
	byNumber := numeric[column] || column == 0 && allNumbers(n)
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := n.Rows[i][column], n.Rows[j][column]
		if a == "" || b == "" {
			return cmp.Compare(len(b), len(a)) * boolInt(a == "" != (b == ""))
		}
		if byNumber {
			x, _ := cellNumber(a)
			y, _ := cellNumber(b)
			return sign * cmp.Compare(x, y)
		}
		return sign * cmp.Compare(strings.ToLower(a), strings.ToLower(b))
	})
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// allNumbers says that the first column can be sorted by number.
func allNumbers(n *view.Node) bool {
	for _, row := range n.Rows {
		if _, ok := cellNumber(row[0]); !ok && row[0] != "" {
			return false
		}
	}
	return true
}
