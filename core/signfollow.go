package core

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"
)

// FollowToken is the secret in a mail that asks somebody whether they want to
// follow a case. It holds the address it was sent to, so that nothing about
// them is kept before they say yes.
func (s Secret) FollowToken(id CaseID, email string, hears Hears, until time.Time) string {
	raw := make([]byte, 0, 16+8+1+len(email)+16)
	raw = append(raw, id[:]...)
	raw = binary.BigEndian.AppendUint64(raw, uint64(until.Unix()))
	raw = append(raw, hears[0])
	raw = append(raw, email...)
	return encodeToken(append(raw, s.mac("follow", raw)[:16]...))
}

// OpenFollowToken returns what a [Secret.FollowToken] asks, or a not-found
// error when this installation did not make it or its time has passed.
func (s Secret) OpenFollowToken(token string, now time.Time) (id CaseID, email string, hears Hears, err error) {
	gone := NotFound("This link does not work any more. Ask for a new one where the report is shown.")
	raw, ok := openToken(token)
	if !ok || len(raw) < 16+8+1+3+16 {
		return id, "", "", gone
	}
	said, mac := raw[:len(raw)-16], raw[len(raw)-16:]
	if subtle.ConstantTimeCompare(mac, s.mac("follow", said)[:16]) != 1 || now.Unix() > int64(binary.BigEndian.Uint64(said[16:24])) {
		return id, "", "", gone
	}
	hears = HearsAll
	if said[24] == HearsEnd[0] {
		hears = HearsEnd
	}
	return CaseID(said[:16]), string(said[25:]), hears, nil
}

// StopToken is the secret in every mail to a follower: whoever holds it may end
// the following.
func (s Secret) StopToken(id CaseID, person PersonID) string {
	raw := append(append(make([]byte, 0, 48), id[:]...), person[:]...)
	return encodeToken(append(raw, s.mac("stop following", raw)[:16]...))
}

// OpenStopToken returns whose following of which case a [Secret.StopToken]
// ends, or a not-found error.
func (s Secret) OpenStopToken(token string) (CaseID, PersonID, error) {
	raw, ok := openToken(token)
	if !ok || len(raw) != 48 || subtle.ConstantTimeCompare(raw[32:], s.mac("stop following", raw[:32])[:16]) != 1 {
		return CaseID{}, PersonID{}, NotFound("This link does not work.")
	}
	return CaseID(raw[:16]), PersonID(raw[16:32]), nil
}

// maxToken bounds the tokens that are looked at, in letters.
const maxToken = 600

func openToken(token string) ([]byte, bool) {
	if len(token) > maxToken {
		return nil, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(token))
	return raw, err == nil
}
