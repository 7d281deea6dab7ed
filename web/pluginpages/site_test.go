package pluginpages_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/pack"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/pluginpages"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
)

// site is the pages on an installation that runs plugins in the real sandbox,
// without guards before the pages' own.
type site struct {
	t     *testing.T
	app   *fiber.App
	clock *casestest.Clock
	host  *pluginhost.Host
	own   *plugins.Service
	by    core.Actor
	admin core.Actor
	uses  []pluginpages.Use
}

func open(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, clock: &casestest.Clock{}}
	s.clock.Set(rendertest.Now())
	db := postgres.NewDB(pgtest.New(t))
	staff := people.New(db, people.Options{Clock: s.clock, BaseURL: "https://northmoor.example"})
	morag, err := staff.CreateUser(t.Context(), core.SystemActor(),
		people.UserInput{Name: "Morag Sinclair", Email: "morag@northmoor.example", Roles: []core.Role{core.RolePluginAdmin}})
	if err != nil {
		t.Fatal(err)
	}
	s.admin = core.StaffActor(morag.ID, morag.Name, core.RolePluginAdmin)
	s.by = s.admin
	engine, err := wasm.New(wasm.Options{
		// The cache outlives the test, so that a guest is compiled once a machine.
		CacheDir: filepath.Join(os.TempDir(), "casement-test-plugin-cache"), Compile: wasm.CompileHere,
		Limits: wasm.Limits{MemoryMiB: 64, Fuel: 50_000_000, Wall: 20 * time.Second, Output: 1 << 20},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.host = pluginhost.New(engine, s.clock, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		s.host.Close()
		engine.Close()
	})
	s.own = plugins.New(db, plugins.Options{
		Clock: s.clock, Secret: core.Secret{1}, Runner: s.host,
		Uses: func(context.Context, string) ([]string, error) {
			var out []string
			for _, u := range s.uses {
				out = append(out, u.Type)
			}
			return out, nil
		},
	})
	s.host.From(s.own)
	views := rendertest.Engine(t, func(o *render.Options) {
		o.Clock, o.Actor = s.clock, func(*fiber.Ctx) core.Actor { return s.by }
	}, pluginpages.Source())
	s.app = fiber.New(fiber.Config{Views: views, Immutable: true, BodyLimit: 64 << 20, ErrorHandler: func(c *fiber.Ctx, err error) error {
		problem, _ := server.Describe(err)
		return render.Failed(c, render.Problem(problem))
	}})
	pages, err := pluginpages.New(pluginpages.Options{
		Plugins: s.own, Clock: s.clock, Names: staff.NamesOf, Uses: func(context.Context, string) ([]pluginpages.Use, error) { return s.uses, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	pages.RegisterAdmin(routes{s.app})
	return s
}

// routes hangs pages on an application without guards.
type routes struct{ r fiber.Router }

func (r routes) Get(path string, h ...fiber.Handler)  { r.r.Get(path, h...) }
func (r routes) Post(path string, h ...fiber.Handler) { r.r.Post(path, h...) }

func (s *site) parse(body io.Reader) *goquery.Document {
	s.t.Helper()
	doc, err := goquery.NewDocumentFromReader(body)
	if err != nil {
		s.t.Fatal(err)
	}
	return doc
}

func (s *site) get(path string, status int) *goquery.Document {
	s.t.Helper()
	res, body := rendertest.Do(s.t, s.app, "GET", path, "")
	if res.StatusCode != status {
		s.t.Fatalf("GET %s: %d, want %d\n%s", path, res.StatusCode, status, body)
	}
	return s.parse(strings.NewReader(body))
}

func (s *site) post(path string, form url.Values, status int) (to string, doc *goquery.Document) {
	s.t.Helper()
	if form == nil {
		form = url.Values{"x": {"1"}}
	}
	res, body := rendertest.Do(s.t, s.app, "POST", path, form.Encode())
	if res.StatusCode != status {
		s.t.Fatalf("POST %s: %d, want %d\n%s", path, res.StatusCode, status, body)
	}
	if err := s.host.Sync(s.t.Context()); err != nil { // as the notice of the change would have it
		s.t.Fatal(err)
	}
	return res.Header.Get("Location"), s.parse(strings.NewReader(body))
}

// upload sends a file as a browser does.
func (s *site) upload(module []byte, status int) (to string, doc *goquery.Document) {
	s.t.Helper()
	s.clock.Advance(time.Minute)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "plugin.wasm")
	if err == nil {
		_, err = part.Write(module)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	request := httptest.NewRequest("POST", "/plugins/install", &body)
	request.Header.Set("Content-Type", form.FormDataContentType())
	res, err := s.app.Test(request, 120_000)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	doc = s.parse(res.Body)
	if res.StatusCode != status {
		s.t.Fatalf("uploading answers %d, want %d\n%s", res.StatusCode, status, doc.Find("main").Text())
	}
	return res.Header.Get("Location"), doc
}

// decide lets an uploaded version go live with some of what it asks for.
func (s *site) decide(review string, may ...string) {
	s.t.Helper()
	to, _ := s.post(review, url.Values{"seen": {review[strings.LastIndexByte(review, '/')+1:]}, "unsigned": {"yes"}, "may": may}, 303)
	if want := review[:strings.Index(review, "/versions/")]; to != want {
		s.t.Fatalf("deciding leads to %q, not to %q", to, want)
	}
}

// variant is a plugin of the repository as another package.
func variant(t *testing.T, folder string, change map[string]any) []byte {
	t.Helper()
	module := intaketest.PluginModule(t, folder)
	raw, err := pack.Manifest(module)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	for key, value := range change {
		m[key] = value
	}
	if raw, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	if module, err = pack.Replace(module, raw); err != nil {
		t.Fatal(err)
	}
	return module
}

// complaint is the complaint form as a council elsewhere has it.
func complaint(t *testing.T, version string, more map[string]any) []byte {
	t.Helper()
	change := map[string]any{"id": "org.example.complaint", "version": version, "name": "Complain to Elsewhere", "publisher": "Elsewhere Council"}
	for key, value := range more {
		change[key] = value
	}
	return variant(t, "plugins/complaint", change)
}

// changing is a form that says which version it is, and crashes on request.
func changing(t *testing.T, version string) []byte {
	t.Helper()
	return variant(t, "core/pluginhost/testdata/guests/changing", map[string]any{
		"version": version, "needs": []string{"note.add"},
		"config": map[string]any{"type": "object", "properties": map[string]any{
			"label":  map[string]any{"type": "string", "default": version, "maxLength": 20},
			"states": map[string]any{"type": "integer", "default": 1},
		}},
	})
}

func sign(t *testing.T, module []byte) (signed []byte, key string) {
	t.Helper()
	file, public, err := pack.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	private, err := pack.ReadKey(file)
	if err != nil {
		t.Fatal(err)
	}
	if signed, err = pack.Sign(module, ed25519.PrivateKey(private)); err != nil {
		t.Fatal(err)
	}
	return signed, public
}

// turn takes a step of the changing plugin's form, as somebody outside does.
func (s *site) turn(before forms.Reply, said string) (forms.Reply, error) {
	s.t.Helper()
	call := forms.Call{
		Type: &core.CaseType{Key: "x", Form: core.FormRule{Plugin: "test.changing", Entry: "steps"}}, State: before.State, Pin: before.Pin,
		Event: forms.Event{Kind: forms.Start}, Now: s.clock.Now(), Language: "en-GB",
	}
	if before.State != nil {
		call.Event = forms.Event{Kind: forms.Submit, Answers: map[string][]string{"what": {said}}}
	}
	return s.host.FormProvider().Serve(s.t.Context(), call)
}
