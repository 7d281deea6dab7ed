package messages

import (
	"context"
	"encoding/base64"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
)

// Entry is a message as the outbox page and a case's emails tab show it.
type Entry struct {
	core.Message
	Template string
	Attempts int
	NextAt   time.Time           // when it is tried next; zero when it is not
	Withheld bool                // the words are a secret and have been left out
	Missing  []string            // names its template shows that had no value; [NotGiven] stands there
	Server   string              // which server settled it last; "" when none did
	Enclosed []core.AttachmentID // the files that go with it
}

// HasMaskedLinks reports whether a link in the words is not shown in full.
func (e Entry) HasMaskedLinks() bool { return strings.Contains(e.Text, "/••••") }

// Unwritten reports whether the message has no words, since its template asked
// for too much: Detail says what. There is nothing to send again.
func (e Entry) Unwritten() bool { return e.State == core.DeliveryRefused && e.Attempts == 0 }

// Filter narrows the outbox page. Zero fields filter nothing.
type Filter struct {
	State     core.DeliveryState
	Recipient string // part of the address
}

// Page asks for one page of a list, newest first.
type Page struct {
	After string // the cursor the page before ended with; "" for the first
	Limit int    // 1 to 200; 0 means 50
}

// secretLinks finds the part of an address that only the recipient of a message
// may have: whoever holds it acts as them.
var secretLinks = regexp.MustCompile(`(/(?:track|answer|satisfaction|sign-in/link|sign-in|staff/password)/)[A-Za-z0-9_-]{8,}`)

// maskLinks hides the secrets of links, so that reading a message lets nobody
// act as its recipient.
func maskLinks(words string) string { return secretLinks.ReplaceAllString(words, "${1}••••") }

// withheld stands where the words of a secret message would.
const withheld = "The words of this message are not shown: they hold a link that signs its reader in."

// List returns one page of the outbox without the words of its messages, and
// the cursor of the next page, "" at the end. Administrators only.
func (s *Service) List(ctx context.Context, by core.Actor, f Filter, p Page) ([]Entry, string, error) {
	if !by.Has(core.RoleAdministrator) {
		return nil, "", core.Forbidden("Only administrators may see the outbox.")
	}
	at, id, err := readCursor(p.After)
	if err != nil {
		return nil, "", err
	}
	limit := p.Limit
	if limit == 0 {
		limit = 50
	}
	if limit < 1 || limit > 200 {
		return nil, "", core.InvalidField("limit", "A page has 1 to 200 messages.")
	}
	rows, err := s.selectPage(ctx, f, at, id, limit+1)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		next = cursor(rows[limit-1].CreatedAt, rows[limit-1].ID)
	}
	return entries(rows), next, nil
}

// OfCase returns the messages of a case with their text, newest first, at most
// 200, without the secrets of their links: staff read them. Whoever asks has
// seen to it that the case may be viewed.
func (s *Service) OfCase(ctx context.Context, cs core.CaseID) ([]Entry, error) {
	rows, err := s.selectOfCase(ctx, cs)
	return entries(rows), err
}

// FindOfCase returns one message of a case with its words, without the secrets
// of its links.
func (s *Service) FindOfCase(ctx context.Context, cs core.CaseID, id core.MessageID) (Entry, error) {
	row, err := s.selectEntry(ctx, id)
	if err == nil && row.CaseID != cs {
		err = noMessage()
	}
	if err != nil {
		return Entry{}, err
	}
	return row.entry(false), nil
}

// Find returns one message with its words, for administrators. What its
// recipient alone may have, the words of a sign-in message and the secrets of
// links, is shown on a test or demonstration installation only.
func (s *Service) Find(ctx context.Context, by core.Actor, id core.MessageID) (Entry, error) {
	return s.find(ctx, by, func() (entryRow, error) { return s.selectEntry(ctx, id) })
}

// FindByNo is Find by the message's number.
func (s *Service) FindByNo(ctx context.Context, by core.Actor, no int64) (Entry, error) {
	return s.find(ctx, by, func() (entryRow, error) { return s.selectEntryByNo(ctx, no) })
}

func (s *Service) find(ctx context.Context, by core.Actor, read func() (entryRow, error)) (Entry, error) {
	if !by.Has(core.RoleAdministrator) {
		return Entry{}, core.Forbidden("Only administrators may see the outbox.")
	}
	row, err := read()
	if err != nil {
		return Entry{}, err
	}
	open, err := s.isPretended(ctx)
	return row.entry(open), err
}

func noMessage() error { return core.NotFound("There is no such message.") }

// A cursor is the time and identifier of the last row shown.
func cursor(at time.Time, id core.MessageID) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", at.UnixMicro(), id))
}

func readCursor(s string) (*time.Time, core.MessageID, error) {
	if s == "" {
		return nil, core.MessageID{}, nil
	}
	bad := core.Invalid("This page of the list does not exist.")
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(s) > 100 {
		return nil, core.MessageID{}, bad
	}
	micros, text, _ := strings.Cut(string(raw), " ")
	n, err := strconv.ParseInt(micros, 10, 64)
	if err != nil {
		return nil, core.MessageID{}, bad
	}
	id, err := core.ParseID[core.MessageID](text)
	if err != nil {
		return nil, core.MessageID{}, bad
	}
	at := time.UnixMicro(n).UTC()
	return &at, id, nil
}
