package targets

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Extend gives a target more time: target.extend. The type says whether it may
// be, by how much in all, and whether a reason must be given. A late target
// may be extended too, if it is not late any more by it.
type Extend struct {
	Target string    `json:"target"`
	By     core.Span `json:"by"`
	Reason string    `json:"reason,omitempty"`
}

// Name implements [cases.Command].
func (*Extend) Name() core.CommandName { return "target.extend" }

// Needs implements [cases.Command].
func (*Extend) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (c *Extend) Touches() []core.Aspect { return []core.Aspect{core.TargetAspect(c.Target)} }

// Apply implements [cases.Command].
func (c *Extend) Apply(ctx context.Context, w *cases.Work) error {
	why, err := reasonOf(c.Reason)
	if err != nil {
		return err
	}
	if w.Case.IsFinal() {
		return caseClosed()
	}
	b := books.Of(w)
	k, err := b.named(c.Target)
	if err != nil {
		return err
	}
	rule, _, err := k.terms(ctx, w)
	if err != nil {
		return err
	}
	about := dueBefore(k.DueAt)
	about["by"] = c.By.String()
	if rule.Extend != nil && rule.Extend.TellRequester != "" {
		about["tell_requester"] = rule.Extend.TellRequester
	}
	_, err = b.apply(ctx, w, k, core.Cause{Kind: core.CauseExtended, Span: c.By, By: nameOf(w.By), Why: why}, core.TargetExtended, about)
	return renamed(err)
}
