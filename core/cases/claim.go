package cases

import (
	"context"
	"slices"

	"github.com/casement-dev/casement/core"
)

// Claim takes an unassigned case: case.claim.
type Claim struct{}

// Name implements [Command].
func (Claim) Name() core.CommandName { return "case.claim" }

// Needs implements [Command].
func (Claim) Needs() core.Permission { return core.MayWork }

// Touches implements [Command].
func (Claim) Touches() []core.Aspect { return []core.Aspect{core.AspectAssignee} }

// Apply implements [Command].
func (Claim) Apply(_ context.Context, w *Work) error {
	me := w.By.StaffID()
	if me.IsZero() {
		return core.Forbidden("Only a staff user can claim a case.")
	}
	if !w.Case.Assignee.IsZero() {
		if w.Case.Assignee == me {
			return core.Conflict("You have this case already.")
		}
		return core.Conflict("Somebody else has claimed this case.")
	}
	if w.Case.IsFinal() {
		return core.Conflict("This case is closed. Reopen it first.")
	}
	w.Case.Assignee = me
	w.noteOpened()
	w.Record(core.CaseClaimed, nil)
	return nil
}

// Release puts a case back for its group to claim: case.release.
type Release struct{}

// Name implements [Command].
func (Release) Name() core.CommandName { return "case.release" }

// Needs implements [Command].
func (Release) Needs() core.Permission { return core.MayWork }

// Touches implements [Command].
func (Release) Touches() []core.Aspect { return []core.Aspect{core.AspectAssignee} }

// Apply implements [Command].
func (Release) Apply(_ context.Context, w *Work) error {
	if w.Case.Assignee.IsZero() {
		return core.Conflict("Nobody has this case.")
	}
	if w.Case.Assignee != w.By.StaffID() && !w.Holds(core.MayReassign) {
		return core.Forbidden("Only its case manager, or somebody who may reassign, can release this case.")
	}
	w.Case.Assignee = core.StaffID{}
	w.Record(core.CaseReleased, nil)
	return nil
}

// StartWork claims the case and sets the first open status in one step:
// case.start_work. The requester is told who has it.
type StartWork struct{}

// Name implements [Command].
func (StartWork) Name() core.CommandName { return "case.start_work" }

// Needs implements [Command].
func (StartWork) Needs() core.Permission { return core.MayWork }

// Touches implements [Command].
func (StartWork) Touches() []core.Aspect {
	return []core.Aspect{core.AspectAssignee, core.AspectStatus}
}

// Apply implements [Command].
func (StartWork) Apply(_ context.Context, w *Work) error {
	me := w.By.StaffID()
	if me.IsZero() {
		return core.Forbidden("Only a staff user can start work on a case.")
	}
	if !w.Case.Assignee.IsZero() && w.Case.Assignee != me {
		return core.Conflict("Somebody else has this case.")
	}
	if w.Case.StatusKind != core.StatusStart {
		return core.Conflict("Work on this case has begun already.")
	}
	moves := w.Type.Moves(w.Case.Status)
	i := slices.IndexFunc(moves, func(s core.Status) bool { return s.Kind == core.StatusOpen })
	if i < 0 {
		return core.Conflict("There is no open status that this case may move to.")
	}
	w.Case.Assignee = me
	w.noteOpened()
	w.SetStatus(moves[i])
	w.Record(core.WorkStarted, nil)
	return nil
}

// Open notes that staff have looked at a case for the first time: case.open.
// The console sends it by itself; it stops a case from standing among those
// that nobody has opened yet.
type Open struct{}

// Name implements [Command].
func (Open) Name() core.CommandName { return "case.open" }

// Needs implements [Command].
func (Open) Needs() core.Permission { return core.MayWork }

// Touches implements [Command].
func (Open) Touches() []core.Aspect { return nil }

// Apply implements [Command].
func (Open) Apply(_ context.Context, w *Work) error {
	if w.Case.OpenedAt.IsZero() {
		w.noteOpened()
		w.Record(core.CaseOpened, nil)
	}
	return nil
}

// noteOpened says that staff have looked at the case, if nobody had: whoever
// takes a case has.
func (w *Work) noteOpened() {
	if w.Case.OpenedAt.IsZero() {
		w.Case.OpenedAt = w.HappenedAt
	}
}
