package cases_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/tasks"
)

// elsewhere is the moment at which most pasts begin: long before the test.
var elsewhere = time.Date(2022, 1, 21, 13, 47, 0, 0, time.UTC)

func number(n int) core.Alias { return core.Alias{Source: "elsewhere", Value: fmt.Sprint(n)} }

// pastOf is a complaint that was raised at elsewhere and may have ended.
func pastOf(n int, steps ...cases.Step) cases.Past {
	raise := &cases.Raise{
		Type: "complaint", Subject: fmt.Sprintf("Pothole %d", n), Subtype: "roads", Channel: core.ChannelTelephone,
		Place: &core.Point{Lat: 42.36, Lng: -71.05}, Address: "42 Cross St", Fields: map[string]any{"depth": 4.0},
		Contact: core.Contact{Name: "Sam", Email: "sam@example.org"},
	}
	return cases.Past{
		Case: core.NewID[core.CaseID](), Aliases: []core.Alias{number(n)},
		Steps: append([]cases.Step{{At: elsewhere, Command: raise}}, steps...),
	}
}

func after(d time.Duration, command cases.Command) cases.Step {
	return cases.Step{At: elsewhere.Add(d), Command: command}
}

func bring(t *testing.T, w *casestest.World, by core.Actor, pasts ...cases.Past) []cases.Brought {
	t.Helper()
	brought, err := w.Cases.RaiseMany(t.Context(), by, core.OriginImport, pasts)
	if err != nil {
		t.Fatal(err)
	}
	return brought
}

func count(t *testing.T, w *casestest.World, sql string, args ...any) (n int) {
	t.Helper()
	if err := w.Pool.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAPastIsBroughtInWithItsDatesAndItsHistoryInOrder(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	notes.Wire(w.Cases)
	tasks.Wire(w.Cases)
	queued := 0
	w.Cases.Reactions(func(context.Context, *pgx.Batch, core.CaseID) { queued++ })
	past := pastOf(1,
		after(time.Hour, cases.Open{}),
		after(2*time.Hour, &cases.Assign{To: w.Ines.StaffID()}),
		after(3*time.Hour, &cases.ChangeStatus{To: "in-progress"}),
		after(3*time.Hour, &notes.Add{Body: "Filled with cold mix."}),
		after(3*time.Hour, &notes.Add{Body: "And again."}),
		after(50*time.Hour, &cases.Close{Reason: "upheld"}),
	)
	brought := bring(t, w, core.SystemActor(), past)
	if brought[0].Err != nil {
		t.Fatal(brought[0].Err)
	}
	cs := w.Case(t, past.Case)
	if brought[0].Known || brought[0].Case != cs.ID || brought[0].Ref != cs.Ref {
		t.Errorf("brought %+v, the case is %s %s", brought[0], cs.ID, cs.Ref)
	}
	ended := elsewhere.Add(50 * time.Hour)
	if !cs.RaisedAt.Equal(elsewhere) || !cs.ReceivedAt.Equal(elsewhere) || !cs.OpenedAt.Equal(elsewhere.Add(time.Hour)) ||
		!cs.ClosedAt.Equal(ended) || !cs.ResolvedAt.Equal(ended) || !cs.DueAt.IsZero() {
		t.Errorf("its dates are %+v", cs)
	}
	if cs.Status != "closed" || cs.Outcome != "upheld" || cs.Assignee != w.Ines.StaffID() || cs.Group != "highways" || cs.Version != 7 {
		t.Errorf("it is %+v", cs)
	}
	history := w.History(t, past.Case)
	for i, e := range history {
		if !e.HappenedAt.Equal(past.Steps[i].At) || !e.RecordedAt.Equal(casestest.Start) || e.Origin != core.OriginImport || int(e.Version) != i+1 {
			t.Errorf("event %d is %+v", i, e)
		}
	}
	want := []core.EventKind{core.CaseRaised, core.CaseOpened, core.CaseAssigned, core.StatusChanged, core.NoteAdded, core.NoteAdded, core.CaseClosed}
	if kinds := w.Kinds(t, past.Case); !slices.Equal(kinds, want) {
		t.Errorf("what happened is %v, want %v", kinds, want)
	}
	if n := count(t, w, `SELECT count(*) FROM notes WHERE case_id = $1 AND created_at = $2`, past.Case, elsewhere.Add(3*time.Hour)); n != 2 {
		t.Errorf("%d notes were kept", n)
	}
	if n := count(t, w, `SELECT count(*) FROM tasks`); n != 0 {
		t.Errorf("%d tasks were begun by an import", n)
	}
	w.Rewinds(t, past.Case)
	if queued > 0 {
		t.Error("a reaction was queued")
	}
	// It goes on like any other.
	w.Do(t, w.Priya, past.Case, &cases.Reopen{})
	w.Rewinds(t, past.Case)
}

func TestAThousandPastsAreBroughtInOnce(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	fresh := func() []cases.Past {
		var pasts []cases.Past
		for n := range 2 * cases.MaxPasts {
			steps := []cases.Step{}
			if n%3 > 0 {
				steps = append(steps, after(time.Duration(n)*time.Minute, &cases.Close{Reason: "not-upheld"}))
			}
			pasts = append(pasts, pastOf(n, steps...))
		}
		return pasts
	}
	first := slices.Concat(bring(t, w, core.SystemActor(), fresh()[:cases.MaxPasts]...), bring(t, w, core.SystemActor(), fresh()[cases.MaxPasts:]...))
	refs := map[core.Reference]bool{}
	for i, b := range first {
		if b.Err != nil || b.Known || refs[b.Ref] {
			t.Fatalf("number %d: %+v", i, b)
		}
		refs[b.Ref] = true
	}
	if n := count(t, w, `SELECT count(*) FROM cases WHERE status = 'closed'`); n != 666 {
		t.Errorf("%d are closed", n)
	}
	events := count(t, w, `SELECT count(*) FROM events`)
	for i, b := range bring(t, w, core.SystemActor(), fresh()[:cases.MaxPasts]...) {
		if !b.Known || b.Err != nil || b.Case != first[i].Case || b.Ref != first[i].Ref {
			t.Fatalf("number %d the second time: %+v, want %+v", i, b, first[i])
		}
	}
	if cs, ev := count(t, w, `SELECT count(*) FROM cases`), count(t, w, `SELECT count(*) FROM events`); cs != 1000 || ev != events {
		t.Errorf("%d cases and %d events, want 1000 and %d", cs, ev, events)
	}
	for _, i := range []int{0, 1, 500, 999} {
		w.Rewinds(t, first[i].Case)
	}
}

func TestAPastThatIsRefusedLeavesTheOthers(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	wrong := map[string]cases.Past{
		"no such type":            pastOf(10),
		"a field unheard of":      pastOf(11),
		"an end without a reason": pastOf(12, after(0, &cases.Close{Reason: "bored"})),
		"out of order":            pastOf(13, after(time.Hour, cases.Open{}), after(0, &cases.Close{Reason: "upheld"})),
		"in the future":           pastOf(14, cases.Step{At: casestest.Start.Add(time.Second), Command: cases.Open{}}),
		"never":                   pastOf(15, cases.Step{Command: cases.Open{}}),
		"raised twice":            pastOf(16, after(0, &cases.Raise{Type: "complaint", Subject: "x", Channel: core.ChannelWeb})),
		"an alias of nothing":     {Case: core.NewID[core.CaseID](), Aliases: []core.Alias{{Source: "x"}}, Steps: pastOf(1).Steps},
		"an alias with zeros":     {Case: core.NewID[core.CaseID](), Aliases: []core.Alias{{Source: "x", Value: "a\x00"}}, Steps: pastOf(1).Steps},
		"received afterwards":     pastOf(17),
		"a target of live cases":  pastOf(18, after(0, &cases.Claim{})),
	}
	wrong["no such type"].Steps[0].Command.(*cases.Raise).Type = "rumour"
	wrong["a field unheard of"].Steps[0].Command.(*cases.Raise).Fields = map[string]any{"width": 1}
	wrong["received afterwards"].Steps[0].Command.(*cases.Raise).Received = elsewhere.Add(time.Hour)
	var names []string
	pasts := []cases.Past{pastOf(1)}
	for name, past := range wrong {
		names, pasts = append(names, name), append(pasts, past)
	}
	pasts = append(pasts, pastOf(2))
	brought := bring(t, w, core.SystemActor(), pasts...)
	if brought[0].Err != nil || brought[len(brought)-1].Err != nil {
		t.Errorf("the good ones: %v, %v", brought[0].Err, brought[len(brought)-1].Err)
	}
	for i, name := range names {
		if b := brought[i+1]; core.KindOf(b.Err) == "" || b.Ref != "" {
			t.Errorf("%s: %+v", name, b)
		}
	}
	if n, kept := count(t, w, `SELECT count(*) FROM cases`), count(t, w, `SELECT count(*) FROM case_aliases`); n != 2 || kept != 2 {
		t.Errorf("%d cases with %d aliases were kept", n, kept)
	}
}

func TestTwoPastsOfOneCallWithTheSameAliasAreOneCase(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	refused := pastOf(7, after(0, &cases.Close{Reason: "bored"}))
	brought := bring(t, w, core.SystemActor(), refused, pastOf(7), pastOf(7))
	if brought[0].Err == nil || brought[1].Err != nil || brought[1].Known || !brought[2].Known || brought[2].Case != brought[1].Case || brought[2].Ref != brought[1].Ref {
		t.Errorf("brought %+v", brought)
	}
}

func TestManyPastsThatAskForTheSameAreAnsweredEach(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	to := func(n int, who core.Actor) cases.Past { return pastOf(n, after(0, &cases.Assign{To: who.StaffID()})) }
	nobody := core.StaffActor(core.NewID[core.StaffID](), "")
	for i, b := range bring(t, w, core.SystemActor(), to(0, w.Ines), to(1, w.Other), to(2, w.Ines), to(3, nobody), to(4, w.Ines), to(5, nobody)) {
		if i%2 == 1 {
			if core.KindOf(b.Err) != core.ErrInvalid {
				t.Errorf("number %d, for somebody who may not have it: %v", i, b.Err)
			}
			continue
		}
		if b.Err != nil || w.Case(t, b.Case).Assignee != w.Ines.StaffID() {
			t.Errorf("number %d: %v", i, b.Err)
		}
	}
}

func TestACallThatIsNoneIsRefusedWhole(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	twice := pastOf(1)
	for name, c := range map[string]struct {
		origin core.Origin
		pasts  []cases.Past
	}{
		"nothing":        {core.OriginImport, nil},
		"too many":       {core.OriginImport, make([]cases.Past, cases.MaxPasts+1)},
		"of today":       {core.OriginLive, []cases.Past{pastOf(1)}},
		"an origin":      {"elsewhere", []cases.Past{pastOf(1)}},
		"one case twice": {core.OriginImport, []cases.Past{twice, twice}},
		"no case":        {core.OriginImport, []cases.Past{{Steps: twice.Steps}}},
		"nothing at all": {core.OriginImport, []cases.Past{{Case: twice.Case}}},
		"not raised":     {core.OriginImport, []cases.Past{{Case: twice.Case, Steps: []cases.Step{after(0, cases.Open{})}}}},
		"no command":     {core.OriginImport, []cases.Past{{Case: twice.Case, Steps: []cases.Step{{At: elsewhere}}}}},
	} {
		if _, err := w.Cases.RaiseMany(t.Context(), core.SystemActor(), c.origin, c.pasts); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := count(t, w, `SELECT count(*) FROM cases`); n != 0 {
		t.Errorf("%d cases were kept", n)
	}
}

func TestWhoMayNotRaiseOrDoAStepMayNotBringItIn(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	ends := func() cases.Past { return pastOf(1, after(time.Hour, &cases.Close{Reason: "upheld"})) }
	for name, by := range map[string]core.Actor{
		"staff who may raise and not close": w.Other, "a customer": core.PersonActor(w.Amara, ""), "nobody": core.AnonymousActor(),
		"a routine": {Kind: core.ActorRoutine, ID: "x"},
	} {
		if b := bring(t, w, by, ends()); core.KindOf(b[0].Err) != core.ErrForbidden {
			t.Errorf("%s: %+v", name, b[0])
		}
	}
	if b := bring(t, w, w.Priya, ends()); b[0].Err != nil {
		t.Errorf("the case manager: %v", b[0].Err)
	}
	if _, err := w.Pool.Exec(t.Context(), `UPDATE staff_users SET active = false WHERE id = $1`, w.Priya.StaffID()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Cases.RaiseMany(t.Context(), w.Priya, core.OriginImport, []cases.Past{pastOf(2)}); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("somebody who left: %v", err)
	}
}

func TestImportsOfTheSameFileAtOnceBringEachCaseInOnce(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	const files, rows = 4, 60
	all := make([][]cases.Brought, files)
	var wait sync.WaitGroup
	for f := range files {
		wait.Go(func() {
			var pasts []cases.Past
			for n := range rows {
				pasts = append(pasts, pastOf((n*7+f*13)%rows)) // each in an order of its own
			}
			brought, err := w.Cases.RaiseMany(context.WithoutCancel(t.Context()), core.SystemActor(), core.OriginImport, pasts)
			if err != nil {
				t.Error(err)
			}
			all[f] = make([]cases.Brought, rows)
			for n, b := range brought {
				all[f][(n*7+f*13)%rows] = b
			}
		})
	}
	wait.Wait()
	for n := range rows {
		made := 0
		for f := range files {
			if all[f][n].Err != nil || all[f][n].Case != all[0][n].Case || all[f][n].Ref != all[0][n].Ref {
				t.Fatalf("number %d: file %d has %+v, file 0 has %+v", n, f, all[f][n], all[0][n])
			}
			if !all[f][n].Known {
				made++
			}
		}
		if made != 1 {
			t.Errorf("number %d was made %d times", n, made)
		}
	}
	if n := count(t, w, `SELECT count(*) FROM cases`); n != rows {
		t.Errorf("there are %d cases", n)
	}
}

func TestAnErrorOfTheDatabaseLeavesNothing(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	// Nothing can be said on any case any more, which shows with the very last statement.
	notes.Wire(w.Cases)
	if _, err := w.Pool.Exec(t.Context(), `ALTER TABLE notes ADD CHECK (body <> 'the end')`); err != nil {
		t.Fatal(err)
	}
	_, err := w.Cases.RaiseMany(t.Context(), core.SystemActor(), core.OriginImport,
		[]cases.Past{pastOf(1), pastOf(2, after(0, &notes.Add{Body: "the end"}))})
	if err == nil {
		t.Fatal("the database refused nothing")
	}
	for _, table := range []string{"cases", "events", "event_bodies", "case_aliases", "scopes", "notes"} {
		if n := count(t, w, "SELECT count(*) FROM "+table); n != 0 {
			t.Errorf("%d rows are left in %s", n, table)
		}
	}
	bring(t, w, core.SystemActor(), pastOf(1), pastOf(2, after(0, &notes.Add{Body: "the beginning"})))
}

func TestTheFeedHasWhatWasBroughtInAndItIsSealed(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	if _, err := w.Pool.Exec(t.Context(), `INSERT INTO installation (name, created_at) VALUES ('test', $1)`, casestest.Start); err != nil {
		t.Fatal(err)
	}
	var heard []string
	follower := events.NewFollower(w.DB, w.Clock, func(_ context.Context, _ pgx.Tx, batch []events.Fed) error {
		for _, e := range batch {
			heard = append(heard, fmt.Sprintf("%s %d", e.StreamID, e.Version))
		}
		return nil
	})
	pasts := []cases.Past{pastOf(1, after(0, &cases.Close{Reason: "upheld"})), pastOf(2)}
	bring(t, w, core.SystemActor(), pasts...)
	want := fmt.Sprintf("%[1]s 1, %[1]s 2, %[2]s 1", pasts[0].Case, pasts[1].Case)
	for deadline := time.Now().Add(20 * time.Second); len(heard) < 3; {
		if _, err := follower.Once(t.Context()); err != nil || time.Now().After(deadline) {
			t.Fatalf("heard %v, %v", heard, err)
		}
	}
	if got := strings.Join(heard, ", "); got != want {
		t.Errorf("heard %s, want %s", got, want)
	}
	if _, err := follower.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v, err := events.Verify(t.Context(), w.DB); err != nil || len(v.Broken) > 0 || v.Events != 3 || v.Bodies != 3 {
		t.Errorf("the history is %+v, %v", v, err)
	}
}

func TestACaseIsFoundByWhatOthersCallItWithinTheReach(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	past := pastOf(1)
	past.Aliases = append(past.Aliases, core.Alias{Source: "old", Value: "B-7"}, core.Alias{Source: "old", Value: "B-7"})
	bring(t, w, core.SystemActor(), past)
	reach := func(by core.Actor) cases.Reach {
		r, err := w.Cases.ReachOf(t.Context(), by, core.MayView)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	row, err := w.Cases.ByAlias(t.Context(), reach(w.Ines), "old", "B-7")
	if err != nil || row.ID != past.Case {
		t.Errorf("found %v, %v", row, err)
	}
	for name, c := range map[string]struct {
		by            core.Actor
		source, value string
	}{
		"somebody else": {w.Other, "old", "B-7"}, "another source": {w.Ines, "elsewhere", "B-7"}, "another value": {w.Ines, "old", "B-8"},
	} {
		if _, err := w.Cases.ByAlias(t.Context(), reach(c.by), c.source, c.value); core.KindOf(err) != core.ErrNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	names, err := w.Cases.Aliases(t.Context(), past.Case)
	if err != nil || fmt.Sprint(names) != "[1 (elsewhere) B-7 (old)]" {
		t.Errorf("it is called %v, %v", names, err)
	}
}

func BenchmarkRaiseMany(b *testing.B) {
	w := casestest.New(b)
	n := 0
	for b.Loop() {
		pasts := make([]cases.Past, cases.MaxPasts)
		for i := range pasts {
			n++
			pasts[i] = pastOf(n, after(time.Hour, cases.Open{}), after(2*time.Hour, &cases.ChangeStatus{To: "in-progress"}),
				after(50*time.Hour, &cases.Close{Reason: "upheld"}))
		}
		if _, err := w.Cases.RaiseMany(b.Context(), core.SystemActor(), core.OriginImport, pasts); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "cases/s")
}
