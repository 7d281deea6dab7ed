package configpages

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
)

func tasksEditor() editing.Editor {
	return editing.Compose("tasks", nil, editing.Entries[core.TaskType]{
		At: casetypes.At("tasks"), Noun: "task", Title: "Kinds of task", Ordered: true,
		Of:      func(t *core.CaseType) *[]core.TaskType { return &t.Tasks },
		Key:     func(k core.TaskType) string { return k.Key },
		Name:    func(k core.TaskType) string { return k.Name.String() },
		Columns: []string{"Done by", "Within"},
		Cells: func(e *editing.Edit, k core.TaskType) []editing.Cell {
			groups := make([]string, len(k.AssignTo))
			for i, g := range k.AssignTo {
				groups[i] = e.GroupName(g)
			}
			within := "–"
			if !k.Within.IsZero() {
				within = k.Within.Span.String()
			}
			return []editing.Cell{{Text: strings.Join(groups, ", ")}, {Text: within}}
		},
		New: func(_ *editing.Edit, key string, name core.Text) (core.TaskType, error) {
			return core.TaskType{Key: key, Name: name}, nil
		},
		Inputs: taskForm,
		Take:   takeTask,
	})
}

// maxTasks bounds what is typed; how many a case may have is for the section.
const maxTasks = 10_000

func taskForm(e *editing.Edit, k core.TaskType, at casetypes.Path) []editing.Group {
	workflows := make([]string, len(e.Known.Workflows))
	for i, w := range e.Known.Workflows {
		workflows[i] = core.PluginWorkflow + w
	}
	groups := append([]string{casetypes.Manager}, e.Known.Groups...)
	shows := []layout.Option{
		{Value: core.ShowSubject, Label: "Subject"}, {Value: core.ShowDescription, Label: "Description"}, {Value: core.ShowRequester, Label: "Requester"},
		{Value: core.ShowPlace, Label: "Place"}, {Value: core.ShowFiles, Label: "Files"}, {Value: core.ShowCase, Label: "The case as its requester sees it"},
	}
	for _, f := range e.Type.Fields {
		shows = append(shows, layout.Option{Value: core.ShowField + f.Key, Label: "Field “" + f.Label.String() + "”"})
	}
	for _, s := range k.Shows {
		if !slices.ContainsFunc(shows, func(o layout.Option) bool { return o.Value == s }) {
			shows = append(shows, layout.Option{Value: s, Label: s + " (there is none)"})
		}
	}
	var others []layout.Option
	for _, other := range e.Type.Tasks {
		if other.Key != k.Key {
			others = append(others, layout.Option{Value: other.Key, Label: other.Name.String()})
		}
	}
	does := []editing.Input{
		e.WordsInput("name", "Name", "", k.Name, at.And("name")),
		e.Choice("workflow", "Workflow", "How it is done.", k.Workflow, editing.Options("Built in: a text and a tick", workflows,
			func(w string) string { return strings.TrimPrefix(w, core.PluginWorkflow) }, k.Workflow), at.And("workflow")),
		e.SeveralOf("assign_to", "Done by", "The first is offered first. None: the group of the case.", k.AssignTo, editing.Options("–", groups, e.GroupName, k.AssignTo...), nil, at.And("assign_to")),
	}
	if len(others) > 0 {
		does = append(does, e.TickBoxes("not_by", "Not by whoever had", "For a second look: who had or did one of these on the case can neither have nor do this one.", others, k.NotBy, at.And("not_by")))
	}
	return []editing.Group{
		{Inputs: append(does, e.SpanLine("within", "Within", "For example 5 working days. Empty: no due time.", k.Within.Span, at.And("within")))},
		{Title: "With a case", Inputs: []editing.Input{
			e.TickBox("when_raised", "It is made with every case", k.WhenRaised, nil),
			e.TickBox("cancelable", "Closing the case cancels it", k.Cancelable, nil),
			e.NumberLine("min", "Done at least, before the case closes", "Empty: none has to be.", k.Limits.Min, at.And("limits")),
			e.NumberLine("max", "At most on one case", "Empty: any number.", k.Limits.Max, nil),
		}},
		{Title: "What its page shows of the case", About: "To whoever has the task and nothing else to do with the case.", Inputs: []editing.Input{
			e.TickBoxes("shows", "Shown", "", shows, k.Shows, at.And("shows")),
		}},
	}
}

func takeTask(e *editing.Edit, k *core.TaskType) error {
	within, err := e.Span("within")
	if err != nil {
		return err
	}
	var limits core.TaskLimits
	if limits.Min, err = e.Number("min", maxTasks); err != nil {
		return err
	}
	if limits.Max, err = e.Number("max", maxTasks); err != nil {
		return err
	}
	k.Name, k.Workflow, k.AssignTo, k.Within.Span = e.Words("name"), e.Get("workflow"), e.Once("assign_to"), within
	k.NotBy = e.Ticked("not_by", k.NotBy)
	k.WhenRaised, k.Cancelable, k.Limits, k.Shows = e.On("when_raised"), e.On("cancelable"), limits, e.Ticked("shows", k.Shows)
	return nil
}

func reasonsEditor() editing.Editor {
	list := func(part, noun, title string, of func(t *core.CaseType) *[]core.Reason, message bool) editing.Lister {
		x := editing.Entries[core.Reason]{
			At: casetypes.At("reasons", part), Noun: noun, Title: title, Ordered: true,
			Of: of, Key: func(r core.Reason) string { return r.Key }, Name: func(r core.Reason) string { return r.Name.String() },
			New: func(_ *editing.Edit, key string, name core.Text) (core.Reason, error) {
				return core.Reason{Key: key, Name: name}, nil
			},
			Inputs: func(e *editing.Edit, r core.Reason, at casetypes.Path) []editing.Group {
				g := editing.Group{Inputs: []editing.Input{e.WordsInput("name", "Name", "", r.Name, at.And("name"))}}
				if message || r.Message != "" {
					g.Inputs = append(g.Inputs, e.Choice("message", "Message to the requester", "", r.Message, e.TemplateOptions("None of its own", r.Message), at.And("message")))
				}
				return []editing.Group{g}
			},
			Take: func(e *editing.Edit, r *core.Reason) error {
				r.Name, r.Message = e.Words("name"), e.Get("message")
				return nil
			},
		}
		if message {
			x.Columns = []string{"Message"}
			x.Cells = func(_ *editing.Edit, r core.Reason) []editing.Cell { return []editing.Cell{{Text: r.Message}} }
		}
		return x
	}
	return editing.Compose("reasons", nil,
		list("close", "closure reason", "For closing", func(t *core.CaseType) *[]core.Reason { return &t.Reasons.Close }, true),
		list("cancel", "cancellation reason", "For cancelling", func(t *core.CaseType) *[]core.Reason { return &t.Reasons.Cancel }, false),
		list("reassign", "reassignment reason", "For reassigning", func(t *core.CaseType) *[]core.Reason { return &t.Reasons.Reassign }, false),
		list("escalate", "escalation reason", "For escalating", func(t *core.CaseType) *[]core.Reason { return &t.Reasons.Escalate }, false))
}

const maxMegabytes = 1 << 10

func attachmentsEditor() editing.Editor {
	return editing.Compose("attachments", &editing.Form{
		Said: "Changed attachments",
		Groups: func(e *editing.Edit) []editing.Group {
			a, at := e.Type.Attachments, casetypes.At("attachments")
			return []editing.Group{{Inputs: []editing.Input{
				e.NumberLine("files", "Files of one case", "Empty: 20.", a.Files, at.And("files")),
				e.NumberLine("megabytes", "Megabytes of one file", "Empty: 20.", int((a.Bytes+1<<20-1)>>20), at.And("bytes")),
				e.Area("kinds", "Kinds of file", "Media types, one a line, such as image/jpeg. Empty: documents, pictures and texts that are safe to open.", strings.Join(a.Kinds, "\n"), at.And("kinds")),
				e.TickBox("published", "Files from staff are public unless they say otherwise", a.Share, nil),
			}}}
		},
		Take: func(e *editing.Edit) error {
			files, err := e.Number("files", 1_000_000)
			if err != nil {
				return err
			}
			megabytes, err := e.Number("megabytes", maxMegabytes)
			if err != nil {
				return err
			}
			a := core.AttachmentLimit{Files: files, Bytes: e.Type.Attachments.Bytes, Share: e.On("published")}
			if int((a.Bytes+1<<20-1)>>20) != megabytes { // a size that is no whole number stays as it is written
				a.Bytes = int64(megabytes) << 20
			}
			for line := range strings.FieldsSeq(strings.ReplaceAll(e.Get("kinds"), ",", " ")) {
				if !slices.Contains(a.Kinds, line) {
					a.Kinds = append(a.Kinds, line)
				}
			}
			e.Type.Attachments = a
			return nil
		},
	})
}

func entryNames(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = core.PluginWorkflow + n
	}
	return out
}

func entryWord(e string) string { return strings.TrimPrefix(e, core.PluginWorkflow) }

func detailsEditor() editing.Editor {
	return editing.Compose("details", &editing.Form{
		Said: "Changed the details sections",
		Groups: func(e *editing.Edit) []editing.Group {
			known := entryNames(slices.Sorted(maps.Keys(e.Known.Details)))
			chosen := make([]string, len(e.Type.Details))
			for i, d := range e.Type.Details {
				chosen[i] = string(d)
			}
			return []editing.Group{{About: "What plugins show and keep on the page of a case, in this order.", Inputs: []editing.Input{
				e.SeveralOf("details", "Sections", "", chosen, editing.Options("–", known, entryWord, chosen...), func(n int) string { return strconv.Itoa(n) }, casetypes.At("details")),
			}}}
		},
		Take: func(e *editing.Edit) error {
			var out []core.PluginEntry
			for _, name := range e.Once("details") {
				out = append(out, core.PluginEntry(name))
			}
			e.Type.Details = out
			return nil
		},
	})
}

func actionsEditor() editing.Editor {
	events := func() []string {
		var out []string
		for _, k := range casetypes.ActionEvents() {
			out = append(out, string(k))
		}
		return out
	}
	inputs := func(e *editing.Edit, a core.ActionRule, at casetypes.Path) []editing.Input {
		return []editing.Input{
			e.Choice("run", "Action", "Of the plugins that are installed.", string(a.Run), editing.Options("Choose an action", entryNames(e.Known.Actions), entryWord, string(a.Run)), at.And("run")),
			e.Choice("on", "When", "", string(a.On), editing.Options("Staff press its button", events(), editing.Itself, string(a.On)), at.And("on")),
		}
	}
	take := func(e *editing.Edit, a *core.ActionRule) error {
		if e.Get("run") == "" {
			return core.InvalidField("run", "Choose an action.")
		}
		on := e.Get("on")
		if on != "" && on != string(a.On) && !slices.Contains(events(), on) {
			return core.InvalidField("on", "Choose an event.")
		}
		a.Run, a.On = core.PluginEntry(e.Get("run")), core.EventKind(on)
		return nil
	}
	return editing.Compose("actions", nil, editing.Entries[core.ActionRule]{
		At: casetypes.At("actions"), Noun: "action", Title: "Actions of plugins", Ordered: true, Unnamed: true,
		Of: func(t *core.CaseType) *[]core.ActionRule { return &t.Actions },
		Name: func(a core.ActionRule) string {
			if a.Name.IsZero() {
				return a.Run.Name()
			}
			return a.Name.String()
		},
		Columns: []string{"When"},
		Cells: func(_ *editing.Edit, a core.ActionRule) []editing.Cell {
			if a.On == "" {
				return []editing.Cell{{Text: "Staff press its button"}}
			}
			return []editing.Cell{{Text: string(a.On)}}
		},
		Add: func(e *editing.Edit) []editing.Input { return inputs(e, core.ActionRule{}, casetypes.At("none")) },
		New: func(e *editing.Edit, _ string, _ core.Text) (core.ActionRule, error) {
			var a core.ActionRule
			err := take(e, &a)
			return a, err
		},
		Inputs: func(e *editing.Edit, a core.ActionRule, at casetypes.Path) []editing.Group {
			return []editing.Group{{Inputs: append(inputs(e, a, at), e.WordsInput("name", "Name", "On its button and in the history; the plugin's own, when it is empty.", a.Name, at.And("name")))}}
		},
		Take: func(e *editing.Edit, a *core.ActionRule) error {
			a.Name = e.Words("name")
			return take(e, a)
		},
	})
}

func closingEditor() editing.Editor {
	return editing.Compose("closing", &editing.Form{
		Said: "Changed closing",
		Groups: func(e *editing.Edit) []editing.Group {
			fields := e.Type.Closing.Requires.Fields
			return []editing.Group{{Title: "Before a case is closed", Inputs: []editing.Input{
				e.SeveralOf("fields", "Fields that have a value", "", fields, e.FieldOptions("–", nil, fields...), nil, casetypes.At("closing", "requires", "fields")),
			}}}
		},
		Take: func(e *editing.Edit) error {
			e.Type.Closing.Requires.Fields = e.Once("fields")
			return nil
		},
	})
}

func reportsEditor() editing.Editor {
	return editing.Compose("reports", &editing.Form{
		Said: "Changed public reports",
		Groups: func(e *editing.Edit) []editing.Group {
			return []editing.Group{{About: "Its kind, its place, its public status and the pictures that staff have looked at; no name and no word of whoever reported it.", Inputs: []editing.Input{
				e.TickBox("public", "Each case has a page that everybody may see", e.Type.Reports.Public, casetypes.At("reports")),
			}}}
		},
		Take: func(e *editing.Edit) error { e.Type.Reports.Public = e.On("public"); return nil },
	})
}
