package main

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/sdktest"
)

func begin(t *testing.T, setup ...sdktest.Setup) *sdktest.Run {
	t.Helper()
	return sdktest.StartTask(t, Task, append([]sdktest.Setup{func(r *sdktest.Run) {
		r.Context.Task.Title, r.Context.Task.Group, r.Context.Task.Assignee = "Validate identity", "information-rights", "Priya Shah"
		r.Context.Case.Requester = &abi.Party{Name: "Ada Lovelace", Address: "1 Mill Lane"}
	}}, setup...)...)
}

func config(json string) sdktest.Setup { return func(r *sdktest.Run) { r.Config = abi.Raw(json) } }

// seen answers the page: everything agrees.
func seen(more ...string) []string {
	return append([]string{"seen", "passport", "seen", "council-tax", "how", "desk", "seen_on", "2026-11-06", "name", "yes", "address", "yes"}, more...)
}

func TestEvidenceThatAgreesConfirmsTheIdentity(t *testing.T) {
	r := begin(t).WantStep("check").WantStatus("Identity to be checked").WantRow("Name on the case", "Ada Lovelace").WantNoField("copies").WantNoField("end").Golden("check")
	r.Submit().WantError("seen", "how", "seen_on", "name", "address")
	r.Submit("seen", "passport", "how", "desk", "seen_on", "2027-01-01", "name", "yes", "address", "yes").WantError("seen_on")
	r.Submit(seen()...).WantOutcome("Confirmed")
	r.WantEffects("note.add").WantEffect("note.add", `{"audience":"staff","body":"Identity of the requester: Confirmed\nSeen: Passport, Council tax bill\nOn: 6 November 2026\nFirst check: Priya Shah\nName agrees: Yes\nAddress agrees: Yes"}`)
	r.View().WantRow("First check", "Priya Shah").Golden("done")
}

func TestNumbersAreNotKept(t *testing.T) {
	r := begin(t).Submit(seen("remarks", "Passport 5332 10045")...).WantMessage("remarks", "Leave out the numbers of documents and accounts: they are not kept")
	r.Submit(seen("seen", "other", "other", "Card 123456")...).WantError("other")
	r.Submit(seen("remarks", "Issued 2019, seen in room 12 at 10.30")...).WantOutcome("Confirmed")
	r = begin(t, config(`{"keep_copies":true,"keep_reference":true}`))
	r.Attach("copies", forms.File{ID: "f1", Name: "passport.jpg", Size: 1 << 20, Type: "image/jpeg"}).Submit(seen("end", "45X")...).WantOutcome("Confirmed")
	r.View().WantRow("Number ends in", "45X").WantText("passport.jpg")
}

func TestWhatDoesNotAgreeIsCheckedBySomebodyElse(t *testing.T) {
	married := []string{"seen", "passport", "how", "desk", "seen_on", "2026-11-06", "name", "no", "address", "unseen"}
	r := begin(t).Submit(married...).WantError("remarks")
	r.Submit(append(married, "remarks", "Married name")...).WantText("Somebody else makes the second check").WantStatus("Waiting for a second check").WantNoButton("disagree")
	r.WantEffects("task.assign").WantEffect("task.assign", `{"no":1,"group":"information-rights"}`)
	r.View().WantStep("second").WantText("You made the first").WantNoField("reasons")

	r.Context.User = &abi.User{ID: "u2", Name: "Omar Field"}
	r.View().WantText("Priya Shah asks you").WantRow("Remarks", "Married name").Golden("second")
	r.Choose("disagree").WantError("reasons")
	r.Submit().WantOutcome("Confirmed").WantEffect("note.add", `{"audience":"staff","body":"Identity of the requester: Confirmed\nSeen: Passport\nOn: 6 November 2026\nFirst check: Priya Shah\nSecond check: Omar Field\nName agrees: No\nAddress agrees: No address was shown\nRemarks: Married name"}`)
}

func TestASecondCheckMayDisagreeOrBeTakenBack(t *testing.T) {
	r := begin(t, config(`{"second_check":"always","second_group":"complaints-leads"}`)).Submit(seen()...).WantEffect("task.assign", `{"no":1,"group":"complaints-leads"}`)
	r.View().Submit().WantStep("check").WantEffect("task.assign", `{"no":1,"group":"information-rights","assignee":"u1"}`).WantValue("how", "desk")
	r.Submit(seen()...)
	r.Context.User = &abi.User{ID: "u2", Name: "Omar Field"}
	r.View().Choose("disagree", "reasons", "It has expired").WantOutcome("Not confirmed").View().WantText("It has expired").Golden("not-confirmed")
	begin(t, config(`{"second_check":"never"}`)).Submit("seen", "passport", "how", "desk", "seen_on", "2026-11-06", "name", "yes", "address", "no", "remarks", "Moved last week").WantOutcome("Confirmed")
}

func TestMoreIsAskedOfTheRequesterAndRemindedOf(t *testing.T) {
	r := begin(t).Choose("more", "how", "post").WantStep("more").Golden("more")
	r.Submit("question", "").WantError("question")
	r.Submit("question", "Please show a bill").WantStep("check").WantStatus("Waiting for the requester").WantWake("2026-11-23T00:00:00Z").WantValue("how", "post")
	r.WantEffects("question.ask").WantEffect("question.ask", `{"body":"Please show a bill"}`).WantText("The requester was asked on 9 November 2026")
	r.Timer().WantWake("").WantStatus("The requester was asked: look for an answer").WantText("decide without it").
		WantEffect("note.add", `{"audience":"staff","body":"@Priya Shah The requester was asked to show who they are on 9 November 2026. Look for an answer, or decide without it."}`)
	r.Submit(seen()...).WantOutcome("Confirmed").View().WantText("Please show a bill")
}

func TestWhatCannotBeConfirmedIsSaidWithReasons(t *testing.T) {
	r := begin(t, config(`{"field":"identity-confirmed"}`)).Choose("refuse").WantStep("refuse").Submit().WantError("remarks")
	r.Submit("remarks", "The photograph is of somebody else").WantOutcome("Not confirmed").WantEffects("note.add", "case.set_field").
		WantEffect("case.set_field", `{"field":"identity-confirmed","value":false}`)
	r.Return("They came again").WantStep("check").WantText("They came again").Submit(seen()...).WantOutcome("Confirmed").
		WantEffect("case.set_field", `{"field":"identity-confirmed","value":true}`)
}

func TestOthersReadWhatIsRecorded(t *testing.T) {
	r := begin(t, func(r *sdktest.Run) { r.Context.Task.Mine, r.Context.Case.Requester = false, nil }).WantText("Nothing is recorded").WantNoField("seen").Golden("watch")
	r.Context.Task.Mine = true
	r.View().WantText("You cannot see who the requester is")
	if strings.Contains(string(r.State), "Ada") {
		t.Errorf("the state names the requester: %s", r.State)
	}
}
