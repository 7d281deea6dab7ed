package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/jobs"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/settings"
)

// stopTime is how long running requests and jobs may take to end.
const stopTime = 20 * time.Second

// serveCommand runs the server.
type serveCommand struct {
	settings.Settings `embed:""`
	Demo              bool `help:"Fill an empty installation with demonstration data: an invented council." env:"CASEMENT_DEMO"`
}

// Run implements the command: database, schema, parts, jobs, pages, and then
// everything in the opposite order.
func (cmd *serveCommand) Run(ctx context.Context, out io.Writer) error {
	s := &cmd.Settings
	if err := s.Finish(); err != nil {
		return err
	}
	log := newLog(s)
	ln, err := listen(s.Listen)
	if err != nil {
		return err
	}
	defer ln.Close()
	d, err := openDatabase(ctx, s, log)
	if err != nil {
		return err
	}
	defer d.close(log)
	if err := postgres.Migrate(ctx, d.pool); err != nil {
		return err
	}
	clock := s.Clock(log)
	p, err := build(s, d, clock, log)
	if err != nil {
		return err
	}
	defer p.close()
	if err := p.prepare(ctx, cmd.Demo); err != nil {
		return fmt.Errorf("prepare the installation: %w", err)
	}
	app, err := p.newServer(ctx)
	if err != nil {
		return err
	}
	stop, err := p.start(ctx)
	if err != nil {
		return err
	}
	defer stop()
	p.greet(ctx, out, d)
	served := make(chan error, 1)
	go func() { served <- app.Serve(ln) }()
	select {
	case err = <-served:
	case <-ctx.Done():
	case <-d.gone():
		err = errors.New("the private database stopped by itself; see postgres.log in its directory")
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	return errors.Join(err, app.Shutdown(ending))
}

// start begins what runs by itself: the queue, the follower of the feed on one
// elected server, the listener of this one, and the ticks.
func (p *parts) start(ctx context.Context) (stop func(), err error) {
	runner, err := jobs.New(p.db.Pool(), p.work(), p.log)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if err := runner.Start(ctx); err != nil {
		cancel()
		return nil, err
	}
	scheduler, err := p.newSchedule()
	if err != nil {
		cancel()
		return nil, err
	}
	scheduler.Start()
	var running sync.WaitGroup
	follower := events.NewFollower(p.db, p.clock, p.consumers()...)
	running.Go(func() {
		err := postgres.Elect(p.db.Pool(), "feed").Lead(ctx, func(ctx context.Context) error {
			return follower.Follow(ctx, func(err error) { p.log.Error("follow the feed", "error", err) })
		})
		if err != nil && ctx.Err() == nil {
			p.log.Error("the follower of the feed stopped", "error", err)
		}
	})
	running.Go(func() {
		events.Listen(ctx, p.db, p.hub, func(err error) { p.log.Warn("live updates", "error", err) })
	})
	return func() {
		ending, done := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer done()
		if err := scheduler.Stop(ending); err != nil {
			p.log.Error("stop the schedule", "error", err)
		}
		if err := runner.Stop(ending); err != nil {
			p.log.Error("stop the queue", "error", err)
		}
		cancel()
		running.Wait()
	}, nil
}

// consumers keep what is derived from the feed.
func (p *parts) consumers() []events.Consumer { return []events.Consumer{p.index.Follow} }
