package render_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
)

type notePage struct {
	Text     string
	Problems render.Problems
	Rows     []string
}

func notes() render.Source {
	sample := notePage{Text: "A note", Rows: []string{"one"}}
	return render.Source{
		Package: "notepages",
		Files: fstest.MapFS{
			"show.html": {Data: []byte(`<h1>Notes</h1>{{template "notepages/form" .}}{{template "notepages/rows" .}}`)},
			"rows.html": {Data: []byte(`<ul id="rows">{{range .Rows}}<li>{{.}}</li>{{end}}</ul>`)},
			"form.html": {Data: []byte(`<form method="post">{{csrf}}{{template "layout/error-summary" .Problems}}<textarea name="text">{{.Text}}</textarea></form>`)},
		},
		Samples: []render.Sample{
			{Template: "notepages/show", Name: "one", View: render.View{Template: "notepages/show", Title: "Notes"}, Data: sample},
			{Template: "notepages/rows", Name: "one", Data: sample},
			{Template: "notepages/form", Name: "one", Data: sample},
		},
	}
}

var view = render.View{Template: "notepages/show", Title: "Notes", Nav: "mywork", Part: "notepages/rows"}

func app(t *testing.T) *fiber.App {
	t.Helper()
	app := rendertest.App(rendertest.Engine(t, nil, notes()))
	app.Get("/notes", func(c *fiber.Ctx) error {
		return render.Page(c, view, notePage{Rows: []string{"<b>bold</b>"}})
	})
	app.Post("/notes", func(c *fiber.Ctx) error {
		page := notePage{Text: c.FormValue("text")}
		if page.Text == "" || page.Text == "stale" {
			problems, _ := render.ProblemsOf(core.InvalidField("text", "Write something."))
			page.Problems = problems
			part := view
			part.Part = "notepages/form"
			if page.Text == "stale" {
				return render.Stale(c, part, page)
			}
			return render.Invalid(c, part, page)
		}
		render.Say(c, render.Toast{Text: "Kept “Grüße” 👋"})
		return render.Changed(c, "/notes", "notepages/rows", notePage{Rows: []string{page.Text}}, "case-changed")
	})
	app.Post("/done", func(c *fiber.Ctx) error { return render.Done(c, "/notes", render.Toast{Text: "It is done."}) })
	app.Get("/failed", func(c *fiber.Ctx) error {
		return render.Failed(c, render.Problem{Status: 503, Title: "Not available", Message: "Try “again”."})
	})
	return app
}

const whole = "<!doctype html>"

func TestAPageIsWholeUnlessHTMXAsksForAPart(t *testing.T) {
	for name, test := range map[string]struct {
		headers []string
		whole   bool
	}{
		"a browser":                {nil, true},
		"htmx":                     {[]string{"HX-Request", "true"}, false},
		"a boosted link":           {[]string{"HX-Request", "true", "HX-Boosted", "true"}, true},
		"htmx restoring a history": {[]string{"HX-Request", "true", "HX-History-Restore-Request", "true"}, true},
	} {
		res, body := rendertest.Do(t, app(t), "GET", "/notes", "", test.headers...)
		if got := strings.HasPrefix(body, whole); got != test.whole || !strings.Contains(body, `<ul id="rows"><li>&lt;b&gt;bold&lt;/b&gt;</li></ul>`) {
			t.Errorf("%s: whole %v, body %.200s", name, got, body)
		}
		if res.Header.Get("Vary") != "HX-Request" || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: headers %v", name, res.Header)
		}
		if test.whole {
			for _, want := range []string{"<title>Notes – Casement</title>", `href="/mywork" aria-current="page"`, `{"X-CSRF-Token":"csrf-token"}`, `name="_csrf" value="csrf-token"`} {
				if !strings.Contains(strings.ReplaceAll(body, "&#34;", `"`), want) {
					t.Errorf("%s: no %s", name, want)
				}
			}
		}
	}
}

func TestAFormWithMistakesComesBackWith422AndEverythingTyped(t *testing.T) {
	res, body := rendertest.Do(t, app(t), "POST", "/notes", "text=")
	if res.StatusCode != 422 || !strings.HasPrefix(body, whole) || !strings.Contains(body, "Write something.") || !strings.Contains(body, "<title>Error: Notes") {
		t.Errorf("whole: %d %.300s", res.StatusCode, body)
	}
	res, body = rendertest.Do(t, app(t), "POST", "/notes", "text=", "HX-Request", "true")
	if res.StatusCode != 422 || !strings.HasPrefix(body, "<form") || !strings.Contains(body, `href="#text"`) {
		t.Errorf("part: %d %.300s", res.StatusCode, body)
	}
	res, body = rendertest.Do(t, app(t), "POST", "/notes", "text=stale", "HX-Request", "true")
	if res.StatusCode != 409 || !strings.Contains(body, ">stale</textarea>") {
		t.Errorf("stale: %d %.300s", res.StatusCode, body)
	}
}

func TestAWriteAnswersWithItsPartAndEventsOrLeadsBack(t *testing.T) {
	res, body := rendertest.Do(t, app(t), "POST", "/notes", "text=hello", "HX-Request", "true")
	if res.StatusCode != 200 || !strings.HasPrefix(body, `<ul id="rows"><li>hello`) {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	var events map[string]json.RawMessage
	trigger := res.Header.Get("HX-Trigger")
	if err := json.Unmarshal([]byte(trigger), &events); err != nil || events["case-changed"] == nil {
		t.Fatalf("HX-Trigger %q: %v", trigger, err)
	}
	var toast render.Toast
	if err := json.Unmarshal(events["toast"], &toast); err != nil || toast.Text != "Kept “Grüße” 👋" {
		t.Fatalf("toast %+v: %v", toast, err)
	}
	if strings.IndexFunc(trigger, func(r rune) bool { return r > 126 }) >= 0 {
		t.Errorf("a header with letters that headers cannot hold: %q", trigger)
	}

	res, _ = rendertest.Do(t, app(t), "POST", "/notes", "text=hello")
	if res.StatusCode != 303 || res.Header.Get("Location") != "/notes" {
		t.Fatalf("without a script: %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	_, body = rendertest.Do(t, app(t), "GET", "/notes", "", "Cookie", cookies(res))
	if !strings.Contains(body, "Kept “Grüße” 👋") {
		t.Error("the message is not on the next page")
	}
}

func cookies(res *http.Response) string {
	var all []string
	for _, c := range res.Cookies() {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}

func TestAMessageIsShownOnceOnTheNextWholePage(t *testing.T) {
	site := app(t)
	res, _ := rendertest.Do(t, site, "POST", "/done", "", "HX-Request", "true")
	if res.StatusCode != 204 || res.Header.Get("HX-Redirect") != "/notes" {
		t.Fatalf("%d, HX-Redirect %q", res.StatusCode, res.Header.Get("HX-Redirect"))
	}
	jar := cookies(res)
	if _, part := rendertest.Do(t, site, "GET", "/notes", "", "Cookie", jar, "HX-Request", "true"); strings.Contains(part, "It is done.") {
		t.Error("a part took the message")
	}
	if _, page := rendertest.Do(t, site, "GET", "/notes", "", "Cookie", jar, "Sec-Fetch-Dest", "empty"); strings.Contains(page, "It is done.") {
		t.Error("a script took the message")
	}
	if _, page := rendertest.Do(t, site, "GET", "/failed", "", "Cookie", jar); strings.Contains(page, "It is done.") {
		t.Error("a problem took the message")
	}
	res, body := rendertest.Do(t, site, "GET", "/notes", "", "Cookie", jar)
	if !strings.Contains(body, "It is done.") {
		t.Error("the page does not show the message")
	}
	if set := res.Header.Get("Set-Cookie"); !strings.Contains(set, "casement-toast=;") {
		t.Errorf("the message is not forgotten: %q", set)
	}
	for _, forged := range []string{"%%%", "bm90anNvbg", "eyJ0ZXh0IjoieCIsImxpbmsiOnsiTGFiZWwiOiJhIiwiVVJMIjoiaHR0cHM6Ly9ldmlsIn19"} {
		res, body := rendertest.Do(t, site, "GET", "/notes", "", "Cookie", "casement-toast="+forged)
		if res.StatusCode != 200 || strings.Contains(body, "https://evil") {
			t.Errorf("forged message %q: %d", forged, res.StatusCode)
		}
	}
}

func TestAProblemIsAPageOrAMessageThatLeavesThePageAsItIs(t *testing.T) {
	res, body := rendertest.Do(t, app(t), "GET", "/failed", "")
	if res.StatusCode != 503 || !strings.HasPrefix(body, whole) || !strings.Contains(body, "Try “again”.") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	res, _ = rendertest.Do(t, app(t), "GET", "/failed", "", "HX-Request", "true")
	if res.StatusCode != 503 || res.Header.Get("HX-Reswap") != "none" || !strings.Contains(res.Header.Get("HX-Trigger"), `"problem":`) {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
}

func TestPagesAndFragmentsRenderedAtOnceDoNotMixTheirRequests(t *testing.T) {
	e := rendertest.Engine(t, func(o *render.Options) {
		o.CSRF = func(c *fiber.Ctx) string { return c.Query("token") }
	}, notes())
	site := rendertest.App(e)
	site.Get("/notes", func(c *fiber.Ctx) error { return render.Page(c, view, notePage{Rows: []string{c.Query("token")}}) })
	site.Get("/form", func(c *fiber.Ctx) error {
		return render.Fragment(c, "notepages/form", notePage{Text: c.Query("token")})
	})
	if _, err := site.Test(newRequest("/notes?token=warm"), -1); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 25 {
				token := string(rune('a'+worker)) + string(rune('a'+i))
				path := "/notes?token="
				if i%2 == 0 {
					path = "/form?token="
				}
				_, body := rendertest.Do(t, site, "GET", path+token, "")
				if strings.Count(body, `value="`+token+`"`) == 0 || strings.Contains(body, `value="warm"`) {
					t.Errorf("%s%s: %.300s", path, token, body)
					return
				}
			}
		})
	}
	wg.Wait()
}

func newRequest(path string) *http.Request {
	req, _ := http.NewRequest("GET", path, http.NoBody)
	req.Host = "test"
	return req
}

func TestSourcesThatWouldDisturbEachOtherAreRefused(t *testing.T) {
	file := func(text string) fstest.MapFS { return fstest.MapFS{"show.html": {Data: []byte(text)}} }
	for name, sources := range map[string][]render.Source{
		"define":        {{Package: "a", Files: file(`{{define "b/show"}}x{{end}}`)}},
		"trimmed block": {{Package: "a", Files: file(`{{- block "x" .}}x{{end}}`)}},
		"one name":      {{Package: "a", Files: file("x")}, {Package: "a", Files: file("y")}},
		"bad syntax":    {{Package: "a", Files: file("{{if}}")}},
		"no name":       {{Files: file("x")}},
		"none":          {},
	} {
		if _, err := render.New(render.Options{Sources: sources}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestATemplateWithoutASampleOrWithABadOneIsFound(t *testing.T) {
	source := notes()
	source.Samples = source.Samples[1:]
	if err := rendertest.Engine(t, nil, source).CheckSamples(); err == nil || !strings.Contains(err.Error(), "notepages/show: there is no sample") {
		t.Errorf("missing: %v", err)
	}
	source = notes()
	source.Samples[1].Data = struct{ Lines []string }{}
	if err := rendertest.Engine(t, nil, source).CheckSamples(); err == nil || !strings.Contains(err.Error(), "notepages/rows (one)") {
		t.Errorf("wrong: %v", err)
	}
	rendertest.Check(t, notes())
}

func TestMomentsAreSaidAsPeopleSayThem(t *testing.T) {
	now := rendertest.Now() // Thursday 26 November 2026, 14:00
	at := func(s string) time.Time {
		t.Helper()
		parsed, err := time.Parse("2006-01-02 15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	for _, test := range []struct{ at, when, public, ago, age string }{
		{"2026-11-26 14:00", "Today 14:00", "Today, 2pm", "just now", "now"},
		{"2026-11-26 10:12", "Today 10:12", "Today, 10:12am", "3 hours ago", "3 h"},
		{"2026-11-27 12:00", "Tomorrow 12:00", "Tomorrow, 12 noon", "in 22 hours", "now"},
		{"2026-11-25 00:00", "Yesterday 00:00", "Yesterday, midnight", "1 day ago", "1 d"},
		{"2026-11-30 10:15", "Mon 30 Nov 10:15", "Monday 30 November, 10:15am", "in 3 days", "now"},
		{"2026-11-13 16:50", "13 Nov 16:50", "Friday 13 November, 4:50pm", "12 days ago", "12 d"},
		{"2026-10-26 13:59", "26 Oct 13:59", "Monday 26 October, 1:59pm", "4 weeks ago", "31 d"},
		{"2025-11-13 16:50", "13 Nov 2025 16:50", "13 November 2025, 4:50pm", "12 months ago", "377 d"},
		{"2020-01-01 09:00", "1 Jan 2020 09:00", "1 January 2020, 9am", "6 years ago", "2521 d"},
	} {
		m := at(test.at)
		for what, got := range map[string][2]string{
			"When": {render.When(m, now), test.when}, "WhenPublic": {render.WhenPublic(m, now), test.public},
			"Ago": {render.Ago(m, now), test.ago}, "Age": {render.Age(m, now), test.age},
		} {
			if got[0] != got[1] {
				t.Errorf("%s(%s) = %q, want %q", what, test.at, got[0], got[1])
			}
		}
	}
}

func TestADayEndsAtMidnightOfTheReadersZone(t *testing.T) {
	zone := time.FixedZone("", -5*3600)
	now := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC).In(zone) // still Wednesday there
	if got := render.When(time.Date(2026, 11, 26, 4, 0, 0, 0, time.UTC).In(zone), now); got != "Today 23:00" {
		t.Errorf("said %q", got)
	}
}

func TestNumbersNamesAndSizesReadWell(t *testing.T) {
	for got, want := range map[string]string{
		render.Number(0): "0", render.Number(999): "999", render.Number(48210): "48,210", render.Number(-1234567): "-1,234,567",
		render.Plural(1, "case", "cases"): "1 case", render.Plural(1204, "case", "cases"): "1,204 cases",
		render.Count(999): "999", render.Count(1000): "999+",
		render.Bytes(12): "12 bytes", render.Bytes(340_000): "340 kB", render.Bytes(2_100_000): "2.1 MB", render.Bytes(2_000_000): "2 MB", render.Bytes(999_999): "1 MB", render.Bytes(25_300_000_000): "25.3 GB",
		render.Initials("Priya Raghunathan"): "PR", render.Initials("Cllr Kofi Mensah"): "KM", render.Initials("Jean-Baptiste de la Rochefoucauld-Montbel"): "JR",
		render.Initials("ömer"): "Ö", render.Initials("  "): "", render.Initials("نغوزي أوكونكو"): "نأ",
		string(render.Paragraphs("a <b>\nc\r\n\r\n\r\nd")): `<p dir="auto">a &lt;b&gt;<br>c</p><p dir="auto">d</p>`,
		string(render.TelephoneURL("+44 (0)1632 960-100")): "tel:+4401632960100",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if tone := render.Tone("Priya Raghunathan"); tone != render.Tone("Priya Raghunathan") || tone < 1 || tone > 6 {
		t.Errorf("tone %d", tone)
	}
}

func TestProblemsComeInTheOrderOfTheForm(t *testing.T) {
	err := &core.Error{Kind: core.ErrInvalid, Message: "No.", Fields: map[string]string{"b": "B", "a": "A", "z": "Z", "y": "Y"}}
	problems, ok := render.ProblemsOf(err, "b", "missing", "a", "b")
	if !ok || !problems.Any() || problems.For("z") != "Z" || problems.For("missing") != "" {
		t.Fatalf("%+v", problems)
	}
	var order []string
	for _, item := range problems.Items {
		order = append(order, item.Field)
	}
	if got := strings.Join(order, ""); got != "bayz" {
		t.Errorf("order %s", got)
	}
	if _, ok := render.ProblemsOf(core.Conflict("No.")); ok {
		t.Error("a conflict is taken for bad input")
	}
}
