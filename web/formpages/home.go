package formpages

import (
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// HomePage is the start page: what can be done here.
type HomePage struct {
	Forms    []FormLink
	SignIn   string // "" when signed in
	Cases    string // the reader's own, when signed in
	FindCase string // where the form posts; "" hides it
	Ref      layout.Field
	Postcode layout.Field
}

// FormLink leads to a form.
type FormLink struct {
	Name, About, URL string
	SignIn           bool // it is for those who are signed in
}

var homeView = render.View{Template: "formpages/home", Layout: render.Public, Nav: "home"}

func (p *Pages) showHome(c *fiber.Ctx) error {
	r, err := p.reader(c)
	if err != nil {
		return err
	}
	types, err := p.Types.All(c.UserContext())
	if err != nil {
		return err
	}
	page := HomePage{FindCase: p.FindCase}
	page.Ref, page.Postcode = findFields()
	for _, t := range types {
		if !t.Groups.RaisableBy(r.actor) && !needsSignIn(t) {
			continue
		}
		page.Forms = append(page.Forms, FormLink{
			Name: t.Name.In(r.visit.Language), About: t.Description.In(r.visit.Language), URL: formURL(t.Key),
			SignIn: !t.Groups.RaisableBy(r.actor),
		})
	}
	switch r.actor.Kind {
	case core.ActorPerson:
		page.Cases = "/portal"
	case core.ActorStaff:
		page.Cases = "/mywork"
	default:
		page.SignIn = p.SignIn
	}
	return render.Page(c, homeView, page)
}

// findFields are the two things by which somebody finds one case.
func findFields() (ref, postcode layout.Field) {
	return layout.Field{Name: "ref", Label: "Reference", Hint: "For example CMP-7K2M-4QX9", Width: "20", Plain: true, MaxLength: 60},
		layout.Field{Name: "postcode", Label: "Postcode you gave us", Width: "20", Autocomplete: "postal-code", Plain: true, MaxLength: 20}
}
