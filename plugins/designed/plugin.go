// The form without code: it asks what a definition from the designer says. It
// uses the public SDK and nothing else.
package main

import (
	"errors"

	"github.com/casement-dev/casement/sdk/forms"
)

// Designed is the entry "form" of the manifest. Its configuration is the
// definition, and, for the designer's preview, a page to be shown whatever its
// condition says.
var Designed = forms.Maker[answers]{
	ID: "form",
	Make: func(c *forms.Ctx) (forms.Form[answers], error) {
		raw := c.Config("definition")
		if raw == "" {
			return forms.Form[answers]{}, errors.New("there is no definition: a case type names this form as design:KEY")
		}
		d, err := readDefinition(raw, c.Config("show"))
		if err != nil {
			return forms.Form[answers]{}, errors.New("cannot read the definition: " + err.Error())
		}
		return d.form(), nil
	},
}

// stepReview is the id of the page on which answers are checked. No page has
// it: keys of pages have no dots.
const stepReview = "review.page"

// turn is one time that a page is asked.
type turn struct {
	page *page
	nth  int // from 1
}

func (t turn) id() string { return numbered(t.page.Key, t.nth) }

// again is the id of the question whether there is another.
func (t turn) again() string { return t.page.Key + ".another." + numbered("x", t.nth) }

// form makes the form of a definition.
func (d *definition) form() forms.Form[answers] {
	f := forms.Form[answers]{ID: "form", Title: d.Title, Init: d.begin, Submit: d.submit, Done: d.done, StateVersion: 1}
	var turns []turn
	for i := range d.Pages {
		for nth := 1; nth <= max(d.Pages[i].Repeat, 1); nth++ {
			turns = append(turns, turn{&d.Pages[i], nth})
		}
	}
	for i, t := range turns {
		f.Steps = append(f.Steps, forms.Step[answers]{
			ID:    t.id(),
			View:  func(c *forms.Ctx, a *answers) forms.Page { return d.draw(c, a, t) },
			Check: func(c *forms.Ctx, a *answers) { d.check(c, a, t) },
			Next:  func(c *forms.Ctx, a *answers) string { return d.next(c, a, turns[i+1:]) },
		})
	}
	f.Steps = append(f.Steps, forms.Step[answers]{ID: stepReview, View: d.review, Review: true})
	return f
}

// next is the step that follows: the first that is to be shown.
func (d *definition) next(c *forms.Ctx, a *answers, rest []turn) string {
	for _, t := range rest {
		if d.shows(c, a, t) {
			return t.id()
		}
	}
	return stepReview
}

func (d *definition) shows(c *forms.Ctx, a *answers, t turn) bool {
	if t.page.Key == d.show && t.nth == 1 {
		return true
	}
	if t.nth > 1 && *a.text(turn{t.page, t.nth - 1}.again()) != "yes" {
		return false
	}
	return d.holds(a, t.page.When, c.Today)
}

// begin fills in what is known of whoever is signed in.
func (d *definition) begin(c *forms.Ctx, a *answers) {
	if c.User == nil {
		return
	}
	for i := range d.Pages {
		for _, f := range d.Pages[i].Fields {
			switch f.Becomes {
			case becomesRequester:
				*a.text(f.Key + ".name"), *a.text(f.Key + ".email"), *a.text(f.Key + ".phone") = c.User.Name, c.User.Email, c.User.Phone
			case becomesName:
				*a.text(f.Key) = c.User.Name
			case becomesEmail:
				*a.text(f.Key) = c.User.Email
			case becomesPhone:
				*a.text(f.Key) = c.User.Phone
			}
		}
	}
}

// check holds the rules of a page, and of what consists of several questions,
// against the answers.
func (d *definition) check(c *forms.Ctx, a *answers, t turn) {
	for _, f := range t.page.Fields {
		id := numbered(f.Key, t.nth)
		if f.Kind != kindPerson || !f.Reach || !d.asked(c, a, t, &f) {
			continue
		}
		if *a.text(id + ".email") == "" && *a.text(id + ".phone") == "" {
			c.Error(id+".email", "Enter an email address or a telephone number")
		}
	}
	for _, rule := range t.page.Checks {
		if rule.When.empty() || !d.holds(a, rule.When, c.Today) {
			continue
		}
		field := ""
		if _, f := d.find(rule.Field); f != nil {
			if field = numbered(f.Key, t.nth); f.Kind == kindPerson {
				field += ".name"
			}
		}
		c.Error(field, rule.Say)
	}
}

// asked says whether a question of a page is put at all.
func (d *definition) asked(c *forms.Ctx, a *answers, t turn, f *field) bool {
	return t.page.Key == d.show || d.holds(a, f.When, c.Today)
}

func (d *definition) review(c *forms.Ctx, a *answers) forms.Page {
	p := forms.Page{Title: d.Review.Title, Button: d.Review.Button}
	if p.Button == "" {
		p.Button = "Send"
	}
	text := d.Review.Text
	if text == "" {
		text = "Nothing is sent until you press the button at the foot of this page."
	}
	p.Body = append(p.Body, forms.Text(text))
	var rows []*forms.Listed
	for _, worked := range d.worked(c, a) {
		rows = append(rows, forms.Row(worked.Label, worked.Text))
	}
	if len(rows) > 0 {
		p.Body = append(p.Body, forms.Section("Worked out", forms.Summary(rows...)))
	}
	return p
}

func (d *definition) done(_ *forms.Ctx, _ *answers) forms.Page {
	p := forms.Page{Title: d.Done.Title}
	if p.Title == "" {
		p.Title = "We have what you sent"
	}
	if d.Done.Text != "" {
		p.Body = forms.Body{forms.Section("What happens next", forms.Text(d.Done.Text))}
	}
	return p
}
