package casepages

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// SummaryTab is a case on one screen: what is asked, since when, what is open,
// what is due, the last contact, what to do next. Each opens in its place.
type SummaryTab struct {
	Asked   AskedItem
	Since   SinceItem
	Open    OpenItem
	Due     DueItem
	Contact ContactItem
	Next    []NextStep
	Full    bool
}

// AskedItem is what the requester wants.
type AskedItem struct {
	Line  string
	Body  []Line
	Facts []layout.Fact
}

// SinceItem is how old the case is.
type SinceItem struct {
	Received time.Time
	Channel  string
	Steps    []Step
}

// Step is a milestone of a case.
type Step struct {
	Label string
	At    time.Time
	Note  string
}

// OpenItem is what somebody still has to do.
type OpenItem struct {
	Line      string
	Questions []OpenQuestion
	Tasks     []OpenTask
}

// OpenQuestion awaits an answer.
type OpenQuestion struct {
	Body   string
	Asked  time.Time
	Due    time.Time
	Record string // the form that records an answer; "" where the reader may not
}

// OpenTask awaits its end.
type OpenTask struct {
	No              int
	Title, Who, URL string
	Due             time.Time
	Late            bool
}

// DueItem is what was promised.
type DueItem struct {
	Line    string
	Tone    string
	Targets []TargetView
}

// ContactItem is the last thing that was said between us and the requester.
type ContactItem struct {
	Line string
	At   time.Time
	Who  string
	Body []Line
	URL  string
}

// NextStep is what the reader may want to do now.
type NextStep struct {
	Text   string
	Action *Action
}

func (p *Pages) summaryTab(ctx context.Context, o *opened, f facts) (SummaryTab, error) {
	said, err := p.Notes.OfCase(ctx, o.Case.ID, notes.ReadableBy(o.Seen))
	if err != nil {
		return SummaryTab{}, err
	}
	cs := o.Case
	return SummaryTab{
		Full:  o.full,
		Asked: askedItem(o),
		Since: SinceItem{Received: cs.ReceivedAt, Channel: channelWords[cs.Channel], Steps: steps(o)},
		Open:  openItem(o, f),
		Due:   dueItem(f.targets), Contact: lastContact(o, f, said), Next: nextSteps(o, f, said),
	}, nil
}

func askedItem(o *opened) AskedItem {
	cs := o.Case
	item := AskedItem{Line: excerpt(cs.Description, 160), Body: linesOf(cs.Description, nil)}
	if item.Line == "" {
		item.Line = cs.Subject
	}
	for _, f := range o.Type.Fields {
		if f.Private && !o.full || f.Is != "" {
			continue
		}
		if words := f.Words(cs.Fields[f.Key], core.DefaultLanguage); words != "" {
			item.Facts = append(item.Facts, layout.Fact{Term: f.Label.String(), Text: words})
		}
	}
	return item
}

func steps(o *opened) []Step {
	cs := o.Case
	out := []Step{{Label: "Received", At: cs.ReceivedAt, Note: channelWords[cs.Channel]}}
	add := func(label string, at time.Time, note string) {
		if !at.IsZero() {
			out = append(out, Step{label, at, note})
		}
	}
	if !cs.RaisedAt.Equal(cs.ReceivedAt) {
		add("Entered", cs.RaisedAt, o.person(cs.Creator.String()))
	}
	if o.full {
		add("First opened by staff", cs.OpenedAt, "")
		add("First response", cs.FirstResponseAt, "")
		add("Resolved", cs.ResolvedAt, "")
	}
	add("Closed", cs.ClosedAt, outcomeWords(o, cs.Outcome))
	return out
}

func openItem(o *opened, f facts) OpenItem {
	var item OpenItem
	questions, tasks := f.openQuestions(), f.openTasks()
	for _, q := range questions {
		open := OpenQuestion{Body: excerpt(q.Body, 200), Asked: q.AskedAt, Due: q.DueAt}
		if working(o) {
			open.Record = o.url("act", "answer") + "?question=" + strconv.Itoa(q.No)
		}
		item.Questions = append(item.Questions, open)
	}
	for _, t := range tasks {
		who := t.AssigneeName
		if who == "" {
			who = t.GroupName
		}
		item.Tasks = append(item.Tasks, OpenTask{
			No: t.No, Title: t.Title, Who: who, URL: o.url(tabTasks) + "#task-" + strconv.Itoa(t.No), Due: t.DueAt,
			Late: !t.DueAt.IsZero() && t.DueAt.Before(o.now),
		})
	}
	switch q, t := len(questions), len(tasks); {
	case q == 0 && t == 0:
		item.Line = "Nothing: no question and no task"
	case t == 0:
		item.Line = render.Plural(q, "question", "questions") + " to " + o.firstName()
	case q == 0:
		item.Line = render.Plural(t, "task", "tasks")
	default:
		item.Line = render.Plural(q, "question", "questions") + " to " + o.firstName() + " and " + render.Plural(t, "task", "tasks")
	}
	return item
}

func dueItem(all []TargetView) DueItem {
	item := DueItem{Line: "Nothing is due", Targets: all}
	for _, v := range mostUrgent(all) {
		if !v.Over {
			item.Line, item.Tone = v.Name+": "+v.Due.Words, v.Due.Tone
			if v.Due.Tone != "" {
				break
			}
		}
	}
	return item
}

// lastContact is the newest of what the requester and we have said to each
// other.
func lastContact(o *opened, f facts, said []core.Note) ContactItem {
	item := ContactItem{Line: "Not yet: nobody has written to " + o.firstName()}
	take := func(at time.Time, who, words, body, anchor string) {
		if at.Before(item.At) {
			return
		}
		item = ContactItem{Line: words + ": " + excerpt(body, 110), At: at, Who: who, Body: linesOf(body, nil), URL: o.url(tabHistory) + "#" + anchor}
	}
	for _, n := range said {
		switch anchor := "note-" + strconv.Itoa(n.No); {
		case n.Audience != core.Public:
		case n.By.IsPublic():
			take(n.CreatedAt, o.requester(), o.firstName()+" wrote", n.Body, anchor)
		default:
			take(n.CreatedAt, n.By.Name, "We wrote", n.Body, anchor)
		}
	}
	for _, q := range f.questions {
		anchor := "question-" + strconv.Itoa(q.No)
		take(q.AskedAt, q.AskedBy.Name, "We asked", q.Body, anchor)
		if !q.AnsweredAt.IsZero() {
			take(q.AnsweredAt, o.requester(), o.firstName()+" answered", q.Answer, anchor)
		}
	}
	return item
}

// nextSteps says what a case manager would do now.
func nextSteps(o *opened, f facts, said []core.Note) []NextStep {
	if !o.MayDo(core.MayWork) {
		return nil
	}
	var out []NextStep
	offer := func(name, text string) {
		if a, ok := actionFor(o, name); ok {
			out = append(out, NextStep{text, &a})
		}
	}
	cs := o.Case
	switch {
	case cs.IsFinal():
		return []NextStep{{Text: "Nothing: the case is closed."}}
	case cs.StatusKind == core.StatusResolved:
		offer("close", "Close it, if nothing came back.")
		return out
	}
	switch {
	case cs.Assignee.IsZero() && cs.StatusKind == core.StatusStart:
		offer("start-work", "Nobody has this case. Take it and tell "+o.firstName()+".")
	case cs.Assignee.IsZero():
		offer("claim", "Nobody has this case.")
	case cs.StatusKind == core.StatusStart && o.mine():
		offer("start-work", "It is yours, and nothing has begun yet.")
	}
	if at, who := unread(o, f, said); !at.IsZero() {
		out = append(out, NextStep{Text: who + " wrote " + render.Ago(at, o.now) + ". Read it and reply.", Action: &Action{
			Label: "Write back", Icon: "message", URL: o.url(tabHistory) + "?write=public#composer", Composer: string(notes.ModePublic),
		}})
	}
	if n := len(f.openQuestions()); n > 0 {
		out = append(out, NextStep{Text: "Wait for " + o.firstName() + ": " + render.Plural(n, "question is", "questions are") + " open."})
	}
	if s, ok := firstAnswer(o, f); ok {
		out = append(out, s)
	}
	var others []string
	for _, t := range f.openTasks() {
		if t.Assignee != o.by.StaffID() {
			others = append(others, t.Title)
		} else {
			action := &Action{Label: "Complete", URL: o.url("act", "task-complete") + "?task=" + strconv.Itoa(t.No)}
			if kind, _ := o.Type.Task(t.Type); kind.Plugin() != "" {
				action = &Action{Label: "Open the task", Page: true, URL: taskURL(o.Case.Ref, t.No)}
			}
			out = append(out, NextStep{Text: "Your task: " + t.Title + ".", Action: action})
		}
	}
	switch {
	case len(out) > 0 || !o.mine():
	case len(others) > 0:
		out = append(out, NextStep{Text: render.Plural(len(others), "task is", "tasks are") + " open: " + excerpt(strings.Join(others, ", "), 120) + ".",
			Action: &Action{Label: "See the tasks", Page: true, URL: o.url(tabTasks)}})
	default:
		if _, ok := resolvedStatus(o); ok {
			offer("resolve", "Nothing is open: reply to "+o.firstName()+" and resolve it.")
		} else {
			offer("close", "Nothing is open.")
		}
	}
	return out
}

// firstAnswer reminds whoever has a case in hand that its requester has heard
// nothing from us, and by when they should.
func firstAnswer(o *opened, f facts) (NextStep, bool) {
	if !o.mine() || !o.Case.FirstResponseAt.IsZero() || o.Case.StatusKind == core.StatusStart || o.Case.Anonymous {
		return NextStep{}, false
	}
	text := o.firstName() + " has heard nothing from us yet."
	for _, v := range mostUrgent(f.targets) {
		if rule, ok := o.Type.Target(v.Key); ok && rule.Stops == core.MomentFirstResponse && !v.Over {
			text += " " + v.Name + ": " + v.Due.Words + "."
			break
		}
	}
	return NextStep{Text: text, Action: &Action{
		Label: "Write to " + o.firstName(), Icon: "message", URL: o.url(tabHistory) + "?write=public#composer", Composer: string(notes.ModePublic),
	}}, true
}

// unread is when the requester last said something that nobody has answered.
func unread(o *opened, f facts, said []core.Note) (at time.Time, who string) {
	var theirs, ours time.Time
	later := func(t *time.Time, at time.Time) {
		if at.After(*t) {
			*t = at
		}
	}
	for _, n := range said {
		switch {
		case n.By.IsPublic():
			later(&theirs, n.CreatedAt)
		case n.Audience == core.Public:
			later(&ours, n.CreatedAt)
		}
	}
	for _, q := range f.questions {
		later(&ours, q.AskedAt)
		later(&theirs, q.AnsweredAt)
	}
	if theirs.After(ours) {
		return theirs, o.firstName()
	}
	return time.Time{}, ""
}
