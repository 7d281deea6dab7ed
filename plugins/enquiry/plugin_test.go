package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/sdktest"
)

// asked begins the form and fills in the question.
func asked(t *testing.T, setup ...sdktest.Setup) *sdktest.Run {
	t.Helper()
	f := sdktest.Start(t, Form, setup...).WantStep("question")
	return f.Submit("topic", "bins", "subject", "When is my bin emptied?", "question", "We moved here.").WantStep("for")
}

func TestAQuestionBecomesACase(t *testing.T) {
	f := sdktest.Start(t, Form).Golden("question").Attach("files", forms.File{ID: "f1", Name: "bin.jpg", Size: 1 << 20, Type: "image/jpeg"})
	f.Submit("topic", "bins", "subject", "When is my bin emptied?", "question", "We moved here.").WantStep("for").Golden("for")
	f.Submit("for", "myself").WantStep("you").Golden("you").Submit("name", "Ada Lovelace", "email", "ada@example.org").WantStep("check").Golden("check")
	raise := f.Submit().WantDone()
	f.WantText("write to you with our answer").Golden("done")
	raise.Answers = nil
	want := abi.Raise{
		Subject: "When is my bin emptied?", Description: "We moved here.", Subtype: "bins", Files: []string{"f1"},
		Requester: &abi.Party{Name: "Ada Lovelace", Email: "ada@example.org"},
	}
	if !reflect.DeepEqual(raise, want) {
		t.Errorf("got %+v", raise)
	}
}

func TestSomebodyElseIsNamed(t *testing.T) {
	f := asked(t).Submit("for", "other").WantError("their_name", "relationship")
	f.Submit("for", "other", "their_name", "Ngozi Okonkwo", "relationship", "daughter").WantStep("you").Submit("name", "Amara", "phone", "01632 960 001").WantStep("check")
	raise := f.Submit().WantDone()
	if raise.OnBehalfOf == nil || raise.OnBehalfOf.Name != "Ngozi Okonkwo" || raise.Requester.Name != "Amara" {
		t.Errorf("got %+v", raise)
	}
	f.WantText("call you with our answer")
}

func TestTheAnonymousAreNeverAskedWhoTheyAre(t *testing.T) {
	f := asked(t, func(r *sdktest.Run) { r.Context.User = &abi.User{Name: "Ada Lovelace", Email: "ada@example.org"} })
	raise := f.Submit("for", "anonymous").WantStep("check").Submit().WantDone()
	if !raise.Anonymous || raise.Requester != nil || strings.Contains(string(f.Last.State), "Ada") {
		t.Errorf("got %+v, state %s", raise, f.Last.State)
	}
	f.WantText("Keep the private link")
}

func TestTheAdministratorSaysWhatThereIsToAskAbout(t *testing.T) {
	f := sdktest.Start(t, Form, func(r *sdktest.Run) {
		r.Config = abi.Raw(`{"topics":["a: First","b: Second: more","no key"],"anonymous":false}`)
	})
	f.Submit("topic", "bins", "subject", "x", "question", "x").WantError("topic")
	f.Submit("topic", "b", "subject", "x", "question", "x").WantStep("for").Submit("for", "anonymous").WantError("for")
	f.Submit("for", "myself").Submit("name", "Ada", "phone", "01632 960 001").WantStep("check").WantRow("About", "Second: more")
}

func TestWhatIsMissingIsAskedForBesideTheField(t *testing.T) {
	f := sdktest.Start(t, Form).Submit().WantError("topic", "subject", "question")
	f.Submit("topic", "bins", "subject", strings.Repeat("x", 121), "question", "x").WantMessage("subject", "Enter no more than 120 characters").WantValue("topic", "bins")
	f = asked(t).Submit().WantError("for").Submit("for", "myself").WantStep("you")
	f.Submit("name", "Ada").WantMessage("email", "Enter an email address or a telephone number").Submit("email", "ada").WantError("name", "email")
	f.Submit("name", "Ada", "phone", "x").WantError("phone").Back("name", "Ada").WantStep("for").Submit("for", "myself").WantValue("name", "Ada")
}

func TestTheNameOfWhoeverIsSignedInIsFilledIn(t *testing.T) {
	f := asked(t, func(r *sdktest.Run) { r.Context.User = &abi.User{Name: "Ada Lovelace", Email: "ada@example.org"} })
	f.Submit("for", "myself").WantValue("name", "Ada Lovelace").WantValue("email", "ada@example.org")
}
