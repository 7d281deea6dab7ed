package messagepages

import (
	"strings"
	"time"

	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

func samples() []render.Sample {
	at := time.Date(2026, 11, 26, 10, 12, 0, 0, time.UTC)
	long := strings.Repeat("Donaudampfschifffahrtsgesellschaft ", 4)
	shown := &Shown{
		Of:      "CMP-7K2M-4QX9, Bins not collected on Mill Lane",
		Subject: []messages.Piece{{Words: "Our decision about CMP-7K2M-4QX9: "}, {Missing: "case.outcome"}},
		Text:    []messages.Piece{{Words: "Dear Amara,\n\nWe agree with you.\n\n"}, {Missing: "note.text"}, {Words: "\n\n-- \nNorthmoor Council"}},
		Body:    "<p>Dear Amara,</p><p>We agree with you: something went wrong. We are sorry.</p><ul><li>One</li></ul><p><mark>note.text</mark></p>",
		Missing: []string{"case.outcome", "note.text"}, Never: []string{"note.text"},
	}
	options := []layout.Option{{Value: "case.closed requester", Label: "It is closed, to the requester"}}
	edit := EditPage{
		Name: "Closed: upheld", Key: "closed-upheld", Chip: layout.Chip{Label: "Version 3", Icon: "ok", Tone: "good"}, Version: 3, May: true, Back: home,
		VersionsU: address("", "closed-upheld", "/versions"), Language: "en", Seen: "3", Action: address("", "closed-upheld"), Preview: address("", "closed-upheld", "/preview"),
		Languages: []layout.Tab{{Label: "English", URL: home, Current: true}, {Label: "Welsh (not written)", URL: home + "?language=cy"}},
		Title:     layout.Field{Name: "title", Label: "Name", Value: "Closed: upheld"}, Subject: layout.Field{Name: "subject", Label: "Subject", Value: "Our decision about {{ case.reference }}: {{ case.outcome }}"},
		Text: layout.Field{Name: "text", Label: "Text", Value: "Dear {{ requester.name }},\n\nWe agree with you.\n\n{{ note.text }}", Rows: 18},
		HTML: layout.Field{Name: "html", Label: "HTML", Optional: true, Rows: 8, Hint: "Leave it empty, and it is made from the text."},
		Note: layout.Field{Name: "note", Label: "Why", Optional: true}, Again: true, Changed: true,
		At:     layout.Field{Name: "at", Label: "When it is sent", Options: options, Value: options[0].Value},
		Case:   layout.Field{Name: "case", Label: "Case", Hint: "Its reference. Without one, sample data is shown.", Value: "CMP-7K2M-4QX9"},
		Insert: layout.Field{Name: "insert", Label: "Merge field", Options: []layout.Option{{Value: "case.reference", Label: "case.reference"}}},
		Shown:  shown, Fields: []FieldRow{{"case.reference", "the reference, such as CMP-7K2M-4QX9", "CMP-7K2M-4QX9"}, {"answers", "the answers of the form", "a list"}},
		Uses: []UseRow{{"Complaint: It is closed, to the requester", "/configuration/types/complaint?section=messages"}},
	}
	broken := edit
	broken.Shown, broken.Type, broken.TypeName, broken.Withdraw = nil, "complaint", "Complaint", address("", "closed-upheld", "/withdraw")
	broken.Problems = render.Problems{Message: "The message cannot be published yet.", Items: []render.FieldProblem{{Field: "text", Message: "Line 3: there is no “case.refrence”. Did you mean “case.reference”?"}}}
	broken.Text.Error = broken.Problems.Items[0].Message
	broken.Case.Error = "There is no such case, or you may not see it."
	read := edit
	read.May, read.Inherited, read.TypeName, read.Uses, read.Name = false, true, "Complaint", nil, long
	row := TemplateRow{Name: "Closed: upheld", Key: "closed-upheld", URL: address("", "closed-upheld"), Versions: address("", "closed-upheld", "/versions"), Audience: "the requester", Languages: []string{"cy", "en"}, Version: 3, Again: true}
	own := row
	own.Own, own.Name, own.Off = true, long, "It is switched off."
	sets := layout.Tabs{Label: "Whose words", Items: []layout.Tab{{Label: "The installation's", URL: home, Current: true}, {Label: "Complaint", URL: home + "?type=complaint"}}}
	text := func(name, label string) layout.Field { return layout.Field{Name: name, Label: label} }
	versions := VersionsPage{Name: "Closed: upheld", URL: address("", "closed-upheld"), Back: home, Seen: 1, May: true, Rows: []VersionRow{
		{Version: 1, Title: "Version 1", By: "Ines Ferreira", At: at, Note: "<b>Clearer</b>", Current: true, Changes: []string{"Text (en): 1 line new, 1 line gone."},
			Texts: []Text{{"Text, English", []messages.Line{{Sign: " ", Text: "Dear you,"}, {Sign: "-", Text: "old"}, {Sign: "+", Text: "new " + long}}}}},
		{Version: 0, Title: "As shipped", By: "Casement", Again: address("", "closed-upheld", "/again")},
	}}
	who := WhoPage{Back: home, Case: layout.Field{Name: "case", Label: "Case", Value: "CMP-7K2M-4QX9"}, Event: layout.Field{Name: "event", Label: "What happens", Options: eventOptions(), Value: "case.raised"},
		By: layout.Field{Name: "by", Label: "Who does it", Options: []layout.Option{{Label: "Somebody else"}}}}
	asked := who
	asked.Asked, asked.Subject, asked.URL, asked.Happens = true, "CMP-7K2M-4QX9, Bins not collected", "/cases/CMP-7K2M-4QX9", "A case is raised"
	asked.Told = []ToldRow{
		{Audience: "the requester", Template: "confirmation", URL: address("", "confirmation"), To: []notifications.Hearer{{Name: "Amara Okonkwo-Lindqvist", Email: "amara@example.org", Why: "raised the case"}}},
		{Audience: "the group of the case", Template: "new-case", URL: address("", "new-case"), To: []notifications.Hearer{{Name: "Priya Raghunathan", Email: "priya@northmoor.example", Why: "is in the group of the case"}},
			Not: []notifications.Hearer{{Name: "Tomasz Nowak", Why: "did it themselves"}, {Why: "a person has the case, so that its group is not told"}}},
		{Audience: "followers", Silent: "It is switched off."},
	}
	nobody := who
	nobody.Asked, nobody.Subject, nobody.URL, nobody.Happens = true, "CMP-7K2M-4QX9", "/cases/CMP-7K2M-4QX9", "A file is added"
	silent := asked
	silent.Nobody, silent.Told = true, asked.Told[2:]
	part := MatrixPart{Rows: []MatrixRow{
		{Words: "A case is raised", URL: "/x", Cells: []MatrixCell{{Value: "case.raised requester", Audience: "the requester", Template: "confirmation", On: true}, {Value: "case.raised manage", Audience: "the group of the case", Template: "new-case", On: true, Muted: "Mail to groups about new and reassigned cases is switched off for this case type."}}},
		{Words: "A file is added", URL: "/x", Bad: true, Cells: []MatrixCell{{Value: "attachment.added requester", Audience: "the requester", Template: "no template chosen", Fixed: true}}},
	}}
	tried := ExamplesPart{Rows: []ExampleRow{
		{Name: "Raised just before the weekend", URL: "/x", Holds: true, Came: []string{"“respond” is due: Friday 16:50, 2 weeks later."}},
		{Name: "closed: upheld → closed to requester", URL: "/x", Problems: []string{"At case.closed the message to requester should be “closed”, but is “closed-upheld”."}},
	}}
	fragment := func(name string) render.View { return render.View{Template: name, Title: "Messages", Nav: nav} }
	return []render.Sample{
		{Template: "messagepages/list", Name: "the installation's", View: listView, Data: ListPage{Sets: sets, May: true, Name: text("name", "Name"), Key: text("key", "Key"), From: text("from", "Begin with the words of"),
			Events: []EventRows{{"It is closed", []TemplateRow{row, own}}}}},
		{Template: "messagepages/list", Name: "of a type that sends nothing", View: listView, Data: ListPage{Sets: sets, TypeName: long, Matrix: "/x", Who: whoHome}},
		{Template: "messagepages/edit", Name: "with a case", View: editView(edit), Data: edit},
		{Template: "messagepages/edit", Name: "broken", View: editView(broken), Data: broken},
		{Template: "messagepages/edit", Name: "to be read", View: editView(read), Data: read},
		{Template: "messagepages/versions", Name: "two", View: fragment("messagepages/versions"), Data: versions},
		{Template: "messagepages/who", Name: "asked nothing", View: whoView, Data: who},
		{Template: "messagepages/who", Name: "some", View: whoView, Data: asked},
		{Template: "messagepages/who", Name: "nobody at all", View: whoView, Data: nobody},
		{Template: "messagepages/who", Name: "all off", View: whoView, Data: silent},
		{Template: "messagepages/matrix", Name: "some", Data: part},
		{Template: "messagepages/examples", Name: "some", Data: tried},
		{Template: "messagepages/examples", Name: "not tried", Data: ExamplesPart{Why: "They cannot be tried."}},
		{Template: "messagepages/sheet", Name: "some", Data: *shown},
		{Template: "messagepages/pieces", Name: "some", Data: shown.Text},
		{Template: "messagepages/outer", Name: "choice", Data: map[string]any{"Field": edit.At, "Form": "message"}},
		{Template: "messagepages/outer", Name: "line", Data: map[string]any{"Field": broken.Case, "Form": "message"}},
	}
}
