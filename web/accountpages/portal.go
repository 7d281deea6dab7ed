package accountpages

import (
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// PortalAccountPage is a customer's own account.
type PortalAccountPage struct {
	Email                string
	Name, Phone, Address layout.Field
	Sessions             SessionList
	Problems             render.Problems
}

func (p *Pages) portalAccountView() render.View {
	return render.View{
		Template: "accountpages/portal-account", Layout: render.Public, Title: "Your details", Nav: "account",
		Back: render.Link{Label: "Your cases", URL: p.options.PersonHome},
	}
}

func (p *Pages) portalAccountPage(c *fiber.Ctx) (PortalAccountPage, error) {
	by := render.Actor(c)
	person, err := p.people.FindPerson(c.UserContext(), by, by.PersonID())
	if err != nil {
		return PortalAccountPage{}, err
	}
	sessions, err := p.people.Sessions(c.UserContext(), by, p.browser.Token(c))
	if err != nil {
		return PortalAccountPage{}, err
	}
	page := PortalAccountPage{Email: person.Email, Sessions: SessionList{sessions, portalAccount + "/sessions/"}}
	page.fill(people.Details{Name: person.Name, Phone: person.Phone, Address: person.Address}, render.Problems{})
	return page, nil
}

// fill shows details in the fields, with what is wrong with them.
func (page *PortalAccountPage) fill(d people.Details, problems render.Problems) {
	page.Problems = problems
	page.Name = layout.Field{Name: "name", Label: "Your name", Value: clip(d.Name, 200), MaxLength: 200, Autocomplete: "name", Error: problems.For("name")}
	page.Phone = layout.Field{Name: "phone", Label: "Telephone number", Value: clip(d.Phone, 50), MaxLength: 50, Type: "tel", Width: "20", Autocomplete: "tel", Optional: true, Error: problems.For("phone")}
	page.Address = layout.Field{Name: "address", Label: "Address and postcode", Value: clip(d.Address, 500), MaxLength: 500, Rows: 4, Autocomplete: "street-address", Optional: true, Error: problems.For("address")}
}

func (p *Pages) showPortalAccount(c *fiber.Ctx) error {
	page, err := p.portalAccountPage(c)
	if err != nil {
		return err
	}
	return render.Page(c, p.portalAccountView(), page)
}

func (p *Pages) changeDetails(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), render.Actor(c)
	person, err := p.people.FindPerson(ctx, by, by.PersonID())
	if err != nil {
		return err
	}
	d := people.Details{
		Name: c.FormValue("name"), Phone: c.FormValue("phone"), Address: c.FormValue("address"),
		Email: person.Email, Language: person.Language,
	}
	if err := p.people.UpdatePerson(ctx, by, person.ID, d); err != nil {
		page, pageErr := p.portalAccountPage(c)
		if pageErr != nil {
			return pageErr
		}
		return answerForm(c, p.portalAccountView(), err, func(problems render.Problems) any {
			page.fill(d, problems)
			return page
		}, "name", "phone", "address")
	}
	return render.Done(c, portalAccount, render.Toast{Text: "Your details are saved."})
}
