package targets

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Tasks is what targets ask of the tasks of a case while it is changed.
type Tasks struct {
	// Find finds a task by its number, as the change has left it so far.
	Find func(w *cases.Work, no int) (core.Task, bool)
	// SetDue gives a task the due time of its target; zero for none.
	SetDue func(w *cases.Work, no int, due time.Time)
}

// KeepTasks gives every task with a due time a target like those of its case:
// with reminders, a breach, a ladder, pauses, extensions and a ledger, as the
// type of the task says. It is called after [Wire].
func KeepTasks(door *cases.Service, tasks Tasks) {
	door.Preload(func(r *cases.Reads) { books.Of(r.Work).tasks = &tasks })
	for _, kind := range []core.EventKind{
		core.TaskAdded, core.TaskCompleted, core.TaskCancelledEvent, core.TaskReturned, core.TaskDueChanged,
	} {
		door.On(kind, func(w *cases.Work, event core.Event) []cases.Command {
			books.Of(w).tasks = &tasks // a case that is raised just now has loaded nothing
			return []cases.Command{followTask{event}}
		})
	}
}

// followTask does what an event of a task means for its target:
// target.follow_task. It is a consequence and never sent by itself.
type followTask struct{ event core.Event }

// Name implements [cases.Command].
func (followTask) Name() core.CommandName { return "target.follow_task" }

// Needs implements [cases.Command].
func (followTask) Needs() core.Permission { return core.MayKeepTime }

// Touches implements [cases.Command].
func (followTask) Touches() []core.Aspect { return nil }

// Apply implements [cases.Command].
func (f followTask) Apply(ctx context.Context, w *cases.Work) error {
	no, _ := f.event.About["task"].(int)
	b := books.Of(w)
	task, found := b.tasks.Find(w, no)
	if !found || !w.Live() {
		return nil
	}
	k := b.find(core.TaskTarget(task.No, task.Type))
	switch f.event.Kind {
	case core.TaskAdded:
		return b.beginTask(ctx, w, task)
	case core.TaskDueChanged:
		return b.changeTask(ctx, w, k, task)
	case core.TaskReturned:
		if k == nil || k.StoppedAt.IsZero() {
			return nil
		}
		if err := b.quietly(ctx, w, k, core.Cause{Kind: core.CauseResumed}, f.event.Kind); err != nil {
			return err
		}
		return b.align(ctx, w, k)
	}
	if k == nil || !k.StoppedAt.IsZero() {
		return nil
	}
	cause := core.Cause{Kind: core.CauseMet}
	if f.event.Kind == core.TaskCancelledEvent {
		cause.Kind = core.CauseCleared
	}
	return b.quietly(ctx, w, k, cause, f.event.Kind)
}

// beginTask starts the target of a task that was just made: as its type says,
// or until the time that somebody chose.
func (b *book) beginTask(ctx context.Context, w *cases.Work, task core.Task) error {
	if task.DueAt.IsZero() || task.State != core.TaskOpen {
		return nil
	}
	calendar, _, err := w.Calendar(ctx)
	if err != nil {
		return err
	}
	kind, _ := w.Type.Task(task.Type)
	rule := kind.Target(core.TaskTarget(task.No, task.Type))
	if task.Type == "" {
		rule.Name = core.Plain(fmt.Sprintf("Task %d", task.No))
	}
	id, began := core.NewID[core.TargetID](), w.HappenedAt
	k := &kept{typeVersion: w.Type.Version, rule: rule, calendar: calendar}
	if !rule.Within.IsZero() && rule.Within.DueFrom(began, calendar).Equal(task.DueAt) {
		k.Target = core.NewTarget(id, w.Case.ID, rule, calendar, began)
	} else {
		k.Target = core.GivenTarget(id, w.Case.ID, rule, calendar, core.Cause{At: began, DueAt: task.DueAt, By: nameOf(w.By)})
	}
	b.targets = append(b.targets, k)
	b.save(w, k)
	k.tell(w, core.SystemActor(), began, core.TargetStarted, core.About{"starts_at": began, "because": core.TaskAdded})
	return b.align(ctx, w, k)
}

// changeTask follows a due time that was given to a task by hand.
func (b *book) changeTask(ctx context.Context, w *cases.Work, k *kept, task core.Task) error {
	switch {
	case k == nil:
		return b.beginTask(ctx, w, task)
	case task.DueAt.IsZero() && k.StoppedAt.IsZero():
		return b.quietly(ctx, w, k, core.Cause{Kind: core.CauseCleared, By: nameOf(w.By)}, core.TaskDueChanged)
	case task.DueAt.IsZero():
		return nil
	}
	if !k.StoppedAt.IsZero() {
		if err := b.quietly(ctx, w, k, core.Cause{Kind: core.CauseResumed}, core.TaskDueChanged); err != nil {
			return err
		}
	}
	return b.quietly(ctx, w, k, core.Cause{Kind: core.CauseSet, DueAt: task.DueAt, By: nameOf(w.By)}, core.TaskDueChanged)
}

// quietly lets a cause bear on the target of a task because of what happened to
// the task. What is recorded says so: the event of the task has told people.
func (b *book) quietly(ctx context.Context, w *cases.Work, k *kept, cause core.Cause, because core.EventKind) error {
	kinds := map[core.CauseKind]core.EventKind{
		core.CauseMet: core.TargetMet, core.CauseCleared: core.TargetCleared, core.CauseResumed: core.TargetResumed, core.CauseSet: core.TargetSet,
	}
	about := core.About{"because": because}
	if cause.Kind == core.CauseMet {
		about["late"] = k.State == core.StateBreached
	}
	_, err := b.apply(ctx, w, k, cause, kinds[cause.Kind], about)
	return err
}

// keepTask keeps the due time of a task with that of its target. A task whose
// clock stands still keeps the one it had.
func (b *book) keepTask(w *cases.Work, k *kept, no int) {
	if b.tasks == nil || !k.StoppedAt.IsZero() && k.State != core.StateCleared || k.State == core.StatePaused {
		return
	}
	task, found := b.tasks.Find(w, no)
	if due := k.DueAt; found && task.State == core.TaskOpen {
		if k.State == core.StateCleared {
			due = time.Time{}
		}
		if !task.DueAt.Equal(due) {
			b.tasks.SetDue(w, no, due)
		}
	}
}
