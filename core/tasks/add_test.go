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

type world struct {
	*casestest.World
	tasks *tasks.Service
	amara core.Actor
}

func newWorld(t *testing.T) world {
	t.Helper()
	w := casestest.New(t)
	tasks.Wire(w.Cases)
	return world{w, tasks.New(w.DB, w.Cases, w.Clock, nil), core.PersonActor(w.Amara, "")}
}

func (w world) seen(t *testing.T, by core.Actor, id core.CaseID) *cases.Seen {
	t.Helper()
	seen, err := w.Cases.Find(t.Context(), by, w.Case(t, id).Ref, core.MayTask)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func (w world) all(t *testing.T, by core.Actor, id core.CaseID) []tasks.Item {
	t.Helper()
	found, err := w.tasks.OfCase(t.Context(), by, w.seen(t, by, id))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (w world) mine(t *testing.T, by core.Actor) (refs []string, counts tasks.Counts) {
	t.Helper()
	reach, err := w.Cases.ReachOf(t.Context(), by, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	found, err := w.tasks.Mine(t.Context(), reach, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range found {
		refs = append(refs, item.Title)
	}
	if counts, err = w.tasks.Count(t.Context(), reach); err != nil {
		t.Fatal(err)
	}
	return refs, counts
}

func TestRaisingMakesTheTasksTheTypeWants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	all := w.all(t, w.Priya, id)
	if len(all) != 1 {
		t.Fatalf("made %+v", all)
	}
	if k := all[0]; k.No != 1 || k.Type != "history" || k.Title != "Check the history" || k.Group != "highways" || !k.Assignee.IsZero() ||
		!k.Cancelable || k.Required || !k.DueAt.IsZero() || k.State != core.TaskOpen || k.Ref != w.Case(t, id).Ref {
		t.Errorf("made %+v", k)
	}
	e := w.Last(t, id, core.TaskAdded)
	if e.Actor.Kind != core.ActorSystem || e.About["task"] != 1.0 || e.About["type"] != "history" || len(e.About) != 2 {
		t.Errorf("recorded %+v", e)
	}
	w.Rewinds(t, id)
}

func TestAnImportedCaseGetsNoTasks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := core.NewID[core.CaseID]()
	_, err := w.Cases.Do(t.Context(), core.SystemActor(), cases.Request{Origin: core.OriginImport, Changes: []cases.Change{
		{Case: id, Commands: []cases.Command{&cases.Raise{Type: "complaint", Subject: "Old", Channel: core.ChannelLetter}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if all := w.all(t, w.Priya, id); len(all) != 0 {
		t.Errorf("made %+v", all)
	}
}

func TestATaskOfATypeTakesWhatTheTypeSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	made := w.Do(t, w.Priya, id, &tasks.Add{Type: "response", Brief: "Two pages\r\nat most"})
	k := w.all(t, w.Priya, id)[1]
	if k.No != 2 || k.Title != "Write the response" || k.Brief != "Two pages\nat most" || k.Group != "complaints-team" || !k.Required ||
		!k.DueAt.Equal(casestest.Start.AddDate(0, 0, 7)) || made.Made["task"] != "2" {
		t.Errorf("made %+v, %v", k, made.Made)
	}
}

func TestATaskMadeByHandGoesWhereItIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	due := casestest.Start.Add(48 * time.Hour)
	w.Do(t, w.Priya, id,
		&tasks.Add{Title: " Ring  the depot "},
		&tasks.Add{Title: "Measure", Group: "parks", DueAt: due},
		&tasks.Add{Title: "Look", Assignee: w.Other.StaffID(), Optional: true},
		&tasks.Add{Title: "Check", Assignee: w.Tomasz.StaffID(), Group: "complaints-team"})
	all := w.all(t, w.Priya, id)[1:]
	for i, want := range []struct {
		title, group string
		assignee     core.StaffID
		due          time.Time
		required     bool
	}{
		{"Ring the depot", "complaints-team", core.StaffID{}, time.Time{}, true},
		{"Measure", "parks", core.StaffID{}, due, true},
		{"Look", "parks", w.Other.StaffID(), time.Time{}, false},
		{"Check", "complaints-team", w.Tomasz.StaffID(), time.Time{}, true},
	} {
		k := all[i]
		if k.No != i+2 || k.Title != want.title || k.Group != want.group || k.Assignee != want.assignee || !k.DueAt.Equal(want.due) || k.Required != want.required {
			t.Errorf("made %+v, want %+v", k, want)
		}
	}
	if all[2].AssigneeName != "Kofi Mensah" || all[2].GroupName != "parks" {
		t.Errorf("names are %+v", all[2])
	}
}

func TestATaskThatIsRefusedChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	gone := w.Hire(t, "Gone", "gone@northmoor.example", "complaints-team")
	if _, err := w.Pool.Exec(t.Context(), `UPDATE staff_users SET active = false WHERE id = $1`, gone.StaffID()); err != nil {
		t.Fatal(err)
	}
	version := w.Case(t, id).Version
	for name, c := range map[string]struct {
		by   core.Actor
		add  tasks.Add
		kind core.ErrorKind
	}{
		"no title":                  {w.Priya, tasks.Add{Title: " "}, core.ErrInvalid},
		"a long title":              {w.Priya, tasks.Add{Title: strings.Repeat("x", 201)}, core.ErrInvalid},
		"a long brief":              {w.Priya, tasks.Add{Title: "x", Brief: strings.Repeat("x", core.MaxNote+1)}, core.ErrInvalid},
		"a zero byte":               {w.Priya, tasks.Add{Title: "x\x00"}, core.ErrInvalid},
		"a zero byte for a group":   {w.Priya, tasks.Add{Title: "x", Group: "parks\x00"}, core.ErrInvalid},
		"no such type":              {w.Priya, tasks.Add{Type: "respond"}, core.ErrInvalid},
		"no such group":             {w.Priya, tasks.Add{Title: "x", Group: "archives"}, core.ErrInvalid},
		"a group not of the type":   {w.Priya, tasks.Add{Type: "response", Group: "parks"}, core.ErrInvalid},
		"a person not of the type":  {w.Priya, tasks.Add{Type: "response", Assignee: w.Other.StaffID()}, core.ErrInvalid},
		"a person not of the group": {w.Priya, tasks.Add{Title: "x", Group: "highways", Assignee: w.Other.StaffID()}, core.ErrInvalid},
		"nobody we know":            {w.Priya, tasks.Add{Title: "x", Assignee: core.NewID[core.StaffID]()}, core.ErrInvalid},
		"somebody who has left":     {w.Priya, tasks.Add{Title: "x", Assignee: gone.StaffID()}, core.ErrInvalid},
		"due in the past":           {w.Priya, tasks.Add{Title: "x", DueAt: casestest.Start}, core.ErrInvalid},
		"due in another age":        {w.Priya, tasks.Add{Title: "x", DueAt: casestest.Start.AddDate(5000, 0, 0)}, core.ErrInvalid},
		"the requester":             {w.amara, tasks.Add{Title: "x"}, core.ErrForbidden},
		"another team":              {w.Other, tasks.Add{Title: "x"}, core.ErrNotFound},
		"who only has a task there": {w.Ines, tasks.Add{Title: "x"}, core.ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) { w.Refuses(t, c.kind, c.by, id, &c.add) })
	}
	if all := w.all(t, w.Priya, id); len(all) != 1 || w.Case(t, id).Version != version {
		t.Errorf("kept %+v", all)
	}
	w.Do(t, w.Priya, id, &cases.Cancel{})
	w.Refuses(t, core.ErrConflict, w.Priya, id, &tasks.Add{Title: "Late"})
}

func TestATypeBoundsHowManyOfItsTasksThereAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &tasks.Add{Type: "response"}, &tasks.Add{Type: "response"}, &tasks.Add{Type: "response"})
	if err := w.Refuses(t, core.ErrConflict, w.Priya, id, &tasks.Add{Type: "response"}); !strings.Contains(err.Error(), "“Write the response” 3 times at most") {
		t.Errorf("refused with %v", err)
	}
	w.Do(t, w.Priya, id, &tasks.Cancel{No: 3, Reason: "One too many"})
	w.Do(t, w.Priya, id, &tasks.Complete{No: 2})
	w.Do(t, w.Priya, id, &tasks.Add{Type: "response"})
	w.Refuses(t, core.ErrConflict, w.Priya, id, &tasks.Add{Type: "response"})
}

func TestACaseHasARoomForTasksThatEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	var many []cases.Command
	for range 199 {
		many = append(many, &tasks.Add{Title: "More"})
	}
	w.Do(t, w.Priya, id, many...)
	w.Refuses(t, core.ErrConflict, w.Priya, id, &tasks.Add{Title: "Too many"})
}

func TestATaskSentTwiceWithOneKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	seen := w.Case(t, id).Version
	w.Do(t, w.Tomasz, id, cases.StartWork{}) // what others change does not matter
	for i := range 2 {
		r := cases.One(id, seen, &tasks.Add{Title: "Once"})
		r.Key = "k"
		result, err := w.Cases.Do(t.Context(), w.Priya, r)
		if err != nil || result.Repeated != (i == 1) || result.Outcomes[0].Made["task"] != "2" {
			t.Fatalf("time %d gave %+v, %v", i+1, result, err)
		}
	}
	if all := w.all(t, w.Priya, id); len(all) != 2 {
		t.Errorf("made %+v", all)
	}
}

func TestATaskForTheManagerFollowsWhoHoldsTheCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Publish(t, "case_type", "complaint", strings.Replace(casestest.ComplaintType, `"assign_to": ["complaints-team"]`, `"assign_to": ["manager"]`, 1))
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &tasks.Add{Type: "response"})
	w.Do(t, w.Priya, id, &cases.Reassign{Group: "highways", To: w.Ines.StaffID(), Reason: "specialist"})
	w.Do(t, w.Ines, id, &tasks.Add{Type: "response"})
	all := w.all(t, w.Priya, id)
	if all[1].Group != "complaints-team" || !all[1].Assignee.IsZero() || all[2].Group != "highways" || all[2].Assignee != w.Ines.StaffID() {
		t.Errorf("made %+v", all)
	}
	// The task stays hers when the case moves on.
	w.Do(t, w.Ines, id, &cases.Reassign{Group: "complaints-team", Reason: "wrong-team"})
	w.Do(t, w.Ines, id, &tasks.Complete{No: 3})
}

func TestMyTasksAreThoseGivenToMeAndToMyGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id,
		&tasks.Add{Title: "No hurry"},
		&tasks.Add{Title: "Tomorrow", DueAt: casestest.Start.Add(24 * time.Hour)},
		&tasks.Add{Title: "In an hour", Assignee: w.Priya.StaffID(), DueAt: casestest.Start.Add(time.Hour)},
		&tasks.Add{Title: "For Tomasz", Assignee: w.Tomasz.StaffID()},
		&tasks.Add{Title: "Done", Assignee: w.Priya.StaffID()},
		&tasks.Complete{No: 6})
	w.Clock.Advance(2 * time.Hour)
	titles, counts := w.mine(t, w.Priya)
	if !slices.Equal(titles, []string{"In an hour", "Tomorrow", "No hurry"}) || counts != (tasks.Counts{Mine: 1, Unclaimed: 2, Overdue: 1}) {
		t.Errorf("Priya has %q, %+v", titles, counts)
	}
	if titles, counts = w.mine(t, w.Ines); !slices.Equal(titles, []string{"Check the history"}) || counts != (tasks.Counts{Unclaimed: 1}) {
		t.Errorf("Ines has %q, %+v", titles, counts)
	}
	if titles, _ = w.mine(t, w.Other); len(titles) != 0 {
		t.Errorf("Kofi has %q", titles)
	}
	if _, err := w.Pool.Exec(t.Context(), `DELETE FROM memberships WHERE staff_id = $1`, w.Priya.StaffID()); err != nil {
		t.Fatal(err)
	}
	if titles, counts = w.mine(t, w.Priya); len(titles) != 0 || counts != (tasks.Counts{}) {
		t.Errorf("who has left the team still has %q, %+v", titles, counts)
	}
}
