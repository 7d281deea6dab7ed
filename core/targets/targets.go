// Package targets keeps the promises on a case: it starts, pauses, meets and
// clears them with what happens to the case, lets staff change them, and does
// what time does by itself: reminders, the breach, the escalation ladder.
//
// What a target is, when it is due and how its ledger explains that are rules
// of package core (core/target.go, core/reckoning.go, core/ledger.go); nothing
// here computes a due time. Here is when those rules are asked:
//
//   - follow.go: what follows for targets from an event of the case;
//   - applies.go: whether a rule is for a case, by its condition;
//   - moved.go: what follows when a date is put right, or what the case is changes;
//   - tasks.go: the targets of tasks, which are like any other;
//   - set.go, extend.go, pause.go, clear.go: what staff may do, one command each;
//   - step.go and escalate.go: what time has done, through the same door;
//   - tick.go: which cases time has done something to, found by an index;
//   - recalculate.go: running targets on a changed calendar, when asked;
//   - whatif.go: what a draft would change, without changing it;
//   - show.go and words.go: how targets stand, for pages;
//   - check.go: whether what is stored still follows from its causes.
//
// A target keeps to the rule by which it was set: the version of its case type
// and that of its calendar are pinned to it (CFG-04). What the type permits,
// such as extending, follows what is published.
package targets

import (
	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/postgres"
)

// Service finds targets and lets time work on them. They are changed through
// the door.
type Service struct {
	db    *postgres.DB
	cases *cases.Service
	types *casetypes.Service
	clock core.Clock

	language *conditions.Compiler // of the conditions of rules
}

// New makes the service.
func New(db *postgres.DB, door *cases.Service, clock core.Clock) *Service {
	return &Service{db: db, cases: door, types: door.Types(), clock: clock, language: languageOf(door)}
}

// languageOf is what the conditions of rules are written in.
func languageOf(door *cases.Service) *conditions.Compiler {
	return door.Types().Conditions().Of(conditions.OfTarget)
}

// settledBefore lists the commands before which what was due is recorded, so
// that the history has it in the order in which it became true: all that may
// start, pause or stop a target.
var settledBefore = []core.CommandName{
	"case.start_work", "case.change_status", "case.change_stage", "case.set_field", "case.escalate", "case.de_escalate",
	"case.change_subtype", "case.change_priority", "case.change_received", "case.change_contact", "case.change_place",
	"case.close", "case.cancel", "case.withdraw", "case.reopen",
	"note.add", "update.add", "question.ask", "question.answer", "task.complete",
	"task.cancel", "task.return", "task.change_due",
	"target.set", "target.extend", "target.pause", "target.resume", "target.clear", "target.recalculate",
}

// followed lists the events that mean something to targets.
var followed = []core.EventKind{
	core.CaseRaised, core.WorkStarted, core.StatusChanged, core.StageChanged, core.FieldChanged, core.FirstResponseGiven,
	core.CaseClosed, core.CaseCancelled, core.CaseWithdrawn, core.CaseReopened,
	core.QuestionAsked, core.QuestionAnswered, core.TaskCompleted,
	core.SubtypeChanged, core.PriorityChanged, core.ReceivedChanged, core.ContactChanged, core.PlaceChanged,
}

// Wire adds what the targets of a case have to do with its other commands.
func Wire(door *cases.Service) {
	language := languageOf(door)
	door.Preload(func(r *cases.Reads) { preload(r, language) })
	for _, name := range settledBefore {
		door.Before(name, settleFirst)
	}
	for _, kind := range followed {
		door.On(kind, func(w *cases.Work, event core.Event) []cases.Command {
			books.Of(w).language = language // a case that is raised just now has loaded nothing
			return consequences(w, event)
		})
	}
}
