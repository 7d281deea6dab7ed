package forms_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/sdktest"
)

// Trip is a form with every kind of field and a branch.
type trip struct {
	How     string
	Bike    string
	Days    []string
	Ward    string
	People  string
	Start   string
	Home    forms.Place
	Papers  []forms.File
	Comment string
}

func tripForm() forms.Form[trip] {
	return forms.Form[trip]{
		ID: "trip", Title: "A trip",
		Steps: []forms.Step[trip]{
			{ID: "how", View: func(c *forms.Ctx, a *trip) forms.Page {
				return forms.Page{Title: "How?", Body: forms.Body{
					forms.Select("how", &a.How, "How do you go?").Option("walk", "On foot").Option("bike", "By bicycle").Required("Choose how you go"),
					forms.If(a.How == "bike", forms.Line("bike", &a.Bike, "Which bicycle?").Required("Say which bicycle").Min(3)),
				}}
			}, Next: func(c *forms.Ctx, a *trip) string {
				if a.How == "walk" {
					return "check"
				}
				return ""
			}},
			{ID: "when", View: func(c *forms.Ctx, a *trip) forms.Page {
				return forms.Page{Title: "When?", Body: forms.Body{
					forms.Section("Days", forms.Checkboxes("days", &a.Days, "On which days?").Option("mo", "Monday").Option("tu", "Tuesday")),
					forms.Number("people", &a.People, "How many are you?").Min(1).Max(6),
					forms.Date("start", &a.Start, "From").Between(c.Today, ""),
					forms.Details("More", forms.TextArea("comment", &a.Comment, "Anything else?").Check(func() string {
						if strings.Contains(a.Comment, "spam") {
							return "No spam"
						}
						return ""
					})),
				}}
			}, Check: func(c *forms.Ctx, a *trip) {
				if len(a.Days) == 2 && a.People == "6" {
					c.Error("", "Six people on two days are too many")
				}
			}},
			{ID: "check", Review: true},
		},
		Submit: func(c *forms.Ctx, a *trip) forms.Raise {
			c.Effect("note.add", "text", "by "+a.How, "author", c.Config("author"))
			return forms.Raise{Subject: a.How + a.Bike, Fields: map[string][]string{"days": a.Days}}
		},
	}
}

func TestAFieldRevealedByAnAnswerIsCheckedInTheSameSubmission(t *testing.T) {
	f := sdktest.Start(t, tripForm())
	f.WantNoField("bike").Submit("how", "bike").WantError("bike")
	f.Submit("how", "bike", "bike", "ab").WantMessage("bike", "Enter at least 3 characters")
	f.Submit("how", "bike", "bike", "red").WantStep("when")
}

func TestAnAnswerToAQuestionThatIsNoLongerAskedDoesNotCount(t *testing.T) {
	f := sdktest.Start(t, tripForm())
	f.Submit("how", "bike", "bike", "red").Submit("people", "2").WantStep("check").WantRow("Which bicycle?", "red")
	f.Goto("how").Submit("how", "walk", "bike", "red").WantStep("check")
	if raise := f.Submit().WantDone(); raise.Subject != "walk" || len(raise.Answers) != 1 {
		t.Errorf("got %+v", raise)
	}
}

func TestTheReviewSaysThatItSends(t *testing.T) {
	f := sdktest.Start(t, tripForm())
	if f.Submit("how", "walk").WantStep("check"); f.Last.View.Button != "Send" {
		t.Errorf("the button of the review says %q", f.Last.View.Button)
	}
}

func TestTheStateOfOtherStepsSurvives(t *testing.T) {
	f := sdktest.Start(t, tripForm())
	f.Submit("how", "bike", "bike", "red").Submit("days", "mo", "days", "tu", "people", "2", "comment", "a\nb").WantStep("check")
	f.WantRow("On which days?", "Monday\nTuesday").Goto("how").Submit("how", "bike", "bike", "blue").WantStep("check")
	f.WantRow("Which bicycle?", "blue").WantRow("Anything else?", "a\nb")
	raise := f.Submit().WantDone()
	if strings.Join(raise.Fields["days"], " ") != "mo tu" {
		t.Errorf("got %+v", raise.Fields)
	}
}

func TestRulesOfFieldsAndStepsRefuse(t *testing.T) {
	f := sdktest.Start(t, tripForm()).Submit("how", "bike", "bike", "red")
	f.Submit("people", "7", "days", "we", "start", "2026-11-08", "comment", "spam").WantError("days", "people", "start", "comment")
	f.WantMessage("people", "Enter 6 or less").WantMessage("start", "Enter a date that is not before 9 November 2026")
	f.Submit("people", "6", "days", "mo", "days", "tu").WantError("")
	f.Submit("people", "six").WantError("people").WantValue("people", "six")
}

func TestEffectsAndSettingsReachTheHost(t *testing.T) {
	f := sdktest.Start(t, tripForm())
	f.Config = abi.Raw(`{"days":3,"author":"the \"form\""}`)
	f.Submit("how", "walk").Submit().WantEffects("note.add")
	if args := string(f.Last.Effects[0].Args); args != `{"text":"by walk","author":"the \"form\""}` {
		t.Errorf("got %s", args)
	}
}

func TestTheFormGoesOnFromAStateItDoesNotQuiteKnow(t *testing.T) {
	form := tripForm()
	for _, state := range []string{`{"step":"gone"}`, `{"step":"when","passed":["gone"],"answers":{"old":["x"]}}`, `{}`, `{"invented":1}`} {
		r, err := form.Handle(&abi.Request{Op: abi.OpEvent, Event: &abi.Event{Type: abi.EventSubmit}, State: abi.Raw(state)})
		if err != nil || r.View == nil {
			t.Errorf("%s: %v", state, err)
		}
	}
	if _, err := form.Handle(&abi.Request{Op: abi.OpEvent, Event: &abi.Event{Type: abi.EventSubmit}, State: abi.Raw(`{"answers":[]}`)}); err == nil {
		t.Error("a state that is none was taken")
	}
}

func TestAFormThatLeadsBackwardIsAFaultNotALoop(t *testing.T) {
	form := tripForm()
	form.Steps[1].Next = func(*forms.Ctx, *trip) string { return "how" }
	if _, err := form.Handle(&abi.Request{Op: abi.OpEvent, Event: &abi.Event{Type: abi.EventStart}}); err == nil || !strings.Contains(err.Error(), "forward") {
		t.Errorf("got %v", err)
	}
}
