package mailbox

import (
	"context"
	"regexp"
	"strings"

	"github.com/casement-dev/casement/core/correspondence"
)

// unattended are the names of addresses that nobody reads.
var unattended = regexp.MustCompile(`^(no-?reply|do-?not-?reply|mailer-daemon|postmaster|bounces?|list|.*-(request|bounces?|owner))([+.-].*)?@`)

// waits leaves a reply for a person that is too late, or cannot prove its case,
// and tells its sender.
func (m *arrived) waits(ctx context.Context, why string, p proof) error {
	claims := p.claims
	if claims.IsZero() {
		claims = p.cs
	}
	settled, err := m.o.Mail.Settle(ctx, m.ID, correspondence.Settled{State: correspondence.StateTriage, Why: why, Claims: claims})
	if err == nil && settled {
		m.acknowledge(ctx)
	}
	return err
}

// acknowledge tells somebody that their reply came, and waits for a person: at
// most once a day, and never a program, a list, or ourselves. What it says is
// known to whoever wrote; of the case it says nothing, since nothing is proven.
// It is not worth trying twice.
func (m *arrived) acknowledge(ctx context.Context) {
	if m.o.Acknowledge == nil || !m.mayAcknowledge() {
		return
	}
	if err := m.o.Acknowledge(ctx, m.in); err != nil {
		m.o.Log.Warn("a sender was not told that their mail waits", "mail", m.ID.String(), "error", err)
	}
}

func (m *arrived) mayAcknowledge() bool {
	in := m.in
	if in.Automatic != "" || in.Bounce != nil || in.Sender == "" || in.Broken || m.Cut {
		return false
	}
	if unattended.MatchString(in.Sender) || m.o.Mail.IsOwn(in.Sender) {
		return false
	}
	for _, box := range m.o.Config.Mailboxes {
		if strings.EqualFold(box.User, in.Sender) {
			return false
		}
	}
	return true
}
