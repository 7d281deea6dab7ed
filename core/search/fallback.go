package search

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/casement-dev/casement/core"
)

// restAfterFailure is how long an engine that failed is left alone, so that
// readers do not each wait for it to fail again.
const restAfterFailure = 5 * time.Second

// fallback asks one engine, and another one when the first is down.
type fallback struct {
	first, second Index
	clock         core.Clock
	failed        func(error)
	restUntil     atomic.Int64 // nanoseconds since 1970; 0 when the first engine is well
}

// WithFallback makes an index that asks the first engine and, while that is
// unavailable, the second: the search is smaller then, and says so
// ([Found.Instead]). failed hears of each failure. A query that the first
// engine refuses for what it says is refused by both.
func WithFallback(first, second Index, clock core.Clock, failed func(error)) Index {
	return &fallback{first: first, second: second, clock: clock, failed: failed}
}

// ask lets the first engine answer, or the second while the first is down.
func ask[T any](ctx context.Context, f *fallback, with func(Index) (T, error)) (answer T, instead bool, err error) {
	now := f.clock.Now().UnixNano()
	if now >= f.restUntil.Load() {
		answer, err = with(f.first)
		if err == nil || core.KindOf(err) != core.ErrUnavailable || ctx.Err() != nil {
			return answer, false, err
		}
		f.restUntil.Store(now + int64(restAfterFailure))
		f.failed(err)
	}
	answer, err = with(f.second)
	return answer, true, err
}

// Search implements [Index].
func (f *fallback) Search(ctx context.Context, r Reader, q Query) (Found, error) {
	found, instead, err := ask(ctx, f, func(x Index) (Found, error) { return x.Search(ctx, r, q) })
	found.Instead = instead
	return found, err
}

// Map implements [Index].
func (f *fallback) Map(ctx context.Context, r Reader, q Query, v View) (Mapped, error) {
	mapped, instead, err := ask(ctx, f, func(x Index) (Mapped, error) { return x.Map(ctx, r, q, v) })
	mapped.Instead = instead
	return mapped, err
}

// Suggest implements [Index].
func (f *fallback) Suggest(ctx context.Context, r Reader, t Terms, limit int) ([]Hit, error) {
	hits, _, err := ask(ctx, f, func(x Index) ([]Hit, error) { return x.Suggest(ctx, r, t, limit) })
	return hits, err
}

// List implements [Lister] with the first of the two that can and answers.
func (f *fallback) List(ctx context.Context, r Reader, q Query, after core.CaseID, limit int) ([]core.CaseID, error) {
	if _, ok := f.first.(Lister); !ok {
		return listWith(ctx, f.second, r, q, after, limit)
	}
	ids, _, err := ask(ctx, f, func(x Index) ([]core.CaseID, error) { return listWith(ctx, x, r, q, after, limit) })
	return ids, err
}

func listWith(ctx context.Context, x Index, r Reader, q Query, after core.CaseID, limit int) ([]core.CaseID, error) {
	lister, ok := x.(Lister)
	if !ok {
		return nil, core.Unavailable(nil, "The search engine cannot list everything it finds.")
	}
	return lister.List(ctx, r, q, after, limit)
}

// Lag implements [Lagging]: it is about the first engine.
func (f *fallback) Lag(ctx context.Context) (Lag, error) {
	if lagging, ok := f.first.(Lagging); ok {
		return lagging.Lag(ctx)
	}
	return Lag{}, nil
}
