package portalpages

import (
	"crypto/rand"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/web/render"
)

// way is how somebody came to a case: signed in, or by its secret link. The
// pages behind it are the same.
type way struct {
	*cases.Seen
	by   core.Actor
	base string // address of the case's page; the others are below it
	back render.Link
}

// opener opens the case of a request, or refuses with a not-found error.
type opener func(c *fiber.Ctx) (*way, error)

// page makes a handler of one that is given the case.
func (open opener) page(show func(c *fiber.Ctx, w *way) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Set("X-Robots-Tag", "noindex")
		w, err := open(c)
		if err != nil {
			return err
		}
		return show(c, w)
	}
}

// signedIn opens a case of the reader's own.
func (p *Pages) signedIn(c *fiber.Ctx) (*way, error) {
	ref, err := core.ParseReference(c.Params("ref"))
	if err != nil {
		return nil, core.NotFound("There is no such case, or it is not one of yours.")
	}
	by := render.Actor(c)
	seen, err := p.Cases.Find(c.UserContext(), by, ref, core.MayRequest)
	if err != nil {
		return nil, err
	}
	return &way{seen, by, "/portal/cases/" + string(seen.Case.Ref), render.Link{Label: "Your cases", URL: "/portal"}}, nil
}

// byLink opens the case of a secret link. Its holder acts as the requester of
// this one case, whoever they are signed in as.
func (p *Pages) byLink(c *fiber.Ctx) (*way, error) {
	token := c.Params("token")
	seen, by, err := p.Cases.FindByToken(c.UserContext(), token)
	if core.KindOf(err) == core.ErrNotFound {
		return nil, core.NotFound("This link does not work. Check that it is whole, or find your case by its reference at /find.")
	}
	if err != nil {
		return nil, err
	}
	return &way{Seen: seen, by: by, base: "/track/" + token}, nil
}

// toCase leads to the case's page.
func toCase(c *fiber.Ctx, w *way) error { return render.Done(c, w.base, render.Toast{}) }

// view is a page of the case. Pages below the case's own lead back to it.
func (w *way) view(template, title string) render.View {
	v := render.View{Template: "portalpages/" + template, Layout: render.Public, Title: title, Nav: "cases", Back: w.back}
	if template != "case" {
		v.Back = render.Link{Label: w.noun(), URL: w.base}
	}
	return v
}

// noun is what the case is to its requester: "Your complaint".
func (w *way) noun() string { return "Your " + typeWord(w.Type) }

// typeWord is the name of a case type in the middle of a sentence. An
// abbreviation stays one.
func typeWord(t *core.CaseType) string {
	name := []rune(t.Name.String())
	if len(name) < 2 || 'A' <= name[1] && name[1] <= 'Z' {
		return string(name)
	}
	return lowerFirst(string(name))
}

// do sends commands for the case, once for each key: what is sent twice by
// mistake is done once.
func (p *Pages) do(c *fiber.Ctx, w *way, seen core.Version, commands ...cases.Command) error {
	request := cases.One(w.Case.ID, seen, commands...)
	if key := c.FormValue("key"); key != "" && len(key) <= maxKey {
		request.Key = "portal/" + key
	}
	_, err := p.Cases.Do(c.UserContext(), w.by, request)
	if cases.IsKeyUsed(err) {
		return core.Invalid("You have sent this page before, and we have what you sent then. If what is written here is new, send it again.")
	}
	return err
}

// maxKey bounds the key of a form, in letters.
const maxKey = 64

// newKey makes the key of a form that is shown.
func newKey() string { return rand.Text() }
