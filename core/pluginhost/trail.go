package pluginhost

import (
	"context"
	"sync"
	"time"

	"github.com/casement-dev/casement/core"
)

// A section is drawn each time its case is opened, and asks each time: what one
// person was shown through one plugin is written down once in a while.
const (
	trailEvery = time.Minute
	trailMost  = 20_000 // remembered at once
)

// trailKey is whom, through what, was shown which of a case.
type trailKey struct {
	by      core.ActorKind
	id      string
	cs      core.CaseID
	through string
	what    string
}

// trails remembers what was written down a moment ago. Two servers may both
// write: nothing is lost by that.
type trails struct {
	mu   sync.Mutex
	last map[trailKey]time.Time
}

// due reports whether something is to be written down, and takes note of it.
func (t *trails) due(k trailKey, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at, ok := t.last[k]; ok && now.Sub(at) < trailEvery && !now.Before(at) {
		return false
	}
	if t.last == nil {
		t.last = map[trailKey]time.Time{}
	}
	if len(t.last) >= trailMost {
		for key, at := range t.last {
			if now.Sub(at) >= trailEvery {
				delete(t.last, key)
			}
		}
		if len(t.last) >= trailMost {
			clear(t.last) // written twice rather than never
		}
	}
	t.last[k] = now
	return true
}

// trail writes down, in the cases themselves, what a plugin learns of them: a
// plugin that cannot be held to account is not answered.
func (h *Host) trail(ctx context.Context, p *plugin, e errand, what string, ids ...core.CaseID) error {
	if h.services.Cases == nil || e.sealed {
		return nil
	}
	if e.what != "" {
		what = e.what + ": " + what
	}
	now, due := h.clock.Now(), make([]core.CaseID, 0, len(ids))
	for _, id := range ids {
		if h.trails.due(trailKey{e.by.Kind, e.by.ID, id, p.through(), what}, now) {
			due = append(due, id)
		}
	}
	if len(due) == 0 {
		return nil
	}
	return h.services.Cases.LogLookThrough(ctx, e.by, p.through(), what, due...)
}
