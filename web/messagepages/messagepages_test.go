package messagepages_test

import (
	"encoding/json"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/examples"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/portals"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/messagepages"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, messagepages.Source()) }

// configurator writes messages, and sees no case.
var configurator = core.StaffActor(core.NewID[core.StaffID](), "Con", core.RoleConfigurator)

// site is the pages on the small council with the shipped types.
type site struct {
	*casestest.World
	app      *fiber.App
	pages    *messagepages.Pages
	messages *messages.Service
	by       core.Actor
}

func open(t *testing.T) *site {
	t.Helper()
	t.Parallel()
	s := &site{World: casestest.New(t), by: configurator}
	targets.Wire(s.Cases)
	questions.Wire(s.Cases)
	notes.Wire(s.Cases)
	tasks.Wire(s.Cases)
	s.messages = messages.New(s.DB, s.Clock, messages.Options{Domain: "northmoor.example"})
	n := notifications.New(notifications.Options{
		DB: s.DB, Messages: s.messages, People: people.New(s.DB, people.Options{Clock: s.Clock, BaseURL: "https://northmoor.example"}), Cases: s.Cases,
		Notes: notes.New(s.DB, s.Clock), Questions: questions.New(s.DB, s.Cases, s.Clock, casestest.Secret), Targets: targets.New(s.DB, s.Cases, s.Clock),
		Tasks: tasks.New(s.DB, s.Cases, s.Clock, nil), Portals: portals.New(s.DB, s.Types, s.Clock), Followers: followers.New(s.DB), Secret: casestest.Secret,
		Log: slog.New(slog.DiscardHandler), BaseURL: "https://northmoor.example",
	})
	if _, err := s.Pool.Exec(t.Context(), `INSERT INTO groups (key, name, created_at) SELECT k, initcap(replace(k, '-', ' ')), $2 FROM unnest($1::text[]) k ON CONFLICT DO NOTHING`,
		casetypes.ShippedGroups(), casestest.Start); err != nil {
		t.Fatal(err)
	}
	for _, doc := range shipped(t) {
		var content any = doc.CaseType
		if doc.Calendar != nil {
			content = doc.Calendar
		}
		raw, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		s.Publish(t, doc.Kind, doc.Key, string(raw))
	}
	s.pages = messagepages.New(messagepages.Options{Messages: s.messages, Notifications: n, Types: s.Types, Cases: s.Cases, Examples: examples.NewChecker(s.Types)})
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Clock, o.Actor = s.Clock, func(*fiber.Ctx) core.Actor { return s.by }
	}, messagepages.Source())
	s.app = fiber.New(fiber.Config{Views: engine, Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		problem, _ := server.Describe(err)
		return render.Failed(c, render.Problem(problem))
	}})
	s.pages.RegisterView(routes{s.app})
	s.pages.RegisterChange(routes{s.app})
	return s
}

// raise raises a complaint for Amara.
func (s *site) raise(t *testing.T) core.CaseID {
	t.Helper()
	id := core.NewID[core.CaseID]()
	s.Do(t, core.PersonActor(s.Amara, "Amara"), id, &cases.Raise{
		Type: "complaint", Subject: "Collections missed", Channel: core.ChannelWeb, Requester: s.Amara,
		Contact: core.Contact{Name: "Amara Okonkwo-Lindqvist", Email: "amara@example.org"},
	})
	return id
}

func shipped(t *testing.T) []casetypes.Document {
	t.Helper()
	files, err := casetypes.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	var out []casetypes.Document
	for _, f := range files {
		doc, findings := casetypes.Decode(f, casetypes.Sections())
		if len(findings) > 0 {
			t.Fatal(findings)
		}
		out = append(out, doc)
	}
	return out
}

// routes hangs pages on an application without guards.
type routes struct{ r fiber.Router }

func (r routes) Get(path string, h ...fiber.Handler)  { r.r.Get(path, h...) }
func (r routes) Post(path string, h ...fiber.Handler) { r.r.Post(path, h...) }

func (s *site) do(t *testing.T, method, path string, form url.Values, status int) *goquery.Document {
	t.Helper()
	res, body := rendertest.Do(t, s.app, method, path, form.Encode())
	if res.StatusCode != status {
		t.Fatalf("%s %s: %d, want %d\n%s", method, path, res.StatusCode, status, body)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func (s *site) get(t *testing.T, path string) *goquery.Document {
	t.Helper()
	return s.do(t, "GET", path, nil, 200)
}

// typed is the form of a template.
func typed(text string, more ...string) url.Values {
	v := url.Values{"title": {"Closed: upheld"}, "language": {"en"}, "subject": {"About {{ case.reference }}"}, "text": {text}, "seen": {"0"}, "at": {"case.closed requester"}}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

func TestATemplateIsPreviewedWithARealCasePublishedAndGoneBackFrom(t *testing.T) {
	s := open(t)
	id := s.raise(t)
	ref := string(s.Case(t, id).Ref)
	at := "/configuration/messages/closed-upheld"
	if page := s.get(t, at+"?at=case.closed+requester"); !strings.Contains(page.Find(".message-sheet").Text(), "Bins not collected on Mill Lane") || !strings.Contains(page.Text(), "As shipped") {
		t.Errorf("without a case it shows %s", page.Find("aside").Text())
	}
	// The configurator may not see the case; whoever works it may.
	page := s.do(t, "POST", at+"/preview", typed("About {{ case.subject }}.", "case", ref), 200)
	if !strings.Contains(page.Find("aside").Text(), "you may not see it") || strings.Contains(page.Find("aside").Text(), s.Case(t, id).Subject) {
		t.Errorf("the configurator is shown %s", page.Find("aside").Text())
	}
	s.by = s.Priya
	s.by.Roles = append(s.by.Roles, core.RoleConfigurator)
	page = s.do(t, "POST", at+"/preview", typed("About {{ case.subject }}, by {{ case.expected | default: \"soon\" }}.\n\n{{ assignee.name }}\n\n{{ case.link }}", "case", ref), 200)
	aside := page.Find("aside").Text()
	if !strings.Contains(aside, s.Case(t, id).Subject) || !strings.Contains(aside, "1 merge field has no value here: assignee.name") || page.Find(".message-sheet mark").Text() != "assignee.name" {
		t.Errorf("the preview shows %s", aside)
	}
	if strings.Contains(aside, "/track/") && !strings.Contains(aside, "/track/••••") {
		t.Errorf("the preview has the secret of a link: %s", aside)
	}
	if strings.TrimSpace(page.Find("#text").Text()) == "" || page.Find(".chip-warn").Length() == 0 {
		t.Error("what was typed is gone, or it is not said that it is not published")
	}
	// What an event never has is refused where it is shown; what may be missing is not.
	page = s.do(t, "POST", at, typed("{{ question.text }}"), 422)
	if !strings.Contains(page.Find("#text-error").Text(), "never has") {
		t.Errorf("refused with %s", page.Find("#text-error").Text())
	}
	page = s.do(t, "POST", at, typed("{{ case.refrence }}"), 422)
	if !strings.Contains(page.Find("#text-error").Text(), "case.reference") || !strings.Contains(page.Find("#text").Text(), "refrence") {
		t.Errorf("refused with %s", page.Find("#text-error").Text())
	}
	s.do(t, "POST", at, typed("About {{ case.subject }}. Dear {{ assignee.name }}", "note", "clearer", "again", "yes"), 303)
	if live, version, err := s.messages.Template(t.Context(), "closed-upheld"); err != nil || version != 1 || !live.AtLeastOnce {
		t.Errorf("live is version %d, %+v, %v", version, live, err)
	}
	s.do(t, "POST", at, typed("another"), 409)
	page = s.get(t, at+"/versions")
	if text := page.Text(); !strings.Contains(text, "clearer") || !strings.Contains(text, "it is sent again") || page.Find(".diff ins").Length() == 0 {
		t.Errorf("the versions say %s", text)
	}
	s.do(t, "POST", at+"/again", url.Values{"version": {"0"}, "seen": {"1"}}, 303)
	if live, version, _ := s.messages.Template(t.Context(), "closed-upheld"); version != 2 || live.AtLeastOnce {
		t.Errorf("gone back to is version %d, %+v", version, live)
	}
}

func TestACaseTypeGetsWordsOfItsOwnAndGivesThemUp(t *testing.T) {
	s := open(t)
	at := "/configuration/messages/confirmation"
	if page := s.get(t, at+"?type=complaint"); !strings.Contains(page.Text(), "sends the installation's words") || page.Find("form[action$=withdraw]").Length() != 0 {
		t.Error("it is not said whose words they are")
	}
	form := typed("We have your complaint.", "type", "complaint", "at", "case.raised requester", "language", "cy")
	s.do(t, "POST", at, form, 303)
	own, version, err := s.messages.TemplateFor(t.Context(), "complaint", "confirmation")
	if err != nil || version != 1 || own.Languages["cy"].Text != "We have your complaint." || own.Languages["en"].Text == "" {
		t.Errorf("its own is version %d, %+v, %v", version, own, err)
	}
	if _, version, _ := s.messages.TemplateFor(t.Context(), "report", "confirmation"); version != 0 {
		t.Error("another type's words changed")
	}
	if page := s.get(t, "/configuration/messages?type=complaint"); !strings.Contains(page.Text(), "Own words") {
		t.Error("the list does not say so")
	}
	s.do(t, "POST", at+"/withdraw", url.Values{"type": {"complaint"}, "seen": {"1"}}, 303)
	if _, version, _ := s.messages.TemplateFor(t.Context(), "complaint", "confirmation"); version != 0 {
		t.Error("its words are still its own")
	}
	form.Set("seen", "2")
	s.do(t, "POST", at, form, 303)
	s.do(t, "GET", at+"?type=nonsense", nil, 404)
	s.do(t, "GET", "/configuration/messages/nonsense", nil, 404)
}

func TestAnotherTemplateBeginsWithTheWordsOfOne(t *testing.T) {
	s := open(t)
	s.do(t, "POST", "/configuration/messages", url.Values{"name": {"Closed: partly upheld"}, "key": {"closed-partly"}, "from": {"closed-upheld"}}, 303)
	if page := s.get(t, "/configuration/messages"); page.Find(`a[href="/configuration/messages/closed-partly"]`).Length() != 1 {
		t.Error("it is not in the list")
	}
	s.do(t, "POST", "/configuration/messages", url.Values{"name": {"Again"}, "key": {"closed-partly"}, "from": {"closed-upheld"}}, 422)
	s.do(t, "POST", "/configuration/messages", url.Values{"name": {""}, "key": {"No Key"}, "from": {"closed-upheld"}}, 422)
	page := s.do(t, "POST", "/configuration/messages/closed-partly/preview", typed("x", "do", "insert", "insert", "case.subject"), 200)
	if !strings.Contains(page.Find("#text").Text(), "{{ case.subject }}") {
		t.Error("the merge field was not put into the text")
	}
}

func TestWhoWouldGetThisNowIsWhatSendingAsks(t *testing.T) {
	s := open(t)
	id := s.raise(t)
	ref := string(s.Case(t, id).Ref)
	s.by = s.Priya
	page := s.get(t, "/configuration/who-is-told?case="+ref+"&event=case.raised")
	if text := page.Find("main").Text(); !strings.Contains(text, "raised the case") || !strings.Contains(text, "Priya") || !strings.Contains(text, "is in the group of the case") {
		t.Errorf("it says %s", text)
	}
	page = s.get(t, "/configuration/who-is-told?case="+ref+"&event=case.raised&by=requester")
	if page.Find(".message-hearers").Length() == 0 {
		t.Error("a receipt is not told")
	}
	page = s.get(t, "/configuration/who-is-told?case="+ref+"&event=update.added&by=requester")
	if text := page.Text(); !strings.Contains(text, "nobody has the case, and is in its group") {
		t.Errorf("it says %s", text)
	}
	s.do(t, "GET", "/configuration/who-is-told?case="+ref+"&event=nonsense", nil, 404)
	s.do(t, "GET", "/configuration/who-is-told?case=nonsense", nil, 422)
	s.by = configurator
	s.do(t, "GET", "/configuration/who-is-told?case="+ref, nil, 422)
}

// edit is one look at a section of a draft of the complaint.
func edit(t *testing.T, section string, values url.Values) *editing.Edit {
	for _, doc := range shipped(t) {
		if doc.Key == "complaint" {
			return &editing.Edit{Ctx: t.Context(), By: configurator, Type: doc.CaseType, Key: "complaint", URL: "/x?section=" + section, Values: values, Do: "save",
				Known: casetypes.References{Templates: []string{"confirmation", "new-case", "closed"}}}
		}
	}
	t.Fatal("the complaint is gone")
	return nil
}

func editor(t *testing.T, s *site, section string) editing.Editor {
	for _, e := range s.pages.Editors() {
		if e.Section == section {
			return e
		}
	}
	t.Fatalf("nothing edits %s", section)
	return editing.Editor{}
}

func TestEverySwitchOfTheMatrixIsRememberedWithItsTemplate(t *testing.T) {
	s := open(t)
	matrix := editor(t, s, "messages")
	panel, err := matrix.Show(edit(t, "messages", nil))
	if err != nil {
		t.Fatal(err)
	}
	part := panel.Groups[1].Part.Data.(messagepages.MatrixPart)
	if len(part.Rows) != len(notifications.Matrix()) {
		t.Errorf("the matrix has %d rows", len(part.Rows))
	}
	var on []string
	for _, row := range part.Rows {
		for _, cell := range row.Cells {
			if cell.On && cell.Value != "case.cancelled requester" {
				on = append(on, cell.Value)
			}
		}
	}
	e := edit(t, "messages", url.Values{"on": append(on, "note.added assignee"), "quiet": {"yes"}})
	if err := matrix.Change(e); err != nil {
		t.Fatal(err)
	}
	if e.Type.Told("case.cancelled", "requester") != "" || e.Type.Messages["case.cancelled"]["requester"] != "cancelled" {
		t.Errorf("switched off: %+v, %+v", e.Type.Mail, e.Type.Messages["case.cancelled"])
	}
	if e.Type.Told("note.added", "assignee") != "colleague-note" || e.Type.Told("case.raised", "manage") != "" || e.Type.Told("case.raised", "requester") != "confirmation" {
		t.Errorf("the table is %+v, %+v", e.Type.Messages, e.Type.Mail)
	}
	again := *e
	again.Values = url.Values{"on": append(on, "case.cancelled requester")}
	if err := matrix.Change(&again); err != nil || again.Type.Told("case.cancelled", "requester") != "cancelled" || again.Type.Told("case.raised", "manage") != "new-case" {
		t.Errorf("switched on again: %+v, %v", again.Type.Mail, err)
	}
	line := edit(t, "messages", url.Values{"to.requester": {"closed"}})
	line.Item = "case.closed"
	if _, err := matrix.Show(line); err != nil {
		t.Error(err)
	}
	if notes, err := matrix.Aside(line); err != nil || len(notes) < 3 {
		t.Errorf("beside it: %v, %v", notes, err)
	}
	if err := matrix.Change(line); err != nil || line.Type.Messages["case.closed"]["requester"] != "closed" {
		t.Errorf("chosen: %v, %v", line.Type.Messages["case.closed"], err)
	}
	gone := edit(t, "messages", url.Values{})
	gone.Item = "case.closed"
	if err := matrix.Change(gone); err != nil || gone.Type.Messages["case.closed"] != nil {
		t.Errorf("chosen none: %v, %v", gone.Type.Messages["case.closed"], err)
	}
}

func TestAnExampleIsWrittenOnScreenAndTried(t *testing.T) {
	s := open(t)
	list := editor(t, s, "examples")
	e := edit(t, "examples", url.Values{"name": {"Over a weekend"}, "raised": {"Friday 16:50"}, "due.respond": {"Tuesday 12:50"}, "happens": {"closed:upheld"}, "message": {"closed"}, "to": {"requester"}})
	e.Item = "examples/0"
	if err := list.Change(e); err != nil {
		t.Fatal(err)
	}
	if x := e.Type.Examples[0]; x.Given.Closed != "upheld" || x.Given.Event != "" || x.Expect.Due["respond"] != "Tuesday 12:50" || len(x.Expect.Due) != 1 {
		t.Errorf("written is %+v", x)
	}
	panel, err := list.Show(e)
	if err != nil {
		t.Fatal(err)
	}
	part := panel.Parts[0].Data.(messagepages.ExamplesPart)
	if len(part.Rows) != 1 || part.Rows[0].Holds || len(part.Rows[0].Problems) != 2 {
		t.Errorf("tried is %+v", part.Rows)
	}
	all := edit(t, "examples", nil)
	if panel, err = list.Show(all); err != nil || len(panel.Parts) != 1 {
		t.Fatalf("shown: %v", err)
	}
	for _, row := range panel.Parts[0].Data.(messagepages.ExamplesPart).Rows {
		if !row.Holds {
			t.Errorf("%s: %v", row.Name, row.Problems)
		}
	}
}

func TestASavedReplyIsWrittenOnScreenAndPreviewed(t *testing.T) {
	s := open(t)
	replies := editor(t, s, "replies")
	e := edit(t, "replies", url.Values{
		"name.en": {"On its way"}, "subject": {"About {{ case.reference }}"}, "text": {"Dear {{ requester.name }},\r\n\r\nWe are on it."}, "groups": {"complaints-team"},
	})
	e.Known.Groups = []string{"complaints-team"}
	e.Type.Replies = []core.SavedReply{{Key: "on-its-way", Name: core.Plain("Old"), Subject: "s", Text: "t"}}
	e.Item = "replies/on-its-way"
	if err := replies.Change(e); err != nil {
		t.Fatal(err)
	}
	r := e.Type.Replies[0]
	if r.Key != "on-its-way" || r.Subject != "About {{ case.reference }}" || r.Text != "Dear {{ requester.name }},\n\nWe are on it." || !slices.Equal(r.Groups, []string{"complaints-team"}) {
		t.Errorf("written is %+v", r)
	}
	panel, err := replies.Show(e)
	if err != nil {
		t.Fatal(err)
	}
	shown := panel.Parts[0].Data.(messagepages.Shown)
	if !strings.Contains(string(shown.Body), "Dear Zoe Müller") {
		t.Errorf("it is shown as %s", shown.Body)
	}
	e.Type.Replies[0].Text = "{{ nothing.here }}"
	if panel, err = replies.Show(e); err != nil || len(panel.Parts) != 0 {
		t.Errorf("one that cannot be read is shown: %v, %v", panel.Parts, err)
	}
	within := edit(t, "replies", url.Values{"within": {"3 working days"}})
	if err := replies.Change(within); err != nil || within.Type.Questions.Within.String() != "3 working days" {
		t.Errorf("questions wait %s, %v", within.Type.Questions.Within, err)
	}
	if list, err := replies.Show(edit(t, "replies", nil)); err != nil || len(list.Lists) != 1 || len(list.Groups) != 1 {
		t.Errorf("the section is %+v, %v", list, err)
	}
}
