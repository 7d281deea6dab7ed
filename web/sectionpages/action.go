package sectionpages

import (
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/web/render"
)

// run runs the action of a button, and leads back to the case.
func (p *Pages) run(c *fiber.Ctx) error {
	w, err := p.console(c)
	if err != nil {
		return err
	}
	key := c.FormValue(keyField)
	if key != "" && len(key) <= maxKey {
		key = "action/" + key
	} else {
		key = ""
	}
	outcome, err := p.Actions.Press(c.UserContext(), w.by, w.Seen, c.Params("key"), key)
	if err != nil {
		return err
	}
	if outcome == "" {
		outcome = "Done"
	}
	return render.Done(c, w.base, render.Toast{Text: outcome})
}
