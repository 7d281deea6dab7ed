package core

// Example is a test that a case type carries: what is given, and what must then
// be. A version whose examples do not hold is not published.
type Example struct {
	Name   string        `json:"name,omitempty"` // what it shows, for people
	Given  ExampleGiven  `json:"given"`
	Expect ExampleExpect `json:"expect"`
}

// ExampleGiven is a case, and what happens to it. What is not said is as it is
// on a new case.
type ExampleGiven struct {
	// Raised is when: "Friday 16:50" in an ordinary week, one without holidays, or
	// "2026-11-20 16:50" on a certain day, both in the zone of the type's calendar.
	Raised   string    `json:"raised,omitempty"`
	Received string    `json:"received,omitempty"` // when a letter was, if before; written as Raised
	Priority string    `json:"priority,omitempty"`
	Subtype  string    `json:"subtype,omitempty"`
	Channel  Channel   `json:"channel,omitempty"`
	Fields   Arguments `json:"fields,omitempty"`   // values of fields, by key
	Event    EventKind `json:"event,omitempty"`    // what happens; "case.raised" unless one of these is given
	Closed   string    `json:"closed,omitempty"`   // the case closes for this reason
	Resolved bool      `json:"resolved,omitempty"` // the case is resolved
}

// ExampleExpect is what must be.
type ExampleExpect struct {
	// Due are due times by target: "Tuesday 12:50", the first after the start;
	// "Tuesday 12:50, 2 weeks later"; "2026-12-04 16:50"; or "none".
	Due     map[string]string `json:"due,omitempty"`
	Message string            `json:"message,omitempty"` // the template that is sent, or "none"
	To      string            `json:"to,omitempty"`      // to this audience
	Group   string            `json:"group,omitempty"`   // the group that a new case goes to
}
