package core_test

import (
	"testing"

	"github.com/casement-dev/casement/core"
)

func TestTheHolderOfALinkIsNotSignedIn(t *testing.T) {
	t.Parallel()
	duties := core.DutyTable{core.DutyRaise: {core.SignedIn}}
	person := core.NewID[core.PersonID]()
	if !duties.RaisableBy(core.PersonActor(person, "")) {
		t.Error("somebody signed in may not raise a case of a type for those")
	}
	for name, by := range map[string]core.Actor{
		"the holder of a link": core.LinkActor(core.NewID[core.CaseID](), person),
		"somebody anonymous":   core.AnonymousActor(),
	} {
		if duties.RaisableBy(by) {
			t.Errorf("%s may raise a case of a type for those signed in", name)
		}
	}
}
