// Package jobs is the only River code. It runs what must happen once, later,
// and on one server: reactions to changed cases, deliveries, sweeps. What a
// job does is given by cmd as a function; this package knows queues, retries
// and uniqueness.
package jobs

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/casement-dev/casement/core"
)

// Work is what the jobs do. Every function is called with a context that ends
// with the server, and may be called again for the same argument after a
// failure or a crash.
type Work struct {
	// React tells listeners what happened to a case; complete marks the job as
	// done in the transaction that finds nothing left.
	React func(ctx context.Context, cs core.CaseID, complete func(context.Context, pgx.Tx) error) error
	// Step takes what time has done to a case's targets through the door.
	Step func(ctx context.Context, cs core.CaseID) error
	// Wake tells the workflow of a task what it waits for.
	Wake func(ctx context.Context, cs core.CaseID, no int) error
	// Act runs the action of a plugin that an event of a case set off.
	Act func(ctx context.Context, cs core.CaseID, event core.Version, action string) error
	// Deliver sends the messages that are due, and reports how many.
	Deliver func(ctx context.Context) (int, error)
	// Tidy deletes what has expired.
	Tidy func(ctx context.Context) error
	// Export makes the file of an export.
	Export func(ctx context.Context, no int) error
	// Import reads an import on for some seconds; more says that there is more
	// to read. Others have their turn in between.
	Import func(ctx context.Context, id core.ImportID) (more bool, err error)
	// Webhooks tells an endpoint what is due to it; more says that there is more.
	Webhooks func(ctx context.Context, endpoint string) (more bool, err error)
	// Routine runs what an occasion of a case set off.
	Routine func(ctx context.Context, cs core.CaseID, occasion string) error
	// Watch, if there is one, sees every job.
	Watch Watch
}

// Runner works the queue.
type Runner struct {
	client *river.Client[pgx.Tx]
	watch  *watch
}

// River's defaults allow a thousand jobs a second with a quarter of a second
// of delay; these allow twenty thousand with a few milliseconds.
const (
	maxWorkers    = 16
	fetchCooldown = 20 * time.Millisecond
	fetchPoll     = 200 * time.Millisecond
	jobTimeout    = time.Minute
	queueOutside  = "outside" // jobs that wait for servers of others
	maxOutside    = 4
	exportTimeout = 20 * time.Minute
	// rescueAfter is when a job counts as lost by a server that lives: as soon
	// as nobody can still be at it. River's default is an hour.
	rescueAfter = jobTimeout + 15*time.Second
)

// New makes a runner for the queue in the pool's database. Nothing runs until
// [Runner.Start].
func New(pool *pgxpool.Pool, work Work, log *slog.Logger) (*Runner, error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(watched(work, func(ctx context.Context, job *river.Job[reactArgs]) error {
		return work.React(ctx, job.Args.Case, func(ctx context.Context, tx pgx.Tx) error {
			_, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
			return err
		})
	})))
	river.AddWorker(workers, river.WorkFunc(watched(work, func(ctx context.Context, job *river.Job[stepArgs]) error {
		return work.Step(ctx, job.Args.Case)
	})))
	river.AddWorker(workers, river.WorkFunc(watched(work, func(ctx context.Context, job *river.Job[wakeArgs]) error {
		return work.Wake(ctx, job.Args.Case, job.Args.Task)
	})))
	river.AddWorker(workers, river.WorkFunc(watched(work, func(ctx context.Context, job *river.Job[actArgs]) error {
		return work.Act(ctx, job.Args.Case, job.Args.Event, job.Args.Action)
	})))
	river.AddWorker(workers, river.WorkFunc(watched(work, func(ctx context.Context, job *river.Job[routineArgs]) error {
		return work.Routine(ctx, job.Args.Case, job.Args.Occasion)
	})))
	river.AddWorker(workers, river.WorkFunc(watched(work, func(ctx context.Context, _ *river.Job[deliverArgs]) error {
		_, err := work.Deliver(ctx)
		return err
	})))
	river.AddWorker(workers, river.WorkFunc(watched(work, func(ctx context.Context, _ *river.Job[tidyArgs]) error {
		return work.Tidy(ctx)
	})))
	river.AddWorker(workers, exportWorker{do: watched(work, func(ctx context.Context, job *river.Job[exportArgs]) error { return work.Export(ctx, job.Args.No) })})
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[importArgs]) error {
		var more bool
		err := watched(work, func(ctx context.Context, job *river.Job[importArgs]) (err error) {
			more, err = work.Import(ctx, job.Args.Import)
			return err
		})(ctx, job)
		if err == nil && more {
			return river.JobSnooze(0)
		}
		return err
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[webhooksArgs]) error {
		var more bool
		err := watched(work, func(ctx context.Context, job *river.Job[webhooksArgs]) (err error) {
			more, err = work.Webhooks(ctx, job.Args.Endpoint)
			return err
		})(ctx, job)
		if err == nil && more {
			return river.JobSnooze(0)
		}
		return err
	}))
	server := "worker " + rand.Text()[:16]
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		ID:                   server,
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: maxWorkers}, queueOutside: {MaxWorkers: maxOutside}},
		Workers:              workers,
		FetchCooldown:        fetchCooldown,
		FetchPollInterval:    fetchPoll,
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: rescueAfter,
		Logger:               slog.New(quiet{log.Handler()}),
		// A repeat of a reaction is harmless and a customer waits for it.
		RetryPolicy: soonAgain{},
	})
	if err != nil {
		return nil, fmt.Errorf("make the queue: %w", err)
	}
	return &Runner{client, newWatch(pool, server, log)}, nil
}

// Start works jobs until the context ends or [Runner.Stop] is called.
func (r *Runner) Start(ctx context.Context) error {
	if err := r.watch.start(ctx); err != nil {
		return err
	}
	if err := r.client.Start(ctx); err != nil {
		r.watch.end()
		return fmt.Errorf("start the queue: %w", err)
	}
	return nil
}

// Stop waits for running jobs, as long as the context allows.
func (r *Runner) Stop(ctx context.Context) error {
	defer r.watch.end()
	return r.client.Stop(ctx)
}

type (
	reactArgs struct {
		Case core.CaseID `json:"case"`
	}
	stepArgs struct {
		Case core.CaseID `json:"case"`
	}
	wakeArgs struct {
		Case core.CaseID `json:"case"`
		Task int         `json:"task"`
	}
	actArgs struct {
		Case   core.CaseID  `json:"case"`
		Event  core.Version `json:"event"`
		Action string       `json:"action"`
	}
	routineArgs struct {
		Case     core.CaseID `json:"case"`
		Occasion string      `json:"occasion"`
	}
	deliverArgs struct{}
	tidyArgs    struct{}
	exportArgs  struct {
		No int `json:"no"`
	}
	importArgs struct {
		Import core.ImportID `json:"import"`
	}
	webhooksArgs struct {
		Endpoint string `json:"endpoint"`
	}
)

func (reactArgs) Kind() string    { return "react" }
func (stepArgs) Kind() string     { return "step" }
func (wakeArgs) Kind() string     { return "wake" }
func (actArgs) Kind() string      { return "act" }
func (routineArgs) Kind() string  { return "routine" }
func (deliverArgs) Kind() string  { return "deliver" }
func (tidyArgs) Kind() string     { return "tidy" }
func (exportArgs) Kind() string   { return "export" }
func (importArgs) Kind() string   { return "import" }
func (webhooksArgs) Kind() string { return "webhooks" }

// exportWorker may take its time: a file of a hundred thousand rows is made in
// minutes. The next attempt of one that took longer would take as long.
type exportWorker struct {
	river.WorkerDefaults[exportArgs]
	do func(ctx context.Context, job *river.Job[exportArgs]) error
}

// Work implements river.Worker.
func (w exportWorker) Work(ctx context.Context, job *river.Job[exportArgs]) error {
	return w.do(ctx, job)
}

// Timeout implements river.Worker.
func (exportWorker) Timeout(*river.Job[exportArgs]) time.Duration { return exportTimeout }

// insertJob queues a job unless the same one waits or runs already. River's
// own insert would send a NOTIFY from inside the writer's transaction, which
// makes all writers commit one after another; workers find this one at their
// next poll. unique_states lists available, pending, retryable, running and
// scheduled: a finished job is no reason not to run again.
const insertJob = `INSERT INTO river_job (args, kind, max_attempts, queue, state, priority, unique_key, unique_states, metadata)
VALUES ($1, $2, 25, $6, 'available', 1, sha256(convert_to($3, 'UTF8')), $4::text::bit(8), $5)
ON CONFLICT (unique_key)
	WHERE unique_key IS NOT NULL AND unique_states IS NOT NULL AND river_job_state_in_bitmask(unique_states, state)
	DO NOTHING`

// QueueReact queues the reaction to a changed case on the batch that commits
// the change. The job remembers the cause its context names ([Caused]).
func QueueReact(ctx context.Context, b *pgx.Batch, cs core.CaseID) {
	cause, _ := ctx.Value(causeKey{}).(string)
	queue(b, reactArgs{cs}, cs.String(), cause)
}

// QueueStep queues what time has done to a case's targets.
func QueueStep(b *pgx.Batch, cs core.CaseID) { queue(b, stepArgs{cs}, cs.String(), "") }

// QueueWake queues what the workflow of a task waits for.
func QueueWake(b *pgx.Batch, cs core.CaseID, task int) {
	queue(b, wakeArgs{cs, task}, cs.String()+"/"+strconv.Itoa(task), "")
}

// QueueAction queues the action of a plugin that an event of a case set off.
func QueueAction(b *pgx.Batch, cs core.CaseID, event core.Version, action string) {
	queue(b, actArgs{cs, event, action}, fmt.Sprintf("%s/%d/%s", cs, event, action), "")
}

// QueueRoutine queues what an occasion of a case set off.
func QueueRoutine(b *pgx.Batch, cs core.CaseID, occasion string) {
	queue(b, routineArgs{cs, occasion}, cs.String()+"/"+occasion, "")
}

// QueueDelivery queues the sending of due messages.
func QueueDelivery(b *pgx.Batch) { queue(b, deliverArgs{}, "", "") }

// QueueExport queues the making of an export's file.
func QueueExport(b *pgx.Batch, no int) { queue(b, exportArgs{no}, strconv.Itoa(no), "") }

// QueueImport queues the reading of a file of cases. Each phase of an import
// has a job of its own: that of the dry run may not have ended to its last when
// somebody starts the run.
func QueueImport(b *pgx.Batch, id core.ImportID, phase string) {
	queue(b, importArgs{id}, id.String()+"/"+phase, "")
}

// QueueTidying queues the deletion of what has expired.
func QueueTidying(b *pgx.Batch) { queue(b, tidyArgs{}, "", "") }

// QueueWebhooks queues what is due to an endpoint of webhooks, in a queue of
// its own: servers that do not answer keep nothing else waiting.
func QueueWebhooks(b *pgx.Batch, endpoint string) {
	queueIn(b, queueOutside, webhooksArgs{endpoint}, endpoint, "")
}

func queue(b *pgx.Batch, args river.JobArgs, unique, cause string) {
	queueIn(b, river.QueueDefault, args, unique, cause)
}

func queueIn(b *pgx.Batch, name string, args river.JobArgs, unique, cause string) {
	raw, err := json.Marshal(args)
	beside, failed := json.Marshal(metadata{cause})
	if err := errors.Join(err, failed); err != nil {
		panic(fmt.Sprintf("encode a %s job: %v", args.Kind(), err)) // both are our own structs of words
	}
	b.Queue(insertJob, raw, args.Kind(), args.Kind()+"/"+unique, stillToRun, beside, name)
}

// stillToRun is River's bit mask of the states in which a job is still to run,
// from the left: scheduled, running, retryable, pending, discarded, completed,
// cancelled, available (river_job_state_in_bitmask in its migration 6).
const stillToRun = "11110001"

// soonAgain tries again after 1, 2, 4 … seconds, at most ten minutes.
type soonAgain struct{}

func (soonAgain) NextRetry(job *rivertype.JobRow) time.Time {
	wait := time.Second << min(max(len(job.Errors), 0), 10)
	return time.Now().Add(min(wait, 10*time.Minute))
}

// quiet drops River's chatter below warnings.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}
