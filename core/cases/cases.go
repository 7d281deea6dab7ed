// Package cases is the door: whatever changes a case, be it a button, the API,
// a routine, a plugin or the clock, is a [Command] that goes through
// [Service.Do]. There the case is locked, the actor's permission checked, the
// version compared, the rule applied, events recorded and the reaction queued,
// in one transaction.
//
// The commands of the case itself are here, one file each: raise, claim,
// assign, status, close … Those of other areas (notes, questions, tasks,
// targets) live in their own slices on higher rungs and come through the same
// door. What may stand in the way of a command, and what must be true together
// with it, is said by three hooks: [Service.Before], [Service.Guard] and
// [Service.On], wired in cmd/casement/commands.go.
//
// The queries of lists and pages are in list.go and show.go.
package cases

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/postgres"
)

// Service changes and finds cases. Its hooks are set while the program is
// wired and not after.
type Service struct {
	db    *postgres.DB
	types *casetypes.Service
	clock core.Clock
	// Secret derives the tracking tokens of cases.
	secret core.Secret

	befores      map[core.CommandName][]func(*Work) []Command
	guards       map[core.CommandName][]func(*Work) error
	consequences map[core.EventKind][]func(*Work, core.Event) []Command
	preloads     []func(*Reads)
	listeners    []Listener
	enqueue      func(ctx context.Context, b *pgx.Batch, cs core.CaseID)
	watch        Watch
	figures      figures
}

// New makes the service. Nothing is queued for a changed case until
// [Service.Reactions] is called.
func New(db *postgres.DB, types *casetypes.Service, clock core.Clock, secret core.Secret) *Service {
	return &Service{
		db: db, types: types, clock: clock, secret: secret,
		befores:      map[core.CommandName][]func(*Work) []Command{},
		guards:       map[core.CommandName][]func(*Work) error{},
		consequences: map[core.EventKind][]func(*Work, core.Event) []Command{},
	}
}

// Before settles what time has already decided before a command applies: a
// target that was due is breached before the case closes.
func (s *Service) Before(name core.CommandName, f func(*Work) []Command) {
	s.befores[name] = append(s.befores[name], f)
}

// Guard lets a slice refuse a command with a sentence for a person.
func (s *Service) Guard(name core.CommandName, f func(*Work) error) {
	s.guards[name] = append(s.guards[name], f)
}

// On adds a consequence: the commands that must be true together with an
// event, applied in the same transaction.
func (s *Service) On(kind core.EventKind, f func(*Work, core.Event) []Command) {
	s.consequences[kind] = append(s.consequences[kind], f)
}

// Preload adds a query that runs for every existing case that is changed, in
// the batch that locks it, so that hooks need no database of their own.
func (s *Service) Preload(f func(*Reads)) { s.preloads = append(s.preloads, f) }

// Reactions says how the job that reacts to a changed case is queued on the
// batch that commits the change.
func (s *Service) Reactions(enqueue func(ctx context.Context, b *pgx.Batch, cs core.CaseID)) {
	s.enqueue = enqueue
}

// Types gives the published configuration.
func (s *Service) Types() *casetypes.Service { return s.types }

// Clock gives the clock that all commands go by.
func (s *Service) Clock() core.Clock { return s.clock }

// Command is one intent to change one case. Commands are structs with
// exported, tagged fields; a command that fails changes nothing.
type Command interface {
	// Name is the same word everywhere: API, routines, plugins, history.
	Name() core.CommandName
	// Needs is what the actor must hold on this case.
	Needs() core.Permission
	// Touches lists the aspects that must not have changed since the actor
	// looked; none for notes, files and questions.
	Touches() []core.Aspect
	// Apply checks the rule, changes w.Case, queues writes and records events.
	Apply(ctx context.Context, w *Work) error
}

// Loader is a command that wants something from the database first. Its
// queries run in the batch that locks the case.
type Loader interface {
	Load(r *Reads)
}

// Preparer is a command that must say something before its guards are asked.
type Preparer interface {
	Prepare(w *Work) error
}

// Change is what is to happen to one case, in order.
type Change struct {
	Case     core.CaseID
	Seen     core.Version // the version the actor looked at; 0 skips the comparison
	Commands []Command
}

// Request is a set of changes of which all happen, or none.
type Request struct {
	Key     string // idempotency key; "" for none
	Origin  core.Origin
	Changes []Change
}

// Outcome is what became of one change.
type Outcome struct {
	Case    core.CaseID    `json:"case"`
	Ref     core.Reference `json:"ref"`
	Version core.Version   `json:"version"`
	Made    core.Made      `json:"made,omitempty"`
}

// Result lists the outcomes in the order of the request's changes.
type Result struct {
	Outcomes []Outcome `json:"outcomes"`
	Repeated bool      `json:"-"` // the key was known: this is the first result again
}

// One is a live request for one case, without a key.
func One(cs core.CaseID, seen core.Version, commands ...Command) Request {
	return Request{Origin: core.OriginLive, Changes: []Change{{Case: cs, Seen: seen, Commands: commands}}}
}
