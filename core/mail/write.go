package mail

import (
	"bytes"
	"cmp"
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
	if err := s.direct(msg, m); err != nil {
		return nil, err
	}
	msg.Subject(clean(m.Subject, maxSubject))
	msg.SetMessageIDWithValue(m.MessageID)
	msg.SetDateWithValue(m.CreatedAt)
	thread(msg, m.Answered)
	if m.Letter.IsZero() {
		// Written by a program: holiday notices and other programs keep quiet.
		submitted := "auto-generated"
		if len(m.Answered) > 0 {
			submitted = "auto-replied"
		}
		msg.SetGenHeader("Auto-Submitted", submitted)
		msg.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	for _, f := range m.Files {
		name := clean(f.Name, maxName)
		if err := msg.AttachReader(name, bytes.NewReader(f.Body), gomail.WithFileContentType(gomail.ContentType(f.Kind))); err != nil {
			return nil, fmt.Errorf("put the file %q into the message: %w", name, err)
		}
	}
	var out bytes.Buffer
	if _, err := msg.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("write the message: %w", err)
	}
	return out.Bytes(), nil
}

// foreignIDs are Message-IDs that others made: everything but what would end one,
// or begin another line.
var foreignIDs = regexp.MustCompile(`^[!-;=?-~]{3,250}$`)

// maxThread is how many mails of a conversation are named.
const maxThread = 10

// thread says which mail the message answers, so that mail programs show them as
// one conversation. What is no Message-ID is left out.
func thread(msg *gomail.Msg, answered []string) {
	var ids []string
	for _, id := range answered[max(0, len(answered)-maxThread):] {
		if foreignIDs.MatchString(id) {
			ids = append(ids, "<"+id+">")
		}
	}
	if len(ids) == 0 {
		return
	}
	msg.SetGenHeaderPreformatted("In-Reply-To", ids[len(ids)-1])
	msg.SetGenHeaderPreformatted("References", strings.Join(ids, "\r\n ")) // each may be as long as a line
}

// direct says whom the message is for and where answers go. A letter to
// several names them all, though it is handed over once for each.
func (s *Sender) direct(msg *gomail.Msg, m core.Message) error {
	to, err := addresses(m, m.HeaderTo)
	if err != nil {
		return err
	}
	cc, err := addresses(m, m.HeaderCc)
	if err != nil {
		return err
	}
	if len(to) == 0 {
		to = []*netmail.Address{{Name: clean(m.ToName, maxName), Address: m.To}}
	}
	msg.ToMailAddress(to...)
	if len(cc) > 0 {
		msg.CcMailAddress(cc...)
	}
	if answers := cmp.Or(m.AnswersTo, s.settings.ReplyTo); answers != "" {
		if answers, err = core.ParseEmail(answers); err != nil {
			return fmt.Errorf("the address for answers is not an email address")
		}
		msg.ReplyToMailAddress(&netmail.Address{Name: clean(s.settings.FromName, maxName), Address: answers})
	}
	return nil
}

func addresses(m core.Message, list []string) ([]*netmail.Address, error) {
	out := make([]*netmail.Address, len(list))
	for i, raw := range list {
		email, err := core.ParseEmail(raw)
		if err != nil {
			return nil, fmt.Errorf("an address that the message names is not an email address")
		}
		out[i] = &netmail.Address{Address: email}
		if email == m.To {
			out[i].Name = clean(m.ToName, maxName)
		}
	}
	return out, nil
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
