// Package sdktest runs an author's form natively, in a plain go test, the way
// the host runs the module: through the same bytes, with the same checks of
// whatever it answers.
//
//	func TestAMissedBin(t *testing.T) {
//		f := sdktest.Start(t, Complaint).WantStep("about")
//		f.Submit("kind", "bins").WantError("what")
//		f.Submit("kind", "bins", "what", "Not emptied").WantStep("check")
//		raise := f.Submit().WantDone()
//	}
package sdktest

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/internal/guest"
	"github.com/casement-dev/casement/sdk/view"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Run is one person filling in a form. Its methods fail the test by
// themselves, and return the run itself where more can follow.
type Run struct {
	t       testing.TB
	entries guest.Entries
	entry   string
	files   map[string][]view.File

	// Context is sent with every request; change it to sign somebody in.
	Context abi.Context
	// Config is sent with every request: a JSON object.
	Config abi.Raw

	// Last is the last response.
	Last *abi.Response
}

// Start begins a form on 9 November 2026, a Monday, with nobody signed in.
func Start[S any](t testing.TB, f forms.Form[S]) *Run {
	t.Helper()
	return StartAs(t, f, nil)
}

// StartAs begins a form for somebody who is signed in.
func StartAs[S any](t testing.TB, f forms.Form[S], user *abi.User) *Run {
	t.Helper()
	r := &Run{t: t, entry: f.ID, Last: &abi.Response{}, files: map[string][]view.File{}}
	r.entries.Add(f.ID, abi.KindForm, f.Handle)
	r.Context = abi.Context{Now: "2026-11-09T12:00:00Z", Today: "2026-11-09", Zone: "Europe/London", Locale: "en-GB", Seed: 1, User: user}
	return r.Send(&abi.Event{Type: abi.EventStart})
}

// Send sends any event with the state of the last response, and checks the
// answer as the host does.
func (r *Run) Send(ev *abi.Event) *Run {
	r.t.Helper()
	request := abi.Request{V: abi.Version, Op: abi.OpEvent, Entry: r.entry, Event: ev, State: r.Last.State, Config: r.Config, Context: r.Context}
	in := request.Append(nil)
	out := r.entries.Call(in, nil)
	if again := r.entries.Call(in, nil); !bytes.Equal(out, again) {
		r.t.Fatalf("the same request has two answers: a form must be a function of the request\n%s\n%s", out, again)
	}
	response, err := abi.DecodeResponse(out)
	if err != nil {
		r.t.Fatalf("the host would refuse the answer: %v\n%s", err, out)
	}
	if response.Fault != "" {
		r.t.Fatalf("fault: %s", response.Fault)
	}
	if response.View != nil {
		if err := view.Validate(response.View); err != nil {
			r.t.Fatalf("the host would refuse the view: %v", err)
		}
	} else if !response.Done {
		r.t.Fatal("neither a view nor an end")
	}
	r.Last = response
	return r
}

// Submit presses the button with answers given as field, value, field, value …;
// a field given twice has two values. Files come from Attach.
func (r *Run) Submit(fieldsAndValues ...string) *Run {
	r.t.Helper()
	typed := pairs(fieldsAndValues)
	last := r.Last.View
	r.Send(&abi.Event{Type: abi.EventSubmit, Fields: typed, Files: r.files})
	if last == nil || len(r.Last.Errors) > 0 {
		return r
	}
	for id, files := range r.files {
		for _, f := range files {
			typed[id] = append(typed[id], f.ID)
		}
	}
	for _, e := range view.Check(last, view.Keep(last, typed)) {
		r.t.Errorf("the form took an answer that its own view forbids, and the host would refuse: %s: %s", e.Field, e.Message)
	}
	return r
}

// Back goes to the step before, with what was typed so far.
func (r *Run) Back(fieldsAndValues ...string) *Run {
	r.t.Helper()
	return r.Send(&abi.Event{Type: abi.EventBack, Fields: pairs(fieldsAndValues), Files: r.files})
}

// Goto follows a link to a step.
func (r *Run) Goto(step string) *Run {
	r.t.Helper()
	return r.Send(&abi.Event{Type: abi.EventGoto, Action: step})
}

// Attach gives a file to a field; it is sent with the next event.
func (r *Run) Attach(field string, file view.File) *Run {
	r.files[field] = append(r.files[field], file)
	return r
}

func pairs(list []string) map[string][]string {
	m := map[string][]string{}
	for i := 0; i+1 < len(list); i += 2 {
		m[list[i]] = append(m[list[i]], list[i+1])
	}
	return m
}

// WantStep says which step must be shown, without errors.
func (r *Run) WantStep(id string) *Run {
	r.t.Helper()
	if r.Last.View == nil || r.Last.View.ID != id || len(r.Last.Errors) > 0 {
		r.t.Fatalf("want step %q, got %s with errors %v", id, r.where(), r.Last.Errors)
	}
	return r
}

// WantError says which fields must be refused, and that no others are.
func (r *Run) WantError(fields ...string) *Run {
	r.t.Helper()
	var got []string
	for _, e := range r.Last.Errors {
		got = append(got, e.Field)
		if f := r.field(e.Field); f != nil && f.Error != e.Message {
			r.t.Errorf("the message of %q does not stand beside it", e.Field)
		}
	}
	if !slices.Equal(got, fields) {
		r.t.Fatalf("want errors on %q, got %v at %s", fields, r.Last.Errors, r.where())
	}
	return r
}

// WantMessage says what the message beside a field must be.
func (r *Run) WantMessage(field, message string) *Run {
	r.t.Helper()
	for _, e := range r.Last.Errors {
		if e.Field == field {
			if e.Message != message {
				r.t.Fatalf("want %q beside %q, got %q", message, field, e.Message)
			}
			return r
		}
	}
	r.t.Fatalf("no message beside %q: %v", field, r.Last.Errors)
	return r
}

// WantValue says what a field of the page must hold.
func (r *Run) WantValue(field string, values ...string) *Run {
	r.t.Helper()
	if f := r.field(field); f == nil {
		r.t.Fatalf("no field %q at %s", field, r.where())
	} else if !slices.Equal(f.Value, values) {
		r.t.Fatalf("want %q in %q, got %q", values, field, f.Value)
	}
	return r
}

// WantNoField says that a field must not be on the page.
func (r *Run) WantNoField(field string) *Run {
	r.t.Helper()
	if r.field(field) != nil {
		r.t.Fatalf("field %q is on the page", field)
	}
	return r
}

// WantRow says that the page must list an answer.
func (r *Run) WantRow(label, text string) *Run {
	r.t.Helper()
	var rows []string
	found := false
	if r.Last.View != nil {
		r.Last.View.Walk(func(n *view.Node) {
			if n.Type == view.Row {
				rows = append(rows, n.Label+": "+n.Text)
				found = found || n.Label == label && n.Text == text
			}
		})
	}
	if !found {
		r.t.Fatalf("no row %q: %q among %q", label, text, rows)
	}
	return r
}

// WantDone says that the form must be finished, and gives the case it raises.
func (r *Run) WantDone() abi.Raise {
	r.t.Helper()
	if !r.Last.Done || r.Last.Raise == nil {
		r.t.Fatalf("not done: at %s with errors %v", r.where(), r.Last.Errors)
	}
	return *r.Last.Raise
}

// WantEffects says which commands must be asked for, in order.
func (r *Run) WantEffects(commands ...string) *Run {
	r.t.Helper()
	var got []string
	for _, e := range r.Last.Effects {
		got = append(got, e.Type)
	}
	if !slices.Equal(got, commands) {
		r.t.Fatalf("want effects %q, got %q", commands, got)
	}
	return r
}

// Golden compares the view with testdata/<name>.json; go test -update writes it.
func (r *Run) Golden(name string) *Run {
	r.t.Helper()
	if r.Last.View == nil {
		r.t.Fatal("no view")
	}
	var got bytes.Buffer
	if err := json.Indent(&got, r.Last.View.Append(nil), "", "  "); err != nil {
		r.t.Fatal(err)
	}
	got.WriteByte('\n')
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			r.t.Fatal(err)
		}
		return r
	}
	want, err := os.ReadFile(file)
	if err != nil {
		r.t.Fatalf("%v (go test -update writes it)", err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		r.t.Errorf("the view differs from %s (go test -update writes it):\n%s", file, got.Bytes())
	}
	return r
}

func (r *Run) field(id string) *view.Node {
	if r.Last.View == nil {
		return nil
	}
	return r.Last.View.Field(id)
}

func (r *Run) where() string {
	if r.Last.View == nil {
		return "the end"
	}
	return "step " + r.Last.View.ID
}
