// Package peoplepages shows people to staff: finding a caller and the page of
// a customer; and, to administrators, staff users and groups.
//
// What is about the reader themselves is in web/accountpages; the rules are in
// core/people.
package peoplepages

import (
	"context"
	"embed"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "peoplepages", Files: files, Samples: samples()}
}

// Options are what the pages need. People is required.
type Options struct {
	People *people.Service

	// Cases lists the cases of a customer that a reader may see, the newest
	// first; nil leaves the list out.
	Cases func(ctx context.Context, by core.Actor, person core.PersonID) ([]CaseRow, error)

	// NewCase is the address that raises a case for the customer with a number;
	// nil leaves the button out.
	NewCase func(no int) string

	// Case is the address of a case by reference; nil: /cases/REF.
	Case func(ref core.Reference) string

	// Deactivate deactivates a staff user and returns their cases to the
	// groups; nil deactivates alone.
	Deactivate func(ctx context.Context, by core.Actor, id core.StaffID) error
}

// CaseRow is one case in the list of a customer.
type CaseRow struct {
	Ref, URL, Subject, Type string
	Status                  layout.Chip
	How                     string // "raised it", "on behalf of …"; "" when they are its requester
	RaisedAt                time.Time
	Due                     layout.Due // zero when nothing is due
}

// Pages answers for people.
type Pages struct {
	people  *people.Service
	options Options
}

// New makes the pages.
func New(o Options) *Pages {
	if o.Case == nil {
		o.Case = func(ref core.Reference) string { return "/cases/" + string(ref) }
	}
	if o.Deactivate == nil {
		o.Deactivate = o.People.Deactivate
	}
	return &Pages{people: o.People, options: o}
}

// RegisterConsole hangs on what every staff user may ask for.
func (p *Pages) RegisterConsole(r render.Routes) {
	r.Get("/people", p.find)
	r.Post("/people", p.createPerson)
	r.Get("/people/new", p.newPerson)
	r.Get("/people/:no<int>", p.showPerson)
	r.Post("/people/:no<int>", p.editPerson)
	r.Get("/people/:no<int>/edit", p.showEditPerson)
}

// RegisterAdmin hangs on what administrators may ask for.
func (p *Pages) RegisterAdmin(r render.Routes) {
	r.Get("/people/staff", p.listStaff)
	r.Post("/people/staff", p.createStaff)
	r.Get("/people/staff/new", p.newStaff)
	r.Get("/people/staff/:no<int>", p.showStaff)
	r.Post("/people/staff/:no<int>", p.editStaff)
	r.Post("/people/staff/:no<int>/deactivate", p.deactivate)
	r.Post("/people/staff/:no<int>/activate", p.activate)
	r.Post("/people/staff/:no<int>/unlock", p.unlock)
	r.Post("/people/staff/:no<int>/password-link", p.passwordLink)
	r.Get("/people/groups", p.listGroups)
	r.Post("/people/groups", p.createGroup)
	r.Get("/people/groups/:key", p.showGroup)
	r.Post("/people/groups/:key", p.editGroup)
	r.Post("/people/groups/:key/members", p.addMember)
	r.Post("/people/groups/:key/members/remove", p.removeMember)
}

// tabs lead between the lists; only administrators have more than one.
func tabs(current string) layout.Tabs {
	t := layout.Tabs{Label: "People"}
	for _, tab := range []layout.Tab{
		{Label: "Customers", URL: "/people"}, {Label: "Staff users", URL: "/people/staff"}, {Label: "Groups", URL: "/people/groups"},
		{Label: "Programs", URL: "/people/programs"},
	} {
		tab.Current = tab.Label == current
		t.Items = append(t.Items, tab)
	}
	return t
}

// number reads the number of a person from the address.
func number(c *fiber.Ctx, none error) (int, error) {
	no, err := strconv.ParseInt(c.Params("no"), 10, 32)
	if err != nil || no < 1 {
		return 0, none
	}
	return int(no), nil
}

var (
	errNoPerson = core.NotFound("There is no such person.")
	errNoUser   = core.NotFound("There is no such staff user.")
)

// again answers a form that was refused with its page, and returns every other
// error.
func again(c *fiber.Ctx, view render.View, err error, page func(render.Problems) any, fields ...string) error {
	problems, ok := render.ProblemsOf(err, fields...)
	if !ok {
		return err
	}
	return render.Invalid(c, view, page(problems))
}

// values returns every value of a field that may be sent more than once, at
// most a hundred.
func values(c *fiber.Ctx, name string) []string {
	var out []string
	for _, raw := range c.Context().PostArgs().PeekMulti(name) {
		if len(out) < 100 {
			out = append(out, string(raw))
		}
	}
	return out
}

// clip keeps what is shown again in a field to what fits into it.
func clip(s string, letters int) string {
	if r := []rune(s); len(r) > letters {
		return string(r[:letters])
	}
	return s
}
