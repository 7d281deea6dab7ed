package forms

import "github.com/casement-dev/casement/sdk/view"

// Listed is a line of a summary, of key figures, of a timeline or of steps. Its
// methods return the line itself.
type Listed struct{ node view.Node }

// Row is a line that says something: what, and how it is.
func Row(label, text string) *Listed {
	return &Listed{view.Node{Type: view.Row, Label: label, Text: text}}
}

// Hint explains the line in small type.
func (l *Listed) Hint(text string) *Listed { l.node.Hint = text; return l }

// At is when it happened, on a timeline: a time in RFC 3339, or a date.
func (l *Listed) At(at string) *Listed { l.node.At = at; return l }

// Ref lets the text lead to the case with a reference, if the reader may see it.
func (l *Listed) Ref(ref string) *Listed { l.node.Ref = ref; return l }

// Goto adds a link to the step where this can be changed, in a summary.
func (l *Listed) Goto(step string) *Listed { l.node.Goto = step; return l }

// Good marks the line as good news.
func (l *Listed) Good() *Listed { l.node.Kind = view.KindGood; return l }

// Warn marks the line as something to look after.
func (l *Listed) Warn() *Listed { l.node.Kind = view.KindWarn; return l }

// Bad marks the line as bad news.
func (l *Listed) Bad() *Listed { l.node.Kind = view.KindBad; return l }

// rows makes a node that holds lines, or nothing when there are none.
func rows(n view.Node, lines []*Listed) Node {
	for _, l := range lines {
		if l != nil {
			n.Items = append(n.Items, l.node)
		}
	}
	if len(n.Items) == 0 {
		return Body(nil)
	}
	return shown(n)
}

// Summary lists what is known, line by line. Without lines it is nothing.
func Summary(lines ...*Listed) Node { return rows(view.Node{Type: view.Summary}, lines) }

// Figures shows key figures side by side: the text of each line is the figure.
func Figures(lines ...*Listed) Node { return rows(view.Node{Type: view.Figures}, lines) }

// Timeline shows what happened, in the order given.
func Timeline(lines ...*Listed) Node { return rows(view.Node{Type: view.Timeline}, lines) }

// Progress shows how far something is, out of how much.
func Progress(label string, done, of float64) Node {
	return shown(view.Node{Type: view.Progress, Label: label, Value: []string{decimal(done)}, Max: decimal(of)})
}

// Steps shows the steps of something, of which now is the one that is on, from
// 1. With now beyond the last all are done.
func Steps(label string, now int, steps ...string) Node {
	n := view.Node{Type: view.Progress, Label: label}
	for i, step := range steps {
		kind := view.KindNext
		switch {
		case i+1 < now:
			kind = view.KindDone
		case i+1 == now:
			kind = view.KindNow
		}
		n.Items = append(n.Items, view.Node{Type: view.Row, Label: step, Kind: kind})
	}
	return shown(n)
}
