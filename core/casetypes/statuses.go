package casetypes

import (
	"cmp"
	"maps"
	"regexp"
	"slices"

	"github.com/casement-dev/casement/core"
)

var mediaType = regexp.MustCompile(`^[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*$`)

func statusesSection() Section {
	return Section{
		Key: "statuses", Name: "Statuses",
		Parts: func(t *core.CaseType) []Part {
			return []Part{{Key: "statuses", Value: &t.Statuses, Required: true}, {Key: "reopen", Value: &t.Reopen}}
		},
		Validate: validateStatuses,
	}
}

func validateStatuses(c *Check) {
	t, at := c.Type, At("statuses")
	Entries(c, at, "status", t.Statuses, func(s core.Status) (string, core.Text) { return s.Key, s.Name })
	known := statusKeys(t)
	for i, s := range t.Statuses {
		if !slices.Contains(core.StatusKinds(), s.Kind) {
			c.Say(at.And(i, "kind"), "A status has one kind: %s.", oneOf(words(core.StatusKinds()), "or"))
		}
		if !s.Public.IsZero() {
			c.Words(at.And(i, "public"), s.Public, maxName)
		}
		for j, to := range s.To {
			c.Exists(at.And(i, "to", j), "status", to, known)
		}
		c.Once("status", s.To, func(j int) Path { return at.And(i, "to", j) })
	}
	for _, kind := range []core.StatusKind{core.StatusStart, core.StatusOpen, core.StatusFinal} {
		if _, ok := t.FirstStatus(kind); !ok {
			c.Say(at, "There is no status of the kind %s. At least one is needed.", kind)
		}
	}
	validateReopen(c)
	held(c, at, "status", "statuses", known, c.Known.Held.Statuses, t.ReplacedBy.Statuses)
}

func validateReopen(c *Check) {
	t, at := c.Type, At("reopen", "to")
	if t.Reopen == (core.ReopenRule{}) {
		return
	}
	if !c.Exists(at, "status", t.Reopen.To, statusKeys(t)) {
		return
	}
	if later := t.Reopen.Afterwards; later != "" && later != t.Key {
		c.Exists(At("reopen", "afterwards"), "case type", later, slices.Sorted(maps.Values(c.Known.Prefixes)))
	}
	if s, _ := t.Status(t.Reopen.To); s.Kind != core.StatusOpen {
		c.Say(at, "A reopened case needs an open status; “%s” is of the kind %s.", s.Key, s.Kind)
	}
}

func stagesSection() Section {
	return Section{
		Key: "stages", Name: "Stages",
		Parts:    func(t *core.CaseType) []Part { return []Part{{Key: "stages", Value: &t.Stages}} },
		Validate: validateStages,
	}
}

func validateStages(c *Check) {
	t, at := c.Type, At("stages")
	Entries(c, at, "stage", t.Stages, func(s core.Stage) (string, core.Text) { return s.Key, s.Name })
	for i, s := range t.Stages {
		if !s.Public.IsZero() {
			c.Words(at.And(i, "public"), s.Public, maxName)
		}
		for j, task := range s.Requires.Tasks {
			c.Exists(at.And(i, "requires", "tasks", j), "task", task, taskKeys(t))
		}
		for j, field := range s.Requires.Fields {
			c.Exists(at.And(i, "requires", "fields", j), "field", field, fieldKeys(t))
		}
	}
	held(c, at, "stage", "stages", stageKeys(t), c.Known.Held.Stages, t.ReplacedBy.Stages)
}

func subtypesSection() Section {
	return Section{
		Key: "subtypes", Name: "Subtypes and priorities",
		Parts: func(t *core.CaseType) []Part {
			return []Part{{Key: "subtypes", Value: &t.Subtypes}, {Key: "priorities", Value: &t.Priorities}}
		},
		Validate: validateSubtypes,
	}
}

func validateSubtypes(c *Check) {
	t, at := c.Type, At("subtypes")
	Entries(c, at, "subtype", t.Subtypes, func(s core.Subtype) (string, core.Text) { return s.Key, s.Name })
	for i, s := range t.Subtypes {
		if s.Group != "" && c.Exists(at.And(i, "group"), "group", s.Group, c.Known.Groups) && !t.MayHold(s.Group) {
			c.Say(at.And(i, "group"), "Cases cannot be with “%s”. Add it to groups.reassign_to or groups.manage.", s.Group)
		}
	}
	Entries(c, At("priorities"), "priority", t.Priorities, func(p core.Choice) (string, core.Text) { return p.Key, p.Name })
	held(c, at, "subtype", "subtypes", subtypeKeys(t), c.Known.Held.Subtypes, t.ReplacedBy.Subtypes)
}

func replacedSection() Section {
	return Section{
		Key: "replaced", Name: "Replaced",
		Parts:    func(t *core.CaseType) []Part { return []Part{{Key: "replaced_by", Value: &t.ReplacedBy}} },
		Validate: validateReplaced,
	}
}

func validateReplaced(c *Check) {
	t, r := c.Type, c.Type.ReplacedBy
	for _, list := range []struct {
		part, what string
		table      map[string]string
		known      []string
	}{
		{"statuses", "status", r.Statuses, statusKeys(t)},
		{"stages", "stage", r.Stages, stageKeys(t)},
		{"subtypes", "subtype", r.Subtypes, subtypeKeys(t)},
		{"groups", "group that may hold cases", r.Groups, t.Holders()},
	} {
		for _, old := range slices.Sorted(maps.Keys(list.table)) {
			at := At("replaced_by", list.part, old)
			c.Key(at, old)
			if slices.Contains(list.known, old) {
				c.Say(at, "“%s” is still there, so nothing replaces it. Leave it out here, or there.", old)
			}
			c.Exists(at, list.what, list.table[old], list.known)
		}
	}
	held(c, At("groups"), "group", "groups", t.Holders(), c.Known.Held.Groups, r.Groups)
}

// held refuses to drop what open cases still hold, unless something replaces
// it.
func held(c *Check, at Path, what, part string, known []string, holds map[string]int, replaced map[string]string) {
	for _, key := range slices.SortedFunc(maps.Keys(holds), cmp.Compare[string]) {
		n := holds[key]
		if n == 0 || key == "" || slices.Contains(known, key) || replaced[key] != "" {
			continue
		}
		cases := "1 open case has"
		if n > 1 {
			cases = plural(n, "open case") + " have"
		}
		c.Say(at, "The %s “%s” is gone, and %s it. Keep it, or name what takes its place: replaced_by: { %s: { %s: … } }.",
			what, key, cases, part, key)
	}
}
