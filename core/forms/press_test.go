package forms_test

import (
	"errors"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/core/pluginhost/hosttest"
	"github.com/casement-dev/casement/sdk/view"
)

// pliant is somebody with a form that answers what is typed into it.
func pliant(t *testing.T) *filler {
	t.Helper()
	w := intaketest.New(t)
	if err := w.Host.Install(intaketest.PluginModule(t, "core/pluginhost/hosttest/testdata/guests/pliant"), nil); err != nil {
		t.Fatal(err)
	}
	w.Change(t, intaketest.Wilful, func(ct *core.CaseType) { ct.Form = core.FormRule{Plugin: hosttest.Plugin, Entry: "form"} })
	return begin(t, w, intaketest.Wilful)
}

// first is what stands in the field of the page.
func first(page *view.Node) string {
	if values := page.Field("say").Value; len(values) > 0 {
		return values[0]
	}
	return ""
}

func (f *filler) press(kind forms.EventKind, target string, beside view.Answers, typed string) error {
	f.t.Helper()
	var err error
	f.draft, f.shown, err = f.w.Forms.Turn(f.t.Context(), f.token, f.typ, "one", f.visit, forms.Sent{
		Kind: kind, Target: target, Beside: beside, Answers: func(*view.Node) view.Answers { return view.Answers{"say": {typed}} },
	})
	return err
}

func TestAButtonThatSendsNothingOffHasTheFormAnswerUnchecked(t *testing.T) {
	f := pliant(t)
	for _, c := range []struct {
		kind         forms.EventKind
		target, want string
		beside       view.Answers
		typed        string
	}{
		{forms.Press, "more", "press more ", nil, "half"},
		{forms.Press, "rows", "press rows -1", view.Answers{"sort": {"-1"}}, ""},
		{forms.Change, "say", "change say ", nil, "half a wo"},
	} {
		if err := f.press(c.kind, c.target, c.beside, c.typed); err != nil || f.shown.Refused || f.shown.View.Label != c.want {
			t.Fatalf("%s of %s: %+v, %v", c.kind, c.target, f.shown, err)
		}
		if d := f.reopened(); d.View.Label != c.want || first(d.View) != c.typed || d.Typed != nil {
			t.Errorf("%s of %s: the draft stands at %+v", c.kind, c.target, d.View)
		}
	}
}

func TestWhatIsNotOnThePageCannotBePressed(t *testing.T) {
	f := pliant(t)
	for _, target := range []string{"", "other", "sends", "say"} {
		if err := f.press(forms.Press, target, nil, "kept"); err != nil || f.shown.View.Label != "start  " || first(f.shown.View) != "kept" {
			t.Errorf("%q: %+v, %v", target, f.shown.View, err)
		}
	}
}

func TestAFormDoesNotEndForAButtonThatChecksNothing(t *testing.T) {
	f := pliant(t)
	const ends = `{"v":1,"state":{},"done":true,"raise":{"subject":"x"}}`
	for _, kind := range []forms.EventKind{forms.Press, forms.Change, forms.Back, forms.Goto} {
		var failure *forms.Failure
		if err := f.press(kind, "more", nil, `{"`+string(kind)+`":`+ends+`}`); !errors.As(err, &failure) {
			t.Errorf("%s: %v", kind, err)
		}
		f.w.Clock.Advance(forms.DraftLife / 1000)
	}
	if f.reopened().IsDone() {
		t.Error("it ended")
	}
}
