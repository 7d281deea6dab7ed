package pluginpages

import (
	"encoding/json"
	"html/template"
	"strings"
	"time"

	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
)

// hostile is what a package may call itself.
const hostile = "<script>alert(1)</script> Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"

func samples() []render.Sample {
	s := &sampler{at: time.Date(2026, 11, 26, 13, 40, 0, 0, time.UTC)}
	s.list()
	s.review()
	s.show()
	s.bench()
	s.replay()
	page := s.page
	page("install", "empty", installView(), InstallPage{MaxMiB: 16})
	page("install", "refused", installView(), InstallPage{MaxMiB: 16, Problem: "This package cannot be run here: it imports “env.exec”, which no plugin is given."})
	ask := AskPage{Crumbs: []render.Link{{Label: "Plugins", URL: "/plugins"}, {Label: "Pothole report form", URL: "/plugins/x.y"}}, Title: "Switch it off?", About: "Pothole report form",
		Text: "Whoever meets it reads that it is not available.", Lines: []string{"the form of “Pothole”"}, Action: "/plugins/x.y/off", Button: "Switch it off", Cancel: "/plugins/x.y",
		Reason: &layout.Field{Name: "reason", Label: "Why", Hint: "For colleagues", Rows: 2, Error: "Say why, so that nobody has to guess later."}}
	page("ask", "off", askView(ask.Title), ask)
	ask.Reason, ask.Lines, ask.Danger, ask.Problem, ask.Title = nil, nil, true, "This plugin is used by the form of “Pothole”. Change that first, or switch it off.", "Remove it with all its versions?"
	page("ask", "refused", askView(ask.Title), ask)
	lines := s.lines()
	log := LogPage{Plugin: s.header(), Title: "Faults", Faults: true, Lines: lines[:2], Revive: true, Stands: "It kept failing, so it is stopped on this server until 14:05.",
		Tabs: layout.Tabs{Label: "What is shown", Items: []layout.Tab{{Label: "Everything", URL: "/plugins/x.y/log"}, {Label: "Faults", Icon: "warn", URL: "/plugins/x.y/faults", Current: true}}}}
	view := render.View{Template: "pluginpages/log", Title: "Log", Nav: nav}
	page("log", "faults", view, log)
	log.Lines, log.Revive = nil, false
	page("log", "no faults", view, log)
	log.Title, log.Faults, log.Lines, log.Paging = "Log", false, lines, layout.Paging{Next: "/plugins/x.y/log?before=3"}
	page("log", "some", view, log)
	log.Lines, log.Paging = nil, layout.Paging{}
	page("log", "nothing", view, log)
	s.part("crumbs", ask.Crumbs)
	s.part("lines", map[string]any{"Lines": lines, "Label": "Log", "Whole": true})
	return s.all
}

type sampler struct {
	at  time.Time
	all []render.Sample
}

func (s *sampler) page(template, name string, view render.View, data any) {
	s.all = append(s.all, render.Sample{Template: "pluginpages/" + template, Name: name, View: view, Data: data})
}

func (s *sampler) part(template string, data any) {
	s.all = append(s.all, render.Sample{Template: "pluginpages/" + template, Name: template, Data: data})
}

func (s *sampler) header() Header {
	return Header{ID: "x.y", Name: "Pothole report form", URL: "/plugins/x.y"}
}

func (s *sampler) lines() []Line {
	return linesOf([]plugins.Line{
		{No: 9, At: s.at, Level: plugins.LevelFault, Version: "2.3.1", Entry: "report", Server: "one", Text: "panic: index out of range [3] with length 3\n\ngoroutine 1 [running]:\nmain.form(0x1)\n\t/form.go:118"},
		{No: 8, At: s.at.Add(-14 * time.Minute), Level: plugins.LevelFault, Version: "2.3.1", Entry: "report", Text: "time: over 250 ms, stopped"},
		{No: 7, At: s.at.Add(-31 * time.Minute), Level: plugins.LevelInfo, Version: "2.3.1", Text: hostile + strings.Repeat("x", 200)},
		{No: 6, At: s.at.Add(-42 * time.Minute), Level: plugins.LevelInfo, Version: "2.3.1", Entry: "report", Text: "roads.northmoor.example answered 503, tried again"},
	})
}

func (s *sampler) list() {
	row := Row{Name: "Complaint", ID: "casement.complaint", URL: "/plugins/casement.complaint", Publisher: "Casement", Kinds: "Form", Version: "1.0.0",
		Chip: layout.Chip{Label: "Running", Icon: "ok", Tone: "good"}, Calls: 4812, FaultsURL: "/plugins/casement.complaint/faults"}
	trouble, off, waits := row, row, row
	trouble.Name, trouble.Publisher, trouble.Version, trouble.Faults, trouble.Unsigned = "Pothole report form", "Northmoor Digital", "2.3.1", 4, true
	trouble.Chip, trouble.Waiting = layout.Chip{Label: "In trouble", Icon: "warn", Tone: "bad"}, &render.Link{Label: "2.4.0 waits", URL: "/plugins/x.y/versions/x"}
	off.Name, off.Publisher, off.Kinds, off.Chip, off.Why = hostile, hostile, "Form, Task, Section, Action", layout.Chip{Label: "Switched off", Icon: "pause"}, "The council changes its roads register"
	waits.Name, waits.Version, waits.Chip, waits.Calls = "نموذج البلاغ", "", layout.Chip{Label: "Waiting for your decision", Icon: "clock", Tone: "warn"}, 0
	page := ListPage{Rows: []Row{row, trouble, off, waits}, Publishers: []PublisherRow{{plugins.Publisher{Key: strings.Repeat("9f3a", 16), Name: "Northmoor Digital", AddedAt: s.at, AddedBy: "Morag Sinclair"}, "/plugins/publishers/9f"}},
		Name: layout.Field{Name: "name", Label: "Who it is"}, Key: layout.Field{Name: "key", Label: "Their public key", Hint: "64 digits and letters from a to f"}}
	s.page("list", "some", listView(), page)
	page.Rows, page.Publishers = nil, nil
	s.page("list", "nothing", listView(), page)
}

func (s *sampler) capabilities() []Capability {
	return capabilitiesOf([]plugins.Capability{
		{Key: "context:case.subject", Title: "See the subject of the case", Reason: "Shows what was reported before at this place", Granted: true},
		{Key: "case.search:pothole", Title: "Search cases of the type “pothole”", Reason: "“Somebody has reported this”: looks for open potholes within 50 m", Limits: "50 at a time, within the reach of whoever it works for", Granted: true},
		{Key: "http.request:roads.northmoor.example", Title: "HTTP: roads.northmoor.example", Reason: hostile, Limits: "no private addresses", Granted: true},
		{Key: "http.request:tiles.example.net", Title: "HTTP: tiles.example.net", Limits: "no private addresses", New: true},
	}, nil)
}

func (s *sampler) version() plugins.Version {
	return plugins.Version{Plugin: "x.y", Hash: strings.Repeat("ab12", 16), Version: "2.4.0", Name: "Pothole report form", Publisher: "Northmoor Digital",
		Summary: "Asks where the hole is and how deep, and says who else has reported it.", Size: 2_400_000, AddedAt: s.at, AddedBy: "Morag Sinclair", InUse: 38}
}

func (s *sampler) offers() []plugins.Entry {
	return []plugins.Entry{{Plugin: "x.y", ID: "report", Kind: plugins.KindForm, Title: "Report a pothole", Summary: "Three pages, with a map."}, {Plugin: "x.y", ID: "inspect", Kind: plugins.KindTask, Title: hostile}}
}

func (s *sampler) settings() ([]SettingField, []SecretField) {
	schema, err := plugins.ReadSchema(json.RawMessage(`{"type":"object","required":["depth"],"properties":{
		"depth":{"type":"integer","title":"How deep is dangerous, in centimetres","minimum":1,"maximum":100},
		"radius":{"type":"number","title":"How near is the same hole, in metres","default":50},
		"ask":{"type":"boolean","title":"Ask for photographs","default":true},
		"tone":{"type":"string","title":"Manner","enum":["short","friendly"]},
		"roads":{"type":"array","title":"Private roads","description":"Nothing is done about these","items":{"type":"string"}},
		"kinds":{"type":"array","title":"Kinds of road","items":{"type":"string","enum":["A","B","unclassified"]}},
		"words":{"type":"string","title":"Above the form"},"code":{"type":"string","title":"Code","maxLength":8}}}`))
	if err != nil {
		panic(err) // ours
	}
	config := json.RawMessage(`{"depth":4,"roads":["Mill Lane","Weir View"],"kinds":["A"],"tone":"short"}`)
	return fieldsOf(schema, config, map[string]string{"depth": "Enter 1 or more."}), secretsOf([]plugins.SecretSetting{{Name: "key", Label: "Key of the roads register", Set: true}, {Name: "other", Label: "Key of the tiles"}}, nil)
}

func (s *sampler) review() {
	settings, secrets := s.settings()
	v := s.version()
	v.Key = strings.Repeat("77aa", 16)
	page := ReviewPage{
		Plugin: s.header(), Version: v, URL: "/plugins/x.y/versions/ab12", Signature: signatureOf(v), Unsigned: true, AddedAt: s.at, AddedBy: v.AddedBy, Offers: s.offers(), May: s.capabilities(), New: 1,
		Facts:    []layout.Fact{{Term: "Publisher", Text: v.Publisher}, {Term: "Version", Text: v.Version}, {Term: "Name", Text: v.Plugin}, {Term: "Size", Text: "2.4 MB"}},
		Settings: settings, Secrets: secrets, Heading: "Upgrade to 2.4.0", Button: "Upgrade to 2.4.0", Before: "2.3.1", CanRemove: true, CanReplay: true, RemoveURL: "/r", TryURL: "/t", ReplayURL: "/p",
		States: "38 forms, tasks and sections begun with version 2.3.1 will go on with version 2.4.0.",
	}
	s.page("review", "upgrade", reviewView(page), page)
	first := page
	first.Version.Key, first.First, first.Heading, first.Button, first.States, first.CanReplay = "", true, "Install "+hostile, "Install", "", false
	first.Version.Name, first.Signature = hostile, signatureOf(first.Version)
	first.Problems = render.Problems{Message: "Say so.", Items: []render.FieldProblem{{Field: "unsigned", Message: "Say that you know where this package comes from, or leave it."}}}
	s.page("review", "install unsigned", reviewView(first), first)
	signed := first
	signed.Version.Signer, signed.Version.Key, signed.Unsigned, signed.Problems, signed.May, signed.Settings, signed.Secrets = "Northmoor Digital", v.Key, false, render.Problems{}, nil, nil, nil
	signed.Signature, signed.Heading = signatureOf(signed.Version), "Install Pothole report form"
	s.page("review", "install signed", reviewView(signed), signed)
	live := page
	live.Live, live.Heading, live.CanRemove, live.States = true, "Version 2.4.0", false, ""
	s.page("review", "live", reviewView(live), live)
	s.part("offers", s.offers())
	for _, f := range settings {
		s.part("setting", f)
	}
	s.part("about", settings[0])
}

// drawing draws what samples show.
func drawing() *viewtree.Renderer {
	tree, err := viewtree.New()
	if err != nil {
		panic(err) // the templates are ours
	}
	return tree
}

func (s *sampler) show() {
	p := &Pages{Options: Options{Zone: time.UTC, Asset: func(string) string { return "" }}, tree: drawing()}
	var hours []plugins.Figures
	for i := range 25 {
		f := plugins.Figures{From: s.at.Truncate(time.Hour).Add(time.Duration(i-24) * time.Hour), Calls: 200, P90: time.Duration(9+i%5) * time.Millisecond}
		if i == 16 || i == 17 {
			f.Faults, f.P90 = 4-(i-16)*3, 43*time.Millisecond
		}
		hours = append(hours, f)
	}
	figures, err := p.figuresOf(plugins.Figures{Calls: 4812, Faults: 5, Waits: 12, P90: 13 * time.Millisecond, MaxFuel: 81_221, MaxMiB: 9}, hours)
	if err != nil {
		panic(err) // a chart of ours
	}
	settings, secrets := s.settings()
	v := s.version()
	live, old := v, v
	live.Version, live.Hash, live.Signer, live.Key = "2.3.1", strings.Repeat("cd34", 16), "Northmoor Digital", strings.Repeat("9f3a", 16)
	old.Version, old.InUse = "1.9.7", 0
	signature := signatureOf(live)
	rows := []VersionRow{
		{Version: v, URL: "/v", Newer: true, Signature: signatureOf(v), Since: s.at, Replay: "/r"},
		{Version: live, URL: "/v", Live: true, Signature: signature, Since: s.at.Add(-7 * time.Hour)},
		{Version: old, URL: "/v", Signature: signature, Since: s.at.AddDate(0, -8, 0), Replay: "/r", Remove: "/x"},
	}
	page := ShowPage{
		Plugin: plugins.Plugin{ID: "x.y", Name: "Pothole report form", Publisher: "Northmoor Digital", On: true, Live: live.Hash, Version: "2.3.1"}, URL: "/plugins/x.y",
		Chip: layout.Chip{Label: "In trouble", Icon: "warn", Tone: "bad"}, Signature: &signature, Sub: "Form, version 2.3.1", Upgrade: &rows[0], Failing: 4,
		LastFault: "trap: index out of range", May: MayPart{URL: "/plugins/x.y", Live: true, May: s.capabilities(), Allowed: 3}, Figures: figures, Versions: rows, Log: s.lines(),
		Settings: settings, Secrets: secrets, Offers: s.offers(), Recorded: true,
		Uses:    []Use{{Type: "Pothole", URL: "/configuration/types/pothole", What: []string{"the form", "the task “inspect”"}}},
		Here:    sampleHere(plugins.Running{Loaded: true, Instances: 2, Reset: "pages"}, s.at),
		Changes: []Change{{At: s.at, By: "Morag Sinclair", What: "Version 2.4.0 was added"}, {At: s.at.Add(-7 * time.Hour), By: "Casement", What: "Version 2.3.1 went live"}},
	}
	s.page("show", "in trouble", showView(page), page)
	quiet := ShowPage{Plugin: plugins.Plugin{ID: "x.y", Name: hostile, Publisher: hostile, On: true, Live: live.Hash, Version: "2.3.1", Shipped: true}, URL: "/plugins/x.y", Sub: "Form, version 2.3.1",
		Chip: layout.Chip{Label: "Running", Icon: "ok", Tone: "good"}, May: MayPart{URL: "/plugins/x.y", Live: true}, Versions: rows[1:2]}
	s.page("show", "new and quiet", showView(quiet), quiet)
	off := page
	off.Plugin.On, off.Plugin.Reason, off.Chip = false, "The council changes its roads register", layout.Chip{Label: "Switched off", Icon: "pause"}
	s.page("show", "off", showView(off), off)
	stopped := page
	stopped.Stopped, stopped.Chip = "It kept failing, so it is stopped on this server until 14:05, and then tried again.", layout.Chip{Label: "Stopped after faults", Icon: "stop", Tone: "bad"}
	stopped.Problems = render.Problems{Message: "Some settings need another look.", Items: []render.FieldProblem{{Field: "setting-0", Message: "Enter 1 or more."}}}
	s.page("show", "stopped", showView(stopped), stopped)
	waiting := ShowPage{Plugin: plugins.Plugin{ID: "x.y", Name: "Pothole report form", Publisher: "Northmoor Digital", On: true}, URL: "/plugins/x.y", Sub: "Form", Upgrade: &rows[0], Versions: rows[:1],
		Chip: layout.Chip{Label: "Waiting for your decision", Icon: "clock", Tone: "warn"}, May: MayPart{URL: "/plugins/x.y"}, Offers: s.offers()}
	s.page("show", "waiting", showView(waiting), waiting)
	s.part("may", page.May)
}

type still time.Time

func (s still) Now() time.Time { return time.Time(s) }

func sampleHere(r plugins.Running, at time.Time) []layout.Fact {
	return (&Pages{Options: Options{Clock: still(at), Zone: time.UTC}}).here(r)
}

func (s *sampler) bench() {
	tree := &view.Node{Type: view.Form, ID: "what", Label: "How deep is it?", Items: []view.Node{
		{Type: view.Field, Kind: view.KindNumber, ID: "depth", Label: "Depth in centimetres", Value: []string{"-4"}, Error: "Enter a depth above 0"},
	}}
	drawn, err := drawing().Render(tree, viewtree.Page{Action: "/plugins/x.y/try", Prefix: "view-", Level: 3})
	if err != nil {
		panic(err) // a view of ours
	}
	page := BenchPage{
		Plugin: s.header(), URL: "/plugins/x.y/try", Label: "2.3.1", Hash: "ab12ab12ab12", As: asForm, Request: "{\n  \"v\": 1\n}",
		Version: layout.Field{Name: "version", ID: "try-version", Label: "Version", Options: []layout.Option{{Value: "ab12ab12ab12", Label: "2.3.1, live"}}},
		Entry:   layout.Field{Name: "entry", ID: "try-entry", Label: "What is tried", Options: []layout.Option{{Value: "report", Label: "Form: Report a pothole"}}},
		Event:   layout.Field{Name: "event", ID: "try-event", Label: "What happens to it", Options: []layout.Option{{Value: "submit", Label: eventLabel("submit")}}},
		Form: RequestForm{Answers: []Answer{{0, "depth", "-4", false}, {1, "road", "Mill\nLane", true}, {No: 2}}, HasAction: true, HasText: true, State: `{"page":"what"}`, HasCase: true,
			Case: []CaseMember{{"case-subject", "Subject", "The street lamp outside is dark"}}, CaseFields: "remedy: repair"},
	}
	s.page("try", "before", benchView(page), page)
	ran := Ran{Chip: layout.Chip{Label: "It answered", Icon: "ok", Tone: "good"}, Took: "11 ms", Fuel: 48_112, MiB: 3, View: drawn, Refused: []string{"Depth: Enter 0 or more."},
		Ends: []string{"It is finished, and would raise the case “" + hostile + "”."}, Errors: []string{"depth: Enter a depth above 0"}, State: `{"page":"what"}`, Log: []string{"measured"}, Answer: "{}", Was: "{}",
		Next: []layout.Option{{Value: "view", Label: eventLabel("view")}}, Wrote: "debug",
		Effects: []Effect{effectOf(plugins.TriedEffect{Name: "note.add", Args: []byte(`{"body":"Found it"}`), Granted: true}), effectOf(plugins.TriedEffect{Name: "case.close", Args: []byte(`{}`)}),
			effectOf(plugins.TriedEffect{Name: "case.set_field", Granted: true, Args: []byte(`{"x":1}`), Problem: "“x” is not known"})}}
	after := page
	after.Ran, after.As = &ran, asJSON
	s.page("try", "answered", benchView(after), after)
	asks := page
	asks.Ran = &Ran{Chip: ran.Chip, Took: "1 ms", Asks: []Question{{0, "a", `http.request {"url":"https://roads.northmoor.example"}`}}, Was: "{}", Answer: "{}"}
	s.page("try", "asking", benchView(asks), asks)
	failed := page
	failed.Problem, failed.Ran = "This is not a request: it ends early.", &Ran{Chip: layout.Chip{Label: "It failed", Icon: "stop", Tone: "bad"}, Fault: "trap: unreachable", Wrote: "panic: " + hostile, Took: "2 ms"}
	s.page("try", "failed", benchView(failed), failed)
	s.part("ran", map[string]any{"Ran": &Ran{Fault: "trap: unreachable", View: template.HTML("")}, "Page": page})
}

func (s *sampler) replay() {
	page := ReplayPage{Plugin: s.header(), URL: "/plugins/x.y/replay", Recording: true, Recorded: 340,
		Version: layout.Field{Name: "version", Label: "Against version", Options: []layout.Option{{Value: "ab12", Label: "2.4.0"}}},
		Number:  layout.Field{Name: "calls", Label: "How many", Options: []layout.Option{{Value: "200", Label: "The last 200"}}}}
	s.page("replay", "before", replayView(page), page)
	call := plugins.Call{Entry: "report", Event: "submit", At: s.at}
	faulty := call
	faulty.Fault = "trap: index out of range"
	all := []plugins.Replayed{{Call: call, Same: true}, {Call: call, Diff: []string{`view.label: "How deep?" → "How deep is it?"`, "view.items[2]: new " + hostile}}, {Call: call, Fault: "time: over 250 ms"}, {Call: faulty}, {Call: faulty, Fault: "memory: over 16 MiB"}}
	done := replayedOf(all, 200)
	done.Version, done.Review, done.Stopped, done.More = "2.4.0", "/plugins/x.y/versions/ab12", true, 3
	page.Done = &done
	s.page("replay", "differences", replayView(page), page)
	same := replayedOf(all[:1], 1)
	same.Version = "2.4.0"
	page.Done = &same
	s.page("replay", "the same", replayView(page), page)
	s.page("replay", "nothing recorded", replayView(page), ReplayPage{Plugin: s.header(), URL: "/x", Done: &Replayed{Version: "1.0.0"}})
}
