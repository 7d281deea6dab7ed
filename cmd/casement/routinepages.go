package main

import (
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/routinepages"
)

// newRoutinePages makes the pages of routines.
func (p *parts) newRoutinePages(zone *time.Location) *routinepages.Pages {
	return routinepages.New(routinepages.Options{
		Routines: p.routines, Types: p.types, Drafts: casetypes.NewDrafts(p.publisher), Cases: p.cases, Clock: p.clock, Zone: zone, Groups: p.groupNames,
	})
}

func (p *pages) registerRoutines(app *server.App) {
	p.routine.Register(app.Admin(core.RoleConfigurator))
}
