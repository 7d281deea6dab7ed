package notifications

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/tasks"
)

// toldTask is the task that an event is about, as it stands; nil when it is
// about none.
func (h *hearing) toldTask(ctx context.Context, e core.Recorded) (*tasks.Told, error) {
	no := number(e, "task")
	if no == 0 || h.o.Tasks == nil {
		return nil, nil
	}
	task, err := h.o.Tasks.Told(ctx, e, no)
	if core.KindOf(err) == core.ErrNotFound {
		return nil, nil
	}
	return &task, err
}

// receiver is whoever has the task of an event; its group while nobody there
// has. Once it is ended, or handed on, there is nothing more to tell them.
func (h *hearing) receiver(ctx context.Context, e core.Recorded) ([]recipient, error) {
	task, err := h.toldTask(ctx, e)
	if err != nil {
		return nil, err
	}
	if task == nil {
		h.leaves("", "there is no such task")
		return nil, nil
	}
	if task.State != core.TaskOpen && e.Kind != core.TaskCancelledEvent {
		h.leaves("", "the task has ended")
		return nil, nil
	}
	if _, given := e.About["assignee"]; given {
		if then, _ := core.ParseID[core.StaffID](fact(e, "assignee")); then != task.Assignee {
			return nil, nil // handed on since: whoever has it now is told of that
		}
	}
	h.needs = core.MayTask // they may hold nothing else
	defer func() { h.needs = "" }()
	var out []recipient
	if task.Assignee.IsZero() {
		out, err = h.team(ctx, e, task.Group)
		out = because(out, "is in the group of the task, which nobody has claimed")
	} else {
		var u *core.StaffUser
		u, err = h.user(ctx, task.Assignee)
		out = because(h.ifSees(e, u), "has the task")
	}
	for i := range out {
		out[i].receives = true
	}
	return out, err
}

// receiverData is what whoever has a task is told: what its page shows at least.
// They may have no other business with the case, so it names nobody, and says
// what the case is about only where the task's type does.
func (h *hearing) receiverData(ctx context.Context, e core.Recorded, r recipient) (messages.Data, error) {
	if err := h.readOrganisation(ctx); err != nil {
		return nil, err
	}
	task, err := h.toldTask(ctx, e)
	if err != nil {
		return nil, err
	}
	o := h.organisation
	about := map[string]any{"reference": string(h.cs.Ref), "type": h.t.Name.In(r.language)}
	d := messages.Data{
		"organisation": map[string]any{"name": o.Name, "phone": o.Telephone, "hours": o.Hours, "email": o.Email, "link": o.Home},
		"recipient":    map[string]any{"name": r.name},
		"case":         about,
	}
	if actor, err := h.user(ctx, e.Actor.StaffID()); err != nil {
		return nil, err
	} else if actor != nil {
		d["actor"] = map[string]any{"name": actor.Name}
	}
	if task == nil {
		return d, nil
	}
	if kind, _ := h.t.Task(task.Type); slices.Contains(kind.Shows, core.ShowSubject) {
		about["subject"] = h.cs.Subject
	}
	d["task"] = h.taskData(e, *task)
	return d, nil
}

// taskData is a task in a letter to staff.
func (h *hearing) taskData(e core.Recorded, task tasks.Told) map[string]any {
	out := map[string]any{
		"title": task.Title, "text": task.Words, "due": h.moment(task.DueAt), "unclaimed": task.Assignee.IsZero(),
		"link": fmt.Sprintf("%s/cases/%s/tasks/%d", h.o.BaseURL, h.cs.Ref, task.No),
	}
	if until, err := time.Parse(time.RFC3339, fact(e, "until")); err == nil {
		out["until"] = h.moment(until)
	}
	return out
}
