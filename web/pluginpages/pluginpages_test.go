package pluginpages_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/web/pluginpages"
	"github.com/casement-dev/casement/web/render/rendertest"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, pluginpages.Source()) }

func says(t *testing.T, doc *goquery.Document, words ...string) {
	t.Helper()
	text := strings.Join(strings.Fields(doc.Find("main").Text()), " ")
	for _, want := range words {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q:\n%s", want, text)
		}
	}
}

func TestAnUnsignedPluginIsLookedAtBeforeItServes(t *testing.T) {
	t.Parallel()
	s := open(t)
	if doc := s.get("/plugins", 200); doc.Find(`a[href="/plugins/install"]`).Length() != 1 || !strings.Contains(doc.Text(), "No plugin is installed") {
		t.Error("an empty list does not say what to do")
	}
	to, _ := s.upload(complaint(t, "1.0.0", nil), 303)
	doc := s.get(to, 200)
	says(t, doc, "Install Complain to Elsewhere", "Stored, not live", "Nobody has signed it", "See the name, e-mail address and telephone number of whoever is signed in", "Nothing is allowed until you switch it on")
	if doc.Find(`input[name="may"]`).Length() != 1 || doc.Find(`input[name="may"][checked], #unsigned[checked]`).Length() != 0 {
		t.Error("something is switched on before anybody decided")
	}
	if len(s.host.Forms()) != 0 {
		t.Errorf("it serves already: %v", s.host.Forms())
	}
	says(t, s.get("/plugins", 200), "Waiting for your decision")
	says(t, s.get("/plugins/org.example.complaint", 200), "Waiting for your decision", "Decide and install")

	// Without the yes nothing happens, and what was chosen is kept.
	form := url.Values{"seen": {to[strings.LastIndexByte(to, '/')+1:]}, "may": {"context:user.contact"}}
	_, doc = s.post(to, form, 422)
	says(t, doc, "Say that you know where this package comes from")
	if doc.Find(`input[name="may"][checked]`).Length() != 1 || len(s.host.Forms()) != 0 {
		t.Error("it was not taken as it was decided, or serves")
	}
	// Nor without having seen what it asks for.
	s.post(to, url.Values{"unsigned": {"yes"}}, 422)

	s.decide(to, "context:user.contact")
	if !slices.Equal(s.host.Forms(), []string{"org.example.complaint/complaint"}) {
		t.Errorf("the forms are %v", s.host.Forms())
	}
	doc = s.get("/plugins/org.example.complaint", 200)
	says(t, doc, "Running", "Form, version 1.0.0, by Elsewhere Council", "1 asked for, 1 allowed", "Version 1.0.0 was added by Morag Sinclair", "Version 1.0.0 went live by Morag Sinclair", "Not signed")
	says(t, s.get("/plugins", 200), "Running", "Unsigned")
	if again, _ := s.upload(complaint(t, "1.0.0", nil), 303); again != to {
		t.Errorf("the same file again leads to %q", again)
	}
}

func TestAnUpgradeKeepsWhatWasDecidedAndAsksAboutWhatIsNew(t *testing.T) {
	t.Parallel()
	s := open(t)
	first, _ := s.upload(complaint(t, "1.0.0", nil), 303)
	s.decide(first, "context:user.contact")
	second, _ := s.upload(complaint(t, "1.1.0", map[string]any{
		"needs": []string{"note.add", "http.request:roads.example.org,tiles.example.org"}, "reasons": map[string]string{"note.add": "Says what it <b>found</b>"},
	}), 303)
	says(t, s.get("/plugins", 200), "1.1.0 waits")
	doc := s.get(second, 200)
	says(t, doc, "Upgrade to 1.1.0", "4 things asked for, 3 of them are new", "Says what it <b>found</b>", "none given", "HTTP: roads.example.org", "Nothing has been begun with version 1.0.0")
	if doc.Find("tbody .chip-warn").Length() != 3 || doc.Find(`input[value="context:user.contact"][checked]`).Length() != 1 || doc.Find(`input[name="may"][checked]`).Length() != 1 || doc.Find("main b").Length() != 0 {
		t.Error("what is new is not marked, or what was decided not kept")
	}
	s.decide(second, "context:user.contact", "note.add")
	page := "/plugins/org.example.complaint"
	doc = s.get(page, 200)
	says(t, doc, "version 1.1.0", "4 asked for, 2 allowed", "Roll back")

	// One switch, with a page and with a script.
	post := func(key, to string, headers ...string) *goquery.Document {
		t.Helper()
		res, body := rendertest.Do(t, s.app, "POST", page+"/may", url.Values{"key": {key}, "to": {to}}.Encode(), headers...)
		want := 303
		if len(headers) > 0 {
			want = 200
		}
		if res.StatusCode != want {
			t.Fatalf("switching answers %d %s", res.StatusCode, body)
		}
		return s.parse(strings.NewReader(body))
	}
	post("http.request:roads.example.org", "yes")
	says(t, s.get(page, 200), "4 asked for, 3 allowed")
	part := post("note.add", "no", "HX-Request", "true")
	if part.Find("#may button[role=switch]").Length() != 4 || part.Find(`#may button[aria-checked="true"]`).Length() != 2 || part.Find("main, .rail").Length() != 0 {
		t.Error("a script gets something else than the switches")
	}
	s.post(page+"/may", url.Values{"key": {"case.close"}, "to": {"yes"}}, 422)
	p, err := s.own.Find(t.Context(), "org.example.complaint")
	if err != nil || !slices.Equal(p.Granted, []string{"context:user.contact", "http.request:roads.example.org"}) {
		t.Errorf("granted are %v, %v", p.Granted, err)
	}

	says(t, s.get(first, 200), "Roll back to 1.0.0")
	s.decide(first, "context:user.contact")
	says(t, s.get(page, 200), "version 1.0.0")
	_, doc = s.post(first+"/remove", nil, 409)
	says(t, doc, "Version 1.0.0 serves")
	s.get(second+"/remove", 200)
	s.post(second+"/remove", nil, 303)
	s.get(second, 404)
}

func TestASignatureIsTrustedByItsKey(t *testing.T) {
	t.Parallel()
	s := open(t)
	module, key := sign(t, complaint(t, "1.0.0", nil))
	to, _ := s.upload(module, 303)
	doc := s.get(to, 200)
	says(t, doc, "Signed by somebody unknown", key)
	_, doc = s.post("/plugins/publishers", url.Values{"name": {"Elsewhere <i>"}, "key": {"12"}}, 422)
	if doc.Find(`#key[aria-invalid="true"]`).Length() != 1 || doc.Find("#name").AttrOr("value", "") != "Elsewhere <i>" {
		t.Error("a key that is none is not refused beside its field")
	}
	s.post("/plugins/publishers", url.Values{"name": {"Elsewhere <i>"}, "key": {strings.ToUpper(key)}}, 303)
	if doc = s.get("/plugins", 200); doc.Find("#publishers td.key").Text() != key || doc.Find("#publishers th bdi").Text() != "Elsewhere <i>" {
		t.Error("who is trusted is not shown")
	}
	doc = s.get(to, 200)
	says(t, doc, "Signature verified", "It is signed by Elsewhere <i>")
	if doc.Find("#unsigned").Length() != 0 {
		t.Error("a yes is asked for that is not needed")
	}
	s.post(to, url.Values{"seen": {to[strings.LastIndexByte(to, '/')+1:]}}, 303)
	v, err := s.own.Version(t.Context(), to[strings.LastIndexByte(to, '/')+1:])
	if err != nil || v.Unsigned || !v.Signed() || v.LiveSince.IsZero() {
		t.Errorf("%+v, %v", v, err)
	}
	says(t, s.get("/plugins/publishers/"+key, 200), "Trust this publisher no longer?")
	s.post("/plugins/publishers/"+key, nil, 303)
	s.get("/plugins/publishers/"+key, 404)
	says(t, s.get("/plugins/org.example.complaint", 200), "Signed by somebody unknown")

	// What was changed after it was signed is refused.
	at := strings.Index(string(module), "Elsewhere Council")
	module[at] = 'X'
	_, doc = s.upload(module, 422)
	says(t, doc, "changed after it was signed", "Nothing was changed")
}

func TestAFileThatIsNoPluginIsRefusedInWords(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.get("/plugins/install", 200)
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"nothing":    {nil, "this one is empty"},
		"a picture":  {[]byte("\x89PNG\r\n\x1a\n and so on"), "This package cannot be run here"},
		"too much":   {make([]byte, plugins.MaxModule+1), "16 MiB at most"},
		"half of it": {complaint(t, "1.0.0", nil)[:50_000], "cannot"},
		"a schema that no form can ask for": {complaint(t, "1.0.0", map[string]any{"config": map[string]any{"type": "object", "properties": map[string]any{
			"x": map[string]any{"type": "object"}}}}), "Its settings cannot be shown here"},
	} {
		_, doc := s.upload(c.file, 422)
		if text := doc.Find(".error-summary").Text(); !strings.Contains(text, c.says) || !strings.Contains(text, "Nothing was changed") {
			t.Errorf("%s: it says %q", name, text)
		}
	}
	_, doc := s.post("/plugins/install", nil, 422)
	says(t, doc, "Choose the file of the plugin")
	if all, err := s.own.Installed(t.Context()); err != nil || len(all) > 0 {
		t.Errorf("kept are %v, %v", all, err)
	}
}

func TestSettingsAreAskedForAsTheSchemaSays(t *testing.T) {
	t.Parallel()
	s := open(t)
	review, _ := s.upload(complaint(t, "1.0.0", map[string]any{
		"config": map[string]any{"type": "object", "required": []string{"days"}, "properties": map[string]any{
			"days":   map[string]any{"type": "integer", "title": "Days to answer", "minimum": 1, "maximum": 30},
			"greet":  map[string]any{"type": "string", "title": "Greeting", "default": "Hello", "maxLength": 20},
			"photos": map[string]any{"type": "boolean", "title": "Ask for photographs", "default": true},
			"tone":   map[string]any{"type": "string", "title": "Manner", "enum": []string{"short", "friendly"}},
			"roads":  map[string]any{"type": "array", "title": "Private roads", "items": map[string]any{"type": "string"}, "maxItems": 2},
			"share":  map[string]any{"type": "number", "title": "Share", "description": "<script>alert(1)</script>"},
		}},
		"secrets": []map[string]string{{"name": "key", "label": "Key of the register"}},
	}), 303)
	says(t, s.get(review, 200), "Days to answer", "Key of the register")
	s.decide(review)
	page := "/plugins/org.example.complaint"
	doc := s.get(page, 200)
	name := func(title string) string {
		label := doc.Find("#settings label").FilterFunction(func(_ int, l *goquery.Selection) bool { return strings.HasPrefix(l.Text(), title) })
		return label.First().AttrOr("for", "no "+title)
	}
	says(t, doc, "A whole number from 1 to 30", "Empty means: Hello", "As its maker set it: yes", "it is not set")
	if doc.Find("#settings script").Length() != 0 {
		t.Error("a maker's words are not text")
	}
	form := url.Values{name("Days"): {"0"}, name("Greeting"): {"A greeting that is far too long"}, name("Private"): {"Mill Lane\r\nWeir View\r\nHigh Street"}, name("Share"): {"half"}, name("Manner"): {"rude"}}
	_, wrong := s.post(page+"/settings", form, 422)
	for title, message := range map[string]string{"Days": "Enter 1 or more.", "Greeting": "Enter 20 letters at most.", "Private": "Enter 2 at most.", "Share": "Enter a number.", "Manner": "Choose one of those that are offered."} {
		if got := wrong.Find("#" + name(title) + "-error").Text(); !strings.Contains(got, message) {
			t.Errorf("beside %s stands %q", title, got)
		}
	}
	if wrong.Find("#"+name("Share")).AttrOr("value", "") != "half" || !strings.Contains(wrong.Find("#"+name("Private")).Text(), "High Street") || wrong.Find(".error-summary li").Length() != 5 {
		t.Error("what was typed is lost, or the mistakes are not at the top")
	}
	form = url.Values{name("Days"): {" 10 "}, name("Greeting"): {""}, name("Private"): {"Mill Lane\r\n\r\nWeir View"}, name("Share"): {"0.5"}, name("Manner"): {"short"}, name("Ask"): {"no"}, name("Key"): {"s3cr3t"}}
	s.post(page+"/settings", form, 303)
	p, err := s.own.Find(t.Context(), "org.example.complaint")
	if err != nil || string(p.Config) != `{"days":10,"photos":false,"roads":["Mill Lane","Weir View"],"share":0.5,"tone":"short"}` {
		t.Errorf("the settings are %s, %v", p.Config, err)
	}
	html, _ := s.get(page, 200).Html()
	if strings.Contains(html, "s3cr3t") {
		t.Error("the secret is shown")
	}
	secrets, err := s.own.Secrets(t.Context(), p.ID)
	if err != nil || secrets["key"] != "s3cr3t" {
		t.Errorf("the secrets are %v, %v", secrets, err)
	}
	form.Del(name("Key"))
	s.post(page+"/settings", form, 303) // left empty, it stays
	if secrets, err = s.own.Secrets(t.Context(), p.ID); err != nil || secrets["key"] != "s3cr3t" {
		t.Errorf("the secrets are %v, %v", secrets, err)
	}
	form.Set(name("Key")+"-forget", "yes")
	s.post(page+"/settings", form, 303)
	if secrets, err = s.own.Secrets(t.Context(), p.ID); err != nil || len(secrets) != 0 {
		t.Errorf("the secrets are %v, %v", secrets, err)
	}
}

// hidden are the hidden fields of a form, as a browser would send them.
func hidden(form *goquery.Selection) url.Values {
	out := url.Values{}
	form.Find("input[type=hidden]").Each(func(_ int, in *goquery.Selection) {
		out.Add(in.AttrOr("name", ""), in.AttrOr("value", ""))
	})
	form.Find("textarea").Each(func(_ int, in *goquery.Selection) {
		out.Add(in.AttrOr("name", ""), strings.TrimPrefix(in.Text(), "\n"))
	})
	return out
}

func TestTheBenchGoesThroughAFormAndKeepsNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	review, _ := s.upload(complaint(t, "1.0.0", nil), 303)
	bench := "/plugins/org.example.complaint/try"
	doc := s.get(bench, 200) // before it is live
	says(t, doc, "Nothing is saved and nobody is written to", "Begin (start)")
	request := hidden(doc.Find(".bench form"))
	if !strings.Contains(request.Get("request"), `"entry": "complaint"`) {
		t.Fatalf("the request to begin with is %v", request)
	}
	request.Set("do", "run")
	_, doc = s.post(bench, request, 200)
	says(t, doc, "It answered", "Who is this complaint for?", "steps")
	view := doc.Find(".plugin-view form")
	if view.Length() != 1 || doc.Find(".plugin-more pre").Length() == 0 {
		t.Fatal("what it shows is not drawn")
	}
	// Its own button carries on; what it refuses it says itself.
	sent := hidden(view)
	sent.Set("do", "submit")
	_, doc = s.post(bench, sent, 200)
	says(t, doc, "Casement itself would refuse this", "Choose who this complaint is for")
	sent.Set("f:for", "myself")
	_, doc = s.post(bench, sent, 200)
	says(t, doc, "What went wrong?", "It answered")
	if doc.Find(`.plugin-answer [value="for"]`).Length() != 1 {
		t.Error("the request that was run is not in the form")
	}
	back := hidden(doc.Find(".plugin-view form"))
	back.Set("do", "back")
	_, again := s.post(bench, back, 200)
	says(t, again, "Who is this complaint for?")

	// The next event is prepared, changed and run.
	carry := hidden(doc.Find(".plugin-carry"))
	carry.Set("event", "submit")
	_, doc = s.post(bench, carry, 200)
	says(t, doc, "Nothing was run yet")
	request = hidden(doc.Find(".bench form"))
	for key, values := range request {
		if strings.HasSuffix(key, "-field") && values[0] == "kind" {
			request.Set(strings.TrimSuffix(key, "-field"), "pothole")
		}
		if strings.HasSuffix(key, "-field") && values[0] == "what" {
			request.Set(strings.TrimSuffix(key, "-field"), "A hole\r\nas deep as a bucket")
			request.Set(strings.TrimSuffix(key, "-field")+"-whole", "yes")
		}
	}
	request.Set("do", "run")
	_, doc = s.post(bench, request, 200)
	says(t, doc, "Where did it happen?")

	// The same as JSON.
	request.Set("do", "json")
	_, doc = s.post(bench, request, 200)
	text := doc.Find("#request").Text()
	if !strings.Contains(text, `"A hole\nas deep as a bucket"`) || doc.Find(".plugin-answer").Length() != 0 {
		t.Errorf("as JSON it is %s", text)
	}
	_, doc = s.post(bench, url.Values{"as": {"json"}, "request": {text}, "do": {"run"}}, 200)
	says(t, doc, "Where did it happen?")
	for _, wrong := range []string{"", "{", `{"v":1,"op":"event","entry":"nothing"}`, strings.Repeat("[", 5000), `</textarea><script>alert(1)</script>`} {
		res, body := rendertest.Do(t, s.app, "POST", bench, url.Values{"as": {"json"}, "request": {wrong}, "do": {"run"}}.Encode())
		if res.StatusCode != 422 && res.StatusCode != 200 {
			t.Errorf("%.20q answers %d %s", wrong, res.StatusCode, body)
		}
		if strings.Contains(body, "<script>alert") {
			t.Errorf("%.20q comes back as it was", wrong)
		}
	}
	_, doc = s.post(bench, url.Values{"carry": {"view"}, "was": {"{"}}, 422)
	says(t, doc, "What was run before is lost")
	if p, err := s.own.Find(t.Context(), "org.example.complaint"); err != nil || p.Live != "" {
		t.Errorf("trying it changed it: %+v, %v", p, err)
	}
	if f, err := s.own.Total(t.Context(), "org.example.complaint", s.clock.Now().Add(-time.Hour)); err != nil || f.Calls != 0 {
		t.Errorf("trying it is counted: %+v, %v", f, err)
	}
	s.get(bench+"?version=ffffffffffff", 404)
	if !strings.Contains(review, "/plugins/org.example.complaint/versions/") {
		t.Error(review)
	}
}

func TestFaultsAreShownInItsOwnWordsAndStopIt(t *testing.T) {
	t.Parallel()
	s := open(t)
	review, _ := s.upload(changing(t, "1.0.0"), 303)
	s.decide(review)
	page := "/plugins/test.changing"
	begun, err := s.turn(forms.Reply{}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.turn(begun, "crash"); err == nil {
		t.Fatal("it did not crash")
	}
	s.host.Flush(t.Context())
	doc := s.get(page, 200)
	says(t, doc, "In trouble", "1 fault in the last hour", "See the faults", "2 calls", "1 in 24 hours")
	if doc.Find(".plugin-chart .chart-plot").Length() != 2 || doc.Find(".plugin-chart-bad tbody tr").Length() != 25 {
		t.Errorf("the charts have %d plots and %d rows", doc.Find(".plugin-chart .chart-plot").Length(), doc.Find(".plugin-chart-bad tbody tr").Length())
	}
	says(t, s.get("/plugins", 200), "In trouble")
	doc = s.get(page+"/faults", 200)
	if row := doc.Find("tbody tr"); row.Length() != 1 || !strings.Contains(row.Text(), "on request") {
		t.Errorf("the faults are %q", row.Text())
	}
	says(t, s.get(page+"/log", 200), "1.0.0 took start", "on request")
	for range 4 {
		if _, err := s.turn(begun, "crash"); err == nil {
			t.Fatal("it did not crash")
		}
	}
	s.host.Flush(t.Context())
	says(t, s.get(page, 200), "Stopped after faults", "Let it run again now", "Open until")
	s.post(page+"/revive", nil, 303)
	if _, err := s.turn(begun, "well"); err != nil {
		t.Errorf("let run again, it does not: %v", err)
	}
	// The bench shows the fault and counts nothing.
	doc = s.get(page+"/try?event=submit", 200)
	request := hidden(doc.Find(".bench form"))
	for key, values := range request {
		if strings.HasSuffix(key, "-field") && values[0] == "what" {
			request.Set(strings.TrimSuffix(key, "-field"), "crash")
		}
	}
	request.Set("do", "run")
	_, doc = s.post(page+"/try", request, 200)
	says(t, doc, "It failed", "on request")
	for key := range request {
		if request.Get(key) == "crash" {
			request.Set(key, "note")
		}
	}
	_, doc = s.post(page+"/try", request, 200)
	says(t, doc, "note.add", "Not allowed")
	s.clock.Advance(2 * time.Hour)
	says(t, s.get("/plugins", 200), "Running")
}

func TestALogIsPaged(t *testing.T) {
	t.Parallel()
	s := open(t)
	review, _ := s.upload(changing(t, "1.0.0"), 303)
	s.decide(review)
	var lines []plugins.Said
	for range 60 {
		lines = append(lines, plugins.Said{Plugin: "test.changing", Line: plugins.Line{At: s.clock.Now(), Level: plugins.LevelInfo, Version: "1.0.0", Text: "<img src=x onerror=alert(1)>"}})
	}
	if err := s.own.Keep(t.Context(), plugins.Kept{Lines: lines}); err != nil {
		t.Fatal(err)
	}
	doc := s.get("/plugins/test.changing/log", 200)
	next := doc.Find(`a[rel="next"]`).AttrOr("href", "")
	if doc.Find("tbody tr").Length() != 50 || next == "" || doc.Find("main img").Length() != 0 {
		t.Errorf("%d lines, then %q", doc.Find("tbody tr").Length(), next)
	}
	if doc = s.get(next, 200); doc.Find("tbody tr").Length() != 10 || doc.Find(`a[rel="next"]`).Length() != 0 {
		t.Errorf("then %d lines", doc.Find("tbody tr").Length())
	}
	says(t, s.get("/plugins/test.changing/faults", 200), "No faults")
}

func TestRecordedCallsAreReplayedAgainstAnotherVersion(t *testing.T) {
	t.Parallel()
	s := open(t)
	first, _ := s.upload(changing(t, "1.0.0"), 303)
	s.decide(first)
	page := "/plugins/test.changing/replay"
	says(t, s.get(page, 200), "No call was recorded yet")
	begun, err := s.turn(forms.Reply{}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.turn(begun, "the secret of my life"); err != nil {
		t.Fatal(err)
	}
	s.host.Flush(t.Context())
	says(t, s.get(page, 200), "2 calls are recorded")
	_, doc := s.post(page, url.Values{"version": {first[len(first)-12:]}, "calls": {"50"}}, 200)
	says(t, doc, "Every answer is the same")
	second, _ := s.upload(changing(t, "1.1.0"), 303)
	_, doc = s.post(page, url.Values{"version": {second[len(second)-12:]}, "calls": {"50"}}, 200)
	says(t, doc, "Some answers differ", "Version 1.0.0", "Version 1.1.0", "2 of 2")
	if strings.Contains(doc.Text(), "secret of my life") {
		t.Error("it shows what somebody typed")
	}
	if doc.Find(`a[href="`+second+`"]`).Length() != 1 {
		t.Error("nothing leads to letting it serve")
	}
	says(t, s.get("/plugins/test.changing/recording", 200), "cannot be had back")
	s.post("/plugins/test.changing/recording", url.Values{"to": {"no"}}, 303)
	says(t, s.get(page, 200), "Its calls are not recorded, so there is nothing to replay")
	s.post("/plugins/test.changing/recording", url.Values{"to": {"yes"}}, 303)
	s.get(page+"?version=nothing", 404)
}

func TestAPluginIsSwitchedOffWithAReasonAndRemoved(t *testing.T) {
	t.Parallel()
	s := open(t)
	review, _ := s.upload(changing(t, "1.0.0"), 303)
	s.decide(review)
	page := "/plugins/test.changing"
	s.uses = []pluginpages.Use{{Type: "Pothole", URL: "/configuration/types/pothole", What: []string{"the form"}}}
	doc := s.get(page, 200)
	if doc.Find(`a[href="/configuration/types/pothole"]`).Text() != "Pothole" {
		t.Error("where it is used is not shown")
	}
	says(t, s.get(page+"/off", 200), "Switch it off?", "the form of “Pothole”")
	_, doc = s.post(page+"/off", url.Values{"reason": {"  "}}, 422)
	says(t, doc, "Say why")
	s.post(page+"/off", url.Values{"reason": {"The register moves"}}, 303)
	says(t, s.get(page, 200), "Switched off", "The register moves")
	says(t, s.get("/plugins", 200), "Switched off", "The register moves")
	if _, err := s.turn(forms.Reply{}, ""); core.KindOf(err) != core.ErrUnavailable {
		t.Errorf("switched off, it answers %v", err)
	}
	s.post(page+"/on", nil, 303)
	if _, err := s.turn(forms.Reply{}, ""); err != nil {
		t.Errorf("switched on, it answers %v", err)
	}
	_, doc = s.post(page+"/remove", nil, 409)
	says(t, doc, "used by Pothole")
	s.uses = nil
	says(t, s.get(page+"/remove", 200), "cannot be undone")
	s.post(page+"/remove", nil, 303)
	s.get(page, 404)
	says(t, s.get("/plugins", 200), "No plugin is installed")
}

func TestNobodyElseSeesPlugins(t *testing.T) {
	t.Parallel()
	s := open(t)
	review, _ := s.upload(changing(t, "1.0.0"), 303)
	page := "/plugins/test.changing"
	gets := []string{"/plugins", "/plugins/install", "/plugins/publishers/x", page, page + "/off", page + "/remove", page + "/recording", review, review + "/remove", page + "/log", page + "/faults", page + "/try", page + "/replay"}
	posts := []string{"/plugins/install", "/plugins/publishers", "/plugins/publishers/x", page + "/may", page + "/settings", page + "/off", page + "/on", page + "/revive", page + "/recording", page + "/remove", review, review + "/remove", page + "/try", page + "/replay"}
	for _, by := range []core.Actor{
		core.StaffActor(core.NewID[core.StaffID](), "Priya"), core.StaffActor(core.NewID[core.StaffID](), "Colin", core.RoleConfigurator),
		core.StaffActor(core.NewID[core.StaffID](), "Max", core.RoleAuditor), core.PersonActor(core.NewID[core.PersonID](), "Amara"), core.AnonymousActor(),
	} {
		s.by = by
		for _, path := range gets {
			s.get(path, 403)
		}
		for _, path := range posts {
			s.post(path, url.Values{"reason": {"x"}, "to": {"yes"}}, 403)
		}
	}
	s.by = s.admin
	for _, path := range []string{"/plugins/no.such", "/plugins/%00", "/plugins/" + strings.Repeat("a", 300), page + "/versions/ffffffffffff", page + "/versions/x", "/plugins/casement.complaint/versions/" + review[len(review)-12:], page + "/try?version=x"} {
		s.get(path, 404)
	}
	if p, err := s.own.Find(t.Context(), "test.changing"); err != nil || !p.On || p.Live != "" {
		t.Errorf("somebody changed it: %+v, %v", p, err)
	}
}
