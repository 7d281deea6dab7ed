package targetpages

import (
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/editing"
)

// WithTaskTargets adds to the editor of tasks, if it is among the editors, what
// the due time of a task has like a target: pauses, reminders, a ladder, and
// what staff may do by hand.
func WithTaskTargets(editors []editing.Editor) []editing.Editor {
	out := slices.Clone(editors)
	for i, editor := range out {
		if editor.Section == "tasks" {
			out[i] = withTaskTarget(editor)
		}
	}
	return out
}

func withTaskTarget(inner editing.Editor) editing.Editor {
	out := inner
	out.Show = func(e *editing.Edit) (editing.Panel, error) {
		panel, err := inner.Show(e)
		if i := openTask(e); err == nil && i >= 0 {
			rule, at := e.Type.Tasks[i].Target(""), casetypes.At("tasks").And(i)
			panel.Groups = append(slices.Clip(panel.Groups), taskGroups(e, rule, at)...)
		}
		return panel, err
	}
	out.Change = func(e *editing.Edit) error {
		i := openTask(e)
		if err := inner.Change(e); err != nil || e.Do != "save" || i < 0 {
			return err
		}
		return takeTaskTarget(e, &e.Type.Tasks[i])
	}
	return out
}

// openTask is the place of the kind of task that is open, -1 for none.
func openTask(e *editing.Edit) int {
	return slices.IndexFunc(e.Type.Tasks, func(k core.TaskType) bool { return e.Item == "tasks/"+k.Key })
}

func taskGroups(e *editing.Edit, rule core.TargetRule, at casetypes.Path) []editing.Group {
	inputs := []editing.Input{
		e.TickBox("end_of_day", "Good for the whole of its last day", rule.Within.EndOfDay, at.And("within", "end_of_day")), pauseInput(e, rule, at),
	}
	return []editing.Group{
		{Title: "Its due time", About: "A task that has one is promised like a target of its case.", Inputs: append(inputs, stepInputs(e, rule, at)...)},
		{Title: "What staff may do to its due time by hand", Inputs: handInputs(e, rule, at)},
	}
}

func takeTaskTarget(e *editing.Edit, k *core.TaskType) error {
	rule := k.Target("")
	if err := takeTerms(e, &rule); err != nil {
		return err
	}
	k.Within.EndOfDay = e.On("end_of_day")
	if k.Within.Span.IsZero() {
		k.Within = core.Promise{}
	}
	k.Pause, k.Remind, k.Ladder, k.Extend, k.Forbid = rule.Pause, rule.Remind, rule.Ladder, rule.Extend, rule.Forbid
	return nil
}
