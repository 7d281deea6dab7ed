package notifications_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/core/tasks"
)

// change publishes a case type that differs.
func (o *office) change(t *testing.T, key string, change func(*core.CaseType)) {
	t.Helper()
	live, err := o.Types.Published(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(live)
	if err != nil {
		t.Fatal(err)
	}
	var ct core.CaseType
	if err := json.Unmarshal(raw, &ct); err != nil {
		t.Fatal(err)
	}
	change(&ct)
	if raw, err = json.Marshal(ct); err != nil {
		t.Fatal(err)
	}
	o.Publish(t, casetypes.KindCaseType, key, string(raw))
}

// missing lists the names that letters went out without.
func (o *office) missing(t *testing.T) []string {
	t.Helper()
	rows, err := o.Pool.Query(t.Context(), `SELECT event_kind || ' ' || audience || ' ' || template || ': ' || array_to_string(missing, ', ') FROM outbox WHERE missing <> '{}'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		out = append(out, line)
	}
	return out
}

func TestASwitchedOffCellTellsNobodyAndKeepsItsTemplate(t *testing.T) {
	o := open(t)
	o.change(t, "complaint", func(ct *core.CaseType) { ct.Mail.Off = []string{"case.raised requester"} })
	wants(t, "raised", o.letters(t, o.raise(t, "complaint")),
		"case.raised manage new-case priya@northmoor.example", "case.raised manage new-case tomasz@northmoor.example")
	o.change(t, "complaint", func(ct *core.CaseType) { ct.Mail.Off = nil })
	wants(t, "switched on again", o.letters(t, o.raise(t, "complaint")), "case.raised requester confirmation "+amaraMail,
		"case.raised manage new-case priya@northmoor.example", "case.raised manage new-case tomasz@northmoor.example")
}

func TestQuietGroupsHearNothingOfNewAndReassignedCasesAndStillOfTheRest(t *testing.T) {
	o := open(t)
	o.change(t, "complaint", func(ct *core.CaseType) { ct.Mail.QuietGroup = true })
	id := o.raise(t, "complaint")
	wants(t, "raised", o.letters(t, id), "case.raised requester confirmation "+amaraMail)
	o.Do(t, o.Priya, id, &cases.Reassign{Group: "highways", Reason: "wrong-team"})
	wants(t, "handed to a group", o.letters(t, id))
	o.Do(t, o.Ines, id, &cases.Reassign{Group: "complaints-team", To: o.Tomasz.StaffID(), Reason: "wrong-team"})
	wants(t, "handed to a person", o.letters(t, id), "case.reassigned assignee assigned tomasz@northmoor.example")
	o.Do(t, o.Tomasz, id, cases.Release{})
	o.letters(t, id)
	o.Do(t, o.amara(), id, &notes.AddUpdate{Body: "Still nothing"})
	wants(t, "an update nobody has", o.letters(t, id),
		"update.added assignee update-received priya@northmoor.example", "update.added assignee update-received tomasz@northmoor.example")
	o.Do(t, o.Priya, id, &cases.Escalate{Reason: "press"})
	wants(t, "escalated", o.letters(t, id), "case.escalated assignee escalated tomasz@northmoor.example", "case.escalated escalation escalated yusuf@northmoor.example")
}

// The lines that no shipped type has switched on are sent all the same once
// somebody switches them on.
func TestTheLinesThatAreOffAsShippedTellWhomTheyShould(t *testing.T) {
	o := open(t)
	o.change(t, "complaint", func(ct *core.CaseType) {
		for event, cells := range map[string]map[string]string{
			"note.added": {"requester": "public-note", "assignee": "colleague-note"}, "case.status_changed": {"requester": "status-changed"},
			"task.cancelled": {"receiver": "task-cancelled"}, "task.completed": {"assignee": "task-completed"}, "task.all_done": {"assignee": "tasks-done"},
		} {
			ct.Messages[event] = cells
		}
	})
	id := o.raise(t, "complaint")
	o.Do(t, o.Priya, id, cases.Claim{})
	o.letters(t, id)
	o.Do(t, o.Tomasz, id, &notes.Add{Body: "Look at page 3"})
	wants(t, "a colleague's note", o.letters(t, id), "note.added assignee colleague-note priya@northmoor.example")
	o.Do(t, o.Priya, id, &notes.Add{Body: "I did"})
	wants(t, "her own note", o.letters(t, id))
	o.Do(t, o.Tomasz, id, &notes.Add{Body: "We are on it", Audience: core.Public})
	wants(t, "a public note", o.letters(t, id), "note.added requester public-note "+amaraMail, "note.added assignee colleague-note priya@northmoor.example")

	for _, title := range []string{"Look", "Ask", "Write"} {
		o.Do(t, o.Priya, id, &tasks.Add{Title: title, Group: "highways"})
	}
	o.letters(t, id)
	o.Do(t, o.Priya, id, &tasks.Cancel{No: 1, Reason: "Not needed"})
	wants(t, "a task cancelled", o.letters(t, id), "task.cancelled receiver task-cancelled ines@northmoor.example")
	for no := 2; no <= 3; no++ {
		o.Do(t, o.Ines, id, &tasks.Claim{No: no})
		o.Do(t, o.Ines, id, &tasks.Complete{No: no, Outcome: "Done"})
		if no == 2 {
			wants(t, "a task done", o.letters(t, id), "task.completed assignee task-completed priya@northmoor.example")
		}
	}
	wants(t, "the last task done", o.letters(t, id), "task.all_done assignee tasks-done priya@northmoor.example")
	o.Do(t, o.Tomasz, id, &cases.ChangeStatus{To: "waiting"})
	wants(t, "the status changed", o.letters(t, id), "case.status_changed requester status-changed "+amaraMail)
	if missing := o.missing(t); len(missing) > 0 {
		t.Errorf("shipped templates went out without: %q", missing)
	}
}

// Who is asked by the function that sends: what it says is what is then sent.
func TestWhoWouldBeToldIsWhoIsTold(t *testing.T) {
	o := open(t)
	id := o.raise(t, "complaint")
	o.letters(t, id)
	ask := func(event core.EventKind, by core.Actor) (to, not []string) {
		t.Helper()
		seen, err := o.Cases.Find(t.Context(), o.Priya, o.Case(t, id).Ref, core.MayView)
		if err != nil {
			t.Fatal(err)
		}
		told, err := o.Who(t.Context(), seen, notifications.Asked{Event: event, By: by})
		if err != nil {
			t.Fatal(err)
		}
		for _, audience := range told {
			for _, h := range audience.To {
				to = append(to, string(event)+" "+audience.Audience+" "+audience.Template+" "+h.Email)
				if h.Why == "" {
					t.Errorf("%s: no reason for %s", event, h.Name)
				}
			}
			for _, h := range audience.Not {
				not = append(not, h.Name+": "+h.Why)
			}
		}
		return to, not
	}
	check := func(what string, event core.EventKind, by core.Actor, do func()) []string {
		t.Helper()
		to, not := ask(event, by)
		do()
		wants(t, what, o.letters(t, id), to...)
		return not
	}
	not := check("an update", core.UpdateAdded, o.amara(), func() { o.Do(t, o.amara(), id, &notes.AddUpdate{Body: "More"}) })
	if len(not) != 0 {
		t.Errorf("not told are %q", not)
	}
	if err := o.SetPreferences(t.Context(), o.Tomasz, notifications.Preferences{Hour: 8, How: map[core.EventKind]notifications.How{core.UpdateAdded: notifications.InDigest}}); err != nil {
		t.Fatal(err)
	}
	not = check("an update, with a digest", core.UpdateAdded, o.amara(), func() { o.Do(t, o.amara(), id, &notes.AddUpdate{Body: "Even more"}) })
	if len(not) != 1 || !strings.HasSuffix(not[0], "wants it in the daily digest") {
		t.Errorf("not told are %q", not)
	}
	check("a public note", core.NoteAdded, o.Priya, func() { o.Do(t, o.Priya, id, &notes.Add{Body: "Hello", Audience: core.Public}) })
	not = check("escalated", core.CaseEscalated, o.Priya, func() { o.Do(t, o.Priya, id, &cases.Escalate{Reason: "press"}) })
	if !slices.ContainsFunc(not, func(line string) bool { return strings.HasSuffix(line, "did it themselves") }) {
		t.Errorf("not told are %q", not)
	}
	check("resolved", core.CaseResolved, o.Tomasz, func() { o.Do(t, o.Tomasz, id, &cases.ChangeStatus{To: "resolved"}) })
	check("closed", core.CaseClosed, o.Tomasz, func() { o.Do(t, o.Tomasz, id, &cases.Close{Reason: "upheld"}) })
	if to, not := ask(core.QuestionAnswered, o.amara()); len(to) != 0 || !slices.Contains(not, ": no such question is open") && !slices.Contains(not, ": there is no such question") {
		t.Errorf("a question that was never asked tells %q, and not %q", to, not)
	}
	if to, not := ask(core.TaskAssigned, o.Priya); len(to) != 0 || !slices.Contains(not, ": there is no such task") {
		t.Errorf("a task that is not there tells %q, and not %q", to, not)
	}
}

func TestATemplateThatShowsWhatItsEventNeverHasIsNotPublished(t *testing.T) {
	o := open(t)
	configurator := core.StaffActor(core.NewID[core.StaffID](), "Con", core.RoleConfigurator)
	ours, _, err := o.messages.Template(t.Context(), "closed-upheld")
	if err != nil {
		t.Fatal(err)
	}
	publish := func(text string) error {
		ours.Languages = map[string]messages.Wording{"en": {Subject: "x", Text: text}}
		_, version, err := o.messages.Template(t.Context(), ours.Key)
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.PublishTemplate(t.Context(), configurator, ours, "", version)
		return err
	}
	for text, fits := range map[string]bool{
		"{{ question.text }}": false, "{{ case.fields.no-such }}": false, "{{ note.text }}": false, "{{ sign_in.link }}": false,
		"{% if question.text %}{{ question.text }}{% endif %}x": true, "{{ case.fields.desired-outcome }}": true, "{{ case.expected }}": true,
	} {
		if err := publish(text); (err == nil) != fits || err != nil && core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: %v", text, err)
		}
	}
	// And the other way round: a case type cannot begin to send what does not fit.
	live, err := o.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	if findings, err := o.Check(t.Context(), casetypes.Document{Kind: casetypes.KindCaseType, Key: "complaint", CaseType: live}); err != nil || len(findings) > 0 {
		t.Errorf("as shipped: %v, %v", findings, err)
	}
	changed := *live
	changed.Messages = core.MessageTable{"case.raised": {"requester": "question"}}
	findings, err := o.Check(t.Context(), casetypes.Document{Kind: casetypes.KindCaseType, Key: "complaint", CaseType: &changed})
	if err != nil || len(findings) != 1 || !strings.Contains(findings[0].Message, "question.") || findings[0].Path != "messages.case.raised.requester" {
		t.Errorf("a question when it is raised: %v, %v", findings, err)
	}
}

func TestACaseTypesOwnWordsAreSentForItsCasesAlone(t *testing.T) {
	o := open(t)
	configurator := core.StaffActor(core.NewID[core.StaffID](), "Con", core.RoleConfigurator)
	own, _, err := o.messages.Template(t.Context(), "confirmation")
	if err != nil {
		t.Fatal(err)
	}
	own.Type, own.Languages = "complaint", map[string]messages.Wording{"en": {Subject: "Ours", Text: "Ours alone."}}
	if _, err := o.PublishTemplate(t.Context(), configurator, own, "", 0); err != nil {
		t.Fatal(err)
	}
	for typeKey, want := range map[string]bool{"complaint": true, "enquiry": false} {
		for _, l := range o.letters(t, o.raise(t, typeKey)) {
			if l.Audience == "requester" && strings.Contains(l.Text, "Ours alone.") != want {
				t.Errorf("%s: %s", typeKey, l.Text)
			}
		}
	}
}
