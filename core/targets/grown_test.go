package targets_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
)

// withTasks is an office whose tasks have targets.
func withTasks(t testing.TB) *office {
	t.Helper()
	o := open(t)
	tasks.Wire(o.Cases)
	targets.KeepTasks(o.Cases, targets.Tasks{Find: tasks.Find, SetDue: tasks.SetDue})
	return o
}

const urgently = `{"key": "urgent", "name": "Full response, urgent", "starts": "raised", "stops": "resolved", "within": "2 working days",
	"when": {"priority": ["high"]}, "pause": ["open_question", "waiting"]},
	{"key": "respond", "when": {"priority": ["low", "normal"]}, `

func TestATargetIsForTheCasesItsConditionNames(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.republish(t, `{"key": "respond",`, urgently)
	id := o.Raise(t)
	o.isDue(t, id, "respond", at(12, 1, 10, 0))
	if all, _ := o.targets.OfCase(t.Context(), id); len(all) != 2 {
		t.Fatalf("an ordinary case has %d targets", len(all))
	}
	// A pause counts for the promise that takes the place of the one before.
	o.Do(t, o.Priya, id, cases.StartWork{}, &cases.ChangeStatus{To: "waiting"})
	o.Clock.Advance(4 * time.Hour)
	o.Do(t, o.Priya, id, &cases.ChangeStatus{To: "in-progress"})
	o.Do(t, o.Priya, id, &cases.ChangePriority{To: "high"})
	o.isDue(t, id, "urgent", at(11, 19, 14, 0))
	if v := o.isIn(t, id, "respond", core.StateCleared); v.Standing() {
		t.Error("the ordinary promise still stands")
	}
	o.sound(t, id)
	o.Do(t, o.Priya, id, &cases.ChangePriority{To: "normal"})
	o.isIn(t, id, "urgent", core.StateCleared)
	o.isDue(t, id, "respond", at(12, 1, 14, 0))
	o.sound(t, id)
	// What somebody cleared by hand stays cleared.
	o.Do(t, o.Priya, id, &targets.Clear{Target: "respond", Reason: "agreed by telephone"})
	o.Do(t, o.Priya, id, &cases.ChangePriority{To: "high"}, &cases.ChangePriority{To: "low"})
	o.isIn(t, id, "respond", core.StateCleared)
	o.sound(t, id)
}

func TestTheDateReceivedIsPutRightWithAReasonAndTargetsFollow(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.republish(t, `"starts": "raised"`, `"starts": "received"`)
	id := o.Raise(t)
	o.isDue(t, id, "acknowledge", at(11, 24, 10, 0))
	o.Refuses(t, core.ErrInvalid, o.Priya, id, &cases.ChangeReceived{Received: at(11, 13, 9, 30)})
	o.Refuses(t, core.ErrInvalid, o.Priya, id, &cases.ChangeReceived{Received: at(11, 18, 9, 30), Reason: "typing"})
	o.Do(t, o.Priya, id, &cases.ChangeReceived{Received: at(11, 13, 9, 30), Reason: "It was in the post box on Friday"})
	o.isDue(t, id, "acknowledge", at(11, 20, 9, 30))
	o.isDue(t, id, "respond", at(11, 27, 9, 30))
	v := o.target(t, id, "respond")
	if len(v.Ledger.Changes) != 1 || v.Ledger.Changes[0].Why != "It was in the post box on Friday" || v.Ledger.Changes[0].By == "" {
		t.Errorf("the ledger says %+v", v.Ledger.Changes)
	}
	if moved := o.Last(t, id, core.TargetMoved); moved.About["was_due_at"] == nil {
		t.Errorf("the event says %v", moved.About)
	}
	o.sound(t, id)

	// So early that it was late before anybody knew: breached once, at its time.
	o.Do(t, o.Priya, id, &cases.ChangeReceived{Received: at(11, 2, 9, 30), Reason: "The postmark"})
	o.isIn(t, id, "acknowledge", core.StateBreached)
	if b := o.Last(t, id, core.TargetBreached); !b.HappenedAt.Equal(at(11, 16, 9, 30)) {
		t.Errorf("breached at %v", b.HappenedAt)
	}
	o.Do(t, o.Priya, id, &cases.ChangeReceived{Received: at(11, 13, 9, 30), Reason: "The postmark was of another letter"})
	o.isDue(t, id, "acknowledge", at(11, 20, 9, 30))
	o.sound(t, id)
}

func TestATargetThatWasMetIsLateByADateReceivedLongBefore(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.republish(t, `"starts": "raised"`, `"starts": "received"`)
	id := o.Raise(t)
	o.Do(t, o.Priya, id, &questions.Ask{Body: "Which street?"})
	o.isIn(t, id, "acknowledge", core.StateMet)
	o.Do(t, o.Priya, id, &cases.ChangeReceived{Received: at(11, 2, 9, 30), Reason: "The postmark"})
	if v := o.isIn(t, id, "acknowledge", core.StateBreached); v.Standing() {
		t.Error("it runs again")
	}
	o.sound(t, id)
}

func TestAQuestionPausesRestartsOrLeavesTheClock(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.republish(t, `{"key": "acknowledge",`, `{"key": "decide", "name": "Decide", "starts": "raised", "stops": "closed", "within": "5 working days",
		"restarts": ["question_answered"]}, {"key": "steady", "name": "Steady", "starts": "raised", "stops": "closed", "within": "5 working days"}, {"key": "acknowledge",`)
	amara := core.PersonActor(o.Amara, "")
	leaves := false
	id := o.Raise(t)
	o.Clock.Advance(24 * time.Hour)
	o.Do(t, o.Priya, id, &questions.Ask{Body: "By the way?", Pauses: &leaves})
	o.Do(t, amara, id, &questions.Answer{No: 1, Answer: "Yes"})
	o.isDue(t, id, "decide", at(11, 24, 10, 0)) // the question left the clocks alone
	o.isDue(t, id, "respond", at(12, 1, 10, 0))

	o.Do(t, o.Priya, id, &questions.Ask{Body: "Which street?"})
	o.isIn(t, id, "respond", core.StatePaused)
	o.isDue(t, id, "decide", at(11, 24, 10, 0))
	o.Clock.Advance(24 * time.Hour)
	o.Do(t, amara, id, &questions.Answer{No: 2, Answer: "Alder Street"})
	o.isDue(t, id, "respond", at(12, 2, 10, 0)) // paused for a day
	o.isDue(t, id, "decide", at(11, 26, 10, 0)) // begun anew
	o.isDue(t, id, "steady", at(11, 24, 10, 0)) // left alone
	o.sound(t, id)
}

func TestWhatTheTypeForbidsStaffDoNotDoByHand(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.republish(t, `"pause": ["open_question", "waiting"],`, `"pause": ["open_question", "waiting"], "forbid": ["set", "pause", "clear"],`)
	id := o.Raise(t)
	for _, command := range []cases.Command{
		&targets.Set{Target: "respond", DueAt: at(12, 24, 10, 0), Reason: "later"},
		&targets.Pause{Target: "respond", Reason: "wait"},
		&targets.Clear{Target: "respond", Reason: "gone"},
	} {
		o.Refuses(t, core.ErrForbidden, o.Priya, id, command)
	}
	o.Do(t, o.Priya, id, &targets.Extend{Target: "respond", By: core.Span{Count: 1, Unit: core.WorkingDays}, Reason: "records"})
	o.isDue(t, id, "respond", at(12, 2, 10, 0))
	o.Do(t, o.Priya, id, &targets.Pause{Target: "acknowledge", Reason: "wait"}) // another target
	o.sound(t, id)
}

func TestATaskHasATargetLikeItsCase(t *testing.T) {
	t.Parallel()
	o := withTasks(t)
	o.republish(t, `"within": "5 working days", "limits"`, `"within": "5 working days", "pause": ["open_question"], "remind": [{"before": "1 working day"}],
		"ladder": [{"after": "0"}], "extend": {"at_most": "5 working days", "reason": "required"}, "limits"`)
	id := o.Raise(t)
	due := o.Case(t, id).DueAt
	o.Do(t, o.Priya, id, &tasks.Add{Type: "response"})
	const key = "task:2:response" // the first is made when the case is raised
	task := func() targets.View {
		t.Helper()
		all, err := o.targets.OfTasks(t.Context(), id)
		if err != nil || len(all) != 1 {
			t.Fatalf("%d targets of tasks, %v", len(all), err)
		}
		return all[2]
	}
	dueOfTask := func(want time.Time) {
		t.Helper()
		var at time.Time
		if err := o.Pool.QueryRow(t.Context(), `SELECT due_at FROM tasks WHERE case_id = $1 AND no = 2`, id).Scan(&at); err != nil || !at.Equal(want) {
			t.Errorf("the task is due %v, want %v (%v)", at.UTC(), want, err)
		}
	}
	if v := task(); !v.DueAt.Equal(at(11, 24, 10, 0)) || len(v.Lines) != 0 && v.Ledger.Check() != nil {
		t.Errorf("the task's target is due %v", v.DueAt)
	}
	if all, _ := o.targets.OfCase(t.Context(), id); len(all) != 2 || !o.Case(t, id).DueAt.Equal(due) {
		t.Errorf("the case has %d targets and is due %v", len(all), o.Case(t, id).DueAt)
	}
	o.Do(t, o.Priya, id, &targets.Extend{Target: key, By: core.Span{Count: 1, Unit: core.WorkingDays}, Reason: "sick leave"})
	dueOfTask(at(11, 25, 10, 0))
	o.Do(t, o.Priya, id, &questions.Ask{Body: "Which street?"})
	o.Clock.Advance(24 * time.Hour)
	o.Do(t, core.PersonActor(o.Amara, ""), id, &questions.Answer{No: 1, Answer: "Alder Street"})
	dueOfTask(at(11, 26, 10, 0))
	o.sound(t, id)

	o.Clock.Set(at(11, 25, 11, 0))
	o.step(t, id)
	o.Clock.Set(at(11, 26, 12, 0))
	if n := o.tick(t); n != 1 {
		t.Errorf("%d cases are due", n)
	}
	o.step(t, id)
	o.step(t, id)
	kinds := o.Kinds(t, id)
	if n, m := count(kinds, core.TaskBreached), count(kinds, core.TaskReminded); n != 1 || m != 1 {
		t.Errorf("breached %d times, reminded %d times", n, m)
	}
	if b := o.Last(t, id, core.TaskBreached); !b.HappenedAt.Equal(at(11, 26, 10, 0)) || b.About["task"] != float64(2) {
		t.Errorf("breached at %v, about %v", b.HappenedAt, b.About)
	}
	if level := o.Case(t, id).Level; level != 1 {
		t.Errorf("the case is at level %d", level)
	}
	o.Do(t, o.Priya, id, &tasks.Complete{No: 2, Outcome: "Written."})
	if v := task(); v.Standing() || v.State != core.StateBreached {
		t.Errorf("it is %s", v.State)
	}
	o.Do(t, o.Priya, id, &cases.Close{Reason: "upheld"})
	o.sound(t, id)
}

func TestATaskMadeByHandIsLateWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	o := withTasks(t)
	id := o.Raise(t)
	o.Do(t, o.Priya, id, &tasks.Add{Title: "Telephone", DueAt: at(11, 18, 12, 0)}, &tasks.Add{Title: "Whenever"})
	all, err := o.targets.OfTasks(t.Context(), id)
	if err != nil || len(all) != 1 || !all[2].DueAt.Equal(at(11, 18, 12, 0)) {
		t.Fatalf("the targets of tasks are %v, %v", all, err)
	}
	o.Do(t, o.Priya, id, &tasks.ChangeDue{No: 2, DueAt: at(11, 19, 12, 0)}, &tasks.ChangeDue{No: 3, DueAt: at(11, 20, 12, 0)})
	o.Do(t, o.Priya, id, &tasks.Cancel{No: 3, Reason: "Not needed."})
	o.Clock.Set(at(11, 19, 13, 0))
	o.step(t, id)
	if b := o.Last(t, id, core.TaskBreached); !b.HappenedAt.Equal(at(11, 19, 12, 0)) {
		t.Errorf("breached at %v", b.HappenedAt)
	}
	if n := count(o.Kinds(t, id), core.TaskBreached); n != 1 {
		t.Errorf("%d breaches", n)
	}
	o.sound(t, id)
}

// closedFriday is the calendar of the small council without Fridays.
func (o *office) closeFridays(t testing.TB) {
	t.Helper()
	o.Publish(t, casetypes.KindCalendar, "offices", `{"name": "Offices", "zone": "Europe/London", "hours": {"mon-thu": ["09:00-17:00"]}}`)
}

// reachOfConfigurator is somebody who may publish and sees what Priya sees.
func (o *office) reachOfConfigurator(t testing.TB) cases.Reach {
	t.Helper()
	reach, err := o.Cases.ReachOf(t.Context(), o.Priya, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	reach.By = core.StaffActor(o.Priya.StaffID(), "Carys Bevan", core.RoleConfigurator)
	return reach
}

func TestAChangedCalendarChangesRunningTargetsOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	o := open(t)
	id, late := o.Raise(t), o.Raise(t)
	o.Do(t, o.Priya, late, &targets.Set{Target: "respond", DueAt: at(11, 30, 12, 0), Reason: "agreed"})
	o.closeFridays(t)
	o.isDue(t, id, "respond", at(12, 1, 10, 0))
	if n, err := o.targets.Outdated(t.Context(), "offices"); err != nil || n != 4 {
		t.Errorf("%d targets are on the old version, %v", n, err)
	}
	if _, err := o.targets.Recalculate(t.Context(), cases.Reach{By: o.Priya, Groups: []string{}, Scopes: []int32{}}, "offices", core.TargetID{}); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("anybody may: %v", err)
	}
	reach := o.reachOfConfigurator(t)
	done, err := o.targets.Recalculate(t.Context(), reach, "offices", core.TargetID{})
	if err != nil || !done.Done || done.Cases != 2 || done.Moved != len(done.Changed) {
		t.Fatalf("%+v, %v", done, err)
	}
	o.isDue(t, id, "respond", at(12, 3, 10, 0))
	o.isDue(t, id, "acknowledge", at(11, 25, 10, 0))
	o.isDue(t, late, "respond", at(11, 30, 12, 0)) // given by hand: no calendar moves it
	var said []string
	for _, r := range done.Changed {
		said = append(said, r.Rule+" "+r.Was.Format("02")+" to "+r.Is.Format("02"))
	}
	slices.Sort(said)
	if got := strings.Join(said, ", "); got != "acknowledge 24 to 25, acknowledge 24 to 25, respond 01 to 03" {
		t.Errorf("it said %q", got)
	}
	if e := o.Last(t, id, core.TargetRecalculated); e.About["asked_by"] != "Carys Bevan" || e.About["was_due_at"] == nil {
		t.Errorf("the event says %v", e.About)
	}
	if n, err := o.targets.Outdated(t.Context(), "offices"); err != nil || n != 0 {
		t.Errorf("%d targets are still on the old version, %v", n, err)
	}
	o.sound(t, id)
	again, err := o.targets.Recalculate(t.Context(), reach, "offices", core.TargetID{})
	if err != nil || len(again.Changed) != 0 {
		t.Errorf("again: %+v, %v", again, err)
	}
}

func TestWhatIfCountsWhatWouldBeLateAndSavedAndChangesNothing(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)               // raised Tuesday 17, 10:00: respond is due 1 December
	o.Clock.Set(at(11, 26, 10, 0)) // seven working days later
	o.step(t, id)                  // acknowledge, due 24 November, is late
	fresh := o.Raise(t)            // and one raised just now
	before := o.fingerprint(t)
	reach, err := o.Cases.ReachOf(t.Context(), o.Priya, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	live, err := o.Cases.Types().Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	suppose := func(change func(*core.CaseType)) targets.WhatIf {
		t.Helper()
		draft := *live
		draft.Targets = slices.Clone(live.Targets)
		change(&draft)
		got, err := o.targets.WhatIf(t.Context(), reach, targets.Draft{CaseType: &draft}, core.CaseID{})
		if err != nil || !got.Done || got.Cases != 2 {
			t.Fatalf("%+v, %v", got, err)
		}
		return got
	}
	if w := suppose(func(*core.CaseType) {}); w.Late+w.Saved+w.Sooner+w.Later+w.Added+w.Dropped != 0 || w.Targets != 4 {
		t.Errorf("as it is: %+v", w)
	}
	w := suppose(func(d *core.CaseType) { d.Targets[1].Within.Span.Count = 5 })
	if w.Late != 1 || w.Saved != 0 || w.Sooner != 1 || len(w.Listed) != 1 || w.Listed[0].CaseID != id || !w.Listed[0].Is.Equal(at(11, 24, 10, 0)) {
		t.Errorf("a shorter promise: %+v", w)
	}
	w = suppose(func(d *core.CaseType) { d.Targets[0].Within.Span.Count = 10 })
	if w.Saved != 1 || w.Late != 0 || w.Later != 1 || len(w.Listed) != 1 || w.Listed[0].Late {
		t.Errorf("a longer promise: %+v", w)
	}
	w = suppose(func(d *core.CaseType) {
		d.Targets = append(d.Targets, core.TargetRule{Key: "quick", Name: core.Plain("Quick"), Starts: core.MomentRaised, Stops: core.MomentClosed, Within: core.Promise{Span: core.Span{Count: 1, Unit: core.WorkingDays}}})
		d.Targets[0].When.Priorities = []string{"high"}
	})
	if w.Added != 2 || w.Dropped != 2 || w.Late != 1 || w.Saved != 1 {
		t.Errorf("one more, one fewer: %+v", w)
	}
	spec := core.CalendarSpec{Key: "offices", Name: core.Plain("Offices"), Zone: "Europe/London", Hours: core.WeekHours{1: {{From: 540, To: 1020}}}}
	w, err = o.targets.WhatIf(t.Context(), reach, targets.Draft{Calendar: &spec}, core.CaseID{})
	if err != nil || w.Saved != 1 || w.Later != 3 || w.Cases != 2 {
		t.Errorf("open on Mondays alone: %+v, %v", w, err)
	}
	none, err := o.targets.WhatIf(t.Context(), cases.Reach{Groups: []string{}, Scopes: []int32{}}, targets.Draft{Calendar: &spec}, core.CaseID{})
	if err != nil || none.Saved != 1 || len(none.Listed) != 0 {
		t.Errorf("without a reach: %+v, %v", none, err)
	}
	if n, err := o.targets.Supposed(t.Context(), targets.Draft{Calendar: &spec}); err != nil || n != 2 {
		t.Errorf("%d cases to look at, %v", n, err)
	}
	if after := o.fingerprint(t); after != before {
		t.Error("looking changed the database")
	}
	o.sound(t, id)
	o.sound(t, fresh)
}

// fingerprint is a checksum of all that a case and its targets are.
func (o *office) fingerprint(t testing.TB) string {
	t.Helper()
	var sum string
	err := o.Pool.QueryRow(t.Context(), `SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
		SELECT t::text AS line FROM targets t UNION ALL SELECT c::text FROM cases c UNION ALL SELECT e::text FROM events e
		UNION ALL SELECT d::text FROM documents d UNION ALL SELECT j.id::text || j.state FROM river_job j) lines`).Scan(&sum)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}
