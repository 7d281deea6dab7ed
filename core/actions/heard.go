package actions

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
)

// maxDepth bounds actions that set off actions: what follows from the event of
// a person is the first.
const maxDepth = 3

// Heard implements cases.Listener: it queues the actions that events set off.
// They run as jobs of their own, never in the door.
//
// What an action does sets off no action of the same plugin again; another
// plugin's may follow, to a depth.
func (s *Service) Heard(_ context.Context, b *pgx.Batch, cs *core.Case, t *core.CaseType, heard []core.Recorded) error {
	if len(t.Actions) == 0 {
		return nil
	}
	var run *ran // the action whose effects are heard
	for _, e := range heard {
		if e.Kind == core.ActionRan {
			run = ranOf(e)
			continue
		}
		depth := 1
		if e.Actor.Through != "" {
			if run != nil && run.caused(e) {
				depth = run.depth + 1
			} else if !e.Actor.IsStaff() {
				continue // of an action whose own event was heard before: how deep, nobody knows
			}
		}
		if e.Origin != core.OriginLive || depth > maxDepth {
			continue
		}
		for _, rule := range t.Actions {
			if rule.On != e.Kind || strings.HasPrefix(e.Actor.Through, rule.Run.Plugin()+" ") {
				continue
			}
			about, _ := s.provider.Action(rule.Run.Name())
			b.Queue(insertWaiting, cs.ID, e.Version, rule.Run.Name(), nameOf(rule, about), e.Kind, depth, s.clock.Now())
			s.queue(b, cs.ID, e.Version, rule.Run.Name())
		}
	}
	return nil
}

// ran is an action that was run: what it recorded tells what followed from it.
type ran struct {
	through string
	at      time.Time
	depth   int
}

func ranOf(e core.Recorded) *ran {
	depth, _ := e.About["depth"].(float64) // 0 when somebody pressed the button
	return &ran{e.Actor.Through, e.RecordedAt, int(depth)}
}

// caused reports whether an event is an effect of the action: both are of one
// change.
func (r *ran) caused(e core.Recorded) bool {
	return e.Actor.Through == r.through && e.RecordedAt.Equal(r.at)
}
