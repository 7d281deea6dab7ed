package casetypes

import (
	"maps"
	"regexp"
	"slices"

	"github.com/casement-dev/casement/core"
)

func detailsSection() Section {
	return Section{
		Key: "details", Name: "Details sections",
		Parts: func(t *core.CaseType) []Part {
			return []Part{{Key: "details", Value: &t.Details}, {Key: "portal", Value: &t.Portal}}
		},
		Validate: validateDetails,
	}
}

// maxSections bounds a page.
const maxSections = 20

func validateDetails(c *Check) {
	t, at := c.Type, At("details")
	if len(t.Details) > maxSections {
		c.Say(at, "A case has %d sections at most.", maxSections)
	}
	known := slices.Sorted(maps.Keys(c.Known.Details))
	names, entries := make([]string, len(t.Details)), map[string]int{}
	for i, e := range t.Details {
		names[i] = string(e)
		if !entryExists(c, at.And(i), "section", e, known) {
			continue
		}
		if _, twice := entries[e.Entry()]; twice && !slices.Contains(names[:i], string(e)) {
			c.Say(at.And(i), "Another section is called “%s” in addresses already. A case type has only one of the two.", e.Entry())
		}
		entries[e.Entry()] = i
		validateKept(c, at.And(i), e)
	}
	c.Once("section", names, func(i int) Path { return at.And(i) })
	published, keys := At("portal", "sections"), []string{}
	for _, e := range t.Details {
		keys = append(keys, e.Entry())
	}
	for i, key := range t.Portal.Sections {
		c.Exists(published.And(i), "section", key, keys)
	}
	c.Once("section", t.Portal.Sections, func(i int) Path { return published.And(i) })
}

// validateKept says which fields of a section cannot be fields of the type.
func validateKept(c *Check, at Path, e core.PluginEntry) {
	for _, f := range c.Known.Details[e.Name()] {
		if !keyPattern.MatchString(f.Key) {
			c.Say(at, "The section keeps a field “%s”, which is no key: it cannot be used here.", shorten(f.Key))
		}
		for _, other := range c.Type.Fields {
			switch {
			case other.Key != f.Key || other.Of == e:
			case other.Of == "":
				c.Say(at, "The section keeps a field “%s”, and the case type has a field of that key. Call that one something else.", f.Key)
			default:
				c.Say(at, "The section keeps a field “%s”, and so does %s. A case type has only one of the two.", f.Key, other.Of)
			}
		}
	}
}

// withKept are the fields of a type with those that its sections keep, each
// marked as such; those of before are left out.
func withKept(t *core.CaseType, kept map[string][]core.Field) []core.Field {
	fields := withoutKept(t).Fields
	out := slices.Clone(fields)
	for _, e := range t.Details {
		for _, f := range kept[e.Name()] {
			if !slices.ContainsFunc(out, func(has core.Field) bool { return has.Key == f.Key && has.Of == e }) {
				f.Of = e
				out = append(out, f)
			}
		}
	}
	return out
}

// withoutKept leaves out the fields that sections keep: they stand in no file.
func withoutKept(t *core.CaseType) *core.CaseType {
	if !slices.ContainsFunc(t.Fields, isKept) {
		return t
	}
	out := *t
	out.Fields = slices.DeleteFunc(slices.Clone(t.Fields), isKept)
	return &out
}

func isKept(f core.Field) bool { return f.Of != "" }

// entryPattern takes plugin:casement.outcome/outcome apart.
var entryPattern = regexp.MustCompile(`^plugin:[a-z0-9][a-z0-9.-]{0,99}/[A-Za-z][A-Za-z0-9_.-]{0,63}$`)

// entryExists holds the name of a plugin's entry against those installed.
func entryExists(c *Check, at Path, what string, e core.PluginEntry, known []string) bool {
	if !entryPattern.MatchString(string(e)) {
		c.Say(at, "“%s” is not the name of a plugin's %s. Write plugin:ID/ENTRY.", shorten(string(e)), what)
		return false
	}
	if slices.Contains(known, e.Name()) {
		return true
	}
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = core.PluginWorkflow + k
	}
	return c.Exists(at, what, string(e), names)
}

func actionsSection() Section {
	return Section{
		Key: "actions", Name: "Actions",
		Parts:    func(t *core.CaseType) []Part { return []Part{{Key: "actions", Value: &t.Actions}} },
		Validate: validateActions,
	}
}

const maxActions = 50

func validateActions(c *Check) {
	at := At("actions")
	if len(c.Type.Actions) > maxActions {
		c.Say(at, "A case type has %d actions at most.", maxActions)
	}
	names := make([]string, len(c.Type.Actions))
	for i, a := range c.Type.Actions {
		names[i] = string(a.On) + " " + string(a.Run)
		entryExists(c, at.And(i, "run"), "action", a.Run, c.Known.Actions)
		if a.On != "" {
			c.Exists(at.And(i, "on"), "event", string(a.On), words(ActionEvents()))
		}
		if !a.Name.IsZero() {
			c.Words(at.And(i, "name"), a.Name, maxName)
		}
	}
	c.Once("action", names, func(i int) Path { return at.And(i, "run") })
}

// ActionEvents lists the events that set off actions: what happens to a case,
// but not what actions themselves record.
func ActionEvents() []core.EventKind {
	out := slices.Clone(MessageEvents())
	for _, kind := range []core.EventKind{
		core.CaseOpened, core.SubtypeChanged, core.PriorityChanged, core.FieldChanged, core.PlaceChanged, core.TaskCancelledEvent,
		core.TargetStarted, core.TargetMet, core.DetailsSaved,
	} {
		if !slices.Contains(out, kind) {
			out = append(out, kind)
		}
	}
	return slices.DeleteFunc(out, func(k core.EventKind) bool { return k == core.CaseResolved })
}

func closingSection() Section {
	return Section{
		Key: "closing", Name: "Closing",
		Parts: func(t *core.CaseType) []Part { return []Part{{Key: "closing", Value: &t.Closing}} },
		Validate: func(c *Check) {
			at := At("closing", "requires", "fields")
			for i, field := range c.Type.Closing.Requires.Fields {
				c.Exists(at.And(i), "field", field, fieldKeys(c.Type))
			}
			c.Once("field", c.Type.Closing.Requires.Fields, func(i int) Path { return at.And(i) })
		},
	}
}
