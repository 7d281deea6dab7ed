package messagepages

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/examples"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// Editors are those of the sections that this package knows: messages, examples
// and saved replies.
func (p *Pages) Editors() []editing.Editor {
	return []editing.Editor{
		{Section: "messages", Show: p.showMatrix, Change: p.changeMatrix, Aside: p.besideMatrix, Count: countSwitched},
		p.examplesEditor(), repliesEditor(),
	}
}

// countSwitched counts the cells that are on.
func countSwitched(t *core.CaseType) int {
	n := 0
	for _, row := range notifications.MatrixOf(t) {
		for _, cell := range row.Cells {
			if cell.On {
				n++
			}
		}
	}
	return n
}

// MatrixPart is the matrix of a draft with its switches.
type MatrixPart struct {
	Rows []MatrixRow
}

// MatrixRow is one event.
type MatrixRow struct {
	Words string
	URL   string // where its templates are chosen
	Bad   bool
	Cells []MatrixCell
}

// MatrixCell is one switch.
type MatrixCell struct {
	Value    string // "case.raised requester"
	Audience string
	Template string // in words: its key, or “of the closure reason”
	On       bool
	Muted    string
	Fixed    bool // there is no template to switch on: one has to be chosen first
}

func (p *Pages) showMatrix(e *editing.Edit) (editing.Panel, error) {
	if e.Item != "" {
		return p.showLine(e)
	}
	part := MatrixPart{}
	for _, row := range notifications.MatrixOf(e.Type) {
		line := MatrixRow{Words: row.Words, URL: e.Link(string(row.Event)), Bad: e.Problem(casetypes.At("messages", string(row.Event))) != ""}
		for _, cell := range row.Cells {
			template := cmp.Or(cell.Template, cell.Suggested)
			line.Cells = append(line.Cells, MatrixCell{
				Value: core.MailCell(string(row.Event), cell.Audience), Audience: notifications.AudienceWords(cell.Audience),
				Template: templateWords(template), Fixed: template == "", Muted: quietWords(e.Type, cell),
				On: cell.Template != "" && !slices.Contains(e.Type.Mail.Off, core.MailCell(string(row.Event), cell.Audience)),
			})
		}
		part.Rows = append(part.Rows, line)
	}
	return editing.Panel{
		Title: "Messages", Sub: "Who is told of what. What is off is not sent.", Save: "Save the switches",
		Groups: []editing.Group{
			{Title: "Groups", Inputs: []editing.Input{e.TickBox("quiet", "Do not mail the whole group about new and reassigned cases", e.Type.Mail.QuietGroup, casetypes.At("mail", "quiet_group"))},
				About: "Escalations, and news of cases that nobody has, still go to the group."},
			{Title: "The matrix", Part: &editing.Part{Template: "messagepages/matrix", Data: part}},
		},
	}, nil
}

func quietWords(t *core.CaseType, cell notifications.Switched) string {
	if cell.Muted != "" && t.Mail.QuietGroup && cell.Audience == core.AudienceManage {
		return cell.Muted
	}
	return ""
}

func templateWords(template string) string {
	switch template {
	case "":
		return "no template chosen"
	case core.ByReason:
		return "of the closure reason"
	}
	return template
}

// showLine is one event: the template for each audience.
func (p *Pages) showLine(e *editing.Edit) (editing.Panel, error) {
	for _, row := range notifications.MatrixOf(e.Type) {
		if string(row.Event) != e.Item {
			continue
		}
		panel := editing.Panel{Title: row.Words, Sub: string(row.Event), Back: render.Link{Label: "The matrix", URL: e.URL}}
		group := editing.Group{Title: "Templates", About: "Nobody is told where none is chosen."}
		for _, cell := range row.Cells {
			options := e.TemplateOptions("None", cell.Template)
			if row.Event == core.CaseClosed && cell.Audience == "requester" {
				options = slices.Insert(options, 1, layout.Option{Value: core.ByReason, Label: "The message of the closure reason"})
				options = slices.DeleteFunc(options, func(o layout.Option) bool {
					return strings.HasSuffix(o.Label, "(there is none)") && o.Value == core.ByReason
				})
			}
			hint := ""
			if cell.Suggested != "" && cell.Suggested != cell.Template {
				hint = "Suggested: " + templateWords(cell.Suggested) + "."
			}
			group.Inputs = append(group.Inputs, e.Choice("to."+cell.Audience, "To "+notifications.AudienceWords(cell.Audience), hint, cell.Template, options,
				casetypes.At("messages", string(row.Event), cell.Audience)))
		}
		panel.Groups = []editing.Group{group}
		return panel, nil
	}
	return editing.Panel{}, core.NotFound("There is no such event.")
}

func (p *Pages) changeMatrix(e *editing.Edit) error {
	if e.Do != "save" {
		return core.Invalid("This button is not known.")
	}
	rows := notifications.MatrixOf(e.Type)
	if e.Item != "" {
		i := slices.IndexFunc(rows, func(r notifications.Row) bool { return string(r.Event) == e.Item })
		if i < 0 {
			return core.NotFound("There is no such event.")
		}
		for _, cell := range rows[i].Cells {
			setTemplate(e.Type, e.Item, cell.Audience, e.Get("to."+cell.Audience))
		}
		e.Said = "Changed the messages at: " + rows[i].Words
		e.Item = ""
		return nil
	}
	on := e.All("on")
	e.Type.Mail.QuietGroup = e.On("quiet")
	e.Type.Mail.Off = nil
	for _, row := range rows {
		for _, cell := range row.Cells {
			name := core.MailCell(string(row.Event), cell.Audience)
			switch template := cmp.Or(cell.Template, cell.Suggested); {
			case template == "":
			case slices.Contains(on, name):
				setTemplate(e.Type, string(row.Event), cell.Audience, template)
			case cell.Template != "":
				e.Type.Mail.Off = append(e.Type.Mail.Off, name)
			}
		}
	}
	e.Said = "Changed who is told of what"
	return nil
}

// setTemplate puts a template into a cell of the table, or takes it out.
func setTemplate(t *core.CaseType, event, audience, template string) {
	if template == "" {
		delete(t.Messages[event], audience)
		if len(t.Messages[event]) == 0 {
			delete(t.Messages, event)
		}
		t.Mail.Off = slices.DeleteFunc(t.Mail.Off, func(cell string) bool { return cell == core.MailCell(event, audience) })
		return
	}
	if t.Messages == nil {
		t.Messages = core.MessageTable{}
	}
	if t.Messages[event] == nil {
		t.Messages[event] = map[string]string{}
	}
	t.Messages[event][audience] = template
}

// besideMatrix says what the open line would send, and leads to who would get
// it.
func (p *Pages) besideMatrix(e *editing.Edit) ([]editing.Note, error) {
	notes := []editing.Note{{
		Title: "Who would get this now?", Sentences: []string{"For a case of your choice: who would be told, with which words, and why. By what is live."},
		Link: render.Link{Label: "Try it", URL: withQuery(whoHome, "type", e.Key, "event", e.Item)},
	}, {
		Title: "The words", Sentences: []string{"Templates are the installation's; this case type may have words of its own."},
		Link: render.Link{Label: "Messages of this case type", URL: withQuery(home, "type", e.Key)},
	}}
	if e.Item == "" {
		return notes, nil
	}
	var audiences []string
	for audience := range e.Type.Messages[e.Item] {
		audiences = append(audiences, audience)
	}
	slices.Sort(audiences)
	for _, audience := range audiences {
		key := e.Type.Messages[e.Item][audience]
		if key == core.ByReason {
			key = core.ClosedMessage
		}
		t, _, err := p.Messages.TemplateFor(e.Ctx, e.Key, key)
		if err != nil {
			continue // that there is none is said beside the input
		}
		shown, err := messages.PreviewPieces(t, core.DefaultLanguage, messages.Sample())
		if err != nil {
			return nil, err
		}
		notes = append(notes, editing.Note{
			Title: "To " + notifications.AudienceWords(audience), Part: &editing.Part{Template: "messagepages/sheet", Data: Shown{Subject: shown.Subject, Body: shown.Body}},
			Link: render.Link{Label: "Change these words", URL: withQuery(address(e.Key, key), "at", core.MailCell(e.Item, audience))},
		})
	}
	return notes, nil
}

// ExamplesPart is what came of the examples of a draft.
type ExamplesPart struct {
	Rows []ExampleRow
	Why  string // why they were not tried
}

// ExampleRow is one example.
type ExampleRow struct {
	Name     string
	URL      string
	Holds    bool
	Came     []string
	Problems []string
}

func (p *Pages) examplesEditor() editing.Editor {
	list := editing.Entries[core.Example]{
		At: casetypes.At("examples"), Noun: "example", Title: "Examples", Ordered: true,
		About: "Tried before a version is published; one that does not hold blocks it. Cases that are ordinary, and those that were wrong once, make good ones.",
		Of:    func(t *core.CaseType) *[]core.Example { return &t.Examples },
		Name:  func(x core.Example) string { return cmp.Or(x.Name, examples.Words(x)) },
		New: func(_ *editing.Edit, _ string, name core.Text) (core.Example, error) {
			return core.Example{Name: name.String(), Expect: core.ExampleExpect{Message: "confirmation", To: "requester"}}, nil
		},
		Inputs: exampleInputs, Take: takeExample,
	}
	editor := editing.Compose("examples", nil, list)
	show := editor.Show
	editor.Show = func(e *editing.Edit) (editing.Panel, error) {
		panel, err := show(e)
		if err != nil || len(e.Type.Examples) == 0 {
			return panel, err
		}
		part, err := p.tried(e)
		panel.Parts = append(panel.Parts, editing.Part{Template: "messagepages/examples", Data: part})
		return panel, err
	}
	editor.Count = func(t *core.CaseType) int { return len(t.Examples) }
	editor.Aside = func(*editing.Edit) ([]editing.Note, error) {
		return []editing.Note{{Title: "How times are written", Sentences: []string{
			"“Friday 16:50” is that of an ordinary week: nothing closed lies between it and the due time.",
			"“Tuesday 12:50” is the first one after the start, “Tuesday 12:50, 2 weeks later” two weeks after that.",
			"“2026-12-21 10:00” is a certain day, for holidays. “none” is no due time, or no message.",
		}}}, nil
	}
	return editor
}

// tried runs the examples of a draft: all of them, or the one that is open.
func (p *Pages) tried(e *editing.Edit) (ExamplesPart, error) {
	results, err := p.Examples.Results(e.Ctx, e.Type)
	part := ExamplesPart{}
	if results == nil {
		part.Why = "They cannot be tried: the calendar of the case type is not published."
	}
	for i, r := range results {
		item := fmt.Sprintf("examples/%d", i)
		if e.Item != "" && e.Item != item {
			continue
		}
		row := ExampleRow{Name: r.Name, URL: e.Link(item), Holds: r.Holds(), Came: r.Came}
		for _, problem := range r.Problems {
			row.Problems = append(row.Problems, problem.Message)
		}
		part.Rows = append(part.Rows, row)
	}
	return part, err
}

func exampleInputs(e *editing.Edit, x core.Example, at casetypes.Path) []editing.Group {
	given, expect := at.And("given"), at.And("expect")
	happens := string(x.Given.Event)
	switch {
	case x.Given.Closed != "":
		happens = "closed:" + x.Given.Closed
	case x.Given.Resolved:
		happens = string(core.CaseResolved)
	}
	events := []layout.Option{{Label: "It is raised"}}
	for _, reason := range e.Type.Reasons.Close {
		events = append(events, layout.Option{Value: "closed:" + reason.Key, Label: "It is closed: " + reason.Name.String()})
	}
	for _, o := range eventOptions() {
		if o.Value != string(core.CaseRaised) && o.Value != string(core.CaseClosed) {
			events = append(events, o)
		}
	}
	var audiences []layout.Option
	for _, a := range notifications.AllAudiences() {
		audiences = append(audiences, layout.Option{Value: a.Key, Label: a.Words})
	}
	audiences = slices.Insert(audiences, 0, layout.Option{Label: "Not asked"})
	priorities := []layout.Option{{Label: "As usual"}}
	for _, c := range e.Type.Priorities {
		priorities = append(priorities, layout.Option{Value: c.Key, Label: c.Name.String()})
	}
	subtypes := []layout.Option{{Label: "None"}}
	for _, s := range e.Type.Subtypes {
		subtypes = append(subtypes, layout.Option{Value: s.Key, Label: s.Name.String()})
	}
	due := editing.Group{Title: "Then it is due", About: "Leave a target empty that the example is not about."}
	for _, rule := range e.Type.Targets {
		due.Inputs = append(due.Inputs, e.Line("due."+rule.Key, rule.Name.String(), "", x.Expect.Due[rule.Key], expect.And("due", rule.Key)))
	}
	groups := []editing.Group{
		{Inputs: []editing.Input{e.Line("name", "Name", "What it shows. Empty: it is called by its parts.", x.Name, at.And("name"))}},
		{Title: "Given", Inputs: []editing.Input{
			e.Line("raised", "Raised", "Such as Friday 16:50, or 2026-12-21 10:00.", x.Given.Raised, given.And("raised")),
			e.Line("received", "Received", "When a letter came, if before.", x.Given.Received, given.And("received")),
			e.Choice("priority", "Priority", "", x.Given.Priority, priorities, given.And("priority")),
			e.Choice("subtype", "Subtype", "", x.Given.Subtype, subtypes, given.And("subtype")),
			e.Choice("happens", "What happens", "", happens, events, given.And("event")),
		}},
	}
	if len(due.Inputs) > 0 {
		groups = append(groups, due)
	}
	return append(groups, editing.Group{Title: "Then it is sent, and goes", Inputs: []editing.Input{
		e.Choice("to", "To", "", x.Expect.To, audiences, expect.And("to")),
		e.Choice("message", "The message", "", x.Expect.Message, slices.Insert(e.TemplateOptions("Not asked", withoutNone(x.Expect.Message)...), 1, layout.Option{Value: casetypes.None, Label: "No message"}), expect.And("message")),
		e.Choice("group", "The case goes to", "", x.Expect.Group, e.GroupOptions("Not asked", x.Expect.Group), expect.And("group")),
	}})
}

func withoutNone(template string) []string {
	if template == casetypes.None {
		return nil
	}
	return []string{template}
}

func takeExample(e *editing.Edit, x *core.Example) error {
	x.Name = e.Get("name")
	x.Given.Raised, x.Given.Received, x.Given.Priority, x.Given.Subtype = e.Get("raised"), e.Get("received"), e.Get("priority"), e.Get("subtype")
	x.Given.Event, x.Given.Closed, x.Given.Resolved = "", "", false
	if reason, closed := strings.CutPrefix(e.Get("happens"), "closed:"); closed {
		x.Given.Closed = reason
	} else if event := core.EventKind(e.Get("happens")); event == core.CaseResolved {
		x.Given.Resolved = true
	} else {
		x.Given.Event = event
	}
	x.Expect = core.ExampleExpect{Message: e.Get("message"), To: e.Get("to"), Group: e.Get("group")}
	for _, rule := range e.Type.Targets {
		if due := e.Get("due." + rule.Key); due != "" {
			if x.Expect.Due == nil {
				x.Expect.Due = map[string]string{}
			}
			x.Expect.Due[rule.Key] = due
		}
	}
	return nil
}
