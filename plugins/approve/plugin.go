// The task of deciding: approve, reject, or return to be corrected first.
package main

import (
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/tasks"
	"github.com/casement-dev/casement/sdk/view"
)

const (
	longest  = 2000 // letters of a comment
	maxTurns = 30   // of which an account is kept
)

// Decision is how far it is.
type Decision struct {
	Comment  string
	Turns    []Turn // what was said before, oldest first
	Decider  Person // who returned it
	Group    string // whose it was then
	LateOn   string // the date from which it is late
	Reminded int
	Passed   bool // to the group for what nobody decides

	handed string // what the reader is told who has just handed the task on
}

// Person is one of staff.
type Person struct{ ID, Name string }

// Turn is something that was said.
type Turn struct{ At, By, What, Words string }

func keep(k *state.Keeper, v *Decision) {
	k.Text("comment", &v.Comment)
	state.List(k, "turns", &v.Turns, func(k *state.Keeper, t *Turn) {
		k.Text("at", &t.At)
		k.Text("by", &t.By)
		k.Text("what", &t.What)
		k.Text("words", &t.Words)
	})
	k.Text("decider_id", &v.Decider.ID)
	k.Text("decider", &v.Decider.Name)
	k.Text("group", &v.Group)
	k.Text("late_on", &v.LateOn)
	k.Int("reminded", &v.Reminded)
	k.Bool("passed", &v.Passed)
}

// Task is the entry "approve" of the manifest.
var Task = tasks.Task[Decision]{
	ID:    "approve",
	Keep:  keep,
	Start: func(c *tasks.Ctx, v *Decision) { v.expect(c) },
	Steps: []tasks.Step[Decision]{
		{ID: "decide", Status: "Waiting for a decision", View: decide, Timer: late, Outcomes: []tasks.Outcome[Decision]{
			{ID: "approve", Label: "Approve", If: here, Then: func(c *tasks.Ctx, v *Decision) { v.end(c, "Approved") }},
			{ID: "return", Label: "Return it to be corrected", If: correctable, Check: worded("Say what is to be corrected"), Then: returned},
			{ID: "reject", Label: "Reject", Kind: view.KindWarning, Confirm: "Reject this? The reasons you wrote go on the case.", If: here,
				Check: worded("Say why it is rejected"), Then: func(c *tasks.Ctx, v *Decision) { v.end(c, "Rejected") }},
		}},
		{ID: "correct", Status: "Being corrected", View: correct, Outcomes: []tasks.Outcome[Decision]{
			{ID: "again", Label: "Put it to them again", If: here, Check: worded("Say what you corrected"), Then: again},
			{ID: "save", Label: "Save and go on later", If: here, Unchecked: true, Then: func(c *tasks.Ctx, v *Decision) { c.Stay() }},
			{ID: "withdraw", Label: "Withdraw the question", Kind: view.KindWarning, Confirm: "Withdraw it? Nobody decides on it then.", If: here,
				Check: worded("Say why it is withdrawn"), Then: func(c *tasks.Ctx, v *Decision) { v.end(c, "Withdrawn") }},
		}},
	},
	Returned: func(c *tasks.Ctx, v *Decision, why string) {
		v.Reminded, v.Passed = 0, false
		c.Goto("decide")
		v.expect(c)
	},
	Watch: func(c *tasks.Ctx, v *Decision) forms.Page {
		return forms.Page{Body: append(question(c), v.soFar())}
	},
	Done: func(c *tasks.Ctx, v *Decision) forms.Page {
		last := v.Turns[len(v.Turns)-1]
		result := forms.Notice(last.What, last.Words)
		switch last.What {
		case "Approved":
			result = forms.Success(last.What, last.Words)
		case "Rejected":
			result = forms.Warning(last.What, last.Words)
		}
		return forms.Page{Body: append(append(forms.Body{result}, question(c)...), v.soFar())}
	},
}

func here(c *tasks.Ctx, v *Decision) bool { return v.handed == "" }

func correctable(c *tasks.Ctx, v *Decision) bool {
	return v.handed == "" && c.Config("correction") != "false"
}

func worded(message string) func(*tasks.Ctx, *Decision) {
	return func(c *tasks.Ctx, v *Decision) {
		if v.Comment == "" {
			c.Error("comment", message)
		}
	}
}

// expect asks to be woken when a decision is late: when the task is due, or
// some days from now.
func (v *Decision) expect(c *tasks.Ctx) {
	v.LateOn = ""
	if days := c.ConfigInt("decide_within", 5); days > 0 {
		v.LateOn = host.AddDays(c.Today, days)
	}
	if due := host.Date(c.Task.DueAt); due > c.Today {
		v.LateOn = host.AddDays(due, 1)
	}
	if v.LateOn != "" {
		c.Wait(v.LateOn, "Waiting for a decision")
	}
}

// late says so on the case, and after some more days passes the task on.
func late(c *tasks.Ctx, v *Decision) {
	days := c.ConfigInt("escalate_after", 3)
	v.Reminded++
	if v.Reminded == 1 {
		c.AddNote(mention(c.Task.Assignee) + "“" + c.Task.Title + "” is still to be decided on.")
		c.Status("Late: no decision yet")
		if days > 0 {
			c.Wait(host.AddDays(c.Today, days), "Late: no decision yet")
		}
		return
	}
	since, _ := host.DaysBetween(v.LateOn, c.Today)
	c.Status("Overdue: no decision for " + count(since, "day", "days") + " after it was due")
	to := c.Config("escalate_to")
	if to == "" || v.Passed {
		c.AddNote(mention(c.Task.Assignee) + "“" + c.Task.Title + "” is overdue: nobody has decided.")
		return
	}
	v.Passed = true
	v.said(c, "Passed on", "Nobody had decided for "+count(since, "day", "days")+" after it was due.")
	c.AddNote("Nobody decided on “" + c.Task.Title + "”. It goes to the group " + to + " now.")
	c.AssignTask(to)
}

func mention(name string) string {
	if name == "" {
		return ""
	}
	return "@" + name + " "
}

// question shows the case that is to be decided about. What is asked is the
// brief of the task, which stands above its page already.
func question(c *tasks.Ctx) forms.Body {
	var lines []*forms.Listed
	if c.Case != nil && c.Case.Subject != "" {
		lines = append(lines, forms.Row("Case", c.Case.Subject).Ref(c.Case.Ref))
	}
	if c.Task.DueAt != "" {
		lines = append(lines, forms.Row("To be decided by", host.SayDate(c.Task.DueAt)))
	}
	return forms.Body{
		forms.If(c.Task.Brief == "", forms.Lead("Nothing was written about it. Ask the case manager before you decide.")),
		forms.Summary(lines...),
	}
}

// soFar is the account of what was said.
func (v *Decision) soFar() forms.Node {
	var lines []*forms.Listed
	for _, t := range v.Turns {
		label := t.What
		if t.By != "" {
			label += " by " + t.By
		}
		lines = append(lines, forms.Row(label, t.Words).At(t.At))
	}
	return forms.If(len(lines) > 0, forms.Section("What was said", forms.Timeline(lines...)))
}

func decide(c *tasks.Ctx, v *Decision) forms.Page {
	if v.handed != "" {
		return forms.Page{Title: "Handed on", Body: forms.Body{forms.Success(v.handed, "")}}
	}
	label := "Reasons (needed to reject it)"
	if correctable(c, v) {
		label = "Reasons (needed to reject or return it)"
	}
	return forms.Page{Title: "Do you approve this?", Body: append(question(c), v.soFar(),
		forms.TextArea("comment", &v.Comment, label).Short("Reasons").Max(longest))}
}

// returned hands it to the case manager to be corrected.
func returned(c *tasks.Ctx, v *Decision) {
	v.Group, v.Decider = c.Task.Group, Person{}
	if c.User != nil {
		v.Decider = Person{c.User.ID, c.User.Name}
	}
	c.AddNote("“" + c.Task.Title + "” was returned to be corrected: " + v.Comment)
	v.said(c, "Returned to be corrected", v.Comment)
	v.handed = "The case manager has it now, to be corrected. It comes back to you."
	v.Comment = ""
	c.AssignTask("manager")
	c.Goto("correct")
}

func correct(c *tasks.Ctx, v *Decision) forms.Page {
	if v.handed != "" {
		return forms.Page{Title: "Handed on", Body: forms.Body{forms.Success(v.handed, "")}}
	}
	return forms.Page{Title: "What have you corrected?", Body: append(question(c), v.soFar(),
		forms.TextArea("comment", &v.Comment, "What is different now?").Hint("Whoever decides reads it beside the question").Short("What is different").Max(longest))}
}

// again puts it to whoever returned it.
func again(c *tasks.Ctx, v *Decision) {
	v.said(c, "Corrected", v.Comment)
	v.handed = "It is with " + or(v.Decider.Name, "whoever decides") + " again."
	v.Comment, v.Reminded = "", 0
	if v.Decider.ID != "" {
		c.AssignTaskTo(v.Group, v.Decider.ID)
	} else {
		c.AssignTask(v.Group)
	}
	c.Goto("decide")
	v.expect(c)
}

// said keeps account of a turn.
func (v *Decision) said(c *tasks.Ctx, what, words string) {
	by := ""
	if c.User != nil {
		by = c.User.Name
	}
	v.Turns = append(v.Turns, Turn{At: c.Now, By: by, What: what, Words: words})
	if extra := len(v.Turns) - maxTurns; extra > 0 {
		v.Turns = v.Turns[extra:]
	}
}

// end decides. The outcome is one word, so that lists and reports can count it.
func (v *Decision) end(c *tasks.Ctx, word string) {
	words := strings.TrimSpace(v.Comment)
	note := word + ": “" + c.Task.Title + "”"
	if words != "" {
		note += "\n\n" + words
	}
	c.AddNote(note)
	v.said(c, word, words)
	v.Comment = ""
	c.Done(word)
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
