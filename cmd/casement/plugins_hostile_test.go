package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/core/tasks"
)

// wrongs are what the hostile plugin does when it is told to. Each is a fault
// of its own, and must come to nothing but a sentence.
var wrongs = []string{"trap", "loop", "hoard", "dig", "garbage", "nothing", "giant", "steal", "pry", "give-up", "element", "attribute"}

// The ids under which the one hostile plugin is installed: each kind of entry
// has a plugin of its own, so that what befalls one says nothing of another.
const (
	hostileForm    = "test.hostile-form"
	hostileTask    = "test.hostile-task"
	hostileSection = "test.hostile-section"
	hostileAction  = "test.hostile-action"
)

const story = "Nobody came on the 3rd, nor on the 17th. <b>Twice!</b>"

// lair is an installation with a hostile plugin of every kind, and the honest
// ones that come with the program beside them.
type lair struct {
	*premises
	nadia   core.Actor
	console *visit // Nadia's
	honest  *visit // a resident on a page of the shipped complaint form
	at      string // where they are
	before  string // what they read there
}

// A plugin that does wrong, in whichever way and of whichever kind, costs its
// reader a sentence: nothing typed is lost, nothing of the case is changed, and
// the next page of every other plugin is as it was.
func TestPluginsThatDoWrongHurtNobody(t *testing.T) {
	l := openLair(t)
	l.aFormDoesWrong()
	l.aTaskDoesWrong()
	l.aSectionDoesWrong()
	l.anActionDoesWrong()
	l.aPluginThatKeepsFailingIsSwitchedOff()
}

func openLair(t *testing.T) *lair {
	w := openPremises(t, 1)
	l := &lair{premises: w, nadia: w.employ("Nadia Rahman", nil, "complaints-team")}
	for _, id := range []string{hostileForm, hostileTask, hostileSection, hostileAction} {
		w.serve(w.add(repacked(t, hostileModule(t), map[string]any{"id": id, "name": "Hostile " + id})))
	}
	w.publish("grievance", "GRV", hostileForm+"/form",
		[]string{"  - { key: wrong, name: Do wrong, workflow: \"plugin:" + hostileTask + "/task\", assign_to: [manager] }\n"},
		"details: [plugin:"+hostileSection+"/section]\nactions: [{ run: plugin:"+hostileAction+"/act, name: Do wrong }]\nportal: { sections: [section] }\n")
	l.console = w.enter("nadia@northmoor.example")
	l.honest = newVisit(t.Context(), w.url, "10.0.1.1")
	var err error
	if l.at, _, err = l.honest.begin("complaint"); err != nil {
		t.Fatal(err)
	}
	page, err := l.honest.get(l.at)
	if err != nil {
		t.Fatal(err)
	}
	l.before = words(page.body)
	return l
}

// hurt fails the test when what a plugin did is to be seen anywhere but in an
// answer of its own.
func (l *lair) hurt(what string) {
	l.t.Helper()
	page, err := l.honest.get(l.at)
	if err != nil {
		l.t.Fatalf("after %s: %v", what, err)
	}
	if now := words(page.body); now != l.before {
		l.t.Errorf("after %s the page of another plugin says\n%s\nand not\n%s", what, now, l.before)
	}
}

// plain fails the test unless an answer says what happened in words, and holds
// nothing that a plugin smuggled in.
func (l *lair) plain(what string, a reply, status int, said string) {
	l.t.Helper()
	if a.status != status || !strings.Contains(words(a.body), said) {
		l.t.Errorf("%s: %d, want %d and the words %q:\n%.700s", what, a.status, status, said, words(a.body))
	}
	for _, bad := range []string{"<script>alert", "onerror=alert", `onfocus="alert`, "panic", "goroutine", "wasm"} {
		if strings.Contains(a.body, bad) {
			l.t.Errorf("%s: the page holds %q", what, bad)
		}
	}
}

// keeps fails the test unless the story that was typed stands in a page.
func (l *lair) keeps(what, page string) {
	l.t.Helper()
	if !strings.Contains(words(page), story) {
		l.t.Errorf("%s: what was typed is gone:\n%.700s", what, words(page))
	}
}

func (l *lair) send(v *visit, path string, form url.Values) reply {
	l.t.Helper()
	a, err := v.ask(http.MethodPost, path, form)
	if err != nil {
		l.t.Fatal(err)
	}
	return a
}

func (l *lair) see(v *visit, path string) reply {
	l.t.Helper()
	a, err := v.get(path)
	if err != nil {
		l.t.Fatal(err)
	}
	return a
}

func (l *lair) aFormDoesWrong() {
	l.t.Helper()
	v := newVisit(l.t.Context(), l.url, "10.0.2.1")
	at, page, err := v.begin("grievance")
	if err != nil {
		l.t.Fatal(err)
	}
	for _, wrong := range wrongs {
		what := "a form that does " + wrong
		l.later(2 * time.Minute) // so that no breaker and no limit answers in its place
		a := l.send(v, at, hidden(page.body, "f:what", wrong, "f:story", story, "do", "submit"))
		l.plain(what, a, http.StatusServiceUnavailable, "has a problem just now")
		l.keeps(what, a.body)
		l.keeps(what+", opened again", l.see(v, at).body)
		l.hurt(what)
	}
	if n := l.count(`SELECT count(*) FROM cases`); n != 0 {
		l.t.Errorf("the form raised %d cases while it did wrong", n)
	}
	a := l.send(v, at, hidden(page.body, "f:what", "well", "f:story", story, "do", "submit"))
	if a.status != http.StatusSeeOther || !strings.Contains(a.location, "/done/") {
		l.t.Errorf("a form that behaves again: %d to %q\n%.600s", a.status, a.location, words(a.body))
	}
}

func (l *lair) aTaskDoesWrong() {
	l.t.Helper()
	cs := l.raise(l.nadia, "grievance", "A task that does wrong", story)
	l.task(l.nadia, cs.ID, &tasks.Add{Type: "wrong", Title: "Look into it", Assignee: l.nadia.StaffID()})
	at := "/cases/" + string(cs.Ref) + "/tasks/1"
	page := l.see(l.console, at)
	for _, wrong := range wrongs {
		what := "a task that does " + wrong
		l.later(2 * time.Minute)
		a := l.send(l.console, at, hidden(page.body, "f:what", wrong, "f:story", story, "do", "submit"))
		l.plain(what, a, http.StatusServiceUnavailable, "has a problem just now")
		l.keeps(what, a.body)
		l.keeps(what+", opened again", l.see(l.console, at).body)
		l.see(l.console, "/cases/"+string(cs.Ref)+"/tasks")
		l.hurt(what)
	}
	l.untouched(cs, "task")
	l.send(l.console, at, hidden(page.body, "f:what", "well", "f:story", story, "do", "submit"))
	if a := l.see(l.console, at); !strings.Contains(words(a.body), "Told to behave") {
		l.t.Errorf("a task that behaves again is not done:\n%.600s", words(a.body))
	}
}

func (l *lair) aSectionDoesWrong() {
	l.t.Helper()
	cs := l.raise(l.nadia, "grievance", "A section that does wrong", story)
	at := "/cases/" + string(cs.Ref) + "/sections/section"
	page := l.see(l.console, at)
	for _, wrong := range wrongs {
		what := "a section that does " + wrong
		l.later(2 * time.Minute)
		a := l.send(l.console, at, hidden(page.body, "f:what", wrong, "f:story", story, "do", "submit"))
		l.plain(what, a, http.StatusServiceUnavailable, "This section is not available just now. The rest of the case is not affected.")
		l.keeps(what+", opened again", l.see(l.console, at).body)
		l.hurt(what)
	}
	l.untouched(cs, "section")

	// One that fails before it is seen leaves the rest of its case to be read.
	for _, wrong := range wrongs {
		what := "a section that does " + wrong + " at once"
		l.later(2 * time.Minute)
		cs := l.raise(l.nadia, "grievance", "A section that does wrong at once", story+"\nsection: "+wrong)
		a, err := l.console.ask(http.MethodGet, "/cases/"+string(cs.Ref)+"/sections/section", nil)
		if err != nil {
			l.t.Fatal(err)
		}
		l.plain(what, a, http.StatusServiceUnavailable, "This section is not available just now. The rest of the case is not affected.")
		l.keeps(what, l.see(l.console, "/cases/"+string(cs.Ref)+"/details").body)
		track := "/track/" + l.door.cases.TrackingToken(cs.ID)
		if a := l.see(l.honest, track); strings.Contains(a.body, "alert(") {
			l.t.Errorf("%s: the requester's page holds it", what)
		}
		if a, err = l.honest.ask(http.MethodGet, track+"/sections/section", nil); err != nil {
			l.t.Fatal(err)
		}
		l.plain(what+", to the requester", a, http.StatusServiceUnavailable, "This section is not available just now. The rest of the case is not affected.")
		l.hurt(what)
	}
}

func (l *lair) anActionDoesWrong() {
	l.t.Helper()
	var last *core.Case
	for _, wrong := range wrongs {
		what := "an action that does " + wrong
		l.later(2 * time.Minute)
		cs := l.raise(l.nadia, "grievance", "An action that does wrong", story+"\nact: "+wrong)
		page := l.see(l.console, "/cases/"+string(cs.Ref))
		a := l.send(l.console, "/cases/"+string(cs.Ref)+"/actions/act", hidden(page.body))
		l.plain(what, a, http.StatusServiceUnavailable, "has a problem just now")
		l.untouched(cs, "action")
		l.see(l.console, "/cases/"+string(cs.Ref))
		l.hurt(what)
		last = cs
	}
	cs := l.raise(l.nadia, "grievance", "An action that behaves", story)
	page := l.see(l.console, "/cases/"+string(cs.Ref))
	if a := l.send(l.console, "/cases/"+string(cs.Ref)+"/actions/act", hidden(page.body)); a.status != http.StatusSeeOther {
		l.t.Errorf("an action that behaves again: %d\n%.600s", a.status, words(a.body))
	}
	// Which code has seen this person's data has an answer on screen.
	l.eventually("the trail of the case names the plugin", 20*time.Second, func() bool {
		return strings.Contains(words(l.see(l.console, "/cases/"+string(last.Ref)+"/access").body), hostileAction)
	})
}

// untouched fails the test when a plugin that did wrong has changed a case.
func (l *lair) untouched(cs *core.Case, kind string) {
	l.t.Helper()
	now := l.read(cs.ID)
	if now.Status != cs.Status {
		l.t.Errorf("the %s changed the case to %s", kind, now.Status)
	}
	if n := l.count(`SELECT count(*) FROM events WHERE stream_kind = 'case' AND stream_id = $1 AND kind IN ('note.added', 'case.closed', 'task.completed')`, cs.ID.String()); n != 0 {
		l.t.Errorf("the %s left %d events on its case", kind, n)
	}
}

func (l *lair) aPluginThatKeepsFailingIsSwitchedOff() {
	l.t.Helper()
	l.later(10 * time.Minute)
	v := newVisit(l.t.Context(), l.url, "10.0.3.1")
	at, page, err := v.begin("grievance")
	if err != nil {
		l.t.Fatal(err)
	}
	send := func(what string) reply {
		return l.send(v, at, hidden(page.body, "f:what", what, "f:story", story, "do", "submit"))
	}
	for range 5 {
		l.plain("a form that keeps failing", send("trap"), http.StatusServiceUnavailable, "has a problem just now")
	}
	off := send("well")
	l.plain("a form that kept failing", off, http.StatusServiceUnavailable, "switched off for a few minutes")
	l.keeps("a form that is switched off", off.body)
	l.hurt("a breaker")

	admin := l.enter("morag@northmoor.example")
	l.eventually("the administrator reads what happened", 20*time.Second, func() bool {
		lines, err := l.door.installed.Log(l.t.Context(), hostileForm, plugins.LogFilter{Level: plugins.LevelFault})
		if err != nil {
			l.t.Fatal(err)
		}
		said := ""
		for _, line := range lines {
			said += line.Text + "\n"
		}
		return strings.Contains(said, "switched off on this server") && strings.Contains(said, "alert('trap')")
	})
	for _, path := range []string{"", "/log", "/faults"} {
		a := l.see(admin, "/plugins/"+hostileForm+path)
		if strings.Contains(a.body, "<script>alert") {
			l.t.Errorf("/plugins/%s%s holds markup of the plugin", hostileForm, path)
		}
		if path == "" && !strings.Contains(words(a.body), "Stopped after faults") {
			l.t.Errorf("the page of the plugin does not say that it is off:\n%.1500s", words(a.body))
		}
	}
	l.later(10 * time.Second) // longer than a person needs, and not so long that it runs again by itself
	if err := l.door.installed.Revive(context.WithoutCancel(l.t.Context()), l.admin, hostileForm); err != nil {
		l.t.Fatal(err)
	}
	l.eventually("it runs again when it is let", 20*time.Second, func() bool {
		a := send("well")
		return a.status == http.StatusSeeOther && strings.Contains(a.location, "/done/")
	})
	if n := l.count(`SELECT count(*) FROM cases WHERE description = $1 AND subject = 'Told to behave'`, story); n != 2 {
		l.t.Errorf("%d cases were raised by the hostile form, want 2", n)
	}
}
