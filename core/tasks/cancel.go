package tasks

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// maxReason bounds why a task was cancelled, in letters.
const maxReason = 500

// Cancel calls a task off, with the reason: task.cancel.
type Cancel struct {
	No     int    `json:"no"`
	Reason string `json:"reason"`
}

// Name implements [cases.Command].
func (*Cancel) Name() core.CommandName { return "task.cancel" }

// Needs implements [cases.Command].
func (*Cancel) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (*Cancel) Touches() []core.Aspect { return nil }

func (c *Cancel) of(no int) { ofTask(&c.No, no) }

// Apply implements [cases.Command].
func (c *Cancel) Apply(_ context.Context, w *cases.Work) error {
	task, err := taskOf(w, c.No)
	if err != nil {
		return err
	}
	reason, wrong := core.CleanLine(c.Reason, maxReason)
	switch {
	case wrong != "":
		return core.InvalidField("reason", "%s", wrong)
	case reason == "":
		return core.InvalidField("reason", "Say why the task is cancelled.")
	}
	if err := end(w, task, core.TaskCancelled, "", reason); err != nil {
		return err
	}
	w.Write(revokeIdle, w.Case.ID)
	w.Record(core.TaskCancelledEvent, about(*task))
	return nil
}

// cancelOpen is the consequence of a case's end, however it came: nothing is
// left to be done. A closing was refused if a required task was open, unless
// it was forced.
func cancelOpen(w *cases.Work, e core.Event) []cases.Command {
	for _, task := range Loaded(w) {
		if task.State == core.TaskOpen {
			return []cases.Command{cancelAll{e.Kind}}
		}
	}
	return nil
}

// cancelAll calls off every open task because of what happened to the case.
type cancelAll struct{ because core.EventKind }

// Name implements [cases.Command].
func (cancelAll) Name() core.CommandName { return "task.cancel" }

// Needs implements [cases.Command].
func (cancelAll) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (cancelAll) Touches() []core.Aspect { return nil }

var endings = map[core.EventKind]string{
	core.CaseClosed:    "The case was closed.",
	core.CaseCancelled: "The case was cancelled.",
	core.CaseWithdrawn: "The case was withdrawn.",
}

// Apply implements [cases.Command].
func (c cancelAll) Apply(_ context.Context, w *cases.Work) error {
	all := *loaded.Of(w)
	for i := range all {
		if all[i].State != core.TaskOpen {
			continue
		}
		if err := end(w, &all[i], core.TaskCancelled, "", endings[c.because]); err != nil {
			return err
		}
		w.Record(core.TaskCancelledEvent, core.About{"task": all[i].No, "type": all[i].Type, "because": c.because})
	}
	w.Write(revokeIdle, w.Case.ID)
	return nil
}
