package targets_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/targets"
)

// office is the small council with clocks on its promises.
type office struct {
	*casestest.World
	targets *targets.Service
}

func open(t testing.TB) *office {
	t.Helper()
	w := casestest.New(t)
	targets.Wire(w.Cases)
	questions.Wire(w.Cases)
	return &office{w, targets.New(w.DB, w.Cases, w.Clock)}
}

// republish publishes the complaint with some of its words replaced.
func (o *office) republish(t testing.TB, oldNew ...string) {
	t.Helper()
	body := strings.NewReplacer(oldNew...).Replace(casestest.ComplaintType)
	if body == casestest.ComplaintType {
		t.Fatal("nothing was replaced")
	}
	o.Publish(t, casetypes.KindCaseType, "complaint", body)
}

// at is an instant of November or December 2026, in London.
func at(month time.Month, day, hour, minute int) time.Time {
	return time.Date(2026, month, day, hour, minute, 0, 0, time.UTC)
}

// target finds one target of a case by its rule.
func (o *office) target(t testing.TB, id core.CaseID, rule string) targets.View {
	t.Helper()
	all, err := o.targets.OfCase(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(v targets.View) bool { return v.Rule.Key == rule })
	if i < 0 {
		t.Fatalf("the case has no target %s", rule)
	}
	return all[i]
}

func (o *office) step(t testing.TB, id core.CaseID) {
	t.Helper()
	if err := o.targets.StepCase(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}

// sound fails the test unless the history fits and every ledger adds up.
func (o *office) sound(t testing.TB, id core.CaseID) {
	t.Helper()
	o.Rewinds(t, id)
	wrong, err := o.targets.Check(t.Context())
	if err != nil || len(wrong) > 0 {
		t.Errorf("check: %q %v", wrong, err)
	}
}

func (o *office) isDue(t testing.TB, id core.CaseID, rule string, want time.Time) {
	t.Helper()
	if v := o.target(t, id, rule); !v.DueAt.Equal(want) || v.State != core.StateDue {
		t.Errorf("%s is %s, due %v, want %v", rule, v.State, v.DueAt, want)
	}
}

func (o *office) isIn(t testing.TB, id core.CaseID, rule string, want core.TargetState) targets.View {
	t.Helper()
	v := o.target(t, id, rule)
	if v.State != want {
		t.Errorf("%s is %s, want %s", rule, v.State, want)
	}
	return v
}

func count(kinds []core.EventKind, kind core.EventKind) int {
	n := 0
	for _, k := range kinds {
		if k == kind {
			n++
		}
	}
	return n
}

func TestTheJourneyOfAPromiseFromRaisingToALateEnd(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t) // Tue 17 Nov 10:00
	o.isDue(t, id, "acknowledge", at(11, 24, 10, 0))
	o.isDue(t, id, "respond", at(12, 1, 10, 0))
	if due := o.Case(t, id).DueAt; !due.Equal(at(11, 24, 10, 0)) {
		t.Errorf("the case is due %v", due)
	}

	o.Clock.Set(at(11, 17, 12, 0))
	o.Do(t, o.Priya, id, &questions.Ask{Body: "Which street?"})
	if v := o.isIn(t, id, "acknowledge", core.StateMet); !v.StoppedAt.Equal(at(11, 17, 12, 0)) {
		t.Errorf("acknowledged at %v", v.StoppedAt)
	}
	if v := o.isIn(t, id, "respond", core.StatePaused); v.Left.Time != 78*time.Hour || v.Due.Words != "Paused, 9 working days left" {
		t.Errorf("left %v, %q", v.Left, v.Due.Words)
	}
	if due := o.Case(t, id).DueAt; !due.IsZero() {
		t.Errorf("while all is paused the case is due %v", due)
	}

	o.Clock.Set(at(11, 18, 15, 0)) // 5 hours of Tuesday and 6 of Wednesday later
	o.Do(t, core.PersonActor(o.Amara, ""), id, &questions.Answer{No: 1, Answer: "Mill Lane"})
	o.isDue(t, id, "respond", at(12, 2, 13, 0))

	o.Clock.Set(at(11, 30, 12, 59))
	o.step(t, id)
	if n := count(o.Kinds(t, id), core.TargetReminded); n != 0 {
		t.Errorf("reminded %d times too early", n)
	}
	o.Clock.Set(at(11, 30, 13, 0))
	o.step(t, id)
	o.step(t, id)
	if n := count(o.Kinds(t, id), core.TargetReminded); n != 1 {
		t.Errorf("reminded %d times", n)
	}

	o.Refuses(t, core.ErrNotFound, o.Lead, id, cases.Claim{})
	o.Clock.Set(at(12, 4, 13, 0)) // no server ran for two days
	for range 3 {
		o.step(t, id)
	}
	breach, up := o.Last(t, id, core.TargetBreached), o.Last(t, id, core.CaseEscalated)
	if !breach.HappenedAt.Equal(at(12, 2, 13, 0)) || !breach.RecordedAt.Equal(at(12, 4, 13, 0)) || breach.Actor.Kind != core.ActorSystem {
		t.Errorf("the breach is recorded as %+v", breach)
	}
	if !up.HappenedAt.Equal(at(12, 2, 13, 0)) || up.Actor.Kind != core.ActorSystem || o.Case(t, id).Level != 1 {
		t.Errorf("the escalation is recorded as %+v", up)
	}
	o.Do(t, o.Lead, id, cases.Claim{}) // opened to the leads

	o.Clock.Set(at(12, 9, 13, 0)) // five working days after the due time
	o.step(t, id)
	if level := o.Case(t, id).Level; level != 2 {
		t.Errorf("the case is at level %d", level)
	}
	kinds := o.Kinds(t, id)
	if b, e := count(kinds, core.TargetBreached), count(kinds, core.CaseEscalated); b != 1 || e != 2 {
		t.Errorf("breached %d times, escalated %d times", b, e)
	}

	o.Clock.Set(at(12, 10, 9, 0))
	o.Do(t, o.Priya, id, &cases.Close{Reason: "upheld"})
	v := o.isIn(t, id, "respond", core.StateBreached)
	if v.StoppedAt.IsZero() || v.Due.Tone != core.ToneBad || !strings.HasPrefix(v.Due.Words, "Done ") || !v.NextAt.IsZero() {
		t.Errorf("done late, it is said as %+v", v.Due)
	}
	if late := o.Last(t, id, core.TargetMet).About["late"]; late != true {
		t.Errorf("met late: %v", late)
	}
	o.sound(t, id)
}

func TestWhatWasDueIsRecordedBeforeTheCommandThatNoticesIt(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)
	o.Clock.Set(at(12, 3, 10, 0)) // both targets are late, and nobody has looked
	o.Do(t, o.Priya, id, &cases.Close{Reason: "upheld"})
	want := []core.EventKind{core.CaseRaised, core.TargetStarted, core.TargetStarted,
		core.TargetBreached, core.TargetBreached, core.CaseEscalated,
		core.FirstResponseGiven, core.CaseClosed, core.TargetMet, core.TargetMet}
	if got := o.Kinds(t, id); !slices.Equal(got, want) {
		t.Errorf("history is %v, want %v", got, want)
	}
	all := o.History(t, id)
	for i, due := range map[int]time.Time{3: at(11, 24, 10, 0), 4: at(12, 1, 10, 0), 5: at(12, 1, 10, 0)} {
		if !all[i].HappenedAt.Equal(due) || all[i].Actor.Kind != core.ActorSystem {
			t.Errorf("%s happened at %v by %s, want %v", all[i].Kind, all[i].HappenedAt, all[i].Actor.Kind, due)
		}
	}
	o.sound(t, id)
}

func TestAWaitingStatusPausesAndEveryMinuteOfItIsGivenBack(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)
	o.Clock.Set(at(11, 18, 9, 30))
	o.Do(t, o.Priya, id, &cases.ChangeStatus{To: "waiting"})
	o.isIn(t, id, "respond", core.StatePaused)
	o.isDue(t, id, "acknowledge", at(11, 24, 10, 0)) // its rule knows no pause
	o.Clock.Set(at(11, 19, 9, 47))
	o.Do(t, o.Priya, id, &cases.ChangeStatus{To: "in-progress"})
	o.isDue(t, id, "respond", at(12, 2, 10, 17))
	o.sound(t, id)
}

func TestTwoOpenQuestionsPauseUntilBothAreAnswered(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)
	no := false
	o.Do(t, o.Priya, id, &questions.Ask{Body: "By the way, which day?", Pauses: &no})
	o.isDue(t, id, "respond", at(12, 1, 10, 0))
	o.Do(t, o.Priya, id, &questions.Ask{Body: "Which street?"}, &questions.Ask{Body: "Which bin?"})
	amara := core.PersonActor(o.Amara, "")
	o.Do(t, amara, id, &questions.Answer{No: 1, Answer: "Monday"}, &questions.Answer{No: 2, Answer: "Mill Lane"})
	o.isIn(t, id, "respond", core.StatePaused)
	o.Clock.Advance(time.Hour)
	o.Do(t, amara, id, &questions.Answer{No: 3, Answer: "The green one"})
	o.isDue(t, id, "respond", at(12, 1, 11, 0))
	kinds := o.Kinds(t, id)
	if p, r := count(kinds, core.TargetPaused), count(kinds, core.TargetResumed); p != 1 || r != 1 {
		t.Errorf("paused %d times, resumed %d times", p, r)
	}
	o.sound(t, id)
}

func TestStaffMayPauseAndResumeByHand(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)
	o.Refuses(t, core.ErrInvalid, o.Priya, id, &targets.Pause{Target: "respond"})
	o.Refuses(t, core.ErrInvalid, o.Priya, id, &targets.Pause{Target: "nonsense", Reason: "x"})
	o.Do(t, o.Priya, id, &targets.Pause{Target: "respond", Reason: "The depot is flooded."})
	o.Refuses(t, core.ErrConflict, o.Priya, id, &targets.Pause{Target: "respond", Reason: "again"})
	o.Clock.Advance(2 * time.Hour)
	o.Do(t, o.Priya, id, &targets.Resume{Target: "respond"})
	o.isDue(t, id, "respond", at(12, 1, 12, 0))
	o.Refuses(t, core.ErrConflict, o.Priya, id, &targets.Resume{Target: "respond"})

	// Set going by hand while a question is open, it runs on until the next.
	o.Do(t, o.Priya, id, &questions.Ask{Body: "Which street?"})
	o.Do(t, o.Priya, id, &targets.Resume{Target: "respond"})
	o.Do(t, o.Priya, id, cases.StartWork{})
	o.isDue(t, id, "respond", at(12, 1, 12, 0))
	o.Do(t, o.Priya, id, &questions.Ask{Body: "And which bin?"})
	o.isIn(t, id, "respond", core.StatePaused)
	o.sound(t, id)
}

func TestExtensionsHaveAMostInAllAndAReason(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)
	days := func(n int) core.Span { return core.Span{Count: n, Unit: core.WorkingDays} }
	err := o.Refuses(t, core.ErrInvalid, o.Priya, id, &targets.Extend{Target: "respond", By: days(3)})
	if e := err.(*core.Error); e.Fields["reason"] == "" {
		t.Errorf("the missing reason is refused with %v", e)
	}
	o.Refuses(t, core.ErrForbidden, o.Priya, id, &targets.Extend{Target: "acknowledge", By: days(1), Reason: "x"})
	o.Do(t, o.Priya, id, &targets.Extend{Target: "respond", By: days(6), Reason: "The surveyor is ill."})
	o.isDue(t, id, "respond", at(12, 9, 10, 0))
	err = o.Refuses(t, core.ErrInvalid, o.Priya, id, &targets.Extend{Target: "respond", By: days(5), Reason: "still"})
	if e := err.(*core.Error); e.Fields["by"] == "" {
		t.Errorf("more than the most is refused with %v", e)
	}
	o.Do(t, o.Tomasz, id, &targets.Extend{Target: "respond", By: days(4), Reason: "still ill"})
	o.isDue(t, id, "respond", at(12, 15, 10, 0))
	last := o.Last(t, id, core.TargetExtended)
	if last.About["was_due_at"] != "2026-12-09T10:00:00Z" || last.About["due_at"] != "2026-12-15T10:00:00Z" {
		t.Errorf("the extension is recorded as %v", last.About)
	}
	if v := o.target(t, id, "respond"); len(v.Ledger.Changes) != 2 || v.Ledger.Changes[1].By != "Tomasz Wiśniewski" || v.Ledger.Changes[1].Why != "still ill" {
		t.Errorf("the ledger tells of %+v", v.Ledger.Changes)
	}
	o.sound(t, id)
}

func TestALateTargetThatIsExtendedMayBeLateAgain(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)
	o.Clock.Set(at(12, 1, 11, 0))
	o.Do(t, o.Priya, id, &targets.Extend{Target: "respond", By: core.Span{Count: 1, Unit: core.WorkingDays}, Reason: "nearly there"})
	o.isDue(t, id, "respond", at(12, 2, 10, 0))
	o.Clock.Set(at(12, 2, 10, 0))
	o.step(t, id)
	var late []time.Time
	for _, e := range o.History(t, id) {
		if e.Kind == core.TargetBreached && e.About["target"] == "respond" {
			late = append(late, e.HappenedAt)
		}
	}
	if !slices.Equal(late, []time.Time{at(12, 1, 10, 0), at(12, 2, 10, 0)}) {
		t.Errorf("late at %v", late)
	}
	if level := o.Case(t, id).Level; level != 1 {
		t.Errorf("the case is at level %d", level)
	}
	o.sound(t, id)
}

func TestATargetIsSetToATimeOrToANewPromise(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)
	due := at(11, 20, 16, 0)
	hours := &core.Promise{Span: core.Span{Count: 4, Unit: core.WorkingHours}}
	for name, wrong := range map[string]*targets.Set{
		"neither":   {Target: "respond", Reason: "x"},
		"both":      {Target: "respond", Reason: "x", DueAt: due, Within: hours},
		"no reason": {Target: "respond", DueAt: due},
		"past":      {Target: "respond", Reason: "x", DueAt: at(11, 16, 10, 0)},
		"never":     {Target: "respond", Reason: "x", DueAt: due.AddDate(500, 0, 0)},
		"unknown":   {Target: "nonsense", Reason: "x", DueAt: due},
		"endless":   {Target: "respond", Reason: strings.Repeat("x", 501), DueAt: due},
	} {
		if _, err := o.Cases.Do(t.Context(), o.Priya, cases.One(id, 0, wrong)); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	o.Do(t, o.Priya, id, &targets.Set{Target: "respond", DueAt: due, Reason: "Agreed on the telephone."})
	o.isDue(t, id, "respond", due)
	o.Do(t, o.Priya, id, &targets.Set{Target: "respond", Within: hours, Reason: "It is urgent."})
	o.isDue(t, id, "respond", at(11, 17, 14, 0))
	if got := o.Case(t, id).DueAt; !got.Equal(at(11, 17, 14, 0)) {
		t.Errorf("the case is due %v", got)
	}
	o.sound(t, id)
}

func TestAStaleChangeOfATargetIsRefused(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)
	seen := o.Case(t, id).Version
	o.Do(t, o.Tomasz, id, &targets.Extend{Target: "respond", By: core.Span{Count: 1, Unit: core.WorkingDays}, Reason: "ill"})
	set := func(rule string) error {
		_, err := o.Cases.Do(t.Context(), o.Priya, cases.One(id, seen, &targets.Set{Target: rule, DueAt: at(11, 30, 12, 0), Reason: "x"}))
		return err
	}
	if err := set("respond"); core.KindOf(err) != core.ErrConflict || !strings.Contains(err.Error(), "respond") {
		t.Errorf("setting what somebody has extended gave %v", err)
	}
	if err := set("acknowledge"); err != nil {
		t.Errorf("setting another target gave %v", err)
	}
}

func TestAClearedTargetIsOverAndMayBeTakenUpAgain(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)
	o.Refuses(t, core.ErrInvalid, o.Priya, id, &targets.Clear{Target: "respond"})
	o.Do(t, o.Priya, id, &targets.Clear{Target: "respond", Reason: "Agreed without a date."})
	o.isIn(t, id, "respond", core.StateCleared)
	o.Refuses(t, core.ErrConflict, o.Priya, id, &targets.Clear{Target: "respond", Reason: "again"})
	o.Refuses(t, core.ErrConflict, o.Priya, id, &targets.Extend{Target: "respond", By: core.Span{Count: 1, Unit: core.WorkingDays}, Reason: "x"})
	o.Clock.Advance(time.Hour)
	o.Do(t, o.Priya, id, &targets.Resume{Target: "respond"})
	o.isDue(t, id, "respond", at(12, 1, 11, 0))

	// What somebody cleared, the end of the case and its reopening leave alone.
	o.Do(t, o.Priya, id, &targets.Clear{Target: "respond", Reason: "Agreed without a date."})
	o.Do(t, o.Priya, id, &cases.Close{Reason: "upheld"})
	o.Do(t, o.Priya, id, &cases.Reopen{})
	o.isIn(t, id, "respond", core.StateCleared)
	o.sound(t, id)
}

func TestReopeningBeginsAnewWhatTheEndHadStopped(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)
	o.Clock.Set(at(11, 19, 12, 0))
	o.Do(t, o.Priya, id, &targets.Extend{Target: "respond", By: core.Span{Count: 10, Unit: core.WorkingDays}, Reason: "ill"})
	o.Do(t, o.Priya, id, &cases.Close{Reason: "upheld"})
	o.Clock.Set(at(11, 26, 15, 0))
	o.Do(t, core.PersonActor(o.Amara, ""), id, &cases.AskAgain{})
	o.isDue(t, id, "respond", at(12, 10, 15, 0)) // ten working days from here
	o.isIn(t, id, "acknowledge", core.StateMet)  // we did answer
	told := func(c core.Cause) bool { return c.Kind == core.CauseExtended && c.Why == "ill" }
	if v := o.target(t, id, "respond"); !slices.ContainsFunc(v.Causes, told) || len(v.Ledger.Changes) != 0 {
		t.Errorf("the reason of before is kept %+v, and counts %+v", v.Causes, v.Ledger.Changes)
	}
	// The new promise has its own extensions.
	o.Do(t, o.Priya, id, &targets.Extend{Target: "respond", By: core.Span{Count: 2, Unit: core.WorkingDays}, Reason: "again"})
	o.isDue(t, id, "respond", at(12, 14, 15, 0))
	o.sound(t, id)
}

func TestReopeningLeavesTheRestWhereTheTypeSaysSo(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.republish(t, `"targets": "restart"`, `"targets": "resume"`)
	id := o.Raise(t)
	o.Clock.Set(at(11, 17, 15, 0))
	o.Do(t, o.Priya, id, &questions.Ask{Body: "Which street?"})
	o.Clock.Set(at(11, 18, 10, 0))
	o.Do(t, o.Priya, id, &cases.Cancel{}) // withdraws the question
	o.isIn(t, id, "respond", core.StateCleared)
	o.Clock.Set(at(11, 20, 9, 0))
	o.Do(t, o.Priya, id, &cases.Reopen{})
	// 75 hours were left when the question was asked.
	if v := o.isIn(t, id, "respond", core.StateDue); v.Ledger.Left != 75*time.Hour {
		t.Errorf("left %v", v.Ledger.Left)
	}
	o.sound(t, id)
}

func TestACaseThatEndsAndGoesOnInOneChangeWaitsForNoQuestion(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)
	o.Do(t, o.Priya, id, &questions.Ask{Body: "Which street?"})
	o.Do(t, o.Priya, id, &cases.Cancel{}, &cases.Reopen{})
	o.isDue(t, id, "respond", at(12, 1, 10, 0))
	o.sound(t, id)
}

func TestAResolutionThatIsTakenBackGainsNoTime(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)
	o.Clock.Set(at(11, 18, 10, 0))
	o.Do(t, o.Priya, id, &cases.ChangeStatus{To: "resolved"})
	o.isIn(t, id, "respond", core.StateMet)
	o.Do(t, o.Priya, id, &cases.ChangeStatus{To: "in-progress"})
	o.isDue(t, id, "respond", at(12, 1, 10, 0))
	o.sound(t, id)
}

func TestWhatASetTargetKeepsAndWhatFollowsThePublishedType(t *testing.T) {
	t.Parallel()
	o := open(t)
	old := o.Raise(t)
	o.republish(t, `"within": "10 working days",`, `"within": "2 working days",`, `"ladder": [{"after": "0"}`, `"ladder": [{"after": "1 working hour"}`,
		`"extend": {"at_most": "10 working days"`, `"extend": {"at_most": "1 working day"`)
	young := o.Raise(t)
	o.Do(t, o.Priya, old, &cases.ChangePriority{To: "high"}, &cases.ChangeSubtype{To: "roads"})
	o.isDue(t, old, "respond", at(12, 1, 10, 0))
	o.isDue(t, young, "respond", at(11, 19, 10, 0))
	o.Refuses(t, core.ErrInvalid, o.Priya, old, &targets.Extend{Target: "respond", By: core.Span{Count: 2, Unit: core.WorkingDays}, Reason: "x"})
	o.Clock.Set(at(12, 1, 10, 0))
	o.step(t, old)
	if up := o.Last(t, old, core.CaseEscalated); !up.HappenedAt.Equal(at(12, 1, 10, 0)) {
		t.Errorf("escalated at %v", up.HappenedAt)
	}
	o.sound(t, old)
}

func TestTargetsStartAndStopAtStagesTasksQuestionsStatusesAndDates(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.republish(t, `{"key": "acknowledge",`, `
		{"key": "staged", "name": "In stage 1", "starts": "stage:stage-1", "stops": "stage:ombudsman", "within": "1 working day"},
		{"key": "later", "name": "Ombudsman", "starts": "stage:ombudsman", "stops": "closed", "within": "2 working days"},
		{"key": "working", "name": "Work", "starts": "status:in-progress", "stops": "status:waiting", "within": "3 working days"},
		{"key": "reply", "name": "Reply", "starts": "question_answered", "stops": "closed", "within": "1 working hour"},
		{"key": "dated", "name": "Since then", "starts": "field:since", "stops": "closed", "within": {"days": 28, "end_of_day": true}},
		{"key": "acknowledge",`,
		`{"key": "depth",`, `{"key": "since", "kind": "date", "label": "Since"}, {"key": "depth",`)
	id := o.Raise(t)
	o.isDue(t, id, "staged", at(11, 18, 10, 0))
	o.Do(t, o.Priya, id, cases.StartWork{})
	o.isDue(t, id, "working", at(11, 20, 10, 0))
	o.Do(t, o.Priya, id, &cases.ChangeStatus{To: "waiting"})
	o.isIn(t, id, "working", core.StateMet)
	o.Clock.Advance(time.Hour)
	o.Do(t, o.Priya, id, &cases.ChangeStatus{To: "in-progress"})
	o.isDue(t, id, "working", at(11, 20, 11, 0)) // entered again: a new promise
	o.Do(t, o.Priya, id, &cases.SetField{Field: "finding", Value: "upheld"}, &cases.ChangeStage{To: "ombudsman"})
	o.isIn(t, id, "staged", core.StateMet)
	o.isDue(t, id, "later", at(11, 19, 11, 0))
	o.Do(t, o.Priya, id, &questions.Ask{Body: "Since when?"})
	o.Do(t, core.PersonActor(o.Amara, ""), id, &questions.Answer{No: 1, Answer: "The first"})
	o.isDue(t, id, "reply", at(11, 17, 12, 0))
	o.Do(t, o.Priya, id, &cases.SetField{Field: "since", Value: "2026-11-10"})
	o.isDue(t, id, "dated", at(12, 9, 0, 0))
	o.Do(t, o.Priya, id, &cases.SetField{Field: "since", Value: "2026-11-01"}) // corrected
	o.isDue(t, id, "dated", at(11, 30, 0, 0))
	o.Do(t, o.Priya, id, &cases.SetField{Field: "since", Value: "0026-11-01"}) // mistyped
	o.isDue(t, id, "dated", at(11, 30, 0, 0))
	o.sound(t, id)
	o.Do(t, o.Priya, id, &cases.Close{Reason: "upheld"})
	all, err := o.targets.OfCase(t.Context(), id)
	if err != nil || len(all) != 7 {
		t.Fatalf("%d targets, %v", len(all), err)
	}
	for _, v := range all {
		if v.Standing() {
			t.Errorf("%s still runs on a closed case", v.Rule.Key)
		}
	}
	if due := o.Case(t, id).DueAt; !due.IsZero() {
		t.Errorf("the closed case is due %v", due)
	}
	o.sound(t, id)
}

func TestALetterThatLayForWeeksIsLateWhenItIsEntered(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.republish(t, `"starts": "raised"`, `"starts": "received"`)
	id := core.NewID[core.CaseID]()
	o.Do(t, o.Priya, id, &cases.Raise{Type: "complaint", Subject: "Bins", Channel: core.ChannelLetter, Requester: o.Amara,
		Received: at(11, 2, 10, 0)})
	if v := o.isIn(t, id, "acknowledge", core.StateBreached); !v.DueAt.Equal(at(11, 9, 10, 0)) {
		t.Errorf("due %v", v.DueAt)
	}
	kinds := o.Kinds(t, id)
	if n, m := count(kinds, core.TargetBreached), count(kinds, core.TargetReminded); n != 2 || m != 0 {
		t.Errorf("breached %d times, reminded %d times", n, m)
	}
	if cs := o.Case(t, id); cs.Level != 1 || !cs.DueAt.Equal(at(11, 9, 10, 0)) {
		t.Errorf("the case is at level %d, due %v", cs.Level, cs.DueAt)
	}
	o.sound(t, id)
}

func TestAnImportPromisesNothing(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := core.NewID[core.CaseID]()
	raise := &cases.Raise{Type: "complaint", Subject: "Bins", Channel: core.ChannelLetter, Requester: o.Amara}
	_, err := o.Cases.Do(t.Context(), core.SystemActor(), cases.Request{Origin: core.OriginImport,
		Changes: []cases.Change{{Case: id, Commands: []cases.Command{raise}}}})
	if err != nil {
		t.Fatal(err)
	}
	if all, err := o.targets.OfCase(t.Context(), id); err != nil || len(all) != 0 {
		t.Errorf("%d targets, %v", len(all), err)
	}
	// Somebody may still promise something.
	o.Do(t, o.Priya, id, &targets.Set{Target: "respond", DueAt: at(11, 30, 12, 0), Reason: "taken over"})
	o.isDue(t, id, "respond", at(11, 30, 12, 0))
	o.sound(t, id)
}

func TestOnlyTheSystemKeepsTime(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)
	o.Refuses(t, core.ErrForbidden, o.Priya, id, &targets.Breach{Target: "respond"})
	o.Refuses(t, core.ErrForbidden, o.Priya, id, targets.Step{})
	amara := core.PersonActor(o.Amara, "")
	o.Refuses(t, core.ErrForbidden, amara, id, &targets.Extend{Target: "respond", By: core.Span{Count: 1, Unit: core.Days}, Reason: "x"})
	o.Refuses(t, core.ErrConflict, core.SystemActor(), id, &targets.Breach{Target: "respond"})
	o.Clock.Set(at(12, 1, 10, 0))
	for range 2 {
		o.Do(t, core.SystemActor(), id, &targets.Breach{Target: "respond"})
	}
	if n := count(o.Kinds(t, id), core.TargetBreached); n != 2 { // acknowledge is late too
		t.Errorf("breached %d times", n)
	}
}

func TestTheLevelNeverSinksByALadder(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)
	o.Do(t, o.Priya, id, &cases.Escalate{Reason: "vulnerable"}, &cases.Escalate{Reason: "vulnerable"})
	o.Clock.Set(at(12, 20, 10, 0))
	o.step(t, id)
	if level := o.Case(t, id).Level; level != 2 {
		t.Errorf("the case is at level %d", level)
	}
	if n := count(o.Kinds(t, id), core.CaseEscalated); n != 2 {
		t.Errorf("escalated %d times", n)
	}
}

func TestListsShowTheMostUrgentTargetOfEachCase(t *testing.T) {
	t.Parallel()
	o := open(t)
	a, b, closed := o.Raise(t), o.Raise(t), o.Raise(t)
	o.Do(t, o.Priya, b, &questions.Ask{Body: "Which street?"})
	o.Do(t, o.Priya, closed, &cases.Close{Reason: "upheld"})
	got, err := o.targets.OfCases(t.Context(), []core.CaseID{a, b, closed, core.NewID[core.CaseID]()})
	if err != nil || len(got) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	if u := got[a]; u.Rule != "acknowledge" || u.Due.Short != "Tue 24 Nov 10:00" {
		t.Errorf("a: %+v", u)
	}
	if u := got[b]; u.Rule != "respond" || u.State != core.StatePaused || u.Due.Tone != core.TonePaused {
		t.Errorf("b: %+v", u)
	}
	if got, err := o.targets.OfCases(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("of no cases: %v, %v", got, err)
	}
}

func TestTheRequesterIsToldInAPlainSentence(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)
	says := func(want string) {
		t.Helper()
		if got, err := o.targets.PromiseTo(context.Background(), id); err != nil || got != want {
			t.Errorf("says %q %v, want %q", got, err, want)
		}
	}
	says("We aim to reply by Tuesday 1 December 2026.")
	o.Do(t, o.Priya, id, &questions.Ask{Body: "Which street?"})
	says("We need something from you before we can go on. Until then, the time we have to reply stands still.")
	o.Do(t, core.PersonActor(o.Amara, ""), id, &questions.Answer{No: 1, Answer: "Mill Lane"})
	o.Clock.Set(at(12, 1, 10, 0))
	says("We aimed to reply by Tuesday 1 December 2026. We are late, and we are sorry.")
	o.Do(t, o.Priya, id, &cases.Close{Reason: "upheld"})
	says("")
}

func TestTheCheckFindsWhatDoesNotFollowFromItsCauses(t *testing.T) {
	t.Parallel()
	o := open(t)
	id := o.Raise(t)
	o.sound(t, id)
	for _, sql := range []string{
		`UPDATE targets SET due_at = due_at + interval '1 minute' WHERE rule_key = 'respond'`,
		`UPDATE cases SET due_at = NULL`,
	} {
		if _, err := o.Pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	wrong, err := o.targets.Check(t.Context())
	if err != nil || len(wrong) != 2 || !strings.Contains(wrong[0], "target respond") || !strings.Contains(wrong[1], string(o.Case(t, id).Ref)) {
		t.Errorf("found %q, %v", wrong, err)
	}
}
