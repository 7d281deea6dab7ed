// The form of a general enquiry: what it is about, the question, for whom it is
// asked, and where the answer goes.
package main

import (
	"strings"

	"github.com/casement-dev/casement/sdk/forms"
)

// Enquiry is what somebody answers.
type Enquiry struct {
	Topic    string
	Subject  string
	Question string
	Files    []forms.File

	For          string // myself, other, anonymous
	TheirName    string
	Relationship string

	Name  string
	Email string
	Phone string
}

// Form is the entry "enquiry" of the manifest.
var Form = forms.Form[Enquiry]{
	ID:    "enquiry",
	Title: "Ask a question",
	Steps: []forms.Step[Enquiry]{
		{ID: "question", View: question},
		{ID: "for", View: whoFor, Next: skipNames},
		{ID: "you", View: you, Check: reachable},
		{ID: "check", View: check, Review: true},
	},
	Init: func(c *forms.Ctx, e *Enquiry) {
		if c.User != nil {
			e.Name, e.Email, e.Phone = c.User.Name, c.User.Email, c.User.Phone
		}
	},
	Submit: submit,
	Done:   done,
}

// standard are the topics without a configuration: the subtypes of the case type
// that ships.
var standard = []string{
	"council-tax: Council tax", "bins: Bins and recycling", "roads: Roads and parking", "parks: Parks and leisure",
	"births-marriages: Births, marriages and deaths", "other: Something else",
}

func question(c *forms.Ctx, e *Enquiry) forms.Page {
	topic := forms.Radios("topic", &e.Topic, "What is it about?").Short("About").Required("Choose what it is about")
	topics := c.ConfigList("topics")
	if len(topics) == 0 {
		topics = standard
	}
	for _, t := range topics {
		if key, words, ok := strings.Cut(t, ":"); ok {
			topic.Option(strings.TrimSpace(key), strings.TrimSpace(words))
		}
	}
	return forms.Page{Title: "What would you like to know?", Body: forms.Body{
		topic,
		forms.Line("subject", &e.Subject, "Your question in a few words").Short("In a few words").Required("Enter your question in a few words").Max(120),
		forms.TextArea("question", &e.Question, "Your question").Hint("Tell us all that helps us to answer. Leave out bank details and passwords.").
			Required("Enter your question").Max(5000),
		forms.Files("files", &e.Files, "Add files that help us (optional)").Short("Files").Hint("Up to 5 files of 10 MB: photographs, PDF, Word.").
			Max(5).MaxMegabytes(10).Accept("image/*", "application/pdf", ".doc", ".docx", ".odt"),
	}}
}

func whoFor(c *forms.Ctx, e *Enquiry) forms.Page {
	who := forms.Radios("for", &e.For, "Who are you asking for?").Short("For").Required("Choose who you are asking for").
		Option("myself", "Myself").
		Option("other", "Somebody else").
		Reveal(
			forms.Line("their_name", &e.TheirName, "Their full name").Short("Their name").Required("Enter the name of the person you ask for").Autocomplete("off"),
			forms.Line("relationship", &e.Relationship, "What are you to them?").Short("You are their").Hint("For example daughter, neighbour, advocate").
				Required("Say what you are to them").Max(100),
		)
	if c.Config("anonymous") != "false" {
		who.Option("anonymous", "I do not want to say who I am").OptionHint("We cannot write back to you, but you can read the answer with a private link")
	}
	return forms.Page{Body: forms.Body{who}}
}

// skipNames keeps its promise to whoever wants to stay unknown: the page that
// asks for a name is not shown at all.
func skipNames(c *forms.Ctx, e *Enquiry) string {
	if e.For == "anonymous" {
		return "check"
	}
	return ""
}

func you(c *forms.Ctx, e *Enquiry) forms.Page {
	return forms.Page{Title: "How do we reach you?", Body: forms.Body{
		forms.Line("name", &e.Name, "Full name").Short("Name").Required("Enter your full name").Autocomplete("name"),
		forms.Email("email", &e.Email, "Email address").Hint("We send our answer here").Short("Email"),
		forms.Tel("phone", &e.Phone, "Telephone number").Hint("If you would rather be called").Short("Telephone"),
	}}
}

func reachable(c *forms.Ctx, e *Enquiry) {
	if e.Email == "" && e.Phone == "" {
		c.Error("email", "Enter an email address or a telephone number")
	}
}

func check(c *forms.Ctx, e *Enquiry) forms.Page {
	return forms.Page{Title: "Check your answers", Button: "Send my question", Body: forms.Body{
		forms.Text("Nothing is sent until you press the button at the foot of this page."),
	}}
}

func submit(c *forms.Ctx, e *Enquiry) forms.Raise {
	r := forms.Raise{Subject: e.Subject, Description: e.Question, Subtype: e.Topic, Anonymous: e.For == "anonymous"}
	for _, f := range e.Files {
		r.Files = append(r.Files, f.ID)
	}
	if !r.Anonymous {
		r.Requester = &forms.Party{Name: e.Name, Email: e.Email, Phone: e.Phone}
	}
	if e.For == "other" {
		r.OnBehalfOf = &forms.Party{Name: e.TheirName, Relationship: e.Relationship}
	}
	return r
}

func done(c *forms.Ctx, e *Enquiry) forms.Page {
	next := "We find out, and write to you with our answer."
	switch {
	case e.For == "anonymous":
		next = "We find out. Keep the private link: it is the only way to read our answer."
	case e.Email == "":
		next = "We find out, and call you with our answer."
	}
	return forms.Page{Title: "We have your question", Body: forms.Body{forms.Section("What happens next", forms.Text(next))}}
}
