package routines

import (
	"slices"

	"github.com/casement-dev/casement/core"
)

// What the targets of a case may do when it moves. Those that are started,
// missed or reminded of by the clock are the clock's.
var follow = []core.EventKind{core.TargetStarted, core.TargetPaused, core.TargetResumed, core.TargetMet, core.TargetCleared, core.TargetMoved}

var (
	ending  = append([]core.EventKind{core.TaskCancelledEvent, core.AllTasksDone}, follow...)
	changed = append([]core.EventKind{core.StatusChanged, core.CaseResolved}, follow...)
	ended   = append([]core.EventKind{core.TaskCompleted, core.AllTasksDone}, follow...)
)

// foreseen is what may be recorded when a routine gives a command: by the
// command, and by what follows from it in the same change.
var foreseen = map[core.CommandName][]core.EventKind{
	"case.open":            {core.CaseOpened},
	"case.claim":           {core.CaseClaimed},
	"case.release":         {core.CaseReleased},
	"case.assign":          {core.CaseAssigned},
	"case.reassign":        {core.CaseReassigned},
	"case.start_work":      append([]core.EventKind{core.WorkStarted}, changed...),
	"case.change_status":   changed,
	"case.change_stage":    append([]core.EventKind{core.StageChanged}, follow...),
	"case.change_subtype":  append([]core.EventKind{core.SubtypeChanged}, follow...),
	"case.change_priority": append([]core.EventKind{core.PriorityChanged}, follow...),
	"case.set_field":       append([]core.EventKind{core.FieldChanged}, follow...),
	"case.change_place":    {core.PlaceChanged},
	"case.change_received": append([]core.EventKind{core.ReceivedChanged}, follow...),
	"case.change_contact":  {core.ContactChanged},
	"case.escalate":        {core.CaseEscalated},
	"case.de_escalate":     {core.CaseDeEscalated, core.NoteAdded},
	"case.cancel":          append([]core.EventKind{core.CaseCancelled}, ending...),
	"case.close":           append([]core.EventKind{core.CaseClosed}, ending...),
	"case.reopen":          append([]core.EventKind{core.CaseReopened}, follow...),

	"note.add":    {core.NoteAdded},
	"case.link":   {core.LinkAdded},
	"case.unlink": {core.LinkRemoved},

	"question.ask":              append([]core.EventKind{core.QuestionAsked}, follow...),
	"question.answer":           append([]core.EventKind{core.QuestionAnswered}, changed...),
	"correspondence.send":       {core.LetterSent},
	"correspondence.send_again": {core.LetterRepeated},
	"mail.file":                 {core.MailReceived, core.AttachmentAdded},
	"satisfaction.give":         append([]core.EventKind{core.SatisfactionGiven, core.CaseReopened, core.CaseClosed}, ending...),
	"attachment.add":            {core.AttachmentAdded},
	"attachment.publish":        {core.AttachmentPublished},
	"attachment.delete":         {core.AttachmentDeleted},
	"attachment.show":           {core.AttachmentShown},

	"task.add":          {core.TaskAdded},
	"task.complete":     ended,
	"task.cancel":       append([]core.EventKind{core.TaskCancelledEvent, core.AllTasksDone}, follow...),
	"task.act":          append([]core.EventKind{core.TaskMoved}, ended...),
	"task.return":       append([]core.EventKind{core.TaskReturned}, follow...),
	"task.claim":        {core.TaskClaimed},
	"task.release":      {core.TaskReleased},
	"task.assign":       {core.TaskAssigned},
	"task.hand_back":    {core.TaskHandedBack},
	"task.change_due":   append([]core.EventKind{core.TaskDueChanged, core.TargetSet}, follow...),
	"task.ask":          {core.TaskAsked, core.TaskAnswered},
	"task.request_time": {core.TaskTimeRequested},
	"task.add_file":     {core.AttachmentAdded},
	"task.remove_file":  {core.AttachmentDeleted},

	"target.set":    {core.TargetSet},
	"target.extend": {core.TargetExtended},
	"target.pause":  {core.TargetPaused},
	"target.resume": {core.TargetResumed},
	"target.clear":  {core.TargetCleared},
}

// Foreseen lists what may be recorded when a routine gives a command; false for
// one of which it is not known, such as what a plugin asks for.
func Foreseen(name core.CommandName) ([]core.EventKind, bool) {
	kinds, known := foreseen[name]
	return slices.Clone(kinds), known
}
