package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/casement-dev/casement/core"
)

// Checkup is what a look into a mailbox found.
type Checkup struct {
	Folder  string
	Waiting int    // mails that have not been taken in
	Tells   bool   // the server says by itself that mail has come (IDLE)
	Missing string // the folder for mail that was taken in, when it is not there yet
}

// String says it in words.
func (c Checkup) String() string {
	out := fmt.Sprintf("%s opens, %d mails wait in it", c.Folder, c.Waiting)
	if c.Waiting == 1 {
		out = c.Folder + " opens, 1 mail waits in it"
	}
	if !c.Tells {
		out += "; its server does not say when mail comes (IDLE), so it is looked into each minute"
	}
	if c.Missing != "" {
		out += "; the folder " + c.Missing + " is made when the mailbox is read"
	}
	return out
}

// checkTime bounds the whole of a look into a mailbox.
const checkTime = 30 * time.Second

// Check signs in, opens the folder to read it alone, and leaves again: nothing in
// the mailbox changes. The error is unavailable and says in a sentence which of
// these the server refused; it never holds the password.
func (m *Mailbox) Check(ctx context.Context) (Checkup, error) {
	found := Checkup{Folder: m.settings.Folder}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	address := net.JoinHostPort(m.settings.Host, strconv.Itoa(m.settings.Port))
	s, err := m.connect(ctx)
	if err != nil {
		return found, m.fault(ctx, err, "Its server at "+address+" does not answer as expected")
	}
	defer s.close()
	if err := s.client.Login(m.settings.Username, m.settings.Password).Wait(); err != nil {
		return found, m.fault(ctx, err, "Its server at "+address+" does not let "+m.settings.Username+" sign in")
	}
	found.Tells = s.client.Caps().Has(imap.CapIdle)
	if _, err := s.client.Select(m.settings.Folder, &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		return found, m.fault(ctx, err, "The folder "+m.settings.Folder+" cannot be opened")
	}
	waiting, err := s.client.UIDSearch(m.unread(), nil).Wait()
	if err != nil {
		return found, m.fault(ctx, err, "The folder "+m.settings.Folder+" cannot be looked through")
	}
	found.Waiting = len(waiting.AllUIDs())
	if m.settings.MoveTo != "" {
		if _, err := s.client.Status(m.settings.MoveTo, &imap.StatusOptions{NumMessages: true}).Wait(); err != nil {
			found.Missing = m.settings.MoveTo
		}
	}
	return found, nil
}

// fault words what went wrong with a mailbox, without its password: servers
// repeat what they were told.
func (m *Mailbox) fault(ctx context.Context, err error, what string) error {
	said := words(err)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		said = "the mail server did not answer in time"
	}
	return core.Unavailable(err, "%s: %s.", what, strings.TrimSuffix(hidden(said, m.settings.Password), "."))
}

// hidden takes a secret out of words that are shown.
func hidden(words, secret string) string {
	if secret == "" {
		return words
	}
	return strings.ReplaceAll(words, secret, "••••")
}
