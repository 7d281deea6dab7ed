// Package sdktest runs an author's plugin natively, in a plain go test, the way
// the host runs the module: through the same bytes, with the same checks of
// whatever it answers.
//
//	func TestAMissedBin(t *testing.T) {
//		f := sdktest.Start(t, Complaint).WantStep("about")
//		f.Submit("kind", "bins").WantError("what")
//		f.Submit("kind", "bins", "what", "Not emptied").WantStep("check")
//		raise := f.Submit().WantDone()
//	}
//
// A task is begun with [StartTask], a section with [StartDetails], and an action
// with [RunAction]. What they ask the host is answered by functions given with
// [Answer]; what they keep is kept by the harness, so that they find it again.
//
// Where a manifest.json lies beside the test, the harness holds the plugin to
// it: what the manifest does not need, it may not want.
package sdktest

import (
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/actions"
	"github.com/casement-dev/casement/sdk/details"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/internal/guest"
	"github.com/casement-dev/casement/sdk/tasks"
	"github.com/casement-dev/casement/sdk/view"
)

// Run is one person at work with an entry of a plugin. Its methods fail the test
// by themselves, and return the run itself where more can follow.
type Run struct {
	t        testing.TB
	entries  guest.Entries
	entry    string
	kind     string
	manifest *abi.Manifest // nil when there is none
	files    map[string][]view.File
	done     bool // whether the last turn ended it
	answers  map[string]func(abi.Raw) abi.Raw

	// Context is sent with every request; change it to sign somebody in, or to
	// let time pass.
	Context abi.Context
	// Config is sent with every request: a JSON object.
	Config abi.Raw
	// Store is what was kept: by key, or by "shared:" and the key.
	Store map[string]abi.Raw

	// State is what the host keeps.
	State abi.Raw
	// Last is the last response, and Asked what was asked on the way to it.
	Last  *abi.Response
	Asked []abi.Ask
}

// Setup changes a run before it begins: who looks, at which case, and what the
// host answers.
type Setup = func(r *Run)

func newRun(t testing.TB, id, kind string, setup []Setup) *Run {
	r := &Run{
		t: t, entry: id, kind: kind, Last: &abi.Response{},
		files: map[string][]view.File{}, answers: map[string]func(abi.Raw) abi.Raw{}, Store: map[string]abi.Raw{},
		Context: abi.Context{Now: "2026-11-09T12:00:00Z", Today: "2026-11-09", Zone: "Europe/London", Locale: "en-GB", Seed: 1},
	}
	r.manifest = findManifest(t, id, kind)
	if kind != abi.KindForm {
		r.Context.User = &abi.User{ID: "u1", Name: "Priya Shah"}
		r.Context.Case = &abi.Case{ID: "c1", Ref: "CMP-7K2M-4QX9", Type: "complaint", Fields: map[string][]string{}}
	}
	switch kind {
	case abi.KindTask:
		r.Context.Task = &abi.Task{No: 1, Title: "Do it", Mine: true}
	case abi.KindDetails:
		r.Context.Editable, r.Context.Reader = true, abi.ReaderStaff
	}
	r.answerFromStore()
	for _, s := range setup {
		s(r)
	}
	return r
}

// Start begins a form on 9 November 2026, a Monday, with nobody signed in.
func Start[S any](t testing.TB, f forms.Form[S], setup ...Setup) *Run {
	t.Helper()
	r := newRun(t, f.ID, abi.KindForm, setup)
	r.entries.Add(f.ID, abi.KindForm, f.Handle)
	return r.Send(&abi.Event{Type: abi.EventStart})
}

// StartAs begins a form for somebody who is signed in.
func StartAs[S any](t testing.TB, f forms.Form[S], user *abi.User, setup ...Setup) *Run {
	t.Helper()
	return Start(t, f, append([]Setup{func(r *Run) { r.Context.User = user }}, setup...)...)
}

// StartTask begins a task, number 1 of the case CMP-7K2M-4QX9, for Priya Shah,
// whose it is, on 9 November 2026.
func StartTask[S any](t testing.TB, task tasks.Task[S], setup ...Setup) *Run {
	t.Helper()
	r := newRun(t, task.ID, abi.KindTask, setup)
	r.entries.Add(task.ID, abi.KindTask, task.Handle)
	return r.Send(&abi.Event{Type: abi.EventStart})
}

// StartDetails opens a section of the case CMP-7K2M-4QX9 for Priya Shah, who may
// change it, on 9 November 2026.
func StartDetails[S any](t testing.TB, d details.Details[S], setup ...Setup) *Run {
	t.Helper()
	r := newRun(t, d.ID, abi.KindDetails, setup)
	r.entries.Add(d.ID, abi.KindDetails, d.Handle)
	return r.Send(&abi.Event{Type: abi.EventStart})
}

// RunAction runs an action on the case CMP-7K2M-4QX9 on 9 November 2026.
// Occurred is what set it off; nil when Priya Shah pressed its button.
func RunAction(t testing.TB, a actions.Action, occurred *abi.Occurrence, setup ...Setup) *Run {
	t.Helper()
	r := newRun(t, a.ID, abi.KindAction, setup)
	r.entries.Add(a.ID, abi.KindAction, a.Handle)
	return r.Send(&abi.Event{Type: abi.EventRun, Occurred: occurred})
}
