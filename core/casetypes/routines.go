package casetypes

import (
	"math"
	"reflect"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/casement-dev/casement/core"
)

// RoutineChecks is what the section asks of whoever runs routines: what only
// they understand.
type RoutineChecks interface {
	// Commands lists the commands that routines may give.
	Commands() []core.CommandName
	// Command says what is wrong with the arguments of a command; the error names
	// the argument as its field.
	Command(name core.CommandName, with core.Arguments) error
	// Condition says what is wrong with a condition, in sentences with their places.
	Condition(t *core.CaseType, text string) []string
	// Schedule says what is wrong with a schedule in cron's five fields.
	Schedule(schedule string) error
}

func routinesSection() Section {
	return Section{
		Key: "routines", Name: "Routines",
		Parts:    func(t *core.CaseType) []Part { return []Part{{Key: "routines", Value: &t.Routines}} },
		Validate: validateRoutines,
	}
}

var argumentsType = reflect.TypeFor[core.Arguments]()

func validateRoutines(c *Check) {
	t, at := c.Type, At("routines")
	if len(t.Routines) > core.MaxRoutines {
		c.Say(at, "A case type has %d routines at most.", core.MaxRoutines)
	}
	Entries(c, at, "routine", t.Routines, func(r core.Routine) (string, core.Text) { return r.Key, r.Name })
	for i, r := range t.Routines {
		here := at.And(i)
		validateTrigger(c, here.And("when"), r.When)
		if r.If != "" && c.Known.Routines != nil {
			for _, wrong := range c.Known.Routines.Condition(t, r.If) {
				c.Say(here.And("if"), "%s", wrong)
			}
		}
		switch {
		case len(r.Do) == 0:
			c.Say(here, "A routine does something: give it at least one action.")
		case len(r.Do) > core.MaxActions:
			c.Say(here.And("do"), "A routine has %d actions at most.", core.MaxActions)
		}
		for j, do := range r.Do {
			validateDo(c, here.And("do", j), do)
		}
	}
}

func validateTrigger(c *Check, at Path, when core.Trigger) {
	if err := when.Validate(); err != nil {
		c.Err(at, err)
		return
	}
	switch when.Kind() {
	case core.TriggerEvent:
		c.Exists(at.And("on"), "event", string(when.On), words(core.RoutineEvents()))
	case core.TriggerDate:
		if f, ok := c.Type.Field(when.Field); !ok {
			c.Exists(at.And("field"), "field", when.Field, fieldKeys(c.Type))
		} else if f.Kind != core.FieldDate {
			c.Say(at.And("field"), "Only a field of the kind date has a moment; “%s” is %s.", when.Field, f.Kind)
		}
	case core.TriggerEvery:
		if c.Known.Routines != nil {
			if err := c.Known.Routines.Schedule(when.Every); err != nil {
				c.Err(at.And("every"), err)
			}
		}
	}
}

func validateDo(c *Check, at Path, do core.Do) {
	if err := do.Validate(); err != nil {
		c.Err(at, err)
		return
	}
	switch {
	case do.Message != "":
		c.Exists(at.And("message"), "template", do.Message, c.Known.Templates)
	case do.Run != "":
		entryExists(c, at.And("run"), "action", do.Run, c.Known.Actions)
	case do.Webhook != "":
		c.Exists(at.And("webhook"), "webhook", do.Webhook, c.Known.Webhooks)
	default:
		validateCommand(c, at, do)
	}
}

func validateCommand(c *Check, at Path, do core.Do) {
	if c.Known.Routines == nil {
		return
	}
	if !c.Exists(at.And("command"), "command that routines may give", string(do.Command), words(c.Known.Routines.Commands())) {
		return
	}
	if err := c.Known.Routines.Command(do.Command, do.With); err != nil {
		c.Err(at.And("with"), err)
		return
	}
	for argument, list := range named(c, do.Command) {
		value, _ := do.With[argument].(string)
		if value != "" && !hasMarks(value) {
			c.Exists(at.And("with", argument), list.what, value, list.known)
		}
	}
	if do.Command == "case.set_field" {
		key, _ := do.With["field"].(string)
		value := do.With["value"]
		if text, is := value.(string); is && hasMarks(text) {
			return
		}
		if f, ok := c.Type.Field(key); ok {
			if wrong := f.Check(value); wrong != "" {
				c.Say(at.And("with", "value"), "%s", wrong)
			}
		}
	}
}

// ArgumentChoices lists, by name, the arguments of a command that are keys of a
// case type or of what it may name, with the keys there are.
func ArgumentChoices(t *core.CaseType, known References, command core.CommandName) map[string][]string {
	out := map[string][]string{}
	for argument, list := range named(&Check{Type: t, Known: known}, command) {
		out[argument] = list.known
	}
	return out
}

// hasMarks reports whether a text has merge fields: what it will be is not
// known before a case is.
func hasMarks(text string) bool { return strings.Contains(text, "{{") || strings.Contains(text, "{%") }

// list is what an argument names.
type list struct {
	what  string
	known []string
}

// named says which arguments of a command are keys of the type, and of what.
func named(c *Check, command core.CommandName) map[string]list {
	t := c.Type
	reasons := func(of []core.Reason) list {
		return list{"reason", keys(of, func(r core.Reason) string { return r.Key })}
	}
	status := list{"status", statusKeys(t)}
	target := list{"target", keys(t.Targets, func(r core.TargetRule) string { return r.Key })}
	switch command {
	case "case.change_status":
		return map[string]list{"to": status}
	case "case.change_stage":
		return map[string]list{"to": {"stage", stageKeys(t)}}
	case "case.change_subtype":
		return map[string]list{"to": {"subtype", subtypeKeys(t)}}
	case "case.change_priority":
		return map[string]list{"to": {"priority", keys(t.Priorities, func(p core.Choice) string { return p.Key })}}
	case "case.set_field":
		return map[string]list{"field": {"field", fieldKeys(t)}}
	case "case.reassign":
		return map[string]list{"group": {"group", t.Holders()}, "reason": reasons(t.Reasons.Reassign)}
	case "case.escalate":
		return map[string]list{"reason": reasons(t.Reasons.Escalate)}
	case "case.close":
		return map[string]list{"reason": reasons(t.Reasons.Close), "status": status}
	case "case.cancel":
		return map[string]list{"reason": reasons(t.Reasons.Cancel), "status": status}
	case "task.add":
		return map[string]list{"type": {"task", taskKeys(t)}, "group": {"group", append([]string{Manager}, c.Known.Groups...)}}
	case "target.set", "target.extend", "target.pause", "target.resume", "target.clear":
		return map[string]list{"target": target}
	}
	return nil
}

// arguments decodes what a command takes: any value, as JSON has it.
func (d *decoder) arguments(n *yaml.Node, at Path, v reflect.Value) {
	if !d.is(n, at, yaml.MappingNode) {
		return
	}
	value, _ := d.anything(n, at).(map[string]any)
	if len(value) > 0 {
		v.Set(reflect.ValueOf(core.Arguments(value)))
	}
}

// anything decodes a value of no kind in particular.
func (d *decoder) anything(n *yaml.Node, at Path) any {
	switch n.Kind {
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, entry := range n.Content {
			out[i] = d.anything(entry, at.And(i))
		}
		return out
	case yaml.MappingNode:
		out := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			name := n.Content[i].Value
			out[name] = d.anything(n.Content[i+1], at.And(name))
		}
		return out
	}
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return isTrue(n)
	case "!!int", "!!float":
		f, err := strconv.ParseFloat(n.Value, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			d.say(n, at, "“%s” is not a number.", shorten(n.Value))
			return nil
		}
		return f
	}
	return n.Value
}

// argumentsNode writes arguments as they are read.
func argumentsNode(v any) *yaml.Node {
	switch v := v.(type) {
	case core.Arguments:
		return argumentsNode(map[string]any(v))
	case map[string]any:
		out := &yaml.Node{Kind: yaml.MappingNode}
		for _, name := range keysInOrder(reflect.ValueOf(v)) {
			put(out, name, argumentsNode(v[name]))
		}
		return out
	case []any:
		out := &yaml.Node{Kind: yaml.SequenceNode}
		for _, entry := range v {
			out.Content = append(out.Content, argumentsNode(entry))
		}
		return out
	case string:
		return str(v)
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return number(int64(v))
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!float", Value: strconv.FormatFloat(v, 'f', -1, 64)}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
}
