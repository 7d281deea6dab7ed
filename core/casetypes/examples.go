package casetypes

import (
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
)

// maxExamples is how many examples a case type carries at most: each is tried
// whenever the type is checked.
const maxExamples = 100

func examplesSection() Section {
	return Section{
		Key: "examples", Name: "Examples",
		Parts:    func(t *core.CaseType) []Part { return []Part{{Key: "examples", Value: &t.Examples}} },
		Validate: validateExamples,
	}
}

// None stands in an example for nothing: no due time, no message.
const None = "none"

// validateExamples checks what examples name. Whether they hold is tried by
// core/examples, before publishing.
func validateExamples(c *Check) {
	t := c.Type
	if len(t.Examples) > maxExamples {
		c.Say(At("examples"), "A case type carries %d examples at most.", maxExamples)
		return
	}
	for i, e := range t.Examples {
		at := At("examples", i)
		if utf8.RuneCountInString(e.Name) > maxName {
			c.Say(at.And("name"), "The name of an example has %d letters at most.", maxName)
		}
		validateGiven(c, at.And("given"), e.Given)
		validateExpected(c, at.And("expect"), e.Expect)
	}
}

func validateGiven(c *Check, at Path, g core.ExampleGiven) {
	named := func(member, what, name string, known []string) {
		if name != "" {
			c.Exists(at.And(member), what, name, known)
		}
	}
	named("priority", "priority", g.Priority, keys(c.Type.Priorities, func(p core.Choice) string { return p.Key }))
	named("subtype", "subtype", g.Subtype, subtypeKeys(c.Type))
	named("closed", "reason to close", g.Closed, keys(c.Type.Reasons.Close, func(r core.Reason) string { return r.Key }))
	named("event", "event", string(g.Event), words(MessageEvents()))
	for _, key := range slices.Sorted(maps.Keys(g.Fields)) {
		here := at.And("fields", key)
		if !c.Exists(here, "field", key, fieldKeys(c.Type)) {
			continue
		}
		field, _ := c.Type.Field(key)
		if wrong := field.Check(g.Fields[key]); wrong != "" {
			c.Say(here, "%s", wrong)
		}
	}
	said := 0
	for _, given := range []bool{g.Event != "", g.Closed != "", g.Resolved} {
		if given {
			said++
		}
	}
	if said > 1 {
		c.Say(at, "One thing happens in an example: write closed, resolved or event.")
	}
}

func validateExpected(c *Check, at Path, e core.ExampleExpect) {
	if len(e.Due) == 0 && e.Message == "" && e.Group == "" {
		c.Say(at, "Nothing is expected. Write due, message or group.")
	}
	targets := keys(c.Type.Targets, func(r core.TargetRule) string { return r.Key })
	for _, target := range slices.Sorted(maps.Keys(e.Due)) {
		c.Exists(at.And("due", target), "target", target, targets)
	}
	if e.Message != "" && e.Message != None {
		c.Exists(at.And("message"), "template", e.Message, c.Known.Templates)
	}
	switch {
	case e.Message != "" && e.To == "":
		c.Say(at, "Say to whom the message goes: to: requester, for example.")
	case e.Message == "" && e.To != "":
		c.Say(at.And("to"), "Say which message goes to them, or message: none.")
	case e.To != "":
		c.Exists(at.And("to"), "audience", e.To, Audiences())
	}
	if e.Group != "" {
		c.Exists(at.And("group"), "group", e.Group, c.Known.Groups)
	}
}
