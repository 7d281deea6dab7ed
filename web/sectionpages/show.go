package sectionpages

import (
	"errors"
	"html/template"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/details"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/suggest"
	"github.com/casement-dev/casement/web/viewtree"
)

// SectionPage is one section of a case.
type SectionPage struct {
	ID      string // of the element that holds it: "section-outcome"
	URL     string
	Staff   bool // it is drawn in the console
	Back    render.Link
	Title   string
	Summary string
	Drawn   template.HTML // by viewtree
	Trouble string        // in place of it: why the section cannot be shown
	News    string        // where to ask whether somebody else has saved it since; "" outside the console
	Live    string        // the topic that says when to
	Begun   bool          // the reader has typed and not saved
	Stale   bool          // somebody else has saved since
	Discard string        // where what was typed is forgotten; "" when nothing was
}

func (p *Pages) show(c *fiber.Ctx, open opener) error {
	w, err := open(c)
	if err != nil {
		return err
	}
	if seen := c.Query(newerField); seen != "" {
		newer, err := p.newer(c, w, seen)
		if err != nil {
			return err
		}
		if !newer {
			return c.SendStatus(fiber.StatusNoContent) // what stands there stays
		}
	}
	shown, err := p.Details.Show(c.UserContext(), w.by, w.Seen, c.Params("key"))
	page, err := p.page(c, w, shown, err, drawing{})
	if err != nil {
		return err
	}
	return p.answer(c, w, page)
}

// newerField is the parameter of an address that asks for a section only if it
// was saved since the version it names. Whatever changes a case makes each
// section that is shown ask; most are told that nothing of theirs has changed,
// and no plugin is called for that.
const newerField = "newer"

func (p *Pages) newer(c *fiber.Ctx, w *way, than string) (bool, error) {
	version, err := strconv.Atoi(than)
	if err != nil {
		return true, nil
	}
	return p.Details.Newer(c.UserContext(), w.Seen, c.Params("key"), version)
}

// answer gives a section. One that cannot be shown is no failure of the part of
// the page that asked for it; whoever went to it as a page is told.
func (p *Pages) answer(c *fiber.Ctx, w *way, page SectionPage) error {
	if page.Trouble != "" && c.Get("HX-Request") != "true" {
		c.Status(fiber.StatusServiceUnavailable)
	}
	return render.Page(c, viewOf(w, page), page)
}

func viewOf(w *way, page SectionPage) render.View {
	v := render.View{
		Template: "sectionpages/section", Part: "sectionpages/section-body", Title: page.Title + ", " + string(w.Case.Ref), Nav: "queues",
	}
	if !w.staff {
		v.Layout, v.Nav, v.Back = render.Public, "cases", page.Back
	}
	return v
}

// drawing is what is known beside what is shown.
type drawing struct {
	confirm string // id of a button whose question is to be asked
	tables  map[string]viewtree.Sorting
}

// page fills the page of a section. A [details.Failure] becomes words in its
// box; every other error is returned.
func (p *Pages) page(c *fiber.Ctx, w *way, shown details.Shown, failed error, d drawing) (SectionPage, error) {
	var failure *details.Failure
	if failed != nil && !errors.As(failed, &failure) {
		return SectionPage{}, failed
	}
	address := w.base + "/sections/" + url.PathEscape(shown.Key)
	page := SectionPage{
		ID: "section-" + shown.Key, URL: address, Title: shown.Title, Summary: shown.Summary, Begun: shown.Begun, Stale: shown.Stale,
		Back: render.Link{Label: string(w.Case.Ref), URL: w.base},
	}
	if w.staff {
		page.Staff = true
		page.News, page.Live = address+"?"+newerField+"="+strconv.Itoa(shown.Version), "case:"+string(w.Case.Ref)
		page.Back.URL += "/details"
		if shown.Begun {
			page.Discard = address + "/discard"
		}
	}
	if failure != nil {
		page.Trouble = "This section is not available just now. The rest of the case is not affected."
		var worded *core.Error
		if errors.As(failure, &worded) {
			page.Trouble = worded.Message
		}
		return page, nil
	}
	var err error
	page.Drawn, err = p.draw(c, w, shown, page, d)
	return page, err
}

func (p *Pages) draw(c *fiber.Ctx, w *way, shown details.Shown, page SectionPage, d drawing) (template.HTML, error) {
	if !w.staff {
		shown.View.Walk(func(n *view.Node) { n.Ref, n.Refs = "", nil }) // a requester is told of no other case
	}
	if shown.View.Type == view.Form && shown.View.Button == "" && !checks(shown.View) {
		shown.View.Button = "Save"
	}
	opt := viewtree.Page{
		Action: page.URL, Errors: shown.Messages, Icons: p.Asset("icons.svg"), Map: viewtree.Map{Script: p.Asset("map.js"), Style: p.Asset("map.css")},
		Prefix: page.ID + "-", Level: 2, Headless: shown.View.Label == "" || shown.View.Label == shown.Title, Confirm: d.confirm, Tables: d.tables,
		Zone: p.Zone, Target: page.ID,
		Hidden: []viewtree.Hidden{p.Token(c), {Name: versionField, Value: strconv.Itoa(shown.Version)}, {Name: keyField, Value: newKey()}},
	}
	if w.staff {
		opt.CaseURL = func(ref string) string { return "/cases/" + url.PathEscape(ref) }
		opt.Lookup = suggest.From(c.UserContext(), p.Lookups, LookupURL)
	}
	if !shown.Editable && !drives(shown.View) {
		opt.ReadOnly = true
	}
	if opt.Tables == nil {
		opt.Tables = viewtree.ReadTables(shown.View, opt.Prefix, query(c))
	}
	return p.tree.Render(shown.View, opt)
}

// checks reports whether a form has a button of its own that sends it.
func checks(tree *view.Node) bool {
	found := false
	tree.Walk(func(n *view.Node) { found = found || n.Type == view.Button && n.Checks })
	return found
}

// drives reports whether a reader who may change nothing has something to press
// all the same, and nothing to type.
func drives(tree *view.Node) bool {
	driven := false
	tree.Walk(func(n *view.Node) { driven = driven || n.Type == view.Table && n.Driven() })
	return driven && len(tree.Fields()) == 0 && tree.Type == view.Page
}

func query(c *fiber.Ctx) url.Values {
	values, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return url.Values{}
	}
	return values
}
