package details_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/details"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/lookups"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/hosttest"
	"github.com/casement-dev/casement/sdk/view"
)

const (
	form = `{"v":1,"state":{"n":1},"view":{"t":"form","id":"edit","label":"What came of it","items":[{"t":"field","kind":"text","id":"remedy","label":"Remedy","required":true,"max_length":20},{"t":"button","id":"more","label":"Another"}]}}`
	done = `{"v":1,"state":{"n":2},"view":{"t":"page","label":"What came of it","items":[{"t":"text","text":"$TYPED"}]},"effects":[{"t":"case.set_field","args":{"field":"remedy","value":"$TYPED"}},{"t":"note.add","args":{"body":"Settled."}}]}`
)

var script = map[string]string{"start": form, "view": form, "submit": done}

// sent is a section that was submitted, or a button of it that was pressed.
func sent(kind dialogue.Kind, target string, version int, remedy string) details.Sent {
	return details.Sent{
		What:    func(*view.Node) details.Pressed { return details.Pressed{Kind: kind, Target: target} },
		Answers: func(*view.Node) view.Answers { return view.Answers{"remedy": {remedy}, "made-up": {"x"}} },
		Version: version,
	}
}

func turn(t *testing.T, w *hosttest.World, by core.Actor, seen *cases.Seen, s details.Sent) details.Shown {
	t.Helper()
	shown, err := w.Details.Turn(t.Context(), by, seen, "section", s)
	if err != nil {
		t.Fatalf("%v\n%s", err, w.Log())
	}
	return shown
}

func TestASectionIsFilledInAndWhatItAskedForFollows(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	seen := w.Script(t, script)
	shown, err := w.Details.Show(t.Context(), w.Priya, seen, "section")
	if err != nil || !shown.Editable || shown.Begun || shown.Version != 0 || shown.View.Field("remedy") == nil || shown.Title != "What came of it" {
		t.Fatalf("%+v, %v", shown, err)
	}
	shown = turn(t, w, w.Priya, seen, sent(dialogue.Submit, "", 0, "An apology"))
	if !shown.Saved || shown.Version != 1 || shown.View.Items[0].Text != "An apology" {
		t.Errorf("%+v", shown)
	}
	cs := w.Case(t, seen.Case.ID)
	if cs.Fields["remedy"] != "An apology" {
		t.Errorf("the fields are %v", cs.Fields)
	}
	saved, set, note := w.Last(t, cs.ID, core.DetailsSaved), w.Last(t, cs.ID, core.FieldChanged), w.Last(t, cs.ID, core.NoteAdded)
	if saved.Actor.ID != w.Priya.ID || saved.Actor.Through != "" || saved.About["title"] != "What came of it" {
		t.Errorf("it was saved by %+v: %v", saved.Actor, saved.About)
	}
	for _, e := range []core.Recorded{set, note} {
		if e.Actor.ID != w.Priya.ID || e.Actor.Through != hosttest.Through || !e.RecordedAt.Equal(saved.RecordedAt) {
			t.Errorf("%s is by %+v", e.Kind, e.Actor)
		}
	}
	w.Rewinds(t, cs.ID)
}

func TestWhatIsTypedIsKeptBeforeThePluginIsAsked(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	seen := w.Script(t, map[string]string{"start": form, "view": form, "submit": `"trap"`})
	_, err := w.Details.Turn(t.Context(), w.Priya, seen, "section", sent(dialogue.Submit, "", 0, "An apology"))
	var failure *details.Failure
	if !errors.As(err, &failure) || core.KindOf(err) != core.ErrUnavailable {
		t.Fatalf("got %v", err)
	}
	shown, err := w.Details.Show(t.Context(), w.Priya, seen, "section")
	if err != nil || !shown.Begun || !slices.Equal(shown.View.Field("remedy").Value, []string{"An apology"}) {
		t.Errorf("%+v, %v", shown, err)
	}
	others, err := w.Details.Show(t.Context(), w.Tomasz, w.See(t, w.Tomasz, seen.Case.ID), "section")
	if err != nil || others.Begun || len(others.View.Field("remedy").Value) != 0 {
		t.Errorf("another one sees %+v, %v", others, err)
	}
	if err := w.Details.Discard(t.Context(), w.Priya, seen, "section"); err != nil {
		t.Fatal(err)
	}
	if shown, err = w.Details.Show(t.Context(), w.Priya, seen, "section"); err != nil || shown.Begun {
		t.Errorf("after it was discarded: %+v, %v", shown, err)
	}
}

func TestThePageHoldsWhateverThePluginSays(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	seen := w.Script(t, script)
	before := len(w.Kinds(t, seen.Case.ID))
	for remedy, message := range map[string]string{"": "", strings.Repeat("long ", 5): ""} {
		shown := turn(t, w, w.Priya, seen, sent(dialogue.Submit, "", 0, remedy))
		if !shown.Refused || shown.Saved || shown.View.Field("remedy").Error == message {
			t.Errorf("%q: %+v", remedy, shown)
		}
	}
	if after := len(w.Kinds(t, seen.Case.ID)); after != before {
		t.Errorf("%d events were recorded", after-before)
	}
}

func TestWhoSavesLastOverSomebodyElseIsTold(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	seen := w.Script(t, script)
	turn(t, w, w.Tomasz, w.See(t, w.Tomasz, seen.Case.ID), sent(dialogue.Submit, "", 0, "Money"))
	shown := turn(t, w, w.Priya, w.See(t, w.Priya, seen.Case.ID), sent(dialogue.Submit, "", 0, "An apology"))
	if !shown.Stale || shown.Saved || w.Case(t, seen.Case.ID).Fields["remedy"] != "Money" {
		t.Errorf("%+v", shown)
	}
	again, err := w.Details.Show(t.Context(), w.Priya, w.See(t, w.Priya, seen.Case.ID), "section")
	if err != nil || !again.Stale || !again.Begun {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestWhatIsSentTwiceIsSavedOnce(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	seen := w.Script(t, map[string]string{"start": form, "view": form, "submit": `{"v":1,"state":{},"view":{"t":"page","label":"Saved"}}`})
	s := sent(dialogue.Submit, "", 0, "An apology")
	s.Key = "section/once"
	turn(t, w, w.Priya, seen, s)
	shown, err := w.Details.Turn(t.Context(), w.Priya, w.See(t, w.Priya, seen.Case.ID), "section", s)
	if err != nil || shown.Stale || shown.Begun || shown.Version != 1 {
		t.Errorf("%+v, %v", shown, err)
	}
	n := 0
	for _, kind := range w.Kinds(t, seen.Case.ID) {
		if kind == core.DetailsSaved {
			n++
		}
	}
	if n != 1 {
		t.Errorf("it was saved %d times", n)
	}
}

func TestAButtonWithEffectsSavesAndOneWithoutIsADraft(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	press := `{"v":1,"state":{"n":9},"view":{"t":"form","id":"edit","label":"More","items":[{"t":"field","kind":"text","id":"remedy","label":"Remedy"}]}}`
	seen := w.Script(t, map[string]string{"start": form, "view": form, "press": press})
	shown := turn(t, w, w.Priya, seen, sent(dialogue.Press, "more", 0, "An"))
	if shown.Saved || !shown.Begun || shown.View.Label != "More" {
		t.Errorf("%+v", shown)
	}
	if got := w.Kinds(t, seen.Case.ID); slices.Contains(got, core.DetailsSaved) {
		t.Errorf("recorded were %v", got)
	}
	acts := w.Script(t, map[string]string{"start": form, "view": form, "press": strings.TrimSuffix(press, "}") + `,"effects":[{"t":"note.add","args":{"body":"Rung."}}]}`})
	if shown := turn(t, w, w.Priya, acts, sent(dialogue.Press, "more", 0, "An")); !shown.Saved {
		t.Errorf("%+v", shown)
	}
	w.Last(t, acts.Case.ID, core.NoteAdded)
}

func TestToLookChangesNothing(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	seen := w.Script(t, map[string]string{"start": strings.TrimSuffix(form, "}") + `,"effects":[{"t":"note.add","args":{"body":"Seen."}}]}`})
	var failure *details.Failure
	if _, err := w.Details.Show(t.Context(), w.Priya, seen, "section"); !errors.As(err, &failure) {
		t.Errorf("got %v", err)
	}
	if got := w.Kinds(t, seen.Case.ID); slices.Contains(got, core.NoteAdded) {
		t.Errorf("recorded were %v", got)
	}
}

func TestWhoMayWhat(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	seen := w.Script(t, script)
	id := seen.Case.ID
	amara, enquirer := core.PersonActor(w.Amara, "Amara"), w.Hire(t, "Sam", "sam@northmoor.example", "contact-centre")
	enquires, err := w.Cases.Find(t.Context(), enquirer, seen.Case.Ref, core.MayEnquire)
	if err != nil {
		t.Fatal(err)
	}
	for who, tt := range map[string]struct {
		by       core.Actor
		seen     *cases.Seen
		sections []string
		edits    bool
	}{
		"case manager": {w.Priya, seen, []string{"section", "staff-only"}, true},
		"requester":    {amara, w.See(t, amara, id), []string{"section"}, false},
		"link holder":  {core.LinkActor(id, w.Amara), w.See(t, core.LinkActor(id, w.Amara), id), []string{"section"}, false},
		"enquirer":     {enquirer, enquires, nil, false},
	} {
		var keys []string
		for _, head := range w.Details.Of(tt.seen) {
			keys = append(keys, head.Key)
		}
		if !slices.Equal(keys, tt.sections) {
			t.Errorf("the %s sees %v, want %v", who, keys, tt.sections)
		}
		_, err := w.Details.Show(t.Context(), tt.by, tt.seen, "section")
		if (err == nil) != (len(tt.sections) > 0) {
			t.Errorf("the %s is shown: %v", who, err)
		}
		if _, err := w.Details.Show(t.Context(), tt.by, tt.seen, "staff-only"); (err == nil) != (len(tt.sections) == 2) {
			t.Errorf("the %s is shown what is for staff: %v", who, err)
		}
		_, err = w.Details.Turn(t.Context(), tt.by, tt.seen, "section", sent(dialogue.Submit, "", 0, "By "+who))
		if (err == nil) != tt.edits {
			t.Errorf("the %s edits: %v", who, err)
		}
	}
	if got := w.Case(t, id).Fields["remedy"]; got != "By case manager" {
		t.Errorf("the remedy is %v", got)
	}
}

func TestASectionIsDrawnForRequestersOnlyIfThatWasGranted(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{Grant: pluginhost.Grant{"context:case.description"}})
	seen := w.Script(t, script)
	amara := core.PersonActor(w.Amara, "Amara")
	if got := w.Details.Of(w.See(t, amara, seen.Case.ID)); len(got) != 0 {
		t.Errorf("the requester sees %v", got)
	}
	if _, err := w.Details.Show(t.Context(), amara, w.See(t, amara, seen.Case.ID), "section"); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("the requester is shown: %v", err)
	}
}

func TestARequesterSeesASectionOnlyWhereTheCaseTypeSaysSo(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	seen := w.Script(t, script)
	amara := core.PersonActor(w.Amara, "Amara")
	if got := w.Details.Of(w.See(t, amara, seen.Case.ID)); len(got) != 1 {
		t.Fatalf("the requester sees %v", got)
	}
	w.Change(t, func(ct *core.CaseType) { ct.Portal.Sections = nil })
	hidden := w.Script(t, script)
	if got := w.Details.Of(w.See(t, amara, hidden.Case.ID)); len(got) != 0 {
		t.Errorf("the requester sees %v", got)
	}
	if _, err := w.Details.Show(t.Context(), amara, w.See(t, amara, hidden.Case.ID), "section"); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("the requester is shown: %v", err)
	}
	if got := w.Details.Of(w.See(t, w.Priya, hidden.Case.ID)); len(got) != 2 {
		t.Errorf("staff see %v", got)
	}
}

func TestARequesterSeesNoPrivateField(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	whole := `{"v":1,"state":{},"view":{"t":"page","label":"All","items":[{"t":"text","text":"$REQUEST"}]}}`
	seen := w.Script(t, map[string]string{"start": whole, "view": whole})
	w.Do(t, w.Priya, seen.Case.ID, &cases.SetField{Field: "cost", Value: 4711.0}, &cases.SetField{Field: "remedy", Value: "apology-made"})
	for who, tt := range map[string]struct {
		by   core.Actor
		sees bool
	}{"staff": {w.Priya, true}, "the requester": {core.PersonActor(w.Amara, "Amara"), false}} {
		shown, err := w.Details.Show(t.Context(), tt.by, w.See(t, tt.by, seen.Case.ID), "section")
		if err != nil {
			t.Fatal(err)
		}
		text := shown.View.Items[0].Text
		if strings.Contains(text, "4711") != tt.sees || !strings.Contains(text, "apology-made") {
			t.Errorf("%s is shown %s", who, text)
		}
	}
}

func TestABrokenSectionIsNobodyElsesTrouble(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	for what, answer := range map[string]string{
		"traps": `"trap"`, "loops": `"loop"`, "shows nothing": `{"v":1,"state":{}}`, "raises a case": `{"v":1,"done":true,"raise":{"subject":"x"},"view":{"t":"page","label":"x"}}`,
		"is too large": `{"v":1,"state":"` + strings.Repeat("$REQUEST", 600) + `","view":{"t":"page","label":"x"}}`,
	} {
		seen := w.Script(t, map[string]string{"any": answer})
		var failure *details.Failure
		if _, err := w.Details.Show(t.Context(), w.Priya, seen, "section"); !errors.As(err, &failure) || core.KindOf(err) != core.ErrUnavailable {
			t.Errorf("one that %s: %v", what, err)
		}
		w.Clock.Advance(2 * time.Minute)
	}
	if _, err := w.Details.Show(t.Context(), w.Priya, w.Script(t, script), "section"); err != nil {
		t.Errorf("the next is not shown: %v", err)
	}
}

func TestASectionThatIsNotInstalledSaysSo(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	w.Change(t, func(ct *core.CaseType) { ct.Details = []core.PluginEntry{"plugin:org.gone/old-outcome"} })
	seen := w.Script(t, script)
	if heads := w.Details.Of(seen); len(heads) != 1 || heads[0].Title != "Old outcome" {
		t.Errorf("%+v", heads)
	}
	var failure *details.Failure
	if _, err := w.Details.Show(t.Context(), w.Priya, seen, "old-outcome"); !errors.As(err, &failure) {
		t.Errorf("got %v", err)
	}
}

func TestACaseClosesWhenItsFieldsAreFilledIn(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	w.Change(t, func(ct *core.CaseType) {
		ct.Closing.Requires.Fields = []string{"remedy"}
		ct.Tasks = nil
		ct.Stages = []core.Stage{{Key: "stage-1", Name: core.Plain("Stage 1")}, {Key: "stage-2", Name: core.Plain("Stage 2"), Requires: core.StageRequires{Fields: []string{"remedy"}}}}
	})
	seen := w.Script(t, script)
	err := w.Refuses(t, core.ErrConflict, w.Priya, seen.Case.ID, &cases.Close{Reason: "upheld"})
	if !strings.Contains(err.Error(), "“Remedy” must be filled in before the case is closed.") {
		t.Errorf("it is refused with %v", err)
	}
	w.Refuses(t, core.ErrConflict, w.Priya, seen.Case.ID, &cases.ChangeStage{To: "stage-2"})
	turn(t, w, w.Priya, seen, sent(dialogue.Submit, "", 0, "An apology"))
	w.Do(t, w.Priya, seen.Case.ID, &cases.ChangeStage{To: "stage-2"}, &cases.Close{Reason: "upheld"})
	shown, err := w.Details.Show(t.Context(), w.Priya, w.See(t, w.Priya, seen.Case.ID), "section")
	if err != nil || shown.Editable {
		t.Errorf("a closed case has %+v, %v", shown, err)
	}
	if _, err := w.Details.Turn(t.Context(), w.Priya, w.See(t, w.Priya, seen.Case.ID), "section", sent(dialogue.Submit, "", 1, "More")); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("a closed case is changed: %v", err)
	}
}

func TestNobodyElseMakesTheCommand(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	seen := w.Script(t, script)
	w.Refuses(t, core.ErrInvalid, w.Priya, seen.Case.ID, &details.Save{Section: "test.pliant/section"})
}

func TestWhatNobodySavedIsForgottenAfterAQuarter(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	seen := w.Script(t, map[string]string{"start": form, "view": form, "change": form})
	turn(t, w, w.Priya, seen, sent(dialogue.Change, "remedy", 0, "An"))
	if n, err := w.Details.Sweep(t.Context(), w.Clock.Now().Add(89*24*time.Hour)); n != 0 || err != nil {
		t.Errorf("after 89 days %d went, %v", n, err)
	}
	pins, err := w.Details.Pins(t.Context(), hosttest.Plugin)
	if err != nil || len(pins) != 1 {
		t.Errorf("the pins are %v, %v", pins, err)
	}
	if n, err := w.Details.Sweep(t.Context(), w.Clock.Now().Add(91*24*time.Hour)); n != 1 || err != nil {
		t.Errorf("after 91 days %d went, %v", n, err)
	}
}

func TestASectionThatAsksForFilesSaysThatItCannotHaveThem(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	asks := `{"v":1,"state":{},"view":{"t":"form","id":"edit","label":"Evidence","items":[{"t":"field","kind":"file","id":"picture","label":"Picture"}]}}`
	seen := w.Script(t, map[string]string{"start": asks, "view": asks})
	_, err := w.Details.Show(t.Context(), w.Priya, seen, "section")
	var failure *details.Failure
	if !errors.As(err, &failure) || !strings.Contains(failure.Unwrap().Error(), "sections cannot take files yet") {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsChosenFromAListIsARowOfIt(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	rows := []lookups.Row{{Value: "sorry", Label: "An apology"}}
	if err := w.Lookups.Put(t.Context(), core.SystemActor(), lookups.List{Key: "remedies", Name: "Remedies"}, rows); err != nil {
		t.Fatal(err)
	}
	chooses := strings.Replace(form, `"kind":"text","id":"remedy","label":"Remedy","required":true,"max_length":20`, `"kind":"lookup","list":"remedies","id":"remedy","label":"Remedy"`, 1)
	seen := w.Script(t, map[string]string{"start": chooses, "view": chooses, "submit": done})
	shown := turn(t, w, w.Priya, seen, sent(dialogue.Submit, "", 0, "Money"))
	if f := shown.View.Field("remedy"); !shown.Refused || f.Error == "" || !slices.Equal(f.Value, []string{"Money"}) {
		t.Errorf("what is in no list: %+v", shown)
	}
	if shown = turn(t, w, w.Priya, seen, sent(dialogue.Submit, "", 0, "an apology")); !shown.Saved || w.Case(t, seen.Case.ID).Fields["remedy"] != "sorry" {
		t.Errorf("what is: %+v, %v", shown, w.Case(t, seen.Case.ID).Fields)
	}
}
