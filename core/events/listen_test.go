package events_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/events"
)

const insertManyCases = `INSERT INTO cases (id, ref, type_key, type_version, scope_id, version, subject, channel, status, status_kind, group_key,
	raised_at, received_at, updated_at)
SELECT gen_random_uuid(), 'CMP-' || n, 'complaint', 1, s.id, 1, 'Bins', 'web', 'new', 'start', 'team', $1, $1, $1
FROM generate_series(1, $2::int) n, scopes s`

const insertManyEvents = `INSERT INTO events (stream_kind, stream_id, version, kind, actor_kind, origin, happened_at, recorded_at, digest)
SELECT 'case', id::text, 1, 'case.raised', 'system', 'import', $1, $1, '' FROM cases`

// An import changes as many cases as a batch has events.
func TestWhoListensHearsOfEveryCaseOfABatch(t *testing.T) {
	t.Parallel()
	const n = 1000
	pool, db := newDB(t)
	hub := events.NewHub()
	topics := []string{"work"}
	for i := range 60 {
		topics = append(topics, fmt.Sprintf("case:CMP-%d", 1+i*n/60))
	}
	sub, err := hub.Subscribe(topics...)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		events.Listen(ctx, db, hub, func(err error) { t.Error(err) })
	}()
	defer func() { cancel(); <-ended }()
	hear := func(until func(map[string]bool) bool) map[string]bool {
		t.Helper()
		heard, late := map[string]bool{}, time.After(10*time.Second)
		for !until(heard) {
			select {
			case <-sub.Wake():
				for _, topic := range sub.Take() {
					heard[topic] = true
				}
			case <-late:
				t.Fatalf("heard %d of %d topics", len(heard), len(topics))
			}
		}
		return heard
	}
	hear(func(heard map[string]bool) bool { return heard["work"] }) // it listens

	for _, step := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO groups (key, name, created_at) VALUES ('team', 'Team', $1)`, []any{start}},
		{`INSERT INTO scopes (type_key, group_key, confidentiality) VALUES ('complaint', 'team', 'normal')`, nil},
		{insertManyCases, []any{start, n}},
		{insertManyEvents, []any{start}},
	} {
		if _, err := pool.Exec(t.Context(), step.sql, step.args...); err != nil {
			t.Fatal(err)
		}
	}
	if got := follow(t, db, events.NewFollower(db, fixed{})); got != n {
		t.Fatalf("the batch has %d events", got)
	}
	heard := hear(func(heard map[string]bool) bool { return heard["work"] })
	if len(heard) != len(topics) {
		t.Errorf("heard of %d topics, %d were changed", len(heard), len(topics))
	}
}
