package cases_test

import (
	"context"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
)

// The first case of a type and group makes a scope. One that is raised while
// somebody reads the feed, with a reach that does not know the scope yet, must
// come with the next reading.
func TestTheFeedPassesNoCaseByWhoseScopeIsNewerThanTheReach(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	if _, err := w.Pool.Exec(t.Context(), `INSERT INTO installation (name, created_at) VALUES ('test', $1)`, casestest.Start); err != nil {
		t.Fatal(err)
	}
	reachOf := func(ctx context.Context) (cases.Reach, error) { return w.Cases.ReachOf(ctx, w.Priya, core.MayView) }
	var id core.CaseID
	first, err := w.Cases.Feed(t.Context(), func(ctx context.Context) (cases.Reach, error) {
		r, err := reachOf(ctx)
		id = w.Raise(t) // the first complaint: its scope is not in r
		return r, err
	}, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	versions := []core.Version{}
	wait := time.NewTicker(5 * time.Millisecond)
	defer wait.Stop()
	for after, deadline := first.Next, time.Now().Add(20*time.Second); len(versions) == 0 && time.Now().Before(deadline); <-wait.C {
		found, err := w.Cases.Feed(t.Context(), reachOf, after, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range found.Events {
			if e.CaseID == id {
				versions = append(versions, e.Version)
			}
		}
		after = found.Next
	}
	if want := w.Case(t, id).Version; len(versions) != int(want) {
		t.Errorf("of %d events of the case, %v came", want, versions)
	}
}
