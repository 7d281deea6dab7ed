// The outcome of a complaint: a finding on each point, what puts it right and
// what that costs, what was learned, and who sees to it by when. Remedies and
// learning are followed up after a complaint is closed, so that they can be
// written down, and ticked off, at any time.
package main

import (
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk/details"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/state"
)

const (
	maxPoints    = 8
	longestPoint = 200 // letters
)

// Outcome is what came of a complaint.
type Outcome struct {
	Points []Point

	Remedy  string // the complainant reads it
	Cost    string
	Lessons string
	Changes string // of the lessons, what the complainant reads
	Owner   string
	Due     string
	Done    string

	rows  int     // of points on the form, while it is filled in
	edits []Point // the points on the form
}

// Point is one thing that was complained about.
type Point struct{ Text, Finding, Why string }

// Section is the entry "outcome" of the manifest.
var Section = details.Details[Outcome]{
	ID: "outcome",
	Fields: func(f *details.Fields, o *Outcome) {
		f.Text("remedy", &o.Remedy)
		f.Number("cost", &o.Cost)
		f.Text("lessons", &o.Lessons)
		f.Text("lessons-public", &o.Changes)
		f.Text("action-owner", &o.Owner)
		f.Text("action-due", &o.Due)
		f.Text("action-done", &o.Done)
	},
	Keep: func(k *state.Keeper, o *Outcome) {
		state.List(k, "points", &o.Points, func(k *state.Keeper, p *Point) {
			k.Text("text", &p.Text)
			k.Text("finding", &p.Finding)
			k.Text("why", &p.Why)
		})
		k.Int("rows", &o.rows)
	},
	View: show, Edit: edit, Button: "Write down the outcome", Check: complete, Save: save,
	Press: func(c *details.Ctx, o *Outcome, p forms.Pressed) {
		if p.ID == "another" {
			o.rows = min(len(o.edits)+1, maxPoints)
		}
	},
}

var findings = [...]struct{ key, words string }{{"upheld", "Upheld"}, {"partly-upheld", "Partly upheld"}, {"not-upheld", "Not upheld"}}

func words(finding string) string {
	for _, f := range findings {
		if f.key == finding {
			return f.words
		}
	}
	return ""
}

// begin fills the form with the points that were decided, or else those that
// the complainant made.
func (o *Outcome) begin(c *details.Ctx) {
	if o.edits == nil {
		o.edits = append([]Point{}, o.Points...)
		if len(o.edits) == 0 {
			for line := range strings.Lines(c.Field("complaint-points")) {
				if text := strings.TrimSpace(line); text != "" && len(o.edits) < maxPoints {
					o.edits = append(o.edits, Point{Text: clip(text)})
				}
			}
		}
		if len(o.edits) == 0 && c.Case != nil {
			o.edits = append(o.edits, Point{Text: clip(c.Case.Subject)})
		}
	}
	for len(o.edits) < max(o.rows, 1) {
		o.edits = append(o.edits, Point{})
	}
}

func edit(c *details.Ctx, o *Outcome) forms.Page {
	o.begin(c)
	var body forms.Body
	for i := range o.edits {
		p, n := &o.edits[i], strconv.Itoa(i+1)
		finding := forms.Radios("finding-"+n, &p.Finding, "Finding").Short("Finding on point " + n)
		for _, f := range findings {
			finding.Option(f.key, f.words)
		}
		body = append(body, forms.Section("Point "+n,
			forms.Line("point-"+n, &p.Text, "What was complained about?").Short("Point "+n).Max(longestPoint),
			finding,
			forms.TextArea("why-"+n, &p.Why, "Why? (optional)").Short("Why, on point "+n).Max(1000),
		))
	}
	if len(o.edits) < maxPoints {
		body = append(body, forms.Button("another", "Add another point"))
	}
	return forms.Page{Title: "Outcome", Button: "Save the outcome", Body: append(body,
		forms.Section("Putting it right",
			forms.TextArea("remedy", &o.Remedy, "What puts it right? (optional)").Short("Remedy").
				Hint("An apology, a repair, a payment, a changed decision. The complainant can read this once the complaint is answered, where outcomes are published.").Max(2000),
			forms.Money("cost", &o.Cost, "What does it cost? (optional)").Short("Cost").Unit(currency(c)).Hint("Payments and work together").Max(10_000_000),
		),
		forms.Section("Learning from it",
			forms.TextArea("lessons", &o.Lessons, "What did we learn?").Short("Lessons learnt").Max(4000),
			forms.TextArea("changes", &o.Changes, "What changes, in words for the complainant? (optional)").Short("What changes").
				Hint("They can read this too. What we learned, above, stays with us.").Max(2000),
			forms.Line("owner", &o.Owner, "Who sees to it? (optional)").Short("Owner").Hint("A name or a team").Max(120),
			forms.Date("due", &o.Due, "By when? (optional)").Short("Due").Hint("For example "+typed(host.AddDays(c.Today, 28))),
			forms.Date("done", &o.Done, "When was it done?").Short("Done").Hint("Leave it empty until then").Between("2000-01-01", c.Today),
		),
	)}
}

// complete says what is missing; a point that was left empty is none.
func complete(c *details.Ctx, o *Outcome) {
	for i, p := range o.edits {
		n := strconv.Itoa(i + 1)
		if p.Text == "" && (p.Finding != "" || p.Why != "") {
			c.Error("point-"+n, "Say what was complained about")
		}
		if p.Finding == "" && p.Why != "" {
			c.Error("finding-"+n, "Choose what you found")
		}
	}
	after := Outcome{Points: decided(o.edits)}
	if _, upheld := after.decide(); upheld > 0 && o.Lessons == "" && c.Config("lessons_required") != "false" {
		c.Error("lessons", "Say what was learned, or that there is nothing to learn")
	}
	if o.Due != "" && o.Owner == "" {
		c.Error("owner", "Say who sees to it")
	}
}

// save takes the points, and writes what they come to on the case.
func save(c *details.Ctx, o *Outcome) {
	o.Points, o.rows, o.edits = decided(o.edits), 0, nil
	finding, upheld := o.decide()
	set(c, "finding", finding)
	if finding == "" {
		set(c, "points-upheld", "")
		return
	}
	if was := c.Field("points-upheld"); was != strconv.Itoa(upheld) {
		c.SetField("points-upheld", upheld)
	}
}

func set(c *details.Ctx, key, value string) {
	if c.Field(key) != value {
		c.SetField(key, value)
	}
}

// decided are the points that say something.
func decided(edits []Point) (points []Point) {
	for _, p := range edits {
		if p.Text != "" {
			points = append(points, p)
		}
	}
	return points
}

// decide is the finding on the whole, "" while a point has none, and how many
// points were upheld, wholly or partly.
func (o *Outcome) decide() (finding string, upheld int) {
	of := map[string]int{}
	for _, p := range o.Points {
		of[p.Finding]++
	}
	upheld = of["upheld"] + of["partly-upheld"]
	switch n := len(o.Points); {
	case n == 0 || of[""] > 0:
		return "", upheld
	case of["upheld"] == n:
		return "upheld", upheld
	case upheld > 0:
		return "partly-upheld", upheld
	}
	return "not-upheld", upheld
}

// typed writes a date as it is typed: 9 11 2026.
func typed(date string) string {
	if len(date) != len("2026-11-09") {
		return date
	}
	return strings.TrimPrefix(date[8:], "0") + " " + strings.TrimPrefix(date[5:7], "0") + " " + date[:4]
}

// clip shortens a text to what fits into a point.
func clip(text string) string {
	runes := []rune(text)
	if len(runes) <= longestPoint {
		return text
	}
	return string(runes[:longestPoint-1]) + "…"
}
