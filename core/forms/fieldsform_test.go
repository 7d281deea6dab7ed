package forms_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/sdk/view"
)

// everyKind is a case type with a field of every kind, and one for staff.
func everyKind(w *intaketest.World, t *testing.T) {
	yes := core.Plain
	w.Change(t, intaketest.Report, func(typ *core.CaseType) {
		typ.Form = core.FormRule{}
		typ.Subtypes = []core.Subtype{{Key: "light", Name: yes("Street light")}, {Key: "sign", Name: yes("Road sign")}}
		typ.Fields = []core.Field{
			{Key: "what", Kind: core.FieldChoice, Label: yes("What is it?"), Is: core.UseSubtype, Required: true},
			{Key: "said", Kind: core.FieldLongText, Label: yes("Tell us more"), Is: core.UseDescription},
			{Key: "place", Kind: core.FieldLocation, Label: yes("Where is it?"), Is: core.UsePlace, Required: true},
			{Key: "lamps", Kind: core.FieldNumber, Label: yes("How many?")},
			{Key: "since", Kind: core.FieldDate, Label: yes("Since when?")},
			{Key: "dark", Kind: core.FieldYesNo, Label: yes("Is it dark?")},
			{Key: "sides", Kind: core.FieldChoices, Label: yes("Which sides?"), Choices: []core.Choice{{Key: "n", Name: yes("North")}, {Key: "s", Name: yes("South")}}},
			{Key: "column", Kind: core.FieldText, Label: yes("Number on the column"), MaxLength: 5},
			{Key: "pictures", Kind: core.FieldFiles, Label: yes("Pictures")},
			{Key: "name", Kind: core.FieldText, Label: yes("Your name"), Is: core.UseName},
			{Key: "email", Kind: core.FieldEmail, Label: yes("Your email"), Is: core.UseEmail},
			{Key: "crew", Kind: core.FieldText, Label: yes("Crew"), Private: true},
			{Key: "remedy", Kind: core.FieldText, Label: yes("Remedy"), Of: "plugin:test.pliant/section"},
		}
	})
}

func TestATypeWithoutAPluginHasAFormOfItsFields(t *testing.T) {
	w := intaketest.New(t)
	everyKind(w, t)
	f := begin(t, w, intaketest.Report)
	f.wantStep("answers")
	if f.shown.View.Field("crew") != nil {
		t.Error("staff's own field is asked of the public")
	}
	if f.shown.View.Field("remedy") != nil {
		t.Error("what a section keeps is asked of the public")
	}
	if err := view.Validate(f.shown.View); err != nil {
		t.Fatal(err)
	}
	if got := f.shown.View.Field("what").Options; len(got) != 2 || got[1].Label != "Road sign" {
		t.Errorf("the subtypes are not offered: %+v", got)
	}
	f.submit("answers", "what", "light", "said", "Out since Monday\nand flickering", "place", "Mill Lane", "place", "53.4", "place", "-2.2", "lamps", "2",
		"since", "2026-11-01", "dark", "yes", "sides", "n", "sides", "s", "column", "12", "name", "Ada", "email", "ada@example.org").wantStep("check")
	if err := view.Validate(f.shown.View); err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	f.shown.View.Walk(func(n *view.Node) {
		if n.Type == view.Row {
			rows[n.Label] = n.Text
		}
	})
	for label, want := range map[string]string{
		"What is it?": "Street light", "Since when?": "1 November 2026", "Is it dark?": "Yes", "Which sides?": "North, South", "Pictures": "Not given", "How many?": "2",
	} {
		if rows[label] != want {
			t.Errorf("%s is %q on the page to check, want %q", label, rows[label], want)
		}
	}
	f.submit("check")
	r := f.draft.Raise
	if !f.shown.Done || r.Subtype != "light" || r.Subject != "Street light: Out since Monday" || r.Place.Lat != 53.4 || r.Address != "Mill Lane" ||
		r.Requester.Email != "ada@example.org" || len(r.Fields["sides"]) != 2 || r.Fields["dark"][0] != "yes" || r.Fields["what"] != nil || len(r.Review) != 10 {
		t.Errorf("%+v", r)
	}
}

func TestWhatIsMissingOrWrongIsSaidBesideEachField(t *testing.T) {
	w := intaketest.New(t)
	everyKind(w, t)
	f := begin(t, w, intaketest.Report)
	f.submit("answers", "said", "kept")
	f.wantError("what", "Choose an answer to “What is it”").wantError("place", "Say where: “Where is it”").wantError("said", "")
	if f.shown.View.Field("said").Value[0] != "kept" {
		t.Error("what was typed is gone")
	}
	f.submit("answers", "what", "volcano", "place", "x", "lamps", "many", "since", "2026-02-31", "dark", "perhaps", "sides", "up", "column", "123456", "email", "ada@")
	for _, field := range []string{"what", "lamps", "since", "dark", "sides", "column", "email"} {
		if f.shown.View.Field(field).Error == "" {
			t.Errorf("nothing is wrong with %s", field)
		}
	}
	if shown := f.show("check"); shown.View.ID != "answers" {
		t.Error("the answers can be checked before they are right")
	}
}

func TestAnAnswerIsChangedFromThePageToCheck(t *testing.T) {
	w := intaketest.New(t)
	everyKind(w, t)
	f := begin(t, w, intaketest.Report)
	f.submit("answers", "what", "light", "place", "x").wantStep("check")
	if shown := f.show("answers"); shown.View.Field("what").Value[0] != "light" {
		t.Errorf("%+v", shown.View)
	}
	f.submit("answers", "what", "sign", "place", "y").wantStep("check").submit("check")
	if f.draft.Raise.Subtype != "sign" || f.draft.Raise.Address != "y" {
		t.Errorf("%+v", f.draft.Raise)
	}
}

func TestTheTypeMayChangeWhileSomebodyFillsInItsForm(t *testing.T) {
	w := intaketest.New(t)
	everyKind(w, t)
	f := begin(t, w, intaketest.Report)
	f.submit("answers", "what", "light", "place", "x", "column", "9").wantStep("check")
	w.Change(t, intaketest.Report, func(typ *core.CaseType) {
		typ.Fields = append([]core.Field{{Key: "new", Kind: core.FieldText, Label: core.Plain("New"), Required: true}}, typ.Fields...)
	})
	f.submit("check").wantError("new", "Answer “New”")
	f.submit("answers", "new", "n", "what", "light", "place", "x", "column", "9").wantStep("check").submit("check")
	if !f.shown.Done || f.draft.Raise.Fields["column"][0] != "9" {
		t.Errorf("%+v", f.draft.Raise)
	}
	f = begin(t, w, intaketest.Report)
	w.Change(t, intaketest.Report, func(typ *core.CaseType) { typ.Form = core.FormRule{Plugin: "test.wilful", Entry: "wilful"} })
	if err := f.turn("answers", forms.Submit, "what", "light"); core.KindOf(err) != core.ErrUnavailable || !strings.Contains(err.Error(), "replaced") {
		t.Errorf("got %v", err)
	}
}

func TestEveryValueFitsItsFieldOrIsNone(t *testing.T) {
	for _, kind := range core.FieldKinds() {
		field := core.Field{Key: "k", Kind: kind, Choices: []core.Choice{{Key: "a"}}}
		for _, values := range [][]string{nil, {""}, {"a"}, {"a", "a", "a"}, {"yes"}, {"1e400"}, {"NaN"}, {"2026-02-31"}, {"x", "91", "0"}, {"x", "1", "2"}} {
			value, ok := forms.Value(field, values)
			if ok && value == nil {
				t.Errorf("%s %q: nothing, and it fits", kind, values)
			}
			_ = field.Check(value) // must not panic, whatever it says
		}
	}
}
