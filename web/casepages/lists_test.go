package casepages_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web"
	"github.com/casement-dev/casement/web/casepages"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
	"github.com/casement-dev/casement/web/webtest"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, casepages.Source()) }

// listSite is the lists on the real server and a database of their own. A
// session's token is the name of who is signed in.
type listSite struct {
	*casestest.World
	t   *testing.T
	app *server.App
	hub *events.Hub
	url string // set by serve

	mu     sync.Mutex
	actors map[string]core.Actor
}

func newListSite(t *testing.T) *listSite {
	t.Helper()
	s := &listSite{World: casestest.New(t), t: t, hub: events.NewHub(), url: "http://casework.example.org", actors: map[string]core.Actor{}}
	tasks.Wire(s.Cases)
	questions.Wire(s.Cases)
	targets.Wire(s.Cases)
	for _, by := range []core.Actor{s.Priya, s.Tomasz, s.Ines, s.Lead, s.Other, core.PersonActor(s.Amara, "Amara")} {
		s.knows(by)
	}
	return s
}

func (s *listSite) knows(by core.Actor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.actors[strings.Fields(by.Name)[0]] = by
}

// SessionByToken implements server.Sessions. Before every page the figures are
// brought up to date, as the follower of the feed does a moment after a change.
func (s *listSite) SessionByToken(ctx context.Context, token string) (people.Session, error) {
	if err := s.Cases.RebuildFigures(context.WithoutCancel(ctx), nil); err != nil {
		return people.Session{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	by, ok := s.actors[token]
	if !ok {
		return people.Session{}, core.NotFound("Nobody is signed in.")
	}
	return people.Session{Actor: by}, nil
}

// start makes the server; assets may be nil for tests without a browser.
func (s *listSite) start(assets *web.Assets) {
	s.t.Helper()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		s.t.Fatal(err)
	}
	engine := rendertest.Engine(s.t, func(o *render.Options) {
		o.Clock, o.Zone, o.Actor = s.Clock, london, server.Actor
		o.CSRF = func(c *fiber.Ctx) string { return s.app.CSRF(c) }
		if assets != nil {
			o.Asset = assets.URL
		}
	}, casepages.Source())
	s.app, err = server.New(server.Options{
		BaseURL: s.url, Secret: []byte(strings.Repeat("s", 32)), Clock: s.Clock, Log: slog.New(slog.DiscardHandler),
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
	pages := casepages.New(casepages.Services{
		Followers: followers.New(s.DB),
		Cases:     s.Cases, Tasks: tasks.New(s.DB, s.Cases, s.Clock, nil), Questions: questions.New(s.DB, s.Cases, s.Clock, casestest.Secret),
		Targets: targets.New(s.DB, s.Cases, s.Clock), People: people.New(s.DB, people.Options{Clock: s.Clock, BaseURL: s.url}), Zone: london,
		Notes: notes.New(s.DB, s.Clock), Attachments: attachments.New(s.DB, nil, s.Clock), Messages: messages.New(s.DB, s.Clock, messages.Options{}),
	})
	ground(s.t, s.app, assets)
	pages.RegisterConsole(s.app.Console())
	pages.RegisterCase(s.app.Console())
	layout.New(func(*fiber.Ctx) (render.Frame, error) { return layout.SampleFrame(), nil }, nil).RegisterConsole(s.app.Console())
	s.app.Public().Get("/enter/:who", func(c *fiber.Ctx) error {
		s.app.SignIn(c, c.Params("who"), s.Clock.Now().Add(24*time.Hour))
		return c.Redirect("/mywork", fiber.StatusSeeOther)
	})
}

// serve starts the server for a browser and returns its address.
func (s *listSite) serve() string {
	s.t.Helper()
	assets := webtest.Built(s.t)
	ln, address := webtest.Listen(s.t)
	s.url = address
	s.start(assets)
	webtest.Serve(s.t, s.app, ln)
	return s.url
}

// get asks for a page as somebody and returns the answer; the name "" is
// nobody.
func (s *listSite) get(who, path string, status int, headers ...string) string {
	s.t.Helper()
	_, body := s.do(who, http.MethodGet, path, nil, status, headers...)
	return body
}

var tokenOf = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

func (s *listSite) post(who, path string, form url.Values, status int, headers ...string) (*http.Response, string) {
	s.t.Helper()
	token := ""
	if found := tokenOf.FindStringSubmatch(s.get(who, "/palette", 200)); found != nil {
		token = found[1]
	}
	return s.do(who, http.MethodPost, path, form, status, append(headers, server.CSRFHeader, token)...)
}

func (s *listSite) do(who, method, path string, form url.Values, status int, headers ...string) (*http.Response, string) {
	s.t.Helper()
	if s.app == nil {
		s.start(nil)
	}
	headers = append(headers, "Host", "casework.example.org", "Origin", s.url)
	if who != "" {
		headers = append(headers, "Cookie", "casement-session="+who)
	}
	res, body := rendertest.Do(s.t, s.app.Fiber(), method, path, form.Encode(), headers...)
	if res.StatusCode != status {
		s.t.Fatalf("%s %s as %q: %d, want %d\n%.3000s", method, path, who, res.StatusCode, status, body)
	}
	return res, body
}

// raise raises a complaint with a subject.
func (s *listSite) raise(subject string, change func(*cases.Raise)) core.CaseID {
	s.t.Helper()
	id := core.NewID[core.CaseID]()
	r := &cases.Raise{Type: "complaint", Subject: subject, Subtype: "waste", Channel: core.ChannelWeb, Requester: s.Amara, Contact: core.Contact{Name: "Amara Okonkwo-Lindqvist"}}
	if change != nil {
		change(r)
	}
	s.Do(s.t, core.PersonActor(s.Amara, "Amara"), id, r)
	return id
}

// end closes a case with all that its type asks for.
func (s *listSite) end(id core.CaseID) {
	s.t.Helper()
	made := s.Do(s.t, s.Priya, id, &tasks.Add{Type: "response"}).Made["task"]
	no, err := strconv.Atoi(made)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Do(s.t, s.Priya, id, &tasks.Complete{No: no}, &cases.Close{Status: "closed", Reason: "upheld"})
}

func (s *listSite) ref(id core.CaseID) string { return string(s.Case(s.t, id).Ref) }

const complaints = "/queues/complaint/complaints-team"

func TestTheListsAreForStaffAndShowOnlyWhatTheirReaderWorks(t *testing.T) {
	t.Parallel()
	s := newListSite(t)
	id := s.raise("The secret of the depot", nil)
	ref := s.ref(id)
	for _, path := range []string{"/mywork", "/mywork/news?shown=x", "/queues", complaints, complaints + "/news?shown=" + ref} {
		for who, sees := range map[string]bool{"Priya": true, "Kofi": false} {
			status := 200
			if path == "/queues" && who == "Priya" {
				status = 302
			}
			if who == "Kofi" && strings.HasPrefix(path, complaints) {
				status = 404
			}
			body := s.get(who, path, status)
			if strings.Contains(body, "secret of the depot") && !sees {
				t.Errorf("%s shows the case to %s", path, who)
			}
		}
		// A customer, and nobody, are sent away.
		s.get("Amara", path, 303)
		s.get("", path, 303)
	}
	if body := s.get("Priya", complaints, 200); !strings.Contains(body, "secret of the depot") {
		t.Error("the queue does not show its case")
	}
	// Those who would learn of a case by claiming it learn nothing.
	for _, path := range []string{"/cases/" + ref + "/claim", complaints + "/next", "/tasks/" + ref + "/1/complete"} {
		_, body := s.post("Kofi", path, url.Values{}, 404)
		if strings.Contains(body, "secret") {
			t.Errorf("%s tells a stranger of the case", path)
		}
		s.do("Amara", http.MethodPost, path, url.Values{}, 403)
	}
	if !s.Case(t, id).Assignee.IsZero() {
		t.Error("a stranger has the case")
	}
}

func TestAQueueShowsItsRowsCountsAndWhatToDo(t *testing.T) {
	t.Parallel()
	s := newListSite(t)
	first := s.raise("Bins <b>missed</b>", nil)
	anonymous := s.raise("Rude reply", func(r *cases.Raise) { r.Anonymous, r.Requester, r.Contact = true, core.PersonID{}, core.Contact{} })
	s.Do(t, s.Priya, first, cases.Open{}, cases.Claim{}, &questions.Ask{Body: "Which day?"})
	body := s.get("Priya", complaints, 200)
	for _, want := range []string{
		"<h1>Complaint", "2 open, pick any", "Bins &lt;b&gt;missed&lt;/b&gt;", "Requester is anonymous", `id="row-` + s.ref(first),
		"a question is open", `aria-label="Priya Raghunathan"`, `action="/cases/` + s.ref(anonymous) + `/claim"`, "Not opened yet: ",
		"Stage 1, stage 1 of 3", "Take the next one", "1 to 2 of 2", `class="ring`, `hx-trigger="live:queue:complaint from:body`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the queue lacks %q", want)
		}
	}
	if strings.Contains(body, `action="/cases/`+s.ref(first)+`/claim"`) {
		t.Error("a case that somebody has can be claimed")
	}
	only := s.get("Priya", complaints+"?only=unclaimed", 200)
	if strings.Contains(only, "Bins") || !strings.Contains(only, "Rude reply") || !strings.Contains(only, "1 of 2 open") {
		t.Errorf("unclaimed shows\n%s", only)
	}
	if none := s.get("Priya", complaints+"?priority=high&sort=newest", 200); !strings.Contains(none, "Nothing fits the filter") || !strings.Contains(none, "Priority: High") || !strings.Contains(none, `name="sort" value="newest"`) {
		t.Errorf("a filter that nothing fits shows\n%s", none)
	}
	for _, wrong := range []string{"?only=mine", "?sort=subject", "?status=nope", "?priority=nope", "?subtype=nope", "?after=nope"} {
		s.get("Priya", complaints+wrong, 422)
	}
}

func TestAQueueIsReadPageByPage(t *testing.T) {
	t.Parallel()
	s := newListSite(t)
	for i := range 60 {
		s.raise(fmt.Sprintf("Case number %02d.", i), nil)
		s.Clock.Advance(time.Second)
	}
	next := regexp.MustCompile(`href="([^"]+)" rel="next"`)
	seen, path := map[string]bool{}, complaints
	for pages := 1; ; pages++ {
		body := s.get("Priya", path, 200)
		for _, subject := range regexp.MustCompile(`Case number \d\d\.</bdi>`).FindAllString(body, -1) {
			if seen[subject] {
				t.Errorf("%s is on two pages", subject)
			}
			seen[subject] = true
		}
		if pages > 1 && !strings.Contains(body, "Back to first") {
			t.Errorf("page %d has no way back", pages)
		}
		found := next.FindStringSubmatch(body)
		if found == nil {
			if pages != 3 {
				t.Errorf("%d pages", pages)
			}
			break
		}
		path = strings.ReplaceAll(found[1], "&amp;", "&")
	}
	if len(seen) != 60 {
		t.Errorf("saw %d of 60", len(seen))
	}
}

func TestNewsOfAQueueMoveNothing(t *testing.T) {
	t.Parallel()
	s := newListSite(t)
	a, b, gone := s.raise("First", nil), s.raise("Second", nil), s.raise("Third", nil)
	page := s.get("Priya", complaints+"?sort=newest", 200)
	news := strings.ReplaceAll(regexp.MustCompile(`hx-get="(/queues/[^"]+)"`).FindStringSubmatch(page)[1], "&amp;", "&")
	shown := regexp.MustCompile(`id="row-[^"]+"`).FindAllString(page, -1)
	if quiet := s.get("Priya", news, 200, "HX-Request", "true"); strings.Contains(quiet, "new case") {
		t.Errorf("nothing has happened, and the news are\n%s", quiet)
	}
	s.Clock.Advance(time.Minute)
	s.raise("Fourth, which is new", nil)
	s.Do(t, s.Tomasz, a, cases.Claim{})
	s.Do(t, s.Tomasz, gone, &cases.Reassign{Group: "highways", Reason: "specialist"})
	s.end(b)
	body := s.get("Priya", news, 200, "HX-Request", "true")
	if got := regexp.MustCompile(`id="row-[^"]+"`).FindAllString(body, -1); fmt.Sprint(got) != fmt.Sprint(shown) {
		t.Errorf("the rows were %v and are %v", shown, got)
	}
	for _, want := range []string{"1 new case", `aria-label="Tomasz Wiśniewski"`, "Now with highways", "Closed", `id="queue-words" hx-swap-oob="true">2 open`, `id="queue-views"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the news lack %q", want)
		}
	}
	if strings.Contains(body, "Fourth") || strings.Contains(body, "<html") {
		t.Error("the news put a new row in front of the reader")
	}
}

func TestClaimingFromARowGivesTheRowBackAndOnlyOnce(t *testing.T) {
	t.Parallel()
	s := newListSite(t)
	id := s.raise("Mine soon", nil)
	ref := s.ref(id)
	res, _ := s.post("Priya", "/cases/"+ref+"/claim", url.Values{"back": {complaints + "?only=unclaimed"}}, 303)
	if to := res.Header.Get("Location"); to != complaints+"?only=unclaimed" {
		t.Errorf("leads to %s", to)
	}
	if s.Case(t, id).Assignee != s.Priya.StaffID() {
		t.Fatal("the case is not hers")
	}
	_, body := s.post("Tomasz", "/cases/"+ref+"/claim", url.Values{}, 409, "HX-Request", "true")
	if !strings.Contains(body, "Somebody else has claimed this case.") {
		t.Errorf("the second is told\n%s", body)
	}
	other := s.raise("The next", nil)
	_, row := s.post("Tomasz", "/cases/"+s.ref(other)+"/claim", url.Values{"back": {"https://evil.example/queues"}}, 200, "HX-Request", "true")
	if !strings.HasPrefix(strings.TrimSpace(row), "<tr") || !strings.Contains(row, "Tomasz Wiśniewski") {
		t.Errorf("a script gets\n%s", row)
	}
	res, _ = s.post("Priya", "/cases/"+s.ref(s.raise("Third", nil))+"/claim", url.Values{"back": {"//evil.example/queues"}}, 303)
	if to := res.Header.Get("Location"); !strings.HasPrefix(to, "/cases/") {
		t.Errorf("leads away to %s", to)
	}
}

func TestTakingTheNextOneOpensTheMostUrgent(t *testing.T) {
	t.Parallel()
	s := newListSite(t)
	first := s.raise("Raised first", nil)
	s.Clock.Advance(time.Hour)
	second := s.raise("Raised second", nil)
	for _, step := range []struct {
		path string
		want core.CaseID
	}{{complaints + "/next", first}, {"/mywork/next", second}} {
		res, _ := s.post("Priya", step.path, url.Values{}, 303)
		if to := res.Header.Get("Location"); to != "/cases/"+s.ref(step.want) {
			t.Errorf("%s leads to %s", step.path, to)
		}
	}
	for path, back := range map[string]string{complaints + "/next": complaints, "/mywork/next": "/mywork"} {
		if res, _ := s.post("Priya", path, url.Values{}, 303); res.Header.Get("Location") != back {
			t.Errorf("with nothing left %s leads to %s", path, res.Header.Get("Location"))
		}
	}
}

func TestMyWorkKeepsWhatNobodyHasOpenedAndWhatCameBackApart(t *testing.T) {
	t.Parallel()
	s := newListSite(t)
	fresh := s.raise("Nobody looked", nil)
	mine := s.raise("Mine, in hand", nil)
	free := s.raise("Looked at, not taken", nil)
	back := s.raise("Came back", nil)
	lifted := s.raise("Lifted up", nil)
	s.Do(t, s.Priya, mine, cases.Open{}, cases.StartWork{})
	s.Do(t, s.Priya, free, cases.Open{})
	s.Do(t, s.Priya, back, cases.Open{})
	s.end(back)
	s.Do(t, s.Priya, back, &cases.Reopen{})
	s.Do(t, s.Priya, lifted, cases.Open{}, &cases.Escalate{Reason: "vulnerable"})
	body := s.get("Priya", "/mywork", 200)
	part := func(body, id string) string {
		_, rest, ok := strings.Cut(body, `id="`+id+`-h"`)
		if !ok {
			return ""
		}
		text, _, _ := strings.Cut(rest, "</section>")
		return text
	}
	for section, want := range map[string]core.CaseID{"unopened": fresh, "reopened": back, "mine": mine, "free": free} {
		if text := part(body, section); !strings.Contains(text, s.ref(want)) {
			t.Errorf("%s lacks %q:\n%s", section, s.Case(t, want).Subject, text)
		}
		if n := strings.Count(body, `id="work-`+s.ref(want)+`"`); n != 1 {
			t.Errorf("%q stands %d times", s.Case(t, want).Subject, n)
		}
	}
	if !strings.Contains(body, "1 case.") {
		t.Error("the summary does not count")
	}
	if text := part(s.get("Yusuf", "/mywork", 200), "lifted"); !strings.Contains(text, s.ref(lifted)) {
		t.Errorf("the lead does not see what was escalated:\n%s", text)
	}
	if body := s.get("Kofi", "/mywork", 200); !strings.Contains(body, "Nothing waits for you") {
		t.Error("a stranger is not told that nothing waits")
	}
	shown := regexp.MustCompile(`/mywork/news\?shown=([0-9a-z]+)`).FindStringSubmatch(body)[1]
	if news := s.get("Priya", "/mywork/news?shown="+shown, 200, "HX-Request", "true"); !strings.Contains(news, `id="mywork-lists"`) || strings.Contains(news, "has changed") {
		t.Error("the same work is not refreshed in place")
	}
	s.raise("One more", nil)
	if news := s.get("Priya", "/mywork/news?shown="+shown, 200, "HX-Request", "true"); strings.Contains(news, `id="mywork-lists"`) || !strings.Contains(news, "Your work has changed") {
		t.Error("changed work is put in place under the reader's eyes")
	}
}

func TestATaskIsDoneFromTheListOnce(t *testing.T) {
	t.Parallel()
	s := newListSite(t)
	id := s.raise("With a task", nil) // the type gives highways a task when raised
	ref := s.ref(id)
	body := s.get("Ines", "/mywork", 200)
	for _, want := range []string{"Check the history", `href="/cases/` + ref + `/tasks/1"`, `action="/tasks/` + ref + `/1/complete"`} {
		if !strings.Contains(body, want) {
			t.Errorf("my work lacks %q", want)
		}
	}
	done := "/tasks/" + ref + "/1/complete"
	if res, _ := s.post("Ines", done, url.Values{"back": {"/mywork"}, "outcome": {"Nothing found"}}, 303); res.Header.Get("Location") != "/mywork" {
		t.Errorf("leads to %s", res.Header.Get("Location"))
	}
	s.post("Ines", done, url.Values{}, 409)
	s.post("Ines", "/tasks/"+ref+"/7/complete", url.Values{}, 404)
	s.post("Ines", "/tasks/nonsense/1/complete", url.Values{}, 404)
	if body := s.get("Ines", "/mywork", 200); strings.Contains(body, ref) {
		t.Error("the task is still open")
	}
}

func TestAnswersToMyQuestionsStandBesideMyWork(t *testing.T) {
	t.Parallel()
	s := newListSite(t)
	id := s.raise("Asked", nil)
	s.Do(t, s.Priya, id, cases.Open{}, cases.StartWork{}, &questions.Ask{Body: "Which day?"})
	if body := s.get("Priya", "/mywork", 200); !strings.Contains(body, "No answers in the last seven days") || !strings.Contains(body, "A question to \u2068Amara Okonkwo-Lindqvist\u2069 is open") {
		t.Error("before the answer, My work does not say so")
	}
	s.Clock.Advance(24 * time.Hour)
	s.Do(t, core.PersonActor(s.Amara, "Amara"), id, &questions.Answer{No: 1, Answer: "On <Tuesday>, as always. " + strings.Repeat("Really. ", 40)})
	body := s.get("Priya", "/mywork", 200)
	if !strings.Contains(body, "answered today 10:00") || !strings.Contains(body, "On &lt;Tuesday&gt;, as always.") || strings.Contains(body, strings.Repeat("Really. ", 30)) {
		t.Errorf("the answer is not shown:\n%s", body)
	}
}

// fill raises a day's work for pictures and for the browser.
func (s *listSite) fill() {
	s.t.Helper()
	subjects := []struct{ subject, who string }{
		{"Council-tax bill sent to a man who died in March", "Oluwaseun Adébáyọ̀"},
		{"Clinical-waste collections missed at Larkspur Court five weeks running", "Amara Okonkwo-Lindqvist"},
		{"Housing officer did not attend three booked inspections", "Fatemeh Hosseini"},
		{"Letter in English only after Welsh was asked for", "Siân Gwenllian-Pryce"},
		{"School transport left a child at the wrong stop", "Nguyễn Thị Hạnh"},
		{"Rude reply from the parking team", ""},
		{"Planning objection missing from the public file", "Agnieszka Dąbrowska"},
		{"Pest-control charge taken twice", "Cristina Popescu"},
		{"شكوى بشأن إيقاف إعانة السكن", "يوسف الحدّاد"},
		{"Grave marker removed without telling the family", "Ezekiel Obi-Hargreaves"},
		{"Street light 4471 reported eleven times", "Harpreet Kaur Sandhu"},
		{"Straßenreinigungsgebührenbescheid in wrong name", "Anneliese Großkreutz"},
		{"Blue-badge renewal lost, second time", "Jean-Baptiste de la Rochefoucauld-Montbel"},
		{"Dropped kerb refused without a reason", "Dai Prosser"},
		{"Noise from the leisure-centre chiller between 02:00 and 05:00", "Mehmet Yıldırım"},
		{"Library closed during published hours", "Marit Solheim"},
	}
	for i, c := range subjects {
		id := s.raise(c.subject, func(r *cases.Raise) {
			r.Contact.Name = c.who
			if r.Anonymous = c.who == ""; r.Anonymous {
				r.Requester = core.PersonID{}
			}
		})
		by := []core.Actor{s.Priya, s.Tomasz}[i%2]
		switch {
		case i == 2:
			s.Do(s.t, s.Priya, id, cases.Open{}, cases.Claim{})
			s.end(id)
			s.Do(s.t, s.Priya, id, &cases.Reopen{})
			s.Do(s.t, s.Priya, id, cases.Claim{})
		case i == 4 || i == 12:
			s.Do(s.t, by, id, cases.Open{}, cases.StartWork{}, &questions.Ask{Body: "Which stop was it?"}, &cases.ChangeStatus{To: "waiting"})
		case i < 12 && i != 8:
			s.Do(s.t, by, id, cases.Open{}, cases.StartWork{}, &tasks.Add{Title: "Ring the requester", Group: "complaints-team", Assignee: s.Priya.StaffID(), DueAt: s.Clock.Now().Add(200 * time.Hour)})
		case i == 15:
			s.Do(s.t, by, id, cases.Open{})
		}
		s.Clock.Advance(21 * time.Hour)
	}
}

func TestTheListsInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("browser tests are not short")
	}
	s := newListSite(t)
	s.fill()
	base := s.serve()
	p := webtest.Open(t, base+"/enter/Priya")
	p.WaitForText("h1", "My work")
	p.Accessible()
	p.Go(base + complaints)
	p.Accessible()
	p.Click(".queue-head details.drop summary")
	p.WaitFor(".filter-menu select")
	p.Accessible()
	p.Press("Escape")

	// j and k move, c claims, and the row says so without the page being loaded.
	p.Go(base + complaints + "?only=unclaimed")
	p.WaitFor("#queue-rows tr")
	before := p.Count("#queue-rows tr")
	p.Press("j")
	p.WaitFor("#queue-rows tr.is-cursor")
	p.Press("c")
	p.WaitFor(`#queue-rows tr:first-child [aria-label="Priya Raghunathan"]`)
	p.WaitForText("#toasts", "is yours now")
	if n := p.Count("#queue-rows tr"); n != before {
		t.Errorf("%d rows became %d", before, n)
	}

	// Another's work shows by itself, and nothing moves.
	second := p.Text("#queue-rows tr:nth-child(2) .c-ref")
	ref, err := core.ParseReference(second)
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
	s.raise("Brand new", nil)
	seen, err := s.Cases.Find(t.Context(), s.Tomasz, ref, core.MayWork)
	if err != nil {
		t.Fatal(err)
	}
	s.Do(t, s.Tomasz, seen.Case.ID, cases.Claim{})
	publish := func() { s.hub.Publish("queue:complaint", "work") }
	s.until("the row shows who has claimed it", func() bool {
		publish()
		return webtest.Eval[bool](p, `!!document.querySelector('#queue-rows tr:nth-child(2) [aria-label="Tomasz Wiśniewski"]')`)
	})
	p.WaitForText("#queue-new", "1 new case: show")
	if p.Text("#queue-rows tr:nth-child(2) .c-ref") != second {
		t.Error("the rows moved")
	}
	p.Click(".new-bar")
	p.WaitForText("#queue-rows", "Brand new")

	p.Go(base + complaints + "?priority=low")
	p.WaitForText(".state", "Nothing fits the filter")
	p.Accessible()
	p.Go(base + "/enter/Kofi")
	for _, path := range []string{"/mywork", "/queues"} {
		p.Go(base + path)
		p.WaitFor(".state")
		p.Accessible()
	}
	p.Go(base + "/enter/Priya")

	plain := webtest.Open(t, base+"/enter/Tomasz", webtest.WithoutScript)
	plain.Submit(".page-head .button-main")
	plain.WaitURL("/cases/")

	s.pictures(p, base)
}

// until asks again and again for what another process brings about.
func (s *listSite) until(what string, is func() bool) {
	s.t.Helper()
	deadline := time.Now().Add(webtest.Patience)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		if time.Now().After(deadline) {
			s.t.Fatalf("waited in vain until %s", what)
		}
		<-tick.C
	}
}

// pictures takes what a person compares with the design.
func (s *listSite) pictures(p *webtest.Page, base string) {
	dir := os.Getenv("CASEMENT_PICTURES")
	if dir == "" {
		return
	}
	for name, path := range map[string]string{"queue": complaints, "mywork": "/mywork", "queue-filter": complaints + "?only=unclaimed&priority=normal"} {
		p.Go(base + path)
		p.Screenshot(filepath.Join(dir, name+".png"), 1440, 1000, false)
		p.Screenshot(filepath.Join(dir, name+"-dark.png"), 1440, 1000, true)
		p.Screenshot(filepath.Join(dir, name+"-telephone.png"), 390, 844, false)
	}
}
