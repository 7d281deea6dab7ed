package notifications

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
)

// byRoutine stands in the outbox for the event of a letter that a routine sends:
// what the type's own table tells of the event is another letter.
const byRoutine core.EventKind = "routine"

// Words is what a routine's words may say of a case, after an event: as staff
// may read it.
func (s *Service) Words(ctx context.Context, cs *core.Case, t *core.CaseType, e core.Recorded) (messages.Data, error) {
	return s.hear(cs, t).data(ctx, e, recipient{audience: toAssignee})
}

// Letters writes a message by a template to everybody of an audience, because a
// routine says so, after an event. Whoever brought that about is written to as
// well; what only staff may read of it is said to no requester.
func (s *Service) Letters(ctx context.Context, cs *core.Case, t *core.CaseType, e core.Recorded, template, audience string) ([]messages.Letter, error) {
	return s.hear(cs, t).byRoutine(ctx, e, template, audience)
}

// Tell does the same for a routine that is done now, and rings for the staff that
// it writes to: ring puts that on the batch that keeps the letters, and
// [Service.Announce] follows when it is in force. routine is the key of the
// routine within its case type.
func (s *Service) Tell(ctx context.Context, cs *core.Case, t *core.CaseType, e core.Recorded, routine, template, audience string) (letters []messages.Letter, ring func(*pgx.Batch), err error) {
	h := s.hear(cs, t)
	h.routine = routine
	letters, err = h.byRoutine(ctx, e, template, audience)
	return letters, h.queueBells, err
}

func (h *hearing) byRoutine(ctx context.Context, e core.Recorded, template, audience string) ([]messages.Letter, error) {
	cs, t := h.cs, h.t
	about := e
	about.Actor = core.Actor{Kind: core.ActorRoutine}
	said := about
	if audience == toRequester {
		about = core.Recorded{Kind: byRoutine, CaseID: cs.ID, Actor: about.Actor, Origin: core.OriginLive, HappenedAt: e.HappenedAt}
		if !concernsRequester(said) {
			said = about
		}
	}
	recipients, err := h.recipients(ctx, about, audience)
	if err != nil {
		return nil, err
	}
	var out []messages.Letter
	for _, r := range recipients {
		mail := true
		if !r.staff.IsZero() {
			if mail, err = h.ring(ctx, said, string(byRoutine), r); err != nil {
				return nil, err
			}
		}
		if r.unwritten || !mail {
			continue
		}
		data, err := h.data(ctx, said, r)
		if err != nil {
			return nil, err
		}
		letter, err := h.o.Messages.Compose(ctx, messages.Outgoing{
			Case: cs.ID, Person: r.person, Event: string(byRoutine), Audience: r.audience, Template: template, CaseType: t.Key,
			Language: r.language, To: r.email, ToName: r.name, Data: data, Answerable: r.audience == toRequester && !r.former,
		})
		if err != nil {
			return nil, err
		}
		out = append(out, letter)
	}
	return out, nil
}
