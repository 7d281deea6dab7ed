package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres/pgtest"
)

// prepared prepares an installation again and again, as starts do, and tells
// how many staff users and cases it has then.
func prepared(t *testing.T, p *parts, demo bool) (staff, cases int) {
	t.Helper()
	if err := p.prepare(t.Context(), demo); err != nil {
		t.Fatalf("the start after an interrupted one: %v", err)
	}
	state, err := p.preparation(t.Context())
	if err != nil || !state.Prepared || state.Demonstration != demo {
		t.Fatalf("prepared: %+v, %v", state, err)
	}
	err = p.db.Pool().QueryRow(t.Context(), `SELECT (SELECT count(*) FROM staff_users), (SELECT count(*) FROM cases)`).Scan(&staff, &cases)
	if err != nil {
		t.Fatal(err)
	}
	return staff, cases
}

func TestAFirstStartThatWasInterruptedIsTakenUpByTheNext(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*parts, context.Context) error{
		"before anything":   func(*parts, context.Context) error { return nil },
		"after the plugins": (*parts).shipPlugins,
		"after the configuration": func(p *parts, ctx context.Context) error {
			return errors.Join(p.shipPlugins(ctx), p.ship(ctx))
		},
		"after the administrator": func(p *parts, ctx context.Context) error {
			return errors.Join(p.shipPlugins(ctx), p.ship(ctx), p.firstAdministrator(ctx))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := assemble(t, pgtest.New(t), core.SystemClock{})
			if err := begin(p, t.Context()); err != nil {
				t.Fatal(err)
			}
			if staff, cases := prepared(t, p, false); staff != 1 || cases != 0 {
				t.Errorf("there are %d staff users and %d cases", staff, cases)
			}
		})
	}
}

func TestADemonstrationThatWasInterruptedIsPlayedToItsEndByTheNextStart(t *testing.T) {
	t.Parallel()
	whole := assemble(t, pgtest.New(t), core.SystemClock{})
	wantStaff, wantCases := prepared(t, whole, true)
	wantEvents := history(t, whole)
	p := assemble(t, pgtest.New(t), core.SystemClock{})
	// The context ends when a third of the cases is there, whatever is being done.
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			var n int
			if p.db.Pool().QueryRow(ctx, `SELECT count(*) FROM cases`).Scan(&n) == nil && n >= wantCases/3 {
				stop()
			}
			<-tick.C
		}
	}()
	if err := p.prepare(ctx, true); err == nil {
		t.Fatal("it was not interrupted")
	}
	<-watching
	var played int
	if err := p.db.Pool().QueryRow(t.Context(), `SELECT count(*) FROM cases`).Scan(&played); err != nil || played == 0 || played >= wantCases {
		t.Fatalf("%d of %d cases were played, %v", played, wantCases, err)
	}
	staff, cases := prepared(t, p, true)
	if staff != wantStaff || cases != wantCases || history(t, p) != wantEvents {
		t.Errorf("%d staff users, %d cases, %s; undisturbed it is %d, %d, %s", staff, cases, history(t, p), wantStaff, wantCases, wantEvents)
	}
	if again, n := prepared(t, p, true); again != wantStaff || n != wantCases {
		t.Errorf("a further start makes it %d staff users and %d cases", again, n)
	}
}

// history counts what happened to cases and what was written of it, by kind.
func history(t *testing.T, p *parts) string {
	t.Helper()
	var of string
	err := p.db.Pool().QueryRow(t.Context(), `SELECT concat_ws(' ',
		(SELECT string_agg(kind || '=' || n, ' ' ORDER BY kind) FROM (SELECT kind, count(*) n FROM events WHERE stream_kind = 'case' GROUP BY kind) k),
		(SELECT count(*) FROM notes), (SELECT count(*) FROM outbox))`).Scan(&of)
	if err != nil {
		t.Fatal(err)
	}
	return of
}

func TestAServerWithAnotherKeyDoesNotStartUnlessItIsMeantTo(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	first, second := assemble(t, pool, core.SystemClock{}), assemble(t, pool, core.SystemClock{}) // each makes a key in a directory of its own
	if err := first.prepare(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	err := second.prepare(t.Context(), false)
	if !errors.Is(err, errOtherKey) || !strings.Contains(err.Error(), "CASEMENT_SECRET_KEY") {
		t.Errorf("with another key it starts, or says: %v", err)
	}
	second.newKey = true
	if err := second.prepare(t.Context(), false); err != nil {
		t.Errorf("meant: %v", err)
	}
	second.newKey = false
	if err := second.prepare(t.Context(), false); err != nil {
		t.Errorf("from then on: %v", err)
	}
	if err := first.compareKey(t.Context()); !errors.Is(err, errOtherKey) {
		t.Errorf("the old key: %v", err)
	}
}
