package designpages

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/formdesigns"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// DesignPage is the designer: the form's outline, one thing of it to be
// changed, and the preview.
type DesignPage struct {
	Name, URL string
	Key       string
	Version   int  // live; 0: none
	Kept      bool // there is a draft
	Step      int
	Said, By  string
	ChangedAt time.Time
	CanUndo   bool
	CanRedo   bool
	May       bool
	Whole     string // address of what is about the whole form
	AtWhole   bool
	Outline   []OutlinePage
	Kinds     []layout.Option
	Page      string // that is open, or that of the open question
	Field     string // that is open
	Panel     Panel
	Preview   string
	Narrow    bool
	Widths    []OutlineLink
	Types     []layout.Option
	Problems  []OutlineLink
}

// OutlineLink leads somewhere in the designer.
type OutlineLink struct {
	Label, URL string
	Current    bool
}

// OutlinePage is a page in the outline.
type OutlinePage struct {
	OutlineLink
	Key    string
	No     int
	Bad    bool
	When   string
	Fields []OutlineField
	First  bool
	Last   bool
}

// OutlineField is a question in the outline.
type OutlineField struct {
	OutlineLink
	Key  string
	Kind string
	Bad  bool
	When bool
}

func designView(page DesignPage) render.View {
	return render.View{Template: "designpages/design", Title: page.Name + ", " + page.Panel.Title, Nav: nav, Main: "main-config main-design"}
}

func (p *Pages) show(c *fiber.Ctx) error {
	page, err := p.designPage(c)
	if err != nil {
		return err
	}
	return render.Page(c, designView(page), page)
}

func (p *Pages) designPage(c *fiber.Ctx) (DesignPage, error) {
	ctx, key := c.UserContext(), c.Params("key")
	d, err := p.Designs.Draft(ctx, key)
	if err != nil {
		return DesignPage{}, err
	}
	uses, err := p.uses(ctx)
	if err != nil {
		return DesignPage{}, err
	}
	page := DesignPage{
		Name: d.Definition.Name, URL: address(key), Key: key, Version: d.Based, Kept: d.Kept, Step: d.Step, Said: d.Said, By: d.By, ChangedAt: d.ChangedAt,
		CanUndo: d.CanUndo, CanRedo: d.CanRedo, May: formdesigns.MayDesign(render.Actor(c)), Types: uses[key], Narrow: c.Query("width") == "narrow",
	}
	for _, k := range formdesigns.Kinds() {
		page.Kinds = append(page.Kinds, layout.Option{Value: k.Key, Label: k.Name})
	}
	i, j := -1, -1
	if f := c.Query("field"); f != "" {
		i, j = d.Definition.Find(f)
	}
	if i < 0 && c.Query("page") != "" {
		i = d.Definition.Page(c.Query("page"))
	}
	at := casetypes.Path{}
	if i >= 0 {
		page.Page = d.Definition.Pages[i].Key
		at = casetypes.At("pages", i)
	}
	if j >= 0 {
		page.Field = d.Definition.Pages[i].Fields[j].Key
		at = at.And("fields", j)
	}
	e := editor{d: &d.Definition, findings: d.Findings, at: at.String()}
	switch {
	case j >= 0:
		lists, err := p.listsOf(c)
		if err != nil {
			return page, err
		}
		page.Panel = e.field(i, j, lists)
	case i >= 0:
		page.Panel = e.page(i)
	default:
		page.Panel = e.whole()
	}
	page.outline(&d)
	page.previewOf(&d, i)
	return page, nil
}

func (p *Pages) listsOf(c *fiber.Ctx) ([]layout.Option, error) {
	if p.Lists == nil {
		return nil, nil
	}
	return p.Lists(c.UserContext())
}

// link is the address of a place in the designer.
func (page *DesignPage) link(pageKey, field string) string {
	query := url.Values{}
	if pageKey != "" {
		query.Set("page", pageKey)
	}
	if field != "" {
		query.Set("field", field)
	}
	if page.Narrow {
		query.Set("width", "narrow")
	}
	return withQuery(page.URL, query)
}

func (page *DesignPage) outline(d *formdesigns.Draft) {
	page.Whole, page.AtWhole = page.link("", ""), page.Page == ""
	bad := func(at casetypes.Path, own bool) bool {
		prefix := at.String()
		for _, f := range d.Findings {
			if rest, ok := strings.CutPrefix(f.Path, prefix); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') && !(own && strings.HasPrefix(rest, ".fields[")) {
				return true
			}
		}
		return false
	}
	for i, pg := range d.Definition.Pages {
		at := casetypes.At("pages", i)
		o := OutlinePage{
			OutlineLink: OutlineLink{Label: titleOf(pg, i), URL: page.link(pg.Key, ""), Current: page.Page == pg.Key && page.Field == ""},
			Key:         pg.Key, No: i + 1, Bad: bad(at, true), First: i == 0, Last: i == len(d.Definition.Pages)-1,
		}
		if !pg.When.IsZero() {
			o.When = d.Definition.Say(pg.When)
		}
		for j, f := range pg.Fields {
			o.Fields = append(o.Fields, OutlineField{
				OutlineLink: OutlineLink{Label: labelOf(f), URL: page.link(pg.Key, f.Key), Current: page.Field == f.Key},
				Key:         f.Key, Kind: f.Kind.Name(), Bad: bad(at.And("fields", j), false), When: !f.When.IsZero(),
			})
		}
		page.Outline = append(page.Outline, o)
	}
	for _, f := range d.Findings {
		page.Problems = append(page.Problems, OutlineLink{Label: f.Message, URL: page.placeOf(d, f.Path)})
	}
}

// placeOf is the address of what a finding is about.
func (page *DesignPage) placeOf(d *formdesigns.Draft, path string) string {
	var i, j int
	pages := d.Definition.Pages
	switch n, _ := fmt.Sscanf(path, "pages[%d].fields[%d]", &i, &j); {
	case n == 2 && i < len(pages) && j < len(pages[i].Fields):
		return page.link(pages[i].Key, pages[i].Fields[j].Key)
	case n >= 1 && i < len(pages):
		return page.link(pages[i].Key, "")
	}
	return page.link("", "")
}

func (page *DesignPage) previewOf(d *formdesigns.Draft, at int) {
	show := page.Page
	if at < 0 && len(d.Definition.Pages) > 0 {
		show = d.Definition.Pages[0].Key
	}
	page.Preview = address(page.Key, "/preview?page=", url.QueryEscape(show), fmt.Sprintf("&step=%d", d.Step))
	wide, narrow := *page, *page
	wide.Narrow, narrow.Narrow = false, true
	page.Widths = []OutlineLink{
		{Label: "Desk", URL: wide.link(page.Page, page.Field), Current: !page.Narrow},
		{Label: "Telephone", URL: narrow.link(page.Page, page.Field), Current: page.Narrow},
	}
}

func titleOf(p formdesigns.Page, no int) string {
	switch {
	case p.Title != "":
		return p.Title
	case len(p.Fields) > 0 && p.Fields[0].Label != "":
		return p.Fields[0].Label
	}
	return fmt.Sprintf("Page %d", no+1)
}

func labelOf(f formdesigns.Field) string {
	if f.Label == "" {
		return f.Key
	}
	return f.Label
}
