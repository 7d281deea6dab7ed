package notifications

import (
	"context"
	"strconv"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
)

// Merge gives what merge fields stand for when somebody writes a letter on a
// case: in words that its requester may read, without the secret links that
// only the program's own messages carry.
func (s *Service) Merge(ctx context.Context, cs *core.Case, t *core.CaseType, by core.Actor) (messages.Data, error) {
	h := &hearing{
		Service: s, cs: cs, t: t, teams: map[string]*team{}, staff: map[core.StaffID]*core.StaffUser{},
		preferences: map[core.StaffID]map[core.EventKind]How{}, rung: map[rung]bool{},
	}
	e := core.Recorded{Kind: core.LetterSent, Actor: by, Origin: core.OriginLive, CaseID: cs.ID, HappenedAt: s.o.Cases.Clock().Now()}
	d, err := h.data(ctx, e, recipient{audience: toRequester, name: cs.Contact.Name, email: cs.Contact.Email, person: cs.Requester, former: true})
	delete(d, "satisfaction")
	return d, err
}

// satisfaction offers the answers to the question how satisfied the requester
// is, when it is to be asked.
func (h *hearing) satisfaction(ctx context.Context, d messages.Data) error {
	if h.o.Satisfaction == nil {
		return nil
	}
	links, err := h.o.Satisfaction.Links(ctx, h.cs, h.t, core.DefaultLanguage)
	if err != nil || len(links) == 0 {
		return err
	}
	levels := make([]any, len(links))
	for i, l := range links {
		score := strconv.Itoa(l.Score)
		levels[i] = map[string]any{"score": score, "name": l.Name, "link": h.o.BaseURL + "/satisfaction/" + l.Token + "/" + score}
	}
	d["satisfaction"] = map[string]any{"levels": levels}
	return nil
}
