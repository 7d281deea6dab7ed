package meili_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/meili"
	"github.com/casement-dev/casement/core/search/meili/meilitest"
	"github.com/casement-dev/casement/core/search/postgresindex"
)

// town is a council with a search that falls back to the database.
type town struct {
	*casestest.World
	t        *testing.T
	meili    *meili.Index
	follower *events.Follower // of the database's own index
	both     search.Index
	failures atomic.Int64
}

func newTown(t *testing.T, change func(*meili.Options), s *meilitest.Server) *town {
	t.Helper()
	w := casestest.New(t)
	notes.Wire(w.Cases)
	install(t, w)
	o := options(t, w, s)
	if change != nil {
		change(&o)
	}
	it := &town{World: w, t: t, meili: made(t, o)}
	database := postgresindex.New(w.DB, search.NewDocuments(w.Types), w.Clock)
	it.follower = events.NewFollower(w.DB, w.Clock, database.Follow)
	it.both = search.WithFallback(it.meili, database, w.Clock, func(error) { it.failures.Add(1) })
	return it
}

func (it *town) raise(subject string) core.CaseID {
	it.t.Helper()
	id := core.NewID[core.CaseID]()
	it.Do(it.t, core.PersonActor(it.Amara, "Amara"), id, &cases.Raise{Type: "complaint", Subject: subject, Subtype: "waste", Channel: core.ChannelWeb, Requester: it.Amara})
	return id
}

// find searches as Priya.
func (it *town) find(x search.Index, typed string) (search.Found, error) {
	it.t.Helper()
	reach, err := it.Cases.ReachOf(it.t.Context(), it.Priya, core.MayView)
	if err != nil {
		it.t.Fatal(err)
	}
	return x.Search(it.t.Context(), search.Reader{Scopes: reach.Scopes, Staff: it.Priya.ID, Groups: reach.Groups}, search.Query{Terms: parsed(it.t, typed), Page: 1, Facets: true})
}

func parsed(t testing.TB, typed string) search.Terms {
	t.Helper()
	terms, err := search.Parse(typed)
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

// finds waits until a search finds so many, by the first engine or by the
// second.
func (it *town) finds(typed string, n int, instead bool) {
	it.t.Helper()
	var found search.Found
	var err error
	eventually(it.t, func() bool {
		it.Clock.Advance(6 * time.Second) // a failed engine is left alone for less
		found, err = it.find(it.both, typed)
		return err == nil && found.Total == n && found.Instead == instead
	}, func() string {
		return fmt.Sprintf("%q finds %d, instead %t, %v; want %d, instead %t", typed, found.Total, found.Instead, err, n, instead)
	})
}

// followed lets the index of the database catch up.
func (it *town) followed() {
	it.t.Helper()
	eventually(it.t, func() bool {
		if _, err := it.follower.Once(it.t.Context()); err != nil {
			it.t.Fatal(err)
		}
		n, err := events.Lag(it.t.Context(), it.DB)
		return err == nil && n == 0
	}, func() string { return "the database's index is behind" })
}

// keep lets the index follow the feed until the test ends.
func (it *town) keep() {
	ctx, cancel := context.WithCancel(it.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- it.meili.Follow(ctx, func(error) { it.failures.Add(1) }) }()
	it.t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			it.t.Errorf("Follow ended with %v", err)
		}
	})
}

// eventually waits for what other processes do in their own time.
func eventually(t *testing.T, is func() bool, otherwise func() string) {
	t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(2 * time.Minute); !is(); <-look.C {
		if time.Now().After(deadline) {
			t.Fatal(otherwise())
		}
	}
}

// The server is killed in the middle of changes, people search on and are told,
// and afterwards nothing is missing.
func TestAnOutageCostsNothingButASmallerSearch(t *testing.T) {
	t.Parallel()
	s := meilitest.New(t)
	it := newTown(t, nil, s)
	it.keep()
	for i := range 10 {
		it.raise(fmt.Sprintf("Lamp before %d", i))
	}
	it.finds("lamp", 10, false) // built by itself, from nothing

	killed := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		for i := range 20 {
			it.raise(fmt.Sprintf("Lamp at the time %d", i))
			if i == 5 {
				if err := s.Kill(); err != nil {
					t.Error(err)
				}
				close(killed)
			}
		}
	})
	<-killed
	writing.Wait()
	it.followed()
	it.finds("lamp", 30, true)
	id := it.raise("Lamp last")
	it.Do(t, it.Priya, id, &notes.Add{Body: "The filament broke."})
	it.followed()
	it.finds("filament", 1, true)
	if lag, err := it.meili.Lag(t.Context()); err != nil || lag.Waiting == 0 {
		t.Errorf("while the server is down the index is %+v behind, %v", lag, err)
	}
	if _, err := it.meili.Check(t.Context()); core.KindOf(err) != core.ErrUnavailable {
		t.Errorf("the check says %v", err)
	}
	if it.failures.Load() == 0 {
		t.Error("nobody heard of a failure")
	}

	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	it.finds("lamp", 31, false)
	it.finds("filament", 1, false)
	eventually(t, func() bool {
		lag, err := it.meili.Lag(t.Context())
		return err == nil && lag.Waiting == 0 && lag.Behind == 0
	}, func() string { return "the index is still behind" })
	standing, err := it.meili.Check(t.Context())
	if err != nil || !standing.Built || standing.Cases != 31 || !strings.HasPrefix(standing.Version, "1.") {
		t.Errorf("the check says %+v, %v", standing, err)
	}
}

func TestAServerThatLostItsDataIsFilledAgain(t *testing.T) {
	t.Parallel()
	s := meilitest.New(t)
	it := newTown(t, nil, s)
	for i := range 3 {
		it.raise(fmt.Sprintf("Lamp %d", i))
	}
	it.keep()
	it.finds("lamp", 3, false)
	if err := s.Empty(); err != nil {
		t.Fatal(err)
	}
	it.raise("Lamp after")
	it.finds("lamp", 4, false)
}

// Another database on the same server, or the same one after a restore, has
// other cases: its index is not searched, and is made anew.
func TestTheIndexOfAnotherDatabaseIsNotSearched(t *testing.T) {
	t.Parallel()
	meilitest.Need(t)
	it := newTown(t, nil, shared)
	it.raise("Lamp")
	if err := it.meili.Rebuild(t.Context(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	it.finds("lamp", 1, false)
	if _, err := it.Pool.Exec(t.Context(), `UPDATE installation SET epoch = epoch + 1`); err != nil {
		t.Fatal(err)
	}
	it.followed()
	it.finds("lamp", 1, true)
	if standing, err := it.meili.Check(t.Context()); err != nil || standing.Built {
		t.Errorf("the check says %+v, %v", standing, err)
	}
	it.keep()
	it.finds("lamp", 1, false)
}

// The index is made anew under load: it is searched, followed and changed
// meanwhile, and at no moment is anything missing.
func TestNothingIsMissingWhileTheIndexIsMadeAnew(t *testing.T) {
	t.Parallel()
	meilitest.Need(t)
	it := newTown(t, nil, shared)
	const before = 40
	for i := range before {
		it.raise(fmt.Sprintf("Lamp %d", i))
	}
	it.keep()
	it.finds("lamp", before, false)

	done := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() { // searches
		for {
			select {
			case <-done:
				return
			default:
			}
			found, err := it.find(it.meili, "lamp")
			if err != nil || found.Total < before || found.Counts[search.FacetType]["complaint"] < before {
				t.Errorf("meanwhile a search finds %d of %d, %v", found.Total, before, err)
				return
			}
		}
	})
	const most = 200
	raised := 0
	running.Go(func() { // changes
		for raised < most {
			select {
			case <-done:
				return
			default:
			}
			id := it.raise(fmt.Sprintf("Lamp in between %d", raised))
			it.Do(t, it.Priya, id, &notes.Add{Body: fmt.Sprintf("Filament %d", raised)})
			raised++
		}
	})
	var told []string
	for range 2 {
		var err error
		eventually(t, func() bool { // the first one is putting its tools away
			err = it.meili.Rebuild(t.Context(), func(done, total int) { told = append(told, fmt.Sprint(done, "/", total)) })
			return core.KindOf(err) != core.ErrConflict
		}, func() string { return "the index is being built for ever" })
		if err != nil {
			t.Error(err)
		}
	}
	close(done)
	running.Wait()
	if raised == 0 || len(told) < 2 {
		t.Fatalf("raised %d meanwhile, told %q", raised, told)
	}
	it.finds("lamp", before+raised, false)
	it.finds("filament", raised, false)
}

func TestASecondRebuildAtTheSameTimeIsRefused(t *testing.T) {
	t.Parallel()
	meilitest.Need(t)
	it := newTown(t, nil, shared)
	it.raise("Lamp")
	err := it.meili.Rebuild(t.Context(), func(int, int) {
		if err := it.meili.Rebuild(t.Context(), func(int, int) {}); core.KindOf(err) != core.ErrConflict {
			t.Errorf("the second one: %v", err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	it.finds("lamp", 1, false)
}

// between puts something between the index and its server.
func between(t *testing.T, s *meilitest.Server, meddle func(http.ResponseWriter, *http.Request) (answered bool)) func(*meili.Options) {
	t.Helper()
	to, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !meddle(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(front.Close)
	return func(o *meili.Options) { o.URL = front.URL }
}

func TestWhatAProxyFindsTooLargeIsSentInPieces(t *testing.T) {
	t.Parallel()
	meilitest.Need(t)
	var refused atomic.Int64
	it := newTown(t, between(t, shared, func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/documents") || r.Method != http.MethodPost {
			return false
		}
		body, err := readAll(r)
		if err == nil && len(body) <= 6_000 {
			return false
		}
		refused.Add(1)
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return true
	}), shared)
	for i := range 25 {
		it.raise(fmt.Sprintf("Lamp %d", i))
	}
	if err := it.meili.Rebuild(t.Context(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	it.finds("lamp", 25, false)
	if refused.Load() == 0 {
		t.Error("nothing was too large")
	}
}

func TestAServerThatHangsOrRefusesCountsAsDown(t *testing.T) {
	t.Parallel()
	meilitest.Need(t)
	stuck := make(chan struct{})
	const patience = 2 * time.Second
	var hang atomic.Bool
	proxied := between(t, shared, func(_ http.ResponseWriter, r *http.Request) bool {
		if hang.Load() && r.URL.Path == "/multi-search" {
			select {
			case <-stuck:
			case <-r.Context().Done():
			}
			return true
		}
		return false
	})
	it := newTown(t, func(o *meili.Options) { proxied(o); o.Patience = patience }, shared)
	t.Cleanup(func() { close(stuck) })
	it.raise("Lamp")
	if err := it.meili.Rebuild(t.Context(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	it.followed()
	it.finds("lamp", 1, false)
	hang.Store(true)
	began := time.Now()
	it.finds("lamp", 1, true)
	if took := time.Since(began); took > 5*patience {
		t.Errorf("a reader waited for %s", took)
	}
	for name, change := range map[string]func(*meili.Options){
		"a wrong key": func(o *meili.Options) { o.Key = "not-this-one-surely" }, "no index": func(o *meili.Options) { o.Index = "nobody-made-it" },
		"nobody there": func(o *meili.Options) { o.URL = "http://127.0.0.1:1" },
	} {
		o := options(t, it.World, shared)
		change(&o)
		if _, err := it.find(made(t, o), "lamp"); core.KindOf(err) != core.ErrUnavailable || strings.Contains(err.Error(), "lamp") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
