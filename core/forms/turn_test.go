package forms_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/sdk/view"
)

// filler is somebody with a form.
type filler struct {
	t     *testing.T
	w     *intaketest.World
	typ   string
	token string
	visit forms.Visit
	draft *forms.Draft
	shown forms.Shown
}

func begin(t *testing.T, w *intaketest.World, typ string) *filler {
	t.Helper()
	f := &filler{t: t, w: w, typ: typ, visit: forms.Visit{Zone: time.UTC, Language: "en"}}
	token, d, err := w.Forms.Begin(t.Context(), w.Type(t, typ), f.visit)
	if err != nil {
		t.Fatal(err)
	}
	f.token, f.draft, f.shown = token, d, forms.Shown{View: d.View}
	return f
}

// turn sends one page; answers are pairs, a name given twice has two values.
func (f *filler) turn(step string, kind forms.EventKind, answers ...string) error {
	f.t.Helper()
	var err error
	sent := forms.Sent{Kind: kind, Target: step, Answers: func(*view.Node) view.Answers {
		out := view.Answers{}
		for i := 0; i < len(answers); i += 2 {
			out[answers[i]] = append(out[answers[i]], answers[i+1])
		}
		return out
	}}
	f.draft, f.shown, err = f.w.Forms.Turn(f.t.Context(), f.token, f.typ, step, f.visit, sent)
	return err
}

func (f *filler) submit(step string, answers ...string) *filler {
	f.t.Helper()
	if err := f.turn(step, forms.Submit, answers...); err != nil {
		f.t.Fatalf("send %s: %v", step, err)
	}
	return f
}

func (f *filler) wantStep(step string) *filler {
	f.t.Helper()
	if f.shown.View == nil || f.shown.View.ID != step || f.shown.Refused {
		f.t.Fatalf("want step %s, got %+v", step, f.shown)
	}
	return f
}

func (f *filler) wantError(field, message string) *filler {
	f.t.Helper()
	if !f.shown.Refused {
		f.t.Fatalf("want an error at %s, got %+v", field, f.shown)
	}
	if got := f.shown.View.Field(field).Error; got != message {
		f.t.Fatalf("%s says %q, want %q", field, got, message)
	}
	return f
}

// reopened reads the draft as another request would.
func (f *filler) reopened() *forms.Draft {
	f.t.Helper()
	d, err := f.w.Forms.Open(f.t.Context(), f.token, f.typ)
	if err != nil {
		f.t.Fatal(err)
	}
	return d
}

func (f *filler) show(step string) forms.Shown {
	f.t.Helper()
	shown, err := f.w.Forms.Show(f.t.Context(), f.reopened(), step, f.visit)
	if err != nil {
		f.t.Fatal(err)
	}
	return shown
}

func TestAComplaintIsFilledInPageByPageAndSurvivesARestart(t *testing.T) {
	w := intaketest.New(t)
	f := begin(t, w, intaketest.Complaint)
	f.wantStep("for").submit("for", "for", "myself").wantStep("what")
	f.submit("what", "kind", "pothole", "what", "A hole").wantStep("where")
	w.Restart()
	if shown := f.show("what"); shown.View.Field("what").Value[0] != "A hole" {
		t.Errorf("after the restart: %+v", shown.View)
	}
	f.submit("where", "where", "Mill Lane").wantStep("outcome")
	f.submit("outcome", "wanted", "Fill it").wantStep("you")
	f.submit("you", "name", "Ada", "email", "ada@example.org").wantStep("check")
	f.submit("check")
	if !f.shown.Done || f.draft.Raise.Subtype != "pothole" || f.draft.Raise.Fields["desired-outcome"][0] != "Fill it" || f.draft.Raise.Requester.Email != "ada@example.org" {
		t.Fatalf("%+v", f.draft.Raise)
	}
	if f.draft.Page == nil || !strings.HasPrefix(f.draft.Pin, "1.0.0+s1.") {
		t.Errorf("page %v, pin %q", f.draft.Page, f.draft.Pin)
	}
	if again := f.reopened(); again.Raise == nil || again.Raise.Subject != f.draft.Raise.Subject {
		t.Error("the finished form is not in the draft")
	}
}

func TestAStepIsShownWithoutChangingTheDraftAndNeverBeforeItsTime(t *testing.T) {
	f := begin(t, intaketest.New(t), intaketest.Complaint)
	f.submit("for", "for", "myself").submit("what", "kind", "other", "what", "x").wantStep("where")
	before := f.reopened()
	if shown := f.show("for"); shown.View.ID != "for" || shown.View.Field("for").Value[0] != "myself" {
		t.Errorf("%+v", shown.View)
	}
	if shown := f.show("check"); shown.View.ID != "where" {
		t.Errorf("a step too early: %s", shown.View.ID)
	}
	if shown := f.show(""); shown.View.ID != "where" {
		t.Errorf("where it stands: %s", shown.View.ID)
	}
	if after := f.reopened(); after.Version != before.Version {
		t.Error("looking changed the draft")
	}
	f.submit("for", "for", "other", "their_name", "N", "relationship", "son").wantStep("what")
}

func TestBackKeepsWhatWasTypedAndChecksNothing(t *testing.T) {
	f := begin(t, intaketest.New(t), intaketest.Complaint)
	f.submit("for", "for", "myself")
	if err := f.turn("what", forms.Back, "what", "Half a sent"); err != nil {
		t.Fatal(err)
	}
	f.wantStep("for").submit("for", "for", "myself").wantStep("what")
	if v := f.shown.View.Field("what").Value; len(v) != 1 || v[0] != "Half a sent" {
		t.Errorf("what was typed is %q", v)
	}
}

func TestWhatIsSavedForLaterIsShownAsItWasTyped(t *testing.T) {
	w := intaketest.New(t)
	for typ, step := range map[string]string{intaketest.Complaint: "for", intaketest.Wilful: "one"} {
		f := begin(t, w, typ)
		field := map[string]string{"for": "their_name", "one": "what"}[step]
		if err := f.turn(step, forms.Goto, field, "Half a sent"); err != nil {
			t.Fatal(err)
		}
		if got := f.show(step).View.Field(field).Value; len(got) != 1 || got[0] != "Half a sent" {
			t.Errorf("%s: %q", typ, got)
		}
	}
}

func TestOnlyAnswersToWhatWasAskedReachTheForm(t *testing.T) {
	f := begin(t, intaketest.New(t), intaketest.Complaint)
	f.submit("for", "for", "myself", "name", "Smuggled", "kind", "other")
	if state := string(f.reopened().State); strings.Contains(state, "Smuggled") || strings.Contains(state, `"kind"`) {
		t.Errorf("the state took what was not asked: %s", state)
	}
}

func TestAFormCannotWeakenTheConstraintsOfItsOwnPage(t *testing.T) {
	f := begin(t, intaketest.New(t), intaketest.Wilful)
	f.submit("one").wantError("what", "Enter an answer")
	f.submit("one", "what", strings.Repeat("x", 21)).wantError("what", "Enter no more than 20 characters")
	if v := f.shown.View.Field("what").Value; len(v) != 1 || len(v[0]) != 21 {
		t.Errorf("what was typed is gone from the page: %q", v)
	}
	if shown := f.show("one"); len(shown.View.Field("what").Value[0]) != 21 {
		t.Errorf("what was typed is gone after a reload: %q", shown.View.Field("what").Value)
	}
	f.submit("one", "what", "grumble").wantError("what", "Say it nicely")
	if len(f.shown.Messages) != 1 || f.shown.Messages[0] != "Not today" {
		t.Errorf("messages %q", f.shown.Messages)
	}
}

func TestNoFaultOfAFormLosesAnAnswer(t *testing.T) {
	w := intaketest.New(t)
	for _, does := range []string{"trap", "loop", "nonsense", "page", "markup", "effect", "nothing", "state"} {
		f := begin(t, w, intaketest.Wilful)
		err := f.turn("one", forms.Submit, "what", does)
		var failure *forms.Failure
		if !errors.As(err, &failure) || core.KindOf(err) != core.ErrUnavailable {
			t.Errorf("%s: got %v", does, err)
			continue
		}
		if typed := f.reopened().Typed; typed == nil || typed.Answers.Text("what") != does || typed.Step != "one" {
			t.Errorf("%s: kept %+v", does, typed)
		}
		if shown := f.show("one"); shown.View.Field("what").Value[0] != does {
			t.Errorf("%s: shown again as %q", does, shown.View.Field("what").Value)
		}
		if err := f.turn("one", forms.Submit, "what", "all right"); err != nil || !f.shown.Done {
			t.Errorf("%s: and then %v", does, err)
		}
		w.Clock.Advance(time.Minute) // the breaker is tested elsewhere
	}
}

func TestTwoWindowsOfOneDraftDoNotOverwriteEachOther(t *testing.T) {
	f := begin(t, intaketest.New(t), intaketest.Complaint)
	f.submit("for", "for", "myself")
	results := make(chan error, 4)
	for range 4 {
		go func() {
			_, _, err := f.w.Forms.Turn(t.Context(), f.token, f.typ, "what", f.visit, forms.Sent{Kind: forms.Submit, Answers: func(*view.Node) view.Answers {
				return view.Answers{"kind": {"other"}, "what": {"Said once"}}
			}})
			results <- err
		}()
	}
	for range 4 {
		if err := <-results; err != nil && core.KindOf(err) != core.ErrConflict {
			t.Error(err)
		}
	}
	if shown := f.show("what"); shown.View.Field("what").Value[0] != "Said once" {
		t.Errorf("%+v", shown.View)
	}
}

func TestADraftBelongsToItsTokenForThirtyDaysAndToNobody(t *testing.T) {
	w := intaketest.New(t)
	f := begin(t, w, intaketest.Complaint)
	var hash []byte
	if err := w.Pool.QueryRow(t.Context(), `SELECT token_hash FROM form_drafts`).Scan(&hash); err != nil || strings.Contains(string(hash), f.token) || len(f.token) != 43 {
		t.Fatalf("token %q, hash %x, %v", f.token, hash, err)
	}
	for name, token := range map[string]string{"none": "", "another": strings.Repeat("A", 43), "long": strings.Repeat("A", 5000), "the hash": string(hash)} {
		if _, err := w.Forms.Open(t.Context(), token, intaketest.Complaint); core.KindOf(err) != core.ErrNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Forms.Open(t.Context(), f.token, intaketest.Wilful); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("as a draft of another form: %v", err)
	}
	w.Clock.Advance(29 * 24 * time.Hour)
	f.submit("for", "for", "myself") // touched: another thirty days
	w.Clock.Advance(29 * 24 * time.Hour)
	f.reopened()
	w.Clock.Advance(2 * 24 * time.Hour)
	if _, err := w.Forms.Open(t.Context(), f.token, intaketest.Complaint); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("after its time: %v", err)
	}
	if gone, err := w.Forms.Sweep(t.Context()); err != nil || gone != 1 {
		t.Errorf("swept %d, %v", gone, err)
	}
}

func TestAnAnonymousFormForgetsWhoWasThere(t *testing.T) {
	w := intaketest.New(t)
	f := begin(t, w, intaketest.Complaint)
	f.visit.Viewer = &forms.Viewer{Name: "Ada Lovelace", Email: "ada@example.org", Phone: "01632 960 001"}
	f.submit("for", "for", "myself").submit("what", "kind", "other", "what", "x").submit("where").submit("outcome").wantStep("you")
	if f.shown.View.Field("name").Value[0] != "Ada Lovelace" {
		t.Fatal("the name of who is signed in is not filled in")
	}
	f.submit("you", "name", "Ada Lovelace", "email", "ada@example.org").wantStep("check")
	f.submit("for", "for", "anonymous").wantStep("check").submit("check")
	if !f.shown.Done || !f.draft.Raise.Anonymous || f.draft.Raise.Requester != nil {
		t.Fatalf("%+v", f.draft.Raise)
	}
	var row string
	if err := w.Pool.QueryRow(t.Context(), `SELECT d::text FROM form_drafts d`).Scan(&row); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(row, "Ada") || strings.Contains(row, "ada@") {
		t.Errorf("the draft still knows: %s", row)
	}
}

func TestFilesOfADraftReachTheFormAndOnlyTheyDo(t *testing.T) {
	f := begin(t, intaketest.New(t), intaketest.Complaint)
	f.submit("for", "for", "myself").submit("what", "kind", "other", "what", "x").submit("where").wantStep("outcome")
	file := view.File{ID: "0198c0de-0000-7000-8000-000000000001", Name: "hole.jpg", Size: 9, Type: "image/jpeg"}
	if err := f.w.Forms.AddFile(t.Context(), f.reopened(), "files", file); err != nil {
		t.Fatal(err)
	}
	f.submit("outcome", "files", "0198c0de-0000-7000-8000-00000000dead").wantStep("you")
	f.submit("you", "name", "A", "phone", "01632 960 001").submit("check")
	if files := f.draft.Raise.Files; len(files) != 1 || files[0] != file.ID {
		t.Errorf("files %q", files)
	}
}
