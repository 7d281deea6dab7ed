// Package lookuppages is where a configurator keeps the lists that plugins look
// things up in: uploaded as CSV, replaced as a whole, deleted.
package lookuppages

import (
	"embed"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/lookups"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "lookuppages", Files: files, Samples: samples()}
}

// Pages answers for lists.
type Pages struct{ lists *lookups.Service }

// New makes the pages.
func New(lists *lookups.Service) *Pages { return &Pages{lists} }

const (
	address  = "/configuration/lists"
	fileName = "file"
	inputKey = "key"
	inputFor = "name"

	keyHint = "How case types and plugins name the list, such as streets. The key of a list that exists replaces its rows."
)

// RegisterView hangs on what whoever sees the configuration follows.
func (p *Pages) RegisterView(r render.Routes) { r.Get(address, p.show) }

// RegisterChange hangs on what configurators do.
func (p *Pages) RegisterChange(r render.Routes) {
	r.Post(address, p.upload)
	r.Post(address+"/:key/delete", p.remove)
}

// ListsPage is all lists, and the form that uploads one.
type ListsPage struct {
	Lists    []ListRow
	May      bool // the reader may change them
	Key      layout.Field
	Name     layout.Field
	File     string // what is wrong with it
	Problems render.Problems
}

// ListRow is one list.
type ListRow struct {
	Key, Name, By string
	Columns       []string
	Rows          int
	At            time.Time
	Delete        string
}

var view = render.View{Template: "lookuppages/lists", Title: "Lists", Nav: "configuration"}

func (p *Pages) show(c *fiber.Ctx) error {
	page, err := p.page(c, render.Problems{}, "", "")
	if err != nil {
		return err
	}
	return render.Page(c, view, page)
}

func (p *Pages) page(c *fiber.Ctx, problems render.Problems, key, name string) (ListsPage, error) {
	page := ListsPage{
		May: render.Actor(c).Has(core.RoleConfigurator), Problems: problems, File: problems.For(fileName),
		Key: layout.Field{
			Name: inputKey, Label: "Key", Hint: keyHint, Value: key,
			Error: problems.For(inputKey), MaxLength: 50, Plain: true,
		},
		Name: layout.Field{Name: inputFor, Label: "Name", Value: name, Error: problems.For(inputFor), MaxLength: 100},
	}
	lists, err := p.lists.Lists(c.UserContext())
	for _, l := range lists {
		page.Lists = append(page.Lists, ListRow{l.Key, l.Name, l.ChangedBy, l.Columns, l.Rows, l.ChangedAt, address + "/" + url.PathEscape(l.Key) + "/delete"})
	}
	return page, err
}

// upload makes a list, or replaces the rows of one.
func (p *Pages) upload(c *fiber.Ctx) error {
	key, name := c.FormValue(inputKey), c.FormValue(inputFor)
	err := p.put(c, key, name)
	if problems, ok := render.ProblemsOf(err, inputKey, inputFor, fileName); ok {
		page, err := p.page(c, problems, key, name)
		if err != nil {
			return err
		}
		return render.Invalid(c, view, page)
	}
	if err != nil {
		return err
	}
	return render.Done(c, address, render.Toast{Text: "The list is uploaded"})
}

func (p *Pages) put(c *fiber.Ctx, key, name string) error {
	sent, err := c.FormFile(fileName)
	if err != nil || sent.Size == 0 {
		return core.InvalidField(fileName, "Choose a file of comma-separated values.")
	}
	if sent.Size > lookups.MaxFile {
		return core.InvalidField(fileName, "The file is larger than %d MB.", lookups.MaxFile>>20)
	}
	file, err := sent.Open()
	if err != nil {
		return err
	}
	defer file.Close()
	columns, rows, err := lookups.ReadCSV(file)
	if err != nil {
		return err
	}
	return p.lists.Put(c.UserContext(), render.Actor(c), lookups.List{Key: key, Name: name, Columns: columns}, rows)
}

func (p *Pages) remove(c *fiber.Ctx) error {
	if err := p.lists.Delete(c.UserContext(), render.Actor(c), c.Params("key")); err != nil {
		return err
	}
	return render.Done(c, address, render.Toast{Text: "The list is deleted"})
}

// samples are the states that the gallery shows and tests execute.
func samples() []render.Sample {
	now := time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC)
	page := ListsPage{
		May: true, Key: layout.Field{Name: inputKey, Label: "Key", Hint: keyHint}, Name: layout.Field{Name: inputFor, Label: "Name"},
		Lists: []ListRow{{"streets", "Streets of Northmoor", "Priya Raghunathan", []string{"Ward", "Postcode"}, 2481, now, "#"}},
	}
	refused := page
	refused.Problems, _ = render.ProblemsOf(core.InvalidField(fileName, "Row 7 has no value."), fileName)
	refused.File = refused.Problems.For(fileName)
	nothing := ListsPage{}
	of := func(name string, data ListsPage) render.Sample {
		return render.Sample{Template: "lookuppages/lists", Name: name, View: view, Data: data}
	}
	return []render.Sample{of("one", page), of("refused", refused), of("none, to look at", nothing)}
}
