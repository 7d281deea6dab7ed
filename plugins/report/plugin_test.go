package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/sdktest"
)

// found begins the form and says where and what.
func found(t *testing.T, setup ...sdktest.Setup) *sdktest.Run {
	t.Helper()
	f := sdktest.Start(t, Form, setup...).WantStep("where").Submit("place", "Mill Lane", "place", "53.48", "place", "-2.24").WantStep("what")
	return f.Submit("kind", "pothole", "bad", "danger", "details", "As deep as a boot").WantStep("you")
}

func TestAReportBecomesACase(t *testing.T) {
	f := sdktest.Start(t, Form).Golden("where").Submit("place", "Mill Lane", "place", "53.48", "place", "-2.24").WantStep("what").Golden("what")
	f.Attach("photos", forms.File{ID: "f1", Name: "hole.jpg", Size: 1 << 20, Type: "image/jpeg"})
	f.Submit("kind", "pothole", "bad", "danger", "details", "As deep as a boot").WantStep("you").Golden("you")
	f.Submit("hear", "yes", "name", "Ada Lovelace", "email", "ada@example.org").WantStep("check").Golden("check")
	raise := f.Submit().WantDone()
	f.WantText("tell you by email")
	raise.Answers = nil
	want := abi.Raise{
		Subject: "Pothole: Mill Lane", Description: "As deep as a boot", Subtype: "pothole", Files: []string{"f1"},
		Place:     &abi.Place{Address: "Mill Lane", Point: &abi.Point{Lat: 53.48, Lng: -2.24}},
		Requester: &abi.Party{Name: "Ada Lovelace", Email: "ada@example.org"}, Fields: map[string][]string{"dangerous": {"yes"}},
	}
	if !reflect.DeepEqual(raise, want) {
		t.Errorf("got %+v", raise)
	}
}

func TestWhoeverDoesNotWantToHearIsNotNamed(t *testing.T) {
	f := found(t, func(r *sdktest.Run) { r.Context.User = &abi.User{Name: "Ada Lovelace", Email: "ada@example.org"} })
	f.WantValue("email", "ada@example.org").Submit("hear", "no", "name", "Ada Lovelace", "email", "ada@example.org").WantStep("check").WantNoText("Ada")
	raise := f.Submit().WantDone()
	if !raise.Anonymous || raise.Requester != nil || strings.Contains(string(f.Last.State), "Ada") {
		t.Errorf("got %+v, state %s", raise, f.Last.State)
	}
	f.WantText("Keep the private link")
}

func TestAPointAloneIsAPlace(t *testing.T) {
	f := sdktest.Start(t, Form).Submit("place", "", "place", "53.48", "place", "-2.24").WantStep("what")
	f.Submit("kind", "tree", "bad", "worse", "details", "Leans").Submit("hear", "no").WantStep("check")
	if raise := f.Submit().WantDone(); raise.Subject != "Tree" || raise.Fields["dangerous"][0] != "no" || raise.Place.Point == nil {
		t.Errorf("got %+v", raise)
	}
}

func TestALongAddressMakesAShortSubject(t *testing.T) {
	f := sdktest.Start(t, Form).Submit("place", strings.Repeat("é", 200)).Submit("kind", "other", "bad", "nuisance", "details", "x").Submit("hear", "no")
	if raise := f.Submit().WantDone(); len([]rune(raise.Subject)) != 81 || !strings.HasPrefix(raise.Subject, "Something else: éé") {
		t.Errorf("got %q", raise.Subject)
	}
}

func TestWhatIsMissingIsAskedForBesideTheField(t *testing.T) {
	f := sdktest.Start(t, Form).Submit().WantMessage("place", "Say where it is").Submit("place", "", "place", "91", "place", "0").WantError("place")
	f.Submit("place", "Mill Lane").WantStep("what").Submit().WantError("kind", "bad", "details")
	f.Submit("kind", "made-up", "bad", "danger", "details", "x").WantError("kind").Submit("kind", "tree", "bad", "danger", "details", strings.Repeat("x", 2001)).WantError("details")
	f = found(t).Submit().WantError("hear").Submit("hear", "yes").WantMessage("email", "Enter your email address")
	f.Submit("hear", "yes", "email", "ada").WantError("email").Back("hear", "yes").WantStep("what").WantValue("kind", "pothole")
}

func TestTheAdministratorSaysWhatCanBeReported(t *testing.T) {
	f := sdktest.Start(t, Form, func(r *sdktest.Run) {
		r.Config = abi.Raw(`{"kinds":["graffiti: Graffiti","no key"],"emergency":"Ring 112."}`)
	})
	f.Submit("place", "Mill Lane").WantStep("what").WantText("Ring 112.").Submit("kind", "pothole", "bad", "danger", "details", "x").WantError("kind")
	f.Submit("kind", "graffiti", "bad", "nuisance", "details", "x").Submit("hear", "no").WantStep("check").WantRow("Problem", "Graffiti")
}
