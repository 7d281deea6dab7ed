package forms

import (
	"slices"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/view"
)

// draw makes the view of one step on the path.
func (f Form[S]) draw(path []visit[S], at int, errs []abi.FieldError) *view.Node {
	v := &path[at]
	root := &view.Node{
		Type: view.Form, ID: v.step.ID, Label: v.Page.Title, Caption: f.Title,
		Part: at + 1, Parts: len(path), Button: v.Page.Button,
		Items: v.Draw(errs),
	}
	if at > 0 {
		root.Back = path[at-1].step.ID
	}
	if v.step.Review {
		if root.Label == "" {
			root.Label = "Check your answers"
		}
		if root.Button == "" {
			root.Button = "Send" // nothing comes after it
		}
		root.Items = slices.Grow(root.Items, at)
		for i := range path[:at] {
			if rows := path[i].answered(nil, path[i].step.ID); len(rows) > 0 {
				root.Items = append(root.Items, view.Node{Type: view.Section, Label: path[i].title(), Items: []view.Node{{Type: view.Summary, Items: rows}}})
			}
		}
	}
	return root
}

// DrawPage makes a view that is only read; for the kits.
func DrawPage(p Page) *view.Node {
	s := Open(&state.State{}, func() Page { return p }, nil)
	return &view.Node{Type: view.Page, Label: p.Title, Items: s.DrawRead()}
}

func (s *Sheet) draw(body []built, errs []abi.FieldError) []view.Node {
	if len(body) == 0 {
		return nil
	}
	nodes := make([]view.Node, len(body))
	for i := range body {
		b := &body[i]
		if b.field != nil {
			s.drawField(b.field, &nodes[i], errs)
			continue
		}
		nodes[i] = *b.node
		if b.kids != nil {
			nodes[i].Items = s.draw(b.kids, errs)
		}
	}
	return nodes
}

func (s *Sheet) drawField(f *Field, n *view.Node, errs []abi.FieldError) {
	n.Type, n.ID, n.Kind, n.Label, n.Hint = view.Field, f.id, f.kind, f.label, f.hint
	n.Required, n.Autocomplete, n.Accept = f.required != "", f.autocomplete, f.accept
	n.Min, n.Max, n.MinLength, n.MaxLength = f.min, f.max, f.minLength, f.maxLength
	n.MaxFiles, n.MaxBytes = f.maxFiles, f.maxBytes
	n.Unit, n.List, n.OnChange = f.unit, f.lookup, f.onChange
	a := s.answer(f)
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
		n.Options[i] = view.Option{Value: o.value, Label: o.label, Hint: o.hint, Items: s.draw(o.nodes(), errs)}
	}
}

// drawRead draws runs of fields as a summary, leaves buttons out, and everything
// else as it is.
func (s *Sheet) drawRead(body []built) []view.Node {
	var nodes []view.Node
	for i := range body {
		b := &body[i]
		switch {
		case b.field != nil:
			rows := s.rows(b, "")
			if last := len(nodes) - 1; last >= 0 && nodes[last].Type == view.Summary && i > 0 && body[i-1].field != nil {
				nodes[last].Items = append(nodes[last].Items, rows...)
			} else if len(rows) > 0 {
				nodes = append(nodes, view.Node{Type: view.Summary, Items: rows})
			}
		case b.node.Type == view.Button:
		default:
			n := *b.node
			if b.kids != nil {
				n.Items = s.drawRead(b.kids)
			}
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// rows lists the answers below one node, with links to change them if there is
// a step to go to.
func (s *Sheet) rows(b *built, step string) []view.Node {
	one := Sheet{body: []built{*b}, st: s.st}
	return one.answered(nil, step)
}

// answered adds a row for each answer of the page.
func (s *Sheet) answered(rows []view.Node, step string) []view.Node {
	fields := 0
	s.asked(func(*Field) { fields++ })
	rows = slices.Grow(rows, fields) // a node is large: no room for more than there are
	s.asked(func(f *Field) {
		rows = rows[:len(rows)+1]
		row := &rows[len(rows)-1]
		row.Type, row.Label, row.Text, row.Goto = view.Row, f.title(), f.words(), step
		if row.Text == "" {
			row.Text = "Not given"
		}
	})
	return rows
}

func (v *visit[S]) title() string {
	if v.Page.Title != "" {
		return v.Page.Title
	}
	for i := range v.body {
		if f := v.body[i].field; f != nil {
			return f.label
		}
	}
	return v.step.ID
}
