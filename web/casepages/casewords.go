package casepages

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/web/render"
)

// EventLine is something that happened, as a sentence.
type EventLine struct {
	Icon  string
	Parts []Part
	At    time.Time
}

// Part is a part of a sentence: plain, a name, or a value.
type Part struct {
	Text  string
	Name  bool // of somebody who did it
	Value bool // before or after
}

// sentence is built up from left to right.
type sentence []Part

func (s sentence) say(words string, args ...any) sentence {
	return append(s, Part{Text: fmt.Sprintf(words, args...)})
}

// value adds what something was or is; nothing is "none".
func (s sentence) value(words string) sentence {
	if words == "" {
		words = "none"
	}
	return append(s, Part{Text: words, Value: true})
}

// fromTo adds before and after.
func (s sentence) fromTo(before, after string) sentence {
	return s.value(before).say(" to ").value(after)
}

// because adds a reason, if one was given.
func (s sentence) because(reason string) sentence {
	if reason == "" {
		return s
	}
	return s.say(": %s", reason)
}

// line puts one event into words. Names are those that were learnt.
func (o *opened) line(e core.Recorded) EventLine {
	icon, did := o.did(e)
	who := o.who(e.Actor)
	if byItself(e) {
		who = o.who(core.SystemActor())
	}
	did = append(sentence{{Text: who, Name: true}}, did...)
	if e.Actor.Through != "" && e.Kind != core.ActionRan {
		did = did.say(", through %s", e.Actor.Through)
	}
	return EventLine{Icon: icon, Parts: did, At: e.HappenedAt}
}

// byItself reports whether an event only followed from what the actor did: a
// clock that starts or stops because a case was raised, asked about, answered.
func byItself(e core.Recorded) bool {
	switch e.Kind {
	case core.TargetStarted, core.TargetMet, core.TargetBreached, core.TargetReminded, core.TaskBreached, core.TaskReminded:
		return true
	case core.TargetPaused, core.TargetResumed:
		reason := core.PauseReason(word(e.About["reason"]))
		return reason == core.PauseOpenQuestion || reason == core.PauseWaiting
	}
	return false
}

// saidByTask reports whether an event says of a task's target what an event of
// the task itself has said.
func saidByTask(e core.Recorded) bool {
	_, _, isTask := core.ParseTaskTarget(word(e.About["target"]))
	return isTask && word(e.About["because"]) != ""
}

// who names an actor.
func (o *opened) who(a core.Actor) string {
	switch a.Kind {
	case core.ActorStaff:
		if name := o.person(a.ID); name != "" {
			return name
		}
		return "A colleague"
	case core.ActorPerson:
		if name := o.person(a.ID); name != "" {
			return name
		}
		return o.requester()
	case core.ActorAnonymous:
		return "The requester"
	case core.ActorClient:
		return "Another system"
	case core.ActorRoutine:
		return "Routine “" + o.routine(a.ID) + "”"
	case core.ActorPlugin:
		return "Plugin “" + a.ID + "”"
	}
	return "Casement"
}

// routine is what people call a routine, as its type names it now.
func (o *opened) routine(id string) string {
	key := strings.TrimPrefix(id, o.Type.Key+"/")
	if r, known := o.Type.Routine(key); known && !r.Name.IsZero() {
		return r.Name.In(core.DefaultLanguage)
	}
	return key
}

// did says what somebody did, beginning with the verb, and its shape.
func (o *opened) did(e core.Recorded) (icon string, did sentence) {
	var s sentence
	before, after := func(a core.Aspect) string { return o.aspect(a, e.Changes[a][0]) }, func(a core.Aspect) string { return o.aspect(a, e.Changes[a][1]) }
	status := func(words string) sentence {
		return append(s, Part{Text: words}).fromTo(before(core.AspectStatus), after(core.AspectStatus))
	}
	switch e.Kind {
	case core.CaseRaised:
		return "plus", s.say(" raised the case %s", channelWords[core.Channel(word(e.About["channel"]))])
	case core.CaseOpened:
		return "eye", s.say(" opened the case for the first time")
	case core.CaseClaimed:
		return "person", s.say(" claimed the case")
	case core.CaseReleased:
		return "undo", s.say(" put the case back for %s", o.team(o.Case.Group))
	case core.CaseAssigned:
		return "person", s.say(" assigned the case to ").value(after(core.AspectAssignee))
	case core.CaseReassigned:
		return "people", o.reassigned(e, s)
	case core.WorkStarted:
		return "play", status(" started work: status ")
	case core.StatusChanged:
		return "ring-half", status(" changed the status from ")
	case core.StageChanged:
		return "right", s.say(" changed the stage from ").fromTo(before(core.AspectStage), after(core.AspectStage))
	case core.SubtypeChanged:
		return "sort", s.say(" changed the subtype from ").fromTo(before(core.AspectSubtype), after(core.AspectSubtype))
	case core.PriorityChanged:
		return "flag", s.say(" changed the priority from ").fromTo(before(core.AspectPriority), after(core.AspectPriority))
	case core.FieldChanged:
		return "edit", o.fieldChanged(e, s)
	case core.ReceivedChanged:
		was, _ := o.moment(e.Changes[core.AspectReceived][0])
		is, _ := o.moment(e.Changes[core.AspectReceived][1])
		return "calendar", s.say(" changed the date received from ").fromTo(was, is).because(word(e.About["reason"]))
	case core.ContactChanged:
		return "edit", s.say(" changed the contact details from ").fromTo(before(core.AspectContact), after(core.AspectContact))
	case core.PlaceChanged:
		return "map", o.placeChanged(e, s)
	case core.CaseEscalated:
		return "flag", s.say(" escalated the case to level ").value(after(core.AspectLevel)).because(o.reason(o.Type.Reasons.Escalate, e))
	case core.CaseDeEscalated:
		return "undo", s.say(" took back the escalation")
	case core.CaseClosed:
		return "check", o.ended(e, s.say(" closed the case"), o.reason(o.Type.Reasons.Close, e))
	case core.CaseCancelled:
		return "x", s.say(" cancelled the case").because(o.reason(o.Type.Reasons.Cancel, e))
	case core.CaseWithdrawn:
		return "x", s.say(" withdrew the case")
	case core.CaseReopened:
		return "play", status(" reopened the case: status ")
	case core.FirstResponseGiven:
		return "ok", s.say(" gave the first response")
	case core.QuestionUnanswered:
		return "clock", s.say(" noticed that question %s has no answer yet", word(e.About["no"]))
	case core.TaskAdded, core.TaskCompleted, core.TaskCancelledEvent, core.TaskMoved, core.TaskReturned, core.TaskClaimed, core.TaskReleased,
		core.TaskAssigned, core.TaskDueChanged, core.TaskAsked, core.TaskAnswered, core.TaskTimeRequested, core.TaskHandedBack:
		return "task", o.taskEvent(e, s)
	case core.AttachmentAdded, core.AttachmentDeleted, core.AttachmentPublished:
		return "clip", o.fileEvent(e, s)
	case core.AttachmentShown:
		if shown, _ := e.About["shown"].(bool); shown {
			return "eye", s.say(" showed file %s on the public page", word(e.About["no"]))
		}
		return "lock", s.say(" took file %s off the public page", word(e.About["no"]))
	case core.DetailsSaved:
		return "edit", s.say(" saved the section ").value(word(e.About["title"]))
	case core.ActionRan:
		return "bolt", o.actionRan(e, s)
	case core.RoutineStopped:
		return "x", s.say(" was stopped. %s", word(e.About["why"]))
	case core.LetterSent:
		return "mail", o.wrote(e, s)
	case core.LetterRepeated:
		return "mail", s.say(" sent message %s again", word(e.About["message"]))
	case core.MailReceived:
		return "mail", mailed(e, s)
	case core.MessageBounced:
		return "mail", s.say(" learnt that a message came back undelivered").because(word(e.About["status"]))
	case core.SatisfactionGiven:
		return "message", o.satisfiedWith(e, s)
	case core.LinkAdded, core.LinkRemoved:
		return "link", o.linkEvent(e, s)
	case core.FollowerAdded:
		return "bell", s.say(" began to follow the case")
	case core.FollowerRemoved:
		return "bell", s.say(" ended a following")
	}
	if strings.HasPrefix(string(e.Kind), "target.") || e.Kind == core.TaskReminded || e.Kind == core.TaskBreached {
		return o.targetEvent(e, s)
	}
	return "info", s.say(" recorded %s", strings.ReplaceAll(string(e.Kind), ".", " "))
}

func (o *opened) reassigned(e core.Recorded, s sentence) sentence {
	s = s.say(" reassigned the case")
	if _, moved := e.Changes[core.AspectGroup]; moved {
		s = s.say(" from ").fromTo(o.aspect(core.AspectGroup, e.Changes[core.AspectGroup][0]), o.aspect(core.AspectGroup, e.Changes[core.AspectGroup][1]))
	}
	if to := o.aspect(core.AspectAssignee, e.Changes[core.AspectAssignee][1]); to != "" {
		s = s.say(", to ").value(to)
	}
	return s.because(o.reason(o.Type.Reasons.Reassign, e))
}

func (o *opened) ended(e core.Recorded, s sentence, reason string) sentence {
	s = s.because(reason)
	if force := word(e.About["force"]); force != "" {
		s = s.say(", against what stood in the way: “%s”", force)
	}
	return s
}

func (o *opened) actionRan(e core.Recorded, s sentence) sentence {
	s = s.say(" ran the action ").value(word(e.About["name"])).say(" of %s", e.Actor.Through)
	return s.because(word(e.About["outcome"]))
}

func (o *opened) wrote(e core.Recorded, s sentence) sentence {
	readers, _ := e.About["readers"].(float64)
	s = s.say(" wrote a message to %s", render.Plural(int(readers), "reader", "readers"))
	if outside, _ := e.About["outside"].(float64); outside > 0 {
		s = s.say(", %d of them outside the organisation", int(outside))
	}
	return s
}

// mailed says how a mail that came in got to the case.
func mailed(e core.Recorded, s sentence) sentence {
	switch correspondence.Role(word(e.About["role"])) {
	case correspondence.RoleAttached:
		return s.say(" put a mail on the case")
	case correspondence.RoleRaised:
		return s.say(" took the case from a mail")
	case correspondence.RoleParticipant:
		return s.say(" filed the answer of somebody that staff wrote to")
	}
	return s.say(" answered by mail")
}

func (o *opened) satisfiedWith(e core.Recorded, s sentence) sentence {
	score, _ := e.About["score"].(float64)
	if was, changed := e.About["was"].(float64); changed {
		return s.say(" changed how satisfied the requester is from ").fromTo(scoreWords(int(was)), scoreWords(int(score)))
	}
	s = s.say(" said how satisfied the requester is: ").value(scoreWords(int(score)))
	if channel := core.Channel(word(e.About["channel"])); channel != core.ChannelWeb {
		s = s.say(", told %s", channelWords[channel])
	}
	return s
}

func (o *opened) fieldChanged(e core.Recorded, s sentence) sentence {
	key := word(e.About["field"])
	both := e.Changes[core.FieldAspect(key)]
	f, known := o.Type.Field(key)
	if !known {
		return s.say(" changed “%s” from ", key).fromTo(word(both[0]), word(both[1]))
	}
	return s.say(" changed “%s” from ", f.Label).fromTo(excerpt(f.Words(both[0], core.DefaultLanguage), 120), excerpt(f.Words(both[1], core.DefaultLanguage), 120))
}

func (o *opened) taskEvent(e core.Recorded, s sentence) sentence {
	name := "task " + word(e.About["task"])
	if kind, known := o.Type.Task(word(e.About["type"])); known && word(e.About["type"]) != "" {
		name += ", “" + kind.Name.String() + "”"
	}
	switch e.Kind {
	case core.TaskMoved:
		if status := word(e.About["status"]); status != "" {
			return s.say(" went on with %s: ", name).value(status)
		}
		return s.say(" went on with %s", name)
	case core.TaskAssigned:
		return s.say(" gave %s to ", name).value(o.holder(e))
	case core.TaskHandedBack:
		return s.say(" handed %s back to ", name).value(o.holder(e))
	case core.TaskDueChanged:
		if due, ok := o.moment(e.About["due_at"]); ok {
			return s.say(" changed the due time of %s to ", name).value(due)
		}
		return s.say(" took away the due time of %s", name)
	case core.TaskTimeRequested:
		until, _ := o.moment(e.About["until"])
		return s.say(" asked for more time for %s, until ", name).value(until)
	}
	return s.say(" %s %s", taskVerbs[e.Kind], name)
}

var taskVerbs = map[core.EventKind]string{
	core.TaskAdded: "added", core.TaskCompleted: "completed", core.TaskCancelledEvent: "cancelled", core.TaskReturned: "took up again",
	core.TaskClaimed: "claimed", core.TaskReleased: "released", core.TaskAsked: "asked about", core.TaskAnswered: "answered about",
}

// holder is to whom an event gave a task.
func (o *opened) holder(e core.Recorded) string {
	to := o.team(word(e.About["group"]))
	if name := o.person(word(e.About["assignee"])); name != "" {
		to = name + ", " + to
	}
	return to
}

func (o *opened) fileEvent(e core.Recorded, s sentence) sentence {
	name := "attachment " + word(e.About["no"])
	switch {
	case e.Kind == core.AttachmentAdded:
		return s.say(" added %s", name)
	case e.Kind == core.AttachmentDeleted:
		return s.say(" deleted %s", name)
	case word(e.About["audience"]) == string(core.Public):
		return s.say(" published %s", name)
	}
	return s.say(" withdrew %s from the requester", name)
}

func (o *opened) targetEvent(e core.Recorded, s sentence) (string, sentence) {
	name := word(e.About["target"])
	if rule, known := o.Type.Target(name); known {
		name = rule.Name.String()
	} else if no, typeKey, isTask := core.ParseTaskTarget(name); isTask {
		name = "Task " + strconv.Itoa(no)
		if kind, known := o.Type.Task(typeKey); known {
			name += ", " + kind.Name.String()
		}
	}
	due := func(s sentence) sentence {
		if at, ok := o.moment(e.About["due_at"]); ok {
			return s.say(", due ").value(at)
		}
		return s
	}
	moved := func(s sentence) sentence {
		was, okWas := o.moment(e.About["was_due_at"])
		is, okIs := o.moment(e.About["due_at"])
		if okWas && okIs {
			return s.say(": due ").fromTo(was, is)
		}
		return due(s)
	}
	switch e.Kind {
	case core.TargetStarted:
		return "clock", due(s.say(" set “%s”", name))
	case core.TargetSet:
		return "clock", moved(s.say(" set the due time of “%s”", name))
	case core.TargetExtended:
		return "clock", moved(s.say(" extended “%s” by %s", name, word(e.About["by"])))
	case core.TargetPaused:
		return "pause", s.say(" paused “%s”", name).because(core.PauseReason(word(e.About["reason"])).Words())
	case core.TargetResumed:
		return "play", due(s.say(" resumed “%s”", name))
	case core.TargetMoved:
		return "clock", moved(s.say(" counted “%s” from another beginning", name))
	case core.TargetRecalculated:
		s = moved(s.say(" put “%s” on a changed calendar", name))
		if asked := word(e.About["asked_by"]); asked != "" {
			s = s.say(", as %s asked", asked)
		}
		return "clock", s
	case core.TaskReminded:
		return "bell", s.say(" reminded of “%s”", name)
	case core.TaskBreached:
		return "warn", s.say(" recorded that “%s” was not done in time", name)
	case core.TargetReminded:
		return "bell", s.say(" reminded of “%s”", name)
	case core.TargetBreached:
		return "warn", s.say(" recorded that “%s” was not met in time", name)
	case core.TargetMet:
		return "ok", s.say(" recorded that “%s” was met", name)
	case core.TargetCleared:
		return "x", s.say(" cleared “%s”", name)
	}
	return "clock", s.say(" changed “%s”", name)
}

// reason names the reason of an event from the type's list, or gives it as it
// was written.
func (o *opened) reason(list []core.Reason, e core.Recorded) string {
	key := word(e.About["reason"])
	if r, known := core.FindReason(list, key); known {
		return r.Name.String()
	}
	return key
}

// moment says a recorded time.
func (o *opened) moment(value any) (string, bool) {
	at, err := time.Parse(time.RFC3339, word(value))
	if err != nil || at.IsZero() {
		return "", false
	}
	return at.In(o.zone).Format("Mon 2 Jan 15:04"), true
}

// aspect says the value of an aspect.
func (o *opened) aspect(a core.Aspect, value any) string {
	key := word(value)
	switch a {
	case core.AspectStatus:
		return o.status(key)
	case core.AspectStage:
		if stage, i := o.Type.Stage(key); i >= 0 {
			return stage.Name.String()
		}
	case core.AspectSubtype:
		if sub, known := o.Type.Subtype(key); known {
			return sub.Name.String()
		}
	case core.AspectPriority:
		if priority, known := o.Type.Priority(key); known {
			return priority.Name.String()
		}
	case core.AspectGroup:
		if key != "" {
			return o.team(key)
		}
	case core.AspectAssignee:
		return o.person(key)
	case core.AspectContact:
		return contactWords(value)
	}
	return key
}

// contactWords writes recorded contact details in one line.
func contactWords(value any) string {
	contact, _ := value.(map[string]any)
	var out []string
	for _, key := range []string{"name", "email", "phone", "address"} {
		if s := word(contact[key]); s != "" {
			out = append(out, strings.ReplaceAll(s, "\n", ", "))
		}
	}
	return strings.Join(out, ", ")
}

// word writes a recorded value as it is.
func word(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return textOf(v)
	case map[string]any:
		var out []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out = append(out, word(v[key]))
		}
		return strings.Join(out, ", ")
	}
	return fmt.Sprint(value)
}

// excerpt is the beginning of a text, in one line.
func excerpt(text string, letters int) string {
	line := []rune(strings.Join(strings.Fields(text), " "))
	if len(line) <= letters {
		return string(line)
	}
	cut := string(line[:letters])
	if i := strings.LastIndexByte(cut, ' '); i > letters/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,.;:") + "…"
}

// after says how much later something was: "1 day, 3 hours".
func after(from, to time.Time) string {
	d := to.Sub(from)
	days, hours := int(d.Hours())/24, int(d.Hours())%24
	switch {
	case d < time.Hour:
		return render.Plural(max(1, int(d.Minutes())), "minute", "minutes")
	case days == 0:
		return render.Plural(hours, "hour", "hours")
	case hours == 0:
		return render.Plural(days, "day", "days")
	}
	return render.Plural(days, "day", "days") + ", " + render.Plural(hours, "hour", "hours")
}
