package main

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/sdktest"
)

func begin(t *testing.T, setup ...sdktest.Setup) *sdktest.Run {
	t.Helper()
	return sdktest.StartTask(t, Task, append([]sdktest.Setup{func(r *sdktest.Run) {
		task := r.Context.Task
		task.Title, task.Brief, task.Group, task.Assignee = "Refund", "May we refund £80 for the broken bin?", "finance", "Priya Shah"
		r.Context.Case.Subject = "Bin not emptied"
	}}, setup...)...)
}

func config(json string) sdktest.Setup { return func(r *sdktest.Run) { r.Config = abi.Raw(json) } }

func TestApprovingNeedsNoReasons(t *testing.T) {
	r := begin(t).WantStep("decide").WantStatus("Waiting for a decision").WantWake("2026-11-14T00:00:00Z").WantText("Bin not emptied").Golden("decide")
	r.Submit().WantOutcome("Approved").WantWake("").WantEffects("note.add").WantEffect("note.add", `{"audience":"staff","body":"Approved: “Refund”"}`)
	r.View().Golden("approved")
}

func TestRejectingNeedsReasons(t *testing.T) {
	r := begin(t).Choose("reject").WantError("comment").WantMessage("comment", "Say why it is rejected")
	r.Choose("reject", "comment", "It was ours to mend").WantOutcome("Rejected")
	r.WantEffect("note.add", `{"audience":"staff","body":"Rejected: “Refund”\n\nIt was ours to mend"}`).View().WantText("It was ours to mend").Golden("rejected")
}

func TestWhatIsReturnedIsCorrectedAndComesBack(t *testing.T) {
	r := begin(t).Choose("return").WantError("comment")
	r.Choose("return", "comment", "There is no receipt").WantText("The case manager has it now").WantNoButton("again").WantStatus("Being corrected").WantWake("")
	r.WantEffects("note.add", "task.assign").WantEffect("task.assign", `{"no":1,"group":"manager"}`)

	r.Context.User = &abi.User{ID: "u2", Name: "Omar Field"}
	r.View().WantStep("correct").WantText("There is no receipt").WantValue("comment").Golden("correct")
	r.Submit().WantError("comment")
	r.Choose("save", "comment", "The rec").WantStep("correct").WantValue("comment", "The rec").WantEffects()
	r.Submit("comment", "The receipt is on the case").WantText("It is with Priya Shah again").WantNoButton("reject").WantWake("2026-11-14T00:00:00Z")
	r.WantEffect("task.assign", `{"no":1,"group":"finance","assignee":"u1"}`)

	r.Context.User = &abi.User{ID: "u1", Name: "Priya Shah"}
	r.View().WantStep("decide").WantText("The receipt is on the case").WantValue("comment").Submit("comment", "Thank you").WantOutcome("Approved")
	r.View().WantText("Corrected by Omar Field").WantText("Thank you")
}

func TestAQuestionCanBeWithdrawnInsteadOfCorrected(t *testing.T) {
	r := begin(t).Choose("return", "comment", "Why?")
	r.View().Choose("withdraw").WantError("comment")
	r.Choose("withdraw", "comment", "They kept the bin").WantOutcome("Withdrawn")
}

func TestADecisionThatIsLateIsAskedForAndThenPassedOn(t *testing.T) {
	r := begin(t, config(`{"decide_within":7,"escalate_after":2,"escalate_to":"heads-of-service"}`)).WantWake("2026-11-16T00:00:00Z")
	r.Context.User, r.Context.Task.Mine = nil, false
	r.Timer().WantStatus("Late: no decision yet").WantWake("2026-11-18T00:00:00Z").WantEffect("note.add", `{"audience":"staff","body":"@Priya Shah “Refund” is still to be decided on."}`)
	r.Timer().WantStatus("Overdue: no decision for 2 days after it was due").WantWake("").WantEffects("note.add", "task.assign")
	r.WantEffect("task.assign", `{"no":1,"group":"heads-of-service"}`).WantText("Passed on")

	r.Context.User, r.Context.Task.Mine = &abi.User{ID: "u3", Name: "Head"}, true
	r.View().WantStep("decide").Submit().WantOutcome("Approved")
}

func TestWithoutAGroupToPassItToALateDecisionIsMarked(t *testing.T) {
	begin(t).Timer().Timer().WantStatus("Overdue: no decision for 3 days after it was due").WantEffects("note.add").WantWake("")
	begin(t, config(`{"decide_within":0}`)).WantWake("")
	begin(t, config(`{"escalate_after":0}`)).Timer().WantWake("").WantStatus("Late: no decision yet")
	r := begin(t, func(r *sdktest.Run) { r.Context.Task.DueAt = "2026-11-11T16:00:00Z" })
	r.WantWake("2026-11-12T00:00:00Z").WantRow("To be decided by", "11 November 2026")
}

func TestReturningCanBeForbidden(t *testing.T) {
	begin(t, config(`{"correction":false}`)).WantNoButton("return").WantText("Reasons (needed to reject it)")
}

func TestADecisionCanBeTakenUpAgain(t *testing.T) {
	r := begin(t).Submit().WantOutcome("Approved")
	r.Return("The sum is £8").WantStep("decide").WantText("The sum is £8").WantWake("2026-11-14T00:00:00Z").Choose("reject", "comment", "Too little to refund").WantOutcome("Rejected")
	r.View().WantText("Approved by Priya Shah").WantText("Rejected by Priya Shah")
}

func TestNoCommentIsTooLongForTheState(t *testing.T) {
	r := begin(t)
	long := strings.Repeat("字", longest)
	r.Submit("comment", long+"字").WantError("comment")
	for range 25 {
		r.Choose("return", "comment", long).View().Submit("comment", long).View().WantStep("decide")
	}
	if len(r.State) > 256<<10 {
		t.Errorf("the state has %d bytes", len(r.State))
	}
}

func TestOthersSeeTheQuestionAndNoButtons(t *testing.T) {
	begin(t, func(r *sdktest.Run) { r.Context.Task.Mine, r.Context.Task.Brief = false, "" }).WantNoButton("reject").WantNoField("comment").
		WantText("Ask the case manager").Golden("watch")
}
