package cases_test

import (
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
)

func TestTheCasesOfALeaverGoBackToTheirGroup(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	open, ended, others := w.Raise(t), w.Raise(t), w.Raise(t)
	w.Do(t, w.Priya, open, cases.StartWork{})
	w.Do(t, w.Priya, ended, cases.StartWork{}, &cases.Close{Reason: "upheld"})
	w.Do(t, w.Tomasz, others, cases.Claim{})
	if n, err := w.Cases.ReturnCases(t.Context(), w.Priya.StaffID()); err != nil || n != 1 {
		t.Fatalf("returned %d, %v", n, err)
	}
	if cs := w.Case(t, open); !cs.Assignee.IsZero() || cs.Group != "complaints-team" {
		t.Errorf("the open case is with %v", cs.Assignee)
	}
	if w.Case(t, ended).Assignee != w.Priya.StaffID() || w.Case(t, others).Assignee != w.Tomasz.StaffID() {
		t.Error("a case that had ended, or was somebody else's, was touched")
	}
	all := history(t, w, open)
	if last := all[len(all)-1]; last.Kind != core.CaseReleased || last.Actor.Kind != core.ActorSystem {
		t.Errorf("the history ends with %s by %s", last.Kind, last.Actor.Kind)
	}
}
