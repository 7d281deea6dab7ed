package triagepages

import (
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/web/render"
)

// attach puts the mail on a case.
func (p *Pages) attach(c *fiber.Ctx) error {
	m, err := p.find(c)
	if err != nil {
		return err
	}
	typed := c.FormValue("ref")
	ref, err := core.ParseReference(typed)
	if err == nil {
		err = p.Intake.Attach(c.UserContext(), render.Actor(c), m.No, ref)
		if core.KindOf(err) == core.ErrNotFound {
			err = core.InvalidField("ref", "There is no case %s, or you may not work on it.", ref)
		}
	} else {
		err = core.InvalidField("ref", "Enter a reference like CMP-7K2M-4QX9.")
	}
	if err != nil {
		return p.again(c, m, err, typed)
	}
	return render.Done(c, "/triage", render.Toast{Text: "The mail is on " + string(ref) + ".", Link: render.Link{Label: "Open the case", URL: "/cases/" + string(ref)}})
}

// raise makes a case of the mail.
func (p *Pages) raise(c *fiber.Ctx) error {
	m, err := p.find(c)
	if err != nil {
		return err
	}
	ref, err := p.Intake.Raise(c.UserContext(), render.Actor(c), m.No, c.FormValue("type"))
	if err != nil {
		return p.again(c, m, err, "")
	}
	return render.Done(c, "/cases/"+string(ref), render.Toast{Text: "The case " + string(ref) + " was raised from the mail."})
}

// again shows the page with what was wrong with the form.
func (p *Pages) again(c *fiber.Ctx, m correspondence.Mail, err error, typed string) error {
	problems, wrong := render.ProblemsOf(err, "ref", "type")
	if !wrong {
		return err
	}
	page, err := p.showPage(c, m)
	if err != nil {
		return err
	}
	page.Problems = problems
	for _, item := range problems.Items {
		switch item.Field {
		case "ref":
			page.Ref.Error, page.Ref.Value = item.Message, typed
		case "type":
			page.Types.Error = item.Message
		}
	}
	return render.Invalid(c, showView(m), page)
}

func (p *Pages) junk(c *fiber.Ctx) error {
	m, err := p.find(c)
	if err != nil {
		return err
	}
	if err := p.Mail.Junk(c.UserContext(), render.Actor(c), m.No); err != nil {
		return err
	}
	return render.Done(c, "/triage", render.Toast{Text: "The mail is not wanted. It is deleted in a month.", Link: render.Link{Label: "Undo", URL: address(m.No)}})
}

func (p *Pages) restore(c *fiber.Ctx) error {
	m, err := p.find(c)
	if err != nil {
		return err
	}
	if err := p.Mail.Restore(c.UserContext(), render.Actor(c), m.No); err != nil {
		return err
	}
	return render.Done(c, address(m.No), render.Toast{Text: "The mail is back among the mail to sort."})
}
