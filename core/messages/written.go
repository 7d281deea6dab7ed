package messages

import (
	"context"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
)

// MaxSubject is the most letters the subject of a message has.
const MaxSubject = maxSubject

// Own is the template key of messages that have none: they are in words of
// somebody's own.
const Own = "own-words"

// Written is a message in somebody's own words, to one of its readers.
type Written struct {
	Case      core.CaseID
	Person    core.PersonID // the recipient, when a customer we know
	Letter    core.LetterID
	Audience  string // "requester", or "other"
	To        string
	ToName    string
	HeaderTo  []string // whom it names, by address
	HeaderCc  []string
	AnswersTo string   // "" for where answers go otherwise
	Answered  []string // Message-IDs of what it answers, the nearest last
	Subject   string
	Text      string
	Files     []core.AttachmentID

	Organisation core.Organisation // who signs it
}

// Write makes the letter of somebody's own words, with the organisation's name
// below them. It is pure: what is missing or wrong has been refused before.
func (s *Service) Write(w Written, now time.Time) (Letter, error) {
	by := signature{
		Name: w.Organisation.Name, Phone: w.Organisation.Telephone, Hours: w.Organisation.Hours, Email: w.Organisation.Email,
	}
	text := tidy(w.Text)
	html, err := by.html(text)
	if err != nil {
		return Letter{}, err
	}
	id := core.NewID[core.MessageID]()
	return Letter{
		Message: core.Message{
			ID: id, CaseID: w.Case, Event: string(core.LetterSent), Audience: w.Audience,
			To: w.To, ToName: clip(plainText(w.ToName), maxName),
			Subject: clip(strings.Join(strings.Fields(plainText(w.Subject)), " "), maxSubject), Text: by.text(text), HTML: html,
			MessageID: id.String() + "@" + s.domain, State: s.initial(), CreatedAt: now,
			Letter: w.Letter, HeaderTo: w.HeaderTo, HeaderCc: w.HeaderCc, AnswersTo: w.AnswersTo, Answered: w.Answered,
		},
		Person: w.Person, Template: Own, Enclosed: w.Files,
	}, nil
}

// Shown is the message as its reader will see it, for a preview.
func Shown(w Written) (Rendered, error) {
	l, err := (&Service{}).Write(w, time.Time{})
	return Rendered{Subject: l.Subject, Text: l.Text, HTML: l.HTML}, err
}

// Keep queues the letters through write, for a change that goes through the
// door: they are in the outbox if and only if the change is made.
func (s *Service) Keep(write func(sql string, args ...any), letters ...Letter) {
	for _, l := range letters {
		write(insertLetter, l.row()...)
	}
}

// Sends reports whether there is a mail server to hand messages to.
func (s *Service) Sends() bool { return s.sender != nil }

// Again are the statement and its arguments that put a message of a case back
// into the queue, for a change that goes through the door.
func (s *Service) Again(write func(sql string, args ...any), id core.MessageID, now time.Time) {
	write(requeueMessage, id, now)
}

// FindOfCaseByNo returns one message of a case by its number, without the
// secrets of its links.
func (s *Service) FindOfCaseByNo(ctx context.Context, cs core.CaseID, no int64) (Entry, error) {
	row, err := s.selectEntryByNo(ctx, no)
	if err == nil && row.CaseID != cs {
		err = noMessage()
	}
	if err != nil {
		return Entry{}, err
	}
	return row.entry(false), nil
}
