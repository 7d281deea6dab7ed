package conditions

import (
	"maps"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
)

// Scope says what conditions are asked of, and so which names they may use.
type Scope int

// The scopes. A condition of a target says for which cases the target is: it
// asks of the case as it is, and of nothing that the target itself may change.
const (
	OfRoutine Scope = iota // a case with all that belongs to it, and what has happened to it
	OfTarget               // the case itself, its fields, its requester and the moment
)

// Of is the compiler of another scope.
func (c *Compiler) Of(scope Scope) *Compiler { return &Compiler{c.shelf, scope} }

// Names lists the names that conditions of the compiler's scope may use.
func (c *Compiler) Names(t *core.CaseType) []Name { return namesOf(vocabularyOf(t, c.scope)) }

// has reports whether a name is of the scope.
func (s Scope) has(path string) bool {
	if s == OfRoutine {
		return true
	}
	switch path {
	case "case.quiet", "case.quiet_days", "case.due":
		return false // they follow from what happens to it, targets among that
	}
	first, _, _ := strings.Cut(path, ".")
	return slices.Contains([]string{"case", "fields", "requester", "now"}, first)
}

// beyond are the names that other scopes have.
func (s Scope) beyond(t *core.CaseType) vocabulary {
	if s == OfRoutine {
		return nil
	}
	v := vocabularyOf(t, OfRoutine)
	maps.DeleteFunc(v, func(path string, _ named) bool { return s.has(path) })
	return v
}

// Aspects lists what of a case decides the condition and is part of what the
// case is: its fields, priority, subtype, requester, place. How it stands, who
// has it and what time it is are left out.
func (c *Condition) Aspects() []core.Aspect {
	var out []core.Aspect
	for _, name := range c.names {
		if aspect := c.known[name].aspect; aspect != "" && !slices.Contains(out, aspect) {
			out = append(out, aspect)
		}
	}
	return out
}

// aspects are those of names that are columns of a case.
var aspects = map[string]core.Aspect{
	"case.subject": core.AspectSubject, "case.priority": core.AspectPriority, "case.subtype": core.AspectSubtype,
	"case.address": core.AspectPlace, "case.has_place": core.AspectPlace, "case.restricted": core.AspectConfidental, "case.received": core.AspectReceived,
	"requester.name": core.AspectContact, "requester.email": core.AspectContact, "requester.phone": core.AspectContact,
}
