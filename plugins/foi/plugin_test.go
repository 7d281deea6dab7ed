package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/sdktest"
)

// toYou asks for something and in what form.
func toYou(t *testing.T, format ...string) *sdktest.Run {
	t.Helper()
	f := sdktest.Start(t, Form).WantStep("what").Submit("subject", "Road repairs", "what", "What did they cost?", "environment", "no").WantStep("how")
	return f.Submit(append([]string{"period", "any", "format"}, format...)...).WantStep("you")
}

func TestARequestBecomesACase(t *testing.T) {
	f := sdktest.Start(t, Form).Golden("what").Submit("subject", "Air", "what", "Readings in Mill Lane", "environment", "yes").WantStep("how").Golden("how")
	f.Submit("period", "between", "from", "2025-04-01", "to", "2026-03-31", "format", "email").WantStep("you").Golden("you")
	f.Submit("name", "Ada Lovelace", "organisation", "Clean Air", "email", "ada@example.org").WantStep("check").Golden("check")
	raise := f.Submit().WantDone()
	f.WantText("within 20 working days")
	raise.Answers = nil
	want := abi.Raise{
		Subject: "Air", Description: "Readings in Mill Lane", Subtype: "environmental", Requester: &abi.Party{Name: "Ada Lovelace", Email: "ada@example.org"},
		Fields: map[string][]string{
			"environmental": {"yes"}, "period-from": {"2025-04-01"}, "period-to": {"2026-03-31"}, "format": {"email"}, "organisation": {"Clean Air"},
		},
	}
	if !reflect.DeepEqual(raise, want) {
		t.Errorf("got %+v", raise)
	}
}

func TestTheLawWantsANameAndAnAddress(t *testing.T) {
	f := toYou(t, "email").Submit("email", "ada@example.org").WantMessage("name", "Enter your real name: the law asks for it")
	f.Submit("name", "Ada", "email", "ada@example.org").WantMessage("name", "Enter first name or initial, and surname")
	f.Submit("name", "A. Lovelace").WantMessage("email", "Enter the email address that the answer goes to")
	f.Submit("name", "A. Lovelace", "address", "1 High St").WantError("email")
	f.Submit("name", "A. Lovelace", "email", "ada@example.org").WantStep("check")
}

func TestAnAnswerOnPaperNeedsAPostalAddress(t *testing.T) {
	for _, format := range []string{"paper", "large-print"} {
		f := toYou(t, format).Submit("name", "Ada Lovelace", "email", "ada@example.org").WantError("address")
		raise := f.Submit("name", "Ada Lovelace", "address", "1 High St").WantStep("check").Submit().WantDone()
		if raise.Requester.Address != "1 High St" || raise.Subtype != "" {
			t.Errorf("got %+v", raise)
		}
	}
}

func TestAnotherFormIsSaidInWords(t *testing.T) {
	f := sdktest.Start(t, Form).Submit("subject", "x", "what", "x", "environment", "unsure").Submit("period", "any", "format", "other").WantError("other")
	f.Submit("period", "any", "format", "other", "other", "Braille").WantStep("you").Submit("name", "Ada Lovelace", "address", "1 High St").WantStep("check").WantRow("Which format?", "Braille")
	if raise := f.Submit().WantDone(); raise.Fields["format-other"][0] != "Braille" || raise.Fields["environmental"][0] != "unsure" {
		t.Errorf("got %v", raise.Fields)
	}
}

func TestWhatIsMissingIsAskedForBesideTheField(t *testing.T) {
	f := sdktest.Start(t, Form).Submit().WantError("subject", "what", "environment")
	f.Submit("subject", "x", "what", strings.Repeat("x", 5001), "environment", "no").WantError("what").Submit("subject", "x", "what", "x", "environment", "no").WantStep("how")
	f.Submit().WantError("period", "format").Submit("period", "between", "format", "email").WantError("from", "to")
	f.Submit("period", "between", "from", "2026-04-01", "to", "2026-03-31", "format", "email").WantMessage("to", "Enter a date that is not before the first day")
	f.Submit("period", "between", "from", "2026-11-10", "to", "2026-11-11", "format", "email").WantError("from")
	f.Back("period", "any").WantStep("what").WantValue("subject", "x")
}

func TestTheAdministratorSaysWhereMoreIsFound(t *testing.T) {
	f := sdktest.Start(t, Form, func(r *sdktest.Run) {
		r.Config = abi.Raw(`{"published":"See northmoor.example/open","own_data":"Write to data@northmoor.example"}`)
	})
	f.WantText("See northmoor.example/open").WantText("Write to data@northmoor.example")
	sdktest.Start(t, Form).WantNoText("published already")
}

func TestTheNameOfWhoeverIsSignedInIsFilledIn(t *testing.T) {
	f := sdktest.StartAs(t, Form, &abi.User{Name: "Ada Lovelace", Email: "ada@example.org"}).Submit("subject", "x", "what", "x", "environment", "no")
	f.Submit("period", "any", "format", "email").WantValue("name", "Ada Lovelace").WantValue("email", "ada@example.org")
}
