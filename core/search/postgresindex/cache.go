package postgresindex

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/casement-dev/casement/core"
)

// Bounds of what is kept of answers.
const (
	keptFor  = 2 * time.Second
	maxKept  = 500
	askAlone = 20 * time.Second // at most, for one who asks on behalf of others
)

// kept keeps answers for a moment, so that many who ask for the same at once
// make the database count once. Answers are kept by all that they depend on,
// the reader's reach included.
type kept[T any] struct {
	age time.Duration // how long; 0 keeps nothing

	mu  sync.Mutex
	all map[string]*answer[T]
}

type answer[T any] struct {
	at    time.Time
	done  chan struct{}
	value T
	err   error
}

func newKept[T any](age time.Duration) *kept[T] {
	return &kept[T]{age: age, all: map[string]*answer[T]{}}
}

// do returns the answer that is kept, or waits for the one that is being
// found, or finds it. Errors are not kept.
func (k *kept[T]) do(ctx context.Context, key string, find func(context.Context) (T, error)) (T, error) {
	now := time.Now() // how old an answer is has nothing to do with the clock of cases
	k.mu.Lock()
	if a := k.all[key]; a != nil && now.Sub(a.at) < k.age {
		k.mu.Unlock()
		select {
		case <-a.done:
			return a.value, a.err
		case <-ctx.Done():
			var none T
			return none, ctx.Err()
		}
	}
	k.sweep(now)
	a := &answer[T]{at: now, done: make(chan struct{})}
	k.all[key] = a
	k.mu.Unlock()

	// Whoever asked first may leave; others wait for the same answer.
	finding, cancel := context.WithTimeout(context.WithoutCancel(ctx), askAlone)
	defer cancel()
	a.value, a.err = find(finding)
	if a.err != nil {
		k.mu.Lock()
		if k.all[key] == a {
			delete(k.all, key)
		}
		k.mu.Unlock()
	}
	close(a.done)
	return a.value, a.err
}

// sweep makes room.
func (k *kept[T]) sweep(now time.Time) {
	if len(k.all) < maxKept {
		return
	}
	for key, a := range k.all {
		if now.Sub(a.at) >= k.age || len(k.all) >= maxKept {
			delete(k.all, key)
		}
	}
}

// keyOf names a question with all that its answer depends on.
func keyOf(parts ...any) string {
	raw, err := json.Marshal(parts)
	if err != nil {
		return core.NewID[core.CaseID]().String() // a year beyond 9999: asked alone
	}
	return string(raw)
}

// MarshalJSON writes words as they make a difference to an answer.
func (w words) MarshalJSON() ([]byte, error) { return json.Marshal(w.asked) }
