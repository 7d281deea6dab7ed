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
		r.Context.Task.Title, r.Context.Task.Assignee = "Investigate", "Priya Shah"
		r.Context.Case.Subject = "Bin not emptied three weeks running"
	}}, setup...)...)
}

func TestAnInvestigationGoesFromUpdatesToFindings(t *testing.T) {
	r := begin(t).WantStep("work").WantStatus("Being looked into").WantValue("date", "2026-11-09").Golden("work-empty")
	r.Submit().WantError("did", "date")
	r.Attach("evidence-1", forms.File{ID: "f1", Name: "round.pdf", Size: 4 << 10, Type: "application/pdf"})
	r.Submit("did", "Read the round’s records", "date", "2026-11-06", "spoke", "Sam Field, crew of round 4").WantStep("work")
	r.WantEffects("note.add").WantEffect("note.add", `{"audience":"staff","body":"Update on “Investigate”, 6 November 2026\n\nRead the round’s records\n\nSpoke to: Sam Field, crew of round 4\n\nEvidence: round.pdf"}`)
	r.WantText("Read the round’s records").WantText("Priya Shah spoke to Sam Field").WantText("round.pdf").WantValue("did").WantValue("evidence-2")
	r.Choose("add", "did", "Rang the depot", "date", "2026-11-09").WantStep("work").Golden("work")

	r.Choose("find").WantStep("findings").WantStatus("Findings being written").WantEffects().WantValue("point-1", "Bin not emptied three weeks running")
	r.Submit("point-1", "").WantError("recommend", "point-1")
	r.Submit("point-1", "The bin was missed", "recommend", "Say sorry").WantError("finding-1", "why-1")
	r.Press("another", "point-1", "The bin was missed", "finding-1", "upheld", "why-1", "The records say so").WantStep("findings").WantValue("point-2").WantValue("why-1", "The records say so")
	r.Golden("findings")
	answers := []string{
		"point-1", "The bin was missed", "finding-1", "upheld", "why-1", "The records say so",
		"point-2", "The crew was rude", "finding-2", "not-proven", "why-2", "Nobody else was there", "recommend", "Say sorry, and collect it tomorrow",
	}
	r.Submit(answers...).WantStep("check").WantText("Partly upheld: of 2 points, 1 upheld, 1 not proven either way").Golden("check")
	r.Submit().WantOutcome("Partly upheld: of 2 points, 1 upheld, 1 not proven either way").WantEffects("note.add")
	r.WantEffect("note.add", `{"audience":"staff","body":"Findings of “Investigate”\n\nPartly upheld: of 2 points, 1 upheld, 1 not proven either way.\n\n1. The bin was missed\nUpheld. The records say so\n\n2. The crew was rude\nNot proven either way. Nobody else was there\n\nRecommendation\nSay sorry, and collect it tomorrow"}`)
	r.View().WantText("Rang the depot").WantText("Say sorry").WantText("round.pdf").Golden("done")
}

func TestWhatCameBackToBeCorrectedIsAllStillThere(t *testing.T) {
	r := begin(t)
	r.Submit("did", "Looked", "date", "2026-11-09").Choose("find")
	r.Submit("point-1", "The bin", "finding-1", "not-upheld", "why-1", "It was out late", "recommend", "Nothing").WantStep("check").Submit().WantOutcome("Not upheld")
	r.Return("Ask the neighbour too").WantStep("findings").WantText("Ask the neighbour too").WantValue("why-1", "It was out late").WantValue("recommend", "Nothing").WantText("Looked")
	r.Back().WantStep("work").Submit("did", "Asked the neighbour", "date", "2026-11-09").Choose("find").WantStep("findings")
	r.Submit("point-1", "The bin", "finding-1", "upheld", "why-1", "The neighbour saw it", "recommend", "Say sorry").Submit().WantOutcome("Upheld")
}

func TestWaitingRemindsOnItsDayAndOutlastsFurtherWork(t *testing.T) {
	r := begin(t).Choose("wait").WantStep("wait")
	r.Submit().WantError("what", "until")
	r.Submit("what", "The depot’s records", "until", "2026-11-09").WantError("until")
	r.Submit("what", "The depot’s records", "until", "2026-11-16").WantStep("work").WantWake("2026-11-16T00:00:00Z")
	r.WantStatus("Waiting until 16 November 2026: The depot’s records").WantText("Waiting until 16 November 2026").Golden("waiting")
	r.Submit("did", "Rang the depot", "date", "2026-11-09").WantWake("2026-11-16T00:00:00Z").WantStatus("Waiting until 16 November 2026: The depot’s records")
	r.Choose("find").WantStep("findings").WantWake("2026-11-16T00:00:00Z")

	r.Timer().WantStep("findings").WantWake("").WantStatus("To be followed up: The depot’s records")
	r.WantEffect("note.add", `{"audience":"staff","body":"@Priya Shah “Investigate” waited until today for: The depot’s records"}`)
	r.Back().WantStep("work").WantText("You waited for: The depot’s records").Submit("did", "They came", "date", "2026-11-16").WantNoText("You waited for")
}

func TestAWaitCanBeCalledOff(t *testing.T) {
	r := begin(t).Choose("wait").Submit("what", "A call", "until", "2026-11-16").WantWake("2026-11-16T00:00:00Z")
	r.Press("stop", "did", "They rang").WantStep("work").WantWake("").WantStatus("Being looked into").WantNoText("Waiting until").WantValue("did", "They rang")
	r.Choose("save", "did", "They rang, at last").WantStep("work").WantValue("did", "They rang, at last").WantEffects()
}

func TestAnUpdateThatWasWrittenAndNotAddedIsNotLost(t *testing.T) {
	r := begin(t).Choose("find", "did", "Went there", "date", "nonsense").WantStep("findings").WantText("Went there").WantEffects("note.add")
	r.Back().Choose("wait", "spoke", "").WantStep("wait").WantEffects()
}

func TestUpdatesStayOnTheTaskWhereTheyAreNotToGoOnTheCase(t *testing.T) {
	r := begin(t, func(r *sdktest.Run) { r.Config = abi.Raw(`{"note_each_update":false,"recommendation":false}`) })
	r.Submit("did", "Looked", "date", "2026-11-09").WantEffects().WantText("Looked")
	r.Choose("find").Submit("point-1", "x", "finding-1", "partly", "why-1", "y").WantStep("check").Submit().WantOutcome("Partly upheld")
}

func TestPointsOfTheBriefAreThoseToBeFoundOn(t *testing.T) {
	begin(t, func(r *sdktest.Run) {
		r.Context.Task.Brief = "Please find on:\n- The bin was missed\n  - Nobody rang back \n"
	}).Choose("find").WantValue("point-1", "The bin was missed").WantValue("point-2", "Nobody rang back")
}

func TestThereIsRoomForSoManyUpdatesAndNoMore(t *testing.T) {
	r := begin(t)
	for range maxUpdates {
		r.Submit("did", "Looked again", "date", "2026-11-09").WantStep("work")
	}
	r.WantNoField("did").WantText("There is room for no more updates").Submit().WantError("")

	r = begin(t)
	for len(r.Last.View.Fields()) > 0 {
		r.Submit("did", strings.Repeat("字", longestDone), "date", "2026-11-09", "spoke", strings.Repeat("字", longestLine)).WantStep("work")
	}
	r.WantNoField("did").WantText("There is room for no more updates").Submit().WantError("")
	if len(r.State) > 256<<10 {
		t.Errorf("the state has %d bytes", len(r.State))
	}
	r.Choose("find").WantStep("findings")
}

func TestOthersReadHowFarItIs(t *testing.T) {
	r := begin(t, func(r *sdktest.Run) { r.Context.Task.Mine = false }).WantText("Nothing is reported yet").WantNoField("did")
	r.Context.Task.Mine = true
	r.View().Submit("did", "Looked", "date", "2026-11-09")
	r.Context.Task.Mine = false
	r.View().WantText("Looked").WantNoField("did").WantNoButton("find").Golden("watch")
}
