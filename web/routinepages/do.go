package routinepages

import (
	"fmt"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
)

// DoPart is what a routine does, in order.
type DoPart struct {
	Actions []ActionPart
	Add     []OptionGroup
	Error   string
}

// ActionPart is one action.
type ActionPart struct {
	No          int // from 1
	Title, More string
	Icon        string
	First, Last bool
	Open        bool
	Problems    []string
	Kind        string // "command", "message", "run" or "webhook"
	Inputs      []editing.Input
	Command     string
	CommandName string // of its input
	Commands    []OptionGroup
}

func (p *Pages) doPart(e *editing.Edit, f form, r core.Routine, at casetypes.Path) DoPart {
	commands := p.o.Routines.Commands()
	part := DoPart{Add: addOptions(e, commands)}
	sent := wasSent(e.Values)
	for i, a := range f.actions {
		do, err := a.do(i, commands)
		if err != nil && i < len(r.Do) {
			do = r.Do[i]
		}
		row := ActionPart{No: i + 1, First: i == 0, Last: i == len(f.actions)-1, Open: sent}
		row.Title, row.More, row.Icon = actionWords(e.Type, e.Groups, do)
		if !sent {
			for _, finding := range e.Findings {
				if finding.In(at.And(i)) {
					row.Problems = append(row.Problems, finding.Message)
				}
			}
			bare := do.Command != "" && len(do.With) == 0 && len(commands.Arguments(do.Command)) > 0
			row.Open = bare || len(row.Problems) > 0
		}
		row.inputs(e, i, a, commands)
		part.Actions = append(part.Actions, row)
	}
	if len(f.actions) == 0 {
		part.Error = "A routine does something: add at least one action."
	}
	return part
}

// inputs are what is asked of an action, by its kind.
func (row *ActionPart) inputs(e *editing.Edit, i int, a action, commands *routines.Commands) {
	switch {
	case a.run != "":
		row.Kind = "run"
		options := editing.Options("", prefixed(e.Known.Actions), func(key string) string { return core.PluginEntry(key).Name() }, a.run)
		row.Inputs = []editing.Input{e.Choice(doInput(i, "run"), "Action of a plugin", "", a.run, options, nil)}
	case a.webhook != "":
		row.Kind = "webhook"
		row.Inputs = []editing.Input{e.Choice(doInput(i, "webhook"), "Webhook", "It is told of the case, and of what set the routine off.", a.webhook, editing.Options("", e.Known.Webhooks, editing.Itself, a.webhook), nil)}
	case a.command == "":
		row.Kind = "message"
		audiences := editing.Options("", core.RoutineAudiences(), func(key string) string { return capital(audienceWords(key)) }, a.to)
		row.Inputs = []editing.Input{
			e.Choice(doInput(i, "message"), "Template", "", a.message, e.TemplateOptions("", a.message), nil),
			e.Choice(doInput(i, "to"), "To", "", a.to, audiences, nil),
		}
	default:
		row.Kind, row.Command, row.CommandName = "command", a.command, doInput(i, "command")
		row.Commands = commandOptions(commands, a.command, "")
		choices := casetypes.ArgumentChoices(e.Type, e.Known, core.CommandName(a.command))
		for _, argument := range commands.Arguments(core.CommandName(a.command)) {
			row.Inputs = append(row.Inputs, argumentInput(e, i, a, argument, choices[argument.Name]))
		}
	}
}

// argumentInput asks for one argument.
func argumentInput(e *editing.Edit, i int, a action, argument routines.Argument, keys []string) editing.Input {
	name, label, value := doInput(i, "with-"+argument.Name), argumentLabel(core.CommandName(a.command), argument.Name), a.with[argument.Name]
	merges := strings.Contains(value, "{{") || strings.Contains(value, "{%")
	switch {
	case merges:
		return e.Area(name, label, "", value, nil)
	case len(keys) > 0:
		options := editing.Options("–", keys, func(key string) string {
			return keyName(e.Type, e.Groups, core.CommandName(a.command), argument.Name, key)
		}, value)
		return e.Choice(name, label, "", value, options, nil)
	case argument.Kind == "yes or no":
		return e.Choice(name, label, "", value, []layout.Option{{Label: "–"}, {Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}, nil)
	case argument.Kind == "list":
		return e.Area(name, label, "One a line.", value, nil)
	case argument.Kind == "text" && slices.Contains([]string{"body", "text", "brief", "question", "note", "answer", "message", "words"}, argument.Name):
		return e.Area(name, label, "May use merge fields, such as {{ case.reference }}.", value, nil)
	}
	in := e.Line(name, label, "", value, nil)
	in.Plain = argument.Kind != "text"
	return in
}

func commandOptions(commands *routines.Commands, chosen, prefix string) []OptionGroup {
	var out []OptionGroup
	for _, name := range commands.Names() {
		of, _, _ := strings.Cut(string(name), ".")
		label := capital(spaced(of))
		i := slices.IndexFunc(out, func(g OptionGroup) bool { return g.Label == label })
		if i < 0 {
			out = append(out, OptionGroup{Label: label})
			i = len(out) - 1
		}
		out[i].Options = append(out[i].Options, layout.Option{Value: prefix + string(name), Label: commandWords(name)})
	}
	if chosen != "" && !slices.Contains(commands.Names(), core.CommandName(chosen)) {
		out = append(out, OptionGroup{"Unknown", []layout.Option{{Value: chosen, Label: chosen + " (there is none)"}}})
	}
	return out
}

// addOptions are the actions to choose from.
func addOptions(e *editing.Edit, commands *routines.Commands) []OptionGroup {
	out := []OptionGroup{{Label: "Tell somebody", Options: []layout.Option{{Value: "message", Label: "Send a message"}}}}
	for _, key := range e.Known.Webhooks {
		out[0].Options = append(out[0].Options, layout.Option{Value: "webhook:" + key, Label: "Call the webhook “" + key + "”"})
	}
	out = append(out, commandOptions(commands, "", "command:")...)
	plugins := OptionGroup{Label: "Plugins"}
	for _, name := range e.Known.Actions {
		plugins.Options = append(plugins.Options, layout.Option{Value: "run:" + name, Label: fmt.Sprintf("Run %s", name)})
	}
	if len(plugins.Options) > 0 {
		out = append(out, plugins)
	}
	return out
}

func prefixed(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = core.PluginWorkflow + name
	}
	return out
}
