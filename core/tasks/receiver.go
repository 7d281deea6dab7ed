package tasks

import (
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
)

// receiver is the active staff user whom a task is to go to.
type receiver struct {
	Name   string
	Groups []string
}

// maxGroupKey bounds what is looked up as a group, in letters.
const maxGroupKey = 60

// Load implements [cases.Loader].
func (a *Add) Load(r *cases.Reads) {
	if !a.Assignee.IsZero() {
		cases.ReadAll(r, selectReceiver, []any{a.Assignee}, func(found []receiver) {
			if len(found) > 0 {
				a.receiver = &found[0]
			}
		})
	}
	if key, wrong := core.CleanLine(a.Group, maxGroupKey); wrong == "" && key != "" {
		r.Query(selectGroup, []any{key}, func(rows pgx.Rows) error {
			found, err := pgx.CollectRows(rows, pgx.RowTo[string])
			a.isGroup = len(found) > 0 && found[0] == a.Group
			return err
		})
	}
}

// receives says who gets the task: whom the command names, if they may have
// it, or else the first the type names.
func (a *Add) receives(w *cases.Work, kind core.TaskType) (group string, assignee core.StaffID, err error) {
	allowed := groupsFor(w, kind)
	switch {
	case a.Group != "" && !a.isGroup:
		return "", assignee, core.InvalidField("group", "There is no such group.")
	case a.Group != "" && len(kind.AssignTo) > 0 && !slices.Contains(allowed, a.Group):
		return "", assignee, core.InvalidField("group", "Tasks of this kind do not go to this group.")
	case !a.Assignee.IsZero():
		return a.receivesAs(w, kind, allowed)
	case a.Group != "":
		return a.Group, assignee, nil
	case len(kind.AssignTo) > 0 && kind.AssignTo[0] == casetypes.Manager:
		return w.Case.Group, managing(w, kind), nil
	}
	return allowed[0], assignee, nil
}

// receivesAs finds the group as whose member the named person gets the task.
func (a *Add) receivesAs(w *cases.Work, kind core.TaskType, allowed []string) (string, core.StaffID, error) {
	if a.receiver == nil {
		return "", a.Assignee, core.InvalidField("assignee", "Choose somebody who works here.")
	}
	if apart(w, kind, a.Assignee) != nil {
		return "", a.Assignee, core.InvalidField("assignee", "Choose somebody else: who had another task of this case may not have this one.")
	}
	if a.Group != "" {
		allowed = []string{a.Group}
	} else if len(kind.AssignTo) == 0 {
		allowed = append(allowed, a.receiver.Groups...)
	}
	for _, group := range allowed {
		if slices.Contains(a.receiver.Groups, group) {
			return group, a.Assignee, nil
		}
	}
	return "", a.Assignee, core.InvalidField("assignee", "Choose somebody of the group the task goes to.")
}

// groupsFor lists the groups that tasks of a kind go to, never none; the group
// of the case stands for its manager.
func groupsFor(w *cases.Work, kind core.TaskType) []string {
	out := slices.Clone(kind.AssignTo)
	for i, group := range out {
		if group == casetypes.Manager {
			out[i] = w.Case.Group
		}
	}
	if len(out) == 0 {
		out = []string{w.Case.Group}
	}
	return out
}

// grant opens the case to whom the task was given, if their duties do not open
// it for good: to the one person named, or else to the group. How far it is
// opened is said by the type of the task: to the page of the task alone, or to
// what its requester could see too.
func grant(w *cases.Work, task core.Task, to *receiver) {
	opens := func(group string) bool {
		return w.Case.Confidentiality == core.Normal && slices.Contains(w.Type.Groups[core.DutyManage], group)
	}
	why := core.AccessBrief
	if kind, _ := w.Type.Task(task.Type); slices.Contains(kind.Shows, core.ShowCase) {
		why = core.AccessTask
	}
	switch {
	case task.Assignee.IsZero() && !opens(task.Group):
		w.Write(grantAccess, "group", task.Group, w.Case.ID, why, w.Now)
	case !task.Assignee.IsZero() && (to == nil || !slices.ContainsFunc(to.Groups, opens)):
		w.Write(grantAccess, "staff", task.Assignee.String(), w.Case.ID, why, w.Now)
	}
}
