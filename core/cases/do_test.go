package cases_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/events"
)

func history(t *testing.T, w *casestest.World, id core.CaseID) []core.Recorded {
	t.Helper()
	all, err := events.History(t.Context(), w.Pool, core.StreamCase, id.String(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func kinds(all []core.Recorded) []core.EventKind {
	var out []core.EventKind
	for _, e := range all {
		out = append(out, e.Kind)
	}
	return out
}

func TestARaisedCaseHasAReferenceAGroupAndAHistory(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	cs := w.Case(t, id)
	if _, err := core.ParseReference(string(cs.Ref)); err != nil {
		t.Errorf("the reference %q does not read: %v", cs.Ref, err)
	}
	if cs.Group != "complaints-team" || cs.Status != "new" || cs.Stage != "stage-1" || cs.Priority != "normal" || cs.Version != 1 {
		t.Errorf("raised as %+v", cs)
	}
	all := history(t, w, id)
	if !slices.Equal(kinds(all), []core.EventKind{core.CaseRaised}) || all[0].Actor.PersonID() != w.Amara {
		t.Errorf("history is %+v", all)
	}
}

func TestASubtypeSendsTheCaseToItsGroup(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := core.NewID[core.CaseID]()
	w.Do(t, core.AnonymousActor(), id, &cases.Raise{Type: "complaint", Subject: "Hole", Subtype: "roads", Channel: core.ChannelWeb, Anonymous: true})
	if cs := w.Case(t, id); cs.Group != "highways" || !cs.Anonymous {
		t.Errorf("the case is with %q, anonymous %v", cs.Group, cs.Anonymous)
	}
}

func TestAnAnonymousCaseKeepsNobodysName(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := core.NewID[core.CaseID]()
	// Even when contact details come along by mistake.
	w.Do(t, core.AnonymousActor(), id, &cases.Raise{Type: "complaint", Subject: "Hole", Channel: core.ChannelWeb, Anonymous: true,
		Requester: w.Amara, Contact: core.Contact{Name: "Amara", Email: "amara@example.org"}})
	cs := w.Case(t, id)
	if !cs.Requester.IsZero() || cs.Contact != (core.Contact{}) {
		t.Errorf("kept %v %+v", cs.Requester, cs.Contact)
	}
	if by := history(t, w, id)[0].Actor; by.Kind != core.ActorAnonymous || by.ID != "" {
		t.Errorf("the history names %+v", by)
	}
}

func TestTheJourneyOfACaseIsRecordedStepByStep(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, cases.Open{})
	w.Do(t, w.Priya, id, cases.StartWork{})
	w.Do(t, w.Priya, id, &cases.ChangePriority{To: "high"})
	w.Do(t, w.Priya, id, &cases.SetField{Field: "finding", Value: "upheld"})
	w.Do(t, w.Priya, id, &cases.ChangeStatus{To: "resolved"})
	w.Do(t, w.Priya, id, &cases.Close{Reason: "upheld"})
	w.Do(t, core.PersonActor(w.Amara, ""), id, &cases.AskAgain{})
	cs := w.Case(t, id)
	if cs.Status != "reopened" || !cs.Assignee.IsZero() || cs.Reopened != 1 || !cs.ResolvedAt.IsZero() || cs.Outcome != "" {
		t.Errorf("after reopening the case is %+v", cs)
	}
	want := []core.EventKind{core.CaseRaised, core.CaseOpened, core.WorkStarted, core.PriorityChanged, core.FieldChanged,
		core.StatusChanged, core.FirstResponseGiven, core.CaseClosed, core.CaseReopened}
	if got := kinds(history(t, w, id)); !slices.Equal(got, want) {
		t.Errorf("history is %v, want %v", got, want)
	}
}

// Every event holds before and after of each aspect, so the present case can be
// taken back, event by event, to how it was raised.
func TestEveryCaseRewindsToItsRaising(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	raised := asJSON(t, core.AspectsOf(w.Case(t, id)))
	w.Do(t, w.Priya, id, cases.Claim{}, &cases.ChangeStatus{To: "waiting"}, &cases.SetField{Field: "depth", Value: 12.5})
	w.Do(t, w.Priya, id, &cases.Reassign{Group: "highways", To: w.Ines.StaffID(), Reason: "specialist"})
	w.Do(t, w.Ines, id, &cases.Escalate{Reason: "vulnerable"}, &cases.ChangeContact{Contact: core.Contact{Name: "A. Okonkwo"}})
	w.Do(t, w.Priya, id, &cases.Close{Reason: "not-upheld"})
	w.Do(t, w.Priya, id, &cases.Reopen{})
	now := asJSON(t, core.AspectsOf(w.Case(t, id)))
	all := history(t, w, id)
	for i := len(all) - 1; i > 0; i-- {
		for aspect, change := range asJSON(t, all[i].Changes) {
			pair := change.([]any)
			if got, want := asText(t, now[aspect]), asText(t, pair[1]); got != want {
				t.Fatalf("event %d (%s) left %s as %s, but it was %s", all[i].Version, all[i].Kind, aspect, want, got)
			}
			now[aspect] = pair[0]
			if pair[0] == nil {
				delete(now, aspect)
			}
		}
	}
	if got, want := asText(t, now), asText(t, raised); got != want {
		t.Errorf("rewound to\n%s\nraised as\n%s", got, want)
	}
}

func asJSON(t *testing.T, v any) map[string]any {
	t.Helper()
	out := map[string]any{}
	if err := json.Unmarshal([]byte(asText(t, v)), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func asText(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestAChangeIsRefusedWhenWhatItTouchesHasMoved(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	seen := w.Case(t, id).Version
	w.Do(t, w.Priya, id, cases.Claim{})
	_, err := w.Cases.Do(t.Context(), w.Tomasz, cases.One(id, seen, &cases.Assign{To: w.Tomasz.StaffID()}))
	if core.KindOf(err) != core.ErrConflict {
		t.Fatalf("a stale assignment gave %v", err)
	}
	// What nobody else touched goes through, though the case has moved on.
	if _, err := w.Cases.Do(t.Context(), w.Tomasz, cases.One(id, seen, &cases.ChangePriority{To: "high"})); err != nil {
		t.Fatalf("an edit that does not overlap was refused: %v", err)
	}
	if got := w.Case(t, id).Assignee; got != w.Priya.StaffID() {
		t.Errorf("the case is with %v", got)
	}
}

func TestARepeatedKeyReturnsTheFirstResult(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	raise := func(subject string) (cases.Result, error) {
		return w.Cases.Do(t.Context(), core.PersonActor(w.Amara, ""), cases.Request{Key: "k1", Origin: core.OriginLive, Changes: []cases.Change{{
			Case: core.NewID[core.CaseID](), Commands: []cases.Command{&cases.Raise{Type: "complaint", Subject: subject, Channel: core.ChannelWeb, Requester: w.Amara}},
		}}})
	}
	first, err := raise("Bins")
	if err != nil {
		t.Fatal(err)
	}
	second, err := raise("Bins")
	if err != nil || !second.Repeated || second.Outcomes[0].Ref != first.Outcomes[0].Ref {
		t.Fatalf("the repeat gave %+v, %v; the first was %+v", second, err, first)
	}
	if _, err := raise("Something else"); core.KindOf(err) != core.ErrConflict {
		t.Errorf("the key with another request gave %v", err)
	}
	w.Clock.Advance(49 * 60 * 60 * 1e9)
}

func TestAllChangesHappenOrNone(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	a, b := w.Raise(t), w.Raise(t)
	w.Do(t, w.Tomasz, b, cases.Claim{})
	_, err := w.Cases.Do(t.Context(), w.Priya, cases.Request{Origin: core.OriginLive, Changes: []cases.Change{
		{Case: a, Commands: []cases.Command{cases.Claim{}}},
		{Case: b, Commands: []cases.Command{cases.Claim{}}},
	}})
	if core.KindOf(err) != core.ErrConflict {
		t.Fatalf("claiming a claimed case gave %v", err)
	}
	if got := w.Case(t, a); !got.Assignee.IsZero() || got.Version != 1 {
		t.Errorf("the other case was changed: %+v", got)
	}
}

func TestTwoWhoClaimAtOnceDoNotBothGetTheCase(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	errs := make(chan error, 2)
	for _, by := range []core.Actor{w.Priya, w.Tomasz} {
		go func() {
			_, err := w.Cases.Do(t.Context(), by, cases.One(id, 0, cases.Claim{}))
			errs <- err
		}()
	}
	first, second := <-errs, <-errs
	if (first == nil) == (second == nil) {
		t.Errorf("the two got %v and %v", first, second)
	}
}

func TestWhoMayNotSeeACaseLearnsNothingOfIt(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	w.Refuses(t, core.ErrNotFound, w.Other, id, cases.Claim{})
	w.Refuses(t, core.ErrNotFound, core.PersonActor(w.Brendan, ""), id, &cases.Withdraw{})
	w.Refuses(t, core.ErrNotFound, core.AnonymousActor(), id, &cases.Withdraw{})
	w.Refuses(t, core.ErrForbidden, core.PersonActor(w.Amara, ""), id, cases.Claim{})
	w.Refuses(t, core.ErrNotFound, w.Priya, core.NewID[core.CaseID](), cases.Claim{})
	w.Refuses(t, core.ErrNotFound, w.Lead, id, cases.Claim{})
	w.Do(t, w.Priya, id, &cases.Escalate{Reason: "vulnerable"})
	w.Do(t, w.Lead, id, cases.Claim{}) // escalation opened the case to the leads
}
