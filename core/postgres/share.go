package postgres

import (
	"context"
	"sync"
)

// shared are the answers that the parts of one page have asked for already.
type shared struct {
	mu      sync.Mutex
	answers map[any]*answer
}

type answer struct {
	once  sync.Once
	value any
	err   error
}

type sharedKey struct{}

// Sharing lets everything that is asked under the context through [Share] be
// asked once: the frame of a page and the page itself want to know the same of
// the reader. It is for looking alone. Whoever changes something must see what
// it changed.
func Sharing(ctx context.Context) context.Context {
	return context.WithValue(ctx, sharedKey{}, &shared{answers: map[any]*answer{}})
}

// Shares reports whether answers are shared under the context.
func Shares(ctx context.Context) bool {
	_, ok := ctx.Value(sharedKey{}).(*shared)
	return ok
}

// knows reports whether something was asked for under a key.
func (s *shared) knows(key any) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answers[key] != nil
}

// keep puts an answer under its key, unless somebody has asked meanwhile.
func (s *shared) keep(key, value any) {
	a := &answer{value: value}
	a.once.Do(func() {})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answers[key] == nil {
		s.answers[key] = a
	}
}

// Share returns what ask does, or did before under the same key and a context
// of [Sharing]; under any other context it asks. Keys are of a type of their
// owner's, as those of contexts are. What is returned is not to be changed.
func Share[T any](ctx context.Context, key any, ask func() (T, error)) (T, error) {
	s, ok := ctx.Value(sharedKey{}).(*shared)
	if !ok {
		return ask()
	}
	s.mu.Lock()
	a := s.answers[key]
	if a == nil {
		a = &answer{}
		s.answers[key] = a
	}
	s.mu.Unlock()
	a.once.Do(func() { a.value, a.err = ask() })
	value, _ := a.value.(T)
	return value, a.err
}
