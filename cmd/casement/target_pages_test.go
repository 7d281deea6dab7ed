package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/web/webtest"
)

// pictured keeps pictures of a page where a folder is named for them.
func pictured(p *webtest.Page, name string) {
	folder := os.Getenv("CASEMENT_PICTURES")
	if folder == "" {
		return
	}
	p.Screenshot(filepath.Join(folder, name+".png"), 1440, 1000, false)
	p.Screenshot(filepath.Join(folder, name+"-dark.png"), 1440, 1000, true)
	p.Screenshot(filepath.Join(folder, name+"-telephone.png"), 390, 844, false)
	p.Appear(1280, 900, false)
}

// A configurator shortens a promise, sees sample due times and what it would
// mean for open cases, cannot close the office on Fridays but closes it for a day, publishes both, and puts
// running targets on the new calendar. Every page on the way is held against the
// accessibility rules.
func TestTargetsAndCalendarsAreChangedTriedAndPublishedInTheBrowser(t *testing.T) {
	in := install(t, "--demo")
	p := in.signIn("morag@northmoor.example")
	draft := in.url + "/configuration/types/complaint/draft?section=targets"

	p.Go(draft)
	p.WaitForText("main", "Full response")
	p.WaitForText("aside", "due ")
	p.Accessible()
	pictured(p, "targets")

	p.Go(draft + "&item=targets/respond")
	p.Accessible()
	pictured(p, "target")
	before := p.Text("aside")
	p.Type(`[name="within"]`, "soon")
	p.Follow(`.edit-save .button-main`)
	p.WaitForText("main", "Write a length of time")
	if got := p.Value(`[name="within"]`); got != "soon" {
		t.Errorf("what was typed became %q", got)
	}
	p.Type(`[name="within"]`, "3 working days")
	p.Type(`[name="remind"]`, "1 working day before\n2 working hours after")
	p.Follow(`.edit-save .button-main`)
	p.WaitUntil("the aside shows other due times", `document.querySelector("aside").innerText !== `+quote(before))
	if got := p.Value(`[name="within"]`); got != "3 working days" {
		t.Errorf("the draft promises %q", got)
	}
	p.Accessible()

	p.Go(in.url + "/configuration/types/complaint/what-if")
	p.WaitForText("main", "Would be late")
	p.WaitForText("main", "All open cases are counted")
	if strings.Contains(p.Text("main"), "Would be late\n0 targets") {
		t.Error("no case would be late by three days instead of ten")
	}
	p.Accessible()
	pictured(p, "what-if")

	p.Go(in.url + "/configuration/types/enquiry/draft?section=targets&item=targets/answer")
	p.Type(`[name="within"]`, "1 working hour")
	p.Follow(`.edit-save .button-main`)
	p.Go(in.url + "/configuration/types/enquiry/draft/changes")
	p.WaitForText("body", "if it had been so from the beginning")
	p.Accessible()

	p.Go(in.url + "/configuration/types/complaint/draft?section=tasks&item=tasks/investigate")
	p.WaitForText("main", "Its due time")
	p.Accessible()
	p.Type(`[name="remind"]`, "1 working day before\nat the due time")
	p.Follow(`.edit-save .button-main`)
	if got := p.Value(`[name="remind"]`); got != "1 working day before\nat the due time" {
		t.Errorf("a task reminds %q", got)
	}

	calendar := in.url + "/configuration/calendars/northmoor-offices"
	p.Go(calendar + "/draft")
	p.WaitForText("main", "Working hours")
	p.WaitFor(".year-month")
	p.Accessible()
	pictured(p, "calendar")
	if os.Getenv("CASEMENT_PICTURES") != "" {
		webtest.Eval[bool](p, `(document.querySelector(".year").scrollIntoView(), true)`)
		pictured(p, "year")
	}
	p.Type(`[name="hours-fri"]`, "")
	p.Type(`[name="hours-mon"]`, "09:00-12:30, 13:15-17:00")
	p.Follow(`.edit-save .button-main`)
	p.WaitUntil("the draft is kept", `document.querySelector('[name="hours-mon"]').value === "09:00-12:30, 13:15-17:00" && !!document.querySelector(".draft-bar")`)
	p.Go(calendar + "/what-if")
	p.WaitForText("main", "Due later")
	p.Accessible()
	p.Go(calendar + "/draft/changes")
	p.WaitForText("main", "With this calendar the example “Raised just before the weekend”") // which complaints promise
	if p.Count(`form[action$="/draft/publish"]`) > 0 {
		t.Error("a calendar on which an example does not hold can be published")
	}
	p.Accessible()
	p.Go(calendar + "/draft")
	for _, day := range []string{"mon", "fri"} {
		p.Type(`[name="hours-`+day+`"]`, "09:00-17:00")
	}
	closed := time.Now().AddDate(0, 0, 1)
	for closed.Weekday() == time.Saturday || closed.Weekday() == time.Sunday {
		closed = closed.AddDate(0, 0, 1)
	}
	p.Type(`[name="dates"]`, closed.Format(time.DateOnly)+" Move to another house")
	p.Follow(`.edit-save .button-main`)
	p.Go(calendar + "/draft/changes")
	p.WaitForText("main", "Move to another house")
	p.Submit(`form[action$="/draft/publish"]`)
	p.WaitURL("/configuration/calendars/northmoor-offices")

	p.Go(calendar + "/recalculate")
	p.WaitForText("main", "on an older version")
	p.Accessible()
	pictured(p, "recalculate")
	p.Submit(`form[action$="/recalculate"]`)
	p.WaitForText("main", "Moved just now")
	for p.Count(`form[action$="/recalculate"]`) > 0 && strings.Contains(p.Text("main"), "on an older version") {
		p.Submit(`form[action$="/recalculate"]`)
		p.WaitForText("main", "Moved just now")
	}
	p.Accessible()
	pictured(p, "recalculated")
}

// quote writes words as JavaScript does.
func quote(words string) string {
	return "`" + strings.NewReplacer("`", "\\`", "\\", "\\\\", "${", "\\${").Replace(words) + "`"
}
