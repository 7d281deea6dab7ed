package questions

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Open lists the questions of the case being changed that await an answer,
// oldest first, without their words: for targets that pause as long as one
// that pauses is open.
func Open(w *cases.Work) []core.Question {
	var out []core.Question
	for _, h := range *heads.Of(w) {
		if h.isOpen() {
			out = append(out, core.Question{
				ID: h.ID, CaseID: w.Case.ID, No: h.No, Pauses: h.Pauses, AskedAt: h.AskedAt.UTC(), DueAt: orZero(h.DueAt),
			})
		}
	}
	return out
}

// refuseClosing is the guard on case.close.
func refuseClosing(w *cases.Work) error {
	n := len(Open(w))
	switch {
	case n == 0 || cases.Forced(w) != "":
		return nil
	case n == 1:
		return core.Conflict("1 question is still open.")
	}
	return core.Conflict("%d questions are still open.", n)
}

// withdraw is the consequence of a case's end: nobody need answer any more.
func withdraw(w *cases.Work, _ core.Event) []cases.Command {
	if len(Open(w)) == 0 {
		return nil
	}
	return []cases.Command{withdrawAll{}}
}

// withdrawAll ends the open questions of a case. It records nothing: the end
// of the case, which brought it about, says why.
type withdrawAll struct{}

// Name implements [cases.Command].
func (withdrawAll) Name() core.CommandName { return "question.withdraw" }

// Needs implements [cases.Command].
func (withdrawAll) Needs() core.Permission { return core.MayKeepTime }

// Touches implements [cases.Command].
func (withdrawAll) Touches() []core.Aspect { return nil }

// Apply implements [cases.Command].
func (withdrawAll) Apply(_ context.Context, w *cases.Work) error {
	at := w.HappenedAt
	for _, h := range *heads.Of(w) {
		if h.isOpen() {
			h.WithdrawnAt = &at
		}
	}
	w.Write(updateWithdrawn, w.Case.ID, at)
	return nil
}
