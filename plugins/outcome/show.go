package main

import (
	"strconv"

	"github.com/casement-dev/casement/sdk/details"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/view"
)

// show draws what was decided.
func show(c *details.Ctx, o *Outcome) forms.Page {
	if o.empty() {
		return forms.Page{Title: "Outcome", Body: forms.Body{forms.Text("No outcome is written down yet.")}}
	}
	table := forms.Table("Finding on each point", []string{"Point", "Finding", "Why"})
	for _, p := range o.Points {
		table.Row(p.Text, words(p.Finding), p.Why)
	}
	_, upheld := o.decide()
	summary := []*forms.Listed{}
	for _, row := range [...][2]string{{"Remedy", o.Remedy}, {"Lessons learnt", o.Lessons}, {"Who sees to it", o.Owner}} {
		if row[1] != "" {
			summary = append(summary, forms.Row(row[0], row[1]))
		}
	}
	return forms.Page{Title: "Outcome", Body: forms.Body{
		forms.Figures(
			o.verdict(),
			forms.Row("Points upheld", strconv.Itoa(upheld)).Hint("of "+strconv.Itoa(len(o.Points))),
			o.costs(c), o.due(c),
		),
		forms.If(len(o.Points) > 0, table),
		forms.Summary(summary...),
	}}
}

func (o *Outcome) empty() bool {
	return len(o.Points) == 0 && o.Remedy+o.Cost+o.Lessons+o.Owner+o.Due+o.Done == ""
}

// verdict is the finding on the whole, as a figure.
func (o *Outcome) verdict() *forms.Listed {
	if finding, _ := o.decide(); finding != "" {
		return forms.Row("Finding", words(finding))
	}
	return forms.Row("Finding", "None yet")
}

func (o *Outcome) costs(c *details.Ctx) *forms.Listed {
	if o.Cost == "" {
		return nil
	}
	cost := o.Cost
	if amount, ok := view.Amount(cost, ""); ok {
		cost = amount // with its pence, which a number of the case has lost
	}
	return forms.Row("Cost", currency(c)+cost)
}

// due says how the action stands that follows from the complaint.
func (o *Outcome) due(c *details.Ctx) *forms.Listed {
	days, dated := host.DaysBetween(c.Today, o.Due)
	switch {
	case o.Done != "":
		return forms.Row("Action", "Done").Hint("on " + host.SayDate(o.Done)).Good()
	case !dated:
		return nil
	case days < 0:
		return forms.Row("Action", "Late").Hint("was due on " + host.SayDate(o.Due)).Bad()
	case days <= 7:
		return forms.Row("Action", "Due soon").Hint("by " + host.SayDate(o.Due)).Warn()
	}
	return forms.Row("Action", "To do").Hint("by " + host.SayDate(o.Due))
}

func currency(c *details.Ctx) string {
	if sign := c.Config("currency"); sign != "" {
		return sign
	}
	return "£"
}
