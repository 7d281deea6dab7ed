package core

import (
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"
)

// ReplyTokenLength is the length of a reply token in letters. With a plus sign
// and up to 16 letters before it, it fits into the part of an address before
// the @, which has 64.
const ReplyTokenLength = 47

// A reply token is the case, the last day on which it works, counted from 1970,
// and two proofs: that we made it, and for whom. It is written in letters of
// one case, because mail servers may change them.
const (
	replyCase, replyDay  = 16, 2 // bytes
	replyMade, replyThem = 7, 4
	replySize            = replyCase + replyDay + replyMade + replyThem
)

var replyLetters = base32.StdEncoding.WithPadding(base32.NoPadding)

// ReplyToken is the secret in the address that a message of a case is answered
// to: with it, mail from the recipient of that message belongs to the case until
// the day of until has ended. It is worth nothing in the hands of anybody else.
func (s Secret) ReplyToken(cs CaseID, recipient string, until time.Time) string {
	raw := append(make([]byte, 0, replySize), cs[:]...)
	raw = binary.BigEndian.AppendUint16(raw, uint16(until.UTC().Unix()/(24*60*60)))
	raw = append(raw, s.mac("reply", raw)[:replyMade]...)
	raw = append(raw, s.replyFor(raw, recipient)...)
	return strings.ToLower(replyLetters.EncodeToString(raw))
}

// ReplyProof is what a reply token proves.
type ReplyProof struct {
	Case    CaseID // what it says; believe it only if Ours
	Ours    bool   // this installation made it
	Expired bool
	Theirs  bool // it was made for the sender
}

// Holds reports whether the sender may be taken to answer a message of the case.
func (p ReplyProof) Holds() bool { return p.Ours && p.Theirs && !p.Expired }

// OpenReplyToken reads a reply token that came in mail from sender. ok is false
// when it is no token at all.
func (s Secret) OpenReplyToken(token, sender string, now time.Time) (proof ReplyProof, ok bool) {
	if len(token) != ReplyTokenLength {
		return ReplyProof{}, false
	}
	raw, err := replyLetters.DecodeString(strings.ToUpper(token))
	if err != nil || len(raw) != replySize {
		return ReplyProof{}, false
	}
	said, made := raw[:replyCase+replyDay], raw[:replyCase+replyDay+replyMade]
	proof.Case = CaseID(raw[:replyCase])
	proof.Ours = subtle.ConstantTimeCompare(made[len(said):], s.mac("reply", said)[:replyMade]) == 1
	proof.Theirs = subtle.ConstantTimeCompare(raw[len(made):], s.replyFor(made, sender)) == 1
	proof.Expired = now.UTC().Unix()/(24*60*60) > int64(binary.BigEndian.Uint16(raw[replyCase:]))
	return proof, true
}

func (s Secret) replyFor(made []byte, recipient string) []byte {
	to := strings.ToLower(strings.TrimSpace(recipient))
	return s.mac("reply-for", append(append(make([]byte, 0, len(made)+len(to)), made...), to...))[:replyThem]
}
