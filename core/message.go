package core

import "time"

// DeliveryState says truthfully how far a message got.
type DeliveryState string

// The states of a message's delivery.
const (
	DeliveryHeld    DeliveryState = "held"    // no mail server is configured: kept in the outbox
	DeliveryQueued  DeliveryState = "queued"  // waiting to be sent, or to be tried again
	DeliverySending DeliveryState = "sending" // committed before the mail server is given the text
	DeliverySent    DeliveryState = "sent"    // the mail server took it
	DeliveryRefused DeliveryState = "refused" // the mail server said no, for good; or it could not be written
	DeliveryBounced DeliveryState = "bounced" // it was taken, and a mail server further on sent it back
	DeliveryUnknown DeliveryState = "unknown" // found "sending" after a crash
)

// CaseResolved stands in message tables for a change of status into one of
// kind resolved. Nothing is recorded under it: the event is [StatusChanged].
const CaseResolved EventKind = "case.resolved"

// Message is one email to one recipient, exactly as it was or will be sent.
type Message struct {
	ID        MessageID
	No        int64  // 1, 2 …: names the message in addresses of pages; 0 before it is kept
	CaseID    CaseID // zero for mail that concerns no case, such as a sign-in link
	Event     string // event kind or "sign_in"
	Audience  string // "requester", "assignee", "manage", "escalation", "asker"
	To        string
	ToName    string
	Subject   string
	Text      string
	HTML      string
	MessageID string // of the mail header, made once
	State     DeliveryState
	Detail    string // what the mail server said
	CreatedAt time.Time
	SentAt    time.Time

	// What staff wrote in words of their own may be for several people, each of
	// whom has a message: these are the same in all of them.
	Letter    LetterID    // which letter it carries; zero for a template's words
	HeaderTo  []string    // whom it names as recipients, by address; empty means To alone
	HeaderCc  []string    // and who gets a copy
	AnswersTo string      // where answers go; "" is where they go otherwise
	Files     []Enclosure // what goes with it

	// Answered are the Message-IDs of the mail that it answers, and of what that
	// answered, the nearest last: mail programs show them as one conversation.
	Answered []string
}

// Enclosure is a file that goes with a message.
type Enclosure struct {
	Name string
	Kind string // media type
	Body []byte
}
