package main

import (
	"cmp"
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/api/open311"
	"github.com/casement-dev/casement/core/server"
)

// registerOpen311 lets applications of cities report, under /open311/v2.
func (p *parts) registerOpen311(app *server.App) {
	open311.New(open311.Options{
		Types: p.types, Cases: p.cases, Intake: p.intake, Clock: p.clock, BaseURL: p.settings.PublicURL, Groups: p.groupNames,
		Client: func(ctx context.Context, key string) (core.Actor, error) {
			found, err := p.people.ClientByKey(ctx, key)
			return found.Client.Actor(), err
		},
		Contact: func(ctx context.Context) (string, error) {
			organisation, err := p.portals.Organisation(ctx)
			return cmp.Or(organisation.Email, organisation.Telephone), err
		},
	}).Register(app.API(open311.Prefix))
}
