package main

import (
	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/examples"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/messagepages"
)

// requireMessages keeps case types from being published whose messages say what
// their events never have, and those whose examples do not hold.
func (p *parts) requireMessages() {
	p.publisher.Require(p.notifications.Check, examples.NewChecker(p.types).Check)
}

// newMessagePages makes the pages of templates, of who is told, and of examples.
func (p *parts) newMessagePages() *messagepages.Pages {
	return messagepages.New(messagepages.Options{
		Messages: p.messages, Notifications: p.notifications, Types: p.types, Cases: p.cases, Examples: examples.NewChecker(p.types),
	})
}

// registerMessages hangs them on the server.
func (p *pages) registerMessages(app *server.App) {
	p.message.RegisterView(app.Admin(core.RoleConfigurator, core.RoleAdministrator))
	p.message.RegisterChange(app.Admin(core.RoleConfigurator, core.RoleAdministrator))
}
