package notifications

import (
	"strings"

	"github.com/casement-dev/casement/core"
)

// happening is what a sentence about an event needs to know.
type happening struct {
	kind     core.EventKind
	audience string
	by       core.ActorKind
	actor    string // name of a colleague
	task     string // title
	about    core.About
	t        *core.CaseType
	routine  string // by which it was told
}

// words says what happened in a sentence, as things are called now.
func (h happening) words() string {
	if h.kind == byRoutine {
		return h.routineWords()
	}
	switch h.kind {
	case core.CaseRaised:
		return h.did("raised this case", "This case came in")
	case core.CaseClaimed:
		return h.did("claimed this case", "This case was claimed")
	case core.CaseReleased:
		return h.did("put this case back for your group", "This case is with your group again")
	case core.CaseAssigned:
		return h.did("gave you this case", "This case was given to you")
	case core.CaseReassigned:
		if h.audience == toManage {
			return h.did("handed this case to your group", "This case was handed to your group")
		}
		return h.did("handed you this case", "This case was handed to you")
	case core.CaseReopened:
		return h.did("reopened this case", "This case was reopened")
	case core.CaseClosed:
		return h.did("closed this case", "This case was closed")
	case core.CaseCancelled:
		return h.did("cancelled this case", "This case was cancelled")
	case core.CaseWithdrawn:
		return h.did("withdrew this case", "This case was withdrawn")
	case core.CaseEscalated:
		return h.did("escalated this case", "This case was escalated")
	case core.CaseDeEscalated:
		return h.did("took this case back to the ordinary", "This case is no longer escalated")
	case core.WorkStarted:
		return h.did("began to work on this case", "Work has begun")
	case core.StatusChanged:
		return h.did("changed the status", "The status was changed")
	case core.StageChanged:
		return h.did("moved this case to another stage", "This case moved to another stage")
	case core.CaseResolved:
		return h.did("resolved this case", "This case was resolved")
	case core.ContactChanged:
		return h.did("changed the contact details", "The contact details were changed")
	case core.NoteAdded:
		return h.did("wrote a note", "A note was written")
	case core.UpdateAdded:
		return h.did("added to this case", "Something was added to this case")
	case core.AttachmentAdded:
		return h.did("added a file", "A file was added")
	case core.AttachmentPublished:
		return h.did("showed the requester a file", "A file was shown to the requester")
	case core.QuestionAsked:
		return h.did("asked a question", "A question was asked")
	case core.QuestionAnswered:
		return h.did("answered a question", "A question was answered")
	case core.QuestionUnanswered:
		return "A question has stayed unanswered"
	}
	return h.timeWords()
}

// routineWords are those about what a routine wrote: by its name, as long as it
// has one.
func (h happening) routineWords() string {
	if r, ok := h.t.Routine(h.routine); ok && !r.Name.IsZero() {
		return "The routine “" + r.Name.String() + "” wrote to you"
	}
	return "A routine wrote to you"
}

// timeWords are those about targets and tasks.
func (h happening) timeWords() string {
	switch h.kind {
	case core.TargetReminded:
		return h.target() + " is due soon"
	case core.TargetBreached:
		return h.target() + " is overdue"
	case core.TargetExtended:
		return h.did("allowed more time for "+lowerFirst(h.target()), h.target()+" has more time")
	case core.TaskReminded:
		return "A task is due soon" + h.titled()
	case core.TaskBreached:
		return "A task is late" + h.titled()
	case core.TaskCancelledEvent:
		return h.did("cancelled a task", "A task was cancelled") + h.titled()
	case core.AllTasksDone:
		return "The last open task has ended" + h.titled()
	case core.TaskAdded, core.TaskAssigned:
		return h.did("gave you or your group a task", "There is a task for you or your group") + h.titled()
	case core.TaskReturned:
		return h.did("returned a task to be corrected", "A task is to be corrected") + h.titled()
	case core.TaskAsked:
		return h.did("has a question about a task", "There is a question about a task") + h.titled()
	case core.TaskAnswered:
		return h.did("answered your question about a task", "Your question about a task was answered") + h.titled()
	case core.TaskTimeRequested:
		return h.did("asks for more time for a task", "More time is asked for a task") + h.titled()
	case core.TaskHandedBack:
		return h.did("handed a task back", "A task was handed back") + h.titled()
	case core.TaskCompleted:
		return h.did("completed a task", "A task was completed") + h.titled()
	}
	return upperFirst(strings.NewReplacer(".", " ", "_", " ").Replace(string(h.kind)))
}

// did begins with who did it, where that is anybody; what happened by itself
// has a sentence of its own.
func (h happening) did(what, byItself string) string {
	switch {
	case h.actor != "":
		return h.actor + " " + what
	case h.by == core.ActorPerson || h.by == core.ActorAnonymous:
		return "The requester " + what
	}
	return byItself
}

// target is the name of the target that the event is about.
func (h happening) target() string {
	key, _ := h.about["target"].(string)
	if rule, ok := h.t.Target(key); ok && !rule.Name.IsZero() {
		return rule.Name.String()
	}
	return "A target"
}

func (h happening) titled() string {
	if h.task == "" {
		return ""
	}
	return ": " + h.task
}

func upperFirst(s string) string { return changeFirst(s, strings.ToUpper) }
func lowerFirst(s string) string { return changeFirst(s, strings.ToLower) }

func changeFirst(s string, change func(string) string) string {
	for i, r := range s {
		return s[:i] + change(string(r)) + s[i+len(string(r)):]
	}
	return s
}
