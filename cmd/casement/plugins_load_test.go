package main

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/plugins"
)

const (
	loadedResidents = 16
	loadedChanges   = 12 // of the version that serves, while they fill in forms
)

// filling is one complaint while it is filled in over HTTP.
type filling struct {
	*visit
	w     *premises
	story string
	at    string // the page that it has come to
	page  reply
}

// typed is what the resident types on the page that they are at: what it asks
// of everybody, whatever the form's version asks beside.
func (f *filling) typed() []string {
	typed := []string{"do", "submit"}
	chosen := map[string]bool{}
	for _, found := range fieldOf.FindAllStringSubmatch(f.page.body, -1) {
		attributes := found[1] + found[2]
		name, kind, value := attribute(attributes, "name"), attribute(attributes, "type"), attribute(attributes, "value")
		switch {
		case !strings.HasPrefix(name, "f:") || strings.Count(name, ":") > 1 || chosen[name]:
			continue
		case kind == "radio":
			if !strings.Contains(f.page.body, `name="`+name+`" value="no"`) {
				typed = append(typed, name, value)
			} else {
				typed = append(typed, name, "no")
			}
		case found[2] != "":
			typed = append(typed, name, f.story)
		case kind == "email":
			typed = append(typed, name, "seun@example.org")
		case attribute(attributes, "autocomplete") == "name":
			typed = append(typed, name, "Oluwaseun Adéyẹmí")
		}
		chosen[name] = true
	}
	return typed
}

var fieldOf = regexp.MustCompile(`<input([^>]*)>|<textarea([^>]*)>`)

func attribute(attributes, name string) string {
	_, rest, _ := strings.Cut(attributes, " "+name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(value)
}

func (w *premises) fill(ctx context.Context, base, from, story string) (*filling, error) {
	f := &filling{visit: newVisit(ctx, base, from), w: w, story: story}
	var err error
	f.at, f.page, err = f.begin("complaint")
	return f, err
}

// step is the page the form is at: "what".
func (f *filling) step() string { return f.at[strings.LastIndexByte(f.at, '/')+1:] }

// next sends the page it is at, as typed, and follows to the next.
func (f *filling) next() error {
	typed := f.typed()
	a, err := f.ask(http.MethodPost, f.at, hidden(f.page.body, typed...))
	for err == nil && a.status == http.StatusUnprocessableEntity && strings.Contains(a.body, "very quick") {
		if err = f.w.hop(4 * time.Second); err == nil {
			a, err = f.ask(http.MethodPost, f.at, hidden(f.page.body, typed...))
		}
	}
	if err != nil {
		return err
	}
	if a.status != http.StatusSeeOther {
		return fmt.Errorf("POST %s: %d\n%.700s", f.at, a.status, words(a.body))
	}
	if f.at, err = pathOf(a.location); err != nil {
		return err
	}
	f.page, err = f.get(f.at)
	return err
}

// to goes on until the page of a step, or with "done" to the end.
func (f *filling) to(step string) error {
	for range 12 {
		if strings.Contains(f.at, "/done/") || f.step() == step {
			return nil
		}
		if f.step() == "check" && !strings.Contains(words(f.page.body), f.story) {
			return fmt.Errorf("%q is not among the answers:\n%.700s", f.story, words(f.page.body))
		}
		before := f.at
		if err := f.next(); err != nil {
			return err
		}
		if f.at == before {
			return fmt.Errorf("the form stays at %s:\n%.700s", f.at, words(f.page.body))
		}
	}
	return fmt.Errorf("the form has no end: it is at %s", f.at)
}

// hop is later, for goroutines that are not the test's.
func (w *premises) hop(more time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ahead += more
	return os.WriteFile(w.clock, []byte("+"+w.ahead.String()), 0o644)
}

// Versions of the complaint form are installed, let serve and rolled back while
// sixteen residents fill it in. No request fails, no draft is lost, and none is
// answered by versions that do not read each other's states.
func TestPluginsAreUpgradedAndRolledBackUnderLoad(t *testing.T) {
	w := openPremises(t, 1)
	module := shippedModule(t, "complaint")
	shipped, err := w.door.installed.Find(t.Context(), "casement.complaint")
	if err != nil {
		t.Fatal(err)
	}
	first, err := w.door.installed.Version(t.Context(), shipped.Live)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.door.installed.Record(t.Context(), w.admin, "casement.complaint", true); err != nil {
		t.Fatal(err)
	}
	ctx, finish := context.WithCancel(t.Context())
	defer finish()
	var served, sent atomic.Int64
	var mu sync.Mutex
	var begun []string     // every story of a form that was finished
	var waiting []*filling // begun, and left
	var residents sync.WaitGroup
	for resident := range loadedResidents {
		residents.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				// Each form from an address of its own: limits are for another test.
				f, err := w.fill(context.WithoutCancel(ctx), w.url, fmt.Sprintf("10.1.%d.%d", resident, 1+n%250), fmt.Sprintf("Left behind, %d of resident %d", n, resident))
				left := n%4 == 3
				if err == nil && left {
					err = f.to("where")
				} else if err == nil {
					err = f.to("done")
				}
				if err != nil {
					t.Errorf("resident %d, form %d: %v", resident, n, err)
					return
				}
				served.Add(1)
				mu.Lock()
				if left {
					waiting = append(waiting, f)
				} else {
					begun = append(begun, f.story)
					sent.Add(1)
				}
				mu.Unlock()
			}
		})
	}
	// Meanwhile: one that reads the states of the first, and one that does not.
	var alike, apart plugins.Version
	// Only the newest calls are kept: whoever wants to see all looks often.
	answered := map[string]bool{}
	look := func() {
		for _, hash := range w.list(`SELECT DISTINCT hash FROM plugin_calls WHERE plugin_id = 'casement.complaint' AND coalesce(draft_id, case_id) IS NOT NULL`) {
			answered[hash] = true
		}
		if n := w.count(`SELECT count(*) FROM (SELECT FROM plugin_calls WHERE plugin_id = 'casement.complaint' AND coalesce(draft_id, case_id) IS NOT NULL
			GROUP BY coalesce(draft_id, case_id) HAVING count(DISTINCT hash = $1) > 1) d`, apart.Hash); n != 0 {
			t.Errorf("%d forms were answered by versions that do not read each other's states", n)
		}
	}
	for change := range loadedChanges {
		until := served.Load() + loadedResidents/2
		w.eventually("forms are filled in", 60*time.Second, func() bool { return served.Load() >= until || t.Failed() })
		if t.Failed() {
			break
		}
		switch change {
		case 0:
			alike = w.add(repacked(t, module, map[string]any{"version": "1.0.1"}))
		case 2:
			apart = w.add(repacked(t, module, map[string]any{"version": "2.0.0", "state": map[string]any{"version": 99}}))
		}
		switch {
		case change%2 == 1 || change < 2:
			w.serve([]plugins.Version{alike, first}[change/2%2])
		default:
			w.serve(apart)
		}
		w.later(time.Minute)
		look()
	}
	finish()
	residents.Wait()
	if t.Failed() {
		return
	}
	// Whoever left comes back, to whatever serves now.
	for _, f := range waiting {
		page, err := f.get("/forms/complaint/what")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(page.body, f.story) {
			t.Errorf("a draft has lost %q:\n%.700s", f.story, words(page.body))
		}
		if err := f.to("done"); err != nil {
			t.Errorf("a draft that was left: %v", err)
		}
		begun = append(begun, f.story)
	}
	t.Logf("%d forms were filled in, %d of them left and finished later, over %d changes of the version", len(begun), len(waiting), loadedChanges)
	if n := w.count(`SELECT count(*) FROM cases WHERE description = ANY ($1)`, begun); n != len(begun) {
		t.Errorf("%d cases were raised by %d forms", n, len(begun))
	}
	if n := w.count(`SELECT count(*) FROM cases WHERE description LIKE 'Left behind%'`); n != len(begun) {
		t.Errorf("%d cases are there of %d forms", n, len(begun))
	}
	w.eventually("calls of both kinds of version are recorded", 20*time.Second, func() bool { look(); return len(answered) >= 2 })
	if n := w.count(`SELECT count(*) FROM plugin_log WHERE level = 'fault'`); n != 0 {
		t.Errorf("%d faults were logged", n)
	}
}

// A plugin that is installed on one server serves on the other within two
// seconds; so does an upgrade, a grant that is taken back, and the end of it.
func TestPluginsInstalledOnOneServerServeOnTheOther(t *testing.T) {
	w := openPremises(t, 2)
	v := w.add(repacked(t, hostileModule(t), map[string]any{"id": "test.borrowed", "name": "Borrowed"}))
	second := w.add(repacked(t, hostileModule(t), map[string]any{"id": "test.borrowed", "name": "Borrowed", "version": "2.0.0"}))
	admins := []*visit{w.enter("morag@northmoor.example"), w.enter("morag@northmoor.example")}
	admins[1].base = w.others[0].url
	csrf := hidden(mustGet(t, admins[0], "/account").body).Get("_csrf")
	token := func(fields url.Values) url.Values { fields.Set("_csrf", csrf); return fields }
	shows := func(what string, since time.Time, holds func() bool) {
		t.Helper()
		w.eventually(what+" on the other server", 20*time.Second, holds)
		t.Logf("%s on the other server after %s", what, time.Since(since).Round(time.Millisecond))
	}
	live := func(p plugins.Version) {
		t.Helper()
		a, err := admins[0].ask(http.MethodPost, "/plugins/test.borrowed/versions/"+p.Hash, token(url.Values{"may": p.Needs, "unsigned": {"yes"}, "seen": {p.Hash[:12]}}))
		if err != nil || a.status != http.StatusSeeOther {
			t.Fatalf("let %s serve: %d, %v\n%.700s", p.Version, a.status, err, words(a.body))
		}
	}
	begun := time.Now()
	live(v)
	w.publish("borrowed", "BRW", "test.borrowed/form", nil, "")
	resident := newVisit(t.Context(), w.others[0].url, "10.0.9.1")
	var at string
	var page reply
	shows("the plugin serves", begun, func() (ok bool) {
		path, p, err := resident.begin("borrowed")
		at, page = path, p
		return err == nil
	})
	begun = time.Now()
	live(second)
	shows("the upgrade serves", begun, func() bool {
		return strings.Contains(words(mustGet(t, admins[1], "/plugins/test.borrowed").body), "version 2.0.0")
	})
	// What was begun on the one goes on at the other, in whichever version.
	elsewhere := *resident
	elsewhere.base = w.url
	w.later(time.Minute)
	a, err := elsewhere.ask(http.MethodPost, at, hidden(page.body, "f:story", story, "do", "submit"))
	if err != nil || a.status != http.StatusSeeOther {
		t.Errorf("a form begun at one server and sent at the other: %d, %v\n%.700s", a.status, err, words(a.body))
	}

	begun = time.Now()
	if a, err := admins[0].ask(http.MethodPost, "/plugins/test.borrowed/off", token(url.Values{"reason": {"Until we know more"}})); err != nil || a.status != http.StatusSeeOther {
		t.Fatalf("switch it off: %d, %v\n%.700s", a.status, err, words(a.body))
	}
	shows("it is off", begun, func() bool {
		off := newVisit(t.Context(), w.others[0].url, "10.0.9.2")
		start, err := off.get("/forms/borrowed")
		if err != nil {
			return false
		}
		a, err := off.ask(http.MethodPost, "/forms/borrowed", hidden(start.body))
		return err == nil && a.status == http.StatusServiceUnavailable && strings.Contains(words(a.body), "switched off")
	})
}

func mustGet(t *testing.T, v *visit, path string) reply {
	t.Helper()
	a, err := v.get(path)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
