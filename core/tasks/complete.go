package tasks

import (
	"context"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Complete says that a task is done, and what came of it: task.complete. Those
// who work the case may say so, and those the task was given to, who need no
// more of the case than the page of their task. A task that goes through a
// workflow of a plugin is done when that says so; those who work the case may
// end it by hand all the same.
type Complete struct {
	No      int    `json:"no"`
	Outcome string `json:"outcome,omitempty"`
}

// Name implements [cases.Command].
func (*Complete) Name() core.CommandName { return "task.complete" }

// Needs implements [cases.Command].
func (*Complete) Needs() core.Permission { return core.MayTask }

// Touches implements [cases.Command].
func (*Complete) Touches() []core.Aspect { return nil }

func (c *Complete) of(no int) { ofTask(&c.No, no) }

// Apply implements [cases.Command].
func (c *Complete) Apply(_ context.Context, w *cases.Work) error {
	task, err := taskOf(w, c.No)
	if err != nil {
		return err
	}
	if err := maySeeTo(w, task); err != nil {
		return err
	}
	kind, _ := w.Type.Task(task.Type)
	if err := apart(w, kind, w.By.StaffID()); err != nil {
		return err
	}
	if kind.Plugin() != "" && !works(w) {
		return core.Conflict("Task %d is done step by step, on its own page.", task.No)
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

// own is a command for one task that, given by the workflow of a task without
// saying which, is for that one.
type own interface{ of(no int) }

func ofTask(into *int, no int) {
	if *into == 0 {
		*into = no
	}
}

// works reports whether the actor works the case, or a plugin acts that was
// granted the command: then it needs nothing of the actor.
func works(w *cases.Work) bool { return w.By.Through != "" || w.Holds(core.MayWork) }

// maySeeTo refuses somebody whose task it is not, and who does not work the case.
func maySeeTo(w *cases.Work, task *core.Task) error {
	if !works(w) && !isGivenTo(w, task) {
		return core.Forbidden("This task was given to somebody else.")
	}
	return nil
}

// stillOpen refuses a task that has ended.
func stillOpen(task *core.Task) error {
	switch task.State {
	case core.TaskDone:
		return core.Conflict("Task %d is done already.", task.No)
	case core.TaskCancelled:
		return core.Conflict("Task %d was cancelled.", task.No)
	}
	return nil
}

func isGivenTo(w *cases.Work, task *core.Task) bool {
	me := w.By.StaffID()
	return !me.IsZero() && (task.Assignee == me || slices.Contains(w.Groups, task.Group))
}

// end takes an open task to one of the states it does not leave.
func end(w *cases.Work, task *core.Task, to core.TaskState, outcome, reason string) error {
	if err := stillOpen(task); err != nil {
		return err
	}
	task.State, task.EndedAt, task.Ender = to, w.HappenedAt, w.By.StaffID()
	w.Write(updateEnded, task.ID, to, outcome, reason, w.HappenedAt, w.By.StaffID().String())
	w.Write(updateStopped, task.ID, w.Now)
	return nil
}
