package formpages

import (
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/suggest"
	"github.com/casement-dev/casement/web/viewtree"
)

// RegisterLookup hangs on the rows that are suggested to whoever fills in a
// question that chooses from a list. Reads should be counted by address.
func (p *Pages) RegisterLookup(r render.Routes) {
	r.Get("/forms/:type/rows/:step/:list", p.suggest)
}

// lookup lets a step ask to choose from lists, if there are any.
func (p *Pages) lookup(c *fiber.Ctx, typeKey, step string) viewtree.Lookup {
	if p.Lookups == nil {
		return viewtree.Lookup{}
	}
	return suggest.From(c.UserContext(), p.Lookups, func(list string) string { return formURL(typeKey, "rows", step, list) })
}

// suggest answers with rows of a list that a step of the reader's own draft asks
// to choose from. Every other list is staff's.
func (p *Pages) suggest(c *fiber.Ctx) error {
	noList := core.NotFound("This page asks to choose from no such list.")
	if p.Lookups == nil {
		return noList
	}
	r, err := p.reader(c)
	if err != nil {
		return err
	}
	t, err := p.typeFor(c, r)
	if err != nil {
		return err
	}
	d, err := p.draft(c, t.Key)
	if err != nil {
		return err
	}
	if d == nil || d.IsDone() {
		return noList
	}
	page, step := d.View, c.Params("step")
	if page.ID != step { // the reader went back to it
		shown, err := p.Forms.Show(c.UserContext(), d, step, r.visit)
		if err != nil {
			return err
		}
		page = shown.View
	}
	if page == nil || page.ID != step || !choosesFrom(page, c.Params("list")) {
		return noList
	}
	return suggest.Answer(c, p.Lookups, c.Params("list"))
}

func choosesFrom(page *view.Node, list string) bool {
	for _, f := range page.Fields() {
		if f.Kind == view.KindLookup && f.List == list {
			return true
		}
	}
	return false
}
