package routines

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/postgres"
)

// Evaluate answers a routine's condition for a case, after an event; nil when
// time set it off. It changes nothing and asks nothing: all it goes by is in the
// snapshot. Whether the event sets the routine off at all is for [Hears].
func (s *Service) Evaluate(ctx context.Context, r core.Routine, snapshot conditions.Snapshot, event *core.Recorded) conditions.Explanation {
	condition, err := s.conditions.Compile(snapshot.Type, r.If)
	if err != nil {
		return conditions.Explanation{Text: r.If, Problem: words(err)}
	}
	return condition.Answer(ctx, snapshot, event)
}

// Hears reports whether an event sets off routines of a kind, as the case's
// type has statuses. The end of the last open task is [Service.Heard]'s to find.
func Hears(t *core.CaseType, on core.EventKind, e core.Recorded) bool {
	switch on {
	case e.Kind:
		return true
	case core.CaseResolved:
		return e.Kind == core.StatusChanged && resolves(t, e)
	}
	return false
}

// resolves reports whether a change of status resolved the case.
func resolves(t *core.CaseType, e core.Recorded) bool {
	key, _ := e.Changes[core.AspectStatus][1].(string)
	status, _ := t.Status(key)
	return status.Kind == core.StatusResolved
}

// endsTask reports whether an event ends a task.
func endsTask(e core.Recorded) bool {
	return e.Kind == core.TaskCompleted || e.Kind == core.TaskCancelledEvent
}

// Snapshot reads a case as conditions see it now.
func (s *Service) Snapshot(ctx context.Context, id core.CaseID) (conditions.Snapshot, error) {
	all, err := s.Snapshots(ctx, []core.CaseID{id})
	if err != nil {
		return conditions.Snapshot{}, err
	}
	snapshot, ok := all[id]
	if !ok {
		return snapshot, core.NotFound("There is no such case.")
	}
	return snapshot, nil
}

// Snapshots reads several cases as conditions see them now, in a few queries;
// those that are gone are left out. Each is of its type as published.
func (s *Service) Snapshots(ctx context.Context, ids []core.CaseID) (map[core.CaseID]conditions.Snapshot, error) {
	found, err := s.o.Cases.Several(ctx, ids)
	if err != nil {
		return nil, err
	}
	return s.snapshots(ctx, ids, found)
}

func (s *Service) snapshots(ctx context.Context, ids []core.CaseID, found []cases.Standing) (map[core.CaseID]conditions.Snapshot, error) {
	beside, err := s.beside(ctx, ids)
	if err != nil {
		return nil, err
	}
	now, out := s.o.Clock.Now(), make(map[core.CaseID]conditions.Snapshot, len(found))
	for _, cs := range found {
		t, err := s.o.Types.Published(ctx, cs.Type)
		if err != nil {
			return nil, err
		}
		b := beside.of(cs.ID)
		out[cs.ID] = conditions.Snapshot{
			Case: cs.Case, Type: t, Targets: b.targets, Tasks: b.tasks, Questions: b.questions, Changed: cs.ChangedAt, Now: now,
		}
	}
	return out, nil
}

// aside is what belongs to a case and is no column of it.
type aside struct {
	targets   []core.Target
	tasks     []core.Task
	questions int
}

type asides map[core.CaseID]*aside

func (a asides) of(id core.CaseID) *aside {
	if a[id] == nil {
		a[id] = &aside{}
	}
	return a[id]
}

// beside reads what stands beside cases.
func (s *Service) beside(ctx context.Context, ids []core.CaseID) (asides, error) {
	out := make(asides, len(ids))
	pool := s.o.DB.Pool()
	targets, err := postgres.All[targetRow](ctx, pool, selectTargets, ids)
	if err != nil {
		return nil, fmt.Errorf("read the targets that conditions ask for: %w", err)
	}
	for _, r := range targets {
		out.of(r.CaseID).targets = append(out.of(r.CaseID).targets, r.noun())
	}
	tasks, err := postgres.All[taskRow](ctx, pool, selectTasks, ids)
	if err != nil {
		return nil, fmt.Errorf("read the tasks that conditions ask for: %w", err)
	}
	for _, r := range tasks {
		out.of(r.CaseID).tasks = append(out.of(r.CaseID).tasks, r.noun())
	}
	questions, err := postgres.All[questionsRow](ctx, pool, selectQuestions, ids)
	if err != nil {
		return nil, fmt.Errorf("read the questions that conditions ask for: %w", err)
	}
	for _, r := range questions {
		out.of(r.CaseID).questions = r.N
	}
	return out, nil
}

// allDone reports whether no task of the case is open and one was completed.
func (a *aside) allDone() bool {
	done := false
	for _, k := range a.tasks {
		if k.State == core.TaskOpen {
			return false
		}
		done = done || k.State == core.TaskDone
	}
	return done
}

// lastChange is when the last of what was heard was recorded.
func lastChange(heard []core.Recorded) time.Time {
	if len(heard) == 0 {
		return time.Time{}
	}
	return heard[len(heard)-1].RecordedAt
}
