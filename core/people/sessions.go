package people

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
)

// SessionKind says whose session it is.
type SessionKind string

// The kinds of session.
const (
	StaffSession  SessionKind = "staff"
	PersonSession SessionKind = "person"
)

// Session is somebody signed in.
type Session struct {
	Kind      SessionKind
	Actor     core.Actor
	Email     string
	Groups    []string       // keys of a staff user's groups
	AfterSave core.AfterSave // where a staff user wants to go after a save; "" as the case type says
	CSRF      string         // a random value that only this session's pages know
	Until     time.Time
}

// SignedIn is a session just begun, with the secret for the browser's cookie.
type SignedIn struct {
	Session
	Token string // 256 random bits; the database keeps a hash
	Next  string // the local path to go on to; "" for the start page
}

// SessionInfo is one of somebody's sessions as they see it in a list.
type SessionInfo struct {
	ID        string // names it for Revoke; worth nothing as a token
	Device    string // "Firefox on Windows"; "" when unknown
	Current   bool
	CreatedAt time.Time
	SeenAt    time.Time
	Until     time.Time
}

// seenEvery is how exactly a session remembers when it was last used: not every
// page needs a write.
const seenEvery = time.Minute

// maxDevice bounds the words kept about a browser, in letters.
const maxDevice = 80

// SessionByToken returns the session a cookie's token opens, or a not-found
// error when there is none, it has ended, or its holder was deactivated.
func (s *Service) SessionByToken(ctx context.Context, token string) (Session, error) {
	now := s.now()
	row, err := s.store.FindSession(ctx, s.db.Pool(), core.TokenHash(token), now,
		now.Add(-s.options.StaffSession.Idle), now.Add(-s.options.PersonSession.Idle))
	if err != nil {
		return Session{}, err
	}
	if now.Sub(row.SeenAt) >= seenEvery {
		if err := s.store.TouchSession(ctx, s.db.Pool(), core.TokenHash(token), now); err != nil {
			return Session{}, err
		}
	}
	return row.session(), nil
}

// begin makes a session in the caller's transaction.
func (s *Service) begin(ctx context.Context, tx pgx.Tx, kind SessionKind, actor core.Actor, device string) (SignedIn, error) {
	lifetime := s.options.StaffSession
	if kind == PersonSession {
		lifetime = s.options.PersonSession
	}
	now := s.now()
	in := SignedIn{
		Session: Session{Kind: kind, Actor: actor, CSRF: newToken(), Until: now.Add(lifetime.Most)},
		Token:   newToken(),
	}
	err := s.store.InsertSession(ctx, tx, core.TokenHash(in.Token), in.Session, clipDevice(device), now)
	return in, err
}

// Sessions lists the live sessions of whoever asks, the last used first.
// current is the token of the session they ask from.
func (s *Service) Sessions(ctx context.Context, by core.Actor, current string) ([]SessionInfo, error) {
	now := s.now()
	rows, err := s.store.ListSessions(ctx, s.db.Pool(), by, now,
		now.Add(-s.options.StaffSession.Idle), now.Add(-s.options.PersonSession.Idle))
	if err != nil {
		return nil, err
	}
	mine := hex.EncodeToString(core.TokenHash(current))
	out := make([]SessionInfo, len(rows))
	for i, row := range rows {
		id := hex.EncodeToString(row.TokenHash)
		out[i] = SessionInfo{
			ID: id, Device: row.Device, Current: id == mine,
			CreatedAt: row.CreatedAt.UTC(), SeenAt: row.SeenAt.UTC(), Until: row.ExpiresAt.UTC(),
		}
	}
	return out, nil
}

// Revoke ends one session of whoever asks, at once. A session that is not
// theirs is not found.
func (s *Service) Revoke(ctx context.Context, by core.Actor, id string) error {
	hash, err := hex.DecodeString(id)
	if err != nil || len(hash) != 32 {
		return errNoSession
	}
	return s.store.DeleteSession(ctx, s.db.Pool(), by, hash)
}

// RevokeOthers ends every session of whoever asks but the current one, and
// returns how many.
func (s *Service) RevokeOthers(ctx context.Context, by core.Actor, current string) (int, error) {
	return s.store.DeleteSessions(ctx, s.db.Pool(), by, core.TokenHash(current))
}

// SignOut ends the session that token opens, if it still lives.
func (s *Service) SignOut(ctx context.Context, token string) error {
	return s.store.DeleteToken(ctx, s.db.Pool(), core.TokenHash(token))
}

var errNoSession = core.NotFound("This session has ended already.")

// newToken draws 256 random bits, fit for a cookie and for an address.
func newToken() string {
	raw := make([]byte, 32)
	rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

func clipDevice(device string) string {
	p := fieldProblems{}
	r := []rune(device)
	return p.line("device", string(r[:min(len(r), maxDevice)]), maxDevice)
}
