package portalpages

import (
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// AddPage is a form for something more that the requester has to say.
type AddPage struct {
	Title    string
	Lead     string
	Action   string
	Send     string // on the button
	Words    layout.Field
	Files    FilesField
	Key      string
	Begin    bool // it starts a new case
	Problems render.Problems
}

func (p *Pages) addPage(c *fiber.Ctx, w *way, problems render.Problems) AddPage {
	lead := "Whoever deals with your " + typeWord(w.Type) + " will read it."
	if w.Case.StatusKind == core.StatusResolved {
		lead = "If our reply does not settle the matter, tell us why: we will look at it again."
	}
	return AddPage{
		Title: "Add something to your " + typeWord(w.Type), Lead: lead, Action: w.base + "/add", Send: "Send", Key: newKey(), Problems: problems,
		Words: wordsField(c, "What do you want to tell us?", problems), Files: filesField("file", w.Type, problems.For("file")),
	}
}

func wordsField(c *fiber.Ctx, label string, problems render.Problems) layout.Field {
	return layout.Field{Name: "body", Label: label, Rows: 7, MaxLength: core.MaxNote, Value: clip(c.FormValue("body"), core.MaxNote), Error: problems.For("body")}
}

func (p *Pages) showAdd(c *fiber.Ctx, w *way) error {
	over, err := p.over(c.UserContext(), w)
	if err != nil {
		return err
	}
	if over {
		return p.showBegin(c, w)
	}
	if w.Case.IsFinal() {
		return render.Done(c, w.base, render.Toast{Text: "This case is closed, so nothing can be added to it."})
	}
	page := p.addPage(c, w, render.Problems{})
	return render.Page(c, w.view("add", page.Title), page)
}

func (p *Pages) add(c *fiber.Ctx, w *way) error {
	if c.FormValue("begin") != "" { // what was shown said so
		return p.begin(c, w)
	}
	commands := []cases.Command{&notes.AddUpdate{Body: c.FormValue("body")}}
	files, err := p.takeFiles(c, w, attachments.SourceUpdate)
	if err == nil {
		if files != nil {
			commands = append([]cases.Command{files}, commands...)
		}
		err = p.do(c, w, 0, commands...)
	}
	if problems, ok := render.ProblemsOf(err, "body", "file"); ok {
		page := p.addPage(c, w, problems)
		return render.Invalid(c, w.view("add", page.Title), page)
	}
	if err != nil {
		return p.tooLate(c, w, err, c.FormValue("body"))
	}
	return render.Done(c, w.base, render.Toast{Text: "Thank you. We have what you sent."})
}

// tooLate answers what was refused because the case has changed: with the
// reason, and a form in which what was typed can still be sent. Every other
// error is returned.
func (p *Pages) tooLate(c *fiber.Ctx, w *way, err error, typed string) error {
	var refusal *core.Error
	if !errors.As(err, &refusal) || refusal.Kind != core.ErrConflict {
		return err
	}
	now, err := p.Cases.Find(c.UserContext(), w.by, w.Case.Ref, core.MayRequest)
	if err != nil {
		return err
	}
	again := *w
	again.Seen = now
	problems := render.Problems{Message: strings.TrimSuffix(refusal.Message, ".")}
	page := p.addPage(c, &again, problems)
	over, err := p.over(c.UserContext(), &again)
	switch {
	case err != nil:
		return err
	case over:
		page = p.beginPage(c, &again, problems)
	case now.Case.IsFinal():
		page = p.reopenPage(c, &again, problems)
	}
	page.Words.Value = clip(typed, core.MaxNote)
	return render.Stale(c, w.view("add", page.Title), page)
}
