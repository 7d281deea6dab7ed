package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
)

// apiSite is the running server of a council, asked by programs.
type apiSite struct {
	*council
	url string
}

func openAPI(t *testing.T) *apiSite {
	t.Helper()
	c := newCouncil(t, false)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.settings.PublicURL = "http://" + ln.Addr().String()
	app, err := c.newServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- app.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := app.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return &apiSite{council: c, url: c.settings.PublicURL}
}

// program is a client with its key.
type program struct {
	s      *apiSite
	client core.Client
	key    string
}

func (s *apiSite) program(name string, in people.ClientInput) *program {
	s.t.Helper()
	in.Name, in.PerMinute = name, people.MaxPerMinute
	client, key, err := s.people.CreateClient(s.t.Context(), core.SystemActor(), in)
	if err != nil {
		s.t.Fatal(err)
	}
	return &program{s, client, key}
}

// almighty is a program that may do everything with complaints.
func (s *apiSite) almighty() *program {
	return s.program("Everything", inputOfAll())
}

func inputOfAll() people.ClientInput {
	return people.ClientInput{Types: []string{"complaint"}, Permissions: core.GrantablePermissions(), Rights: core.Rights()}
}

// said is what the API said.
type said struct {
	status int
	header http.Header
	body   []byte
}

// value finds a value in the body by its path: "status.key", "cases.0.ref".
func (a said) value(path string) any {
	var at any
	if json.Unmarshal(a.body, &at) != nil {
		return nil
	}
	for step := range strings.SplitSeq(path, ".") {
		switch v := at.(type) {
		case map[string]any:
			at = v[step]
		case []any:
			var i int
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(v) {
				return nil
			}
			at = v[i]
		default:
			return nil
		}
	}
	return at
}

func (a said) text(path string) string { s, _ := a.value(path).(string); return s }

// ask sends a request; body is JSON text, "" for none. headers are name and
// value by turns.
func (p *program) ask(method, path, body string, headers ...string) said {
	p.s.t.Helper()
	a, err := p.try(method, path, body, headers...)
	if err != nil {
		p.s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// try is ask for goroutines, which must not end a test.
func (p *program) try(method, path, body string, headers ...string) (said, error) {
	ctx, cancel := context.WithTimeout(p.s.t.Context(), 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, p.s.url+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		return said{}, err
	}
	if p.key != "" {
		request.Header.Set("Authorization", "Bearer "+p.key)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return said{}, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, most))
	return said{response.StatusCode, response.Header, bytes.TrimSpace(raw)}, err
}

// must is ask for what has to succeed.
func (p *program) must(status int, method, path, body string, headers ...string) said {
	p.s.t.Helper()
	a := p.ask(method, path, body, headers...)
	if a.status != status {
		p.s.t.Fatalf("%s %s: %d, want %d\n%s", method, path, a.status, status, a.body)
	}
	return a
}

// refused checks that an answer is a problem of a status, of the right form.
func (p *program) refused(status int, method, path, body string, headers ...string) said {
	p.s.t.Helper()
	return p.isRefusal(status, p.ask(method, path, body, headers...), method+" "+path+" "+body)
}

// isRefusal checks that an answer is a problem of a status.
func (p *program) isRefusal(status int, a said, what string) said {
	p.s.t.Helper()
	if a.status != status || a.header.Get("Content-Type") != "application/problem+json" || a.value("status") != float64(status) ||
		a.text("type") != "about:blank" || a.text("title") == "" || a.text("detail") == "" {
		p.s.t.Errorf("%.300s: %d %s, want a problem with %d\n%s", what, a.status, a.header.Get("Content-Type"), status, a.body)
	}
	return a
}

const newComplaint = `{"type":"complaint","subject":"Collections missed","subtype":"missed-collection","contact":{"name":"Amara","email":"amara@example.org"}}`

func TestAProgramRaisesReadsAndWorksACase(t *testing.T) {
	t.Parallel()
	s := openAPI(t)
	p := s.almighty()
	raised := p.must(201, "POST", "/cases", newComplaint)
	ref := raised.text("ref")
	if raised.header.Get("Location") != "/api/v1/cases/"+ref || !strings.HasPrefix(raised.text("tracking_url"), s.url+"/track/") {
		t.Errorf("raised: %s %s", raised.header.Get("Location"), raised.body)
	}
	cs := p.must(200, "GET", "/cases/"+ref, "")
	if cs.header.Get("ETag") != raised.header.Get("ETag") || cs.text("type.name") == "" || cs.text("status.public") == "" || cs.text("contact.email") != "amara@example.org" ||
		cs.text("requester") != s.amara.ID.String() || cs.text("targets.0.words") == "" {
		t.Errorf("the case: %s", cs.body)
	}
	if a := p.ask("GET", "/cases/"+ref, "", "If-None-Match", cs.header.Get("ETag")); a.status != 304 || len(a.body) > 0 {
		t.Errorf("unchanged: %d %s", a.status, a.body)
	}
	if a := p.must(200, "GET", "/cases/"+ref+"?fields=ref,subject", ""); string(a.body) != `{"ref":"`+ref+`","subject":"Collections missed"}` {
		t.Errorf("two members: %s", a.body)
	}
	p.refused(422, "GET", "/cases/"+ref+"?fields=ref,colour", "")

	done := p.must(200, "POST", "/cases/"+ref+"/commands/note-add", `{"body":"We asked the depot.","audience":"public"}`)
	if done.text("made.note") != "1" || done.header.Get("ETag") == cs.header.Get("ETag") {
		t.Errorf("the note: %s", done.body)
	}
	notes := p.must(200, "GET", "/cases/"+ref+"/notes", "")
	if notes.text("notes.0.body") != "We asked the depot." || notes.text("notes.0.by.name") != "Program “Everything”" || notes.text("notes.0.by.kind") != "client" {
		t.Errorf("the notes: %s", notes.body)
	}
	several := `{"commands":[{"command":"question-ask","with":{"body":"Which door?"}},{"command":"task-add","with":{"title":"Look","brief":"Ask."}},{"command":"case-change-priority","with":{"to":"high"}}]}`
	if a := p.must(200, "POST", "/cases/"+ref+"/commands", several); a.text("made.question") != "1" {
		t.Errorf("several: %s", a.body)
	}
	if a := p.must(200, "GET", "/cases/"+ref+"/questions", ""); a.value("questions.0.open") != true {
		t.Errorf("questions: %s", a.body)
	}
	if a := p.must(200, "GET", "/cases/"+ref+"/tasks", ""); a.text("tasks.0.title") != "Look" {
		t.Errorf("tasks: %s", a.body)
	}
	if a := p.must(200, "GET", "/cases/"+ref+"/targets", ""); a.text("targets.0.key") == "" {
		t.Errorf("targets: %s", a.body)
	}
	if a := p.must(200, "GET", "/cases/"+ref+"/history", ""); a.text("events.0.kind") != "case.raised" || a.text("events.0.by.name") != "Program “Everything”" {
		t.Errorf("history: %s", a.body)
	}
	if a := p.must(200, "GET", "/cases?type=complaint&priority=high&fields=ref", ""); string(a.body) != `{"cases":[{"ref":"`+ref+`"}]}` {
		t.Errorf("the list: %s", a.body)
	}
	if a := p.must(200, "GET", "/search?q="+ref, ""); a.text("results.0.case.ref") != ref {
		t.Errorf("found: %s", a.body)
	}
	if a := p.must(200, "GET", "/me", ""); a.text("name") != "Everything" {
		t.Errorf("me: %s", a.body)
	}
	if a := p.must(200, "GET", "/case-types/complaint", ""); a.text("reasons.close.0.key") == "" || a.text("fields_schema.type") != "object" {
		t.Errorf("the type: %s", a.body)
	}
	if a := p.must(200, "GET", "/people?q=amara", ""); a.value("people.0.no") != float64(s.amara.No) {
		t.Errorf("people: %s", a.body)
	}
	if a := p.must(200, "GET", "/groups", ""); a.text("groups.0.key") == "" {
		t.Errorf("groups: %s", a.body)
	}
	if a := p.must(200, "GET", "/feed", ""); a.text("events.0.ref") != ref || a.text("events.0.type") != "complaint" || a.text("next") == "" {
		t.Errorf("the feed: %s", a.body)
	}
}
