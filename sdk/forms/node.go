package forms

import "github.com/casement-dev/casement/sdk/view"

// Page is what a step shows.
type Page struct {
	Title  string // heading; may be empty when the first field is the only question and heads the page itself
	Body   Body
	Button string // "Continue" when empty
}

// Body is a list of nodes.
type Body []Node

// Node is anything that can stand on a page: the results of this package's functions.
type Node interface{ build() []*built }

// built is a node on its way to the wire, with what it is bound to.
type built struct {
	node  view.Node
	field *Field   // of a field
	kids  []*built // of a section or details
}

func (b Body) build() (all []*built) {
	for _, n := range b {
		if n != nil {
			all = append(all, n.build()...)
		}
	}
	return all
}

// each calls visit for every field below, in order. choice tells whether to go
// into what an option reveals.
func each(list []*built, choice func(f *Field, option string) bool, visit func(*Field)) {
	for _, b := range list {
		if b.field != nil {
			visit(b.field)
			for i := range b.field.options {
				o := &b.field.options[i]
				if len(o.reveals) > 0 && choice(b.field, o.value) {
					each(o.built(), choice, visit)
				}
			}
		}
		each(b.kids, choice, visit)
	}
}

// If puts nodes on the page only when cond holds. What an answer of the same
// page reveals this way is read and checked in the same submission, but seen
// only after it; Reveal shows it at once.
func If(cond bool, nodes ...Node) Node {
	if !cond {
		return Body(nil)
	}
	return Body(nodes)
}

type static view.Node

func (s static) build() []*built { return []*built{{node: view.Node(s)}} }

// Text is a paragraph; blank lines part paragraphs.
func Text(text string) Node { return static{Type: view.Text, Text: text} }

// Lead is a first paragraph, in larger type.
func Lead(text string) Node { return static{Type: view.Text, Kind: view.KindLead, Text: text} }

// Notice is a marked paragraph under a short title, which may be empty.
func Notice(title, text string) Node {
	return static{Type: view.Notice, Kind: view.KindInfo, Label: title, Text: text}
}

// Warning is a notice about something that may hurt.
func Warning(title, text string) Node {
	return static{Type: view.Notice, Kind: view.KindWarn, Label: title, Text: text}
}

// Success is a notice that something is done.
func Success(title, text string) Node {
	return static{Type: view.Notice, Kind: view.KindGood, Label: title, Text: text}
}

type container struct {
	node view.Node
	body Body
}

func (c container) build() []*built { return []*built{{node: c.node, kids: c.body.build()}} }

// Section puts a heading over nodes.
func Section(title string, nodes ...Node) Node {
	return container{view.Node{Type: view.Section, Label: title}, nodes}
}

// Details hides nodes until they are opened.
func Details(title string, nodes ...Node) Node {
	return container{view.Node{Type: view.Details, Label: title}, nodes}
}

// Table shows rows of cells; each must have as many as there are columns.
func Table(caption string, columns []string, rows ...[]string) Node {
	return static{Type: view.Table, Label: caption, Columns: columns, Rows: rows}
}
