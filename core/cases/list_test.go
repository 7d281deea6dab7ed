package cases_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
)

func reach(t *testing.T, w *casestest.World, by core.Actor) cases.Reach {
	t.Helper()
	r, err := w.Cases.ReachOf(t.Context(), by, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAListIsReadPageByPageWithoutLossOrRepeat(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	for i := range 23 {
		id := w.Raise(t)
		if i%3 == 0 {
			if _, err := w.Pool.Exec(t.Context(), `UPDATE cases SET due_at = $2 WHERE id = $1`, id, casestest.Start.Add(time.Duration(i%5)*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		w.Clock.Advance(time.Minute)
	}
	for _, order := range []cases.Order{cases.ByDue, cases.ByNewest} {
		seen, after := map[core.Reference]bool{}, ""
		for page := 0; ; page++ {
			list, err := w.Cases.List(t.Context(), reach(t, w, w.Priya), cases.Filter{Order: order}, after, 5)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list.Rows {
				if seen[r.Ref] {
					t.Fatalf("%s: %s is on two pages", order, r.Ref)
				}
				seen[r.Ref] = true
			}
			if after = list.Next; after == "" {
				break
			}
		}
		if len(seen) != 23 {
			t.Errorf("%s: saw %d of 23", order, len(seen))
		}
	}
}

func TestListsShowWhatTheirReaderMaySeeAndNothingElse(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	a, b := w.Raise(t), w.Raise(t)
	w.Do(t, w.Priya, b, &cases.Reassign{Group: "highways", Reason: "specialist"})
	count := func(by core.Actor) string {
		list, err := w.Cases.List(t.Context(), reach(t, w, by), cases.Filter{}, "", 50)
		if err != nil {
			t.Fatal(err)
		}
		n, err := w.Cases.Count(t.Context(), reach(t, w, by), cases.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%d listed, %d counted", len(list.Rows), n)
	}
	for name, c := range map[string]struct {
		by   core.Actor
		want string
	}{
		"a manager sees all of the type":     {w.Priya, "2 listed, 2 counted"},
		"another team sees those it holds":   {w.Ines, "1 listed, 1 counted"},
		"a stranger sees none":               {w.Other, "0 listed, 0 counted"},
		"a lead sees none before escalation": {w.Lead, "0 listed, 0 counted"},
		"a customer has no lists":            {core.PersonActor(w.Amara, ""), "0 listed, 0 counted"},
	} {
		if got := count(c.by); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	w.Do(t, w.Priya, a, &cases.Escalate{Reason: "vulnerable"})
	if got := count(w.Lead); got != "1 listed, 1 counted" {
		t.Errorf("after escalation the lead has %s", got)
	}
}

func TestAForgedCursorIsRefused(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	for _, after := range []string{"x", "e30", "eyJvIjoibmV3ZXN0In0", string(make([]byte, 4000))} {
		if _, err := w.Cases.List(t.Context(), reach(t, w, w.Priya), cases.Filter{}, after, 5); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%.20q gave %v", after, err)
		}
	}
}

func TestEveryNarrowingIsUnderstoodByTheDatabase(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	w.Raise(t)
	for only, want := range map[cases.Only]int{
		cases.OnlyAll: 1, cases.OnlyOpen: 1, cases.OnlyClosed: 0, cases.OnlyUnclaimed: 1, cases.OnlyUnopened: 1,
		cases.OnlyReopened: 0, cases.OnlyWaiting: 0, cases.OnlyOverdue: 0,
	} {
		f := cases.Filter{Only: only, Status: "new", Priority: "normal", Subtype: "waste", Channel: core.ChannelWeb, RaisedFrom: casestest.Start, RaisedTo: casestest.Start.Add(time.Hour)}
		list, err := w.Cases.List(t.Context(), reach(t, w, w.Priya), f, "", 5)
		if err != nil || len(list.Rows) != want {
			t.Errorf("%q: %d rows, %v; want %d", only, len(list.Rows), err, want)
		}
		if n, err := w.Cases.Count(t.Context(), reach(t, w, w.Priya), f); err != nil || n != want {
			t.Errorf("%q: counted %d, %v; want %d", only, n, err, want)
		}
	}
}

// No index has the due times of what has ended.
func TestAListThatHoldsWhatHasEndedIsNewestFirst(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	for i := range 6 {
		id := w.Raise(t)
		if _, err := w.Pool.Exec(t.Context(), `UPDATE cases SET due_at = $2 WHERE id = $1`, id, casestest.Start.Add(time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			w.Do(t, w.Priya, id, &cases.Close{Reason: "upheld"})
		}
		w.Clock.Advance(time.Minute)
	}
	for only, want := range map[cases.Only]int{cases.OnlyAll: 6, cases.OnlyClosed: 3} {
		last, n, after := time.Time{}, 0, ""
		for page := 0; page == 0 || after != ""; page++ {
			list, err := w.Cases.List(t.Context(), reach(t, w, w.Priya), cases.Filter{Only: only, Order: cases.ByDue}, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list.Rows {
				if n++; n > 1 && !r.RaisedAt.Before(last) {
					t.Errorf("%s: %s was raised %v, after the one before it", only, r.Ref, r.RaisedAt)
				}
				last = r.RaisedAt
			}
			after = list.Next
		}
		if n != want {
			t.Errorf("%s: %d cases, want %d", only, n, want)
		}
	}
}
