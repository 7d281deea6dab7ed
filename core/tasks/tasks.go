// Package tasks is the work on a case that is given to somebody: added by
// hand or when the case is raised, completed with an outcome, cancelled with a
// reason. What may happen inside a task of a type is its [Workflow]; the
// built-in one is a text and a tick.
//
// A case does not close, nor enter a stage, against the tasks its type
// requires: guard.go. Whoever is given a task may look at its case, even
// when their group has no other business with it: receiver.go.
package tasks

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

// Service finds tasks and takes them through their workflows. They are added,
// completed and cancelled through the door.
type Service struct {
	db        *postgres.DB
	cases     *cases.Service
	clock     core.Clock
	workflows map[string]Workflow
}

// New makes the service with the workflows that task types may name.
func New(db *postgres.DB, door *cases.Service, clock core.Clock, workflows map[string]Workflow) *Service {
	return &Service{db, door, clock, workflows}
}

// Wire adds what the tasks of a case say to its other commands.
func Wire(door *cases.Service) {
	door.Preload(preload)
	door.Guard("case.close", refuseClosing)
	door.Guard("case.change_stage", refuseStage)
	door.On(core.CaseRaised, addAutomatic)
	for _, ended := range []core.EventKind{core.CaseClosed, core.CaseCancelled, core.CaseWithdrawn} {
		door.On(ended, cancelOpen)
	}
}

// Item is a task as lists show it, with the names of those it concerns and
// the case it belongs to.
type Item struct {
	core.Task
	GroupName    string
	AssigneeName string // "" when nobody of the group has it yet
	EndedBy      string // by name; "" while open, and when nobody of staff ended it
	Ref          core.Reference
	Subject      string
}

// OfCase lists the tasks of a case as the one who looks sees them: all to
// those who may view the case; to everybody else those that are theirs.
func (s *Service) OfCase(ctx context.Context, by core.Actor, seen *cases.Seen) ([]Item, error) {
	rows, err := postgres.All[itemRow](ctx, s.db.Pool(), selectOfCase, seen.Case.ID, seen.MayDo(core.MayView), by.StaffID())
	if err != nil {
		return nil, fmt.Errorf("list the tasks of a case: %w", err)
	}
	return itemsOf(rows), nil
}

// Mine lists the open tasks of a staff user, soonest due first: those given to
// them, and those of their groups that nobody has yet.
func (s *Service) Mine(ctx context.Context, r cases.Reach, limit int) ([]Item, error) {
	rows, err := postgres.All[itemRow](ctx, s.db.Pool(), selectMine, r.By.StaffID(), r.Groups, r.By.ID, r.Scopes, limit)
	if err != nil {
		return nil, fmt.Errorf("list the tasks of a staff user: %w", err)
	}
	return itemsOf(rows), nil
}

// Counts says how much there is to do.
type Counts struct {
	Mine      int // given to the staff user
	Unclaimed int // of their groups, given to nobody yet
	Overdue   int // of both, past due
}

// Count counts what [Service.Mine] lists.
func (s *Service) Count(ctx context.Context, r cases.Reach) (Counts, error) {
	return postgres.One[Counts](ctx, s.db.Pool(), nil, countMine, r.By.StaffID(), r.Groups, r.By.ID, r.Scopes, s.clock.Now())
}

// Find returns one task of a case by its number, under the rule of
// [Service.OfCase].
func (s *Service) Find(ctx context.Context, by core.Actor, seen *cases.Seen, no int) (Item, error) {
	all, err := s.OfCase(ctx, by, seen)
	if err != nil {
		return Item{}, err
	}
	for _, item := range all {
		if item.No == no {
			return item, nil
		}
	}
	return Item{}, noSuchTask(no)
}

func noSuchTask(no int) error { return core.NotFound("There is no task %d on this case.", no) }
