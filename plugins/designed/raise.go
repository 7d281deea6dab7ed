package main

import (
	"strings"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
)

// longest is how many letters of answers a subject holds.
const longest = 80

// submit makes the case that the answers ask for.
func (d *definition) submit(c *forms.Ctx, a *answers) forms.Raise {
	r := forms.Raise{Subject: d.subject(a), Fields: map[string][]string{}, Answers: d.worked(c, a)}
	r.Anonymous = !d.Anonymous.empty() && d.holds(a, d.Anonymous, c.Today)
	var who, behalf forms.Party
	var told []string
	for i := range d.Pages {
		p := &d.Pages[i]
		for nth := 1; nth <= max(p.Repeat, 1); nth++ {
			for j := range p.Fields {
				told = append(told, d.become(a, &p.Fields[j], nth, &r, &who, &behalf)...)
			}
		}
	}
	r.Description = strings.Join(told, "\n\n")
	if !r.Anonymous && who != (forms.Party{}) {
		r.Requester = &who
	}
	if !r.Anonymous && behalf != (forms.Party{}) {
		r.OnBehalfOf = &behalf
	}
	return r
}

// become puts one answer where it belongs in the case; what belongs into its
// description is returned.
func (d *definition) become(a *answers, f *field, nth int, r *forms.Raise, who, behalf *forms.Party) []string {
	id := numbered(f.Key, nth)
	if f.Kind == kindFile {
		for _, file := range *a.filesOf(id) {
			r.Files = append(r.Files, file.ID)
		}
		return nil
	}
	values := d.values(a, f, nth)
	if len(values) == 0 && f.Kind != kindPerson {
		return nil
	}
	if key, ok := strings.CutPrefix(f.Becomes, becomesField); ok {
		r.Fields[key] = append(r.Fields[key], values...)
		return nil
	}
	person := forms.Party{Name: *a.text(id + ".name"), Email: *a.text(id + ".email"), Phone: *a.text(id + ".phone")}
	switch f.Becomes {
	case becomesDescription:
		return []string{strings.Join(values, "\n")}
	case becomesSubtype:
		r.Subtype = values[0]
	case becomesPlace:
		if f.Kind == kindLocation {
			r.Place = a.place(id)
		} else {
			r.Place = &forms.Place{Address: strings.Join(values, ", ")}
		}
	case becomesRequester:
		*who = person
	case becomesName:
		who.Name = values[0]
	case becomesEmail:
		who.Email = values[0]
	case becomesPhone:
		who.Phone = values[0]
	case becomesBehalf:
		person.Relationship = behalf.Relationship
		*behalf = person
	case becomesBehalfName:
		behalf.Name = values[0]
	case becomesRelationship:
		behalf.Relationship = values[0]
	}
	return nil
}

// subject is the one line by which staff will know the case: what the
// definition says, with answers in it. The last answer gives way where there is
// too much of it.
func (d *definition) subject(a *answers) string {
	template := d.Subject
	for i := range d.Pages {
		for _, f := range d.Pages[i].Fields {
			if template == "" && f.Becomes == becomesSubject {
				template = "{" + f.Key + "}"
			}
		}
	}
	if template == "" {
		return d.Title
	}
	var out strings.Builder
	room := longest
	for {
		before, rest, found := strings.Cut(template, "{")
		out.WriteString(before)
		if !found {
			break
		}
		key, after, _ := strings.Cut(rest, "}")
		said := []rune(d.inWords(a, key))
		if len(said) > room {
			said = append(said[:room:room], '…')
		}
		room = max(room-len(said), 0)
		out.WriteString(string(said))
		template = after
	}
	subject := strings.Trim(out.String(), " :,-")
	if subject == "" {
		return d.Title
	}
	return subject
}

// inWords is the beginning of an answer as a person reads it.
func (d *definition) inWords(a *answers, key string) string {
	_, f := d.find(key)
	if f == nil {
		return ""
	}
	var out []string
	for _, v := range d.all(a, key) {
		for _, o := range f.Choices {
			if o.Key == v {
				v = o.Name
			}
		}
		out = append(out, v)
	}
	said := strings.Join(out, ", ")
	if f.Kind == kindText || f.Kind == kindLongText {
		if end := strings.IndexAny(said, "\n."); end >= 0 {
			said = said[:end]
		}
	}
	return said
}

// worked are the calculated fields that have a value.
func (d *definition) worked(c *forms.Ctx, a *answers) []abi.Answer {
	var out []abi.Answer
	for i := range d.Pages {
		if !d.holds(a, d.Pages[i].When, c.Today) {
			continue
		}
		for j := range d.Pages[i].Fields {
			f := &d.Pages[i].Fields[j]
			if f.Kind != kindCalculated || !d.holds(a, f.When, c.Today) {
				continue
			}
			if text := d.workedText(a, f); text != "" {
				out = append(out, abi.Answer{Section: "Worked out", Label: f.Label, Text: text})
			}
		}
	}
	return out
}

func (d *definition) workedText(a *answers, f *field) string {
	value := d.calculate(a, f)
	switch {
	case value == "":
		return ""
	case f.Work.Money && f.Unit == "":
		return "£" + value
	case f.Work.Money:
		return f.Unit + value
	case f.Unit != "":
		return value + " " + f.Unit
	}
	return value
}
