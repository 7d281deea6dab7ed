package conditions_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/conditions"
)

func TestATargetAsksOfTheCaseItselfOnly(t *testing.T) {
	t.Parallel()
	ct := caseType(t)
	routines := conditions.New()
	targets := routines.Of(conditions.OfTarget)
	for _, text := range []string{
		`targets.respond.late`, `tasks.open > 0`, `questions.open == 0`, `event.kind == "case.raised"`, `case.quiet > days(3)`, `given(case.due)`,
	} {
		if problems := routines.Check(ct, text); len(problems) > 0 {
			t.Errorf("a routine may not ask %s: %v", text, problems)
		}
		problems := targets.Check(ct, text)
		if len(problems) != 1 || !strings.Contains(problems[0].Message, "is for routines") || problems[0].Column == 0 {
			t.Errorf("a target may ask %s: %v", text, problems)
		}
	}
	if problems := targets.Check(ct, `case.stauts == "new"`); len(problems) != 1 || problems[0].Meant != "case.status" {
		t.Errorf("a mistake is not put right: %v", problems)
	}
	if names := targets.Names(ct); slices.ContainsFunc(names, func(n conditions.Name) bool { return strings.HasPrefix(n.Path, "targets.") }) || len(names) < 20 {
		t.Errorf("the names to choose from are %d: %v", len(names), names)
	}
}

func TestAConditionSaysWhatOfACaseDecidesIt(t *testing.T) {
	t.Parallel()
	ct := caseType(t)
	condition, err := conditions.New().Of(conditions.OfTarget).Compile(ct, `case.priority == "high" && (fields.harm || requester.email == "" || requester.phone == "") && case.status == "in-progress" && now > case.raised`)
	if err != nil {
		t.Fatal(err)
	}
	want := []core.Aspect{core.AspectPriority, core.FieldAspect("harm"), core.AspectContact}
	if got := condition.Aspects(); !slices.Equal(got, want) {
		t.Errorf("it depends on %v, want %v", got, want)
	}
	s, _ := snapshot(t)
	if answer := condition.Answer(t.Context(), s, nil); !answer.Holds {
		t.Errorf("it does not hold: %+v", answer)
	}
}
