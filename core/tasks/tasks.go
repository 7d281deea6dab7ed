// Package tasks is the work on a case that is given to somebody: added by
// hand or when the case is raised, claimed and handed on, completed with an
// outcome, cancelled with a reason, taken up again. What happens inside a task
// is said by the workflow of its type: the built-in one is a text and a tick,
// any other is a [Provider]'s.
//
//	provider.go   what a provider is asked and answers
//	open.go       a task as somebody looks at it; its workflow begins here
//	turn.go       one page of a workflow sent: kept, asked, checked, taken
//	act.go        what a turn comes to, through the door
//	wake.go       workflows that begin, go on and are woken without anybody
//	files.go      files that are sent with a task
//	holder.go     claimed, released, assigned, handed back
//	say.go        asked, answered, more time, taken up again
//	list.go       lists of tasks
//
// A case does not close, nor enter a stage, against the tasks its type
// requires: guard.go. Whoever is given a task may see the page of that, even
// when their group has no other business with the case: receiver.go.
package tasks

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/postgres"
)

// Service finds tasks and takes them through their workflows. Whatever changes
// one goes through the door. It is safe for concurrent use.
type Service struct {
	db       *postgres.DB
	cases    *cases.Service
	clock    core.Clock
	provider Provider
	adopt    func(core.AttachmentID) cases.Command
	discard  func(no int) cases.Command
	lists    dialogue.Lists
}

// New makes the service. The provider serves the workflows of plugins; without
// it only the built-in one works.
func New(db *postgres.DB, door *cases.Service, clock core.Clock, workflows Provider) *Service {
	return &Service{db: db, cases: door, clock: clock, provider: workflows}
}

// ChooseFrom says in which lists people choose rows. Without it no question that
// wants a row of one can be answered.
func (s *Service) ChooseFrom(lists dialogue.Lists) { s.lists = lists }

// KeepFiles says how an uploaded file becomes one of the case, for staff, and
// how one is taken off it again by its number. Without it no file can be sent
// with a task.
func (s *Service) KeepFiles(adopt func(core.AttachmentID) cases.Command, discard func(no int) cases.Command) {
	s.adopt, s.discard = adopt, discard
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
	CaseType     string // key
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
	found, err := s.count(r).Ask(ctx, s.db.Pool())
	if err != nil {
		return Counts{}, fmt.Errorf("count the tasks of a staff user: %w", err)
	}
	return found[0], nil
}

// Ahead is what [Service.Count] asks, so that a page can ask it with its other
// counts: see [postgres.Ahead].
func (s *Service) Ahead(r cases.Reach) []postgres.Foreseen { return []postgres.Foreseen{s.count(r)} }

// countKey tells apart for whom tasks are counted, and within which reach.
type countKey struct{ by, reach string }

func (s *Service) count(r cases.Reach) postgres.Question[Counts] {
	return postgres.Question[Counts]{
		Key: countKey{r.By.ID, r.Fingerprint()}, SQL: countMine, Args: []any{r.By.StaffID(), r.Groups, r.By.ID, r.Scopes, s.clock.Now()},
	}
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
