package taskpages

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// Form is a small form beside the workflow.
type Form struct {
	Name     string
	Label    string // of what opens it
	Icon     string
	Hint     string
	Button   string
	Action   string
	Fields   []layout.Field
	Problems render.Problems
	Open     bool
}

// quickOf lists what the reader can do at once.
func quickOf(o *tasks.Opened) []Quick {
	if o.State != core.TaskOpen {
		return nil
	}
	me := o.By.StaffID()
	switch {
	case o.Mine && o.Assignee.IsZero() && o.Apart == "":
		return []Quick{{"Claim", "person", taskURL(o.Ref, o.No, "do", "claim")}}
	case o.Assignee == me && !me.IsZero():
		return []Quick{{"Release", "undo", taskURL(o.Ref, o.No, "do", "release")}}
	}
	return nil
}

// maxWords is how long what is said about a task may be, in letters.
const maxWords = 2_000

// formsOf lists what the reader can say about the task.
func formsOf(o *tasks.Opened, d drawing) []Form {
	var forms []Form
	add := func(f Form) {
		f.Action = taskURL(o.Ref, o.No, "do", f.Name)
		if f.Open = d.sent == f.Name; f.Open {
			f.Problems = d.refused
		}
		for i := range f.Fields {
			field := &f.Fields[i]
			field.ID = f.Name + "-" + field.Name
			if f.Open {
				field.Value, field.Error = d.typed(field.Name), d.refused.For(field.Name)
			}
		}
		for i, item := range f.Problems.Items {
			f.Problems.Items[i].Field = f.Name + "-" + item.Field
		}
		forms = append(forms, f)
	}
	reason := func(label string) layout.Field {
		return layout.Field{Name: "reason", Label: label, Rows: 3, MaxLength: maxWords}
	}
	switch {
	case o.State == core.TaskDone && (o.Manages || o.Ender == o.By.StaffID()) && !o.Seen.Case.IsFinal():
		add(Form{
			Name: "return", Label: "Take up again", Icon: "undo", Hint: "The task is open again, for whoever had it.", Button: "Take up again",
			Fields: []layout.Field{reason("What is to be corrected?")},
		})
	case o.State != core.TaskOpen:
	case o.Mine:
		add(Form{
			Name: "ask", Label: "Ask the case manager", Icon: "question", Button: "Ask",
			Fields: []layout.Field{{Name: "body", Label: "Your question", Hint: "Whoever works the case reads it here, and on the case", Rows: 3, MaxLength: maxWords}},
		})
		add(Form{
			Name: "more-time", Label: "Ask for more time", Icon: "clock", Button: "Ask for more time",
			Fields: []layout.Field{{Name: "until", Label: "Until", Type: "date"}, reason("Why?")},
		})
		add(Form{
			Name: "hand-back", Label: "Hand back", Icon: "undo", Hint: handBackHint(o), Button: "Hand back",
			Fields: []layout.Field{reason("Why?")},
		})
	case o.Manages:
		add(Form{
			Name: "ask", Label: "Say something about it", Icon: "message", Button: "Say",
			Fields: []layout.Field{{Name: "body", Label: "Your words", Hint: "Whoever has the task reads them here", Rows: 3, MaxLength: maxWords}},
		})
	}
	return forms
}

func handBackHint(o *tasks.Opened) string {
	if o.Assignee.IsZero() {
		return "The task goes to whoever holds the case."
	}
	return "The task goes back to " + o.GroupName + ", for a colleague to claim."
}

// tickForm is the built-in workflow: a text and a tick.
func tickForm(o *tasks.Opened, d drawing) *Form {
	f := &Form{
		Name: "complete", Button: "It is done", Action: taskURL(o.Ref, o.No, "do", "complete"),
		Fields: []layout.Field{{Name: "outcome", ID: "complete-outcome", Label: "What came of it?", Rows: 5, MaxLength: core.MaxNote, Optional: true}},
	}
	if d.sent == f.Name {
		f.Open, f.Problems = true, d.refused
		f.Fields[0].Value, f.Fields[0].Error = d.typed("outcome"), d.refused.For("outcome")
		for i, item := range f.Problems.Items {
			f.Problems.Items[i].Field = "complete-" + item.Field
		}
	}
	return f
}

// doing is one thing that is done beside the workflow.
type doing struct {
	command func(p *Pages, no int, typed func(string) string) (cases.Command, error)
	done    string // what is said then
}

var doings = map[string]doing{
	"claim": {func(_ *Pages, no int, _ func(string) string) (cases.Command, error) { return &tasks.Claim{No: no}, nil }, "The task is yours now"},
	"release": {func(_ *Pages, no int, _ func(string) string) (cases.Command, error) {
		return &tasks.Release{No: no}, nil
	}, "The task is back with its group"},
	"complete": {func(_ *Pages, no int, typed func(string) string) (cases.Command, error) {
		return &tasks.Complete{No: no, Outcome: typed("outcome")}, nil
	}, "Task done"},
	"ask": {func(_ *Pages, no int, typed func(string) string) (cases.Command, error) {
		return &tasks.Ask{No: no, Body: typed("body")}, nil
	}, "Sent"},
	"more-time": {func(p *Pages, no int, typed func(string) string) (cases.Command, error) {
		until, err := p.endOfDay(typed("until"))
		return &tasks.RequestTime{No: no, Until: until, Reason: typed("reason")}, err
	}, "You have asked for more time"},
	"hand-back": {func(_ *Pages, no int, typed func(string) string) (cases.Command, error) {
		return &tasks.HandBack{No: no, Reason: typed("reason")}, nil
	}, "The task is handed back"},
	"return": {func(_ *Pages, no int, typed func(string) string) (cases.Command, error) {
		return &tasks.Return{No: no, Reason: typed("reason")}, nil
	}, "The task is open again"},
}

// endOfDay reads a date as the end of a working day; "" is no time.
func (p *Pages) endOfDay(typed string) (time.Time, error) {
	if typed == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, typed, p.Zone)
	if err != nil {
		return time.Time{}, core.InvalidField("until", "Enter a real date.")
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 17, 0, 0, 0, p.Zone), nil
}

// do does something beside the workflow. Its rules are the door's.
func (p *Pages) do(c *fiber.Ctx) error {
	a, err := p.at(c)
	if err != nil {
		return err
	}
	what := c.Params("what")
	doing, known := doings[what]
	if !known {
		return noTask()
	}
	ctx := c.UserContext()
	// The door knows the case's tasks, not which of them are the reader's to see.
	o, failed, err := p.open(ctx, a)
	if err != nil {
		return err
	}
	typed := func(name string) string { return c.FormValue(name) }
	command, err := doing.command(p, a.no, typed)
	if err == nil {
		_, err = p.Cases.Do(ctx, a.by, cases.One(a.seen.Case.ID, 0, command))
	}
	if problems, wrong := render.ProblemsOf(err, "body", "until", "reason", "outcome"); wrong {
		return p.refused(c, o, failed, what, typed, problems)
	}
	if err != nil {
		return err
	}
	back := taskURL(o.Ref, o.No)
	if c.FormValue("back") == "list" || what == "hand-back" {
		back = "/tasks" // it may be nobody's business of the reader's any more
	}
	return render.Done(c, back, render.Toast{Text: doing.done, Link: render.Link{Label: "Open “" + o.Title + "”", URL: taskURL(o.Ref, o.No)}})
}

// refused shows the task again with a form as it was sent.
func (p *Pages) refused(c *fiber.Ctx, o *tasks.Opened, failed *tasks.Failure, what string, typed func(string) string, problems render.Problems) error {
	d := drawing{failed: failed, sent: what, typed: typed, refused: problems}
	if failed == nil {
		shown, err := p.Tasks.Show(c.UserContext(), o, "", p.visit())
		if d.failed = failureOf(err); d.failed == nil && err != nil {
			return err
		}
		d.shown = shown
	}
	page, err := p.page(c, o, d)
	if err != nil {
		return err
	}
	return render.Invalid(c, viewOf(page), page)
}
