// The task of answering the requester: a draft, the approval of somebody else
// where it is wanted, every version with who wrote it, and the sending.
package main

import (
	"strings"

	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/tasks"
)

// A state of a task has room for so much.
const (
	longest      = 9000 // letters of a response
	maxVersions  = 40
	maxFullBytes = 120_000 // of the texts of former versions
)

// Ways to send a response.
const (
	byMessage = "message"
	byLetter  = "letter"
)

// Response is what is to be sent, and how it came about.
type Response struct {
	Text     string
	Way      string // byMessage or byLetter
	Versions []Version
	Sent     []string // when: one time for each response that went out

	Approver    string // group key; "manager" is whoever holds the case
	Author      Person // whose draft is to be approved
	AuthorGroup string
	AskedOn     string // a date
	Asked       int    // times that approval was asked for again
	Approved    string // by whom

	Comment string // of whoever approves, until it is used

	handed string // what the reader is told who has just handed the task on
}

// Person is one of staff.
type Person struct{ ID, Name string }

// Version is a text as somebody left it.
type Version struct {
	At, By, What string
	Words        int
	Text         string // "" when there was no room for it any more
}

func keep(k *state.Keeper, v *Response) {
	k.Text("text", &v.Text)
	k.Text("way", &v.Way)
	state.List(k, "versions", &v.Versions, func(k *state.Keeper, o *Version) {
		k.Text("at", &o.At)
		k.Text("by", &o.By)
		k.Text("what", &o.What)
		k.Int("words", &o.Words)
		k.Text("text", &o.Text)
	})
	k.Texts("sent", &v.Sent)
	k.Text("approver", &v.Approver)
	k.Text("author_id", &v.Author.ID)
	k.Text("author", &v.Author.Name)
	k.Text("author_group", &v.AuthorGroup)
	k.Text("asked_on", &v.AskedOn)
	k.Int("asked", &v.Asked)
	k.Text("approved", &v.Approved)
	k.Text("comment", &v.Comment)
}

// Task is the entry "respond" of the manifest.
var Task = tasks.Task[Response]{
	ID:   "respond",
	Keep: keep,
	Steps: []tasks.Step[Response]{
		{ID: "write", Status: "Being written", View: write, Outcomes: []tasks.Outcome[Response]{
			{ID: "look", Label: "Show me how it will look", If: here, Goto: "look", Then: func(c *tasks.Ctx, v *Response) { v.save(c, "Written") }},
			{ID: "save", Label: "Save and go on later", If: here, Unchecked: true, Then: func(c *tasks.Ctx, v *Response) { c.Stay() }},
		}},
		{ID: "look", Back: "write", Status: "Ready to be sent", View: look, Outcomes: []tasks.Outcome[Response]{
			{ID: "ask", Label: "Send it for approval", If: asks, Then: ask},
			{ID: "send", Label: "Send it", If: func(c *tasks.Ctx, v *Response) bool { return !asks(c, v) }, Then: send},
		}},
		{ID: "approve", Status: "Waiting for approval", View: approve, Outcomes: []tasks.Outcome[Response]{
			{ID: "approve", Label: "Approve it", If: decides, Then: approved},
			{ID: "return", Label: "Return it to its author", If: decides, Check: commented, Then: returned},
			{ID: "edit", Label: "Change the words myself", If: decides, Unchecked: true, Then: func(c *tasks.Ctx, v *Response) { v.wait(c); c.Goto("edit") }},
			{ID: "back", Label: "Take it back", If: wrote, Then: takenBack},
		}},
		{ID: "edit", Back: "approve", Status: "Waiting for approval", View: edit, Outcomes: []tasks.Outcome[Response]{
			{ID: "keep", Label: "Keep these words", Then: func(c *tasks.Ctx, v *Response) {
				v.save(c, "Changed before approval")
				v.wait(c)
				c.Goto("approve")
			}},
		}},
		{ID: "post", Status: "To be printed and posted", View: post, Outcomes: []tasks.Outcome[Response]{
			{ID: "posted", Label: "It has been posted", If: here, Then: func(c *tasks.Ctx, v *Response) { v.deliver(c) }},
		}},
	},
	Timer: remind,
	Returned: func(c *tasks.Ctx, v *Response, why string) {
		v.Approver, v.Approved = "", ""
		c.Goto("write")
	},
	Watch: func(c *tasks.Ctx, v *Response) forms.Page {
		if v.Text == "" {
			return forms.Page{Body: forms.Body{forms.Text("Nothing is written yet.")}}
		}
		return forms.Page{Body: append(v.preview(c), v.versions())}
	},
	Done: func(c *tasks.Ctx, v *Response) forms.Page {
		return forms.Page{Body: append(append(forms.Body{forms.Success(v.outcome(), "")}, v.preview(c)...), v.versions())}
	},
}

// begun is what a response begins with: drawn up for whoever is to write it, so
// that it holds nothing they may not see.
func begun(c *tasks.Ctx) string {
	dear, about := "Dear Sir or Madam", ""
	if c.Case != nil {
		if r := c.Case.Requester; r != nil && r.Name != "" {
			dear = "Dear " + r.Name
		}
		if c.Case.Subject != "" {
			about = c.Case.Subject
		}
		if c.Case.Ref != "" {
			about = strings.TrimSpace(about + " (our reference " + c.Case.Ref + ")")
		}
	}
	ending := c.Config("ending")
	if ending == "" {
		ending = "Yours sincerely"
	}
	if about != "" {
		dear += "\n\n" + about
	}
	return dear + "\n\n\n\n" + ending
}

// here reports whether the task is still the reader's, who may just have handed
// it on.
func here(c *tasks.Ctx, v *Response) bool { return v.handed == "" }

// handedOn is what they see then.
func (v *Response) handedOn() forms.Page {
	return forms.Page{Title: "Handed on", Body: forms.Body{forms.Success(v.handed, "")}}
}

func write(c *tasks.Ctx, v *Response) forms.Page {
	if v.handed != "" {
		return v.handedOn()
	}
	if v.Text == "" && c.Mine() {
		v.Text = begun(c)
	}
	if v.Way == "" {
		v.Way = byMessage
	}
	body := forms.Body{
		forms.If(len(v.Sent) > 0, forms.Notice("A response went out on "+v.lastSent(), "What you send now is a further one.")),
		forms.TextArea("text", &v.Text, "What do you answer?").Hint("Say what you found, what you do about it, and what they can do if they are not content.").
			Required("Write the response").Max(longest).Check(func() string {
			if v.Text == begun(c) {
				return "Write the response between its beginning and its end"
			}
			return ""
		}),
	}
	if c.Config("letters") != "false" {
		body = append(body, forms.Radios("way", &v.Way, "How is it sent?").
			Option(byMessage, "As a message").OptionHint("On the case, where the requester reads it; they are told by email or text").
			Option(byLetter, "As a letter").OptionHint("You print and post it; the case keeps its words").
			Required("Choose how it is sent"))
	} else {
		v.Way = byMessage
	}
	if approval(c) == "choice" {
		v.Approver = nobody(v.Approver)
		body = append(body, v.who(c, "Does somebody have to approve it?").Option("nobody", "No, I send it myself"))
	} else if approval(c) == "always" {
		if list := approvers(c); len(list) == 1 {
			v.Approver = list[0]
		} else {
			body = append(body, v.who(c, "Who approves it?"))
		}
	} else {
		v.Approver = ""
	}
	return forms.Page{Title: "Write the response", Body: append(body, v.versions())}
}

func nobody(approver string) string {
	if approver == "" {
		return "nobody"
	}
	return approver
}

// who asks for the group that approves.
func (v *Response) who(c *tasks.Ctx, question string) *forms.Field {
	field := forms.Radios("approver", &v.Approver, question).Required("Choose who approves it")
	for _, group := range approvers(c) {
		field.Option(group, groupName(group))
	}
	return field
}

func approval(c *tasks.Ctx) string {
	if how := c.Config("approval"); how != "" {
		return how
	}
	return "choice"
}

func approvers(c *tasks.Ctx) []string {
	if list := c.ConfigList("approvers"); len(list) > 0 {
		return list
	}
	return []string{"manager"}
}

// groupName says a group's key in words: that is all a plugin knows of it.
func groupName(key string) string {
	if key == "manager" {
		return "The case manager"
	}
	return "The group " + key
}

// asks reports whether somebody is to approve what is about to be sent.
func asks(c *tasks.Ctx, v *Response) bool {
	return approval(c) != "never" && v.Approver != "" && v.Approver != "nobody"
}

func look(c *tasks.Ctx, v *Response) forms.Page {
	body := v.preview(c)
	if v.Way == byMessage && !reachable(c) {
		body = append(forms.Body{forms.Warning("They are not told", "There is no email address and no telephone number on this case. The response stands on the case, but nothing goes out to say so. Think of a letter.")}, body...)
	}
	if asks(c, v) {
		body = append(body, forms.Text(groupName(v.Approver)+" reads it before it goes out."))
	}
	return forms.Page{Title: "This is how it will look", Body: body}
}

// reachable reports whether the requester can be told that there is a message.
// Whoever may not see how they are reached is not warned of what they cannot know.
func reachable(c *tasks.Ctx) bool {
	if c.Case == nil || c.Case.Requester == nil {
		return !c.Manages()
	}
	return c.Case.Requester.Email != "" || c.Case.Requester.Phone != ""
}

// approved sends a message at once; a letter is for its author to post.
func approved(c *tasks.Ctx, v *Response) {
	v.Approved = name(c)
	v.note(c, "Approved")
	if v.Comment != "" {
		c.AddNote(v.mention() + "The response was approved: " + v.Comment)
		v.Comment = ""
	}
	if v.Way != byLetter {
		v.deliver(c)
		return
	}
	v.handed = "It is approved. " + or(v.Author.Name, "Its author") + " prints and posts it."
	v.giveBack(c)
	c.Goto("post")
}

// send sends what nobody has to approve.
func send(c *tasks.Ctx, v *Response) {
	if v.Way == byLetter {
		c.Goto("post")
		return
	}
	v.deliver(c)
}

func post(c *tasks.Ctx, v *Response) forms.Page {
	if v.handed != "" {
		return v.handedOn()
	}
	return forms.Page{Title: "Print and post the letter", Body: append(forms.Body{
		forms.Text("Print this page or copy the words into your letterhead. Press the button when the letter is on its way."),
	}, v.preview(c)...)}
}

// deliver puts the response on the case for the requester, and takes the case
// where the settings say.
func (v *Response) deliver(c *tasks.Ctx) {
	text := v.Text
	if v.Way == byLetter {
		text = "We posted this letter to you on " + host.SayDate(c.Today) + ":\n\n" + text
	}
	c.TellRequester(text)
	if c.Case != nil {
		if to := c.Config("stage_after"); to != "" && to != c.Case.Stage {
			c.ChangeStage(to)
		}
		if to := c.Config("status_after"); to != "" && to != c.Case.Status && c.Case.StatusKind != "final" {
			c.ChangeStatus(to)
		}
	}
	v.Sent = append(v.Sent, c.Now)
	c.Done(v.outcome())
}

// lastSent is the day of the last response, in words; "" before there was any.
func (v *Response) lastSent() string {
	if len(v.Sent) == 0 {
		return ""
	}
	return host.SayDate(v.Sent[len(v.Sent)-1])
}

func (v *Response) outcome() string {
	if len(v.Sent) == 0 {
		return "Not sent"
	}
	said := "Sent as a message on " + v.lastSent()
	if v.Way == byLetter {
		said = "Posted as a letter on " + v.lastSent()
	}
	if v.Approved != "" {
		said += ", approved by " + v.Approved
	}
	return said
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// clip shortens a text to so many letters.
func clip(text string, letters int) string {
	runes := []rune(text)
	if len(runes) <= letters {
		return text
	}
	return string(runes[:letters-1]) + "…"
}
