package forms

import "github.com/casement-dev/casement/sdk/view"

// Hint is a paragraph in small type.
func Hint(text string) Node {
	return shown(view.Node{Type: view.Text, Kind: view.KindHint, Text: text})
}

// Problem is a notice that something is wrong.
func Problem(title, text string) Node {
	return shown(view.Node{Type: view.Notice, Kind: view.KindBad, Label: title, Text: text})
}

// Tabs shows one of several sections at a time. What is no [Section] cannot be
// one of them.
func Tabs(sections ...Node) Node { return &container{view.Node{Type: view.Tabs}, sections} }

// Map shows places.
func Map(label string, pins ...view.Pin) Node {
	return shown(view.Node{Type: view.Map, Label: label, Pins: pins})
}

// FileList lists files, each to be opened by whoever may.
func FileList(label string, files ...File) Node {
	return shown(view.Node{Type: view.FileList, Label: label, Files: files})
}

// BarChart draws series as bars. All have the same labels below. Unit may be "".
func BarChart(label, unit string, series ...view.Series) Node {
	return shown(view.Node{Type: view.Chart, Kind: view.KindBar, Label: label, Unit: unit, Series: series})
}

// LineChart draws series as lines. All have the same labels below. Unit may be "".
func LineChart(label, unit string, series ...view.Series) Node {
	return shown(view.Node{Type: view.Chart, Kind: view.KindLine, Label: label, Unit: unit, Series: series})
}

// ButtonNode is a button on a page. Its methods return the button itself.
type ButtonNode struct{ node view.Node }

func (b *ButtonNode) build(to []built) []built { return append(to, built{node: &b.node}) }

// Button sends nothing off: what was typed stays, unchecked, and Press of the
// step, the task or the section is called with id.
func Button(id, label string) *ButtonNode {
	return &ButtonNode{view.Node{Type: view.Button, ID: id, Label: label, Kind: view.KindSecondary}}
}

// Primary makes it the button that is meant to be pressed.
func (b *ButtonNode) Primary() *ButtonNode { b.node.Kind = view.KindPrimary; return b }

// Warning marks what cannot be undone.
func (b *ButtonNode) Warning() *ButtonNode { b.node.Kind = view.KindWarning; return b }

// Confirm asks a question before.
func (b *ButtonNode) Confirm(question string) *ButtonNode { b.node.Confirm = question; return b }

// TableNode is a table. Its methods return the table itself.
type TableNode struct{ node view.Node }

func (t *TableNode) build(to []built) []built { return append(to, built{node: &t.node}) }

// Table shows rows of cells; each must have as many as there are columns.
func Table(caption string, columns []string, rows ...[]string) *TableNode {
	return &TableNode{view.Node{Type: view.Table, Label: caption, Columns: columns, Rows: rows}}
}

// Row adds a row.
func (t *TableNode) Row(cells ...string) *TableNode {
	t.node.Rows = append(t.node.Rows, cells)
	if t.node.Refs != nil {
		t.node.Refs = append(t.node.Refs, "")
	}
	return t
}

// CaseRow adds a row whose first cell leads to the case with a reference, if the
// reader may see it.
func (t *TableNode) CaseRow(ref string, cells ...string) *TableNode {
	for len(t.node.Refs) < len(t.node.Rows) {
		t.node.Refs = append(t.node.Refs, "")
	}
	t.node.Refs = append(t.node.Refs, ref)
	t.node.Rows = append(t.node.Rows, cells)
	return t
}

// Sortable lets its reader sort the rows by any column; id names the table. The
// host does it, unless [TableNode.Sorted] or [TableNode.OnPage] is called.
func (t *TableNode) Sortable(id string) *TableNode {
	t.node.ID, t.node.Sortable = id, true
	return t
}

// PerPage shows so many rows at a time; id names the table.
func (t *TableNode) PerPage(id string, rows int) *TableNode {
	t.node.ID, t.node.PerPage = id, rows
	return t
}

// Sorted says that the rows are sorted by a column, from 1, negative for
// downwards, and that the plugin sorts them: Press is called when a heading is
// used.
func (t *TableNode) Sorted(column int) *TableNode { t.node.Sort = column; return t }

// OnPage says that the rows are one page of several, which the plugin has: Press
// is called when another is wanted.
func (t *TableNode) OnPage(page, pages int) *TableNode {
	t.node.Page, t.node.Pages = page, pages
	return t
}
