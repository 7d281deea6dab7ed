package targets

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// climb takes a case up the ladder because a target has been late for so long:
// what case.escalate does, done by the system at the instant the ladder gives.
// It happens here, rather than after the command, because it belongs between
// the breach and whatever became true later.
//
// The level never sinks by it. A rung above the groups that the type names, or
// a case that has ended, is passed over.
func climb(ctx context.Context, w *cases.Work, k *kept, step core.Step) error {
	if w.Case.IsFinal() || step.Level <= w.Case.Level || step.Level > len(w.Type.Groups[core.DutyEscalation]) {
		return nil
	}
	by, at := w.By, w.HappenedAt
	defer func() { w.By, w.HappenedAt = by, at }()
	w.By, w.HappenedAt = core.SystemActor(), step.At
	up := &cases.Escalate{To: step.Level, Reason: string(core.TargetAspect(k.Rule))}
	return up.Apply(ctx, w)
}
