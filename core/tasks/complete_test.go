package tasks_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/tasks"
)

func TestATaskIsCompletedOnceWithWhatCameOfIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &tasks.Add{Type: "response"})
	w.Clock.Advance(time.Hour)
	w.Do(t, w.Tomasz, id, &tasks.Complete{No: 2, Outcome: " Sent by post. "})
	k := w.all(t, w.Priya, id)[1]
	if k.State != core.TaskDone || k.Outcome != "Sent by post." || k.EndedBy != "Tomasz Wiśniewski" || !k.EndedAt.Equal(casestest.Start.Add(time.Hour)) {
		t.Errorf("completed as %+v", k)
	}
	if e := w.Last(t, id, core.TaskCompleted); e.About["task"] != 2.0 || e.About["type"] != "response" || len(e.About) != 2 {
		t.Errorf("recorded %+v", e.About)
	}
	w.Refuses(t, core.ErrConflict, w.Priya, id, &tasks.Complete{No: 2})
	w.Refuses(t, core.ErrConflict, w.Priya, id, &tasks.Cancel{No: 2, Reason: "x"})
	w.Rewinds(t, id)
}

func TestOnlyThoseATaskConcernsCompleteIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	rosa := w.Hire(t, "Rosa Lindgren", "rosa@northmoor.example", "contact-centre")
	w.Refuses(t, core.ErrForbidden, rosa, id, &tasks.Complete{No: 1}) // may enquire, has no task
	w.Refuses(t, core.ErrNotFound, w.Other, id, &tasks.Complete{No: 1})
	w.Refuses(t, core.ErrForbidden, w.amara, id, &tasks.Complete{No: 1})
	w.Refuses(t, core.ErrInvalid, w.Ines, id, &tasks.Complete{No: 1, Outcome: strings.Repeat("x", core.MaxNote+1)})
	w.Refuses(t, core.ErrInvalid, w.Ines, id, &tasks.Complete{No: 1, Outcome: "\x00"})
	w.Refuses(t, core.ErrNotFound, w.Ines, id, &tasks.Complete{No: 2})
	w.Do(t, w.Ines, id, &tasks.Complete{No: 1}) // highways has it
}

func TestWhoHasATaskSeesThatAndNothingElseOfItsCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	ref := w.Case(t, id).Ref
	colleague := w.Hire(t, "Lena Park", "lena@northmoor.example", "parks")
	if _, err := w.Cases.Find(t.Context(), w.Other, ref, core.MayEnquire); core.KindOf(err) != core.ErrNotFound {
		t.Fatalf("before the task: %v", err)
	}
	w.Do(t, w.Priya, id, &tasks.Add{Title: "Measure", Assignee: w.Other.StaffID()})
	if all := w.all(t, w.Other, id); len(all) != 1 || all[0].Title != "Measure" {
		t.Errorf("the officer sees %+v", all)
	}
	if titles, _ := w.mine(t, w.Other); len(titles) != 1 {
		t.Errorf("the officer has %q", titles)
	}
	if _, err := w.tasks.Find(t.Context(), w.Other, w.seen(t, w.Other, id), 1); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("the officer reads another's task: %v", err)
	}
	if seen := w.seen(t, w.Other, id); !slices.Equal(seen.May, []core.Permission{core.MayTask}) {
		t.Errorf("the officer may %v", seen.May)
	}
	if _, err := w.Cases.Find(t.Context(), w.Other, ref, core.MayEnquire); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("the officer sees the case itself: %v", err)
	}
	// A task given to one person opens the case to nobody else.
	if _, err := w.Cases.Find(t.Context(), colleague, ref, core.MayEnquire); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("a colleague: %v", err)
	}
	rosa := w.Hire(t, "Rosa Lindgren", "rosa@northmoor.example", "contact-centre")
	if _, err := w.Cases.Find(t.Context(), rosa, ref, core.MayTask); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("an enquirer has a task there: %v", err)
	}
	w.Do(t, w.Other, id, &tasks.Complete{No: 2, Outcome: "12 cm"})
	w.seen(t, w.Other, id) // who did something may look at what became of it
}

func TestATypeMayShowTheCaseToWhoHasItsTasks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Publish(t, "case_type", "complaint", strings.Replace(casestest.ComplaintType, `"when_raised": true`, `"when_raised": true, "shows": ["case"]`, 1))
	id := w.Raise(t)
	if seen := w.seen(t, w.Ines, id); !seen.MayDo(core.MayEnquire) || seen.MayDo(core.MayView) {
		t.Errorf("highways may %v", seen.May)
	}
}

func TestAccessGoesWithTheLastTaskThatIsCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	ref := w.Case(t, id).Ref
	w.Do(t, w.Priya, id, &tasks.Add{Title: "One", Group: "parks"}, &tasks.Add{Title: "Two", Group: "parks"}, &tasks.Add{Title: "Three", Assignee: w.Lead.StaffID()})
	w.Do(t, w.Priya, id, &tasks.Cancel{No: 2, Reason: "Wrong team"})
	w.seen(t, w.Other, id)
	w.Do(t, w.Priya, id, &tasks.Cancel{No: 3, Reason: "Wrong team"})
	if _, err := w.Cases.Find(t.Context(), w.Other, ref, core.MayTask); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("parks still see the case: %v", err)
	}
	w.seen(t, w.Lead, id)
	w.seen(t, w.Ines, id)
}

func TestATaskIsCancelledWithAReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Refuses(t, core.ErrInvalid, w.Priya, id, &tasks.Cancel{No: 1})
	w.Refuses(t, core.ErrInvalid, w.Priya, id, &tasks.Cancel{No: 1, Reason: strings.Repeat("x", 501)})
	w.Refuses(t, core.ErrNotFound, w.Priya, id, &tasks.Cancel{No: 5, Reason: "x"})
	w.Refuses(t, core.ErrForbidden, w.Ines, id, &tasks.Cancel{No: 1, Reason: "Not ours"})
	w.Do(t, w.Priya, id, &tasks.Cancel{No: 1, Reason: "Known already"})
	k := w.all(t, w.Priya, id)[0]
	if k.State != core.TaskCancelled || k.Reason != "Known already" || k.EndedBy != "Priya Raghunathan" {
		t.Errorf("cancelled as %+v", k)
	}
	w.Last(t, id, core.TaskCancelledEvent)
	w.Refuses(t, core.ErrConflict, w.Priya, id, &tasks.Complete{No: 1})
	w.Refuses(t, core.ErrConflict, w.Priya, id, &tasks.Cancel{No: 1, Reason: "Again"})
}

func TestTwoWhoCompleteATaskAtOnceDoItOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	errs := make(chan error, 2)
	for _, by := range []core.Actor{w.Priya, w.Ines} {
		go func() {
			_, err := w.Cases.Do(t.Context(), by, cases.One(id, 0, &tasks.Complete{No: 1}))
			errs <- err
		}()
	}
	first, second := <-errs, <-errs
	if (first == nil) == (second == nil) {
		t.Errorf("the two got %v and %v", first, second)
	}
}

func TestTheBuiltInWorkflowTicksATask(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	answers := "Two reports before"
	if _, err := w.tasks.Submit(t.Context(), w.Ines, w.seen(t, w.Ines, id), 1, answers, ""); err != nil {
		t.Fatal(err)
	}
	if k := w.all(t, w.Priya, id)[0]; k.State != core.TaskDone || k.Outcome != "Two reports before" {
		t.Errorf("it is %+v", k)
	}
	if _, err := w.tasks.Submit(t.Context(), w.Ines, w.seen(t, w.Ines, id), 1, answers, ""); core.KindOf(err) != core.ErrConflict {
		t.Errorf("again: %v", err)
	}
	if _, err := w.tasks.Submit(t.Context(), w.Ines, w.seen(t, w.Ines, id), 4, answers, ""); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("another: %v", err)
	}
}
