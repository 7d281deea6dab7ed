package cases_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/events"
)

// follow lets the follower of the feed count what has happened.
func follow(t *testing.T, w *casestest.World) {
	t.Helper()
	if _, err := w.Pool.Exec(t.Context(), `INSERT INTO installation (name, created_at) VALUES ('test', $1) ON CONFLICT DO NOTHING`, casestest.Start); err != nil {
		t.Fatal(err)
	}
	follower := events.NewFollower(w.DB, w.Clock, w.Cases.FollowFigures)
	for deadline := time.Now().Add(30 * time.Second); ; {
		if _, err := follower.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		lag, err := events.Lag(t.Context(), w.DB)
		if err != nil {
			t.Fatal(err)
		}
		if lag == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d events are not followed", lag)
		}
	}
}

func figuresAreRight(t *testing.T, w *casestest.World) {
	t.Helper()
	if wrong, err := w.Cases.CheckFigures(t.Context()); err != nil || len(wrong) > 0 {
		t.Fatalf("%v, %v", wrong, err)
	}
}

func TestAQueueIsCountedOnceForAllItsFigures(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	overdue, soon, opened, closed := w.Raise(t), w.Raise(t), w.Raise(t), w.Raise(t)
	due(t, w, overdue, casestest.Start.Add(-time.Hour))
	due(t, w, soon, casestest.Start.Add(time.Hour))
	w.Do(t, w.Priya, opened, cases.Open{}, cases.Claim{}, &cases.ChangeStatus{To: "waiting"})
	w.Do(t, w.Priya, closed, &cases.Close{Status: "closed", Reason: "upheld"})
	handed := w.Raise(t)
	w.Do(t, w.Priya, handed, &cases.Reassign{Group: "highways", Reason: "specialist"})
	follow(t, w)
	for name, c := range map[string]struct {
		by   core.Actor
		want cases.Tally
	}{
		"the team that manages all": {w.Priya, cases.Tally{Open: 4, Overdue: 1, Unclaimed: 3, Unopened: 3, Waiting: 1, Soon: 2}},
		"the team that holds one":   {w.Ines, cases.Tally{Open: 1, Unclaimed: 1, Unopened: 1}},
		"a stranger":                {w.Other, cases.Tally{}},
	} {
		tallies, err := w.Cases.Tally(t.Context(), reach(t, w, c.by), casestest.Start.Add(2*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		var sum cases.Tally
		for _, tally := range tallies {
			sum = sum.Plus(tally)
		}
		if sum != c.want {
			t.Errorf("%s: %+v, want %+v", name, sum, c.want)
		}
	}
}

func TestFiguresFollowWhateverHappensToCases(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	d := rand.New(rand.NewPCG(7, 7))
	var ids []core.CaseID
	for range 12 {
		for range 1 + d.IntN(8) {
			if len(ids) == 0 || d.IntN(3) == 0 {
				ids = append(ids, w.Raise(t))
				continue
			}
			id := ids[d.IntN(len(ids))]
			command := []cases.Command{
				cases.Open{}, cases.Claim{}, cases.Release{}, &cases.ChangeStatus{To: "waiting"}, &cases.ChangeStatus{To: "in-progress"},
				&cases.Reassign{Group: "highways", Reason: "specialist"}, &cases.Reassign{Group: "complaints-team", Reason: "wrong-team"},
				&cases.Close{Reason: "upheld"}, &cases.Reopen{},
			}[d.IntN(9)]
			if _, err := w.Cases.Do(t.Context(), w.Priya, cases.One(id, 0, command)); err != nil && core.KindOf(err) == "" {
				t.Fatal(err)
			}
		}
		follow(t, w)
		figuresAreRight(t, w)
	}
	bring(t, w, core.SystemActor(), pastOf(1), pastOf(2, after(0, &cases.Close{Reason: "upheld"})))
	follow(t, w)
	figuresAreRight(t, w)
}

func TestFiguresAreRightWhenABatchIsReadTwiceAndMadeAgainWhenTheyAreNot(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	for range 2 {
		err := w.DB.Tx(t.Context(), func(ctx context.Context, tx pgx.Tx) error {
			fed := events.Fed{StreamKind: core.StreamCase, StreamID: id.String(), Aspects: []string{"status"}}
			return w.Cases.FollowFigures(ctx, tx, []events.Fed{fed, fed, {StreamKind: core.StreamPeople, StreamID: "x", Aspects: []string{"name"}}})
		})
		if err != nil {
			t.Fatal(err)
		}
		figuresAreRight(t, w)
	}
	for _, harm := range []string{
		`UPDATE scope_figures SET open = open + 1`, `DELETE FROM counted_cases`, `DELETE FROM scope_figures`,
		`UPDATE counted_cases SET unclaimed = NOT unclaimed`, `UPDATE counted_cases SET due_at = now()`,
	} {
		if _, err := w.Pool.Exec(t.Context(), harm); err != nil {
			t.Fatal(err)
		}
		wrong, err := w.Cases.CheckFigures(t.Context())
		if err == nil && len(wrong) == 0 {
			t.Errorf("after %s nothing is wrong", harm)
		}
		if err := w.Cases.RebuildFigures(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		figuresAreRight(t, w)
	}
}

func TestFiguresAreReadOnceForManyWhoAskAndAnewOnceForgotten(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	w.Cases.KeepFigures(time.Hour)
	w.Raise(t)
	follow(t, w)
	r := reach(t, w, w.Priya)
	open := func() (n int) {
		tallies, err := w.Cases.Tally(context.WithoutCancel(t.Context()), r, casestest.Start)
		if err != nil {
			t.Error(err)
		}
		for _, tally := range tallies {
			n += tally.Open
		}
		return n
	}
	var wait sync.WaitGroup
	var sum atomic.Int64
	for range 16 {
		wait.Go(func() { sum.Add(int64(open())) })
	}
	wait.Wait()
	if sum.Load() != 16 {
		t.Errorf("16 readers saw %d cases in all", sum.Load())
	}
	w.Raise(t)
	follow(t, w)
	if n := open(); n != 1 {
		t.Errorf("figures that are kept are %d", n)
	}
	other := r
	other.Scopes = nil
	if tallies, err := w.Cases.Tally(t.Context(), other, casestest.Start); err != nil || len(tallies) != 0 {
		t.Errorf("another reach sees %v, %v", tallies, err)
	}
	w.Cases.ForgetFigures()
	if n := open(); n != 2 {
		t.Errorf("figures that were forgotten are %d", n)
	}
}

func TestSomebodysLoadIsWhatTheyHoldAndWhatTheyReach(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	a, b, c := w.Raise(t), w.Raise(t), w.Raise(t)
	w.Do(t, w.Priya, a, cases.Claim{})
	w.Do(t, w.Priya, b, &cases.Escalate{Reason: "vulnerable"})
	w.Do(t, w.Priya, c, cases.Claim{}, &cases.Close{Reason: "upheld"})
	follow(t, w)
	for name, want := range map[string]struct {
		by   core.Actor
		load cases.Load
	}{
		"the team": {w.Priya, cases.Load{Mine: 1, Open: 2}}, "a colleague": {w.Tomasz, cases.Load{Open: 2}},
		"the lead": {w.Lead, cases.Load{Open: 1}}, "a stranger": {w.Other, cases.Load{}},
	} {
		if load, err := w.Cases.LoadOf(t.Context(), reach(t, w, want.by)); err != nil || load != want.load {
			t.Errorf("%s: %+v, %v", name, load, err)
		}
	}
}

// A reach of many scopes is read in another way than one of few, and shows the
// same pages.
func TestManyScopesShowTheSamePagesAsFew(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	const groups = 70
	holders := ""
	for g := range groups {
		if _, err := w.Pool.Exec(t.Context(), `INSERT INTO groups (key, name, created_at) VALUES ($1, $1, $2)`, fmt.Sprintf("team-%d", g), casestest.Start); err != nil {
			t.Fatal(err)
		}
		holders += fmt.Sprintf(`, "team-%d"`, g)
	}
	w.Publish(t, "case_type", "parcel", fmt.Sprintf(`{"name": "Parcel", "reference": {"prefix": "PAR"}, "form": {}, "calendar": "offices",
		"groups": {"raise": ["everyone"], "manage": ["complaints-team"], "reassign_to": ["complaints-team"%s]},
		"statuses": [{"key": "new", "kind": "start", "name": "New"}, {"key": "closed", "kind": "final", "name": "Closed"}],
		"reasons": {"close": [{"key": "done", "name": "Done"}]}}`, holders))
	var pasts []cases.Past
	for n := range 3 * groups {
		p := cases.Past{Case: core.NewID[core.CaseID](), Steps: []cases.Step{{At: elsewhere.Add(time.Duration(n*37%100) * time.Hour), Command: &cases.Raise{
			Type: "parcel", Subject: "Parcel", Channel: core.ChannelWeb, Group: fmt.Sprintf("team-%d", n%groups),
		}}}}
		if n%4 == 0 {
			p.Steps = append(p.Steps, cases.Step{At: elsewhere.Add(200 * time.Hour), Command: &cases.Close{Reason: "done"}})
		}
		pasts = append(pasts, p)
	}
	bring(t, w, core.SystemActor(), pasts...)
	if _, err := w.Pool.Exec(t.Context(), `UPDATE cases SET due_at = raised_at + interval '3 days' WHERE status_kind = 'start' AND raised_at > $1`, elsewhere.Add(50*time.Hour)); err != nil {
		t.Fatal(err)
	}
	many := reach(t, w, w.Priya)
	if len(many.Scopes) < groups {
		t.Fatalf("there are %d scopes", len(many.Scopes))
	}
	few := func(from, to int) cases.Reach {
		r := many
		r.Scopes = many.Scopes[from:to]
		return r
	}
	for _, f := range []cases.Filter{{}, {Order: cases.ByNewest}, {Only: cases.OnlyAll}, {Only: cases.OnlyClosed}, {Only: cases.OnlyUnclaimed}, {Only: cases.OnlyOverdue}} {
		one, other := allOf(t, w, few(0, 35), f), allOf(t, w, few(35, len(many.Scopes)), f)
		all := allOf(t, w, many, f)
		if len(all) != len(one)+len(other) || len(all) == 0 {
			t.Errorf("%+v: %d cases, want %d and %d", f, len(all), len(one), len(other))
		}
		// Each half stands in the whole in its own order.
		for name, half := range map[string][]cases.Row{"one half": one, "the other": other} {
			i := 0
			for _, r := range all {
				if i < len(half) && r.ID == half[i].ID {
					i++
				}
			}
			if i != len(half) {
				t.Errorf("%+v: %s is in another order from its case %d on", f, name, i)
			}
		}
	}
}

// allOf reads every page of a list.
func allOf(t *testing.T, w *casestest.World, r cases.Reach, f cases.Filter) []cases.Row {
	t.Helper()
	var out []cases.Row
	for after := ""; ; {
		list, err := w.Cases.List(t.Context(), r, f, after, 20)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, list.Rows...)
		if after = list.Next; after == "" {
			return out
		}
	}
}
