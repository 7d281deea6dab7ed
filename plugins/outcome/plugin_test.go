package main

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/sdktest"
)

// about opens the section of a complaint about something, with points or
// without.
func about(points ...string) sdktest.Setup {
	return func(r *sdktest.Run) {
		r.Context.Case.Subject = "Bins not emptied"
		if len(points) > 0 {
			r.Context.Case.Fields["complaint-points"] = []string{strings.Join(points, "\n")}
		}
	}
}

func TestAnOutcomeIsWrittenDownPointByPoint(t *testing.T) {
	r := sdktest.StartDetails(t, Section, about("Three weeks without a collection", "  ", "Nobody rang back"))
	r.WantText("No outcome is written down yet").Golden("empty").Press("details.edit").WantStep("edit")
	r.WantValue("point-1", "Three weeks without a collection").WantValue("point-2", "Nobody rang back").WantNoField("point-3")
	r.Submit("point-1", "Three weeks without a collection", "finding-1", "upheld", "why-1", "The round was missed", "point-2", "Nobody rang back", "finding-2", "not-upheld",
		"remedy", "An apology and £25", "cost", "£25", "lessons", "Tell crews of closed roads", "owner", "Waste team", "due", "2026-12-01").WantStep("view")
	r.WantEffects("case.set_field", "case.set_field", "case.set_field", "case.set_field", "case.set_field", "case.set_field", "case.set_field")
	r.WantEffect("case.set_field", `{"field":"finding","value":"partly-upheld"}`).WantEffect("case.set_field", `{"field":"points-upheld","value":1}`)
	r.WantEffect("case.set_field", `{"field":"cost","value":25}`).WantEffect("case.set_field", `{"field":"action-owner","value":"Waste team"}`)
	r.WantRow("Finding", "Partly upheld").WantRow("Points upheld", "1").WantText("£25").WantText("The round was missed").Golden("decided")
}

func TestWithoutPointsThereIsOneTheSubject(t *testing.T) {
	sdktest.StartDetails(t, Section, about()).Press("details.edit").WantValue("point-1", "Bins not emptied").Golden("form")
	long := sdktest.StartDetails(t, Section, about(strings.Repeat("é", 300))).Press("details.edit")
	long.WantValue("point-1", strings.Repeat("é", 199)+"…")
}

func TestTheFindingOnTheWholeFollowsFromThePoints(t *testing.T) {
	for _, c := range []struct {
		findings []string
		whole    string
	}{
		{[]string{"upheld", "upheld"}, "Upheld"}, {[]string{"upheld", "not-upheld"}, "Partly upheld"}, {[]string{"partly-upheld"}, "Partly upheld"},
		{[]string{"not-upheld", "not-upheld"}, "Not upheld"}, {[]string{"upheld", ""}, "None yet"},
	} {
		sent := []string{"lessons", "Some"}
		points := []string{}
		for i, finding := range c.findings {
			n := string(rune('1' + i))
			points = append(points, "Point")
			sent = append(sent, "point-"+n, "Point "+n)
			if finding != "" {
				sent = append(sent, "finding-"+n, finding)
			}
		}
		sdktest.StartDetails(t, Section, about(points...)).Press("details.edit").Submit(sent...).WantStep("view").WantRow("Finding", c.whole)
	}
}

func TestWhatIsMissingIsAskedForBesideTheField(t *testing.T) {
	r := sdktest.StartDetails(t, Section, about()).Press("details.edit")
	r.Submit("point-1", "Bins", "finding-1", "upheld").WantError("lessons").WantEffects()
	r.Submit("finding-1", "upheld", "lessons", "x").WantError("point-1")
	r.Submit("point-1", "Bins", "why-1", "Because", "due", "2026-12-01").WantError("finding-1", "owner")
	r.Submit("point-1", "Bins", "cost", "lots").WantError("cost")
	r.Submit("point-1", "Bins", "done", "2026-11-10").WantMessage("done", "Enter a date that is not after 9 November 2026")
	r.Submit("point-1", "Bins", "finding-1", "made-up").WantError("finding-1").Golden("refused")
	r.Submit("point-1", "Bins", "finding-1", "not-upheld").WantStep("view")
}

func TestLessonsMayBeLeftOutWhereTheAdministratorSaysSo(t *testing.T) {
	r := sdktest.StartDetails(t, Section, about(), func(r *sdktest.Run) { r.Config = abi.Raw(`{"lessons_required":false,"currency":"€"}`) })
	r.Press("details.edit").Submit("point-1", "Bins", "finding-1", "upheld", "cost", "10").WantStep("view").WantText("€10")
}

func TestPointsAreAddedAndTakenAway(t *testing.T) {
	r := sdktest.StartDetails(t, Section, about()).Press("details.edit").Press("another", "point-1", "Bins", "finding-1", "upheld")
	r.WantValue("point-1", "Bins").WantValue("finding-1", "upheld").WantValue("point-2")
	for range 6 {
		r.Press("another")
	}
	r.WantValue("point-8").WantNoButton("another")
	r.Submit("point-1", "Bins", "finding-1", "upheld", "point-5", "Rude", "finding-5", "upheld", "lessons", "x").WantStep("view").WantText("Rude")
	r.Press("details.edit").WantValue("point-2", "Rude").WantNoField("point-3")
	r.Submit("point-1", "Bins", "finding-1", "upheld", "point-2", "", "lessons", "x").WantNoText("Rude").WantEffect("case.set_field", `{"field":"points-upheld","value":1}`)
	r.Press("details.edit").Submit().WantStep("view").WantText("No outcome is written down yet")
	r.WantEffect("case.set_field", `{"field":"finding","value":null}`).WantEffect("case.set_field", `{"field":"points-upheld","value":null}`)
}

func TestAFormThatIsLeftChangesNothing(t *testing.T) {
	r := sdktest.StartDetails(t, Section, about()).Press("details.edit").Submit("point-1", "Other", "finding-1", "upheld", "due", "2026-12-01")
	r.WantError("lessons", "owner").Back().WantStep("view").WantText("No outcome is written down yet")
	r.Press("details.edit").WantValue("point-1", "Bins not emptied").WantValue("finding-1")
}

func TestTheActionSaysHowItStands(t *testing.T) {
	for due, says := range map[string]string{"2026-11-08": "Late", "2026-11-12": "Due soon", "2026-12-24": "To do"} {
		sdktest.StartDetails(t, Section, about(), func(r *sdktest.Run) {
			r.Context.Case.Fields["action-due"] = []string{due}
		}).WantRow("Action", says)
	}
	r := sdktest.StartDetails(t, Section, about()).Press("details.edit").Submit("owner", "Me", "due", "2026-11-01", "done", "2026-11-09")
	r.WantRow("Action", "Done")
}

func TestTheCostIsShownWithItsPence(t *testing.T) {
	for cost, shown := range map[string]string{"45.5": "£45.50", "25": "£25.00", "1250.25": "£1250.25", "unknown": "£unknown"} {
		sdktest.StartDetails(t, Section, about(), func(r *sdktest.Run) { r.Context.Case.Fields["cost"] = []string{cost} }).WantRow("Cost", shown)
	}
}

func TestWhoMayOnlyReadSeesNoForm(t *testing.T) {
	sdktest.StartDetails(t, Section, about(), func(r *sdktest.Run) { r.Context.Editable = false }).WantStep("view").WantNoButton("details.edit")
}

// reading turns staff who wrote an outcome into the complainant, with a status
// of that kind.
func reading(r *sdktest.Run, kind string) *sdktest.Run {
	r.Context.Reader, r.Context.Editable, r.Context.Case.StatusKind = abi.ReaderRequester, false, kind
	return r.View()
}

func TestTheComplainantReadsTheOutcomeOnceTheyAreAnswered(t *testing.T) {
	r := sdktest.StartDetails(t, Section, about("The van driver was drunk", "Nobody rang back")).Press("details.edit")
	r.Submit("point-1", "The van driver was drunk", "finding-1", "not-upheld", "why-1", "A witness, Mr Grey, says no", "point-2", "Nobody rang back", "finding-2", "upheld",
		"remedy", "An apology and £25", "cost", "4711", "lessons", "Tell Dave to answer", "changes", "Calls are now returned the same day", "owner", "Waste team", "due", "2026-12-01").WantStep("view")
	for _, kind := range []string{"", "start", "open", "waiting"} {
		reading(r, kind).WantText("Once we have answered").WantNoText("uphold").WantNoText("£25").WantNoText("same day").WantNoButton("details.edit")
	}
	for _, kind := range []string{"resolved", "final"} {
		reading(r, kind).WantRow("What we found", "We uphold your complaint in part").WantRow("What puts it right", "An apology and £25").WantRow("What changes", "Calls are now returned the same day")
		r.WantNoText("drunk").WantNoText("Grey").WantNoText("4711").WantNoText("Dave").WantNoText("Waste team").WantNoText("December").WantNoButton("details.edit")
	}
	r.Golden("told")
}

func TestTheComplainantIsLedToOurAnswerWhereNoFindingIsKept(t *testing.T) {
	r := sdktest.StartDetails(t, Section, about())
	reading(r, "final").WantText("What we found stands in what we wrote to you").WantNoText("uphold")
}

func TestAFindingThatCameFromElsewhereIsShown(t *testing.T) {
	r := sdktest.StartDetails(t, Section, about(), func(r *sdktest.Run) {
		r.Context.Case.Fields["finding"], r.Context.Case.Fields["remedy"] = []string{"not-upheld"}, []string{"A letter that explains it"}
	})
	r.WantRow("Finding", "Not upheld").WantNoText("Points upheld")
	reading(r, "final").WantRow("What we found", "We do not uphold your complaint").WantRow("What puts it right", "A letter that explains it")
}
