package core

import "slices"

// StatusKind is what a status means, whatever it is called.
type StatusKind string

// The kinds of status. A waiting status pauses targets; the first resolved or
// final status is the resolution; only close, cancel and withdraw enter a
// final one.
const (
	StatusStart    StatusKind = "start"
	StatusOpen     StatusKind = "open"
	StatusWaiting  StatusKind = "waiting"
	StatusResolved StatusKind = "resolved"
	StatusFinal    StatusKind = "final"
)

// StatusKinds lists the kinds in the order a case passes through them.
func StatusKinds() []StatusKind {
	return []StatusKind{StatusStart, StatusOpen, StatusWaiting, StatusResolved, StatusFinal}
}

// IsOpen reports whether somebody still has to work on a case in such a status.
func (k StatusKind) IsOpen() bool { return k != StatusResolved && k != StatusFinal }

// Status is one of a case type's statuses.
type Status struct {
	Key    string     `json:"key"`
	Kind   StatusKind `json:"kind"`
	Name   Text       `json:"name"`
	Public Text       `json:"public,omitempty"` // what the requester reads; the name when empty
	To     []string   `json:"to,omitempty"`     // allowed moves; empty allows all
	After  AfterSave  `json:"after,omitempty"`  // where the console goes after setting it (WORK-38)
}

// PublicName is what the requester reads.
func (s Status) PublicName(language string) string {
	if !s.Public.IsZero() {
		return s.Public.In(language)
	}
	return s.Name.In(language)
}

// AfterSave is where the console goes after a save.
type AfterSave string

// The places to go after a save. The zero value is AfterStay.
const (
	AfterStay AfterSave = "stay"
	AfterList AfterSave = "list"
	AfterNext AfterSave = "next"
)

// Stage is one of a case type's ordered stages. Stages are private; a public
// step, if given, is shown to the requester.
type Stage struct {
	Key    string `json:"key"`
	Name   Text   `json:"name"`
	Public Text   `json:"public,omitempty"`
	// Requires names task types that must have been completed, and fields that
	// must have a value, before the stage may be entered.
	Requires StageRequires `json:"requires,omitzero"`
}

// StageRequires is what must be true before a stage may be entered.
type StageRequires struct {
	Tasks  []string `json:"tasks,omitempty"`
	Fields []string `json:"fields,omitempty"`
}

// Moves returns the statuses that a case in the status from may be changed to
// by case.change_status: the allowed ones that are neither final nor from
// itself nor the start.
func (t *CaseType) Moves(from string) []Status {
	current, ok := t.Status(from)
	if !ok {
		return nil
	}
	var out []Status
	for _, s := range t.Statuses {
		if s.Key == from || s.Kind == StatusFinal || s.Kind == StatusStart {
			continue
		}
		if len(current.To) > 0 && !slices.Contains(current.To, s.Key) {
			continue
		}
		out = append(out, s)
	}
	return out
}
