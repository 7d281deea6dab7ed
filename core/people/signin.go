package people

import (
	"context"
	"crypto/sha256"
	"math"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
)

// How wrong passwords are answered. They are counted by the address that was
// typed, the same whether or not it belongs to an account, so that neither the
// answer nor the time it takes tells anybody who has one.
const (
	freeFailures  = 5                // wrong passwords in a row before there is a wait
	firstWait     = 30 * time.Second // then each further one doubles it
	longestWait   = 15 * time.Minute
	failureMemory = 24 * time.Hour // after which a counter starts again
)

// waitAfter is how long an address must wait after so many failures in a row.
func waitAfter(failures int) time.Duration {
	if failures < freeFailures {
		return 0
	}
	doublings := float64(min(failures-freeFailures, 16))
	return min(time.Duration(float64(firstWait)*math.Pow(2, doublings)), longestWait)
}

// SignIn begins a session for a staff user. A wrong password, an unknown
// address and a deactivated account are one and the same invalid error; too
// many of them are a too-many error that says how long to wait.
func (s *Service) SignIn(ctx context.Context, email, password, device string) (SignedIn, error) {
	email, err := core.ParseEmail(email)
	if err != nil || len(password) > 4*MaxPassword {
		return SignedIn{}, errWrongPassword
	}
	// The attempt is counted before the password is looked at: of a hundred
	// guesses at once only the free ones are answered.
	if err := s.countAttempt(ctx, email); err != nil {
		return SignedIn{}, err
	}
	user, err := s.store.FindCredentials(ctx, s.db.Pool(), email)
	if err != nil && core.KindOf(err) != core.ErrNotFound {
		return SignedIn{}, err
	}
	hash := user.PasswordHash
	if !user.Active {
		hash = ""
	}
	ok, err := s.hasher.matches(ctx, password, hash)
	if err != nil {
		return SignedIn{}, err
	}
	if !ok {
		return SignedIn{}, errWrongPassword
	}
	return s.admit(ctx, user, password, device)
}

var errWrongPassword = core.Invalid("That email address and password do not belong together. Check both and try again.")

// admit begins the session of a staff user whose password was right.
func (s *Service) admit(ctx context.Context, user credentials, password, device string) (in SignedIn, err error) {
	fresh := ""
	if !isCurrent(user.PasswordHash) {
		if fresh, err = s.hasher.hash(ctx, password); err != nil {
			return in, err
		}
	}
	actor := core.StaffActor(user.ID, user.Name, user.Roles...)
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		// Meanwhile an administrator may have taken the account away.
		if latest, err := s.store.LockUser(ctx, tx, user.ID); err != nil {
			return err
		} else if !latest.Active || latest.PasswordHash != user.PasswordHash {
			return errWrongPassword
		}
		if fresh != "" {
			if err := s.store.SetPasswordHash(ctx, tx, user.ID, fresh); err != nil {
				return err
			}
		}
		if err := s.store.ClearFailures(ctx, tx, accountKey(user.Email)); err != nil {
			return err
		}
		in, err = s.begin(ctx, tx, StaffSession, actor, device)
		return err
	})
	return in, err
}

// countAttempt counts one attempt as failed, or refuses it because the wait
// after the failures before it has not passed.
func (s *Service) countAttempt(ctx context.Context, email string) error {
	now := s.now()
	var wait time.Duration
	err := s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		failed, err := s.store.LockFailures(ctx, tx, accountKey(email), now)
		if err != nil {
			return err
		}
		if now.Sub(failed.LastAt) >= failureMemory {
			failed.Failures = 0
		}
		if wait = failed.LastAt.Add(waitAfter(failed.Failures)).Sub(now); wait > 0 {
			return nil
		}
		return s.store.SetFailures(ctx, tx, accountKey(email), failed.Failures+1, now)
	})
	if err == nil && wait > 0 {
		return &core.Error{Kind: core.ErrTooMany, Message: "There were too many attempts with this email address. Wait " + roughly(wait) + " and try again."}
	}
	return err
}

// LockedUntil returns until when a staff user cannot sign in because of wrong
// passwords; the zero time when they can.
func (s *Service) LockedUntil(ctx context.Context, email string) (time.Time, error) {
	failed, err := s.store.FindFailures(ctx, s.db.Pool(), accountKey(email))
	if core.KindOf(err) == core.ErrNotFound {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	until := failed.LastAt.Add(waitAfter(failed.Failures)).UTC()
	if !until.After(s.now()) {
		return time.Time{}, nil
	}
	return until, nil
}

// Unlock lets a staff user who typed wrong passwords try again at once.
func (s *Service) Unlock(ctx context.Context, by core.Actor, id core.StaffID) error {
	if err := mayAdminister(by); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		user, err := s.store.LockUser(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.store.ClearFailures(ctx, tx, accountKey(user.Email)); err != nil {
			return err
		}
		return s.record(ctx, tx, by, id.String(), core.Event{Kind: UserUnlocked})
	})
}

// accountKey is what failures are counted by: people type passwords where
// addresses belong, so what they typed is not kept.
func accountKey(email string) []byte {
	sum := sha256.Sum256([]byte("sign-in " + strings.ToLower(email)))
	return sum[:]
}

// roughly says a waiting time in words, rounded up.
func roughly(d time.Duration) string {
	if d <= time.Minute {
		return "a minute"
	}
	return plural(int((d+time.Minute-1)/time.Minute), "minute")
}
