package correspondence

import (
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
)

// ReplyLife is how long a message of ours can be answered by mail. Later answers
// are looked at by a person.
const ReplyLife = 180 * 24 * time.Hour

// MaxReplyName is the most letters before the @ of the address for replies: a
// token of [core.ReplyTokenLength] is put behind it.
const MaxReplyName = 16

// Replies makes the addresses that messages are answered to, and reads them.
type Replies struct {
	Secret  core.Secret
	Address string // for replies, such as cases@northmoor.example; "" when there is none
	Clock   core.Clock
}

// To is the address to which the recipient of a message of a case answers:
// cases+TOKEN@northmoor.example. It is "" when the installation takes no replies
// or the message is of no case.
func (r Replies) To(cs core.CaseID, recipient string) string {
	name, domain, ok := strings.Cut(r.Address, "@")
	if !ok || cs.IsZero() || recipient == "" {
		return ""
	}
	return name + "+" + r.Secret.ReplyToken(cs, recipient, r.Clock.Now().Add(ReplyLife)) + "@" + domain
}

// Read finds what the addresses that a mail came to prove of its sender: the
// first token that holds, else the first there is. ok is false when there is
// none.
func (r Replies) Read(to []string, sender string) (best core.ReplyProof, ok bool) {
	name, domain, _ := strings.Cut(strings.ToLower(r.Address), "@")
	for _, address := range to {
		local, at, _ := strings.Cut(strings.ToLower(address), "@")
		base, token, plus := strings.Cut(local, "+")
		if !plus || r.Address == "" || base != name || at != domain {
			continue
		}
		proof, isToken := r.Secret.OpenReplyToken(token, sender, r.Clock.Now())
		switch {
		case !isToken:
		case proof.Holds():
			return proof, true
		case !ok:
			best, ok = proof, true
		}
	}
	return best, ok
}
