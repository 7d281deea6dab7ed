package tasks

import (
	"context"
	"strconv"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Bounds of the tasks of one case.
const (
	maxTasks = 200
	maxTitle = 200 // letters
)

// Add gives somebody a task on the case: task.add. It is of one of the type's
// task types, or made by hand with a title.
type Add struct {
	Type     string       `json:"type,omitempty"`
	Title    string       `json:"title,omitempty"` // the type's name when empty
	Brief    string       `json:"brief,omitempty"`
	Group    string       `json:"group,omitempty"`    // the type's first, or the case's, when empty
	Assignee core.StaffID `json:"assignee,omitzero"`  // somebody of the group; nobody when zero
	DueAt    time.Time    `json:"due_at,omitzero"`    // as the type says when zero
	Optional bool         `json:"optional,omitempty"` // by hand: closing the case cancels it instead of being refused

	automatic bool // made by the case's raising, not by whoever raised it
	receiver  *receiver
	isGroup   bool
}

// Name implements [cases.Command].
func (*Add) Name() core.CommandName { return "task.add" }

// Needs implements [cases.Command].
func (*Add) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (*Add) Touches() []core.Aspect { return nil }

// Apply implements [cases.Command].
func (a *Add) Apply(ctx context.Context, w *cases.Work) error {
	task, err := a.task(ctx, w)
	if err != nil {
		return err
	}
	*loaded.Of(w) = append(*loaded.Of(w), task)
	w.Write(insertTask, task.ID, task.CaseID, task.No, task.Type, task.Title, task.Brief, task.State, task.Group,
		task.Assignee, task.Required, task.Cancelable, orNull(task.DueAt), task.CreatedAt)
	grant(w, task, a.receiver)
	if a.automatic {
		w.RecordAs(core.SystemActor(), w.HappenedAt, core.TaskAdded, about(task))
		return nil
	}
	w.Record(core.TaskAdded, about(task))
	w.Made("task", strconv.Itoa(task.No))
	return nil
}

func about(task core.Task) core.About { return core.About{"task": task.No, "type": task.Type} }

// task checks what was asked for and fills in the rest from the task type.
func (a *Add) task(ctx context.Context, w *cases.Work) (core.Task, error) {
	none := core.Task{}
	kind, known := w.Type.Task(a.Type)
	title, wrongTitle := core.CleanLine(a.Title, maxTitle)
	brief, wrongBrief := core.CleanLines(a.Brief, core.MaxNote)
	if title == "" {
		title = kind.Name.String()
	}
	switch {
	case w.Case.IsFinal():
		return none, core.Conflict("This case is closed. Reopen it first.")
	case a.Type != "" && !known:
		return none, core.InvalidField("type", "Choose one of the listed kinds of task.")
	case wrongTitle != "":
		return none, core.InvalidField("title", "%s", wrongTitle)
	case wrongBrief != "":
		return none, core.InvalidField("brief", "%s", wrongBrief)
	case title == "":
		return none, core.InvalidField("title", "Say in a few words what is to be done.")
	}
	if err := checkRoom(w, kind); err != nil {
		return none, err
	}
	group, assignee, err := a.receives(w, kind)
	if err != nil {
		return none, err
	}
	due, err := a.due(ctx, w, kind)
	if err != nil {
		return none, err
	}
	cancelable := kind.Cancelable || a.Type == "" && a.Optional
	return core.Task{
		ID: core.NewID[core.TaskID](), CaseID: w.Case.ID, No: nextNo(w), Type: a.Type, Title: title, Brief: brief,
		State: core.TaskOpen, Group: group, Assignee: assignee, Required: !cancelable, Cancelable: cancelable,
		DueAt: due, CreatedAt: w.HappenedAt,
	}, nil
}

func checkRoom(w *cases.Work, kind core.TaskType) error {
	all := Loaded(w)
	if len(all) >= maxTasks {
		return core.Conflict("A case can have %d tasks at most.", maxTasks)
	}
	if kind.Limits.Max == 0 {
		return nil
	}
	n := 0
	for _, t := range all {
		if t.Type == kind.Key && t.State != core.TaskCancelled {
			n++
		}
	}
	if n >= kind.Limits.Max {
		return core.Conflict("A case can have “%s” %s at most, and this one has.", kind.Name, times(kind.Limits.Max))
	}
	return nil
}

func nextNo(w *cases.Work) int {
	if all := Loaded(w); len(all) > 0 {
		return all[len(all)-1].No + 1
	}
	return 1
}

func (a *Add) due(ctx context.Context, w *cases.Work, kind core.TaskType) (time.Time, error) {
	due, err := dueAt(w, a.DueAt)
	if err != nil || !due.IsZero() || kind.Within.IsZero() {
		return due, err
	}
	calendar, _, err := w.Calendar(ctx)
	if err != nil {
		return time.Time{}, err
	}
	return kind.Within.DueFrom(w.HappenedAt, calendar), nil
}

// dueAt checks a due time that somebody chose; the zero time is none.
func dueAt(w *cases.Work, at time.Time) (time.Time, error) {
	switch {
	case at.IsZero():
		return time.Time{}, nil
	case !at.After(w.Now):
		return time.Time{}, core.InvalidField("due_at", "A task must be due in the future.")
	case at.After(w.Now.AddDate(10, 0, 0)):
		return time.Time{}, core.InvalidField("due_at", "A task must be due within ten years.")
	}
	return at.UTC().Truncate(time.Microsecond), nil
}

// addAutomatic is the consequence of raising a case: the tasks its type makes
// then. A case that was imported had its tasks elsewhere.
func addAutomatic(w *cases.Work, _ core.Event) []cases.Command {
	if !w.Live() {
		return nil
	}
	var out []cases.Command
	for _, kind := range w.Type.Tasks {
		if kind.WhenRaised {
			out = append(out, &Add{Type: kind.Key, automatic: true})
		}
	}
	return out
}
