package routinepages_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
)

const (
	list = "/configuration/types/complaint/draft?section=routines"
	at   = list + "&item=routines/nudge"
)

func TestSavedAsItStandsARoutineDoesNotChange(t *testing.T) {
	s := open(t, nudge(),
		core.Routine{Key: "before", Name: core.Plain("Before"), When: core.Trigger{Field: "hearing-date", Before: core.Span{Count: 2, Unit: core.Days}}, If: `event.kind == "" || case.age > days(3) || fields.hearing_date < date("2026-12-24")`, Do: []core.Do{note("x")}},
		core.Routine{Key: "on", Name: core.Plain("On"), Off: true, When: core.Trigger{Field: "hearing-date"}, If: `case.subject.startsWith("A") && size(case.subject) > 3`, Do: []core.Do{{Webhook: "crm"}, {Run: "plugin:casement.outcome/outcome"}}},
		core.Routine{Key: "every", Name: core.Plain("Every"), When: core.Trigger{Every: "0 9 * * 1"}, If: `case.assigned && !case.has_place && "status" in event.changed`, Do: []core.Do{{Command: "case.set_field", With: core.Arguments{"field": "depth", "value": 3.0}}, {Command: "case.set_field", With: core.Arguments{"field": "finding", "value": "upheld"}}}},
		core.Routine{Key: "event", Name: core.Text{"en": "Event", "cy": "Digwyddiad"}, When: core.Trigger{On: core.CaseResolved}, Do: []core.Do{{Message: "sorry", To: "manage"}}},
	)
	for _, key := range []string{"nudge", "before", "on", "every", "event"} {
		for _, written := range []string{"", "/expression"} {
			s.press(303, list+"&item=routines/"+key+written, "save")
			if _, k := s.drafted(key); k.Kept {
				t.Errorf("saving %s%s as it stands led to %+v", key, written, k.Changes)
			}
		}
	}
}

func TestEachKindOfTriggerIsChosenAndRead(t *testing.T) {
	s := open(t, nudge())
	for _, tt := range []struct {
		typed []string
		want  string
	}{
		{[]string{"when-kind", "on", "when-on", "task.completed"}, "on task.completed"},
		{[]string{"when-kind", "quiet", "when-quiet", "28 days", "when-batch", ""}, "quiet for 28 days"},
		{[]string{"when-kind", "date", "when-span", "5 working days", "when-side", "before", "when-field", "hearing-date", "when-batch", "20"}, "5 working days before “hearing-date”, 20 cases at once"},
		{[]string{"when-kind", "date", "when-span", "1 week", "when-side", "after", "when-field", "hearing-date", "when-batch", ""}, "1 week after “hearing-date”"},
		{[]string{"when-kind", "date", "when-side", "on", "when-field", "hearing-date"}, "on the day of “hearing-date”"},
		{[]string{"when-kind", "every", "when-every", "0 9 * * 1"}, "every 0 9 * * 1"},
	} {
		s.press(303, at, "save", tt.typed...)
		r, k := s.drafted("nudge")
		if r.When.String() != tt.want || len(k.Findings) > 0 {
			t.Errorf("%q is %s, %v", tt.typed, r.When, k.Findings)
		}
	}
	_, page := s.press(422, at, "save", "when-kind", "quiet", "when-quiet", "soon", "do-0-with-body", "Half written")
	if got := page.Find("#in-when-quiet").AttrOr("value", ""); got != "soon" {
		t.Errorf("what was typed became %q", got)
	}
	if page.Find(`[name="do-0-with-body"]`).Text() != "Half written" || !strings.Contains(page.Find(".error-summary").Text(), "length of time") {
		t.Errorf("the page says %q", page.Find(".error-summary").Text())
	}
	s.press(303, at, "save", "when-kind", "every", "when-every", "whenever")
	if text := s.get(at).Find(".routine").Text(); !strings.Contains(text, "Error:") {
		t.Error("a schedule that is none is shown without its finding")
	}
}

func TestAConditionIsRowsAndAnExpression(t *testing.T) {
	s := open(t, nudge())
	page := s.get(at)
	if page.Find(".rule").Length() != 2 || page.Find(`input[name="if-0-value"][checked]`).Length() != 2 || page.Find(`[name="if-1-value"]`).AttrOr("value", "") != "2" {
		t.Fatal("the rows do not stand there")
	}
	s.press(303, at, "row", "row-new", "fields.finding")
	s.press(303, at, "save", "if-2-op", "is_not", "if-2-value", "upheld", "if-join", "any")
	want := `case.status in ["new", "in-progress"] || fields.depth > 2.0 || fields.finding != "upheld"`
	if r, k := s.drafted("nudge"); r.If != want || len(k.Findings) > 0 {
		t.Fatalf("the rows are %s, %v", r.If, k.Findings)
	}
	s.press(303, at, "row-remove:2")
	to, _ := s.press(303, at, "expression")
	page = s.get(to)
	if text := strings.TrimSpace(page.Find("#if-text").Text()); text != `case.status in ["new", "in-progress"] || fields.finding != "upheld"` {
		t.Errorf("the expression is %s", text)
	}
	if names := page.Find(".routine-names").Text(); !strings.Contains(names, "fields.hearing_date") || !strings.Contains(names, "Date of the hearing") || !strings.Contains(names, "given(") {
		t.Error("the names are not listed with their meaning")
	}
	// A mistake is kept as it was typed, with where it is.
	s.press(303, to, "save", "if-text", `case.stauts == "new"`)
	page = s.get(at)
	if page.Find("#if-text").Length() != 1 || !strings.Contains(page.Find("#if-text").Text(), "stauts") {
		t.Fatal("what was typed is gone")
	}
	if finding := page.Find("#if-text-error"); !strings.Contains(finding.Text(), "At letter 1") || !strings.Contains(finding.Text(), "case.status") || finding.Find("mark").Text() != "case.stauts" {
		t.Errorf("the finding is %q", finding.Text())
	}
	s.press(422, at, "rows")
	s.press(422, at, "rows", "if-text", `size(case.subject) > 3`)
	s.press(303, at, "rows", "if-text", `case.assigned`)
	if page = s.get(at); page.Find(".rule").Length() != 1 {
		t.Error("it is not shown as rows again")
	}
}

func TestARowThatIsAboutSomethingElseBeginsAnew(t *testing.T) {
	s := open(t, nudge())
	s.press(303, at, "save", "if-0-name", "case.quiet", "if-1-name", "requester.known")
	if r, _ := s.drafted("nudge"); r.If != `case.quiet > days(1) && requester.known` {
		t.Errorf("the rows are %s", r.If)
	}
	_, page := s.press(422, at, "save", "if-0-value", "some")
	if page.Find(`[name="if-0-value"]`).AttrOr("value", "") != "some" || !strings.Contains(page.Find(".error-summary").Text(), "Condition 1") {
		t.Errorf("the page says %q", page.Find(".error-summary").Text())
	}
}

func TestActionsAreAddedFilledInMovedAndTakenAway(t *testing.T) {
	s := open(t, nudge())
	for _, what := range []string{"command:case.change_priority", "message", "webhook:crm", "run:casement.outcome/outcome"} {
		s.press(303, at, "action", "action-new", what)
	}
	s.press(422, at, "action", "action-new", "")
	if page := s.get(at); page.Find(`select[name="do-3-with-to"] option`).Length() != 4 {
		t.Error("the priorities are not to choose from")
	}
	if s.get(at).Find(".action").Eq(3).Find("details[open]").Length() == 0 {
		t.Error("a command that takes something and is given nothing is closed")
	}
	s.press(303, at, "save", "do-3-with-to", "high", "do-4-to", "assignee", "do-4-message", "sorry")
	s.press(303, at, "action-up:7")
	s.press(303, at, "action-remove:1")
	r, k := s.drafted("nudge")
	var got []string
	for _, do := range r.Do {
		got = append(got, do.String())
	}
	want := []string{"send “nudge” to: requester", "case.escalate (reason: vulnerable)", "case.change_priority (to: high)", "send “sorry” to: assignee", "run casement.outcome/outcome", "call the webhook “crm”"}
	if !slices.Equal(got, want) || len(k.Findings) > 0 {
		t.Errorf("it does %q, %v", got, k.Findings)
	}
	s.press(303, at, "save", "do-2-command", "case.change_status")
	if r, k := s.drafted("nudge"); r.Do[2].Command != "case.change_status" || len(k.Findings) == 0 {
		t.Errorf("another command is %s, %v", r.Do[2], k.Findings)
	}
}

func TestTheListSaysWhatSetsOffARoutineAndSwitchesIt(t *testing.T) {
	s := open(t, nudge(), core.Routine{Key: "raised", Name: core.Plain("Thank"), When: core.Trigger{On: core.CaseRaised}, Do: []core.Do{note("Thanks")}})
	s.Raise(t)
	s.settle()
	page := s.get(list)
	if row := page.Find("tbody tr").Eq(0).Text(); !strings.Contains(row, "When nothing has happened for 3 working days") || !strings.Contains(row, "never") {
		t.Errorf("the first row says %q", row)
	}
	if row := page.Find("tbody tr").Eq(1).Text(); !strings.Contains(row, "When the case is raised") || !strings.Contains(row, "Today 10:00") {
		t.Errorf("the second row says %q", row)
	}
	s.press(303, list, "switch:raised")
	if r, _ := s.drafted("raised"); !r.Off {
		t.Error("it is still on")
	}
	s.press(303, list, "up:routines/raised")
	to, _ := s.press(303, list, "add:routines", "name", "Say sorry")
	if r, k := s.drafted("say-sorry"); k.Document.CaseType.Routines[0].Key != "raised" || r.When.On != core.CaseRaised || !strings.Contains(s.get(to).Text(), "Routine 3 of 3") {
		t.Errorf("the list is %+v", k.Document.CaseType.Routines)
	}
	meaning := s.get(at).Find("aside").Text()
	for _, words := range []string{"When nothing has happened for 3 working days, and only if status is one of New, In progress, and depth in centimetres is more than 2: add a note", "; then escalate the case (reason: Vulnerable person)", "50 cases at once", "Try on one case", "The last 90 days"} {
		if !strings.Contains(meaning, words) {
			t.Errorf("beside it is not said %q: %s", words, meaning)
		}
	}
}

func TestADraftThatWasChangedMeanwhileIsNotOverwritten(t *testing.T) {
	s := open(t, nudge())
	form := sent(s.get(at).Find("form.edit-form"))
	s.press(303, at, "save", "when-quiet", "4 working days")
	form.Set("do", "save")
	form.Set("when-quiet", "5 working days")
	status, _, page := s.send("POST", "/configuration/types/complaint/draft", form)
	if r, _ := s.drafted("nudge"); status != 409 || r.When.Quiet.Count != 4 || page.Find("#in-when-quiet").AttrOr("value", "") != "5 working days" {
		t.Errorf("%d, %s", status, r.When)
	}
}

func TestWhatCannotBeNamedIsNotTaken(t *testing.T) {
	s := open(t, nudge())
	before, _ := s.drafted("nudge")
	for _, typed := range [][]string{
		{"when-kind", "nonsense"}, {"when-batch", "-1"}, {"when-kind", "date", "when-side", "before", "when-span", "2 days", "when-field", ""}, {"when-kind", "date", "when-field", "hearing-date", "when-span", ""},
	} {
		s.press(422, at, "save", typed...)
	}
	if after, k := s.drafted("nudge"); k.Kept || !reflect.DeepEqual(before, after) {
		t.Errorf("it became %+v", after)
	}
}

func TestRoutinesThatMaySetOffEachOtherAreShownBeforeTheyRun(t *testing.T) {
	s := open(t, nudge(),
		core.Routine{Key: "urgent", Name: core.Plain("Make it urgent"), When: core.Trigger{On: core.NoteAdded}, Do: []core.Do{{Command: "case.change_priority", With: core.Arguments{"to": "high"}}}},
		core.Routine{Key: "say", Name: core.Plain("Say so"), When: core.Trigger{On: core.PriorityChanged}, Do: []core.Do{{Webhook: "crm"}}},
	)
	page := s.get(list)
	if page.Find(".chain").Length() != 2 || !strings.Contains(page.Find(".chain").Text(), "Change the priority: the priority changes") || page.Find(".chain-loop").Length() != 0 {
		t.Errorf("without a circle it shows %q", page.Find(".chain").Text())
	}
	s.press(303, list+"&item=routines/say", "action", "action-new", "command:note.add")
	s.press(303, list+"&item=routines/say", "save", "do-1-with-body", "It is urgent")
	page = s.get(list + "&item=routines/say")
	if got := page.Find(".chain-loop").Text(); !strings.Contains(got, "“Make it urgent” may set off “Say so”, which may set off “Make it urgent” again.") {
		t.Errorf("the circle is told as %q", got)
	}
	if steps := page.Find(".chain-step"); steps.Length() != 3 || steps.Find("strong").Text() != "Say so" || steps.Find("a").Length() != 2 {
		t.Errorf("it is drawn as %q", steps.Text())
	}
	page = s.get("/configuration/types/complaint/draft/changes")
	if got := page.Find("#warnings").Text(); !strings.Contains(got, "which may set off “Make it urgent” again") || page.Find("#findings").Length() != 0 {
		t.Errorf("before publishing it says %q", got)
	}
	if page.Find("form button.button-main").Length() == 0 || page.Find(".config-side .chain").Length() == 0 {
		t.Error("it cannot be published, or the chain is not drawn there")
	}
}
