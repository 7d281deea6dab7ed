package searchpages

import (
	"context"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search/exports"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

var (
	exportsView = render.View{Template: "searchpages/exports", Title: "Your exports", Nav: "search"}
	exportView  = render.View{Template: "searchpages/export", Part: "searchpages/export-state", Title: "Export", Nav: "search"}
)

// Export is the menu that exports a search.
type Export struct {
	Query  string // "" when the reader may not export
	Format layout.Field
}

// ExportLine is one export.
type ExportLine struct {
	exports.Export
	URL      string
	Chip     layout.Chip
	Kind     string // "Spreadsheet (XLSX)"
	Progress string // "1,200 of 4,310"
	Percent  int    // of the results looked at; 0 when it is not known how many there are
	LeftOut  string // what is missing from it, and why
	CutOff   string // that it is not everything
	Size     string
}

// ExportsPage lists what the reader exported in the last day.
type ExportsPage struct {
	Lines []ExportLine
	Empty layout.Empty
}

var formatNames = map[exports.Format]string{exports.XLSX: "Spreadsheet (XLSX)", exports.CSVBOM: "CSV for spreadsheet programs", exports.CSV: "CSV for other programs"}

// export fills the menu.
func (a *asked) export(ctx context.Context) (Export, error) {
	may, err := a.pages.Exports.May(ctx, a.by)
	if err != nil || !may {
		return Export{}, err
	}
	f := layout.Field{Name: "format", ID: "export-format", Label: "Kind of file", Value: string(exports.XLSX)}
	for _, format := range exports.Formats() {
		f.Options = append(f.Options, layout.Option{Value: string(format), Label: formatNames[format]})
	}
	return Export{Query: a.query(nil), Format: f}, nil
}

func exportURL(no int) string { return "/search/exports/" + strconv.Itoa(no) }

// beginExport exports the search that the form carries.
func (p *Pages) beginExport(c *fiber.Ctx) error {
	ctx := c.UserContext()
	a, err := p.sentQuery(c)
	if err != nil {
		return err
	}
	a.request.Facets = false
	found, err := p.Search.Find(ctx, a.by, a.request)
	if err != nil {
		return err
	}
	var page Page
	a.say(&page, found)
	made, err := p.Exports.Begin(ctx, a.by, exports.Input{
		Request: a.request, Format: exports.Format(c.FormValue("format")), Title: page.Title, Address: a.address(nil), Total: found.Total, More: found.More,
	})
	if err != nil {
		return err
	}
	return render.Done(c, exportURL(made.No), render.Toast{})
}

func (p *Pages) listExports(c *fiber.Ctx) error {
	all, err := p.Exports.List(c.UserContext(), render.Actor(c))
	if err != nil {
		return err
	}
	page := ExportsPage{Empty: layout.Empty{
		Icon: "download", Title: "You have exported nothing since yesterday", Text: "Search, then choose “Export” above the results. Files are kept for a day.",
		Link: render.Link{Label: "Search", URL: "/search"},
	}}
	for _, e := range all {
		page.Lines = append(page.Lines, lineOf(e))
	}
	return render.Page(c, exportsView, page)
}

func (p *Pages) findExport(c *fiber.Ctx) (exports.Export, error) {
	no, err := strconv.Atoi(c.Params("no"))
	if err != nil {
		return exports.Export{}, core.NotFound("There is no such export.")
	}
	return p.Exports.Find(c.UserContext(), render.Actor(c), no)
}

func (p *Pages) showExport(c *fiber.Ctx) error {
	e, err := p.findExport(c)
	if err != nil {
		return err
	}
	return render.Page(c, exportView, lineOf(e))
}

func (p *Pages) cancelExport(c *fiber.Ctx) error {
	e, err := p.findExport(c)
	if err != nil {
		return err
	}
	if err := p.Exports.Cancel(c.UserContext(), render.Actor(c), e.No); err != nil {
		return err
	}
	return render.Done(c, exportURL(e.No), render.Toast{})
}

func (p *Pages) deleteExport(c *fiber.Ctx) error {
	e, err := p.findExport(c)
	if err != nil {
		return err
	}
	if err := p.Exports.Delete(c.UserContext(), render.Actor(c), e.No); err != nil {
		return err
	}
	return render.Done(c, "/search/exports", render.Toast{Text: "The export is deleted."})
}

// filePolicy lets a browser do nothing with a download but keep it.
const filePolicy = "default-src 'none'; sandbox"

func (p *Pages) downloadExport(c *fiber.Ctx) error {
	e, err := p.findExport(c)
	if err != nil {
		return err
	}
	e, contents, err := p.Exports.Open(c.UserContext(), render.Actor(c), e.No)
	if err != nil {
		return err
	}
	kind := "text/csv; charset=utf-8"
	if e.Format == exports.XLSX {
		kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentDisposition, "attachment; filename*=UTF-8''"+url.PathEscape(e.FileName()))
	c.Set(fiber.HeaderContentSecurityPolicy, filePolicy)
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	return c.SendStream(contents, int(e.Size)) // closed when it is sent
}

func lineOf(e exports.Export) ExportLine {
	l := ExportLine{Export: e, URL: exportURL(e.No), Kind: formatNames[e.Format], Size: render.Bytes(e.Size)}
	l.Chip = map[exports.State]layout.Chip{
		exports.Waiting: {Label: "Waiting", Icon: "clock", Tone: "info"}, exports.Running: {Label: "Being made", Icon: "ring-half", Tone: "accent"},
		exports.Done: {Label: "Ready", Icon: "ok", Tone: "good"}, exports.Failed: {Label: "Failed", Icon: "warn", Tone: "bad"},
		exports.Cancelled: {Label: "Cancelled", Icon: "x", Tone: "plain"},
	}[e.State]
	l.Progress = render.Plural(e.Looked, "case", "cases") + " so far"
	if e.Total > 0 {
		l.Progress = render.Number(e.Looked) + " of " + render.Plural(e.Total, "case", "cases")
		l.Percent = min(100, e.Looked*100/e.Total)
	}
	if e.LeftOut > 0 {
		l.LeftOut = render.Plural(e.LeftOut, "case is", "cases are") +
			" left out: you may see them, but exporting needs a group with the duty “export” for their type and the group they are with."
	}
	if e.CutOff {
		l.CutOff = "The file ends after " + render.Number(exports.MaxRows) + " cases, which is the most there may be. Narrow the search for the others."
	}
	return l
}
