package configpages

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
)

// Editors are the editors of the sections that every case type has.
func Editors() []editing.Editor {
	return []editing.Editor{
		setupEditor(), groupsEditor(), formEditor(), subtypesEditor(), statusesEditor(), stagesEditor(), tasksEditor(),
		reasonsEditor(), attachmentsEditor(), detailsEditor(), actionsEditor(), closingEditor(), reportsEditor(),
	}
}

func setupEditor() editing.Editor {
	return editing.Compose("setup", &editing.Form{
		Said: "Changed setup and naming",
		Groups: func(e *editing.Edit) []editing.Group {
			t := e.Type
			return []editing.Group{
				{Inputs: []editing.Input{
					e.WordsInput("name", "Name", "What people call such a matter.", t.Name, casetypes.At("name")),
					e.WordsArea("description", "What it is for", "On the page that lists forms.", t.Description, casetypes.At("description")),
				}},
				{Title: "References and time", Inputs: []editing.Input{
					e.KeyLine("prefix", "References begin with", "Two to five capital letters. Cases that have one keep it.", t.Reference.Prefix, casetypes.At("reference")),
					e.Choice("calendar", "Calendar", "Working days and hours are counted on it.", t.Calendar, editing.Options("", e.Known.Calendars, func(key string) string { return cmp.Or(e.Known.CalendarNames[key], key) }, t.Calendar), casetypes.At("calendar")),
				}},
				{Title: "Retire", Inputs: []editing.Input{
					e.TickBox("retired", "No such case is raised any more; those there are go on until they end", t.Retired, casetypes.At("retired")),
				}},
				{Title: "Another language", About: "A name in it adds the language: everything that people read can then be written in it.", Inputs: []editing.Input{
					e.Choice("language", "Language", "", "", otherLanguages(e.Languages()), nil),
					e.Line("language-name", "Name of the case type in it", "", "", nil),
				}},
			}
		},
		Take: func(e *editing.Edit) error {
			t := e.Type
			t.Name, t.Description = e.Words("name"), e.Words("description")
			t.Reference.Prefix, t.Calendar = strings.ToUpper(e.Get("prefix")), e.Get("calendar")
			if t.Retired = e.On("retired"); t.Retired {
				delete(t.Groups, core.DutyRaise)
			}
			language, name := e.Get("language"), e.Get("language-name")
			switch {
			case language == "" && name == "":
				return nil
			case language == "":
				return core.InvalidField("language", "Choose the language of the name.")
			case name == "":
				return core.InvalidField("language-name", "Enter the name in %s.", editing.LanguageName(language))
			case !slices.ContainsFunc(otherLanguages(nil), func(o layout.Option) bool { return o.Value == language }):
				return core.InvalidField("language", "Choose one of the languages.")
			}
			if t.Name == nil {
				t.Name = core.Text{}
			}
			t.Name[language] = name
			return nil
		},
	})
}

// otherLanguages are the languages to be added; others are written as text.
func otherLanguages(has []string) []layout.Option {
	out := []layout.Option{{Label: "None"}}
	for _, tag := range []string{"cy", "ga", "gd", "fr", "de", "es", "pl", "pt", "ro", "uk", "ur", "pa", "bn", "ar", "so", "zh", "it", "nl", "tr", "en"} {
		if !slices.Contains(has, tag) {
			out = append(out, layout.Option{Value: tag, Label: editing.LanguageName(tag)})
		}
	}
	return out
}

func groupsEditor() editing.Editor {
	return editing.Compose("groups", &editing.Form{Said: "Changed groups", Groups: groupsForm, Take: takeGroups})
}

func groupsForm(e *editing.Edit) []editing.Group {
	table := editing.Group{Title: "Who does what", About: "The order counts: new cases go to the first group that manages; the first that is told of escalations is level 1."}
	for _, duty := range core.Duties() {
		known := e.Known.Groups
		if duty == core.DutyRaise {
			known = append([]string{core.Everyone, core.SignedIn}, known...)
		}
		var which func(int) string
		if duty == core.DutyEscalation {
			which = func(n int) string { return "Level " + strconv.Itoa(n) }
		}
		groups := e.Type.Groups[duty]
		table.Inputs = append(table.Inputs, e.SeveralOf("duty-"+string(duty), dutyNames[duty], dutyHints[duty], groups,
			editing.Options("–", known, e.GroupName, groups...), which, casetypes.At("groups", string(duty))))
	}
	out := []editing.Group{table}
	if gone := homeless(e); len(gone) > 0 {
		heirs := editing.Group{Title: "Who takes over", About: "Open cases are with these groups, which may not hold them any more."}
		for _, g := range gone {
			n := e.Known.Held.Groups[g]
			heirs.Inputs = append(heirs.Inputs, e.Choice("heir-"+g, fmt.Sprintf("%s, %d open", e.GroupName(g), n), "", e.Type.ReplacedBy.Groups[g],
				editing.Options("Choose who takes over", e.Type.Holders(), e.GroupName), nil))
		}
		out = append(out, heirs)
	}
	return out
}

// homeless are the groups that open cases are with and that may not hold them.
func homeless(e *editing.Edit) []string {
	var out []string
	for _, g := range slices.Sorted(maps.Keys(e.Known.Held.Groups)) {
		if e.Known.Held.Groups[g] > 0 && !e.Type.MayHold(g) {
			out = append(out, g)
		}
	}
	return out
}

func takeGroups(e *editing.Edit) error {
	table := core.DutyTable{}
	for _, duty := range core.Duties() {
		if groups := e.Once("duty-" + string(duty)); len(groups) > 0 {
			table[duty] = groups
		}
	}
	e.Type.Groups = table
	for g := range e.Type.ReplacedBy.Groups {
		if e.Type.MayHold(g) {
			delete(e.Type.ReplacedBy.Groups, g)
		}
	}
	for _, g := range homeless(e) {
		if heir := e.Get("heir-" + g); heir != "" && e.Type.MayHold(heir) {
			if e.Type.ReplacedBy.Groups == nil {
				e.Type.ReplacedBy.Groups = map[string]string{}
			}
			e.Type.ReplacedBy.Groups[g] = heir
		}
	}
	return nil
}

func subtypesEditor() editing.Editor {
	return editing.Compose("subtypes", nil,
		editing.Entries[core.Subtype]{
			At: casetypes.At("subtypes"), Noun: "subtype", Title: "Subtypes", Ordered: true,
			Of:      func(t *core.CaseType) *[]core.Subtype { return &t.Subtypes },
			Key:     func(s core.Subtype) string { return s.Key },
			Name:    func(s core.Subtype) string { return s.Name.String() },
			Columns: []string{"Goes to"},
			Cells: func(e *editing.Edit, s core.Subtype) []editing.Cell {
				if s.Group == "" {
					return []editing.Cell{{Text: e.GroupName(e.Type.DefaultGroup())}}
				}
				return []editing.Cell{{Text: e.GroupName(s.Group)}}
			},
			New: func(_ *editing.Edit, key string, name core.Text) (core.Subtype, error) {
				return core.Subtype{Key: key, Name: name}, nil
			},
			Inputs: func(e *editing.Edit, s core.Subtype, at casetypes.Path) []editing.Group {
				return []editing.Group{{Inputs: []editing.Input{
					e.WordsInput("name", "Name", "", s.Name, at.And("name")),
					e.Choice("group", "Such cases go to", "", s.Group, editing.Options("The first group that manages", e.Type.Holders(), e.GroupName, s.Group), at.And("group")),
				}}}
			},
			Take: func(e *editing.Edit, s *core.Subtype) error {
				s.Name, s.Group = e.Words("name"), e.Get("group")
				return nil
			},
			Held:     func(h core.Held) map[string]int { return h.Subtypes },
			Replaced: func(r *core.Replacements) *map[string]string { return &r.Subtypes },
		},
		editing.Entries[core.Choice]{
			At: casetypes.At("priorities"), Noun: "priority", Title: "Priorities, lowest first", Ordered: true,
			About: "A new case has the priority “normal” where there is one.",
			Of:    func(t *core.CaseType) *[]core.Choice { return &t.Priorities },
			Key:   func(p core.Choice) string { return p.Key },
			Name:  func(p core.Choice) string { return p.Name.String() },
			New: func(_ *editing.Edit, key string, name core.Text) (core.Choice, error) {
				return core.Choice{Key: key, Name: name}, nil
			},
			Inputs: func(e *editing.Edit, p core.Choice, at casetypes.Path) []editing.Group {
				return []editing.Group{{Inputs: []editing.Input{e.WordsInput("name", "Name", "", p.Name, at.And("name"))}}}
			},
			Take: func(e *editing.Edit, p *core.Choice) error { p.Name = e.Words("name"); return nil },
		})
}

func statusesEditor() editing.Editor {
	return editing.Compose("statuses", &editing.Form{Said: "Changed reopening", Groups: reopenForm, Take: takeReopen},
		editing.Entries[core.Status]{
			At: casetypes.At("statuses"), Noun: "status", Title: "Statuses", Ordered: true,
			Of:      func(t *core.CaseType) *[]core.Status { return &t.Statuses },
			Key:     func(s core.Status) string { return s.Key },
			Name:    func(s core.Status) string { return s.Name.String() },
			Columns: []string{"Kind", "Public name", "Open cases"},
			Cells: func(e *editing.Edit, s core.Status) []editing.Cell {
				chip := layout.StatusChip(s.Kind, kindWord(s.Kind))
				return []editing.Cell{{Chip: &chip}, {Text: s.PublicName(core.DefaultLanguage)}, {Text: openCases(e.Known.Held.Statuses[s.Key])}}
			},
			Add: func(e *editing.Edit) []editing.Input {
				return []editing.Input{e.Choice("kind", "Kind", "", string(core.StatusOpen), statusKinds(), nil)}
			},
			New: func(e *editing.Edit, key string, name core.Text) (core.Status, error) {
				kind, err := sentKind(e)
				return core.Status{Key: key, Name: name, Kind: kind}, err
			},
			Inputs:   statusForm,
			Take:     takeStatus,
			Held:     func(h core.Held) map[string]int { return h.Statuses },
			Replaced: func(r *core.Replacements) *map[string]string { return &r.Statuses },
		})
}

func openCases(n int) string {
	if n == 0 {
		return "–"
	}
	return strconv.Itoa(n)
}

func kindWord(k core.StatusKind) string {
	return map[core.StatusKind]string{
		core.StatusStart: "New", core.StatusOpen: "Open", core.StatusWaiting: "Waiting", core.StatusResolved: "Resolved", core.StatusFinal: "Final",
	}[k]
}

func statusKinds() []layout.Option {
	about := map[core.StatusKind]string{
		core.StatusStart: "New: nobody has begun", core.StatusOpen: "Open: it is worked on", core.StatusWaiting: "Waiting: targets may pause",
		core.StatusResolved: "Resolved: it has been answered", core.StatusFinal: "Final: only closing leads there",
	}
	var out []layout.Option
	for _, k := range core.StatusKinds() {
		out = append(out, layout.Option{Value: string(k), Label: about[k]})
	}
	return out
}

func sentKind(e *editing.Edit) (core.StatusKind, error) {
	kind := core.StatusKind(e.Get("kind"))
	if !slices.Contains(core.StatusKinds(), kind) {
		return "", core.InvalidField("kind", "Choose what the status means.")
	}
	return kind, nil
}

func statusForm(e *editing.Edit, s core.Status, at casetypes.Path) []editing.Group {
	words := editing.Group{Inputs: []editing.Input{
		e.WordsInput("name", "Name", "Staff read it.", s.Name, at.And("name")),
		e.WordsInput("public", "Public name", "The requester reads it; the name, when it is empty.", s.Public, at.And("public")),
		e.Choice("kind", "Kind", "What the status means, whatever it is called.", string(s.Kind), statusKinds(), at.And("kind")),
	}}
	var others []layout.Option
	for _, o := range e.Type.Statuses {
		if o.Key != s.Key && o.Kind != core.StatusStart && o.Kind != core.StatusFinal {
			others = append(others, layout.Option{Value: o.Key, Label: o.Name.String()})
		}
	}
	for _, to := range s.To {
		if _, ok := e.Type.Status(to); !ok {
			others = append(others, layout.Option{Value: to, Label: to + " (there is none)"})
		}
	}
	moves := editing.Group{Title: "Afterwards", Inputs: []editing.Input{
		e.TickBoxes("to", "May move to", "None ticked: to any. Closing and cancelling are always allowed.", others, s.To, at.And("to")),
		e.Choice("after", "After it was set, the console", "", string(s.After), []layout.Option{
			{Label: "does as the person prefers"}, {Value: string(core.AfterStay), Label: "stays with the case"},
			{Value: string(core.AfterList), Label: "goes back to the list"}, {Value: string(core.AfterNext), Label: "goes to the next case"}}, at.And("after")),
	}}
	return []editing.Group{words, moves}
}

func takeStatus(e *editing.Edit, s *core.Status) error {
	kind, err := sentKind(e)
	if err != nil {
		return err
	}
	after := core.AfterSave(e.Get("after"))
	if !slices.Contains([]core.AfterSave{"", core.AfterStay, core.AfterList, core.AfterNext}, after) {
		return core.InvalidField("after", "Choose where the console goes.")
	}
	s.Name, s.Public, s.Kind, s.To, s.After = e.Words("name"), e.Words("public"), kind, e.Ticked("to", s.To), after
	return nil
}

func reopenForm(e *editing.Edit) []editing.Group {
	r := e.Type.Reopen
	var open []core.Status
	for _, s := range e.Type.Statuses {
		if s.Kind == core.StatusOpen {
			open = append(open, s)
		}
	}
	keys, names := make([]string, len(open)), map[string]string{}
	for i, s := range open {
		keys[i], names[s.Key] = s.Key, s.Name.String()
	}
	return []editing.Group{{Title: "Reopening", Inputs: []editing.Input{
		e.Choice("reopen-to", "A reopened case becomes", "", r.To, editing.Options("Closed cases are not reopened", keys, func(k string) string { return names[k] }, r.To), casetypes.At("reopen", "to")),
		e.SpanLine("reopen-within", "Its requester may reopen it within", "Counted from closing: 14 days, 1 month. Empty: only staff may.", r.Within, casetypes.At("reopen", "within")),
		e.TickBox("reopen-clear", "It goes back to the group, without whoever held it", r.ClearAssignee, nil),
		e.Choice("reopen-targets", "Its targets", "", string(r.Targets), []layout.Option{{Label: "go on where they were"}, {Value: string(core.ReopenRestart), Label: "begin anew"}}, nil),
	}}}
}

func takeReopen(e *editing.Edit) error {
	within, err := e.Span("reopen-within")
	if err != nil {
		return err
	}
	to := e.Get("reopen-to")
	if to == "" {
		e.Type.Reopen = core.ReopenRule{}
		return nil
	}
	r := core.ReopenRule{To: to, Within: within, ClearAssignee: e.On("reopen-clear"), Afterwards: e.Type.Reopen.Afterwards}
	if e.Get("reopen-targets") == string(core.ReopenRestart) {
		r.Targets = core.ReopenRestart
	} else if e.Type.Reopen.Targets == core.ReopenResume {
		r.Targets = core.ReopenResume
	}
	e.Type.Reopen = r
	return nil
}

func stagesEditor() editing.Editor {
	return editing.Compose("stages", nil, editing.Entries[core.Stage]{
		At: casetypes.At("stages"), Noun: "stage", Title: "Stages", Ordered: true, About: "In the order a case passes through them. A case begins at the first.",
		Of:      func(t *core.CaseType) *[]core.Stage { return &t.Stages },
		Key:     func(s core.Stage) string { return s.Key },
		Name:    func(s core.Stage) string { return s.Name.String() },
		Columns: []string{"Public step", "Open cases"},
		Cells: func(e *editing.Edit, s core.Stage) []editing.Cell {
			return []editing.Cell{{Text: s.Public.String()}, {Text: openCases(e.Known.Held.Stages[s.Key])}}
		},
		New: func(_ *editing.Edit, key string, name core.Text) (core.Stage, error) {
			return core.Stage{Key: key, Name: name}, nil
		},
		Inputs: func(e *editing.Edit, s core.Stage, at casetypes.Path) []editing.Group {
			return []editing.Group{
				{Inputs: []editing.Input{
					e.WordsInput("name", "Name", "Staff read it.", s.Name, at.And("name")),
					e.WordsInput("public", "Public step", "The requester reads it. Empty: they read nothing of it.", s.Public, at.And("public")),
				}},
				{Title: "Before it may be entered", Inputs: []editing.Input{
					e.SeveralOf("tasks", "Tasks that are done", "", s.Requires.Tasks, e.TaskOptions("–", s.Requires.Tasks...), nil, at.And("requires", "tasks")),
					e.SeveralOf("fields", "Fields that have a value", "", s.Requires.Fields, e.FieldOptions("–", nil, s.Requires.Fields...), nil, at.And("requires", "fields")),
				}},
			}
		},
		Take: func(e *editing.Edit, s *core.Stage) error {
			s.Name, s.Public = e.Words("name"), e.Words("public")
			s.Requires = core.StageRequires{Tasks: e.Once("tasks"), Fields: e.Once("fields")}
			return nil
		},
		Held:     func(h core.Held) map[string]int { return h.Stages },
		Replaced: func(r *core.Replacements) *map[string]string { return &r.Stages },
	})
}
