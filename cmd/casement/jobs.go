package main

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/jobs"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/schedule"
)

// Bounds of what one run of a job takes on.
const (
	deliverBatch = 50
	remindBatch  = 100
)

// work is what the queue runs.
func (p *parts) work() jobs.Work {
	return jobs.Work{
		React:   p.react,
		Step:    p.targets.StepCase,
		Wake:    p.tasks.Wake,
		Act:     p.actions.Work,
		Routine: p.routines.Work,
		Deliver: func(ctx context.Context) (int, error) {
			tally, err := p.messages.DeliverDue(ctx, p.clock.Now(), deliverBatch)
			return tally.Handled(), err
		},
		Import:   p.imports.Work,
		Webhooks: p.webhooks.Work,
		Tidy:     p.tidy,
		Export:   p.exports.Run,
		Watch:    p.watch.atJob,
	}
}

// newSchedule makes the ticks of this server; one elected server acts on them.
func (p *parts) newSchedule() (*schedule.Scheduler, error) {
	return schedule.New(p.db.Pool(), []schedule.Tick{
		{Name: "targets", Every: p.tick(15 * time.Second), Do: func(ctx context.Context) error {
			_, err := p.targets.Tick(ctx, p.clock.Now(), jobs.QueueStep)
			return err
		}},
		{Name: "tasks", Every: p.tick(15 * time.Second), Do: func(ctx context.Context) error {
			_, err := p.tasks.Tick(ctx, p.clock.Now(), jobs.QueueWake)
			return err
		}},
		{Name: "routines", Every: p.tick(time.Minute), Do: func(ctx context.Context) error {
			return p.routines.Tick(ctx, p.clock.Now())
		}},
		{Name: "mail", Every: p.tick(5 * time.Second), Do: func(ctx context.Context) error {
			return p.queue(ctx, jobs.QueueDelivery)
		}},
		{Name: "webhooks", Every: p.tick(5 * time.Second), Do: p.queueWebhooks},
		{Name: "digests", Every: p.tick(5 * time.Minute), Do: func(ctx context.Context) error {
			_, err := p.notifications.SendDigests(ctx, p.clock.Now())
			return err
		}},
		{Name: "questions", Every: p.tick(time.Minute), Do: p.remindQuestions},
		{Name: "mail in", Every: p.tick(15 * time.Second), Do: p.workMail},
		{Name: "given up", Every: 10 * time.Minute, Do: func(ctx context.Context) error {
			n, err := jobs.TryAgain(ctx, p.db.Pool(), time.Hour)
			if n > 0 {
				p.log.Warn("jobs that were given up are tried again", "jobs", n)
			}
			return err
		}},
		{Name: "unheard", Every: 24 * time.Hour, Do: func(ctx context.Context) error {
			n, err := jobs.QueueLost(ctx, p.db)
			if n > 0 {
				p.log.Warn("cases whose reaction had no job", "cases", n)
			}
			return err
		}},
		{Name: "tidy", Every: time.Hour, Do: func(ctx context.Context) error {
			return p.queue(ctx, jobs.QueueTidying)
		}},
	}, p.log)
}

// tick is how often something is looked for: every second on a test
// installation, whose clock may have been moved a moment ago.
func (p *parts) tick(every time.Duration) time.Duration {
	if p.settings.Test {
		return time.Second
	}
	return every
}

func (p *parts) queue(ctx context.Context, add func(*pgx.Batch)) error {
	var b pgx.Batch
	add(&b)
	return postgres.Translate(p.db.Pool().SendBatch(ctx, &b).Close())
}

// remindQuestions takes the reminders of questions that nobody answered through
// the door, each on its own.
func (p *parts) remindQuestions(ctx context.Context) error {
	due, err := p.questions.DueForReminder(ctx, p.clock.Now(), remindBatch)
	if err != nil {
		return err
	}
	var failed []error
	for _, q := range due {
		if _, err := p.cases.Do(ctx, core.SystemActor(), cases.One(q.CaseID, 0, &questions.Remind{No: q.No})); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// tidy deletes what has expired.
func (p *parts) tidy(ctx context.Context) error {
	now := p.clock.Now()
	_, messages := p.messages.Sweep(ctx, now)
	_, mails := p.mailIn.kept.Sweep(ctx, now)
	_, drafts := p.forms.Sweep(ctx)
	_, files := p.attachments.Sweep(ctx, now)
	_, composers := p.notes.SweepDrafts(ctx)
	_, exported := p.exports.Sweep(ctx, now)
	words := p.index.Sweep(ctx)
	tries := postgres.NewCounts(p.db).Sweep(ctx, now)
	meili := p.sweepMeili(ctx)
	installed := p.installed.Sweep(ctx, now)
	_, sections := p.details.Sweep(ctx, now)
	_, told := p.notifications.Sweep(ctx, now)
	_, routines := p.routines.Sweep(ctx, now)
	_, hooks := p.webhooks.Sweep(ctx, now)
	return errors.Join(mails, told, hooks, routines, tries, sections, installed, words, meili, p.people.Sweep(ctx), p.cases.Sweep(ctx), messages, drafts, files, composers, exported)
}
