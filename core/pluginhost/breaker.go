package pluginhost

import (
	"sync"
	"time"
)

// A plugin that fails this often in this time is off for a while: its pages say
// so at once instead of failing one by one, and the server is left in peace.
// Each server counts for itself: one with a full disk or an old kernel must not
// switch a plugin off everywhere.
const (
	breakAfter = 5
	breakSpan  = time.Minute
	breakFor   = 5 * time.Minute
)

// breaker counts the faults of one plugin.
type breaker struct {
	mu     sync.Mutex
	faults []time.Time // of the last breakSpan, oldest first
	until  time.Time   // off until
}

// offUntil returns until when the plugin is off, or the zero time.
func (b *breaker) offUntil(now time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.until) {
		return b.until
	}
	return time.Time{}
}

// fault counts one, and reports whether it switched the plugin off.
func (b *breaker) fault(now time.Time) (off bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.faults) > 0 && now.Sub(b.faults[0]) >= breakSpan {
		b.faults = b.faults[1:]
	}
	b.faults = append(b.faults, now)
	if len(b.faults) < breakAfter {
		return false
	}
	b.faults, b.until = nil, now.Add(breakFor)
	return true
}

// reset forgets the faults and lets the plugin run again.
func (b *breaker) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults, b.until = nil, time.Time{}
}
