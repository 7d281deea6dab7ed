package taskpages

import (
	"context"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/render"
)

// Line is one thing that happened to the task.
type Line struct {
	Icon  string
	Who   string
	Did   string // "asked for more time, until Fri 27 Nov 17:00"
	Words string // what was said
	At    time.Time
}

// history puts what happened to a task into words, the newest first.
func (p *Pages) history(ctx context.Context, o *tasks.Opened) ([]Line, error) {
	all, err := p.Tasks.History(ctx, o.Item)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range all {
		if e.Actor.Kind == core.ActorStaff {
			ids = append(ids, e.Actor.ID)
		}
		if id, _ := e.About["assignee"].(string); id != "" {
			ids = append(ids, id)
		}
	}
	names, err := p.People.NamesOf(ctx, ids...)
	if err != nil {
		return nil, err
	}
	groups := map[string]string{}
	if list, err := p.People.Groups(ctx); err == nil {
		for _, g := range list {
			groups[g.Key] = g.Name
		}
	} else {
		return nil, err
	}
	now := p.Cases.Clock().Now().In(p.Zone)
	out := make([]Line, 0, len(all))
	for i := len(all) - 1; i >= 0; i-- {
		e := all[i]
		icon, did := didWords(e, names, groups, now)
		out = append(out, Line{Icon: icon, Who: whoWords(e.Actor, names), Did: did, Words: e.Words, At: e.HappenedAt})
	}
	return out, nil
}

func whoWords(a core.Actor, names map[string]string) string {
	who := "Casement"
	switch a.Kind {
	case core.ActorStaff:
		if who = names[a.ID]; who == "" {
			who = "A colleague"
		}
	case core.ActorClient:
		who = "Another system"
	}
	if a.Through != "" {
		who += ", through " + a.Through
	}
	return who
}

func didWords(e tasks.Entry, names, groups map[string]string, now time.Time) (icon, did string) {
	word := func(name string) string { s, _ := e.About[name].(string); return s }
	moment := func(name string) string {
		at, err := time.Parse(time.RFC3339, word(name))
		if err != nil {
			return ""
		}
		return render.When(at.In(now.Location()), now)
	}
	holder := func() string {
		to := groups[word("group")]
		if name := names[word("assignee")]; name != "" {
			to = name + ", " + to
		}
		return strings.TrimSuffix(to, ", ")
	}
	switch e.Kind {
	case core.TaskAdded:
		return "plus", "gave out the task"
	case core.TaskCompleted:
		return "ok", "finished it"
	case core.TaskCancelledEvent:
		return "x", "cancelled it"
	case core.TaskMoved:
		if status := word("status"); status != "" {
			return "ring-half", "went on: " + status
		}
		return "ring-half", "went on"
	case core.TaskReturned:
		return "undo", "took it up again"
	case core.TaskClaimed:
		return "person", "claimed it"
	case core.TaskReleased:
		return "undo", "put it back for the group"
	case core.TaskAssigned:
		return "people", "gave it to " + holder()
	case core.TaskDueChanged:
		if due := moment("due_at"); due != "" {
			return "clock", "changed the due time to " + due
		}
		return "clock", "took the due time away"
	case core.TaskAsked:
		return "question", "asked"
	case core.TaskAnswered:
		return "message", "answered"
	case core.TaskTimeRequested:
		return "clock", "asked for more time, until " + moment("until")
	case core.TaskHandedBack:
		return "undo", "handed it back to " + holder()
	}
	return clockWords(e.Kind, moment("due_at"))
}

// clockWords says what became of the time that a task has, and by when it is
// due then.
func clockWords(kind core.EventKind, due string) (icon, did string) {
	until := func(did string) string {
		if due == "" {
			return did
		}
		return did + ", due " + due
	}
	switch kind {
	case core.TargetStarted:
		return "clock", until("began to count its time")
	case core.TargetSet, core.TargetMoved, core.TargetRecalculated:
		return "clock", until("counted its time anew")
	case core.TargetExtended:
		return "clock", until("gave it more time")
	case core.TargetPaused:
		return "pause", "stopped its clock"
	case core.TargetResumed:
		return "play", until("let its clock run on")
	case core.TaskReminded, core.TargetReminded:
		return "bell", "reminded of it"
	case core.TaskBreached, core.TargetBreached:
		return "warn", "found that it was not done in time"
	case core.TargetMet:
		return "ok", "found that it was done in time"
	case core.TargetCleared:
		return "x", "took its time away"
	}
	return "info", "recorded " + strings.ReplaceAll(string(kind), ".", " ")
}
