package tasks

import (
	"context"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Complete says that a task is done, and what came of it: task.complete. Those
// who work the case may say so, and those the task was given to, who need no
// more of the case than to look at it.
type Complete struct {
	No      int    `json:"no"`
	Outcome string `json:"outcome,omitempty"`
}

// Name implements [cases.Command].
func (*Complete) Name() core.CommandName { return "task.complete" }

// Needs implements [cases.Command].
func (*Complete) Needs() core.Permission { return core.MayEnquire }

// Touches implements [cases.Command].
func (*Complete) Touches() []core.Aspect { return nil }

// Apply implements [cases.Command].
func (c *Complete) Apply(_ context.Context, w *cases.Work) error {
	task, err := taskOf(w, c.No)
	if err != nil {
		return err
	}
	if !w.Holds(core.MayWork) && !isGivenTo(w, task) {
		return core.Forbidden("This task was given to somebody else.")
	}
	outcome, wrong := core.CleanLines(c.Outcome, core.MaxNote)
	if wrong != "" {
		return core.InvalidField("outcome", "%s", wrong)
	}
	if err := end(w, task, core.TaskDone, outcome, ""); err != nil {
		return err
	}
	w.Record(core.TaskCompleted, about(*task))
	return nil
}

func isGivenTo(w *cases.Work, task *core.Task) bool {
	me := w.By.StaffID()
	return !me.IsZero() && (task.Assignee == me || slices.Contains(w.Groups, task.Group))
}

// end takes an open task to one of the states it does not leave.
func end(w *cases.Work, task *core.Task, to core.TaskState, outcome, reason string) error {
	switch task.State {
	case core.TaskDone:
		return core.Conflict("Task %d is done already.", task.No)
	case core.TaskCancelled:
		return core.Conflict("Task %d was cancelled.", task.No)
	}
	task.State, task.EndedAt = to, w.HappenedAt
	w.Write(updateEnded, task.ID, to, outcome, reason, w.HappenedAt, w.By.StaffID().String())
	return nil
}
