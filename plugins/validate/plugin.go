// The task of validating who somebody is: what was seen, by whom and when, and
// no more of it than that.
package main

import (
	"strings"

	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/tasks"
	"github.com/casement-dev/casement/sdk/view"
)

// Identity is what was seen, and what came of it.
type Identity struct {
	Seen    []string // keys of documents
	Other   string
	How     string
	SeenOn  string
	Name    string // yes or no: it agrees with the case
	Address string // likewise, or "unseen"
	End     string // of a document's number
	Copies  []forms.File
	Remarks string
	Asked   []Asked // of the requester
	Waiting bool    // for what was asked last
	Late    bool    // it did not come in time

	First     Person // who saw the evidence, once a second check is wanted
	Group     string // whose the task was then
	Second    string // who made the second check
	Confirmed string // yes or no, when it is done

	question string
	reasons  string
	handed   string // what the reader is told who has just handed the task on
}

// Person is one of staff.
type Person struct{ ID, Name string }

// Asked is a question to the requester.
type Asked struct{ On, Text string }

func keep(k *state.Keeper, v *Identity) {
	k.Texts("seen", &v.Seen)
	k.Text("other", &v.Other)
	k.Text("how", &v.How)
	k.Text("seen_on", &v.SeenOn)
	k.Text("name", &v.Name)
	k.Text("address", &v.Address)
	k.Text("end", &v.End)
	k.Files("copies", &v.Copies)
	k.Text("remarks", &v.Remarks)
	state.List(k, "asked", &v.Asked, func(k *state.Keeper, a *Asked) {
		k.Text("on", &a.On)
		k.Text("text", &a.Text)
	})
	k.Bool("waiting", &v.Waiting)
	k.Bool("late", &v.Late)
	k.Text("first_id", &v.First.ID)
	k.Text("first", &v.First.Name)
	k.Text("group", &v.Group)
	k.Text("second", &v.Second)
	k.Text("confirmed", &v.Confirmed)
}

// Task is the entry "validate" of the manifest.
var Task = tasks.Task[Identity]{
	ID:   "validate",
	Keep: keep,
	Steps: []tasks.Step[Identity]{
		{ID: "check", Status: "Identity to be checked", View: check, Timer: unanswered, Outcomes: []tasks.Outcome[Identity]{
			{ID: "confirm", Label: "Confirm the identity", If: here, Check: complete, Then: confirm},
			{ID: "more", Label: "Ask the requester for more", If: here, Unchecked: true, Goto: "more"},
			{ID: "refuse", Label: "It cannot be confirmed", Kind: view.KindWarning, Confirm: "Say on the case that the identity is not confirmed?", If: here, Unchecked: true, Goto: "refuse"},
		}},
		{ID: "more", Back: "check", Status: "Identity to be checked", View: more, Outcomes: []tasks.Outcome[Identity]{
			{ID: "ask", Label: "Ask them", Then: ask},
		}},
		{ID: "refuse", Back: "check", Status: "Identity to be checked", View: refuse, Outcomes: []tasks.Outcome[Identity]{
			{ID: "no", Label: "It is not confirmed", Then: func(c *tasks.Ctx, v *Identity) { v.end(c, view.No) }},
		}},
		{ID: "second", Status: "Waiting for a second check", View: second, Outcomes: []tasks.Outcome[Identity]{
			{ID: "agree", Label: "I confirm it too", If: another, Then: func(c *tasks.Ctx, v *Identity) { v.second(c, view.Yes) }},
			{ID: "disagree", Label: "I do not", If: another, Check: reasoned, Then: func(c *tasks.Ctx, v *Identity) { v.second(c, view.No) }},
			{ID: "back", Label: "Take it back", If: same, Then: func(c *tasks.Ctx, v *Identity) {
				c.AssignTaskTo(v.Group, v.First.ID)
				v.First = Person{}
				c.Goto("check")
			}},
		}},
	},
	Returned: func(c *tasks.Ctx, v *Identity, why string) {
		v.First, v.Second, v.Confirmed = Person{}, "", ""
		c.Goto("check")
	},
	Watch: func(c *tasks.Ctx, v *Identity) forms.Page {
		return forms.Page{Body: forms.Body{forms.If(len(v.Seen) == 0, forms.Text("Nothing is recorded as seen yet.")), forms.Summary(v.rows()...), v.asked()}}
	},
	Done: func(c *tasks.Ctx, v *Identity) forms.Page {
		result := forms.Warning("Not confirmed", v.Remarks)
		if v.Confirmed == view.Yes {
			result = forms.Success("Confirmed", "")
		}
		return forms.Page{Body: forms.Body{result, forms.Summary(v.rows()...), v.asked(), v.copies()}}
	},
}

func here(c *tasks.Ctx, v *Identity) bool { return v.handed == "" }

var documents = [...]struct{ key, words string }{
	{"passport", "Passport"}, {"licence", "Driving licence"}, {"permit", "Residence permit or visa"},
	{"birth", "Birth or adoption certificate"}, {"council-tax", "Council tax bill"}, {"utility", "Gas, electricity or water bill"},
	{"bank", "Bank statement"}, {"tenancy", "Tenancy agreement"}, {"questions", "Questions answered that only they can answer"}, {"other", "Something else"},
}

var ways = [...]struct{ key, words string }{
	{"desk", "At the counter"}, {"post", "By post, and sent back"}, {"video", "In a video call"}, {"files", "As files that they sent"}, {"telephone", "By telephone"},
}

func check(c *tasks.Ctx, v *Identity) forms.Page {
	if v.handed != "" {
		return handedOn(v)
	}
	seen := forms.Checkboxes("seen", &v.Seen, "What have you seen?").Required("Choose what you have seen")
	for _, d := range documents {
		if seen.Option(d.key, d.words); d.key == "other" {
			seen.Reveal(forms.Line("other", &v.Other, "What?").Hint("The kind of document, without its number").
				Required("Say what you have seen").Max(100).Check(func() string { return numberIn(v.Other) }))
		}
	}
	how := forms.Radios("how", &v.How, "How?").Required("Choose how you saw it")
	for _, w := range ways {
		how.Option(w.key, w.words)
	}
	body := forms.Body{waiting(v), against(c), seen, how,
		forms.Date("seen_on", &v.SeenOn, "When?").Required("Enter the day you saw it").Between(host.AddDays(c.Today, -366), c.Today),
		forms.YesNo("name", &v.Name, "Does the name agree with the case?").Short("Name agrees").Required("Say whether the name agrees"),
		forms.Radios("address", &v.Address, "Does the address agree with the case?").Short("Address agrees").
			Option(view.Yes, "Yes").Option(view.No, "No").Option("unseen", "No address was shown").Required("Say whether the address agrees"),
	}
	if c.Config("keep_reference") == "true" {
		body = append(body, forms.Line("end", &v.End, "Last four characters of the document’s number (optional)").Short("Number ends in").Max(4))
	}
	if c.Config("keep_copies") == "true" {
		body = append(body, forms.Files("copies", &v.Copies, "Copies (optional)").Max(6).MaxMegabytes(20).Accept("image/*", "application/pdf"))
	}
	body = append(body, forms.TextArea("remarks", &v.Remarks, "Remarks (optional)").Hint("What did not agree, and why you are content. Leave out numbers of documents.").
		Max(1000).Check(func() string { return numberIn(v.Remarks) }))
	return forms.Page{Title: "What shows who they are?", Body: body}
}

func handedOn(v *Identity) forms.Page {
	return forms.Page{Title: "Handed on", Body: forms.Body{forms.Success(v.handed, "")}}
}

// waiting says what the requester was asked for.
func waiting(v *Identity) forms.Node {
	if len(v.Asked) == 0 {
		return nil
	}
	last := v.Asked[len(v.Asked)-1]
	switch {
	case v.Late:
		return forms.Warning("No answer was looked at since "+host.SayDate(last.On), "You asked: "+last.Text+"\n\nLook at the questions of the case: the answer may be there. If not, decide without it.")
	case v.Waiting:
		return forms.Notice("The requester was asked on "+host.SayDate(last.On), last.Text+"\n\nTheir answer comes among the questions of the case.")
	}
	return nil
}

// against is what the evidence is held against.
func against(c *tasks.Ctx) forms.Node {
	if c.Case == nil || c.Case.Requester == nil {
		return forms.Notice("", "You cannot see who the requester is. Ask the case manager for name and address before you compare.")
	}
	r := c.Case.Requester
	return forms.Summary(forms.Row("Name on the case", or(r.Name, "Not given")), forms.Row("Address on the case", or(r.Address, "Not given")))
}

// numberIn refuses what looks like the number of a document.
func numberIn(text string) string {
	digits := 0
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			if digits++; digits == 6 {
				return "Leave out the numbers of documents and accounts: they are not kept"
			}
		case r != ' ' && r != '-':
			digits = 0
		}
	}
	return ""
}

// mismatch reports whether something does not agree with the case.
func (v *Identity) mismatch() bool { return v.Name == view.No || v.Address == view.No }

func complete(c *tasks.Ctx, v *Identity) {
	if v.mismatch() && v.Remarks == "" {
		c.Error("remarks", "Say what does not agree, and why you are content")
	}
}

func confirm(c *tasks.Ctx, v *Identity) {
	how := c.Config("second_check")
	if how == "never" || how != "always" && !v.mismatch() {
		v.end(c, view.Yes)
		return
	}
	v.First, v.Group = person(c), c.Task.Group
	v.Waiting, v.Late = false, false
	v.handed = "Somebody else makes the second check."
	c.AssignTask(or(c.Config("second_group"), c.Task.Group))
	c.Goto("second")
}

func person(c *tasks.Ctx) Person {
	if c.User == nil {
		return Person{}
	}
	return Person{c.User.ID, c.User.Name}
}

func more(c *tasks.Ctx, v *Identity) forms.Page {
	if v.question == "" {
		v.question = "To go on we need to know who you are. Please show us a passport or driving licence, and something with your address on it, such as a council tax bill. You can bring them to our offices, or send photographs with your answer."
	}
	return forms.Page{Title: "What do you need?", Body: forms.Body{
		forms.TextArea("question", &v.question, "Question to the requester").Hint("They read it on their case, and can add files to their answer.").
			Required("Write the question").Max(2000),
	}}
}

func ask(c *tasks.Ctx, v *Identity) {
	c.AskRequester(v.question, "")
	v.Asked = append(v.Asked, Asked{On: c.Today, Text: v.question})
	if extra := len(v.Asked) - 20; extra > 0 {
		v.Asked = v.Asked[extra:]
	}
	v.Waiting, v.Late = true, false
	c.Wait(host.AddDays(c.Today, c.ConfigInt("wait_days", 14)), "Waiting for the requester")
	c.Goto("check")
}

// unanswered reminds that the requester was asked.
func unanswered(c *tasks.Ctx, v *Identity) {
	if !v.Waiting {
		return
	}
	v.Waiting, v.Late = false, true
	c.Status("The requester was asked: look for an answer")
	to := ""
	if c.Task.Assignee != "" {
		to = "@" + c.Task.Assignee + " "
	}
	c.AddNote(to + "The requester was asked to show who they are on " + host.SayDate(v.Asked[len(v.Asked)-1].On) + ". Look for an answer, or decide without it.")
}

func refuse(c *tasks.Ctx, v *Identity) forms.Page {
	return forms.Page{Title: "Why can it not be confirmed?", Body: forms.Body{
		forms.TextArea("remarks", &v.Remarks, "Reasons").Hint("Staff read them. Leave out numbers of documents.").
			Required("Say why it is not confirmed").Max(1000).Check(func() string { return numberIn(v.Remarks) }),
	}}
}

// same reports whether the reader made the first check: nobody makes both.
func same(c *tasks.Ctx, v *Identity) bool {
	return v.handed == "" && c.User != nil && v.First.ID != "" && c.User.ID == v.First.ID
}

func another(c *tasks.Ctx, v *Identity) bool { return v.handed == "" && !same(c, v) }

func second(c *tasks.Ctx, v *Identity) forms.Page {
	switch {
	case v.handed != "":
		return handedOn(v)
	case same(c, v):
		return forms.Page{Title: "Waiting for a second check", Body: forms.Body{
			forms.Notice("Somebody else has to make the second check", "You made the first. Take it back if you want to change it."), forms.Summary(v.rows()...),
		}}
	}
	return forms.Page{Title: "Do you confirm it too?", Body: forms.Body{
		forms.Lead(or(v.First.Name, "A colleague") + " asks you to look at it too."), against(c), forms.Summary(v.rows()...), v.copies(),
		forms.TextArea("reasons", &v.reasons, "Remarks (needed where you do not)").Max(1000).Check(func() string { return numberIn(v.reasons) }),
	}}
}

func reasoned(c *tasks.Ctx, v *Identity) {
	if v.reasons == "" {
		c.Error("reasons", "Say why you do not confirm it")
	}
}

func (v *Identity) second(c *tasks.Ctx, confirmed string) {
	v.Second = person(c).Name
	if v.reasons != "" {
		v.Remarks = strings.TrimSpace(v.Remarks + "\n\n" + v.reasons)
		v.reasons = ""
	}
	v.end(c, confirmed)
}

// rows are what was recorded.
func (v *Identity) rows() (rows []*forms.Listed) {
	add := func(label, text string) {
		if text != "" {
			rows = append(rows, forms.Row(label, text))
		}
	}
	add("Seen", v.seen())
	for _, w := range ways {
		if w.key == v.How {
			add("How", w.words)
		}
	}
	add("When", host.SayDate(v.SeenOn))
	add("First check", v.First.Name)
	add("Second check", v.Second)
	add("Name agrees", agrees(v.Name))
	add("Address agrees", agrees(v.Address))
	add("Number ends in", v.End)
	add("Remarks", v.Remarks)
	return rows
}

func (v *Identity) seen() string {
	var seen []string
	for _, key := range v.Seen {
		for _, d := range documents {
			if d.key == key && key == "other" {
				seen = append(seen, v.Other)
			} else if d.key == key {
				seen = append(seen, d.words)
			}
		}
	}
	return strings.Join(seen, "\n")
}

func agrees(answer string) string {
	switch answer {
	case view.Yes:
		return "Yes"
	case view.No:
		return "No"
	case "unseen":
		return "No address was shown"
	}
	return ""
}

func (v *Identity) asked() forms.Node {
	var lines []*forms.Listed
	for _, a := range v.Asked {
		lines = append(lines, forms.Row("Asked the requester", a.Text).At(a.On))
	}
	return forms.Timeline(lines...)
}

func (v *Identity) copies() forms.Node {
	if len(v.Copies) == 0 {
		return nil
	}
	return forms.FileList("Copies", v.Copies...)
}

// end writes the result on the case.
func (v *Identity) end(c *tasks.Ctx, confirmed string) {
	word := "Confirmed"
	if confirmed == view.No {
		word = "Not confirmed"
	}
	if v.Confirmed, v.Waiting, v.Late = confirmed, false, false; v.First == (Person{}) {
		v.First = person(c)
	}
	note := "Identity of the requester: " + word
	for _, row := range []struct{ label, text string }{
		{"Seen", strings.ReplaceAll(v.seen(), "\n", ", ")}, {"On", host.SayDate(v.SeenOn)}, {"First check", v.First.Name}, {"Second check", v.Second},
		{"Name agrees", agrees(v.Name)}, {"Address agrees", agrees(v.Address)}, {"Number ends in", v.End}, {"Remarks", v.Remarks},
	} {
		if row.text != "" {
			note += "\n" + row.label + ": " + row.text
		}
	}
	c.AddNote(note)
	if field := c.Config("field"); field != "" {
		c.SetField(field, confirmed == view.Yes)
	}
	c.Done(word)
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
