package actions

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// maxTries is how often an automatic action is tried: with the queue's pauses,
// about two hours.
const maxTries = 20

// errAgain makes the queue try again.
var errAgain = errors.New("the action is tried again later")

// Press runs an action by hand, on behalf of who pressed its button.
func (s *Service) Press(ctx context.Context, by core.Actor, seen *cases.Seen, key, idempotency string) (outcome string, err error) {
	buttons := s.Buttons(seen)
	i := slices.IndexFunc(buttons, func(b Button) bool { return b.Key == key })
	if i < 0 {
		return "", core.NotFound("There is no such action, or you may not run it on this case.")
	}
	button := buttons[i]
	reply, err := s.provider.Run(ctx, Call{Action: button.Action, By: by, Seen: seen})
	switch {
	case err != nil:
		return "", err
	case reply.Again != "":
		return "", core.Unavailable(nil, "%s", reply.Again)
	}
	run := &Run{Action: button.Action, name: button.Name, reply: &reply}
	_, err = s.cases.Do(ctx, by, cases.Request{Key: idempotency, Origin: core.OriginLive, Changes: []cases.Change{
		{Case: seen.Case.ID, Seen: seen.Case.Version, Commands: []cases.Command{run}},
	}})
	return reply.Outcome, err
}

// Work runs the action that waits for an event of a case: what its job does. An
// error has the queue try again later.
func (s *Service) Work(ctx context.Context, id core.CaseID, event core.Version, action string) error {
	waiting, err := postgres.All[waitingRow](ctx, s.db.Pool(), selectWaiting, id, event, action)
	if err != nil || len(waiting) == 0 {
		return err
	}
	row := waiting[0]
	seen, occurred, err := s.read(ctx, id, event)
	if err != nil {
		return err
	}
	if _, still := rule(seen.Type, row.Kind, action); !still {
		return s.note(ctx, deleteWaiting, id, event, action)
	}
	reply, err := s.provider.Run(ctx, Call{Action: action, By: core.SystemActor(), Seen: seen, Occurred: occurred})
	if err == nil && reply.Again == "" {
		run := &Run{Action: action, Event: event, name: row.Name, depth: row.Depth, reply: &reply}
		_, err = s.cases.Do(ctx, core.SystemActor(), cases.One(id, seen.Case.Version, run))
		if err == nil {
			return nil
		}
	}
	if ctx.Err() != nil {
		return ctx.Err() // the server stops: no try of the action's
	}
	problem := reply.Again
	var said *core.Error
	if err != nil && errors.As(err, &said) {
		problem = said.Message
	} else if err != nil {
		problem = "It failed for a reason that was logged."
	}
	state := Waiting
	if row.Tries+1 >= maxTries {
		state = Failed
	}
	if noting := s.note(ctx, updateFailed, id, event, action, state, problem, s.clock.Now()); noting != nil {
		return noting
	}
	switch {
	case state == Failed:
		return nil
	case err == nil:
		return errAgain
	}
	return err
}

func (s *Service) note(ctx context.Context, sql string, args ...any) error {
	if _, err := s.db.Pool().Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("note how an action went: %w", postgres.Translate(err))
	}
	return nil
}

// read finds the case as the clock sees it, and the event.
func (s *Service) read(ctx context.Context, id core.CaseID, event core.Version) (*cases.Seen, *core.Recorded, error) {
	cs, err := s.cases.ByID(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	seen, err := s.cases.Find(ctx, core.SystemActor(), cs.Ref, core.MayWork)
	if err != nil {
		return nil, nil, err
	}
	heard, err := events.History(ctx, s.db.Pool(), core.StreamCase, id.String(), event-1, 1)
	if err != nil {
		return nil, nil, err
	}
	if len(heard) == 0 || heard[0].Version != event {
		return nil, nil, core.NotFound("There is no event %d.", event)
	}
	return seen, &heard[0], nil
}
