package targets

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Clear says that a promise no longer matters: target.clear. A breach that
// happened stays in the history.
type Clear struct {
	Target string `json:"target"`
	Reason string `json:"reason"`
}

// Name implements [cases.Command].
func (*Clear) Name() core.CommandName { return "target.clear" }

// Needs implements [cases.Command].
func (*Clear) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (c *Clear) Touches() []core.Aspect { return []core.Aspect{core.TargetAspect(c.Target)} }

// Apply implements [cases.Command].
func (c *Clear) Apply(ctx context.Context, w *cases.Work) error {
	why, err := reasonOf(c.Reason)
	if err != nil {
		return err
	}
	if why == "" {
		return core.InvalidField("reason", "Give the reason.")
	}
	b := books.Of(w)
	k, err := b.named(c.Target)
	if err != nil {
		return err
	}
	if err := k.permits(ctx, w, core.HandClear); err != nil {
		return err
	}
	_, err = b.apply(ctx, w, k, core.Cause{Kind: core.CauseCleared, By: nameOf(w.By), Why: why}, core.TargetCleared, dueBefore(k.DueAt))
	return err
}
