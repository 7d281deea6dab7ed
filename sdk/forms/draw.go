package forms

import (
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

// draw makes the view of one step on the path.
func (f Form[S]) draw(st *state, path []visit[S], at int, shown []abi.FieldError) *view.Node {
	v := &path[at]
	root := &view.Node{
		Type: view.Form, ID: v.step.ID, Label: v.page.Title, Caption: f.Title,
		Part: at + 1, Parts: len(path), Button: v.page.Button,
		Items: drawBody(st, v.body, shown),
	}
	if at > 0 {
		root.Back = path[at-1].step.ID
	}
	if v.step.Review {
		if root.Label == "" {
			root.Label = "Check your answers"
		}
		for i := range path[:at] {
			root.Items = append(root.Items, drawReview(st, &path[i])...)
		}
	}
	return root
}

// drawPage makes a view that is only read.
func drawPage(p Page) *view.Node {
	return &view.Node{Type: view.Page, Label: p.Title, Items: drawBody(&state{}, p.Body.build(), nil)}
}

func drawBody(st *state, body []*built, shown []abi.FieldError) []view.Node {
	nodes := make([]view.Node, 0, len(body))
	for _, b := range body {
		n := b.node
		if b.field != nil {
			n = b.field.draw(st, shown)
		}
		if len(b.kids) > 0 {
			n.Items = drawBody(st, b.kids, shown)
		}
		nodes = append(nodes, n)
	}
	return nodes
}

func (f *Field) draw(st *state, shown []abi.FieldError) view.Node {
	n, a := f.node, st.answer(f)
	n.Value, n.Files = a.values, a.files
	if n.Kind == view.KindFile {
		for _, file := range a.files {
			n.Value = append(n.Value, file.ID)
		}
	}
	for _, e := range shown {
		if e.Field == n.ID {
			n.Error = e.Message
		}
	}
	for i := range f.options {
		o := &f.options[i]
		n.Options = append(n.Options, view.Option{
			Value: o.value, Label: o.label, Hint: o.hint, Items: drawBody(st, o.built(), shown),
		})
	}
	return n
}

// drawReview lists the answers of one step under its title.
func drawReview[S any](st *state, v *visit[S]) []view.Node {
	var rows []view.Node
	st.asked(v.body, func(f *Field) {
		text := f.words()
		if text == "" {
			text = "Not given"
		}
		rows = append(rows, view.Node{Type: view.Row, Label: f.title(), Text: text, Goto: v.step.ID})
	})
	if len(rows) == 0 {
		return nil
	}
	return []view.Node{{Type: view.Section, Label: v.title(), Items: []view.Node{{Type: view.Summary, Items: rows}}}}
}

// answersInWords lists what was answered, to be read by people later.
func answersInWords[S any](st *state, path []visit[S]) []abi.Answer {
	var answers []abi.Answer
	for i := range path {
		st.asked(path[i].body, func(f *Field) {
			if text := f.words(); text != "" {
				answers = append(answers, abi.Answer{Section: path[i].title(), Label: f.title(), Text: text})
			}
		})
	}
	return answers
}

func (v *visit[S]) title() string {
	if v.page.Title != "" {
		return v.page.Title
	}
	for _, b := range v.body {
		if b.field != nil {
			return b.field.node.Label
		}
	}
	return v.step.ID
}
