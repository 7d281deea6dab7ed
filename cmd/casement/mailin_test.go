package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/mail/mailtest"
	"github.com/casement-dev/casement/core/postgres/pgtest"
)

// mailFile writes a file of mailboxes and returns its path.
func mailFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mailboxes.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// awaitMail waits for what the program does by itself.
func awaitMail(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
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

// Mail comes in through the whole program: brought by another one, and read from
// a mailbox of Dovecot. A case is raised, the confirmation names an address for
// replies, and a reply to that is an update (RAISE-10, MAIL-05).
func TestMailComesInThroughTheWholeProgram(t *testing.T) {
	t.Parallel()
	d := mailtest.StartDovecot(t, "")
	clock := &casestest.Clock{}
	clock.Set(casestest.Start)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := furnished(t, true, clock, "--public-url=http://"+ln.Addr().String(), "--mailboxes="+mailFile(t, `
reply_address: cases@northmoor.example
sorters: [contact-centre]
mailboxes:
  - {key: relay, secret: a secret of some length, raise: {type: complaint}}
  - {key: cases, host: 127.0.0.1, port: `+strconv.Itoa(d.Port)+`, tls: none, user: cases, password: secret, move_to: Taken}
`))
	app, err := p.newServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- app.Serve(ln) }()
	stop, err := p.start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := app.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	// Two megabytes: more than a form may have.
	raw := append([]byte("From: Zoe <zoe@example.org>\r\nTo: complaints@northmoor.example\r\nSubject: Bins\r\nMessage-ID: <first@example.org>\r\n\r\n"+
		"They were left full.\r\n\r\n"), bytes.Repeat([]byte("> and again, and again, and again\r\n"), 60_000)...)
	bring := func(secret string) int {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.settings.PublicURL+"/mail-in/relay", bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "message/rfc822")
		request.Header.Set("Authorization", "Bearer "+secret)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		return response.StatusCode
	}
	for secret, want := range map[string]int{"guessed, and long enough": http.StatusUnauthorized, "a secret of some length": http.StatusOK} {
		if got := bring(secret); got != want {
			t.Fatalf("with the secret %q: %d, want %d", secret, got, want)
		}
	}
	if got := bring("a secret of some length"); got != http.StatusOK {
		t.Errorf("brought again: %d", got)
	}
	type sent struct{ to, answers, ref string }
	var confirmation sent
	awaitMail(t, "the case is raised and confirmed", func() bool {
		return p.db.Pool().QueryRow(t.Context(), `SELECT o.recipient, o.answers_to, c.ref FROM outbox o JOIN cases c ON c.id = o.case_id
			WHERE o.recipient = 'zoe@example.org'`).Scan(&confirmation.to, &confirmation.answers, &confirmation.ref) == nil
	})
	if !strings.HasPrefix(confirmation.answers, "cases+") {
		t.Fatalf("the confirmation is answered to %q", confirmation.answers)
	}
	d.Deliver("INBOX", []byte("From: Zoe <zoe@example.org>\r\nTo: "+confirmation.answers+"\r\nMessage-ID: <second@example.org>\r\n\r\nThe green ones.\r\n"))
	d.Deliver("INBOX", []byte("From: Mallory <mallory@example.org>\r\nTo: "+confirmation.answers+"\r\nMessage-ID: <third@example.org>\r\n\r\nClose it.\r\n"))
	cs, err := p.cases.Find(t.Context(), core.SystemActor(), core.Reference(confirmation.ref), core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	awaitMail(t, "the reply is an update", func() bool {
		all, err := p.notes.OfCase(t.Context(), cs.Case.ID, []core.Audience{core.Public})
		return err == nil && len(all) == 1 && all[0].Body == "The green ones."
	})
	sorter := p.hire(t, "Ada Sorter", nil, "contact-centre").Actor()
	awaitMail(t, "the other one waits for a person", func() bool {
		waiting, _, err := p.mailIn.kept.List(t.Context(), sorter, correspondence.StateTriage, 0)
		return err == nil && len(waiting) == 1 && waiting[0].Sender == "mallory@example.org"
	})
	thread, err := p.mailIn.kept.Thread(t.Context(), cs)
	in := 0
	for _, item := range thread {
		if item.In != nil {
			in++
		}
	}
	if err != nil || in != 2 {
		t.Errorf("%d mails came in for the case, %v", in, err)
	}
}

func TestAFileOfMailboxesWithMistakesStartsNothing(t *testing.T) {
	t.Parallel()
	s := assemble(t, pgtest.New(t), core.SystemClock{}).settings
	s.Mailboxes = mailFile(t, "mailboxes: [{key: cases}]")
	p := &parts{settings: s, clock: core.SystemClock{}}
	if err := p.readMailboxes(); err == nil || !strings.Contains(err.Error(), "mailbox cases: it needs a host") {
		t.Errorf("err = %v", err)
	}
}
