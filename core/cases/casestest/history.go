package casestest

import (
	"encoding/json"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
)

// History reads all that was recorded of a case, oldest first.
func (w *World) History(t testing.TB, id core.CaseID) []core.Recorded {
	t.Helper()
	all, err := events.History(t.Context(), w.Pool, core.StreamCase, id.String(), 0, 1000)
	if err != nil {
		t.Fatalf("read the history: %v", err)
	}
	return all
}

// Kinds lists the kinds of what was recorded of a case, oldest first.
func (w *World) Kinds(t testing.TB, id core.CaseID) []core.EventKind {
	t.Helper()
	var out []core.EventKind
	for _, e := range w.History(t, id) {
		out = append(out, e.Kind)
	}
	return out
}

// Last returns the newest event of a kind and fails the test if there is none.
func (w *World) Last(t testing.TB, id core.CaseID, kind core.EventKind) core.Recorded {
	t.Helper()
	var last *core.Recorded
	for _, e := range w.History(t, id) {
		if e.Kind == kind {
			last = &e
		}
	}
	if last == nil {
		t.Fatalf("no %s was recorded; the history is %v", kind, w.Kinds(t, id))
	}
	return *last
}

// Rewinds takes a case back through its history, event by event, and fails the
// test unless every event fits the one before and the case ends as raised.
func (w *World) Rewinds(t testing.TB, id core.CaseID) {
	t.Helper()
	now := asJSON(t, core.AspectsOf(w.Case(t, id)))
	all := w.History(t, id)
	for i := len(all) - 1; i >= 0; i-- {
		for aspect, change := range asJSON(t, all[i].Changes) {
			pair := change.([]any)
			if _, later := now[aspect]; !later && strings.HasPrefix(aspect, "target:") {
				now[aspect] = pair[1] // no column of the case says how its targets stand
			}
			if !reflect.DeepEqual(now[aspect], pair[1]) {
				t.Fatalf("event %d (%s) left %s as %v, but it was %v", all[i].Version, all[i].Kind, aspect, pair[1], now[aspect])
			}
			now[aspect] = pair[0]
		}
	}
	maps.DeleteFunc(now, func(_ string, v any) bool { return v == nil })
	if blank := asJSON(t, core.AspectsOf(&core.Case{})); !reflect.DeepEqual(now, blank) {
		t.Errorf("before it was raised the case was %v, want %v", now, blank)
	}
}

func asJSON(t testing.TB, v any) map[string]any {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// Hire adds a staff user who is a member of groups.
func (w *World) Hire(t testing.TB, name, email string, groups ...string) core.Actor {
	t.Helper()
	return w.staff(t, name, email, groups...)
}
