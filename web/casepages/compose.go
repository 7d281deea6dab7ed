package casepages

import (
	"context"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/web/render"
)

// Composer is where staff write on a case: for staff, for the requester, or a
// question. It holds one text; what it becomes is chosen beside it.
type Composer struct {
	Show   bool
	Action string
	Draft  string // where the draft is kept
	Once   string
	Mode   notes.Mode
	Body   string
	Kept   time.Time // when the draft was kept; zero without one
	Name   string    // of the requester, in the words that say who reads it
	Reach  string    // "in the portal", "in the portal and by email", "nobody can read it outside"
	Pauses bool      // a question pauses the targets
	Closed bool      // questions cannot be asked
	Accept string
	Error  string
}

// writable are the modes of the composer; email comes with correspondence.
func writable(s string) (notes.Mode, bool) {
	switch mode := notes.Mode(s); mode {
	case notes.ModeStaff, notes.ModePublic, notes.ModeQuestion:
		return mode, true
	}
	return notes.ModeStaff, false
}

// composer is the composer with the draft that was written last, in the mode
// asked for.
func (p *Pages) composer(ctx context.Context, o *opened, mode string) (Composer, error) {
	if !o.MayDo(core.MayWork) {
		return Composer{}, nil
	}
	w := emptyComposer(o)
	drafts, err := p.Notes.Drafts(ctx, o.by, o.Seen)
	if err != nil {
		return w, err
	}
	for _, d := range drafts {
		if m, ok := writable(string(d.Mode)); ok && d.UpdatedAt.After(w.Kept) {
			w.Mode, w.Body, w.Kept = m, d.Body, d.UpdatedAt
		}
	}
	if asked, ok := writable(mode); ok {
		w.Mode = asked
	}
	if w.Closed && w.Mode == notes.ModeQuestion {
		w.Mode = notes.ModeStaff
	}
	return w, nil
}

func emptyComposer(o *opened) Composer {
	w := Composer{
		Show: true, Action: o.url("compose"), Draft: o.url("draft"), Once: once(), Mode: notes.ModeStaff, Name: o.firstName(),
		Closed: o.Case.IsFinal(), Accept: acceptOf(o), Reach: "in the portal",
	}
	switch {
	case o.Case.Anonymous:
		w.Name, w.Reach = "Whoever holds the link of this case", "there"
	case o.Case.Contact.Email != "":
		w.Reach = "in the portal, and is emailed"
	}
	for _, rule := range o.Type.Targets {
		for _, reason := range rule.Pause {
			w.Pauses = w.Pauses || reason == core.PauseOpenQuestion
		}
	}
	return w
}

func acceptOf(o *opened) string {
	accept := ""
	for i, extension := range attachments.Extensions(o.Type.Attachments) {
		if i > 0 {
			accept += ","
		}
		accept += extension
	}
	return accept
}

// compose sends what was written.
func (p *Pages) compose(c *fiber.Ctx) error {
	o, err := p.open(c)
	if err != nil {
		return err
	}
	mode, known := writable(c.FormValue("mode"))
	if !known {
		return core.InvalidField("mode", "There is no such thing to write.")
	}
	if err := p.send(c, o, mode); err != nil {
		return p.notSent(c, o, mode, err)
	}
	for _, m := range []notes.Mode{notes.ModeStaff, notes.ModePublic, notes.ModeQuestion} {
		if err := p.Notes.ClearDraft(c.UserContext(), o.by, o.Seen, m); err != nil {
			return err
		}
	}
	w := emptyComposer(o)
	w.Mode = mode
	render.Say(c, render.Toast{Text: map[notes.Mode]string{
		notes.ModeStaff: "The private note is on the case", notes.ModePublic: "The note is published", notes.ModeQuestion: "The question is asked",
	}[mode]})
	return render.Changed(c, o.url(tabHistory)+"#composer", "casepages/compose", w, "case-changed")
}

// send writes the note or question, with its files, as one change.
func (p *Pages) send(c *fiber.Ctx, o *opened, mode notes.Mode) error {
	ids, err := p.takeFiles(c, o, "files")
	if err != nil {
		return err
	}
	body := c.FormValue("body")
	files := &attachments.Add{Files: ids, Audience: core.Public}
	var commands []cases.Command
	switch mode {
	case notes.ModeQuestion:
		commands, files.Source = append(commands, &questions.Ask{Body: body}), attachments.SourceQuestion
	case notes.ModePublic:
		commands = append(commands, &notes.Add{Body: body, Audience: core.Public})
	default:
		commands, files.Audience = append(commands, &notes.Add{Body: body, Audience: core.Staff}), core.Staff
	}
	if len(ids) > 0 {
		commands = append(commands, files)
	}
	request := cases.One(o.Case.ID, 0, commands...)
	request.Key = c.FormValue("once")
	_, err = p.Cases.Do(c.UserContext(), o.by, request)
	return err
}

// notSent shows the composer again, with what was written and what is wrong.
func (p *Pages) notSent(c *fiber.Ctx, o *opened, mode notes.Mode, refusal error) error {
	var e *core.Error
	if !errors.As(refusal, &e) || e.Kind == core.ErrForbidden || e.Kind == core.ErrNotFound || e.Kind == core.ErrUnavailable {
		return refusal
	}
	page, err := p.casePage(c, o, tabHistory)
	if err != nil {
		return err
	}
	w := emptyComposer(o)
	w.Mode, w.Body, w.Error = mode, clipped(c.FormValue("body")), e.Message
	page.Composer = w
	view := caseView(o)
	view.Part = "casepages/compose-again"
	if e.Kind == core.ErrConflict {
		return render.Stale(c, view, page)
	}
	return render.Invalid(c, view, page)
}

// keepDraft keeps what is written so far, in the mode it is in now.
func (p *Pages) keepDraft(c *fiber.Ctx) error {
	o, err := p.open(c)
	if err != nil {
		return err
	}
	mode, known := writable(c.FormValue("mode"))
	if !known {
		return core.InvalidField("mode", "There is no such thing to write.")
	}
	ctx, body := c.UserContext(), c.FormValue("body")
	if err := p.Notes.SaveDraft(ctx, o.by, o.Seen, mode, body); err != nil {
		return err
	}
	for _, other := range []notes.Mode{notes.ModeStaff, notes.ModePublic, notes.ModeQuestion} {
		if other == mode {
			continue
		}
		if err := p.Notes.ClearDraft(ctx, o.by, o.Seen, other); err != nil {
			return err
		}
	}
	w := Composer{Kept: o.now}
	if body == "" {
		w.Kept = time.Time{}
	}
	return render.Changed(c, o.url(tabHistory)+"#composer", "casepages/compose-kept", w)
}
