package notifications

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/messages"
)

// Line is one event of the matrix: what happens, and who may be told of it.
type Line struct {
	Event core.EventKind
	Words string // "A case is raised"
	Cells []Cell
}

// Cell is one audience of a line, with the template suggested for it.
type Cell struct {
	Audience string
	Template string // a key, or [core.ByReason]
}

// Audience is somebody who may be told, in words.
type Audience struct {
	Key   string
	Words string // "the requester"
	Means string // who that is, in a sentence
}

// AllAudiences lists who may be told of an event, in the order in which they
// are told: somebody who belongs to several has the first one's letter.
func AllAudiences() []Audience {
	return []Audience{
		{toRequester, "the requester", "Whoever the case was raised for, at the email address of the case."},
		{toAssignee, "whoever has the case", "The case manager; while there is none, every member of its group."},
		{toAsker, "whoever asked", "Who asked the question; whoever has the case when they are gone."},
		{toManage, "the group of the case", "Every member of the group, or its shared mailbox, when a case is new or handed to it; else whoever has the case."},
		{toEscalation, "the group of the level", "The group that the case type names for the level of escalation."},
		{toReceiver, "whoever has the task", "Who has the task; while nobody there has, every member of its group."},
		{toFollower, "followers", "Who asked to hear of the case besides."},
	}
}

// matrix is every event that a case type may tell of. What is not here cannot
// be switched on.
var matrix = []Line{
	{core.CaseRaised, "A case is raised", []Cell{{toRequester, "confirmation"}, {toManage, "new-case"}}},
	{core.WorkStarted, "Work on it begins", []Cell{{toRequester, "work-started"}, {toFollower, "follower-news"}}},
	{core.CaseAssigned, "It is assigned to a person", []Cell{{toAssignee, "assigned"}}},
	{core.CaseReassigned, "It is handed to a group or a person", []Cell{{toAssignee, "assigned"}, {toManage, "reassigned-group"}}},
	{core.CaseClaimed, "Somebody takes it", []Cell{{toFollower, "follower-news"}}},
	{core.CaseReleased, "Somebody gives it back", []Cell{{toManage, "reassigned-group"}}},
	{core.TargetReminded, "A target is near", []Cell{{toAssignee, "reminder"}}},
	{core.TargetBreached, "A target is missed", []Cell{{toAssignee, "breached"}, {toEscalation, "breached"}}},
	{core.TargetExtended, "A target is extended", []Cell{{toRequester, "extended"}}},
	{core.CaseEscalated, "It is escalated", []Cell{{toAssignee, "escalated"}, {toEscalation, "escalated"}}},
	{core.CaseDeEscalated, "The escalation is taken back", []Cell{{toAssignee, ""}, {toEscalation, ""}}},
	{core.TaskAdded, "A task is given", []Cell{{toReceiver, "task-assigned"}}},
	{core.TaskAssigned, "A task is given to somebody else", []Cell{{toReceiver, "task-assigned"}}},
	{core.TaskCancelledEvent, "A task is cancelled", []Cell{{toReceiver, "task-cancelled"}}},
	{core.TaskCompleted, "A task is done", []Cell{{toAssignee, "task-completed"}}},
	{core.AllTasksDone, "The last open task ends", []Cell{{toAssignee, "tasks-done"}}},
	{core.TaskReminded, "A task is due soon", []Cell{{toReceiver, "task-due"}}},
	{core.TaskBreached, "A task is late", []Cell{{toAssignee, "task-late"}, {toReceiver, "task-late"}}},
	{core.TaskAsked, "Whoever has a task asks about it", []Cell{{toAssignee, "task-asked"}}},
	{core.TaskAnswered, "A question about a task is answered", []Cell{{toReceiver, "task-answered"}}},
	{core.TaskTimeRequested, "More time is asked for a task", []Cell{{toAssignee, "task-time-requested"}}},
	{core.TaskHandedBack, "A task is handed back", []Cell{{toAssignee, "task-handed-back"}}},
	{core.TaskReturned, "A task is returned to be corrected", []Cell{{toReceiver, "task-returned"}}},
	{core.ContactChanged, "Contact details change", []Cell{{toRequester, "contact-changed"}}},
	{core.QuestionAsked, "The requester is asked a question", []Cell{{toRequester, "question"}}},
	{core.QuestionAnswered, "A question is answered", []Cell{{toAssignee, "question-answered"}, {toAsker, "question-answered"}}},
	{core.QuestionUnanswered, "A question stays unanswered", []Cell{{toRequester, "question-reminder"}, {toAsker, "question-unanswered"}}},
	{core.UpdateAdded, "The requester adds something", []Cell{{toAssignee, "update-received"}}},
	{core.NoteAdded, "Staff write a note", []Cell{{toRequester, "public-note"}, {toAssignee, "colleague-note"}}},
	{core.AttachmentAdded, "A file is added", []Cell{{toRequester, ""}, {toAssignee, ""}}},
	{core.AttachmentPublished, "A file is published", []Cell{{toRequester, ""}}},
	{core.StatusChanged, "The status changes", []Cell{{toRequester, "status-changed"}, {toFollower, "follower-news"}}},
	{core.StageChanged, "The stage changes", []Cell{{toRequester, "status-changed"}, {toFollower, "follower-news"}}},
	{core.CaseCancelled, "It is cancelled", []Cell{{toRequester, "cancelled"}, {toFollower, "follower-news"}}},
	{core.CaseWithdrawn, "The requester withdraws it", []Cell{{toRequester, "withdrawn"}, {toAssignee, "case-withdrawn"}, {toFollower, "follower-news"}}},
	{core.CaseResolved, "It is resolved", []Cell{{toRequester, "resolved"}, {toFollower, "follower-news"}}},
	{core.CaseClosed, "It is closed", []Cell{{toRequester, core.ByReason}, {toFollower, "follower-news"}}},
	{core.CaseReopened, "It is opened again", []Cell{{toRequester, "reopened"}, {toManage, "case-reopened"}, {toFollower, "follower-news"}}},
}

// Matrix lists every event that a case type may tell of, in the order of a
// case's life, with whom each may be told to.
func Matrix() []Line {
	out := slices.Clone(matrix)
	for i, line := range out {
		out[i].Cells = slices.Clone(line.Cells)
	}
	return out
}

// EventWords says an event of the matrix.
func EventWords(event core.EventKind) string {
	for _, line := range matrix {
		if line.Event == event {
			return line.Words
		}
	}
	return string(event)
}

// AudienceWords says an audience.
func AudienceWords(audience string) string {
	for _, a := range AllAudiences() {
		if a.Key == audience {
			return a.Words
		}
	}
	return audience
}

// Switched is one cell of a case type's matrix.
type Switched struct {
	Audience  string
	Template  string // in the table; "" when there is none
	Suggested string // to switch it on with; "" when there is none
	On        bool
	Muted     string // why it is off although the table has a template
}

// Row is one line of a case type's matrix.
type Row struct {
	Line
	Cells []Switched
}

// MatrixOf is the matrix as a case type has it: every cell there is, switched on
// or off.
func MatrixOf(t *core.CaseType) []Row {
	out := make([]Row, 0, len(matrix))
	for _, line := range matrix {
		row := Row{Line: line}
		cells := slices.Clone(line.Cells)
		for _, audience := range casetypes.Audiences() { // that somebody has written into the file
			known := slices.ContainsFunc(cells, func(c Cell) bool { return c.Audience == audience })
			if !known && t.Messages[string(line.Event)][audience] != "" {
				cells = append(cells, Cell{Audience: audience})
			}
		}
		for _, c := range cells {
			template := t.Messages[string(line.Event)][c.Audience]
			muted := t.Muted(string(line.Event), c.Audience)
			if template == "" {
				muted = ""
			}
			row.Cells = append(row.Cells, Switched{Audience: c.Audience, Template: template, Suggested: c.Template, On: template != "" && muted == "", Muted: muted})
		}
		out = append(out, row)
	}
	return out
}

// Manual writes the page of the manual that has the matrix, in Markdown.
func Manual(templates []messages.Template) string {
	names := map[string]string{core.ByReason: "of the closure reason"}
	for _, t := range templates {
		names[t.Key] = t.Name
	}
	var b strings.Builder
	b.WriteString(manualHead)
	b.WriteString("## Who may be told\n\n| Audience | In a file | Who that is |\n|---|---|---|\n")
	for _, a := range AllAudiences() {
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", a.Words, a.Key, a.Means)
	}
	b.WriteString("\n## The matrix\n\nThe template is the one suggested when the switch is turned on; any other can be chosen.\n\n| When | In a file | Who | Template |\n|---|---|---|---|\n")
	for _, line := range matrix {
		for i, c := range line.Cells {
			words, event := "", ""
			if i == 0 {
				words, event = line.Words, "`"+string(line.Event)+"`"
			}
			template := "choose one"
			if c.Template != "" {
				template = cmp.Or(names[c.Template], c.Template) + " (`" + c.Template + "`)"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", words, event, AudienceWords(c.Audience), template)
		}
	}
	b.WriteString(manualFields)
	for _, n := range messages.Names() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", n.Path, n.Meaning)
	}
	return b.String()
}

const manualHead = `# Messages

<!-- Made by go test ./core/notifications -run Manual -update. -->

When something happens to a case, people are told by mail. Which event tells whom, and with which words, is a table of
the case type: the section *Messages* of the configuration, and the members ` + "`messages` and `mail`" + ` of its file. What the
table does not say is not sent.

- Nobody is mailed about what they did themselves, nor about a case that they may not see.
- An assigned case tells whoever has it; one that nobody has tells its group.
- One event tells an audience's recipient once, whatever happens to the servers meanwhile.
- Every cell has a switch. Switched off it keeps its template. In a file: ` + "`mail: { off: [case.cancelled requester] }`" + `.
- *Quiet group* (` + "`mail: { quiet_group: true }`" + `) stops mail to the whole group for new and reassigned cases only. Escalations,
  and news of cases that nobody has, still go to it.

On the page of a case type's messages, *Who would get this now?* says for a case and an event who would be told, as what,
and why; and who would not, and why not. It asks the function that sending asks.

## Templates

A template has a subject, a text and, where its author wants one, HTML of its own, in one or more languages, in
[Liquid](https://shopify.github.io/liquid/). The installation has one set; a case type may have words of its own, which go
first. Published versions never change; going back makes a new one.

- A template that cannot be read, or that shows something an event never has, is not published.
- What has no value for one case is never sent as a blank: *(not given)* stands there, and the message says in the outbox
  and on the case what it went out without. A preview names the field. Write ` + "`{% if case.expected %} … {% endif %}` or `{{ assignee.name | default: \"nobody yet\" }}`" + ` where that can be.
- HTML has words, lists, tables and links: ` + "`p br hr h2 h3 strong b em i u ul ol li blockquote dl dt dd table thead tbody tr th td a`" + `.
  How a message looks is the same for all.
- A template is at most 20,000 bytes a part, loops at most twice inside one another over lists only, and makes at most
  100,000 bytes.
- *At least once* decides what becomes of a message whose sending was begun and never settled, because a server died:
  sent again under the same Message-ID, or shown as “perhaps sent” for a person to decide.

`

const manualFields = `
## What templates may show

Beside these, ` + "`case.fields.KEY`" + ` is any field of the case type. The requester is given public words only; a follower, and
whoever has a task, less.

| Name | What it is |
|---|---|
`
