package tasks

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Workflow is what may happen inside a task between being given and being
// done. A task type names the one its tasks go through.
type Workflow interface {
	// Submit answers what somebody sent in for an open task with the commands
	// that follow from it, in order; [Complete] among them when the task is
	// done. A [core.Error] says what is wrong with the answers. It is asked
	// before the case is locked, so it may take its time.
	Submit(ctx context.Context, task core.Task, answers map[string]string) ([]cases.Command, error)
}

// Tick is the built-in workflow: a text, and a tick when it is done. It takes
// one answer, "outcome", which may be empty.
type Tick struct{}

// Submit implements [Workflow].
func (Tick) Submit(_ context.Context, task core.Task, answers map[string]string) ([]cases.Command, error) {
	return []cases.Command{&Complete{No: task.No, Outcome: answers["outcome"]}}, nil
}

// Submit takes a task through its workflow with what somebody sent in. The key
// makes a repeat return the first result; "" for none.
func (s *Service) Submit(ctx context.Context, by core.Actor, seen *cases.Seen, no int, answers map[string]string, key string) (cases.Result, error) {
	item, err := s.Find(ctx, by, seen, no)
	if err != nil {
		return cases.Result{}, err
	}
	workflow, err := s.workflow(seen.Type, item.Type)
	if err != nil {
		return cases.Result{}, err
	}
	commands, err := workflow.Submit(ctx, item.Task, answers)
	if err != nil || len(commands) == 0 {
		return cases.Result{}, err
	}
	return s.cases.Do(ctx, by, cases.Request{Key: key, Origin: core.OriginLive, Changes: []cases.Change{
		{Case: seen.Case.ID, Seen: seen.Case.Version, Commands: commands},
	}})
}

func (s *Service) workflow(t *core.CaseType, key string) (Workflow, error) {
	k, _ := t.Task(key) // a type that was dropped leaves its tasks to the built-in workflow
	if k.Workflow == "" {
		return Tick{}, nil
	}
	if w, ok := s.workflows[k.Workflow]; ok {
		return w, nil
	}
	return nil, core.Conflict("What this task needs, “%s”, is not installed any more. Tell an administrator.", k.Workflow)
}
