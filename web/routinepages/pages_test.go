package routinepages_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

func TestARoutineIsTriedOnACaseAndChangesNothing(t *testing.T) {
	s := open(t, nudge())
	id := s.Raise(t)
	s.settle()
	ref := string(s.Case(t, id).Ref)
	s.press(303, at, "save", "if-1-op", "below", "if-1-value", "5")
	kinds := len(s.Kinds(t, id))
	try := "/configuration/types/complaint/routines/nudge/try?case=" + strings.ToLower(ref)
	live := s.get(try)
	if text := live.Text(); !strings.Contains(text, "Would do nothing") || !strings.Contains(text, "As it is live") {
		t.Errorf("what is live says %s", text)
	}
	page := s.get(try + "&draft=1")
	for _, words := range []string{"Its condition holds", "As the draft has it", "Depth in centimetres", "Write to " + ref, "To amara@example.org: “About " + ref + " by nudge”", "Vulnerable person", "Fri 20 Nov 10:00"} {
		if !strings.Contains(page.Text(), words) {
			t.Errorf("it is not said %q: %s", words, page.Find("main").Text())
		}
	}
	if facts := page.Find(".facts").First().Text(); !strings.Contains(facts, "StatusNew") {
		t.Errorf("the names are %q", facts)
	}
	if len(s.Kinds(t, id)) != kinds || len(s.jobs) > 0 {
		t.Error("the case changed")
	}
}

func TestARoutineIsTriedWithTheLastEventThatSetsItOff(t *testing.T) {
	s := open(t, core.Routine{Key: "urgent", Name: core.Plain("Urgent"), When: core.Trigger{On: core.PriorityChanged}, If: `event.after.priority == "high"`, Do: []core.Do{{Message: "sorry", To: "assignee"}}})
	id := s.Raise(t)
	try := "/configuration/types/complaint/routines/urgent/try?case=" + string(s.Case(t, id).Ref)
	if text := s.get(try).Text(); !strings.Contains(text, "That has not happened on this case") || !strings.Contains(text, "Would do nothing") {
		t.Errorf("before, it says %s", text)
	}
	s.Do(t, s.Priya, id, &cases.ChangePriority{To: "high"})
	if text := s.get(try).Text(); !strings.Contains(text, "Tried with the last time that happened here") || !strings.Contains(text, "Its condition holds") || !strings.Contains(text, "Nobody would get it") {
		t.Errorf("after, it says %s", text)
	}
}

func TestOnlyCasesThatTheReaderMaySeeAreTried(t *testing.T) {
	s := open(t, nudge())
	id := s.Raise(t)
	try := "/configuration/types/complaint/routines/nudge/try?case="
	s.by = s.Other
	s.by.Roles = []core.Role{core.RoleConfigurator}
	status, _, page := s.send("GET", try+string(s.Case(t, id).Ref), nil)
	if status != 422 || !strings.Contains(page.Text(), "you may not see it") || strings.Contains(page.Text(), s.Case(t, id).Subject) {
		t.Errorf("%d: %s", status, page.Text())
	}
	status, _, page = s.send("GET", try+"nonsense", nil)
	if status != 422 || page.Find("#try-case").AttrOr("value", "") != "nonsense" {
		t.Errorf("nonsense answers %d", status)
	}
	if status, _, _ := s.send("GET", "/configuration/types/complaint/routines/none/try", nil); status != 404 {
		t.Errorf("a routine that is none answers %d", status)
	}
}

func TestTheLogSaysWhatWasDoneAndWhyNot(t *testing.T) {
	s := open(t,
		core.Routine{Key: "high", Name: core.Plain("Make it high"), When: core.Trigger{On: core.CaseRaised}, If: `case.subtype == "waste"`, Do: []core.Do{{Command: "case.change_priority", With: core.Arguments{"to": "high"}}, {Command: "case.set_field", With: core.Arguments{"field": "depth", "value": "deep {{ case.reference }}"}}}},
		core.Routine{Key: "again", Name: core.Plain("And say so"), When: core.Trigger{On: core.PriorityChanged}, Do: []core.Do{note("High")}},
	)
	here := "/configuration/types/complaint/routines/high"
	if text := s.get(here).Text(); !strings.Contains(text, "Nothing has set it off yet") || !strings.Contains(text, "When the case is raised, and only if subtype is Waste") {
		t.Errorf("empty, it says %s", text)
	}
	id := s.Raise(t)
	s.settle()
	other := core.NewID[core.CaseID]()
	s.Do(t, core.PersonActor(s.Amara, "Amara"), other, &cases.Raise{Type: "complaint", Subject: "A hole", Subtype: "roads", Channel: core.ChannelWeb, Requester: s.Amara})
	s.settle()
	page := s.get(here)
	if page.Find(".routine-runs > li").Length() != 2 {
		t.Fatalf("the log has %s", page.Find(".routine-runs").Text())
	}
	failed := s.get(here + "?which=failed").Find(".routine-runs > li")
	for _, words := range []string{string(s.Case(t, id).Ref), "The case is raised", "Failed", "SubtypeWaste", "Change the priority", "Done", "Refused"} {
		if !strings.Contains(failed.Text(), words) {
			t.Errorf("the run that failed does not say %q: %s", words, failed.Text())
		}
	}
	for which, want := range map[string]int{"fired": 1, "passed": 1, "failed": 1, "stopped": 0} {
		if n := s.get(here + "?which=" + which).Find(".routine-runs > li").Length(); n != want {
			t.Errorf("%d runs %s, want %d", n, which, want)
		}
	}
	if status, _, _ := s.send("GET", here+"?which=nonsense", nil); status != 404 {
		t.Error("there is a filter that is none")
	}
	if status, _, _ := s.send("GET", here+"?after=nonsense", nil); status != 404 {
		t.Error("there is a page that is none")
	}
	if text := s.get("/configuration/types/complaint/routines/again").Find(".routine-runs").Text(); !strings.Contains(text, "by “Make it high”") {
		t.Errorf("the chain is not said: %s", text)
	}
	s.by = s.Other
	s.by.Roles = []core.Role{core.RoleConfigurator}
	if page := s.get(here); page.Find(".routine-runs > li").Length() != 0 || strings.Contains(page.Text(), string(s.Case(t, id).Ref)) {
		t.Error("somebody sees the cases of others in the log")
	}
}

func TestTheLogGoesOnAndShowsTheLooksOfTheClock(t *testing.T) {
	s := open(t, core.Routine{Key: "quiet", Name: core.Plain("Quiet"), When: core.Trigger{Quiet: core.Span{Count: 2, Unit: core.Days}}, If: "case.assigned", Do: []core.Do{note("Quiet")}})
	for range 101 {
		s.Raise(t)
	}
	s.settle()
	s.Clock.Advance(72 * time.Hour)
	if err := s.routines.Tick(t.Context(), s.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	s.settle()
	page := s.get("/configuration/types/complaint/routines/quiet")
	if n := page.Find(".routine-runs > li").Length(); n != 100 {
		t.Fatalf("the first page has %d runs", n)
	}
	if rounds := page.Find("table tbody tr"); rounds.Length() != 1 || !strings.Contains(rounds.Text(), "101") {
		t.Errorf("the looks of the clock are %q", rounds.Text())
	}
	next, err := url.Parse(page.Find(`a[rel="next"]`).AttrOr("href", ""))
	if err != nil {
		t.Fatal(err)
	}
	page = s.get(next.String())
	if n := page.Find(".routine-runs > li").Length(); n != 1 || !strings.Contains(page.Text(), "The newest") {
		t.Errorf("the second page has %d runs", n)
	}
}

func TestAllRoutinesOfATypeAreTriedOnThePastTogether(t *testing.T) {
	urgent := core.Routine{Key: "urgent", Name: core.Plain("Urgent"), When: core.Trigger{On: core.PriorityChanged}, If: `event.after.priority == "high"`, Do: []core.Do{{Message: "sorry", To: "requester"}}}
	off := core.Routine{Key: "noted", Name: core.Plain("Noted"), Off: true, When: core.Trigger{On: core.NoteAdded}, Do: []core.Do{{Message: "sorry", To: "requester"}}}
	s := open(t, urgent, off)
	id, other := s.Raise(t), s.Raise(t)
	s.Do(t, s.Priya, id, &cases.ChangePriority{To: "high"})
	s.Clock.Advance(time.Hour)
	page := s.get("/configuration/types/complaint/past?days=30")
	for _, words := range []string{"All routines that are on", "Urgent", "Noted", "Switched off, so it is not tried here.", "of 2 cases would have been touched, 1 time in all"} {
		if !strings.Contains(page.Find("main").Text(), words) {
			t.Errorf("it is not said %q: %s", words, page.Find("main").Text())
		}
	}
	if rows := page.Find("tbody").Text(); !strings.Contains(rows, string(s.Case(t, id).Ref)) || strings.Contains(rows, string(s.Case(t, other).Ref)) {
		t.Errorf("it lists %s", rows)
	}
	if href := s.get("/configuration/types/complaint/draft?section=routines").Find(`a[href$="/past?draft=1"]`).Length(); href != 1 {
		t.Errorf("%d links lead there from the list", href)
	}
}
