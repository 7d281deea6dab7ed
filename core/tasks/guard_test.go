package tasks_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/tasks"
)

func (w world) refusesClosing(t *testing.T, id core.CaseID, sentence string) {
	t.Helper()
	if err := w.Refuses(t, core.ErrConflict, w.Priya, id, &cases.Close{Reason: "upheld"}); !strings.HasSuffix(err.Error(), sentence) {
		t.Errorf("refused with %v, want %q", err, sentence)
	}
}

func TestACaseClosesOnceItsTasksAreDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.refusesClosing(t, id, ": “Write the response” must be done at least once.")
	w.Do(t, w.Priya, id, &tasks.Add{Type: "response"}, &tasks.Add{Title: "Ring the depot"})
	w.refusesClosing(t, id, ": 2 required tasks are open: “Write the response” and “Ring the depot”.")
	w.Do(t, w.Priya, id, &tasks.Cancel{No: 2, Reason: "Later"})
	w.refusesClosing(t, id, ": 1 required task is open: “Ring the depot”. “Write the response” must be done at least once.")
	w.Do(t, w.Priya, id, &tasks.Complete{No: 3}, &tasks.Add{Type: "response"})
	w.refusesClosing(t, id, ": 1 required task is open: “Write the response”.")
	if cs := w.Case(t, id); cs.IsFinal() {
		t.Fatalf("it closed: %+v", cs)
	}
	// The last obstacle may go in the same change.
	w.Do(t, w.Priya, id, &tasks.Complete{No: 4}, &cases.Close{Reason: "upheld"})
	cs, all := w.Case(t, id), w.all(t, w.Priya, id)
	if !cs.IsFinal() || cs.Outcome != "upheld" {
		t.Errorf("the case is %+v", cs)
	}
	if all[0].State != core.TaskCancelled || all[0].Reason != "The case was closed." || all[3].State != core.TaskDone {
		t.Errorf("the tasks are %+v", all)
	}
	if e := w.Last(t, id, core.TaskCancelledEvent); e.About["task"] != 1.0 || e.About["because"] != "case.closed" {
		t.Errorf("recorded %+v", e.About)
	}
	w.Rewinds(t, id)
	w.Do(t, w.Priya, id, &cases.Reopen{})
	w.Do(t, w.Priya, id, &tasks.Add{Type: "response"})
	w.refusesClosing(t, id, "“Write the response”.")
}

func TestAForcedClosingPassesItsTasksAndEndsThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &tasks.Add{Type: "response"}, &cases.Escalate{Reason: "vulnerable"})
	w.Refuses(t, core.ErrForbidden, w.Priya, id, &cases.Close{Reason: "upheld", Force: "Enough"})
	w.Refuses(t, core.ErrConflict, w.Lead, id, &cases.Close{Reason: "upheld"})
	w.Do(t, w.Lead, id, &cases.Close{Reason: "upheld", Force: "The ombudsman has decided."})
	for _, k := range w.all(t, w.Priya, id) {
		if k.State != core.TaskCancelled {
			t.Errorf("left open: %+v", k)
		}
	}
}

func TestCancellingOrWithdrawingACaseAsksForNoTaskAndEndsThemAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for reason, end := range map[string]func(id core.CaseID){
		"The case was cancelled.": func(id core.CaseID) { w.Do(t, w.Priya, id, &cases.Cancel{}) },
		"The case was withdrawn.": func(id core.CaseID) { w.Do(t, w.amara, id, &cases.Withdraw{}) },
	} {
		id := w.Raise(t)
		w.Do(t, w.Priya, id, &tasks.Add{Title: "Measure", Group: "parks"})
		end(id)
		for _, k := range w.all(t, w.Priya, id) {
			if k.State != core.TaskCancelled || k.Reason != reason {
				t.Errorf("%s: %+v", reason, k)
			}
		}
		if _, err := w.Cases.Find(t.Context(), w.Other, w.Case(t, id).Ref, core.MayTask); core.KindOf(err) != core.ErrNotFound {
			t.Errorf("%s: parks still see it: %v", reason, err)
		}
		w.Rewinds(t, id)
	}
	if titles, _ := w.mine(t, w.Ines); len(titles) != 0 {
		t.Errorf("still to do: %q", titles)
	}
}

func TestAStageIsEnteredOnceWhatItRequiresIsDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	refuses := func() {
		t.Helper()
		err := w.Refuses(t, core.ErrConflict, w.Priya, id, &cases.ChangeStage{To: "stage-2"})
		if !strings.HasSuffix(err.Error(), ": “Write the response” must be done before the stage “Stage 2”.") {
			t.Errorf("refused with %v", err)
		}
	}
	refuses()
	w.Do(t, w.Priya, id, &tasks.Add{Type: "response"})
	refuses()
	w.Refuses(t, core.ErrInvalid, w.Priya, id, &cases.ChangeStage{To: "stage-9"})
	w.Do(t, w.Priya, id, &tasks.Complete{No: 2})
	w.Do(t, w.Priya, id, &cases.ChangeStage{To: "stage-2"})
	if cs := w.Case(t, id); cs.Stage != "stage-2" {
		t.Errorf("the case is at %q", cs.Stage)
	}
}

func TestObstaclesAreNamedAFewAtATime(t *testing.T) {
	t.Parallel()
	kind := &core.CaseType{Tasks: []core.TaskType{
		{Key: "visit", Name: core.Plain("Visit"), Limits: core.TaskLimits{Min: 3}},
		{Key: "call", Name: core.Plain("Call"), Limits: core.TaskLimits{Min: 2}},
	}}
	var all []core.Task
	for _, title := range []string{"A", "B", "C", "D", "E", "F", "G"} {
		all = append(all, core.Task{Title: title, State: core.TaskOpen, Required: true})
	}
	all = append(all,
		core.Task{Type: "visit", Title: "Visit", State: core.TaskDone, Required: true},
		core.Task{Type: "visit", Title: "Visit", State: core.TaskCancelled, Required: true},
		core.Task{Title: "Not needed", State: core.TaskOpen, Cancelable: true})
	want := []string{
		"7 required tasks are open: “A”, “B”, “C”, “D”, “E” and 2 more.",
		"“Visit” must be done at least 3 times.",
		"“Call” must be done at least twice.",
	}
	if got := tasks.Obstacles(kind, all); !slices.Equal(got, want) {
		t.Errorf("named %q", got)
	}
	if got := tasks.Obstacles(&core.CaseType{}, nil); len(got) != 0 {
		t.Errorf("of nothing: %q", got)
	}
}
