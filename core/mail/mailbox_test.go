package mail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/mail"
	"github.com/casement-dev/casement/core/mail/mailtest"
)

// taker keeps what a mailbox gives it.
type taker struct {
	mu      sync.Mutex
	mails   []mail.Arrived
	reports []error
	refuse  func(mail.Arrived) error
}

func (k *taker) take(_ context.Context, m mail.Arrived) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refuse != nil {
		if err := k.refuse(m); err != nil {
			return err
		}
	}
	k.mails = append(k.mails, m)
	return nil
}

func (k *taker) report(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reports = append(k.reports, err)
}

// said is the last that was reported.
func (k *taker) said() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.reports) == 0 {
		return nil
	}
	return k.reports[len(k.reports)-1]
}

func (k *taker) subjects() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []string
	for _, m := range k.mails {
		out = append(out, mail.Parse(m.Raw).Subject)
	}
	return out
}

func (k *taker) set(refuse func(mail.Arrived) error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.refuse = refuse
}

// read reads a mailbox until the returned function is called.
func read(t *testing.T, d *mailtest.Dovecot, k *taker, change func(*mail.MailboxSettings)) (stop func()) {
	t.Helper()
	s := mail.MailboxSettings{Name: "cases", Host: "127.0.0.1", Port: d.Port, Security: mail.Plain, Username: d.User, Password: d.Password}
	if change != nil {
		change(&s)
	}
	box, err := mail.NewMailbox(s, k.take, k.report)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var reading sync.WaitGroup
	reading.Go(func() { box.Read(ctx) })
	stop = sync.OnceFunc(func() {
		cancel()
		reading.Wait()
	})
	t.Cleanup(stop)
	return stop
}

func simple(subject string) []byte {
	return []byte("From: Amara <amara@example.org>\r\nTo: cases@northmoor.example\r\nSubject: " + subject +
		"\r\nMessage-ID: <" + strings.ReplaceAll(subject, " ", "-") + "@example.org>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\nHello.\r\n")
}

func awaits(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
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

func TestMailIsTakenThatWasThereAndThatComesWhileTheMailboxIsRead(t *testing.T) {
	t.Parallel()
	d, k := mailtest.StartDovecot(t, ""), &taker{}
	raw := simple("There before")
	d.Deliver("INBOX", raw)
	read(t, d, k, nil)
	awaits(t, "what was there is taken", func() bool { return len(k.subjects()) == 1 })
	if k.mails[0].Cut || k.mails[0].Size != int64(len(raw)) || !bytes.Equal(k.mails[0].Raw, raw) {
		t.Errorf("taken: %d bytes of %d, cut %v: %q", len(k.mails[0].Raw), k.mails[0].Size, k.mails[0].Cut, k.mails[0].Raw)
	}
	for i := range 3 {
		subject := fmt.Sprintf("Came later %d", i)
		d.Deliver("INBOX", simple(subject))
		awaits(t, subject+" is taken", func() bool { return slices.Contains(k.subjects(), subject) })
	}
	awaits(t, "all of it is marked as read", func() bool { all, unread := d.Count("INBOX"); return all == 4 && unread == 0 })
	if got := k.subjects(); len(got) != 4 {
		t.Errorf("taken: %q", got)
	}
}

func TestMailIsMovedOnlyAfterItWasTakenIn(t *testing.T) {
	t.Parallel()
	d, k := mailtest.StartDovecot(t, ""), &taker{}
	k.set(func(m mail.Arrived) error {
		if bytes.Contains(m.Raw, []byte("Subject: Second")) {
			return errors.New("the database is away")
		}
		return nil
	})
	for _, subject := range []string{"First", "Second", "Third"} {
		d.Deliver("INBOX", simple(subject))
	}
	read(t, d, k, func(s *mail.MailboxSettings) { s.MoveTo = "Taken" })
	awaits(t, "the others are moved", func() bool { moved, _ := d.Count("Taken"); return moved == 2 })
	if left, unread := d.Count("INBOX"); left != 1 || unread != 1 {
		t.Errorf("%d mails are left, %d not read", left, unread)
	}
	k.set(nil)
	awaits(t, "the last is moved as well", func() bool { moved, _ := d.Count("Taken"); return moved == 3 })
	if got := k.subjects(); len(got) != 3 {
		t.Errorf("taken: %q", got)
	}
}

func TestAMailboxIsReadAgainAfterItsServerWasAway(t *testing.T) {
	t.Parallel()
	d, k := mailtest.StartDovecot(t, ""), &taker{}
	read(t, d, k, nil)
	d.Deliver("INBOX", simple("Before"))
	awaits(t, "mail is taken", func() bool { return len(k.subjects()) == 1 })
	d.Stop()
	awaits(t, "it is said that the server is away", func() bool { return k.said() != nil })
	d.Restart()
	d.Deliver("INBOX", simple("After"))
	awaits(t, "mail is taken again", func() bool { return slices.Contains(k.subjects(), "After") })
	awaits(t, "it is said that all is well", func() bool { return k.said() == nil })
	if got := k.subjects(); len(got) != 2 {
		t.Errorf("taken: %q", got)
	}
}

func TestAMailboxWhoseServerDoesNotTellOfMailIsLookedInto(t *testing.T) {
	t.Parallel()
	d, k := mailtest.StartDovecot(t, "imap_capability = IMAP4rev1 LITERAL+ UIDPLUS\n"), &taker{}
	read(t, d, k, func(s *mail.MailboxSettings) { s.Every, s.MoveTo = 50*time.Millisecond, "Taken" })
	d.Deliver("INBOX", simple("Without being told"))
	awaits(t, "mail is found, and moved by a copy", func() bool { moved, _ := d.Count("Taken"); left, _ := d.Count("INBOX"); return moved == 1 && left == 0 })
}

func TestOfMailThatIsTooLargeTheHeadIsTaken(t *testing.T) {
	t.Parallel()
	d, k := mailtest.StartDovecot(t, ""), &taker{}
	huge := append(simple("Huge"), bytes.Repeat([]byte("All work and no play.\r\n"), correspondence.MaxMail/23+1)...)
	d.Deliver("INBOX", huge)
	d.Deliver("INBOX", simple("Small"))
	read(t, d, k, nil)
	awaits(t, "both are taken", func() bool { return len(k.subjects()) == 2 })
	m := k.mails[0]
	if !m.Cut || m.Size != int64(len(huge)) || len(m.Raw) > 1000 {
		t.Errorf("of the large one %d bytes of %d were taken, cut %v", len(m.Raw), m.Size, m.Cut)
	}
	if in := mail.ParseHead(m.Raw); in.Subject != "Huge" || in.Sender != "amara@example.org" {
		t.Errorf("its head says %+v", in)
	}
}

func TestAMailboxIsReadOverTLS(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t, "")
	for name, security := range map[string]mail.Security{"from the first byte": mail.TLS, "after STARTTLS": mail.StartTLS} {
		port := d.Port
		if security == mail.TLS {
			port = d.TLSPort
		}
		trusting, doubting := &taker{}, &taker{}
		stop := read(t, d, doubting, func(s *mail.MailboxSettings) { s.Security, s.Port = security, port })
		awaits(t, name+": a certificate that nobody vouches for is refused", func() bool { return doubting.said() != nil })
		if err := doubting.said(); !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%s: %v", name, err)
		}
		stop()
		d.Deliver("INBOX", simple(name))
		stop = read(t, d, trusting, func(s *mail.MailboxSettings) { s.Security, s.Port, s.Roots = security, port, d.Roots })
		awaits(t, name+": mail is taken", func() bool { return len(trusting.subjects()) == 1 })
		awaits(t, name+": and marked", func() bool { _, unread := d.Count("INBOX"); return unread == 0 })
		stop()
		if len(doubting.subjects()) > 0 {
			t.Errorf("%s: mail was taken from a server that nobody vouches for", name)
		}
	}
}

func TestAWrongPasswordIsSaidWithoutThePassword(t *testing.T) {
	t.Parallel()
	d, k := mailtest.StartDovecot(t, ""), &taker{}
	read(t, d, k, func(s *mail.MailboxSettings) { s.Password = "hunter2" })
	awaits(t, "it is said", func() bool { return k.said() != nil })
	if err := k.said(); !strings.Contains(err.Error(), "sign in as cases") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("it is said: %v", err)
	}
}

func TestWhatIsSaidOfAMailboxIsChecked(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]mail.MailboxSettings{
		"no host":         {Username: "cases"},
		"no user":         {Host: "imap.example.org"},
		"a wrong port":    {Host: "imap.example.org", Username: "cases", Port: 70000},
		"no such secrecy": {Host: "imap.example.org", Username: "cases", Security: "ssl3"},
		"moved nowhere":   {Host: "imap.example.org", Username: "cases", MoveTo: "INBOX"},
	} {
		if _, err := mail.NewMailbox(s, nil, nil); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALookIntoAMailboxSaysWhatItFindsAndChangesNothing(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t, "")
	d.Deliver("INBOX", simple("Waits"))
	check := func(change func(*mail.MailboxSettings)) (mail.Checkup, error) {
		s := mail.MailboxSettings{Name: "cases", Host: "127.0.0.1", Port: d.Port, Security: mail.Plain, Username: d.User, Password: d.Password, MoveTo: "Taken"}
		change(&s)
		box, err := mail.NewMailbox(s, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return box.Check(t.Context())
	}
	found, err := check(func(*mail.MailboxSettings) {})
	if err != nil || found != (mail.Checkup{Folder: "INBOX", Waiting: 1, Tells: true, Missing: "Taken"}) {
		t.Errorf("it finds %+v, %v", found, err)
	}
	if all, unread := d.Count("INBOX"); all != 1 || unread != 1 {
		t.Errorf("afterwards %d mails are there, %d of them unread", all, unread)
	}
	const secret = "not-the-password"
	for what, c := range map[string]struct {
		change func(*mail.MailboxSettings)
		says   string
	}{
		"a wrong password": {func(s *mail.MailboxSettings) { s.Password = secret }, "does not let cases sign in"},
		"a wrong folder":   {func(s *mail.MailboxSettings) { s.Folder = "Elsewhere" }, "The folder Elsewhere cannot be opened"},
		"no server":        {func(s *mail.MailboxSettings) { s.Port = 1 }, "does not answer as expected"},
		"no certificate":   {func(s *mail.MailboxSettings) { s.Port, s.Security = d.TLSPort, mail.TLS }, "does not answer as expected"},
	} {
		_, err := check(c.change)
		var said *core.Error
		if !errors.As(err, &said) || said.Kind != core.ErrUnavailable || !strings.Contains(said.Message, c.says) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
