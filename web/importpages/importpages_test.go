package importpages_test

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/intake/imports/importstest"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/importpages"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, importpages.Source()) }

// site is the pages on the small council, without guards.
type site struct {
	*importstest.World
	app *fiber.App
	by  core.Actor
}

func open(t *testing.T) *site {
	t.Helper()
	t.Parallel()
	s := &site{World: importstest.New(t)}
	s.by = s.Ada
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Clock, o.Actor = s.Clock, func(*fiber.Ctx) core.Actor { return s.by }
	}, importpages.Source())
	s.app = fiber.New(fiber.Config{Views: engine, Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		problem, _ := server.Describe(err)
		return render.Failed(c, render.Problem(problem))
	}})
	importpages.New(importpages.Options{Imports: s.Imports, Clock: s.Clock, Examples: []importpages.Example{
		{Key: "boston311", Name: "Boston 311", Source: string(importstest.Example(t, "boston311.yaml"))},
	}}).RegisterAdmin(routes{s.app})
	return s
}

// routes hangs pages on an application without guards.
type routes struct{ r fiber.Router }

func (r routes) Get(path string, h ...fiber.Handler)  { r.r.Get(path, h...) }
func (r routes) Post(path string, h ...fiber.Handler) { r.r.Post(path, h...) }

func (s *site) get(t *testing.T, path string, status int) *goquery.Document {
	t.Helper()
	res, body := rendertest.Do(t, s.app, "GET", path, "")
	if res.StatusCode != status {
		t.Fatalf("GET %s: %d, want %d\n%s", path, res.StatusCode, status, body)
	}
	return parse(t, body)
}

func parse(t *testing.T, body string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// send posts the form as a browser does.
func (s *site) send(t *testing.T, mapping string, files map[string]string) (status int, to string, doc *goquery.Document) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("mapping", strings.ReplaceAll(mapping, "\n", "\r\n")); err != nil {
		t.Fatal(err)
	}
	for field, content := range files {
		part, err := form.CreateFormFile(field, "../../"+field+"s\u202E.csv")
		if err == nil {
			_, err = part.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest("POST", "/imports", &body)
	request.Header.Set("Content-Type", form.FormDataContentType())
	res, err := s.app.Test(request, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	doc, err = goquery.NewDocumentFromReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Location"), doc
}

func (s *site) post(t *testing.T, path string, status int) {
	t.Helper()
	if res, body := rendertest.Do(t, s.app, "POST", path, "x=1"); res.StatusCode != status {
		t.Fatalf("POST %s: %d, want %d\n%s", path, res.StatusCode, status, body)
	}
}

func ten(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../../core/intake/imports/testdata/ten.csv")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestStaffBringAFileInAndSeeWhatBecomesOfIt(t *testing.T) {
	s := open(t)
	if doc := s.get(t, "/imports", 200); !strings.Contains(doc.Text(), "Nothing was brought in yet") || doc.Find(`a[href="/imports/new"]`).Length() != 1 {
		t.Error("an empty list does not say what to do")
	}
	doc := s.get(t, "/imports/new?example=boston311", 200)
	mapping := doc.Find("textarea").Text()
	if !strings.Contains(mapping, "source: boston311") || doc.Find(`a[aria-current="true"]`).Text() != "Boston 311" {
		t.Fatalf("the example is not in the form: %q", mapping)
	}
	status, to, _ := s.send(t, mapping, map[string]string{"file": ten(t)})
	if status != 303 || to != "/imports/1" {
		t.Fatalf("sending answers %d to %q", status, to)
	}
	doc = s.get(t, to, 200)
	if doc.Find("progress").Length() != 1 || doc.Find(`#import[hx-trigger="every 2s"]`).Length() != 1 || doc.Find(`form[action$="/start"]`).Length() != 0 {
		t.Error("a check under way is not shown as that")
	}
	s.post(t, to+"/start", 409)
	s.Work(t)
	doc = s.get(t, to, 200)
	if doc.Find("progress, #import[hx-trigger]").Length() != 0 || doc.Find("tbody tr").Length() != 8 || doc.Find(".chip-bad").Length() != 5 || !strings.Contains(doc.Text(), "6 cases are brought in") {
		t.Errorf("what the check found is not shown: %s", doc.Find("#import").Text())
	}
	if doc.Find("dd bdi").First().Text() != "files.csv" {
		t.Errorf("the file is called %q", doc.Find("dd bdi").First().Text())
	}
	s.post(t, to+"/start", 303)
	s.Work(t)
	doc = s.get(t, to, 200)
	if doc.Find("#import .page-head .chip-good").Length() != 1 || doc.Find(`#import form[method="post"]`).Length() != 0 || doc.Find(`#import form[action="/search"]`).Length() != 1 {
		t.Errorf("at the end it shows %s", doc.Find("#import").Text())
	}
	res, body := rendertest.Do(t, s.app, "GET", to+"/report", "")
	if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") || strings.Count(body, "\n") != 9 {
		t.Errorf("the report is %d %v\n%s", res.StatusCode, res.Header, body)
	}
	if doc = s.get(t, "/imports", 200); doc.Find("tbody tr").Length() != 1 || !strings.Contains(doc.Find("tbody").Text(), "Ada Byron") {
		t.Errorf("the list shows %s", doc.Find("tbody").Text())
	}
}

func TestACheckedImportCanBeCancelled(t *testing.T) {
	s := open(t)
	_, to, _ := s.send(t, string(importstest.Example(t, "boston311.yaml")), map[string]string{"file": ten(t)})
	s.Work(t)
	s.post(t, to+"/cancel", 303)
	if doc := s.get(t, to, 200); !strings.Contains(doc.Text(), "It was never started") || doc.Find(`#import form[method="post"]`).Length() != 0 {
		t.Error("it is not shown as cancelled")
	}
	s.post(t, to+"/cancel", 409)
	s.post(t, to+"/start", 409)
}

func TestAnImportThatStandsStillSaysSo(t *testing.T) {
	s := open(t)
	_, to, _ := s.send(t, string(importstest.Example(t, "boston311.yaml")), map[string]string{"file": ten(t)})
	if doc := s.get(t, to, 200); doc.Find(".banner-warn").Length() != 0 {
		t.Error("it stands still at once")
	}
	s.Clock.Advance(time.Hour)
	if doc := s.get(t, to, 200); !strings.Contains(doc.Find(".banner-warn").Text(), "as soon as a server works again") {
		t.Error("it is not said that nothing happens")
	}
}

func TestWhatCannotBeReadIsSaidAndTheMappingIsKept(t *testing.T) {
	s := open(t)
	good := string(importstest.Example(t, "boston311.yaml"))
	wrong := strings.Replace(good, "America/New_York", "America/New_Yrk", 1) + "# </textarea><script>alert(1)</script>\n"
	for name, c := range map[string]struct {
		mapping, says string
		files         map[string]string
	}{
		"a wrong mapping":   {wrong, "is not a time zone", map[string]string{"file": ten(t)}},
		"no mapping":        {" ", "Choose a mapping", map[string]string{"file": ten(t)}},
		"no file":           {good, "Choose the file", nil},
		"another file":      {good, "The file has no column", map[string]string{"file": "a,b\n1,2\n"}},
		"a file of mapping": {good, "is not known here", map[string]string{"file": ten(t), "map": "casement: 1\ncolour: red\n"}},
	} {
		status, _, doc := s.send(t, c.mapping, c.files)
		if status != 422 || !strings.Contains(doc.Find("main").Text(), c.says) {
			t.Errorf("%s: %d %s", name, status, doc.Find("main").Text())
		}
		if name == "a wrong mapping" && (doc.Find("textarea").Text() != wrong || doc.Find("main script").Length() > 0) {
			t.Errorf("%s: the mapping came back as %q", name, doc.Find("textarea").Text())
		}
	}
	if doc := s.get(t, "/imports", 200); doc.Find("tbody tr").Length() != 0 {
		t.Error("something was kept")
	}
}

func TestNobodyElseSeesImports(t *testing.T) {
	s := open(t)
	_, to, _ := s.send(t, string(importstest.Example(t, "boston311.yaml")), map[string]string{"file": ten(t)})
	for _, by := range []core.Actor{s.Priya, core.StaffActor(core.NewID[core.StaffID](), "Max", core.RoleAuditor), core.PersonActor(s.Amara, "Amara"), core.AnonymousActor()} {
		s.by = by
		for _, path := range []string{"/imports", to, to + "/report"} {
			s.get(t, path, 403)
		}
		s.post(t, to+"/start", 403)
		s.post(t, to+"/cancel", 403)
		if status, _, _ := s.send(t, string(importstest.Example(t, "boston311.yaml")), map[string]string{"file": ten(t)}); status != 403 {
			t.Errorf("sent by %s: %d", by.Kind, status)
		}
	}
	s.by = s.Ada
	for _, path := range []string{"/imports/2", "/imports/0", "/imports/99999999999999999999", "/imports/2/report"} {
		s.get(t, path, 404)
	}
}
