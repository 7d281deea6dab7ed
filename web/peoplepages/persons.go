package peoplepages

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// FindPage finds a caller in one box.
type FindPage struct {
	Tabs    layout.Tabs
	Query   string
	Ref     string // when a reference was typed
	Case    string // the address of that case
	Persons []core.Person
	More    bool
	New     string // the address that makes a person out of what was typed
	Error   string
}

// PersonPage is a customer.
type PersonPage struct {
	core.Person
	Title      string
	Dial       string // the telephone number as a telephone dials it
	Speaks     string // the name of their language
	Cases      []CaseRow
	HasCases   bool // whether cases are listed at all
	NewCase    string
	Duplicates []core.Person
	History    []Change
}

// PersonForm is the form of a customer's details, new or known.
type PersonForm struct {
	Heading                                string
	Action, Back                           string
	Name, Email, Phone, Address, Languages layout.Field
	Problems                               render.Problems
}

// shown is how many callers are listed.
const shown = 30

var findView = render.View{Template: "peoplepages/find", Part: "peoplepages/results", Title: "People", Nav: "people"}

func (p *Pages) find(c *fiber.Ctx) error {
	query := strings.TrimSpace(c.Query("q"))
	page := FindPage{Tabs: tabs("Customers"), Query: clip(query, 100), New: "/people/new"}
	found, err := p.people.SearchPersons(c.UserContext(), render.Actor(c), query, shown+1)
	if problems, bad := render.ProblemsOf(err); bad {
		page.Error = problems.For("q")
		return render.Invalid(c, findView, page)
	}
	if err != nil {
		return err
	}
	page.More = len(found) > shown
	page.Persons = found[:min(len(found), shown)]
	if ref, err := core.ParseReference(query); err == nil {
		page.Ref, page.Case = string(ref), p.options.Case(ref)
	}
	return render.Page(c, findView, page)
}

func (p *Pages) showPerson(c *fiber.Ctx) error {
	no, err := number(c, errNoPerson)
	if err != nil {
		return err
	}
	ctx, by := c.UserContext(), render.Actor(c)
	person, err := p.people.FindPersonByNo(ctx, by, no)
	if err != nil {
		return err
	}
	page := PersonPage{
		Person: person, Title: titleOf(person), HasCases: p.options.Cases != nil,
		Dial: strings.Map(dialled, person.Phone), Speaks: languageOf(person),
	}
	if p.options.NewCase != nil {
		page.NewCase = p.options.NewCase(no)
	}
	if page.HasCases {
		if page.Cases, err = p.options.Cases(ctx, by, person.ID); err != nil {
			return err
		}
	}
	if page.Duplicates, err = p.people.Duplicates(ctx, by, person.ID); err != nil {
		return err
	}
	recorded, err := p.people.PersonHistory(ctx, by, person.ID)
	if err != nil {
		return err
	}
	if page.History, err = p.changes(ctx, recorded); err != nil {
		return err
	}
	return render.Page(c, personView(page.Title), page)
}

func personView(title string) render.View {
	return render.View{Template: "peoplepages/person", Title: title, Nav: "people"}
}

// titleOf is what a customer is called when a name is wanted.
func titleOf(p core.Person) string {
	for _, s := range []string{p.Name, p.Email, p.Phone} {
		if s != "" {
			return s
		}
	}
	return "Person " + strconv.Itoa(p.No)
}

// languageOf is what a customer's language is called; "" when it is not known.
func languageOf(p core.Person) string {
	for _, l := range languages {
		if l.Value != "" && l.Value == p.Language {
			return l.Label
		}
	}
	return ""
}

// dialled keeps of a telephone number what a telephone dials.
func dialled(r rune) rune {
	if r >= '0' && r <= '9' || r == '+' {
		return r
	}
	return -1
}

var languages = []layout.Option{{Value: "", Label: "Not known"}, {Value: "en", Label: "English"}, {Value: "cy", Label: "Welsh"}}

func personForm(heading, action, back string, d people.Details, problems render.Problems) PersonForm {
	return PersonForm{
		Heading: heading, Action: action, Back: back, Problems: problems,
		Name:      layout.Field{Name: "name", Label: "Name", Value: clip(d.Name, 200), MaxLength: 200, Autocomplete: "off", Error: problems.For("name")},
		Email:     layout.Field{Name: "email", Label: "Email address", Value: clip(d.Email, 254), MaxLength: 254, Type: "email", Autocomplete: "off", Plain: true, Optional: true, Hint: "They sign in to the portal with it", Error: problems.For("email")},
		Phone:     layout.Field{Name: "phone", Label: "Telephone number", Value: clip(d.Phone, 50), MaxLength: 50, Type: "tel", Autocomplete: "off", Optional: true, Error: problems.For("phone")},
		Address:   layout.Field{Name: "address", Label: "Address and postcode", Value: clip(d.Address, 500), MaxLength: 500, Rows: 4, Optional: true, Error: problems.For("address")},
		Languages: layout.Field{Name: "language", Label: "Language", Value: d.Language, Options: languages, Error: problems.For("language")},
	}
}

func detailsOf(p core.Person) people.Details {
	return people.Details{Name: p.Name, Email: p.Email, Phone: p.Phone, Address: p.Address, Language: p.Language}
}

// typedDetails reads the form. A language that is not offered is none.
func typedDetails(c *fiber.Ctx) people.Details {
	d := people.Details{
		Name: c.FormValue("name"), Email: c.FormValue("email"), Phone: c.FormValue("phone"), Address: c.FormValue("address"),
	}
	for _, l := range languages {
		if l.Value == c.FormValue("language") {
			d.Language = l.Value
		}
	}
	return d
}

var formFields = []string{"name", "email", "phone", "address", "language"}

func personFormView(title string) render.View {
	return render.View{Template: "peoplepages/person-form", Title: title, Nav: "people"}
}

// newPerson offers an empty form, with what was searched for where it fits.
func (p *Pages) newPerson(c *fiber.Ctx) error {
	var d people.Details
	switch typed := clip(strings.TrimSpace(c.Query("q")), 100); {
	case strings.Contains(typed, "@"):
		d.Email = typed
	case strings.ContainsAny(typed, "0123456789"):
		d.Phone = typed
	default:
		d.Name = typed
	}
	return render.Page(c, personFormView("New person"), personForm("New person", "/people", "/people", d, render.Problems{}))
}

func (p *Pages) createPerson(c *fiber.Ctx) error {
	d := typedDetails(c)
	person, err := p.people.FindOrCreate(c.UserContext(), render.Actor(c), d)
	if err != nil {
		return again(c, personFormView("New person"), err, func(problems render.Problems) any {
			return personForm("New person", "/people", "/people", d, problems)
		}, formFields...)
	}
	toast := render.Toast{Text: "Saved."}
	if person.Name != strings.Join(strings.Fields(d.Name), " ") {
		toast.Text = "We know somebody with this email address: this is their page."
	}
	return render.Done(c, personURL(person.No), toast)
}

func personURL(no int) string { return "/people/" + strconv.Itoa(no) }

func (p *Pages) showEditPerson(c *fiber.Ctx) error {
	no, err := number(c, errNoPerson)
	if err != nil {
		return err
	}
	person, err := p.people.FindPersonByNo(c.UserContext(), render.Actor(c), no)
	if err != nil {
		return err
	}
	return render.Page(c, personFormView(titleOf(person)), personForm(titleOf(person), personURL(no), personURL(no), detailsOf(person), render.Problems{}))
}

func (p *Pages) editPerson(c *fiber.Ctx) error {
	no, err := number(c, errNoPerson)
	if err != nil {
		return err
	}
	by := render.Actor(c)
	person, err := p.people.FindPersonByNo(c.UserContext(), by, no)
	if err != nil {
		return err
	}
	d := typedDetails(c)
	if err := p.people.UpdatePerson(c.UserContext(), by, person.ID, d); err != nil {
		return again(c, personFormView(titleOf(person)), err, func(problems render.Problems) any {
			return personForm(titleOf(person), personURL(no), personURL(no), d, problems)
		}, formFields...)
	}
	return render.Done(c, personURL(no), render.Toast{Text: "The details are saved."})
}
