package main

import (
	"strings"

	"github.com/casement-dev/casement/sdk/forms"
)

// manyChoices are shown as a list that opens.
const manyChoices = 8

// draw makes one page.
func (d *definition) draw(c *forms.Ctx, a *answers, t turn) forms.Page {
	p := forms.Page{Title: t.page.Title}
	if p.Title == "" && t.page.Text != "" {
		p.Title = d.Title
	}
	if t.page.Text != "" {
		p.Body = append(p.Body, forms.Text(t.page.Text))
	}
	for i := range t.page.Fields {
		f := &t.page.Fields[i]
		if parent, _ := t.page.revealer(f); parent == nil {
			p.Body = append(p.Body, d.nodes(c, a, t, f)...)
		}
	}
	if t.nth < t.page.Repeat {
		question := t.page.Another
		if question == "" {
			question = "Is there another?"
		}
		p.Body = append(p.Body, forms.YesNo(t.again(), a.text(t.again()), question).Required("Choose yes or no"))
	}
	if p.Title == "" && !headed(t.page) {
		p.Title = d.Title
	}
	return p
}

// headed says whether the first thing on a page is a question, which can head it.
func headed(p *page) bool {
	if len(p.Fields) == 0 || !p.Fields[0].When.empty() {
		return false
	}
	switch p.Fields[0].Kind {
	case kindNote, kindCalculated, kindPerson, kindAddress:
		return false
	}
	return true
}

// revealer is the question of the same page under whose answer a question
// stands, and that answer.
func (p *page) revealer(f *field) (*field, string) {
	for _, t := range f.When.All {
		for i := range p.Fields {
			parent := &p.Fields[i]
			if parent.Key != t.Field || parent == f {
				continue
			}
			switch {
			case t.Op != opIs, !parent.When.empty():
			case parent.Kind == kindYesNo, parent.Kind == kindChoice && parent.As == "" && len(parent.Choices) <= manyChoices, parent.Kind == kindChoices:
				return parent, t.Value
			}
		}
	}
	return nil, ""
}

// reckonsWith says whether something on the same page is worked out of the
// answer to a question: the page is then drawn again whenever it changes.
func (p *page) reckonsWith(f *field) bool {
	for i := range p.Fields {
		if p.Fields[i].Kind == kindCalculated && has(p.Fields[i].Work.Of, f.Key) {
			return true
		}
	}
	return false
}

// reveals are the questions that an answer brings with it.
func (d *definition) reveals(c *forms.Ctx, a *answers, t turn, f *field, value string) []forms.Node {
	var nodes []forms.Node
	for i := range t.page.Fields {
		child := &t.page.Fields[i]
		parent, answer := t.page.revealer(child)
		if parent != f || answer != value {
			continue
		}
		// The test of the same page is the option itself; the others decide here.
		rest := *child
		rest.When.All = nil
		for _, test := range child.When.All {
			if test.Field != f.Key {
				rest.When.All = append(rest.When.All, test)
			}
		}
		nodes = append(nodes, d.nodes(c, a, t, &rest)...)
	}
	return nodes
}

// nodes draws one field of a definition.
func (d *definition) nodes(c *forms.Ctx, a *answers, t turn, f *field) []forms.Node {
	if !d.asked(c, a, t, f) {
		return nil
	}
	id := numbered(f.Key, t.nth)
	switch f.Kind {
	case kindNote:
		return []forms.Node{forms.Notice(f.Label, f.Hint)}
	case kindCalculated:
		text := d.workedText(a, f)
		if text == "" {
			return nil
		}
		return []forms.Node{forms.Summary(forms.Row(f.Label, text).Hint(f.Hint))}
	case kindPerson:
		return []forms.Node{d.person(a, f, id)}
	case kindAddress:
		return []forms.Node{d.address(a, f, id)}
	}
	q := d.question(a, f, id)
	if f.Kind == kindYesNo {
		for _, option := range [][2]string{{"yes", "Yes"}, {"no", "No"}} {
			q.Option(option[0], option[1])
			if under := d.reveals(c, a, t, f, option[0]); len(under) > 0 {
				q.Reveal(under...)
			}
		}
	}
	for _, o := range f.Choices {
		q.Option(o.Key, o.Name)
		if o.Hint != "" {
			q.OptionHint(o.Hint)
		}
		if under := d.reveals(c, a, t, f, o.Key); len(under) > 0 {
			q.Reveal(under...)
		}
	}
	if f.Hint != "" {
		q.Hint(f.Hint)
	}
	if f.Short != "" {
		q.Short(f.Short)
	}
	if f.Required {
		q.Required(f.missing())
	}
	if f.Min != "" || f.Max != "" {
		q.Between(day(f.Min, c.Today), day(f.Max, c.Today))
	}
	if f.Unit != "" {
		q.Unit(f.Unit)
	}
	if t.page.reckonsWith(f) {
		q.OnChange()
	}
	if rule := formats[f.Format]; rule != nil {
		p := a.text(id)
		q.Check(func() string { return rule(*p) })
	}
	return []forms.Node{q}
}

// question makes the field of a kind, bound to its variable.
func (d *definition) question(a *answers, f *field, id string) *forms.Field {
	label := d.label(f)
	switch f.Kind {
	case kindLongText:
		return bounded(forms.TextArea(id, a.text(id), label), f)
	case kindEmail:
		return forms.Email(id, a.text(id), label)
	case kindTelephone:
		return forms.Tel(id, a.text(id), label)
	case kindChoice:
		if f.As == "list" || len(f.Choices) > manyChoices {
			return forms.Select(id, a.text(id), label)
		}
		return forms.Radios(id, a.text(id), label)
	case kindYesNo:
		return forms.Radios(id, a.text(id), label) // like radios it can bring further questions with it
	case kindChoices:
		return forms.Checkboxes(id, a.list(id), label)
	case kindDate:
		return forms.Date(id, a.text(id), label)
	case kindNumber:
		return forms.Number(id, a.text(id), label)
	case kindMoney:
		return forms.Money(id, a.text(id), label)
	case kindFile:
		q := forms.Files(id, a.filesOf(id), label)
		if f.Files > 0 {
			q.Max(f.Files)
		}
		if f.Megabytes > 0 {
			q.MaxMegabytes(f.Megabytes)
		}
		return q.Accept(f.Accept...)
	case kindLocation:
		return forms.Location(id, a.place(id), label)
	case kindLookup:
		return forms.Lookup(id, a.text(id), f.List, label)
	}
	q := bounded(forms.Line(id, a.text(id), label), f)
	switch f.Becomes {
	case becomesName:
		q.Autocomplete("name")
	case becomesBehalfName:
		q.Autocomplete("off")
	}
	return q
}

func bounded(q *forms.Field, f *field) *forms.Field {
	if f.MaxLength > 0 {
		q.Max(f.MaxLength)
	}
	if f.MinLength > 0 {
		q.Min(f.MinLength)
	}
	return q
}

// label says of a question that need not be answered that it is optional, unless
// a rule of its page is about it: then nobody can say so beforehand.
func (d *definition) label(f *field) string {
	if f.Required || strings.Contains(f.Label, "(") {
		return f.Label
	}
	if p, _ := d.find(f.Key); p != nil {
		for _, rule := range p.Checks {
			for _, tests := range [][]test{rule.When.All, rule.When.Any} {
				for _, t := range tests {
					if t.Field == f.Key {
						return f.Label
					}
				}
			}
		}
	}
	return f.Label + " (optional)"
}

func (f *field) missing() string {
	if f.Message != "" {
		return f.Message
	}
	label := strings.TrimRight(f.Label, ":. ")
	switch f.Kind {
	case kindChoice, kindChoices, kindYesNo, kindLookup:
		return "Choose an answer to “" + label + "”"
	case kindFile:
		return "Add a file to “" + label + "”"
	case kindLocation:
		return "Say where: “" + label + "”"
	}
	return "Answer “" + label + "”"
}

func (d *definition) person(a *answers, f *field, id string) forms.Node {
	parts := f.Parts
	if len(parts) == 0 {
		parts = personParts
	}
	var body []forms.Node
	token := func(q *forms.Field, known string) *forms.Field {
		if f.Becomes == becomesRequester {
			return q.Autocomplete(known)
		}
		return q.Autocomplete("off")
	}
	for _, part := range parts {
		at := id + "." + part
		switch part {
		case "name":
			q := token(forms.Line(at, a.text(at), "Full name"), "name").Short("Name")
			if f.Required {
				q.Required("Enter the full name")
			}
			body = append(body, q)
		case "email":
			body = append(body, token(forms.Email(at, a.text(at), "Email address"), "email").Short("Email"))
		case "phone":
			body = append(body, token(forms.Tel(at, a.text(at), "Telephone number"), "tel").Short("Telephone"))
		}
	}
	if f.Hint != "" {
		body = append([]forms.Node{forms.Hint(f.Hint)}, body...)
	}
	return forms.Section(f.Label, body...)
}

func (d *definition) address(a *answers, f *field, id string) forms.Node {
	line := func(part, label, token string, needed bool) *forms.Field {
		q := forms.Line(id+"."+part, a.text(id+"."+part), label).Autocomplete(token)
		if f.Required && needed {
			q.Required("Enter the " + strings.ToLower(label[:1]) + label[1:])
		}
		return q
	}
	postcode := line("postcode", "Postcode", "postal-code", true)
	p := a.text(id + ".postcode")
	postcode.Max(12).Check(func() string { return formats["postcode"](*p) })
	body := []forms.Node{
		line("line1", "Address line 1", "address-line1", true), line("line2", "Address line 2 (optional)", "address-line2", false),
		line("town", "Town or city", "address-level2", true), postcode,
	}
	if f.Hint != "" {
		body = append([]forms.Node{forms.Hint(f.Hint)}, body...)
	}
	return forms.Section(f.Label, body...)
}
