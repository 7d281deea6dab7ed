package routinepages_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/url"
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
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/core/schedule"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/configpages"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
	"github.com/casement-dev/casement/web/routinepages"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) {
	rendertest.Check(t, editing.Source(), routinepages.Source())
}

// queued is a job of the queue.
type queued struct {
	id       core.CaseID
	occasion string
}

// site is the editor in its frame, the tries and the log, on the small council.
type site struct {
	*casestest.World
	t       *testing.T
	app     *fiber.App
	pages   *routinepages.Pages
	frame   *configpages.Pages
	by      core.Actor
	changed []core.CaseID
	jobs    []queued

	routines  *routines.Service
	publisher *casetypes.Publisher
}

// writer knows the reference, and writes to the requester alone.
type writer struct{}

func (writer) Words(_ context.Context, cs *core.Case, _ *core.CaseType, _ core.Recorded) (messages.Data, error) {
	return messages.Data{"case": map[string]any{"reference": string(cs.Ref)}}, nil
}

func (writer) Tell(context.Context, *core.Case, *core.CaseType, core.Recorded, string, string, string) ([]messages.Letter, func(*pgx.Batch), error) {
	return nil, func(*pgx.Batch) {}, nil
}

func (writer) Announce(context.Context, core.CaseID) error { return nil }

func (writer) Letters(_ context.Context, cs *core.Case, _ *core.CaseType, _ core.Recorded, template, audience string) ([]messages.Letter, error) {
	if audience != "requester" {
		return nil, nil
	}
	return []messages.Letter{{Message: core.Message{To: cs.Contact.Email, Subject: "About " + string(cs.Ref) + " by " + template}}}, nil
}

func open(t *testing.T, list ...core.Routine) *site {
	t.Helper()
	t.Parallel()
	s := &site{World: casestest.New(t), t: t}
	s.by = s.Priya
	s.by.Roles = append(s.by.Roles, core.RoleConfigurator)
	targets.Wire(s.Cases)
	questions.Wire(s.Cases)
	tasks.Wire(s.Cases)
	notes.Wire(s.Cases)
	var err error
	s.routines, err = routines.New(routines.Options{
		DB: s.DB, Cases: s.Cases, Types: s.Types, Clock: s.Clock, Log: slog.New(slog.DiscardHandler), Schedule: schedule.Read, Writer: writer{},
		Commands: routines.NewCommands([]cases.Command{
			&cases.ChangeStatus{}, &cases.ChangePriority{}, &cases.SetField{}, &cases.Escalate{}, &cases.Close{}, &notes.Add{}, &questions.Ask{}, &tasks.Add{}, &targets.Clear{},
		}),
		Queue: func(_ *pgx.Batch, id core.CaseID, occasion string) { s.jobs = append(s.jobs, queued{id, occasion}) },
		Hook:  func(context.Context, string, *core.Case, core.Recorded) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Cases.Listen(s.routines.Heard)
	s.Cases.Reactions(func(_ context.Context, _ *pgx.Batch, id core.CaseID) { s.changed = append(s.changed, id) })
	s.publish(list...)
	known := casetypes.References{
		Groups:    []string{"complaints-team", "highways", "complaints-leads", "heads-of-service", "parks", "contact-centre", "everyone"},
		Templates: []string{"nudge", "sorry"}, Webhooks: []string{"crm"}, Actions: []string{"casement.outcome/outcome"}, Routines: s.routines.Checks(),
	}
	s.publisher = casetypes.NewPublisher(s.Types, s.Clock, casetypes.Surroundings{
		References: func(context.Context) (casetypes.References, error) { return known, nil },
	})
	s.pages = routinepages.New(routinepages.Options{
		Routines: s.routines, Types: s.Types, Drafts: casetypes.NewDrafts(s.publisher), Cases: s.Cases, Clock: s.Clock, Zone: time.UTC,
	})
	s.publisher.Advise(s.routines.Advise)
	s.frame = configpages.New(configpages.Options{
		WhatIfs: []editing.WhatIf{s.pages.WhatIf}, Types: s.Types, Publisher: s.publisher, Clock: s.Clock, Editors: s.pages.Editors(),
		Groups: func(context.Context) (map[string]string, error) { return nil, nil },
	})
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Clock, o.Actor = s.Clock, func(*fiber.Ctx) core.Actor { return s.by }
	}, editing.Source(), configpages.Source(), routinepages.Source())
	s.app = fiber.New(fiber.Config{Views: engine, Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		problem, _ := server.Describe(err)
		return render.Failed(c, render.Problem(problem))
	}})
	s.pages.Register(unguarded{s.app})
	s.frame.RegisterPublish(unguarded{s.app})
	return s
}

// unguarded hangs pages on an application without guards.
type unguarded struct{ r fiber.Router }

func (r unguarded) Get(path string, h ...fiber.Handler)  { r.r.Get(path, h...) }
func (r unguarded) Post(path string, h ...fiber.Handler) { r.r.Post(path, h...) }

// publish publishes the complaint with routines, and with a date.
func (s *site) publish(list ...core.Routine) {
	s.t.Helper()
	var ct core.CaseType
	if err := json.Unmarshal([]byte(casestest.ComplaintType), &ct); err != nil {
		s.t.Fatal(err)
	}
	ct.Fields = append(ct.Fields, core.Field{Key: "hearing-date", Kind: core.FieldDate, Label: core.Plain("Date of the hearing")})
	ct.Routines = list
	raw, err := json.Marshal(ct)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Publish(s.t, casetypes.KindCaseType, "complaint", string(raw))
}

// settle lets everybody hear of what happened and runs what that sets off.
func (s *site) settle() {
	s.t.Helper()
	for rounds := 0; len(s.changed)+len(s.jobs) > 0; rounds++ {
		if rounds > 1000 {
			s.t.Fatal("it never ends")
		}
		if len(s.changed) > 0 {
			id := s.changed[0]
			s.changed = s.changed[1:]
			if err := s.Cases.React(s.t.Context(), id, func(context.Context, pgx.Tx) error { return nil }); err != nil {
				s.t.Fatal(err)
			}
			continue
		}
		job := s.jobs[0]
		s.jobs = s.jobs[1:]
		if err := s.routines.Work(s.t.Context(), job.id, job.occasion); err != nil {
			s.t.Fatal(err)
		}
	}
}

func note(body string) core.Do {
	return core.Do{Command: "note.add", With: core.Arguments{"body": body}}
}

// nudge is a routine with a bit of everything.
func nudge() core.Routine {
	return core.Routine{
		Key: "nudge", Name: core.Plain("Nudge"), When: core.Trigger{Quiet: core.Span{Count: 3, Unit: core.WorkingDays}, Batch: 50},
		If: `case.status in ["new", "in-progress"] && fields.depth > 2.0`,
		Do: []core.Do{note("Write to {{ case.reference }}."), {Message: "nudge", To: "requester"}, {Command: "case.escalate", With: core.Arguments{"reason": "vulnerable"}}},
	}
}

func (s *site) send(method, path string, form url.Values) (int, string, *goquery.Document) {
	s.t.Helper()
	res, body := rendertest.Do(s.t, s.app, method, path, form.Encode())
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Location"), doc
}

func (s *site) get(path string) *goquery.Document {
	s.t.Helper()
	status, _, doc := s.send("GET", path, nil)
	if status != 200 {
		s.t.Fatalf("%s answers %d: %s", path, status, doc.Text())
	}
	return doc
}

// press presses a button with its form as it stands and what is typed over it.
// Typed values of one name replace what stands there.
func (s *site) press(want int, at, do string, typed ...string) (string, *goquery.Document) {
	s.t.Helper()
	doc := s.get(at)
	form := doc.Find(`button[name="do"][value="` + do + `"]`).Last().Closest("form")
	if form.Length() == 0 {
		s.t.Fatalf("%s has no button %q", at, do)
	}
	values := sent(form)
	values.Set("do", do)
	cleared := map[string]bool{}
	for i := 0; i+1 < len(typed); i += 2 {
		if !cleared[typed[i]] {
			values.Del(typed[i])
			cleared[typed[i]] = true
		}
		values.Add(typed[i], typed[i+1])
	}
	status, to, answer := s.send("POST", form.AttrOr("action", ""), values)
	if status != want {
		s.t.Fatalf("%s at %s with %q answers %d: %s", do, at, typed, status, answer.Find(".error-summary").Text())
	}
	return to, answer
}

// sent is what a browser sends of a form.
func sent(form *goquery.Selection) url.Values {
	values := url.Values{}
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
		case in.AttrOr("type", "") == "checkbox" || in.AttrOr("type", "") == "radio":
			if _, on := in.Attr("checked"); !on {
				return
			}
		}
		values.Add(name, value)
	})
	return values
}

// drafted is a routine of the draft, with what is wrong with the draft.
func (s *site) drafted(key string) (core.Routine, casetypes.KeptDraft) {
	s.t.Helper()
	k, err := casetypes.NewDrafts(s.publisher).Get(s.t.Context(), casetypes.KindCaseType, "complaint")
	if err != nil {
		s.t.Fatal(err)
	}
	r, _ := k.Document.CaseType.Routine(key)
	return r, k
}
