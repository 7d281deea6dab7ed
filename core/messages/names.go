package messages

import (
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
)

// Data is what a template may use: words by name, in nested maps. Values are
// strings, numbers, booleans, lists and maps of these; times are already
// written out ("Friday 20 November 2026, 4:50pm"), since a template knows
// neither the reader's language nor the calendar's zone.
//
// [Names] lists every name there is. A name that does not apply to an event is
// left out and renders as nothing.
type Data map[string]any

// Name is one piece of data that templates may use.
type Name struct {
	Path    string // "case.reference"; a list's items as "answers.question"
	Meaning string
	Sample  any // for previews
}

// Names lists what templates may use. Beside these, "case.fields.KEY" is the
// value of any field of the case type.
func Names() []Name { return slices.Clone(names) }

var names = []Name{
	{"case.reference", "the reference, such as CMP-7K2M-4QX9", "CMP-7K2M-4QX9"},
	{"case.subject", "what the case is about, in a line", "Bins not collected on Mill Lane"},
	{"case.description", "what was written when it was raised", "The green bins were left full twice this month."},
	{"case.type", "the name of the case type", "Complaint"},
	{"case.subtype", "the name of the subtype", "Missed collection"},
	{"case.status", "the status in the reader's words", "In progress"},
	{"case.stage", "the stage (staff only)", "Stage 1"},
	{"case.priority", "the name of the priority", "Normal"},
	{"case.level", "the escalation level, 0, 1, 2 …", 1},
	{"case.link", "the address of the case for the reader: their tracking link, or the console", "https://northmoor.example/track/Zm9vYmFyYmF6cXV4"},
	{"case.raised", "when it was raised", "Friday 20 November 2026, 4:50pm"},
	{"case.outcome", "why it was closed or cancelled", "Upheld"},
	{"case.reopen_until", "until when the requester may ask for it to be reopened", "18 December 2026"},
	{"case.continues", "the reference of the closed case whose requester began this one by writing again", nil},
	{"case.continues_closed", "when that one was closed", nil},
	{"case.expected", "by when the requester can expect an answer", "Friday 4 December 2026"},
	{"requester.name", "the requester's name; empty when anonymous", "Zoe Müller"},
	{"requester.email", "the requester's email address", "zoe@example.org"},
	{"requester.phone", "the requester's telephone number", "01632 960123"},
	{"recipient.name", "whom the message is for", "Zoe Müller"},
	{"assignee.name", "who holds the case", "Amir Khan"},
	{"group.name", "the group the case is with", "Complaints team"},
	{"actor.name", "who did what the message is about", "Grace Owen"},
	{"reason", "the reason given, in words", "Specialist knowledge is needed"},
	{"target.name", "what was promised", "Full response"},
	{"target.due", "by when", "Friday 4 December 2026, 4:50pm"},
	{"question.text", "what is asked", "Which day were the bins missed?"},
	{"question.link", "the address at which to answer it", "https://northmoor.example/answer/Zm9vYmFyYmF6cXV4"},
	{"question.due", "by when the answer is wanted", "Friday 27 November 2026"},
	{"question.answer", "what was answered", "Tuesday, both times."},
	{"note.text", "what staff wrote for the requester", "The crew will come back tomorrow."},
	{"update.text", "what the requester added", "They have still not come."},
	{"task.title", "what is to be done", "Visit the site"},
	{"task.due", "by when the task is to be done", "Friday 4 December 2026, 5:00pm"},
	{"task.until", "until when more time is asked for", "Friday 11 December 2026, 5:00pm"},
	{"task.text", "what was written about the task", "The depot was closed. May I go on Monday?"},
	{"task.unclaimed", "the task is with a group, and nobody there has claimed it", true},
	{"task.link", "the address of the task's page", "https://casework.northmoor.example/cases/CMP-7K2M-4QX9/tasks/1"},
	{"answers", "the answers of the form: a list of question and answer", []any{
		map[string]any{"question": "What went wrong?", "answer": "Bins not collected"},
		map[string]any{"question": "Where?", "answer": "Mill Lane"},
	}},
	{"answers.question", "in a loop over answers: the question", nil},
	{"answers.answer", "in a loop over answers: the answer", nil},
	{"satisfaction.levels", "when the requester is asked how satisfied they are: the answers to choose from, the best first", []any{
		map[string]any{"score": 5, "name": "Very good", "link": "https://northmoor.example/satisfaction/Zm9vYmFyYmF6cXV4/5"},
		map[string]any{"score": 1, "name": "Very bad", "link": "https://northmoor.example/satisfaction/Zm9vYmFyYmF6cXV4/1"},
	}},
	{"satisfaction.levels.score", "in a loop over satisfaction.levels: 1 to 5", nil},
	{"satisfaction.levels.name", "in a loop over satisfaction.levels: the score in words", nil},
	{"satisfaction.levels.link", "in a loop over satisfaction.levels: the address at which to confirm it", nil},
	{"follow.stop", "for followers: the address at which to stop hearing of the case", "https://northmoor.example/reports/stop/Zm9vYmFyYmF6cXV4"},
	{"follow.link", "for somebody who asked to follow: the address at which to say yes", "https://northmoor.example/reports/follow/Zm9vYmFyYmF6cXV4"},
	{"digest.day", "in a digest: the day it is of", "Friday 20 November 2026"},
	{"digest.count", "in a digest: how much it lists", 2},
	{"digest.more", "in a digest: there is more than it lists", true},
	{"digest.link", "in a digest: the address of all notifications", "https://casework.northmoor.example/notifications"},
	{"digest.settings", "in a digest: the address at which to choose what comes by mail", "https://casework.northmoor.example/account/notifications"},
	{"news", "in a digest: what happened, a list", []any{
		map[string]any{"text": "Priya Raghunathan gave you this case", "reference": "CMP-7K2M-4QX9", "subject": "Bins not collected on Mill Lane", "at": "Thursday 19 November, 16:50", "link": "https://casework.northmoor.example/cases/CMP-7K2M-4QX9"},
		map[string]any{"text": "Full response is overdue", "reference": "CMP-8M3T-9RW2", "subject": "Street light out", "at": "Friday 20 November, 07:30", "link": "https://casework.northmoor.example/cases/CMP-8M3T-9RW2"},
	}},
	{"news.text", "in a loop over news: what happened", nil},
	{"news.reference", "in a loop over news: on which case", nil},
	{"news.subject", "in a loop over news: what that is about", nil},
	{"news.at", "in a loop over news: when", nil},
	{"news.link", "in a loop over news: the address to look at it", nil},
	{"webhook.name", "of a webhook that was switched off: its name", "Warehouse"},
	{"webhook.reason", "of a webhook that was switched off: why", "It has failed for five days."},
	{"webhook.link", "of a webhook that was switched off: the address of its page", "https://casework.northmoor.example/webhooks/1"},
	{"sign_in.link", "the one-time link", "https://northmoor.example/sign-in/Zm9vYmFyYmF6cXV4"},
	{"sign_in.minutes", "for how many minutes it works", 30},
	{"organisation.name", "the organisation's name", "Northmoor Council"},
	{"organisation.phone", "its telephone number", "01632 960000"},
	{"organisation.hours", "when the telephone is answered", "Monday to Friday, 9am to 5pm"},
	{"organisation.email", "its email address", "hello@northmoor.example"},
	{"organisation.link", "the address of its pages", "https://northmoor.example"},
}

// Sample is data for a preview: every name with its sample.
func Sample() Data {
	data := Data{}
	for _, n := range names {
		if n.Sample == nil {
			continue
		}
		data.put(n.Path, n.Sample)
	}
	return data
}

// put sets what a path stands for.
func (d Data) put(path string, value any) {
	at := map[string]any(d)
	parts := strings.Split(path, ".")
	for _, part := range parts[:len(parts)-1] {
		next, ok := at[part].(map[string]any)
		if !ok {
			next = map[string]any{}
			at[part] = next
		}
		at = next
	}
	at[parts[len(parts)-1]] = value
}

// known reports whether templates may use a path.
func known(path string) bool {
	if key, ok := strings.CutPrefix(path, "case.fields."); ok {
		return key != "" && !strings.Contains(key, ".")
	}
	return slices.ContainsFunc(names, func(n Name) bool { return n.Path == path })
}

// isList reports whether a path may be looped over.
func isList(path string) bool {
	return slices.ContainsFunc(names, func(n Name) bool {
		_, list := n.Sample.([]any)
		return list && n.Path == path
	})
}

// nearest returns the known path most like a mistaken one, or "".
func nearest(path string) string {
	best, least := "", len(path)/3+1
	for _, n := range names {
		if d := core.Slips(path, n.Path); d < least {
			best, least = n.Path, d
		}
	}
	return best
}
