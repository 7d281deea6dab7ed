package pluginhost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/sdk/abi"
)

// stored finds a version by its hash, whether it serves or not.
func (h *Host) stored(ctx context.Context, hash string) (*plugin, error) {
	look := func() *plugin {
		for _, all := range h.installed.Load().kept {
			for _, p := range all {
				if p.hash == hash {
					return p
				}
			}
		}
		return nil
	}
	p := look()
	if p == nil && h.source != nil {
		// It was added a moment ago; whoever tries it out is no crowd.
		if err := h.Sync(ctx); err != nil {
			return nil, err
		}
		p = look()
	}
	if p == nil {
		return nil, core.NotFound("There is no such version of a plugin.")
	}
	return p, nil
}

// Try implements [plugins.Runner]. What it asks is not answered, and what it
// wants done is not done.
func (h *Host) Try(ctx context.Context, t plugins.Trial) (plugins.Tried, error) {
	p, err := h.stored(ctx, t.Hash)
	if err != nil {
		return plugins.Tried{}, err
	}
	if len(t.Request) > abi.MaxMessage {
		return plugins.Tried{}, core.InvalidField("request", "A request may have %d kB at most.", abi.MaxMessage>>10)
	}
	request, err := abi.DecodeRequest(t.Request)
	if err != nil {
		return plugins.Tried{}, core.InvalidField("request", "This is not a request: %v.", err)
	}
	if len(request.Config) == 0 {
		request.Config = p.config
	}
	return h.try(ctx, p, request)
}

func (h *Host) try(ctx context.Context, p *plugin, request *abi.Request) (plugins.Tried, error) {
	result, err := h.run(ctx, p, func(m *wasm.Module) (wasm.Result, error) { return m.CallWith(ctx, request) })
	fault := wasm.AsFault(err)
	if err != nil && fault == nil {
		return plugins.Tried{}, err
	}
	out := plugins.Tried{
		Answer: answerOf(result), Wrote: result.Log, Fuel: result.Figures.Fuel, MiB: int((result.Figures.Memory + 1<<20 - 1) >> 20), Took: result.Figures.Run,
	}
	if fault != nil {
		out.Fault = string(fault.Kind) + ": " + fault.Message
		out.Wrote = fault.Log
		return out, nil
	}
	r := result.Response
	out.State, out.View, out.Log = json.RawMessage(r.State), r.View, r.Log
	for _, a := range r.Asks {
		out.Asks = append(out.Asks, strings.TrimSpace(a.Type+" "+string(a.Args)))
	}
	for _, e := range r.Effects {
		tried := plugins.TriedEffect{Name: e.Type, Args: json.RawMessage(e.Args), Granted: p.grant.allows(e)}
		if h.services.Commands != nil {
			if _, err := h.command(p, e); err != nil {
				tried.Problem = problem(err)
			}
		}
		out.Effects = append(out.Effects, tried)
	}
	return out, nil
}

func problem(err error) string {
	var known *core.Error
	if errors.As(err, &known) {
		return known.Message
	}
	return err.Error()
}

// run takes something to the module of a version, outside of all records.
func (h *Host) run(ctx context.Context, p *plugin, do func(*wasm.Module) (wasm.Result, error)) (wasm.Result, error) {
	module, done, err := p.code.use(ctx)
	if err != nil {
		return wasm.Result{}, err
	}
	defer done()
	return do(module)
}

// answerOf is an answer as JSON; nil for one that is none.
func answerOf(r wasm.Result) json.RawMessage {
	if !json.Valid(r.Answer) {
		return nil
	}
	return r.Answer
}

// Sample implements [plugins.Runner]: for what begins, an invented case and
// person as far as the plugin asks to see them; for what follows, the start is
// run first, and its questions are answered somehow.
func (h *Host) Sample(ctx context.Context, hash, entry, event string) (json.RawMessage, error) {
	p, err := h.stored(ctx, hash)
	if err != nil {
		return nil, err
	}
	e := p.m.Entry(entry)
	if e == nil {
		return nil, core.NotFound("This version has no entry %q.", entry)
	}
	events := plugins.Events(e.Kind)
	if event == "" {
		event = events[0]
	}
	if !slices.Contains(events, event) {
		return nil, core.InvalidField("event", "A %s knows the events %s.", nouns[e.Kind], strings.Join(events, ", "))
	}
	r := &abi.Request{V: abi.Version, Op: abi.OpEvent, Entry: entry, Config: p.config, Event: &abi.Event{Type: event}, Context: h.sampleContext(p, e)}
	switch event {
	case abi.EventStart:
	case abi.EventRun:
		if len(e.On) > 0 {
			r.Event.Occurred = &abi.Occurrence{Kind: e.On[0], At: r.Context.Now, By: "staff"}
		}
	default:
		if err := h.begin(ctx, p, r); err != nil {
			return nil, err
		}
	}
	var out json.RawMessage
	if out, err = json.MarshalIndent(json.RawMessage(r.Append(nil)), "", "  "); err != nil {
		return nil, fmt.Errorf("write a sample for %s: %w", entry, err)
	}
	return out, nil
}

// begin runs the start of an entry, and makes of what it shows the event that
// is wanted.
func (h *Host) begin(ctx context.Context, p *plugin, r *abi.Request) error {
	first := *r
	first.Event = &abi.Event{Type: abi.EventStart}
	tried, err := h.try(ctx, p, &first)
	if err != nil {
		return err
	}
	r.State = abi.Raw(tried.State)
	if tried.View == nil {
		return nil // it failed, or asked: whoever tries it sees why
	}
	switch r.Event.Type {
	case abi.EventSubmit, abi.EventChange, abi.EventBack, abi.EventPress:
		r.Event.Fields = wasm.Invent(tried.View)
	case abi.EventGoto:
		r.Event.Action = tried.View.ID
	case abi.EventReturn:
		r.Event.Text = "Please say more about what was found."
	}
	return nil
}

// sampleContext is an invented world, of which the plugin is shown what it
// asks for.
func (h *Host) sampleContext(p *plugin, e *abi.Entry) abi.Context {
	now := h.clock.Now().UTC()
	c := abi.Context{Now: now.Format(time.RFC3339), Today: core.DateOf(now).String(), Zone: "UTC", Locale: "en-GB", Seed: 1}
	wants := Grant(plugins.Keys(p.m.Context, nil))
	if wants.sees(seesUserName) || wants.sees(seesUserContact) || wants.sees(seesUserRoles) {
		c.User = &abi.User{ID: "sample", Name: "Ada Sample", Email: "ada@example.org", Phone: "01632 960 001"}
		if e.Kind == abi.KindForm {
			c.User.ID = ""
		}
	}
	if e.Kind == abi.KindForm {
		return c
	}
	c.Case = sampleCase(wants, now)
	c.Reader, c.Editable = "staff", e.Kind == abi.KindDetails
	if e.Kind == abi.KindTask {
		c.Task = &abi.Task{No: 1, Title: e.Title, Mine: true, Manages: true, DueAt: now.AddDate(0, 0, 5).Format(time.RFC3339)}
	}
	return c
}

func sampleCase(wants Grant, now time.Time) *abi.Case {
	cs := &abi.Case{ID: "01900000-0000-7000-8000-000000000000"}
	for member, show := range map[string]func(){
		seesRef:         func() { cs.Ref = "CMP-7K2M-4QX9" },
		seesType:        func() { cs.Type, cs.TypeName = "complaint", "Complaint" },
		seesSubtype:     func() { cs.Subtype = "conduct" },
		seesSubject:     func() { cs.Subject = "The street lamp outside is dark" },
		seesDescription: func() { cs.Description = "It has been dark for a week, and nobody came." },
		seesStatus:      func() { cs.Status, cs.StatusKind = "in-progress", "open" },
		seesStage:       func() { cs.Stage = "stage-1" },
		seesPriority:    func() { cs.Priority = "normal" },
		seesGroup:       func() { cs.Group = "complaints-team" },
		seesAssignee:    func() { cs.Assignee = "Priya Sample" },
		seesDates: func() {
			cs.RaisedAt, cs.DueAt = now.AddDate(0, 0, -3).Format(time.RFC3339), now.AddDate(0, 0, 7).Format(time.RFC3339)
		},
		seesRequester: func() { cs.Requester = &abi.Party{Name: "Ada Sample", Email: "ada@example.org"} },
		seesPlace: func() {
			cs.Place = &abi.Place{Address: "1 High Street", Point: &abi.Point{Lat: 53.5, Lng: -2.25}}
		},
	} {
		if wants.sees(member) {
			show()
		}
	}
	return cs
}
