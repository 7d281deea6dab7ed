package mail_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/mail"
	"github.com/casement-dev/casement/core/mail/mailtest"
	"github.com/casement-dev/casement/core/messages"
)

var created = time.Date(2026, 11, 20, 16, 50, 0, 0, time.UTC)

func letter() core.Message {
	return core.Message{
		ID: core.NewID[core.MessageID](), MessageID: "0197.abc@northmoor.example",
		To: "zoe@example.org", ToName: "Zoë Müller-Łuczak", Subject: "Your complaint – Grüße 🚲",
		Text: "Dear Zoë,\n\nyour bicycle 🚲 is safe.\n.\nA line that is a dot must not end the message.",
		HTML: "<p>Dear Zoë, your bicycle 🚲 is safe.</p>", CreatedAt: created,
	}
}

func sender(t *testing.T, server *mailtest.Server, change ...func(*mail.Settings)) *mail.Sender {
	t.Helper()
	settings := mail.Settings{
		Host: "127.0.0.1", Port: server.Port, Security: mail.Plain, Roots: server.Roots, Timeout: 5 * time.Second,
		From: "no-reply@northmoor.example", FromName: "Northmoor Council", ReplyTo: "hello@northmoor.example",
	}
	for _, f := range change {
		f(&settings)
	}
	s, err := mail.New(settings)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// beginning counts how often the sender said that the text is about to go.
type beginning struct{ times int }

func (b *beginning) begin(context.Context) error { b.times++; return nil }

func send(t *testing.T, s *mail.Sender, m core.Message) (messages.Receipt, int) {
	t.Helper()
	var b beginning
	return s.Send(t.Context(), m, b.begin), b.times
}

func TestAMessageArrivesAsItWasWritten(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{})
	m := letter()
	receipt, begun := send(t, sender(t, server), m)
	if receipt.Settled != messages.Accepted || begun != 1 {
		t.Fatalf("settled %+v after %d beginnings", receipt, begun)
	}
	mails := server.Mails()
	if len(mails) != 1 || mails[0].From != "no-reply@northmoor.example" || mails[0].To[0] != m.To {
		t.Fatalf("the server has %d mails: %+v", len(mails), mails)
	}
	read, err := enmime.ReadEnvelope(bytes.NewReader(mails[0].Data))
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		"Subject": m.Subject, "Message-Id": "<" + m.MessageID + ">", "Auto-Submitted": "auto-generated",
		"Date": "Fri, 20 Nov 2026 16:50:00 +0000",
	} {
		if got := read.GetHeader(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	to, err := read.AddressList("To")
	if err != nil || to[0].Name != m.ToName || to[0].Address != m.To {
		t.Errorf("To is %v, %v", to, err)
	}
	answers, err := read.AddressList("Reply-To")
	if err != nil || answers[0].Address != "hello@northmoor.example" {
		t.Errorf("Reply-To is %v, %v", answers, err)
	}
	if got := strings.TrimSpace(strings.ReplaceAll(read.Text, "\r\n", "\n")); got != m.Text {
		t.Errorf("the text arrived as %q", got)
	}
	if strings.TrimSpace(read.HTML) != m.HTML {
		t.Errorf("the HTML arrived as %q", read.HTML)
	}
}

func TestNothingInANameOrASubjectBeginsAnotherHeader(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{})
	for _, attack := range []string{
		"Zoe\r\nBcc: everybody@example.org", "Zoe\nBcc: everybody@example.org", "Zoe\rBcc: everybody@example.org",
		"Zoe\u2028Bcc: everybody@example.org", "Zoe\x00\r\n\r\n<html>", `Zoe" <everybody@example.org>, "`,
		"=?utf-8?q?Zoe=0D=0ABcc:_everybody@example.org?=", strings.Repeat("é\r\nBcc: x@example.org ", 40),
	} {
		m := letter()
		m.ToName, m.Subject = attack, attack
		if receipt, _ := send(t, sender(t, server), m); receipt.Settled != messages.Accepted {
			t.Fatalf("%q: %+v", attack, receipt)
		}
		mails := server.Mails()
		last := mails[len(mails)-1]
		read, err := enmime.ReadEnvelope(bytes.NewReader(last.Data))
		if err != nil {
			t.Fatal(err)
		}
		if len(last.To) != 1 || read.GetHeader("Bcc") != "" || read.GetHeader("Auto-Submitted") == "" {
			t.Errorf("%q got through: to %v, headers %v", attack, last.To, read.GetHeaderKeys())
		}
		to, err := read.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Address != m.To {
			t.Errorf("%q made the recipients %v, %v", attack, to, err)
		}
	}
}

func TestAnAddressOrMessageIDThatIsNoneIsRefusedBeforeConnecting(t *testing.T) {
	s, err := mail.New(mail.Settings{Host: "127.0.0.1", Port: 1, Security: mail.Plain, From: "a@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*core.Message){
		"a second command": func(m *core.Message) { m.To = "a@example.org>\r\nRCPT TO:<b@example.org" },
		"two recipients":   func(m *core.Message) { m.To = "a@example.org, b@example.org" },
		"no address":       func(m *core.Message) { m.To = "" },
		"a display name":   func(m *core.Message) { m.To = "Zoe <zoe@example.org>" },
		"an open id":       func(m *core.Message) { m.MessageID = "a@b>\r\nBcc: c@example.org" },
		"no id":            func(m *core.Message) { m.MessageID = "" },
	} {
		m := letter()
		change(&m)
		if receipt, begun := send(t, s, m); receipt.Settled != messages.Refused || begun != 0 {
			t.Errorf("%s: %+v after %d beginnings", name, receipt, begun)
		}
	}
}

func TestTheServersAnswerIsJudgedByItsCode(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{})
	s := sender(t, server)
	refuse := func(code int, words string) func(string) error {
		return func(string) error { return mailtest.Refuse(code, words) }
	}
	for _, c := range []struct {
		name  string
		set   func()
		want  messages.Settled
		begun int
		words string
	}{
		{"550 at the recipient", func() { server.OnTo(refuse(550, "No such user")) }, messages.Refused, 0, "550 No such user"},
		{"451 at the recipient", func() { server.OnTo(refuse(451, "Come back later")) }, messages.TryAgain, 0, "451 Come back later"},
		{"553 at the sender", func() { server.OnFrom(refuse(553, "Not you")) }, messages.Refused, 0, "553 Not you"},
		{"530 at the sender", func() { server.OnFrom(refuse(530, "Sign in first")) }, messages.TryAgain, 0, "530 Sign in first"},
		{"554 after the text", func() { server.OnData(func(mailtest.Mail) error { return mailtest.Refuse(554, "Looks like spam") }) },
			messages.Refused, 1, "554 Looks like spam"},
		{"452 after the text", func() { server.OnData(func(mailtest.Mail) error { return mailtest.Refuse(452, "Disk full") }) },
			messages.TryAgain, 1, "452 Disk full"},
		{"cut at the recipient", func() { server.OnTo(func(string) error { return mailtest.ErrCut }) }, messages.TryAgain, 0, ""},
		{"cut after the text", func() { server.OnData(func(mailtest.Mail) error { return mailtest.ErrCut }) }, messages.Uncertain, 1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			server.OnFrom(nil)
			server.OnTo(nil)
			server.OnData(nil)
			c.set()
			receipt, begun := send(t, s, letter())
			if receipt.Settled != c.want || begun != c.begun {
				t.Errorf("settled %+v after %d beginnings, want %s after %d", receipt, begun, c.want, c.begun)
			}
			if !strings.Contains(receipt.Detail, c.words) || receipt.Detail == "" {
				t.Errorf("the detail is %q, want %q", receipt.Detail, c.words)
			}
		})
	}
}

func TestNoServerMeansTryAgain(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close()
	s, err := mail.New(mail.Settings{Host: "127.0.0.1", Port: port, Security: mail.Plain, From: "a@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if receipt, begun := send(t, s, letter()); receipt.Settled != messages.TryAgain || begun != 0 || receipt.Detail == "" {
		t.Errorf("settled %+v after %d beginnings", receipt, begun)
	}
	if err := s.Check(t.Context()); core.KindOf(err) != core.ErrUnavailable {
		t.Errorf("the check says %v", err)
	}
}

func TestNothingIsSentWhenTheBeginningFailsOrIsTooLate(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{})
	s := sender(t, server)
	receipt := s.Send(t.Context(), letter(), func(context.Context) error { return errors.New("another server has it") })
	if receipt.Settled != messages.TryAgain {
		t.Errorf("settled %+v", receipt)
	}
	ctx, cancel := context.WithCancel(t.Context())
	receipt = s.Send(ctx, letter(), func(context.Context) error { cancel(); return nil })
	if receipt.Settled != messages.TryAgain {
		t.Errorf("cancelled before DATA: settled %+v", receipt)
	}
	if n := len(server.Mails()); n != 0 {
		t.Errorf("%d mails arrived", n)
	}
}

func TestAMessageOnceBegunIsFinishedThoughTheProgramIsStopping(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	server.OnData(func(mailtest.Mail) error { cancel(); return nil })
	receipt := sender(t, server).Send(ctx, letter(), func(context.Context) error { return nil })
	if receipt.Settled != messages.Accepted {
		t.Errorf("settled %+v", receipt)
	}
}

func TestTheConnectionIsProtectedAsConfigured(t *testing.T) {
	for _, c := range []struct {
		security mail.Security
		options  mailtest.Options
	}{
		{mail.StartTLS, mailtest.Options{StartTLS: true, Username: "casement", Password: "s3cret"}},
		{mail.TLS, mailtest.Options{TLS: true, Username: "casement", Password: "s3cret"}},
		{mail.Plain, mailtest.Options{Username: "casement", Password: "s3cret"}},
	} {
		t.Run(string(c.security), func(t *testing.T) {
			server := mailtest.Start(t, c.options)
			signIn := func(s *mail.Settings) { s.Security, s.Username, s.Password = c.security, "casement", "s3cret" }
			s := sender(t, server, signIn)
			if err := s.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			if receipt, _ := send(t, s, letter()); receipt.Settled != messages.Accepted {
				t.Errorf("settled %+v", receipt)
			}
			wrong := sender(t, server, signIn, func(s *mail.Settings) { s.Password = "guess" })
			if receipt, begun := send(t, wrong, letter()); receipt.Settled != messages.TryAgain || begun != 0 || !strings.Contains(receipt.Detail, "535") {
				t.Errorf("with a wrong password: %+v", receipt)
			}
		})
	}
}

func TestMailDoesNotGoToAServerThatCannotProveItself(t *testing.T) {
	plain := mailtest.Start(t, mailtest.Options{})
	unprotected := sender(t, plain, func(s *mail.Settings) { s.Security = mail.StartTLS })
	if receipt, begun := send(t, unprotected, letter()); receipt.Settled != messages.TryAgain || begun != 0 {
		t.Errorf("without STARTTLS: %+v", receipt)
	}
	for _, c := range []struct {
		security mail.Security
		options  mailtest.Options
	}{{mail.StartTLS, mailtest.Options{StartTLS: true}}, {mail.TLS, mailtest.Options{TLS: true}}} {
		server := mailtest.Start(t, c.options)
		stranger := sender(t, server, func(s *mail.Settings) { s.Security, s.Roots = c.security, nil })
		if receipt, begun := send(t, stranger, letter()); receipt.Settled != messages.TryAgain || begun != 0 {
			t.Errorf("%s with an unknown certificate: %+v", c.security, receipt)
		}
		if n := len(server.Mails()); n != 0 {
			t.Errorf("%d mails arrived over %s", n, c.security)
		}
	}
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	for name, s := range map[string]mail.Settings{
		"no host":        {From: "a@example.org"},
		"no sender":      {Host: "mail.example.org"},
		"wrong port":     {Host: "mail.example.org", Port: 70000, From: "a@example.org"},
		"wrong security": {Host: "mail.example.org", Security: "ssl3", From: "a@example.org"},
		"wrong answers":  {Host: "mail.example.org", From: "a@example.org", ReplyTo: "nobody"},
	} {
		if _, err := mail.New(s); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
