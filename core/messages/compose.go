package messages

import (
	"context"

	"github.com/casement-dev/casement/core"
)

// Outgoing is something to be told to one recipient.
type Outgoing struct {
	Case     core.CaseID   // zero when it concerns no case
	Person   core.PersonID // the recipient, when a customer we know
	EventSeq int64         // of the event it follows from; 0 for none. One event tells one audience's recipient once
	Event    string        // the event's kind, or "sign_in"
	Audience string        // "requester", "assignee", "manage", "escalation", "asker"
	Template string        // key
	CaseType string        // of the case: its own template goes before the installation's; "" for none
	Language string        // the recipient's; "" for the default
	To       string
	ToName   string
	Data     Data
	// Answerable says that the recipient may answer by mail: the message names an
	// address for it, if the installation has one.
	Answerable bool
	// Answered are the Message-IDs of the mail that it answers by itself: it is
	// marked as an automatic reply.
	Answered []string
}

// Letter is a message in words, ready for the outbox.
type Letter struct {
	core.Message
	Person      core.PersonID
	EventSeq    int64
	Template    string
	AtLeastOnce bool
	Enclosed    []core.AttachmentID // files that are read when it is sent
	Missing     []string            // names its template shows that had no value; see [NotGiven]
}

const (
	maxWord = 60  // letters of an event kind, audience or template key
	maxName = 200 // letters of a recipient's name
)

// Compose renders a message with the newest version of its template. It does
// not keep it: see [Service.Put]. Do this before a transaction begins. A message
// that cannot be written with this data, because its template asks for too much,
// is a letter all the same: refused, without words, saying why; so nobody waits
// for it and everybody sees it. Errors: invalid for an address that is none, not
// found for an unknown template.
func (s *Service) Compose(ctx context.Context, o Outgoing) (Letter, error) {
	to, err := core.ParseEmail(o.To)
	if err != nil {
		return Letter{}, core.InvalidField("to", "%q is not an email address.", clip(o.To, 60))
	}
	if o.Event == "" || o.Audience == "" || len(o.Event) > maxWord || len(o.Audience) > maxWord {
		return Letter{}, core.Invalid("A message says which event it follows from and which audience it is for.")
	}
	c, _, err := s.newest(ctx, o.CaseType, o.Template)
	if err != nil {
		return Letter{}, err
	}
	state, detail := s.initial(), ""
	words, err := c.render(o.Language, o.Data)
	if err != nil {
		state, detail = core.DeliveryRefused, unwritable(err)
		words = Rendered{Subject: clip(c.template.Name, maxSubject)}
	}
	answers := ""
	if o.Answerable && s.answersTo != nil {
		answers = s.answersTo(o.Case, to)
	}
	id := core.NewID[core.MessageID]()
	return Letter{
		Message: core.Message{
			ID: id, CaseID: o.Case, Event: o.Event, Audience: o.Audience, AnswersTo: answers, Answered: o.Answered,
			To: to, ToName: clip(plainText(o.ToName), maxName),
			Subject: words.Subject, Text: words.Text, HTML: words.HTML,
			MessageID: id.String() + "@" + s.domain, State: state, Detail: detail, CreatedAt: s.clock.Now(),
		},
		Person: o.Person, EventSeq: o.EventSeq, Template: o.Template, AtLeastOnce: c.template.AtLeastOnce,
		Missing: words.Missing,
	}, nil
}

// Post composes a message and puts it into the outbox at once: for what
// follows from no event, such as a sign-in link. It returns the zero ID when
// the same event has told this recipient already.
func (s *Service) Post(ctx context.Context, o Outgoing) (core.MessageID, error) {
	letter, err := s.Compose(ctx, o)
	if err != nil {
		return core.MessageID{}, err
	}
	kept, err := s.putAlone(ctx, letter)
	if err != nil || len(kept) == 0 {
		return core.MessageID{}, err
	}
	return kept[0], nil
}

// initial is the state in which a message enters the outbox.
func (s *Service) initial() core.DeliveryState {
	if s.sender == nil {
		return core.DeliveryHeld
	}
	return core.DeliveryQueued
}
