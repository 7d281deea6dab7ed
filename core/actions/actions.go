// Package actions runs the routine actions of plugins on cases: by themselves
// after an event that the case type names, as jobs behind the reaction, or when
// staff press a button. What an action did is recorded in words, and what it
// asked for, and may have, follows in the same change.
//
//	actions.go   rules, buttons, and what has been run
//	heard.go     which events set off what
//	run.go       running one
//	command.go   the command
package actions

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

// Provider runs the actions of plugins. It keeps nothing: all it knows is in
// the call.
type Provider interface {
	Run(ctx context.Context, call Call) (Reply, error)
	// Action says what is known of an action, by plugin and entry; false when it
	// is not installed.
	Action(name string) (About, bool)
}

// About is what is known of an action without running it.
type About struct {
	Title   string
	Summary string
	On      []core.EventKind // what it is meant for; empty: any, and the button
}

// Call is what an action is run for.
type Call struct {
	Action   string // plugin and entry
	By       core.Actor
	Seen     *cases.Seen
	Occurred *core.Recorded // nil when somebody pressed the button
}

// Reply is what an action says it did.
type Reply struct {
	Outcome string        // in a sentence, for the history; "" for nothing worth saying
	Again   string        // why it could not be done just now: it is tried again later
	Granted cases.Granted // what it asks for and may have
}

// Service runs actions.
type Service struct {
	db       *postgres.DB
	cases    *cases.Service
	clock    core.Clock
	provider Provider
	queue    Queue
}

// Queue queues the job that runs an action for an event of a case.
type Queue func(b *pgx.Batch, cs core.CaseID, event core.Version, action string)

// New makes the service.
func New(db *postgres.DB, door *cases.Service, clock core.Clock, provider Provider, queue Queue) *Service {
	return &Service{db, door, clock, provider, queue}
}

// Button is an action that staff may run on a case.
type Button struct {
	Key     string // in addresses
	Action  string // plugin and entry
	Name    string
	Summary string
}

// Buttons lists the actions that somebody may run on a case by hand.
func (s *Service) Buttons(seen *cases.Seen) []Button {
	var out []Button
	if !mayRun(seen) {
		return nil
	}
	for _, rule := range seen.Type.Actions {
		about, installed := s.provider.Action(rule.Run.Name())
		if rule.On == "" && installed {
			out = append(out, Button{rule.Run.Entry(), rule.Run.Name(), nameOf(rule, about), about.Summary})
		}
	}
	return out
}

func mayRun(seen *cases.Seen) bool { return seen.MayDo(core.MayWork) && !seen.Case.IsFinal() }

// nameOf is what an action is called in a case type.
func nameOf(rule core.ActionRule, about About) string {
	switch {
	case !rule.Name.IsZero():
		return rule.Name.In(core.DefaultLanguage)
	case about.Title != "":
		return about.Title
	}
	words := []rune(strings.NewReplacer("-", " ", "_", " ", ".", " ").Replace(rule.Run.Entry()))
	if len(words) > 0 {
		words[0] = unicode.ToUpper(words[0])
	}
	return string(words)
}

// State is how far an automatic action is.
type State string

// The states of a [Done].
const (
	Waiting State = "waiting" // to be run, perhaps again
	Ran     State = "done"
	Failed  State = "failed" // given up after a day
)

// Done is an automatic action on a case: one for each event and action.
type Done struct {
	Event      core.Version
	Action     string // plugin and entry
	Name       string
	Kind       core.EventKind // what set it off
	State      State
	Tries      int
	Outcome    string
	Problem    string // why the last try failed, in words for staff
	Through    string // the plugin and version that ran it
	QueuedAt   time.Time
	FinishedAt time.Time // zero while it waits
}

// maxDone bounds what a case's page shows of its actions.
const maxDone = 50

// Of lists the automatic actions of a case, the newest first, for staff.
func (s *Service) Of(ctx context.Context, seen *cases.Seen) ([]Done, error) {
	if !seen.MayDo(core.MayView) {
		return nil, nil
	}
	rows, err := postgres.All[doneRow](ctx, s.db.Pool(), selectDone, seen.Case.ID, maxDone)
	if err != nil {
		return nil, fmt.Errorf("list the actions of a case: %w", err)
	}
	out := make([]Done, len(rows))
	for i, r := range rows {
		out[i] = r.noun()
	}
	return out, nil
}

// rule finds the rule of a type that runs an action on an event.
func rule(t *core.CaseType, on core.EventKind, action string) (core.ActionRule, bool) {
	i := slices.IndexFunc(t.Actions, func(r core.ActionRule) bool { return r.On == on && r.Run.Name() == action })
	if i < 0 {
		return core.ActionRule{}, false
	}
	return t.Actions[i], true
}
