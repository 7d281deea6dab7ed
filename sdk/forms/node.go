package forms

import "github.com/casement-dev/casement/sdk/view"

// Page is what a step shows.
type Page struct {
	Title  string // heading; may be empty when the first field is the only question and heads the page itself
	Body   Body
	Button string // "Continue" when empty, on a review "Send"
}

// Body is a list of nodes.
type Body []Node

// Node is anything that can stand on a page: the results of this package's functions.
type Node interface {
	build(to []built) []built
}

// built is one node of a page as made for this call: a field, or something that
// is only shown, with what it contains.
type built struct {
	field *Field
	node  *view.Node
	kids  []built
}

func (b Body) build(to []built) []built {
	if to == nil {
		to = make([]built, 0, len(b))
	}
	for _, n := range b {
		if n != nil {
			to = n.build(to)
		}
	}
	return to
}

// each calls visit for every field below, in order. choice tells whether to go
// into what an option reveals.
func each(list []built, choice func(f *Field, option string) bool, visit func(*Field)) {
	for i := range list {
		b := &list[i]
		if f := b.field; f != nil {
			visit(f)
			for i := range f.options {
				if o := &f.options[i]; o.reveals != nil && choice(f, o.value) {
					each(o.nodes(), choice, visit)
				}
			}
		}
		if b.kids != nil {
			each(b.kids, choice, visit)
		}
	}
}

// If puts nodes on the page only when cond holds. What an answer of the same
// page reveals this way is read and checked in the same submission, but seen
// only after it; Reveal shows it at once. A required field that an answer of its
// own page may take away again belongs under Reveal: the host insists on what
// it showed.
func If(cond bool, nodes ...Node) Node {
	if !cond {
		return Body(nil)
	}
	return Body(nodes)
}

type container struct {
	node view.Node
	body Body
}

func (c *container) build(to []built) []built {
	b := built{node: &c.node}
	if c.body != nil {
		b.kids = c.body.build(nil)
	}
	return append(to, b)
}

func shown(n view.Node) Node { return &container{node: n} }

// Text is a paragraph; blank lines part paragraphs.
func Text(text string) Node { return shown(view.Node{Type: view.Text, Text: text}) }

// Lead is a first paragraph, in larger type.
func Lead(text string) Node {
	return shown(view.Node{Type: view.Text, Kind: view.KindLead, Text: text})
}

// Notice is a marked paragraph under a short title, which may be empty.
func Notice(title, text string) Node {
	return shown(view.Node{Type: view.Notice, Kind: view.KindInfo, Label: title, Text: text})
}

// Warning is a notice about something that may hurt.
func Warning(title, text string) Node {
	return shown(view.Node{Type: view.Notice, Kind: view.KindWarn, Label: title, Text: text})
}

// Success is a notice that something is done.
func Success(title, text string) Node {
	return shown(view.Node{Type: view.Notice, Kind: view.KindGood, Label: title, Text: text})
}

// Section puts a heading over nodes.
func Section(title string, nodes ...Node) Node {
	return &container{view.Node{Type: view.Section, Label: title}, nodes}
}

// Details hides nodes until they are opened.
func Details(title string, nodes ...Node) Node {
	return &container{view.Node{Type: view.Details, Label: title}, nodes}
}
