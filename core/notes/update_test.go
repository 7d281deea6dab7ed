package notes_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
)

func TestTheRequesterAddsAnUpdateThatBothSidesRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	amara := core.PersonActor(w.Amara, "")
	w.Do(t, amara, id, &notes.AddUpdate{Body: "It happened again."})
	found := w.all(t, id, core.Public)
	if len(found) != 1 || found[0].By.PersonID() != w.Amara || found[0].By.Name != "Amara Okonkwo-Lindqvist" || found[0].No != 1 {
		t.Fatalf("found %+v", found)
	}
	if e := w.Last(t, id, core.UpdateAdded); e.About["note"] != found[0].ID.String() || e.Actor.PersonID() != w.Amara {
		t.Errorf("recorded %+v", e)
	}
	if cs := w.Case(t, id); cs.Status != "new" || !cs.FirstResponseAt.IsZero() {
		t.Errorf("the update changed the case: %+v", cs)
	}
}

func TestAnAnonymousRequesterAddsAnUpdateByTheirLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := core.NewID[core.CaseID]()
	w.Do(t, core.AnonymousActor(), id, &cases.Raise{Type: "complaint", Subject: "Hole", Channel: core.ChannelWeb, Anonymous: true})
	_, by, err := w.Cases.FindByToken(t.Context(), w.Cases.TrackingToken(id))
	if err != nil {
		t.Fatal(err)
	}
	w.Do(t, by, id, &notes.AddUpdate{Body: "Deeper now."})
	if found := w.all(t, id, core.Public); len(found) != 1 || found[0].By.Kind != core.ActorAnonymous || found[0].By.ID != "" {
		t.Errorf("found %+v", found)
	}
}

func TestAnUpdateTakesUpAWaitingCaseAndItsManagerKeepsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	// Staff may move it from waiting to in progress only; a reply goes its own way.
	w.Do(t, w.Priya, id, cases.StartWork{}, &cases.ChangeStatus{To: "waiting"})
	w.Do(t, core.PersonActor(w.Amara, ""), id, &notes.AddUpdate{Body: "Here is the date."})
	if cs := w.Case(t, id); cs.Status != "reopened" || cs.StatusKind != core.StatusOpen || cs.Assignee != w.Priya.StaffID() {
		t.Errorf("the case is %+v", cs)
	}
	if e := w.Last(t, id, core.StatusChanged); e.Actor.PersonID() != w.Amara {
		t.Errorf("who moved it: %+v", e.Actor)
	}
	w.Rewinds(t, id)
}

func TestAnUpdateReopensAResolvedCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, cases.StartWork{}, &cases.ChangeStatus{To: "resolved"})
	w.Do(t, core.PersonActor(w.Amara, ""), id, &notes.AddUpdate{Body: "It is not."})
	cs := w.Case(t, id)
	if cs.Status != "reopened" || cs.Reopened != 1 || !cs.ResolvedAt.IsZero() || !cs.Assignee.IsZero() {
		t.Errorf("the case is %+v", cs)
	}
	w.Last(t, id, core.CaseReopened)
	w.Rewinds(t, id)
}

func TestAnUpdateThatIsRefusedChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	amara := core.PersonActor(w.Amara, "")
	w.Refuses(t, core.ErrInvalid, amara, id, &notes.AddUpdate{Body: " "})
	w.Refuses(t, core.ErrInvalid, amara, id, &notes.AddUpdate{Body: strings.Repeat("x", core.MaxNote+1)})
	w.Refuses(t, core.ErrForbidden, w.Priya, id, &notes.AddUpdate{Body: "x"})
	w.Refuses(t, core.ErrNotFound, core.PersonActor(w.Brendan, ""), id, &notes.AddUpdate{Body: "x"})
	w.Refuses(t, core.ErrNotFound, core.AnonymousActor(), id, &notes.AddUpdate{Body: "x"})
	w.Do(t, w.Priya, id, &cases.Close{Reason: "upheld"})
	version := w.Case(t, id).Version
	err := w.Refuses(t, core.ErrConflict, amara, id, &notes.AddUpdate{Body: "x"})
	if !strings.Contains(err.Error(), string(w.Case(t, id).Ref)) {
		t.Errorf("the refusal does not help: %v", err)
	}
	if w.Case(t, id).Version != version || len(w.all(t, id, everybody...)) != 0 {
		t.Error("something was kept")
	}
}

func TestUpdatesOfOneCaseHaveALimitThatStaffDoNotMeet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	amara := core.PersonActor(w.Amara, "")
	var many []cases.Command
	for range 200 {
		many = append(many, &notes.AddUpdate{Body: "More"})
	}
	w.Refuses(t, core.ErrConflict, amara, id, append(many, &notes.AddUpdate{Body: "Too many"})...)
	w.Do(t, amara, id, many...)
	w.Refuses(t, core.ErrConflict, amara, id, &notes.AddUpdate{Body: "Too many"})
	w.Do(t, w.Priya, id, &notes.Add{Body: "Please telephone her."})
	if found := w.all(t, id, everybody...); len(found) != 201 || found[200].No != 201 {
		t.Errorf("%d are kept", len(found))
	}
}
