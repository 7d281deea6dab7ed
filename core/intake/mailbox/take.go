package mailbox

import (
	"context"
	"errors"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/correspondence"
)

// Take keeps a mail of a mailbox, once, however often it is brought. size is that
// of the whole mail, in bytes; with cut raw is its head alone. When it returns
// nil, the mail may be flagged or deleted where it lay; [Service.Work] decides
// on it. known says that it had come before.
func (s *Service) Take(ctx context.Context, mailbox string, raw []byte, size int64, cut bool) (known bool, err error) {
	parse := s.o.Parse
	if cut {
		parse = s.o.ParseHead
	}
	return s.o.Mail.Keep(ctx, mailbox, raw, size, cut, parse(raw))
}

const (
	// atOnce is how many mails one call of Work deals with.
	atOnce = 20
	// maxTries is how often a mail is tried that something goes wrong with,
	// before a person looks at it.
	maxTries = 8
)

// Work deals with mail that was taken in and not decided on, some of it at a
// time, and returns how many mails it looked at. It may run on several servers:
// each mail is filed once.
func (s *Service) Work(ctx context.Context) (int, error) {
	waiting, err := s.o.Mail.New(ctx, atOnce)
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, w := range waiting {
		if err := s.one(ctx, w); err != nil {
			failed = append(failed, err)
		}
	}
	return len(waiting), errors.Join(failed...)
}

// one deals with one mail. What is refused with a sentence waits for a person
// with that sentence; what failed otherwise is tried again.
func (s *Service) one(ctx context.Context, w correspondence.Waiting) error {
	parse := s.o.Parse
	if w.Cut {
		parse = s.o.ParseHead
	}
	m := &arrived{Service: s, Waiting: w, in: parse(w.Raw)}
	err := m.decide(ctx)
	var refusal *core.Error
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return err
	case errors.As(err, &refusal) && refusal.Kind != core.ErrUnavailable:
		s.o.Log.Info("a mail waits for a person", "mail", w.ID.String(), "why", refusal.Message)
		return m.triage(ctx, "Nothing could be done with it: "+refusal.Message)
	case w.Tries >= maxTries:
		s.o.Log.Error("a mail could not be dealt with", "mail", w.ID.String(), "error", err)
		return m.triage(ctx, "Something went wrong with it, several times over.")
	}
	return errors.Join(err, s.o.Mail.Tried(ctx, w.ID))
}
