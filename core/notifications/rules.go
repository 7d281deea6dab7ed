package notifications

import (
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
)

// The audiences of a message table.
const (
	toRequester  = "requester"
	toAssignee   = "assignee"   // the case manager; the whole group while nobody is
	toManage     = "manage"     // the group that answers for the case
	toEscalation = "escalation" // the group of the escalation level
	toAsker      = "asker"      // who asked the question
	toReceiver   = "receiver"   // whoever has the task; its group while nobody there has
	toFollower   = "follower"   // who wanted to hear of it besides
)

// audiences lists them in the order in which they are told. Somebody who
// belongs to several gets the first one's letter.
var audiences = []string{toRequester, toAssignee, toAsker, toManage, toEscalation, toReceiver, toFollower}

// table returns the line of the type's message table that an event falls
// under, and its name. A change of status that resolves the case has a line of
// its own.
func (h *hearing) table(e core.Recorded) (string, map[string]string) {
	return tableOf(h.t, e)
}

func tableOf(t *core.CaseType, e core.Recorded) (string, map[string]string) {
	if e.Kind == core.StatusChanged {
		status, _ := t.Status(after(e, core.AspectStatus))
		if resolved, ok := t.Messages[string(core.CaseResolved)]; ok && status.Kind == core.StatusResolved {
			return string(core.CaseResolved), resolved
		}
	}
	return string(e.Kind), t.Messages[string(e.Kind)]
}

// template is the key of the template for an audience, "" when it is not told.
func (h *hearing) template(e core.Recorded, table map[string]string, audience string) string {
	template := table[audience]
	if template != casetypes.ByReason {
		return template
	}
	reason, _ := core.FindReason(h.t.Reasons.Close, fact(e, "reason"))
	if reason.Message == "" {
		return closedTemplate
	}
	return reason.Message
}

// closedTemplate is sent for closure reasons that name no message.
const closedTemplate = "closed"

// receipts are the events that tell the requester although they brought them
// about: a record of what they sent, and a warning if it was somebody else.
var receipts = []core.EventKind{core.CaseRaised, core.CaseWithdrawn, core.CaseReopened, core.ContactChanged}

// concernsRequester reports whether the requester is to hear of an event at
// all, if the type's table says so: nothing that only staff may read, and, but
// for receipts, nothing that they did themselves.
func concernsRequester(e core.Recorded) bool {
	if e.Actor.IsPublic() && !slices.Contains(receipts, e.Kind) {
		return false
	}
	switch e.Kind {
	case core.NoteAdded, core.AttachmentAdded, core.AttachmentPublished:
		return fact(e, "audience") == string(core.Public)
	}
	return true
}

// toldByBreach reports whether an escalation is the clock's answer to a breach
// at the same instant: the letter about the breach goes to the same people.
func (h *hearing) toldByBreach(e core.Recorded) bool {
	return e.Kind == core.CaseEscalated && e.Actor.Kind == core.ActorSystem &&
		h.t.Messages[string(core.TargetBreached)][toEscalation] != "" &&
		slices.ContainsFunc(h.heard, func(other core.Recorded) bool {
			return other.Kind == core.TargetBreached && other.HappenedAt.Equal(e.HappenedAt)
		})
}

// after is what an aspect was changed to by an event, "" when it was not.
func after(e core.Recorded, aspect core.Aspect) string {
	changed, ok := e.Changes[aspect]
	if !ok {
		return ""
	}
	words, _ := changed[1].(string)
	return words
}

// fact is a word that an event keeps about itself.
func fact(e core.Recorded, name string) string {
	words, _ := e.About[name].(string)
	return words
}

// number is a number that an event keeps about itself.
func number(e core.Recorded, name string) int {
	n, _ := e.About[name].(float64) // as JSON has it
	return int(n)
}
