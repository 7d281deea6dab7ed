package notifications

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
)

// ends are the events that somebody hears of who wants to know the end alone.
func ends(e core.Recorded, t *core.CaseType) bool {
	switch e.Kind {
	case core.CaseClosed, core.CaseCancelled, core.CaseWithdrawn:
		return true
	case core.StatusChanged:
		status, _ := t.Status(after(e, core.AspectStatus))
		return status.Kind == core.StatusResolved
	}
	return false
}

// followers are those who wanted to hear of the case besides: people, as long
// as the report is public, and colleagues who still see the case. Nobody is
// told of their own doing, and the requester has a letter of their own.
func (h *hearing) followers(ctx context.Context, e core.Recorded) ([]recipient, error) {
	all, err := h.o.Followers.ToTell(ctx, h.cs.ID)
	if err != nil {
		return nil, err
	}
	var out []recipient
	for _, f := range all {
		if f.Hears == core.HearsEnd && !ends(e, h.t) {
			continue
		}
		if !f.Staff.IsZero() {
			u, err := h.user(ctx, f.Staff)
			if err != nil {
				return nil, err
			}
			out = append(out, because(h.ifSees(e, u), "follows the case")...)
			continue
		}
		r, ok, err := h.following(ctx, e, f)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, r)
		}
	}
	return out, nil
}

// following is a person who follows, if they are to be told of an event at all.
func (h *hearing) following(ctx context.Context, e core.Recorded, f core.Follower) (recipient, bool, error) {
	if !h.t.Reports.Public || h.cs.Confidentiality != core.Normal || !concernsRequester(e) ||
		f.Person == h.cs.Requester || e.Actor.PersonID() == f.Person {
		return recipient{}, false, nil
	}
	person, err := h.o.People.FindPerson(ctx, core.PersonActor(f.Person, ""), f.Person)
	if core.KindOf(err) == core.ErrNotFound {
		return recipient{}, false, nil
	}
	if err != nil {
		return recipient{}, false, err
	}
	email, err := core.ParseEmail(person.Email)
	if err != nil {
		return recipient{}, false, nil // they follow without an address, in the portal
	}
	return recipient{name: person.Name, email: email, language: person.Language, person: f.Person, follows: true, why: "follows the case"}, true, nil
}

// followerData is what a person who follows is told: what the public page of
// the report shows, and nothing that anybody wrote.
func (h *hearing) followerData(ctx context.Context, r recipient) (messages.Data, error) {
	if err := h.readOrganisation(ctx); err != nil {
		return nil, err
	}
	o := h.organisation
	subtype, _ := h.t.Subtype(h.cs.Subtype)
	status, _ := h.t.Status(h.cs.Status)
	about := h.o.BaseURL + "/reports/"
	return messages.Data{
		"organisation": map[string]any{"name": o.Name, "phone": o.Telephone, "hours": o.Hours, "email": o.Email, "link": o.Home},
		"recipient":    map[string]any{"name": r.name},
		"case": map[string]any{
			"reference": string(h.cs.Ref), "type": h.t.Name.In(r.language), "subtype": subtype.Name.In(r.language),
			"status": status.PublicName(r.language), "raised": h.moment(h.cs.RaisedAt), "link": about + string(h.cs.Ref),
		},
		"follow": map[string]any{"stop": about + "stop/" + h.o.Secret.StopToken(h.cs.ID, r.person)},
	}, nil
}
