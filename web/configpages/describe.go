package configpages

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// describer says the sections of a case type in tables and sentences.
type describer struct {
	t      *core.CaseType
	groups map[string]string // names by key
}

// section describes one section. Those that other slices contribute are shown
// as their file has them.
func (d describer) section(s casetypes.Section) ([]Block, []string, error) {
	switch s.Key {
	case "setup":
		return d.setup(), d.setupMeaning(), nil
	case "groups":
		return d.duties(), d.dutiesMeaning(), nil
	case "form":
		return d.form(), d.formMeaning(), nil
	case "subtypes":
		return d.subtypes(), []string{"A new case goes to the group of its subtype; without one, to " + cmp.Or(d.group(d.t.DefaultGroup()), "the first that manages") + "."}, nil
	case "statuses":
		return d.statuses(), d.statusesMeaning(), nil
	case "stages":
		return d.stages(), d.stagesMeaning(), nil
	case "targets":
		return d.targets(), []string{"Working time is counted on the calendar “" + d.t.Calendar + "”. A target that pauses keeps what is left; every case shows how its due time was calculated."}, nil
	case "tasks":
		return d.tasks(), []string{"Staff add these tasks to a case. One that is required and open keeps the case from closing, unless closing cancels it."}, nil
	case "reasons":
		return d.reasons(), d.reasonsMeaning(), nil
	case "messages":
		return d.messages(), []string{"When something happens to a case, these templates are sent, each to those named. Nothing else is."}, nil
	case "attachments":
		return d.attachments(), nil, nil
	case "replaced":
		return d.replaced(), []string{"Cases that still hold what the type no longer has are treated as if they held what replaces it."}, nil
	}
	text, err := casetypes.Encode([]casetypes.Section{s}, d.t)
	return []Block{{Code: string(text)}}, nil, err
}

func text(s string) Cell { return Cell{Text: s} }
func key(s string) Cell  { return Cell{Text: s, Key: true} }

// named is a name with its key beneath.
func named(name core.Text, k string) Cell { return Cell{Text: name.String(), Sub: k} }

func (d describer) group(k string) string { return cmp.Or(d.groups[k], groupWord(k)) }

// groupWord says the words that stand for more than a group.
func groupWord(k string) string {
	switch k {
	case core.Everyone:
		return "Everyone"
	case core.SignedIn:
		return "Signed-in customers"
	case casetypes.Manager:
		return "Whoever holds the case"
	}
	return k
}

func (d describer) groupList(keys []string) string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = d.group(k)
	}
	return strings.Join(out, ", ")
}

func (d describer) setup() []Block {
	t := d.t
	var facts []layout.Fact
	for _, language := range languages(t.Name, t.Description) {
		facts = append(facts, layout.Fact{Term: "Name (" + language + ")", Text: t.Name[language]})
		if t.Description[language] != "" {
			facts = append(facts, layout.Fact{Term: "About (" + language + ")", Text: t.Description[language]})
		}
	}
	return []Block{{Facts: append(facts,
		layout.Fact{Term: "Key", Text: t.Key},
		layout.Fact{Term: "References", Text: t.Reference.Prefix + "-7K2M-4QX9, for example"},
		layout.Fact{Term: "Calendar", Text: t.Calendar, URL: addressOf(casetypes.KindCalendar, t.Calendar)})}}
}

func (d describer) setupMeaning() []string {
	who := "Only staff raise such cases."
	if d.t.Retired {
		who = "The type is retired: nobody raises such a case, and those there are go on until they end."
	} else if d.t.Groups.RaisableBy(core.AnonymousActor()) {
		who = "Everyone may raise such a case, without signing in."
	} else if d.t.Groups.RaisableBy(core.Actor{Kind: core.ActorPerson}) {
		who = "Customers who are signed in may raise such a case."
	}
	out := []string{who}
	if group := d.t.DefaultGroup(); group != "" {
		out = append(out, "A new case goes to "+d.group(group)+".")
	}
	for _, language := range languages(d.t.Name, d.t.Description) {
		if missing := untranslated(d.t, language); missing > 0 {
			out = append(out, fmt.Sprintf("%s in “%s”; the default language is shown instead.", render.Plural(missing, "public text is missing", "public texts are missing"), language))
		}
	}
	return out
}

// languages lists the languages that words are given in, the default first.
func languages(all ...core.Text) []string {
	out := []string{core.DefaultLanguage}
	for _, t := range all {
		for language := range t {
			known := false
			for _, o := range out {
				known = known || o == language
			}
			if !known {
				out = append(out, language)
			}
		}
	}
	return out
}

// untranslated counts the words the public reads that a language lacks.
func untranslated(t *core.CaseType, language string) int {
	n := 0
	missing := func(words core.Text) {
		if _, ok := words[language]; !ok && !words.IsZero() {
			n++
		}
	}
	missing(t.Description)
	for _, s := range t.Statuses {
		missing(publicWords(s))
	}
	for _, f := range t.Fields {
		if !f.Private {
			missing(f.Label)
			missing(f.Hint)
		}
	}
	for _, s := range t.Subtypes {
		missing(s.Name)
	}
	return n
}

func publicWords(s core.Status) core.Text {
	if s.Public.IsZero() {
		return s.Name
	}
	return s.Public
}

// dutyNames says what each duty is for.
var dutyNames = map[core.Duty]string{
	core.DutyRaise: "May raise", core.DutyManage: "Manage", core.DutyReassignTo: "May be handed cases", core.DutyEscalation: "Told of escalations",
	core.DutyEnquiry: "May enquire", core.DutyAppointments: "Take appointments", core.DutyAutoAssign: "Given cases automatically", core.DutyExport: "May export",
}

// dutyHints say in a line what a duty means.
var dutyHints = map[core.Duty]string{
	core.DutyRaise: "Through the form, or at a desk for somebody else.", core.DutyManage: "They see and work every case of the type.",
	core.DutyReassignTo: "They work the cases that are handed to them.", core.DutyEscalation: "A level is told when a target is late for long enough, or when staff escalate.",
	core.DutyEnquiry: "They read enough to answer a caller.", core.DutyAppointments: "They are asked to visit.",
	core.DutyAutoAssign: "New cases go to their members in turn.", core.DutyExport: "They may take cases away as a file.",
}

func (d describer) duties() []Block {
	b := Block{Columns: []string{"Duty", "Groups"}}
	for _, duty := range core.Duties() {
		groups := d.t.Groups[duty]
		cell := text(d.groupList(groups))
		if duty == core.DutyEscalation && len(groups) > 0 {
			levels := make([]string, len(groups))
			for i, g := range groups {
				levels[i] = fmt.Sprintf("level %d: %s", i+1, d.group(g))
			}
			cell = text(strings.Join(levels, ", "))
		}
		if len(groups) == 0 {
			cell = text("Nobody")
		}
		b.Rows = append(b.Rows, []Cell{{Text: dutyNames[duty], Sub: string(duty)}, cell})
	}
	return []Block{b}
}

func (d describer) dutiesMeaning() []string {
	if len(d.t.Groups[core.DutyManage]) == 0 {
		return []string{"Nobody manages such cases, so nobody could see or work them.", "A duty that names no group is nobody’s."}
	}
	return []string{
		"Members of " + d.groupList(d.t.Groups[core.DutyManage]) + " see and work every case of this type; groups that may be handed cases work those they hold.",
		"A duty that names no group is nobody’s.",
	}
}

func (d describer) statuses() []Block {
	b := Block{Columns: []string{"Status", "Public name", "May move to"}}
	for _, s := range d.t.Statuses {
		chip := layout.StatusChip(s.Kind, s.Name.String())
		moves := "any"
		if len(s.To) > 0 {
			moves = strings.Join(s.To, ", ")
		}
		if s.Kind == core.StatusFinal {
			moves = "–"
		}
		b.Rows = append(b.Rows, []Cell{{Chip: &chip, Sub: s.Key + ", " + string(s.Kind)}, text(s.PublicName(core.DefaultLanguage)), text(moves)})
	}
	return []Block{b}
}

func (d describer) statusesMeaning() []string {
	out := []string{"A case that waits pauses the targets that say so. The first resolved or final status counts as the answer. Only closing, cancelling and withdrawing enter a final status."}
	r := d.t.Reopen
	if r.To == "" {
		return append(out, "A closed case is not reopened.")
	}
	status, _ := d.t.Status(r.To)
	s := fmt.Sprintf("A reopened case becomes “%s”", status.Name)
	if r.ClearAssignee {
		s += ", goes back to the group"
	}
	if r.Targets == core.ReopenRestart {
		s += ", and its targets begin anew"
	} else {
		s += ", and its targets go on"
	}
	out = append(out, s+".")
	if r.Within.IsZero() {
		out = append(out, "Its requester may not reopen it.")
	} else {
		out = append(out, "Its requester may reopen it within "+r.Within.String()+" of closing.")
	}
	later := "of this type"
	if r.Afterwards != "" && r.Afterwards != d.t.Key {
		later = "of the type “" + r.Afterwards + "”"
	}
	return append(out, "What they write after that starts a new case "+later+", linked with this one.")
}

func (d describer) stages() []Block {
	if len(d.t.Stages) == 0 {
		return []Block{{Nothing: "This type has no stages."}}
	}
	b := Block{Columns: []string{"Stage", "Public step", "Before it may be entered"}}
	bar := Block{}
	for i, s := range d.t.Stages {
		bar.Stages = append(bar.Stages, layout.Stage{Label: s.Name.String(), Current: i == 0})
		var needs []string
		for _, k := range s.Requires.Tasks {
			task, _ := d.t.Task(k)
			needs = append(needs, "“"+task.Name.String()+"” is done")
		}
		for _, k := range s.Requires.Fields {
			field, _ := d.t.Field(k)
			needs = append(needs, "“"+field.Label.String()+"” has a value")
		}
		b.Rows = append(b.Rows, []Cell{named(s.Name, s.Key), text(s.Public.String()), text(cmp.Or(strings.Join(needs, ", "), "nothing"))})
	}
	return []Block{bar, b}
}

func (d describer) stagesMeaning() []string {
	if len(d.t.Stages) == 0 {
		return nil
	}
	return []string{"A case begins at “" + d.t.Stages[0].Name.String() + "”. Stages are for staff; a public step, where one is given, is shown to the requester."}
}

func (d describer) reasons() []Block {
	r := d.t.Reasons
	var out []Block
	for _, list := range []struct {
		title   string
		reasons []core.Reason
		message bool
	}{{"Closing", r.Close, true}, {"Cancelling", r.Cancel, false}, {"Reassigning", r.Reassign, false}, {"Escalating", r.Escalate, false}} {
		b := Block{Title: list.title, Columns: []string{"Reason"}, Nothing: "None"}
		if list.message {
			b.Columns = append(b.Columns, "Message to the requester")
		}
		for _, reason := range list.reasons {
			row := []Cell{named(reason.Name, reason.Key)}
			if list.message {
				row = append(row, key(reason.Message))
			}
			b.Rows = append(b.Rows, row)
		}
		out = append(out, b)
	}
	return out
}

func (d describer) reasonsMeaning() []string {
	if len(d.t.Reasons.Close) == 0 {
		return []string{"There is no reason to close with, so cases are not closed by hand."}
	}
	return []string{"Whoever closes a case chooses one of the reasons. The requester reads its name, and gets its message where closing sends one."}
}

func (d describer) messages() []Block {
	b := Block{Columns: []string{"When", "Who", "Template"}, Nothing: "Nothing is sent."}
	for _, event := range casetypes.MessageEvents() {
		for _, audience := range casetypes.Audiences() {
			if template := d.t.Messages[string(event)][audience]; template != "" {
				b.Rows = append(b.Rows, []Cell{key(string(event)), text(audienceWords(audience)), templateCell(template)})
			}
		}
	}
	return []Block{b}
}

func templateCell(template string) Cell {
	if template == casetypes.ByReason {
		return text("The closure reason's")
	}
	return key(template)
}

func audienceWords(audience string) string {
	switch audience {
	case "manage":
		return "the group of the case"
	case "escalation":
		return "the group of the level"
	case "receiver":
		return "whoever has the task"
	case "asker":
		return "whoever asked"
	case "assignee":
		return "whoever holds the case"
	}
	return "the " + audience
}

func (d describer) attachments() []Block {
	a := d.t.Attachments
	files, size := "20", render.Bytes(20<<20)
	if a.Files > 0 {
		files = render.Number(a.Files)
	}
	if a.Bytes > 0 {
		size = render.Bytes(a.Bytes)
	}
	shared := "Staff only, until somebody publishes them"
	if a.Share {
		shared = "Published, unless somebody says otherwise"
	}
	return []Block{{Facts: []layout.Fact{{Term: "Files", Text: files + " for a case at most"}, {Term: "Size", Text: size + " each at most"},
		{Term: "Kinds", Text: cmp.Or(strings.Join(a.Kinds, ", "), "documents, pictures and texts that are safe to open")}, {Term: "From staff", Text: shared}}}}
}

func (d describer) replaced() []Block {
	r := d.t.ReplacedBy
	b := Block{Columns: []string{"What", "Gone", "Replaced by"}, Nothing: "Nothing was replaced."}
	for _, list := range []struct {
		what  string
		table map[string]string
	}{{"Status", r.Statuses}, {"Stage", r.Stages}, {"Subtype", r.Subtypes}, {"Group", r.Groups}} {
		for _, old := range sortedKeys(list.table) {
			b.Rows = append(b.Rows, []Cell{text(list.what), key(old), key(list.table[old])})
		}
	}
	return []Block{b}
}
