package meili_test

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/meili"
	"github.com/casement-dev/casement/core/search/meili/meilitest"
	"github.com/casement-dev/casement/core/search/searchtest"
)

// shared is the server of all tests that do not kill theirs: each has indexes
// of its own there.
var shared *meilitest.Server

func TestMain(m *testing.M) {
	if meilitest.Installed() {
		var err error
		if shared, err = meilitest.Open(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	code := m.Run()
	if shared != nil {
		if err := shared.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// indexes counts those of the tests.
var indexes atomic.Int64

// options are those of an index of its own on a server.
func options(t testing.TB, w *casestest.World, s *meilitest.Server) meili.Options {
	return meili.Options{
		URL: s.URL, Key: meilitest.Key, Index: fmt.Sprintf("test-%d", indexes.Add(1)), DB: w.DB, Documents: search.NewDocuments(w.Types),
		Clock: w.Clock, Patience: 20 * time.Second, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
}

// install makes the row that says which installation this is.
func install(t testing.TB, w *casestest.World) {
	t.Helper()
	if _, err := w.Pool.Exec(t.Context(), `INSERT INTO installation (name, created_at) VALUES ('test', $1)`, casestest.Start); err != nil {
		t.Fatal(err)
	}
}

// open makes an engine on the database of a council, with an index that is
// built.
func open(t testing.TB, w *casestest.World) searchtest.Engine {
	t.Helper()
	install(t, w)
	return engine(t, made(t, options(t, w, shared)), w)
}

func engine(t testing.TB, x *meili.Index, w *casestest.World) searchtest.Engine {
	t.Helper()
	rebuild := func(t testing.TB) {
		t.Helper()
		if err := x.Rebuild(t.Context(), func(int, int) {}); err != nil {
			t.Fatal(err)
		}
	}
	rebuild(t)
	return searchtest.Engine{
		Index:   x,
		Follow:  func(t testing.TB) { t.Helper(); follow(t, w, x) },
		Rebuild: rebuild,
	}
}

func made(t testing.TB, o meili.Options) *meili.Index {
	t.Helper()
	x, err := meili.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// follow reads the feed to its end. Events wait for the oldest transaction of
// the whole database server, so those of other tests may hold it up for a
// moment.
func follow(t testing.TB, w *casestest.World, x *meili.Index) {
	t.Helper()
	wait := time.NewTicker(5 * time.Millisecond)
	defer wait.Stop()
	for deadline := time.Now().Add(30 * time.Second); ; <-wait.C {
		if _, err := x.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		lag, err := x.Lag(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if lag.Waiting == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d events are not followed", lag.Waiting)
		}
	}
}

func TestTheIndexShowsWhatEveryEngineMust(t *testing.T) {
	meilitest.Need(t)
	searchtest.Run(t, open)
}

func TestAnAddressOrANameThatIsNoneIsRefused(t *testing.T) {
	for _, o := range []meili.Options{
		{URL: "", Index: "casement"}, {URL: "127.0.0.1:7700", Index: "casement"}, {URL: "ftp://127.0.0.1", Index: "casement"},
		{URL: "http://127.0.0.1:7700"}, {URL: "http://127.0.0.1:7700", Index: "a/b"}, {URL: "http://127.0.0.1:7700", Index: strings.Repeat("a", 101)},
	} {
		if _, err := meili.New(o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
	if _, err := meili.New(meili.Options{URL: "http://admin:secret@[bad", Index: "x"}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("the password is told: %v", err)
	}
}
