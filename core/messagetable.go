package core

import (
	"slices"
	"strings"
)

// Lines of message tables that stand for more than one event.
const (
	// AllTasksDone is the end of a case's last open task, each time there is none
	// left. Nothing is recorded under it: the event is [TaskCompleted] or
	// [TaskCancelledEvent].
	AllTasksDone EventKind = "task.all_done"
)

// ByReason stands for a template where a case closes: the requester gets the
// message of the closure reason.
const ByReason = "by_reason"

// ClosedMessage is sent where a case closes by its reason, for a reason that
// names no message.
const ClosedMessage = "closed"

// AudienceManage is the group that answers for a case, in message tables.
const AudienceManage = "manage"

// MailRule switches messages of a case type off. What is switched off keeps its
// place in the table, so that switching it on again is all there is to do.
type MailRule struct {
	// Off are cells of the table, such as "case.cancelled requester".
	Off []string `json:"off,omitempty"`
	// QuietGroup stops mail to the whole group for new and reassigned cases. News
	// of cases that nobody has, and escalations, still go to it.
	QuietGroup bool `json:"quiet_group,omitempty"`
}

// IsZero reports whether nothing is switched off.
func (r MailRule) IsZero() bool { return len(r.Off) == 0 && !r.QuietGroup }

// MailCell names a cell of a message table in [MailRule.Off].
func MailCell(event, audience string) string { return event + " " + audience }

// SplitMailCell takes the name of a cell apart.
func SplitMailCell(cell string) (event, audience string) {
	event, audience, _ = strings.Cut(cell, " ")
	return event, audience
}

// Muted says why the type switches off what its table says of an event and an
// audience; "" when it does not.
func (t *CaseType) Muted(event, audience string) string {
	switch {
	case slices.Contains(t.Mail.Off, MailCell(event, audience)):
		return "It is switched off."
	case t.Mail.QuietGroup && audience == AudienceManage && (event == string(CaseRaised) || event == string(CaseReassigned)):
		return "Mail to groups about new and reassigned cases is switched off for this case type."
	}
	return ""
}

// Told is the template by which an audience is told of an event, [ByReason] or
// a key; "" when it is not told.
func (t *CaseType) Told(event, audience string) string {
	if t.Muted(event, audience) != "" {
		return ""
	}
	return t.Messages[event][audience]
}

// ClosingMessage is the template of the requester's message about a closing.
func (t *CaseType) ClosingMessage(reason string) string {
	if r, _ := FindReason(t.Reasons.Close, reason); r.Message != "" {
		return r.Message
	}
	return ClosedMessage
}
