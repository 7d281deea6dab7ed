package intake_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/hosttest"
	"github.com/casement-dev/casement/core/pluginstore"
	"github.com/casement-dev/casement/sdk/view"
)

// pliant makes a world in which the form of the wilful type answers what is
// typed into it, and may have what is granted.
func pliant(t *testing.T, granted ...string) *intaketest.World {
	t.Helper()
	w := intaketest.New(t)
	grant(t, w, granted...)
	w.Host.Provide(pluginhost.Services{Commands: hosttest.Commands(), Cases: w.Cases, Store: pluginstore.New(w.DB)})
	w.Change(t, intaketest.Wilful, func(ct *core.CaseType) { ct.Form = core.FormRule{Plugin: hosttest.Plugin, Entry: "form"} })
	return w
}

func grant(t *testing.T, w *intaketest.World, granted ...string) {
	t.Helper()
	module := intaketest.PluginModule(t, "core/pluginhost/hosttest/testdata/guests/pliant")
	if err := w.Host.Install(module, append(pluginhost.Grant{}, granted...)); err != nil {
		t.Fatal(err)
	}
}

// says is the step that makes the form end with effects.
func says(raise, effects string) []string {
	return []string{"one", "say", `{"submit":{"v":1,"state":{},"done":true,"raise":` + raise + `,"effects":[` + effects + `]}}`}
}

const (
	lamp = `{"subject":"A lamp is out"}`
	note = `{"t":"note.add","args":{"body":"It needs the other lorry."}}`
)

func TestWhatAFormAsksForBesideItsCaseHappensWithItAndOnce(t *testing.T) {
	w := pliant(t, "note.add", "store.put")
	keep := `{"t":"store.put","args":{"key":"lorry","value":2}},{"t":"store.put","args":{"key":"seen","value":true,"shared":true}}`
	token, d := answer(t, w, intaketest.Wilful, visit, says(lamp, note+","+keep))
	again, err := w.Forms.Open(t.Context(), token, intaketest.Wilful)
	if err != nil || len(again.Raise.Effects) != 3 {
		t.Fatalf("the draft keeps %+v, %v", again.Raise, err)
	}
	receipt := submit(t, w, core.AnonymousActor(), d)
	added := w.Last(t, receipt.Case, core.NoteAdded)
	if added.Actor.Through != hosttest.Through || added.Actor.Kind != core.ActorAnonymous {
		t.Errorf("the note is by %+v", added.Actor)
	}
	store := pluginstore.New(w.DB)
	if kept, err := store.Get(t.Context(), hosttest.Plugin, receipt.Case, "lorry"); string(kept) != "2" || err != nil {
		t.Errorf("kept of the case: %s, %v", kept, err)
	}
	if kept, err := store.Get(t.Context(), hosttest.Plugin, core.CaseID{}, "seen"); string(kept) != "true" || err != nil {
		t.Errorf("kept for all: %s, %v", kept, err)
	}

	// Another server, or the same one after a crash, has the draft as it was before.
	if _, err := w.Pool.Exec(t.Context(), `UPDATE form_drafts SET raised_at = NULL, sending_at = NULL, raise = $2 WHERE id = $1`, d.ID, again.Raise); err != nil {
		t.Fatal(err)
	}
	if second := submit(t, w, core.AnonymousActor(), again); second != receipt {
		t.Errorf("a second time: %+v", second)
	}
	if n := len(slices.DeleteFunc(w.Kinds(t, receipt.Case), func(k core.EventKind) bool { return k != core.NoteAdded })); n != 1 {
		t.Errorf("%d notes", n)
	}
}

func TestNoCaseIsLostForAnEffectThatMayNotOrCannotBe(t *testing.T) {
	for name, c := range map[string]struct {
		effects string
		after   func(w *intaketest.World)
	}{
		"a grant that was taken back": {note, func(w *intaketest.World) { grant(t, w, "store.put") }},
		"a status there is not":       {note + `,{"t":"case.change_status","args":{"to":"made-up"}}`, func(*intaketest.World) {}},
		"a plugin that is gone":       {note, func(w *intaketest.World) { w.Host.Close() }},
	} {
		t.Run(name, func(t *testing.T) {
			w := pliant(t, "note.add", "case.change_status", "store.put")
			_, d := answer(t, w, intaketest.Wilful, visit, says(lamp, c.effects))
			c.after(w)
			receipt := submit(t, w, core.AnonymousActor(), d)
			if got := w.Case(t, receipt.Case).Subject; got != "A lamp is out" {
				t.Errorf("raised %q", got)
			}
			if slices.Contains(w.Kinds(t, receipt.Case), core.NoteAdded) {
				t.Error("half of what was asked for was done")
			}
			if !strings.Contains(w.Log.String(), "left out") {
				t.Errorf("nobody was told: %s", w.Log)
			}
		})
	}
}

func TestAnAnonymousFormNamesNobodyInItsEffects(t *testing.T) {
	const nobody = `{"subject":"A lamp is out","anonymous":true}`
	w := pliant(t, "note.add", "store.put")
	v := visit
	v.Viewer = &forms.Viewer{Name: "Ada Lovelace", Email: "ada@example.org"}
	for _, effect := range []string{
		`{"t":"note.add","args":{"body":"Told by ada lovelace."}}`,
		`{"t":"store.put","args":{"key":"who","value":{"list":["ADA@example.org"]},"shared":true}}`,
	} {
		step := says(nobody, effect)
		token, _, err := w.Forms.Begin(t.Context(), w.Type(t, intaketest.Wilful), v)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = w.Forms.Turn(t.Context(), token, intaketest.Wilful, "one", v, forms.Sent{Kind: forms.Submit, Answers: func(*view.Node) view.Answers {
			return view.Answers{"say": {step[2]}}
		}})
		var failure *forms.Failure
		if !errors.As(err, &failure) {
			t.Errorf("%s is taken: %v", effect, err)
		}
	}
	_, d := answer(t, w, intaketest.Wilful, v, says(nobody, note))
	receipt := submit(t, w, core.PersonActor(w.Amara, "Ada Lovelace"), d)
	if by := w.Last(t, receipt.Case, core.NoteAdded).Actor; by.ID != "" || by.Name != "" || by.Through != hosttest.Through {
		t.Errorf("the note is by %+v", by)
	}
}
