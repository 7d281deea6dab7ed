// The task of looking into something over days: updates with evidence, waiting
// for others, then a finding on each point and what to do about it.
package main

import (
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/tasks"
	"github.com/casement-dev/casement/sdk/view"
)

// A state of a task has room for so much.
const (
	maxUpdates  = 50
	maxWritten  = 150_000 // bytes of all updates
	maxPoints   = 8
	longestDone = 2000 // letters of one update
	longestWhy  = 1200
	longestLine = 120 // letters of what becomes a heading
)

// Inquiry is where an investigation stands.
type Inquiry struct {
	Updates   []Update
	Points    []Point
	Recommend string
	WaitUntil string // a date; "" when nothing is waited for
	WaitFor   string
	Overdue   string // what was waited for until its day, in vain so far

	date, did, spoke string // the update that is being written
	evidence         []forms.File
	until, what      string // what is to be waited for
}

// Update is something that was done.
type Update struct {
	Date  string
	Did   string
	Spoke string // to whom
	By    string
	Files []forms.File
}

// Point is one thing to be found on.
type Point struct{ Text, Finding, Why string }

func keep(k *state.Keeper, v *Inquiry) {
	state.List(k, "updates", &v.Updates, func(k *state.Keeper, u *Update) {
		k.Text("date", &u.Date)
		k.Text("did", &u.Did)
		k.Text("spoke", &u.Spoke)
		k.Text("by", &u.By)
		k.Files("files", &u.Files)
	})
	state.List(k, "points", &v.Points, func(k *state.Keeper, p *Point) {
		k.Text("text", &p.Text)
		k.Text("finding", &p.Finding)
		k.Text("why", &p.Why)
	})
	k.Text("recommend", &v.Recommend)
	k.Text("wait_until", &v.WaitUntil)
	k.Text("wait_for", &v.WaitFor)
	k.Text("overdue", &v.Overdue)
}

// Task is the entry "investigate" of the manifest.
var Task = tasks.Task[Inquiry]{
	ID:    "investigate",
	Keep:  keep,
	Start: start,
	Steps: []tasks.Step[Inquiry]{
		{ID: "work", Status: "Being looked into", View: work, Press: stopWaiting, Outcomes: []tasks.Outcome[Inquiry]{
			{ID: "add", Label: "Add this update", Check: addable, Then: func(c *tasks.Ctx, v *Inquiry) { v.add(c); v.stay(c, "work") }},
			{ID: "save", Label: "Save and go on later", Unchecked: true, Then: func(c *tasks.Ctx, v *Inquiry) { v.stay(c, "") }},
			{ID: "wait", Label: "Wait for something", Unchecked: true, Then: func(c *tasks.Ctx, v *Inquiry) { v.addTyped(c); v.stay(c, "wait") }},
			{ID: "find", Label: "Go on to the findings", Unchecked: true, Then: func(c *tasks.Ctx, v *Inquiry) { v.addTyped(c); v.stay(c, "findings") }},
		}},
		{ID: "wait", Back: "work", View: waiting, Outcomes: []tasks.Outcome[Inquiry]{
			{ID: "until", Label: "Wait, and remind me", Then: func(c *tasks.Ctx, v *Inquiry) {
				v.WaitUntil, v.WaitFor, v.Overdue = v.until, v.what, ""
				v.stay(c, "work")
			}},
		}},
		{ID: "findings", Back: "work", Status: "Findings being written", View: findings, Press: another, Check: complete, Outcomes: []tasks.Outcome[Inquiry]{
			{ID: "look", Label: "Read it through", Then: func(c *tasks.Ctx, v *Inquiry) { v.stay(c, "check") }},
			{ID: "save", Label: "Save and go on later", Unchecked: true, Then: func(c *tasks.Ctx, v *Inquiry) { v.stay(c, "") }},
		}},
		{ID: "check", Back: "findings", Status: "Findings being written", View: check, Outcomes: []tasks.Outcome[Inquiry]{
			{ID: "finish", Label: "Finish the investigation", Then: finish},
		}},
	},
	Timer:    rung,
	Returned: func(c *tasks.Ctx, v *Inquiry, why string) { c.Goto("findings") },
	Watch: func(c *tasks.Ctx, v *Inquiry) forms.Page {
		return forms.Page{Body: append(v.soFar(), forms.If(len(v.Updates) == 0, forms.Text("Nothing is reported yet.")))}
	},
	Done: func(c *tasks.Ctx, v *Inquiry) forms.Page {
		return forms.Page{Body: append(forms.Body{forms.Success(v.outcome(), "")}, append(v.findings(), v.soFar()...)...)}
	},
}

// start takes the points to find on from the brief, where each stands after a
// dash, or else from what the case is about.
func start(c *tasks.Ctx, v *Inquiry) {
	for line := range strings.Lines(c.Task.Brief) {
		if text, ok := strings.CutPrefix(strings.TrimSpace(line), "- "); ok && len(v.Points) < maxPoints {
			v.Points = append(v.Points, Point{Text: clip(strings.TrimSpace(text), longestLine)})
		}
	}
	if len(v.Points) == 0 {
		v.Points = []Point{{}}
		if c.Case != nil {
			v.Points[0].Text = clip(c.Case.Subject, longestLine)
		}
	}
}

// stay shows a step, or with "" the same as it is, and goes on waiting for what
// is waited for.
func (v *Inquiry) stay(c *tasks.Ctx, step string) {
	if v.WaitUntil != "" {
		c.Wait(v.WaitUntil, "Waiting until "+host.SayDate(v.WaitUntil)+": "+clip(v.WaitFor, 60))
	}
	if step == "" {
		c.Stay()
		return
	}
	c.Goto(step)
}

func work(c *tasks.Ctx, v *Inquiry) forms.Page {
	if v.date == "" {
		v.date = c.Today
	}
	n := strconv.Itoa(len(v.Updates) + 1) // the files of each update are its own
	body := v.soFar()
	if v.full() {
		return forms.Page{Title: "What has been found out", Body: append(body, forms.Notice("", "There is room for no more updates. Go on to the findings."))}
	}
	return forms.Page{Title: "What has been done?", Body: append(body,
		forms.TextArea("did", &v.did, "What did you do, and what did you find out?").Required("Say what you did and found out").Max(longestDone),
		forms.Date("date", &v.date, "When?").Hint("The day it was done").Required("Enter the day it was done").Between("2000-01-01", c.Today),
		forms.Line("spoke", &v.spoke, "Who did you speak to? (optional)").Hint("Name and role, for example “Sam Field, crew of round 4”").Max(longestLine),
		forms.Files("evidence-"+n, &v.evidence, "Evidence (optional)").Hint("Photographs, letters, records: up to 10 files of 20 MB").Max(10).MaxMegabytes(20),
	)}
}

// soFar shows what is waited for, what was done, and its evidence.
func (v *Inquiry) soFar() forms.Body {
	var lines []*forms.Listed
	var files []forms.File
	for _, u := range v.Updates {
		line := forms.Row(said(u), u.Did).At(u.Date)
		if len(u.Files) > 0 {
			line.Hint(count(len(u.Files), "file", "files") + " of evidence")
		}
		lines, files = append(lines, line), append(files, u.Files...)
	}
	var body forms.Body
	if v.WaitUntil != "" {
		body = append(body, forms.Notice("Waiting until "+host.SayDate(v.WaitUntil), v.WaitFor), forms.Button("stop", "Wait no longer"))
	}
	if v.Overdue != "" {
		body = append(body, forms.Warning("The wait is over", "You waited for: "+v.Overdue))
	}
	if len(lines) > 0 {
		body = append(body, forms.Section("What has been done so far", forms.Timeline(lines...)))
	}
	if len(files) > 0 {
		body = append(body, forms.FileList("Evidence", files[max(0, len(files)-view.MaxFiles):]...))
	}
	return body
}

// said tells who did something, and whom they spoke to.
func said(u Update) string {
	said := "Update"
	switch {
	case u.By != "" && u.Spoke != "":
		said = u.By + " spoke to " + u.Spoke
	case u.Spoke != "":
		said = "Spoke to " + u.Spoke
	case u.By != "":
		said = u.By
	}
	return clip(said, longestLine)
}

// full says that the state has no room for another update.
func (v *Inquiry) full() bool {
	written := 0
	for _, u := range v.Updates {
		written += len(u.Did) + len(u.Spoke)
	}
	return len(v.Updates) >= maxUpdates || written > maxWritten
}

func addable(c *tasks.Ctx, v *Inquiry) {
	if v.full() {
		c.Error("", "There is room for no more updates. Go on to the findings.")
	}
}

// add takes what was typed as an update, and tells the case.
func (v *Inquiry) add(c *tasks.Ctx) {
	u := Update{Date: v.date, Did: v.did, Spoke: v.spoke, Files: v.evidence}
	if _, ok := host.DaysBetween(u.Date, u.Date); !ok || u.Date > c.Today {
		u.Date = c.Today
	}
	if c.User != nil {
		u.By = c.User.Name
	}
	v.Updates, v.Overdue = append(v.Updates, u), ""
	v.date, v.did, v.spoke, v.evidence = "", "", "", nil
	if c.Config("note_each_update") == "false" {
		return
	}
	note := "Update on “" + c.Task.Title + "”, " + host.SayDate(u.Date) + "\n\n" + u.Did
	if u.Spoke != "" {
		note += "\n\nSpoke to: " + u.Spoke
	}
	if len(u.Files) > 0 {
		note += "\n\nEvidence: " + names(u.Files)
	}
	c.AddNote(note)
}

// addTyped keeps an update that somebody wrote and did not add before they went
// on to something else.
func (v *Inquiry) addTyped(c *tasks.Ctx) {
	v.did = clip(v.did, longestDone)
	if v.did == "" && len(v.evidence) > 0 {
		v.did = "Added evidence"
	}
	if v.did != "" && !v.full() {
		v.add(c)
	}
}

func stopWaiting(c *tasks.Ctx, v *Inquiry, p forms.Pressed) {
	if p.ID == "stop" {
		v.WaitUntil, v.WaitFor = "", ""
		c.StopWaiting()
		c.Status("")
	}
}

func waiting(c *tasks.Ctx, v *Inquiry) forms.Page {
	return forms.Page{Title: "What do you wait for?", Body: forms.Body{
		forms.Line("what", &v.what, "What do you wait for, and from whom?").Hint("For example “the contractor’s records of 3 November”").
			Required("Say what you wait for").Max(150),
		forms.Date("until", &v.until, "Until when?").Hint("You are reminded that day, for example "+numbers(host.AddDays(c.Today, 7))).
			Required("Enter the day until which you wait").Between(host.AddDays(c.Today, 1), host.AddDays(c.Today, 365)),
		forms.If(c.Task.DueAt != "", forms.Hint("The task is due on "+host.SayDate(c.Task.DueAt)+".")),
	}}
}

// rung reminds of what was waited for.
func rung(c *tasks.Ctx, v *Inquiry) {
	if v.WaitFor == "" {
		return
	}
	v.Overdue, v.WaitUntil, v.WaitFor = v.WaitFor, "", ""
	c.Status("To be followed up: " + clip(v.Overdue, 60))
	to := ""
	if c.Task.Assignee != "" {
		to = "@" + c.Task.Assignee + " "
	}
	c.AddNote(to + "“" + c.Task.Title + "” waited until today for: " + v.Overdue)
}

var verdicts = [...]struct{ key, words, within string }{
	{"upheld", "Upheld", "upheld"}, {"partly", "Partly upheld", "partly upheld"},
	{"not-upheld", "Not upheld", "not upheld"}, {"not-proven", "Not proven either way", "not proven either way"},
}

func verdict(key string) string {
	for _, f := range verdicts {
		if f.key == key {
			return f.words
		}
	}
	return ""
}

func findings(c *tasks.Ctx, v *Inquiry) forms.Page {
	body := forms.Body{forms.If(len(v.Updates) > 0, forms.Details("What has been done so far", v.soFarOnly()...))}
	for i := range v.Points {
		p, n := &v.Points[i], strconv.Itoa(i+1)
		finding := forms.Radios("finding-"+n, &p.Finding, "Finding").Short("Finding on point " + n)
		for _, f := range verdicts {
			finding.Option(f.key, f.words)
		}
		body = append(body, forms.Section("Point "+n,
			forms.Line("point-"+n, &p.Text, "What is the point?").Short("Point "+n).Max(longestLine),
			finding,
			forms.TextArea("why-"+n, &p.Why, "Why?").Short("Why, on point "+n).Hint("The evidence that it rests on").Max(longestWhy),
		))
	}
	if len(v.Points) < maxPoints {
		body = append(body, forms.Button("another", "Add another point"))
	}
	recommend := forms.TextArea("recommend", &v.Recommend, "What should be done about it?").
		Short("Recommendation").Hint("To put it right, and so that it does not happen again").Max(2000)
	if c.Config("recommendation") != "false" {
		recommend.Required("Say what should be done, or that nothing needs to be done")
	}
	return forms.Page{Title: "What did you find?", Body: append(body, recommend)}
}

// soFarOnly is the timeline for a page whose work is something else: without
// buttons.
func (v *Inquiry) soFarOnly() forms.Body {
	waits := *v
	waits.WaitUntil, waits.Overdue = "", ""
	return waits.soFar()
}

func another(c *tasks.Ctx, v *Inquiry, p forms.Pressed) {
	if p.ID == "another" && len(v.Points) < maxPoints {
		v.Points = append(v.Points, Point{})
	}
}

// complete says what is missing; a point that was left empty is none.
func complete(c *tasks.Ctx, v *Inquiry) {
	found := false
	for i, p := range v.Points {
		n := strconv.Itoa(i + 1)
		if p == (Point{}) {
			continue
		}
		found = true
		if p.Text == "" {
			c.Error("point-"+n, "Say what the point is")
		}
		if p.Finding == "" {
			c.Error("finding-"+n, "Choose what you found")
		}
		if p.Why == "" {
			c.Error("why-"+n, "Say why")
		}
	}
	if !found {
		c.Error("point-1", "Enter at least one point")
	}
}

func check(c *tasks.Ctx, v *Inquiry) forms.Page {
	return forms.Page{Title: "Is this what you found?", Body: append(append(forms.Body{forms.Lead(v.outcome() + ".")}, v.findings()...),
		forms.Text("It goes on the case as a note that staff read. The case manager can send it back to be corrected."))}
}

// findings shows each point and the recommendation.
func (v *Inquiry) findings() forms.Body {
	var body forms.Body
	for _, p := range v.found() {
		body = append(body, forms.Section(p.Text, forms.Summary(forms.Row("Finding", verdict(p.Finding)), forms.Row("Why", p.Why))))
	}
	if v.Recommend != "" {
		body = append(body, forms.Section("Recommendation", forms.Text(v.Recommend)))
	}
	return body
}

// found are the points that were filled in.
func (v *Inquiry) found() (found []Point) {
	for _, p := range v.Points {
		if p.Text != "" && p.Finding != "" {
			found = append(found, p)
		}
	}
	return found
}

// outcome is the finding on the whole, in a sentence.
func (v *Inquiry) outcome() string {
	of := map[string]int{}
	points := v.found()
	for _, p := range points {
		of[p.Finding]++
	}
	all := ""
	switch n := len(points); {
	case n == 0:
		return "No finding"
	case of["upheld"] == n:
		all = "Upheld"
	case of["upheld"]+of["partly"] > 0:
		all = "Partly upheld"
	case of["not-proven"] == n:
		all = "Not proven either way"
	default:
		all = "Not upheld"
	}
	if len(points) == 1 {
		return all
	}
	var parts []string
	for _, f := range verdicts {
		if n := of[f.key]; n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+f.within)
		}
	}
	return all + ": of " + strconv.Itoa(len(points)) + " points, " + strings.Join(parts, ", ")
}

func finish(c *tasks.Ctx, v *Inquiry) {
	var note strings.Builder
	note.WriteString("Findings of “" + c.Task.Title + "”\n\n" + v.outcome() + ".")
	for i, p := range v.found() {
		note.WriteString("\n\n" + strconv.Itoa(i+1) + ". " + p.Text + "\n" + verdict(p.Finding) + ". " + p.Why)
	}
	if v.Recommend != "" {
		note.WriteString("\n\nRecommendation\n" + v.Recommend)
	}
	v.WaitUntil, v.WaitFor, v.Overdue = "", "", ""
	c.AddNote(note.String())
	c.Done(v.outcome())
}

func names(files []forms.File) string {
	list := make([]string, len(files))
	for i, f := range files {
		list[i] = f.Name
	}
	return strings.Join(list, ", ")
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// numbers writes a date as it is typed: 9 11 2026.
func numbers(date string) string {
	if len(date) != len("2026-11-09") {
		return date
	}
	return strings.TrimPrefix(date[8:], "0") + " " + strings.TrimPrefix(date[5:7], "0") + " " + date[:4]
}

// clip shortens a text to so many letters.
func clip(text string, letters int) string {
	runes := []rune(text)
	if len(runes) <= letters {
		return text
	}
	return string(runes[:letters-1]) + "…"
}
