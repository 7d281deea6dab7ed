package core

import (
	"strconv"
	"strings"
	"time"
)

// TaskType is a kind of task that cases of a type may have.
type TaskType struct {
	Key        string     `json:"key"`
	Name       Text       `json:"name"`
	Workflow   string     `json:"workflow,omitempty"`  // "plugin:ID/entry"; "" is the built-in one: a text and a tick
	AssignTo   []string   `json:"assign_to,omitempty"` // group keys; "manager" is whoever holds the case
	Within     Promise    `json:"within,omitempty"`    // to be done within this of being made; zero: no due time
	WhenRaised bool       `json:"when_raised,omitempty"`
	Limits     TaskLimits `json:"limits,omitzero"`
	Cancelable bool       `json:"cancelable,omitempty"` // closing the case cancels it instead of being refused
	Shows      []string   `json:"shows,omitempty"`      // what of the case its page shows beside the brief; see [TaskShows]
	NotBy      []string   `json:"not_by,omitempty"`     // types of task: who had or did one of them on the case may neither have nor do this

	// The due time of a task is a target like those of its case.
	Pause  []PauseReason    `json:"pause,omitempty"`
	Remind []Reminder       `json:"remind,omitempty"`
	Ladder []EscalationStep `json:"ladder,omitempty"`
	Extend *ExtendRule      `json:"extend,omitempty"`
	Forbid []HandChange     `json:"forbid,omitempty"`
}

// Target is the rule of the target that a task of the type has.
func (t TaskType) Target(key string) TargetRule {
	return TargetRule{
		Key: key, Name: t.Name, Within: t.Within, Pause: t.Pause, Remind: t.Remind, Ladder: t.Ladder, Extend: t.Extend, Forbid: t.Forbid,
	}
}

// ValidateTarget checks what the type says of the due time of its tasks.
func (t TaskType) ValidateTarget() error {
	if t.Within.IsZero() {
		if len(t.Remind)+len(t.Ladder)+len(t.Pause) > 0 || t.Extend != nil {
			return InvalidField("within", "Say how long the task may take; else there is nothing to remind of, to pause or to extend.")
		}
		return nil
	}
	return t.Target("").validateTerms()
}

const taskTarget = "task:"

// TaskTarget is the key of the target of one task: "task:3:investigate", of
// the third task of a case; "task:3" when the task has no type.
func TaskTarget(no int, typeKey string) string {
	return strings.TrimSuffix(taskTarget+strconv.Itoa(no)+":"+typeKey, ":")
}

// ParseTaskTarget takes the key of a task's target apart; false when a key is
// that of a target of the case. Keys of targets have no colon.
func ParseTaskTarget(key string) (no int, typeKey string, ok bool) {
	rest, ok := strings.CutPrefix(key, taskTarget)
	if !ok {
		return 0, "", false
	}
	number, typeKey, _ := strings.Cut(rest, ":")
	no, err := strconv.Atoi(number)
	return no, typeKey, err == nil && no > 0
}

// PluginWorkflow begins the workflow of a task type that a plugin serves.
const PluginWorkflow = "plugin:"

// Plugin names the plugin's entry that the tasks of the type go through:
// "casement.investigate/investigate". It is "" for the built-in workflow.
func (t TaskType) Plugin() string {
	entry, ok := strings.CutPrefix(t.Workflow, PluginWorkflow)
	if !ok {
		return ""
	}
	return entry
}

// What a task's page may show of its case to whoever has the task and nothing
// else to do with the case. A field is named "field:" and its key.
const (
	ShowSubject     = "subject"
	ShowDescription = "description"
	ShowRequester   = "requester" // name, telephone, email address
	ShowPlace       = "place"
	ShowFiles       = "files" // those that staff may see
	ShowCase        = "case"  // the page of the case, as its requester could see it
	ShowField       = "field:"
)

// TaskShows lists what may stand in Shows beside fields.
func TaskShows() []string {
	return []string{ShowSubject, ShowDescription, ShowRequester, ShowPlace, ShowFiles, ShowCase}
}

// TaskLimits bounds how many tasks of the type a case has. Min counts
// completed ones and is asked when the case closes; Max counts all that were
// not cancelled, 0 for no limit.
type TaskLimits struct {
	Min int `json:"min,omitempty"`
	Max int `json:"max,omitempty"`
}

// TaskState is where a task is.
type TaskState string

// The states of a [Task].
const (
	TaskOpen      TaskState = "open"
	TaskDone      TaskState = "done"
	TaskCancelled TaskState = "cancelled"
)

// Task is a piece of work on a case, with somebody to do it.
type Task struct {
	ID         TaskID    `json:"-"`
	CaseID     CaseID    `json:"-"`
	No         int       `json:"no"`   // 1, 2 … under its case
	Type       string    `json:"type"` // task type key, "" for one made by hand
	Title      string    `json:"title"`
	Brief      string    `json:"brief"`
	State      TaskState `json:"state"`
	Group      string    `json:"group"`
	Assignee   StaffID   `json:"assignee"`
	Required   bool      `json:"required"`   // the case does not close while it is open
	Cancelable bool      `json:"cancelable"` // closing the case cancels it
	DueAt      time.Time `json:"due_at,omitzero"`
	Outcome    string    `json:"outcome"` // what was found, when done
	Reason     string    `json:"reason"`  // why, when cancelled
	CreatedAt  time.Time `json:"created_at"`
	EndedAt    time.Time `json:"ended_at,omitzero"`
	Ender      StaffID   `json:"-"`                // who of staff ended it; zero while open, and for everybody else
	Status     string    `json:"status,omitempty"` // where its workflow stands, in a few words: "Waiting for approval"
}
