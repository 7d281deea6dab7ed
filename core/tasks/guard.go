package tasks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// maxNamed is how many tasks a sentence names before it says "and 3 more".
const maxNamed = 5

// refuseClosing is the guard on case.close.
func refuseClosing(w *cases.Work) error {
	obstacles := Obstacles(w.Type, Loaded(w))
	if len(obstacles) == 0 || cases.Forced(w) != "" {
		return nil
	}
	return core.Conflict("%s", strings.Join(obstacles, " "))
}

// Obstacles names, in a sentence each, what tasks stand in the way of closing a
// case that has these: for the guard, and for a page to show beforehand.
func Obstacles(t *core.CaseType, all []core.Task) []string {
	var out, open []string
	for _, task := range all {
		if task.State == core.TaskOpen && task.Required {
			open = append(open, "“"+task.Title+"”")
		}
	}
	switch n := len(open); {
	case n == 1:
		out = append(out, fmt.Sprintf("1 required task is open: %s.", open[0]))
	case n > 1:
		out = append(out, fmt.Sprintf("%d required tasks are open: %s.", n, listed(open)))
	}
	for _, kind := range t.Tasks {
		// An open one has just been named; once done, it counts.
		enough := count(all, kind.Key, func(task core.Task) bool {
			return task.State == core.TaskDone || task.State == core.TaskOpen && task.Required
		})
		if enough < kind.Limits.Min {
			out = append(out, fmt.Sprintf("“%s” must be done at least %s.", kind.Name, times(kind.Limits.Min)))
		}
	}
	return out
}

// refuseStage is the guard on case.change_stage: what a stage requires must
// have been done before.
func refuseStage(w *cases.Work) error {
	to, ok := cases.NextStage(w)
	if !ok {
		return nil // the command itself says so
	}
	var missing []string
	for _, key := range to.Requires.Tasks {
		if count(Loaded(w), key, func(task core.Task) bool { return task.State == core.TaskDone }) > 0 {
			continue
		}
		name := key
		if kind, ok := w.Type.Task(key); ok {
			name = kind.Name.String()
		}
		missing = append(missing, "“"+name+"”")
	}
	if len(missing) == 0 {
		return nil
	}
	return core.Conflict("%s must be done before the stage “%s”.", listed(missing), to.Name)
}

func count(all []core.Task, kind string, counts func(core.Task) bool) int {
	n := 0
	for _, task := range all {
		if task.Type == kind && counts(task) {
			n++
		}
	}
	return n
}

// listed writes "a, b and c", and stops after a few.
func listed(names []string) string {
	names = slices.Clone(names)
	if more := len(names) - maxNamed; more > 0 {
		names = append(names[:maxNamed], fmt.Sprintf("%d more", more))
	}
	if len(names) == 1 {
		return names[0]
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}
