package main

import (
	"context"
	"testing"

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
		"before anything":         func(*parts, context.Context) error { return nil },
		"after the configuration": (*parts).ship,
		"after the administrator": func(p *parts, ctx context.Context) error {
			if err := p.ship(ctx); err != nil {
				return err
			}
			return p.firstAdministrator(ctx)
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

func TestADemonstrationThatWasInterruptedIsTakenUpByTheNextStart(t *testing.T) {
	t.Parallel()
	p := assemble(t, pgtest.New(t), core.SystemClock{})
	if err := p.ship(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.demonstrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var played int
	if err := p.db.Pool().QueryRow(t.Context(), `SELECT count(*) FROM cases`).Scan(&played); err != nil {
		t.Fatal(err)
	}
	if staff, cases := prepared(t, p, true); staff != len(demoStaff) || cases != played || played == 0 {
		t.Errorf("there are %d staff users and %d cases; %d were played", staff, cases, played)
	}
}
