// The task of asking for feedback: a short call, and what came of it.
package main

import (
	"strconv"

	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/tasks"
	"github.com/casement-dev/casement/sdk/view"
)

// Feedback is what somebody said on the telephone.
type Feedback struct {
	Score    string // 1 to 5
	Words    string
	CallBack string // yes or no
	About    string // of the call back
	When     string
	Calls    []Call // that nobody answered
	Again    string // the day to call again
	End      string // answered, refused or unreached, when it is done
}

// Call is one that nobody answered.
type Call struct{ At, By string }

func keep(k *state.Keeper, v *Feedback) {
	k.Text("score", &v.Score)
	k.Text("words", &v.Words)
	k.Text("call_back", &v.CallBack)
	k.Text("about", &v.About)
	k.Text("when", &v.When)
	state.List(k, "calls", &v.Calls, func(k *state.Keeper, c *Call) {
		k.Text("at", &c.At)
		k.Text("by", &c.By)
	})
	k.Text("again", &v.Again)
	k.Text("end", &v.End)
}

// Task is the entry "feedback" of the manifest.
var Task = tasks.Task[Feedback]{
	ID:   "feedback",
	Keep: keep,
	Steps: []tasks.Step[Feedback]{
		{ID: "call", Status: "To be called", View: call, Timer: again, Outcomes: []tasks.Outcome[Feedback]{
			{ID: "record", Label: "Record what they said", Then: record},
			{ID: "nobody", Label: "Nobody answered", Unchecked: true, Then: nobody},
			{ID: "refused", Label: "They would rather not say", Unchecked: true, Then: func(c *tasks.Ctx, v *Feedback) {
				v.forget()
				v.End = "refused"
				c.Done(v.outcome())
			}},
		}},
	},
	Returned: func(c *tasks.Ctx, v *Feedback, why string) { v.End, v.Calls = "", nil },
	Watch: func(c *tasks.Ctx, v *Feedback) forms.Page {
		return forms.Page{Body: forms.Body{forms.Text("Nothing is recorded yet."), v.calls()}}
	},
	Done: func(c *tasks.Ctx, v *Feedback) forms.Page {
		body := forms.Body{forms.Notice(v.outcome(), "")}
		if v.End == "answered" {
			body = append(body, forms.Summary(v.rows()...))
		}
		return forms.Page{Body: append(body, v.calls())}
	},
}

var scores = [...]struct{ key, words string }{
	{"5", "5: very content"}, {"4", "4: content"}, {"3", "3: neither content nor discontent"}, {"2", "2: discontent"}, {"1", "1: very discontent"},
}

func call(c *tasks.Ctx, v *Feedback) forms.Page {
	score := forms.Radios("score", &v.Score, "How content are they with how we dealt with it?").Short("Score, of 5").
		Hint("Ask: from 1 to 5, where 5 is very content.").Required("Choose the score that they gave")
	for _, s := range scores {
		score.Option(s.key, s.words)
	}
	body := append(who(c), v.calls())
	if v.Again != "" && v.Again > c.Today {
		body = append(body, forms.Notice("", "To be called again on "+host.SayDate(v.Again)+"."))
	}
	return forms.Page{Title: "What do they say?", Body: append(body, score,
		forms.TextArea("words", &v.Words, "What did they say? (optional)").Short("Their words").Hint("In their words, as near as you can. Ask: what could we have done better?").Max(2000),
		forms.Radios("call_back", &v.CallBack, "Do they want to be called back?").Short("Call back").
			Option(view.Yes, "Yes").Reveal(
			forms.Line("about", &v.About, "What about?").Required("Say what they want to be called about").Max(200),
			forms.Line("when", &v.When, "When is a good time? (optional)").Short("Good time").Hint("For example weekday mornings").Max(100),
		).Option(view.No, "No").Required("Say whether they want to be called back"),
	)}
}

// who shows whom to call.
func who(c *tasks.Ctx) forms.Body {
	if c.Case == nil || c.Case.Requester == nil {
		return forms.Body{forms.Warning("Whom to call is not known here", "The case has no requester, or you may not see them. Ask the case manager.")}
	}
	r := c.Case.Requester
	lines := []*forms.Listed{forms.Row("Call", or(r.Name, "The requester")), forms.Row("Telephone", or(r.Phone, "Not given"))}
	if r.Phone == "" && r.Email != "" {
		lines = append(lines, forms.Row("Email", r.Email))
	}
	if c.Case.Subject != "" {
		lines = append(lines, forms.Row("About", c.Case.Subject))
	}
	return forms.Body{forms.Summary(lines...)}
}

// calls lists those that nobody answered.
func (v *Feedback) calls() forms.Node {
	var lines []*forms.Listed
	for _, c := range v.Calls {
		lines = append(lines, forms.Row("Nobody answered", c.By).At(c.At))
	}
	return forms.Timeline(lines...)
}

// nobody counts a call that was not answered, and after so many gives up.
func nobody(c *tasks.Ctx, v *Feedback) {
	by := ""
	if c.User != nil {
		by = c.User.Name
	}
	v.Calls = append(v.Calls, Call{At: c.Now, By: by})
	most := c.ConfigInt("attempts", 3)
	if len(v.Calls) >= most {
		v.forget()
		v.End = "unreached"
		c.AddNote("Feedback: nobody answered " + count(len(v.Calls), "call", "calls") + ".")
		c.Done(v.outcome())
		return
	}
	v.Again = host.AddDays(c.Today, 1)
	c.Wait(v.Again, "Call again: "+strconv.Itoa(len(v.Calls))+" of "+count(most, "call", "calls")+" unanswered")
}

func again(c *tasks.Ctx, v *Feedback) {
	v.Again = ""
	c.Status("To be called again today")
}

// forget drops what was typed in a call that was none.
func (v *Feedback) forget() {
	v.Score, v.Words, v.CallBack, v.About, v.When, v.Again = "", "", "", "", "", ""
}

// record puts the answers on the case.
func record(c *tasks.Ctx, v *Feedback) {
	if v.End, v.Again = "answered", ""; v.CallBack != view.Yes {
		v.About, v.When = "", ""
	}
	note := "Feedback by telephone: " + v.Score + " of 5"
	if v.Words != "" {
		note += "\n\n“" + v.Words + "”"
	}
	if v.CallBack == view.Yes {
		note += "\n\nWants to be called back about: " + v.About
	}
	c.AddNote(note)
	if field := c.Config("score_field"); field != "" {
		c.SetField(field, host.Number(v.Score))
	}
	if field := c.Config("words_field"); field != "" {
		c.SetField(field, v.Words)
	}
	if v.CallBack == view.Yes {
		brief := v.About
		if v.When != "" {
			brief += "\nGood time: " + v.When
		}
		c.AddTask(host.NewTask{Type: c.Config("call_back_type"), Title: "Call the requester back", Brief: brief, Optional: true})
	}
	c.Done(v.outcome())
}

func (v *Feedback) rows() []*forms.Listed {
	rows := []*forms.Listed{forms.Row("Score", v.Score+" of 5")}
	if v.Words != "" {
		rows = append(rows, forms.Row("Their words", v.Words))
	}
	if v.CallBack == view.Yes {
		rows = append(rows, forms.Row("Wants to be called back about", v.About), forms.Row("Good time", or(v.When, "Not said")))
	}
	return rows
}

func (v *Feedback) outcome() string {
	switch {
	case v.End == "refused":
		return "They would rather not say"
	case v.End == "unreached":
		return "Not reached after " + count(len(v.Calls), "call", "calls")
	case v.CallBack == view.Yes:
		return "Feedback: " + v.Score + " of 5, to be called back"
	}
	return "Feedback: " + v.Score + " of 5"
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
