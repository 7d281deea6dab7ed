package core

import "time"

// TaskType is a kind of task that cases of a type may have.
type TaskType struct {
	Key        string     `json:"key"`
	Name       Text       `json:"name"`
	Workflow   string     `json:"workflow,omitempty"`  // "" is the built-in one: a text and a tick
	AssignTo   []string   `json:"assign_to,omitempty"` // group keys; "manager" is whoever holds the case
	Within     Span       `json:"within,omitempty"`    // to be done within this of being made; zero: no due time
	WhenRaised bool       `json:"when_raised,omitempty"`
	Limits     TaskLimits `json:"limits,omitzero"`
	Cancelable bool       `json:"cancelable,omitempty"` // closing the case cancels it instead of being refused
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
}
