// Package mailbox says what becomes of mail that came in: it answers a question,
// adds to a case or reopens it, raises one, waits for a person, or is set aside.
// What a mail proves, and how it is kept, is core/correspondence.
//
//	config.go   what an installation says of its mailboxes
//	take.go     mail is kept, and decided on afterwards
//	decide.go   what a mail is: the rules, in their order
//	answer.go   a proven mail becomes words of its sender on the case
//	raise.go    a mail raises a case
//	acknowledge.go  whoever sent a reply that waits is told
//	late.go     a reply to a case that is over begins a new one
//	sort.go     what a person does with mail that waits
//	files.go    the files of a mail
package mailbox

import (
	"context"
	"log/slog"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/questions"
)

// Options are what a [Service] needs; all but the last are required.
type Options struct {
	Mail        *correspondence.Service
	Cases       *cases.Service
	People      *people.Service
	Questions   *questions.Service
	Attachments *attachments.Service
	Links       *links.Service
	Clock       core.Clock
	Log         *slog.Logger
	Config      Config
	// Parse takes a mail apart, and ParseHead one of which the head alone is there.
	Parse     func(raw []byte) correspondence.Incoming
	ParseHead func(raw []byte) correspondence.Incoming
	// Acknowledge tells the sender of a reply that it waits for a person, at most
	// once a day; nil tells nobody.
	Acknowledge func(ctx context.Context, in correspondence.Incoming) error
}

// Service takes mail in and deals with it. It is safe for concurrent use.
type Service struct{ o Options }

// New makes a service.
func New(o Options) *Service { return &Service{o} }
