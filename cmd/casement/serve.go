package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/jobs"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/settings"
	"github.com/casement-dev/casement/core/tracing"
)

// stopTime is how long running requests and jobs may take to end.
const stopTime = 20 * time.Second

// serveCommand runs the server.
type serveCommand struct {
	settings.Settings `embed:""`
	Demo              bool `help:"Fill an empty installation with demonstration data: an invented council." env:"CASEMENT_DEMO"`
	NewKey            bool `help:"Go on with another secret key than the installation had. Links in mails and open forms that were made with the old one stop working."`
}

// garbage is how much may be thrown away, in percent of what is kept, before it
// is collected. Pages keep some twenty megabytes and throw one away each: at the
// usual 100 a busy server spends a fifth of its time collecting.
const garbage = 300

// Run implements the command: database, schema, parts, jobs, pages, and then
// everything in the opposite order.
func (cmd *serveCommand) Run(ctx context.Context, out io.Writer) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
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
	tracer, configure, err := startTracing(ctx, s, log)
	if err != nil {
		return err
	}
	defer stopTracing(ctx, tracer, log)
	d, err := openDatabase(ctx, s, log, configure...)
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
	p.watch.tracer, p.newKey = tracer, cmd.NewKey
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
	p.greet(ctx, out, d)
	served := make(chan error, 1)
	go func() { served <- app.Serve(ln) }()
	select {
	case err = <-served:
	case <-ctx.Done():
	case <-d.gone():
		err = errors.New("the private database stopped by itself; see postgres.log in its directory")
	}
	// First the word that requests should go elsewhere; then, at once, the offices,
	// so that another server takes them over while this one still answers.
	app.Drain()
	var stopping sync.WaitGroup
	stopping.Go(stop)
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.DrainTime+stopTime)
	defer cancel()
	err = errors.Join(err, app.Shutdown(ending))
	stopping.Wait()
	return err
}

// startTracing makes the tracer, if there is somebody to send traces to, and
// what connections to the database need for it.
func startTracing(ctx context.Context, s *settings.Settings, log *slog.Logger) (*tracing.Tracer, []func(*pgxpool.Config), error) {
	if s.Tracing.Endpoint == "" {
		return nil, nil, nil
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	tracer, err := tracing.Start(ctx, tracing.Options{
		Endpoint: s.Tracing.Endpoint, Share: s.Tracing.Share, Version: version, Server: fmt.Sprintf("%s/%d", host, os.Getpid()), Log: log,
	})
	if err != nil {
		return nil, nil, err
	}
	return tracer, []func(*pgxpool.Config){func(c *pgxpool.Config) { c.ConnConfig.Tracer = tracer.Database() }}, nil
}

// traceTime is how long the last traces may take to be sent.
const traceTime = 3 * time.Second

func stopTracing(ctx context.Context, tracer *tracing.Tracer, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), traceTime)
	defer cancel()
	if err := tracer.Stop(ctx); err != nil {
		log.Warn("traces", "error", err)
	}
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
	readers, err := p.mailboxReaders()
	if err != nil {
		cancel()
		return nil, err
	}
	scheduler.Start()
	following, resign := context.WithCancel(ctx)
	var running sync.WaitGroup
	follower := events.NewFollower(p.db, p.clock, p.consumers()...)
	running.Go(func() {
		err := postgres.Elect(p.db.Pool(), "feed").Lead(following, func(ctx context.Context) error {
			p.watch.leads.Store(true)
			defer p.watch.leads.Store(false)
			return follower.Follow(ctx, func(err error) { p.log.Error("follow the feed", "error", err) })
		})
		if err != nil && following.Err() == nil {
			p.log.Error("the follower of the feed stopped", "error", err)
		}
	})
	if p.meili != nil {
		running.Go(func() { p.followMeili(following) })
	}
	running.Go(func() {
		events.Listen(ctx, p.db, p.hub, func(err error) { p.log.Warn("live updates", "error", err) })
	})
	running.Go(func() { p.forgetFigures(ctx) })
	running.Go(func() { p.followMail(following) })
	for key, reader := range readers {
		running.Go(func() { p.readMailbox(following, key, reader) })
	}
	running.Go(func() { p.followPlugins(ctx) })
	return func() {
		resign() // the offices first: others wait for them
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
func (p *parts) consumers() []events.Consumer {
	return []events.Consumer{p.cases.FollowFigures, p.index.Follow}
}

// forgetFigures has the figures of queues read anew whenever the feed brings
// something, so that a page that is told of a change shows it.
func (p *parts) forgetFigures(ctx context.Context) {
	changed, err := p.hub.Subscribe("counts")
	if err != nil {
		p.log.Error("listen for changed figures", "error", err)
		return
	}
	defer changed.Close()
	for {
		select {
		case <-changed.Wake():
			changed.Take()
			p.cases.ForgetFigures()
		case <-changed.Done():
			return
		case <-ctx.Done():
			return
		}
	}
}
