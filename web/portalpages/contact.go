package portalpages

import (
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// ContactPage is how the requester of one case is reached.
type ContactPage struct {
	Noun, Action string
	Seen         core.Version
	Key          string
	Fields       []layout.Field
	Problems     render.Problems
}

// contactPage shows details in the fields.
func contactPage(w *way, contact core.Contact, problems render.Problems) ContactPage {
	field := func(f layout.Field, value string, letters int) layout.Field {
		f.Value, f.MaxLength, f.Error = clip(value, letters), letters, problems.For(f.Name)
		return f
	}
	return ContactPage{
		Noun: typeWord(w.Type), Action: w.base + "/contact", Seen: w.Case.Version, Key: newKey(), Problems: problems,
		Fields: []layout.Field{
			field(layout.Field{Name: "name", Label: "Your name", Autocomplete: "name"}, contact.Name, 500),
			field(layout.Field{Name: "email", Label: "Email address", Hint: "Without one we cannot write to you by email.", Type: "email", Autocomplete: "email", Optional: true, Plain: true}, contact.Email, 254),
			field(layout.Field{Name: "phone", Label: "Telephone number", Type: "tel", Autocomplete: "tel", Width: "20", Optional: true}, contact.Phone, 500),
			field(layout.Field{Name: "address", Label: "Address and postcode", Rows: 4, Autocomplete: "street-address", Optional: true}, contact.Address, 500),
		},
	}
}

func (w *way) contactView() render.View { return w.view("contact", "Change your contact details") }

func (p *Pages) showContact(c *fiber.Ctx, w *way) error {
	if w.Case.Anonymous {
		return render.Done(c, w.base, render.Toast{Text: "You gave no name, so there are no contact details."})
	}
	return render.Page(c, w.contactView(), contactPage(w, w.Case.Contact, render.Problems{}))
}

func (p *Pages) changeContact(c *fiber.Ctx, w *way) error {
	contact := core.Contact{Name: c.FormValue("name"), Email: c.FormValue("email"), Phone: c.FormValue("phone"), Address: c.FormValue("address")}
	seen, _ := strconv.ParseInt(c.FormValue("seen"), 10, 64)
	err := p.do(c, w, core.Version(max(seen, 0)), &cases.ChangeMyContact{ChangeContact: cases.ChangeContact{Contact: contact}})
	if problems, ok := render.ProblemsOf(err, "name", "email", "phone", "address"); ok {
		return render.Invalid(c, w.contactView(), contactPage(w, contact, problems))
	}
	var refusal *core.Error
	if errors.As(err, &refusal) && refusal.Kind == core.ErrConflict {
		return render.Stale(c, w.contactView(), contactPage(w, contact, render.Problems{Message: strings.TrimSuffix(refusal.Message, ".")}))
	}
	if err != nil {
		return err
	}
	return render.Done(c, w.base, render.Toast{Text: "Your contact details are changed."})
}
