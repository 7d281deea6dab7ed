// The task for everything that has no task of its own: a checklist.
package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/tasks"
	"github.com/casement-dev/casement/sdk/view"
)

const (
	maxSteps    = 40
	longestStep = 120 // letters
)

// Checklist is the steps, and how far they are.
type Checklist struct {
	Intro   string
	Steps   []Step
	Success string // yes or no
	On      string
	Note    string

	ticked []string // numbers of steps, as the page has them
}

// Step is one thing to do.
type Step struct {
	Text     string
	Required bool
	DoneOn   string // a date; "" while it is to be done
	By       string
}

func keep(k *state.Keeper, v *Checklist) {
	k.Text("intro", &v.Intro)
	state.List(k, "steps", &v.Steps, func(k *state.Keeper, s *Step) {
		k.Text("text", &s.Text)
		k.Bool("required", &s.Required)
		k.Text("done_on", &s.DoneOn)
		k.Text("by", &s.By)
	})
	k.Text("success", &v.Success)
	k.Text("on", &v.On)
	k.Text("note", &v.Note)
}

// Task is the entry "checklist" of the manifest.
var Task = tasks.Task[Checklist]{
	ID:    "checklist",
	Keep:  keep,
	Start: start,
	Steps: []tasks.Step[Checklist]{
		{ID: "steps", Status: "To be done", View: steps, Outcomes: []tasks.Outcome[Checklist]{
			{ID: "save", Label: "Save what is done", Then: func(c *tasks.Ctx, v *Checklist) {
				v.tick(c)
				c.Stay()
				c.Status(v.status())
			}},
			{ID: "end", Label: "Go on to the end", Then: func(c *tasks.Ctx, v *Checklist) {
				v.tick(c)
				c.Goto("end")
				c.Status(v.status())
			}},
		}},
		{ID: "end", Back: "steps", View: end, Check: required, Outcomes: []tasks.Outcome[Checklist]{
			{ID: "finish", Label: "Finish", Then: finish},
		}},
	},
	Returned: func(c *tasks.Ctx, v *Checklist, why string) { c.Goto("steps") },
	Watch: func(c *tasks.Ctx, v *Checklist) forms.Page {
		return forms.Page{Body: forms.Body{forms.If(v.Intro != "", forms.Lead(v.Intro)), v.progress(), forms.Summary(v.rows()...)}}
	},
	Done: func(c *tasks.Ctx, v *Checklist) forms.Page {
		result := forms.Success(v.outcome(), v.Note)
		if v.Success == view.No {
			result = forms.Warning(v.outcome(), v.Note)
		}
		return forms.Page{Body: forms.Body{result, forms.Summary(v.rows()...)}}
	},
}

// start reads the steps: lines of the brief that begin with a dash, or those of
// the settings. The rest of the brief leads in.
func start(c *tasks.Ctx, v *Checklist) {
	var lines []string
	for line := range strings.Lines(c.Task.Brief) {
		line = strings.TrimSpace(line)
		if step, ok := dashed(line); ok {
			lines = append(lines, step)
		} else if line != "" {
			v.Intro = strings.TrimSpace(v.Intro + "\n" + line)
		}
	}
	if len(lines) == 0 {
		lines = c.ConfigList("steps")
	}
	if len(lines) == 0 {
		lines = []string{or(c.Task.Title, "The work is done") + " (required)"}
	}
	for _, line := range lines[:min(len(lines), maxSteps)] {
		text, required := strings.CutSuffix(line, "(required)")
		if text = strings.TrimSpace(text); text != "" {
			v.Steps = append(v.Steps, Step{Text: clip(text, longestStep), Required: required})
		}
	}
}

// dashed is a line's text behind its dash: "- Take photographs".
func dashed(line string) (string, bool) {
	for _, mark := range [...]string{"- ", "* ", "• ", "[ ] "} {
		if text, ok := strings.CutPrefix(line, mark); ok {
			text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), "[ ]"))
			return text, text != ""
		}
	}
	return "", false
}

func steps(c *tasks.Ctx, v *Checklist) forms.Page {
	v.ticked = v.numbers()
	list := forms.Checkboxes("done", &v.ticked, "Which steps are done?").Short("Done")
	for i, s := range v.Steps {
		label := s.Text
		if s.Required {
			label += " (must be done)"
		}
		if list.Option(number(i), label); s.DoneOn != "" {
			list.OptionHint(s.said())
		}
	}
	return forms.Page{Title: or(c.Config("title"), "What is done?"), Body: forms.Body{
		forms.If(v.Intro != "", forms.Lead(v.Intro)), v.progress(), list,
	}}
}

// end asks what came of it.
func end(c *tasks.Ctx, v *Checklist) forms.Page {
	body := forms.Body{v.progress()}
	if open := v.open(); len(open) > 0 {
		body = append(body, forms.Notice("Still to be done", strings.Join(open, "\n")))
	}
	if c.Config("ask_outcome") != "false" {
		body = append(body, forms.YesNo("success", &v.Success, "Was it successful?").Short("Successful").Required("Say whether it was successful"))
	}
	if c.Config("ask_date") == "true" {
		body = append(body, forms.Date("on", &v.On, "On which day was it finished?").Short("Finished on").Required("Enter the day").Between("2000-01-01", c.Today))
	}
	if c.Config("ask_note") != "false" {
		body = append(body, forms.TextArea("note", &v.Note, "Note (optional)").Short("Note").Hint("What the case manager should know").Max(3000))
	}
	return forms.Page{Title: "What came of it?", Body: body}
}

// status says how far it is, in a few words for lists.
func (v *Checklist) status() string {
	if v.done() == 0 {
		return "To be done"
	}
	return strconv.Itoa(v.done()) + " of " + count(len(v.Steps), "step", "steps") + " done"
}

// open are the steps that must be done and are not.
func (v *Checklist) open() (open []string) {
	for _, s := range v.Steps {
		if s.Required && s.DoneOn == "" {
			open = append(open, s.Text)
		}
	}
	return open
}

func number(i int) string { return strconv.Itoa(i + 1) }

// numbers are those of the steps that are done.
func (v *Checklist) numbers() (done []string) {
	for i, s := range v.Steps {
		if s.DoneOn != "" {
			done = append(done, number(i))
		}
	}
	return done
}

func (v *Checklist) done() int { return len(v.numbers()) }

func (v *Checklist) progress() forms.Node {
	return forms.Progress(strconv.Itoa(v.done())+" of "+count(len(v.Steps), "step", "steps")+" done", float64(v.done()), float64(max(len(v.Steps), 1)))
}

// tick takes over what is ticked: a step keeps the day on which it was first.
func (v *Checklist) tick(c *tasks.Ctx) {
	by := ""
	if c.User != nil {
		by = c.User.Name
	}
	for i := range v.Steps {
		s := &v.Steps[i]
		switch ticked := slices.Contains(v.ticked, number(i)); {
		case !ticked:
			s.DoneOn, s.By = "", ""
		case s.DoneOn == "":
			s.DoneOn, s.By = c.Today, by
		}
	}
}

// required insists on the steps that must be done; where it was not successful,
// on the reason instead.
func required(c *tasks.Ctx, v *Checklist) {
	switch open := len(v.open()); {
	case v.Success == view.No && v.Note == "" && c.Config("ask_note") != "false":
		c.Error("note", "Say why it was not successful")
	case v.Success != view.No && open > 0:
		c.Error("", count(open, "step", "steps")+" must still be done. Go back and tick what is done, or say that it was not successful.")
	}
}

func (s Step) said() string {
	if s.By == "" {
		return "Done on " + host.SayDate(s.DoneOn)
	}
	return "Done on " + host.SayDate(s.DoneOn) + " by " + s.By
}

func (v *Checklist) rows() (rows []*forms.Listed) {
	for _, s := range v.Steps {
		text := "Not done"
		if s.DoneOn != "" {
			text = s.said()
		}
		rows = append(rows, forms.Row(s.Text, text))
	}
	return rows
}

// finish puts what was done on the case.
func finish(c *tasks.Ctx, v *Checklist) {
	note := "“" + c.Task.Title + "”: " + v.outcome()
	for _, s := range v.Steps {
		mark := "\n✗ "
		if s.DoneOn != "" {
			mark = "\n✓ "
		}
		note += mark + s.Text
	}
	if v.Note != "" {
		note += "\n\n" + v.Note
	}
	c.AddNote(note)
	c.Done(v.outcome())
}

func (v *Checklist) outcome() string {
	said := "Done"
	switch v.Success {
	case view.Yes:
		said = "Successful"
	case view.No:
		said = "Not successful"
	}
	said += ": " + strconv.Itoa(v.done()) + " of " + count(len(v.Steps), "step", "steps") + " done"
	if v.On != "" {
		said += ", finished on " + host.SayDate(v.On)
	}
	return said
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// clip shortens a text to so many letters.
func clip(text string, letters int) string {
	runes := []rune(text)
	if len(runes) <= letters {
		return text
	}
	return string(runes[:letters-1]) + "…"
}
