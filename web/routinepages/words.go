package routinepages

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/web/layout"
)

// OptionGroup is some of the options of a list, under a heading.
type OptionGroup struct {
	Label   string
	Options []layout.Option
}

// eventGroup is some of the events that set off routines.
type eventGroup struct {
	label string
	kinds []eventName
}

type eventName struct {
	kind  core.EventKind
	words string // after "when "
}

// eventGroups say every event that sets off routines, in the order of the list
// to choose from.
func eventGroups() []eventGroup {
	return []eventGroup{
		{"The case", []eventName{
			{core.CaseRaised, "the case is raised"}, {core.CaseOpened, "staff open the case for the first time"}, {core.WorkStarted, "work on the case starts"},
			{core.FirstResponseGiven, "staff answer for the first time"}, {core.StatusChanged, "the status changes"}, {core.CaseResolved, "the case is resolved"},
			{core.StageChanged, "the stage changes"}, {core.SubtypeChanged, "the subtype changes"}, {core.PriorityChanged, "the priority changes"},
			{core.CaseEscalated, "the case is escalated"}, {core.CaseDeEscalated, "an escalation is taken back"}, {core.CaseClosed, "the case is closed"},
			{core.CaseCancelled, "the case is cancelled"}, {core.CaseWithdrawn, "the requester withdraws the case"}, {core.CaseReopened, "the case is reopened"},
		}},
		{"Who has it", []eventName{
			{core.CaseClaimed, "somebody claims the case"}, {core.CaseReleased, "the case is put back into its queue"},
			{core.CaseAssigned, "the case is given to somebody"}, {core.CaseReassigned, "the case goes to another group"},
		}},
		{"What is known of it", []eventName{
			{core.FieldChanged, "a field changes"}, {core.ContactChanged, "the contact details change"}, {core.PlaceChanged, "the place changes"},
			{core.ReceivedChanged, "the date received is put right"}, {core.DetailsSaved, "a details section is saved"},
		}},
		{"What is said", []eventName{
			{core.NoteAdded, "a note is added"}, {core.UpdateAdded, "the requester adds something"}, {core.QuestionAsked, "the requester is asked something"},
			{core.QuestionAnswered, "a question is answered"}, {core.QuestionUnanswered, "a question has stayed unanswered"}, {core.MailReceived, "a mail comes in"},
			{core.LetterSent, "staff write by mail"}, {core.LetterRepeated, "a message is sent again"}, {core.MessageBounced, "a message comes back"},
			{core.SatisfactionGiven, "the requester says how satisfied they are"},
		}},
		{"Tasks", []eventName{
			{core.TaskAdded, "a task is added"}, {core.TaskCompleted, "a task is done"}, {core.TaskCancelledEvent, "a task is cancelled"},
			{core.AllTasksDone, "the last open task ends"}, {core.TaskMoved, "a task takes a step"}, {core.TaskReturned, "a task is returned for correction"},
			{core.TaskClaimed, "a task is claimed"}, {core.TaskReleased, "a task is put back"}, {core.TaskAssigned, "a task is given to somebody"},
			{core.TaskDueChanged, "the due time of a task changes"}, {core.TaskAsked, "the case manager is asked about a task"}, {core.TaskAnswered, "the case manager answers about a task"},
			{core.TaskTimeRequested, "more time is asked for a task"}, {core.TaskHandedBack, "a task is handed back"},
			{core.TaskReminded, "a reminder of a task is due"}, {core.TaskBreached, "a task is late"},
		}},
		{"Targets", []eventName{
			{core.TargetStarted, "a target starts"}, {core.TargetReminded, "a reminder of a target is due"}, {core.TargetBreached, "a target is breached"},
			{core.TargetMet, "a target is met"}, {core.TargetCleared, "a target is cleared"}, {core.TargetSet, "a target is set by hand"},
			{core.TargetExtended, "a target is extended"}, {core.TargetPaused, "a target is paused"}, {core.TargetResumed, "a target goes on"},
			{core.TargetMoved, "the beginning of a target is put right"}, {core.TargetRecalculated, "a target is put on another calendar version"},
		}},
		{"Files and followers", []eventName{
			{core.AttachmentAdded, "a file is added"}, {core.AttachmentDeleted, "a file is taken off"}, {core.AttachmentPublished, "a file is shown to the requester or hidden"},
			{core.AttachmentShown, "a picture is shown to everybody or hidden"}, {core.FollowerAdded, "somebody follows the case"}, {core.FollowerRemoved, "somebody no longer follows the case"},
			{core.LinkAdded, "the case is linked with another one"}, {core.LinkRemoved, "a link with another case is removed"},
		}},
	}
}

// eventWords say an event after "when".
func eventWords(kind core.EventKind) string {
	for _, g := range eventGroups() {
		for _, e := range g.kinds {
			if e.kind == kind {
				return e.words
			}
		}
	}
	return "“" + string(kind) + "” happens"
}

func eventOptions(chosen string) []OptionGroup {
	var out []OptionGroup
	known := chosen == ""
	for _, g := range eventGroups() {
		group := OptionGroup{Label: g.label}
		for _, e := range g.kinds {
			group.Options = append(group.Options, layout.Option{Value: string(e.kind), Label: capital(e.words)})
			known = known || string(e.kind) == chosen
		}
		out = append(out, group)
	}
	if !known {
		out = append(out, OptionGroup{"Unknown", []layout.Option{{Value: chosen, Label: chosen + " (there is none)"}}})
	}
	return out
}

// triggerWords say what sets a routine off, as a sentence begins: "When the
// case is raised".
func triggerWords(t *core.CaseType, when core.Trigger) string {
	field := func() string {
		if f, ok := t.Field(when.Field); ok {
			return "“" + f.Label.String() + "”"
		}
		return "“" + when.Field + "”"
	}
	switch when.Kind() {
	case core.TriggerEvent:
		return "When " + eventWords(when.On)
	case core.TriggerQuiet:
		return "When nothing has happened for " + when.Quiet.String()
	case core.TriggerDate:
		switch {
		case !when.Before.IsZero():
			return capital(when.Before.String()) + " before " + field()
		case !when.After.IsZero():
			return capital(when.After.String()) + " after " + field()
		}
		return "On the day of " + field()
	case core.TriggerEvery:
		return "On the schedule “" + when.Every + "”, for every open case"
	}
	return "Nothing sets it off"
}

// runWords say what set off a run, by its kind.
func runWords(kind string) string {
	switch core.TriggerKind(kind) {
	case core.TriggerQuiet:
		return "Nothing had happened for long enough"
	case core.TriggerDate:
		return "Its date came"
	case core.TriggerEvery:
		return "Its schedule came"
	}
	return capital(eventWords(core.EventKind(kind)))
}

// commandNames are the commands whose names say less than they should.
var commandNames = map[core.CommandName]string{
	"attachment.publish": "Show an attachment to the requester, or hide it", "attachment.show": "Show a picture to everybody, or hide it",
	"case.assign": "Give the case to a colleague", "case.change_contact": "Change the contact details", "case.change_place": "Change the place",
	"case.change_priority": "Change the priority", "case.change_received": "Put the date received right", "case.change_stage": "Change the stage",
	"case.change_status": "Change the status", "case.change_subtype": "Change the subtype", "case.de_escalate": "Take the escalation back",
	"case.open": "Mark the case as opened", "case.reassign": "Hand the case to a group", "case.release": "Put the case back into its queue",
	"case.set_field": "Fill in a field", "correspondence.send": "Write a mail", "correspondence.send_again": "Send a mail again",
	"question.answer": "Answer a question for the requester", "question.ask": "Ask the requester a question", "satisfaction.give": "Record how satisfied the requester is",
	"target.resume": "Let a target go on", "target.set": "Set a target’s due time", "task.ask": "Ask about a task", "task.assign": "Give a task to a colleague",
	"task.change_due": "Change when a task is due", "task.hand_back": "Hand a task back", "task.request_time": "Ask for more time for a task", "task.return": "Return a task for correction",
}

// commandWords say a command: "Add a note", "Change the status".
func commandWords(name core.CommandName) string {
	if words := commandNames[name]; words != "" {
		return words
	}
	of, verb, ok := strings.Cut(string(name), ".")
	if !ok {
		return capital(spaced(string(name)))
	}
	verb = spaced(verb)
	switch {
	case of == "case" && strings.Contains(verb, " "):
		return capital(verb)
	case of == "case":
		return capital(verb) + " the case"
	case strings.Contains(verb, " "):
		return capital(of) + ": " + verb
	}
	if strings.ContainsRune("aeiou", rune(of[0])) {
		return capital(verb) + " an " + spaced(of)
	}
	return capital(verb) + " a " + spaced(of)
}

// audienceWords say whom a message is for.
func audienceWords(audience string) string {
	switch audience {
	case "requester":
		return "the requester"
	case "assignee":
		return "whoever holds the case"
	case "manage":
		return "the group of the case"
	case "escalation":
		return "those told of escalations"
	}
	return audience
}

// actionWords say an action in a heading, and what it takes in a line below.
func actionWords(t *core.CaseType, groups map[string]string, do core.Do) (title, more, icon string) {
	switch {
	case do.Message != "":
		return "Send a message to " + audienceWords(do.To), "Template “" + do.Message + "”", "mail"
	case do.Run != "":
		return "Run an action of a plugin", do.Run.Name(), "plug"
	case do.Webhook != "":
		return "Call a webhook", do.Webhook, "link"
	}
	names := make([]string, 0, len(do.With))
	for name := range do.With {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		value := do.With[name]
		if text, is := value.(string); is {
			value = keyName(t, groups, do.Command, name, text)
		}
		names[i] = argumentLabel(do.Command, name) + ": " + strings.TrimSuffix(clip(argumentText(value), 160), ".")
	}
	return commandWords(do.Command), strings.Join(names, ". "), commandIcon(do.Command)
}

// argumentLabel is what people call an argument.
func argumentLabel(command core.CommandName, argument string) string {
	if label := map[string]string{
		"case.reassign to": "To whom in it", "case.assign to": "To whom", "case.close force": "Even if something is open", "case.close status": "It becomes",
	}[string(command)+" "+argument]; label != "" {
		return label
	}
	return capital(spaced(argument))
}

func commandIcon(name core.CommandName) string {
	of, verb, _ := strings.Cut(string(name), ".")
	switch {
	case of == "task":
		return "task"
	case of == "target":
		return "clock"
	case of == "note" || of == "update":
		return "message"
	case of == "question":
		return "question"
	case of == "attachment":
		return "clip"
	case verb == "escalate":
		return "flag"
	}
	return "edit"
}

// keyName is what people call the key that an argument is, or the text itself.
func keyName(t *core.CaseType, groups map[string]string, command core.CommandName, argument, key string) string {
	var named core.Text
	switch {
	case argument == "group" && groups[key] != "":
		return groups[key]
	case command == "case.change_status" || argument == "status":
		s, _ := t.Status(key)
		named = s.Name
	case command == "case.change_priority":
		named = nameIn(t.Priorities, key, func(c core.Choice) (string, core.Text) { return c.Key, c.Name })
	case command == "case.change_stage":
		named = nameIn(t.Stages, key, func(s core.Stage) (string, core.Text) { return s.Key, s.Name })
	case command == "case.change_subtype":
		named = nameIn(t.Subtypes, key, func(s core.Subtype) (string, core.Text) { return s.Key, s.Name })
	case argument == "target":
		named = nameIn(t.Targets, key, func(r core.TargetRule) (string, core.Text) { return r.Key, r.Name })
	case command == "task.add" && argument == "type":
		named = nameIn(t.Tasks, key, func(k core.TaskType) (string, core.Text) { return k.Key, k.Name })
	case command == "case.set_field" && argument == "field":
		f, _ := t.Field(key)
		named = f.Label
	case argument == "reason":
		reasons := slices.Concat(t.Reasons.Close, t.Reasons.Cancel, t.Reasons.Escalate, t.Reasons.Reassign)
		named = nameIn(reasons, key, func(r core.Reason) (string, core.Text) { return r.Key, r.Name })
	}
	if named.IsZero() {
		return key
	}
	return named.String()
}

func nameIn[T any](list []T, key string, of func(T) (string, core.Text)) core.Text {
	for _, v := range list {
		if k, name := of(v); k == key {
			return name
		}
	}
	return nil
}

// nameLabels are the names of conditions whose own words say too little.
var nameLabels = map[string]string{
	"case.age": "How old it is", "case.age_days": "How many days old it is", "case.assigned": "Somebody has it", "case.assignee": "Who has it",
	"case.channel": "How it reached us", "case.closed": "When it was closed", "case.due": "When it is due next", "case.has_place": "It has a place on the map",
	"case.level": "Escalation level", "case.outcome": "Reason it ended for", "case.quiet": "How long nothing has happened", "case.quiet_days": "How many days nothing has happened",
	"case.raised": "When it was raised", "case.received": "When it was received", "case.ref": "Reference", "case.reopened": "How often it was reopened",
	"case.resolved": "When it was resolved", "case.responded": "Staff have answered", "case.restricted": "It is restricted", "case.status_kind": "Kind of status",
	"requester.email": "Email address of the requester", "requester.name": "Name of the requester", "requester.phone": "Telephone number of the requester",
	"requester.on_behalf": "It is for somebody else", "requester.anonymous": "Raised anonymously", "questions.open": "Open questions",
}

// nameLabel is what people call a name of conditions: "Status".
func nameLabel(t *core.CaseType, n conditions.Name) string {
	first, rest, _ := strings.Cut(n.Path, ".")
	switch {
	case first == "fields", strings.Contains(n.Path, ".fields."):
		return n.Doc
	case first == "targets":
		key, what, _ := strings.Cut(rest, ".")
		for _, r := range t.Targets {
			if conditions.Ident(r.Key) == key {
				return r.Name.String() + ": " + what
			}
		}
	case first == "tasks" && strings.Contains(rest, "."):
		key, what, _ := strings.Cut(rest, ".")
		for _, k := range t.Tasks {
			if conditions.Ident(k.Key) == key {
				return k.Name.String() + ": " + what
			}
		}
	case nameLabels[n.Path] != "":
		return nameLabels[n.Path]
	case first == "tasks", first == "questions":
		return capital(first) + " " + rest
	case n.Path == "requester.known":
		return "Has an account"
	case strings.HasPrefix(n.Path, "event.before."), strings.HasPrefix(n.Path, "event.after."):
		side, what, _ := strings.Cut(rest, ".")
		return capital(spaced(what)) + " " + side
	case rest == "":
		return "The moment it is asked"
	}
	return capital(spaced(rest))
}

// namesOf are the names of conditions, with those of the groups.
func namesOf(t *core.CaseType, groups map[string]string) []conditions.Name {
	names := conditions.Names(t)
	for i, n := range names {
		if !strings.HasSuffix(n.Path, ".group") {
			continue
		}
		names[i].Choices = slices.Clone(n.Choices)
		for j, c := range n.Choices {
			if name := groups[c.Key]; name != "" {
				names[i].Choices[j].Name = core.Plain(name)
			}
		}
	}
	return names
}

// nameGroup is the heading that a name stands under.
func nameGroup(path string) string {
	first, _, _ := strings.Cut(path, ".")
	switch first {
	case "case", "now":
		return "The case"
	case "requester":
		return "Its requester"
	case "fields":
		return "Fields"
	case "targets":
		return "Targets"
	case "tasks", "questions":
		return "Tasks and questions"
	}
	return "What happened"
}

// nameOptions are the names that rows may compare, grouped; those of an event
// only where one sets the routine off, or where one is chosen.
func nameOptions(t *core.CaseType, names []conditions.Name, events bool, chosen string) []OptionGroup {
	var out []OptionGroup
	for _, heading := range []string{"The case", "Fields", "Its requester", "Targets", "Tasks and questions", "What happened"} {
		group := OptionGroup{Label: heading}
		for _, n := range names {
			if nameGroup(n.Path) != heading || len(conditions.OpsOf(n.Kind)) == 0 || n.Event && !events && n.Path != chosen {
				continue
			}
			group.Options = append(group.Options, layout.Option{Value: n.Path, Label: nameLabel(t, n)})
		}
		if len(group.Options) > 0 {
			out = append(out, group)
		}
	}
	return out
}

// opWords say a comparison of a kind.
func opWords(kind conditions.Kind, op conditions.Op) string {
	switch {
	case kind == conditions.Time && op == conditions.Below:
		return "is before"
	case kind == conditions.Time && op == conditions.Above:
		return "is after"
	case op == conditions.Below:
		return "is less than"
	case op == conditions.Above:
		return "is more than"
	}
	return op.Words()
}

// rowWords say a row: "Status is one of New, In progress".
func rowWords(t *core.CaseType, n conditions.Name, row conditions.Row) string {
	words := nameLabel(t, n) + " " + opWords(n.Kind, row.Op)
	values := make([]string, len(row.Values))
	for i, v := range row.Values {
		values[i] = choiceName(n.Choices, v)
		if n.Kind == conditions.Length {
			values[i] += " days"
		}
	}
	if len(values) > 0 {
		words += " " + strings.Join(values, ", ")
	}
	return words
}

func choiceName(choices []core.Choice, key string) string {
	for _, c := range choices {
		if c.Key == key && !c.Name.IsZero() {
			return c.Name.String()
		}
	}
	return key
}

func spaced(s string) string { return strings.NewReplacer("_", " ", "-", " ", ".", " ").Replace(s) }

func capital(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

func clip(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most]) + "…"
}

func lower(s string) string {
	r := []rune(s)
	if len(r) > 1 && unicode.IsUpper(r[0]) && !unicode.IsUpper(r[1]) {
		r[0] = unicode.ToLower(r[0])
	}
	return string(r)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
