package core

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Routine is something that cases of a type do by themselves: when it is set
// off, and if its condition holds, its actions happen one after the other. The
// order of the routines in the type is the order in which those that one event
// sets off come.
type Routine struct {
	Key  string  `json:"key"`
	Name Text    `json:"name"`
	Off  bool    `json:"off,omitempty"` // it is kept, and nothing sets it off
	When Trigger `json:"when"`
	If   string  `json:"if,omitempty"` // a condition in CEL; "" always holds
	Do   []Do    `json:"do"`
}

// Trigger says what sets a routine off: an event, or time. Exactly one of On,
// Quiet, Field (with Before or After, or neither: the day itself) and Every is
// set. Time sees cases that have not ended.
type Trigger struct {
	On     EventKind `json:"on,omitempty"`
	Quiet  Span      `json:"quiet,omitzero"`  // nothing has happened to the case for this long
	Before Span      `json:"before,omitzero"` // this long before the day in Field begins
	After  Span      `json:"after,omitzero"`  // this long after it began
	Field  string    `json:"field,omitempty"` // key of a field of the kind date
	Every  string    `json:"every,omitempty"` // five fields, as cron has them, in the zone of the type's calendar; open cases
	// Batch is how many cases one look of the clock takes at most, of those that
	// time sets off; 0 means [DefaultBatch].
	Batch int `json:"batch,omitempty"`
}

// Do is one action of a routine: exactly one of Command, Message, Run and
// Webhook is set.
type Do struct {
	Command CommandName `json:"command,omitempty"`
	With    Arguments   `json:"with,omitempty"`    // what the command takes; words may use Liquid with what messages know of a case
	Message string      `json:"message,omitempty"` // key of a template
	To      string      `json:"to,omitempty"`      // whom the message is for: requester, assignee, manage or escalation
	Run     PluginEntry `json:"run,omitempty"`     // an action of a plugin
	Webhook string      `json:"webhook,omitempty"` // key of an outgoing webhook
}

// Arguments is what a command takes, by name, as JSON has it: strings, float64,
// bool, nil, []any and map[string]any.
type Arguments map[string]any

// Bounds of routines.
const (
	MaxRoutines     = 100   // of a case type
	MaxActions      = 20    // of a routine
	MaxCondition    = 2_000 // letters
	MaxRoutineDepth = 8     // of a chain: routines that set off each other
	DefaultBatch    = 500
	MaxBatch        = 5_000
)

// RoutineStopped says on a case that a routine was not let run, for it set
// itself off again or ran too often. It sets off nothing.
const RoutineStopped EventKind = "routine.stopped"

// RoutineEvents lists the events that set off routines: all that happens to a
// case, and, beside, its resolution and the end of its last open task, which
// are recorded under no name of their own.
func RoutineEvents() []EventKind {
	return []EventKind{
		CaseRaised, CaseOpened, CaseClaimed, CaseReleased, CaseAssigned, CaseReassigned, WorkStarted, StatusChanged, CaseResolved,
		StageChanged, SubtypeChanged, PriorityChanged, FieldChanged, ContactChanged, PlaceChanged, CaseEscalated, CaseDeEscalated,
		CaseCancelled, CaseWithdrawn, CaseClosed, CaseReopened, FirstResponseGiven, NoteAdded, UpdateAdded, QuestionAsked,
		QuestionAnswered, QuestionUnanswered, TaskAdded, TaskCompleted, TaskCancelledEvent, AllTasksDone, TaskMoved,
		TaskReturned, TaskClaimed, TaskReleased, TaskAssigned, TaskDueChanged, TaskAsked, TaskAnswered, TaskTimeRequested,
		TaskHandedBack, AttachmentAdded, AttachmentDeleted, AttachmentPublished, AttachmentShown, FollowerAdded, FollowerRemoved,
		TargetStarted, TargetSet, TargetExtended, TargetPaused, TargetResumed, TargetReminded, TargetBreached, TargetMet,
		TargetCleared, TargetMoved, TargetRecalculated, TaskReminded, TaskBreached, DetailsSaved, ReceivedChanged, LetterSent, LetterRepeated, MailReceived, MessageBounced,
		SatisfactionGiven, LinkAdded, LinkRemoved,
	}
}

// RoutineAudiences lists whom a routine may write to.
func RoutineAudiences() []string { return []string{"requester", "assignee", "manage", "escalation"} }

// TriggerKind is what sort of thing sets a routine off.
type TriggerKind string

// The kinds of [Trigger].
const (
	TriggerEvent TriggerKind = "on"
	TriggerQuiet TriggerKind = "quiet"
	TriggerDate  TriggerKind = "date"
	TriggerEvery TriggerKind = "every"
)

// Kind says what sort of trigger it is; "" for none.
func (t Trigger) Kind() TriggerKind {
	switch {
	case t.On != "":
		return TriggerEvent
	case !t.Quiet.IsZero():
		return TriggerQuiet
	case t.Field != "":
		return TriggerDate
	case t.Every != "":
		return TriggerEvery
	}
	return ""
}

// Validate checks what needs no more than the trigger itself.
func (t Trigger) Validate() error {
	given := 0
	for _, is := range []bool{t.On != "", !t.Quiet.IsZero(), t.Field != "", t.Every != ""} {
		if is {
			given++
		}
	}
	switch {
	case t.Field == "" && (!t.Before.IsZero() || !t.After.IsZero()):
		return InvalidField("field", "Say before or after which date: name a field of the kind date.")
	case given == 0:
		return Invalid("Say what sets it off: on an event, quiet for a time, before or after a field with a date, or every so often.")
	case given > 1:
		return Invalid("One thing sets a routine off: keep one of on, quiet, field and every.")
	case !t.Before.IsZero() && !t.After.IsZero():
		return InvalidField("after", "It is before or after the date, not both.")
	case t.Batch != 0 && t.On != "":
		return InvalidField("batch", "An event concerns one case; only time has a batch.")
	case t.Batch < 0 || t.Batch > MaxBatch:
		return InvalidField("batch", "A batch has between 1 and %d cases.", MaxBatch)
	}
	return nil
}

// AtOnce is how many cases one look of the clock takes at most.
func (t Trigger) AtOnce() int {
	if t.Batch > 0 {
		return t.Batch
	}
	return DefaultBatch
}

// Moment is when the trigger's field sets it off: false when the case has no
// such date.
func (t Trigger) Moment(cs *Case, calendar *Calendar) (time.Time, bool) {
	written, _ := cs.Fields[t.Field].(string)
	date, err := ParseDate(written)
	if err != nil {
		return time.Time{}, false
	}
	begins := calendar.instant(date, 0)
	if !t.Before.IsZero() {
		return t.Before.Before(begins, calendar).UTC(), true
	}
	return t.After.After(begins, calendar).UTC(), true
}

// String says the trigger to a person: "quiet for 90 days".
func (t Trigger) String() string {
	switch t.Kind() {
	case TriggerEvent:
		return "on " + string(t.On)
	case TriggerQuiet:
		return "quiet for " + t.Quiet.String() + t.batchWords()
	case TriggerDate:
		switch {
		case !t.Before.IsZero():
			return t.Before.String() + " before “" + t.Field + "”" + t.batchWords()
		case !t.After.IsZero():
			return t.After.String() + " after “" + t.Field + "”" + t.batchWords()
		}
		return "on the day of “" + t.Field + "”" + t.batchWords()
	case TriggerEvery:
		return "every " + t.Every + t.batchWords()
	}
	return "never"
}

func (t Trigger) batchWords() string {
	if t.Batch == 0 {
		return ""
	}
	return fmt.Sprintf(", %d cases at once", t.Batch)
}

// Validate checks what needs no more than the action itself.
func (d Do) Validate() error {
	given := 0
	for _, is := range []bool{d.Command != "", d.Message != "", d.Run != "", d.Webhook != ""} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return Invalid("An action is one of command, message, run and webhook.")
	case len(d.With) > 0 && d.Command == "":
		return InvalidField("with", "Only a command takes something.")
	case d.To != "" && d.Message == "":
		return InvalidField("to", "Only a message goes to somebody.")
	case d.Message != "" && !slices.Contains(RoutineAudiences(), d.To):
		return InvalidField("to", "A message goes to one of %s.", strings.Join(RoutineAudiences(), ", "))
	}
	return nil
}

// String says the action to a person: "case.close (reason: no-answer)".
func (d Do) String() string {
	switch {
	case d.Message != "":
		return "send “" + d.Message + "” to: " + d.To
	case d.Run != "":
		return "run " + d.Run.Name()
	case d.Webhook != "":
		return "call the webhook “" + d.Webhook + "”"
	case len(d.With) == 0:
		return string(d.Command)
	}
	names := make([]string, 0, len(d.With))
	for name := range d.With {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		names[i] = name + ": " + clip(fmt.Sprint(d.With[name]), 80)
	}
	return string(d.Command) + " (" + strings.Join(names, ", ") + ")"
}

// Routine finds a routine by key.
func (t *CaseType) Routine(key string) (Routine, bool) {
	i := slices.IndexFunc(t.Routines, func(r Routine) bool { return r.Key == key })
	if i < 0 {
		return Routine{}, false
	}
	return t.Routines[i], true
}

// RoutineActor is a routine of a case type at work; chain names the routines
// that set it off, outermost first, each as [Actor.ID] does.
func RoutineActor(caseType, key string, chain []string) Actor {
	return Actor{Kind: ActorRoutine, ID: caseType + "/" + key, Chain: chain}
}

// SetsOff is the chain of a routine that is set off by what the actor did.
func (a Actor) SetsOff() []string {
	if a.Kind != ActorRoutine {
		return nil
	}
	return append(slices.Clone(a.Chain), a.ID)
}

// StopsRoutine says, in words, why a routine that a chain would set off may not
// run: it stands in the chain already, or the chain is too long. It is "" when
// it may.
func (t *CaseType) StopsRoutine(key string, chain []string) string {
	at := slices.Index(chain, t.Key+"/"+key)
	switch {
	case at >= 0 && at == len(chain)-1:
		return fmt.Sprintf("%s set itself off.", t.routineWords(chain[at]))
	case at >= 0:
		return t.chainWords(chain) + fmt.Sprintf(", which would have set off %s again.", t.routineWords(t.Key+"/"+key))
	case len(chain) >= MaxRoutineDepth:
		return t.chainWords(chain) + fmt.Sprintf(", which would have set off %s. Routines set off each other %d deep at most.", t.routineWords(t.Key+"/"+key), MaxRoutineDepth)
	}
	return ""
}

// chainWords says a chain: “A” set off “B”, which set off “C”.
func (t *CaseType) chainWords(chain []string) string {
	var b strings.Builder
	for i, id := range chain {
		switch i {
		case 0:
		case 1:
			b.WriteString(" set off ")
		default:
			b.WriteString(", which set off ")
		}
		b.WriteString(t.routineWords(id))
	}
	return b.String()
}

// routineWords names a routine as people do.
func (t *CaseType) routineWords(id string) string {
	key := strings.TrimPrefix(id, t.Key+"/")
	if r, ok := t.Routine(key); ok && !r.Name.IsZero() {
		return "“" + r.Name.In(DefaultLanguage) + "”"
	}
	return "“" + key + "”"
}
