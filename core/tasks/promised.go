package tasks

import (
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Find finds a task of the case being changed, as its commands have left it so
// far, without brief, outcome and reason.
func Find(w *cases.Work, no int) (core.Task, bool) {
	task, err := taskOf(w, no)
	if err != nil {
		return core.Task{}, false
	}
	return *task, true
}

// SetDue gives a task the due time that its target has come to; zero for none.
// It records nothing: what happened to the target says it.
func SetDue(w *cases.Work, no int, due time.Time) {
	if task, err := taskOf(w, no); err == nil {
		task.DueAt = due
		w.Write(updateDue, task.ID, orNull(due))
	}
}
