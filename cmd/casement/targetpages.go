package main

import (
	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/targetpages"
)

// newTargetPages makes the pages of targets and calendars.
func (p *parts) newTargetPages(conditions editing.Conditions) *targetpages.Pages {
	return targetpages.New(targetpages.Options{
		Types: p.types, Drafts: casetypes.NewDrafts(p.publisher), Targets: p.targets, Cases: p.cases, Clock: p.clock,
		Conditions: conditions,
	})
}

func (p *pages) registerTargets(app *server.App) {
	p.targets.Register(app.Admin(core.RoleConfigurator))
}
