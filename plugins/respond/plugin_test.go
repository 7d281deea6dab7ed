package main

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/sdktest"
)

const answer = "Dear Ada Lovelace\n\nWe are sorry. The crew missed your street, and goes there today.\n\nYours sincerely"

func begin(t *testing.T, setup ...sdktest.Setup) *sdktest.Run {
	t.Helper()
	return sdktest.StartTask(t, Task, append([]sdktest.Setup{func(r *sdktest.Run) {
		r.Context.Task.Title, r.Context.Task.Group, r.Context.Task.Assignee = "Stage 1 response", "waste", "Priya Shah"
		c := r.Context.Case
		c.Subject, c.Status, c.StatusKind = "Bin not emptied", "in-progress", "open"
		c.Requester = &abi.Party{Name: "Ada Lovelace", Email: "ada@example.org", Address: "1 Mill Lane\nNorthmoor"}
	}}, setup...)...)
}

func config(json string) sdktest.Setup { return func(r *sdktest.Run) { r.Config = abi.Raw(json) } }

// as lets somebody else look, who has the task.
func as(r *sdktest.Run, id, name string) *sdktest.Run {
	r.Context.User = &abi.User{ID: id, Name: name}
	return r.View()
}

func TestAResponseWithoutApprovalIsSeenBeforeItIsSent(t *testing.T) {
	r := begin(t).WantStep("write").WantStatus("Being written").Golden("write")
	r.WantValue("text", "Dear Ada Lovelace\n\nBin not emptied (our reference CMP-7K2M-4QX9)\n\n\n\nYours sincerely")
	r.Submit("text", "", "way", "message", "approver", "nobody").WantError("text")
	r.Submit("text", "Dear Ada Lovelace\n\nBin not emptied (our reference CMP-7K2M-4QX9)\n\n\n\nYours sincerely", "way", "message", "approver", "nobody").
		WantMessage("text", "Write the response between its beginning and its end")
	r.Choose("save", "text", answer, "way", "message", "approver", "nobody").WantStep("write").WantEffects().WantValue("text", answer)
	r.Submit("text", answer, "way", "message", "approver", "nobody").WantStep("look").WantStatus("Ready to be sent").WantText("goes there today").WantNoButton("ask").Golden("look")
	r.Back().WantStep("write").WantValue("text", answer).Submit("text", answer, "way", "message", "approver", "nobody")
	r.Submit().WantOutcome("Sent as a message on 9 November 2026").WantEffects("note.add").WantEffect("note.add", `{"audience":"public","body":`+quote(answer)+`}`)
	r.View().WantText("goes there today").Golden("done")
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, "\n", `\n`) + `"` }

func TestAnApproverReturnsADraftAndThenChangesAndApprovesIt(t *testing.T) {
	r := begin(t).Submit("text", answer, "way", "message", "approver", "manager").WantStep("look").WantNoText("Send it myself")
	r.Submit().WantStatus("Waiting for approval since 9 November 2026").WantWake("2026-11-11T00:00:00Z").WantText("The case manager has it now")
	r.WantEffects("task.assign").WantEffect("task.assign", `{"no":1,"group":"manager"}`).WantNoButton("approve")

	as(r, "u2", "Omar Field").WantStep("approve").WantText("Priya Shah asks you to approve").WantText("goes there today").WantButton("return").Golden("approve")
	r.Choose("return").WantError("comment")
	r.Choose("return", "comment", "Say when").WantText("It is back with Priya Shah").WantNoButton("save").WantStatus("To be changed, as the approver asked").WantWake("")
	r.WantEffect("note.add", `{"audience":"staff","body":"@Priya Shah The response was returned to be changed: Say when"}`)
	r.WantEffect("task.assign", `{"no":1,"group":"waste","assignee":"u1"}`)

	as(r, "u1", "Priya Shah").WantStep("write").WantValue("text", answer).WantText("Returned: Say when")
	longer := strings.Replace(answer, "today", "today at noon", 1)
	r.Submit("text", longer, "way", "message", "approver", "manager").WantStep("look").Submit()
	as(r, "u2", "Omar Field").Choose("edit", "comment", "Only a comma").WantStep("edit").WantWake("2026-11-11T00:00:00Z")
	r.Submit("text", "").WantError("text")
	r.Submit("text", longer+"!").WantStep("approve").WantValue("comment", "Only a comma").WantText("2 words longer").WantText("Changed before approval, as long as before")
	r.Submit("comment", "Only a comma").WantOutcome("Sent as a message on 9 November 2026, approved by Omar Field")
	r.WantEffects("note.add", "note.add").WantEffect("note.add", `{"audience":"staff","body":"@Priya Shah The response was approved: Only a comma"}`)
	r.View().WantText("Version 5: Approved").Golden("done-approved")
}

func TestNobodyApprovesTheirOwnAndTheAuthorCanTakeItBack(t *testing.T) {
	r := begin(t, config(`{"approval":"always"}`)).WantNoField("approver").Submit("text", answer, "way", "message").WantStep("look").Submit()
	as(r, "u1", "Priya Shah").WantStep("approve").WantNoButton("return").WantNoField("comment").WantText("Somebody else has to approve it")
	r.Submit().WantStep("write").WantWake("").WantEffect("task.assign", `{"no":1,"group":"waste","assignee":"u1"}`).WantValue("text", answer)
}

func TestAnApprovalThatNobodyGivesIsAskedForAgainThreeTimes(t *testing.T) {
	r := begin(t, config(`{"approval":"always","approvers":["heads-of-service","complaints-leads"],"remind_after":5}`))
	r.Submit("text", answer, "way", "message").WantError("approver")
	r.Submit("text", answer, "way", "message", "approver", "complaints-leads").Submit().WantEffect("task.assign", `{"no":1,"group":"complaints-leads"}`)
	r.WantWake("2026-11-14T00:00:00Z")
	r.Context.User, r.Context.Task.Mine, r.Context.Task.Assignee = nil, false, ""
	r.Timer().WantEffect("note.add", `{"audience":"staff","body":"The response written by Priya Shah has waited for approval since 9 November 2026."}`).WantWake("2026-11-19T00:00:00Z")
	r.Timer().WantWake("2026-11-24T00:00:00Z").Timer().WantWake("").WantStatus("Waiting for approval since 9 November 2026")
}

func TestALetterIsPostedByItsAuthorAfterApproval(t *testing.T) {
	r := begin(t, config(`{"status_after":"resolved","stage_after":"stage-1"}`)).Submit("text", answer, "way", "letter", "approver", "manager").WantText("1 Mill Lane").Submit()
	as(r, "u2", "Omar Field").Submit().WantText("Priya Shah prints and posts it").WantNoButton("posted").WantEffects("task.assign").WantStatus("To be printed and posted")
	as(r, "u1", "Priya Shah").WantStep("post").WantText("Omar Field").Golden("post")
	r.Submit().WantOutcome("Posted as a letter on 9 November 2026, approved by Omar Field").WantEffects("note.add", "case.change_stage", "case.change_status")
	r.WantEffect("note.add", `{"audience":"public","body":"We posted this letter to you on 9 November 2026:\n\n`+strings.Trim(quote(answer), `"`)+`"}`)
	r.WantEffect("case.change_status", `{"to":"resolved"}`).WantEffect("case.change_stage", `{"to":"stage-1"}`)
}

func TestALetterThatNobodyApprovesIsPostedAtOnceAndWarnsOfAMissingAddress(t *testing.T) {
	r := begin(t, config(`{"approval":"never"}`), func(r *sdktest.Run) {
		r.Context.Case.Requester, r.Context.Task.Manages = nil, true
	}).WantNoField("approver").Submit("text", "Sorry", "way", "letter").WantText("There is no postal address").WantStep("look")
	r.Submit().WantStep("post").WantEffects().Submit().WantOutcome("Posted as a letter on 9 November 2026")
}

func TestAMessageThatNobodyHearsOfIsWarnedOf(t *testing.T) {
	r := begin(t, config(`{"letters":false,"approval":"never"}`), func(r *sdktest.Run) {
		r.Context.Case.Requester = &abi.Party{Name: "Ada Lovelace"}
	}).WantNoField("way").Submit("text", "Sorry").WantStep("look").WantText("They are not told")
	r.Context.Case.Requester = nil // not shown to who has the task alone
	r.View().WantNoText("They are not told")
}

func TestAResponseTakenUpAgainIsAFurtherOne(t *testing.T) {
	r := begin(t).Submit("text", answer, "way", "message", "approver", "nobody").Submit().WantOutcome("Sent as a message on 9 November 2026")
	r.Context.Now, r.Context.Today = "2026-11-12T10:00:00Z", "2026-11-12"
	r.Return("The date was wrong").WantStep("write").WantText("The date was wrong").WantText("A response went out on 9 November 2026").WantValue("text", answer)
	r.Submit("text", "It is on Friday", "way", "message", "approver", "nobody").Submit().WantOutcome("Sent as a message on 12 November 2026")
}

func TestTheStatusStaysWhereTheCaseIsThereAlready(t *testing.T) {
	r := begin(t, config(`{"approval":"never","status_after":"in-progress"}`)).Submit("text", "Sorry", "way", "message").Submit()
	r.WantOutcome("Sent as a message on 9 November 2026").WantEffects("note.add")
}

func TestLongResponsesAndManyVersionsFitIntoTheState(t *testing.T) {
	r := begin(t)
	for i := range 60 {
		r.Submit("text", strings.Repeat(string(rune('字'+i)), longest), "way", "message", "approver", "nobody").WantStep("look").Back()
	}
	if len(r.State) > 256<<10 {
		t.Errorf("the state has %d bytes", len(r.State))
	}
	r.Submit("text", strings.Repeat("字", longest+1), "way", "message", "approver", "nobody").WantError("text")
}

func TestOthersReadTheDraftAndCannotTouchIt(t *testing.T) {
	r := begin(t, func(r *sdktest.Run) { r.Context.Task.Mine = false }).WantText("Nothing is written yet").WantNoText("Dear")
	r.Context.Task.Mine = true
	r.View().Submit("text", answer, "way", "message", "approver", "manager").Submit()
	r.Context.Task.Mine = false
	r.View().WantText("goes there today").WantNoButton("approve").WantNoField("comment").Golden("watch")
}
