package routines

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// patience is how long an action that fails is tried again.
const patience = 24 * time.Hour

// errAgain makes the queue try again.
var errAgain = errors.New("an action of a routine is tried again later")

// Work runs what an occasion of a case set off, in the order of the type: what
// its job does. It may be called as often as one likes, on as many servers. An
// action that failed and may be tried again does not keep the others waiting;
// then the error has the queue call again later.
func (s *Service) Work(ctx context.Context, id core.CaseID, occasion string) error {
	rows, err := postgres.All[waitingRow](ctx, s.o.DB.Pool(), selectWaiting, id, occasion)
	if err != nil {
		return fmt.Errorf("find what a routine is to do: %w", err)
	}
	again := false
	for _, row := range rows {
		left, err := s.perform(ctx, run{waitingRow: row, Case: id, Occasion: occasion})
		if err != nil {
			return err
		}
		again = again || left
	}
	if again {
		return errAgain
	}
	return nil
}

// run is one that is to be done.
type run struct {
	waitingRow
	Case     core.CaseID
	Occasion string
}

func (r run) actor() core.Actor { return core.RoutineActor(r.TypeKey, r.Routine, r.Chain) }

// perform does what is left of one run; left reports that something is tried
// again later.
func (s *Service) perform(ctx context.Context, r run) (left bool, err error) {
	t, err := s.o.Types.At(ctx, r.TypeKey, r.TypeVersion)
	if err != nil {
		return false, err
	}
	routine, known := t.Routine(r.Routine)
	if !known {
		return false, s.giveUp(ctx, r, "The routine is not in the case type.")
	}
	if r.State == stopping {
		return false, s.stop(ctx, r, nameOf(routine))
	}
	published, err := s.o.Types.Published(ctx, r.TypeKey)
	if err != nil {
		return false, err
	}
	if now, still := published.Routine(r.Routine); !still || now.Off {
		return false, s.giveUp(ctx, r, "The routine was switched off.")
	}
	results, err := postgres.All[resultRow](ctx, s.o.DB.Pool(), selectOpenResults, r.Case, r.Routine, r.Occasion)
	if err != nil {
		return false, fmt.Errorf("find the actions of a routine: %w", err)
	}
	var b pgx.Batch // what is noted when all was tried
	for _, result := range results {
		if result.No >= len(routine.Do) {
			continue
		}
		waits, err := s.try(ctx, r, result.No, routine.Do[result.No], &b)
		if err != nil {
			return false, err
		}
		left = left || waits
	}
	if !left {
		b.Queue(updateFinished, r.Case, r.Routine, r.Occasion, s.o.Clock.Now())
	}
	if b.Len() > 0 {
		if err := s.o.DB.Pool().SendBatch(ctx, &b).Close(); err != nil {
			return false, fmt.Errorf("note how a routine went: %w", postgres.Translate(err))
		}
	}
	return left, nil
}

// try does one action, and notes how it went: what failed at once, how long it
// took to do with the end of the run.
func (s *Service) try(ctx context.Context, r run, no int, do core.Do, b *pgx.Batch) (waits bool, err error) {
	began := s.o.Clock.Now()
	made, failed := s.act(ctx, r, no, do)
	if ctx.Err() != nil {
		return false, ctx.Err() // the server stops: no try of the action's
	}
	now := s.o.Clock.Now()
	took := now.Sub(began).Microseconds()
	switch {
	case failed == nil, errors.Is(failed, errDone):
		b.Queue(updateTook, r.Case, r.Routine, r.Occasion, no, took, made)
		return false, nil
	case final(failed):
		return false, s.exec(ctx, updateFailed, r.Case, r.Routine, r.Occasion, no, Refused, words(failed), took, now)
	case now.Sub(r.At) >= patience:
		return false, s.exec(ctx, updateFailed, r.Case, r.Routine, r.Occasion, no, Failed, words(failed), took, now)
	}
	var said *core.Error
	if !errors.As(failed, &said) {
		s.o.Log.Error("an action of a routine failed", "case", r.Case.String(), "routine", r.TypeKey+"/"+r.Routine, "action", no, "error", failed)
	}
	return true, s.exec(ctx, updateFailed, r.Case, r.Routine, r.Occasion, no, Waiting, words(failed), took, now)
}

// final reports whether an error stays what it is however often one tries: the
// rules of the case refuse, or the arguments are wrong. What the database or
// another system could not do just now has a cause.
func final(err error) bool {
	var said *core.Error
	if !errors.As(err, &said) || said.Cause != nil {
		return false
	}
	switch said.Kind {
	case core.ErrInvalid, core.ErrNotFound, core.ErrForbidden, core.ErrConflict, core.ErrTooLarge:
		return true
	}
	return false
}

// giveUp ends a run whose routine is not to run any more.
func (s *Service) giveUp(ctx context.Context, r run, why string) error {
	return s.o.DB.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var b pgx.Batch
		now := s.o.Clock.Now()
		b.Queue(updateGivenUp, r.Case, r.Routine, r.Occasion, why, now)
		b.Queue(updateRunGivenUp, r.Case, r.Routine, r.Occasion, why, now)
		return tx.SendBatch(ctx, &b).Close()
	})
}

// stop says on the case that a routine was not let run.
func (s *Service) stop(ctx context.Context, r run, name string) error {
	stop := &Stop{Routine: r.Routine, Occasion: r.Occasion, name: name, why: r.Why}
	_, err := s.o.Cases.Do(ctx, r.actor(), cases.One(r.Case, 0, stop))
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}

func (s *Service) exec(ctx context.Context, sql string, args ...any) error {
	if _, err := s.o.DB.Pool().Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("note how a routine went: %w", postgres.Translate(err))
	}
	return nil
}

// occurred is the event that set a run off; for time, the last one of the case.
func (s *Service) occurred(ctx context.Context, r run, cs *core.Case) (core.Recorded, error) {
	version := r.Event
	if version == 0 {
		version = cs.Version
	}
	found, err := events.History(ctx, s.o.DB.Pool(), core.StreamCase, r.Case.String(), version-1, 1)
	if err != nil {
		return core.Recorded{}, err
	}
	if len(found) == 0 {
		return core.Recorded{}, core.NotFound("There is no event %d.", version)
	}
	return found[0], nil
}
