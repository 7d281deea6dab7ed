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
	if !c.ForStaff() {
		return told(c, o)
	}
	if o.empty() {
		return forms.Page{Title: "Outcome", Body: forms.Body{forms.Text("No outcome is written down yet.")}}
	}
	table := forms.Table("Finding on each point", []string{"Point", "Finding", "Why"})
	for _, p := range o.Points {
		table.Row(p.Text, words(p.Finding), p.Why)
	}
	_, upheld := o.decide()
	points := forms.Row("Points upheld", strconv.Itoa(upheld)).Hint("of " + strconv.Itoa(len(o.Points)))
	if len(o.Points) == 0 {
		points = nil
	}
	summary := []*forms.Listed{}
	for _, row := range [...][2]string{{"Remedy", o.Remedy}, {"Lessons learnt", o.Lessons}, {"What changes", o.Changes}, {"Who sees to it", o.Owner}} {
		if row[1] != "" {
			summary = append(summary, forms.Row(row[0], row[1]))
		}
	}
	return forms.Page{Title: "Outcome", Body: forms.Body{
		forms.Figures(o.verdict(c), points, o.costs(c), o.due(c)),
		forms.If(len(o.Points) > 0, table),
		forms.Summary(summary...),
	}}
}

// Kinds of status in which a complaint is answered.
const (
	resolved = "resolved"
	final    = "final"
)

// inWords are the findings as the complainant reads them.
var inWords = map[string]string{
	"upheld": "We uphold your complaint", "partly-upheld": "We uphold your complaint in part", "not-upheld": "We do not uphold your complaint",
}

// told draws what the complainant reads, once they were answered: the finding on
// the whole, the remedy and what changes, as they stand on the case. The points,
// and why each was decided as it was, are staff's words to each other.
func told(c *details.Ctx, o *Outcome) forms.Page {
	page := forms.Page{Title: "Outcome"}
	finding := c.Field("finding")
	switch answered := c.Case != nil && (c.Case.StatusKind == resolved || c.Case.StatusKind == final); {
	case !answered:
		page.Body = forms.Body{forms.Text("Once we have answered, you can read here what we found and what we do about it.")}
	case inWords[finding] == "":
		page.Body = forms.Body{forms.Text("What we found stands in what we wrote to you.")}
	default:
		rows := []*forms.Listed{forms.Row("What we found", inWords[finding])}
		for _, row := range [...][2]string{{"What puts it right", o.Remedy}, {"What changes", o.Changes}} {
			if row[1] != "" {
				rows = append(rows, forms.Row(row[0], row[1]))
			}
		}
		page.Body = forms.Body{forms.Summary(rows...)}
	}
	return page
}

func (o *Outcome) empty() bool {
	return len(o.Points) == 0 && o.Remedy+o.Cost+o.Lessons+o.Changes+o.Owner+o.Due+o.Done == ""
}

// verdict is the finding on the whole, as a figure: that of the points, or, where
// there are none, what stands on the case.
func (o *Outcome) verdict(c *details.Ctx) *forms.Listed {
	finding, _ := o.decide()
	if len(o.Points) == 0 {
		finding = c.Field("finding")
	}
	if words(finding) != "" {
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
