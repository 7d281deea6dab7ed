package searchpages_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/files"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/exports"
	"github.com/casement-dev/casement/core/search/postgresindex"
	"github.com/casement-dev/casement/core/search/saved"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/web"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
	"github.com/casement-dev/casement/web/searchpages"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, searchpages.Source()) }

// site is the search on the real server. A session's token is the first name
// of who is signed in.
type site struct {
	*casestest.World
	t       *testing.T
	app     *server.App
	pages   *searchpages.Pages
	index   *postgresindex.Index
	exports *exports.Service
	queued  []int // exports that are to be made
	engine  *engine
	behind  time.Duration // how far the index says it is
	url     string
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{World: casestest.New(t), t: t, url: "http://casework.example.org"}
	targets.Wire(s.Cases)
	documents := search.NewDocuments(s.Types)
	s.index = postgresindex.New(s.DB, documents, s.Clock)
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	// Complaints are exported by the team; highways works some and exports none.
	s.Publish(t, casetypes.KindCaseType, "complaint", strings.Replace(casestest.ComplaintType, `"enquiry": [`, `"export": ["complaints-team"], "enquiry": [`, 1))
	disk, err := files.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { disk.Close() })
	staff := people.New(s.DB, people.Options{Clock: s.Clock, BaseURL: s.url})
	s.engine = &engine{Index: s.index}
	finder := search.NewWith(s.DB, s.Cases, documents, search.WithFallback(s.engine, s.index, s.Clock, func(error) {}), search.Options{Lister: s.index, Lagging: s})
	s.exports = exports.New(exports.Options{
		DB: s.DB, Source: finder.Export, Cases: s.Cases, People: staff, Files: disk, Clock: s.Clock, BaseURL: s.url,
		Zone:  func(context.Context) (*time.Location, error) { return london, nil },
		Queue: func(_ *pgx.Batch, no int) { s.queued = append(s.queued, no) },
	})
	s.pages = searchpages.New(searchpages.Services{
		Search: finder, Saved: saved.New(s.DB, s.Clock), Exports: s.exports, Cases: s.Cases, Targets: targets.New(s.DB, s.Cases, s.Clock),
		People: staff, Clock: s.Clock, Zone: london,
	})
	return s
}

// engine is the first of two, and can be made to fail.
type engine struct {
	*postgresindex.Index
	down bool
}

// Search implements search.Index.
func (e *engine) Search(ctx context.Context, r search.Reader, q search.Query) (search.Found, error) {
	if e.down {
		return search.Found{}, core.Unavailable(nil, "The engine is down.")
	}
	return e.Index.Search(ctx, r, q)
}

// Lag implements search.Lagging.
func (s *site) Lag(context.Context) (search.Lag, error) { return search.Lag{Behind: s.behind}, nil }

// SessionByToken implements server.Sessions.
func (s *site) SessionByToken(_ context.Context, token string) (people.Session, error) {
	for _, by := range []core.Actor{s.Priya, s.Tomasz, s.Ines, s.Lead, s.Other, core.PersonActor(s.Amara, "Amara")} {
		if strings.HasPrefix(by.Name, token) && token != "" {
			return people.Session{Actor: by}, nil
		}
	}
	return people.Session{}, core.NotFound("Nobody is signed in.")
}

func (s *site) start(assets *web.Assets) {
	s.t.Helper()
	engine := rendertest.Engine(s.t, func(o *render.Options) {
		o.Clock, o.Actor = s.Clock, server.Actor
		o.CSRF = func(c *fiber.Ctx) string { return s.app.CSRF(c) }
		if assets != nil {
			o.Asset = assets.URL
		}
	}, searchpages.Source())
	var err error
	s.app, err = server.New(server.Options{
		BaseURL: s.url, Secret: []byte(strings.Repeat("s", 32)), Clock: s.Clock, Log: slog.New(slog.DiscardHandler), Sessions: s, Views: engine,
		Limits: map[string]server.Rate{}, Live: events.NewHub(), ErrorPage: func(c *fiber.Ctx, p server.Problem) error { return render.Failed(c, render.Problem(p)) },
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
	s.pages.RegisterConsole(s.app.Console())
	layout.New(func(*fiber.Ctx) (render.Frame, error) { return layout.SampleFrame(), nil }, s.pages.Palette).RegisterConsole(s.app.Console())
	s.app.Console().Get("/cases/:ref", func(c *fiber.Ctx) error { return c.SendString("the page of " + c.Params("ref")) })
	s.app.Public().Get("/enter/:who", func(c *fiber.Ctx) error {
		s.app.SignIn(c, c.Params("who"), s.Clock.Now().Add(24*time.Hour))
		return c.Redirect("/search", fiber.StatusSeeOther)
	})
}

func (s *site) raise(subject string, change func(*cases.Raise)) core.CaseID {
	s.t.Helper()
	id := core.NewID[core.CaseID]()
	r := &cases.Raise{Type: "complaint", Subject: subject, Subtype: "waste", Channel: core.ChannelWeb, Requester: s.Amara, Contact: core.Contact{Name: "Amara Okonkwo-Lindqvist"}}
	if change != nil {
		change(r)
	}
	s.Do(s.t, core.PersonActor(s.Amara, "Amara"), id, r)
	s.Clock.Advance(time.Minute)
	return id
}

// indexed makes the index anew.
func (s *site) indexed() {
	s.t.Helper()
	if err := s.index.Rebuild(s.t.Context(), func(int, int) {}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) get(who, path string, status int, headers ...string) (*http.Response, string) {
	s.t.Helper()
	if s.app == nil {
		s.start(nil)
	}
	headers = append(headers, "Host", "casework.example.org")
	if who != "" {
		headers = append(headers, "Cookie", "casement-session="+who)
	}
	res, body := rendertest.Do(s.t, s.app.Fiber(), http.MethodGet, path, "", headers...)
	if res.StatusCode != status {
		s.t.Fatalf("%s as %q: %d, want %d\n%.2000s", path, who, res.StatusCode, status, body)
	}
	return res, body
}

// page asks for a page and reads it.
func (s *site) page(who, path string, status int) *goquery.Document {
	s.t.Helper()
	_, body := s.get(who, path, status)
	page, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	return page
}

// post sends a form as a page would and returns where it leads, and the answer.
func (s *site) post(who, path string, form url.Values, status int) (string, *goquery.Document) {
	s.t.Helper()
	token, _ := s.page(who, "/search?type=complaint", 200).Find(`input[name="_csrf"]`).First().Attr("value")
	if token == "" {
		s.t.Fatal("the page has no token")
	}
	res, body := rendertest.Do(s.t, s.app.Fiber(), http.MethodPost, path, form.Encode(),
		"Host", "casework.example.org", "Origin", s.url, "Cookie", "casement-session="+who, server.CSRFHeader, token)
	if res.StatusCode != status {
		s.t.Fatalf("POST %s as %q: %d, want %d\n%.2000s", path, who, res.StatusCode, status, body)
	}
	page, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	return res.Header.Get("Location"), page
}

func (s *site) body(who, query string) string {
	s.t.Helper()
	_, body := s.get(who, "/search?"+query, 200)
	return body
}

func TestSearchingIsForStaffAndWithinTheirReach(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.raise("The depot's secret", nil)
	s.indexed()
	ref := string(s.Case(t, id).Ref)
	s.get("", "/search?q=depot", 303)
	s.get("Amara", "/search?q=depot", 303)
	if body := s.body("Priya", "q=depot"); !strings.Contains(body, "1 result for “depot”") || !strings.Contains(body, "The <mark>depot</mark>&#39;s secret") {
		t.Errorf("Priya is shown\n%s", body)
	}
	for _, query := range []string{"q=depot", "q=" + ref, "q=" + ref[:9], "type=complaint", "kind=start&assignee=none", "q=dpeot"} {
		if body := s.body("Kofi", query); strings.Contains(body, ref) && !strings.Contains(query, ref) || strings.Contains(body, "secret") {
			t.Errorf("%s tells a stranger of the case", query)
		}
	}
	if _, body := s.get("Kofi", "/palette?q=depot", 200); strings.Contains(body, ref) {
		t.Error("the palette tells a stranger of the case")
	}
}

func TestAReferenceTypedInFullLeadsToItsCase(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ref := string(s.Case(t, s.raise("Not indexed yet", nil)).Ref)
	res, _ := s.get("Priya", "/search?q="+strings.ToLower(ref), 303)
	if to := res.Header.Get("Location"); to != "/cases/"+ref {
		t.Errorf("leads to %s", to)
	}
	// From the page itself it is found while one types, and nobody is led away.
	if body := s.body("Priya", "q="+ref+"&sort="); !strings.Contains(body, "Not indexed yet") {
		t.Error("the case is not found")
	}
	s.get("Kofi", "/search?q="+ref, 200)
}

func TestFiltersStandInTheAddressAndComeOffOneByOne(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 3 {
		s.raise(fmt.Sprintf("Lamp %d", i), func(r *cases.Raise) {
			if i == 2 {
				r.Priority = "high"
			}
		})
	}
	mine := s.raise("Lamp of mine", nil)
	s.Do(t, s.Priya, mine, cases.Claim{}, &cases.ChangeStatus{To: "waiting"})
	s.indexed()
	body := s.body("Priya", "q=lamp&kind=start&priority=high&from=2026-11-17&type=complaint")
	for _, want := range []string{
		"1 result for “lamp”", "Lamp</mark> 2", `value="start" form="search-form" checked`, "Priority: High", "Received from 17 Nov 2026",
		`href="/search?from=2026-11-17&amp;kind=start&amp;q=lamp&amp;type=complaint" aria-label="Remove filter Priority: High"`, `href="/search?q=lamp">Clear all`,
		`value="2026-11-17"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if body := s.body("Priya", "q=lamp&assignee=me"); !strings.Contains(body, "1 result") || !strings.Contains(body, "of mine") {
		t.Error("what is mine is not found")
	}
	// Counts say what each filter would leave with all others.
	counts := regexp.MustCompile(`name="kind" value="(start|waiting)" form="search-form"( checked)?><span>[^<]+</span><span class="count">(\d+)`).FindAllStringSubmatch(s.body("Priya", "q=lamp&kind=waiting"), -1)
	if len(counts) != 2 || counts[0][1] != "start" || counts[0][3] != "3" || counts[1][2] != " checked" || counts[1][3] != "1" {
		t.Errorf("counted %v", counts)
	}
	if body := s.body("Priya", "assignee=none"); !strings.Contains(body, "3 results") {
		t.Error("a filter alone is no search")
	}
	for _, wrong := range []string{"from=soon", "to=2026-13-01", "q=" + strings.Repeat("x", 300), "q=lamp&page=99"} {
		s.get("Priya", "/search?"+wrong, 422)
	}
	// What is unknown is left out of the search, and of the address.
	if body := s.body("Priya", "q=lamp&type=nope&kind=nope&group=nope&priority=nope&assignee=root&sort=random&due=never"); !strings.Contains(body, "4 results") || strings.Contains(body, "chip-filter") {
		t.Error("an unknown filter narrows")
	}
}

func TestEveryKindOfNothingSaysWhatToDoNext(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.raise("Lamp", nil)
	s.indexed()
	for query, want := range map[string]string{
		"":                                 "What are you looking for?",
		"q=l":                              "Two letters are enough",
		"q=zzzzqqq":                        "Look among people",
		"q=lamp&kind=final":                "Search without filters",
		"kind=final":                       "Begin again",
		"q=" + url.QueryEscape("<script>"): "Nothing found for “&lt;script&gt;”",
		"q=lamp&page=2":                    "Back to the first",
	} {
		if body := s.body("Priya", query); !strings.Contains(body, want) || strings.Contains(body, "<script>") {
			t.Errorf("%q does not say %q", query, want)
		}
	}
}

func TestAScriptGetsOnlyWhatChanges(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.raise("Lamp", nil)
	s.indexed()
	_, part := s.get("Priya", "/search?q=lam&sort=", 200, "HX-Request", "true")
	if strings.Contains(part, "<html") || strings.Contains(part, `id="search-q"`) || !strings.Contains(part, "<mark>Lamp</mark>") || !strings.Contains(part, `id="facets"`) || !strings.Contains(part, `hx-swap-oob="innerHTML:#search-status">1 result for “lam”`) {
		t.Errorf("the part is\n%s", part)
	}
}

func TestResultsShowWhereTheyWereFoundAndPageByPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.raise("Flooding", nil)
	s.Do(t, s.Priya, id, &notes.Add{Body: "The water came <down> Mill Lane."})
	for i := range 55 {
		s.raise(fmt.Sprintf("Case %d of many", i), nil)
	}
	s.indexed()
	if body := s.body("Priya", "q=mill+lane"); !strings.Contains(body, "Note by Priya Raghunathan: “<bdi>The water came &lt;down&gt; <mark>Mill Lane</mark>.</bdi>”") {
		t.Errorf("the place is not shown:\n%s", body)
	}
	first := s.body("Priya", "q=many&sort=newest")
	if !strings.Contains(first, "55 results") || !strings.Contains(first, "1 to 50") || !strings.Contains(first, `href="/search?page=2&amp;q=many&amp;sort=newest" rel="next"`) || !strings.Contains(first, "Newest first") {
		t.Errorf("the first page is\n%s", first)
	}
	if second := s.body("Priya", "q=many&sort=newest&page=2"); !strings.Contains(second, "51 to 55") || strings.Count(second, `class="result"`) != 5 {
		t.Errorf("the second page is\n%s", second)
	}
}

func TestThePaletteFindsCasesAndPeople(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ref := string(s.Case(t, s.raise("Lamp", nil)).Ref)
	s.indexed()
	for query, want := range map[string]string{"lamp": "/cases/" + ref, ref: "/cases/" + ref, "brendan": "/people/"} {
		if _, body := s.get("Priya", "/palette?q="+query, 200); !strings.Contains(body, want) {
			t.Errorf("%q does not find %s", query, want)
		}
	}
	if _, body := s.get("Priya", "/palette?q=l", 200); strings.Contains(body, ref) {
		t.Error("one letter searches")
	}
	s.get("Priya", "/palette?q="+strings.Repeat("x", 150), 200)
}
