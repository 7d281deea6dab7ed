package main

import (
	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/api"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/apipages"
)

// registerAPI hangs the API on the server, an operation for every command of
// the table and the queries, and the pages about it.
func (p *pages) registerAPI(app *server.App) error {
	parts := p.parts
	operations := api.New(parts.apiOptions())
	operations.Register(app.Fiber(), app.API(api.Prefix))
	description, err := operations.Description()
	if err != nil {
		return err
	}
	manual, err := apipages.ReadManual(description)
	if err != nil {
		return err
	}
	about := apipages.New(apipages.Options{
		People: parts.people, Clock: parts.clock, Zone: p.zone, Types: parts.types.All, Manual: func() apipages.Manual { return manual },
	})
	about.RegisterPublic(app.Public())
	about.RegisterAdmin(app.Admin(core.RoleAdministrator))
	return nil
}
