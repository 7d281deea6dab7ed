// Package people knows who is who: staff users and their groups, customers,
// how both sign in, and the sessions they then hold.
//
// What they may do to a case is not here: groups have duties by case type
// (package core, core/casetypes), and the door (core/cases) asks for them.
// Returning the cases of somebody who was deactivated is a process above.
package people

import (
	"context"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// SignInMailer sends the link with which a customer signs in. link is a
// complete address and a secret: it must not be logged.
type SignInMailer interface {
	SendSignIn(ctx context.Context, email, link string) error
}

// Lifetime bounds a session: Idle after it was last used, Most in all.
type Lifetime struct {
	Idle time.Duration
	Most time.Duration
}

// Options are what a [Service] needs beside the database.
type Options struct {
	Clock   core.Clock
	BaseURL string       // "https://casework.example.org": what links in mails begin with
	Mailer  SignInMailer // nil: customers cannot ask for a link

	// How long sessions live. Zero: a working day for staff, a day for
	// customers, who may have signed in on somebody else's computer.
	StaffSession  Lifetime
	PersonSession Lifetime

	// CaseTypes lists the keys of the case types there are, which clients may
	// be given. Nil: they are not checked.
	CaseTypes func(ctx context.Context) ([]string, error)
}

// Service answers for people. It is safe for concurrent use.
type Service struct {
	db      *postgres.DB
	store   *Store
	options Options
	hasher  *hasher
	clients rememberedKeys
}

// New makes a service on the database.
func New(db *postgres.DB, o Options) *Service {
	if o.Clock == nil {
		o.Clock = core.SystemClock{}
	}
	if o.StaffSession == (Lifetime{}) {
		o.StaffSession = Lifetime{Idle: 4 * time.Hour, Most: 12 * time.Hour}
	}
	if o.PersonSession == (Lifetime{}) {
		o.PersonSession = Lifetime{Idle: 2 * time.Hour, Most: 24 * time.Hour}
	}
	o.BaseURL = strings.TrimRight(o.BaseURL, "/")
	return &Service{db: db, store: &Store{}, options: o, hasher: newHasher()}
}

func (s *Service) now() time.Time { return s.options.Clock.Now() }

// mayAdminister refuses everybody but administrators and the program itself,
// which makes the first accounts.
func mayAdminister(by core.Actor) error {
	if by.Kind == core.ActorSystem || by.IsStaff() && by.Has(core.RoleAdministrator) {
		return nil
	}
	return core.Forbidden("Only an administrator may change staff users and groups.")
}

// Sweep deletes sessions, links and counters that mean nothing any more. It
// may be called at any time, by any server.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.now()
	if err := s.store.SweepClientKeys(ctx, s.db.Pool(), now); err != nil {
		return err
	}
	return s.store.Sweep(ctx, s.db.Pool(), now, now.Add(-linkMemory), now.Add(-failureMemory))
}
