// Package messages renders emails from templates and keeps the outbox: every
// message exactly as it was or will be sent, and how far it got.
//
// It knows no case. Whoever has something to say passes a plain map of data
// (see [Names]), a template and an address; who is told of what is decided by
// core/notifications and the case types' message tables. Handing a message to
// a mail server is [Sender], which core/mail satisfies.
//
//	template.go, inspect.go templates as documents; a broken one cannot be published
//	shipped/                the templates that come with the program
//	liquid.go, html.go      text from a template, HTML from the text
//	htmlpart.go             HTML that authors write themselves
//	missing.go              merge fields without a value: never a blank
//	preview.go, history.go  what a template would say; its versions and what each changed
//	compose.go              from data to a [Letter] ready for the outbox
//	fill.go                 merge fields filled, and those that are missing named
//	written.go              letters in words of somebody's own
//	deliver.go              the outbox: claimed, begun, sent, refused, unknown
//	entries.go              what the outbox page and a case's emails tab show
package messages

import (
	"context"
	"sync"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Settled is how a mail server settled one attempt to hand it a message.
type Settled string

// The ways an attempt ends.
const (
	Accepted  Settled = "accepted"  // the server took responsibility for it
	Refused   Settled = "refused"   // the server said no, for good (5xx)
	TryAgain  Settled = "try_again" // certainly not taken, and a later attempt may be (4xx, no connection)
	Uncertain Settled = "uncertain" // the text was handed over, and no answer came back
)

// Receipt is what became of one attempt to send.
type Receipt struct {
	Settled Settled
	Detail  string // the server's own words, or why it could not be reached
	Server  string // which server said so; "" when none did
}

// Sender hands messages to a mail server. It is safe for concurrent use.
type Sender interface {
	// Send makes one attempt for one message. When the server is ready for the
	// text, and not before, begin is called; the text is handed over only if it
	// returns nil. A crash before begin has certainly sent nothing.
	Send(ctx context.Context, m core.Message, begin func(context.Context) error) Receipt
}

// Options are what a [Service] needs to know about the installation.
type Options struct {
	// Sender is nil when no mail server is configured: messages are then held.
	Sender Sender
	// Domain is the right-hand side of Message-IDs, such as "northmoor.example".
	Domain string
	// Enclose reads files that go with a message, in the order in which they are
	// named. A not-found error says that one is gone: the message is then refused.
	// Nil: no message has any.
	Enclose func(context.Context, []core.AttachmentID) ([]core.Enclosure, error)
	// AnswersTo gives the address to which the recipient of a message of a case
	// answers, "" where they cannot. Nil: nobody can.
	AnswersTo func(cs core.CaseID, recipient string) string
}

// Service renders, keeps and delivers messages. It is safe for concurrent use.
type Service struct {
	db      *postgres.DB
	clock   core.Clock
	sender  Sender
	domain  string
	enclose func(context.Context, []core.AttachmentID) ([]core.Enclosure, error)

	answersTo func(core.CaseID, string) string

	mu       sync.Mutex
	compiled map[edition]*compiled
}

// edition names one immutable version of a template; 0 is the shipped one.
type edition struct {
	key     string // of the document: "confirmation", or a case type's own "complaint/confirmation"
	version int
}

// New makes a service on the database.
func New(db *postgres.DB, clock core.Clock, options Options) *Service {
	domain := options.Domain
	if domain == "" {
		domain = "casement.invalid"
	}
	return &Service{
		db: db, clock: clock, sender: options.Sender, domain: domain, enclose: options.Enclose,
		answersTo: options.AnswersTo,
		compiled:  map[edition]*compiled{},
	}
}
