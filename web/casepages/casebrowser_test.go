package casepages_test

import (
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/webtest"
)

// scene raises the complaint of the design's picture and works on it for some
// days.
func (s *caseSite) scene() (core.CaseID, string) {
	t := s.t
	t.Helper()
	at := func(day, hour, minute int) {
		s.Clock.Set(time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC))
	}
	at(13, 16, 50)
	id := core.NewID[core.CaseID]()
	amara := core.PersonActor(s.Amara, "Amara")
	s.Do(t, amara, id, &cases.Raise{
		Type: "complaint", Subject: "Clinical-waste collections missed at Larkspur Court five weeks running", Subtype: "waste", Priority: "high", Channel: core.ChannelWeb,
		Description: "The yellow clinical-waste sacks outside flat 14 have not been collected since 9 October. I have telephoned four times and each time was told it would be “the next working day”. My mother’s dialysis waste is now in the hallway. Please do not tell us to ring again.",
		Requester:   s.Amara, OnBehalfOf: "her mother, Ngozi Okonkwo", Address: "14 Larkspur Court, Chapel Rise, NM4 2QT", Place: &core.Point{Lat: 54.9778, Lng: -1.6129},
		Contact: core.Contact{Name: "Amara Okonkwo-Lindqvist", Email: "a.okonkwo-lindqvist@example.org", Phone: "07700 900482"},
	})
	at(16, 9, 6)
	s.Do(t, s.Priya, id, cases.StartWork{})
	at(16, 11, 20)
	s.Do(t, s.Priya, id, &notes.Add{Body: "Round sheets show “no access, gate locked” on all five dates. The gate code changed on 5 October and nobody told the contractor. @Tomasz Wiśniewski, can you confirm with the contractor before I write to her?"})
	at(17, 11, 50)
	s.Do(t, s.Priya, id, &questions.Ask{Body: "I am sorry about this. Could the crew leave empty containers inside the inner door, and who can let them in on a Thursday morning?"})
	at(18, 15, 0)
	s.Do(t, amara, id, &questions.Answer{No: 1, Answer: "Yes to the inner door. Mrs Ferreira at number 12 is in every Thursday before 11. The new code is with you already; I gave it on the telephone on 22 October."})
	at(18, 16, 31)
	s.Do(t, s.Tomasz, id, &notes.Add{Body: "Confirmed with the depot: code updated, first collection Thursday 26 November, before 10:00. They accept the fault."})
	at(24, 10, 0)
	s.Do(t, s.Priya, id, &targets.Extend{Target: "respond", By: core.Span{Count: 1, Unit: core.WorkingDays}, Reason: "waiting for the contractor’s round sheets"},
		&tasks.Add{Type: "response", Brief: "Apologise, say what changed, offer the refund."}, &cases.SetField{Field: "depth", Value: 12.0})
	at(26, 14, 0)
	return id, "/cases/" + string(s.Case(t, id).Ref)
}

func TestTheCaseInABrowser(t *testing.T) {
	s := newCaseSite(t)
	id, url := s.scene()
	base := s.serve()
	s.send("Priya", url+"/attachments", map[string]string{"public": "1"}, "Sammelbescheinigung_Dialyseabfallentsorgung_2026.pdf", pdf, 303)
	s.send("Priya", url+"/attachments", nil, "round-sheets.txt", "9 October: no access, gate locked", 303)
	s.message(id, "We have your complaint", "sent")
	p := webtest.Open(t, base+"/enter/Priya?to="+url)
	p.WaitForText("h1", "Clinical-waste")
	p.Accessible()

	// What to do next, and an item that opens in its place.
	p.Click("#sum-asked summary")
	p.WaitForText("#sum-asked .summary-more", "Please do not tell us to ring again.")

	// Tabs change the main column; the way back is right.
	p.Click(`.tab[href$="/details"]`)
	p.WaitForText("#tab", "As it was sent")
	p.WaitURL("/details")
	p.Accessible()
	p.Click(`.tab[href$="/history"]`)
	p.WaitForText("#timeline", "They accept the fault")
	p.Back()
	p.WaitForText("#tab", "As it was sent")
	p.WaitURL("/details")

	// A field is changed in its place; what is wrong is said there.
	p.Click("#field-depth .field-edit")
	p.WaitFor("#field-depth input[name=value]")
	p.Type("#field-depth input[name=value]", "deep")
	p.Press("Enter")
	p.WaitForText("#field-depth .error", "Enter a number.")
	p.Accessible()
	p.Type("#field-depth input[name=value]", "14")
	p.Press("Enter")
	p.WaitGone("#field-depth form")
	p.WaitForText("#field-depth", "14")

	// The composer: a key leads to it, the draft is kept, Ctrl Enter sends.
	p.Click(`.tab[href$="/history"]`)
	p.WaitFor("#compose-text")
	p.Accessible()
	p.Press("n")
	p.Type("#compose-text", "Collection happened at 08:40 today.")
	p.WaitForText("#draft-kept", "Draft kept")

	// While it is written, what is new is counted and nothing moves.
	s.Do(t, s.Tomasz, id, &notes.Add{Body: "The depot rang back"})
	last := time.Time{}
	s.until("the new entry is counted", func() bool {
		if time.Since(last) > time.Second { // the page waits until changes have settled
			last = time.Now()
			s.hub.Publish("case:" + string(s.Case(t, id).Ref))
		}
		return webtest.Eval[bool](p, `!!document.querySelector('#timeline-new .new-bar')`)
	})
	if p.Value("#compose-text") != "Collection happened at 08:40 today." || !p.Focused("#compose-text") {
		t.Error("the writer was disturbed")
	}
	p.WaitGone("#toasts .toast") // which passes by over the foot of the page
	p.Click("#timeline-new .new-bar")
	p.WaitForText("#timeline", "The depot rang back")
	p.Click("#compose-text")
	p.Press("Ctrl+Enter")
	p.WaitForText("#timeline .entry-private:last-of-type", "Collection happened at 08:40 today.")
	if p.Value("#compose-text") != "" {
		t.Error("what was sent is still in the composer")
	}

	// An act comes in a dialog; what changed meanwhile is told there.
	p.Click("#case-more > summary")
	p.Click(`#case-more a[href$="/act/reassign"]`)
	p.WaitFor("dialog#act[open] form")
	p.Accessible()
	p.Choose("dialog#act select[name=group]", "highways")
	p.Choose("dialog#act select[name=reason]", "specialist")
	s.Do(t, s.Tomasz, id, &cases.Assign{To: s.Tomasz.StaffID()})
	p.Expect("409")
	p.Click("dialog#act button[type=submit]")
	p.WaitForText("dialog#act .banner-warn", "Somebody changed the case manager")
	if p.Value("dialog#act select[name=group]") != "highways" {
		t.Error("what was chosen is lost")
	}
	if pictureDir() != "" {
		p.Screenshot(picture("case-dialog"), 1440, 1000, false)
	}
	p.Press("Escape")
	p.WaitGone("dialog#act")
	p.Press("p")
	p.WaitFor("dialog#act[open] select[name=to]")
	p.Choose("dialog#act select[name=to]", "low")
	p.Click("dialog#act button[type=submit]")
	p.WaitGone("dialog#act")
	p.WaitForText(".case-line", "Low")
	p.WaitForText("#toasts", "the priority is changed")
	p.WaitForText(".case-strip", "Tomasz")

	// A promise in the head leads to how it was calculated.
	p.Click(".target-link[data-reveal=target-respond]")
	p.WaitForText("#target-respond .ledger", "Allowed")

	// A file is shown without being trusted.
	p.Go(base + url + "/attachments")
	p.WaitForText(".file-table", "round-sheets.txt")
	p.Accessible()
	p.Follow("#file-2 .file-link")
	p.WaitFor("iframe[sandbox]")
	p.Go(base + url + "/emails")
	p.Click(".email-head")
	p.WaitForText(".email-body", "amara@example.org")
	p.Accessible()
	p.Go(base + url + "/tasks")
	p.Accessible()
	p.Go(base + "/cases/new?type=complaint")
	p.Type("#who", "amara")
	p.WaitForText("#callers", "amara@example.org")
	p.Accessible()
	s.pictures(p, base, url)
}

func TestACaseIsWorkedWithoutAScript(t *testing.T) {
	s := newCaseSite(t)
	id, url := s.raised()
	base := s.serve()
	p := webtest.Open(t, base+"/enter/Priya?to="+url, webtest.WithoutScript)
	p.Submit(`form[action$="/act/start-work"]`)
	p.WaitForText(".case-line", "In progress")
	p.Follow(`.stage-link[href*="ombudsman"]`)
	p.WaitForText("h2", "Change stage")
	p.Go(base + url + "/history?write=public#composer")
	p.Type("#compose-text", "We are on it.")
	p.Submit("#composer")
	p.WaitForText("#timeline", "We are on it.")
	if cs := s.Case(t, id); cs.Assignee != s.Priya.StaffID() || cs.FirstResponseAt.IsZero() {
		t.Errorf("the case is %+v", cs)
	}
}

// message puts a message of the case into the outbox.
func (s *caseSite) message(id core.CaseID, subject, state string) {
	s.t.Helper()
	if _, err := s.Pool.Exec(s.t.Context(), `INSERT INTO outbox (id, case_id, event_kind, audience, template, recipient, subject, body_text, message_id, state, created_at, sent_at)
		VALUES ($1, $2, 'case.raised', 'requester', 'confirmation', 'amara@example.org', $3, $4, $3, $5, $6, $6)`,
		core.NewID[core.MessageID](), id, subject, "Dear Amara,\n\nthank you for telling us. Your reference is "+string(s.Case(s.t, id).Ref)+".\n\nNorthmoor Council", state, s.Clock.Now()); err != nil {
		s.t.Fatal(err)
	}
}

// until asks again and again for what the browser brings about.
func (s *caseSite) until(what string, is func() bool) {
	s.t.Helper()
	deadline := time.Now().Add(webtest.Patience)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		if time.Now().After(deadline) {
			s.t.Fatalf("waited in vain until %s", what)
		}
		<-tick.C
	}
}

// pictures takes what a person compares with the design.
func (s *caseSite) pictures(p *webtest.Page, base, url string) {
	if pictureDir() == "" {
		return
	}
	p.Screenshot(picture("case-new"), 1440, 1000, false)
	for _, tab := range []string{"history", "", "details", "tasks", "attachments", "emails"} {
		name := "case-" + tab
		if tab == "" {
			name = "case-summary"
		}
		p.Go(base + url + "/" + tab)
		p.WaitFor("#case-main")
		p.Screenshot(picture(name), 1440, 1000, false)
		p.Screenshot(picture(name+"-dark"), 1440, 1000, true)
		p.Screenshot(picture(name+"-telephone"), 390, 844, false)
	}
}
