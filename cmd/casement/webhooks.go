package main

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/api"
	"github.com/casement-dev/casement/core/jobs"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/webhooks"
)

// newWebhooks makes what tells other systems. A case that is sent along is
// written by the API, though by one that nobody can reach.
func (p *parts) newWebhooks() *webhooks.Service {
	shown := api.New(p.apiOptions())
	return webhooks.New(webhooks.Options{
		DB: p.db, Cases: p.cases, People: p.people, Messages: p.messages, Clock: p.clock, Log: p.log, Secret: p.secret, BaseURL: p.settings.PublicURL,
		Queue: jobs.QueueWebhooks, Deliver: jobs.QueueDelivery, Case: shown.CaseFor,
		Private: p.settings.Webhooks.Private, Plain: p.settings.Webhooks.HTTP || p.settings.Test, Loopback: p.settings.Test,
	})
}

// apiOptions are what the API is made of.
func (p *parts) apiOptions() api.Options {
	var commands []api.Entry
	for _, e := range commandTable() {
		commands = append(commands, api.Entry{Command: e.command, Says: e.says})
	}
	return api.Options{
		BaseURL: p.settings.PublicURL, Secret: p.secret, Clock: p.clock, Log: p.log, Commands: commands,
		People: p.people, Cases: p.cases, Notes: p.notes, Questions: p.questions, Tasks: p.tasks, Targets: p.targets,
		Attachments: p.attachments, Search: p.search, Hub: p.hub,
	}
}

// react tells listeners what happened to a case, and then the pages of those
// who were notified of it. That a page is not told is no reason to react again:
// the next one shows it.
func (p *parts) react(ctx context.Context, id core.CaseID, complete func(context.Context, pgx.Tx) error) error {
	if err := p.cases.React(ctx, id, complete); err != nil {
		return err
	}
	if err := p.notifications.Announce(ctx, id); err != nil {
		p.log.Warn("tell pages of notifications", "error", err)
	}
	return nil
}

// queueWebhooks queues what is due to endpoints and has no job.
func (p *parts) queueWebhooks(ctx context.Context) error {
	due, err := p.webhooks.Due(ctx, p.clock.Now())
	if err != nil || len(due) == 0 {
		return err
	}
	var b pgx.Batch
	for _, endpoint := range due {
		jobs.QueueWebhooks(&b, endpoint)
	}
	return postgres.Translate(p.db.Pool().SendBatch(ctx, &b).Close())
}
