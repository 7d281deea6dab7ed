package people

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
)

// How long links live and how many of them are sent.
const (
	SignInLinkLife   = 30 * time.Minute
	PasswordLinkLife = 24 * time.Hour

	linksPerQuarter = 3 // emails to one address in fifteen minutes
	linksPerDay     = 10
	linkMemory      = 24 * time.Hour // how long a dead link is remembered, to count it
)

// linkPurpose is what a link is for; a link of one purpose opens nothing else.
type linkPurpose string

const (
	linkSignIn   linkPurpose = "sign_in"
	linkPassword linkPurpose = "password"
)

// Paths of pages that people are sent to; those for links are followed by the
// token.
const (
	SignInLinkPath   = "/sign-in/link/"
	PasswordLinkPath = "/staff/password/"
	StaffSignInPath  = "/staff/sign-in"
)

var errDeadLink = core.NotFound("This link does not work any more. It may have been used, or be too old. Ask for a new one.")

// RequestLink sends a link to sign in with. Anybody may ask for any address:
// the account is made when the link is used, so the answer is the same for
// every address. When an address was sent too many, nothing is sent and
// nothing is said. next is the local path to go to afterwards; any other is
// dropped.
func (s *Service) RequestLink(ctx context.Context, email, next string) error {
	p := fieldProblems{}
	p.require("email", strings.TrimSpace(email), "Enter your email address.")
	email = p.email("email", email)
	if err := p.err(); err != nil {
		return err
	}
	if s.options.Mailer == nil {
		return core.Unavailable(nil, "We cannot send email just now. Please try again later.")
	}
	now, token := s.now(), newToken()
	var tooMany bool
	err := s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		sent, err := s.store.CountLinks(ctx, tx, email, now.Add(-15*time.Minute), now.Add(-24*time.Hour))
		if err != nil {
			return err
		}
		if tooMany = sent.Quarter >= linksPerQuarter || sent.Day >= linksPerDay; tooMany {
			return nil
		}
		return s.store.InsertLink(ctx, tx, core.TokenHash(token), linkSignIn, email, LocalPath(next), now, now.Add(SignInLinkLife))
	})
	if err != nil || tooMany {
		return err
	}
	return s.options.Mailer.SendSignIn(ctx, email, s.options.BaseURL+SignInLinkPath+token)
}

// OpenLink returns for whom a sign-in link is, and uses nothing up: mail
// scanners open every link they see. An unknown, used or old link is not found.
func (s *Service) OpenLink(ctx context.Context, token string) (email string, err error) {
	link, err := s.store.FindLink(ctx, s.db.Pool(), core.TokenHash(token), linkSignIn, s.now())
	return link.Email, err
}

// SignInByLink uses a link up and begins the session of the customer whose
// address it was sent to. Whoever signs in for the first time gets an account.
func (s *Service) SignInByLink(ctx context.Context, token, device string) (in SignedIn, err error) {
	now := s.now()
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		link, err := s.store.UseLink(ctx, tx, core.TokenHash(token), linkSignIn, now)
		if err != nil {
			return err
		}
		// Others that were asked for while waiting are not needed any more.
		if err := s.store.UseLinksOf(ctx, tx, link.Email, linkSignIn, now); err != nil {
			return err
		}
		person, err := s.findOrCreate(ctx, tx, core.SystemActor(), Details{Email: link.Email})
		if err != nil {
			return err
		}
		name := person.Name
		if name == "" {
			name = person.Email // as SessionByToken will say
		}
		in, err = s.begin(ctx, tx, PersonSession, core.PersonActor(person.ID, name), device)
		in.Email, in.Next = person.Email, link.Next
		return err
	})
	return in, err
}

// NewPasswordLink makes a link with which a staff user sets a password, for an
// administrator to hand over. Links made for them before stop working.
func (s *Service) NewPasswordLink(ctx context.Context, by core.Actor, id core.StaffID) (link string, until time.Time, err error) {
	if err := mayAdminister(by); err != nil {
		return "", time.Time{}, err
	}
	now, token := s.now(), newToken()
	until = now.Add(PasswordLinkLife)
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		user, err := s.store.LockUser(ctx, tx, id)
		if err != nil {
			return err
		}
		if !user.Active {
			return core.Conflict("%s is deactivated. Activate the account first.", user.Name)
		}
		if err := s.store.UseLinksOf(ctx, tx, user.Email, linkPassword, now); err != nil {
			return err
		}
		if err := s.store.InsertLink(ctx, tx, core.TokenHash(token), linkPassword, user.Email, "", now, until); err != nil {
			return err
		}
		return s.record(ctx, tx, by, id.String(), core.Event{Kind: PasswordLink})
	})
	if err != nil {
		return "", time.Time{}, err
	}
	return s.options.BaseURL + PasswordLinkPath + token, until, nil
}

// OpenPasswordLink returns whose password a link sets, and uses nothing up.
func (s *Service) OpenPasswordLink(ctx context.Context, token string) (core.StaffUser, error) {
	link, err := s.store.FindLink(ctx, s.db.Pool(), core.TokenHash(token), linkPassword, s.now())
	if err != nil {
		return core.StaffUser{}, err
	}
	user, err := s.store.FindCredentials(ctx, s.db.Pool(), link.Email)
	if core.KindOf(err) == core.ErrNotFound || err == nil && !user.Active {
		return core.StaffUser{}, errDeadLink
	}
	return core.StaffUser{ID: user.ID, Name: user.Name, Email: user.Email, Roles: user.Roles, Active: user.Active}, err
}

// SetPassword uses a link up to set a password. Every session that the staff
// user had ends. A password that is refused leaves the link as it was.
func (s *Service) SetPassword(ctx context.Context, token, password string) error {
	user, err := s.OpenPasswordLink(ctx, token)
	if err != nil {
		return err
	}
	if err := CheckPassword(password, user.Name, user.Email); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := s.store.UseLink(ctx, tx, core.TokenHash(token), linkPassword, s.now()); err != nil {
			return err
		}
		if err := s.store.ClearFailures(ctx, tx, accountKey(user.Email)); err != nil {
			return err
		}
		return s.replacePassword(ctx, tx, user.Actor(), user.ID, hash, nil)
	})
}

// LocalPath returns next if it is a path on this site, else "". Nobody is sent
// elsewhere by what stands in an address.
func LocalPath(next string) string {
	if len(next) > 2000 || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		return ""
	}
	if strings.ContainsFunc(next, func(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f || r == '\uFFFD' }) {
		return ""
	}
	if u, err := url.Parse(next); err != nil || u.Host != "" || u.Scheme != "" || u.User != nil {
		return ""
	}
	return next
}
