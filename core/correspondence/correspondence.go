// Package correspondence is the mail of a case: what came in, what went out, and
// how a mail proves to which case it belongs.
//
// Mail is kept first, whole, and decided on afterwards, so that none is lost or
// taken twice. It is filed to a case by proof alone: a signed token in the
// address it was sent to, or the Message-ID of a message of ours, both good for
// the one they were sent to. Never by its subject. What proves nothing waits in
// the tray for a person. What filed mail does to its case is core/intake/mailbox.
//
//	incoming.go  a mail as it came, and as it is kept
//	replies.go   the addresses that messages are answered to
//	fold.go      what is new in a mail, and what it repeats
//	keep.go      mail is taken in, once
//	file.go      commands: a mail belongs to a case; a message came back
//	tray.go      what waits for a person, and who may sort it
//	thread.go    the mail of a case, in both directions
//	compose.go   letters that staff write: saved replies, merge fields, drafts
//	send.go      commands: a letter is sent, or a message sent again
package correspondence

import (
	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/postgres"
)

// Options are what a [Service] needs. All but the last two are required.
type Options struct {
	DB       *postgres.DB
	Cases    *cases.Service
	Messages *messages.Service
	Clock    core.Clock
	Replies  Replies
	Own      []string // addresses that our own messages come from
	Sorters  []string // keys of the groups that sort what waits, beside administrators
}

// Service keeps and finds mail. It is safe for concurrent use.
type Service struct{ o Options }

// New makes a service.
func New(o Options) *Service { return &Service{o} }

// Replies makes and reads addresses for replies.
func (s *Service) Replies() Replies { return s.o.Replies }

// Wire adds what mail does to its case by being filed.
func Wire(door *cases.Service) {
	door.On(core.MailReceived, reopen)
}
