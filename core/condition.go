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

// Because is why a rule is for a case, or is no longer: what it asks, and what
// that was for the case then.
type Because struct {
	If      string `json:"if,omitempty"` // the condition in CEL, beside what else the rule asks
	Facts   []Fact `json:"facts,omitempty"`
	Problem string `json:"problem,omitempty"` // why the condition could not be answered; the rule is for the case then
}

// Fact is what one name of a condition stood for, such as case.priority.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"` // as people read it; words that somebody wrote are left out
}

// Facts says what a condition asks after, and what that is for a case.
func (c Condition) Facts(cs *Case) []Fact {
	var out []Fact
	for _, asked := range []struct {
		name, value string
		is          bool
	}{
		{"case.priority", cs.Priority, len(c.Priorities) > 0}, {"case.subtype", cs.Subtype, len(c.Subtypes) > 0},
		{"case.channel", string(cs.Channel), len(c.Channels) > 0},
	} {
		if asked.is {
			out = append(out, Fact{asked.name, asked.value})
		}
	}
	return out
}
