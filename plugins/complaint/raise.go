package main

import (
	"strings"

	"github.com/casement-dev/casement/sdk/forms"
)

func submit(c *forms.Ctx, a *Complaint) forms.Raise {
	r := forms.Raise{
		Subject:     subject(a),
		Description: a.What,
		Subtype:     a.Kind,
		Anonymous:   a.anonymous(),
		Fields:      map[string][]string{},
	}
	for _, f := range [...][2]string{
		{"incident-date", a.When}, {"incident-until", a.Until}, {"desired-outcome", a.Wanted}, {"complaint-points", strings.Join(lines(a.Points), "\n")},
		{"service", a.Service}, {"tried-already", a.Tried}, {"harm", a.Harm},
	} {
		if f[1] != "" {
			r.Fields[f[0]] = []string{f[1]}
		}
	}
	if a.Where.Address != "" || a.Where.Point != nil {
		r.Place = &a.Where
	}
	for _, f := range a.Files {
		r.Files = append(r.Files, f.ID)
	}
	if !a.anonymous() {
		r.Requester = &forms.Party{Name: a.Name, Email: a.Email, Phone: a.Phone}
		if a.Adjust != "" {
			r.Fields["adjustments"] = []string{a.Adjust}
		}
	}
	if a.For == "other" {
		r.OnBehalfOf = &forms.Party{Name: a.TheirName, Relationship: a.Relationship}
		switch a.Consent {
		case "yes":
			r.Fields["consent"] = []string{"yes"}
		case "not-yet":
			r.Fields["consent"] = []string{"no"}
		}
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

// lines are the lines of a text that say something.
func lines(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func done(c *forms.Ctx, a *Complaint) forms.Page {
	next := "We read it, find out what happened, and write to you with our answer."
	if a.anonymous() {
		next = "We read it and find out what happened. Keep the private link: it is the only way to see our answer."
	}
	if a.For == "other" && a.Consent != "yes" {
		next += "\n\nBefore we tell you anything about " + a.TheirName + " we ask them whether we may."
	}
	return forms.Page{Title: "We have your complaint", Body: forms.Body{
		forms.Section("What happens next", forms.Text(next)),
	}}
}
