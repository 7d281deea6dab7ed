package cases_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// atOnce makes the same request n times at the same moment.
func atOnce(t *testing.T, w *casestest.World, n int, by core.Actor, request func() cases.Request) []cases.Result {
	t.Helper()
	type answer struct {
		result cases.Result
		err    error
	}
	answers := make(chan answer, n)
	for range n {
		go func() {
			result, err := w.Cases.Do(t.Context(), by, request())
			answers <- answer{result, err}
		}()
	}
	var out []cases.Result
	for range n {
		a := <-answers
		if a.err != nil {
			t.Errorf("one of %d got %v", n, a.err)
			continue
		}
		out = append(out, a.result)
	}
	return out
}

func TestOfTheSameRequestSentTwiceAtOnceBothGetTheFirstResult(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	results := atOnce(t, w, 6, core.PersonActor(w.Amara, ""), func() cases.Request {
		return cases.Request{Key: "pressed twice", Origin: core.OriginLive, Changes: []cases.Change{{
			Case:     core.NewID[core.CaseID](),
			Commands: []cases.Command{&cases.Raise{Type: "complaint", Subject: "Bins", Channel: core.ChannelWeb, Requester: w.Amara}},
		}}}
	})
	made := 0
	for _, r := range results {
		if r.Outcomes[0].Ref != results[0].Outcomes[0].Ref {
			t.Errorf("two cases were raised: %s and %s", r.Outcomes[0].Ref, results[0].Outcomes[0].Ref)
		}
		if !r.Repeated {
			made++
		}
	}
	if made != 1 {
		t.Errorf("%d of the requests say that they made the case", made)
	}
}

func TestTheSameChangeOfOneCaseSentTwiceAtOnceIsMadeOnce(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	atOnce(t, w, 6, w.Priya, func() cases.Request {
		return cases.Request{Key: "claim it", Origin: core.OriginLive, Changes: []cases.Change{{Case: id, Commands: []cases.Command{cases.Claim{}}}}}
	})
	if got := w.Case(t, id); got.Version != 2 || got.Assignee != w.Priya.StaffID() {
		t.Errorf("the case is at version %d and with %v", got.Version, got.Assignee)
	}
}

func TestAKeyMayBeUsedAgainOnceItsTimeIsOver(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	raise := func() cases.Result {
		result, err := w.Cases.Do(t.Context(), core.PersonActor(w.Amara, ""), cases.Request{Key: "k1", Origin: core.OriginLive, Changes: []cases.Change{{
			Case: core.NewID[core.CaseID](), Commands: []cases.Command{&cases.Raise{Type: "complaint", Subject: "Bins", Channel: core.ChannelWeb, Requester: w.Amara}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	first := raise()
	w.Clock.Advance(49 * time.Hour) // nothing has swept the key away yet
	second := raise()
	if second.Repeated || second.Outcomes[0].Ref == first.Outcomes[0].Ref {
		t.Errorf("a key of the day before yesterday gave %+v", second)
	}
	if third := raise(); !third.Repeated || third.Outcomes[0].Ref != second.Outcomes[0].Ref {
		t.Errorf("the repeat of the second gave %+v", third)
	}
}

// onePool is the council with as many connections as one change may hold.
func onePool(t *testing.T, w *casestest.World) *cases.Service {
	t.Helper()
	config := w.Pool.Config()
	config.MaxConns, config.MinConns = 1, 0
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	db := postgres.NewDB(pool)
	return cases.New(db, casetypes.New(db), w.Clock, casestest.Secret)
}

// Were a second connection needed while one is held, as many changes at once
// as there are connections would wait for each other until they time out.
func TestAChangeNeedsNoSecondConnection(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	door, id := onePool(t, w), core.NewID[core.CaseID]()
	if _, err := door.Do(ctx, core.PersonActor(w.Amara, ""), cases.One(id, 0,
		&cases.Raise{Type: "complaint", Subject: "Bins", Channel: core.ChannelWeb, Requester: w.Amara})); err != nil {
		t.Fatalf("raise: %v", err)
	}
	// A server that has just started knows no type and no calendar yet.
	for _, commands := range [][]cases.Command{{cases.Claim{}}, {&cases.Close{Reason: "upheld"}}} {
		if _, err := onePool(t, w).Do(ctx, w.Priya, cases.One(id, 0, commands...)); err != nil {
			t.Fatalf("%s: %v", commands[0].Name(), err)
		}
	}
	if _, err := onePool(t, w).Do(ctx, core.PersonActor(w.Amara, ""), cases.One(id, 0, &cases.AskAgain{})); err != nil {
		t.Fatalf("ask again: %v", err)
	}
}

func TestACaseThatStaysLockedIsSaidToBeBusyRatherThanBroken(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	tx, err := w.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.WithoutCancel(t.Context()))
	if _, err := tx.Exec(t.Context(), `SELECT FROM cases WHERE id = $1 FOR UPDATE`, id); err != nil {
		t.Fatal(err)
	}
	_, err = w.Cases.Do(t.Context(), w.Priya, cases.One(id, 0, cases.Claim{})) // after five seconds
	if core.KindOf(err) != core.ErrUnavailable {
		t.Errorf("a change that had to wait too long gave %v", err)
	}
}

// The number of a scope is an integer of four bytes: were one used up by every
// change, a busy installation would stop after a year.
func TestChangesUseUpNoNumbersOfScopes(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	last := func() (n int64) {
		t.Helper()
		if err := w.Pool.QueryRow(t.Context(), `SELECT last_value FROM scopes_id_seq`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := last()
	w.Do(t, w.Priya, id, cases.Claim{})
	w.Do(t, w.Priya, id, &cases.ChangePriority{To: "high"})
	w.Raise(t)
	if after := last(); after != before {
		t.Errorf("three changes took the numbers from %d to %d", before, after)
	}
}

// Two groups of a request may be in scopes that do not exist yet.
func TestTheFirstCasesOfAScopeMayBeRaisedAtOnce(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	atOnce(t, w, 8, core.PersonActor(w.Amara, ""), func() cases.Request {
		return cases.One(core.NewID[core.CaseID](), 0, &cases.Raise{Type: "complaint", Subject: "Hole", Subtype: "roads", Channel: core.ChannelWeb, Requester: w.Amara})
	})
	var scopes, n int
	if err := w.Pool.QueryRow(t.Context(), `SELECT count(DISTINCT scope_id), count(*) FROM cases`).Scan(&scopes, &n); err != nil {
		t.Fatal(err)
	}
	if scopes != 1 || n != 8 {
		t.Errorf("%d cases in %d scopes", n, scopes)
	}
	if lag, err := events.Lag(t.Context(), w.DB); err != nil || lag != 8 {
		t.Errorf("%d events, %v", lag, err)
	}
}

func TestWhoWasThereIsForgottenWithTheRest(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	seen, err := w.Cases.Find(t.Context(), w.Priya, w.Case(t, w.Raise(t)).Ref, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	for _, by := range []core.Actor{w.Priya, w.Tomasz} {
		if err := w.Cases.NotePresence(t.Context(), by, seen, cases.Reading); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(45 * time.Second)
	}
	if err := w.Cases.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := w.Pool.QueryRow(t.Context(), `SELECT count(*) FROM presence`).Scan(&left); err != nil || left != 1 {
		t.Errorf("%d are remembered, %v", left, err)
	}
}
