package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/meili/meilitest"
)

// Nothing depends on the search engine: pages search on, jobs go on, and
// whoever asks is told.
func TestWithoutItsMeilisearchTheProgramSearchesInTheDatabase(t *testing.T) {
	t.Parallel()
	p := assemble(t, pgtest.New(t), core.SystemClock{}, "--meilisearch-url=http://127.0.0.1:1", "--meilisearch-key=a-key-that-nobody-may-read")
	if err := p.prepare(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if err := p.index.Rebuild(t.Context(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	found, err := p.search.Find(t.Context(), p.officer(t), search.Request{Typed: "collection"})
	if err != nil || !found.Instead || len(found.Results) == 0 {
		t.Errorf("a search finds %d, instead: %t, %v", len(found.Results), found.Instead, err)
	}
	if err := p.tidy(t.Context()); err != nil {
		t.Errorf("tidying fails: %v", err)
	}
	_, err = checkMeili(t.Context(), p)
	if err == nil || !strings.Contains(err.Error(), "database answers") || strings.Contains(err.Error(), "a-key-that") {
		t.Errorf("doctor says %v", err)
	}
	if lag, err := p.engines()["meilisearch"].Lag(t.Context()); err != nil || lag.Waiting == 0 {
		t.Errorf("it is behind by %+v, %v", lag, err)
	}
}

func TestTheProgramBuildsItsIndexInMeilisearchAndSearchesThere(t *testing.T) {
	t.Parallel()
	s := meilitest.New(t)
	p := assemble(t, pgtest.New(t), core.SystemClock{}, "--meilisearch-url="+s.URL, "--meilisearch-key="+meilitest.Key)
	if err := p.prepare(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); p.followMeili(ctx) }()
	defer func() { stop(); <-ended }()
	var saw string
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(2 * time.Minute); ; <-look.C {
		var err error
		if saw, err = checkMeili(t.Context(), p); err == nil && strings.HasSuffix(saw, " 0 changes wait") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the index is not built and followed: %s, %v", saw, err)
		}
	}
	found, err := p.search.Find(t.Context(), p.officer(t), search.Request{Typed: "collection", Facets: true})
	if err != nil || found.Instead || len(found.Results) == 0 || len(found.Counts[search.FacetType]) == 0 {
		t.Errorf("%s; a search finds %d, instead: %t, %v", saw, len(found.Results), found.Instead, err)
	}
	if lag, err := events.Lag(t.Context(), p.db); err != nil || lag == 0 {
		t.Errorf("the other follower was waited for: %d, %v", lag, err)
	}
}

// officer is somebody who works complaints.
func (p *parts) officer(t *testing.T) core.Actor {
	t.Helper()
	users, err := p.people.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range users {
		if strings.HasPrefix(u.Email, "priya@") {
			return u.Actor()
		}
	}
	t.Fatal("nobody is called Priya")
	return core.Actor{}
}
