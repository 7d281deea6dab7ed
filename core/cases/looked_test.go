package cases_test

import (
	"testing"
	"time"

	"github.com/casement-dev/casement/core/cases/casestest"
)

func TestWhoLookedIsKnownForFourHundredDaysAndNoLonger(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	looks := func() (n int) {
		t.Helper()
		if err := w.Cases.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := w.Pool.QueryRow(t.Context(), `SELECT count(*) FROM access_log`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	// More than one transaction deletes.
	if _, err := w.Pool.Exec(t.Context(), `INSERT INTO access_log (at, actor_kind, actor_id, what, case_id)
		SELECT $1, 'staff', 'x', 'summary', $2 FROM generate_series(1, 12000)`, w.Clock.Now(), id); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(24 * time.Hour)
	if err := w.Cases.LogLook(t.Context(), w.Priya, id, "history"); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(399 * 24 * time.Hour)
	if n := looks(); n != 12001 {
		t.Errorf("after 400 days %d of 12,001 are left", n)
	}
	w.Clock.Advance(time.Minute)
	if n := looks(); n != 1 {
		t.Errorf("after a minute more %d are left, and one is younger", n)
	}
}
