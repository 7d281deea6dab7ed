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

// Over reports whether a case has ended for its requester: what they say now can
// reopen it no more, and begins a new one.
func Over(cs *core.Case, t *core.CaseType, calendar *core.Calendar, now time.Time) bool {
	if !cs.IsFinal() {
		return false
	}
	_, reopens := t.Status(t.Reopen.To)
	return !reopens || now.After(ReopenUntil(cs, t, calendar))
}

// Afterwards is the type of the case that a requester begins who writes to one
// of a type t that is over: the one t names, or t itself. Errors: conflict when
// neither is raised any more.
func (s *Service) Afterwards(ctx context.Context, t *core.CaseType) (*core.CaseType, error) {
	if key := t.Reopen.Afterwards; key != "" && key != t.Key {
		named, err := s.types.Published(ctx, key)
		if err == nil && !named.Retired {
			return named, nil
		}
		if err != nil && core.KindOf(err) != core.ErrNotFound {
			return nil, err
		}
	}
	if t.Retired {
		return nil, core.Conflict("Cases of this type are not raised any more.")
	}
	return t, nil
}
