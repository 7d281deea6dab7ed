package routines_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
)

func priority(to string) core.Do {
	return core.Do{Command: "case.change_priority", With: core.Arguments{"to": to}}
}

func TestWhatMaySetOffWhatIsKnownBeforeItRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raised := func(do ...core.Do) core.Routine {
		return core.Routine{Key: "first", When: on(core.CaseRaised), Do: do}
	}
	hears := func(kind core.EventKind, condition string) core.Routine {
		return core.Routine{Key: "second", When: on(kind), If: condition, Do: []core.Do{{Webhook: "crm"}}}
	}
	field := core.Do{Command: "case.set_field", With: core.Arguments{"field": "finding", "value": "upheld"}}
	status := func(to string) core.Do {
		return core.Do{Command: "case.change_status", With: core.Arguments{"to": to}}
	}
	for name, tt := range map[string]struct {
		first, second core.Routine
		want          bool
	}{
		"a note":                                {raised(note("x")), hears(core.NoteAdded, ""), true},
		"something else":                        {raised(note("x")), hears(core.TaskAdded, ""), false},
		"the second action":                     {raised(priority("high"), note("x")), hears(core.NoteAdded, ""), true},
		"what closing does to tasks":            {raised(core.Do{Command: "case.close"}), hears(core.AllTasksDone, ""), true},
		"what waiting does to targets":          {raised(status("waiting")), hears(core.TargetPaused, ""), true},
		"a status that resolves":                {raised(status("resolved")), hears(core.CaseResolved, ""), true},
		"a status that does not":                {raised(status("waiting")), hears(core.CaseResolved, ""), false},
		"a status that is not known yet":        {raised(status("{{case.next}}")), hears(core.CaseResolved, ""), true},
		"only what staff do":                    {raised(note("x")), hears(core.NoteAdded, `event.by == "staff"`), false},
		"not what routines do":                  {raised(note("x")), hears(core.NoteAdded, `case.level > 0 && event.by != "routine"`), false},
		"or something else":                     {raised(note("x")), hears(core.NoteAdded, `case.level > 0 || event.by != "routine"`), true},
		"not what that routine does":            {raised(note("x")), hears(core.NoteAdded, `event.routine != "first"`), false},
		"another priority":                      {raised(priority("high")), hears(core.PriorityChanged, `event.after.priority == "low"`), false},
		"that priority":                         {raised(priority("high")), hears(core.PriorityChanged, `case.priority in ["low", "high"]`), true},
		"another one of two":                    {raised(priority("high"), priority("low")), hears(core.PriorityChanged, `case.priority == "low"`), true},
		"that field":                            {raised(field), hears(core.FieldChanged, `"field:finding" in event.changed`), true},
		"another field":                         {raised(field), hears(core.FieldChanged, `"field:depth" in event.changed`), false},
		"another value of the field":            {raised(field), hears(core.FieldChanged, `fields.finding == "not-upheld"`), false},
		"a condition that is no rows":           {raised(priority("high")), hears(core.PriorityChanged, `size(case.priority) == 3`), true},
		"one that is off":                       {raised(note("x")), core.Routine{Key: "second", Off: true, When: on(core.NoteAdded)}, false},
		"one that time sets off":                {raised(note("x")), core.Routine{Key: "second", When: core.Trigger{Every: "0 3 * * *"}}, false},
		"a message":                             {raised(core.Do{Message: "nudge", To: "requester"}), hears(core.LetterSent, ""), false},
		"a first response that only staff give": {raised(note("x")), hears(core.FirstResponseGiven, ""), false},
	} {
		chains := w.Chains(w.with(t, tt.first, tt.second))
		if got := len(chains.All) == 1; got != tt.want || len(chains.Loops) > 0 {
			t.Errorf("%s: it may be set off: %v, want %v (%+v)", name, got, tt.want, chains)
		}
	}
}

func TestACircleIsNamedOnceAndInWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.with(t,
		core.Routine{Key: "alone", Name: core.Plain("Alone"), When: on(core.StageChanged), Do: []core.Do{{Webhook: "crm"}}},
		core.Routine{Key: "one", Name: core.Plain("One"), When: on(core.NoteAdded), Do: []core.Do{priority("high")}},
		core.Routine{Key: "two", Name: core.Plain("Two"), When: on(core.PriorityChanged), Do: []core.Do{{Command: "task.add", With: core.Arguments{"type": "response"}}}},
		core.Routine{Key: "three", Name: core.Plain("Three"), When: on(core.TaskAdded), Do: []core.Do{note("x")}},
		core.Routine{Key: "self", Name: core.Plain("Self"), When: on(core.TaskAdded), Do: []core.Do{{Run: "plugin:casement.outcome/outcome"}, {Command: "task.add", With: core.Arguments{"type": "response"}}}},
	)
	chains := w.Chains(draft)
	if len(chains.Loops) != 2 || len(chains.Loops[0]) != 3 || len(chains.Loops[1]) != 1 || !slices.Equal(chains.Unforeseen, []string{"self"}) {
		t.Fatalf("the circles are %+v", chains)
	}
	found, err := w.Advise(t.Context(), casetypes.Document{Kind: casetypes.KindCaseType, CaseType: draft})
	if err != nil || len(found) != 2 || found[0].Path != "routines[1]" || found[1].Path != "routines[4]" ||
		!strings.HasPrefix(found[0].Message, "“One” may set off “Two”, which may set off “Three”, which may set off “One” again.") ||
		!strings.HasPrefix(found[1].Message, "“Self” may set itself off.") {
		t.Errorf("it warns of %+v, %v", found, err)
	}
	if found, err := w.Advise(t.Context(), casetypes.Document{Kind: casetypes.KindCalendar}); err != nil || found != nil {
		t.Errorf("of a calendar it warns %+v, %v", found, err)
	}
}

func TestWhatACommandOfARoutineLeadsToIsForeseen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	routine := core.RoutineActor("complaint", "one", nil)
	for _, commands := range [][]cases.Command{
		{&cases.ChangeStatus{To: "waiting"}, &cases.ChangeStatus{To: "in-progress"}, &cases.ChangeStatus{To: "resolved"}},
		{&cases.ChangePriority{To: "high"}, &cases.ChangeSubtype{To: "roads"}, &cases.SetField{Field: "depth", Value: 3.0}, &cases.Escalate{Reason: "vulnerable"}, &cases.DeEscalate{Note: "Calm again"}},
		{&notes.Add{Body: "Said"}, &questions.Ask{Body: "Where?"}, &tasks.Add{Type: "response"}, &tasks.Complete{No: 2, Outcome: "Sent"}, &tasks.Cancel{No: 1, Reason: "Not needed"}},
		{&tasks.Complete{No: 1, Outcome: "Looked"}, &targets.Pause{Target: "respond", Reason: "Away"}, &targets.Resume{Target: "respond"}, &targets.Clear{Target: "acknowledge", Reason: "Moot"}, &tasks.Add{Type: "response"}, &tasks.Complete{No: 2, Outcome: "Sent"}, &cases.Close{Reason: "upheld"}, &cases.Reopen{}},
	} {
		id := w.Raise(t)
		for _, command := range commands {
			before := len(w.History(t, id))
			if _, err := w.Cases.Do(t.Context(), routine, cases.One(id, 0, command)); err != nil {
				t.Errorf("%s: %v", command.Name(), err)
				continue
			}
			foreseen, known := routines.Foreseen(command.Name())
			for _, e := range w.History(t, id)[before:] {
				if e.Actor.Kind == core.ActorRoutine && !slices.Contains(foreseen, e.Kind) || !known {
					t.Errorf("%s led to %s; foreseen is %v", command.Name(), e.Kind, foreseen)
				}
			}
		}
	}
}
