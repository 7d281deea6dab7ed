package cases

import (
	"context"
	"time"

	"github.com/casement-dev/casement/core"
)

// Reopen takes a closed case up again, into the type's reopened status:
// case.reopen. Staff may at any time; the requester within the time the type
// gives.
type Reopen struct{}

// Name implements [Command].
func (*Reopen) Name() core.CommandName { return "case.reopen" }

// Needs implements [Command].
func (*Reopen) Needs() core.Permission { return core.MayClose }

// Touches implements [Command].
func (*Reopen) Touches() []core.Aspect { return []core.Aspect{core.AspectStatus} }

// Apply implements [Command].
func (c *Reopen) Apply(_ context.Context, w *Work) error {
	if w.Case.IsOpen() {
		return core.Conflict("This case is open.")
	}
	to, ok := w.Type.Status(w.Type.Reopen.To)
	if !ok {
		return core.Conflict("Cases of this type cannot be reopened.")
	}
	w.SetStatus(to)
	w.Case.Outcome, w.Case.ClosedAt = "", time.Time{}
	w.Case.Reopened++
	if w.Type.Reopen.ClearAssignee {
		w.Case.Assignee = core.StaffID{}
	}
	w.Record(core.CaseReopened, nil)
	return nil
}

// AskAgain is a reopening by the requester, in time: case.reopen as the portal
// sends it.
type AskAgain struct {
	Reopen
}

// Needs implements [Command].
func (*AskAgain) Needs() core.Permission { return core.MayRequest }

// Apply implements [Command].
func (c *AskAgain) Apply(ctx context.Context, w *Work) error {
	if w.Case.ClosedAt.IsZero() {
		return core.Conflict("This case is open.")
	}
	calendar, _, err := w.Calendar(ctx)
	if err != nil {
		return err
	}
	if until := ReopenUntil(w.Case, w.Type, calendar); w.Now.After(until) {
		return core.Conflict("This case can no longer be reopened. Please raise a new one and mention %s.", w.Case.Ref)
	}
	return c.Reopen.Apply(ctx, w)
}

// ReopenUntil is until when the requester of a closed case may reopen it; the
// zero time when they may not.
func ReopenUntil(cs *core.Case, t *core.CaseType, calendar *core.Calendar) time.Time {
	if cs.ClosedAt.IsZero() || t.Reopen.Within.IsZero() {
		return time.Time{}
	}
	return t.Reopen.Within.After(cs.ClosedAt, calendar)
}
