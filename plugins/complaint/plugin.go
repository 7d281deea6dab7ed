// The complaint form: who it is for, what happened and where, what was tried and
// what should be done, who is asking. It uses the public SDK and nothing else.
package main

import (
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
)

// Complaint is what somebody answers.
type Complaint struct {
	For          string // myself, other, anonymous
	TheirName    string
	Relationship string
	Consent      string // yes, or not yet

	Kind    string
	Service string
	What    string
	Points  string // one a line
	When    string
	Until   string

	Where forms.Place

	Tried  string
	Wanted string
	Harm   string // yes or no
	Files  []forms.File

	Name   string
	Email  string
	Phone  string
	Adjust string
}

func (a *Complaint) anonymous() bool { return a.For == "anonymous" }

// Form is the entry "complaint" of the manifest.
var Form = forms.Form[Complaint]{
	ID:    "complaint",
	Title: "Complain about a service",
	Steps: []forms.Step[Complaint]{
		{ID: "for", View: whoFor},
		{ID: "what", View: what, Check: inOrder},
		{ID: "where", View: where},
		{ID: "outcome", View: outcome, Next: skipNames},
		{ID: "you", View: you, Check: reachable},
		{ID: "check", View: check, Review: true},
	},
	Init: func(c *forms.Ctx, a *Complaint) {
		if c.User != nil {
			a.Name, a.Email, a.Phone = c.User.Name, c.User.Email, c.User.Phone
		}
	},
	Submit: submit,
	Done:   done,
}

func whoFor(c *forms.Ctx, a *Complaint) forms.Page {
	return forms.Page{Body: forms.Body{
		forms.Radios("for", &a.For, "Who is this complaint for?").Short("For").
			Required("Choose who this complaint is for").
			Option("myself", "Myself").
			Option("other", "Somebody else").OptionHint("You complain on their behalf, and they know that you do").
			Reveal(
				forms.Line("their_name", &a.TheirName, "Their full name").Short("Their name").Required("Enter the name of the person you complain for").Autocomplete("off"),
				forms.Line("relationship", &a.Relationship, "What are you to them?").Hint("For example daughter, neighbour, advocate").Short("You are their").
					Required("Say what you are to them").Max(100),
				forms.Radios("consent", &a.Consent, "Have they agreed that we discuss this with you?").Short("They agreed").
					Option("yes", "Yes").OptionHint("Add what they signed, if you have it, on a later page").
					Option("not-yet", "Not yet, or they cannot").OptionHint("We take the complaint, and ask them before we tell you anything about them"),
			).
			Option("anonymous", "I do not want to say who I am").OptionHint("We cannot write back to you, but you can follow it with a private link"),
	}}
}

// kinds are the subtypes of a complaint, with the words a resident would use.
var kinds = [][2]string{
	{"missed-collection", "A missed bin or waste collection"},
	{"pothole", "A pothole, road or pavement"},
	{"housing", "Council housing or repairs"},
	{"council-tax", "Council tax or benefits"},
	{"staff", "How somebody working for us behaved"},
	{"other", "Something else"},
}

func what(c *forms.Ctx, a *Complaint) forms.Page {
	kind := forms.Radios("kind", &a.Kind, "What is it about?").Short("About").Required("Choose what it is about")
	for _, k := range kinds {
		kind.Option(k[0], k[1])
	}
	return forms.Page{Title: "What went wrong?", Body: forms.Body{
		kind,
		forms.Line("service", &a.Service, "Which service or team, if you know? (optional)").Short("Service").Max(120),
		forms.TextArea("what", &a.What, "What happened?").Hint("Say what happened, and who was there if you know. Leave out bank and card numbers.").
			Required("Say what happened").Max(5000),
		forms.TextArea("points", &a.Points, "What are your points of complaint? (optional)").Short("Points of complaint").
			Hint("If there are several, write each on a line of its own. We answer every one.").Max(1500).Check(func() string { return tooMany(a.Points) }),
		forms.Date("when", &a.When, "When did it happen? (optional)").Hint("For example, 9 10 2026. The first time, if it was more than once.").Short("When").
			Between("1990-01-01", c.Today),
		forms.Date("until", &a.Until, "If it went on, when did it stop? (optional)").Hint("Leave it empty if it still goes on").Short("Until").
			Between("1990-01-01", c.Today),
	}}
}

// maxPoints is how many points are answered one by one.
const maxPoints = 8

func tooMany(points string) string {
	if len(lines(points)) > maxPoints {
		return "Enter at most 8 points, each on a line of its own"
	}
	return ""
}

// inOrder holds the dates against each other.
func inOrder(c *forms.Ctx, a *Complaint) {
	if days, ok := host.DaysBetween(a.When, a.Until); ok && days < 0 {
		c.Error("until", "Enter a date that is not before the day it happened")
	}
}

func where(c *forms.Ctx, a *Complaint) forms.Page {
	return forms.Page{Title: "Where did it happen?", Body: forms.Body{
		forms.Location("where", &a.Where, "Address or place (optional)").Short("Where").
			Hint("An address or a description, such as “the bus stop outside 3 Mill Lane”. Leave it empty if there is no one place."),
	}}
}

func outcome(c *forms.Ctx, a *Complaint) forms.Page {
	return forms.Page{Title: "What should we do?", Body: forms.Body{
		forms.TextArea("tried", &a.Tried, "What have you tried already? (optional)").Short("Tried already").
			Hint("Whom you told, when, and what they said. Say if there was a complaint before, with its reference.").Max(2000),
		forms.TextArea("wanted", &a.Wanted, "What would put it right? (optional)").Short("What should happen").Max(2000),
		forms.YesNo("harm", &a.Harm, "Could somebody come to harm because of this? (optional)").Short("Could somebody come to harm").
			Hint("For example somebody without heating or care. If somebody is in danger now, ring 999 first."),
		forms.Files("files", &a.Files, "Add photographs or papers (optional)").Hint("Up to 5 files of 20 MB: photographs, PDF, Word.").Short("Files").
			Max(5).MaxMegabytes(20).Accept("image/*", "application/pdf", ".doc", ".docx", ".odt"),
	}}
}

// skipNames keeps its promise to whoever wants to stay unknown: the page that
// asks for a name is not shown at all.
func skipNames(c *forms.Ctx, a *Complaint) string {
	if a.anonymous() {
		return "check"
	}
	return ""
}

func you(c *forms.Ctx, a *Complaint) forms.Page {
	return forms.Page{Title: "About you", Body: forms.Body{
		forms.Line("name", &a.Name, "Full name").Short("Name").Required("Enter your full name").Autocomplete("name"),
		forms.Email("email", &a.Email, "Email address").Hint("We write to you here when something happens").Short("Email"),
		forms.Tel("phone", &a.Phone, "Telephone number").Hint("If you would rather be called").Short("Telephone"),
		forms.TextArea("adjust", &a.Adjust, "Do you need anything to make it easier to deal with us? (optional)").Short("Adjustments").
			Hint("For example large print, an interpreter, calls and no letters, more time").Max(1000),
	}}
}

func reachable(c *forms.Ctx, a *Complaint) {
	if a.Email == "" && a.Phone == "" {
		c.Error("email", "Enter an email address or a telephone number")
	}
}

func check(c *forms.Ctx, a *Complaint) forms.Page {
	return forms.Page{Title: "Check your answers", Button: "Send my complaint", Body: forms.Body{
		forms.Text("Nothing is sent until you press the button at the foot of this page. By sending it you confirm that, as far as you know, what you have written is right."),
	}}
}
