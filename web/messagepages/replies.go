package messagepages

import (
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
)

// maxReply bounds the words of a saved reply, in bytes: as long as a letter.
const maxReply = 15_000

// repliesEditor edits what letters may begin with, and how long questions wait.
func repliesEditor() editing.Editor {
	list := editing.Entries[core.SavedReply]{
		At: casetypes.At("replies"), Noun: "saved reply", Title: "Saved replies", Ordered: true,
		About:   "What somebody may begin an email with on the Correspondence tab. Merge fields are filled with the case's values there, and can still be changed.",
		Of:      func(t *core.CaseType) *[]core.SavedReply { return &t.Replies },
		Key:     func(r core.SavedReply) string { return r.Key },
		Name:    func(r core.SavedReply) string { return r.Name.String() },
		Columns: []string{"Subject", "For"},
		Cells: func(e *editing.Edit, r core.SavedReply) []editing.Cell {
			whom := "Everybody"
			if len(r.Groups) > 0 {
				whom = groupNames(e, r.Groups)
			}
			return []editing.Cell{{Text: r.Subject}, {Text: whom}}
		},
		New: func(_ *editing.Edit, key string, name core.Text) (core.SavedReply, error) {
			return core.SavedReply{
				Key: key, Name: name, Subject: "About {{ case.reference }}",
				Text: "Dear {{ requester.name | default: \"Sir or Madam\" }},\n\n\n\n{{ actor.name }}",
			}, nil
		},
		Inputs: func(e *editing.Edit, r core.SavedReply, at casetypes.Path) []editing.Group {
			var groups []layout.Option
			for _, o := range e.GroupOptions("", r.Groups...) {
				if o.Value != "" {
					groups = append(groups, o)
				}
			}
			return []editing.Group{{Inputs: []editing.Input{
				e.WordsInput("name", "Name", "By which it is chosen.", r.Name, at.And("name")),
				e.Line("subject", "Subject", "With merge fields, such as {{ case.reference }}.", r.Subject, at.And("subject")),
				e.Area("text", "Text", "With merge fields. The signature of the organisation is put below it.", r.Text, at.And("text")),
				e.TickBoxes("groups", "Only for members of", "Without any, everybody who writes on a case may begin with it.", groups, r.Groups, at.And("groups")),
			}}}
		},
		Take: func(e *editing.Edit, r *core.SavedReply) error {
			subject, wrong := core.CleanLine(e.Get("subject"), messages.MaxSubject)
			if wrong != "" {
				return core.InvalidField("subject", "%s", wrong)
			}
			text, wrong := core.CleanLines(e.Get("text"), maxReply)
			if wrong != "" {
				return core.InvalidField("text", "%s", wrong)
			}
			r.Name, r.Subject, r.Text, r.Groups = e.Words("name"), subject, text, e.Ticked("groups", r.Groups)
			return nil
		},
		Parts: repliesPreview,
	}
	editor := editing.Compose("replies", &editing.Form{
		Said: "Changed how long questions wait",
		Groups: func(e *editing.Edit) []editing.Group {
			return []editing.Group{{Title: "Questions", Inputs: []editing.Input{
				e.SpanLine("within", "The requester has", "For example 5 working days, which it is when this is empty. Then both sides are reminded.", e.Type.Questions.Within, casetypes.At("questions", "within")),
			}}}
		},
		Take: func(e *editing.Edit) error {
			within, err := e.Span("within")
			if err == nil {
				e.Type.Questions.Within = within
			}
			return err
		},
	}, list)
	editor.Count = func(t *core.CaseType) int { return len(t.Replies) }
	editor.Aside = func(*editing.Edit) ([]editing.Note, error) {
		var facts []layout.Fact
		for _, n := range messages.Names() {
			if slices.Contains(usualFields, n.Path) {
				facts = append(facts, layout.Fact{Term: "{{ " + n.Path + " }}", Text: n.Meaning})
			}
		}
		return []editing.Note{{Title: "Merge fields", Facts: facts, Sentences: []string{"Each field of the case type is {{ case.fields.KEY }}. Where a case has no value, whoever writes is asked to write it."}}}, nil
	}
	return editor
}

// usualFields are the merge fields that letters begin with most.
var usualFields = []string{"case.reference", "case.subject", "case.type", "case.status", "case.raised", "requester.name", "actor.name", "group.name", "organisation.name", "organisation.phone"}

func groupNames(e *editing.Edit, keys []string) string {
	out := ""
	for i, key := range keys {
		if i > 0 {
			out += ", "
		}
		out += e.GroupName(key)
	}
	return out
}

// repliesPreview shows a saved reply with sample data, as far as it can be read.
func repliesPreview(_ *editing.Edit, r core.SavedReply) ([]editing.Part, error) {
	shown, err := messages.PreviewPieces(messages.Template{
		Key: "saved-reply", Name: "Saved reply", Audience: messages.ForRequester,
		Languages: map[string]messages.Wording{core.DefaultLanguage: {Subject: r.Subject, Text: r.Text}},
	}, core.DefaultLanguage, messages.Sample())
	if err != nil {
		return nil, nil // what is wrong is said beside the inputs
	}
	return []editing.Part{{Template: "messagepages/sheet", Data: Shown{Subject: shown.Subject, Body: shown.Body}}}, nil
}
