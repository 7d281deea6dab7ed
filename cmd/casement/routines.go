package main

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/jobs"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/core/schedule"
)

// newRoutines makes what case types do by themselves: with every command of the
// table that routines may give, and with whatever writes, calls and runs.
func (p *parts) newRoutines() (*routines.Service, error) {
	var table []cases.Command
	for _, e := range commandTable() {
		table = append(table, e.command)
	}
	return routines.New(routines.Options{
		DB: p.db, Cases: p.cases, Types: p.types, Clock: p.clock, Log: p.log, Commands: routines.NewCommands(table),
		Queue: jobs.QueueRoutine, Schedule: schedule.Read,
		Messages: p.messages, Writer: p.notifications, Deliver: jobs.QueueDelivery,
		Plugins: p.plugins.ActionProvider(), Hook: p.webhooks.Hook,
	})
}

// webhookKeys lists the webhooks that routines may call, by key.
func (p *parts) webhookKeys(ctx context.Context) ([]string, error) {
	endpoints, err := p.webhooks.Endpoints(ctx, core.Actor{Kind: core.ActorSystem, Roles: []core.Role{core.RoleAdministrator}})
	keys := make([]string, len(endpoints))
	for i, e := range endpoints {
		keys[i] = e.Key
	}
	return keys, err
}
