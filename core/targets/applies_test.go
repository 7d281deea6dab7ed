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

// harmful adds a target for cases in which somebody could come to harm, beside
// the one of all others, and the fields that they ask after.
var harmful = []string{
	`{"key": "respond",`, `{"key": "harm", "name": "Keep safe", "starts": "raised", "stops": "resolved", "within": "1 working day",
		"if": "fields.harm || requester.email.startsWith(\"safe\")", "pause": ["open_question", "waiting"]},
	{"key": "respond", "if": "!fields.harm && !requester.email.startsWith(\"safe\")",`,
	`{"key": "depth",`, `{"key": "harm", "kind": "yes_no", "label": "Harm"}, {"key": "depth",`,
}

func TestATargetIsForTheCasesOfWhichItsConditionHolds(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.republish(t, harmful...)
	id := o.Raise(t) // Tue 17 Nov 10:00
	o.isDue(t, id, "respond", at(12, 1, 10, 0))
	if all, _ := o.targets.OfCase(t.Context(), id); len(all) != 2 {
		t.Fatalf("an ordinary case has %d targets", len(all))
	}
	because := o.target(t, id, "respond").Ledger.Because
	if because == nil || len(because.Facts) != 2 || because.Facts[0] != (core.Fact{Name: "fields.harm", Value: "no"}) || because.Facts[1] != (core.Fact{Name: "requester.email", Value: "given"}) {
		t.Errorf("it applies because %+v; words of a person are not kept", because)
	}
	// A field that the condition asks after changes: the other takes its place,
	// from the same beginning.
	o.Clock.Advance(time.Hour)
	o.Do(t, o.Priya, id, &cases.SetField{Field: "harm", Value: true})
	o.isDue(t, id, "harm", at(11, 18, 10, 0))
	over := o.isIn(t, id, "respond", core.StateCleared)
	if over.Ledger.Because == nil || over.Ledger.Because.Facts[0].Value != "yes" {
		t.Errorf("it no longer applies because %+v", over.Ledger.Because)
	}
	o.sound(t, id)
	// How the case stands is asked at the beginning alone.
	o.Do(t, o.Priya, id, cases.StartWork{}, &cases.ChangePriority{To: "high"})
	o.isDue(t, id, "harm", at(11, 18, 10, 0))
	o.Do(t, o.Priya, id, &cases.SetField{Field: "harm", Value: false})
	o.isIn(t, id, "harm", core.StateCleared)
	o.isDue(t, id, "respond", at(12, 1, 10, 0))
	o.sound(t, id)
}

func TestAConditionThatCannotBeAnsweredLeavesThePromiseAndSaysSo(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.republish(t, `{"key": "respond",`, `{"key": "respond", "if": "date(case.subject) < now",`)
	id := o.Raise(t)
	o.isDue(t, id, "respond", at(12, 1, 10, 0))
	if because := o.target(t, id, "respond").Ledger.Because; because == nil || because.Problem == "" {
		t.Errorf("it applies because %+v", because)
	}
	o.sound(t, id)
}

func TestAConditionIsCheckedBeforeItIsPublished(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		`fields.nothing`: "There is no “fields.nothing”.", `tasks.open > 0`: "is for routines", `case.priority`: "yes or no", `case.status == `: "ends too soon",
	} {
		ct := &core.CaseType{Targets: []core.TargetRule{{
			Key: "t", Name: core.Plain("T"), Starts: core.MomentRaised, Stops: core.MomentResolved, If: text,
			Within: core.Promise{Span: core.Span{Count: 1, Unit: core.Days}},
		}}}
		var found []string
		for _, f := range casetypes.Validate(casetypes.Sections(), ct, casetypes.References{}) {
			if f.Path == "targets[0].if" {
				found = append(found, f.Message)
			}
		}
		if len(found) != 1 || !strings.Contains(found[0], says) || !strings.Contains(found[0], "At letter") {
			t.Errorf("%s: %q", text, found)
		}
	}
}

// suppose says what a change of the published type would mean.
func (o *office) suppose(t testing.TB, change func(*core.CaseType)) targets.WhatIf {
	t.Helper()
	live, err := o.Cases.Types().Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	draft := *live
	draft.Version, draft.Targets = 0, slices.Clone(live.Targets)
	change(&draft)
	reach, err := o.Cases.ReachOf(t.Context(), o.Priya, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	got, err := o.targets.WhatIf(t.Context(), reach, targets.Draft{CaseType: &draft}, core.CaseID{})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestWhatIfAsksConditions(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.republish(t, harmful...)
	o.Raise(t)
	dangerous := o.Raise(t)
	o.Do(t, o.Priya, dangerous, &cases.SetField{Field: "harm", Value: true})
	if w := o.suppose(t, func(*core.CaseType) {}); w.Added+w.Dropped+w.Late+w.Saved != 0 || w.Targets != 4 {
		t.Errorf("as it is: %+v", w)
	}
	w := o.suppose(t, func(d *core.CaseType) {
		for i := range d.Targets {
			if d.Targets[i].Key == "harm" {
				d.Targets[i].If = `!fields.harm`
			}
		}
	})
	if w.Added != 1 || w.Dropped != 1 {
		t.Errorf("the other way round: %+v", w)
	}
}

func TestWhatIfFindsWhenARuleWouldHaveStarted(t *testing.T) {
	t.Parallel()
	o := withTasks(t)
	o.republish(t, `{"key": "depth",`, `{"key": "incident", "kind": "date", "label": "Incident"}, {"key": "depth",`, `, "requires": {"tasks": ["response"]}`, ``)
	id := o.Raise(t) // Tue 17 Nov 10:00
	o.Clock.Set(at(11, 18, 9, 0))
	o.Do(t, o.Priya, id, cases.StartWork{}, &cases.SetField{Field: "incident", Value: "2026-11-16"}, &questions.Ask{Body: "Where was it?"})
	o.Clock.Set(at(11, 18, 13, 0))
	o.Do(t, core.PersonActor(o.Amara, ""), id, &questions.Answer{No: 1, Answer: "There."})
	o.Do(t, o.Priya, id, &tasks.Complete{No: 1})
	o.Clock.Set(at(11, 19, 9, 0))
	o.Do(t, o.Priya, id, &cases.ChangeStage{To: "stage-2"}, &cases.ChangeStatus{To: "waiting"})
	o.Clock.Set(at(11, 19, 12, 0))
	o.Do(t, o.Priya, id, &cases.ChangeStatus{To: "in-progress"})
	o.Clock.Set(at(11, 26, 9, 0))
	before := o.fingerprint(t)
	for _, c := range []struct {
		starts, stops core.Moment
		pauses        bool
		restarts      core.Moment
		due           time.Time // a day after it would have begun, and what it stood still; zero: it would not run
	}{
		{starts: core.MomentRaised, stops: core.MomentResolved, due: at(11, 18, 10, 0)},
		{starts: core.MomentRaised, stops: core.MomentResolved, pauses: true, due: at(11, 18, 14, 0)}, // the question: 4 hours
		{starts: "stage:stage-2", stops: core.MomentResolved, due: at(11, 20, 9, 0)},
		{starts: "stage:stage-2", stops: core.MomentResolved, pauses: true, due: at(11, 20, 12, 0)}, // waiting: 3 hours
		{starts: "status:in-progress", stops: core.MomentResolved, due: at(11, 19, 9, 0)},
		{starts: "status:in-progress", stops: "status:waiting", due: at(11, 20, 12, 0)}, // ended, and begun again
		{starts: "task:history", stops: core.MomentResolved, due: at(11, 19, 13, 0)},
		{starts: core.MomentQuestionAnswered, stops: core.MomentResolved, due: at(11, 19, 13, 0)},
		{starts: "field:incident", stops: core.MomentResolved, due: at(11, 17, 0, 0)},
		{starts: core.MomentRaised, stops: core.MomentResolved, restarts: core.MomentQuestionAnswered, due: at(11, 19, 13, 0)},
		{starts: core.MomentRaised, stops: "task:history"},
		{starts: "stage:ombudsman", stops: core.MomentResolved},
	} {
		w := o.suppose(t, func(d *core.CaseType) {
			rule := core.TargetRule{Key: "new", Name: core.Plain("New"), Starts: c.starts, Stops: c.stops, Within: core.Promise{Span: core.Span{Count: 1, Unit: core.Days}}}
			if c.pauses {
				rule.Pause = []core.PauseReason{core.PauseOpenQuestion, core.PauseWaiting}
			}
			if c.restarts != "" {
				rule.Restarts = []core.Moment{c.restarts}
			}
			d.Targets = append(d.Targets[:1:1], rule) // without the other that starts with the case
			d.Targets[0].Starts = core.MomentClosed
		})
		i := slices.IndexFunc(w.Listed, func(s targets.Shift) bool { return s.Rule == "new" })
		switch {
		case i < 0 && !c.due.IsZero():
			t.Errorf("%s: nothing would begin: %+v", c.starts, w)
		case i >= 0 && !w.Listed[i].Is.Equal(c.due):
			t.Errorf("%s (pauses: %t) would be due %v, want %v", c.starts, c.pauses, w.Listed[i].Is, c.due)
		}
	}
	// A rule that starts at another moment moves the target that runs by it.
	w := o.suppose(t, func(d *core.CaseType) {
		d.Targets[1].Starts, d.Targets[1].Within.Span = "stage:stage-2", core.Span{Count: 1, Unit: core.Days}
		d.Targets[1].Pause = nil
	})
	if len(w.Listed) != 1 || !w.Listed[0].Is.Equal(at(11, 20, 9, 0)) || w.Added != 0 {
		t.Errorf("started elsewhere: %+v", w)
	}
	if after := o.fingerprint(t); after != before {
		t.Error("looking changed the database")
	}
}
