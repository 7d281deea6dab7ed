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
	No                  int
	Title, Who, Group   string
	Brief, Outcome      []Line
	State               layout.Chip
	Created, Due, Ended time.Time
	EndedBy, Reason     string
	Required, Late      bool
	Complete, Cancel    string // addresses of their forms; "" where the reader may not
}

func tasksTab(o *opened, f facts) TasksTab {
	tab := TasksTab{Reduced: !o.full}
	if a, ok := actionFor(o, "task-add"); ok {
		tab.Add = &a
	}
	for _, t := range f.tasks {
		card := taskCard(o, t)
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
		State: taskChip(t.State), Created: t.CreatedAt, Due: t.DueAt, Ended: t.EndedAt, EndedBy: t.EndedBy, Reason: t.Reason,
		Required: t.Required, Late: t.State == core.TaskOpen && !t.DueAt.IsZero() && t.DueAt.Before(o.now),
	}
	if t.State != core.TaskOpen {
		return card
	}
	query := "?task=" + strconv.Itoa(t.No)
	card.Complete = o.url("act", "task-complete") + query // whose task it is not, the tab does not show or the command refuses
	if working(o) {
		card.Cancel = o.url("act", "task-cancel") + query
	}
	return card
}

func taskChip(s core.TaskState) layout.Chip {
	switch s {
	case core.TaskDone:
		return layout.Chip{Label: "Done", Icon: "ok", Tone: "good"}
	case core.TaskCancelled:
		return layout.Chip{Label: "Cancelled", Icon: "x"}
	}
	return layout.Chip{Label: "Open", Icon: "ring-open", Tone: "info"}
}
