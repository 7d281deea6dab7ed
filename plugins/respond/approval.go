package main

import (
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/tasks"
)

// ask hands the draft to whoever approves it.
func ask(c *tasks.Ctx, v *Response) {
	v.Author, v.AuthorGroup = Person{}, c.Task.Group
	if c.User != nil {
		v.Author = Person{c.User.ID, c.User.Name}
	}
	v.AskedOn, v.Asked, v.Approved = c.Today, 0, ""
	v.handed = groupName(v.Approver) + " has it now. You hear when it is approved, or comes back."
	c.AssignTask(v.Approver)
	c.Goto("approve")
	v.wait(c)
}

// wait asks to be woken while nobody approves.
func (v *Response) wait(c *tasks.Ctx) {
	if days := c.ConfigInt("remind_after", 2); days > 0 && v.Asked < 3 {
		c.Wait(host.AddDays(c.Today, days), "Waiting for approval since "+host.SayDate(v.AskedOn))
	}
}

func remind(c *tasks.Ctx, v *Response) {
	v.Asked++
	c.Status("Waiting for approval since " + host.SayDate(v.AskedOn))
	to := ""
	if c.Task.Assignee != "" {
		to = "@" + c.Task.Assignee + " "
	}
	c.AddNote(to + "The response written by " + or(v.Author.Name, "a colleague") + " has waited for approval since " + host.SayDate(v.AskedOn) + ".")
	v.wait(c)
}

// wrote reports whether the draft is the reader's own: nobody approves their own.
func wrote(c *tasks.Ctx, v *Response) bool {
	return v.handed == "" && c.User != nil && v.Author.ID != "" && c.User.ID == v.Author.ID
}

func decides(c *tasks.Ctx, v *Response) bool { return v.handed == "" && !wrote(c, v) }

func approve(c *tasks.Ctx, v *Response) forms.Page {
	if v.handed != "" {
		return v.handedOn()
	}
	if wrote(c, v) {
		return forms.Page{Title: "Waiting for approval", Body: append(append(forms.Body{
			forms.Notice("Somebody else has to approve it", "You wrote it. Take it back if you want to change it, or have somebody else asked."),
		}, v.preview(c)...), v.versions())}
	}
	body := forms.Body{forms.Lead(or(v.Author.Name, "A colleague") + " asks you to approve this response.")}
	return forms.Page{Title: "May this go out?", Body: append(append(body, v.preview(c)...), v.versions(),
		forms.TextArea("comment", &v.Comment, "Comment (needed to return it)").Hint("For its author and other staff; it does not go out").Max(2000),
	)}
}

func commented(c *tasks.Ctx, v *Response) {
	if v.Comment == "" {
		c.Error("comment", "Say what is to be changed")
	}
}

// returned gives the draft back to its author.
func returned(c *tasks.Ctx, v *Response) {
	c.AddNote(v.mention() + "The response was returned to be changed: " + v.Comment)
	v.note(c, "Returned: "+clip(v.Comment, 200))
	v.Comment = ""
	v.handed = "It is back with " + or(v.Author.Name, "its author") + "."
	v.giveBack(c)
	c.Goto("write")
	c.Status("To be changed, as the approver asked")
}

// note puts something among the versions that changed no words.
func (v *Response) note(c *tasks.Ctx, what string) {
	if n := len(v.Versions); n > 0 {
		last := v.Versions[n-1]
		v.Versions[n-1].Text = ""
		v.Versions = append(v.Versions, Version{At: c.Now, By: name(c), What: what, Words: last.Words, Text: last.Text})
	}
}

func (v *Response) mention() string {
	if v.Author.Name == "" {
		return ""
	}
	return "@" + v.Author.Name + " "
}

func (v *Response) giveBack(c *tasks.Ctx) {
	if v.Author.ID != "" {
		c.AssignTaskTo(v.AuthorGroup, v.Author.ID)
	} else {
		c.AssignTask(v.AuthorGroup)
	}
}

func takenBack(c *tasks.Ctx, v *Response) {
	v.giveBack(c)
	c.Goto("write")
}

func edit(c *tasks.Ctx, v *Response) forms.Page {
	return forms.Page{Title: "Change the words", Body: forms.Body{
		forms.TextArea("text", &v.Text, "The response").Required("Write the response").Max(longest),
	}}
}
