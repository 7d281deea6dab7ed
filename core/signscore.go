package core

import (
	"crypto/subtle"
	"encoding/binary"
	"time"
)

// SatisfactionToken is the secret in a mail that asks how satisfied its reader
// is with the end of a case: whoever holds it may say so until the time given.
// It is for one round: how often the case had been reopened before.
func (s Secret) SatisfactionToken(id CaseID, round int, until time.Time) string {
	raw := make([]byte, 0, 16+8+2+16)
	raw = append(raw, id[:]...)
	raw = binary.BigEndian.AppendUint64(raw, uint64(until.Unix()))
	raw = binary.BigEndian.AppendUint16(raw, uint16(min(round, 1<<16-1)))
	return encodeToken(append(raw, s.mac("satisfaction", raw)[:16]...))
}

// OpenSatisfactionToken returns the case and the round that a
// [Secret.SatisfactionToken] asks about, or a not-found error when this
// installation did not make it or its time has passed.
func (s Secret) OpenSatisfactionToken(token string, now time.Time) (id CaseID, round int, err error) {
	raw, ok := openToken(token)
	if !ok || len(raw) != 42 || subtle.ConstantTimeCompare(raw[26:], s.mac("satisfaction", raw[:26])[:16]) != 1 ||
		now.Unix() > int64(binary.BigEndian.Uint64(raw[16:24])) {
		return CaseID{}, 0, NotFound("This link does not work any more. You can find your case with its reference.")
	}
	return CaseID(raw[:16]), int(binary.BigEndian.Uint16(raw[24:26])), nil
}
