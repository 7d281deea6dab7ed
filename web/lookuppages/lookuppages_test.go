package lookuppages_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/lookups"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/lookuppages"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, lookuppages.Source()) }

var (
	configurator  = core.StaffActor(core.NewID[core.StaffID](), "Priya", core.RoleConfigurator)
	administrator = core.StaffActor(core.NewID[core.StaffID](), "Ada", core.RoleAdministrator)
)

// site is the pages on a database of their own, without guards.
type site struct {
	t     *testing.T
	app   *fiber.App
	lists *lookups.Service
	by    core.Actor
}

func open(t *testing.T) *site {
	t.Helper()
	t.Parallel()
	w := casestest.New(t)
	s := &site{t: t, lists: lookups.New(w.DB, w.Clock), by: configurator}
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Clock, o.Actor = w.Clock, func(*fiber.Ctx) core.Actor { return s.by }
	}, lookuppages.Source())
	s.app = fiber.New(fiber.Config{Views: engine, Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		problem, _ := server.Describe(err)
		return render.Failed(c, render.Problem(problem))
	}})
	pages := lookuppages.New(s.lists)
	pages.RegisterView(routes{s.app})
	pages.RegisterChange(routes{s.app})
	return s
}

// routes hangs pages on an application without guards.
type routes struct{ r fiber.Router }

func (r routes) Get(path string, h ...fiber.Handler)  { r.r.Get(path, h...) }
func (r routes) Post(path string, h ...fiber.Handler) { r.r.Post(path, h...) }

// upload sends a list as a browser does; a file of "" is none chosen.
func (s *site) upload(key, name, file string, status int) string {
	s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for field, value := range map[string]string{"key": key, "name": name} {
		if err := form.WriteField(field, value); err != nil {
			s.t.Fatal(err)
		}
	}
	if file != "" {
		part, err := form.CreateFormFile("file", "streets.csv")
		if err == nil {
			_, err = io.WriteString(part, file)
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		s.t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/configuration/lists", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	res, err := s.app.Test(r, 20_000)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if res.StatusCode != status {
		s.t.Fatalf("%d, want %d\n%s", res.StatusCode, status, raw)
	}
	return string(raw)
}

func (s *site) page() string {
	s.t.Helper()
	_, body := rendertest.Do(s.t, s.app, "GET", "/configuration/lists", "")
	return body
}

func TestAListIsUploadedShownReplacedAndDeleted(t *testing.T) {
	s := open(t)
	if page := s.page(); !strings.Contains(page, "There is no list yet") || !strings.Contains(page, "Upload a list") {
		t.Errorf("the empty page is\n%s", page)
	}
	s.upload("streets", "Streets <of> Northmoor", "value,label,Ward\n1,Mill Lane,North\n2,Old Road,South\n", 303)
	page := s.page()
	for _, want := range []string{"Streets &lt;of&gt; Northmoor", "<code>streets</code>", "Ward", ">2</td>", "Priya"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing in\n%s", want, page)
		}
	}
	s.upload("streets", "Streets", "value\nx\n", 303)
	if found, err := s.lists.Find(t.Context(), lookups.Query{List: "streets"}); err != nil || len(found.Rows) != 1 || found.Rows[0].Value != "x" {
		t.Errorf("after it was replaced: %+v, %v", found, err)
	}
	if res, body := rendertest.Do(t, s.app, "POST", "/configuration/lists/streets/delete", ""); res.StatusCode != 303 {
		t.Errorf("%d\n%s", res.StatusCode, body)
	}
	if lists, err := s.lists.Lists(t.Context()); err != nil || len(lists) != 0 {
		t.Errorf("%v, %v", lists, err)
	}
	if res, _ := rendertest.Do(t, s.app, "POST", "/configuration/lists/streets/delete", ""); res.StatusCode != 404 {
		t.Errorf("what is not there is deleted: %d", res.StatusCode)
	}
}

func TestWhatIsWrongWithAListIsSaidBesideItAndNothingIsChanged(t *testing.T) {
	s := open(t)
	s.upload("streets", "Streets", "value\n1\n", 303)
	for name, tt := range map[string]struct{ key, name, file, says string }{
		"no file":      {"streets", "Streets", "", "Choose a file of comma-separated values."},
		"no value":     {"streets", "Streets", "label\nMill Lane\n", "one of them must be “value”"},
		"a row twice":  {"streets", "Streets", "value\n7\n7\n", "is in rows 2 and 3"},
		"a wrong key":  {"The Streets", "Streets", "value\n7\n", "A key begins with a letter"},
		"no name":      {"streets", " ", "value\n7\n", "Enter a name"},
		"a short row":  {"streets", "Streets", "value,label\n7\n", "Row 2 has 1 columns, the first row 2."},
		"a quote open": {"streets", "Streets", "value\n\"7\n", "is a quote missing?"},
	} {
		page := s.upload(tt.key, tt.name, tt.file, 422)
		if !strings.Contains(page, tt.says) || !strings.Contains(page, `value="`+tt.key+`"`) {
			t.Errorf("%s: %q, and what was typed, are missing in\n%s", name, tt.says, page)
		}
	}
	found, err := s.lists.Find(t.Context(), lookups.Query{List: "streets"})
	if err != nil || len(found.Rows) != 1 || found.Rows[0].Value != "1" {
		t.Errorf("the list has become %+v, %v", found, err)
	}
}

func TestWhoMayOnlyLookIsOfferedNoChangeAndRefusedOne(t *testing.T) {
	s := open(t)
	s.upload("streets", "Streets", "value\n1\n", 303)
	s.by = administrator
	if page := s.page(); strings.Contains(page, "Upload a list") || strings.Contains(page, "Delete") || !strings.Contains(page, "Streets") {
		t.Errorf("the page is\n%s", page)
	}
	s.upload("streets", "Streets", "value\n2\n", 403)
	if res, _ := rendertest.Do(t, s.app, "POST", "/configuration/lists/streets/delete", ""); res.StatusCode != 403 {
		t.Errorf("the list is deleted: %d", res.StatusCode)
	}
}
