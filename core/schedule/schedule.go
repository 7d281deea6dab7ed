// Package schedule is the only gocron code. It sets off, at intervals and on
// one server of all that share a database, what must be looked for again and
// again: targets that fell due, messages to deliver, what has expired. What is
// found is work for the queue (core/jobs) or is done at once if it is short.
//
// The table of what runs how often is in cmd/casement/jobs.go.
package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core/postgres"
)

const (
	// office is what the servers elect their leader for.
	office = "ticks"
	// patience bounds one run, so that a hanging one does not end the series.
	patience = time.Minute
	// stopPatience bounds how long stopping waits for what runs.
	stopPatience = 10 * time.Second
)

// Tick is something that is done at intervals.
type Tick struct {
	Name  string        // for the log
	Every time.Duration // from start to start; a run that takes longer drops the next
	// Do must bear being done twice, on two servers at once: for a moment after
	// a lost connection the old leader and the new may both believe they lead.
	// Its context ends after a minute, and with the scheduler.
	Do func(ctx context.Context) error
}

// Scheduler sets off ticks while its server leads.
type Scheduler struct {
	cron     gocron.Scheduler
	election *postgres.Election
	log      *slog.Logger

	ctx  context.Context // of every run
	stop context.CancelFunc
}

// New makes a scheduler for the database of the pool. Nothing runs until
// [Scheduler.Start].
func New(pool *pgxpool.Pool, ticks []Tick, log *slog.Logger) (*Scheduler, error) {
	s := &Scheduler{election: postgres.Elect(pool, office), log: log}
	s.ctx, s.stop = context.WithCancel(context.Background())
	cron, err := gocron.NewScheduler(
		gocron.WithLocation(time.UTC),
		gocron.WithDistributedElector(s.election),
		gocron.WithStopTimeout(stopPatience),
	)
	if err != nil {
		return nil, fmt.Errorf("make the schedule: %w", err)
	}
	s.cron = cron
	for _, tick := range ticks {
		if err := s.add(tick); err != nil {
			s.stop()
			err = errors.Join(err, cron.Shutdown())
			return nil, fmt.Errorf("schedule %q: %w", tick.Name, err)
		}
	}
	return s, nil
}

// add schedules a tick, the first time at once: what fell due while no server
// ran is not left waiting, and what is done each hour is done even where
// servers are restarted more often.
func (s *Scheduler) add(tick Tick) error {
	_, err := s.cron.NewJob(
		gocron.DurationJob(tick.Every),
		gocron.NewTask(func() { s.run(tick) }),
		gocron.WithName(tick.Name),
		gocron.WithSingletonMode(gocron.LimitModeReschedule),
		gocron.WithStartAt(gocron.WithStartImmediately()),
	)
	return err
}

// run does a tick once. A failure is logged, and tried again at the next.
func (s *Scheduler) run(tick Tick) {
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	defer func() {
		if cause := recover(); cause != nil {
			s.log.Error("a scheduled task panicked", "task", tick.Name, "cause", cause, "stack", string(debug.Stack()))
		}
	}()
	if err := tick.Do(ctx); err != nil && s.ctx.Err() == nil {
		s.log.Error("a scheduled task failed", "task", tick.Name, "error", err)
	}
}

// Start begins to set off ticks.
func (s *Scheduler) Start() { s.cron.Start() }

// Stop ends running ticks by their context, waits for them as long as ctx
// allows, and lets another server lead. The scheduler cannot be started again.
func (s *Scheduler) Stop(ctx context.Context) error {
	s.stop()
	defer s.election.Resign()
	if err := s.cron.ShutdownWithContext(ctx); err != nil {
		return fmt.Errorf("stop the schedule: %w", err)
	}
	return nil
}
