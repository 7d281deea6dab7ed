package main

import (
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/tasks"
)

// preview shows the response as its reader will see it.
func (v *Response) preview(c *tasks.Ctx) forms.Body {
	to, how := "The requester", "Message on the case"
	if v.Way == byLetter {
		how = "Letter by post"
	}
	if c.Case != nil && c.Case.Requester != nil {
		r := c.Case.Requester
		if r.Name != "" {
			to = r.Name
		}
		if v.Way == byLetter && r.Address != "" {
			to += "\n" + r.Address
		}
	}
	var body forms.Body
	if v.Way == byLetter && c.Manages() && (c.Case == nil || c.Case.Requester == nil || c.Case.Requester.Address == "") {
		body = append(body, forms.Warning("There is no postal address on this case", "Ask for it before you print the letter."))
	}
	body = append(body, forms.Summary(forms.Row("To", to), forms.Row("How", how)))
	if v.Approved != "" {
		body = append(body, forms.Summary(forms.Row("Approved by", v.Approved)))
	}
	return append(body, forms.Section("The response", paragraphs(v.Text)...))
}

// paragraphs parts a long text into nodes that a view may hold.
func paragraphs(text string) (nodes forms.Body) {
	const most = 15_000 // bytes
	for len(text) > most {
		cut := strings.LastIndex(text[:most], "\n")
		if cut <= 0 {
			cut = most
			for cut > 0 && text[cut]&0xC0 == 0x80 { // not within a letter
				cut--
			}
		}
		nodes, text = append(nodes, forms.Text(text[:cut])), text[cut:]
	}
	return append(nodes, forms.Text(text))
}

// save keeps the text as a version, if it is not the last one's.
func (v *Response) save(c *tasks.Ctx, what string) {
	if last := len(v.Versions) - 1; last >= 0 && v.Versions[last].Text == v.Text {
		return
	}
	words := len(strings.Fields(v.Text))
	if n := len(v.Versions); n > 0 {
		what += ", " + change(words-v.Versions[n-1].Words)
	}
	v.Versions = append(v.Versions, Version{At: c.Now, By: name(c), What: what, Words: words, Text: v.Text})
	if extra := len(v.Versions) - maxVersions; extra > 0 {
		v.Versions = v.Versions[extra:]
	}
	room := maxFullBytes
	for i := len(v.Versions) - 1; i >= 0; i-- { // the oldest give way
		if room -= len(v.Versions[i].Text); room < 0 {
			v.Versions[i].Text = ""
		}
	}
}

func change(words int) string {
	switch {
	case words > 0:
		return strconv.Itoa(words) + " words longer"
	case words < 0:
		return strconv.Itoa(-words) + " words shorter"
	}
	return "as long as before"
}

func name(c *tasks.Ctx) string {
	if c.User == nil {
		return ""
	}
	return c.User.Name
}

// versions lists who left which text when, newest first.
func (v *Response) versions() forms.Node {
	var lines []*forms.Listed
	var texts forms.Body
	for i := len(v.Versions) - 1; i >= 0; i-- {
		o, title := v.Versions[i], "Version "+strconv.Itoa(i+1)
		lines = append(lines, forms.Row(title+": "+o.What, strconv.Itoa(o.Words)+" words").Hint(o.By).At(o.At))
		if i < len(v.Versions)-1 && o.Text != "" && len(texts) < 5 {
			texts = append(texts, forms.Section(title, paragraphs(o.Text)...))
		}
	}
	return forms.If(len(lines) > 0, forms.Details("Versions", append(forms.Body{forms.Timeline(lines...)}, texts...)...))
}
