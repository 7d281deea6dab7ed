package main

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/sdktest"
)

const brief = `Make the flat safe before Friday.
- Turn the water off (required)
- Take photographs
- Leave a card (required)
`

func begin(t *testing.T, brief string, setup ...sdktest.Setup) *sdktest.Run {
	t.Helper()
	return sdktest.StartTask(t, Task, append([]sdktest.Setup{func(r *sdktest.Run) {
		r.Context.Task.Title, r.Context.Task.Brief = "Make safe", brief
	}}, setup...)...)
}

func config(json string) sdktest.Setup { return func(r *sdktest.Run) { r.Config = abi.Raw(json) } }

func TestStepsAreDoneBitByBit(t *testing.T) {
	r := begin(t, brief).WantStep("steps").WantStatus("To be done").WantText("Make the flat safe").WantText("0 of 3 steps done").Golden("steps")
	r.Submit("done", "1").WantStep("steps").WantStatus("1 of 3 steps done").WantValue("done", "1").WantText("Done on 9 November 2026 by Priya Shah").WantEffects()
	r.Context.Now, r.Context.Today, r.Context.User = "2026-11-11T09:00:00Z", "2026-11-11", &abi.User{ID: "u2", Name: "Omar Field"}
	r.View().WantValue("done", "1").Golden("partly")
	r.Choose("end", "done", "1").WantStep("end").WantStatus("1 of 3 steps done").WantText("Leave a card").WantNoText("Take photographs").Golden("end")
	r.Submit().WantError("success", "").Submit("success", "yes").WantMessage("", "1 step must still be done. Go back and tick what is done, or say that it was not successful.")
	r.Back().WantStep("steps").WantValue("done", "1").Choose("end", "done", "1", "done", "3").WantStep("end")
	r.Submit("success", "yes", "note", "The tenant was out").WantOutcome("Successful: 2 of 3 steps done").WantEffects("note.add")
	r.WantEffect("note.add", `{"audience":"staff","body":"“Make safe”: Successful: 2 of 3 steps done\n✓ Turn the water off\n✗ Take photographs\n✓ Leave a card\n\nThe tenant was out"}`)
	r.View().WantRow("Turn the water off", "Done on 9 November 2026 by Priya Shah").WantRow("Leave a card", "Done on 11 November 2026 by Omar Field").WantRow("Take photographs", "Not done").Golden("done")
}

func TestAStepThatWasTickedByMistakeIsUnticked(t *testing.T) {
	begin(t, brief).Submit("done", "1").Submit().WantText("0 of 3 steps done").WantStatus("To be done")
}

func TestWhatWasNotSuccessfulNeedsAReasonAndNotEveryStep(t *testing.T) {
	r := begin(t, brief).Choose("end").Submit("success", "no").WantError("note").Submit("success", "no", "note", "No way in").WantOutcome("Not successful: 0 of 3 steps done")
	r.Return("Try again").WantStep("steps").WantText("Try again")
	r.Choose("end", "done", "1", "done", "2", "done", "3").WantValue("note", "No way in").Submit("success", "yes").WantOutcome("Successful: 3 of 3 steps done")
}

func TestTheSettingsSayWhatIsAsked(t *testing.T) {
	r := begin(t, "Only words", config(`{"title":"Is the site ready?","steps":["Fence (required)","Sign"],"ask_outcome":false,"ask_date":true,"ask_note":false}`))
	r.WantText("Is the site ready?").WantText("Only words").Golden("configured").Choose("end", "done", "2").WantNoField("success").WantNoField("note")
	r.Submit().WantError("on", "").Back().Choose("end", "done", "1").Submit("on", "2026-12-01").WantError("on")
	r.Submit("on", "2026-11-08").WantOutcome("Done: 1 of 2 steps done, finished on 8 November 2026")
}

func TestWithoutStepsTheTaskItselfIsTheStep(t *testing.T) {
	begin(t, "").WantText("Make safe (must be done)").Choose("end", "done", "1").Submit("success", "yes").WantOutcome("Successful: 1 of 1 step done")
	begin(t, strings.Repeat("- "+strings.Repeat("字", 500)+"\n", 60)).WantText("0 of 40 steps done").Submit("done", "41").WantError("done")
}

func TestOthersSeeHowFarItIs(t *testing.T) {
	r := begin(t, brief).Submit("done", "2")
	r.Context.Task.Mine = false
	r.View().WantText("1 of 3 steps done").WantRow("Leave a card", "Not done").WantNoField("done").Golden("watch")
}
