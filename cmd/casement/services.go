package main

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginstore"
)

// pluginServices is what plugins may be granted beyond what a call tells them.
func (p *parts) pluginServices() pluginhost.Services {
	return pluginhost.Services{
		Commands: newEffects(), Cases: p.cases, Search: p.search, Files: p.attachments, People: p.people,
		Store: pluginstore.New(p.db), Lookups: p.lookups, Designs: p.designs, Zone: p.zone, Contact: p.contactOf,
		Secrets: p.installed.Secrets, HTTP: p.outside,
	}
}

// contactOf is how whoever acts is reached, for plugins that may know it.
func (p *parts) contactOf(ctx context.Context, by core.Actor) (core.Contact, error) {
	switch by.Kind {
	case core.ActorStaff:
		user, err := p.people.FindUser(ctx, by.StaffID())
		return core.Contact{Name: user.Name, Email: user.Email}, err
	case core.ActorPerson:
		person, err := p.people.FindPerson(ctx, by, by.PersonID())
		return core.Contact{Name: person.Name, Email: person.Email, Phone: person.Phone}, err
	}
	return core.Contact{}, nil
}
