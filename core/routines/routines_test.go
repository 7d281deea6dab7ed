package routines_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/core/tasks"
)

func TestARoutineActsThroughTheDoorAndSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, core.Routine{
		Key: "urgent", When: on(core.CaseRaised), If: `case.subtype == "waste" && targets.respond.state == "due"`,
		Do: []core.Do{{Command: "case.change_priority", With: core.Arguments{"to": "high"}}, note("Look at {{ case.reference }} today.")},
	}, core.Routine{Key: "roads", When: on(core.CaseRaised), If: `case.subtype == "roads"`, Do: []core.Do{note("Never")}})
	id := w.Raise(t)
	w.settle(t)
	cs := w.Case(t, id)
	changed := w.Last(t, id, core.PriorityChanged)
	if cs.Priority != "high" || changed.Actor.Kind != core.ActorRoutine || changed.Actor.ID != "complaint/urgent" || len(changed.Actor.Chain) != 0 {
		t.Errorf("the priority is %q, by %+v", cs.Priority, changed.Actor)
	}
	var body string
	if err := w.Pool.QueryRow(t.Context(), `SELECT body FROM notes WHERE case_id = $1`, id).Scan(&body); err != nil || body != "Look at "+string(cs.Ref)+" today." {
		t.Errorf("the note says %q, %v", body, err)
	}
	all := w.runs(t, id, true)
	if len(all) != 2 {
		t.Fatalf("the runs are %+v", all)
	}
	slices.SortFunc(all, func(a, b routines.Run) int { return strings.Compare(b.Routine, a.Routine) })
	urgent, roads := all[0], all[1]
	if urgent.State != routines.Ran || len(urgent.Results) != 2 || urgent.Results[0].State != routines.Ran || urgent.Results[1].Outcome != "note 1" || urgent.Finished.IsZero() {
		t.Errorf("the run is %+v", urgent)
	}
	if !urgent.Answer.Holds || len(urgent.Answer.Values) != 2 || urgent.Answer.Values[0].Name != "case.subtype" || urgent.Answer.Values[0].Value != `"waste"` || urgent.Answer.Values[1].Value != `"due"` {
		t.Errorf("it explains %+v", urgent.Answer)
	}
	if roads.State != routines.Passed || roads.Answer.Holds || len(roads.Results) != 0 {
		t.Errorf("the other is %+v", roads)
	}
	w.Rewinds(t, id)
}

// Every kind of event that may set off a routine does.
func TestEveryEventSetsOffItsRoutine(t *testing.T) {
	t.Parallel()
	kinds := core.RoutineEvents()
	list := make([]core.Routine, len(kinds))
	for i, kind := range kinds {
		list[i] = core.Routine{Key: strings.NewReplacer(".", "-", "_", "-").Replace(string(kind)), When: on(kind), If: `event.kind == "` + string(kind) + `" || event.kind == "case.status_changed" || event.kind == "task.completed"`, Do: []core.Do{note("x")}}
	}
	w := newWorld(t)
	id := w.Raise(t)
	for _, task := range []int{1} {
		w.Do(t, w.Ines, id, &tasks.Complete{No: task, Outcome: "Done"})
	}
	w.settle(t)
	w.routines(t, list...)
	ct, err := w.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	for i, kind := range kinds {
		e := core.Recorded{Kind: kind, Version: core.Version(1000 + i), Actor: w.Priya, Origin: core.OriginLive, CaseID: id, RecordedAt: w.Clock.Now()}
		switch kind {
		case core.CaseResolved:
			e.Kind, e.Changes = core.StatusChanged, map[core.Aspect]core.Changed{core.AspectStatus: {"in-progress", "resolved"}}
		case core.AllTasksDone:
			e.Kind = core.TaskCompleted
		}
		w.hear(t, id, ct, e)
		if !slices.ContainsFunc(w.runs(t, id, false), func(r routines.Run) bool { return r.Routine == list[i].Key }) {
			t.Errorf("%s sets off nothing", kind)
		}
	}
}

// hear lets routines alone hear of events.
func (w *world) hear(t *testing.T, id core.CaseID, ct *core.CaseType, heard ...core.Recorded) {
	t.Helper()
	var b pgx.Batch
	if err := w.Heard(t.Context(), &b, w.Case(t, id), ct, heard); err != nil {
		t.Fatal(err)
	}
	if err := w.Pool.SendBatch(t.Context(), &b).Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAnImportAndARoutineThatIsOffSetOffNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, core.Routine{Key: "off", Off: true, When: on(core.NoteAdded), Do: []core.Do{note("x")}}, core.Routine{Key: "raised", When: on(core.CaseRaised), Do: []core.Do{note("x")}})
	id := core.NewID[core.CaseID]()
	request := cases.One(id, 0, &cases.Raise{Type: "complaint", Subject: "Old", Channel: core.ChannelLetter, Requester: w.Amara})
	request.Origin = core.OriginImport
	if _, err := w.Cases.Do(t.Context(), core.SystemActor(), request); err != nil {
		t.Fatal(err)
	}
	w.Do(t, w.Priya, id, &notes.Add{Body: "Between us"})
	w.settle(t)
	if all := w.runs(t, id, true); len(all) != 0 {
		t.Errorf("the runs are %+v", all)
	}
}

// A server dies in the middle: what was done is not done again, and the rest is.
func TestNothingIsDoneTwiceAlthoughTheJobDies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, core.Routine{Key: "three", When: on(core.CaseRaised), Do: []core.Do{note("first"), {Webhook: "crm"}, note("last")}})
	id := w.Raise(t)
	w.react(t, id)
	w.changed = nil
	job := w.jobs[0]
	ctx, die := context.WithCancel(t.Context())
	w.hook = func() error { die(); return ctx.Err() }
	if err := w.Work(ctx, job.Case, job.Occasion); !errors.Is(err, context.Canceled) {
		t.Fatalf("the dying job says %v", err)
	}
	if n := w.count(t, id, core.NoteAdded); n != 1 {
		t.Fatalf("%d notes before it died", n)
	}
	w.hook = nil
	w.start(t) // another server
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { _ = w.Work(context.WithoutCancel(ctx), job.Case, job.Occasion) })
	}
	both.Wait()
	w.react(t, id)
	w.react(t, id)
	if n := w.count(t, id, core.NoteAdded); n != 2 {
		t.Errorf("%d notes", n)
	}
	run := w.runs(t, id, false)
	if len(run) != 1 || run[0].State != routines.Ran || len(run[0].Results) != 3 {
		t.Fatalf("the runs are %+v", run)
	}
	for _, result := range run[0].Results {
		if result.State != routines.Ran {
			t.Errorf("%+v", result)
		}
	}
}

func TestWhatIsHeardAgainRunsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, core.Routine{Key: "once", When: on(core.CaseRaised), Do: []core.Do{note("once")}})
	id := w.Raise(t)
	w.settle(t)
	if _, err := w.Pool.Exec(t.Context(), `UPDATE cases SET reacted_to = 0 WHERE id = $1`, id); err != nil {
		t.Fatal(err)
	}
	w.react(t, id)
	w.settle(t)
	if n := w.count(t, id, core.NoteAdded); n != 1 {
		t.Errorf("%d notes", n)
	}
}

func TestALoopIsStoppedWithTheChainInWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t,
		core.Routine{Key: "up", Name: core.Plain("Make it urgent"), When: on(core.PriorityChanged), If: `event.after.priority == "low"`, Do: []core.Do{{Command: "case.change_priority", With: core.Arguments{"to": "high"}}}},
		core.Routine{Key: "down", Name: core.Plain("Calm down"), When: on(core.PriorityChanged), If: `event.after.priority == "high"`, Do: []core.Do{{Command: "case.change_priority", With: core.Arguments{"to": "low"}}}},
	)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &cases.ChangePriority{To: "low"})
	w.settle(t)
	if n := w.count(t, id, core.PriorityChanged); n != 3 {
		t.Errorf("the priority was changed %d times: %v", n, w.Kinds(t, id))
	}
	stopped := w.Last(t, id, core.RoutineStopped)
	want := "“Make it urgent” set off “Calm down”, which would have set off “Make it urgent” again."
	if stopped.About["why"] != want || stopped.About["name"] != "Make it urgent" || !slices.Equal(stopped.Actor.Chain, []string{"complaint/up", "complaint/down"}) {
		t.Errorf("recorded is %v by %+v", stopped.About, stopped.Actor)
	}
	runs := w.runs(t, id, false)
	if last := runs[len(runs)-1]; last.State != routines.Stopped || last.Why != want || last.Routine != "up" {
		t.Errorf("the last run is %+v", last)
	}
}

func TestARoutineThatSetsItselfOffIsStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, core.Routine{Key: "echo", When: on(core.NoteAdded), Do: []core.Do{note("And again.")}})
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &notes.Add{Body: "Hello"})
	w.settle(t)
	if n := w.count(t, id, core.NoteAdded); n != 2 {
		t.Errorf("%d notes", n)
	}
	if why := w.Last(t, id, core.RoutineStopped).About["why"]; why != "“Echo” set itself off." {
		t.Errorf("it says %v", why)
	}
}

func TestALongChainIsStopped(t *testing.T) {
	t.Parallel()
	var list []core.Routine
	for i := range 12 {
		list = append(list, core.Routine{
			Key: "r" + string(rune('a'+i)), When: on(core.FieldChanged), If: `event.after.fields.depth == ` + string(rune('0'+i%10)) + `.0 && size(event.changed) == 1`,
			Do: []core.Do{{Command: "case.set_field", With: core.Arguments{"field": "depth", "value": float64(i + 1)}}},
		})
	}
	w := newWorld(t, list[:10]...)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &cases.SetField{Field: "depth", Value: 0.0})
	w.settle(t)
	if n := w.count(t, id, core.FieldChanged); n != 1+core.MaxRoutineDepth {
		t.Errorf("%d changes", n)
	}
	if why, _ := w.Last(t, id, core.RoutineStopped).About["why"].(string); !strings.HasPrefix(why, "“Ra” set off “Rb”, which set off “Rc”") || !strings.Contains(why, "8 deep at most") {
		t.Errorf("it says %q", why)
	}
}

func TestWhatRunsTooOftenIsStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, core.Routine{Key: "often", When: on(core.NoteAdded), Do: []core.Do{{Command: "case.set_field", With: core.Arguments{"field": "depth", "value": 1.0}}}})
	id := w.Raise(t)
	for range 21 {
		w.Do(t, w.Priya, id, &notes.Add{Body: "Hello"})
		w.settle(t)
	}
	if n := w.count(t, id, core.FieldChanged); n != 20 {
		t.Errorf("it ran %d times", n)
	}
	if why := w.Last(t, id, core.RoutineStopped).About["why"]; why != "“Often” ran 20 times on this case within an hour." {
		t.Errorf("it says %v", why)
	}
	w.Clock.Advance(2 * time.Hour)
	w.Do(t, w.Priya, id, &notes.Add{Body: "Hello"})
	w.settle(t)
	if n := w.count(t, id, core.FieldChanged); n != 21 {
		t.Errorf("later it ran %d times", n)
	}
}

func TestAnActionThatFailsBlocksNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t,
		core.Routine{Key: "first", When: on(core.CaseRaised), Do: []core.Do{
			{Command: "case.change_status", With: core.Arguments{"to": "new"}}, {Command: "case.set_field", With: core.Arguments{"field": "gone", "value": "x"}}, note("after it"),
		}},
		core.Routine{Key: "second", When: on(core.CaseRaised), Do: []core.Do{note("beside it")}},
	)
	id := w.Raise(t)
	w.settle(t)
	if n := w.count(t, id, core.NoteAdded); n != 2 {
		t.Errorf("%d notes", n)
	}
	runs := w.runs(t, id, false)
	slices.SortFunc(runs, func(a, b routines.Run) int { return strings.Compare(a.Routine, b.Routine) })
	if runs[0].State != routines.Failed || runs[1].State != routines.Ran {
		t.Errorf("the runs are %+v", runs)
	}
	if r := runs[0].Results[0]; r.State != routines.Refused || r.Problem != "The case has this status already." || r.Tries != 1 {
		t.Errorf("the first action: %+v", r)
	}
	if r := runs[0].Results[2]; r.State != routines.Ran {
		t.Errorf("the last action: %+v", r)
	}
}

func TestAnActionThatMayHelpLaterIsTriedForADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, core.Routine{Key: "tell", When: on(core.CaseRaised), Do: []core.Do{{Webhook: "crm"}, note("meanwhile")}})
	w.hook = func() error { return core.Unavailable(nil, "The other system does not answer.") }
	first, second := w.Raise(t), w.Raise(t)
	w.react(t, first)
	w.react(t, second)
	w.changed = nil
	jobs := slices.Clone(w.jobs)
	for _, job := range jobs {
		if err := w.Work(t.Context(), job.Case, job.Occasion); err == nil {
			t.Error("the queue is not told to try again")
		}
	}
	run := w.runs(t, first, false)[0]
	if run.State != routines.Waiting || run.Results[0].State != routines.Waiting || run.Results[0].Problem != "The other system does not answer." || run.Results[1].State != routines.Ran {
		t.Errorf("meanwhile: %+v", run)
	}
	w.Clock.Advance(time.Hour)
	w.hook = nil
	if err := w.Work(t.Context(), first, jobs[0].Occasion); err != nil {
		t.Error(err)
	}
	if run := w.runs(t, first, false)[0]; run.State != routines.Ran || run.Results[0].Tries != 2 || w.hooked[0] != "crm case.raised" {
		t.Errorf("afterwards: %+v, %v", run, w.hooked)
	}
	w.hook = func() error { return errors.New("a wire is cut") }
	w.Clock.Advance(day)
	if err := w.Work(t.Context(), second, jobs[1].Occasion); err != nil {
		t.Errorf("given up, the job says %v", err)
	}
	if run := w.runs(t, second, false)[0]; run.State != routines.Failed || run.Results[0].State != routines.Failed || run.Results[0].Problem != "It failed for a reason that was logged." {
		t.Errorf("given up: %+v", run)
	}
	if n := w.count(t, second, core.NoteAdded); n != 1 {
		t.Errorf("%d notes", n)
	}
}

func TestSwitchingARoutineOffEndsWhatWaits(t *testing.T) {
	t.Parallel()
	r := core.Routine{Key: "tell", When: on(core.CaseRaised), Do: []core.Do{{Webhook: "crm"}}}
	w := newWorld(t, r)
	id := w.Raise(t)
	w.react(t, id)
	w.changed = nil
	r.Off = true
	w.routines(t, r)
	w.settle(t)
	if run := w.runs(t, id, false)[0]; run.State != routines.Failed || run.Why != "The routine was switched off." || len(w.hooked) != 0 {
		t.Errorf("%+v", run)
	}
}

func TestAConditionThatCannotBeAnsweredDoesNotHoldAndSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, core.Routine{Key: "odd", When: on(core.CaseRaised), If: `event.about.nothing == "x"`, Do: []core.Do{note("x")}})
	id := w.Raise(t)
	w.settle(t)
	if run := w.runs(t, id, true)[0]; run.State != routines.Passed || run.Answer.Problem != "The event has no “nothing”." {
		t.Errorf("%+v", run)
	}
}

func TestWhatDidNotRunIsForgottenAfterThirtyDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, core.Routine{Key: "no", When: on(core.CaseRaised), If: `false`, Do: []core.Do{note("x")}}, core.Routine{Key: "yes", When: on(core.CaseRaised), Do: []core.Do{note("x")}})
	id := w.Raise(t)
	w.settle(t)
	w.Clock.Advance(29 * day)
	if n, err := w.Sweep(t.Context(), w.Clock.Now()); err != nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
	w.Clock.Advance(2 * day)
	if n, err := w.Sweep(t.Context(), w.Clock.Now()); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	if all := w.runs(t, id, true); len(all) != 1 || all[0].Routine != "yes" {
		t.Errorf("left are %+v", all)
	}
}

func TestWhoSeesTheRunsOfARoutine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, core.Routine{Key: "no", When: on(core.CaseRaised), If: `false`, Do: []core.Do{note("x")}})
	id := w.Raise(t)
	w.settle(t)
	for who, tt := range map[string]struct {
		by   core.Actor
		want int
	}{
		"the team": {w.Priya, 1}, "somebody else": {w.Other, 0}, "an auditor": {core.Actor{Kind: core.ActorStaff, ID: w.Other.ID, Roles: []core.Role{core.RoleAuditor}}, 1},
		"the requester": {core.PersonActor(w.Amara, "Amara"), 0},
	} {
		runs, next, err := w.OfRoutine(t.Context(), tt.by, "complaint", "no", true, nil)
		if err != nil || next != nil || len(runs) != tt.want {
			t.Errorf("%s sees %d, %v, %v", who, len(runs), next, err)
		}
	}
	if runs, _, err := w.OfRoutine(t.Context(), w.Priya, "complaint", "no", false, nil); err != nil || len(runs) != 0 {
		t.Errorf("without those that passed: %d, %v", len(runs), err)
	}
	tallies, err := w.Tallies(t.Context(), "complaint", w.Clock.Now().Add(-time.Hour))
	if err != nil || tallies["no"].Passed != 1 {
		t.Errorf("%+v, %v", tallies, err)
	}
	seen, err := w.Cases.Find(t.Context(), core.PersonActor(w.Amara, "Amara"), w.Case(t, id).Ref, core.MayRequest)
	if err != nil {
		t.Fatal(err)
	}
	if all, err := w.OfCase(t.Context(), seen); err != nil || all != nil {
		t.Errorf("the requester is told of %v, %v", all, err)
	}
}

func TestWhatARoutineWouldDoIsSaidWithoutDoingIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	before := len(w.History(t, id))
	ct, err := w.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	cs := w.Case(t, id)
	r := core.Routine{Key: "draft", When: on(core.CaseRaised), Do: []core.Do{
		note("About {{ case.reference }}."), note("{{ case.outcome }}"), {Command: "case.change_priority", With: core.Arguments{"to": "high"}}, {Webhook: "crm"}, {Message: "confirmation", To: "requester"},
	}}
	all, err := w.Intend(t.Context(), ct, r, cs, w.Last(t, id, core.CaseRaised))
	if err != nil || len(all) != 5 {
		t.Fatalf("%+v, %v", all, err)
	}
	if all[0].With["body"] != "About "+string(cs.Ref)+"." || all[0].Command.Name() != "note.add" || all[0].Problem != "" {
		t.Errorf("the note: %+v", all[0])
	}
	if all[1].Command != nil || all[1].Problem != "“case.outcome” stands for nothing on this case." {
		t.Errorf("the note without words: %+v", all[1])
	}
	if all[2].Command.Name() != "case.change_priority" || all[3].Action != "call the webhook “crm”" || all[4].Problem != "" {
		t.Errorf("the others: %+v", all[2:])
	}
	if len(w.History(t, id)) != before || len(w.hooked) != 0 || w.Case(t, id).Version != cs.Version {
		t.Error("something was done")
	}
}

// What one round writes is of one instant, for one case and for many.
func TestAPageOfTheLogEndsBetweenOccasionsOfOneInstant(t *testing.T) {
	t.Parallel()
	w := newWorld(t, core.Routine{Key: "noted", When: on(core.NoteAdded), If: `false`, Do: []core.Do{note("x")}})
	id := w.Raise(t)
	for range 150 {
		w.Do(t, w.Priya, id, &notes.Add{Body: "One of many"})
	}
	w.settle(t)
	seen := map[string]bool{}
	var after *routines.Page
	for pages := 1; ; pages++ {
		runs, next, err := w.OfRoutine(t.Context(), w.Priya, "complaint", "noted", true, after)
		if err != nil || pages > 2 {
			t.Fatalf("page %d: %v", pages, err)
		}
		for _, run := range runs {
			if seen[run.Occasion] {
				t.Errorf("%s is listed twice", run.Occasion)
			}
			seen[run.Occasion] = true
		}
		if after = next; next == nil {
			break
		}
	}
	if len(seen) != 150 {
		t.Errorf("%d of 150 are listed", len(seen))
	}
}
