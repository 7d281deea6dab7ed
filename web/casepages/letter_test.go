package casepages_test

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/mail"
	"github.com/casement-dev/casement/core/mail/mailtest"
	"github.com/casement-dev/casement/web/webtest"
)

// withMail gives the site a mail server, saved replies and the question how
// satisfied a requester is.
func withMail(t *testing.T) (*caseSite, *mailtest.Server) {
	t.Helper()
	s, server := newCaseSite(t), mailtest.Start(t, mailtest.Options{})
	var err error
	if s.sender, err = mail.New(mail.Settings{
		Host: "127.0.0.1", Port: server.Port, Security: mail.Plain, From: "no-reply@northmoor.example", Timeout: 5 * time.Second,
	}); err != nil {
		t.Fatal(err)
	}
	s.Publish(t, casetypes.KindCaseType, "complaint", strings.Replace(casestest.ComplaintType, `"calendar": "offices",`, `"calendar": "offices",
		"satisfaction": {"ask": true, "levels": {"1": "reopened", "5": "closed"}, "reason": "upheld"},
		"replies": [
			{"key": "holding", "name": "Still looking", "subject": "{{ case.reference }}: still looking", "text": "Dear {{ requester.name }},\n\nwe still look into “{{ case.subject }}”.\n\n{{ actor.name }}"},
			{"key": "outcome", "name": "The outcome", "subject": "The outcome", "text": "The outcome is: {{ case.outcome }}."},
			{"key": "depot", "name": "For the depot", "subject": "x", "text": "y", "groups": ["highways"]}
		],`, 1))
	return s, server
}

// deliver hands over what waits and returns what arrived.
func (s *caseSite) deliver(server *mailtest.Server) []mailtest.Mail {
	s.t.Helper()
	if _, err := s.messages.DeliverDue(s.t.Context(), s.Clock.Now(), 50); err != nil {
		s.t.Fatal(err)
	}
	return server.Mails()
}

func TestALetterIsBegunSeenAndSent(t *testing.T) {
	t.Parallel()
	s, server := withMail(t)
	id, path := s.raised()
	write := path + "/emails/write"
	says(t, s.get("Priya", path+"/emails", 200), "Correspondence", `href="`+write+`"`, "No mail yet")
	form := s.get("Priya", write, 200)
	says(t, form, "Still looking", "amara@example.org", `name="requester" value="1" checked`)
	saysNot(t, form, "For the depot")

	_, begun := s.post("Priya", write, url2("requester", "1", "do", "begin", "begin", "reply:holding"), 200)
	says(t, begun, "Dear Amara Okonkwo-Lindqvist,", "we still look into “Collections missed”.", "Priya Raghunathan", string(s.Case(t, id).Ref)+": still looking")
	says(t, s.get("Priya", write, 200), "we still look into", "Draft kept")
	says(t, s.get("Priya", path+"/emails", 200), "Go on with your draft")
	saysNot(t, s.get("Tomasz", write, 200), "we still look into")

	letter := url2("requester", "1", "subject", "About {{ case.reference }}", "body", "Dear Amara,\n\nit is about {{ case.subject }}.", "once", "k1")
	_, preview := s.post("Priya", write, with(letter, "do", "preview"), 200)
	says(t, preview, "As it will be sent", "it is about Collections missed.", "About "+string(s.Case(t, id).Ref))
	for range 2 { // sent twice by mistake
		s.post("Priya", write, with(letter, "do", "send"), 303)
	}
	mails := s.deliver(server)
	if len(mails) != 1 || mails[0].To[0] != "amara@example.org" {
		t.Fatalf("arrived: %+v", mails)
	}
	read, err := enmime.ReadEnvelope(bytes.NewReader(mails[0].Data))
	if err != nil || !strings.Contains(read.Text, "it is about Collections missed.") {
		t.Errorf("it says %q, %v", read.Text, err)
	}
	tab := s.get("Priya", path+"/emails", 200)
	says(t, tab, "Written by Priya Raghunathan", "Taken by 127.0.0.1", "it is about Collections missed.", "Write a message")
	says(t, s.get("Priya", path+"/history", 200), "wrote by mail: About", "it is about Collections missed.", "Sent to a•••@example.org")
	says(t, s.get("Priya", path+"/history?show=emails", 200), "it is about Collections missed.")
	says(t, s.get("Rosa", path+"/history", 200), "it is about Collections missed.")
}

func with(form url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for key, values := range form {
		out[key] = values
	}
	for key, values := range url2(pairs...) {
		out[key] = values
	}
	return out
}

func TestAMergeFieldWithoutAValueIsShownAndNeverSent(t *testing.T) {
	t.Parallel()
	s, server := withMail(t)
	_, path := s.raised()
	write := path + "/emails/write"
	_, begun := s.post("Priya", write, url2("requester", "1", "do", "begin", "begin", "reply:outcome"), 200)
	says(t, begun, "Nothing stands on this case for", "<code>case.outcome</code>", "The outcome is: {{ case.outcome }}.")
	_, refused := s.post("Priya", write, url2("requester", "1", "subject", "s", "body", "The outcome is: {{ case.outcome }}."), 422)
	says(t, refused, "Nothing stands on this case for: case.outcome", "The outcome is: {{ case.outcome }}.")
	_, refused = s.post("Priya", write, url2("requester", "1", "subject", "s", "body", "{{ case.nothing }}", "do", "preview"), 422)
	says(t, refused, "there is no")
	if mails := s.deliver(server); len(mails) != 0 {
		t.Errorf("%d mails went out", len(mails))
	}
}

func TestALetterOutsideAsksFirstAndKeepsItsFiles(t *testing.T) {
	t.Parallel()
	s, server := withMail(t)
	id, path := s.raised()
	write := path + "/emails/write"
	_, asked := s.send("Priya", write, map[string]string{"to": "Depot@contractor.example", "subject": "Gate code", "body": "See the plan."}, "plan.txt", "the plan", 422)
	says(t, asked, "Somebody outside gets this message.", `name="outside" value="depot@contractor.example"`, "See the plan.", "plan.txt")
	if sent, _ := s.messages.OfCase(t.Context(), id); len(sent) != 0 {
		t.Fatal("it was sent before anybody agreed")
	}
	_, sent, _ := strings.Cut(asked, `name="sent" value="`)
	sent, _, _ = strings.Cut(sent, `"`)
	s.post("Priya", write, url2("to", "depot@contractor.example", "subject", "Gate code", "body", "See the plan.", "sent", sent, "outside", "depot@contractor.example"), 303)
	mails := s.deliver(server)
	if len(mails) != 1 {
		t.Fatalf("%d mails arrived", len(mails))
	}
	read, err := enmime.ReadEnvelope(bytes.NewReader(mails[0].Data))
	if err != nil || len(read.Attachments) != 1 || string(read.Attachments[0].Content) != "the plan" {
		t.Errorf("it came with %d files, %v", len(read.Attachments), err)
	}
	says(t, s.get("Priya", path+"/emails", 200), "plan.txt", "depot@contractor.example")
	says(t, s.get("Priya", path+"/history", 200), "wrote by mail: Gate code", "Staff only", "d•••@contractor.example")
}

func TestARefusedMessageIsSentAgainFromTheCase(t *testing.T) {
	t.Parallel()
	s, server := withMail(t)
	_, path := s.raised()
	server.OnTo(func(string) error { return mailtest.Refuse(550, "no such user") })
	s.post("Priya", path+"/emails/write", url2("requester", "1", "subject", "s", "body", "Hello"), 303)
	s.deliver(server)
	tab := s.get("Priya", path+"/emails", 200)
	says(t, tab, "1 message did not arrive", "Not taken by 127.0.0.1: 550", "no such user", "Send again")
	_, again, _ := strings.Cut(tab, path+"/emails/")
	_, again, _ = strings.Cut(again, path+"/emails/")
	no, _, _ := strings.Cut(again, "/again")
	server.OnTo(nil)
	s.post("Rosa", path+"/emails/"+no+"/again", url2(), 404)
	s.post("Priya", path+"/emails/"+no+"/again", url2("once", "a"), 303)
	if mails := s.deliver(server); len(mails) != 1 {
		t.Errorf("%d mails arrived", len(mails))
	}
	tab = s.get("Priya", path+"/emails", 200)
	saysNot(t, tab, "Send again", "did not arrive")
	s.post("Priya", path+"/emails/"+no+"/again", url2("once", "b"), 409)
}

func TestWritingIsForThoseWhoWorkTheCase(t *testing.T) {
	t.Parallel()
	s, _ := withMail(t)
	_, path := s.raised()
	for who, status := range map[string]int{"Rosa": 404, "Kofi": 404} {
		s.get(who, path+"/emails/write", status)
		s.post(who, path+"/emails/write", url2("requester", "1", "subject", "s", "body", "b"), status)
		s.post(who, path+"/emails/draft", url2("body", "b"), status)
	}
	_, kept := s.post("Priya", path+"/emails/draft", url2("requester", "1", "subject", "s", "body", "Half a thou"), 200, fragment...)
	says(t, kept, "Draft kept")
	s.post("Priya", path+"/emails/write", url2("do", "discard", "body", "Half a thou"), 303)
	saysNot(t, s.get("Priya", path+"/emails/write", 200), "Half a thou")
}

func TestWhatCameInStandsAmongWhatWasSentWithWhatItQuotesFolded(t *testing.T) {
	t.Parallel()
	s, server := withMail(t)
	id, path := s.raised()
	s.post("Priya", path+"/emails/write", url2("requester", "1", "cc", "tomasz@northmoor.example", "subject", "About the crew", "body", "They come tomorrow."), 303)
	s.deliver(server)
	s.Clock.Advance(time.Hour)
	if _, err := s.mail.Keep(t.Context(), "cases", []byte("raw"), 3, false, correspondence.Incoming{
		MessageID: "m@example.org", Sender: "amara@example.org", SenderName: "Amara Okonkwo", To: []string{"cases@northmoor.example"}, Subject: "Re: About the crew",
		Said: "They <b>came</b>, thank you.", Quoted: "> They come tomorrow.", Files: []correspondence.Enclosed{{Name: "hall.exe", Kind: "application/x-msdownload", Body: []byte("x")}},
	}); err != nil {
		t.Fatal(err)
	}
	waiting, err := s.mail.New(t.Context(), 10)
	if err != nil || len(waiting) != 1 {
		t.Fatalf("%d mails wait, %v", len(waiting), err)
	}
	s.Do(t, core.PersonActor(s.Amara, "Amara"), id, &correspondence.Receive{
		Mail: waiting[0].ID, Files: []correspondence.File{{Name: "hall.exe", Kind: "application/x-msdownload", Size: 1, LeftOut: "files of this kind are not taken in"}},
	})
	tab := s.get("Priya", path+"/emails", 200)
	says(t, tab, "From the requester", "Amara Okonkwo &lt;amara@example.org&gt;", "They &lt;b&gt;came&lt;/b&gt;, thank you.", "Quoted text", "&gt; They come tomorrow.",
		"hall.exe", "files of this kind are not taken in", "2 readers", `Correspondence<span class="count">2</span>`)
	if in, out := strings.Index(tab, "Re: About the crew"), strings.Index(tab, "Written by Priya"); in < 0 || out < in {
		t.Error("what came last does not stand first")
	}
	s.get("Rosa", path+"/emails", 404)

	_, answer, _ := strings.Cut(tab, path+"/emails/write?answer=")
	answer, _, _ = strings.Cut(answer, `"`)
	says(t, s.get("Priya", path+"/emails/write?answer="+answer, 200), `value="Re: About the crew"`, `name="requester" value="1" checked`)
	s.get("Priya", path+"/emails/write?answer=99999", 404)
}

func TestStaffRecordHowSatisfiedSomebodyIs(t *testing.T) {
	t.Parallel()
	s, _ := withMail(t)
	id, path := s.raised()
	s.get("Priya", path+"/act/satisfaction", 409)
	s.Do(t, s.Priya, id, cases.StartWork{}, &cases.ChangeStatus{To: "resolved"})
	says(t, s.get("Priya", path+"/act/satisfaction", 200), "5, Very good", "By telephone")
	s.post("Priya", path+"/act/satisfaction", s.filled(id, "score", "", "channel", "telephone"), 422)
	s.post("Priya", path+"/act/satisfaction", s.filled(id, "score", "1", "channel", "telephone", "comment", "Far too slow"), 303)
	if cs := s.Case(t, id); cs.Status != "reopened" || !cs.Assignee.IsZero() {
		t.Errorf("the case is %q with %v", cs.Status, cs.Assignee)
	}
	says(t, s.get("Priya", path, 200), "1 of 5, Very bad", "Far too slow")
	says(t, s.get("Priya", path+"/history", 200), "said how satisfied the requester is", "told by telephone")
}

func TestALetterInABrowser(t *testing.T) {
	s, server := withMail(t)
	id, path := s.raised()
	base := s.serve()
	p := webtest.Open(t, base+"/enter/Priya?to="+path+"/emails")
	p.WaitForText("h2", "Correspondence")
	p.Press("m")
	p.WaitForText("h1", "Write a message")
	p.Accessible()
	p.Choose("#begin", "reply:outcome")
	p.Submit(`#letter button[value=begin]`)
	p.WaitForText("#missing", "case.outcome")
	p.Accessible()
	if pictureDir() != "" {
		p.Screenshot(picture("letter-missing"), 1440, 1000, false)
	}
	p.Type("#body", "Dear Amara,\n\nwe found what went wrong: the gate code had changed.")
	p.WaitForText("#draft-kept", "Draft kept")
	p.Type("#to", "depot@contractor.example")
	p.Submit(`#letter .letter-foot button[value=preview]`)
	p.WaitForText("#preview", "the gate code had changed")
	p.Accessible()
	if pictureDir() != "" {
		p.Screenshot(picture("letter-preview"), 1440, 1000, false)
		p.Screenshot(picture("letter-preview-dark"), 1440, 1000, true)
		p.Screenshot(picture("letter-preview-telephone"), 390, 844, false)
	}
	p.Expect("422")
	p.Click("#body")
	p.Press("Ctrl+Enter")
	p.WaitForText("#outside", "depot@contractor.example")
	p.Accessible()
	if pictureDir() != "" {
		p.Screenshot(picture("letter-outside"), 1440, 1000, false)
	}
	p.Click("#outside input")
	p.Submit(`#letter button[value=send]`)
	p.WaitForText(".email-list", "Written by Priya Raghunathan")
	server.OnTo(func(to string) error {
		if strings.Contains(to, "contractor") {
			return mailtest.Refuse(550, "5.1.1 no such user here")
		}
		return nil
	})
	if mails := s.deliver(server); len(mails) != 1 {
		t.Errorf("%d mails arrived", len(mails))
	}
	p.Go(base + path + "/emails")
	p.WaitForText(".banner-warn", "1 message did not arrive")
	p.Click(".email-head")
	p.WaitForText(".email-body", "Not taken by 127.0.0.1")
	p.Accessible()
	if pictureDir() != "" {
		p.Screenshot(picture("correspondence"), 1440, 1000, false)
		p.Screenshot(picture("correspondence-dark"), 1440, 1000, true)
		p.Screenshot(picture("correspondence-telephone"), 390, 844, false)
	}
	if e := s.Last(t, id, core.LetterSent); e.About["outside"] != 1.0 {
		t.Errorf("recorded as %v", e.About)
	}
}
