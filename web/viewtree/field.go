package viewtree

import (
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk/view"
)

// field is what a field needs beside its node.
type field struct {
	ID          string // of the input, or of the group
	Name        string
	DescribedBy string
	Value       string   // the only one, or the first
	Parts       []string // of a date: year, month, day; of a location: address, latitude, longitude
	Heading     bool     // its label heads the page
	Level       string   // of that heading: "h1"
	Kicker      string
	Type        string // of the input
	Mode        string // of the keyboard
	Before      string // of the input: a unit
	After       string
	Change      string // what htmx sends when it was changed
	LookupURL   string
	Rows        []view.Option // of a lookup that is short
}

type choice struct {
	view.Option
	ID      string
	Checked bool
	Body    template.HTML // what it reveals
}

// inputTypes are the kinds drawn as one input, by the type of it and the
// keyboard that suits.
var inputTypes = map[string][2]string{
	view.KindText: {"text", ""}, view.KindEmail: {"email", "email"}, view.KindTel: {"tel", "tel"},
	view.KindNumber: {"text", "decimal"}, view.KindMoney: {"text", "decimal"},
}

// fieldNode draws a question, or, where nothing is asked, its answer.
func (d *drawing) fieldNode(s *shown, level int) (template.HTML, error) {
	if d.closed {
		return d.answer(s)
	}
	n := s.Node
	s.Field = d.field(n)
	name := "field-" + n.Kind
	switch n.Kind {
	case view.KindRadios, view.KindCheckboxes, view.KindYesNo:
		name = "field-choices"
		s.Field.Type = "radio"
		if n.Kind == view.KindCheckboxes {
			s.Field.Type = "checkbox"
		}
		for i, o := range options(n) {
			body, err := d.all(o.Items, level)
			if err != nil {
				return "", err
			}
			s.Choices = append(s.Choices, choice{
				Option: o, ID: s.Field.ID + "~" + strconv.Itoa(i), Checked: slices.Contains(n.Value, o.Value), Body: body,
			})
		}
	default:
		if t, ok := inputTypes[n.Kind]; ok {
			name, s.Field.Type, s.Field.Mode = "field-input", t[0], t[1]
		}
	}
	return d.execute(name, *s)
}

// options are the choices of a field; yes_no brings its own.
func options(n *view.Node) []view.Option {
	if n.Kind == view.KindYesNo {
		return []view.Option{{Value: view.Yes, Label: "Yes"}, {Value: view.No, Label: "No"}}
	}
	return n.Options
}

// field fills in what a field needs.
func (d *drawing) field(n *view.Node) field {
	f := field{ID: d.elementID(n.ID), Name: InputName(n.ID)}
	if len(n.Value) > 0 {
		f.Value = n.Value[0]
	}
	var described []string
	if n.Hint != "" {
		described = append(described, f.ID+"~hint")
	}
	if n.Error != "" {
		described = append(described, f.ID+"~error")
	}
	f.Before, f.After = unitAround(n.Unit)
	if n.Unit != "" {
		described = append(described, f.ID+"~unit")
	}
	f.DescribedBy = strings.Join(described, " ")
	if d.root.Type == view.Form && d.root.Label == "" && n == &d.root.Items[0] && !d.page.Headless {
		f.Heading, f.Kicker, f.Level = true, d.kicker(), "h"+strconv.Itoa(d.page.level())
	}
	if n.OnChange {
		f.Change = `{"` + ActionName + `":"` + ActionChange + ":" + n.ID + `"}`
	}
	switch n.Kind {
	case view.KindDate:
		f.Parts = dateParts(f.Value)
	case view.KindLocation:
		f.Parts = append(append([]string{}, n.Value...), "", "", "")[:3]
	case view.KindLookup:
		f.LookupURL, f.Rows = d.page.Lookup.url(n.List), d.page.Lookup.rows(n.List)
		f.Parts = []string{d.page.Lookup.label(n.List, f.Value)}
	}
	return f
}

// answer shows what was answered to a question.
func (d *drawing) answer(s *shown) (template.HTML, error) {
	n := s.Node
	var words []string
	for _, o := range options(n) {
		if !slices.Contains(n.Value, o.Value) {
			continue
		}
		words = append(words, o.Label)
	}
	value := ""
	if len(n.Value) > 0 {
		value = n.Value[0]
	}
	switch {
	case len(options(n)) > 0:
	case n.Kind == view.KindFile:
		for _, f := range n.Files {
			words = append(words, f.Name)
		}
	case n.Kind == view.KindDate:
		if value != "" {
			words = []string{d.day(value)}
		}
	case n.Kind == view.KindLocation:
		if words = n.Value; len(n.Value) == 3 {
			words = []string{n.Value[0], strings.Trim(n.Value[1]+", "+n.Value[2], ", ")}
		}
	case n.Kind == view.KindLookup:
		words = []string{d.page.Lookup.label(n.List, value)}
	case value != "" && (n.Kind == view.KindMoney || n.Kind == view.KindNumber):
		words = []string{withUnit(value, n.Unit)}
	default:
		words = n.Value
	}
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return strings.TrimSpace(w) == "" })
	s.Field.Value = strings.Join(words, "\n")
	html, err := d.execute("answer", *s)
	if err != nil {
		return "", err
	}
	for i := range n.Options {
		if len(n.Options[i].Items) == 0 || !slices.Contains(n.Value, n.Options[i].Value) {
			continue
		}
		more, err := d.all(n.Options[i].Items, s.Level)
		if err != nil {
			return "", err
		}
		html += more
	}
	return html, nil
}

// Short says that an answer is short, so that its box can be.
func (s shown) Short() bool {
	return s.Kind == view.KindNumber || s.Kind == view.KindMoney || s.Kind == view.KindTel || s.MaxLength > 0 && s.MaxLength <= 40
}

// Many says that a file field takes several.
func (s shown) Many() bool { return s.MaxFiles != 1 }

// Full says that a file field has all the files it takes.
func (s shown) Full() bool { return s.MaxFiles > 0 && len(s.Files) >= s.MaxFiles }

// Accepts lists the kinds of file for the browser.
func (s shown) Accepts() string { return strings.Join(s.Accept, ",") }

// Nearby is where a place asks for what is known around it.
func (s shown) Nearby() string {
	if s.Page.Nearby == nil {
		return ""
	}
	return s.Page.Nearby(s.ID)
}

// elementID is the id of a field's input; InputName its name. Parts of a field
// are parted by ~ in ids and by : in names: neither occurs in a field's id, so
// that nothing made here collides with another field's.
func (d *drawing) elementID(id string) string { return d.page.Prefix + "f-" + id }

// ElementID is the id of a field's input on a page, for a link to it.
func (p Page) ElementID(field string) string { return p.Prefix + "f-" + field }

// InputName is the name of a field's input, as the browser sends it.
func InputName(id string) string { return "f:" + id }

// focusID is where the link of an error leads.
func (d *drawing) focusID(f *view.Node) string {
	switch f.Kind {
	case view.KindDate:
		return d.elementID(f.ID) + "~day"
	case view.KindRadios, view.KindCheckboxes, view.KindYesNo:
		return d.elementID(f.ID) + "~0"
	}
	return d.elementID(f.ID)
}

// dateParts parts a date as typed into year, month and day; the latter as people
// write them, 7 and not 07.
func dateParts(s string) []string {
	parts := append(strings.SplitN(s, "-", 3), "", "", "")[:3]
	for i, part := range parts[1:] {
		if len(part) == 2 {
			parts[i+1] = strings.TrimPrefix(part, "0")
		}
	}
	return parts
}
