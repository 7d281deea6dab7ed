package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/web/webtest"
)

// The guide is followed from an empty installation, by the words on the screen
// alone, and whatever it says in bold has been on a screen on the way. With
// CASEMENT_SCREENSHOTS its pictures are taken.
func TestTheGuideToAFirstCaseTypeIsFollowedStepByStepWithScreenshots(t *testing.T) {
	in := install(t)
	link := regexp.MustCompile(`/staff/password/\S+`).FindString(in.log.String())
	in.eventually("the administrator's link is printed", 20*time.Second, func() bool {
		link = regexp.MustCompile(`/staff/password/\S+`).FindString(in.log.String())
		return link != ""
	})
	g := &guide{t: t, in: in, p: webtest.Open(t, in.url+link), seen: map[string]bool{}, folder: os.Getenv("CASEMENT_SCREENSHOTS")}
	g.look()
	g.settleIn()
	g.calendar()
	g.caseType()
	g.promises()
	g.words()
	g.firstVersion()
	late, high, asked := g.cases()
	g.routines(high, late, asked)
	g.whatIf()
	g.chain()
	g.versions()
	g.said("../../docs/first-case-type.md")
}

// guide is somebody who follows the guide and knows no more than the screen says.
type guide struct {
	t      *testing.T
	in     *installation
	p      *webtest.Page
	seen   map[string]bool // what stood on screens
	folder string          // for pictures; "" takes none
}

const noiseDraft = "/configuration/types/noise-report/draft?section="

func (g *guide) settleIn() {
	g.fill("New password", "harbour lantern seven bricks")
	g.press("Set the password")
	g.fill("Email address", "admin@localhost.localdomain")
	g.fill("Password", "harbour lantern seven bricks")
	g.press("Sign in")
	g.p.WaitForText("main", "If this installation is new")
	g.press("People and groups")
	for _, name := range []string{"Noise team", "Noise duty", "Noise leads"} {
		g.open("/people/groups")
		g.fill("Name", name)
		g.press("Make the group")
	}
	g.open("/people/groups")
	g.press("Staff users")
	g.press("Administrator")
	g.fill("Name", "Kim Archer")
	g.fill("Email address", "kim@harbourside.example")
	g.tick("Noise team", "Noise leads")
	g.press("Save")
	g.press("Staff users")
	g.press("New staff user")
	g.fill("Name", "Sam Okoro")
	g.fill("Email address", "sam@harbourside.example")
	g.tick("Noise team", "Noise duty")
	g.press("Save")
	g.open("/people/groups/noise-team")
	g.picture("group", 620)
}

func (g *guide) calendar() {
	g.open("/configuration")
	g.press("New calendar")
	g.fill("Name", "Harbourside offices")
	g.press("Begin it")
	g.tick("England and Wales")
	g.press("Save")
	g.picture("calendar", 900)
	g.press("Publish…")
	g.press("Publish version 1")
}

func (g *guide) caseType() {
	g.open("/configuration")
	g.press("New case type")
	g.fill("Name", "Noise report")
	g.fill("References begin with", "NOI")
	g.press("Begin it")
	g.fill("Calendar", "Harbourside offices")
	g.fill("What it is for", "Tell us about noise that disturbs you.")
	g.press("Save")
	g.section("groups")
	g.several("May raise", "Everyone")
	g.several("Manage", "Noise team")
	g.several("May be handed cases", "Noise team", "Noise duty")
	g.several("Told of escalations", "Noise leads", "Heads of service")
	g.press("Save")
	g.section("form")
	g.fill("Name", "When is it loudest?")
	g.fill("Kind", "One of several")
	g.press("Add a field")
	g.fill("Choices", "By day\nIn the evening\nnight: At night")
	g.tick("It has to be answered")
	g.press("Save")
	g.picture("field", 820)
	g.section("statuses")
	for _, name := range []string{"Looking into it", "Officer visits"} {
		g.section("stages")
		g.fill("Name", name)
		g.press("Add a stage")
	}
	g.section("reasons")
	g.fill("Name", "No answer")
	g.press("Add a closure reason")
}

func (g *guide) promises() {
	g.section("targets")
	g.fill("Name", "First response")
	g.fill("Within", "1 working day")
	g.press("Add a target")
	g.fill("Starts when", "the case was received")
	g.fill("Stops when", "staff respond the first time")
	g.fill("Reminders", "2 working hours before")
	g.fill("Escalation ladder", "0\n1 working day")
	g.press("Save")
	g.section("targets")
	g.fill("Name", "Resolution")
	g.fill("Within", "10 working days")
	g.press("Add a target")
	g.tick("while a question to the requester is open", "while the status is one that waits")
	g.fill("Reminders", "2 working days before")
	g.fill("Escalation ladder", "0\n2 working days")
	g.tick("Extend it", "A reason must be given for an extension")
	g.press("Save")
	g.picture("target", 1560)
}

func (g *guide) words() {
	g.section("messages")
	g.press("Save the switches")
	g.open("/configuration")
	g.press("Messages")
	g.press("Confirmation to the requester")
	g.press("Show it")
	g.picture("message", 900)
}

func (g *guide) firstVersion() {
	g.section("examples")
	g.fill("Name", "Raised on a Friday afternoon")
	g.press("Add an example")
	g.fill("Raised", "Friday 16:50")
	g.fill("First response", "Monday 16:50")
	g.fill("Resolution", "Friday 16:50, 2 weeks later")
	g.press("Save")
	g.press("Publish…")
	g.press("Publish version 1")
}

// cases raises what there is to try routines on, and returns where each is.
func (g *guide) cases() (late, high, asked string) {
	raise := func(name, subject string, more ...string) string {
		g.open("/configuration")
		g.press("New case")
		g.press("Noise report")
		g.fill("Name", name)
		g.fill("Subject", subject)
		for i := 0; i < len(more); i += 2 {
			g.fill(more[i], more[i+1])
		}
		g.untick("Assign to me")
		g.press("Raise the case")
		g.p.WaitURL("/cases/NOI-")
		return strings.TrimPrefix(g.p.URL(), g.in.url)
	}
	high = raise("Rita Vale", "Drilling at night in Dock Street", "Priority", "High")
	late = raise("Omar Hale", "A dog that barks all day", "Received", time.Now().AddDate(0, 0, -10).Format("2006-01-02T15:04"))
	asked = raise("Mina Shah", "Music from the boat club", "Email", "mina@example.org")
	g.open(late)
	g.in.eventually("both levels of the ladder are told", 20*time.Second, func() bool {
		g.open(late)
		return strings.Contains(g.p.Text("main"), "Escalated to level 2")
	})
	g.press("How was this calculated?")
	g.tall("ledger", "How was this calculated?", 1000)
	g.press("More actions")
	g.press("Reassign to a group")
	g.fill("To the group", "Noise duty")
	g.press("Reassign")
	g.in.eventually("the case is handed over", 20*time.Second, func() bool {
		g.open(late)
		return !strings.Contains(g.p.Text("main"), "Noise team")
	})
	g.open(asked)
	g.click("Ask a question") // without a page of its own
	g.fill("Text", "Which night was it?")
	g.press("Ask question")
	g.p.WaitForText("main", "Which night was it?")
	return late, high, asked
}

func (g *guide) routines(high, late, asked string) {
	g.open("/configuration")
	g.press("Noise report")
	g.press("Change it")
	routine := func(name, about, is string) {
		g.section("routines")
		g.fill("Name", name)
		g.press("Add a routine")
		if about == "" {
			return
		}
		g.fill("What the condition is about", about)
		g.press("Condition")
		g.fill("Value 1", is)
	}
	act := func(what, argument, value string) {
		g.fill("What is to be done", what)
		g.press("Action")
		g.fill(argument, value)
		g.press("Save")
	}
	past := func(words string, of string) {
		g.press("The last 90 days")
		g.p.WaitForText("main", words)
		if of != "" {
			g.p.WaitForText("main", strings.TrimPrefix(of, "/cases/"))
		}
	}
	routine("High priority goes to duty", "Priority", "High")
	act("Hand the case to a group", "Group", "Noise duty")
	g.tall("routine", "", 900)
	g.fill("Case", strings.TrimPrefix(high, "/cases/"))
	g.press("Try")
	g.p.WaitForText("main", "Its condition holds")
	g.open(noiseDraft + "routines&item=routines/high-priority-goes-to-duty")
	past("1 of 3 cases would have been touched", high)
	g.picture("past", 780)

	routine("An officer visits", "", "")
	g.fill("What happens", "The case goes to another group")
	g.fill("What the condition is about", "Group")
	g.press("Condition")
	g.fill("Value 1", "Noise duty")
	act("Change the stage", "To", "Officer visits")
	past("1 of 3 cases would have been touched", late)

	routine("Close what nobody answers", "", "")
	g.tick("Nothing has happened for")
	g.fill("How long", "1 minute")
	g.fill("What the condition is about", "Open questions")
	g.press("Condition")
	g.fill("Value 1", "1")
	act("Close the case", "Reason", "No answer")
	g.in.pass(5 * time.Minute)
	past("1 of 3 cases would have been touched", asked)
	g.section("routines&item=routines/close-what-nobody-answers")
	g.fill("How long", "20 working days")
	g.press("Save")
	past("0 of 3 cases would have been touched", "")
}

func (g *guide) whatIf() {
	g.section("targets")
	g.press("Resolution")
	g.fill("Within", "3 working days")
	g.press("Save")
	g.press("What if it were so?")
	g.p.WaitForText("main", "Would be late")
	g.p.WaitForText("main", "A dog that barks all day")
	g.picture("what-if", 760)
	g.section("targets")
	g.press("See the changes")
	g.p.WaitForText("main", "does not hold")
	g.section("targets")
	g.press("Undo")
}

func (g *guide) chain() {
	g.press("See the changes")
	g.press("Publish version 2")
	g.press("New case")
	g.press("Noise report")
	g.fill("Name", "Rita Vale")
	g.fill("Subject", "Drilling again")
	g.fill("Priority", "High")
	g.untick("Assign to me")
	g.press("Raise the case")
	g.p.WaitURL("/cases/NOI-")
	at := strings.TrimPrefix(g.p.URL(), g.in.url)
	g.in.eventually("both routines have acted", 30*time.Second, func() bool {
		g.open(at + "/history")
		words := g.p.Text("main")
		return strings.Contains(words, "High priority goes to duty") && strings.Contains(words, "An officer visits")
	})
	g.picture("chain", 900)
	g.open(noiseDraft + "routines&item=routines/an-officer-visits")
	g.press("Its log")
	g.p.WaitForText("main", strings.TrimPrefix(at, "/cases/"))
}

func (g *guide) versions() {
	g.open("/configuration/types/noise-report")
	g.press("Versions")
	g.picture("versions", 420)
	g.press("Go back to it…")
	g.p.WaitForText("main", "Publish version 3")
}

// section opens a section of the draft.
func (g *guide) section(key string) {
	g.t.Helper()
	g.open(noiseDraft + key)
}

func (g *guide) open(path string) {
	g.t.Helper()
	g.p.Go(g.in.url + path)
	g.look()
}

// finders are what elements are found with, by the words on them.
const finders = `
	const norm = s => (s ?? '').replace(/\s+/g, ' ').replace(/ \(optional\)$/, '').trim()
	const shown = e => !e.closest('[aria-hidden=true]') && e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0
	const names = e => [norm(e.getAttribute('aria-label')), norm(e.innerText), norm(e.textContent)].filter(Boolean)
	const best = (all, of, name) => all.find(e => of(e).includes(name)) ?? all.find(e => of(e).some(n => n.startsWith(name)))
	const pressable = name => best([...document.querySelectorAll('main a, main button, main summary, header a, nav a, a')].filter(shown), names, name)
	const labels = e => [norm(e.getAttribute('aria-label')), ...[...e.labels ?? []].map(l => norm(l.innerText))].filter(Boolean)
	const fields = [...document.querySelectorAll('input:not([type=hidden], header *), select, textarea')].filter(e => e.type === 'checkbox' || e.type === 'radio' || shown(e))
	const field = name => best(fields, labels, name)
	const set = (e, value) => {
		if (e.tagName === 'SELECT') {
			const option = [...e.options].find(o => norm(o.textContent) === value)
			if (!option) return false
			value = option.value
		}
		e.value = value
		e.dispatchEvent(new Event('input', {bubbles: true}))
		e.dispatchEvent(new Event('change', {bubbles: true}))
		return true
	}`

// do waits until an expression over [finders] comes true.
func (g *guide) do(what, expression string, words ...string) {
	g.t.Helper()
	quoted := make([]any, len(words))
	for i, w := range words {
		raw, err := json.Marshal(w)
		if err != nil {
			g.t.Fatal(err)
		}
		quoted[i] = string(raw)
	}
	g.p.WaitUntil(what, "(() => {"+finders+"\nreturn "+fmt.Sprintf(expression, quoted...)+"})()")
}

// press presses the link or button with these words, and waits for the page it
// leads to.
func (g *guide) press(name string) {
	g.t.Helper()
	g.aim(name)
	if g.p.Count("[data-guide=leads]") > 0 {
		g.p.Follow("[data-guide=leads]")
	} else {
		g.p.Click("[data-guide]")
	}
	g.look()
}

// click is press on a page that stays.
func (g *guide) click(name string) {
	g.t.Helper()
	g.aim(name)
	g.p.Click("[data-guide]")
	g.look()
}

// aim marks what press presses.
func (g *guide) aim(name string) {
	g.t.Helper()
	g.do("there is “"+name+"” to press", `(e => {
		document.querySelectorAll('[data-guide]').forEach(e => e.removeAttribute('data-guide'))
		e?.setAttribute('data-guide', e.tagName === 'SUMMARY' || e.hasAttribute('hx-get') || e.closest('[hx-post]') ? 'stays' : 'leads')
		return e !== undefined
	})(pressable(%s))`, name)
}

// fill fills in the field with this label: types, or chooses by its words.
func (g *guide) fill(label, value string) {
	g.t.Helper()
	g.do("“"+label+"” takes “"+value+"”", `(e => e !== undefined && set(e, %[2]s))(field(%[1]s))`, label, value)
	g.look() // a dialog is there by now
}

// several makes a choice several times, in order.
func (g *guide) several(label string, values ...string) {
	g.t.Helper()
	for i, value := range values {
		name := fmt.Sprintf("%s, %d", label, i+1)
		if label == "Told of escalations" {
			name = fmt.Sprintf("%s, Level %d", label, i+1)
		}
		g.fill(name, value)
	}
}

func (g *guide) tick(labels ...string) {
	g.t.Helper()
	for _, label := range labels {
		g.do("there is “"+label+"” to tick", `(e => e !== undefined && (e.checked || (e.click(), e.checked)))(field(%s))`, label)
	}
}

func (g *guide) untick(label string) {
	g.t.Helper()
	g.do("there is “"+label+"” to untick", `(e => e !== undefined && (!e.checked || (e.click(), !e.checked)))(field(%s))`, label)
}

// look takes in what stands on the screen.
func (g *guide) look() {
	g.t.Helper()
	for _, words := range webtest.Eval[[]string](g.p, `(() => {`+finders+`
		return [...document.querySelectorAll('a, button, summary, label, legend, h1, h2, h3, th, option, dt, caption, .chip')].flatMap(names)
			.concat([...document.querySelectorAll('.edit-one .muted')].map(e => norm(e.innerText)))
	})()`) {
		g.seen[words] = true
	}
}

var bold = regexp.MustCompile(`\*\*([^*]+)\*\*`)

// said holds the guide against what was seen: every name in bold has to have
// stood on some screen.
func (g *guide) said(path string) {
	g.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		g.t.Fatal(err)
	}
	named := bold.FindAllStringSubmatch(string(text), -1)
	if len(named) < 50 {
		g.t.Errorf("the guide names %d things on the screen, which cannot be", len(named))
	}
	for _, m := range named {
		if name := strings.Join(strings.Fields(m[1]), " "); !g.seen[name] {
			g.t.Errorf("the guide says “%s”, and no screen on the way did", name)
		}
	}
	pictures := regexp.MustCompile(`screenshots/([\w-]+\.png)`).FindAllStringSubmatch(string(text), -1)
	if !slices.ContainsFunc(pictures, func(m []string) bool { return m[1] == "guide-past.png" }) {
		g.t.Error("the guide shows no routine that is tried on the past")
	}
	for _, m := range pictures {
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), "screenshots", m[1])); err != nil {
			g.t.Errorf("the guide shows a picture that there is not: %v", err)
		}
	}
}

// picture takes the picture of the guide with this name, so many pixels high.
func (g *guide) picture(name string, height int) {
	g.t.Helper()
	g.tall(name, "", height)
}

// tall is picture, scrolled to the field or the button with these words, which
// is opened if it opens.
func (g *guide) tall(name, words string, height int) {
	g.t.Helper()
	if g.folder == "" {
		return
	}
	g.p.Appear(1440, height, false)
	webtest.Eval[bool](g.p, `(document.querySelectorAll('.toast').forEach(e => e.remove()), true)`)
	if words != "" {
		g.do("“"+words+"” is in the picture", `(e => { const more = e?.closest('details'); if (more) more.open = true; e?.scrollIntoView({block: 'center'}); return e !== undefined })(field(%[1]s) ?? pressable(%[1]s))`, words)
	}
	g.p.Screenshot(filepath.Join(g.folder, "guide-"+name+".png"), 1440, height, false)
	g.p.Appear(1280, 800, false)
}
