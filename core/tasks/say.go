package tasks

import (
	"context"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// maxWords bounds what is said about a task at a time, in letters.
const maxWords = 2_000

// Ask asks the case manager something about a task, or, given by somebody who
// works the case and does not have the task, answers: task.ask. The words stand
// on the task's page, for both.
type Ask struct {
	No   int    `json:"no"`
	Body string `json:"body"`
}

// Name implements [cases.Command].
func (*Ask) Name() core.CommandName { return "task.ask" }

// Needs implements [cases.Command].
func (*Ask) Needs() core.Permission { return core.MayTask }

// Touches implements [cases.Command].
func (*Ask) Touches() []core.Aspect { return nil }

func (c *Ask) of(no int) { ofTask(&c.No, no) }

// Apply implements [cases.Command].
func (c *Ask) Apply(_ context.Context, w *cases.Work) error {
	task, body, err := said(w, c.No, "body", c.Body, "Write what you want to say first.")
	if err != nil {
		return err
	}
	kind := core.TaskAsked
	if !isGivenTo(w, task) {
		kind = core.TaskAnswered
	}
	say(w, task, kind, about(*task), body)
	return nil
}

// RequestTime asks the case manager for more time, with the reason:
// task.request_time. The due time stays until they change it.
type RequestTime struct {
	No     int       `json:"no"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
}

// Name implements [cases.Command].
func (*RequestTime) Name() core.CommandName { return "task.request_time" }

// Needs implements [cases.Command].
func (*RequestTime) Needs() core.Permission { return core.MayTask }

// Touches implements [cases.Command].
func (*RequestTime) Touches() []core.Aspect { return nil }

func (c *RequestTime) of(no int) { ofTask(&c.No, no) }

// Apply implements [cases.Command].
func (c *RequestTime) Apply(_ context.Context, w *cases.Work) error {
	task, reason, err := said(w, c.No, "reason", c.Reason, "Say why you need more time.")
	if err != nil {
		return err
	}
	until, err := dueAt(w, c.Until)
	switch {
	case err != nil:
		return core.InvalidField("until", "Choose a day in the future, within ten years.")
	case until.IsZero():
		return core.InvalidField("until", "Say until when.")
	case !task.DueAt.IsZero() && !until.After(task.DueAt):
		return core.InvalidField("until", "The task is not due before then anyway.")
	}
	at := about(*task)
	at["until"] = until
	say(w, task, core.TaskTimeRequested, at, reason)
	return nil
}

// Return takes a task that is done up again, with the reason: task.return. Those
// who work the case may say so, and whoever ended it. Its workflow hears of it,
// and the reason, before anything else.
type Return struct {
	No     int    `json:"no"`
	Reason string `json:"reason"`
}

// Name implements [cases.Command].
func (*Return) Name() core.CommandName { return "task.return" }

// Needs implements [cases.Command].
func (*Return) Needs() core.Permission { return core.MayTask }

// Touches implements [cases.Command].
func (*Return) Touches() []core.Aspect { return nil }

// Apply implements [cases.Command].
func (c *Return) Apply(_ context.Context, w *cases.Work) error {
	task, err := taskOf(w, c.No)
	if err != nil {
		return err
	}
	reason, wrong := core.CleanLines(c.Reason, maxWords)
	me := w.By.StaffID()
	switch {
	case !works(w) && (me.IsZero() || task.Ender != me):
		return core.Forbidden("Only those who work the case, and whoever ended the task, can take it up again.")
	case wrong != "":
		return core.InvalidField("reason", "%s", wrong)
	case reason == "":
		return core.InvalidField("reason", "Say what is to be corrected.")
	case task.State != core.TaskDone:
		return core.Conflict("Task %d is not done.", task.No)
	case w.Case.IsFinal():
		return core.Conflict("This case is closed. Reopen it first.")
	}
	task.State, task.EndedAt, task.Ender = core.TaskOpen, time.Time{}, core.StaffID{}
	w.Write(updateReturned, task.ID)
	w.Write(updateToReturn, task.ID, reason, w.Now)
	grant(w, *task, nil)
	say(w, task, core.TaskReturned, about(*task), reason)
	return nil
}

// said checks words about an open task, from those who may say any.
func said(w *cases.Work, no int, field, words, missing string) (*core.Task, string, error) {
	task, err := taskOf(w, no)
	if err != nil {
		return nil, "", err
	}
	if err := maySeeTo(w, task); err != nil {
		return nil, "", err
	}
	if err := stillOpen(task); err != nil {
		return nil, "", err
	}
	clean, wrong := core.CleanLines(words, maxWords)
	switch {
	case wrong != "":
		return nil, "", core.InvalidField(field, "%s", wrong)
	case clean == "":
		return nil, "", core.InvalidField(field, "%s", missing)
	}
	return task, clean, nil
}

// say records an event about a task and keeps the words that belong to it.
func say(w *cases.Work, task *core.Task, kind core.EventKind, about core.About, words string) {
	w.Record(kind, about)
	w.Write(insertWords, w.Case.ID, w.Case.Version, task.ID, words)
}
