package cases_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
)

// due sets when a case is due, as its targets would.
func due(t *testing.T, w *casestest.World, id core.CaseID, at time.Time) {
	t.Helper()
	if _, err := w.Pool.Exec(t.Context(), `UPDATE cases SET due_at = $2 WHERE id = $1`, id, at); err != nil {
		t.Fatal(err)
	}
}

func TestTheNextCaseIsTheMostUrgentThatNobodyHas(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	late, claimed, waiting, soon := w.Raise(t), w.Raise(t), w.Raise(t), w.Raise(t)
	due(t, w, soon, casestest.Start.Add(time.Hour))
	due(t, w, claimed, casestest.Start.Add(time.Minute))
	due(t, w, waiting, casestest.Start.Add(2*time.Minute))
	w.Do(t, w.Tomasz, claimed, cases.Claim{})
	w.Do(t, w.Tomasz, waiting, &cases.ChangeStatus{To: "waiting"})
	r := reach(t, w, w.Priya)
	for _, want := range []core.CaseID{soon, late} {
		taken, err := w.Cases.TakeNext(t.Context(), w.Priya, r.Scopes)
		if err != nil || taken.Case != want {
			t.Fatalf("took %v (%v), want %v", taken.Case, err, want)
		}
		if cs := w.Case(t, want); cs.Assignee != w.Priya.StaffID() {
			t.Errorf("%s is with %v", cs.Ref, cs.Assignee)
		}
	}
	if _, err := w.Cases.TakeNext(t.Context(), w.Priya, r.Scopes); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("with nothing left: %v", err)
	}
}

func TestOneCaseIsNeverGivenToTwoPeople(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	const number, takers = 24, 8
	for range number {
		w.Raise(t)
	}
	staff := make([]core.Actor, takers)
	for i := range staff {
		staff[i] = w.Hire(t, fmt.Sprintf("Taker %d", i), fmt.Sprintf("taker%d@northmoor.example", i), "complaints-team")
	}
	scopes := reach(t, w, w.Priya).Scopes
	var mu sync.Mutex
	holder := map[core.CaseID]core.Actor{}
	var takings sync.WaitGroup
	for _, by := range staff {
		takings.Go(func() {
			for {
				taken, err := w.Cases.TakeNext(t.Context(), by, scopes)
				if core.KindOf(err) == core.ErrNotFound {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if other, ok := holder[taken.Case]; ok {
					t.Errorf("%s was given to %s and to %s", taken.Ref, other.Name, by.Name)
				}
				holder[taken.Case] = by
				mu.Unlock()
			}
		})
	}
	takings.Wait()
	// A case that was being claimed at the last look is passed over, never lost:
	// whoever asks again gets it.
	for len(holder) < number {
		taken, err := w.Cases.TakeNext(t.Context(), w.Priya, scopes)
		if err != nil {
			t.Fatalf("%d of %d cases were given out: %v", len(holder), number, err)
		}
		holder[taken.Case] = w.Priya
	}
	for id, by := range holder {
		if cs := w.Case(t, id); cs.Assignee != by.StaffID() {
			t.Errorf("%s was given to %s and is with somebody else", cs.Ref, by.Name)
		}
	}
}

func TestNobodyTakesTheNextCaseOfAQueueThatIsNotTheirs(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	w.Raise(t)
	scopes := reach(t, w, w.Priya).Scopes
	if _, err := w.Cases.TakeNext(t.Context(), w.Other, scopes); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("a stranger got %v", err)
	}
	if _, err := w.Cases.TakeNext(t.Context(), core.PersonActor(w.Amara, "Amara"), scopes); err == nil {
		t.Error("a customer took a case")
	}
}

func TestRowsAreReadInTheOrderAskedForAndWithinReach(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	a, b, c := w.Raise(t), w.Raise(t), w.Raise(t)
	w.Do(t, w.Priya, b, &cases.Reassign{Group: "highways", Reason: "specialist"})
	w.Do(t, w.Priya, c, &cases.Escalate{Reason: "vulnerable"})
	refs := []core.Reference{w.Case(t, c).Ref, w.Case(t, a).Ref, w.Case(t, b).Ref, "CMP-0000-0000"}
	for name, test := range map[string]struct {
		by   core.Actor
		want []core.CaseID
	}{
		"the team that manages all":    {w.Priya, []core.CaseID{c, a, b}},
		"the team that holds one":      {w.Ines, []core.CaseID{b}},
		"the lead of an escalated one": {w.Lead, []core.CaseID{c}},
		"a stranger":                   {w.Other, nil},
	} {
		r := reach(t, w, test.by)
		byRef, err := w.Cases.ByRefs(t.Context(), r, refs)
		if err != nil {
			t.Fatal(err)
		}
		byID, err := w.Cases.ByIDs(t.Context(), r, []core.CaseID{c, a, b})
		if err != nil {
			t.Fatal(err)
		}
		begun, err := w.Cases.ByRefPrefix(t.Context(), r, "CMP-", 10)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(ids(byRef), ids(byID)); got != fmt.Sprint(test.want, test.want) || len(begun) != len(test.want) {
			t.Errorf("%s reads %s, and %d by prefix", name, got, len(begun))
		}
	}
}

func ids(rows []cases.Row) []core.CaseID {
	var out []core.CaseID
	for _, r := range rows {
		out = append(out, r.ID)
	}
	return out
}
