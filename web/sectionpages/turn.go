package sectionpages

import (
	"crypto/rand"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/details"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
)

// The hidden fields of a section: the version that its reader saw, and the key
// under which it is saved once.
const (
	versionField = "version"
	keyField     = "key"
	maxKey       = 64
)

func newKey() string { return rand.Text() }

// turn takes what was sent from a section.
func (p *Pages) turn(c *fiber.Ctx, open opener) error {
	w, err := open(c)
	if err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	sent := details.Sent{Answers: func(page *view.Node) view.Answers { return viewtree.Read(page, form) }}
	if sent.Version, err = strconv.Atoi(form.Get(versionField)); err != nil || sent.Version < 0 {
		sent.Version = 0
	}
	if key := form.Get(keyField); key != "" && len(key) <= maxKey {
		sent.Key = "section/" + key
	}
	var did viewtree.Action
	sent.What = func(page *view.Node) details.Pressed {
		did = viewtree.Pressed(page, form)
		return pressed(did)
	}
	shown, err := p.Details.Turn(c.UserContext(), w.by, w.Seen, c.Params("key"), sent)
	if core.KindOf(err) == core.ErrConflict && !cases.IsKeyUsed(err) {
		return p.overtaken(c, w, err)
	}
	d := drawing{}
	if did.Unconfirmed {
		d.confirm = did.ID
	}
	if did.Kind == viewtree.ActionTable && !did.Driven {
		d.tables = map[string]viewtree.Sorting{did.ID: did.Sorting}
	}
	page, err := p.page(c, w, shown, err, d)
	if err != nil {
		return err
	}
	v := viewOf(w, page)
	switch {
	case page.Trouble != "":
		return p.answer(c, w, page)
	case shown.Stale:
		return render.Stale(c, v, page)
	case shown.Refused:
		return render.Invalid(c, v, page)
	case shown.Saved:
		render.Say(c, render.Toast{Text: "“" + page.Title + "” is saved"})
		return render.Changed(c, page.Back.URL, "sectionpages/section-body", page, "case-changed")
	case did.Unconfirmed || len(d.tables) > 0 || did.Kind == viewtree.ActionTable || c.Get("HX-Request") == "true":
		return render.Page(c, v, page)
	}
	return render.Done(c, page.URL, render.Toast{}) // reloading sends nothing again
}

// overtaken shows a section again that could not be saved as it was sent: what
// was typed is in it.
func (p *Pages) overtaken(c *fiber.Ctx, w *way, refused error) error {
	shown, err := p.Details.Show(c.UserContext(), w.by, w.Seen, c.Params("key"))
	var said *core.Error
	if errors.As(refused, &said) {
		shown.Messages = append(shown.Messages, said.Message)
	}
	page, err := p.page(c, w, shown, err, drawing{})
	if err != nil {
		return err
	}
	return render.Stale(c, viewOf(w, page), page)
}

// pressed makes the event of a section from what was pressed.
func pressed(did viewtree.Action) details.Pressed {
	switch {
	case did.Unconfirmed:
	case did.Kind == viewtree.ActionSubmit:
		return details.Pressed{Kind: dialogue.Submit}
	case did.Kind == viewtree.ActionPress && did.Checks:
		return details.Pressed{Kind: dialogue.Submit, Target: did.ID}
	case did.Kind == viewtree.ActionPress:
		return details.Pressed{Kind: dialogue.Press, Target: did.ID}
	case did.Kind == viewtree.ActionChange:
		return details.Pressed{Kind: dialogue.Change, Target: did.ID}
	case did.Kind == viewtree.ActionBack:
		return details.Pressed{Kind: dialogue.Back}
	case did.Kind == viewtree.ActionTable && did.Driven:
		return details.Pressed{Kind: dialogue.Press, Target: did.ID, Fields: did.Sorting.Fields()}
	}
	return details.Pressed{}
}

// discard forgets what somebody typed and has not saved.
func (p *Pages) discard(c *fiber.Ctx) error {
	w, err := p.console(c)
	if err != nil {
		return err
	}
	if err := p.Details.Discard(c.UserContext(), w.by, w.Seen, c.Params("key")); err != nil {
		return err
	}
	shown, err := p.Details.Show(c.UserContext(), w.by, w.Seen, c.Params("key"))
	page, err := p.page(c, w, shown, err, drawing{})
	if err != nil {
		return err
	}
	return render.Changed(c, page.URL, "sectionpages/section-body", page)
}

func formOf(c *fiber.Ctx) (url.Values, error) {
	if strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		form, err := c.MultipartForm()
		if err != nil {
			return nil, unreadable()
		}
		return form.Value, nil
	}
	form, err := url.ParseQuery(string(c.Body()))
	if err != nil {
		return nil, unreadable()
	}
	return form, nil
}

func unreadable() error {
	return core.Invalid("What was sent could not be read. Go back, reload the page and send it again.")
}
