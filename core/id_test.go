package core_test

import (
	"encoding/json"
	"testing"

	"github.com/casement-dev/casement/core"
)

func TestAnIDSurvivesItsTextForm(t *testing.T) {
	id := core.NewID[core.CaseID]()
	parsed, err := core.ParseID[core.CaseID](id.String())
	if err != nil || parsed != id {
		t.Fatalf("parsed %v, %v; want %v", parsed, err, id)
	}
	raw, err := json.Marshal(map[string]any{"id": id, "none": core.CaseID{}})
	if err != nil || string(raw) != `{"id":"`+id.String()+`","none":""}` {
		t.Fatalf("JSON is %s, %v", raw, err)
	}
}

func TestIDsMadeLaterSortLater(t *testing.T) {
	before := core.NewID[core.CaseID]()
	for range 1000 {
		after := core.NewID[core.CaseID]()
		if after.String()[:13] < before.String()[:13] {
			t.Fatalf("%v made after %v sorts before it", after, before)
		}
		before = after
	}
}

func TestWhatIsNotAnIDIsRefused(t *testing.T) {
	for _, s := range []string{"", "x", "00000000-0000-0000-0000-00000000000g", "00000000000000000000000000000000", "0000000000000000-0000-0000-000000000000"} {
		if _, err := core.ParseID[core.CaseID](s); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%q: %v, want an invalid error", s, err)
		}
	}
}
