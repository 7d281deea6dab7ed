package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/webtest"
)

// The task types and sections of the case type that has all that is shipped.
var shippedTasks = []string{
	"investigate: casement.investigate/investigate", "respond: casement.respond/respond", "approve: casement.approve/approve",
	"collect: casement.collect/collect", "acknowledge: casement.acknowledge/acknowledge", "validate: casement.validate/validate",
	"feedback: casement.feedback/feedback", "checklist: casement.multipurpose/checklist",
}

// desk is an installation with everything that is shipped on one case type.
type desk struct {
	*premises
	priya core.Actor
	ines  core.Actor
	main  *core.Case // at a place, with all the tasks
	look  string     // folder for pictures; "" for none
}

func openDesk(t *testing.T) *desk {
	d := &desk{premises: openPremises(t, 1), look: os.Getenv("CASEMENT_PICTURES")}
	d.priya = d.employ("Priya Raghunathan", nil, "complaints-team")
	d.ines = d.employ("Ines Carvalho", nil, "highways")
	var lines []string
	for _, line := range shippedTasks {
		key, entry, _ := strings.Cut(line, ": ")
		lines = append(lines, fmt.Sprintf("  - { key: all-%s, name: %s, workflow: \"plugin:%s\", assign_to: [manager, highways], within: 5 working days }\n", key, key, entry))
	}
	d.publish("grievance", "GRV", "casement.complaint/complaint", lines,
		"details: [plugin:casement.outcome/outcome, plugin:casement.location/location, plugin:casement.related/related]\nportal: { sections: [outcome] }\n")
	at := core.Point{Lat: 54.9781, Lng: -1.6172}
	for i, subject := range []string{"The lamp outside is dark", "Bins left full", "The crew drove over the hedge"} {
		id := core.NewID[core.CaseID]()
		near := core.Point{Lat: at.Lat + float64(i)*0.0001, Lng: at.Lng}
		if _, err := d.door.cases.Do(t.Context(), d.priya, cases.One(id, 0, &cases.Raise{
			Type: "grievance", Subject: subject, Description: "It has been so since the 3rd, and nobody rang back.", Subtype: "missed-collection",
			Channel: core.ChannelTelephone, Contact: core.Contact{Name: "Oluwaseun Adéyẹmí", Email: "seun@example.org", Phone: "07700 900482"},
			Address: "27 Weir View, NM3 9PL", Place: &near,
		})); err != nil {
			t.Fatal(err)
		}
		d.main = d.read(id)
	}
	return d
}

// seen holds a page against the accessibility rules in light and dark, and
// looks whether it fits a telephone.
func (d *desk) seen(p *webtest.Page, name string) {
	d.t.Helper()
	webtest.Eval[bool](p, `(document.activeElement.blur(), scrollTo(0, 0), true)`)
	show := func(kind string, width, height int, dark bool) {
		if p.Appear(width, height, dark); d.look != "" { // the whole page is pictured
			whole := max(height, webtest.Eval[int](p, `document.documentElement.scrollHeight`))
			p.Screenshot(filepath.Join(d.look, name+kind+".png"), width, whole, dark)
		}
	}
	show("-telephone", 390, 844, false)
	if over := webtest.Eval[int](p, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
		d.t.Errorf("%s is %d pixels wider than a telephone", name, over)
	}
	show("-dark", 1280, 900, true)
	p.Legible()
	show("", 1280, 900, false)
	p.Accessible()
}

// Everything that is shipped works in a browser: a resident raises a case with
// the complaint form, officers do a task of every kind on another, and read and
// write its sections; whoever has a task alone sees that and nothing else.
func TestShippedPluginsWorkInTheBrowser(t *testing.T) {
	d := openDesk(t)
	d.aResidentComplains()
	d.otherFormsAreFilledIn()
	d.everyTaskIsDone()
	d.sectionsAreReadAndWritten()
	d.whoHasATaskSeesThatAlone()
}

// aResidentComplains fills in the shipped form, with mistakes, a way back and
// a file.
func (d *desk) aResidentComplains() {
	t := d.t
	t.Helper()
	p := webtest.Open(t, d.url+"/forms/complaint")
	p.Submit(`main form`)
	p.WaitFor(`form[data-tree]`)
	first := p.URL()
	p.Click(`form[data-tree] .button-main[value="submit"]`)
	p.WaitFor(`.error-summary`)
	d.seen(p, "form-error")
	d.later(5 * time.Minute)
	const said = "The green bins in Weir View were left full twice this month. Nobody rang back."
	back, uploaded, reviewed := false, false, false
	for page := 0; !strings.Contains(p.URL(), "/done/"); page++ {
		if page > 20 {
			t.Fatalf("the form has no end: it is at %s", p.URL())
		}
		at := p.URL()
		if page == 2 && !back {
			// What was typed before is there still.
			back = true
			p.Click(`button[value="back"]`)
			p.WaitUntil("the page before", `location.href !== `+inQuotes(at)+` && document.readyState === "complete"`)
			if !strings.Contains(p.HTML(), "left full twice") {
				t.Errorf("on the way back what was typed is gone:\n%.400s", p.Text("main"))
			}
			p.Click(`form[data-tree] .button-main[value="submit"]`)
			p.WaitUntil("the page again", `location.href === `+inQuotes(at)+` && document.readyState === "complete"`)
		}
		if p.Count(`input[type="file"]`) > 0 && !uploaded {
			uploaded = true
			p.Upload(`input[type="file"]`, photograph(t))
			p.WaitFor(`button[value^="remove:"]`)
		}
		if p.Count(`.summary-list a`) > 0 && p.Count(`input[name^="f:"], textarea`) == 0 {
			reviewed = true
			p.WaitForText(`main`, "left full twice this month")
			p.WaitForText(`main`, "bins.png")
		}
		webtest.Eval[bool](p, fillInScript(said))
		d.seen(p, fmt.Sprintf("form-%d", page))
		webtest.Eval[bool](p, `document.querySelector("form[data-tree]").toggleAttribute("data-sent", true)`)
		p.Click(`form[data-tree] .button-row .button-main`)
		p.WaitUntil("an answer to "+at, `document.querySelector("[data-sent]") === null && document.readyState === "complete"`)
		if p.Count(`.error-summary`) > 0 && p.URL() == at {
			t.Fatalf("%s refuses:\n%s", at, p.Text(`.error-summary`))
		}
	}
	if !uploaded || !reviewed || !back {
		t.Errorf("the form that began at %s took a file: %v, showed all answers: %v, went back: %v", first, uploaded, reviewed, back)
	}
	d.seen(p, "form-done")
	if n := d.count(`SELECT count(*) FROM cases WHERE description LIKE '%left full twice%' AND type_key = 'complaint'`); n != 1 {
		t.Errorf("%d cases were raised", n)
	}
}

func inQuotes(s string) string { return fmt.Sprintf("%q", s) }

// fillInScript answers every question of a page that has no answer yet, as a
// resident who complains for themselves would.
func fillInScript(said string) string {
	return `(() => {
	const fields = [...document.querySelectorAll('form[data-tree] [name^="f:"]')]
	const hidden = e => e.closest('.conditional') !== null
	for (const name of new Set(fields.filter(e => e.type === 'radio' && !hidden(e)).map(e => e.name))) {
		const group = fields.filter(e => e.name === name)
		if (!group.some(e => e.checked)) (group.find(e => e.value === 'no') ?? group[0]).click()
	}
	for (const e of fields) {
		if (e.value !== '' && e.type !== 'checkbox' || hidden(e) || e.name.includes(':', 2)) continue
		switch (true) {
		case e.tagName === 'TEXTAREA': e.value = ` + inQuotes(said) + `; break
		case e.tagName === 'SELECT': e.selectedIndex = 1; break
		case e.type === 'email': e.value = 'seun@example.org'; break
		case e.type === 'tel': e.value = '07700 900482'; break
		case e.autocomplete === 'name': e.value = 'Oluwaseun Adéyẹmí'; break
		}
	}
	return true
})()`
}

// press does one thing on the page of a task: fills in, presses, and waits for
// words.
type press struct {
	fill   func(p *webtest.Page)
	button string // its label
	wait   string // words on the page that answers
}

// pressOn presses a button of the workflow by its label.
func pressOn(p *webtest.Page, label string) {
	const found = `[...document.querySelectorAll('#task .button-row button')].find(b => b.textContent.trim() === `
	p.WaitUntil("the button “"+label+"”", found+inQuotes(label)+`) !== undefined`)
	p.Click(`#task .button-row button[value="` + webtest.Eval[string](p, found+inQuotes(label)+`).value`) + `"]`)
}

// waits tells whether the page leaves what was typed alone when it hears that the
// case has changed.
const waits = `new Promise(done => {
	addEventListener('htmx:beforeRequest', event => { if (event.detail.elt.id === 'task') done(event.defaultPrevented) })
	document.body.dispatchEvent(new CustomEvent(document.querySelector('#task').getAttribute('hx-trigger').split(' ')[0]))
})`

func (d *desk) everyTaskIsDone() {
	t := d.t
	t.Helper()
	tick := func(p *webtest.Page, name string) {
		p.Click(`input[name="f:` + name + `"]`)
		p.WaitUntil(name+" to be ticked", `document.querySelector('input[name="f:`+name+`"]').checked`)
	}
	typing := func(name, text string) func(*webtest.Page) {
		return func(p *webtest.Page) { p.Type(`[name="f:`+name+`"]`, text) }
	}
	date := func(p *webtest.Page, name string) {
		now := d.door.clock.Now()
		for part, value := range map[string]int{"day": now.Day(), "month": int(now.Month()), "year": now.Year()} {
			p.Type(`[name="f:`+name+`:`+part+`"]`, fmt.Sprint(value))
		}
	}
	all := []struct {
		key, brief, done string
		steps            []press
	}{
		{"investigate", "- The bins were left\n- Nobody rang back", "Done by", []press{
			{nil, "Add this update", "Say what you did and found out"},
			{func(p *webtest.Page) {
				p.Type(`textarea[name="f:did"]`, "Rang the crew of round 4. They had a new sheet.")
				p.Upload(`input[type="file"]`, photograph(t))
			}, "Add this update", "They had a new sheet."},
			{nil, "Go on to the findings", "What did you find?"},
			{func(p *webtest.Page) {
				for _, n := range []string{"1", "2"} {
					tick(p, "finding-"+n)
					p.Type(`[name="f:why-`+n+`"]`, "The sheet of the round shows it.")
				}
				p.Type(`[name="f:recommend"]`, "Give the crew the old sheet back.")
			}, "Read it through", "Is this what you found?"},
			{nil, "Finish the investigation", "Done by"},
		}},
		{"respond", "", "Done by", []press{
			{func(p *webtest.Page) {
				p.Type(`[name="f:text"]`, "Dear Oluwaseun, we are sorry. The crew comes on Friday.")
				p.Click(`input[name="f:way"][value="message"]`)
				p.Click(`input[name="f:approver"][value="nobody"]`)
			}, "Show me how it will look", "This is how it will look"},
			{nil, "Send it", "Done by"},
		}},
		{"approve", "May we pay 20 pounds for the hedge?", "Approved", []press{
			{nil, "Return it to be corrected", "Say what is to be corrected"},
			{typing("comment", "That is little for a hedge."), "Approve", "Done by"},
		}},
		{"collect", "We need to know:\n- Was the bin out? (yes/no)\n- When was it emptied last? (date)\n- Who drove? (short) (optional)", "Done by", []press{
			{nil, "Send the answers", "another look"},
			{func(p *webtest.Page) { tick(p, "q1"); date(p, "q2") }, "Send the answers", "Done by"},
		}},
		{"acknowledge", "", "Done by", []press{{nil, "Draw it up", "What the requester reads"}, {nil, "Send it", "Done by"}}},
		{"validate", "", "Done by", []press{
			{nil, "Confirm the identity", "Choose what you have seen"},
			{func(p *webtest.Page) {
				for _, name := range []string{"seen", "how", "name", "address"} {
					tick(p, name)
				}
				date(p, "seen_on")
			}, "Confirm the identity", "Done by"},
		}},
		{"feedback", "", "Done by", []press{
			{func(p *webtest.Page) {
				tick(p, "score")
				p.Type(`[name="f:words"]`, "Quick, once somebody answered.")
				p.Click(`input[name="f:call_back"][value="no"]`)
			}, "Record what they said", "Done by"},
		}},
		{"checklist", "Before Friday:\n- Ring the crew (required)\n- Put a note on the sheet", "Done by", []press{
			{func(p *webtest.Page) { tick(p, "done") }, "Go on to the end", "What came of it?"},
			{func(p *webtest.Page) { tick(p, "success") }, "Finish", "Done by"},
		}},
	}
	p := d.signIn("priya@northmoor.example")
	p.Expect("422")
	for i, one := range all {
		d.task(d.priya, d.main.ID, &tasks.Add{Type: "all-" + one.key, Title: "Task to " + one.key, Brief: one.brief, Assignee: d.priya.StaffID(), Group: "complaints-team"})
		at := fmt.Sprintf("%s/cases/%s/tasks/%d", d.url, d.main.Ref, i+1)
		p.Go(at)
		for n, step := range one.steps {
			if step.fill != nil {
				step.fill(p)
			}
			d.seen(p, fmt.Sprintf("task-%s-%d", one.key, n+1))
			if step.fill != nil && !webtest.Eval[bool](p, waits) {
				t.Errorf("%s: what was typed is drawn over when something else happens to the case", at)
			}
			pressOn(p, step.button)
			p.WaitForText(`#task`, step.wait)
		}
		p.Go(at)
		p.WaitForText(`#task`, one.done)
		d.seen(p, "task-"+one.key+"-done")
	}
	p.Go(d.url + "/cases/" + string(d.main.Ref) + "/tasks")
	d.seen(p, "case-tasks")
	p.Go(d.url + "/cases/" + string(d.main.Ref) + "/history")
	p.WaitForText(`.timeline`, "casement.investigate 1.0.0")
	d.seen(p, "case-history")
	p.Go(d.url + "/tasks")
	d.seen(p, "tasks")
	// What was meant for the requester reached them.
	resident := webtest.Open(t, d.url+"/track/"+d.door.cases.TrackingToken(d.main.ID))
	resident.WaitForText(`main`, "The crew comes on Friday.")
	d.seen(resident, "track")
	resident.WaitForText(`#section-outcome`, "Once we have answered, you can read here what we found")
	if text := resident.Text("main"); strings.Contains(text, "round 4") || strings.Contains(text, "location") {
		t.Errorf("the requester reads what is for staff:\n%s", text)
	}
}

func (d *desk) sectionsAreReadAndWritten() {
	d.t.Helper()
	p := d.signIn("priya@northmoor.example")
	p.Expect("422")
	at := d.url + "/cases/" + string(d.main.Ref) + "/details"
	p.Go(at)
	p.WaitForText(`#section-outcome`, "No outcome is written down yet.")
	p.WaitFor(`#section-location`)
	p.WaitFor(`#section-related`)
	d.eventually("the other cases at the place are found", 20*time.Second, func() bool {
		p.Go(at)
		p.WaitFor(`#section-location .tree`)
		p.WaitFor(`#section-related .tree`)
		return strings.Contains(p.Text(`#section-location`), "Bins left full") && strings.Contains(p.Text(`#section-related`), "Bins left full")
	})
	d.seen(p, "case-details")
	p.Click(`#section-outcome button.button`)
	p.WaitFor(`#section-outcome input[name="f:finding-1"]`)
	p.Click(`#section-outcome input[name="f:finding-1"]`)
	p.Type(`#section-outcome [name="f:remedy"]`, "A crew on Friday, and an apology.")
	p.Type(`#section-outcome [name="f:cost"]`, "45.50")
	p.Click(`#section-outcome .button-row button.button-main`)
	p.WaitForText(`#section-outcome`, "Say what was learned")
	d.seen(p, "case-outcome-error")
	p.Type(`#section-outcome [name="f:lessons"]`, "New sheets go to every crew on the same day.")
	p.Type(`#section-outcome [name="f:changes"]`, "Crews now hear of a new gate code the day it changes.")
	p.Click(`#section-outcome .button-row button.button-main`)
	p.WaitForText(`#section-outcome`, "New sheets go to every crew")
	p.WaitForText(`#section-outcome`, "45.5")
	p.Go(at)
	p.WaitForText(`#section-outcome`, "A crew on Friday")
	d.seen(p, "case-outcome")
	if n := d.count(`SELECT count(*) FROM cases WHERE id = $1 AND fields->>'remedy' = 'A crew on Friday, and an apology.' AND fields->>'finding' = 'upheld'`, d.main.ID); n != 1 {
		d.t.Errorf("the fields of the section are not those of the case: %v", d.read(d.main.ID).Fields)
	}
	d.theRequesterReadsTheOutcome()
	// Each is a page of its own as well.
	for _, key := range []string{"outcome", "location", "related"} {
		p.Go(d.url + "/cases/" + string(d.main.Ref) + "/sections/" + key)
		p.WaitFor(`#section-` + key)
		d.seen(p, "section-"+key)
	}
}

// theRequesterReadsTheOutcome closes the case: its requester then reads what the
// section says to them, and no more of it.
func (d *desk) theRequesterReadsTheOutcome() {
	t := d.t
	t.Helper()
	d.do(d.priya, d.main.ID, &cases.StartWork{}, &cases.Close{Reason: "upheld"})
	at := d.url + "/track/" + d.door.cases.TrackingToken(d.main.ID)
	p := webtest.Open(t, at)
	for _, words := range []string{"We uphold your complaint", "A crew on Friday, and an apology.", "the day it changes"} {
		p.WaitForText(`#section-outcome`, words)
	}
	d.seen(p, "track-outcome")
	for _, path := range []string{at, at + "/sections/outcome"} {
		p.Go(path)
		p.WaitForText(`#section-outcome`, "We uphold your complaint")
		for _, private := range []string{"New sheets go", "45.5", "Finding on"} {
			if strings.Contains(p.HTML(), private) {
				t.Errorf("%s tells the requester %q", path, private)
			}
		}
		if p.Count(`#section-location, #section-related, #section-outcome button`) > 0 {
			t.Errorf("%s has more than the requester may read", path)
		}
	}
	d.seen(p, "track-section")
}

// whoHasATaskSeesThatAlone gives a task of a restricted case to somebody of
// another group.
func (d *desk) whoHasATaskSeesThatAlone() {
	t := d.t
	t.Helper()
	cs := d.raise(d.priya, "grievance", "About umbrage", "A word that is for few: umbrage.")
	d.task(d.priya, cs.ID, &tasks.Add{Type: "all-collect", Title: "Ask the depot", Brief: "- Was it out? (yes/no)", Group: "highways", Assignee: d.ines.StaffID()})
	d.task(d.priya, cs.ID, &tasks.Add{Type: "all-investigate", Title: "Look into it", Group: "complaints-team", Assignee: d.priya.StaffID()})
	at := "/cases/" + string(cs.Ref)
	p := d.signIn("ines@northmoor.example")
	p.Go(d.url + "/tasks")
	p.WaitForText(`main`, "Ask the depot")
	if strings.Contains(p.Text("main"), "Look into it") {
		t.Error("the list shows somebody else's task")
	}
	p.Go(d.url + at + "/tasks/1")
	p.WaitForText(`#task`, "Was it out?")
	d.seen(p, "task-alone")
	if strings.Contains(p.HTML(), "umbrage") {
		t.Error("the page of the task tells of its case")
	}
	v := d.enter("ines@northmoor.example")
	for _, path := range []string{"", "/details", "/history", "/tasks", "/tasks/2", "/sections/outcome", "/sections/location", "/sections/related", "/access", "/emails"} {
		a, err := v.ask(http.MethodGet, at+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if a.status != http.StatusNotFound || strings.Contains(a.body, "umbrage") {
			t.Errorf("%s for whoever has a task alone: %d", path, a.status)
		}
	}
	for _, path := range []string{"/tasks/2", "/sections/outcome"} {
		page := mustGet(t, v, at+"/tasks/1")
		if a, err := v.ask(http.MethodPost, at+path, hidden(page.body, "step", "work", "do", "submit", "f:did", "umbrage")); err != nil || a.status != http.StatusNotFound {
			t.Errorf("sending %s for whoever has a task alone: %d, %v", path, a.status, err)
		}
	}
	p.Go(d.url + at + "/tasks/1")
	p.Click(`input[name="f:q1"]`)
	pressOn(p, "Send the answers")
	p.WaitForText(`#task`, "Done by")
}
