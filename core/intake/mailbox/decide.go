package mailbox

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/messages"
)

// arrived is a mail that is being decided on.
type arrived struct {
	*Service
	correspondence.Waiting
	in correspondence.Incoming

	hops int // from a case that is over to the one that goes on with it
}

// perHour is how many mails of one sender are dealt with in an hour without a
// person: more are two programs that answer each other.
const perHour = 30

// proof is what a mail proves.
type proof struct {
	cs       core.CaseID // zero when it proves nothing
	question int         // that it answers; 0 when it does not say
	claims   core.CaseID // named without proof
	why      string      // it proves nothing although it names a case, in a sentence
}

// decide goes through the rules; the first that fits decides.
func (m *arrived) decide(ctx context.Context) error {
	in := m.in
	switch {
	case in.Bounce != nil:
		return m.bounced(ctx)
	case m.Cut:
		return m.triage(ctx, fmt.Sprintf("It is larger than %d MB, so its head alone was taken in. The mail itself is still in the mailbox.", correspondence.MaxMail>>20))
	case in.Broken:
		return m.triage(ctx, in.Faults[len(in.Faults)-1])
	}
	ours, err := m.isOurs(ctx)
	if err != nil {
		return err
	}
	if ours {
		return m.setAside(ctx, "It is a message of ours that came back to us.", core.CaseID{})
	}
	p, err := m.prove(ctx)
	if err != nil {
		return err
	}
	if in.Automatic == correspondence.AutomaticReply {
		return m.setAside(ctx, "It is an automatic reply ("+in.Sign+").", p.cs)
	}
	if in.Sender == "" {
		return m.claimed(ctx, "It does not say who it is from, or names several.", p)
	}
	sent, err := m.o.Mail.From(ctx, in.Sender, m.o.Clock.Now().Add(-time.Hour))
	if err != nil {
		return err
	}
	switch {
	case sent > perHour:
		return m.claimed(ctx, fmt.Sprintf("The sender has sent more than %d mails within an hour.", perHour), p)
	case in.Automatic == correspondence.AutomaticProgram:
		return m.claimed(ctx, "A program wrote it ("+in.Sign+").", p)
	case !p.cs.IsZero():
		return m.answer(ctx, p)
	case p.why != "":
		return m.waits(ctx, p.why, p)
	}
	return m.unknown(ctx)
}

// isOurs reports whether a message of ours came back as it is: a loop.
func (m *arrived) isOurs(ctx context.Context) (bool, error) {
	if m.o.Mail.IsOwn(m.in.Sender) {
		return true, nil
	}
	if m.in.MessageID == "" {
		return false, nil
	}
	told, err := m.o.Mail.Told(ctx, []string{m.in.MessageID})
	return len(told) > 0, err
}

// prove looks for proof of a case: a token in an address that the mail came to,
// made for its sender; or the Message-ID of a message that the sender had of us.
// A subject proves nothing.
func (m *arrived) prove(ctx context.Context) (proof, error) {
	told, err := m.o.Mail.Told(ctx, m.in.Answers)
	if err != nil {
		return proof{}, err
	}
	told = slices.DeleteFunc(told, func(t messages.Told) bool { return t.CaseID.IsZero() })
	token, named := m.o.Mail.Replies().Read(m.in.To, m.in.Sender)
	if named && token.Holds() {
		p := proof{cs: token.Case}
		for _, t := range told {
			if t.CaseID == p.cs && t.Question > 0 {
				p.question = t.Question
				break
			}
		}
		return p, nil
	}
	oldest := m.o.Clock.Now().Add(-correspondence.ReplyLife)
	for _, t := range told {
		if (t.Audience == "requester" || t.Audience == "other") && t.Recipient == m.in.Sender && t.CreatedAt.After(oldest) {
			return proof{cs: t.CaseID, question: t.Question}, nil
		}
	}
	switch {
	case named && !token.Ours:
		return proof{why: "It came to an address for replies that we did not make."}, nil
	case named && !token.Theirs:
		return proof{claims: token.Case, why: "It came to an address for replies that was made for somebody else."}, nil
	case named:
		return proof{claims: token.Case, why: "It came to an address for replies that is too old."}, nil
	case len(told) > 0:
		return proof{claims: told[0].CaseID, why: "It answers a message of ours, but not from the address that we sent it to, or after too long."}, nil
	}
	return proof{}, nil
}

// bounced marks the message of ours that came back.
func (m *arrived) bounced(ctx context.Context) error {
	told, err := m.o.Mail.Told(ctx, m.in.Bounce.MessageIDs)
	switch {
	case err != nil:
		return err
	case len(told) == 0:
		return m.setAside(ctx, "A mail server reports on a message that is not ours.", core.CaseID{})
	case !m.in.Bounce.Failed:
		return m.setAside(ctx, "A mail server reports that a message of ours is late.", told[0].CaseID)
	}
	return m.o.Mail.Bounced(ctx, m.ID, told[0], *m.in.Bounce)
}

// reference finds what could be the reference of a case.
var reference = regexp.MustCompile(`(?i)\b[a-z]{2,6}-?[0-9a-z]{4}-?[0-9a-z]{4}\b`)

// unknown deals with a mail that has to do with no case, as far as it proves.
func (m *arrived) unknown(ctx context.Context) error {
	for _, word := range reference.FindAllString(m.in.Subject, 5) {
		if ref, err := core.ParseReference(word); err == nil {
			return m.waits(ctx, "It names "+string(ref)+", and nothing proves that it belongs there.", proof{})
		}
	}
	mailbox, _ := m.o.Config.Mailbox(m.Mailbox)
	if mailbox.Raise == nil {
		return m.triage(ctx, "It answers no message of ours.")
	}
	return m.raise(ctx, *mailbox.Raise)
}

// isRequester reports whether an address is that of the requester of a case, as
// it stands now.
func isRequester(cs *core.Case, address string) bool {
	email, err := core.ParseEmail(cs.Contact.Email)
	return err == nil && !cs.Anonymous && email == address
}

func (m *arrived) triage(ctx context.Context, why string) error {
	_, err := m.o.Mail.Settle(ctx, m.ID, correspondence.Settled{State: correspondence.StateTriage, Why: why})
	return err
}

func (m *arrived) claimed(ctx context.Context, why string, p proof) error {
	claims := p.claims
	if claims.IsZero() {
		claims = p.cs
	}
	_, err := m.o.Mail.Settle(ctx, m.ID, correspondence.Settled{State: correspondence.StateTriage, Why: why, Claims: claims})
	return err
}

func (m *arrived) setAside(ctx context.Context, why string, cs core.CaseID) error {
	_, err := m.o.Mail.Settle(ctx, m.ID, correspondence.Settled{State: correspondence.StateIgnored, Why: why, Case: cs})
	return err
}

// do takes a change of one case through the door.
func (m *arrived) do(ctx context.Context, by core.Actor, cs core.CaseID, commands ...cases.Command) error {
	_, err := m.o.Cases.Do(ctx, by, cases.One(cs, 0, commands...))
	return err
}
