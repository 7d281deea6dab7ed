package notifications

import (
	"context"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Unsaid is something that the requester of a case would have been written to
// about, and was not, because the case has no email address: somebody has to
// telephone or write a letter.
type Unsaid struct {
	Event core.EventKind
	At    time.Time
}

// Unreached lists what the requester of a case has not been told for want of
// an email address, oldest first; nothing for an anonymous case, which has
// nobody to tell. Whoever asks may view the case.
func (s *Service) Unreached(ctx context.Context, seen *cases.Seen) ([]Unsaid, error) {
	if seen.Case.Anonymous {
		return nil, nil
	}
	upTo, err := s.reactedTo(ctx, seen.Case.ID)
	if err != nil {
		return nil, err
	}
	told, err := s.toldSeqs(ctx, seen.Case.ID)
	if err != nil {
		return nil, err
	}
	history, err := s.o.Cases.Timeline(ctx, seen, 0)
	if err != nil {
		return nil, err
	}
	var out []Unsaid
	for _, e := range history {
		name := lineOf(seen.Type, e)
		if e.Version > upTo || e.Origin != core.OriginLive || told[e.Seq] || templateIn(seen.Type, name, e, toRequester) == "" || !concernsRequester(e) {
			continue
		}
		if hadEmail(seen.Case, history, e.Version) {
			continue // the letter was not written for another reason, such as an answer that came first
		}
		out = append(out, Unsaid{core.EventKind(name), e.HappenedAt})
	}
	return out, nil
}

// hadEmail reports whether the case had an email address after the event of a
// version: as it is now, or as the first later change found it.
func hadEmail(cs *core.Case, history []core.Recorded, version core.Version) bool {
	for _, e := range history {
		changed, ok := e.Changes[core.AspectContact]
		if e.Version <= version || !ok {
			continue
		}
		contact, _ := changed[0].(map[string]any)
		email, _ := contact["email"].(string)
		return email != ""
	}
	return cs.Contact.Email != ""
}
