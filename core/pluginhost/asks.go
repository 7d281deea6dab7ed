package pluginhost

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/lookups"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/sdk/abi"
)

// Bounds of what one event may lead to being asked.
const (
	// askTime is for all asks of one event together: somebody waits.
	askTime = 10 * time.Second
	// maxAnswers bounds the answers of one event together, in bytes, so that
	// they and the state fit into one request.
	maxAnswers = 512 << 10
	maxAskID   = 64
)

// serve takes one event to a plugin: it calls it, answers what it asks, and
// calls it again with the answers, until it has decided. What the plugin is
// shown of the case is written down. Errors are worded for the public.
func (h *Host) serve(ctx context.Context, p *plugin, r *abi.Request, e errand) (*abi.Response, error) {
	if e.seen != nil {
		parts := p.grant.parts()
		if len(parts) > 0 {
			if err := h.trail(ctx, p, e, "was shown "+strings.Join(parts, ", "), e.seen.Case.ID); err != nil {
				return nil, err
			}
		}
	}
	asking, stop := context.WithTimeout(ctx, askTime)
	defer stop()
	first, answers, room := r.Event, map[string]abi.Raw{}, maxAnswers
	for round := 0; ; round++ {
		response, err := h.call(ctx, p, r, e.matter())
		if err != nil {
			return nil, err
		}
		if len(response.Asks) == 0 {
			return response, nil
		}
		if err := checkAsks(response.Asks, round, first, answers); err != nil {
			return nil, h.failed(ctx, p, protocolFault(p.manifest(), err))
		}
		for _, ask := range response.Asks {
			answer, err := h.answer(asking, p, e, ask, room)
			if err != nil {
				return nil, err
			}
			answers[ask.ID] = answer
			room -= len(answer)
		}
		next := *r
		next.Event = &abi.Event{
			Type: abi.EventAnswer, Of: first.Type, Action: first.Action, Fields: first.Fields, Files: first.Files,
			Text: first.Text, Occurred: first.Occurred, Answers: maps.Clone(answers),
		}
		r = &next
	}
}

func checkAsks(asks []abi.Ask, round int, first *abi.Event, answered map[string]abi.Raw) error {
	switch {
	case first == nil:
		return errors.New("it asks without an event")
	case round == abi.MaxAskRounds:
		return fmt.Errorf("it asks more than %d times in a row", abi.MaxAskRounds)
	case len(asks) > abi.MaxAsks:
		return fmt.Errorf("it asks %d things at once; %d are the most", len(asks), abi.MaxAsks)
	}
	seen := map[string]bool{}
	for _, a := range asks {
		if _, before := answered[a.ID]; before || seen[a.ID] {
			return fmt.Errorf("it asks two things under the id %.64q", a.ID)
		}
		if a.ID == "" || len(a.ID) > maxAskID {
			return fmt.Errorf("an ask has an id of 1 to %d bytes", maxAskID)
		}
		seen[a.ID] = true
	}
	return nil
}

// asker answers one kind of ask. Its refusals are a [core.Error], whose words
// go to the plugin; every other error is ours.
type asker func(h *Host, ctx context.Context, p *plugin, e errand, args []byte) (any, error)

// askers lists what can be asked.
func askers() map[string]asker {
	return map[string]asker{
		abi.AskCase: (*Host).readCase, abi.AskSearch: (*Host).searchCases,
		abi.AskKept: (*Host).kept, abi.AskKeys: (*Host).keptKeys,
		abi.AskLookup: (*Host).lookUp, abi.AskHTTP: (*Host).fetch,
	}
}

// answer gives the answer to one ask, or {"error": why not}. An error is
// returned only when the whole event has to end: somebody left.
func (h *Host) answer(ctx context.Context, p *plugin, e errand, ask abi.Ask, room int) (abi.Raw, error) {
	answered, err := h.ask(ctx, p, e, ask)
	var raw []byte
	if err == nil {
		if raw, err = json.Marshal(answered); err == nil && len(raw) > room {
			err = core.Invalid("The answers to this event are too long together: %d kB are the most.", maxAnswers>>10)
		}
	}
	if err == nil {
		return raw, nil
	}
	var refusal *core.Error
	words := "This could not be answered just now."
	switch {
	case errors.As(err, &refusal):
		words = refusal.Message
	case ctx.Err() != nil:
		words = "This took too long."
	}
	if refusal == nil || refusal.Cause != nil {
		h.log.Warn("what a plugin asked was not answered", "plugin", p.through(), "ask", clipped(ask.Type), "error", err)
	}
	raw, err = json.Marshal(map[string]string{"error": words})
	return raw, err
}

func (h *Host) ask(ctx context.Context, p *plugin, e errand, ask abi.Ask) (any, error) {
	do, known := askers()[ask.Type]
	if !known {
		return nil, core.Invalid("There is nothing that is asked as %q.", clipped(ask.Type))
	}
	name := ask.Type
	if name == abi.AskKeys { // whoever may read what is kept may list it
		name = abi.AskKept
	}
	_, granted := p.grant.has(name)
	if _, also := p.grant.has(ask.Type); !granted && !also {
		return nil, core.Forbidden("%s was not granted.", ask.Type)
	}
	if ctx.Err() != nil {
		return nil, core.Unavailable(ctx.Err(), "This took too long.")
	}
	return do(h, ctx, p, e, ask.Args)
}

// decodeArgs reads the arguments of an ask or effect, all of whose members must
// be known.
func decodeArgs(args []byte, into any) error {
	if len(args) == 0 {
		args = []byte("{}")
	}
	d := json.NewDecoder(bytes.NewReader(args))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return core.Invalid("The arguments do not fit: %s.", clipped(strings.TrimPrefix(err.Error(), "json: ")))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return core.Invalid("There is something after the arguments.")
	}
	return nil
}

func clipped(s string) string {
	if r := []rune(s); len(r) > 100 {
		return string(r[:100]) + "…"
	}
	return s
}

func notHere() error { return core.Unavailable(nil, "This cannot be asked here.") }

func noSuchCase() error { return core.NotFound("There is no such case, or you may not see it.") }

// readCase shows another case: to staff and programs what they may view, to a
// customer their own. Behind a timer or an automatic action there is nobody
// whose reach it could be: it sees the case it is about, and of others those of
// the types that its grant names ("case.read:complaint") and that are not
// restricted.
func (h *Host) readCase(ctx context.Context, p *plugin, e errand, args []byte) (any, error) {
	var a abi.CaseRead
	if err := decodeArgs(args, &a); err != nil {
		return nil, err
	}
	ref, err := core.ParseReference(a.Ref)
	if err != nil {
		return nil, noSuchCase()
	}
	if e.seen != nil && e.seen.Case.Ref == ref {
		return h.caseFor(ctx, e.seen, p.grant)
	}
	if h.services.Cases == nil {
		return nil, notHere()
	}
	if e.public {
		return h.readReport(ctx, p, e, ref)
	}
	types, _ := p.grant.has(abi.AskCase)
	needs := core.MayView
	switch e.by.Kind {
	case core.ActorStaff, core.ActorClient:
	case core.ActorPerson:
		needs = core.MayRequest
	case core.ActorSystem:
		if len(types) == 0 {
			return nil, noSuchCase()
		}
	default:
		return nil, noSuchCase()
	}
	seen, err := h.services.Cases.Find(ctx, e.by, ref, needs)
	if err != nil {
		return nil, err
	}
	if len(types) > 0 && !matchesAny(types, seen.Case.Type) || e.by.Kind == core.ActorSystem && seen.Case.Confidentiality != core.Normal {
		return nil, noSuchCase()
	}
	if err := h.trail(ctx, p, e, "read it", seen.Case.ID); err != nil {
		return nil, err
	}
	return h.caseFor(ctx, seen, p.grant)
}

// readReport shows to a form, of a case with a public page and a type that the
// grant does not leave out, what stands on that page at most, and no more than
// the grant shows: what sort of case it is, and how far it has come.
func (h *Host) readReport(ctx context.Context, p *plugin, e errand, ref core.Reference) (any, error) {
	cs, t, err := h.services.Cases.FindReport(ctx, ref)
	if core.KindOf(err) == core.ErrNotFound {
		return nil, noSuchCase()
	}
	if err != nil {
		return nil, err
	}
	if types, _ := p.grant.has(abi.AskCase); len(types) > 0 && !matchesAny(types, cs.Type) {
		return nil, noSuchCase()
	}
	if err := h.trail(ctx, p, e, "read it", cs.ID); err != nil {
		return nil, err
	}
	all := caseOf(&cases.Seen{Case: cs, Type: t}, p.grant)
	return &abi.Case{
		Ref: all.Ref, Type: all.Type, TypeName: all.TypeName, Subtype: all.Subtype, Status: all.Status, StatusKind: all.StatusKind,
		RaisedAt: all.RaisedAt, ClosedAt: all.ClosedAt,
	}, nil
}

// searchCases finds cases within the reach of the person behind the errand.
// Without one it finds, of the types that the grant names, those that have to
// do with this case. Customers find nothing: their cases are not for searching
// through a plugin.
func (h *Host) searchCases(ctx context.Context, p *plugin, e errand, args []byte) (any, error) {
	var a abi.CaseSearch
	if err := decodeArgs(args, &a); err != nil {
		return nil, err
	}
	if h.services.Cases == nil {
		return nil, notHere()
	}
	related := a.SameAddress || a.SameRequester || a.Within != 0
	switch {
	case e.public:
		return nil, core.Forbidden("Cases cannot be searched from a form.")
	case len(a.Types) > 50 || len(a.Kinds) > 10 || a.Limit < 0 || a.Limit > cases.MaxRelated:
		return nil, core.Invalid("Ask for at most %d cases, of at most 50 types.", cases.MaxRelated)
	case related && e.seen == nil:
		return nil, core.Invalid("There is no case yet that others could have to do with.")
	case !related && strings.TrimSpace(a.Text) == "":
		return abi.CasesFound{Cases: []abi.CaseFound{}}, nil
	}
	q := cases.Relation{
		SameAddress: a.SameAddress, SameRequester: a.SameRequester, Metres: float64(a.Within), Types: a.Types, Limit: a.Limit,
	}
	if q.Limit == 0 {
		q.Limit = 20
	}
	for _, k := range a.Kinds {
		q.Kinds = append(q.Kinds, core.StatusKind(k))
	}
	q.To = &core.Case{}
	if e.seen != nil {
		q.To = e.seen.Case
	}
	reach, err := h.reachOf(ctx, p, e, &q)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(a.Text) != "" {
		if q.Among, err = h.foundBy(ctx, e, a, q); err != nil {
			return nil, err
		}
	}
	found, more, err := h.services.Cases.Related(ctx, reach, q)
	if err != nil {
		return nil, err
	}
	return h.casesFound(ctx, p, e, found, more)
}

// reachOf is the reach of whoever is behind the errand, the types narrowed as
// the grant says.
func (h *Host) reachOf(ctx context.Context, p *plugin, e errand, q *cases.Relation) (cases.Reach, error) {
	patterns, _ := p.grant.has(abi.AskSearch)
	if len(patterns) > 0 || e.by.Kind == core.ActorSystem {
		all, err := h.services.Cases.Types().All(ctx)
		if err != nil {
			return cases.Reach{}, err
		}
		var allowed []string
		for _, t := range all {
			if matchesAny(patterns, t.Key) && (len(q.Types) == 0 || matchesAny(q.Types, t.Key)) {
				allowed = append(allowed, t.Key)
			}
		}
		if len(allowed) == 0 {
			return cases.Reach{}, core.Forbidden("Searching was not granted for these types.")
		}
		q.Types = allowed
	}
	switch e.by.Kind {
	case core.ActorStaff, core.ActorClient:
		return h.services.Cases.ReachOf(ctx, e.by, core.MayView)
	case core.ActorSystem:
		return h.services.Cases.ReachOfTypes(ctx, q.Types)
	}
	return cases.Reach{}, core.Forbidden("Only staff may search in cases.")
}

// foundBy finds cases by words.
func (h *Host) foundBy(ctx context.Context, e errand, a abi.CaseSearch, q cases.Relation) ([]core.CaseID, error) {
	if h.services.Search == nil || e.by.Kind == core.ActorSystem {
		return nil, core.Forbidden("Words are searched for on behalf of somebody, and nobody is here.")
	}
	found, err := h.services.Search.Find(ctx, e.by, search.Request{
		Typed: a.Text, Filter: search.Filter{Types: q.Types, Kinds: q.Kinds}, Order: search.ByNewest,
	})
	ids := make([]core.CaseID, 0, len(found.Results))
	for _, r := range found.Results {
		ids = append(ids, r.ID)
	}
	return ids, err
}

func (h *Host) casesFound(ctx context.Context, p *plugin, e errand, found []cases.Related, more bool) (any, error) {
	out := abi.CasesFound{Cases: []abi.CaseFound{}, More: more}
	ids := make([]core.CaseID, len(found))
	for i, f := range found {
		t, err := h.services.Cases.Types().Published(ctx, f.Case.Type)
		if err != nil {
			return nil, err
		}
		ids[i] = f.Case.ID
		shown := caseOf(&cases.Seen{Case: f.Case, Type: t, May: []core.Permission{core.MayView}}, p.grant)
		out.Cases = append(out.Cases, abi.CaseFound{Case: *shown, Metres: int(f.Metres)})
	}
	return out, h.trail(ctx, p, e, "found it", ids...)
}

// kept gives a value that the plugin keeps.
func (h *Host) kept(ctx context.Context, p *plugin, e errand, args []byte) (any, error) {
	var a abi.StoreGet
	if err := decodeArgs(args, &a); err != nil {
		return nil, err
	}
	scope, err := h.shelf(e, a.Shared)
	if err != nil {
		return nil, err
	}
	value, err := h.services.Store.Get(ctx, p.manifest().ID, scope, a.Key)
	return abi.StoreValue{Value: abi.Raw(value)}, err
}

func (h *Host) keptKeys(ctx context.Context, p *plugin, e errand, args []byte) (any, error) {
	var a abi.StoreList
	if err := decodeArgs(args, &a); err != nil {
		return nil, err
	}
	scope, err := h.shelf(e, a.Shared)
	if err != nil {
		return nil, err
	}
	keys, more, err := h.services.Store.List(ctx, p.manifest().ID, scope, a.Prefix, a.Limit)
	return abi.StoreKeys{Keys: append([]string{}, keys...), More: more}, err
}

// shelf is of which case something is kept; the zero case for what is shared.
func (h *Host) shelf(e errand, shared bool) (core.CaseID, error) {
	switch {
	case h.services.Store == nil:
		return core.CaseID{}, notHere()
	case shared:
		return core.CaseID{}, nil
	case e.seen == nil:
		return core.CaseID{}, core.Invalid("There is no case yet of which anything is kept.")
	}
	return e.seen.Case.ID, nil
}

// lookUp finds rows of a list.
func (h *Host) lookUp(ctx context.Context, p *plugin, _ errand, args []byte) (any, error) {
	var a abi.LookupFind
	if err := decodeArgs(args, &a); err != nil {
		return nil, err
	}
	if h.services.Lookups == nil {
		return nil, notHere()
	}
	if lists, _ := p.grant.has(abi.AskLookup); len(lists) > 0 && !matchesAny(lists, a.List) {
		return nil, core.Forbidden("The list %q was not granted.", clipped(a.List))
	}
	found, err := h.services.Lookups.Find(ctx, lookups.Query{List: a.List, Value: a.Value, Text: a.Text, Limit: a.Limit})
	out := abi.LookupFound{Rows: []abi.LookupRow{}, More: found.More}
	for _, r := range found.Rows {
		row := abi.LookupRow{Value: r.Value, Label: r.Label, Columns: map[string]string{}}
		for i, name := range found.Columns {
			row.Columns[name] = r.Cells[i]
		}
		out.Rows = append(out.Rows, row)
	}
	return out, err
}
