package postgresindex_test

import (
	"testing"
	"time"

	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/postgresindex"
	"github.com/casement-dev/casement/core/search/searchtest"
)

// open makes the engine on the database of a council.
func open(t testing.TB, w *casestest.World) searchtest.Engine {
	t.Helper()
	if _, err := w.Pool.Exec(t.Context(), `INSERT INTO installation (name, created_at) VALUES ('test', $1)`, casestest.Start); err != nil {
		t.Fatal(err)
	}
	x := postgresindex.NewFresh(w.DB, search.NewDocuments(w.Types), w.Clock)
	follower := events.NewFollower(w.DB, w.Clock, x.Follow)
	return searchtest.Engine{
		Index: x,
		Follow: func(t testing.TB) {
			t.Helper()
			follow(t, w, follower)
		},
		Rebuild: func(t testing.TB) {
			t.Helper()
			if err := x.Rebuild(t.Context(), func(int, int) {}); err != nil {
				t.Fatal(err)
			}
		},
	}
}

// follow reads the feed to its end. Events wait for the oldest transaction of
// the whole server, so those of other tests may hold it up for a moment.
func follow(t testing.TB, w *casestest.World, follower *events.Follower) {
	t.Helper()
	wait := time.NewTicker(5 * time.Millisecond)
	defer wait.Stop()
	for deadline := time.Now().Add(20 * time.Second); ; <-wait.C {
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

func TestTheIndexShowsWhatEveryEngineMust(t *testing.T) { searchtest.Run(t, open) }
