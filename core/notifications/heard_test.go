package notifications_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/questions"
)

func TestNobodyIsWrittenToAboutTheirOwnAction(t *testing.T) {
	o := open(t)
	id := o.raise(t, "complaint")
	o.letters(t, id)
	o.Do(t, o.Priya, id, &cases.Assign{To: o.Priya.StaffID()})
	wants(t, "took it herself", o.letters(t, id))
	o.Do(t, o.Priya, id, &questions.Ask{Body: "Which day?"})
	o.letters(t, id)
	o.Do(t, o.Priya, id, &questions.RecordAnswer{No: 1, Answer: "Tuesday", Channel: core.ChannelTelephone})
	wants(t, "wrote down the answer to her own question", o.letters(t, id))
	o.Do(t, o.Priya, id, &cases.Escalate{Reason: "press"})
	wants(t, "escalated her own case", o.letters(t, id), "case.escalated escalation escalated yusuf@northmoor.example")
}

func TestARestrictedCaseIsToldToThoseNamedOnItAlone(t *testing.T) {
	o := open(t)
	id := o.raise(t, "complaint")
	o.letters(t, id)
	o.restrict(t, id)
	o.Do(t, o.amara(), id, &notes.AddUpdate{Body: "More"})
	wants(t, "nobody is named", o.letters(t, id))
	o.exec(t, `INSERT INTO case_access (actor_kind, actor_id, case_id, why, at) VALUES ('staff', $1, $2, 'named', $3)`, o.Tomasz.ID, id, casestest.Start)
	o.Do(t, o.amara(), id, &notes.AddUpdate{Body: "Even more"})
	wants(t, "Tomasz is named", o.letters(t, id), "update.added assignee update-received tomasz@northmoor.example")
}

func TestWhoHasLeftOrLostTheCaseIsNotWrittenTo(t *testing.T) {
	o := open(t)
	id := o.raise(t, "complaint")
	o.Do(t, o.Priya, id, cases.Claim{})
	o.Do(t, o.Priya, id, &questions.Ask{Body: "Which day?"})
	o.letters(t, id)
	o.exec(t, `UPDATE staff_users SET active = false WHERE id = $1`, o.Priya.ID)
	o.Do(t, o.amara(), id, &questions.Answer{No: 1, Answer: "Tuesday"})
	wants(t, "the asker has left", o.letters(t, id), "question.answered asker question-answered tomasz@northmoor.example")

	id = o.raise(t, "complaint")
	o.letters(t, id)
	o.Do(t, o.Tomasz, id, &cases.Reassign{Group: "highways", To: o.Ines.StaffID(), Reason: "wrong-team"})
	o.Do(t, o.Ines, id, &cases.Reassign{Group: "complaints-team", Reason: "wrong-team"})
	wants(t, "handed on before anybody was told", o.letters(t, id), "case.reassigned manage reassigned-group tomasz@northmoor.example")
}

func TestAGroupWithASharedMailboxGetsOneLetterThere(t *testing.T) {
	o := open(t)
	o.exec(t, `UPDATE groups SET email = 'complaints@northmoor.example' WHERE key = 'complaints-team'`)
	id := o.raise(t, "complaint")
	wants(t, "raised", o.letters(t, id), "case.raised requester confirmation "+amaraMail, "case.raised manage new-case complaints@northmoor.example")
}

func TestAnEventThatIsHeardTwiceIsToldOnce(t *testing.T) {
	o := open(t)
	id := o.raise(t, "complaint")
	if n := len(o.letters(t, id)); n != 3 {
		t.Fatalf("%d letters", n)
	}
	o.exec(t, `UPDATE cases SET reacted_to = 0 WHERE id = $1`, id)
	wants(t, "heard again", o.letters(t, id))
}

func TestAnImportTellsNobody(t *testing.T) {
	o := open(t)
	id := core.NewID[core.CaseID]()
	raise := &cases.Raise{Type: "complaint", Subject: "Old", Channel: core.ChannelLetter, Requester: o.Amara, Contact: core.Contact{Email: amaraMail}}
	request := cases.One(id, 0, raise)
	request.Origin = core.OriginImport
	if _, err := o.Cases.Do(t.Context(), core.SystemActor(), request); err != nil {
		t.Fatal(err)
	}
	wants(t, "imported", o.letters(t, id))
	if o.delivered != 0 {
		t.Error("a delivery was queued for nothing")
	}
}

func TestAnAnonymousCaseTellsStaffAlone(t *testing.T) {
	o := open(t)
	id := o.raiseBy(t, core.AnonymousActor(), &cases.Raise{Type: "complaint", Subject: "Something", Anonymous: true})
	got := o.letters(t, id)
	wants(t, "raised", got, "case.raised manage new-case priya@northmoor.example", "case.raised manage new-case tomasz@northmoor.example")
	o.Do(t, o.Priya, id, &notes.Add{Body: "Thank you", Audience: core.Public})
	wants(t, "a public note", o.letters(t, id))
	seen, err := o.Cases.Find(t.Context(), o.Priya, o.Case(t, id).Ref, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	if unsaid, err := o.Unreached(t.Context(), seen); err != nil || len(unsaid) != 0 {
		t.Errorf("nobody is there to be reached, but %v, %v", unsaid, err)
	}
}

func TestWhatSomebodyWithoutEmailWasNotToldIsListed(t *testing.T) {
	o := open(t)
	id := o.raiseBy(t, o.Priya, &cases.Raise{Type: "complaint", Subject: "By telephone", Channel: core.ChannelTelephone,
		Requester: o.Brendan, Contact: core.Contact{Name: "Brendan Walsh", Phone: "01632 960 001"}})
	o.Do(t, o.Priya, id, &notes.Add{Body: "We have begun", Audience: core.Public})
	o.Do(t, o.Priya, id, &notes.Add{Body: "Between us"})
	seen, err := o.Cases.Find(t.Context(), o.Priya, o.Case(t, id).Ref, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	unsaid := func() string {
		t.Helper()
		list, err := o.Unreached(t.Context(), seen)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, u := range list {
			kinds = append(kinds, string(u.Event))
		}
		return strings.Join(kinds, " ")
	}
	if got := unsaid(); got != "" {
		t.Errorf("before anybody was to be told: %q", got)
	}
	wants(t, "no address", o.letters(t, id), "case.raised manage new-case tomasz@northmoor.example")
	if got := unsaid(); got != "case.raised note.added" {
		t.Errorf("not told of %q", got)
	}
	o.Do(t, o.Priya, id, &cases.ChangeContact{Contact: core.Contact{Name: "Brendan Walsh", Email: "brendan@example.org"}})
	wants(t, "an address", o.letters(t, id), "case.contact_changed requester contact-changed brendan@example.org")
	seen, err = o.Cases.Find(t.Context(), o.Priya, seen.Case.Ref, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	if got := unsaid(); got != "case.raised note.added" {
		t.Errorf("with an address since, not told of %q", got)
	}
}

func TestTheRequesterIsGivenPublicWordsAndLinksOfTheirOwn(t *testing.T) {
	o := open(t)
	id := o.raiseBy(t, o.amara(), &cases.Raise{Type: "complaint", Subject: "Bins", Requester: o.Amara,
		Contact:    core.Contact{Name: "Amara Okonkwo-Lindqvist", Email: amaraMail},
		Submission: &core.Submission{Form: "x", Answers: map[string]any{}, Review: []core.ReviewRow{{Question: "What went wrong?", Answer: "Bins missed"}}}})
	track := base + "/track/" + o.Cases.TrackingToken(id)
	got := o.letters(t, id)
	confirmation := got[len(got)-1]
	// Raised on Tuesday 17 November: ten working days later is Tuesday 1 December.
	for _, words := range []string{"Dear Amara Okonkwo-Lindqvist", track, "What went wrong? – Bins missed", "an answer by Tuesday 1 December 2026"} {
		if !strings.Contains(confirmation.Text, words) {
			t.Errorf("the confirmation lacks %q:\n%s", words, confirmation.Text)
		}
	}
	if staff := got[0].Text; strings.Contains(staff, "/track/") || !strings.Contains(staff, base+"/cases/"+string(o.Case(t, id).Ref)) {
		t.Errorf("staff read\n%s", staff)
	}
	o.Do(t, o.Priya, id, &questions.Ask{Body: "Which day?"})
	question := o.letters(t, id)[0]
	all, err := o.questions.OfCase(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if link := base + "/answer/" + o.questions.Token(all[0]); !strings.Contains(question.Text, link) {
		t.Errorf("the question lacks %s:\n%s", link, question.Text)
	}
	o.Do(t, o.amara(), id, &questions.Answer{No: 1, Answer: "Tuesday"})
	if answered := o.letters(t, id)[0].Text; strings.Contains(answered, "/answer/") || !strings.Contains(answered, "Tuesday") {
		t.Errorf("the asker reads\n%s", answered)
	}
}

func TestStaffDoNotGetTheLinksOfTheRequesterWithTheMessagesOfACase(t *testing.T) {
	o := open(t)
	id := o.raise(t, "complaint")
	o.Do(t, o.Priya, id, &questions.Ask{Body: "Which day?"})
	o.letters(t, id)
	all, err := o.questions.OfCase(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{o.Cases.TrackingToken(id), o.questions.Token(all[0])}
	list, err := o.messages.OfCase(t.Context(), id)
	if err != nil || len(list) != 4 {
		t.Fatalf("%d messages, %v", len(list), err)
	}
	for _, e := range list {
		one, err := o.messages.FindOfCase(t.Context(), id, e.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			if strings.Contains(e.Text+one.Text+one.HTML, secret) {
				t.Errorf("%s to %s gives staff %s", e.Event, e.Audience, secret)
			}
		}
	}
}

func TestTimesAreWrittenInTheZoneOfTheOrganisation(t *testing.T) {
	o := open(t)
	o.Publish(t, "organisation", "organisation", `{"name": "Northmoor", "zone": "Europe/London"}`)
	o.Clock.Set(time.Date(2027, 6, 15, 9, 0, 0, 0, time.UTC)) // ten o'clock in London
	id := o.raise(t, "complaint")
	o.Clock.Set(time.Date(2027, 7, 10, 9, 0, 0, 0, time.UTC))
	if err := o.targets.StepCase(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	var found bool
	for _, l := range o.letters(t, id) {
		found = found || l.Event == "target.breached" && strings.Contains(l.Text, "Full response: Tuesday 29 June 2027, 10:00am")
	}
	if !found {
		t.Error("no letter about the breach says when it was due, in London")
	}
}

func TestAnAnswerThatComesFirstMakesTheLetterNeedless(t *testing.T) {
	o := open(t)
	id := o.raise(t, "complaint")
	o.letters(t, id)
	o.Do(t, o.Priya, id, &questions.Ask{Body: "Which day?"})
	o.Do(t, o.Tomasz, id, &questions.RecordAnswer{No: 1, Answer: "Tuesday", Channel: core.ChannelTelephone})
	wants(t, "asked and answered", o.letters(t, id), "question.answered asker question-answered priya@northmoor.example")
}

func TestATemplateThatIsGoneKeepsNobodyElseFromBeingTold(t *testing.T) {
	o := open(t)
	ct, err := o.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	broken := *ct
	broken.Messages = core.MessageTable{"case.raised": {"requester": "gone", "manage": "new-case"}}
	raw, err := json.Marshal(broken)
	if err != nil {
		t.Fatal(err)
	}
	o.Publish(t, "case_type", "complaint", string(raw))
	id := o.raise(t, "complaint")
	wants(t, "raised", o.letters(t, id), "case.raised manage new-case priya@northmoor.example", "case.raised manage new-case tomasz@northmoor.example")
}
