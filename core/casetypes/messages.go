package casetypes

import (
	"slices"

	"github.com/casement-dev/casement/core"
)

func messagesSection() Section {
	return Section{
		Key: "messages", Name: "Messages",
		Parts: func(t *core.CaseType) []Part {
			return []Part{{Key: "messages", Value: &t.Messages}, {Key: "mail", Value: &t.Mail}}
		},
		Validate: validateMessages,
		Diff:     diffMessages,
	}
}

// ByReason stands for a template where a case closes: the requester gets the
// message of the closure reason.
const ByReason = core.ByReason

// Audiences lists who may be told of an event.
func Audiences() []string {
	return []string{"requester", "assignee", "manage", "escalation", "asker", "receiver", "follower"}
}

// MessageEvents lists the events that a case type may send messages for.
func MessageEvents() []core.EventKind {
	return []core.EventKind{
		core.CaseRaised, core.CaseClaimed, core.CaseReleased, core.CaseAssigned, core.CaseReassigned, core.WorkStarted,
		core.StatusChanged, core.StageChanged, core.CaseEscalated, core.CaseDeEscalated, core.CaseCancelled,
		core.CaseWithdrawn, core.CaseClosed, core.CaseReopened, core.NoteAdded, core.UpdateAdded, core.QuestionAsked,
		core.QuestionAnswered, core.QuestionUnanswered, core.TaskAdded, core.TaskCompleted,
		core.TaskAssigned, core.TaskAsked, core.TaskAnswered, core.TaskTimeRequested, core.TaskHandedBack, core.TaskReturned, core.AttachmentAdded,
		core.AttachmentPublished, core.TargetReminded, core.TargetBreached, core.TargetExtended, core.ContactChanged, core.TaskReminded, core.TaskBreached,
		core.CaseResolved, core.TaskCancelledEvent, core.AllTasksDone,
	}
}

func validateMessages(c *Check) {
	for event, table := range c.Type.Messages {
		at := At("messages", event)
		c.Exists(at, "event", event, words(MessageEvents()))
		for audience, template := range table {
			if !c.Exists(at.And(audience), "audience", audience, Audiences()) {
				continue
			}
			if template == ByReason && event == string(core.CaseClosed) && audience == "requester" {
				continue
			}
			c.Exists(at.And(audience), "template", template, c.Known.Templates)
		}
	}
	for i, cell := range c.Type.Mail.Off {
		event, audience := core.SplitMailCell(cell)
		if c.Type.Messages[event][audience] == "" {
			c.Say(At("mail", "off", i), "The table sends nothing there, so “%s” cannot be switched off. Write an event and an audience, such as “case.raised manage”.", shorten(cell))
		}
	}
	c.Once("cell", c.Type.Mail.Off, func(i int) Path { return At("mail", "off", i) })
}

func diffMessages(d *Differ, before, after *core.CaseType) {
	for _, event := range words(MessageEvents()) {
		for _, audience := range Audiences() {
			was, is := before.Messages[event][audience], after.Messages[event][audience]
			switch {
			case was == is:
			case was == "":
				d.Add(Added, "At %s the message ‘%s’ now goes to: %s.", event, is, audience)
			case is == "":
				d.Add(Removed, "At %s nothing goes to: %s any more (it was ‘%s’).", event, audience, was)
			default:
				d.Add(Changed, "At %s the message to %s: ‘%s’ → ‘%s’.", event, audience, was, is)
			}
		}
	}
	diffMail(d, before.Mail, after.Mail)
}

func diffMail(d *Differ, before, after core.MailRule) {
	for _, cell := range after.Off {
		if !slices.Contains(before.Off, cell) {
			event, audience := core.SplitMailCell(cell)
			d.Add(Removed, "At %s the message to %s is switched off.", event, audience)
		}
	}
	for _, cell := range before.Off {
		if !slices.Contains(after.Off, cell) {
			event, audience := core.SplitMailCell(cell)
			d.Add(Added, "At %s the message to %s is no longer switched off.", event, audience)
		}
	}
	switch {
	case after.QuietGroup && !before.QuietGroup:
		d.Add(Changed, "Groups are no longer mailed about new and reassigned cases.")
	case before.QuietGroup && !after.QuietGroup:
		d.Add(Changed, "Groups are mailed about new and reassigned cases again.")
	}
}
