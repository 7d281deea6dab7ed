package targets

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Pause stops the clock of a target by hand: target.pause. Questions and
// waiting pause targets by themselves, where the rule says so.
type Pause struct {
	Target string `json:"target"`
	Reason string `json:"reason"`
}

// Name implements [cases.Command].
func (*Pause) Name() core.CommandName { return "target.pause" }

// Needs implements [cases.Command].
func (*Pause) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (c *Pause) Touches() []core.Aspect { return []core.Aspect{core.TargetAspect(c.Target)} }

// Apply implements [cases.Command].
func (c *Pause) Apply(ctx context.Context, w *cases.Work) error {
	why, err := reasonOf(c.Reason)
	if err != nil {
		return err
	}
	b := books.Of(w)
	k, err := b.named(c.Target)
	switch {
	case err != nil:
		return err
	case why == "":
		return core.InvalidField("reason", "Give the reason.")
	case !k.StoppedAt.IsZero():
		return core.Conflict("“%s” is over already.", k.Name)
	case k.State == core.StateBreached:
		return core.Conflict("“%s” is late. A pause would change nothing; extend it instead.", k.Name)
	}
	if err := k.permits(ctx, w, core.HandPause); err != nil {
		return err
	}
	changed, err := b.apply(ctx, w, k, core.Cause{Kind: core.CausePaused, Reason: core.PauseByHand, By: nameOf(w.By), Why: why},
		core.TargetPaused, core.About{"reason": core.PauseByHand})
	if err == nil && !changed {
		return core.Conflict("“%s” is paused by hand already.", k.Name)
	}
	return err
}

// Resume sets the clock of a paused target going, whatever paused it, or takes
// up one that was cleared: target.resume. It stays so until the next reason to
// pause comes: another question, another wait.
type Resume struct {
	Target string `json:"target"`
}

// Name implements [cases.Command].
func (*Resume) Name() core.CommandName { return "target.resume" }

// Needs implements [cases.Command].
func (*Resume) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (c *Resume) Touches() []core.Aspect { return []core.Aspect{core.TargetAspect(c.Target)} }

// Apply implements [cases.Command].
func (c *Resume) Apply(ctx context.Context, w *cases.Work) error {
	b := books.Of(w)
	k, err := b.named(c.Target)
	cleared := k != nil && k.State == core.StateCleared
	switch {
	case err != nil:
		return err
	case w.Case.IsFinal():
		return caseClosed()
	case !k.StoppedAt.IsZero() && !cleared:
		return core.Conflict("“%s” is over already.", k.Name)
	}
	change := core.HandPause
	if cleared {
		change = core.HandClear
	}
	if err := k.permits(ctx, w, change); err != nil {
		return err
	}
	_, err = b.apply(ctx, w, k, core.Cause{Kind: core.CauseResumed, By: nameOf(w.By)}, core.TargetResumed, nil)
	if err == nil && cleared {
		err = b.align(ctx, w, k)
	}
	return err
}
