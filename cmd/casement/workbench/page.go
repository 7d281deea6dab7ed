package workbench

import (
	"encoding/json"
	"html/template"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/casement-dev/casement/core/pluginhost/workshop"
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/web/viewtree"
)

// page draws the bench.
type page struct{ templates *template.Template }

func newPage() (*page, error) {
	t, err := template.New("page.html").Funcs(template.FuncMap{"pretty": func(b []byte) string { return pretty(b) }}).ParseFS(files, "page.html")
	if err != nil {
		return nil, err
	}
	return &page{t}, nil
}

func (p *page) write(w io.Writer, s shown) error { return p.templates.Execute(w, s) }

// shown is what the page says.
type shown struct {
	Style, Script, Icons string // addresses
	Look                 string
	Revision             int
	Building             bool
	Took                 string
	Wrong                workshop.Mistakes
	Name, ID, Version    string
	Folder               string
	Entries              []abi.Entry
	Entry                string
	Kind                 string
	Title                string

	View    template.HTML
	Drawn   string // why it could not be drawn
	Notice  string
	Done    bool
	Outcome string
	Status  string
	Wakes   string
	Raise   string // JSON
	State   string
	Events  []string // that set an action off

	Turn    *turn
	Asks    []ask
	Given   int // answers that are remembered
	Before  []*turn
	Context string
	Config  string
}

// ask is a question that waits for an answer.
type ask struct {
	No         int
	Type, Args string
	Sample     string
}

// shown gathers what there is to say. The caller holds b.mu.
func (b *Bench) shown() shown {
	out := shown{
		Look: b.look, Revision: b.revision, Building: b.building, Wrong: b.wrong, Folder: b.Folder, Entry: b.entry,
		Icons: b.Assets.URL("icons.svg"),
	}
	if out.Look == "" {
		out.Look = lookPublic
	}
	out.Style, out.Script = b.Assets.URL(out.Look+".css"), b.Assets.URL("public.js")
	if b.manifest == nil {
		out.Title = "Workbench"
		return out
	}
	if b.took.screen == 0 && b.took.awaited && !b.building {
		b.took.screen = b.Clock.Now().Sub(b.took.saved)
	}
	out.Name, out.ID, out.Version, out.Entries = b.manifest.Name, b.manifest.ID, b.manifest.Version, b.manifest.Entries
	out.Title = out.Name
	out.Took = "compiled in " + seconds(b.took.build) + ", loaded in " + seconds(b.took.load)
	if b.took.screen > 0 {
		out.Took = "From the file to this page in " + seconds(b.took.screen) + ": " + out.Took
	}
	s := b.current()
	if s == nil {
		return out
	}
	out.Kind, out.Notice, out.Done, out.Outcome, out.Status, out.Wakes = s.kind, s.notice, s.done, s.outcome, s.status, s.wakeAt
	out.State, out.Given, out.Config = pretty(s.state), len(s.given), pretty(s.config)
	if s.kind == abi.KindAction {
		out.Events = b.events(s)
	}
	if s.raise != nil {
		r := abi.Response{Raise: s.raise}
		var members map[string]json.RawMessage
		if json.Unmarshal(r.Append(nil), &members) == nil {
			out.Raise = pretty(members["raise"])
		}
	}
	request := abi.Request{Context: s.context}
	var members map[string]json.RawMessage
	if json.Unmarshal(request.Append(nil), &members) == nil {
		out.Context = pretty(members["ctx"])
	}
	out.Turn = s.last()
	if s.pending != nil {
		for i, a := range s.pending.asks {
			out.Asks = append(out.Asks, ask{i, a.Type, pretty(a.Args), pretty(sampleAnswer(a.Type))})
		}
		out.Before = s.turns
	} else if len(s.turns) > 0 {
		out.Before = s.turns[1:]
	}
	b.drawView(s, &out)
	return out
}

// drawView draws what the entry shows, as the pages of Casement draw it.
func (b *Bench) drawView(s *session, out *shown) {
	if s.view == nil {
		return
	}
	level := 2
	if b.look == lookPublic {
		level = 1 // as a form heads its page
	}
	p := viewtree.Page{
		Action: "/turn", Errors: s.said, Icons: out.Icons, Confirm: s.confirm, Tables: s.tables, Level: level,
		StepURL: func(step string) string { return "/goto?step=" + url.QueryEscape(step) },
		CaseURL: func(ref string) string { return "#case-" + url.PathEscape(ref) },
		FileURL: func(id string) string { return "#file-" + url.PathEscape(id) },
	}
	for _, f := range s.view.Fields() {
		if own, there := s.files[f.ID]; there {
			f.Files = own
		}
	}
	drawn, err := b.draw.Render(s.view, p)
	if err != nil {
		out.Drawn = err.Error()
		return
	}
	out.View = drawn
}

// seconds is a duration as one reads it while one waits for it.
func seconds(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// sampleAnswer is something that could answer an ask.
func sampleAnswer(kind string) []byte {
	switch kind {
	case abi.AskCase:
		return []byte(`{"id":"1","ref":"REP-7K2M-4QX9","subject":"A dark street lamp","status":"in-progress"}`)
	case abi.AskSearch:
		return []byte(`{"cases":[{"id":"1","ref":"REP-7K2M-4QX9","subject":"A dark street lamp","status":"in-progress"}]}`)
	case abi.AskHTTP:
		return []byte(`{"status":200,"headers":{"Content-Type":"application/json"},"body":"{}"}`)
	case abi.AskLookup:
		return []byte(`{"rows":[{"value":"1","label":"1 High Street"},{"value":"2","label":"2 High Street"}]}`)
	}
	return []byte(`{}`)
}

// Millis is how long the calls took.
func (t *turn) Millis() string { return seconds(t.Took) }

// Thousands is fuel as one reads it.
func (t *turn) Thousands() string {
	digits := []byte{}
	for i, n := 0, t.Fuel; n > 0 || i == 0; i, n = i+1, n/10 {
		if i > 0 && i%3 == 0 {
			digits = append(digits, ',')
		}
		digits = append(digits, byte('0'+n%10))
	}
	for i, j := 0, len(digits)-1; i < j; i, j = i+1, j-1 {
		digits[i], digits[j] = digits[j], digits[i]
	}
	return string(digits)
}

// Kind is the word before the colon of a fault.
func (t *turn) Kind() string { kind, _, _ := strings.Cut(t.Fault, ":"); return kind }
