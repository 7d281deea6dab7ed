package tasks

import (
	"context"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
)

// Claim takes a task of one's group that nobody has: task.claim.
type Claim struct {
	No int `json:"no"`
}

// Name implements [cases.Command].
func (*Claim) Name() core.CommandName { return "task.claim" }

// Needs implements [cases.Command].
func (*Claim) Needs() core.Permission { return core.MayTask }

// Touches implements [cases.Command].
func (*Claim) Touches() []core.Aspect { return nil }

// Apply implements [cases.Command].
func (c *Claim) Apply(_ context.Context, w *cases.Work) error {
	task, err := taskOf(w, c.No)
	if err != nil {
		return err
	}
	if err := stillOpen(task); err != nil {
		return err
	}
	me := w.By.StaffID()
	switch {
	case !me.IsZero() && task.Assignee == me:
		return nil
	case me.IsZero() || !slices.Contains(w.Groups, task.Group):
		return core.Forbidden("Only members of the group that has the task can claim it.")
	case !task.Assignee.IsZero():
		return core.Conflict("A colleague has claimed task %d already.", task.No)
	}
	kind, _ := w.Type.Task(task.Type)
	if err := apart(w, kind, me); err != nil {
		return err
	}
	give(w, task, task.Group, me, &receiver{Groups: w.Groups}) // colleagues see who has it, and step in
	w.Record(core.TaskClaimed, about(*task))
	return nil
}

// Release puts a task back for its group to claim: task.release.
type Release struct {
	No int `json:"no"`
}

// Name implements [cases.Command].
func (*Release) Name() core.CommandName { return "task.release" }

// Needs implements [cases.Command].
func (*Release) Needs() core.Permission { return core.MayTask }

// Touches implements [cases.Command].
func (*Release) Touches() []core.Aspect { return nil }

func (c *Release) of(no int) { ofTask(&c.No, no) }

// Apply implements [cases.Command].
func (c *Release) Apply(_ context.Context, w *cases.Work) error {
	task, err := taskOf(w, c.No)
	if err != nil {
		return err
	}
	if err := stillOpen(task); err != nil {
		return err
	}
	if !works(w) && (task.Assignee.IsZero() || task.Assignee != w.By.StaffID()) {
		return core.Forbidden("Only whoever has the task, or works the case, can release it.")
	}
	if task.Assignee.IsZero() {
		return nil
	}
	hold(w, task, task.Group, core.StaffID{}, nil)
	w.Record(core.TaskReleased, about(*task))
	return nil
}

// Assign gives an open task to a group, or to a person there: task.assign. The
// rule of who may have tasks of its type is that of [Add]. A workflow that says
// no number means its own task.
type Assign struct {
	No       int          `json:"no"`
	Group    string       `json:"group,omitempty"`   // "manager" is whoever holds the case
	Assignee core.StaffID `json:"assignee,omitzero"` // somebody of the group; nobody when zero

	to Add // reads the receiver, and knows the rule
}

// Name implements [cases.Command].
func (*Assign) Name() core.CommandName { return "task.assign" }

// Needs implements [cases.Command].
func (*Assign) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (*Assign) Touches() []core.Aspect { return nil }

func (c *Assign) of(no int) { ofTask(&c.No, no) }

// Load implements [cases.Loader].
func (c *Assign) Load(r *cases.Reads) {
	c.to = Add{Group: c.Group, Assignee: c.Assignee}
	c.to.Load(r)
}

// Apply implements [cases.Command].
func (c *Assign) Apply(_ context.Context, w *cases.Work) error {
	task, err := taskOf(w, c.No)
	if err != nil {
		return err
	}
	if err := stillOpen(task); err != nil {
		return err
	}
	kind, _ := w.Type.Task(task.Type)
	group, assignee, to := w.Case.Group, managing(w, kind), c.to.receiver
	switch {
	case c.Group == "" && c.Assignee.IsZero():
		return core.InvalidField("group", "Choose a group or a person.")
	case c.Group == casetypes.Manager && c.Assignee.IsZero():
	default:
		if group, assignee, err = c.to.receives(w, kind); err != nil {
			return err
		}
	}
	if group == task.Group && assignee == task.Assignee {
		return nil
	}
	hold(w, task, group, assignee, to)
	at := about(*task)
	at["group"], at["assignee"] = group, assignee
	w.Record(core.TaskAssigned, at)
	return nil
}

// HandBack gives a task back, with the reason: task.hand_back. One that
// somebody has goes back to their group; one of the group to the case manager.
type HandBack struct {
	No     int    `json:"no"`
	Reason string `json:"reason"`
}

// Name implements [cases.Command].
func (*HandBack) Name() core.CommandName { return "task.hand_back" }

// Needs implements [cases.Command].
func (*HandBack) Needs() core.Permission { return core.MayTask }

// Touches implements [cases.Command].
func (*HandBack) Touches() []core.Aspect { return nil }

func (c *HandBack) of(no int) { ofTask(&c.No, no) }

// Apply implements [cases.Command].
func (c *HandBack) Apply(_ context.Context, w *cases.Work) error {
	task, reason, err := said(w, c.No, "reason", c.Reason, "Say why you hand the task back.")
	if err != nil {
		return err
	}
	group, assignee := task.Group, core.StaffID{}
	if task.Assignee.IsZero() {
		kind, _ := w.Type.Task(task.Type)
		group, assignee = w.Case.Group, managing(w, kind)
		if group == task.Group && assignee.IsZero() {
			return core.Conflict("The task is with the group that has the case, and with nobody there. Ask a colleague to claim it.")
		}
	}
	hold(w, task, group, assignee, nil)
	at := about(*task)
	at["group"], at["assignee"] = group, assignee
	say(w, task, core.TaskHandedBack, at, reason)
	return nil
}

// hold gives a task to a group, or somebody there, and opens the case to them
// as far as the task needs. Those whose last task it was lose their access.
func hold(w *cases.Work, task *core.Task, group string, assignee core.StaffID, to *receiver) {
	give(w, task, group, assignee, to)
	w.Write(revokeIdle, w.Case.ID)
}

func give(w *cases.Work, task *core.Task, group string, assignee core.StaffID, to *receiver) {
	task.Group, task.Assignee = group, assignee
	w.Write(updateHolder, task.ID, group, assignee)
	grant(w, *task, to)
}

// ChangeDue gives an open task another due time, or none: task.change_due.
type ChangeDue struct {
	No    int       `json:"no"`
	DueAt time.Time `json:"due_at,omitzero"`
}

// Name implements [cases.Command].
func (*ChangeDue) Name() core.CommandName { return "task.change_due" }

// Needs implements [cases.Command].
func (*ChangeDue) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (*ChangeDue) Touches() []core.Aspect { return nil }

func (c *ChangeDue) of(no int) { ofTask(&c.No, no) }

// Apply implements [cases.Command].
func (c *ChangeDue) Apply(_ context.Context, w *cases.Work) error {
	task, err := taskOf(w, c.No)
	if err != nil {
		return err
	}
	if err := stillOpen(task); err != nil {
		return err
	}
	due, err := dueAt(w, c.DueAt)
	if err != nil {
		return err
	}
	if due.Equal(task.DueAt) {
		return nil
	}
	at := about(*task)
	if !task.DueAt.IsZero() {
		at["was_due_at"] = task.DueAt
	}
	if !due.IsZero() {
		at["due_at"] = due
	}
	task.DueAt = due
	w.Write(updateDue, task.ID, orNull(due))
	w.Record(core.TaskDueChanged, at)
	return nil
}
