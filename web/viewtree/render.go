package viewtree

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk/view"
)

//go:embed *.html
var files embed.FS

// Renderer draws trees. It is made once and used by many goroutines.
type Renderer struct{ templates *template.Template }

// New reads the templates.
func New() (*Renderer, error) {
	t, err := template.New("viewtree").Funcs(template.FuncMap{"lines": lines, "paragraphs": paragraphs, "size": size}).ParseFS(files, "*.html")
	if err != nil {
		return nil, fmt.Errorf("reading the templates of view trees: %w", err)
	}
	return &Renderer{t}, nil
}

// Page is what the host adds to a tree.
type Page struct {
	Action  string                   // where the form posts to
	Hidden  []Hidden                 // such as the CSRF token
	StepURL func(step string) string // the address that shows a step again; nil: no links to change answers
	Errors  []string                 // messages that belong to no field
	Save    bool                     // offer to save and come back later
	Target  string                   // id of the element htmx replaces with the answer; "": no htmx
	Icons   string                   // address of the icons' sprite before its #; "": in the page itself
	Map     Map                      // lets places be chosen on a map; the zero Map: in figures alone
	// Nearby is where what is known around the place in a field is asked for; nil,
	// or an answer of "": nowhere.
	Nearby func(field string) string
}

// Map is where the browser finds what draws a map, once somebody opens it.
type Map struct{ Script, Style string }

// Hidden is a hidden field.
type Hidden struct{ Name, Value string }

// Render draws a tree: a whole form element, or, for a page, its content.
func (r *Renderer) Render(tree *view.Node, p Page) (template.HTML, error) {
	d := &drawing{r: r, page: p, root: tree}
	return d.node(tree, 1)
}

// Title is what a tree is called in the title of the browser's window.
func Title(tree *view.Node) string {
	title := tree.Label
	if title == "" && len(tree.Items) > 0 {
		title = tree.Items[0].Label
	}
	if hasErrors(tree) {
		title = "Error: " + title
	}
	return title
}

func hasErrors(tree *view.Node) bool {
	return slices.ContainsFunc(tree.Fields(), func(f *view.Node) bool { return f.Error != "" })
}

// drawing is one tree being drawn.
type drawing struct {
	r    *Renderer
	page Page
	root *view.Node
}

// shown is what a template sees: the node, what surrounds it, and its
// children, drawn.
type shown struct {
	*view.Node
	Page    Page
	Level   int // of a heading
	Body    template.HTML
	Choices []choice // of radios and checkboxes
	Field   field
	Summary []message // of a form with errors
	Kicker  string    // above the heading of a form
	Upload  bool      // the form sends files
}

// field is what a field needs beside its node.
type field struct {
	ID          string // of the input, or of the group
	Name        string
	DescribedBy string
	Value       string   // the only one, or the first
	Parts       []string // of a date: year, month, day; of a location: address, latitude, longitude
	Heading     bool     // its label heads the page
	Kicker      string
	Type        string // of the input
	Mode        string // of the keyboard
}

type choice struct {
	view.Option
	ID      string
	Checked bool
	Body    template.HTML // what it reveals
}

type message struct{ ID, Text string } // ID of the input it is about, or ""

// inputTypes are the kinds drawn as one input, by the type of it.
var inputTypes = map[string][2]string{
	view.KindText: {"text", ""}, view.KindEmail: {"email", "email"}, view.KindTel: {"tel", "tel"}, view.KindNumber: {"text", "decimal"},
}

func (d *drawing) node(n *view.Node, level int) (template.HTML, error) {
	s := shown{Node: n, Page: d.page, Level: min(level, 4)}
	name := string(n.Type)
	below := level
	switch n.Type {
	case view.Form, view.Section:
		below++
	case view.Page:
		below++
	case view.Row:
		name = "summary-row"
	case view.Field:
		var err error
		if name, err = d.field(&s, level); err != nil {
			return "", err
		}
	}
	body, err := d.all(n.Items, below)
	if err != nil {
		return "", err
	}
	s.Body = body
	if n.Type == view.Form {
		d.form(&s)
	}
	var out bytes.Buffer
	if err := d.r.templates.ExecuteTemplate(&out, name+".html", s); err != nil {
		return "", fmt.Errorf("drawing a %s: %w", n.Type, err)
	}
	return template.HTML(out.String()), nil
}

func (d *drawing) all(nodes []view.Node, level int) (template.HTML, error) {
	var out strings.Builder
	for i := range nodes {
		html, err := d.node(&nodes[i], level)
		if err != nil {
			return "", err
		}
		out.WriteString(string(html))
	}
	return template.HTML(out.String()), nil
}

func (d *drawing) form(s *shown) {
	for _, f := range s.Fields() {
		if f.Error != "" {
			s.Summary = append(s.Summary, message{focusID(f), f.Error})
		}
		s.Upload = s.Upload || f.Kind == view.KindFile
	}
	for _, text := range d.page.Errors {
		s.Summary = append(s.Summary, message{"", text})
	}
	s.Kicker = d.kicker()
}

func (d *drawing) kicker() string {
	part := ""
	if d.root.Parts > 1 {
		part = "part " + strconv.Itoa(d.root.Part) + " of " + strconv.Itoa(d.root.Parts)
	}
	switch {
	case d.root.Caption != "" && part != "":
		return d.root.Caption + ": " + part
	case part != "":
		return strings.ToUpper(part[:1]) + part[1:]
	}
	return d.root.Caption
}

// field fills in what a field needs and says which template draws it.
func (d *drawing) field(s *shown, level int) (string, error) {
	n := s.Node
	f := field{ID: elementID(n.ID), Name: InputName(n.ID)}
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
	f.DescribedBy = strings.Join(described, " ")
	if d.root.Type == view.Form && d.root.Label == "" && n == &d.root.Items[0] {
		f.Heading, f.Kicker = true, d.kicker()
	}
	name := "field-" + n.Kind
	switch n.Kind {
	case view.KindDate:
		f.Parts = dateParts(f.Value)
	case view.KindLocation:
		f.Parts = append(append([]string{}, n.Value...), "", "", "")[:3]
	case view.KindRadios, view.KindCheckboxes:
		name = "field-choices"
		f.Type = "radio"
		if n.Kind == view.KindCheckboxes {
			f.Type = "checkbox"
		}
		for i := range n.Options {
			o := &n.Options[i]
			body, err := d.all(o.Items, level)
			if err != nil {
				return "", err
			}
			s.Choices = append(s.Choices, choice{
				Option: *o, ID: f.ID + "~" + strconv.Itoa(i), Checked: slices.Contains(n.Value, o.Value), Body: body,
			})
		}
	default:
		if t, ok := inputTypes[n.Kind]; ok {
			name, f.Type, f.Mode = "field-input", t[0], t[1]
		}
	}
	s.Field = f
	return name, nil
}

// Short says that an answer is short, so that its box can be.
func (s shown) Short() bool {
	return s.Kind == view.KindNumber || s.Kind == view.KindTel || s.MaxLength > 0 && s.MaxLength <= 40
}

// Many says that a file field takes several.
func (s shown) Many() bool { return s.MaxFiles != 1 }

// Full says that a file field has all the files it takes.
func (s shown) Full() bool { return s.MaxFiles > 0 && len(s.Files) >= s.MaxFiles }

// Accepts lists the kinds of file for the browser.
func (s shown) Accepts() string { return strings.Join(s.Accept, ",") }

// ButtonText is what stands on the button of a form.
func (s shown) ButtonText() string {
	if s.Button == "" {
		return "Continue"
	}
	return s.Button
}

// Link is where a row leads to be changed.
func (s shown) Link() string {
	if s.Goto == "" || s.Page.StepURL == nil {
		return ""
	}
	return s.Page.StepURL(s.Goto)
}

// SummaryTitle counts the answers that need another look.
func (s shown) SummaryTitle() string {
	words := []string{"", "One answer needs another look", "Two answers need another look", "Three answers need another look"}
	if n := len(s.Summary); n >= len(words) {
		return strconv.Itoa(n) + " answers need another look"
	}
	return words[len(s.Summary)]
}

// Nearby is where a place asks for what is known around it.
func (s shown) Nearby() string {
	if s.Page.Nearby == nil {
		return ""
	}
	return s.Page.Nearby(s.ID)
}

// Icon is the address of an icon.
func (s shown) Icon(name string) string { return s.Page.Icons + "#i-" + name }

// elementID is the id of a field's input; InputName its name. Parts of a field
// are parted by ~ in ids and by : in names: neither occurs in a field's id, so
// that nothing made here collides with another field's.
func elementID(id string) string { return "f-" + id }

// InputName is the name of a field's input, as the browser sends it.
func InputName(id string) string { return "f:" + id }

// focusID is where the link of an error leads.
func focusID(f *view.Node) string {
	switch f.Kind {
	case view.KindDate:
		return elementID(f.ID) + "~day"
	case view.KindRadios, view.KindCheckboxes:
		return elementID(f.ID) + "~0"
	}
	return elementID(f.ID)
}

// dateParts parts a date as typed into year, month and day.
func dateParts(s string) []string {
	return append(strings.SplitN(s, "-", 3), "", "", "")[:3]
}

func lines(s string) []string { return strings.Split(s, "\n") }

func paragraphs(s string) []string {
	var list []string
	for p := range strings.SplitSeq(s, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			list = append(list, p)
		}
	}
	return list
}

// size says how large a file is: 340 kB, 2.1 MB.
func size(bytes int64) string {
	switch {
	case bytes < 1000:
		return strconv.FormatInt(bytes, 10) + " bytes"
	case bytes < 1_000_000:
		return strconv.FormatInt((bytes+500)/1000, 10) + " kB"
	}
	return strconv.FormatFloat(float64(bytes)/1e6, 'f', 1, 64) + " MB"
}
