// Package importpages brings cases in that were kept elsewhere: a file and a
// mapping, a dry run with what it found, the run, and its report. What a
// mapping says, and everything that happens to a row, is in
// core/intake/imports.
package importpages

import (
	"embed"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/intake/imports"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "importpages", Files: files, Samples: samples()}
}

// Example is a mapping to begin with.
type Example struct {
	Key    string // in addresses: "boston311"
	Name   string // "Boston 311"
	Source string
}

// Options are what the pages need.
type Options struct {
	Imports  *imports.Service
	Clock    core.Clock
	Examples []Example
}

// Pages answers for imports.
type Pages struct{ Options }

// New makes the pages.
func New(o Options) *Pages { return &Pages{o} }

// RegisterAdmin hangs on what configurators and administrators may follow.
func (p *Pages) RegisterAdmin(r render.Routes) {
	r.Get("/imports", p.list)
	r.Post("/imports", p.begin)
	r.Get("/imports/new", p.showNew)
	r.Get("/imports/:no<int>", p.show)
	r.Get("/imports/:no<int>/report", p.report)
	r.Post("/imports/:no<int>/start", p.start)
	r.Post("/imports/:no<int>/cancel", p.cancel)
}

// nav is the entry of the rail that these pages belong to.
const nav = "imports"

func address(no int) string { return "/imports/" + strconv.Itoa(no) }

// numberOf reads the number of an import from the address.
func numberOf(c *fiber.Ctx) (int, error) {
	no, err := strconv.Atoi(c.Params("no"))
	if err != nil || no < 1 || no > 1<<31-1 {
		return 0, core.NotFound("There is no such import.")
	}
	return no, nil
}

// stateChip shows how far an import has got.
func stateChip(s imports.State) layout.Chip {
	switch s {
	case imports.Checking:
		return layout.Chip{Label: "Being checked", Icon: "clock", Tone: "accent"}
	case imports.Checked:
		return layout.Chip{Label: "Checked, not started", Icon: "pause", Tone: "info"}
	case imports.Running:
		return layout.Chip{Label: "Being brought in", Icon: "right", Tone: "accent"}
	case imports.Done:
		return layout.Chip{Label: "Done", Icon: "ok", Tone: "good"}
	case imports.Cancelled:
		return layout.Chip{Label: "Cancelled", Icon: "x", Tone: ""}
	case imports.Failed:
		return layout.Chip{Label: "Failed", Icon: "stop", Tone: "bad"}
	}
	return layout.Chip{Label: string(s)}
}

// Row is an import in the list.
type Row struct {
	imports.Import
	URL  string
	Chip layout.Chip
	By   string
}

// ListPage lists the imports there were.
type ListPage struct {
	Rows []Row
}

func rowOf(i imports.Import) Row {
	row := Row{Import: i, URL: address(i.No), Chip: stateChip(i.State), By: i.ByName}
	if row.Name == "" {
		row.Name = i.Source
	}
	if row.By == "" {
		row.By = "the command"
	}
	if row.FileName == "" {
		row.FileName = "standard input"
	}
	return row
}

func (p *Pages) list(c *fiber.Ctx) error {
	all, err := p.Imports.List(c.UserContext(), render.Actor(c))
	if err != nil {
		return err
	}
	var page ListPage
	for _, i := range all {
		page.Rows = append(page.Rows, rowOf(i))
	}
	return render.Page(c, render.View{Template: "importpages/list", Title: "Imports", Nav: nav}, page)
}

// shownRefusals is how many of what was wrong stand on the page; the table
// that can be downloaded has all.
const shownRefusals = 100

// ShowPage is one import.
type ShowPage struct {
	Row
	Figures  []Figure
	Refusals []imports.Refusal
	More     bool // than are shown
	Kept     bool // there is a table to download
	Stuck    bool // nothing has happened for a while
	Follows  bool // the page asks again and again how far it has got
	Facts    []layout.Fact
}

// Figure is one of the numbers of an import.
type Figure struct {
	Label string
	Count int
	Tone  string // of the chip beside it; "" for none
}

// Quiet is after how long without a batch a page says that nothing happens.
const quiet = 2 * time.Minute

func (p *Pages) show(c *fiber.Ctx) error {
	no, err := numberOf(c)
	if err != nil {
		return err
	}
	i, err := p.Imports.Find(c.UserContext(), render.Actor(c), no)
	if err != nil {
		return err
	}
	refusals, err := p.Imports.Refusals(c.UserContext(), render.Actor(c), no, shownRefusals+1)
	if err != nil {
		return err
	}
	page := showPage(i, refusals, p.Clock.Now())
	page.Follows = i.State.Moving()
	return render.Page(c, render.View{Template: "importpages/show", Title: page.Name, Nav: nav}, page)
}

func showPage(i imports.Import, refusals []imports.Refusal, now time.Time) ShowPage {
	page := ShowPage{Row: rowOf(i), Refusals: refusals, Kept: len(refusals) > 0}
	if page.More = len(refusals) > shownRefusals; page.More {
		page.Refusals = refusals[:shownRefusals]
	}
	page.Stuck = i.State.Moving() && now.Sub(i.MovedAt) > quiet
	brought := "Brought in"
	if i.StartedAt.IsZero() {
		brought = "Can be brought in"
	}
	page.Figures = []Figure{{"Rows read", i.Read, ""}, {brought, i.Brought, ""}, {"Known already", i.Known, ""}, {"Refused", i.Refused, ""}}
	if i.Warned > 0 {
		page.Figures = append(page.Figures, Figure{"Lack something", i.Warned, ""})
	}
	if i.LeftOut > 0 {
		page.Figures = append(page.Figures, Figure{"Left out", i.LeftOut, ""})
	}
	page.Facts = []layout.Fact{{Term: "File", Text: page.FileName}, {Term: "Source", Text: i.Source}, {Term: "By", Text: page.By}}
	return page
}

func (p *Pages) start(c *fiber.Ctx) error {
	no, err := numberOf(c)
	if err != nil {
		return err
	}
	if _, err := p.Imports.Start(c.UserContext(), render.Actor(c), no); err != nil {
		return err
	}
	return render.Done(c, address(no), render.Toast{Text: "The import has started."})
}

func (p *Pages) cancel(c *fiber.Ctx) error {
	no, err := numberOf(c)
	if err != nil {
		return err
	}
	if err := p.Imports.Cancel(c.UserContext(), render.Actor(c), no); err != nil {
		return err
	}
	return render.Done(c, address(no), render.Toast{Text: "The import is cancelled."})
}
