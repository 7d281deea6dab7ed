package portalpages

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// toAnswer is a question with a form to answer it. Several may stand on one
// page, so their fields are told apart by number.
func (p *Pages) toAnswer(base string, t *core.CaseType, q core.Question) ToAnswer {
	asks := "We ask"
	if name := firstName(q.AskedBy.Name); q.AskedBy.IsStaff() && name != "" {
		asks = name + " asks"
	}
	no := strconv.Itoa(q.No)
	return ToAnswer{
		No: q.No, Asks: asks, Text: q.Body, By: p.lastDay(q.DueAt), Action: base + "/questions/" + no, Key: newKey(),
		Answer: layout.Field{Name: "answer", ID: "answer-" + no, Label: "Your answer", Hint: "Only we will see it.", Rows: 5, MaxLength: core.MaxNote},
		Files:  filesField("file-"+no, t, ""),
	}
}

// fill shows what was sent again, with what is wrong with it.
func (a *ToAnswer) fill(c *fiber.Ctx, problems render.Problems) {
	a.Answer.Value = clip(c.FormValue("answer"), core.MaxNote)
	a.Answer.Error, a.Files.Error = problems.For("answer"), problems.For("file")
}

// linked makes the messages of a form lead to the fields of a question.
func (a *ToAnswer) linked(problems render.Problems) render.Problems {
	for i, item := range problems.Items {
		switch item.Field {
		case "answer":
			problems.Items[i].Field = a.Answer.ID
		case "file":
			problems.Items[i].Field = a.Files.ID
		}
	}
	return problems
}

// sendAnswer takes an answer and its files through the door, together.
func (p *Pages) sendAnswer(c *fiber.Ctx, w *way, no int) error {
	commands := []cases.Command{&questions.Answer{No: no, Answer: c.FormValue("answer")}}
	files, err := p.takeFiles(c, w, attachments.SourceAnswer)
	if err != nil {
		return err
	}
	if files != nil {
		commands = append([]cases.Command{files}, commands...)
	}
	return p.do(c, w, 0, commands...)
}

// answer takes the answer to a question of the case's page.
func (p *Pages) answer(c *fiber.Ctx, w *way) error {
	no, err := strconv.Atoi(c.Params("no"))
	if err != nil {
		return core.NotFound("There is no such question.")
	}
	if err := p.sendAnswer(c, w, no); err != nil {
		problems, ok := render.ProblemsOf(err, "answer", "file")
		if !ok {
			return p.tooLate(c, w, err, c.FormValue("answer"))
		}
		page, err := p.casePage(c, w)
		if err != nil {
			return err
		}
		page.Problems = problems
		for i := range page.ToAnswer {
			if q := &page.ToAnswer[i]; q.No == no {
				q.fill(c, problems)
				page.Problems = q.linked(problems)
			}
		}
		return render.Invalid(c, p.caseView(w), page)
	}
	return render.Done(c, w.base, render.Toast{Text: "Thank you. We have your answer."})
}

// AnswerPage is one question, opened by the signed link of a mail. It shows
// nothing else of the case: links are passed on.
type AnswerPage struct {
	Noun     string
	Ref      string
	Question ToAnswer
	State    string // open, answered, withdrawn
	When     string // it was answered
	Unsent   string // what was written too late
	Problems render.Problems
}

var answerView = render.View{Template: "portalpages/answer", Layout: render.Public, Title: "Answer our question"}

func (p *Pages) linked(c *fiber.Ctx) (*way, core.Question, AnswerPage, error) {
	c.Set("X-Robots-Tag", "noindex")
	base := "/answer/" + c.Params("token")
	found, err := p.Questions.ByToken(c.UserContext(), c.Params("token"))
	if err != nil {
		return nil, core.Question{}, AnswerPage{}, err
	}
	w := &way{Seen: found.Seen, by: found.By, base: base}
	q := found.Question
	page := AnswerPage{Noun: typeWord(w.Type), Ref: string(w.Case.Ref), Question: p.toAnswer(base, w.Type, q), State: "open"}
	page.Question.Action = base
	switch {
	case !q.AnsweredAt.IsZero():
		page.State, page.When = "answered", p.on(q.AnsweredAt)
	case !q.WithdrawnAt.IsZero():
		page.State = "withdrawn"
	}
	return w, q, page, nil
}

// showQuestion shows the question of a link. Mail scanners open links too:
// nothing changes by it.
func (p *Pages) showQuestion(c *fiber.Ctx) error {
	_, _, page, err := p.linked(c)
	if err != nil {
		return err
	}
	return render.Page(c, answerView, page)
}

func (p *Pages) answerQuestion(c *fiber.Ctx) error {
	w, q, page, err := p.linked(c)
	if err != nil {
		return err
	}
	if err := p.sendAnswer(c, w, q.No); err != nil {
		if core.KindOf(err) == core.ErrConflict {
			return p.answeredMeanwhile(c)
		}
		problems, ok := render.ProblemsOf(err, "answer", "file")
		if !ok {
			return err
		}
		page.Question.fill(c, problems)
		page.Problems = page.Question.linked(problems)
		return render.Invalid(c, answerView, page)
	}
	return render.Done(c, w.base, render.Toast{Text: "Thank you. We have your answer."})
}

// answeredMeanwhile shows how the question stands, with what was written too
// late for it.
func (p *Pages) answeredMeanwhile(c *fiber.Ctx) error {
	_, _, page, err := p.linked(c)
	if err != nil {
		return err
	}
	page.Unsent = clip(c.FormValue("answer"), core.MaxNote)
	return render.Stale(c, answerView, page)
}
