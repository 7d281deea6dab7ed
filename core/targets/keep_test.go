package targets_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/targets"
)

var raisedElsewhere = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

const days = 24 * time.Hour

// keep brings in a complaint that was raised elsewhere with a promise, and
// closed there unless closed is zero.
func (o *office) keep(t *testing.T, k targets.Keep, closed time.Time) (core.CaseID, error) {
	t.Helper()
	k.Target = "respond"
	p := cases.Past{Case: core.NewID[core.CaseID](), Steps: []cases.Step{
		{At: raisedElsewhere, Command: &cases.Raise{Type: "complaint", Subject: "Bins", Channel: core.ChannelWeb}},
		{At: raisedElsewhere, Command: &k},
		{At: raisedElsewhere.Add(time.Hour), Command: &cases.ChangeStatus{To: "waiting"}},
	}}
	if !closed.IsZero() {
		p.Steps = append(p.Steps, cases.Step{At: closed, Command: &cases.Close{Reason: "upheld"}})
	}
	brought, err := o.Cases.RaiseMany(t.Context(), core.SystemActor(), core.OriginImport, []cases.Past{p})
	if err != nil {
		t.Fatal(err)
	}
	return p.Case, brought[0].Err
}

func (o *office) checks(t *testing.T) {
	t.Helper()
	if wrong, err := o.targets.Check(t.Context()); err != nil || len(wrong) > 0 {
		t.Errorf("doctor says %v, %v", wrong, err)
	}
}

func TestAPromiseMadeElsewhereKeepsItsDueTimeAndItsOutcome(t *testing.T) {
	t.Parallel()
	o := open(t)
	at := raisedElsewhere.Add
	for name, c := range map[string]struct {
		keep   targets.Keep
		closed time.Time
		state  core.TargetState
		ended  time.Time
		events string
	}{
		"met in time": {targets.Keep{DueAt: at(5 * days), Outcome: targets.Met, EndedAt: at(3 * days)}, at(3 * days), core.StateMet, at(3 * days),
			"target.started target.met"},
		"met on a case that is open": {targets.Keep{DueAt: at(5 * days), Outcome: targets.Met, EndedAt: at(3 * days)}, time.Time{}, core.StateMet, at(3 * days),
			"target.started target.met"},
		"done late": {targets.Keep{DueAt: at(5 * days), Outcome: targets.Missed, EndedAt: at(8 * days)}, at(8 * days), core.StateBreached, at(8 * days),
			"target.started target.breached target.met"},
		"said to be met, and late": {targets.Keep{DueAt: at(5 * days), Outcome: targets.Met, EndedAt: at(8 * days)}, at(8 * days), core.StateBreached, at(8 * days),
			"target.started target.breached target.met"},
		"late and not done": {targets.Keep{DueAt: at(5 * days), Outcome: targets.Missed}, time.Time{}, core.StateBreached, time.Time{},
			"target.started target.breached"},
		"running, and its time is over": {targets.Keep{DueAt: at(5 * days)}, time.Time{}, core.StateBreached, time.Time{},
			"target.started target.breached"},
		"running": {targets.Keep{DueAt: at(90 * days)}, time.Time{}, core.StateDue, time.Time{},
			"target.started"},
		"running when its case ended": {targets.Keep{DueAt: at(90 * days)}, at(8 * days), core.StateMet, at(8 * days),
			"target.started target.met"},
	} {
		id, err := o.keep(t, c.keep, c.closed)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		views, err := o.targets.OfCase(t.Context(), id)
		if err != nil || len(views) != 1 {
			t.Fatalf("%s: %+v, %v", name, views, err)
		}
		v := views[0]
		if v.State != c.state || !v.StoppedAt.Equal(c.ended) || !v.Ledger.DueAt.Equal(c.keep.DueAt) || !v.DueAt.Equal(c.keep.DueAt) {
			t.Errorf("%s: it is %s, ended %v, due %v", name, v.State, v.StoppedAt, v.DueAt)
		}
		if len(v.Ledger.Changes) != 1 || v.Ledger.Changes[0].Words() != "Promised elsewhere" || !v.Ledger.Changes[0].To.Equal(c.keep.DueAt) {
			t.Errorf("%s: the ledger says %+v", name, v.Ledger.Changes)
		}
		running := c.ended.IsZero()
		if due := o.Case(t, id).DueAt; due.Equal(c.keep.DueAt) != running {
			t.Errorf("%s: the case is due %v", name, due)
		}
		var told []string
		for _, e := range o.History(t, id) {
			if strings.HasPrefix(string(e.Kind), "target.") {
				told = append(told, string(e.Kind))
			}
			if e.Kind == core.TargetBreached && !e.HappenedAt.Equal(c.keep.DueAt) {
				t.Errorf("%s: breached at %v", name, e.HappenedAt)
			}
		}
		if got := strings.Join(told, " "); got != c.events {
			t.Errorf("%s: the history has %s", name, got)
		}
		if level := o.Case(t, id).Level; level != 0 {
			t.Errorf("%s: it was escalated to %d", name, level)
		}
		o.Rewinds(t, id)
	}
	o.checks(t)
	if n, err := o.targets.Tick(t.Context(), o.Clock.Now(), func(*pgx.Batch, core.CaseID) {}); err != nil || n != 0 {
		t.Errorf("time has something to do to %d cases, %v", n, err)
	}
}

func TestAPromiseMadeElsewhereFallsDueHere(t *testing.T) {
	t.Parallel()
	o := open(t)
	due := casestest.Start.Add(10 * days)
	id, err := o.keep(t, targets.Keep{DueAt: due}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	o.Do(t, o.Priya, id, &cases.ChangeStatus{To: "in-progress"})
	o.Clock.Set(due.Add(time.Minute))
	if err := o.targets.StepCase(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if e := o.Last(t, id, core.TargetBreached); !e.HappenedAt.Equal(due) || e.Origin != core.OriginLive {
		t.Errorf("the breach is %+v", e)
	}
	if cs := o.Case(t, id); cs.Level != 1 {
		t.Errorf("the level is %d", cs.Level)
	}
	o.Rewinds(t, id)
	o.checks(t)
}

func TestAPromiseMadeElsewhereGoesOnLikeAnyOther(t *testing.T) {
	t.Parallel()
	o := open(t)
	due := casestest.Start.Add(10 * days)
	id, err := o.keep(t, targets.Keep{DueAt: due}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	o.Do(t, o.Priya, id, &targets.Pause{Target: "respond", Reason: "Waiting for the depot."})
	o.Clock.Advance(2 * days)
	o.Do(t, o.Priya, id, &targets.Resume{Target: "respond"})
	if at := o.Case(t, id).DueAt; !at.Equal(due.Add(2 * days)) {
		t.Errorf("after a pause of two days it is due %v", at)
	}
	o.Do(t, o.Priya, id, &targets.Extend{Target: "respond", By: core.Span{Count: 1, Unit: core.Days}, Reason: "Agreed."})
	if at := o.Case(t, id).DueAt; !at.Equal(due.Add(3 * days)) {
		t.Errorf("extended by a day it is due %v", at)
	}
	o.Rewinds(t, id)
	o.checks(t)
}

func TestAPromiseThatCannotHaveBeenIsRefused(t *testing.T) {
	t.Parallel()
	o := open(t)
	at := raisedElsewhere.Add
	for name, k := range map[string]targets.Keep{
		"no due time":           {},
		"due before it began":   {DueAt: at(-time.Hour)},
		"due when it began":     {DueAt: at(0)},
		"due in ages":           {DueAt: at(200 * 366 * days)},
		"met nobody knows when": {DueAt: at(days), Outcome: targets.Met},
		"ended before it began": {DueAt: at(days), Outcome: targets.Met, EndedAt: at(-time.Hour)},
		"ended in the future":   {DueAt: at(days), Outcome: targets.Missed, EndedAt: casestest.Start.Add(time.Hour)},
		"ended and runs":        {DueAt: at(days), EndedAt: at(time.Hour)},
		"an outcome unheard of": {DueAt: at(days), Outcome: "so-so"},
	} {
		if _, err := o.keep(t, k, time.Time{}); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	live := o.Raise(t)
	o.Refuses(t, core.ErrForbidden, o.Priya, live, &targets.Keep{Target: "respond", DueAt: casestest.Start.Add(days)})
	o.Refuses(t, core.ErrForbidden, core.SystemActor(), live, &targets.Keep{Target: "respond", DueAt: casestest.Start.Add(days)})
}
