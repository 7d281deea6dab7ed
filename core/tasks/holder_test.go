package tasks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/tasks"
)

func TestATaskIsClaimedByOneOfItsGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	lena := w.Hire(t, "Lena Park", "lena@northmoor.example", "highways")
	w.Refuses(t, core.ErrForbidden, w.Priya, id, &tasks.Claim{No: 1}) // works the case, is not of highways
	w.Do(t, w.Ines, id, &tasks.Claim{No: 1})
	w.Do(t, w.Ines, id, &tasks.Claim{No: 1}) // a second click
	if err := w.Refuses(t, core.ErrConflict, lena, id, &tasks.Claim{No: 1}); !strings.Contains(err.Error(), "A colleague has claimed") {
		t.Errorf("refused with %v", err)
	}
	if k := w.all(t, w.Priya, id)[0]; k.Assignee != w.Ines.StaffID() || k.Group != "highways" {
		t.Errorf("it is %+v", k)
	}
	w.Refuses(t, core.ErrForbidden, lena, id, &tasks.Release{No: 1})
	w.Do(t, w.Ines, id, &tasks.Release{No: 1})
	w.Do(t, lena, id, &tasks.Claim{No: 1})
	w.Do(t, w.Priya, id, &tasks.Release{No: 1}) // whoever works the case may
	claims := 0
	for _, kind := range w.Kinds(t, id) {
		if kind == core.TaskClaimed {
			claims++
		}
	}
	if claims != 2 {
		t.Errorf("recorded %d claims", claims)
	}
	w.Rewinds(t, id)
}

func TestATaskIsAssignedUnderTheRuleOfItsType(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &cases.Assign{To: w.Tomasz.StaffID()}, &tasks.Add{Title: "Measure", Group: "parks"})
	for name, c := range map[string]struct {
		by   core.Actor
		to   tasks.Assign
		kind core.ErrorKind
	}{
		"to nobody":            {w.Priya, tasks.Assign{No: 2}, core.ErrInvalid},
		"to no group":          {w.Priya, tasks.Assign{No: 2, Group: "archives"}, core.ErrInvalid},
		"against its type":     {w.Priya, tasks.Assign{No: 1, Group: "parks"}, core.ErrInvalid},
		"no such task":         {w.Priya, tasks.Assign{No: 9, Group: "parks"}, core.ErrNotFound},
		"by whoever has it":    {w.Other, tasks.Assign{No: 2, Group: "highways"}, core.ErrForbidden},
		"to nobody of a group": {w.Priya, tasks.Assign{No: 2, Group: "highways", Assignee: w.Other.StaffID()}, core.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) { w.Refuses(t, c.kind, c.by, id, &c.to) })
	}
	w.Do(t, w.Priya, id, &tasks.Assign{No: 2, Assignee: w.Ines.StaffID()})
	if k := w.all(t, w.Priya, id)[1]; k.Group != "highways" || k.Assignee != w.Ines.StaffID() {
		t.Errorf("it is %+v", k)
	}
	if _, err := w.Cases.Find(t.Context(), w.Other, w.Case(t, id).Ref, core.MayTask); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("parks keep their access: %v", err)
	}
	w.Do(t, w.Priya, id, &tasks.Assign{No: 2, Group: "manager"})
	if k := w.all(t, w.Priya, id)[1]; k.Group != "complaints-team" || k.Assignee != w.Tomasz.StaffID() {
		t.Errorf("with the manager it is %+v", k)
	}
	w.Rewinds(t, id)
}

func TestATaskIsHandedBackToTheGroupAndThenToTheManager(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &cases.Assign{To: w.Tomasz.StaffID()})
	w.Do(t, w.Ines, id, &tasks.Claim{No: 1})
	w.Refuses(t, core.ErrInvalid, w.Ines, id, &tasks.HandBack{No: 1})
	w.Do(t, w.Ines, id, &tasks.HandBack{No: 1, Reason: "I am away"})
	if k := w.all(t, w.Priya, id)[0]; k.Group != "highways" || !k.Assignee.IsZero() {
		t.Errorf("handed back once it is %+v", k)
	}
	w.Do(t, w.Ines, id, &tasks.HandBack{No: 1, Reason: "Not our road"})
	if k := w.all(t, w.Priya, id)[0]; k.Group != "complaints-team" || k.Assignee != w.Tomasz.StaffID() {
		t.Errorf("handed back twice it is %+v", k)
	}
	if e := w.Last(t, id, core.TaskHandedBack); e.About["group"] != "complaints-team" || e.Actor.ID != w.Ines.ID {
		t.Errorf("recorded %+v", e)
	}
	w.Refuses(t, core.ErrNotFound, w.Ines, id, &tasks.Ask{No: 1, Body: "Still there?"})
}

func TestWhoHasATaskAsksAndTheManagerAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Refuses(t, core.ErrInvalid, w.Ines, id, &tasks.Ask{No: 1})
	w.Refuses(t, core.ErrInvalid, w.Ines, id, &tasks.Ask{No: 1, Body: strings.Repeat("x", 2001)})
	w.Do(t, w.Ines, id, &tasks.Ask{No: 1, Body: "Which depot?"})
	w.Do(t, w.Priya, id, &tasks.Ask{No: 1, Body: "Mill Lane"})
	until := casestest.Start.Add(48 * time.Hour)
	w.Refuses(t, core.ErrInvalid, w.Ines, id, &tasks.RequestTime{No: 1, Reason: "It is shut"})
	w.Refuses(t, core.ErrInvalid, w.Ines, id, &tasks.RequestTime{No: 1, Reason: "It is shut", Until: casestest.Start})
	w.Do(t, w.Ines, id, &tasks.RequestTime{No: 1, Reason: "It is shut", Until: until})
	w.Refuses(t, core.ErrForbidden, w.Ines, id, &tasks.ChangeDue{No: 1, DueAt: until})
	w.Do(t, w.Priya, id, &tasks.ChangeDue{No: 1, DueAt: until})
	if k := w.all(t, w.Ines, id)[0]; !k.DueAt.Equal(until) {
		t.Errorf("it is due %v", k.DueAt)
	}
	item, err := w.tasks.Find(t.Context(), w.Ines, w.seen(t, w.Ines, id), 1)
	if err != nil {
		t.Fatal(err)
	}
	history, err := w.tasks.History(t.Context(), item)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range history {
		got = append(got, string(e.Kind)+" "+e.Words)
	}
	if want := "task.added |task.asked Which depot?|task.answered Mill Lane|task.time_requested It is shut|task.due_changed "; strings.Join(got, "|") != want {
		t.Errorf("the history is %q", got)
	}
}

func TestOnlyWhoWorksTheCaseOrEndedATaskTakesItUpAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	lena := w.Hire(t, "Lena Park", "lena@northmoor.example", "highways")
	w.Do(t, w.Ines, id, &tasks.Complete{No: 1, Outcome: "None"})
	w.Refuses(t, core.ErrForbidden, lena, id, &tasks.Return{No: 1, Reason: "Look again"})
	w.Do(t, w.Ines, id, &tasks.Return{No: 1, Reason: "I was wrong"})
	if k := w.all(t, w.Priya, id)[0]; k.State != core.TaskOpen || k.EndedBy != "" || !k.EndedAt.IsZero() {
		t.Errorf("it is %+v", k)
	}
	w.Do(t, w.Ines, id, &tasks.Complete{No: 1, Outcome: "One"})
	w.Do(t, w.Priya, id, &tasks.Return{No: 1, Reason: "Which one?"})
	w.Do(t, w.Priya, id, &cases.Cancel{})
	w.Refuses(t, core.ErrConflict, w.Priya, id, &tasks.Return{No: 1, Reason: "x"})
	w.Rewinds(t, id)
}

func TestAPluginThatWasGrantedItNeedsNoRightOfWhoeverActs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := core.NewID[core.CaseID]()
	raise := &cases.Raise{Type: "complaint", Subject: "Bins", Subtype: "waste", Channel: core.ChannelWeb, Anonymous: true}
	raise.Then(cases.Granted{Through: "org.example 1.0.0", Commands: []cases.Command{
		&tasks.Complete{No: 1, Outcome: "None"}, &tasks.Return{No: 1, Reason: "Look again"},
	}})
	w.Do(t, core.AnonymousActor(), id, raise)
	if returned := w.Last(t, id, core.TaskReturned); returned.Actor.Through != "org.example 1.0.0" || returned.Actor.Kind != core.ActorAnonymous {
		t.Errorf("it was returned by %+v", returned.Actor)
	}
}

func TestTheListOfTasksIsOfThoseOfOnesOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &tasks.Add{Title: "Soon", Group: "highways", DueAt: casestest.Start.Add(time.Hour)}, &tasks.Add{Title: "Theirs", Group: "parks"})
	w.Do(t, w.Ines, id, &tasks.Claim{No: 2})
	list := func(by core.Actor, which tasks.Which, page int) (string, bool) {
		t.Helper()
		reach, err := w.Cases.ReachOf(t.Context(), by, core.MayView)
		if err != nil {
			t.Fatal(err)
		}
		found, more, err := w.tasks.List(t.Context(), reach, which, page, 1)
		if err != nil {
			t.Fatal(err)
		}
		var titles []string
		for _, item := range found {
			if item.SeesCase {
				t.Errorf("%s sees the case of %q", by.Name, item.Title)
			}
			titles = append(titles, item.Title)
		}
		return strings.Join(titles, ","), more
	}
	for _, c := range []struct {
		by    core.Actor
		which tasks.Which
		page  int
		want  string
		more  bool
	}{
		{w.Ines, tasks.Waiting, 1, "Soon", true}, {w.Ines, tasks.Waiting, 2, "Check the history", false}, {w.Ines, tasks.Waiting, 3, "", false},
		{w.Ines, tasks.Unclaimed, 1, "Check the history", false}, {w.Ines, tasks.Overdue, 1, "", false}, {w.Ines, tasks.Ended, 1, "", false},
		{w.Other, tasks.Waiting, 1, "Theirs", false}, {w.Lead, tasks.Waiting, 1, "", false},
	} {
		if got, more := list(c.by, c.which, c.page); got != c.want || more != c.more {
			t.Errorf("%s, %q, page %d: %q, %v", c.by.Name, c.which, c.page, got, more)
		}
	}
	w.Clock.Advance(2 * time.Hour)
	if got, _ := list(w.Ines, tasks.Overdue, 1); got != "Soon" {
		t.Errorf("late is %q", got)
	}
	w.Do(t, w.Ines, id, &tasks.Complete{No: 2})
	if got, _ := list(w.Ines, tasks.Ended, 1); got != "Soon" {
		t.Errorf("done is %q", got)
	}
}
