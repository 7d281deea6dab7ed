package main

import (
	"strings"
	"testing"
)

// A configurator changes a routine in the draft and sees what it would have done
// in the last days, beside what is live; what is live alone; and that a condition
// with a mistake cannot be tried. Every page is held against the accessibility
// rules.
func TestARoutineIsTriedOnThePastInTheBrowser(t *testing.T) {
	in := install(t, "--demo")
	p := in.signIn("morag@northmoor.example")
	past := in.url + "/configuration/types/complaint/routines/no-answer/past"
	draft := in.url + "/configuration/types/complaint/draft?section=routines&item=routines/no-answer"

	p.Go(in.url + "/configuration/types/complaint/routines/stage-1-answered/past?days=365")
	p.WaitForText("main", "would have been touched")
	p.WaitForText("main", "These are all cases of this type that you may see.")
	p.Accessible()
	pictured(p, "past")
	if live := p.Text("main"); strings.Contains(live, "Version") {
		t.Errorf("what is published is compared with something: %s", live)
	}

	p.Go(past + "?draft=1")
	p.WaitForText("main", "do the same")
	p.WaitForText("main", "switched off")
	p.Accessible()

	p.Go(draft)
	p.Type(`[name="when-quiet"]`, "1 day")
	p.Follow(`button[value="expression"]`)
	p.Type(`[name="if-text"]`, `case.status_kind != "waiting"`)
	p.Follow(`.edit-save .button-main`)
	p.Go(past + "?draft=1")
	p.WaitForText("main", "These are all cases of this type that you may see.")
	p.WaitForText("main", "would have been touched, or were")
	p.WaitForText("main", "Version ")
	if p.Count("tbody tr") == 0 {
		t.Errorf("no case would have been touched: %s", p.Text("main"))
	}
	p.Accessible()
	pictured(p, "past-draft")

	p.Go(draft)
	p.Follow(`button[value="expression"]`)
	p.Type(`[name="if-text"]`, `case.stutus != "waiting"`)
	p.Follow(`.edit-save .button-main`)
	p.Go(past + "?draft=1")
	p.WaitForText("main", "It cannot be tried yet")
	p.Accessible()
	pictured(p, "past-mistake")

	p.Go(in.url + "/people/groups/complaints-team")
	p.Submit(`form[action$="/members/remove"]:has([value="morag@northmoor.example"])`)
	p.Go(past)
	p.WaitForText("main", "There is nothing to try it on") // she sees no complaints now
	p.Accessible()
	pictured(p, "past-nothing")
}
