package notifications

import (
	"context"
	"slices"

	"github.com/casement-dev/casement/core"
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

// lineOf is the line of a type's message table that an event falls under. A
// change of status that resolves the case has a line of its own, where the type
// has one.
func lineOf(t *core.CaseType, e core.Recorded) string {
	if e.Kind == core.StatusChanged && hasLine(t, core.CaseResolved) {
		if status, _ := t.Status(after(e, core.AspectStatus)); status.Kind == core.StatusResolved {
			return string(core.CaseResolved)
		}
	}
	return string(e.Kind)
}

func hasLine(t *core.CaseType, line core.EventKind) bool { return len(t.Messages[string(line)]) > 0 }

// line is lineOf for what is being heard. So has the end of the last open task,
// which hangs on what else there is.
func (h *hearing) line(ctx context.Context, e core.Recorded) (string, error) {
	if endsTask(e) && hasLine(h.t, core.AllTasksDone) {
		last, err := h.endsLast(ctx, e)
		if err != nil {
			return "", err
		}
		if last {
			return string(core.AllTasksDone), nil
		}
	}
	return lineOf(h.t, e), nil
}

func endsTask(e core.Recorded) bool {
	return e.Kind == core.TaskCompleted || e.Kind == core.TaskCancelledEvent
}

// endsLast reports whether no task of the case is open since an event, and
// whether it is the last one heard that ended one: several that end at once are
// told once.
func (h *hearing) endsLast(ctx context.Context, e core.Recorded) (bool, error) {
	for _, other := range h.heard {
		if endsTask(other) && other.Version > e.Version {
			return false, nil
		}
	}
	open, err := h.openTasks(ctx, h.cs.ID)
	return open == 0, err
}

// TemplateOf is the key of the template that an event tells an audience with,
// "" when it is not told, by the line of the type's message table that the
// event falls under.
func TemplateOf(t *core.CaseType, e core.Recorded, audience string) string {
	return templateIn(t, lineOf(t, e), e, audience)
}

func templateIn(t *core.CaseType, line string, e core.Recorded, audience string) string {
	template := t.Told(line, audience)
	if own := fact(e, "tell_requester"); own != "" && e.Kind == core.TargetExtended && audience == toRequester {
		return own // the target's own rule says what is sent with an extension
	}
	if template == core.ByReason {
		return t.ClosingMessage(fact(e, "reason"))
	}
	return template
}

// receipts are the events that tell the requester although they brought them
// about: a record of what they sent, and a warning if it was somebody else.
var receipts = []core.EventKind{core.CaseRaised, core.CaseWithdrawn, core.CaseReopened, core.ContactChanged}

// concernsRequester reports whether the requester is to hear of an event at
// all, if the type's table says so: nothing that only staff may read, and, but
// for receipts, nothing that they did themselves.
func concernsRequester(e core.Recorded) bool { return keptFromRequester(e) == "" }

// keptFromRequester says why the requester is not to hear of an event.
func keptFromRequester(e core.Recorded) string {
	if e.Actor.IsPublic() && !slices.Contains(receipts, e.Kind) {
		return "did it themselves"
	}
	switch e.Kind {
	case core.NoteAdded, core.AttachmentAdded, core.AttachmentPublished:
		if fact(e, "audience") != string(core.Public) {
			return "it is for staff alone"
		}
	}
	return ""
}

// toldByBreach reports whether an escalation is the clock's answer to a breach
// at the same instant: the letter about the breach goes to the same people.
func (h *hearing) toldByBreach(e core.Recorded) bool {
	return e.Kind == core.CaseEscalated && e.Actor.Kind == core.ActorSystem &&
		h.t.Told(string(core.TargetBreached), toEscalation) != "" &&
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
