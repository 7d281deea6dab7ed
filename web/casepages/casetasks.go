package casepages

import (
	"strconv"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/layout"
)

// TasksTab is the work on a case that was given to somebody.
type TasksTab struct {
	Open, Ended []TaskCard
	Obstacles   []string // to closing the case
	Add         *Action
	Reduced     bool // only those of the reader are shown
}

// TaskCard is one task.
type TaskCard struct {
	No                    int
	Title, Who, Group     string
	Brief, Outcome        []Line
	State                 layout.Chip
	Created, DueAt, Ended time.Time
	EndedBy, Reason       string
	Required, Late        bool
	URL                   string // of its own page; "" where it is not for the reader
	Complete              string // addresses of their forms; "" where the reader may not
	Cancel, Assign, Due   string
	Return                string
	Target                *TargetView // how its due time came to be; nil without one
}

func tasksTab(o *opened, f facts) TasksTab {
	tab := TasksTab{Reduced: !o.full}
	if a, ok := actionFor(o, "task-add"); ok {
		tab.Add = &a
	}
	for _, t := range f.tasks {
		card := taskCard(o, t)
		if v, ok := f.ofTasks[t.No]; ok {
			card.Target = &v
		}
		if t.State == core.TaskOpen {
			tab.Open = append(tab.Open, card)
		} else {
			tab.Ended = append(tab.Ended, card)
		}
	}
	if o.full && !o.Case.IsFinal() {
		tab.Obstacles = tasks.Obstacles(o.Type, plain(f.tasks))
	}
	return tab
}

func taskCard(o *opened, t tasks.Item) TaskCard {
	card := TaskCard{
		No: t.No, Title: t.Title, Who: t.AssigneeName, Group: t.GroupName, Brief: linesOf(t.Brief, nil), Outcome: linesOf(t.Outcome, nil),
		State: taskChip(t.Task), Created: t.CreatedAt, DueAt: t.DueAt, Ended: t.EndedAt, EndedBy: t.EndedBy, Reason: t.Reason,
		Required: t.Required, Late: t.State == core.TaskOpen && !t.DueAt.IsZero() && t.DueAt.Before(o.now),
	}
	if o.MayDo(core.MayTask) {
		card.URL = taskURL(o.Case.Ref, t.No)
	}
	act := func(name string) string { return o.url("act", name) + "?task=" + strconv.Itoa(t.No) }
	if t.State == core.TaskDone && working(o) {
		card.Return = act("task-return")
	}
	if t.State != core.TaskOpen {
		return card
	}
	if kind, _ := o.Type.Task(t.Type); kind.Plugin() == "" {
		card.Complete = act("task-complete") // whose task it is not, the tab does not show or the command refuses
	}
	if working(o) {
		card.Cancel, card.Assign, card.Due = act("task-cancel"), act("task-assign"), act("task-due")
	}
	return card
}

// taskChip says how a task stands: in the words of its workflow, if it has any.
func taskChip(t core.Task) layout.Chip {
	switch {
	case t.State == core.TaskDone:
		return layout.Chip{Label: "Done", Icon: "ok", Tone: "good"}
	case t.State == core.TaskCancelled:
		return layout.Chip{Label: "Cancelled", Icon: "x"}
	case t.Status != "":
		return layout.Chip{Label: t.Status, Icon: "ring-half", Tone: "accent"}
	}
	return layout.Chip{Label: "Open", Icon: "ring-open", Tone: "info"}
}
