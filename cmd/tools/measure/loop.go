package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// figures are what a closed loop came to.
type figures struct {
	took   time.Duration
	each   []time.Duration // sorted
	bytes  int64           // of one answer, the last one
	failed int
	why    error // the first failure
}

// at is the latency that a share of the requests stayed below, 0 to 1.
func (f figures) at(share float64) time.Duration {
	if len(f.each) == 0 {
		return 0
	}
	return f.each[min(len(f.each)-1, int(math.Ceil(share*float64(len(f.each))))-1)]
}

func (f figures) perSecond() float64 { return float64(len(f.each)) / f.took.Seconds() }

// closedLoop lets so many users do something for a while, each as soon as the
// last is done. What is done first, to warm up, does not count.
func closedLoop(ctx context.Context, users int, warm, lasting time.Duration, do func(ctx context.Context, user int) (int64, error)) figures {
	var out figures
	var mu sync.Mutex
	var wait sync.WaitGroup
	var size atomic.Int64
	begin := time.Now().Add(warm)
	end := begin.Add(lasting)
	for user := range users {
		wait.Go(func() {
			var mine []time.Duration
			for ctx.Err() == nil {
				start := time.Now()
				if start.After(end) {
					break
				}
				n, err := do(ctx, user)
				took := time.Since(start)
				if err != nil {
					mu.Lock()
					if out.failed++; out.why == nil {
						out.why = fmt.Errorf("user %d: %w", user, err)
					}
					mu.Unlock()
					if out.failed > 100 {
						break
					}
					continue
				}
				size.Store(n)
				if !start.Before(begin) {
					mine = append(mine, took)
				}
			}
			mu.Lock()
			out.each = append(out.each, mine...)
			mu.Unlock()
		})
	}
	wait.Wait()
	out.took, out.bytes = lasting, size.Load()
	slices.Sort(out.each)
	return out
}

// steadily does something so many times a second until the context ends, and
// says how often it did. A tick that finds all hands busy is let go.
func steadily(ctx context.Context, perSecond int, do func(ctx context.Context, n int) error) (done, failed int64) {
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	var count, bad atomic.Int64
	var wait sync.WaitGroup
	hands := make(chan struct{}, 8)
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			wait.Wait()
			return count.Load(), bad.Load()
		case <-tick.C:
		}
		select {
		case hands <- struct{}{}:
			wait.Go(func() {
				defer func() { <-hands }()
				if err := do(ctx, n); err == nil {
					count.Add(1)
				} else if ctx.Err() == nil {
					bad.Add(1)
				}
			})
		default:
		}
	}
}
