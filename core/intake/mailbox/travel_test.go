package mailbox_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/intake/mailbox"
	"github.com/casement-dev/casement/core/mail"
	"github.com/casement-dev/casement/core/mail/mailtest"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/questions"
)

// reads lets a mailbox of a real server be read until the returned function is
// called. after is called when a mail was kept and dealt with, before it is moved;
// die ends the reader as a server ends that dies.
func (o *office) reads(t *testing.T, d *mailtest.Dovecot, after func(die func())) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	box, err := mail.NewMailbox(mail.MailboxSettings{
		Name: "cases", Host: "127.0.0.1", Port: d.Port, Security: mail.Plain, Username: d.User, Password: d.Password, MoveTo: "Taken",
	}, func(ctx context.Context, m mail.Arrived) error {
		if _, err := o.box.Take(ctx, "cases", m.Raw, m.Size, m.Cut); err != nil {
			return err
		}
		_, err := o.box.Work(ctx)
		if after != nil {
			after(cancel)
		}
		return err
	}, func(error) {})
	if err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(func() { box.Read(ctx) })
	stop = sync.OnceFunc(func() {
		cancel()
		reading.Wait()
	})
	t.Cleanup(stop)
	return stop
}

func awaits(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(40 * time.Second)
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if is() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
	}
}

func TestAQuestionLeavesBySMTPAndItsAnswerComesBackByIMAP(t *testing.T) {
	d := mailtest.StartDovecot(t, "")
	out := mailtest.Start(t, mailtest.Options{})
	o := open(t)
	sender, err := mail.New(mail.Settings{Host: "127.0.0.1", Port: out.Port, Security: mail.Plain, From: "no-reply@northmoor.example"})
	if err != nil {
		t.Fatal(err)
	}
	o.messages = messages.New(o.DB, o.Clock, messages.Options{Sender: sender, Domain: "northmoor.example", AnswersTo: o.mail.Replies().To})
	cs := o.Raise(t)
	o.Do(t, o.Priya, cs, &questions.Ask{Body: "Which day?"})
	if _, err := o.messages.Post(t.Context(), messages.Outgoing{
		Case: cs, EventSeq: o.Last(t, cs, core.QuestionAsked).Seq, Event: string(core.QuestionAsked), Audience: "requester", Template: "question",
		To: "amara@example.org", Answerable: true, Data: messages.Data{"question": map[string]any{"text": "Which day?", "link": "https://northmoor.example/answer/x"}},
	}); err != nil {
		t.Fatal(err)
	}
	if tally, err := o.messages.DeliverDue(t.Context(), o.Clock.Now(), 10); err != nil || tally.Sent != 1 {
		t.Fatalf("sent: %+v, %v", tally, err)
	}
	sent := string(out.Mails()[0].Data)
	header := func(name string) string {
		_, after, _ := strings.Cut(strings.ReplaceAll(sent, "\r\n ", " "), "\r\n"+name+":")
		value, _, _ := strings.Cut(after, "\r\n")
		return strings.TrimSpace(value)
	}
	if to := header("Reply-To"); !strings.HasPrefix(strings.Trim(to, "<>"), "cases+") || !strings.HasSuffix(strings.Trim(to, "<>"), "@northmoor.example") {
		t.Fatalf("answers go to %q\n%s", to, sent)
	}
	o.reads(t, d, nil)
	d.Deliver("INBOX", fmt.Appendf(nil, "From: Amara <Amara@example.org>\r\nTo: %s\r\nSubject: Re: A question\r\nMessage-ID: <answer@example.org>\r\nIn-Reply-To: %s\r\n\r\nTuesday.\r\n\r\n> Which day?\r\n",
		header("Reply-To"), header("Message-ID")))
	awaits(t, "the question is answered", func() bool { return o.question(t, cs, 1).Answer == "Tuesday." })
	awaits(t, "the mail is moved", func() bool { moved, _ := d.Count("Taken"); left, _ := d.Count("INBOX"); return moved == 1 && left == 0 })
}

func TestAServerThatDiesBetweenTakingAMailInAndMovingItDoublesNothing(t *testing.T) {
	d := mailtest.StartDovecot(t, "")
	o := open(t)
	cs := o.Raise(t)
	told := o.tell(t, cs, core.CaseRaised, "amara@example.org")
	raw := o.write(letter{from: "amara@example.org", to: told.AnswersTo, words: "One thing more."})
	d.Deliver("INBOX", raw)
	taken, died := 0, make(chan struct{})
	stop := o.reads(t, d, func(die func()) {
		taken++
		die() // the mail is kept; whoever would move it is gone
		close(died)
	})
	<-died
	stop()
	if left, _ := d.Count("INBOX"); left != 1 {
		t.Fatalf("%d mails lie where they lay", left)
	}
	stop = o.reads(t, d, func(func()) { taken++ })
	awaits(t, "the mail is moved", func() bool { moved, _ := d.Count("Taken"); return moved == 1 })
	stop()
	if got := o.updates(t, cs); taken != 2 || len(got) != 1 {
		t.Errorf("it was brought %d times; added: %q", taken, got)
	}
}

func TestWhatTheFileOfMailboxesSaysIsChecked(t *testing.T) {
	t.Parallel()
	good := `
reply_address: Cases@Northmoor.example
sorters: [contact-centre]
mailboxes:
  - {key: cases, host: imap.example.org, user: cases, password: hunter2, move_to: Taken}
  - {key: complaints, secret: a secret of some length, raise: {type: complaint, subtype: waste}}
`
	c, err := mailbox.Read(strings.NewReader(good))
	if err != nil || c.ReplyAddress != "cases@northmoor.example" || len(c.Mailboxes) != 2 || c.Mailboxes[1].Raise.Type != "complaint" {
		t.Fatalf("read: %+v, %v", c, err)
	}
	if c, err := mailbox.Read(strings.NewReader("")); err != nil || len(c.Mailboxes) != 0 {
		t.Errorf("an empty file: %+v, %v", c, err)
	}
	for text, want := range map[string]string{
		"mailboxes: [{key: A b, secret: a secret of some length}]":                                          "short word",
		"mailboxes: [{key: a, secret: a secret of some length}, {key: a, secret: a secret of some length}]": "no other mailbox",
		"mailboxes: [{key: a}]":                                             "a host to be read at",
		"mailboxes: [{key: a, host: b}]":                                    "a user and a password",
		"mailboxes: [{key: a, host: b, user: c, password: d, tls: none}]":   "not sent unencrypted",
		"mailboxes: [{key: a, host: b, user: c, password: d, tls: ssl3}]":   "implicit, starttls or none",
		"mailboxes: [{key: a, host: b, user: c, password: d, port: 99999}]": "not a port",
		"mailboxes: [{key: a, secret: short}]":                              "could be guessed",
		"mailboxes: [{key: a, secret: a secret of some length, raise: {}}]": "names no case type",
		"mailboxes: [{key: a, secret_file: /nowhere/at/all}]":               "read its secret",
		"mailboxes: [{key: a, secret: x, secret_file: /nowhere}]":           "choose one",
		"reply_address: nobody":                                             "not an email address",
		"reply_address: a-very-long-name-indeed@example.org":                "16 letters at most",
		"reply_address: cases+x@example.org":                                "no plus sign",
		"mailboxs: []":                                                      "mailboxs",
	} {
		if _, err := mailbox.Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestAnAddressForRepliesFitsWhatMailTakes(t *testing.T) {
	t.Parallel()
	r := correspondence.Replies{Secret: casestest.Secret, Address: strings.Repeat("a", correspondence.MaxReplyName) + "@northmoor.example", Clock: &casestest.Clock{}}
	to := r.To(core.NewID[core.CaseID](), "amara@example.org")
	if local, _, _ := strings.Cut(to, "@"); len(local) > 64 {
		t.Errorf("%d letters stand before the @", len(local))
	}
	if _, err := core.ParseEmail(to); err != nil {
		t.Errorf("%s: %v", to, err)
	}
	if r.To(core.CaseID{}, "amara@example.org") != "" || (correspondence.Replies{Clock: &casestest.Clock{}}).To(core.NewID[core.CaseID](), "amara@example.org") != "" {
		t.Error("what is of no case, or an installation without an address, has one")
	}
}
