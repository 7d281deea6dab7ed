package core

import "time"

// EventKind says what was recorded, in the past tense. Routine triggers and
// message tables name events by it.
type EventKind string

// The events of a case.
const (
	CaseRaised          EventKind = "case.raised"
	CaseOpened          EventKind = "case.opened" // by staff, the first time
	CaseClaimed         EventKind = "case.claimed"
	CaseReleased        EventKind = "case.released"
	CaseAssigned        EventKind = "case.assigned"
	CaseReassigned      EventKind = "case.reassigned"
	WorkStarted         EventKind = "case.work_started"
	StatusChanged       EventKind = "case.status_changed"
	StageChanged        EventKind = "case.stage_changed"
	SubtypeChanged      EventKind = "case.subtype_changed"
	PriorityChanged     EventKind = "case.priority_changed"
	FieldChanged        EventKind = "case.field_changed"
	ContactChanged      EventKind = "case.contact_changed"
	ReceivedChanged     EventKind = "case.received_changed" // the date received was put right
	PlaceChanged        EventKind = "case.place_changed"
	CaseEscalated       EventKind = "case.escalated"
	CaseDeEscalated     EventKind = "case.de_escalated"
	CaseCancelled       EventKind = "case.cancelled"
	CaseWithdrawn       EventKind = "case.withdrawn"
	CaseClosed          EventKind = "case.closed"
	CaseReopened        EventKind = "case.reopened"
	FirstResponseGiven  EventKind = "case.first_response"
	NoteAdded           EventKind = "note.added"
	UpdateAdded         EventKind = "update.added"
	QuestionAsked       EventKind = "question.asked"
	QuestionAnswered    EventKind = "question.answered"
	QuestionUnanswered  EventKind = "question.unanswered"
	TaskAdded           EventKind = "task.added"
	TaskCompleted       EventKind = "task.completed"
	TaskCancelledEvent  EventKind = "task.cancelled"
	TaskMoved           EventKind = "task.moved"          // its workflow stands somewhere else: About says where, in words
	TaskReturned        EventKind = "task.returned"       // it was done, and is to be corrected
	TaskClaimed         EventKind = "task.claimed"        // by a member of its group
	TaskReleased        EventKind = "task.released"       // back to its group
	TaskAssigned        EventKind = "task.assigned"       // to a group, or a person there
	TaskDueChanged      EventKind = "task.due_changed"    // by whoever works the case
	TaskAsked           EventKind = "task.asked"          // whoever has it asks the case manager
	TaskAnswered        EventKind = "task.answered"       // the case manager answers
	TaskTimeRequested   EventKind = "task.time_requested" // whoever has it asks for more time
	TaskHandedBack      EventKind = "task.handed_back"    // to its group, or to the case manager
	TaskReminded        EventKind = "task.reminder"       // of its due time, before or after
	TaskBreached        EventKind = "task.breached"       // it was not done in time
	AttachmentAdded     EventKind = "attachment.added"
	AttachmentDeleted   EventKind = "attachment.deleted"
	AttachmentPublished EventKind = "attachment.published"
	AttachmentShown     EventKind = "attachment.shown" // to everybody, or hidden from them again
	FollowerAdded       EventKind = "follower.added"
	FollowerRemoved     EventKind = "follower.removed"
	TargetStarted       EventKind = "target.started"
	TargetSet           EventKind = "target.set"
	TargetExtended      EventKind = "target.extended"
	TargetPaused        EventKind = "target.paused"
	TargetResumed       EventKind = "target.resumed"
	TargetReminded      EventKind = "target.reminder"
	TargetBreached      EventKind = "target.breached"
	TargetMet           EventKind = "target.met"
	TargetCleared       EventKind = "target.cleared"
	TargetMoved         EventKind = "target.moved"            // its beginning was put right
	TargetRecalculated  EventKind = "target.recalculated"     // on another version of its calendar, because somebody asked
	LetterSent          EventKind = "correspondence.sent"     // staff wrote by mail
	LetterRepeated      EventKind = "correspondence.repeated" // a message that did not arrive is sent again
	MailReceived        EventKind = "correspondence.received" // a mail that came in was filed to the case
	MessageBounced      EventKind = "correspondence.bounced"  // a message of the case came back
	SatisfactionGiven   EventKind = "satisfaction.given"      // 1 to 5, by the requester
	LinkAdded           EventKind = "link.added"              // to another case; About says to which, and how
	LinkRemoved         EventKind = "link.removed"
)

// Stream says what an event happened to.
type Stream string

// The streams.
const (
	StreamCase          Stream = "case"
	StreamConfiguration Stream = "configuration"
	StreamPlugin        Stream = "plugin"
	StreamPeople        Stream = "people"
	StreamMail          Stream = "mail" // a mail that came in: who sorted it, and how
)

// Event is one thing that was recorded. Its body holds what each aspect was
// before and after, enough to rewind the case; free text stays in its own row
// and is named in About by its identifier.
type Event struct {
	Kind    EventKind
	Changes map[Aspect]Changed // empty for notes, files and questions
	About   About              // what else it concerns: identifiers, keys, reasons
}

// About holds small facts of an event by name, such as {"note": id} or
// {"reason": "workload"}. Names are stable: routines and templates use them.
type About map[string]any

// Recorded is an event as it stands in the history.
type Recorded struct {
	Seq        int64
	CaseID     CaseID
	Version    Version
	Kind       EventKind
	Aspects    []Aspect
	Actor      Actor
	Origin     Origin
	HappenedAt time.Time // when it became true; a breach at its due time
	RecordedAt time.Time
	Changes    map[Aspect]Changed
	About      About
}
