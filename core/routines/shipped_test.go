package routines_test

import (
	"encoding/json"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/routines"
)

// shipped publishes the complaints and the calendar that come with the program.
func (w *world) shipped(t *testing.T) *core.CaseType {
	t.Helper()
	files, err := casetypes.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		doc, findings := casetypes.Decode(f, casetypes.Sections())
		if err := findings.Err(); err != nil {
			t.Fatal(findings)
		}
		var body any = doc.Calendar
		if doc.CaseType != nil {
			body = doc.CaseType
		}
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		w.Publish(t, doc.Kind, doc.Key, string(raw))
	}
	ct, err := w.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	return ct
}

func TestTheStagesOfShippedComplaintsAreRoutines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ct := w.shipped(t)
	raise := func() core.CaseID {
		t.Helper()
		id := core.NewID[core.CaseID]()
		w.Do(t, core.PersonActor(w.Amara, "Amara"), id, &cases.Raise{Type: "complaint", Subject: "Missed", Subtype: "staff", Channel: core.ChannelWeb, Requester: w.Amara})
		w.settle(t)
		return id
	}
	happens := func(id core.CaseID, e core.Recorded) {
		t.Helper()
		e.Version, e.Actor, e.Origin, e.CaseID, e.RecordedAt = w.Case(t, id).Version, w.Priya, core.OriginLive, id, w.Clock.Now()
		w.hear(t, id, ct, e)
		w.settle(t)
	}

	answered := raise()
	happens(answered, core.Recorded{Kind: core.TaskCompleted, About: core.About{"type": "stage-1-response"}})
	if cs := w.Case(t, answered); cs.Status != "resolved" || w.Last(t, answered, core.StatusChanged).Actor.ID != "complaint/stage-1-answered" {
		t.Errorf("once stage 1 is answered it is %s: %+v", cs.Status, w.runs(t, answered, true))
	}
	if met := w.Last(t, answered, core.TargetMet); met.About["target"] != "respond" {
		t.Errorf("the target that is met: %v", met.About)
	}

	second := raise()
	happens(second, core.Recorded{Kind: core.StageChanged, Changes: map[core.Aspect]core.Changed{core.AspectStage: {"stage-1", "stage-2"}}})
	if cleared := w.Last(t, second, core.TargetCleared); cleared.About["target"] != "respond" {
		t.Errorf("the target that is cleared: %v", cleared.About)
	}
	if added := w.Last(t, second, core.TaskAdded); added.About["type"] != "stage-2-review" || added.Actor.ID != "complaint/stage-2-review" {
		t.Errorf("the task that is added: %v by %+v", added.About, added.Actor)
	}
	for _, run := range w.runs(t, second, false) {
		if run.State != routines.Ran {
			t.Errorf("%+v", run)
		}
	}
	if r, _ := ct.Routine("no-answer"); !r.Off {
		t.Error("what closes cases is on")
	}
}
