package main

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
)

// askToFollow writes to an address whether its owner wants to hear of a report.
func (p *parts) askToFollow(ctx context.Context, email string, cs *core.Case, t *core.CaseType, link string) error {
	organisation, err := p.portals.Organisation(ctx)
	if err != nil {
		return err
	}
	zone, err := p.zone(ctx)
	if err != nil {
		return err
	}
	subtype, _ := t.Subtype(cs.Subtype)
	_, err = p.messages.Post(ctx, messages.Outgoing{
		Event: "follow", Audience: "requester", Template: "follow-confirm", To: email,
		Data: messages.Data{
			"case": map[string]any{
				"reference": string(cs.Ref), "type": t.Name.String(), "subtype": subtype.Name.String(),
				"raised": cs.RaisedAt.In(zone).Format("Monday 2 January 2006"),
			},
			"follow": map[string]any{"link": p.settings.PublicURL + link}, "organisation": organisationData(organisation),
		},
	})
	return err
}
