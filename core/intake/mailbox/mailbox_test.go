package mailbox_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/files"
	"github.com/casement-dev/casement/core/intake/mailbox"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/core/mail"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/questions"
)

// office is the small council with a mailbox.
type office struct {
	*casestest.World
	messages *messages.Service
	mail     *correspondence.Service
	box      *mailbox.Service
	people   *people.Service
	notes    *notes.Service
	asked    *questions.Service
	files    *attachments.Service
	sorter   core.Actor // sorts mail, and works complaints
	mails    int
}

const replyAddress = "cases@northmoor.example"

func open(t *testing.T) *office {
	t.Helper()
	t.Parallel()
	o := &office{World: casestest.New(t)}
	disk, err := files.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	replies := correspondence.Replies{Secret: casestest.Secret, Address: replyAddress, Clock: o.Clock}
	o.messages = messages.New(o.DB, o.Clock, messages.Options{Domain: "northmoor.example", AnswersTo: replies.To})
	o.people = people.New(o.DB, people.Options{Clock: o.Clock})
	o.asked = questions.New(o.DB, o.Cases, o.Clock, casestest.Secret)
	o.notes = notes.New(o.DB, o.Clock)
	o.files = attachments.New(o.DB, disk, o.Clock)
	o.mail = correspondence.New(correspondence.Options{
		DB: o.DB, Cases: o.Cases, Messages: o.messages, Clock: o.Clock, Replies: replies, Own: []string{"no-reply@northmoor.example"}, Sorters: []string{"contact-centre"},
	})
	questions.Wire(o.Cases)
	notes.Wire(o.Cases)
	correspondence.Wire(o.Cases)
	o.box = mailbox.New(mailbox.Options{
		Mail: o.mail, Cases: o.Cases, People: o.people, Questions: o.asked, Attachments: o.files, Links: links.New(o.DB, o.Cases), Clock: o.Clock, Log: slog.New(slog.DiscardHandler),
		Config: mailbox.Config{ReplyAddress: replyAddress, Mailboxes: []mailbox.Settings{
			{Key: "cases"}, {Key: "complaints", Raise: &mailbox.Rule{Type: "complaint", Subtype: "waste", Group: "highways", Priority: "high"}},
			{Key: "misled", Raise: &mailbox.Rule{Type: "nothing"}},
		}},
		Parse: mail.Parse, ParseHead: mail.ParseHead,
		Acknowledge: func(ctx context.Context, in correspondence.Incoming) error {
			_, err := o.messages.PostOnce(ctx, messages.Outgoing{
				Event: "mail.waits", Audience: "sender", Template: "mail-waits", To: in.Sender, Answered: []string{in.MessageID},
			}, o.Clock.Now().Add(-24*time.Hour))
			return err
		},
	})
	o.sorter = o.Hire(t, "Ada Sorter", "ada@northmoor.example", "contact-centre", "complaints-team")
	return o
}

// tell sends the requester a message of the case and returns it as it stands in
// the outbox.
func (o *office) tell(t *testing.T, cs core.CaseID, event core.EventKind, to string, change ...func(*messages.Outgoing)) messages.Entry {
	t.Helper()
	out := messages.Outgoing{Case: cs, Event: string(event), Audience: "requester", Template: "confirmation", To: to, Answerable: true,
		Data: messages.Data{"case": map[string]any{"reference": "CMP-7K2M-4QX9", "link": "https://northmoor.example/track/Zm9vYmFyYmF6cXV4MDEyMw"}}}
	for _, c := range change {
		c(&out)
	}
	id, err := o.messages.Post(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Pool.Exec(t.Context(), `UPDATE outbox SET state = 'sent' WHERE id = $1`, id); err != nil {
		t.Fatal(err)
	}
	found, err := o.messages.FindOfCase(t.Context(), cs, id)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// letter is a mail to be brought.
type letter struct {
	from, to, subject, answers, words string
	more                              []string // further lines of the head
	file                              string   // name of a file that comes with it
	body                              []byte
}

func (o *office) write(l letter) []byte {
	o.mails++
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", name, value)
		}
	}
	line("From", l.from)
	line("To", l.to)
	line("Subject", l.subject)
	line("In-Reply-To", l.answers)
	line("Message-ID", fmt.Sprintf("<mail-%d@example.org>", o.mails))
	line("Date", "Tue, 17 Nov 2026 10:00:00 +0000")
	for _, m := range l.more {
		b.WriteString(m + "\r\n")
	}
	if l.file == "" {
		b.WriteString("\r\n" + strings.ReplaceAll(l.words, "\n", "\r\n") + "\r\n")
		return []byte(b.String())
	}
	fmt.Fprintf(&b, "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n%s\r\n--x\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=%q\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--x--\r\n",
		l.words, l.file, base64.StdEncoding.EncodeToString(l.body))
	return []byte(b.String())
}

// bring takes a mail in and deals with it, and returns where it then stands.
func (o *office) bring(t *testing.T, l letter) correspondence.Mail {
	t.Helper()
	return o.bringTo(t, "cases", l)
}

func (o *office) bringTo(t *testing.T, box string, l letter) correspondence.Mail {
	t.Helper()
	raw := o.write(l)
	if known, err := o.box.Take(t.Context(), box, raw, int64(len(raw)), false); err != nil || known {
		t.Fatalf("take a mail: known %v, %v", known, err)
	}
	if n, err := o.box.Work(t.Context()); err != nil || n != 1 {
		t.Fatalf("deal with %d mails: %v", n, err)
	}
	return o.last(t)
}

// last is the mail that came last.
func (o *office) last(t *testing.T) correspondence.Mail {
	t.Helper()
	var no int64
	if err := o.Pool.QueryRow(t.Context(), `SELECT max(no) FROM mails_in`).Scan(&no); err != nil {
		t.Fatal(err)
	}
	m, err := o.mail.Find(t.Context(), core.StaffActor(core.NewID[core.StaffID](), "Ada", core.RoleAdministrator), no)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ask asks the requester something, and mails it.
func (o *office) ask(t *testing.T, cs core.CaseID, words string) messages.Entry {
	t.Helper()
	o.Do(t, o.Priya, cs, &questions.Ask{Body: words})
	e := o.Last(t, cs, core.QuestionAsked)
	return o.tell(t, cs, core.QuestionAsked, "amara@example.org", func(out *messages.Outgoing) { out.EventSeq = e.Seq })
}

func (o *office) question(t *testing.T, cs core.CaseID, no int) core.Question {
	t.Helper()
	q, err := o.asked.Find(t.Context(), cs, no)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// updates are what the requester added to a case.
func (o *office) updates(t *testing.T, cs core.CaseID) []string {
	t.Helper()
	all, err := o.notes.OfCase(t.Context(), cs, []core.Audience{core.Public})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, n := range all {
		if n.By.IsPublic() {
			out = append(out, n.Body)
		}
	}
	return out
}

func (o *office) untouched(t *testing.T, cs core.CaseID, m correspondence.Mail, why string) {
	t.Helper()
	if m.State != correspondence.StateTriage || !strings.Contains(m.Why, why) || !m.Case.IsZero() {
		t.Errorf("it stands in %s of case %v because %q; want triage because of %q", m.State, m.Case, m.Why, why)
	}
	for _, kind := range o.Kinds(t, cs) {
		if kind == core.MailReceived || kind == core.UpdateAdded || kind == core.QuestionAnswered || kind == core.CaseReopened {
			t.Errorf("the case was changed: %v", o.Kinds(t, cs))
		}
	}
}

func TestAReplyAnswersTheQuestionThatItIsAboutElseTheOldest(t *testing.T) {
	o := open(t)
	cs := o.Raise(t)
	first, second := o.ask(t, cs, "Which bin?"), o.ask(t, cs, "Which day?")
	m := o.bring(t, letter{from: "Amara <amara@example.org>", to: second.AnswersTo, answers: "<" + second.MessageID + ">", words: "Tuesday.\n\nOn Tue, 17 Nov 2026, Northmoor wrote:\n> Which day?"})
	if m.State != correspondence.StateFiled || m.Case != cs || m.Role != correspondence.RoleRequester {
		t.Fatalf("it stands in %s (%s)", m.State, m.Why)
	}
	if q := o.question(t, cs, 2); q.Answer != "Tuesday." || q.Channel != core.ChannelEmail || q.AnsweredBy.ID != o.Amara.String() {
		t.Errorf("question 2 is answered %q by %+v through %s", q.Answer, q.AnsweredBy, q.Channel)
	}
	if m.Quoted == "" || m.Said != "Tuesday." {
		t.Errorf("what it repeats is lost: %q, %q", m.Said, m.Quoted)
	}
	// The address alone does not say which: the oldest is answered.
	o.bring(t, letter{from: "amara@example.org", to: first.AnswersTo, words: "The green one."})
	if q := o.question(t, cs, 1); q.Answer != "The green one." {
		t.Errorf("question 1 is answered %q", q.Answer)
	}
	// Nothing is asked any more: what comes is an update.
	o.bring(t, letter{from: "amara@example.org", to: first.AnswersTo, answers: "<" + first.MessageID + ">", words: "Thank you."})
	if got := o.updates(t, cs); len(got) != 1 || got[0] != "Thank you." {
		t.Errorf("added: %q", got)
	}
	o.Rewinds(t, cs)
}

func TestWithoutTheAddressTheMessageThatIsAnsweredProvesTheCase(t *testing.T) {
	o := open(t)
	cs := o.Raise(t)
	told := o.tell(t, cs, core.CaseRaised, "amara@example.org")
	m := o.bring(t, letter{from: "amara@example.org", to: "hello@northmoor.example", more: []string{"References: <a@b.example>", " <" + told.MessageID + "> <other@b.example>"}, words: "One thing more."})
	if m.State != correspondence.StateFiled || m.Case != cs {
		t.Fatalf("it stands in %s (%s)", m.State, m.Why)
	}
	other := o.bring(t, letter{from: "mallory@example.org", to: "hello@northmoor.example", answers: "<" + told.MessageID + ">", words: "And from me."})
	if other.State != correspondence.StateTriage || other.Claims != cs || !strings.Contains(other.Why, "not from the address") {
		t.Errorf("another sender's stands in %s (%s)", other.State, other.Why)
	}
	o.Clock.Advance(correspondence.ReplyLife + time.Hour)
	if late := o.bring(t, letter{from: "amara@example.org", answers: "<" + told.MessageID + ">", words: "Hello?"}); late.State != correspondence.StateTriage {
		t.Errorf("a late one stands in %s (%s)", late.State, late.Why)
	}
}

func TestAReplyReopensAResolvedCaseAndAnEndedOneInTime(t *testing.T) {
	o := open(t)
	cs := o.Raise(t)
	to := o.tell(t, cs, core.CaseRaised, "amara@example.org").AnswersTo
	o.Do(t, o.Priya, cs, &cases.Claim{})
	o.Do(t, o.Priya, cs, &cases.ChangeStatus{To: "resolved"})
	o.bring(t, letter{from: "amara@example.org", to: to, words: "It is not."})
	got := o.Case(t, cs)
	if got.Status != "reopened" || !got.Assignee.IsZero() || got.Reopened != 1 {
		t.Errorf("after a reply to a resolved case: %s, with %v, reopened %d times", got.Status, got.Assignee, got.Reopened)
	}
	o.Do(t, o.Priya, cs, &cases.Close{Reason: "upheld"})
	o.Clock.Advance(27 * 24 * time.Hour)
	o.bring(t, letter{from: "amara@example.org", to: to, words: "It happened again."})
	if got = o.Case(t, cs); got.Status != "reopened" || got.Reopened != 2 {
		t.Errorf("after a reply in time to a closed case: %s, reopened %d times", got.Status, got.Reopened)
	}
	if said := o.updates(t, cs); len(said) != 2 || said[1] != "It happened again." {
		t.Errorf("added: %q", said)
	}
	o.Do(t, o.Priya, cs, &cases.Close{Reason: "upheld"})
	o.Clock.Advance(29 * 24 * time.Hour)
	late := o.bring(t, letter{from: "amara@example.org", to: to, words: "And again.", file: "again.txt", body: []byte("On Friday.")})
	if late.State != correspondence.StateFiled || late.Case == cs || late.Role != correspondence.RoleRaised {
		t.Fatalf("a late reply stands in %s of %v (%s)", late.State, late.Case, late.Why)
	}
	if got = o.Case(t, cs); got.Status != "closed" || len(o.updates(t, cs)) != 2 {
		t.Errorf("after a late reply: %s, %q", got.Status, o.updates(t, cs))
	}
	o.Rewinds(t, cs)
	fresh := o.Case(t, late.Case)
	if fresh.Subject != "Re: Collections missed" || fresh.Requester != o.Amara || fresh.Description != "And again." || fresh.Channel != core.ChannelEmail {
		t.Errorf("the new case is %+v", fresh)
	}
	if was := o.Last(t, cs, core.LinkAdded); was.About["kind"] != core.LinkContinuedBy || was.About["other"] != late.Case.String() {
		t.Errorf("the old case says %+v", was)
	}
	if is := o.Last(t, late.Case, core.LinkAdded); is.About["kind"] != core.LinkContinues || is.About["other"] != cs.String() {
		t.Errorf("the new case says %+v", is)
	}
	if o.Last(t, late.Case, core.AttachmentAdded).About["no"] != 1.0 {
		t.Error("the file of the reply is not on the new case")
	}

	// What comes to the old case after that goes to the new one.
	more := o.bring(t, letter{from: "amara@example.org", to: to, words: "One thing more."})
	if more.Case != late.Case {
		t.Errorf("the next reply stands in %s of %v (%s)", more.State, more.Case, more.Why)
	}
	if said := o.updates(t, late.Case); len(said) != 1 || said[0] != "One thing more." {
		t.Errorf("added to the new case: %q", said)
	}
}

func TestNobodyButTheRequesterBeginsACaseByALateReply(t *testing.T) {
	o := open(t)
	cs := o.Raise(t)
	to := o.tell(t, cs, core.CaseRaised, "amara@example.org").AnswersTo
	o.Do(t, o.Priya, cs, &cases.Close{Reason: "upheld"})
	o.Clock.Advance(29 * 24 * time.Hour)
	for what, l := range map[string]letter{
		"a notice of absence": {from: "amara@example.org", to: to, words: "I am away.", more: []string{"Auto-Submitted: auto-replied"}},
		"a program":           {from: "amara@example.org", to: to, words: "Ticket 7 was made.", more: []string{"Precedence: bulk"}},
		"somebody else":       {from: "brendan@example.org", to: to, words: "Mine too."},
	} {
		if m := o.bring(t, l); m.State == correspondence.StateFiled || m.Role == correspondence.RoleRaised {
			t.Errorf("%s is filed to %v", what, m.Case)
		}
	}
	var n int
	if err := o.Pool.QueryRow(t.Context(), `SELECT count(*) FROM cases`).Scan(&n); err != nil || n != 1 {
		t.Errorf("there are %d cases, %v", n, err)
	}
	o.Do(t, o.Priya, cs, &cases.Reopen{})
	o.Do(t, o.Priya, cs, &cases.Close{Reason: "upheld"})
	o.bring(t, letter{from: "amara@example.org", to: to, words: "In time."})
	if got := o.Case(t, cs); got.Status != "reopened" {
		t.Errorf("a reply in time leaves it %s", got.Status)
	}
}

func TestAResolvedCaseWithAnOpenQuestionIsReopenedByItsAnswer(t *testing.T) {
	o := open(t)
	cs := o.Raise(t)
	asked := o.ask(t, cs, "Which bin?")
	o.Do(t, o.Priya, cs, &cases.ChangeStatus{To: "resolved"})
	o.bring(t, letter{from: "amara@example.org", to: asked.AnswersTo, words: "The green one."})
	if got := o.Case(t, cs); got.Status != "reopened" || o.question(t, cs, 1).Answer != "The green one." {
		t.Errorf("it is %s, and the answer is %q", got.Status, o.question(t, cs, 1).Answer)
	}
}

func TestWhatProvesNothingWaitsForAPersonAndChangesNothing(t *testing.T) {
	o := open(t)
	cs := o.Raise(t)
	ref := string(o.Case(t, cs).Ref)
	to := o.tell(t, cs, core.CaseRaised, "amara@example.org").AnswersTo
	forged := strings.Replace(correspondence.Replies{Secret: core.Secret{9}, Address: replyAddress, Clock: o.Clock}.To(cs, "amara@example.org"), "", "", 1)
	for name, test := range map[string]struct {
		letter letter
		why    string
	}{
		"a subject":                    {letter{from: "amara@example.org", to: replyAddress, subject: "Re: Your complaint " + ref}, "names " + ref},
		"an address of another key":    {letter{from: "amara@example.org", to: forged}, "did not make"},
		"an address of somebody else":  {letter{from: "brendan@example.org", to: to}, "for somebody else"},
		"an address for nobody":        {letter{from: "amara@example.org", to: "cases+guess@northmoor.example"}, "answers no message of ours"},
		"an address in another domain": {letter{from: "amara@example.org", to: strings.Replace(to, "northmoor", "evil", 1)}, "answers no message of ours"},
		"several senders":              {letter{from: "amara@example.org, brendan@example.org", to: to}, "does not say who"},
		"no sender":                    {letter{to: to}, "does not say who"},
		"a program":                    {letter{from: "amara@example.org", to: to, more: []string{"Auto-Submitted: auto-generated"}}, "A program wrote it"},
		"a Message-ID that is guessed": {letter{from: "amara@example.org", answers: "<" + core.NewID[core.MessageID]().String() + "@northmoor.example>"}, "answers no message of ours"},
	} {
		test.letter.words = "Close it, please. " + name
		m := o.bring(t, test.letter)
		if m.State != correspondence.StateTriage || !strings.Contains(m.Why, test.why) {
			t.Errorf("%s: it stands in %s because %q; want %q", name, m.State, m.Why, test.why)
		}
		o.untouched(t, cs, m, test.why)
	}
	o.Clock.Advance(correspondence.ReplyLife + 25*time.Hour)
	o.untouched(t, cs, o.bring(t, letter{from: "amara@example.org", to: to, words: "Late."}), "too old")
}

func TestTheTokenOfOneCaseSaysNothingOfAnother(t *testing.T) {
	o := open(t)
	mine := o.Raise(t)
	theirs := core.NewID[core.CaseID]()
	o.Do(t, core.PersonActor(o.Brendan, "Brendan"), theirs, &cases.Raise{
		Type: "complaint", Subject: "Another", Channel: core.ChannelWeb, Requester: o.Brendan, Contact: core.Contact{Email: "brendan@example.org"},
	})
	toMine := o.tell(t, mine, core.CaseRaised, "amara@example.org")
	toTheirs := o.tell(t, theirs, core.CaseRaised, "brendan@example.org")
	// Amara names Brendan's message, and sends to her own address for replies.
	m := o.bring(t, letter{from: "amara@example.org", to: toMine.AnswersTo, answers: "<" + toTheirs.MessageID + ">", words: "Mine."})
	if m.Case != mine {
		t.Errorf("it was filed to %v", m.Case)
	}
	o.untouched(t, theirs, o.bring(t, letter{from: "amara@example.org", to: toTheirs.AnswersTo, words: "Not mine."}), "for somebody else")
	// The address of a contact who is not the requester any more proves nothing.
	o.Do(t, o.Priya, theirs, &cases.ChangeContact{Contact: core.Contact{Name: "Brendan", Email: "new@example.org"}})
	o.untouched(t, theirs, o.bring(t, letter{from: "brendan@example.org", to: toTheirs.AnswersTo, words: "Still me?"}), "not who the case is with")
}

func TestSomebodyWhomStaffWroteToIsHeardByStaffAlone(t *testing.T) {
	o := open(t)
	cs := o.Raise(t)
	told := o.tell(t, cs, core.LetterSent, "neighbour@example.org", func(out *messages.Outgoing) { out.Audience = "other" })
	m := o.bring(t, letter{from: "neighbour@example.org", to: told.AnswersTo, words: "I saw it.", file: "seen.txt", body: []byte("On Tuesday.")})
	if m.State != correspondence.StateFiled || m.Case != cs || m.Role != correspondence.RoleParticipant || len(o.updates(t, cs)) != 0 {
		t.Errorf("it stands in %s as %s (%s); added: %q", m.State, m.Role, m.Why, o.updates(t, cs))
	}
	if len(m.Files) != 1 || m.Files[0].Attachment.IsZero() {
		t.Fatalf("its files: %+v", m.Files)
	}
	chosen, err := o.files.Chosen(t.Context(), cs, []core.AttachmentID{m.Files[0].Attachment})
	if err != nil || len(chosen) != 1 || chosen[0].Audience != core.Staff {
		t.Errorf("on the case: %+v, %v", chosen, err)
	}
}

var png = append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), make([]byte, 6000)...)

func TestFilesComeAlongUnderTheRulesOfTheCaseType(t *testing.T) {
	o := open(t)
	cs := o.Raise(t)
	to := o.tell(t, cs, core.CaseRaised, "amara@example.org").AnswersTo
	m := o.bring(t, letter{from: "amara@example.org", to: to, words: "See the picture.", file: "../../bin\u202egnp.png", body: png})
	if len(m.Files) != 1 || m.Files[0].Attachment.IsZero() {
		t.Fatalf("its files: %+v", m.Files)
	}
	chosen, err := o.files.Chosen(t.Context(), cs, []core.AttachmentID{m.Files[0].Attachment})
	if err != nil || len(chosen) != 1 || strings.ContainsAny(chosen[0].Name, "/\u202e") || chosen[0].Audience != core.Public || chosen[0].Size != int64(len(png)) {
		t.Errorf("on the case: %+v, %v", chosen, err)
	}
	for name, body := range map[string][]byte{"tool.exe": []byte("MZ\x90"), "bin.png": []byte("MZ this is no picture")} {
		m = o.bring(t, letter{from: "amara@example.org", to: to, words: "And " + name, file: name, body: body})
		if m.State != correspondence.StateFiled || len(m.Files) != 1 || m.Files[0].LeftOut == "" || !m.Files[0].Attachment.IsZero() {
			t.Errorf("%s: %s, %+v", name, m.State, m.Files)
		}
	}
	if got := o.updates(t, cs); len(got) != 3 {
		t.Errorf("the words count all the same: %q", got)
	}
}

func TestAutomaticRepliesLoopsAndFloodsAreStopped(t *testing.T) {
	o := open(t)
	cs := o.Raise(t)
	told := o.tell(t, cs, core.CaseRaised, "amara@example.org")
	away := o.bring(t, letter{from: "amara@example.org", to: told.AnswersTo, subject: "Out of office: Your complaint", words: "I am away."})
	if away.State != correspondence.StateIgnored || away.Case != cs || len(o.updates(t, cs)) != 0 {
		t.Errorf("a notice of absence stands in %s (%s)", away.State, away.Why)
	}
	own := o.bring(t, letter{from: "Northmoor <no-reply@northmoor.example>", to: replyAddress, words: "Your complaint"})
	if own.State != correspondence.StateIgnored {
		t.Errorf("our own mail stands in %s (%s)", own.State, own.Why)
	}
	raw := []byte("From: relay@example.org\r\nMessage-ID: <" + told.MessageID + ">\r\n\r\nYour complaint\r\n")
	if _, err := o.box.Take(t.Context(), "complaints", raw, int64(len(raw)), false); err != nil {
		t.Fatal(err)
	}
	if _, err := o.box.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m := o.last(t); m.State != correspondence.StateIgnored {
		t.Errorf("a message of ours under its own name stands in %s (%s)", m.State, m.Why)
	}
	raised := 0
	for i := range 35 {
		if o.bringTo(t, "complaints", letter{from: "robot@example.org", words: fmt.Sprint("Ticket ", i)}).State == correspondence.StateFiled {
			raised++
		}
	}
	if raised != 30 {
		t.Errorf("of 35 mails of a program within an hour %d raised a case", raised)
	}
}

func TestAMessageThatCameBackIsMarkedOnItsCase(t *testing.T) {
	o := open(t)
	cs := o.Raise(t)
	told := o.tell(t, cs, core.CaseRaised, "amara@example.org")
	report := func(action, id string) correspondence.Mail {
		t.Helper()
		return o.bring(t, letter{from: "MAILER-DAEMON@mail.example.org", more: []string{"MIME-Version: 1.0", "Content-Type: multipart/report; report-type=delivery-status; boundary=b"},
			words: "--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.example.org\n\nFinal-Recipient: rfc822; amara@example.org\nAction: " + action +
				"\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <" + id + ">\n--b--"})
	}
	state := func() messages.Entry {
		t.Helper()
		e, err := o.messages.FindOfCase(t.Context(), cs, told.ID)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	if m := report("delayed", told.MessageID); m.State != correspondence.StateIgnored || state().State != core.DeliverySent {
		t.Errorf("late: %s (%s), the message is %s", m.State, m.Why, state().State)
	}
	if m := report("failed", "guessed@northmoor.example"); m.State != correspondence.StateIgnored || !m.Case.IsZero() {
		t.Errorf("of a message that is not ours: %s (%s)", m.State, m.Why)
	}
	m := report("failed", told.MessageID)
	if m.State != correspondence.StateIgnored || m.Case != cs || m.Automatic != correspondence.AutomaticBounce {
		t.Errorf("lost: %s (%s)", m.State, m.Why)
	}
	if e := state(); e.State != core.DeliveryBounced || e.Detail != "550 5.1.1 no such user" {
		t.Errorf("the message is %s: %s", e.State, e.Detail)
	}
	if e := o.Last(t, cs, core.MessageBounced); e.About["message"] != told.ID.String() || e.About["status"] != "5.1.1" {
		t.Errorf("the case says %v", e.About)
	}
}

func TestAMailThatAnswersNothingRaisesACaseByTheRuleOfItsMailbox(t *testing.T) {
	o := open(t)
	m := o.bringTo(t, "complaints", letter{from: "Zoë Müller <zoe@example.org>", to: "complaints@northmoor.example", subject: "Hole in the road", words: "In Mill Lane.", file: "hole.png", body: png})
	if m.State != correspondence.StateFiled || m.Role != correspondence.RoleRaised {
		t.Fatalf("it stands in %s (%s)", m.State, m.Why)
	}
	cs := o.Case(t, m.Case)
	if cs.Type != "complaint" || cs.Subject != "Hole in the road" || cs.Description != "In Mill Lane." || cs.Channel != core.ChannelEmail ||
		cs.Subtype != "waste" || cs.Group != "highways" || cs.Priority != "high" || cs.Contact.Email != "zoe@example.org" || cs.Contact.Name != "Zoë Müller" || cs.Requester.IsZero() {
		t.Errorf("the case is %+v", cs)
	}
	if len(m.Files) != 1 || m.Files[0].Attachment.IsZero() {
		t.Errorf("its files: %+v", m.Files)
	}
	// Whoever pretends to be somebody changes nothing of what is known of them.
	o.bringTo(t, "complaints", letter{from: "The Mayor <zoe@example.org>", words: "Fire them all."})
	zoe, err := o.people.FindPerson(t.Context(), core.SystemActor(), cs.Requester)
	if err != nil || zoe.Name != "Zoë Müller" {
		t.Errorf("she is %+v, %v", zoe, err)
	}
	if m := o.bringTo(t, "misled", letter{from: "a@example.org", words: "Hello"}); m.State != correspondence.StateTriage || !strings.Contains(m.Why, "of a type that there is not") {
		t.Errorf("of a rule that is wrong: %s (%s)", m.State, m.Why)
	}
	o.Rewinds(t, cs.ID)
	o.Publish(t, "case_type", "complaint", strings.Replace(casestest.ComplaintType, "{", `{"retired":true,`, 1))
	if m := o.bringTo(t, "complaints", letter{from: "b@example.org", words: "Once more."}); m.State != correspondence.StateTriage || !strings.Contains(m.Why, "retired: Complaint") {
		t.Errorf("of a type that is retired: %s (%s)", m.State, m.Why)
	}
}

func TestAMailIsTakenOnceHoweverOftenItComesAndWhoeverDies(t *testing.T) {
	o := open(t)
	raw := o.write(letter{from: "zoe@example.org", subject: "Hole in the road", words: "In Mill Lane.", file: "hole.png", body: png})
	// Kept, and the server dies before it could be flagged: it comes again, by
	// another way, to another server, while several deal with what there is.
	again := append([]byte("Received: from a by b; Tue, 17 Nov 2026 10:00:01 +0000\r\n"), raw...)
	known := 0
	for i := range 6 {
		box, mail := "complaints", raw
		if i%2 == 1 {
			box, mail = "cases", again
		}
		was, err := o.box.Take(t.Context(), box, mail, int64(len(mail)), false)
		if err != nil {
			t.Fatal(err)
		}
		if was {
			known++
		}
	}
	if known != 5 {
		t.Errorf("of 6 times it was known %d times", known)
	}
	var working sync.WaitGroup
	for range 6 {
		working.Go(func() {
			if _, err := o.box.Work(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	working.Wait()
	var raised int
	if err := o.Pool.QueryRow(t.Context(), `SELECT count(*) FROM cases`).Scan(&raised); err != nil || raised != 1 {
		t.Errorf("%d cases were raised, %v", raised, err)
	}
	if m := o.last(t); m.State != correspondence.StateFiled {
		t.Errorf("it stands in %s (%s)", m.State, m.Why)
	}
}

func TestARequestThatIsCutOffLeavesTheMailToBeDealtWith(t *testing.T) {
	o := open(t)
	cs := o.Raise(t)
	told := o.tell(t, cs, core.CaseRaised, "amara@example.org")
	raw := o.write(letter{from: "amara@example.org", to: told.AnswersTo, words: "One thing more."})
	if _, err := o.box.Take(t.Context(), "cases", raw, int64(len(raw)), false); err != nil {
		t.Fatal(err)
	}
	dying, die := context.WithCancel(t.Context())
	die()
	if _, err := o.box.Work(dying); err == nil {
		t.Error("a server that is stopping deals with mail")
	}
	if n, err := o.box.Work(t.Context()); n != 1 || err != nil {
		t.Errorf("the next one deals with %d, %v", n, err)
	}
	if got := o.updates(t, cs); len(got) != 1 {
		t.Errorf("added: %q", got)
	}
}

func TestOfMailThatIsTooLargeOrBrokenAPersonIsTold(t *testing.T) {
	o := open(t)
	head := []byte("From: amara@example.org\r\nSubject: Film\r\n\r\n")
	if _, err := o.box.Take(t.Context(), "complaints", head, 40<<20, true); err != nil {
		t.Fatal(err)
	}
	if _, err := o.box.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m := o.last(t); m.State != correspondence.StateTriage || !m.Cut || m.Size != 40<<20 || !strings.Contains(m.Why, "larger than 25 MB") {
		t.Errorf("a large one: %s (%s)", m.State, m.Why)
	}
	var deep strings.Builder
	deep.WriteString("From: amara@example.org\r\nSubject: Deep\r\n")
	for i := range 500 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	raw := []byte(deep.String())
	if _, err := o.box.Take(t.Context(), "complaints", raw, int64(len(raw)), false); err != nil {
		t.Fatal(err)
	}
	if _, err := o.box.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m := o.last(t); m.State != correspondence.StateTriage || m.Subject != "Deep" || !strings.Contains(m.Why, "nested") {
		t.Errorf("a broken one: %s (%s)", m.State, m.Why)
	}
}

func TestTheSenderOfAReplyThatWaitsIsToldOnceADay(t *testing.T) {
	o := open(t)
	id := o.Raise(t)
	sent := o.tell(t, id, core.CaseRaised, "amara@example.org")
	told := func() []string {
		rows, err := o.Pool.Query(t.Context(), `SELECT recipient FROM outbox WHERE event_kind = 'mail.waits' ORDER BY created_at, recipient`)
		if err != nil {
			t.Fatal(err)
		}
		out, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	answers := "<" + sent.MessageID + ">"
	reply := letter{from: "Zoe <zoe@example.org>", to: replyAddress, subject: "Re: bins", answers: answers, words: "It is about my neighbour."}
	if m := o.bring(t, reply); m.State != correspondence.StateTriage {
		t.Fatalf("it stands %s: %s", m.State, m.Why)
	}
	for range 3 {
		o.bring(t, reply)
	}
	if got := told(); !slices.Equal(got, []string{"zoe@example.org"}) {
		t.Errorf("told were %v, want Zoe once", got)
	}

	// Neither programs, lists, addresses that nobody reads, nor ourselves; and
	// nobody whose mail answers nothing, or is proven.
	for _, l := range []letter{
		{from: "away@example.org", to: replyAddress, subject: "Out of office: bins", answers: answers, more: []string{"Auto-Submitted: auto-replied"}},
		{from: "news@example.org", to: replyAddress, subject: "News", answers: answers, more: []string{"List-Id: <news.example.org>"}},
		{from: "bulk@example.org", to: replyAddress, subject: "News", answers: answers, more: []string{"Precedence: bulk"}},
		{from: "noreply@example.org", to: replyAddress, subject: "Re: bins", answers: answers},
		{from: "mailer-daemon@example.org", to: replyAddress, subject: "Failure", answers: answers},
		{from: "no-reply@northmoor.example", to: replyAddress, subject: "Re: bins", answers: answers},
		{from: "new@example.org", to: replyAddress, subject: "Hello"},
		{from: "amara@example.org", to: replyAddress, subject: "Re: bins", answers: answers, words: "Thank you."},
	} {
		o.bring(t, l)
	}
	if got := told(); len(got) != 1 {
		t.Errorf("told were %v", got)
	}

	o.Clock.Advance(25 * time.Hour)
	o.bring(t, reply)
	if got := told(); len(got) != 2 {
		t.Errorf("a day later told were %v", got)
	}
	last, _, err := o.messages.List(t.Context(), core.StaffActor(core.NewID[core.StaffID](), "Ada", core.RoleAdministrator), messages.Filter{Recipient: "zoe"}, messages.Page{})
	if err != nil || len(last) != 2 {
		t.Fatalf("the outbox has %d, %v", len(last), err)
	}
	if !last[0].CaseID.IsZero() {
		t.Error("what tells a stranger names a case")
	}
}
