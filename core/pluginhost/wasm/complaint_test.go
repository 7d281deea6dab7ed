package wasm_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

func complaintEvent(state abi.Raw, ev abi.Event) *abi.Request {
	return &abi.Request{
		Op: abi.OpEvent, Entry: "complaint", Event: &ev, State: state,
		Context: abi.Context{Now: "2026-11-09T12:00:00Z", Today: "2026-11-09", Zone: "Europe/London", Locale: "en-GB", Seed: 1},
	}
}

// steps are a whole complaint, one submission a page.
var steps = []struct {
	shows string
	types map[string][]string
}{
	{"for", map[string][]string{"for": {"other"}, "their_name": {"Ngozi Okonkwo"}, "relationship": {"daughter"}}},
	{"what", map[string][]string{"kind": {"missed-collection"}, "what": {strings.Repeat("The sacks outside flat 14 were left again. ", 10)}, "when": {"2026-10-09"}}},
	{"where", map[string][]string{"where": {"14 Larkspur Court", "53.48", "-2.24"}}},
	{"outcome", map[string][]string{"wanted": {"Collect them this week"}}},
	{"you", map[string][]string{"name": {"Amara Okonkwo-Lindqvist"}, "email": {"amara@example.org"}}},
	{"check", nil},
}

func TestTheShippedComplaintRaisesACaseThroughTheRealHost(t *testing.T) {
	for _, reset := range resets() {
		t.Run(string(reset), func(t *testing.T) {
			m := open(t, newEngine(t, func(o *wasm.Options) { o.Reset = reset }), complaint(t))
			r, err := m.Call(context.Background(), complaintEvent(nil, abi.Event{Type: abi.EventStart}))
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range steps {
				if r.View == nil || r.View.ID != step.shows {
					t.Fatalf("want %s, got %s", step.shows, r.Append(nil))
				}
				shown := r.View
				if r, err = m.Call(context.Background(), complaintEvent(r.State, abi.Event{Type: abi.EventSubmit, Fields: step.types})); err != nil {
					t.Fatal(err)
				}
				if len(r.Errors) > 0 {
					t.Fatalf("%s: %v", step.shows, r.Errors)
				}
				if wrong := view.Check(shown, step.types); len(wrong) > 0 {
					t.Errorf("%s: the host would refuse what the form takes: %v", step.shows, wrong)
				}
			}
			if !r.Done || r.Raise == nil || r.Raise.OnBehalfOf.Name != "Ngozi Okonkwo" || r.Raise.Place.Point.Lat != 53.48 || r.Raise.Subtype != "missed-collection" {
				t.Errorf("got %s", r.Append(nil))
			}
		})
	}
}

func TestTheSameRequestAlwaysHasTheSameAnswer(t *testing.T) {
	e := newEngine(t, nil)
	m, other := open(t, e, complaint(t)), open(t, e, complaint(t))
	var requests []*abi.Request
	var answers []string
	state := abi.Raw(nil)
	for _, step := range steps {
		r := complaintEvent(state, abi.Event{Type: abi.EventSubmit, Fields: step.types})
		a, err := m.Call(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		requests, answers, state = append(requests, r), append(answers, string(a.Append(nil))), a.State
	}
	for k := range 200 {
		k = (k * 7) % len(requests)
		for _, m := range []*wasm.Module{m, other} {
			a, err := m.Call(context.Background(), requests[k])
			if err != nil || string(a.Append(nil)) != answers[k] {
				t.Fatalf("request %d: %v", k, err)
			}
		}
	}
	if s := m.Stats(); s.Made != 1 {
		t.Errorf("%d instances were made for one caller", s.Made)
	}
}

func TestAnIdlePluginIsUnloadedAndComesBack(t *testing.T) {
	m := open(t, newEngine(t, func(o *wasm.Options) { o.IdleAfter = time.Millisecond }), complaint(t))
	for range 2 {
		if _, err := m.Call(context.Background(), complaintEvent(nil, abi.Event{Type: abi.EventStart})); err != nil {
			t.Fatal(err)
		}
		deadline := time.After(10 * time.Second)
		for m.Stats().Loaded {
			select {
			case <-deadline:
				t.Fatal("still loaded")
			case <-time.After(time.Millisecond):
			}
		}
	}
}

func TestAClosedPluginTakesNoCalls(t *testing.T) {
	m := open(t, newEngine(t, nil), complaint(t))
	if err := m.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	m.Close()
	if _, err := m.Call(context.Background(), complaintEvent(nil, abi.Event{Type: abi.EventStart})); err != wasm.ErrClosed {
		t.Error(err)
	}
	if m.Stats().Loaded {
		t.Error("still loaded")
	}
}

// BenchmarkFormPage is one page of a form, about 1 KB in and 5 KB out, on an
// instance that is ready, reset after each call.
func BenchmarkFormPage(b *testing.B) {
	for _, reset := range resets() {
		b.Run(string(reset), func(b *testing.B) {
			m := open(b, newEngine(b, func(o *wasm.Options) { o.Reset = reset }), complaint(b))
			request, out := formPage(b, m)
			var took []time.Duration
			b.ReportAllocs()
			for b.Loop() {
				start := time.Now()
				if _, err := m.Call(context.Background(), request); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(len(request.Append(nil))), "bytes-in")
			b.ReportMetric(float64(out), "bytes-out")
		})
	}
}

// formPage fills a complaint up to its review page, and gives the request that
// shows that page and the size of the answer.
func formPage(b *testing.B, m *wasm.Module) (*abi.Request, int) {
	b.Helper()
	var request *abi.Request
	var r *abi.Response
	state := abi.Raw(nil)
	for _, step := range steps[:5] {
		var err error
		request = complaintEvent(state, abi.Event{Type: abi.EventSubmit, Fields: step.types})
		if r, err = m.Call(context.Background(), request); err != nil {
			b.Fatal(err)
		}
		state = r.State
	}
	if r.View == nil || r.View.ID != "check" {
		b.Fatalf("not at the review page: %s", r.Append(nil))
	}
	return request, len(r.Append(nil))
}
