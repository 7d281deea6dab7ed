package workbench

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/pluginhost/workshop"
	"github.com/casement-dev/casement/web"
)

// commands knows one command.
type commands struct{}

func (commands) Decode(name core.CommandName, _ []byte) (cases.Command, error) {
	if name != "note.add" {
		return nil, core.NotFound("no plugin may give it")
	}
	return &notes.Add{}, nil
}

// desk is somebody who writes a plugin, with its page open.
type desk struct {
	t      *testing.T
	folder string
	url    string
	page   *goquery.Document
	events *bufio.Scanner // what an open page is told
}

func sit(t *testing.T, kind string) *desk {
	t.Helper()
	if testing.Short() {
		t.Skip("compiling a plugin is not short")
	}
	t.Setenv("GOPROXY", "off")
	d := &desk{t: t, folder: filepath.Join(t.TempDir(), "call-back")}
	if _, err := workshop.New(d.folder, workshop.Plan{Kind: kind}); err != nil {
		t.Fatal(err)
	}
	assets, err := web.LoadAssets()
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(Options{Folder: d.folder, Clock: core.SystemClock{}, Commands: commands{}, Assets: assets, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { b.Run(ctx); close(ended) }()
	server := httptest.NewServer(b.Handler())
	t.Cleanup(func() { stop(); server.CloseClientConnections(); server.Close(); <-ended })
	d.url = server.URL
	listening, err := http.Get(server.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listening.Body.Close() })
	d.events = bufio.NewScanner(listening.Body)
	d.until("it is built", func() bool { return d.page.Find("#turn, form[action='/do'] [value=run]").Length() > 0 })
	return d
}

// look loads the page anew.
func (d *desk) look() {
	d.t.Helper()
	d.take(http.Get(d.url + "/"))
}

func (d *desk) take(r *http.Response, err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(r.Body)
		d.t.Fatalf("%s: %s", r.Status, body)
	}
	if d.page, err = goquery.NewDocumentFromReader(r.Body); err != nil {
		d.t.Fatal(err)
	}
}

// until looks again until something holds.
func (d *desk) until(what string, holds func() bool) {
	d.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	late := time.After(3 * time.Minute)
	for d.look(); !holds(); d.look() {
		select {
		case <-tick.C:
		case <-late:
			d.t.Fatalf("it never came to be that %s:\n%s", what, d.page.Text())
		}
	}
}

func (d *desk) post(path string, pairs ...string) {
	d.t.Helper()
	sent := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		sent.Add(pairs[i], pairs[i+1])
	}
	d.take(http.PostForm(d.url+path, sent))
}

func (d *desk) text(selector string) string {
	return strings.Join(strings.Fields(d.page.Find(selector).Text()), " ")
}

func (d *desk) want(selector, words string) {
	d.t.Helper()
	if got := d.text(selector); !strings.Contains(got, words) {
		d.t.Errorf("%s says %q, not %q", selector, got, words)
	}
}

func (d *desk) save(file, old, now string) {
	d.t.Helper()
	path := filepath.Join(d.folder, file)
	b, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(b), old) {
		d.t.Fatalf("%s has no %q: %v", file, old, err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(b), old, now, 1)), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func TestAFormIsFilledInWhileItIsWritten(t *testing.T) {
	d := sit(t, "form")
	d.post("/turn", "f:what", "")
	d.want("#view", "Say what it is about")
	d.post("/turn", "f:what", "A lamp is dark")
	d.want("#view h1", "About you")
	d.want("#remembers", "A lamp is dark")
	d.want("#cost", "units of fuel")

	// Typed and not sent, when a file changes: both the state and the words stay.
	d.post("/turn", "do", "keep", "f:name", "Ada")
	d.save("plugin.go", `"About you"`, `"Who are you?"`)
	d.until("the new version is shown", func() bool { return strings.Contains(d.text("#view h1"), "Who are you?") })
	if name, _ := d.page.Find("[name='f:name']").Attr("value"); name != "Ada" {
		t.Errorf("the name is %q", name)
	}
	d.want("#remembers", "A lamp is dark")
	d.want("#state", "From the file to this page in")
	for revision := ""; revision != "data: 2"; {
		if !d.events.Scan() {
			t.Fatalf("the page is told no more: %v", d.events.Err())
		}
		revision = d.events.Text()
	}

	// A step that was renamed: what is typed now belongs to the page that is shown.
	d.save("plugin.go", `{ID: "you", View: you}`, `{ID: "person", View: you}`)
	d.until("the step has its new name", func() bool { return strings.Contains(d.text("#remembers"), `"person"`) })
	d.post("/turn", "do", "keep", "f:name", "Ada")

	// A mistake is shown with its place, beside what still works.
	d.save("plugin.go", "a.What,", "a.Wat,")
	d.until("the mistake is shown", func() bool { return d.page.Find("#wrong").Length() > 0 })
	d.want("#wrong", "plugin.go:")
	d.want("#wrong", "a.Wat undefined")
	d.want("#view h1", "Who are you?")
	d.save("plugin.go", "a.Wat,", "a.What,")
	d.until("it is gone", func() bool { return d.page.Find("#wrong").Length() == 0 })

	d.post("/turn", "f:name", "Ada", "f:email", "ada@example.org")
	d.want("#view", "A lamp is dark")
	d.post("/turn")
	d.want("#raise", `"subject": "From Ada"`)
	d.post("/do", "do", "start")
	d.want("#view h1", "What is it about?")
}

func TestAFaultIsShownWithTheLineOfTheSource(t *testing.T) {
	d := sit(t, "form")
	d.save("plugin.go", `Subject:     "From " + a.Name,`, `Subject:     "From " + []string{}[len(a.Name)],`)
	d.save("manifest.json", `"version": "1.0.0"`, `"version": "1.0.1"`)
	d.until("it is built", func() bool { return strings.Contains(d.text(".wb-head"), "1.0.1") })
	d.post("/turn", "f:what", "x")
	d.post("/turn", "f:name", "Ada", "f:email", "ada@example.org")
	d.post("/turn")
	d.want("#fault", "org.example.call-back 1.0.1 failed")
	d.want("#fault", "index out of range")
	d.want("#fault", "[]string{}[len(a.Name)]")
}

func TestATaskWaitsIsWokenAndIsReturned(t *testing.T) {
	d := sit(t, "task")
	d.post("/turn", "do", "press:wait")
	d.want("#turn", "Waiting for an answer")
	d.post("/do", "do", "timer")
	d.want("#view", "A week has passed")
	d.post("/turn", "f:found", "A broken lamp") // the main button
	d.want("#effects", "note.add")
	d.want("#turn", "What came of it: Looked into")
	d.post("/do", "do", "return", "text", "Which lamp?")
	d.want("#view", "Which lamp?")

	// A state of a version that the next does not know is begun again, and it says so.
	d.save("manifest.json", `"state": { "version": 1 }`, `"state": { "version": 2 }`)
	d.until("it was begun again", func() bool { return strings.Contains(d.text("#view"), "it was begun again") })
}

func TestASectionFindsAgainWhatItSaved(t *testing.T) {
	d := sit(t, "details")
	d.post("/turn", "do", "press:details.edit")
	d.post("/turn", "f:remedy", "A new lamp")
	d.want("#effects", "case.set_field")
	d.want("#view", "A new lamp")
	d.want("#context", `"remedy"`)
}

func TestAnActionKeepsWhatItDidAndIsAskedByHand(t *testing.T) {
	d := sit(t, "action")
	d.post("/do", "do", "run", "kind", "case.closed")
	d.want("#effects", "note.add")
	d.want("#turn", "What came of it: Noted")
	d.post("/do", "do", "run")
	d.want("#turn", "already")

	d.save("plugin.go", "host.Kept(c, \"done\")", "host.Ask(c, \"case.read\", abi.Raw(`{\"ref\":\"REP-1\"}`))")
	d.save("plugin.go", "\t\"github.com/casement-dev/casement/sdk/actions\"", "\t\"github.com/casement-dev/casement/sdk/abi\"\n\t\"github.com/casement-dev/casement/sdk/actions\"")
	d.save("manifest.json", `"store.get", "store.put"]`, `"store.put", "case.read"]`)
	d.save("manifest.json", `"store.get": "To do it once only.", `, ``)
	d.save("manifest.json", `"version": "1.0.0"`, `"version": "1.0.1"`)
	d.until("it is built", func() bool {
		return strings.Contains(d.text(".wb-head"), "1.0.1") && d.page.Find("#wrong").Length() == 0
	})
	d.post("/do", "do", "run")
	d.want("#asks", "case.read")
	d.post("/do", "do", "answer", "answer-0", "no JSON")
	d.want("#view", "is not written as JSON")
	d.post("/do", "do", "answer", "answer-0", `"yesterday"`)
	d.want("#turn", "It was done on yesterday already")
	d.post("/do", "do", "run")
	d.want("#turn", "It was done on yesterday already") // asked the same, answered the same
	d.post("/do", "do", "forget")
	d.post("/do", "do", "run")
	d.post("/do", "do", "refuse")
	d.want("#turn", "What was done before cannot be read")
}

func TestTheBenchAnswersItsOwnPagesOnThisMachineOnly(t *testing.T) {
	assets, err := web.LoadAssets()
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(Options{Folder: t.TempDir(), Clock: core.SystemClock{}, Commands: commands{}, Assets: assets, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, host, site string
		want               int
	}{
		{"GET", "127.0.0.1:8090", "", http.StatusOK},
		{"GET", "localhost", "", http.StatusOK},
		{"GET", "[::1]:8090", "", http.StatusOK},
		{"GET", "evil.example:8090", "", http.StatusMisdirectedRequest},
		{"GET", "192.0.2.1", "", http.StatusMisdirectedRequest},
		{"POST", "127.0.0.1:8090", "same-origin", http.StatusSeeOther},
		{"POST", "127.0.0.1:8090", "cross-site", http.StatusForbidden},
	} {
		r := httptest.NewRequest(c.method, map[string]string{"GET": "/", "POST": "/do"}[c.method], nil)
		r.Host = c.host
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		w := httptest.NewRecorder()
		b.Handler().ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s at %s from %q: %d, want %d", c.method, c.host, c.site, w.Code, c.want)
		}
	}
}
