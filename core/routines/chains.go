package routines

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/conditions"
)

// SetOff is one way in which a routine may set off another, or itself.
type SetOff struct {
	From, To string // keys
	Action   int    // of From, from 0
	On       core.EventKind
}

// Chains are the routines of a case type that may set off each other, before
// any of them ran. What may be is more than what will be: all that an action can
// lead to counts, but for what a condition made of rows rules out. What time
// settles meanwhile, such as a target that is missed, belongs to no chain.
type Chains struct {
	All   []SetOff   // in the order of the type; one for each two routines
	Loops [][]SetOff // the shortest one of those that share routines; each ends where it begins
	// Unforeseen are the keys of routines with an action of a plugin: what that
	// asks for is only known when it runs.
	Unforeseen []string
}

// Chains says which routines of a type may set off which. Routines that are off
// are none of them.
func (s *Service) Chains(t *core.CaseType) Chains {
	var out Chains
	after := map[string][]SetOff{}
	for _, from := range t.Routines {
		if from.Off {
			continue
		}
		if slices.ContainsFunc(from.Do, func(d core.Do) bool { return d.Run != "" }) {
			out.Unforeseen = append(out.Unforeseen, from.Key)
		}
		for _, to := range t.Routines {
			if to.Off || to.When.On == "" {
				continue
			}
			if way, ok := s.setsOff(t, from, to); ok {
				out.All = append(out.All, way)
				after[from.Key] = append(after[from.Key], way)
			}
		}
	}
	looped := map[string]bool{}
	for _, r := range t.Routines {
		if looped[r.Key] {
			continue
		}
		if loop := shortest(after, r.Key); loop != nil {
			out.Loops = append(out.Loops, loop)
			for _, way := range loop {
				looped[way.From] = true
			}
		}
	}
	return out
}

// Advise warns of routines of a case type that may set off each other, each once
// more. It is a [casetypes.Checker]; what it finds keeps nothing from being
// published, for a loop is stopped when it runs.
func (s *Service) Advise(_ context.Context, doc casetypes.Document) (casetypes.Findings, error) {
	if doc.CaseType == nil {
		return nil, nil
	}
	var out casetypes.Findings
	for _, loop := range s.Chains(doc.CaseType).Loops {
		place := slices.IndexFunc(doc.CaseType.Routines, func(r core.Routine) bool { return r.Key == loop[0].From })
		out = append(out, casetypes.Finding{Path: casetypes.At("routines", place).String(), Message: LoopWords(doc.CaseType, loop)})
	}
	return out, nil
}

// LoopWords say a loop to a person, and what becomes of it.
func LoopWords(t *core.CaseType, loop []SetOff) string {
	name := func(key string) string {
		r, _ := t.Routine(key)
		return "“" + nameOf(r) + "”"
	}
	if len(loop) == 1 {
		return fmt.Sprintf("%s may set itself off. It would be stopped then, and the case would say so. A condition on what it goes by, or on who did it, keeps it from that.", name(loop[0].From))
	}
	var b strings.Builder
	b.WriteString(name(loop[0].From))
	for i, way := range loop {
		link := " may set off "
		if i > 0 {
			link = ", which may set off "
		}
		b.WriteString(link + name(way.To))
	}
	b.WriteString(" again. That would be stopped, and the case would say so. A condition on what one of them goes by, or on who did it, breaks the circle.")
	return b.String()
}

// shortest is the shortest way from a routine back to itself; nil for none.
func shortest(after map[string][]SetOff, key string) []SetOff {
	came := map[string]SetOff{} // the way to each routine
	for at := []string{key}; len(at) > 0; at = at[1:] {
		for _, way := range after[at[0]] {
			if way.To == key {
				loop := []SetOff{way}
				for here := way.From; here != key; here = loop[0].From {
					loop = slices.Insert(loop, 0, came[here])
				}
				return loop
			}
			if _, seen := came[way.To]; !seen {
				came[way.To] = way
				at = append(at, way.To)
			}
		}
	}
	return nil
}

// setsOff finds an action of one routine that may set off another.
func (s *Service) setsOff(t *core.CaseType, from, to core.Routine) (SetOff, bool) {
	form, rows := s.conditions.FormOf(t, to.If)
	for no, do := range from.Do {
		foreseen, _ := Foreseen(do.Command)
		if !slices.Contains(foreseen, to.When.On) || to.When.On == core.CaseResolved && !mayResolve(t, do) {
			continue
		}
		if rows && !form.Any && rulesOut(t, form.Rows, from, do, to.When.On) {
			continue
		}
		return SetOff{From: from.Key, To: to.Key, Action: no, On: to.When.On}, true
	}
	return SetOff{}, false
}

// mayResolve reports whether a change of status may be one that resolves.
func mayResolve(t *core.CaseType, do core.Do) bool {
	to, fixed := fixedText(do, "to")
	if do.Command != "case.change_status" || !fixed {
		return true
	}
	status, known := t.Status(to)
	return !known || status.Kind == core.StatusResolved
}

// fixedText is an argument that is the same for every case.
func fixedText(do core.Do, name string) (string, bool) {
	text, is := do.With[name].(string)
	return text, is && !usesLiquid(core.Arguments{name: text})
}

// becomes says what the case has after a command, by the command.
var becomes = map[core.CommandName]core.Aspect{
	"case.change_status": core.AspectStatus, "case.change_stage": core.AspectStage,
	"case.change_subtype": core.AspectSubtype, "case.change_priority": core.AspectPriority,
}

// rulesOut reports whether one of the rows that all must hold cannot, after what
// an action does.
func rulesOut(t *core.CaseType, rows []conditions.Row, from core.Routine, do core.Do, on core.EventKind) bool {
	known := map[string]string{"event.by": string(core.ActorRoutine), "event.routine": from.Key, "event.kind": string(on)}
	if on == core.CaseResolved {
		delete(known, "event.kind") // it is that of the change of status
	}
	aspect, plain := becomes[do.Command]
	value, fixed := fixedText(do, "to")
	if do.Command == "case.set_field" {
		key, named := fixedText(do, "field")
		if named && on == core.FieldChanged && slices.ContainsFunc(rows, func(r conditions.Row) bool { return otherField(r, key) }) {
			return true
		}
		_, isField := t.Field(key)
		value, fixed = fixedText(do, "value")
		aspect, plain = core.Aspect("fields."+conditions.Ident(key)), named && isField
	}
	if plain && fixed {
		known["event.after."+string(aspect)] = value
		if alone(from, do) {
			name := string(aspect)
			if !strings.HasPrefix(name, "fields.") {
				name = "case." + name
			}
			known[name] = value
		}
	}
	return slices.ContainsFunc(rows, func(r conditions.Row) bool {
		is, ok := known[r.Name]
		return ok && !couldHold(r, is)
	})
}

// otherField reports whether a row asks for the change of another field.
func otherField(r conditions.Row, key string) bool {
	if r.Name != "event.changed" || r.Op != conditions.Contains || len(r.Values) != 1 {
		return false
	}
	other, ok := strings.CutPrefix(r.Values[0], "field:")
	return ok && other != key
}

// alone reports whether the routine gives such a command once: else another of
// its actions may have the last word.
func alone(r core.Routine, do core.Do) bool {
	n := 0
	for _, d := range r.Do {
		if d.Command == do.Command {
			n++
		}
	}
	return n == 1
}

// couldHold reports whether a row about a text may hold for a value.
func couldHold(r conditions.Row, is string) bool {
	switch r.Op {
	case conditions.Is, conditions.OneOf:
		return slices.Contains(r.Values, is)
	case conditions.IsNot, conditions.NoneOf:
		return !slices.Contains(r.Values, is)
	case conditions.Empty:
		return is == ""
	case conditions.NotEmpty:
		return is != ""
	}
	return true
}
