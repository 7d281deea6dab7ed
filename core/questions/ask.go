package questions

import (
	"context"
	"slices"
	"strconv"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Bounds of what may be asked on one case.
const (
	maxOpen  = 20
	maxAsked = 500
)

// defaultDue is how long the requester is given before they are reminded.
var defaultDue = core.Span{Count: 5, Unit: core.WorkingDays}

// Ask asks the requester something: question.ask. It counts as a response.
type Ask struct {
	Body   string    `json:"body"`
	DueIn  core.Span `json:"due_in,omitzero"`  // until a reminder, on the type's calendar; as the type says when zero, else 5 working days
	Pauses *bool     `json:"pauses,omitempty"` // whether targets pause until it is answered; as the type says when nil
}

// Name implements [cases.Command].
func (*Ask) Name() core.CommandName { return "question.ask" }

// Needs implements [cases.Command].
func (*Ask) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (*Ask) Touches() []core.Aspect { return nil }

// Apply implements [cases.Command].
func (a *Ask) Apply(ctx context.Context, w *cases.Work) error {
	body, wrong := core.CleanLines(a.Body, core.MaxNote)
	all := *heads.Of(w)
	switch {
	case wrong != "":
		return core.InvalidField("body", "%s", wrong)
	case body == "":
		return core.InvalidField("body", "Write the question first.")
	case w.Case.IsFinal():
		return core.Conflict("This case is closed. Reopen it first.")
	case len(Open(w)) >= maxOpen:
		return core.Conflict("%d questions are open already. Wait for an answer before you ask more.", maxOpen)
	case len(all) >= maxAsked:
		return core.Conflict("%d questions have been asked on this case. No more can be.", maxAsked)
	}
	calendar, _, err := w.Calendar(ctx)
	if err != nil {
		return err
	}
	within := a.DueIn
	if within.IsZero() {
		within = w.Type.Questions.Within
	}
	if within.IsZero() {
		within = defaultDue
	}
	due := within.After(w.HappenedAt, calendar)
	if due.After(w.Now.AddDate(1, 0, 0)) {
		return core.InvalidField("due_in", "Give the requester a year at most.")
	}
	pauses := pausesByType(w.Type)
	if a.Pauses != nil {
		pauses = *a.Pauses
	}
	h := &head{ID: core.NewID[core.QuestionID](), No: 1, Pauses: pauses, AskedAt: w.HappenedAt, DueAt: &due}
	if len(all) > 0 {
		h.No += all[len(all)-1].No
	}
	*heads.Of(w) = append(all, h)
	w.Write(insertQuestion, h.ID, w.Case.ID, h.No, body, pauses, w.By.Kind, w.By.ID, w.HappenedAt, due)
	w.Record(core.QuestionAsked, core.About{"question": h.ID, "no": h.No, "due_at": due, "pauses": pauses})
	w.Respond()
	w.Made("question", strconv.Itoa(h.No))
	return nil
}

// pausesByType reports whether some target of the type pauses for questions, or
// begins anew with the answer.
func pausesByType(t *core.CaseType) bool {
	return slices.ContainsFunc(t.Targets, func(r core.TargetRule) bool {
		return slices.Contains(r.Pause, core.PauseOpenQuestion) || slices.Contains(r.Restarts, core.MomentQuestionAnswered)
	}) || slices.ContainsFunc(t.Tasks, func(k core.TaskType) bool {
		return slices.Contains(k.Pause, core.PauseOpenQuestion)
	})
}
