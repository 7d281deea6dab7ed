package cases

import (
	"context"
	"strings"

	"github.com/casement-dev/casement/core"
)

// Close ends a case with one of the type's closure reasons: case.close. Guards
// name each obstacle; with Force and the permission for it they are passed,
// and the reason for forcing is recorded.
type Close struct {
	Status string `json:"status,omitempty"` // final status; the type's first when empty
	Reason string `json:"reason"`
	Force  string `json:"force,omitempty"` // why it closes against an obstacle
}

// Name implements [Command].
func (*Close) Name() core.CommandName { return "case.close" }

// Needs implements [Command].
func (*Close) Needs() core.Permission { return core.MayClose }

// Touches implements [Command].
func (*Close) Touches() []core.Aspect { return []core.Aspect{core.AspectStatus} }

// Forced says why a closing passes its guards, "" when it does not. Guards on
// case.close ask it.
func Forced(w *Work) string { return *forcedSlot.Of(w) }

var forcedSlot = NewSlot[string]("reason for closing by force")

// Prepare implements [Preparer]: guards run before Apply and must know.
func (c *Close) Prepare(w *Work) error {
	if strings.TrimSpace(c.Force) == "" {
		return nil
	}
	if !w.Holds(core.MayForceClose) {
		return core.Forbidden("You may not close a case against an obstacle.")
	}
	if len([]rune(c.Force)) > maxWords {
		return core.InvalidField("force", "Say why in %d letters at most.", maxWords)
	}
	*forcedSlot.Of(w) = c.Force
	return nil
}

// Apply implements [Command].
func (c *Close) Apply(_ context.Context, w *Work) error {
	if len(w.Type.Reasons.Close) == 0 {
		return core.Conflict("Cases of this type are not closed by hand.")
	}
	if _, ok := core.FindReason(w.Type.Reasons.Close, c.Reason); !ok {
		return core.InvalidField("reason", "Choose why the case is closed.")
	}
	return end(w, c.Status, c.Reason, core.CaseClosed, core.About{"reason": c.Reason, "force": c.Force})
}

// Cancel ends a case that was raised in error or is no longer needed:
// case.cancel. It is left out of performance figures.
type Cancel struct {
	Status string `json:"status,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Name implements [Command].
func (*Cancel) Name() core.CommandName { return "case.cancel" }

// Needs implements [Command].
func (*Cancel) Needs() core.Permission { return core.MayClose }

// Touches implements [Command].
func (*Cancel) Touches() []core.Aspect { return []core.Aspect{core.AspectStatus} }

// Apply implements [Command].
func (c *Cancel) Apply(_ context.Context, w *Work) error {
	if err := checkReason(w.Type.Reasons.Cancel, c.Reason); err != nil {
		return err
	}
	if c.Status == "" {
		c.Status = cancelledStatus(w.Type)
	}
	return end(w, c.Status, c.Reason, core.CaseCancelled, core.About{"reason": c.Reason})
}

// Withdraw ends a case because its requester no longer wants it:
// case.withdraw.
type Withdraw struct{}

// Name implements [Command].
func (*Withdraw) Name() core.CommandName { return "case.withdraw" }

// Needs implements [Command].
func (*Withdraw) Needs() core.Permission { return core.MayRequest }

// Touches implements [Command].
func (*Withdraw) Touches() []core.Aspect { return []core.Aspect{core.AspectStatus} }

// Apply implements [Command].
func (c *Withdraw) Apply(_ context.Context, w *Work) error {
	return end(w, cancelledStatus(w.Type), "withdrawn", core.CaseWithdrawn, nil)
}

// end enters a final status.
func end(w *Work, status, outcome string, kind core.EventKind, about core.About) error {
	if w.Case.IsFinal() {
		return core.Conflict("This case is closed already.")
	}
	if status == "" {
		first, ok := w.Type.FirstStatus(core.StatusFinal)
		if !ok {
			return core.Conflict("The case type has no final status.")
		}
		status = first.Key
	}
	to, ok := w.Type.Status(status)
	if !ok || to.Kind != core.StatusFinal {
		return core.InvalidField("status", "Choose a status that ends the case.")
	}
	w.Respond()
	w.SetStatus(to)
	w.Case.Outcome, w.Case.ClosedAt = outcome, w.HappenedAt
	w.Record(kind, about)
	return nil
}

// cancelledStatus is the final status keyed "cancelled", or the last of them.
func cancelledStatus(t *core.CaseType) string {
	finals := t.FinalStatuses()
	for _, s := range finals {
		if s.Key == "cancelled" {
			return s.Key
		}
	}
	if len(finals) == 0 {
		return ""
	}
	return finals[len(finals)-1].Key
}
