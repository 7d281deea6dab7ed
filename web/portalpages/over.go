package portalpages

import (
	"context"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/web/render"
)

// over reports whether a case has ended for its requester: what they write now
// begins a new one.
func (p *Pages) over(ctx context.Context, w *way) (bool, error) {
	if !w.Case.IsFinal() {
		return false, nil
	}
	calendar, _, err := p.Cases.Types().Calendar(ctx, w.Type.Calendar)
	if err != nil {
		return false, err
	}
	return cases.Over(w.Case, w.Type, calendar, p.Clock.Now()), nil
}

// mayBegin reports whether a message to a case that is over begins a new one.
func (p *Pages) mayBegin(ctx context.Context, w *way) (bool, error) {
	_, err := p.Cases.Afterwards(ctx, w.Type)
	if core.KindOf(err) == core.ErrConflict {
		return false, nil
	}
	return err == nil, err
}

// beginPage is the form for a message to a case that is over. It says what the
// message becomes before it is sent.
func (p *Pages) beginPage(c *fiber.Ctx, w *way, problems render.Problems) AddPage {
	return AddPage{
		Title: "Write to us again", Action: w.base + "/add", Send: "Start a new case", Key: newKey(), Problems: problems, Begin: true,
		Lead: fmt.Sprintf("This case was closed %s and can no longer be reopened. Your message starts a new case with a reference of its own. We see the two together, so you need not tell us everything again.",
			p.on(w.Case.ClosedAt)),
		Words: wordsField(c, "What do you want to tell us?", problems), Files: filesField("file", w.Type, problems.For("file")),
	}
}

// showBegin shows the form, or leads to the case that an earlier message began.
func (p *Pages) showBegin(c *fiber.Ctx, w *way) error {
	may, err := p.mayBegin(c.UserContext(), w)
	if err != nil {
		return err
	}
	if !may {
		return render.Done(c, w.base, render.Toast{Text: "This case is closed, so nothing can be added to it."})
	}
	if w.signedIn() {
		next, found, err := p.Links.Continued(c.UserContext(), w.Case)
		if err != nil {
			return err
		}
		if found {
			return render.Done(c, "/portal/cases/"+string(next.Ref), render.Toast{Text: "You have written about this since. It goes on here."})
		}
	}
	page := p.beginPage(c, w, render.Problems{})
	return render.Page(c, w.view("add", page.Title), page)
}

// begin raises the case that a message to one that is over becomes, and leads
// to it.
func (p *Pages) begin(c *fiber.Ctx, w *way) error {
	to, err := p.beginOnce(c, w)
	if problems, ok := render.ProblemsOf(err, "body", "file"); ok {
		page := p.beginPage(c, w, problems)
		return render.Invalid(c, w.view("add", page.Title), page)
	}
	if err != nil {
		return p.tooLate(c, w, err, c.FormValue("body"))
	}
	text := "Thank you. Your message is the new case " + string(to.Ref) + "."
	if w.signedIn() {
		return render.Done(c, "/portal/cases/"+string(to.Ref), render.Toast{Text: text})
	}
	return render.Done(c, "/track/"+p.Cases.TrackingToken(to.Case), render.Toast{Text: text})
}

func (p *Pages) beginOnce(c *fiber.Ctx, w *way) (cases.Outcome, error) {
	ctx := c.UserContext()
	said, wrong := core.CleanLines(c.FormValue("body"), core.MaxNote)
	switch {
	case wrong != "":
		return cases.Outcome{}, core.InvalidField("body", "%s", wrong)
	case said == "":
		return cases.Outcome{}, core.InvalidField("body", "Write what you want to tell us.")
	}
	t, err := p.Cases.Afterwards(ctx, w.Type)
	if err != nil {
		return cases.Outcome{}, err
	}
	by, raise, goesOn := links.Begin(w.Case, t, links.Reply{Said: said, Channel: core.ChannelWeb, By: w.by})
	commands := []cases.Command{raise, goesOn}
	fresh := &way{Seen: &cases.Seen{Case: w.Case, Type: t}, by: by}
	files, err := p.takeFiles(c, fresh, attachments.SourceForm)
	if err != nil {
		return cases.Outcome{}, err
	}
	if files != nil {
		commands = append(commands, &attachments.Enclose{Add: attachments.Add{Files: files.Files}})
	}
	request := cases.One(core.NewID[core.CaseID](), 0, commands...)
	if key := c.FormValue("key"); key != "" && len(key) <= maxKey {
		request.Key = "portal/" + key
	}
	result, err := p.Cases.Do(ctx, by, request)
	if cases.IsKeyUsed(err) {
		err = core.Invalid("You have sent this page before, and we have what you sent then. If what is written here is new, send it again.")
	}
	if err != nil {
		return cases.Outcome{}, err
	}
	return result.Outcomes[0], nil
}

// signedIn reports whether the reader came by their own list of cases: then the
// pages of their other cases are open to them.
func (w *way) signedIn() bool { return strings.HasPrefix(w.base, "/portal/") }
