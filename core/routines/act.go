package routines

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/actions"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/messages"
)

// act does one action. That it was done is noted in the transaction that does
// it, with what came of it as far as that is known before; made is what is only
// known afterwards. errDone is returned for what was done before.
func (s *Service) act(ctx context.Context, r run, no int, do core.Do) (made string, err error) {
	switch {
	case do.Message != "":
		return "", s.write(ctx, r, no, do)
	case do.Run != "":
		return s.runPlugin(ctx, r, no, do.Run.Name())
	case do.Webhook != "":
		return "", s.hook(ctx, r, no, do.Webhook)
	}
	return s.command(ctx, r, no, do)
}

// command gives a command of the door as the routine.
func (s *Service) command(ctx context.Context, r run, no int, do core.Do) (made string, err error) {
	with := do.With
	if usesLiquid(with) {
		data, err := s.words(ctx, r)
		if err != nil {
			return "", err
		}
		if with, err = filled(with, data); err != nil {
			return "", err
		}
	}
	command, err := s.o.Commands.Decode(do.Command, with)
	if err != nil {
		return "", err
	}
	return s.give(ctx, r, no, "", command)
}

// give takes a command through the door, with the note that it was given.
func (s *Service) give(ctx context.Context, r run, no int, outcome string, command cases.Command) (made string, err error) {
	done := &Done{Routine: r.Routine, Occasion: r.Occasion, No: no, outcome: outcome}
	result, err := s.o.Cases.Do(ctx, r.actor(), cases.Request{
		Key:    strings.Join([]string{r.Case.String(), r.Routine, r.Occasion, strconv.Itoa(no)}, " "),
		Origin: core.OriginLive, Changes: []cases.Change{{Case: r.Case, Commands: []cases.Command{done, command}}},
	})
	if err != nil || outcome != "" {
		return "", err
	}
	return madeWords(result.Outcomes[0].Made), nil
}

// words is what Liquid may say of the case as it stands.
func (s *Service) words(ctx context.Context, r run) (messages.Data, error) {
	if s.o.Writer == nil {
		return nil, core.Invalid("Nothing of the case can be filled in here.")
	}
	cs, t, e, err := s.stands(ctx, r)
	if err != nil {
		return nil, err
	}
	return s.o.Writer.Words(ctx, cs, t, e)
}

// stands reads the case, its type as published, and what set the routine off.
func (s *Service) stands(ctx context.Context, r run) (*core.Case, *core.CaseType, core.Recorded, error) {
	cs, err := s.o.Cases.ByID(ctx, r.Case)
	if err != nil {
		return nil, nil, core.Recorded{}, err
	}
	t, err := s.o.Types.Published(ctx, cs.Type)
	if err != nil {
		return nil, nil, core.Recorded{}, err
	}
	e, err := s.occurred(ctx, r, cs)
	return cs, t, e, err
}

// write puts a message to an audience into the outbox.
func (s *Service) write(ctx context.Context, r run, no int, do core.Do) error {
	if s.o.Writer == nil || s.o.Messages == nil {
		return core.Invalid("No messages can be written here.")
	}
	cs, t, e, err := s.stands(ctx, r)
	if err != nil {
		return err
	}
	letters, ring, err := s.o.Writer.Tell(ctx, cs, t, e, r.Routine, do.Message, do.To)
	if err != nil {
		return err
	}
	outcome := "there was nobody to write to"
	if len(letters) == 1 {
		outcome = "1 message"
	} else if len(letters) > 1 {
		outcome = fmt.Sprintf("%d messages", len(letters))
	}
	err = s.once(ctx, r, no, outcome, func(b *pgx.Batch) {
		s.o.Messages.Queue(b, letters...)
		ring(b)
		if len(letters) > 0 && s.o.Deliver != nil {
			s.o.Deliver(b)
		}
	})
	if err != nil {
		return err
	}
	if err := s.o.Writer.Announce(ctx, r.Case); err != nil {
		s.o.Log.Warn("pages were not told of a routine's message; they see it when they are opened next", "case", r.Case.String(), "error", err)
	}
	return nil
}

// once notes that an action was done and writes what it is, together.
func (s *Service) once(ctx context.Context, r run, no int, outcome string, write func(*pgx.Batch)) error {
	return s.o.DB.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, updateDone, r.Case, r.Routine, r.Occasion, no, outcome, s.o.Clock.Now())
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errDone
		}
		var b pgx.Batch
		write(&b)
		return tx.SendBatch(ctx, &b).Close()
	})
}

// runPlugin runs an action of a plugin; what it asks for and may have follows.
func (s *Service) runPlugin(ctx context.Context, r run, no int, action string) (made string, err error) {
	if s.o.Plugins == nil {
		return "", core.Invalid("There are no plugins here.")
	}
	about, installed := s.o.Plugins.Action(action)
	if !installed {
		return "", core.Unavailable(nil, "The action “%s” is not installed.", action)
	}
	cs, t, e, err := s.stands(ctx, r)
	if err != nil {
		return "", err
	}
	seen, err := s.o.Cases.Find(ctx, r.actor(), cs.Ref, core.MayWork)
	if err != nil {
		return "", err
	}
	seen.Type = t
	reply, err := s.o.Plugins.Run(ctx, actions.Call{Action: action, By: r.actor(), Seen: seen, Occurred: &e})
	switch {
	case err != nil:
		return "", err
	case reply.Again != "":
		return "", core.Unavailable(nil, "%s", reply.Again)
	}
	return s.give(ctx, r, no, reply.Outcome, actions.Follow(action, about.Title, reply))
}

// hook tells an outgoing webhook. It is told of one event once, so that asking
// again after a crash does no harm.
func (s *Service) hook(ctx context.Context, r run, no int, key string) error {
	if s.o.Hook == nil {
		return core.Invalid("There are no webhooks here.")
	}
	cs, _, e, err := s.stands(ctx, r)
	if err != nil {
		return err
	}
	if err := s.o.Hook(ctx, key, cs, e); err != nil {
		return err
	}
	return s.once(ctx, r, no, "queued", func(*pgx.Batch) {})
}
