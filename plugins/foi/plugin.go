// The form of a request for information, under the Freedom of Information Act
// 2000 or the Environmental Information Regulations 2004: what is asked for, of
// which period, in what format, and who asks.
package main

import (
	"strings"

	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
)

// Request is what somebody answers.
type Request struct {
	Subject     string
	What        string
	Environment string // yes, no or unsure

	Period   string // any or between
	From, To string
	Format   string // email, paper, large-print or other
	Other    string // the format, in words

	Name         string
	Organisation string
	Email        string
	Address      string
}

// Form is the entry "foi" of the manifest.
var Form = forms.Form[Request]{
	ID:    "foi",
	Title: "Ask for information",
	Steps: []forms.Step[Request]{
		{ID: "what", View: what},
		{ID: "how", View: how, Check: inOrder},
		{ID: "you", View: you, Check: correspondence},
		{ID: "check", View: check, Review: true},
	},
	Init: func(c *forms.Ctx, r *Request) {
		if c.User != nil {
			r.Name, r.Email = c.User.Name, c.User.Email
		}
	},
	Submit: submit,
	Done:   done,
}

func what(c *forms.Ctx, r *Request) forms.Page {
	published, own := c.Config("published"), c.Config("own_data")
	return forms.Page{Title: "What information would you like?", Body: forms.Body{
		forms.If(published != "", forms.Notice("It may be published already", published)),
		forms.Line("subject", &r.Subject, "What is it about, in a few words?").Short("In a few words").Hint("For example “spending on road repairs”").Required("Say in a few words what it is about").Max(120),
		forms.TextArea("what", &r.What, "What would you like to know?").Short("What is asked for").
			Hint("Ask for recorded information, as exactly as you can: which documents, figures or decisions. You need not say why. Requests and answers may be published, without your name.").
			Required("Say what you would like to know").Max(5000),
		forms.Radios("environment", &r.Environment, "Is it about the environment?").Short("About the environment").
			Hint("Air, water, land, waste, noise, planning, or what affects them. Other rules apply then; you do not have to know them.").
			Required("Choose whether it is about the environment").
			Option("yes", "Yes").Option("no", "No").Option("unsure", "I am not sure").OptionHint("We decide which rules apply"),
		forms.Details("Are you asking for what we hold about yourself?",
			forms.Text("That is not a freedom of information request: it is your right under data protection law, and is dealt with apart from this form."),
			forms.If(own != "", forms.Text(own))),
	}}
}

func how(c *forms.Ctx, r *Request) forms.Page {
	return forms.Page{Title: "Which period, and in what format?", Body: forms.Body{
		forms.Radios("period", &r.Period, "Which period should it cover?").Short("Period").Required("Choose which period it should cover").
			Option("any", "No particular period").
			Option("between", "Between two dates").Reveal(
			forms.Date("from", &r.From, "From").Hint("For example, 1 4 2025").Required("Enter the first day").Between("1900-01-01", c.Today),
			forms.Date("to", &r.To, "To").Hint("For example, 31 3 2026").Required("Enter the last day").Between("1900-01-01", ""),
		),
		forms.Radios("format", &r.Format, "How would you like to receive it?").Short("Format").Required("Choose how you would like to receive it").
			Option("email", "By email").
			Option("paper", "On paper").
			Option("large-print", "In large print").
			Option("other", "In another format").Reveal(
			forms.Line("other", &r.Other, "Which format?").Hint("For example a spreadsheet, Braille, or to see the papers in our offices").Required("Say in which format").Max(200),
		),
	}}
}

// inOrder holds the dates against each other.
func inOrder(c *forms.Ctx, r *Request) {
	if days, ok := host.DaysBetween(r.From, r.To); ok && days < 0 {
		c.Error("to", "Enter a date that is not before the first day")
	}
}

func you(c *forms.Ctx, r *Request) forms.Page {
	return forms.Page{Title: "About you", Body: forms.Body{
		forms.Notice("Why we need your name", "The Freedom of Information Act (section 8) asks for your real name and an address to write to: "+
			"without them your request is not valid, and we would not have to answer it. An email address will do. "+
			"The services that look for the information are not told who asks."),
		forms.Line("name", &r.Name, "Your real name").Short("Name").Hint("First name or initial, and surname").Required("Enter your real name: the law asks for it").
			Autocomplete("name").Check(func() string { return realName(r.Name) }),
		forms.Line("organisation", &r.Organisation, "Organisation (optional)").Short("Organisation").Hint("If you are asking for one").Autocomplete("organization").Max(200),
		forms.Email("email", &r.Email, "Email address").Short("Email").Hint("We send the answer here"),
		forms.TextArea("address", &r.Address, "Postal address").Short("Address").Hint("If you have no email address, or want the answer on paper").
			Autocomplete("street-address").Max(500),
	}}
}

func realName(name string) string {
	if len(strings.Fields(name)) < 2 {
		return "Enter first name or initial, and surname"
	}
	return ""
}

// correspondence says which address is missing.
func correspondence(c *forms.Ctx, r *Request) {
	switch {
	case r.Address == "" && (r.Format == "paper" || r.Format == "large-print"):
		c.Error("address", "Enter the postal address that the answer goes to")
	case r.Email == "" && (r.Format == "email" || r.Address == ""):
		c.Error("email", "Enter the email address that the answer goes to")
	}
}

func check(c *forms.Ctx, r *Request) forms.Page {
	return forms.Page{Title: "Check your request", Button: "Send my request", Body: forms.Body{
		forms.Text("Nothing is sent until you press the button at the foot of this page."),
	}}
}

func submit(c *forms.Ctx, r *Request) forms.Raise {
	raise := forms.Raise{
		Subject: r.Subject, Description: r.What, Subtype: map[string]string{"yes": "environmental"}[r.Environment],
		Requester: &forms.Party{Name: r.Name, Email: r.Email, Address: r.Address}, Fields: map[string][]string{},
	}
	for _, f := range [...][2]string{
		{"environmental", r.Environment}, {"period-from", r.From}, {"period-to", r.To}, {"format", r.Format}, {"format-other", r.Other}, {"organisation", r.Organisation},
	} {
		if f[1] != "" {
			raise.Fields[f[0]] = []string{f[1]}
		}
	}
	return raise
}

func done(c *forms.Ctx, r *Request) forms.Page {
	return forms.Page{Title: "We have your request", Body: forms.Body{
		forms.Section("What happens next", forms.Text("We answer promptly, and within 20 working days. If we need to know more exactly what you mean, we ask you, and the time stops until you tell us."+
			"\n\nIf we may not or need not give you something, we say why, and how you can have that looked at again.")),
	}}
}
