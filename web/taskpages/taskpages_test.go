package taskpages_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/files"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
	"github.com/casement-dev/casement/web/taskpages"
	"github.com/casement-dev/casement/web/viewtree"
	"github.com/casement-dev/casement/web/webtest"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, taskpages.Source()) }

// survey is a workflow of two pages: what was found, and whether that is all.
type survey struct{ broken atomic.Bool }

// Serve implements tasks.Provider.
func (s *survey) Serve(_ context.Context, call tasks.Call) (tasks.Reply, error) {
	if s.broken.Load() && call.Event.Kind == dialogue.Submit {
		return tasks.Reply{}, core.Unavailable(errors.New("it crashed"), "This task has a problem just now, and we have been told.")
	}
	state := struct{ Step, Found string }{Step: "find"}
	if len(call.State) > 0 {
		if err := json.Unmarshal(call.State, &state); err != nil {
			return tasks.Reply{}, err
		}
	}
	r := tasks.Reply{Reply: dialogue.Reply{Pin: "1.0.0+s1.0123456789ab"}}
	switch e := call.Event; {
	case e.Kind == dialogue.Submit && state.Step == "find":
		state.Step, state.Found = "sure", e.Answers.Text("found")
	case e.Kind == dialogue.Submit:
		r.Done, r.Outcome = true, state.Found
	case e.Kind == dialogue.Press:
		state.Step = "find"
	}
	if state.Step == "sure" {
		r.Status = "To be confirmed"
	}
	r.State, _ = json.Marshal(state)
	switch {
	case r.Done:
	case state.Step == "find":
		r.View = &view.Node{Type: view.Form, ID: "find", Label: "What did you find?", Items: []view.Node{
			{Type: view.Field, Kind: view.KindTextArea, ID: "found", Label: "Findings", Required: true, MaxLength: 500, Value: []string{state.Found}},
			{Type: view.Field, Kind: view.KindFile, ID: "evidence", Label: "Evidence", Hint: "Pictures and round sheets", MaxFiles: 2},
		}}
	default:
		r.View = &view.Node{Type: view.Form, ID: "sure", Label: "Is that all?", Button: "Yes, it is done", Items: []view.Node{
			{Type: view.Summary, Items: []view.Node{{Type: view.Row, Label: "Findings", Text: state.Found}}},
			{Type: view.Button, ID: "again", Label: "No, change it"},
		}}
	}
	return r, nil
}

// site is the pages on the real server with a database of their own. A
// session's token is the first name of who is signed in.
type site struct {
	*casestest.World
	t      *testing.T
	app    *server.App
	hub    *events.Hub
	url    string
	actors map[string]core.Actor
	survey *survey
	tasks  *tasks.Service
	id     core.CaseID
	task   string // address of the first task
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{World: casestest.New(t), t: t, hub: events.NewHub(), url: "http://casework.example.org", survey: &survey{}}
	tasks.Wire(s.Cases)
	s.actors = map[string]core.Actor{"Priya": s.Priya, "Tomasz": s.Tomasz, "Ines": s.Ines, "Kofi": s.Other, "Amara": core.PersonActor(s.Amara, "Amara")}
	s.tasks = tasks.New(s.DB, s.Cases, s.Clock, s.survey)
	s.Publish(t, "case_type", "complaint", strings.Replace(casestest.ComplaintType, `"when_raised": true`,
		`"when_raised": true, "within": "2 working days", "workflow": "plugin:casement.survey/survey", "shows": ["description", "place"]`, 1))
	s.id = s.Raise(t)
	s.task = "/cases/" + s.ref() + "/tasks/1"
	return s
}

func (s *site) ref() string { return string(s.Case(s.t, s.id).Ref) }

// SessionByToken implements server.Sessions.
func (s *site) SessionByToken(_ context.Context, token string) (people.Session, error) {
	by, ok := s.actors[token]
	if !ok {
		return people.Session{}, core.NotFound("Nobody is signed in.")
	}
	return people.Session{Actor: by}, nil
}

func (s *site) start(assets *web.Assets) {
	s.t.Helper()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		s.t.Fatal(err)
	}
	asset := func(string) string { return "" }
	engine := rendertest.Engine(s.t, func(o *render.Options) {
		o.Clock, o.Zone, o.Actor = s.Clock, london, server.Actor
		o.CSRF = func(c *fiber.Ctx) string { return s.app.CSRF(c) }
		if assets != nil {
			o.Asset, asset = assets.URL, assets.URL
		}
	}, taskpages.Source())
	s.app, err = server.New(server.Options{
		BaseURL: s.url, Secret: []byte(strings.Repeat("s", 32)), Clock: s.Clock, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Sessions: s, Views: engine, Limits: map[string]server.Rate{}, Live: s.hub,
		ErrorPage: func(c *fiber.Ctx, p server.Problem) error { return render.Failed(c, render.Problem(p)) },
		Assets: func(name string) (server.Asset, bool) {
			if assets == nil {
				return server.Asset{}, false
			}
			file, ok := assets.File(name)
			return server.Asset(file), ok
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	disk, err := files.OpenDisk(s.t.TempDir())
	if err != nil {
		s.t.Fatal(err)
	}
	kept := attachments.New(s.DB, disk, s.Clock)
	s.tasks.KeepFiles(
		func(file core.AttachmentID) cases.Command {
			return &attachments.Add{Files: []core.AttachmentID{file}, Audience: core.Staff}
		},
		func(no int) cases.Command { return &attachments.Delete{No: no} },
	)
	pages, err := taskpages.New(taskpages.Options{
		Cases: s.Cases, Tasks: s.tasks, Attachments: kept, People: people.New(s.DB, people.Options{Clock: s.Clock, BaseURL: s.url}), Zone: london, Asset: asset,
		Token: func(c *fiber.Ctx) viewtree.Hidden {
			return viewtree.Hidden{Name: server.CSRFField, Value: s.app.CSRF(c)}
		},
		SendFile: func(c *fiber.Ctx, f core.Attachment) error {
			body, err := kept.Open(c.UserContext(), f)
			if err != nil {
				return err
			}
			return c.SendStream(body, int(f.Size))
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	pages.RegisterConsole(s.app.Console())
	layout.New(func(*fiber.Ctx) (render.Frame, error) { return layout.SampleFrame(), nil }, nil).RegisterConsole(s.app.Console())
	s.app.Public().Get("/enter/:who", func(c *fiber.Ctx) error {
		s.app.SignIn(c, c.Params("who"), time.Now().Add(time.Hour))
		return c.Redirect(c.Query("to", "/tasks"), fiber.StatusSeeOther)
	})
}

// serve starts the server for a browser and returns its address.
func (s *site) serve() string {
	s.t.Helper()
	assets := webtest.Built(s.t)
	ln, address := webtest.Listen(s.t)
	s.url = address
	s.start(assets)
	webtest.Serve(s.t, s.app, ln)
	return s.url
}

var tokenOf = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

func (s *site) do(who, method, path string, body []byte, kind string, status int, headers ...string) (*http.Response, string) {
	s.t.Helper()
	if s.app == nil {
		s.start(nil)
	}
	req := httptest.NewRequest(method, path, bytes.NewReader(body))
	req.Host = "casework.example.org"
	req.Header.Set("Origin", s.url)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if who != "" {
		req.Header.Set("Cookie", "casement-session="+who)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.app.Fiber().Test(req, 10_000)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	var out bytes.Buffer
	if _, err := out.ReadFrom(res.Body); err != nil {
		s.t.Fatal(err)
	}
	if res.StatusCode != status {
		s.t.Fatalf("%s %s as %q: %d, want %d\n%.4000s", method, path, who, res.StatusCode, status, out.String())
	}
	return res, out.String()
}

func (s *site) get(who, path string, status int) string {
	s.t.Helper()
	_, body := s.do(who, http.MethodGet, path, nil, "", status)
	return body
}

func (s *site) token(who string) string {
	s.t.Helper()
	if found := tokenOf.FindStringSubmatch(s.get(who, "/palette", 200)); found != nil {
		return found[1]
	}
	return ""
}

func (s *site) post(who, path string, form url.Values, status int) string {
	s.t.Helper()
	_, body := s.do(who, http.MethodPost, path, []byte(form.Encode()), "application/x-www-form-urlencoded", status, server.CSRFHeader, s.token(who))
	return body
}

// send posts a page of a workflow with a file.
func (s *site) send(who string, fields map[string]string, file, contents string, status int) string {
	s.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			s.t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("f:evidence", file)
	if err == nil {
		_, err = part.Write([]byte(contents))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	_, answer := s.do(who, http.MethodPost, s.task, body.Bytes(), w.FormDataContentType(), status, server.CSRFHeader, s.token(who))
	return answer
}

func (s *site) wants(body string, words ...string) {
	s.t.Helper()
	for _, w := range words {
		if !strings.Contains(body, w) {
			s.t.Errorf("the page lacks %q:\n%s", w, body[strings.Index(body, "<main")+1:])
			return
		}
	}
}

func TestTheOfficerSeesTheTaskAndNothingElseOfTheCase(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	body := s.get("Ines", s.task, 200)
	s.wants(body, "Check the history", "What did you find?", "Five weeks running.", "Claim", "Ask the case manager", "Ask for more time", "Hand back")
	for _, secret := range []string{"Collections missed", "Amara", "07700 900482", `href="/cases/` + s.ref() + `"`} {
		if strings.Contains(body, secret) {
			t.Errorf("the officer sees %q", secret)
		}
	}
	s.wants(s.get("Priya", s.task, 200), `href="/cases/`+s.ref()+`"`, "Say something about it")
	for who, status := range map[string]int{"Kofi": 404} {
		s.get(who, s.task, status)
		s.post(who, s.task+"/do/claim", nil, status)
		s.get(who, s.task+"/files/0", status)
	}
	s.get("Ines", "/cases/"+s.ref()+"/tasks/9", 404)
	s.get("Ines", s.task+"/files/"+core.NewID[core.AttachmentID]().String(), 404)
	s.post("Ines", s.task+"/do/explode", nil, 404)
	s.do("Ines", http.MethodPost, s.task+"/do/claim", nil, "application/x-www-form-urlencoded", 403) // without the token
}

func TestATaskIsTakenStepByStepWithoutScripts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	body := s.post("Ines", s.task, url.Values{"step": {"find"}, "f:found": {""}}, 422)
	s.wants(body, "One answer needs another look")
	s.send("Ines", map[string]string{"step": "find", "f:found": "<b>The gate</b>", "do": "attach"}, "malware.exe", "MZ", 422)
	s.send("Ines", map[string]string{"step": "find", "f:found": "<b>The gate</b>", "do": "attach"}, "round sheets.txt", "no access", 303)
	body = s.get("Ines", s.task, 200)
	s.wants(body, "round sheets.txt", "&lt;b&gt;The gate&lt;/b&gt;", "/files/")
	link := regexp.MustCompile(`href="([^"]+/files/[^"]+)"`).FindStringSubmatch(body)[1]
	if got := s.get("Ines", link, 200); got != "no access" {
		t.Errorf("the file is %q", got)
	}
	s.post("Ines", s.task, url.Values{"step": {"find"}, "f:found": {"The gate"}}, 303)
	s.wants(s.get("Ines", s.task, 200), "Is that all?", "To be confirmed")
	s.wants(s.post("Ines", s.task, url.Values{"step": {"find"}, "f:found": {"From an old window"}}, 409), "has gone on meanwhile", "Is that all?")
	s.post("Ines", s.task, url.Values{"step": {"sure"}, "do": {"press:again"}}, 303)
	s.post("Ines", s.task, url.Values{"step": {"find"}, "f:found": {"The gate code"}}, 303)
	s.post("Ines", s.task, url.Values{"step": {"sure"}}, 303)
	s.wants(s.get("Ines", s.task, 200), "Done by Ines Carvalho", "The gate code", "finished it", "Take up again")
	s.wants(s.post("Ines", s.task+"/do/return", url.Values{"reason": {""}}, 422), "Say what is to be corrected.")
	s.post("Ines", s.task+"/do/return", url.Values{"reason": {"A date is missing"}}, 303)
	s.wants(s.get("Priya", s.task, 200), "A date is missing", "took it up again")
}

func TestAFaultOfTheWorkflowLosesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.get("Ines", s.task, 200)
	s.survey.broken.Store(true)
	s.wants(s.post("Ines", s.task, url.Values{"step": {"find"}, "f:found": {"Long thought about"}}, 503),
		"This task has a problem", "Nothing is lost.", "Long thought about", "Try again", "Hand back")
	s.survey.broken.Store(false)
	s.wants(s.get("Ines", s.task, 200), "Long thought about", "What did you find?")
}

func TestWhatIsSaidBesideTheWorkflow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.wants(s.post("Ines", s.task+"/do/ask", url.Values{"body": {" "}}, 422), "Write what you want to say first.", "details class=\"task-say\" name=\"task-say\" open")
	s.wants(s.post("Ines", s.task+"/do/more-time", url.Values{"until": {"tomorrow"}, "reason": {"Shut"}}, 422), "Enter a real date.", "Shut")
	s.post("Ines", s.task+"/do/claim", nil, 303)
	s.post("Ines", s.task+"/do/ask", url.Values{"body": {"Which depot?"}}, 303)
	s.post("Priya", s.task+"/do/ask", url.Values{"body": {"Mill Lane"}}, 303)
	s.post("Ines", s.task+"/do/more-time", url.Values{"until": {"2026-11-30"}, "reason": {"It is shut"}}, 303)
	s.wants(s.get("Ines", s.task, 200), "Which depot?", "Mill Lane", "asked for more time, until", "claimed it", "It is shut", "Release")
	s.wants(s.get("Ines", "/tasks", 200), "1 yours, 0 for your groups.", "Check the history")
	s.post("Ines", s.task+"/do/hand-back", url.Values{"reason": {"I am away"}}, 303)
	s.wants(s.get("Ines", "/tasks?show=unclaimed", 200), "0 yours, 1 for your groups.", "Check the history", "Claim")
	s.wants(s.get("Ines", "/tasks?show=done", 200), "Nothing done yet")
	s.wants(s.get("Kofi", "/tasks", 200), "No tasks wait for you")
	if body := s.get("Ines", "/tasks", 200); strings.Contains(body, "Collections missed") {
		t.Error("the list tells what the case is about")
	}
}

func TestTheOfficersPageInABrowser(t *testing.T) {
	s := newSite(t)
	base := s.serve()
	p := webtest.Open(t, base+"/enter/Ines")
	p.WaitForText("h1", "Tasks")
	p.Accessible()
	s.picture(p, "tasks")
	p.Click(".task-row a[data-row-link]")
	p.WaitForText("h1", "Check the history")
	p.Accessible()
	s.picture(p, "task")

	// What is wrong is said in place; what was typed stays.
	p.Click("#task .tree .button-main")
	p.WaitForText("#task .error-summary", "needs another look")
	p.Accessible()
	p.Type("#task textarea[name='f:found']", "The gate code changed on 5 October, and nobody told the contractor.")
	p.Click("#task .tree .button-main")
	p.WaitForText("#task", "Is that all?")
	p.WaitForText("#task .chip", "To be confirmed")
	p.Accessible()
	s.picture(p, "task-confirm")

	// Somebody else acts: the page hears of it.
	s.Do(t, s.Priya, s.id, &tasks.Ask{No: 1, Body: "Please name the dates, too."})
	last := time.Time{}
	for heard := false; !heard; heard = webtest.Eval[bool](p, `document.querySelector('#task').innerText.includes('Please name the dates, too.')`) {
		if time.Since(last) > time.Second {
			last = time.Now()
			s.hub.Publish("case:" + s.ref())
		}
	}
	p.Click("#task .task-say:nth-of-type(1) summary")
	p.Type("#ask-body", "Which dates?")
	p.Submit("#task .task-say:nth-of-type(1) .button-main")
	p.WaitForText(".task-history", "Which dates?")
	p.Accessible()
	s.picture(p, "task-history")

	plain := webtest.Open(t, base+"/enter/Ines?to="+url.QueryEscape(s.task), webtest.WithoutScript)
	plain.WaitForText("#task", "Is that all?")
	plain.Submit("#task .tree .button-row .button-main")
	plain.WaitForText("#task", "Done by Ines Carvalho")
	p.Go(base + s.task)
	p.WaitForText("#task", "Done by Ines Carvalho")
	p.Accessible()
	s.picture(p, "task-done")
}

// picture keeps pictures of a page where CASEMENT_PICTURES names a folder.
func (s *site) picture(p *webtest.Page, name string) {
	folder := os.Getenv("CASEMENT_PICTURES")
	if folder == "" {
		return
	}
	p.Screenshot(filepath.Join(folder, name+".png"), 1440, 1000, false)
	p.Screenshot(filepath.Join(folder, name+"-dark.png"), 1440, 1000, true)
	p.Screenshot(filepath.Join(folder, name+"-telephone.png"), 390, 844, false)
	p.Screenshot(filepath.Join(folder, name+"-again.png"), 1280, 800, false)
}
