package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/people"
)

// clientWith lets a program in that has one permission on complaints, and what
// that cannot do without.
func (c *council) clientWith(name string, types []string, permissions ...core.Permission) core.Actor {
	c.t.Helper()
	client, _, err := c.people.CreateClient(c.t.Context(), core.SystemActor(), people.ClientInput{Name: name, Types: types, Permissions: permissions})
	if err != nil {
		c.t.Fatal(err)
	}
	return client.Actor()
}

// Every command, as programs that were given each permission, and as others.
func TestAProgramMayDoWhatItWasGivenAndNothingElse(t *testing.T) {
	t.Parallel()
	c := newCouncil(t, false)
	granted := map[core.Permission]core.Actor{}
	for _, p := range core.GrantablePermissions() {
		granted[p] = c.clientWith("may "+string(p), []string{"complaint"}, p)
	}
	elsewhere := c.clientWith("of another type", []string{"enquiry"}, core.GrantablePermissions()...)
	revoked := c.clientWith("revoked", []string{"complaint"}, core.GrantablePermissions()...)
	if err := c.people.RevokeClient(t.Context(), core.SystemActor(), revoked.ClientID()); err != nil {
		t.Fatal(err)
	}
	everything := c.clientWith("everything", []string{core.EveryType}, core.GrantablePermissions()...)
	ready := map[string]*subject{}
	try := func(name string, by core.Actor, command cases.Command, bring func(*subject)) verdict {
		t.Helper()
		s := ready[name]
		if s == nil {
			s = c.subject(bring)
			ready[name] = s
		}
		v, used, err := s.try(by, sample(command, s).(cases.Command))
		if err != nil {
			t.Errorf("%s as %s: %v", command.Name(), name, err)
		}
		if used {
			delete(ready, name)
		}
		return v
	}
	for _, e := range commandTable() {
		needs := e.command.Needs()
		for p, by := range granted {
			held := core.WithImplied([]core.Permission{p})
			if slices.Contains(held, core.MayWork) {
				held = append(held, core.MayTask) // whoever works a case does its tasks; nobody is granted that alone
			}
			want := refused
			switch {
			case needs == core.MayRaise && e.command.Name() != "case.raise":
				continue // it goes with the raising of a case, and is tried there
			case slices.Contains([]core.CommandName{"case.claim", "case.start_work", "task.claim"}, e.command.Name()) && slices.Contains(held, needs):
				want = refused // somebody has a case or a task, never a program
			case slices.Contains(held, needs):
				want = passes
			case needs == core.MayRaise, !slices.Contains(held, core.MayEnquire) && !slices.Contains(held, core.MayRequest):
				want = noCase // raising, and cases it may not even ask about
			}
			if got := try("may "+string(p), by, e.command, nil); got != want {
				t.Errorf("%s (needs %s) as a program with %v: %s, want %s", e.command.Name(), needs, held, got, want)
			}
		}
		if got := try("of another type", elsewhere, e.command, nil); got != noCase {
			t.Errorf("%s as a program of another type: %s", e.command.Name(), got)
		}
		if got := try("revoked", revoked, e.command, nil); got == passes {
			t.Errorf("%s passes for a program that was revoked", e.command.Name())
		}
		if got := try("restricted", everything, e.command, (*subject).restrict); got != noCase && needs != core.MayRaise {
			t.Errorf("%s as a program with everything, on a restricted case: %s", e.command.Name(), got)
		}
	}
}

// A program sees the cases of its types: in lists, searches, the feed, one by
// one, and by counts.
func TestAProgramSeesTheCasesOfItsTypesAlone(t *testing.T) {
	t.Parallel()
	s := openAPI(t)
	all := s.program("all", people.ClientInput{Types: []string{core.EveryType}, Permissions: core.GrantablePermissions(), Rights: core.Rights()})
	mine := all.must(201, "POST", "/cases", `{"type":"complaint","subject":"A heliotrope lamppost"}`).text("ref")
	theirs := all.must(201, "POST", "/cases", `{"type":"enquiry","subject":"A heliotrope umbrage"}`).text("ref")
	hidden := s.subject(nil)
	hidden.restrict()
	secret, err := s.cases.ByID(t.Context(), hidden.id)
	if err != nil {
		t.Fatal(err)
	}
	p := s.program("complaints alone", people.ClientInput{Types: []string{"complaint"}, Permissions: []core.Permission{core.MayView}, Rights: []core.Right{core.RightFeed}})
	if err := s.index.Rebuild(t.Context(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"/cases?only=all", "/cases?only=all&sort=newest", "/search?q=heliotrope&facets=true", "/search?kind=start&facets=true", "/feed?limit=500", "/case-types",
	} {
		a := p.must(200, "GET", path, "")
		// The feed ends before the oldest transaction that is under way, whosever it is.
		for tries := 0; strings.HasPrefix(path, "/feed") && !strings.Contains(string(a.body), mine) && tries < 1000; tries++ {
			a = p.must(200, "GET", path, "")
		}
		for what, word := range map[string]string{"another type's case": theirs, "its words": "umbrage", "a restricted case": string(secret.Ref)} {
			if strings.Contains(string(a.body), word) {
				t.Errorf("%s tells of %s:\n%s", path, what, a.body)
			}
		}
		if path != "/case-types" && !strings.Contains(path, "kind=") && !strings.Contains(string(a.body), mine) {
			t.Errorf("%s does not have its own case:\n%s", path, a.body)
		}
	}
	for _, ref := range []string{theirs, string(secret.Ref), "CMP-0000-0000", "x"} {
		for _, path := range []string{"", "/history", "/notes", "/tasks", "/targets", "/questions", "/attachments", "/attachments/1"} {
			p.refused(404, "GET", "/cases/"+ref+path, "")
		}
		p.refused(404, "POST", "/cases/"+ref+"/commands/note-add", `{"body":"x"}`)
		p.refused(404, "POST", "/batch", `{"changes":[{"case":"`+ref+`","commands":[{"command":"case-claim"}]}]}`)
	}
	p.refused(422, "GET", "/cases?type=enquiry", "")
	p.refused(404, "GET", "/case-types/enquiry", "")
	for _, path := range []string{"/people?q=amara", "/groups"} {
		p.refused(403, "GET", path, "")
	}
	p.refused(404, "GET", "/people/1", "")
	p.refused(403, "POST", "/people", `{"name":"Somebody"}`)
	p.refused(404, "POST", "/cases", newComplaint)
	counts := p.must(200, "GET", "/search?kind=start&facets=true", "")
	if n := counts.value("facets.type.enquiry"); n != nil {
		t.Errorf("facets count cases of another type: %v", n)
	}

	narrow := s.program("enquires", people.ClientInput{Types: []string{"complaint"}, Permissions: []core.Permission{core.MayEnquire}})
	a := narrow.must(200, "GET", "/cases/"+mine, "")
	if a.value("contact") != nil || a.value("description") != nil || a.value("targets") != nil {
		t.Errorf("whoever may enquire sees too much: %s", a.body)
	}
	if a := narrow.must(200, "GET", "/cases?only=all", ""); string(a.body) != `{"cases":[]}` {
		t.Errorf("whoever may not view lists nothing: %s", a.body)
	}
}

func TestAKeyIsNeededAndCookiesAreNothing(t *testing.T) {
	t.Parallel()
	s := openAPI(t)
	p := s.almighty()
	in, err := s.people.CreateUser(t.Context(), core.SystemActor(), people.UserInput{Name: "Ada", Email: "ada@staff.example", Roles: []core.Role{core.RoleAdministrator}, Password: demoPassword})
	if err != nil {
		t.Fatal(err)
	}
	session, err := s.people.SignIn(t.Context(), in.Email, demoPassword, "")
	if err != nil {
		t.Fatal(err)
	}
	nobody := &program{s: s}
	for _, headers := range [][]string{
		nil, {"Cookie", "casement-session=" + session.Token}, {"Authorization", "Bearer " + session.Token}, {"Authorization", "Bearer "},
		{"Authorization", "Basic " + p.key}, {"Authorization", "Bearer " + p.key[:20]}, {"Authorization", p.key},
	} {
		a := nobody.refused(401, "GET", "/me", "", headers...)
		if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") || a.header.Get("Access-Control-Allow-Origin") != "" || a.header.Get("Set-Cookie") != "" {
			t.Errorf("%v: %v", headers, a.header)
		}
	}
	form := func(id, secret string) said {
		return nobody.ask("POST", "/oauth/token", "grant_type=client_credentials&client_id="+id+"&client_secret="+secret, "Content-Type", "application/x-www-form-urlencoded")
	}
	given := form(p.client.ID.String(), p.key)
	if given.status != 200 || given.text("token_type") != "Bearer" || given.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("a token: %d %s", given.status, given.body)
	}
	byToken := &program{s, p.client, given.text("access_token")}
	byToken.must(200, "GET", "/me", "")
	if a := form(core.NewID[core.ClientID]().String(), p.key); a.status != 401 || a.text("error") != "invalid_client" {
		t.Errorf("another client's id: %d %s", a.status, a.body)
	}
	if err := s.people.RevokeClient(t.Context(), core.SystemActor(), p.client.ID); err != nil {
		t.Fatal(err)
	}
	p.refused(401, "GET", "/me", "")
	byToken.refused(401, "GET", "/me", "")

	slow, key, err := s.people.CreateClient(t.Context(), core.SystemActor(), people.ClientInput{Name: "slow", Rights: core.Rights(), PerMinute: 3})
	if err != nil {
		t.Fatal(err)
	}
	limited := &program{s, slow, key}
	for range 3 {
		limited.must(200, "GET", "/me", "")
	}
	if a := limited.refused(429, "GET", "/me", ""); a.header.Get("Retry-After") == "" {
		t.Error("a program is not told how long to wait")
	}
}

// What people and programs send that is no request.
// announce begins to send a body of a size and reads what is answered to that
// alone: the server hangs up on whoever sends on, and a client that does may
// not get to see why.
func (p *program) announce(path string, size int) said {
	t := p.s.t
	t.Helper()
	host := strings.TrimPrefix(p.s.url, "http://")
	conn, err := net.DialTimeout("tcp", host, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /api/v1%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", path, host, p.key, size)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return said{answer.StatusCode, answer.Header, body}
}

func TestHostileRequestsAreRefusedInOneForm(t *testing.T) {
	t.Parallel()
	s := openAPI(t)
	p := s.almighty()
	ref := p.must(201, "POST", "/cases", newComplaint).text("ref")
	before := p.must(200, "GET", "/cases/"+ref, "").header.Get("ETag")
	note := "/cases/" + ref + "/commands/note-add"
	deep := strings.Repeat(`{"body":`, 40) + `1` + strings.Repeat(`}`, 40)
	for body, status := range map[string]int{
		`{`: 400, `{"body":"x","body":"y"}`: 400, `{"body":"x"} {}`: 400, deep: 400, "{\"body\":\"\xff\"}": 400, `nonsense`: 400,
		`{"body":"x","colour":"red"}`: 422, `{"Body":"x"}`: 422, `{}`: 422, `{"body":5}`: 422, `{"body":null}`: 422, `[]`: 422, `"x"`: 422, `null`: 422, `{"body":"x","audience":"everybody"}`: 422,
		`{"body":"\u0000"}`: 422,
	} {
		p.refused(status, "POST", note, body)
	}
	p.refused(415, "POST", note, "body=x", "Content-Type", "application/x-www-form-urlencoded")
	p.isRefusal(413, p.announce(note, 2<<20), "a body that is too large")
	p.refused(422, "POST", note, `{"body":"x"}`, "If-Match", "W/\"1\"")
	p.refused(422, "POST", note, `{"body":"x"}`, "If-Match", "\"1\", \"2\"")
	p.refused(422, "POST", "/cases/"+ref+"/commands", `{"commands":[{"command":"case-explode"}]}`)
	p.refused(422, "POST", "/cases/"+ref+"/commands", `{"commands":[]}`)
	a := p.refused(422, "POST", "/cases/"+ref+"/commands", `{"commands":[{"command":"note-add","with":{"body":"kept?"}},{"command":"note-add","with":{"colour":1}}]}`)
	if !strings.HasPrefix(a.text("errors.0.location"), "body.commands[1].with") {
		t.Errorf("the place of a mistake: %s", a.body)
	}
	p.refused(422, "POST", "/cases/"+ref+"/commands/attachment-add", `{"files":[],"draft":"0193a5c2-7d4e-7c11-9a53-2f6b1d0c8e77"}`)
	for _, body := range []string{
		`{"type":"complaint"}`, `{"type":"complaint","subject":""}`, `{"type":"complaint","subject":"x","status":"closed"}`, `{"type":"complaint","subject":"x","subtype":"none"}`,
		`{"type":"complaint","subject":"x","fields":{"colour":1}}`, `{"type":"complaint","subject":"x","submission":{}}`, `{"type":"complaint","subject":"x","channel":"pigeon"}`,
		`{"type":"complaint","subject":"x","requester":"0193a5c2-7d4e-7c11-9a53-2f6b1d0c8e77"}`,
	} {
		p.refused(422, "POST", "/cases", body)
	}
	for _, query := range []string{
		"status=none", "colour=red", "limit=0", "limit=x", "limit=100000", "after=x", "group=none", "priority=none", "only=some", "sort=size", "due_before=yesterday", "assignee=me",
	} {
		p.refused(422, "GET", "/cases?"+query, "")
	}
	for _, query := range []string{"after=x", "after=ZjEuMC4wLjA=", "limit=501", "wait=26"} {
		p.refused(422, "GET", "/feed?"+query, "")
	}
	for _, query := range []string{"within=1", "near=1,2", "near=1,2,NaN", "kind=none", "page=0", "status=none"} {
		p.refused(422, "GET", "/search?"+query, "")
	}
	p.refused(404, "GET", "/nowhere", "")
	if after := p.must(200, "GET", "/cases/"+ref, "").header.Get("ETag"); after != before {
		t.Errorf("what was refused changed the case: %s, then %s", before, after)
	}
}

func TestCasesAreWorkedFromTheCommandLine(t *testing.T) {
	t.Parallel()
	s := openAPI(t)
	p := s.almighty()
	run := func(command interface {
		Run(context.Context, io.Writer) error
	}) string {
		t.Helper()
		var out strings.Builder
		if err := command.Run(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	to := remote{Server: s.url, Key: p.key}
	raised := run(&caseRaiseCommand{remote: to, Type: "complaint", Subject: "By hand", Channel: "telephone", Email: "amara@example.org", Field: []string{"lessons=Ring first."}, As: "once"})
	again := run(&caseRaiseCommand{remote: to, Type: "complaint", Subject: "By hand", Channel: "telephone", Email: "amara@example.org", Field: []string{"lessons=Ring first."}, As: "once"})
	if raised != again || !strings.Contains(raised, "is raised.") {
		t.Errorf("raised %q, then %q", raised, again)
	}
	ref := strings.Fields(raised)[0]
	if out := run(&caseListCommand{remote: to, Only: "open", Limit: 50}); !strings.Contains(out, ref) || !strings.Contains(out, "By hand") {
		t.Errorf("the list:\n%s", out)
	}
	if out := run(&caseNoteCommand{remote: to, Case: ref, Text: "Rang."}); !strings.Contains(out, "It has a new note, number 1.") {
		t.Errorf("the note: %s", out)
	}
	run(&caseDoCommand{remote: to, Case: ref, Command: "case-change-priority", With: []string{"to=high"}})
	if out := run(&caseShowCommand{remote: to, Case: ref}); !strings.Contains(out, "High") || !strings.Contains(out, "amara@example.org") {
		t.Errorf("the case:\n%s", out)
	}
	to.JSON = true
	var shown map[string]any
	if err := json.Unmarshal([]byte(run(&caseShowCommand{remote: to, Case: ref})), &shown); err != nil || shown["ref"] != ref {
		t.Errorf("the case as JSON: %v, %v", shown, err)
	}
	to.JSON = false
	run(&caseCloseCommand{remote: to, Case: ref, Reason: "upheld"})
	// The feed ends before the oldest transaction that is under way, whosever it is.
	happened := ""
	for tries := 0; !strings.Contains(happened, "case.closed") && tries < 1000; tries++ {
		happened = run(&caseWatchCommand{remote: to, Once: true})
	}
	if !strings.Contains(happened, "case.raised") || !strings.Contains(happened, "case.closed") {
		t.Errorf("what happened:\n%s", happened)
	}
	var out strings.Builder
	if err := (&caseShowCommand{remote: to, Case: "CMP-0000-0000"}).Run(t.Context(), &out); err == nil || !strings.Contains(fmt.Sprint(err), "no such case") {
		t.Errorf("a case that is not: %v", err)
	}
}
