package core

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"
)

// Secret is the installation's own key. Everything that must be guessed by
// nobody and remembered by no table is derived from it.
type Secret [32]byte

// TokenLength is the length of a tracking token in letters: 128 bits.
const TokenLength = 22

// TrackingToken is the secret in the link that follows one case without an
// account. It can be made again for every mail; the database keeps its hash.
func (s Secret) TrackingToken(id CaseID) string {
	return encodeToken(s.mac("tracking", id[:])[:16])
}

// TokenHash is what the database keeps of a token.
func TokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// QuestionToken is the secret in a mail that asks a question: whoever holds it
// may answer that question until the time given.
func (s Secret) QuestionToken(id QuestionID, until time.Time) string {
	raw := make([]byte, 0, 16+8+16)
	raw = append(raw, id[:]...)
	raw = binary.BigEndian.AppendUint64(raw, uint64(until.Unix()))
	return encodeToken(append(raw, s.mac("question", raw)[:16]...))
}

// OpenQuestionToken returns the question a token opens, or a not-found error
// when it was not made by this installation or its time has passed.
func (s Secret) OpenQuestionToken(token string, now time.Time) (QuestionID, error) {
	gone := NotFound("This link does not work any more. You can find your case with its reference, or ask us for a new link.")
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(token))
	if err != nil || len(raw) != 40 {
		return QuestionID{}, gone
	}
	if subtle.ConstantTimeCompare(raw[24:], s.mac("question", raw[:24])[:16]) != 1 {
		return QuestionID{}, gone
	}
	if now.Unix() > int64(binary.BigEndian.Uint64(raw[16:24])) {
		return QuestionID{}, gone
	}
	return QuestionID(raw[:16]), nil
}

// CountingKey is under what tries at something are counted: what was tried, and
// by whom, cannot be read from it.
func (s Secret) CountingKey(what string) []byte { return s.mac("counting", []byte(what)) }

// SealingKey is the key, 32 bytes, with which what is kept for a purpose is
// encrypted.
func (s Secret) SealingKey(purpose string) []byte { return s.mac("sealing", []byte(purpose)) }

// Proof tells one key from another and says nothing else about it.
func (s Secret) Proof() []byte { return s.mac("proof", nil) }

// mac keys a hash with a purpose, so that a token made for one use is worth
// nothing in another.
func (s Secret) mac(purpose string, data []byte) []byte {
	h := hmac.New(sha256.New, s[:])
	h.Write([]byte(purpose))
	h.Write([]byte{0})
	h.Write(data)
	return h.Sum(nil)
}

func encodeToken(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }
