package configpages_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/web/configpages"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) {
	rendertest.Check(t, editing.Source(), configpages.Source())
}

type clock struct{}

func (clock) Now() time.Time { return rendertest.Now() }

// site is the pages on a database with the shipped configuration.
type site struct {
	t     *testing.T
	app   *fiber.App
	types *casetypes.Service
	by    core.Actor
	held  core.Held

	publisher *casetypes.Publisher
	whatIf    func(before, after *core.CaseType) []editing.Note
}

// shippedNames is everything that the shipped files name.
func shippedNames(t *testing.T) casetypes.References {
	t.Helper()
	known := casetypes.References{Groups: casetypes.ShippedGroups(), Details: map[string][]core.Field{}}
	for _, template := range messages.Shipped() {
		known.Templates = append(known.Templates, template.Key)
	}
	files, err := casetypes.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		doc, findings := casetypes.Decode(f, casetypes.Sections())
		if err := findings.Err(); err != nil {
			t.Fatal(err)
		}
		if doc.CaseType == nil {
			continue
		}
		if form := doc.CaseType.Form; form.Plugin != "" {
			known.Forms = append(known.Forms, form.Plugin+"/"+form.Entry)
		}
		for _, task := range doc.CaseType.Tasks {
			if task.Workflow != "" {
				known.Workflows = append(known.Workflows, task.Plugin())
			}
		}
		for _, d := range doc.CaseType.Details {
			known.Details[d.Name()] = nil
		}
		for _, a := range doc.CaseType.Actions {
			known.Actions = append(known.Actions, a.Run.Name())
		}
	}
	return known
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, by: core.StaffActor(core.NewID[core.StaffID](), "Priya Raghunathan", core.RoleConfigurator)}
	s.types = casetypes.New(postgres.NewDB(pgtest.New(t)))
	known := shippedNames(t)
	publisher := casetypes.NewPublisher(s.types, clock{}, casetypes.Surroundings{
		References: func(context.Context) (casetypes.References, error) { return known, nil },
		Holds:      func(context.Context, string) (core.Held, error) { return s.held, nil },
	})
	s.publisher = publisher
	if err := publisher.Install(t.Context(), core.SystemActor()); err != nil {
		t.Fatal(err)
	}
	engine := rendertest.Engine(t, func(o *render.Options) { o.Actor = func(*fiber.Ctx) core.Actor { return s.by } }, editing.Source(), configpages.Source())
	s.app = fiber.New(fiber.Config{Views: engine, Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		status := map[core.ErrorKind]int{core.ErrNotFound: 404, core.ErrForbidden: 403, core.ErrInvalid: 422, core.ErrConflict: 409, core.ErrTooLarge: 413}[core.KindOf(err)]
		if status == 0 {
			status = 500
		}
		return render.Failed(c, render.Problem{Status: status, Title: err.Error()})
	}})
	pages := configpages.New(configpages.Options{Types: s.types, Publisher: publisher, Clock: clock{},
		Groups: func(context.Context) (map[string]string, error) {
			return map[string]string{"complaints-team": "Complaints team"}, nil
		},
		WhatIfs: []editing.WhatIf{func(_ context.Context, before, after *core.CaseType) ([]editing.Note, error) {
			if s.whatIf == nil {
				return nil, nil
			}
			return s.whatIf(before, after), nil
		}},
	})
	register := s.app.Group("")
	pages.RegisterView(routes{register})
	pages.RegisterPublish(routes{register})
	return s
}

// routes hangs pages on an application without guards.
type routes struct{ r fiber.Router }

func (r routes) Get(path string, h ...fiber.Handler)  { r.r.Get(path, h...) }
func (r routes) Post(path string, h ...fiber.Handler) { r.r.Post(path, h...) }

func (s *site) get(path string) (int, *goquery.Document) {
	s.t.Helper()
	res, body := rendertest.Do(s.t, s.app, "GET", path, "")
	return res.StatusCode, s.parse(body)
}

func (s *site) post(path string, form url.Values) (int, string, *goquery.Document) {
	s.t.Helper()
	res, body := rendertest.Do(s.t, s.app, "POST", path, form.Encode())
	return res.StatusCode, res.Header.Get("Location"), s.parse(body)
}

func (s *site) parse(body string) *goquery.Document {
	s.t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	return doc
}

func (s *site) file(name string) string {
	s.t.Helper()
	f, err := s.types.File(s.t.Context(), casetypes.KindCaseType, name, 1)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(f.Source)
}

func TestTheListShowsTypesAndCalendars(t *testing.T) {
	s := newSite(t)
	status, doc := s.get("/configuration")
	if status != 200 || doc.Find("tbody tr").Length() != 4 || doc.Find(`a[href="/configuration/types/complaint"]`).Text() != "Complaint" {
		t.Errorf("%d: %s", status, doc.Find("main").Text())
	}
	if doc.Find(`a[href="/configuration/upload"]`).Length() == 0 {
		t.Error("a configurator is not led to a new version")
	}
	s.by = core.StaffActor(core.NewID[core.StaffID](), "Ann", core.RoleAdministrator)
	if _, doc := s.get("/configuration"); doc.Find(`a[href="/configuration/upload"]`).Length() > 0 {
		t.Error("an administrator is led to what they may not do")
	}
}

func TestEverySectionOfEveryTypeIsShown(t *testing.T) {
	s := newSite(t)
	for _, key := range []string{"complaint", "enquiry", "report"} {
		for _, section := range casetypes.Sections() {
			status, doc := s.get("/configuration/types/" + key + "?section=" + section.Key)
			if status != 200 || doc.Find("h1").Text() != section.Name || doc.Find(".views a[aria-current]").Length() != 1 {
				t.Errorf("%s, %s: %d %q", key, section.Key, status, doc.Find("h1").Text())
			}
			if doc.Find(".config-main table, .config-main dl, .config-main .muted").Length() == 0 {
				t.Errorf("%s, %s shows nothing", key, section.Key)
			}
		}
	}
	for _, path := range []string{"/configuration/types/nothing", "/configuration/types/complaint?section=x", "/configuration/types/complaint?version=2",
		"/configuration/types/complaint?version=-1", "/configuration/calendars/x", "/configuration/types/x/versions", "/configuration/types/complaint/file?version=9", "/configuration/types/complaint/again?version=x"} {
		if status, _ := s.get(path); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestATargetSaysWhatItMeansForACaseRaisedNow(t *testing.T) {
	_, doc := newSite(t).get("/configuration/types/complaint?section=targets")
	side := doc.Find(".config-side").Text()
	// Now is Thursday 26 November 2026, 14:00: ten working days end on 10 December.
	if !strings.Contains(side, "10 Dec 14:00") || !strings.Contains(side, "Escalation to level 2") {
		t.Errorf("the side says %q", side)
	}
	if text := doc.Find(".config-main").Text(); !strings.Contains(text, "5 working days") || !strings.Contains(text, "complaints-leads is told") {
		t.Errorf("the section says %q", text)
	}
}

func TestAFileIsCheckedBeforeItIsPublished(t *testing.T) {
	s := newSite(t)
	source := strings.Replace(s.file("complaint"), "name: Waiting for requester", "name: On hold", 1)
	status, _, doc := s.post("/configuration/upload", url.Values{"source": {strings.ReplaceAll(source, "\n", "\r\n")}, "name": {"complaint.yaml"}})
	if status != 200 || doc.Find(".diff").Text() != "Status ‘Waiting for requester’ renamed to ‘On hold’." {
		t.Fatalf("%d: %q", status, doc.Find("main").Text())
	}
	publish := doc.Find(`button[formaction="/configuration/publish"]`)
	if publish.Text() != "Publish version 2" || doc.Find(`input[name="seen"]`).AttrOr("value", "") != "1" {
		t.Errorf("the page offers %q", publish.Text())
	}
	form := url.Values{"source": {doc.Find("textarea").Text()}, "seen": {"1"}, "note": {"Shorter."}}
	if t1, err := s.types.Published(t.Context(), "complaint"); err != nil || t1.Version != 1 {
		t.Fatalf("checking published version %d, %v", t1.Version, err)
	}
	status, to, _ := s.post("/configuration/publish", form)
	if status != 303 || to != "/configuration/types/complaint" {
		t.Fatalf("publishing answers %d to %q", status, to)
	}
	_, doc = s.get("/configuration/types/complaint/versions")
	if doc.Find("section").Length() != 2 || !strings.Contains(doc.Find("#v2").Text(), "Shorter.") || doc.Find("#v1 a[href*=again]").Length() != 1 {
		t.Errorf("the versions are %s", doc.Find("main").Text())
	}
	if status, _, doc := s.post("/configuration/publish", url.Values{"source": {strings.Replace(source, "On hold", "Paused", 1)}, "seen": {"1"}}); status != 409 || doc.Find(".banner-warn").Length() != 1 {
		t.Errorf("a stale publication answers %d", status)
	}
	status, doc = s.get("/configuration/types/complaint/again?version=1")
	if status != 200 || !strings.Contains(doc.Find(".diff").Text(), "‘On hold’ renamed to ‘Waiting for requester’") {
		t.Errorf("going back says %d %q", status, doc.Find(".diff").Text())
	}
	if status, doc := s.get("/configuration/types/complaint?version=1"); status != 200 || doc.Find(".draft-bar").Length() != 1 {
		t.Errorf("an old version does not say so: %d", status)
	}
}

func TestMistakesAreShownWithTheirLinesAndNothingIsLost(t *testing.T) {
	s := newSite(t)
	source := strings.Replace(s.file("enquiry"), "manage: [customer-services]", "manage: [customer-service]", 1) + "# </textarea><script>alert(1)</script>\n"
	for _, path := range []string{"/configuration/upload", "/configuration/publish"} {
		status, _, doc := s.post(path, url.Values{"source": {source}, "name": {"../../e\u202Enquiry.yaml"}})
		if status != 422 || !strings.Contains(doc.Find("td").Text(), "Did you mean “customer-services”?") {
			t.Errorf("%s: %d %q", path, status, doc.Find("main").Text())
		}
		if got := doc.Find("textarea").Text(); got != source {
			t.Errorf("%s: the text came back different:\n%q", path, got)
		}
		if doc.Find("main script").Length() > 0 || doc.Find(`button[formaction="/configuration/publish"]`).Length() > 0 {
			t.Errorf("%s: the page offers what it must not", path)
		}
	}
	for name, form := range map[string]url.Values{"nothing": {}, "blanks": {"source": {"  "}}, "not YAML": {"source": {"{"}}, "a long note": {"source": {strings.Replace(source, "customer-service]", "customer-services]", 1)}, "note": {strings.Repeat("n", 501)}}} {
		if status, _, _ := s.post("/configuration/publish", form); status != 422 {
			t.Errorf("%s: %d", name, status)
		}
	}
	if versions, err := s.types.Versions(t.Context(), casetypes.KindCaseType, "enquiry"); err != nil || len(versions) != 1 {
		t.Errorf("there are %d versions, %v", len(versions), err)
	}
}

func TestOnlyAConfiguratorPublishes(t *testing.T) {
	s := newSite(t)
	s.by = core.StaffActor(core.NewID[core.StaffID](), "Ann", core.RoleAdministrator)
	form := url.Values{"source": {strings.Replace(s.file("enquiry"), "prefix: ENQ", "prefix: ASK", 1)}}
	if status, _, _ := s.post("/configuration/publish", form); status != 403 {
		t.Errorf("an administrator's publication answers %d", status)
	}
}

func TestAFileComesBackAsItWasUploaded(t *testing.T) {
	s := newSite(t)
	source := strings.Replace(s.file("report"), "prefix: REP", "prefix: FIX", 1)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", `C:\files\report.yaml`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(source)); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest("POST", "/configuration/publish", &body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	res, err := s.app.Test(req, 10_000)
	if err != nil || res.StatusCode != 303 {
		t.Fatalf("publishing answers %v, %v", res.StatusCode, err)
	}
	answer, got := rendertest.Do(t, s.app, "GET", "/configuration/types/report/file", "")
	if got != source || answer.Header.Get("Content-Disposition") != `attachment; filename="report-2.yaml"` {
		t.Errorf("the file came back as %s, %d bytes of %d", answer.Header.Get("Content-Disposition"), len(got), len(source))
	}
}

func TestACalendarSaysWhenItIsOpen(t *testing.T) {
	status, doc := newSite(t).get("/configuration/calendars/northmoor-offices")
	text := doc.Find("main").Text()
	if status != 200 || !strings.Contains(text, "The office is open now.") || !strings.Contains(text, "Friday 25 December 2026") || doc.Find(`main a[href="/configuration/types/report"]`).Length() != 1 {
		t.Errorf("%d: %s", status, text)
	}
}
