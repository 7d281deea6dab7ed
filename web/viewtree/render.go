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

// Render draws a tree: a whole form element, or, for a page without buttons,
// its content.
func (r *Renderer) Render(tree *view.Node, p Page) (template.HTML, error) {
	d := r.drawing(tree, p)
	return d.node(tree, p.level())
}

// Body draws what stands below the heading of a page, for a host that heads it
// itself, and has no form.
func (r *Renderer) Body(tree *view.Node, p Page) (template.HTML, error) {
	p.ReadOnly = true
	return r.drawing(tree, p).all(tree.Items, p.level()+1)
}

func (r *Renderer) drawing(tree *view.Node, p Page) *drawing {
	d := &drawing{r: r, page: p, root: tree}
	tree.Walk(func(n *view.Node) {
		d.asks = d.asks || n.Type == view.Field
		d.presses = d.presses || n.Type == view.Button || n.Type == view.Table && n.Driven()
	})
	d.closed = p.ReadOnly || p.Action == ""
	return d
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
	r       *Renderer
	page    Page
	root    *view.Node
	asks    bool // there are questions
	presses bool // there are buttons, or tables whose plugin sorts them
	closed  bool // nothing can be asked or pressed
	unnamed int  // how many nodes without an id have got one
}

// shown is what a template sees: the node, what surrounds it, and its
// children, drawn.
type shown struct {
	*view.Node
	Page     Page
	Level    int // of a heading
	Body     template.HTML
	Choices  []choice // of radios and checkboxes
	Field    field
	Summary  []message // of a form with errors
	Kicker   string    // above the heading of a form
	Upload   bool      // the form sends files
	DOM      string    // an id of the page, of what is no field
	Form     form
	Actions  []action // the buttons of a row of them
	Rows     []row    // of figures, a timeline, progress
	Table    *table
	Chart    *chart
	Places   []place
	Parts    []part // of tabs
	Link     string // where it leads
	PinsJSON string
}

// part is one of several tabs.
type part struct {
	ID, Label string
	Body      template.HTML
}

type message struct{ ID, Text string } // ID of the input it is about, or ""

func (d *drawing) node(n *view.Node, level int) (template.HTML, error) {
	s := shown{Node: n, Page: d.page, Level: min(level, 6)}
	name := string(n.Type)
	below := level
	switch n.Type {
	case view.Form, view.Page, view.Section:
		below++
	case view.Row:
		name = "summary-row"
		s.Link = d.rowLink(n)
	case view.Field:
		return d.fieldNode(&s, level)
	case view.Figures, view.Timeline, view.Progress:
		d.rows(&s)
		return d.execute(name, s)
	case view.Table:
		d.table(&s)
		return d.execute(name, s)
	case view.Chart:
		s.DOM = d.name(n)
		s.Chart = drawChart(n)
		return d.execute(s.Chart.template(), s)
	case view.Map:
		d.places(&s)
		return d.execute(name, s)
	case view.FileList:
		s.DOM = d.name(n)
		return d.execute(name, s)
	case view.Tabs:
		return d.tabs(&s, level)
	case view.Button:
		return d.buttons([]view.Node{*n})
	}
	items := n.Items
	if n.Type == view.Form || n.Type == view.Page {
		items = d.form(&s)
	}
	body, err := d.all(items, below)
	if err != nil {
		return "", err
	}
	s.Body = body
	return d.execute(name, s)
}

func (d *drawing) execute(name string, s shown) (template.HTML, error) {
	var out bytes.Buffer
	if err := d.r.templates.ExecuteTemplate(&out, name+".html", s); err != nil {
		return "", fmt.Errorf("drawing a %s: %w", s.Type, err)
	}
	return template.HTML(out.String()), nil
}

// all draws nodes; buttons that follow each other share a row.
func (d *drawing) all(nodes []view.Node, level int) (template.HTML, error) {
	var out strings.Builder
	for i := 0; i < len(nodes); i++ {
		var html template.HTML
		var err error
		if last := lastButton(nodes, i); last > i {
			html, err = d.buttons(nodes[i:last])
			i = last - 1
		} else {
			html, err = d.node(&nodes[i], level)
		}
		if err != nil {
			return "", err
		}
		out.WriteString(string(html))
	}
	return template.HTML(out.String()), nil
}

// lastButton is the index after the last of the buttons that begin at i.
func lastButton(nodes []view.Node, i int) int {
	for i < len(nodes) && nodes[i].Type == view.Button {
		i++
	}
	return i
}

func (d *drawing) tabs(s *shown, level int) (template.HTML, error) {
	s.DOM = d.name(s.Node)
	for i := range s.Items {
		body, err := d.all(s.Items[i].Items, level+1)
		if err != nil {
			return "", err
		}
		s.Parts = append(s.Parts, part{ID: s.DOM + "~" + strconv.Itoa(i), Label: s.Items[i].Label, Body: body})
	}
	return d.execute("tabs", *s)
}

// name is the id of something that is no field. What has no id of its own is
// counted, so that drawing the same tree again gives the same.
func (d *drawing) name(n *view.Node) string {
	if n.ID != "" {
		return d.page.Prefix + "n-" + n.ID
	}
	d.unnamed++
	return d.page.Prefix + "n~" + strconv.Itoa(d.unnamed)
}

// rowLink is where a row of a summary leads to be changed.
func (d *drawing) rowLink(n *view.Node) string {
	if n.Goto == "" || d.page.StepURL == nil || d.page.ReadOnly {
		return ""
	}
	return d.page.StepURL(n.Goto)
}

// CaseLink is where the case of a row is shown, or "".
func (s shown) CaseLink() string { return s.Page.caseURL(s.Ref) }

// FileLink is where a file can be had, or "".
func (s shown) FileLink(id string) string { return s.Page.fileURL(id) }

// Icon is the address of an icon.
func (s shown) Icon(name string) string { return s.Page.Icons + "#i-" + name }

// ElementID makes an id of the page from one of the host's own.
func (s shown) ElementID(id string) string { return s.Page.Prefix + id }

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
