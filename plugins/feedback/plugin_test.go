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
		r.Context.Task.Title = "Ask for feedback"
		r.Context.Case.Subject, r.Context.Case.Requester = "Bin not emptied", &abi.Party{Name: "Ada Lovelace", Phone: "01632 960 001"}
	}}, setup...)...)
}

func config(json string) sdktest.Setup { return func(r *sdktest.Run) { r.Config = abi.Raw(json) } }

func TestAScoreAndWordsGoOnTheCase(t *testing.T) {
	r := begin(t).WantStep("call").WantStatus("To be called").WantRow("Telephone", "01632 960 001").Golden("call")
	r.Submit().WantError("score", "call_back").Submit("score", "6", "call_back", "no").WantError("score")
	r.Submit("score", "4", "words", "Quick, once they rang", "call_back", "no").WantOutcome("Feedback: 4 of 5").WantEffects("note.add")
	r.WantEffect("note.add", `{"audience":"staff","body":"Feedback by telephone: 4 of 5\n\n“Quick, once they rang”"}`)
	r.View().WantRow("Score", "4 of 5").Golden("done")
}

func TestWhoeverWantsItIsCalledBack(t *testing.T) {
	r := begin(t, config(`{"score_field":"feedback-score","words_field":"feedback-words","call_back_type":"put-right"}`))
	r.Submit("score", "2", "call_back", "yes").WantError("about")
	r.Submit("score", "2", "call_back", "yes", "about", "The refund", "when", "mornings", "words", "Slow").WantOutcome("Feedback: 2 of 5, to be called back")
	r.WantEffects("note.add", "case.set_field", "case.set_field", "task.add").WantEffect("case.set_field", `{"field":"feedback-score","value":2}`)
	r.WantEffect("case.set_field", `{"field":"feedback-words","value":"Slow"}`)
	r.WantEffect("task.add", `{"type":"put-right","title":"Call the requester back","brief":"The refund\nGood time: mornings","optional":true}`)
	begin(t).Submit("score", "2", "call_back", "no", "about", "The refund").WantEffects("note.add")
}

func TestNobodyAnswersAndIsCalledAgainUntilItIsEnough(t *testing.T) {
	r := begin(t).Choose("nobody").WantStep("call").WantWake("2026-11-10T00:00:00Z").WantStatus("Call again: 1 of 3 calls unanswered").WantText("To be called again on 10 November 2026")
	r.Timer().WantStatus("To be called again today").WantWake("").WantNoText("To be called again on").WantEffects()
	r.Choose("nobody", "words", "half a sentence").WantWake("2026-11-11T00:00:00Z").Golden("again")
	r.Choose("nobody").WantOutcome("Not reached after 3 calls").WantEffects("note.add").WantWake("")
	if strings.Contains(string(r.State), "half a sentence") {
		t.Errorf("what was typed in no call is kept: %s", r.State)
	}
	r.Return("There is another number").WantStep("call").WantText("There is another number").Submit("score", "5", "call_back", "no").WantOutcome("Feedback: 5 of 5")
	begin(t, config(`{"attempts":1}`)).Choose("nobody").WantOutcome("Not reached after 1 call")
}

func TestNobodyHasToSayAnything(t *testing.T) {
	begin(t).Choose("refused", "score", "1", "words", "typed by mistake").WantOutcome("They would rather not say").WantEffects().View().WantNoText("typed by mistake")
}

func TestOthersSeeNoAnswersBeforeTheyAreRecorded(t *testing.T) {
	r := begin(t, func(r *sdktest.Run) { r.Context.Case.Requester = nil }).WantText("Whom to call is not known here").Choose("nobody")
	r.Context.Task.Mine = false
	r.View().WantText("Nothing is recorded yet").WantText("Nobody answered").WantNoField("score").WantNoButton("nobody").Golden("watch")
	begin(t, func(r *sdktest.Run) {
		r.Context.Case.Requester = &abi.Party{Email: "ada@example.org"}
	}).WantRow("Email", "ada@example.org").WantRow("Telephone", "Not given")
}
