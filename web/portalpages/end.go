package portalpages

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/web/render"
)

// WithdrawPage asks whether the requester no longer wants their case.
type WithdrawPage struct {
	Noun, Ref, Subject string
	Action, Back       string
	Key                string
	Reopen             bool // it can be taken up again
}

func (p *Pages) showWithdraw(c *fiber.Ctx, w *way) error {
	if w.Case.IsFinal() {
		return render.Done(c, w.base, render.Toast{Text: "This case is closed already."})
	}
	return render.Page(c, w.view("withdraw", "Withdraw your "+typeWord(w.Type)), WithdrawPage{
		Noun: typeWord(w.Type), Ref: string(w.Case.Ref), Subject: w.Case.Subject, Action: w.base + "/withdraw", Back: w.base, Key: newKey(),
		Reopen: !w.Type.Reopen.Within.IsZero(),
	})
}

func (p *Pages) withdraw(c *fiber.Ctx, w *way) error {
	if err := p.do(c, w, 0, &cases.Withdraw{}); err != nil {
		return err
	}
	return render.Done(c, w.base, render.Toast{Text: fmt.Sprintf("You have withdrawn your %s.", typeWord(w.Type))})
}

func (p *Pages) reopenPage(c *fiber.Ctx, w *way, problems render.Problems) AddPage {
	return AddPage{
		Title: "Ask us to look at it again", Action: w.base + "/reopen", Send: "Ask us to look again", Key: newKey(), Problems: problems,
		Lead:  fmt.Sprintf("We take your %s up again, and read what you write here.", typeWord(w.Type)),
		Words: wordsField(c, "What did we miss?", problems),
	}
}

func (p *Pages) showReopen(c *fiber.Ctx, w *way) error {
	if !w.Case.IsFinal() {
		return render.Done(c, w.base, render.Toast{Text: "This case is open."})
	}
	over, err := p.over(c.UserContext(), w)
	if err != nil {
		return err
	}
	if over {
		return p.showBegin(c, w)
	}
	page := p.reopenPage(c, w, render.Problems{})
	return render.Page(c, w.view("add", page.Title), page)
}

func (p *Pages) reopen(c *fiber.Ctx, w *way) error {
	err := p.do(c, w, 0, &cases.AskAgain{}, &notes.AddUpdate{Body: c.FormValue("body")})
	if problems, ok := render.ProblemsOf(err, "body"); ok {
		page := p.reopenPage(c, w, problems)
		return render.Invalid(c, w.view("add", page.Title), page)
	}
	if err != nil {
		return p.tooLate(c, w, err, c.FormValue("body"))
	}
	return render.Done(c, w.base, render.Toast{Text: "We have taken it up again."})
}
