package core_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
)

// Whatever a command may change of a case can be taken back from what was
// recorded, also once it has been to the database and back.
func TestACaseRewindsByWhatWasRecorded(t *testing.T) {
	at := time.Date(2026, 11, 17, 10, 0, 0, 123_000, time.UTC)
	before := &core.Case{
		Subject: "Bins", Status: "new", Priority: "low", Channel: core.ChannelWeb, ReceivedAt: at, Place: &core.Point{Lat: 54.9, Lng: -1.6}, Address: "1 Alder Street",
		Fields: map[string]any{"depth": 3.0, "gone": "yes", "list": []any{"a", "b"}},
	}
	after := &core.Case{
		Subject: "Missed bins", Status: "closed", Stage: "stage-2", Subtype: "waste", Priority: "high", Group: "highways", Assignee: core.NewID[core.StaffID](), Level: 2,
		Contact: core.Contact{Name: "Amara", Email: "amara@example.org"}, Channel: core.ChannelWeb, ReceivedAt: at.Add(time.Hour), Outcome: "upheld", OpenedAt: at,
		FirstResponseAt: at, ResolvedAt: at, ClosedAt: at, Reopened: 1, Confidentiality: core.Restricted, Fields: map[string]any{"depth": 4.0, "new": true, "list": []any{"a"}},
	}
	changes := core.Difference(before, after)
	for aspect := range core.AspectsOf(&core.Case{}) {
		if _, changed := changes[aspect]; !changed {
			t.Errorf("the test changes nothing of %s", aspect)
		}
	}
	raw, err := json.Marshal(changes)
	if err != nil {
		t.Fatal(err)
	}
	var kept map[core.Aspect]core.Changed
	if err := json.Unmarshal(raw, &kept); err != nil {
		t.Fatal(err)
	}
	for name, recorded := range map[string]map[core.Aspect]core.Changed{"as they were made": changes, "as the database keeps them": kept} {
		rewound := after.Clone()
		recorded[core.TargetAspect("respond")] = core.Changed{nil, map[string]any{"state": "due"}}
		if err := rewound.Rewind(recorded); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(core.AspectsOf(rewound), core.AspectsOf(before)) {
			t.Errorf("%s: it became %+v, want %+v", name, rewound, before)
		}
	}
	kept[core.AspectLevel] = core.Changed{"high", 2.0}
	if err := after.Clone().Rewind(kept); err == nil {
		t.Error("a level that is no number was taken back")
	}
}
