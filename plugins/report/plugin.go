// The form for something in a street or park that needs seeing to: where it is,
// what, how bad, and, for whoever likes, who reports it. The place is asked
// first: what is known there already is shown below it, and whoever finds their
// problem there need not go on.
package main

import (
	"strings"

	"github.com/casement-dev/casement/sdk/forms"
)

// Report is what somebody answers.
type Report struct {
	Place forms.Place

	Kind    string
	Details string
	Bad     string // danger, worse or nuisance
	Photos  []forms.File

	Hear  string // yes or no
	Name  string
	Email string
	Phone string
}

// Form is the entry "report" of the manifest.
var Form = forms.Form[Report]{
	ID:    "report",
	Title: "Report a problem",
	Steps: []forms.Step[Report]{
		{ID: "where", View: where},
		{ID: "what", View: what},
		{ID: "you", View: you},
		{ID: "check", View: check, Review: true},
	},
	Init: func(c *forms.Ctx, r *Report) {
		if c.User != nil {
			r.Name, r.Email, r.Phone = c.User.Name, c.User.Email, c.User.Phone
		}
	},
	Submit: submit,
	Done:   done,
}

// standard is what can be reported without a configuration: the subtypes of the
// case type that ships.
var standard = []string{
	"pothole: Pothole", "street-light: Street light", "pavement: Pavement", "missed-collection: Missed bin collection",
	"fly-tipping: Fly-tipping", "tree: Tree", "play-area: Play area", "other: Something else",
}

func where(c *forms.Ctx, r *Report) forms.Page {
	return forms.Page{Body: forms.Body{
		forms.Location("place", &r.Place, "Where is it?").Short("Where").Required("Say where it is").
			Hint("Choose the place on the map, use your position, or describe it: “the bus stop outside 3 Mill Lane”."),
	}}
}

func what(c *forms.Ctx, r *Report) forms.Page {
	emergency := c.Config("emergency")
	if emergency == "" {
		emergency = "Do not wait for us: ring 999."
	}
	kind := forms.Radios("kind", &r.Kind, "What is the problem?").Short("Problem").Required("Choose what the problem is")
	for _, k := range kinds(c) {
		kind.Option(k.key, k.words)
	}
	return forms.Page{Title: "About the problem", Body: forms.Body{
		kind,
		forms.Radios("bad", &r.Bad, "How bad is it?").Short("How bad").Required("Choose how bad it is").
			Option("danger", "Somebody could be hurt").Reveal(forms.Warning("Is somebody in danger now?", emergency)).
			Option("worse", "It is getting worse").
			Option("nuisance", "It is a nuisance"),
		forms.TextArea("details", &r.Details, "Tell us more").Short("Details").Hint("How big is it, how long has it been there, what would help us to find it? Leave out names.").
			Required("Say a few words about it").Max(2000),
		forms.Files("photos", &r.Photos, "Photographs (optional)").Short("Photographs").Hint("Up to 6 of 15 MB each. One from close by and one from further away help most.").
			Max(6).MaxMegabytes(15).Accept("image/jpeg", "image/png", "image/webp", "image/heic"),
	}}
}

type choice struct{ key, words string }

// kinds are what can be reported, as configured.
func kinds(c *forms.Ctx) (kinds []choice) {
	list := c.ConfigList("kinds")
	if len(list) == 0 {
		list = standard
	}
	for _, line := range list {
		if key, words, ok := strings.Cut(line, ":"); ok {
			kinds = append(kinds, choice{strings.TrimSpace(key), strings.TrimSpace(words)})
		}
	}
	return kinds
}

func you(c *forms.Ctx, r *Report) forms.Page {
	return forms.Page{Body: forms.Body{
		forms.Radios("hear", &r.Hear, "Would you like to hear what happens?").Short("Tell me what happens").Required("Choose whether you would like to hear what happens").
			Option("yes", "Yes, by email").Reveal(
			forms.Line("name", &r.Name, "Your name (optional)").Short("Name").Autocomplete("name"),
			forms.Email("email", &r.Email, "Email address").Short("Email").Required("Enter your email address"),
			forms.Tel("phone", &r.Phone, "Telephone number (optional)").Short("Telephone").Hint("If we may ring you when we cannot find it"),
		).
			Option("no", "No, I do not want to say who I am").OptionHint("We keep no name. You can still see how it goes on, with a private link."),
	}}
}

func check(c *forms.Ctx, r *Report) forms.Page {
	return forms.Page{Title: "Check your answers", Button: "Send my report", Body: forms.Body{
		forms.Text("Nothing is sent until you press the button at the foot of this page. The kind of problem, its place and how it stands may be shown on a public page; what you wrote and who you are never are."),
	}}
}

func submit(c *forms.Ctx, r *Report) forms.Raise {
	raise := forms.Raise{
		Subject: subject(c, r), Description: r.Details, Subtype: r.Kind, Place: &r.Place, Anonymous: r.Hear != "yes", Fields: map[string][]string{"dangerous": {"no"}},
	}
	if r.Bad == "danger" {
		raise.Fields["dangerous"] = []string{"yes"}
	}
	for _, f := range r.Photos {
		raise.Files = append(raise.Files, f.ID)
	}
	if !raise.Anonymous {
		raise.Requester = &forms.Party{Name: r.Name, Email: r.Email, Phone: r.Phone}
	}
	return raise
}

// subject is the one line by which staff know the case: what, and where.
func subject(c *forms.Ctx, r *Report) string {
	const longest = 80
	what := "Problem"
	for _, k := range kinds(c) {
		if k.key == r.Kind {
			what = k.words
		}
	}
	where, _, _ := strings.Cut(r.Place.Address, "\n")
	if where == "" {
		return what
	}
	runes := []rune(what + ": " + where)
	if len(runes) > longest {
		runes = append(runes[:longest], '…')
	}
	return string(runes)
}

func done(c *forms.Ctx, r *Report) forms.Page {
	next := "We look at it, see to it, and tell you by email when it is done."
	if r.Hear != "yes" {
		next = "We look at it and see to it. Keep the private link if you want to see how it goes on."
	}
	return forms.Page{Title: "Thank you for telling us", Body: forms.Body{forms.Section("What happens next", forms.Text(next))}}
}
