package core

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"time"
)

// Client is a program that works with cases through the API: a website, a
// warehouse, a colleague's script. It is a principal of its own: what it does
// stands in the history under its name.
type Client struct {
	ID      ClientID
	No      int // in addresses of pages
	Name    string
	Purpose string // what it is for, and who looks after it
	Grant   Grant
	Rights  []Right
	// PerMinute is how many requests it may make in a minute.
	PerMinute int
	CreatedAt time.Time
	ExpiresAt time.Time // zero: never
	RevokedAt time.Time // zero: it may come in
}

// LiveAt reports whether the client may come in at an instant.
func (c Client) LiveAt(now time.Time) bool {
	return c.RevokedAt.IsZero() && (c.ExpiresAt.IsZero() || now.Before(c.ExpiresAt))
}

// Actor is the client as the one who acts.
func (c Client) Actor() Actor { return ClientActor(c.ID, c.Name, c.Rights...) }

// Grant is what a client may do with cases: the permissions, on cases of the
// types, whatever group they are with. A restricted case is never among them.
// The zero Grant allows nothing.
type Grant struct {
	Types       []string // by key; EveryType stands for all there are and will be
	Permissions []Permission
}

// EveryType stands in a [Grant] for all case types. It is chosen, never the
// meaning of an empty list.
const EveryType = "*"

// Covers reports whether the grant is for cases of a type.
func (g Grant) Covers(typeKey string) bool {
	return typeKey != EveryType && (slices.Contains(g.Types, typeKey) || slices.Contains(g.Types, EveryType))
}

// On returns what the grant allows on normal cases of a type.
func (g Grant) On(typeKey string) []Permission {
	if !g.Covers(typeKey) {
		return nil
	}
	return slices.Clone(g.Permissions)
}

// GrantablePermissions lists what a client can be given, in the order of
// screens. Keeping time is the system's alone.
func GrantablePermissions() []Permission {
	return []Permission{
		MayRaise, MayEnquire, MayView, MayWork, MayReassign, MayEscalate, MayClose, MayConvert, MayRequest, MayExport,
		MaySeePrivate, MayForceClose,
	}
}

// implied says what nobody can do one thing without.
var implied = map[Permission][]Permission{
	MayView:       {MayEnquire},
	MayWork:       {MayEnquire, MayView},
	MayReassign:   {MayEnquire, MayView},
	MayEscalate:   {MayEnquire, MayView},
	MayClose:      {MayEnquire, MayView},
	MayConvert:    {MayEnquire, MayView},
	MayExport:     {MayEnquire, MayView},
	MaySeePrivate: {MayEnquire, MayView},
	MayForceClose: {MayEnquire, MayView, MayClose},
}

// WithImplied adds what the permissions cannot do without: whoever works a case
// sees it. The result is in the order of [GrantablePermissions].
func WithImplied(permissions []Permission) []Permission {
	var out []Permission
	for _, p := range GrantablePermissions() {
		if slices.Contains(permissions, p) || slices.ContainsFunc(permissions, func(has Permission) bool { return slices.Contains(implied[has], p) }) {
			out = append(out, p)
		}
	}
	return out
}

// Right is something a client may do that is on no case.
type Right string

// The rights.
const (
	RightFeed          Right = "feed.read"          // follow all that happens to the cases it may view
	RightReadPeople    Right = "people.read"        // find customers
	RightWritePeople   Right = "people.write"       // add customers and change what is known of them
	RightConfiguration Right = "configuration.read" // read every case type, groups and staff users' names
)

// Rights lists every right, in the order screens show them.
func Rights() []Right {
	return []Right{RightFeed, RightReadPeople, RightWritePeople, RightConfiguration}
}

// ClientActor is a program with an API key.
func ClientActor(id ClientID, name string, rights ...Right) Actor {
	return Actor{Kind: ActorClient, ID: id.String(), Name: name, Rights: rights}
}

// IsClient reports whether a program acts.
func (a Actor) IsClient() bool { return a.Kind == ActorClient }

// ClientID returns the client's ID, or the zero ID for every other kind.
func (a Actor) ClientID() ClientID {
	if a.Kind != ActorClient {
		return ClientID{}
	}
	id, _ := ParseID[ClientID](a.ID)
	return id
}

// HasRight reports whether the actor is a client that holds a right.
func (a Actor) HasRight(r Right) bool { return a.IsClient() && slices.Contains(a.Rights, r) }

// AccessTokenPrefix begins every access token, so that nobody takes one for a
// key.
const AccessTokenPrefix = "casement_at_"

// AccessToken is what a client is given for one of its keys (OAuth 2.0 client
// credentials): worth as much as the key, until the time given. The database
// need not know of it, because it ends with its key.
func (s Secret) AccessToken(key ClientKeyID, until time.Time) string {
	raw := make([]byte, 0, 16+8+16)
	raw = append(raw, key[:]...)
	raw = binary.BigEndian.AppendUint64(raw, uint64(until.Unix()))
	return AccessTokenPrefix + encodeToken(append(raw, s.mac("access", raw)[:16]...))
}

// OpenAccessToken returns the key that a token stands for. ok is false when it
// was not made by this installation, or its time has passed.
func (s Secret) OpenAccessToken(token string, now time.Time) (key ClientKeyID, ok bool) {
	if len(token) != len(AccessTokenPrefix)+54 || token[:len(AccessTokenPrefix)] != AccessTokenPrefix {
		return ClientKeyID{}, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token[len(AccessTokenPrefix):])
	if err != nil || len(raw) != 40 {
		return ClientKeyID{}, false
	}
	if subtle.ConstantTimeCompare(raw[24:], s.mac("access", raw[:24])[:16]) != 1 {
		return ClientKeyID{}, false
	}
	if now.Unix() >= int64(binary.BigEndian.Uint64(raw[16:24])) {
		return ClientKeyID{}, false
	}
	return ClientKeyID(raw[:16]), true
}
