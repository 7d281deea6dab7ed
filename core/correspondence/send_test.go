package correspondence_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/files"
	"github.com/casement-dev/casement/core/mail"
	"github.com/casement-dev/casement/core/mail/mailtest"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/postgres"
)

// office is the small council with a mail server.
type office struct {
	*casestest.World
	server   *mailtest.Server
	messages *messages.Service
	files    *attachments.Service
}

func newOffice(t *testing.T) office {
	t.Helper()
	t.Parallel()
	o := office{World: casestest.New(t), server: mailtest.Start(t, mailtest.Options{})}
	disk, err := files.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	o.files = attachments.New(o.DB, disk, o.Clock)
	sender, err := mail.New(mail.Settings{
		Host: "127.0.0.1", Port: o.server.Port, Security: mail.Plain, From: "no-reply@northmoor.example", Timeout: 5 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	o.messages = messages.New(o.DB, o.Clock, messages.Options{Sender: sender, Domain: "northmoor.example", Enclose: o.files.Enclosed})
	correspondence.WireSending(o.Cases, o.messages, func(cs core.CaseID, reader string) string {
		return "cases+" + strings.ReplaceAll(reader, "@", ".") + "@northmoor.example"
	})
	return o
}

// deliver hands over what waits and returns what arrived.
func (o office) deliver(t *testing.T) []mailtest.Mail {
	t.Helper()
	if _, err := o.messages.DeliverDue(t.Context(), o.Clock.Now(), 50); err != nil {
		t.Fatal(err)
	}
	return o.server.Mails()
}

func (o office) outbox(t *testing.T, id core.CaseID) []messages.Entry {
	t.Helper()
	sent, err := o.messages.OfCase(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

func (o office) file(t *testing.T, by core.Actor, name, contents string) core.AttachmentID {
	t.Helper()
	a, err := o.files.Upload(t.Context(), by, attachments.Incoming{Name: name}, strings.NewReader(contents))
	if err != nil {
		t.Fatal(err)
	}
	return a.ID
}

func read(t *testing.T, m mailtest.Mail) *enmime.Envelope {
	t.Helper()
	out, err := enmime.ReadEnvelope(bytes.NewReader(m.Data))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestALetterArrivesAtEachOfItsReadersAndNamesThemAll(t *testing.T) {
	o := newOffice(t)
	id := o.Raise(t)
	first := o.file(t, o.Priya, "plan.txt", "the plan")
	o.Do(t, o.Priya, id, &attachments.Add{Files: []core.AttachmentID{first}})
	second := o.file(t, o.Priya, "new.txt", "another file")
	o.Do(t, o.Priya, id, &attachments.Add{Files: []core.AttachmentID{second}, Audience: core.Public}, (&correspondence.Send{
		Requester: true, Cc: []string{"Tomasz@Northmoor.example"}, Subject: "About your  collections", Body: "Dear Amara,\r\n\r\nthe crew comes tomorrow.", Files: []int{1},
	}).Enclose(second))
	mails := o.deliver(t)
	if len(mails) != 2 {
		t.Fatalf("%d mails arrived", len(mails))
	}
	var envelopes []string
	for _, m := range mails {
		envelopes = append(envelopes, m.To...)
		got := read(t, m)
		if got.GetHeader("To") == "" || !strings.Contains(got.GetHeader("To"), "amara@example.org") || !strings.Contains(got.GetHeader("Cc"), "tomasz@northmoor.example") {
			t.Errorf("it is to %q, copy to %q", got.GetHeader("To"), got.GetHeader("Cc"))
		}
		if got.GetHeader("Subject") != "About your collections" || !strings.Contains(got.Text, "the crew comes tomorrow.") || got.GetHeader("Auto-Submitted") != "" {
			t.Errorf("it says %q: %q, %q", got.GetHeader("Subject"), got.Text, got.GetHeader("Auto-Submitted"))
		}
		if want := strings.ReplaceAll(m.To[0], "@", "."); !strings.Contains(got.GetHeader("Reply-To"), "cases+"+want+"@northmoor.example") {
			t.Errorf("answers of %s go to %q", m.To[0], got.GetHeader("Reply-To"))
		}
		if len(got.Attachments) != 2 || got.Attachments[0].FileName != "plan.txt" || string(got.Attachments[1].Content) != "another file" {
			t.Errorf("%d files came", len(got.Attachments))
		}
	}
	slices.Sort(envelopes)
	if !slices.Equal(envelopes, []string{"amara@example.org", "tomasz@northmoor.example"}) {
		t.Errorf("handed over for %v", envelopes)
	}
	for _, e := range o.outbox(t, id) {
		if e.State != core.DeliverySent || e.Server != "127.0.0.1" || e.SentAt.IsZero() || e.Letter.IsZero() || len(e.Enclosed) != 2 {
			t.Errorf("the outbox says %+v", e)
		}
	}
	if cs := o.Case(t, id); !cs.FirstResponseAt.Equal(casestest.Start) {
		t.Errorf("the first response was at %v", cs.FirstResponseAt)
	}
	e := o.Last(t, id, core.LetterSent)
	if e.About["readers"] != 2.0 || e.About["outside"] != 0.0 || e.About["audience"] != "public" || strings.Contains(strings.Join(slices.Collect(keysOf(e.About)), " "), "@") {
		t.Errorf("it is recorded as %v", e.About)
	}
	o.Rewinds(t, id)
}

func keysOf(about core.About) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, v := range about {
			if s, ok := v.(string); ok && !yield(s) {
				return
			}
		}
	}
}

func TestALetterToAColleagueIsNoResponseAndNotForTheRequester(t *testing.T) {
	o := newOffice(t)
	id := o.Raise(t)
	o.Do(t, o.Priya, id, &correspondence.Send{To: []string{"tomasz@northmoor.example"}, Subject: "A word", Body: "Have a look"})
	if cs := o.Case(t, id); !cs.FirstResponseAt.IsZero() {
		t.Error("it counted as a response")
	}
	desk := correspondence.NewDesk(correspondence.DeskOptions{DB: postgres.NewDB(o.Pool), Messages: o.messages})
	for audience, want := range map[core.Audience]int{core.Public: 0, core.Staff: 1} {
		if found, err := desk.OfCase(t.Context(), id, audience); err != nil || len(found) != want {
			t.Errorf("%s: %d letters, %v", audience, len(found), err)
		}
	}
}

func TestSomebodyOutsideGetsALetterOnlyWhenItsWriterSaysSo(t *testing.T) {
	o := newOffice(t)
	id := o.Raise(t)
	send := &correspondence.Send{Requester: true, To: []string{"depot@contractor.example"}, Cc: []string{"priya@northmoor.example"}, Subject: "x", Body: "y"}
	err := o.Refuses(t, core.ErrInvalid, o.Priya, id, send)
	var outside *correspondence.Outside
	if !errors.As(err, &outside) || !slices.Equal(outside.Addresses, []string{"depot@contractor.example"}) || !strings.Contains(err.Error(), "depot@contractor.example") {
		t.Fatalf("refused with %v", err)
	}
	if sent := o.outbox(t, id); len(sent) != 0 {
		t.Fatalf("%d messages are in the outbox all the same", len(sent))
	}
	send.Outside = []string{"somebody.else@contractor.example"}
	o.Refuses(t, core.ErrInvalid, o.Priya, id, send)
	send.Outside = []string{"Depot@contractor.example"}
	o.Do(t, o.Priya, id, send)
	if sent := o.outbox(t, id); len(sent) != 3 {
		t.Errorf("%d messages are in the outbox", len(sent))
	}
	if e := o.Last(t, id, core.LetterSent); e.About["outside"] != 1.0 {
		t.Errorf("recorded as %v", e.About)
	}
}

func TestALetterThatIsRefusedLeavesNothing(t *testing.T) {
	o := newOffice(t)
	id := o.Raise(t)
	private := o.file(t, o.Priya, "p.txt", "x")
	o.Do(t, o.Priya, id, &attachments.Add{Files: []core.AttachmentID{private}})
	theirs := o.file(t, o.Tomasz, "t.txt", "x")
	ok := correspondence.Send{Requester: true, Subject: "s", Body: "b"}
	with := func(change func(*correspondence.Send)) *correspondence.Send { s := ok; change(&s); return &s }
	many := make([]string, correspondence.MaxRecipients+1)
	for i := range many {
		many[i] = "priya@northmoor.example"
	}
	for name, c := range map[string]struct {
		by   core.Actor
		send *correspondence.Send
		kind core.ErrorKind
	}{
		"no subject":             {o.Priya, with(func(s *correspondence.Send) { s.Subject = " " }), core.ErrInvalid},
		"two lines of subject":   {o.Priya, with(func(s *correspondence.Send) { s.Subject = "a\x00b" }), core.ErrInvalid},
		"no words":               {o.Priya, with(func(s *correspondence.Send) { s.Body = "\n" }), core.ErrInvalid},
		"too many words":         {o.Priya, with(func(s *correspondence.Send) { s.Body = strings.Repeat("é", correspondence.MaxBody+1) }), core.ErrInvalid},
		"a merge field left":     {o.Priya, with(func(s *correspondence.Send) { s.Body = "by {{ case.expected }}" }), core.ErrInvalid},
		"nobody":                 {o.Priya, with(func(s *correspondence.Send) { s.Requester = false }), core.ErrInvalid},
		"a copy alone":           {o.Priya, with(func(s *correspondence.Send) { s.Requester, s.Cc = false, []string{"priya@northmoor.example"} }), core.ErrInvalid},
		"no address":             {o.Priya, with(func(s *correspondence.Send) { s.To = []string{"priya"} }), core.ErrInvalid},
		"a line in an address":   {o.Priya, with(func(s *correspondence.Send) { s.Cc = []string{"a@b.example\r\nBcc: c@d.example"} }), core.ErrInvalid},
		"too many":               {o.Priya, with(func(s *correspondence.Send) { s.To = many }), core.ErrInvalid},
		"a file of nobody":       {o.Priya, with(func(s *correspondence.Send) { s.Files = []int{9} }), core.ErrInvalid},
		"somebody else's upload": {o.Priya, with(func(s *correspondence.Send) { s.Enclose(theirs) }), core.ErrInvalid},
		"the requester":          {core.PersonActor(o.Amara, ""), with(func(*correspondence.Send) {}), core.ErrForbidden},
		"another team":           {o.Other, with(func(*correspondence.Send) {}), core.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			o.Refuses(t, c.kind, c.by, id, c.send)
		})
	}
	if sent := o.outbox(t, id); len(sent) != 0 {
		t.Errorf("the outbox has %+v", sent)
	}
}

func TestAMessageThatDidNotArriveIsSentAgainByWhoeverWorksTheCase(t *testing.T) {
	o := newOffice(t)
	id := o.Raise(t)
	o.server.OnTo(func(string) error { return mailtest.Refuse(550, "no such user") })
	o.Do(t, o.Priya, id, &correspondence.Send{Requester: true, Subject: "s", Body: "b"})
	o.deliver(t)
	refused := o.outbox(t, id)[0]
	if refused.State != core.DeliveryRefused || refused.Server != "127.0.0.1" || !strings.Contains(refused.Detail, "no such user") {
		t.Fatalf("the outbox says %+v", refused)
	}
	o.Refuses(t, core.ErrNotFound, o.Priya, id, &correspondence.SendAgain{Message: refused.No + 1})
	o.Refuses(t, core.ErrForbidden, core.PersonActor(o.Amara, ""), id, &correspondence.SendAgain{Message: refused.No})
	o.server.OnTo(nil)
	o.Do(t, o.Tomasz, id, &correspondence.SendAgain{Message: refused.No})
	mails := o.deliver(t)
	if len(mails) != 1 || read(t, mails[0]).GetHeader("Message-Id") != "<"+refused.MessageID+">" {
		t.Errorf("%d mails arrived", len(mails))
	}
	o.Refuses(t, core.ErrConflict, o.Tomasz, id, &correspondence.SendAgain{Message: refused.No})
	if e := o.Last(t, id, core.LetterRepeated); e.About["was"] != "refused" {
		t.Errorf("recorded as %v", e.About)
	}
}

func TestALetterWhoseFileIsGoneIsNotSentWithoutIt(t *testing.T) {
	o := newOffice(t)
	id := o.Raise(t)
	file := o.file(t, o.Priya, "plan.txt", "the plan")
	o.Do(t, o.Priya, id, &attachments.Add{Files: []core.AttachmentID{file}}, (&correspondence.Send{Requester: true, Subject: "s", Body: "see the plan"}).Enclose(file))
	o.Do(t, o.Priya, id, &attachments.Delete{No: 1})
	if mails := o.deliver(t); len(mails) != 0 {
		t.Errorf("%d mails arrived", len(mails))
	}
	if e := o.outbox(t, id)[0]; e.State != core.DeliveryRefused || !strings.Contains(e.Detail, "file") {
		t.Errorf("the outbox says %+v", e)
	}
}

func TestADraftIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	for _, d := range []correspondence.Draft{
		{},
		{Requester: true, Subject: "To: somebody", Body: "Dear\n\nTo: nobody"},
		{To: []string{"a@b.example", "c@d.example"}, Cc: []string{"e@f.example"}, Saved: "reply:holding", Body: "x"},
		{Body: "\n\nTwo empty lines first"},
	} {
		got := correspondence.ReadDraft(d.String())
		if got.String() != d.String() || got.Requester != d.Requester || got.Subject != d.Subject || !slices.Equal(got.To, d.To) || strings.TrimSpace(got.Body) != strings.TrimSpace(d.Body) {
			t.Errorf("%+v was read as %+v", d, got)
		}
	}
}

func TestALetterThatAnswersAMailStandsInItsConversation(t *testing.T) {
	o := newOffice(t)
	id, other := o.Raise(t), o.Raise(t)
	o.Do(t, o.Priya, id, &correspondence.Send{Requester: true, Subject: "About your collections", Body: "Which day was it?"})
	asked := o.deliver(t)[0]
	o.Clock.Advance(time.Hour)
	// What others call their mail goes into our header: nothing of it begins a line.
	insert := func(cs core.CaseID, messageID string) int64 {
		var no int64
		if err := o.Pool.QueryRow(t.Context(), `INSERT INTO mails_in (id, mailbox, fingerprint, message_id, sender, received_at, size, state, case_id, role)
			VALUES ($1, 'm', $2, $3, 'amara@example.org', $4, 1, 'filed', $5, 'requester') RETURNING no`,
			core.NewID[core.MailID](), []byte(messageID), messageID, o.Clock.Now(), cs).Scan(&no); err != nil {
			t.Fatal(err)
		}
		return no
	}
	no, foreign, hostile := insert(id, "CAF=abc.def@mail.example.org"), insert(other, "other@example.org"), insert(id, "a@b>\r\nBcc: x@example.org")
	o.Clock.Advance(time.Hour)

	o.Do(t, o.Priya, id, &correspondence.Send{Requester: true, To: []string{"tomasz@northmoor.example"}, Subject: "Re: About your collections", Body: "Thank you.", Answers: no})
	mails := o.deliver(t)
	if len(mails) != 3 {
		t.Fatalf("%d mails arrived", len(mails))
	}
	before := strings.Trim(read(t, asked).GetHeader("Message-ID"), "<>")
	for _, m := range mails[1:] {
		got := read(t, m)
		if got.GetHeader("In-Reply-To") != "<CAF=abc.def@mail.example.org>" {
			t.Errorf("%s answers %q", m.To, got.GetHeader("In-Reply-To"))
		}
		if want := []string{"<" + before + ">", "<CAF=abc.def@mail.example.org>"}; !slices.Equal(strings.Fields(got.GetHeader("References")), want) {
			t.Errorf("its conversation is %q, want %q", got.GetHeader("References"), want)
		}
	}
	if got := read(t, asked); got.GetHeader("In-Reply-To") != "" || got.GetHeader("References") != "" {
		t.Error("a letter that answers nothing says that it does")
	}

	o.Do(t, o.Priya, id, &correspondence.Send{Requester: true, Subject: "Re: x", Body: "y", Answers: hostile})
	last := o.deliver(t)[3]
	if got := read(t, last); got.GetHeader("In-Reply-To") != "<"+before+">" || got.GetHeader("Bcc") != "" {
		t.Errorf("a hostile Message-ID became %q, Bcc %q", got.GetHeader("In-Reply-To"), got.GetHeader("Bcc"))
	}
	// Nobody answers a mail of another case.
	o.Refuses(t, core.ErrInvalid, o.Priya, id, &correspondence.Send{Requester: true, Subject: "s", Body: "b", Answers: foreign})
}
