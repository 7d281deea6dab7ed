// Package routines is what case types do by themselves: when something happens
// to a case, or time comes, a routine's condition is asked, and if it holds its
// actions go through the door as the routine, one after the other.
//
//	heard.go      events set routines off: what runs is written where it is heard
//	evaluate.go   a case as conditions see it, and whether they hold
//	work.go       the job that runs the actions of what was set off
//	act.go        the actions: commands, messages, actions of plugins, webhooks
//	through.go    what goes through the door beside them: done once, stopped
//	intend.go     what the actions would do, without doing it
//	replay.go     what routines would have done in the past
//	rewound.go    a case on the way back through its past
//	commands.go   commands from their names and arguments
//	chains.go     which routines may set off which, before any runs
//	foreseen.go   what may be recorded when a routine gives a command
//	clock.go      time sets routines off
//	moments.go    when it may, for each case
//	check.go      what configuration asks before a routine is published
//	log.go        what ran, when and why, for pages; what is old is deleted
//
// A run is a row for each case, routine and occasion (an event, or a moment),
// and a result for each of its actions; both are there before anything is done.
// What is done is noted in the transaction that does it. So a routine runs
// exactly once for its occasion, whatever dies meanwhile.
//
// A routine's own changes may set off other routines. The chain is carried in
// the actor; one that stands in its own chain, a chain that is too long, and
// what runs too often on one case are stopped, and the case's history says so.
package routines

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/actions"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/postgres"
)

// Writer writes the words of routines: who is an audience, and what templates
// may say of a case.
type Writer interface {
	// Words is what Liquid in the arguments of a command may name.
	Words(ctx context.Context, cs *core.Case, t *core.CaseType, e core.Recorded) (messages.Data, error)
	// Letters writes a message by a template to everybody of an audience.
	Letters(ctx context.Context, cs *core.Case, t *core.CaseType, e core.Recorded, template, audience string) ([]messages.Letter, error)
	// Tell is Letters for a routine that is done now. ring is put on the batch
	// that keeps the letters: staff are told in the console as well.
	Tell(ctx context.Context, cs *core.Case, t *core.CaseType, e core.Recorded, routine, template, audience string) (letters []messages.Letter, ring func(*pgx.Batch), err error)
	// Announce follows when what was told of a case is in force.
	Announce(ctx context.Context, cs core.CaseID) error
}

// Hook tells an outgoing webhook of an event, once however often it is asked.
type Hook func(ctx context.Context, key string, cs *core.Case, e core.Recorded) error

// Options are what routines are made of. Those behind the empty line may be
// left out: then an action that needs one fails and says so.
type Options struct {
	DB       *postgres.DB
	Cases    *cases.Service
	Types    *casetypes.Service
	Clock    core.Clock
	Log      *slog.Logger
	Commands *Commands
	// Queue queues the job that runs what an occasion of a case set off: a call
	// of [Service.Work].
	Queue func(b *pgx.Batch, cs core.CaseID, occasion string)
	// Schedule reads a schedule in cron's five fields, by the clocks of a zone:
	// next is its next moment after another. Errors: invalid, for what is no
	// schedule.
	Schedule func(schedule string, zone *time.Location) (next func(after time.Time) time.Time, err error)

	Messages *messages.Service
	Writer   Writer
	Deliver  func(*pgx.Batch) // queues the sending of letters
	Plugins  actions.Provider
	Hook     Hook
}

// Service runs routines. It is safe for concurrent use, on several servers.
type Service struct {
	o          Options
	conditions *conditions.Compiler
}

// New makes the service. Its [Service.Heard] is given to cases.Listen.
func New(o Options) (*Service, error) {
	return &Service{o, o.Types.Conditions()}, nil
}

// Commands gives the commands that routines may give, for editors of them.
func (s *Service) Commands() *Commands { return s.o.Commands }

// Conditions gives the compiler of conditions, for editors of them.
func (s *Service) Conditions() *conditions.Compiler { return s.conditions }
