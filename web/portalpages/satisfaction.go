package portalpages

import (
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/satisfaction"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// SatisfactionPage asks how satisfied the requester is. It is shown by a link of
// a mail, and within the pages of the case. Nothing is counted before its form
// is sent: programs that look into mails open links, and never count.
type SatisfactionPage struct {
	Noun, Ref, Subject string
	State              string // ask, change, given, over
	Given              string // what was said before: "Good"
	Until              string // the day until which it can be changed
	Levels             []Level
	Comment            layout.Field
	Error              string // about the choice
	Action, Key        string
	Case               string // the address of the case; "" by a link of a mail
	Problems           render.Problems
}

// Level is one answer.
type Level struct {
	Score   int
	Name    string
	Checked bool
}

// asked fills the page for a case as somebody stands to the question.
func (p *Pages) asked(w *way, asked satisfaction.Asked, chosen int) SatisfactionPage {
	page := SatisfactionPage{
		Noun: typeWord(w.Type), Ref: string(w.Case.Ref), Subject: w.Case.Subject, State: "ask", Action: w.base, Key: newKey(),
		Comment: layout.Field{Name: "comment", Label: "Do you want to tell us why?", Rows: 4, Optional: true, MaxLength: core.MaxComment},
	}
	if asked.Given != nil {
		page.State, page.Given, page.Until = "change", core.ScoreName(asked.Given.Score, core.DefaultLanguage), p.lastDay(asked.Until)
		page.Comment.Value = asked.Given.Comment
		if chosen == 0 {
			chosen = asked.Given.Score
		}
	}
	if !asked.Open {
		page.State = "over"
		if asked.Given != nil {
			page.State = "given"
		}
	}
	for score := core.MaxScore; score > 0; score-- {
		page.Levels = append(page.Levels, Level{score, core.ScoreName(score, core.DefaultLanguage), score == chosen})
	}
	return page
}

var satisfactionView = render.View{Template: "portalpages/satisfaction", Layout: render.Public, Title: "How satisfied are you?"}

// byScore opens the link of a mail.
func (p *Pages) byScore(c *fiber.Ctx) (*way, satisfaction.Asked, error) {
	c.Set("X-Robots-Tag", "noindex")
	if p.Satisfaction == nil {
		return nil, satisfaction.Asked{}, core.NotFound("There is no such page.")
	}
	found, err := p.Satisfaction.ByToken(c.UserContext(), c.Params("token"))
	if err != nil {
		return nil, satisfaction.Asked{}, err
	}
	return &way{Seen: found.Seen, by: found.By, base: "/satisfaction/" + c.Params("token")}, found.Asked, nil
}

// showScore shows the answer that was chosen in a mail, to be confirmed.
func (p *Pages) showScore(c *fiber.Ctx) error {
	w, asked, err := p.byScore(c)
	if err != nil {
		return err
	}
	chosen, _ := strconv.Atoi(c.Params("score")) // none chosen: the page asks for all
	return render.Page(c, satisfactionView, p.asked(w, asked, chosen))
}

func (p *Pages) giveScore(c *fiber.Ctx) error {
	w, asked, err := p.byScore(c)
	if err != nil {
		return err
	}
	return p.give(c, w, asked, satisfactionView)
}

// showSatisfaction is the question within the pages of the case.
func (p *Pages) showSatisfaction(c *fiber.Ctx, w *way) error {
	page, view, err := p.satisfactionPage(c, w)
	if err != nil {
		return err
	}
	return render.Page(c, view, page)
}

func (p *Pages) satisfactionPage(c *fiber.Ctx, w *way) (SatisfactionPage, render.View, error) {
	view := w.view("satisfaction", satisfactionView.Title)
	if p.Satisfaction == nil || !w.Type.Satisfied.Ask {
		return SatisfactionPage{}, view, core.NotFound("There is no such page.")
	}
	asked, err := p.Satisfaction.Stands(c.UserContext(), w.Case, w.Type)
	if err != nil {
		return SatisfactionPage{}, view, err
	}
	page := p.asked(w, asked, 0)
	page.Action, page.Case = w.base+"/satisfaction", w.base
	return page, view, nil
}

func (p *Pages) giveSatisfaction(c *fiber.Ctx, w *way) error {
	page, view, err := p.satisfactionPage(c, w)
	if err != nil {
		return err
	}
	if err := p.sendScore(c, w); err != nil {
		return p.notGiven(c, page, view, err)
	}
	return render.Done(c, w.base, render.Toast{Text: "Thank you. We have your answer."})
}

func (p *Pages) give(c *fiber.Ctx, w *way, asked satisfaction.Asked, view render.View) error {
	if err := p.sendScore(c, w); err != nil {
		return p.notGiven(c, p.asked(w, asked, 0), view, err)
	}
	return render.Done(c, w.base, render.Toast{Text: "Thank you. We have your answer."})
}

func (p *Pages) sendScore(c *fiber.Ctx, w *way) error {
	score, _ := strconv.Atoi(c.FormValue("score")) // what is no number is no answer
	return p.do(c, w, 0, &satisfaction.Give{Score: score, Comment: c.FormValue("comment")})
}

// notGiven shows the question again, with what is wrong.
func (p *Pages) notGiven(c *fiber.Ctx, page SatisfactionPage, view render.View, refusal error) error {
	chosen, _ := strconv.Atoi(c.FormValue("score"))
	for i, l := range page.Levels {
		page.Levels[i].Checked = l.Score == chosen
	}
	page.Comment.Value = clip(c.FormValue("comment"), core.MaxComment)
	problems, ok := render.ProblemsOf(refusal, "score", "comment")
	if ok {
		page.Problems, page.Error, page.Comment.Error = problems, problems.For("score"), problems.For("comment")
		return render.Invalid(c, view, page)
	}
	if core.KindOf(refusal) != core.ErrConflict {
		return refusal
	}
	page.State = "over"
	return render.Stale(c, view, page)
}

// Satisfied is the question on the page of the case: a link to it, or what was
// said.
type Satisfied struct {
	URL   string // "" when nothing can be said, or changed
	Given string
}

func (p *Pages) satisfied(c *fiber.Ctx, w *way) (Satisfied, error) {
	if p.Satisfaction == nil {
		return Satisfied{}, nil
	}
	asked, err := p.Satisfaction.Stands(c.UserContext(), w.Case, w.Type)
	if err != nil {
		return Satisfied{}, err
	}
	out := Satisfied{}
	if asked.Open {
		out.URL = w.base + "/satisfaction"
	}
	if asked.Given != nil {
		out.Given = fmt.Sprintf("You said “%s”.", core.ScoreName(asked.Given.Score, core.DefaultLanguage))
	}
	return out, nil
}
