package routinepages

import (
	"maps"
	"net/url"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/routines"
)

func TestWhatHasBecomeOfACaseIsSaidAsPeopleSayIt(t *testing.T) {
	for want, end := range map[string]routines.End{
		"on time": {Over: true}, "open": {}, "late": {Over: true, Late: true}, "open, late": {Late: true}, "1 day late": {Over: true, Late: true, By: 47 * time.Hour},
		"6 days late": {Over: true, Late: true, By: 6 * 24 * time.Hour}, "open, 3 hours late": {Late: true, By: 3*time.Hour + time.Minute},
	} {
		if got := endWords(end); got != want {
			t.Errorf("%+v is said %q, want %q", end, got, want)
		}
	}
}

// Every figure that one page found is what the next one goes on with.
func TestFiguresAreCarriedOn(t *testing.T) {
	var sum routines.Replayed
	n := 0
	query := map[string]string{"after": core.NewID[core.CaseID]().String(), "of": "9"}
	for name, figure := range figuresOf(&sum) {
		n++
		*figure = n
		query[name] = strconv.Itoa(n)
	}
	now := time.Date(2026, 11, 17, 10, 0, 0, 0, time.UTC)
	query["until"] = strconv.FormatInt(now.Add(-time.Minute).UnixMicro(), 10)
	var page PastPage
	var trial routines.Trial
	if err := resume(query, now, &trial, &page); err != nil {
		t.Fatal(err)
	}
	sum.Next = page.Sum.Next
	if !reflect.DeepEqual(page.Sum, sum) || page.Total != 9 || !trial.Until.Equal(now.Add(-time.Minute)) || sum.Next.IsZero() {
		t.Errorf("taken up is %+v of %d until %s, want %+v", page.Sum, page.Total, trial.Until, sum)
	}
	for name, value := range map[string]string{
		"after": "x", "of": "-1", "until": "soon", "cases": "-3", "is-times": "many", "was-tasks": "99999999999999999999",
	} {
		wrong := maps.Clone(query)
		wrong[name] = value
		if resume(wrong, now, &trial, &page) == nil {
			t.Errorf("%s=%s was taken up", name, url.QueryEscape(value))
		}
	}
	for _, until := range []time.Time{now.Add(time.Second), now.Add(-25 * time.Hour)} {
		wrong := maps.Clone(query)
		wrong["until"] = strconv.FormatInt(until.UnixMicro(), 10)
		if resume(wrong, now, &trial, &page) == nil {
			t.Errorf("a look from %s was taken up at %s", until, now)
		}
	}
}

func TestADraftThatChangesNothingOfARoutineIsKnown(t *testing.T) {
	live := core.Routine{Key: "a", Name: core.Plain("A"), When: core.Trigger{On: core.CaseRaised}, If: "case.level > 0", Do: []core.Do{{Command: "note.add", With: core.Arguments{"body": "x"}}}}
	if renamed := live; !sameRoutine(live, renamed) {
		t.Error("the same is another")
	}
	for name, change := range map[string]func(*core.Routine){
		"off": func(r *core.Routine) { r.Off = true }, "the trigger": func(r *core.Routine) { r.When.On = core.CaseClosed }, "the condition": func(r *core.Routine) { r.If = "" },
		"an action": func(r *core.Routine) { r.Do = []core.Do{{Command: "note.add", With: core.Arguments{"body": "y"}}} }, "no action": func(r *core.Routine) { r.Do = nil },
	} {
		other := live
		change(&other)
		if sameRoutine(live, other) {
			t.Errorf("%s is another, and that is not seen", name)
		}
	}
}
