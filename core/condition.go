package core

import "slices"

// Condition says which cases a rule is for. Every member that is given must
// hold; the zero condition holds for all cases.
type Condition struct {
	Priorities []string  `json:"priority,omitempty"` // one of these
	Subtypes   []string  `json:"subtype,omitempty"`
	Channels   []Channel `json:"channel,omitempty"`
}

// IsZero reports whether the condition holds for every case.
func (c Condition) IsZero() bool { return len(c.Priorities)+len(c.Subtypes)+len(c.Channels) == 0 }

// Holds reports whether a rule is for the case as it is now.
func (c Condition) Holds(cs *Case) bool {
	return (len(c.Priorities) == 0 || slices.Contains(c.Priorities, cs.Priority)) &&
		(len(c.Subtypes) == 0 || slices.Contains(c.Subtypes, cs.Subtype)) &&
		(len(c.Channels) == 0 || slices.Contains(c.Channels, cs.Channel))
}

// Bears reports whether the condition asks after an aspect of a case, so that
// a change of it may change the answer.
func (c Condition) Bears(aspect Aspect) bool {
	return aspect == AspectPriority && len(c.Priorities) > 0 || aspect == AspectSubtype && len(c.Subtypes) > 0
}
