package formpages

import (
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/render"
)

// NearbyPart is what is open already around a place that somebody chose.
type NearbyPart struct {
	Items []NearbyItem
}

// NearbyItem is one report, in public words alone: nothing in it was written by
// a person, and nothing in it says who reported it.
type NearbyItem struct {
	What   string // the name of its kind, or of the case type
	Far    string // "40 metres"
	Ago    string // "3 days ago"
	Status string // as the requester reads it
	URL    string // of its public page; "" when there is none
}

// RegisterNearby hangs on what is open around a place. Reads should be counted
// by address: where people report things is not for collecting. It goes before
// [Pages.Register], whose steps share the pattern.
func (p *Pages) RegisterNearby(r render.Routes) {
	r.Get("/forms/:type/nearby", p.nearby)
}

// nearbyURL is where the form of a type asks for what is around the place in a
// field: only where the type says so, and for the field that is the place.
func nearbyURL(t *core.CaseType, field string) string {
	if !t.Nearby.Shown() {
		return ""
	}
	if f, ok := t.Field(field); ok && f.Is != core.UsePlace {
		return ""
	}
	return formURL(t.Key, "nearby")
}

// nearby answers with the part of the page that says what is known around a
// place.
func (p *Pages) nearby(c *fiber.Ctx) error {
	if c.Query("lat") == "" && c.Query("lng") == "" {
		return c.Next() // a step of a form that is called so
	}
	r, err := p.reader(c)
	if err != nil {
		return err
	}
	t, err := p.typeFor(c, r)
	if err != nil {
		return err
	}
	if !t.Nearby.Shown() {
		return noForm()
	}
	at, err := core.ParsePoint(c.Query("lat"), c.Query("lng"))
	if err != nil {
		return err
	}
	found, err := p.Cases.Nearby(c.UserContext(), t, at)
	if err != nil {
		return err
	}
	now := p.Clock.Now()
	var part NearbyPart
	for _, n := range found {
		item := NearbyItem{What: t.Name.In(r.visit.Language), Far: core.Distance(n.Metres).Words(), Ago: render.Ago(n.RaisedAt, now)}
		if sub, ok := t.Subtype(n.Subtype); ok {
			item.What = sub.Name.In(r.visit.Language)
		}
		if status, ok := t.Status(n.Status); ok && !status.Public.IsZero() {
			item.Status = status.Public.In(r.visit.Language) // a status without public words is not for the public
		}
		if p.Report != nil {
			item.URL = p.Report(t, n.Ref)
		}
		part.Items = append(part.Items, item)
	}
	return render.Fragment(c, "formpages/nearby", part)
}
