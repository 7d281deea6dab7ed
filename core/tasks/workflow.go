package tasks

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Submit takes a task through the built-in workflow, a text and a tick: it is
// done, with what came of it, which may be "". The key makes a repeat return
// the first result; "" for none.
func (s *Service) Submit(ctx context.Context, by core.Actor, seen *cases.Seen, no int, outcome, key string) (cases.Result, error) {
	item, err := s.Find(ctx, by, seen, no)
	if err != nil {
		return cases.Result{}, err
	}
	if !builtIn(seen.Type, item.Type) {
		return cases.Result{}, core.Conflict("Task %d is done step by step, on its own page.", no)
	}
	return s.cases.Do(ctx, by, cases.Request{Key: key, Origin: core.OriginLive, Changes: []cases.Change{
		{Case: seen.Case.ID, Seen: seen.Case.Version, Commands: []cases.Command{&Complete{No: no, Outcome: outcome}}},
	}})
}

// builtIn reports whether the tasks of a type go through the built-in workflow.
// A type that was dropped leaves its tasks to it.
func builtIn(t *core.CaseType, key string) bool {
	kind, _ := t.Task(key)
	return kind.Workflow == ""
}
