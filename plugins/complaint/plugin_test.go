package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/sdktest"
)

func toReview(t *testing.T) *sdktest.Run {
	t.Helper()
	f := sdktest.Start(t, Form).WantStep("for")
	f.Submit("for", "myself").WantStep("what")
	f.Submit("kind", "pothole", "what", "A hole as deep as a boot. It grows.", "when", "2026-10-09").WantStep("where")
	f.Submit("where", "Mill Lane", "where", "53.48", "where", "-2.24").WantStep("outcome")
	f.Attach("files", forms.File{ID: "f1", Name: "hole.jpg", Size: 1 << 20, Type: "image/jpeg"})
	f.Submit("wanted", "Fill it").WantStep("you")
	return f.Submit("name", "Ada Lovelace", "email", "ada@example.org").WantStep("check")
}

func TestAComplaintForMyselfBecomesACase(t *testing.T) {
	raise := toReview(t).Submit().WantDone()
	raise.Answers = nil
	want := abi.Raise{
		Subject: "A pothole, road or pavement: A hole as deep as a boot", Description: "A hole as deep as a boot. It grows.", Subtype: "pothole",
		Requester: &abi.Party{Name: "Ada Lovelace", Email: "ada@example.org"},
		Place:     &abi.Place{Address: "Mill Lane", Point: &abi.Point{Lat: 53.48, Lng: -2.24}},
		Fields:    map[string][]string{"incident-date": {"2026-10-09"}, "desired-outcome": {"Fill it"}},
		Files:     []string{"f1"},
	}
	if !reflect.DeepEqual(raise, want) {
		t.Errorf("got %+v", raise)
	}
}

func TestSomebodyElseIsNamedAndSoIsWhoAsks(t *testing.T) {
	f := sdktest.Start(t, Form)
	f.Submit("for", "other").WantError("their_name", "relationship")
	f.Submit("for", "other", "their_name", "Ngozi Okonkwo", "relationship", "daughter").WantStep("what")
	f.Submit("kind", "housing", "what", "Damp").WantStep("where")
	f.Submit().WantStep("outcome").Submit().WantStep("you")
	f.Submit("name", "Amara", "phone", "07700 900 482").WantStep("check").WantRow("You are their", "daughter")
	raise := f.Submit().WantDone()
	if raise.OnBehalfOf == nil || raise.OnBehalfOf.Name != "Ngozi Okonkwo" || raise.OnBehalfOf.Relationship != "daughter" || raise.Requester.Name != "Amara" {
		t.Errorf("got %+v, requester %+v", raise.OnBehalfOf, raise.Requester)
	}
}

func TestTheAnonymousAreNeverAskedWhoTheyAre(t *testing.T) {
	f := sdktest.StartAs(t, Form, &abi.User{Name: "Ada Lovelace", Email: "ada@example.org"})
	f.Submit("for", "anonymous").WantStep("what")
	f.Submit("kind", "staff", "what", "Shouted at me").WantStep("where")
	f.Submit().WantStep("outcome").Submit().WantStep("check")
	raise := f.Submit().WantDone()
	if !raise.Anonymous || raise.Requester != nil || raise.OnBehalfOf != nil {
		t.Errorf("got %+v", raise)
	}
	if state := string(f.Last.State); strings.Contains(state, "Ada") || strings.Contains(state, "ada@") {
		t.Errorf("the state names somebody: %s", state)
	}
	for _, a := range raise.Answers {
		if strings.Contains(a.Text, "Ada") {
			t.Errorf("the answers name somebody: %+v", a)
		}
	}
}

func TestSomebodyWhoTurnsAnonymousIsForgotten(t *testing.T) {
	f := toReview(t).Goto("for").WantStep("for")
	raise := f.Submit("for", "anonymous").WantStep("check").Submit().WantDone()
	if raise.Requester != nil {
		t.Errorf("still named: %+v", raise.Requester)
	}
	if strings.Contains(string(f.Last.State), "Ada") {
		t.Errorf("still in the state: %s", f.Last.State)
	}
}

func TestWhatIsMissingIsAskedForBesideTheField(t *testing.T) {
	f := sdktest.Start(t, Form)
	f.Submit().WantError("for").WantMessage("for", "Choose who this complaint is for")
	f.Submit("for", "myself").WantStep("what")
	f.Submit("when", "2026-11-31").WantError("kind", "what", "when").WantMessage("when", "Enter a date that exists: November has 30 days")
	f.WantValue("when", "2026-11-31")
	f.Submit("kind", "other", "what", "x", "when", "2026-11-10").WantMessage("when", "Enter a date that is not after 9 November 2026")
	f.Submit("kind", "made-up", "what", "x").WantError("kind")
	f.Submit("kind", "other", "what", strings.Repeat("é", 5001)).WantError("what")
	f.Submit("kind", "other", "what", "x", "when", "--").WantStep("where")
	f.Submit("where", "", "where", "91", "where", "0").WantError("where")
	f.Submit("where", "Town Hall").WantStep("outcome").Submit().WantStep("you")
	f.Submit("name", "Ada").WantError("email")
	f.Submit("name", "Ada", "email", "ada").WantError("email")
}

func TestNothingTypedIsLostOnTheWayBackAndForth(t *testing.T) {
	f := sdktest.Start(t, Form)
	f.Submit("for", "myself").WantStep("what")
	f.Back("kind", "other", "what", "Half a sent").WantStep("for").WantValue("for", "myself")
	f.Submit("for", "other", "their_name", "N", "relationship", "son").WantStep("what").WantValue("what", "Half a sent")
	f.Back().Submit("for", "myself", "their_name", "N", "relationship", "son").WantStep("what")
	f.Back().WantValue("their_name", "N")
}

func TestAChangeFromTheReviewPageLeadsBackToIt(t *testing.T) {
	f := toReview(t)
	f.Goto("what").WantStep("what").WantValue("kind", "pothole")
	f.Submit("kind", "other", "what", "A sinkhole").WantStep("check").WantRow("About", "Something else").WantRow("When", "Not given")
	f.Goto("for").Submit("for", "other").WantError("their_name", "relationship")
	f.Submit("for", "other", "their_name", "N", "relationship", "son").WantStep("check")
}

func TestAStepCannotBeReachedBeforeThoseInFrontOfIt(t *testing.T) {
	f := sdktest.Start(t, Form)
	f.Goto("check").WantStep("for")
	f.Goto("you").WantStep("for")
	f.Submit("for", "myself").Goto("check").WantStep("what")
}

func TestTheNameOfWhoeverIsSignedInIsFilledIn(t *testing.T) {
	f := sdktest.StartAs(t, Form, &abi.User{Name: "Ada Lovelace", Email: "ada@example.org"})
	f.Submit("for", "myself").Submit("kind", "other", "what", "x").Submit().Submit().WantStep("you")
	f.WantValue("name", "Ada Lovelace").WantValue("email", "ada@example.org")
}

func TestEverythingThatWasSaidReachesTheCase(t *testing.T) {
	f := sdktest.Start(t, Form)
	f.Submit("for", "other", "their_name", "Ngozi Okonkwo", "relationship", "daughter", "consent", "yes").WantStep("what")
	f.Submit("kind", "housing", "service", "Repairs", "what", "No heating", "points", "Cold\n\n  Nobody came ", "when", "2026-10-09", "until", "2026-10-08").
		WantMessage("until", "Enter a date that is not before the day it happened")
	f.Submit("kind", "housing", "service", "Repairs", "what", "No heating", "points", strings.Repeat("x\n", 9)).WantMessage("points", "Enter at most 8 points, each on a line of its own")
	f.Submit("kind", "housing", "service", "Repairs", "what", "No heating", "points", "Cold\n\n  Nobody came ", "when", "2026-10-09", "until", "2026-10-10").WantStep("where")
	f.Submit().WantStep("outcome").Submit("tried", "Rang twice", "wanted", "Heat", "harm", "perhaps").WantMessage("harm", "Choose yes or no")
	f.Submit("tried", "Rang twice", "wanted", "Heat", "harm", "yes").WantStep("you")
	f.Submit("name", "Amara", "email", "amara@example.org", "adjust", "Large print").WantStep("check").WantRow("They agreed", "Yes").WantRow("Adjustments", "Large print")
	raise := f.Submit().WantDone()
	want := map[string][]string{
		"incident-date": {"2026-10-09"}, "incident-until": {"2026-10-10"}, "desired-outcome": {"Heat"}, "complaint-points": {"Cold\nNobody came"}, "service": {"Repairs"},
		"tried-already": {"Rang twice"}, "harm": {"yes"}, "adjustments": {"Large print"}, "consent": {"yes"},
	}
	if !reflect.DeepEqual(raise.Fields, want) {
		t.Errorf("got %v", raise.Fields)
	}
}

func TestWithoutConsentItIsAskedForFirst(t *testing.T) {
	f := sdktest.Start(t, Form)
	f.Submit("for", "other", "their_name", "Ngozi Okonkwo", "relationship", "neighbour", "consent", "not-yet").WantStep("what")
	f.Submit("kind", "housing", "what", "Damp").Submit().Submit().Submit("name", "Amara", "phone", "01632 960 001").WantStep("check")
	if raise := f.Submit().WantDone(); raise.Fields["consent"][0] != "no" {
		t.Errorf("got %v", raise.Fields)
	}
	f.WantText("Before we tell you anything about Ngozi Okonkwo we ask them whether we may.")
}

func TestThePagesLookAsTheyDid(t *testing.T) {
	f := sdktest.Start(t, Form).Golden("for")
	f.Submit("for", "other").Golden("for-errors")
	toReview(t).Golden("check").Goto("outcome").Golden("outcome").Goto("what").Golden("what").Goto("you").Golden("you")
}
