package designpages_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/formdesigns"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/designpages"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
	"github.com/casement-dev/casement/web/viewtree"
)

// site is the designer on an installation that runs the plugin in the real
// sandbox, without guards before the pages' own.
type site struct {
	*intaketest.World
	t       *testing.T
	app     *fiber.App
	designs *formdesigns.Service
	by      core.Actor
}

func open(t *testing.T) *site {
	t.Helper()
	s := &site{World: intaketest.New(t), t: t, by: core.StaffActor(core.NewID[core.StaffID](), "Priya Raghunathan", core.RoleConfigurator)}
	if err := s.Host.Install(intaketest.PluginModule(t, "plugins/designed"), nil); err != nil {
		t.Fatal(err)
	}
	s.designs = formdesigns.New(s.DB, s.Types, s.Clock, func(context.Context) ([]string, error) { return []string{"streets"}, nil })
	s.Host.Provide(pluginhost.Services{Designs: s.designs})
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Clock, o.Actor = s.Clock, func(*fiber.Ctx) core.Actor { return s.by }
	}, designpages.Source())
	s.app = fiber.New(fiber.Config{Views: engine, Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		problem, _ := server.Describe(err)
		return render.Failed(c, render.Problem(problem))
	}})
	pages, err := designpages.New(designpages.Options{
		Designs: s.designs, Types: s.Types, Forms: s.Host.FormProvider(), Clock: s.Clock, Asset: func(name string) string { return "/" + name },
		Lists: func(context.Context) ([]layout.Option, error) {
			return []layout.Option{{Value: "streets", Label: "Streets"}}, nil
		},
		Token: func(*fiber.Ctx) viewtree.Hidden { return viewtree.Hidden{Name: "csrf", Value: "x"} },
	})
	if err != nil {
		t.Fatal(err)
	}
	pages.RegisterView(routes{s.app})
	pages.RegisterChange(routes{s.app})
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

func (s *site) post(path string, form ...string) (int, string, *goquery.Document) {
	s.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	res, body := rendertest.Do(s.t, s.app, "POST", path, values.Encode())
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

// press presses a button of the designer with the open panel as it stands and
// what is typed over it, and returns where it leads.
func (s *site) press(at, do string, typed ...string) string {
	s.t.Helper()
	status, doc := s.get(at)
	if status != 200 {
		s.t.Fatalf("%s: %d", at, status)
	}
	form := doc.Find(`button[name="do"][value="` + do + `"]`).Last().Closest("form")
	if form.Length() == 0 {
		s.t.Fatalf("%s has no button %q", at, do)
	}
	values := url.Values{"do": {do}}
	form.Find("input[name], textarea[name], select[name]").Each(func(_ int, in *goquery.Selection) {
		name, value := in.AttrOr("name", ""), in.AttrOr("value", "")
		switch {
		case in.Is("textarea"):
			value = in.Text()
		case in.Is("select"):
			chosen := in.Find("option[selected]")
			if chosen.Length() == 0 {
				chosen = in.Find("option").First()
			}
			value = chosen.AttrOr("value", "")
		case in.Is(`[type="checkbox"]`) && !in.Is("[checked]"):
			return
		}
		values.Add(name, value)
	})
	for i := 0; i+1 < len(typed); i += 2 {
		if len(values[typed[i]]) > 1 { // the first empty one of several
			for j, v := range values[typed[i]] {
				if v == "" || j == len(values[typed[i]])-1 {
					values[typed[i]][j] = typed[i+1]
					break
				}
			}
			continue
		}
		values.Set(typed[i], typed[i+1])
	}
	res, body := rendertest.Do(s.t, s.app, "POST", form.AttrOr("action", ""), values.Encode())
	if res.StatusCode != 303 {
		s.t.Fatalf("%s: %d %s", do, res.StatusCode, body)
	}
	return res.Header.Get("Location")
}

func (s *site) draft(key string) formdesigns.Draft {
	s.t.Helper()
	d, err := s.designs.Draft(s.t.Context(), key)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

func (s *site) question(key string) formdesigns.Field {
	s.t.Helper()
	d := s.draft("complaint").Definition
	f, _ := d.Field(key)
	return f
}

// visitor fills in the form of a case type.
func (s *site) visitor(t *core.CaseType) (turn func(kind forms.EventKind, step string, answers view.Answers) forms.Shown) {
	s.t.Helper()
	token, d, err := s.Forms.Begin(s.t.Context(), t, forms.Visit{Language: "en"})
	if err != nil {
		s.t.Fatal(err)
	}
	_ = d
	return func(kind forms.EventKind, step string, answers view.Answers) forms.Shown {
		s.t.Helper()
		_, shown, err := s.Forms.Turn(s.t.Context(), token, t.Key, step, forms.Visit{Language: "en"}, forms.Sent{Kind: kind, Answers: func(*view.Node) view.Answers { return answers }})
		if err != nil {
			s.t.Fatal(err)
		}
		return shown
	}
}

func TestAFormIsMadePublishedAndAskedOfThePublic(t *testing.T) {
	s := open(t)
	status, at, _ := s.post("/configuration/forms", "name", "Bulky waste", "key", "", "from", "")
	if status != 303 || at != "/configuration/forms/bulky-waste" {
		t.Fatalf("%d %s", status, at)
	}
	at = s.press(at+"?page=what", "add-field:what", "new-label", "What is it?", "new-kind", "choice")
	if d := s.draft("bulky-waste"); d.Definition.Pages[0].Fields[1].Key != "what-is-it" || !d.CanUndo {
		t.Fatalf("%+v", d)
	}
	at = s.press(at, "save", "label", "What sort of thing is it?", "required", "yes", "choice-name", "A fridge", "searchable", "yes")
	f := s.draft("bulky-waste").Definition.Pages[0].Fields[1]
	if f.Label != "What sort of thing is it?" || !f.Required || len(f.Choices) != 3 || f.Choices[2].Key != "a-fridge" || f.Becomes != "field:what-is-it" || !f.Searchable {
		t.Fatalf("%+v", f)
	}
	at = s.press(at, "add-page", "new-page", "About the fridge")
	if !strings.Contains(at, "page=about-the-fridge") {
		t.Fatal(at)
	}
	// An empty page is a mistake, told on the page and in the outline.
	if _, doc := s.get(at); !strings.Contains(doc.Find(".design-side").Text(), "The page is empty") || doc.Find(".design-pages .bad").Length() == 0 {
		t.Error("the empty page is not told of")
	}
	if _, to, _ := s.post("/configuration/forms/bulky-waste/publish", "step", "3"); s.draft("bulky-waste").Based != 0 {
		t.Errorf("published with a mistake: %s", to)
	}
	s.press(at, "add-field:about-the-fridge", "new-label", "Is it empty?", "new-kind", "yes_no")
	at = s.press("/configuration/forms/bulky-waste?page=about-the-fridge", "save", "when-test", "what-is-it", "when-op", "is", "when-value", "a-fridge")
	d := s.draft("bulky-waste")
	if len(d.Findings) > 0 || d.Definition.Say(d.Definition.Pages[1].When) != "“What sort of thing is it” is “A fridge”" {
		t.Fatalf("%v, %+v", d.Findings, d.Definition.Pages[1])
	}
	if _, doc := s.get(at); doc.Find(`select[name="when-value"] option[value="a-fridge"][selected]`).Length() != 1 {
		t.Error("the answer is not there to choose")
	}
	if status, to, _ := s.post("/configuration/forms/bulky-waste/publish", "step", "5", "note", "First"); status != 303 || s.draft("bulky-waste").Based != 1 {
		t.Fatalf("%d %s", status, to)
	}

	fills, err := s.designs.Fills(t.Context())
	if err != nil || len(fills["bulky-waste"]) != 1 || !fills["bulky-waste"][0].Searchable {
		t.Fatalf("%+v, %v", fills, err)
	}
	s.Change(t, intaketest.Report, func(ct *core.CaseType) {
		ct.Form = core.DesignedForm("bulky-waste")
		ct.Fields = append(ct.Fields, fills["bulky-waste"]...)
	})
	typ := s.Type(t, intaketest.Report)
	if forms.Name(typ) != "casement.designed/form:bulky-waste" {
		t.Errorf("the form is called %s", forms.Name(typ))
	}
	turn := s.visitor(typ)
	if shown := turn(forms.Submit, "what", view.Answers{"what": {"An old one"}, "what-is-it": {"a-fridge"}}); shown.View.ID != "about-the-fridge" {
		t.Fatalf("%+v", shown.View)
	}

	// What was begun goes on with its version, whatever is published meanwhile.
	s.press("/configuration/forms/bulky-waste?page=about-the-fridge", "page-remove:about-the-fridge")
	if _, _, err := s.designs.Published(t.Context(), "bulky-waste", 2); err == nil {
		t.Error("a draft is published by itself")
	}
	if status, _, _ := s.post("/configuration/forms/bulky-waste/publish", "step", "1"); status != 303 || s.draft("bulky-waste").Based != 2 {
		t.Fatal(status)
	}
	if shown := turn(forms.Submit, "about-the-fridge", view.Answers{"is-it-empty": {"yes"}}); shown.View.ID != "you" || shown.Refused {
		t.Fatalf("%+v", shown)
	}
	if shown := turn(forms.Submit, "you", view.Answers{"you.name": {"Ada"}, "you.email": {"ada@example.org"}}); shown.View.ID != "review.page" {
		t.Fatalf("%+v", shown.View)
	}
	if shown := turn(forms.Submit, "review.page", nil); !shown.Done {
		t.Fatalf("%+v", shown.View)
	}
	if shown := s.visitor(typ)(forms.Submit, "what", view.Answers{"what": {"An old one"}, "what-is-it": {"a-fridge"}}); shown.View.ID != "you" {
		t.Errorf("a new form is asked of an old version: %s", shown.View.ID)
	}
}

func TestThePreviewIsThePluginItself(t *testing.T) {
	s := open(t)
	if err := s.designs.Install(t.Context(), core.SystemActor()); err != nil {
		t.Fatal(err)
	}
	res, body := rendertest.Do(t, s.app, "GET", "/configuration/forms/complaint/preview?page=you", "")
	doc := s.parse(body)
	if res.StatusCode != 200 || res.Header.Get("X-Frame-Options") != "SAMEORIGIN" || doc.Find("h1").Text() != "About you" {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	state := doc.Find(`input[name="preview-state"]`).AttrOr("value", "")
	status, _, doc := s.post("/configuration/forms/complaint/preview?page=you", "preview-state", state, "f:name", "Ada")
	if status != 422 || !strings.Contains(doc.Text(), "Enter an email address or a telephone number") {
		t.Errorf("%d %s", status, doc.Find("main").Text())
	}
	for _, forged := range []string{"", "%%%", "bm8", strings.Repeat("A", 200_000)} {
		if status, _, _ := s.post("/configuration/forms/complaint/preview?page=you", "preview-state", forged); status != 422 {
			t.Errorf("%.10s: %d", forged, status)
		}
	}
}

func TestChangesAreTakenBackAndNobodyOverwritesAnother(t *testing.T) {
	s := open(t)
	if err := s.designs.Install(t.Context(), core.SystemActor()); err != nil {
		t.Fatal(err)
	}
	at := "/configuration/forms/complaint?page=what&field=what"
	s.press(at, "down:what")
	s.press(at, "save", "label", "What did happen?")
	if f := s.question("what"); f.Label != "What did happen?" {
		t.Fatalf("%+v", f)
	}
	s.press(at, "undo")
	if d := s.draft("complaint"); d.Definition.Pages[1].Fields[2].Label != "What happened?" || !d.CanRedo {
		t.Errorf("%+v", d)
	}
	s.press(at, "redo")
	if f := s.question("what"); f.Label != "What did happen?" {
		t.Errorf("%+v", f)
	}
	if status, _, _ := s.post("/configuration/forms/complaint/change", "do", "remove:what", "step", "1"); status != 303 || s.draft("complaint").Step != 2 {
		t.Error("a change of something else was made")
	}
	for _, do := range []string{"up:none", "page-up:for", "nothing", "move:a|b", "add-field:what"} {
		if status, _, _ := s.post("/configuration/forms/complaint/change", "do", do, "step", "2"); status != 303 || s.draft("complaint").Step != 2 {
			t.Errorf("%s: %d", do, status)
		}
	}
	if status, to, _ := s.post("/configuration/forms/complaint/discard", "step", "2"); status != 303 || to != "/configuration/forms/complaint" || s.draft("complaint").Kept {
		t.Errorf("%d %s", status, to)
	}
	if status, _, _ := s.post("/configuration/forms/complaint/again", "step", "0", "version", "1"); status != 303 || !s.draft("complaint").Kept {
		t.Error("a version does not become the draft")
	}
	s.by = core.StaffActor(core.NewID[core.StaffID](), "Ann", core.RoleAdministrator)
	if status, _, _ := s.post("/configuration/forms/complaint/change", "do", "remove:what", "step", "1"); status != 403 {
		t.Errorf("an administrator changes a form: %d", status)
	}
}

func TestEveryPlaceOfTheDesignerIsShown(t *testing.T) {
	s := open(t)
	if err := s.designs.Install(t.Context(), core.SystemActor()); err != nil {
		t.Fatal(err)
	}
	paths := []string{"", "/complaint", "/complaint/versions", "/complaint?width=narrow", "/complaint?page=none"}
	d := s.draft("complaint").Definition
	for _, p := range d.Pages {
		paths = append(paths, "/complaint?page="+p.Key)
		for _, f := range p.Fields {
			paths = append(paths, "/complaint?page="+p.Key+"&field="+f.Key)
		}
	}
	for _, path := range paths {
		if status, doc := s.get("/configuration/forms" + path); status != 200 || doc.Find("h1").Length() != 1 {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _ := s.get("/configuration/forms/none"); status != 404 {
		t.Errorf("a form that does not exist: %d", status)
	}
	res, body := rendertest.Do(t, s.app, "GET", "/configuration/forms/complaint/file", "")
	if key, again, findings, err := s.designs.Read(t.Context(), fileOf(body)); err != nil || len(findings) > 0 || key != "complaint" || again.Name != d.Name || res.StatusCode != 200 {
		t.Errorf("the file is not the form: %v, %v", findings, err)
	}
}

func fileOf(text string) casetypes.File {
	return casetypes.File{Name: "form.yaml", Source: []byte(text)}
}
