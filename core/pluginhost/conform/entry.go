package conform

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/abi"
)

// tryEntry goes through everything that can happen to one entry.
func (k *kit) tryEntry(e abi.Entry) {
	k.entry = e.Kind + " " + e.ID
	first := k.request(e, begin(e.Kind), nil)
	started, err := k.settle(first)
	if err != nil {
		k.fault("start", err, "It cannot begin")
		return
	}
	if says := wrong(e.Kind, started.Response); says != "" {
		k.fail("start", "%s: %s.", says, clip(started.Answer))
		return
	}
	k.pass("start", "It begins: %s.", shows(started.Response))
	state := started.Response.State

	k.repeats(first, started)
	k.reads(first, started)
	k.bare(e)
	k.looksAgain(e, started)
	k.odd(e, state)
	if e.Kind != abi.KindAction {
		k.fillIn(e, started)
	}
	k.answers(e, state)
	k.migrates(e)
	k.large(e, state)
}

// begin is the event with which an entry of a kind begins.
func begin(kind string) abi.Event {
	if kind == abi.KindAction {
		return abi.Event{Type: abi.EventRun, Occurred: &abi.Occurrence{Kind: "case.closed", At: now, By: "staff"}}
	}
	return abi.Event{Type: abi.EventStart}
}

func (k *kit) request(e abi.Entry, ev abi.Event, state abi.Raw) *abi.Request {
	return &abi.Request{Op: abi.OpEvent, Entry: e.ID, Event: &ev, State: state, Context: contextOf(e.Kind, false)}
}

// settle sends a request and refuses every ask, until the module has answered.
func (k *kit) settle(r *abi.Request) (wasm.Result, error) {
	a, err := k.send(r)
	for range abi.MaxAskRounds {
		if err != nil || len(a.Response.Asks) == 0 {
			break
		}
		a, err = k.send(refused(r, a.Response.Asks))
	}
	return a, err
}

// refused is the request that says of each ask that it was not granted.
func refused(r *abi.Request, asks []abi.Ask) *abi.Request {
	next, ev := *r, *r.Event
	if ev.Type != abi.EventAnswer {
		ev.Of = ev.Type
	}
	ev.Type, ev.Answers = abi.EventAnswer, map[string]abi.Raw{}
	for _, a := range asks {
		ev.Answers[a.ID] = abi.Raw(`{"error":"not granted"}`)
	}
	next.Event = &ev
	return &next
}

// wrong says what is not as an entry of its kind must answer, or "".
func wrong(kind string, r *abi.Response) string {
	switch {
	case len(r.Asks) > 0:
		return "It goes on asking after everything was refused"
	case kind == abi.KindAction && r.View != nil:
		return "An action shows a view, which nobody sees"
	case kind != abi.KindAction && r.View == nil && !r.Done:
		return "It shows nothing and is not done"
	case kind == abi.KindForm && r.Raise != nil && !r.Done:
		return "It raises a case and is not done"
	case kind != abi.KindForm && r.Raise != nil:
		return "It raises a case, which only a form may"
	}
	return ""
}

func shows(r *abi.Response) string {
	switch {
	case r.View != nil:
		return "it shows a " + string(r.View.Type) + " “" + r.View.Label + "” of " + count(len(r.View.Fields()), "field")
	case r.Done:
		return "it is done"
	}
	return "it answers with " + count(len(r.Effects), "effect")
}

// repeats wants the same answer to the same request: from an instance that
// served others, again from it, and from one that was just made.
func (k *kit) repeats(r *abi.Request, want wasm.Result) {
	const name = "the same request, the same answer"
	if len(want.Response.Asks) > 0 {
		return
	}
	first, err := k.send(r)
	if err != nil {
		k.fault(name, err, "Asked again, it failed")
		return
	}
	for range 3 {
		if again, err := k.send(r); err != nil || !same(again, first) {
			k.fail(name, "Two answers differ: %s and %s. Sort the members of maps, and take the time and chance from ctx.", clip(first.Answer), clip(again.Answer))
			return
		}
	}
	if other, err := k.fresh.CallWith(k.ctx, r); err != nil || !same(other, first) {
		k.fail(name, "An instance that was just made answers differently (%v): %s, not %s. Nothing may be kept from call to call.", err, clip(other.Answer), clip(first.Answer))
		return
	}
	k.pass(name, "It is so, on an instance that is reset and on one that is new.")
}

// reads wants the meaning of a request to be in its members, not in how they
// are written.
func (k *kit) reads(r *abi.Request, _ wasm.Result) {
	sent, err := k.send(r)
	if err != nil {
		k.fault("members it does not know", err, "Asked again, it failed")
		return
	}
	for _, c := range []struct{ name, good, bad string }{
		{"members it does not know", "It passes over them, wherever they stand.", "Members that it does not know change its answer"},
		{"members in another order, with spaces", "It does not care.", "The order of members, or space between them, changes its answer"},
	} {
		b := extended(sent.Request)
		if c.name != "members it does not know" {
			b = reordered(sent.Request)
		}
		if got, err := k.sendBytes(b); err != nil || !same(got, sent) {
			k.fail(c.name, "%s (%v): %s, not %s.", c.bad, err, clip(got.Answer), clip(sent.Answer))
		} else {
			k.pass(c.name, "%s", c.good)
		}
	}
}

// extended adds unknown members to every object of a request but to those
// whose members are data.
func extended(b []byte) []byte {
	var m map[string]any
	if json.Unmarshal(b, &m) != nil {
		return b
	}
	add := func(m map[string]any) {
		m["from_the_future"] = []any{map[string]any{"deep": []any{1.5, nil, true, "\\\"é\n"}}}
		m["a_number"] = -1e-7
	}
	add(m)
	for _, name := range []string{"event", "ctx"} {
		if in, ok := m[name].(map[string]any); ok {
			add(in)
			for _, name := range []string{"user", "case", "task", "occurred"} {
				if deeper, ok := in[name].(map[string]any); ok {
					add(deeper)
				}
			}
		}
	}
	out, _ := json.Marshal(m)
	return out
}

// reordered writes a request anew: members in reverse order, spaces between.
func reordered(b []byte) []byte {
	var v any
	if json.Unmarshal(b, &v) != nil {
		return b
	}
	var write func(v any, out *strings.Builder)
	write = func(v any, out *strings.Builder) {
		switch v := v.(type) {
		case map[string]any:
			names := make([]string, 0, len(v))
			for name := range v {
				names = append(names, name)
			}
			slices.Sort(names)
			slices.Reverse(names)
			out.WriteString("{\n")
			for k, name := range names {
				if k > 0 {
					out.WriteString(" ,\t")
				}
				key, _ := json.Marshal(name)
				out.Write(key)
				out.WriteString(" : ")
				write(v[name], out)
			}
			out.WriteString(" }\r\n")
		case []any:
			out.WriteString("[ ")
			for k, e := range v {
				if k > 0 {
					out.WriteString(" , ")
				}
				write(e, out)
			}
			out.WriteString(" ]")
		default:
			b, _ := json.Marshal(v)
			out.Write(b)
		}
	}
	var out strings.Builder
	write(v, &out)
	return []byte(out.String())
}

// bare begins without anything granted.
func (k *kit) bare(e abi.Entry) {
	const name = "nothing granted"
	r := k.request(e, begin(e.Kind), nil)
	r.Context = contextOf(e.Kind, true)
	if _, err := k.settle(r); crashed(err) {
		k.fault(name, err, "Told neither who is there nor of which case, it crashes")
		return
	}
	k.pass(name, "It copes with knowing neither the person nor the case.")
}

// looksAgain wants the state to say where things stand: also when a database
// has written it in its own way.
func (k *kit) looksAgain(e abi.Entry, started wasm.Result) {
	const name = "to look again"
	if e.Kind == abi.KindAction || started.Response.Done {
		return
	}
	ev := abi.Event{Type: abi.EventView}
	first, err := k.settle(k.request(e, ev, started.Response.State))
	if err != nil {
		k.fault(name, err, "Given its own state, it failed")
		return
	}
	if first.Response.View == nil || first.Response.View.ID != started.Response.View.ID || first.Response.View.Type != started.Response.View.Type {
		k.fail(name, "The view of its own state is another: %s.", clip(first.Answer))
		return
	}
	if len(started.Response.State) > 0 {
		again, err := k.settle(k.request(e, ev, abi.Raw(reordered(started.Response.State))))
		if err != nil || again.Response.View == nil || string(again.Response.View.Append(nil)) != string(first.Response.View.Append(nil)) {
			k.fail(name, "A state with its members in another order is another state to it (%v): %s.", err, clip(again.Answer))
			return
		}
	}
	k.pass(name, "Its state says where it stands.")
}

// odd sends events out of turn.
func (k *kit) odd(e abi.Entry, state abi.Raw) {
	events := []abi.Event{
		{Type: "from-the-future"}, {Type: abi.EventBack}, {Type: abi.EventGoto, Action: "nowhere"}, {Type: abi.EventGoto},
		{Type: abi.EventPress, Action: "nothing"}, {Type: abi.EventAnswer, Of: abi.EventView, Answers: map[string]abi.Raw{"1": abi.Raw(`{"error":"not asked"}`)}},
		{Type: abi.EventTimer}, {Type: abi.EventReturn, Text: "Please say more"}, {Type: abi.EventSubmit},
		{Type: abi.EventSubmit, Fields: map[string][]string{"": {""}, "no-such-field": {"a", "b"}, strings.Repeat("x", 300): {}}},
		{Type: abi.EventRun}, begin(e.Kind),
	}
	states := []abi.Raw{state, nil, abi.Raw(`{}`), abi.Raw(`[]`), abi.Raw(`"x"`), abi.Raw(`{"step":"nowhere","from":"the future"}`)}
	n := 0
	for _, ev := range events {
		for _, s := range states {
			n++
			if a, err := k.send(k.request(e, ev, s)); crashed(err) {
				k.fail("events out of turn", "%s. It was sent %s, with the state %s, and answered %q.", err, ev.Type, clip(s), clip(a.Answer))
				return
			}
		}
	}
	k.pass("events out of turn", "It crashes at none of %d events and states that make no sense.", n)
}

// answers tells it of questions that failed, and of ones it never had.
func (k *kit) answers(e abi.Entry, state abi.Raw) {
	const name = "questions refused"
	r := k.request(e, begin(e.Kind), nil)
	if len(state) > 0 && e.Kind != abi.KindAction {
		r = k.request(e, abi.Event{Type: abi.EventView}, state)
	}
	a, err := k.send(r)
	if err != nil || len(a.Response.Asks) == 0 {
		return // it has none
	}
	asked := len(a.Response.Asks)
	if a, err = k.settle(r); err != nil {
		k.fault(name, err, "Told that what it asked for was refused, it failed")
	} else if says := wrong(e.Kind, a.Response); says != "" {
		k.fail(name, "%s: %s.", says, clip(a.Answer))
	} else {
		k.pass(name, "It asked %s, was refused, and went on.", count(asked, "question"))
	}
}

// migrates tries the versions of state it promises to take.
func (k *kit) migrates(e abi.Entry) {
	for _, from := range k.module.Package().Manifest.State.MigratesFrom {
		a, err := k.send(&abi.Request{
			Op: abi.OpMigrate, Entry: e.ID, State: abi.Raw(`{}`), StateVersion: from, Context: contextOf(e.Kind, false),
		})
		switch {
		case crashed(err):
			k.fault("migration", err, "Given a state of version %d, it crashed", from)
		case err == nil && len(a.Response.State) == 0:
			k.fail("migration", "It promises to migrate from version %d, and gives no state: %s.", from, clip(a.Answer))
		default:
			k.pass("migration", "It takes a state of version %d.", from)
		}
	}
}

// large sends as much as a host may.
func (k *kit) large(e abi.Entry, state abi.Raw) {
	const name = "a large request"
	fields := map[string][]string{}
	for n := range 90 {
		fields["field"+strings.Repeat("x", n%7)+string(rune('a'+n%26))] = []string{strings.Repeat("ä word \"and\" another\n", 450)}
	}
	a, err := k.send(k.request(e, abi.Event{Type: abi.EventSubmit, Fields: fields}, state))
	if crashed(err) {
		k.fail(name, "%s. It was sent %d bytes.", err, len(a.Request))
		return
	}
	k.pass(name, "It takes %d KiB.", len(a.Request)>>10)
}
