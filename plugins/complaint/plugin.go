// The complaint form: who it is for, what happened and where, what should be
// done, who is asking. It uses the public SDK and nothing else.
package main

import "github.com/casement-dev/casement/sdk/forms"

// Complaint is what somebody answers.
type Complaint struct {
	For          string // myself, other, anonymous
	TheirName    string
	Relationship string

	Kind string
	What string
	When string

	Where forms.Place

	Wanted string
	Files  []forms.File

	Name  string
	Email string
	Phone string
}

func (a *Complaint) anonymous() bool { return a.For == "anonymous" }

// Form is the entry "complaint" of the manifest.
var Form = forms.Form[Complaint]{
	ID:    "complaint",
	Title: "Complain about a service",
	Steps: []forms.Step[Complaint]{
		{ID: "for", View: whoFor},
		{ID: "what", View: what},
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
		forms.TextArea("what", &a.What, "What happened?").Hint("Say what happened, and who was there if you know. Leave out bank and card numbers.").
			Required("Say what happened").Max(5000),
		forms.Date("when", &a.When, "When did it happen? (optional)").Hint("For example, 9 10 2026. The first time, if it was more than once.").Short("When").
			Between("1990-01-01", c.Today),
	}}
}

func where(c *forms.Ctx, a *Complaint) forms.Page {
	return forms.Page{Title: "Where did it happen?", Body: forms.Body{
		forms.Location("where", &a.Where, "Address or place (optional)").Short("Where").
			Hint("An address or a description, such as “the bus stop outside 3 Mill Lane”. Leave it empty if there is no one place."),
	}}
}

func outcome(c *forms.Ctx, a *Complaint) forms.Page {
	return forms.Page{Title: "What should we do?", Body: forms.Body{
		forms.TextArea("wanted", &a.Wanted, "What would put it right? (optional)").Short("What should happen").Max(2000),
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

func submit(c *forms.Ctx, a *Complaint) forms.Raise {
	r := forms.Raise{
		Subject:     subject(a),
		Description: a.What,
		Subtype:     a.Kind,
		Anonymous:   a.anonymous(),
		Fields:      map[string][]string{},
	}
	if a.When != "" {
		r.Fields["incident-date"] = []string{a.When}
	}
	if a.Wanted != "" {
		r.Fields["desired-outcome"] = []string{a.Wanted}
	}
	if a.Where.Address != "" || a.Where.Point != nil {
		r.Place = &a.Where
	}
	for _, f := range a.Files {
		r.Files = append(r.Files, f.ID)
	}
	if !a.anonymous() {
		r.Requester = &forms.Party{Name: a.Name, Email: a.Email, Phone: a.Phone}
	}
	if a.For == "other" {
		r.OnBehalfOf = &forms.Party{Name: a.TheirName, Relationship: a.Relationship}
	}
	return r
}

// subject is the one line by which staff will know the case: what it is about,
// and how the resident began.
func subject(a *Complaint) string {
	const longest = 80
	about := ""
	for _, k := range kinds {
		if k[0] == a.Kind {
			about = k[1]
		}
	}
	said := []rune(a.What)
	for i, r := range said {
		if r == '\n' || r == '.' {
			said = said[:i]
			break
		}
	}
	if room := longest - len([]rune(about)); len(said) > room {
		said = append(said[:room], '…')
	}
	return about + ": " + string(said)
}

func done(c *forms.Ctx, a *Complaint) forms.Page {
	next := "We read it, find out what happened, and write to you with our answer."
	if a.anonymous() {
		next = "We read it and find out what happened. Keep the private link: it is the only way to see our answer."
	}
	return forms.Page{Title: "We have your complaint", Body: forms.Body{
		forms.Section("What happens next", forms.Text(next)),
	}}
}
