// The task of acknowledging: the requester hears that their case has arrived,
// and by when there is an answer.
package main

import (
	"strings"

	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/tasks"
)

const longest = 5000 // letters of an acknowledgement

// Acknowledgement is what is sent.
type Acknowledgement struct {
	By   string // the day that is promised
	Text string
	Drew string // the text as it was drawn up, to know whether somebody changed it
	Sent []string
	Told string // how the requester is told
}

func keep(k *state.Keeper, v *Acknowledgement) {
	k.Text("by", &v.By)
	k.Text("text", &v.Text)
	k.Text("drew", &v.Drew)
	k.Texts("sent", &v.Sent)
	k.Text("told", &v.Told)
}

// Task is the entry "acknowledge" of the manifest.
var Task = tasks.Task[Acknowledgement]{
	ID:   "acknowledge",
	Keep: keep,
	Steps: []tasks.Step[Acknowledgement]{
		{ID: "promise", Status: "Not sent yet", View: promise, Outcomes: []tasks.Outcome[Acknowledgement]{
			{ID: "draw", Label: "Draw it up", Then: func(c *tasks.Ctx, v *Acknowledgement) {
				if v.Text == v.Drew { // nobody has changed it: a new day is a new text
					v.Text = wording(c, v.By)
					v.Drew = v.Text
				}
			}},
		}},
		{ID: "read", Back: "promise", Status: "Not sent yet", View: read, Press: anew, Outcomes: []tasks.Outcome[Acknowledgement]{
			{ID: "send", Label: "Send it", Then: send},
			{ID: "save", Label: "Save and go on later", Unchecked: true, Then: func(c *tasks.Ctx, v *Acknowledgement) { c.Stay() }},
		}},
	},
	Returned: func(c *tasks.Ctx, v *Acknowledgement, why string) { c.Goto("promise") },
	Watch: func(c *tasks.Ctx, v *Acknowledgement) forms.Page {
		return forms.Page{Body: forms.Body{forms.Text("The requester has not been told yet that their case is here.")}}
	},
	Done: func(c *tasks.Ctx, v *Acknowledgement) forms.Page {
		return forms.Page{Body: forms.Body{
			forms.Success(v.outcome(), v.Told),
			forms.Section("The acknowledgement", forms.Text(v.Text)),
		}}
	},
}

// reach says how the requester is told that there is something to read.
func reach(c *tasks.Ctx) (how string, reachable, known bool) {
	if c.Case == nil || c.Case.Requester == nil {
		return "", false, c.Manages()
	}
	switch r := c.Case.Requester; {
	case r.Email != "":
		return "They are told by email that it is there.", true, true
	case r.Phone != "":
		return "There is a telephone number and no email address. They may be told by text; if not, ring them.", true, true
	}
	return "", false, true
}

func promise(c *tasks.Ctx, v *Acknowledgement) forms.Page {
	received := c.Today
	if c.Case != nil && c.Case.RaisedAt != "" {
		received = host.Date(c.Case.RaisedAt)
	}
	days := c.ConfigInt("answer_within", 10)
	if v.By == "" && days > 0 {
		v.By = workingDay(received, days)
		if v.By < c.Today {
			v.By = ""
		}
	}
	var body forms.Body
	if len(v.Sent) > 0 {
		body = append(body, forms.Notice("One was sent on "+v.lastSent(), "What you send now is another."))
	}
	if how, reachable, known := reach(c); known && !reachable {
		body = append(body, forms.Warning("There is no way to reach the requester",
			"The case has no email address and no telephone number. The acknowledgement stands on the case, for whoever has its private link; nothing goes out. If there is a postal address, write a letter."))
	} else if how != "" {
		body = append(body, forms.Text(how))
	}
	hint := "The acknowledgement names this day. Leave it empty to promise none."
	if days > 0 {
		hint = "The acknowledgement names this day. It was received on " + host.SayDate(received) + ". Mind bank holidays."
	}
	return forms.Page{Title: "By when do we answer?", Body: append(body,
		forms.Date("by", &v.By, "Day of the answer (optional)").Short("We answer by").Hint(hint).Between(c.Today, host.AddDays(c.Today, 730)))}
}

// workingDay counts days from Monday to Friday: the calendar of bank holidays is
// not a plugin's to know.
func workingDay(from string, days int) string {
	const monday = "2024-01-01"
	for days > 0 {
		from = host.AddDays(from, 1)
		since, ok := host.DaysBetween(monday, from)
		if !ok {
			return ""
		}
		if (since%7+7)%7 < 5 {
			days--
		}
	}
	return from
}

const ourWords = `Dear {name}

Thank you for writing to us about {subject}. We have it, and its reference is {reference}. Please give the reference when you get in touch.

{promise}

You need not do anything until then. If something changes, tell us on the page of your case.

Yours sincerely`

// wording fills the words in from what the reader may see of the case.
func wording(c *tasks.Ctx, by string) string {
	name, ref, subject := "Sir or Madam", "shown above", "this"
	if c.Case != nil {
		if r := c.Case.Requester; r != nil && r.Name != "" {
			name = r.Name
		}
		if c.Case.Ref != "" {
			ref = c.Case.Ref
		}
		if c.Case.Subject != "" {
			subject = "“" + c.Case.Subject + "”"
		}
	}
	date, promise := "a day we shall tell you", "We write to you again as soon as there is something to say."
	if by != "" {
		date = host.SayDate(by)
		promise = "We answer by " + date + ". If we need longer, we tell you before that day, and why."
	}
	text := c.Config("wording")
	if text == "" {
		text = ourWords
	}
	return strings.NewReplacer("{name}", name, "{reference}", ref, "{subject}", subject, "{date}", date, "{promise}", promise).Replace(text)
}

func read(c *tasks.Ctx, v *Acknowledgement) forms.Page {
	var body forms.Body
	if v.By != "" && !strings.Contains(v.Text, host.SayDate(v.By)) {
		body = append(body, forms.Warning("The text does not name "+host.SayDate(v.By), "It is the day that you promise. Change the text, or draw it up anew."))
	}
	return forms.Page{Title: "Read it through", Body: append(body,
		forms.TextArea("text", &v.Text, "What the requester reads").Required("Write the acknowledgement").Max(longest),
		forms.Button("anew", "Draw it up anew").Confirm("Draw it up anew? What you changed in the text is lost."))}
}

func anew(c *tasks.Ctx, v *Acknowledgement, p forms.Pressed) {
	if p.ID == "anew" {
		v.Text = wording(c, v.By)
		v.Drew = v.Text
	}
}

func send(c *tasks.Ctx, v *Acknowledgement) {
	c.TellRequester(v.Text)
	v.Sent = append(v.Sent, c.Now)
	how, reachable, known := reach(c)
	v.Told = how
	said := v.outcome()
	if known && !reachable {
		v.Told = "There was no way to tell them."
		said += "; there was no way to tell the requester"
	}
	c.Done(said)
}

func (v *Acknowledgement) lastSent() string { return host.SayDate(v.Sent[len(v.Sent)-1]) }

func (v *Acknowledgement) outcome() string {
	said := "Acknowledged on " + v.lastSent()
	if v.By != "" {
		said += ", with an answer promised by " + host.SayDate(v.By)
	}
	return said
}
