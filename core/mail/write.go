package mail

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"regexp"
	"strings"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"github.com/casement-dev/casement/core"
)

const (
	maxDetail  = 500 // letters of the server's words that are kept
	maxSubject = 250 // letters
	maxName    = 120 // letters
)

// messageIDs are ours alone, so they are plain.
var messageIDs = regexp.MustCompile(`^[A-Za-z0-9.+_-]{1,64}@[A-Za-z0-9.-]{1,190}$`)

// write makes the message as it goes over the wire. Names and subject lose
// everything that could begin another line; an address that is not one is
// refused.
func (s *Sender) write(m core.Message) ([]byte, error) {
	to, err := core.ParseEmail(m.To)
	if err != nil || to != strings.ToLower(m.To) {
		return nil, fmt.Errorf("the recipient's address is not an email address")
	}
	if !messageIDs.MatchString(m.MessageID) {
		return nil, fmt.Errorf("the message has no proper Message-ID")
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&netmail.Address{Name: clean(s.settings.FromName, maxName), Address: s.settings.From})
	msg.ToMailAddress(&netmail.Address{Name: clean(m.ToName, maxName), Address: m.To})
	if s.settings.ReplyTo != "" {
		msg.ReplyToMailAddress(&netmail.Address{Name: clean(s.settings.FromName, maxName), Address: s.settings.ReplyTo})
	}
	msg.Subject(clean(m.Subject, maxSubject))
	msg.SetMessageIDWithValue(m.MessageID)
	msg.SetDateWithValue(m.CreatedAt)
	// Written by a program: holiday notices and other programs keep quiet.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	var out bytes.Buffer
	if _, err := msg.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("write the message: %w", err)
	}
	return out.Bytes(), nil
}

// clean makes one line of at most n letters: control characters, line breaks
// of every kind and the marks that turn the direction of writing are gone.
func clean(s string, n int) string {
	letters := make([]rune, 0, min(len(s), n))
	for _, r := range strings.ToValidUTF8(s, "") {
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			r = ' '
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			continue
		}
		if len(letters) == n {
			break
		}
		letters = append(letters, r)
	}
	return strings.Join(strings.Fields(string(letters)), " ")
}
