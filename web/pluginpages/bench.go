package pluginpages

import (
	"context"
	"errors"
	"html/template"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
)

// BenchPage tries a plugin out. Nothing is saved and nobody is written to.
type BenchPage struct {
	Plugin  Header
	URL     string
	Version layout.Field
	Entry   layout.Field
	Event   layout.Field
	Label   string // of the version, on the button
	Hash    string
	As      string // json or form
	Request string // JSON
	Form    RequestForm
	Problem string
	Ran     *Ran
}

// Ran is what came of one call.
type Ran struct {
	Chip    layout.Chip
	Took    string
	Fuel    int
	MiB     int
	View    template.HTML // as whoever uses it sees it
	Refused []string      // what Casement itself refuses, whatever the plugin says
	Ends    []string      // what it would end with, in sentences
	Effects []Effect
	Asks    []Question
	Errors  []string
	State   string
	Log     []string
	Fault   string
	Wrote   string
	Answer  string
	Was     string // the request that was run
	Next    []layout.Option
}

// Effect is something that it wants done.
type Effect struct {
	plugins.TriedEffect
	Text string
	Chip layout.Chip
}

// Question is something it asks of Casement, to be answered by hand here.
type Question struct {
	No   int
	ID   string
	Text string
}

const (
	asForm = "form"
	asJSON = "json"
)

func benchView(page BenchPage) render.View {
	return render.View{Template: "pluginpages/try", Title: "Try it, " + page.Plugin.Name, Nav: nav}
}

// chosen is what the bench is set to.
type chosen struct {
	one     plugins.Plugin
	version plugins.Version
	entries []plugins.Entry
	entry   plugins.Entry
	event   string
}

// choose reads version, entry and event; what is not said is the first there is.
func (p *Pages) choose(c *fiber.Ctx, said func(string) string) (chosen, error) {
	var out chosen
	var err error
	if out.one, err = p.find(c); err != nil {
		return out, err
	}
	hash := said("version")
	if hash == "" {
		hash = out.one.Live
	}
	if hash == "" {
		hash = out.one.Newest
	}
	if out.version, err = p.version(c, out.one, hash); err != nil {
		return out, err
	}
	if out.entries, err = p.Plugins.Offered(c.UserContext(), out.version.Hash); err != nil {
		return out, err
	}
	if len(out.entries) == 0 {
		return out, core.NotFound("This version offers nothing that could be tried.")
	}
	out.entry = out.entries[0]
	for _, e := range out.entries {
		if e.ID == said("entry") {
			out.entry = e
		}
	}
	events := plugins.Events(out.entry.Kind)
	if out.event = said("event"); !slices.Contains(events, out.event) {
		out.event = events[0]
	}
	return out, nil
}

// benchPage is the bench before anything was run.
func (p *Pages) benchPage(c *fiber.Ctx, at chosen, as string) (BenchPage, error) {
	page := BenchPage{
		Plugin: Header{ID: at.one.ID, Name: at.one.Name, URL: address(at.one.ID)}, URL: address(at.one.ID, "try"),
		Label: at.version.Version, Hash: at.version.Hash[:shortHash], As: as,
	}
	if page.As != asJSON {
		page.As = asForm
	}
	versions, err := p.Plugins.Versions(c.UserContext(), at.one.ID)
	if err != nil {
		return page, err
	}
	page.Version = layout.Field{Name: "version", ID: "try-version", Label: "Version", Value: at.version.Hash[:shortHash], Options: versionOptions(versions, at.one.Live)}
	page.Entry = layout.Field{Name: "entry", ID: "try-entry", Label: "What is tried", Value: at.entry.ID}
	for _, e := range at.entries {
		page.Entry.Options = append(page.Entry.Options, layout.Option{Value: e.ID, Label: kindWords(e.Kind) + ": " + e.Title})
	}
	page.Event = layout.Field{Name: "event", ID: "try-event", Label: "What happens to it", Value: at.event}
	for _, event := range plugins.Events(at.entry.Kind) {
		page.Event.Options = append(page.Event.Options, layout.Option{Value: event, Label: eventLabel(event)})
	}
	return page, nil
}

func versionOptions(all []plugins.Version, live string) []layout.Option {
	var out []layout.Option
	for _, v := range all {
		label := v.Version
		if v.Hash == live {
			label += ", live"
		}
		for _, other := range all {
			if other.Version == v.Version && other.Hash != v.Hash {
				label += " (" + v.Hash[:shortHash] + ")"
				break
			}
		}
		out = append(out, layout.Option{Value: v.Hash[:shortHash], Label: label})
	}
	return out
}

func (p *BenchPage) ask(r *abi.Request) {
	p.Request, p.Form = indented(r.Append(nil)), formOf(r)
	if r.Event != nil && slices.ContainsFunc(p.Event.Options, func(o layout.Option) bool { return o.Value == r.Event.Type }) {
		p.Event.Value = r.Event.Type
	}
}

// showBench makes a request to begin with.
func (p *Pages) showBench(c *fiber.Ctx) error {
	at, err := p.choose(c, func(name string) string { return c.Query(name) })
	if err != nil {
		return err
	}
	page, err := p.benchPage(c, at, c.Query("as"))
	if err != nil {
		return err
	}
	request, err := p.sample(c, at)
	if err != nil {
		if core.KindOf(err) != core.ErrInvalid {
			return err
		}
		page.Problem = said(err)
		return render.Invalid(c, benchView(page), page)
	}
	page.ask(request)
	return render.Page(c, benchView(page), page)
}

func (p *Pages) sample(c *fiber.Ctx, at chosen) (*abi.Request, error) {
	raw, err := p.Plugins.Sample(c.UserContext(), render.Actor(c), at.version.Hash, at.entry.ID, at.event)
	if err != nil {
		return nil, err
	}
	return abi.DecodeRequest(raw)
}

// try runs one call, or carries on from the answer to one.
func (p *Pages) try(c *fiber.Ctx) error {
	sent := sentForm(c)
	at, err := p.choose(c, sent.Get)
	if err != nil {
		return err
	}
	page, err := p.benchPage(c, at, sent.Get("as"))
	if err != nil {
		return err
	}
	request, err := p.requested(c, at, &page)
	if err == nil && request != nil {
		err = p.run(c, at, request, &page, drawn{})
	}
	var wrong *core.Error
	if errors.As(err, &wrong) && wrong.Kind == core.ErrInvalid {
		page.Problem = wrong.Message
		for _, message := range wrong.Fields {
			page.Problem = message
		}
		return render.Invalid(c, benchView(page), page)
	}
	if err != nil {
		return err
	}
	return render.Page(c, benchView(page), page)
}

// requested reads what is to be run; nil when there is nothing to run, only to
// show.
func (p *Pages) requested(c *fiber.Ctx, at chosen, page *BenchPage) (*abi.Request, error) {
	sent := sentForm(c)
	switch sent.Get("carry") {
	case "view", "event", "answer":
		return p.carryOn(c, at, page)
	}
	// Until it is understood, what was sent stays in the form as it is.
	page.Request, page.As = strings.ReplaceAll(sent.Get("request"), "\r\n", "\n"), asJSON
	request, err := abi.DecodeRequest([]byte(sent.Get("request")))
	if err != nil {
		return nil, core.InvalidField("request", "This is not a request: %v.", err)
	}
	if sent.Get("as") != asJSON {
		page.As = asForm
		page.ask(request)
		if err := take(c, request); err != nil {
			return nil, err
		}
	}
	page.ask(request)
	switch sent.Get("do") {
	case asJSON, asForm:
		page.As = sent.Get("do")
		return nil, nil
	}
	return request, nil
}

// drawn is how an answer is drawn.
type drawn struct {
	confirm string
	tables  map[string]viewtree.Sorting
}

// run runs one call and puts the answer on the page.
func (p *Pages) run(c *fiber.Ctx, at chosen, request *abi.Request, page *BenchPage, how drawn) error {
	raw := request.Append(nil)
	tried, err := p.tryOnce(c.UserContext(), render.Actor(c), at, raw)
	if err != nil {
		return err
	}
	ran := &Ran{
		Chip: layout.Chip{Label: "It answered", Icon: "ok", Tone: "good"}, Took: took(tried.Took), Fuel: int(tried.Fuel), MiB: tried.MiB,
		State: indented(tried.State), Log: tried.Log, Fault: tried.Fault, Wrote: strings.TrimSpace(tried.Wrote), Answer: indented(tried.Answer), Was: string(raw),
	}
	page.Ran = ran
	if tried.Fault != "" {
		ran.Chip = layout.Chip{Label: "It failed", Icon: "stop", Tone: "bad"}
		return nil
	}
	for _, e := range tried.Effects {
		ran.Effects = append(ran.Effects, effectOf(e))
	}
	response, err := abi.DecodeResponse(tried.Answer)
	if err != nil {
		return nil // the host has said what is wrong with it
	}
	ran.ends(response)
	for i, ask := range response.Asks {
		ran.Asks = append(ran.Asks, Question{No: i, ID: ask.ID, Text: strings.TrimSpace(ask.Type + " " + string(ask.Args))})
	}
	if len(ran.Asks) == 0 && at.entry.Kind != plugins.KindAction {
		for _, event := range plugins.Events(at.entry.Kind) {
			if event != abi.EventStart {
				ran.Next = append(ran.Next, layout.Option{Value: event, Label: eventLabel(event)})
			}
		}
	}
	if tried.View == nil {
		return nil
	}
	return p.draw(c, at, request, response, tried.View, ran, how)
}

func (p *Pages) tryOnce(ctx context.Context, by core.Actor, at chosen, raw []byte) (plugins.Tried, error) {
	return p.Plugins.Try(ctx, by, plugins.Trial{Hash: at.version.Hash, Request: raw})
}

func effectOf(e plugins.TriedEffect) Effect {
	out := Effect{TriedEffect: e, Text: indented(e.Args), Chip: layout.Chip{Label: "Allowed", Icon: "ok", Tone: "good"}}
	switch {
	case !e.Granted:
		out.Chip = layout.Chip{Label: "Not allowed", Icon: "stop", Tone: "bad"}
	case e.Problem != "":
		out.Chip = layout.Chip{Label: "Cannot be done", Icon: "warn", Tone: "warn"}
	}
	return out
}

// ends says in sentences what the answer would end with.
func (r *Ran) ends(response *abi.Response) {
	for _, e := range response.Errors {
		if e.Field == "" {
			r.Errors = append(r.Errors, e.Message)
		} else {
			r.Errors = append(r.Errors, e.Field+": "+e.Message)
		}
	}
	if raise := response.Raise; raise != nil {
		r.Ends = append(r.Ends, "It is finished, and would raise the case “"+raise.Subject+"”.")
	} else if response.Done {
		r.Ends = append(r.Ends, "It is finished.")
	}
	if response.Outcome != "" {
		r.Ends = append(r.Ends, "What came of it: "+response.Outcome)
	}
	if response.Status != "" {
		r.Ends = append(r.Ends, "In lists it would say: "+response.Status)
	}
	if response.WakeAt != "" {
		r.Ends = append(r.Ends, "It would be called again at "+response.WakeAt+".")
	}
}

// draw shows the view as whoever uses it sees it: its buttons work, and carry
// on from here.
func (p *Pages) draw(c *fiber.Ctx, at chosen, request *abi.Request, response *abi.Response, tree *view.Node, ran *Ran, how drawn) error {
	if e := request.Event; e != nil && e.Type == abi.EventSubmit {
		if len(response.Errors) > 0 {
			dialogue.Fill(tree, e.Fields)
		}
		var all []view.FieldError
		for _, one := range response.Errors {
			all = append(all, view.FieldError{Field: one.Field, Message: one.Message})
		}
		dialogue.Mark(tree, all)
	}
	var err error
	ran.View, err = p.tree.Render(tree, viewtree.Page{
		Action: address(at.one.ID, "try") + "#answer", Prefix: "view-", Level: 3, Icons: p.Asset("icons.svg"), Zone: p.Zone, Confirm: how.confirm, Tables: how.tables,
		Hidden: []viewtree.Hidden{
			p.Token(c), {Name: "carry", Value: "view"}, {Name: "was", Value: ran.Was}, {Name: "version", Value: at.version.Hash[:shortHash]}, {Name: "entry", Value: at.entry.ID},
			{Name: "as", Value: sentOr(c, "as", asForm)},
		},
	})
	return err
}

func sentOr(c *fiber.Ctx, name, otherwise string) string {
	if value := c.FormValue(name); value == asJSON || value == asForm {
		return value
	}
	return otherwise
}

// carryOn runs what was run before once more: the same request has the same
// answer, so nothing of it has to be believed. From there it makes the next.
func (p *Pages) carryOn(c *fiber.Ctx, at chosen, page *BenchPage) (*abi.Request, error) {
	sent := sentForm(c)
	was, err := abi.DecodeRequest([]byte(sent.Get("was")))
	if err != nil || was.Event == nil {
		return nil, core.Invalid("What was run before is lost. Begin again.")
	}
	page.ask(was)
	if sent.Get("carry") == "answer" {
		return answered(was, sent.Get), nil
	}
	tried, err := p.tryOnce(c.UserContext(), render.Actor(c), at, was.Append(nil))
	if err != nil {
		return nil, err
	}
	if tried.Fault != "" {
		return was, nil
	}
	next := *was
	next.State, next.Event = abi.Raw(tried.State), &abi.Event{}
	if sent.Get("carry") == "event" {
		next.Event.Type = sent.Get("event")
		if tried.View != nil && !slices.Contains([]string{abi.EventView, abi.EventTimer, abi.EventReturn}, next.Event.Type) {
			next.Event.Fields = map[string][]string{}
			for _, f := range tried.View.Fields() {
				next.Event.Fields[f.ID] = append([]string{}, f.Value...)
			}
		}
		page.ask(&next)
		return nil, nil // to be filled in first
	}
	if tried.View == nil {
		return was, nil
	}
	pressed := viewtree.Pressed(tried.View, sent)
	next.Event.Fields = viewtree.Read(tried.View, sent)
	switch pressed.Kind {
	case viewtree.ActionBack:
		next.Event.Type = abi.EventBack
	case viewtree.ActionChange:
		next.Event.Type, next.Event.Action = abi.EventChange, pressed.ID
	case viewtree.ActionPress:
		if pressed.Unconfirmed {
			return nil, p.run(c, at, was, page, drawn{confirm: pressed.ID})
		}
		next.Event.Type, next.Event.Action = abi.EventPress, pressed.ID
		if pressed.Checks {
			next.Event.Type = abi.EventSubmit
		}
	case viewtree.ActionTable:
		if !pressed.Driven {
			return nil, p.run(c, at, was, page, drawn{tables: map[string]viewtree.Sorting{pressed.ID: pressed.Sorting}})
		}
		next.Event.Type, next.Event.Action, next.Event.Fields = abi.EventPress, pressed.ID, pressed.Sorting.Fields()
	case viewtree.ActionKeep, viewtree.ActionRemove:
		return was, nil
	default:
		next.Event.Type = abi.EventSubmit
	}
	page.ask(&next)
	if next.Event.Type != abi.EventSubmit {
		return &next, nil
	}
	refused := view.Check(tried.View, next.Event.Fields)
	err = p.run(c, at, &next, page, drawn{})
	if page.Ran != nil {
		for _, e := range refused {
			page.Ran.Refused = append(page.Ran.Refused, labelOf(tried.View, e.Field)+": "+e.Message)
		}
	}
	return nil, err
}

func labelOf(tree *view.Node, field string) string {
	if f := tree.Field(field); f != nil && f.Label != "" {
		return f.Label
	}
	return field
}

// answered makes the event that brings the answers to what was asked.
func answered(was *abi.Request, sent func(string) string) *abi.Request {
	next := *was
	event := *was.Event
	event.Of, event.Type, event.Answers = was.Event.Type, abi.EventAnswer, map[string]abi.Raw{}
	for i := range abi.MaxAsks {
		id := sent("ask-" + itoa(i))
		if id == "" {
			continue
		}
		answer := strings.TrimSpace(sent("ask-" + itoa(i) + "-answer"))
		if answer == "" {
			answer = `{"error":"nothing was found"}`
		}
		event.Answers[id] = abi.Raw(answer)
	}
	next.Event = &event
	return &next
}
