package portalpages

import (
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
)

// Step is one part of the way a case goes, as its requester sees it.
type Step struct {
	No      int
	Name    string
	Text    string
	Done    bool
	Current bool
}

// steps are where a case is: received, what has been done so far in the words
// of the type's public stages, our answer, and what is open to the requester
// after it. Stages without public words do not exist here.
func (p *Pages) steps(t *told) []Step {
	out := p.allSteps(t)
	for i := range out {
		out[i].No = i + 1
	}
	return out
}

func (p *Pages) allSteps(t *told) []Step {
	cs, noun := t.Case, typeWord(t.Type)
	out := []Step{{Name: "We received your " + noun, Text: upperFirst(p.day(cs.ReceivedAt)), Done: true}}
	out = append(out, p.workSteps(t)...)
	switch t.ended {
	case core.CaseWithdrawn:
		return append(out, Step{Name: "You withdrew your " + noun, Text: upperFirst(p.day(cs.ClosedAt)), Done: true})
	case core.CaseCancelled:
		return append(out, Step{Name: "We cancelled your " + noun, Text: upperFirst(p.day(cs.ClosedAt)), Done: true})
	}
	answer := Step{Name: "We write to you with our answer", Done: !cs.IsOpen()}
	switch {
	case answer.Done:
		answer.Name, answer.Text = "We wrote to you with our answer", upperFirst(p.day(cs.ResolvedAt))
	case t.promise.By != "":
		answer.Text = "By " + t.promise.By
	}
	out = append(out, answer)
	if t.Type.Reopen.Within.IsZero() {
		return out
	}
	last := Step{Name: "You tell us whether that settles it", Current: !cs.IsOpen(), Text: "If it does not, you can ask us to look again."}
	switch {
	case cs.IsFinal() && t.reopenUntil.IsZero():
		last.Text, last.Done, last.Current = "This is over.", true, false
	case cs.IsFinal():
		last.Text = fmt.Sprintf("If it does not, you can ask us to look again until %s.", p.day(t.reopenUntil))
	}
	return append(out, last)
}

// workSteps are what happens between receiving and answering: the public
// stages the case has reached, or a single step.
func (p *Pages) workSteps(t *told) []Step {
	cs := t.Case
	var out []Step
	_, at := t.Type.Stage(cs.Stage)
	for i, stage := range t.Type.Stages {
		if i <= at && !stage.Public.IsZero() {
			out = append(out, Step{Name: stage.Public.String(), Done: true})
		}
	}
	if len(out) == 0 {
		out = []Step{{Name: "We look into it", Done: true}}
	}
	now := &out[len(out)-1]
	if cs.IsOpen() {
		now.Done, now.Current = false, true
	}
	switch {
	case cs.IsOpen() && cs.StatusKind == core.StatusStart && t.began.IsZero():
		now.Text = "Nobody has started on it yet."
	case !t.began.IsZero() && t.holder != "" && cs.IsOpen():
		now.Text = fmt.Sprintf("%s has it, since %s.", t.holder, p.day(latest(t.began, t.heldSince)))
	case !t.began.IsZero():
		now.Text = "Started " + p.on(t.began) + "."
	}
	return out
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
