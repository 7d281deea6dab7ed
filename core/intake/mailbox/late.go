package mailbox

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/links"
)

// over reports whether a case has ended for its requester: what they say now
// goes on in a new one.
func (m *arrived) over(ctx context.Context, cs *core.Case, t *core.CaseType) (bool, error) {
	calendar, _, err := m.o.Cases.Types().Calendar(ctx, t.Calendar)
	if err != nil {
		return false, err
	}
	return cases.Over(cs, t, calendar, m.o.Clock.Now()), nil
}

// maxHops bounds how far a reply is followed from a case to the one that goes on
// with it.
const maxHops = 20

// goOn deals with a reply of the requester to a case that is over: it belongs to
// the case that an earlier one began, or else begins one. They are told of it as
// whoever raises a case is.
func (m *arrived) goOn(ctx context.Context, cs *core.Case, t *core.CaseType, p proof) error {
	next, found, err := m.o.Links.Continued(ctx, cs)
	if err != nil {
		return err
	}
	if m.hops++; found && m.hops <= maxHops {
		newer, err := m.o.Cases.ByID(ctx, next.ID)
		if err != nil {
			return err
		}
		kind, err := m.o.Cases.Types().Published(ctx, newer.Type)
		if err != nil {
			return err
		}
		if isRequester(newer, m.in.Sender) {
			return m.fromRequester(ctx, newer, kind, proof{cs: newer.ID})
		}
	}
	kind, err := m.o.Cases.Afterwards(ctx, t)
	if core.KindOf(err) == core.ErrConflict {
		return m.waits(ctx, fmt.Sprintf("It answers %s, which has ended, and cases of its type are not raised any more.", cs.Ref), p)
	}
	if err != nil {
		return err
	}
	by, raise, goesOn := links.Begin(cs, kind, links.Reply{
		Said: saidIn(m.in, core.MaxNote), Channel: core.ChannelEmail, By: core.LinkActor(cs.ID, cs.Requester),
	})
	raise.Received = m.received()
	return m.doRaise(ctx, by, core.NewID[core.CaseID](), m.ID, m.in, kind, raise, goesOn)
}
