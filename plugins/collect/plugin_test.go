package main

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/sdktest"
)

const brief = `For the complaint about Mill Lane:

- What happened on the round?
When was the bin emptied last? (date)
Was the road closed? (yes/no)
Round sheet of that day (file) (optional)
Vehicle (short)
`

func begin(t *testing.T, brief string, setup ...sdktest.Setup) *sdktest.Run {
	t.Helper()
	return sdktest.StartTask(t, Task, append([]sdktest.Setup{func(r *sdktest.Run) {
		r.Context.Task.Title, r.Context.Task.Brief = "Facts of the round", brief
	}}, setup...)...)
}

var all = []string{"q1", "The road was blocked", "q2", "2026-10-30", "q3", "yes", "q5", "WX 12"}

func TestEachLineOfTheBriefIsAsked(t *testing.T) {
	r := begin(t, brief).WantStep("answer").WantStatus("Being collected").WantText("For the complaint about Mill Lane:").Golden("answer")
	r.Submit().WantError("q1", "q2", "q3", "q5").Submit("q1", "x", "q2", "2026-02-30", "q3", "perhaps", "q5", "x").WantError("q2", "q3")
	r.Attach("q4", forms.File{ID: "f1", Name: "sheet.pdf", Size: 9 << 10, Type: "application/pdf"})
	r.Submit(all...).WantOutcome("Collected: 5 answers").WantEffects("note.add")
	r.WantEffect("note.add", `{"audience":"staff","body":"Answers to “Facts of the round”, from Priya Shah\n\nWhat happened on the round?\nThe road was blocked\n\nWhen was the bin emptied last?\n30 October 2026\n\nWas the road closed?\nYes\n\nRound sheet of that day\nsheet.pdf\n\nVehicle\nWX 12"}`)
	r.View().WantRow("Vehicle", "WX 12").WantText("sheet.pdf").Golden("done")
}

func TestAnswersAreKeptUntilTheyAreSent(t *testing.T) {
	r := begin(t, brief).Choose("save", "q1", "It rai", "q3", "no").WantStep("answer").WantValue("q1", "It rai").WantValue("q3", "no").WantEffects()
	r.WantStatus("2 of 5 questions answered").View().WantValue("q1", "It rai")
	r.Context.Task.Mine = false
	r.View().WantRow("What happened on the round?", "It rai").WantRow("Vehicle", "Not answered").WantNoField("q1").Golden("watch")
}

func TestWhatCannotBeObtainedIsSaidWithAReason(t *testing.T) {
	r := begin(t, brief).Choose("cannot", "q1", "It rained").WantStep("missing").WantRow("Vehicle", "Not answered").WantNoText("What happened on the round?").Golden("missing")
	r.Submit().WantError("why", "more")
	r.Back().WantStep("answer").WantValue("q1", "It rained").Choose("cannot", "q1", "It rained")
	r.Submit("why", "no-record", "more", "The depot keeps sheets for a week").WantOutcome("1 of 5 answers collected; the rest could not be obtained: There is no record of it")
	r.View().WantText("The depot keeps sheets for a week")

	begin(t, "Who drove?").Choose("cannot").Submit("why", "may-not", "more", "Personal").WantOutcome("Could not be obtained: It may not be passed on").
		WantEffect("note.add", `{"audience":"staff","body":"Answers to “Facts of the round”, from Priya Shah\n\nWho drove?\nNot answered\n\nIt may not be passed on. Personal"}`)
}

func TestAnswersThatCameBackAreStillThere(t *testing.T) {
	r := begin(t, brief).Choose("cannot", "q1", "It rained").Submit("why", "nobody", "more", "Sam is away").WantOutcome("1 of 5 answers collected; the rest could not be obtained: Whoever knows did not answer")
	r.Return("Sam is back").WantStep("answer").WantText("Sam is back").WantValue("q1", "It rained")
	r.Submit(all...).WantOutcome("Collected: 4 answers").View().WantNoText("Sam is away")
}

func TestWithoutABriefTheUsualQuestionsAreAsked(t *testing.T) {
	begin(t, "").WantText("What did you find out?").Submit("q1", "Nothing").WantOutcome("Collected: 1 answer")
	begin(t, "\n", func(r *sdktest.Run) {
		r.Config = abi.Raw(`{"questions":["Seen? (yes/no)","Photographs (files) (optional)"]}`)
	}).
		WantText("Photographs (optional)").Submit("q1", "no").WantOutcome("Collected: 1 answer")
}

func TestOddBriefsAreQuestionsTooAndFit(t *testing.T) {
	begin(t, strings.Repeat("字", 2000)).WantStep("answer").Submit("q1", "x").WantOutcome("Collected: 1 answer")
	begin(t, "(yes/no)").WantText("(yes/no)").WantStep("answer")
	r := begin(t, strings.Repeat("And what of this?\n", 40)).WantNoField("q21")
	var answers []string
	for i := range maxQuestions {
		answers = append(answers, "q"+string("0123456789"[(i+1)/10])+string("0123456789"[(i+1)%10]))
		if i < 9 {
			answers[len(answers)-1] = "q" + string("123456789"[i])
		}
		answers = append(answers, strings.Repeat("字", 1200))
	}
	r.Submit(answers...).WantError("")
	if len(r.State) > 256<<10 {
		t.Errorf("the state has %d bytes", len(r.State))
	}
}
