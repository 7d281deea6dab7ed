package forms

import (
	"slices"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

// draw makes the view of one step on the path.
func (f Form[S]) draw(st *state, path []visit[S], at int, errs []abi.FieldError) *view.Node {
	v := &path[at]
	root := &view.Node{
		Type: view.Form, ID: v.step.ID, Label: v.page.Title, Caption: f.Title,
		Part: at + 1, Parts: len(path), Button: v.page.Button,
		Items: drawBody(st, v.body, errs),
	}
	if at > 0 {
		root.Back = path[at-1].step.ID
	}
	if v.step.Review {
		if root.Label == "" {
			root.Label = "Check your answers"
		}
		root.Items = slices.Grow(root.Items, at)
		for i := range path[:at] {
			root.Items = append(root.Items, drawReview(st, &path[i])...)
		}
	}
	return root
}

// drawPage makes a view that is only read.
func drawPage(p Page) *view.Node {
	return &view.Node{Type: view.Page, Label: p.Title, Items: drawBody(&state{}, p.Body.build(nil), nil)}
}

func drawBody(st *state, body []built, errs []abi.FieldError) []view.Node {
	if len(body) == 0 {
		return nil
	}
	nodes := make([]view.Node, len(body))
	for i := range body {
		b := &body[i]
		if b.field != nil {
			b.field.draw(&nodes[i], st, errs)
			continue
		}
		nodes[i] = *b.node
		nodes[i].Items = drawBody(st, b.kids, errs)
	}
	return nodes
}

func (f *Field) draw(n *view.Node, st *state, errs []abi.FieldError) {
	n.Type, n.ID, n.Kind, n.Label, n.Hint = view.Field, f.id, f.kind, f.label, f.hint
	n.Required, n.Autocomplete, n.Accept = f.required != "", f.autocomplete, f.accept
	n.Min, n.Max, n.MinLength, n.MaxLength = f.min, f.max, f.minLength, f.maxLength
	n.MaxFiles, n.MaxBytes = f.maxFiles, f.maxBytes
	a := st.answer(f)
	n.Value, n.Files = a.values, a.files
	for _, file := range a.files {
		n.Value = append(n.Value, file.ID)
	}
	for _, e := range errs {
		if e.Field == f.id {
			n.Error = e.Message
		}
	}
	if len(f.options) > 0 {
		n.Options = make([]view.Option, len(f.options))
	}
	for i := range f.options {
		o := &f.options[i]
		n.Options[i] = view.Option{Value: o.value, Label: o.label, Hint: o.hint, Items: drawBody(st, o.nodes(), errs)}
	}
}

// drawReview lists the answers of one step under its title.
func drawReview[S any](st *state, v *visit[S]) []view.Node {
	rows := make([]view.Node, 0, len(v.body))
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
	for i := range v.body {
		if f := v.body[i].field; f != nil {
			return f.label
		}
	}
	return v.step.ID
}
