package workbench

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/casement-dev/casement/core/pluginhost/workshop"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/sdk/abi"
)

// turn is one event, with the questions on the way to its answer.
type turn struct {
	Event   string
	Rounds  int // calls
	Fuel    int64
	MiB     int
	Took    time.Duration
	Effects []plugins.TriedEffect
	Asked   []asked // what was asked and answered
	Errors  []string
	Refused []string // what the host refuses, whatever the plugin says
	Ends    []string // what it ends with, in sentences
	Log     []string
	Fault   string // "kind: what went wrong"
	Wrote   string // to its standard error
	Place   *workshop.Mistake
	Request string // of the last call, as JSON
	Answer  string

	first   *abi.Event
	asks    []abi.Ask // that wait to be answered
	request *abi.Request
}

// asked is one question and its answer.
type asked struct {
	Type, Args, Answer string
	By                 string // who answered it
}

// send takes an event to the plugin, and keeps what came of it. The caller
// holds b.mu.
func (b *Bench) send(ctx context.Context, s *session, ev abi.Event) {
	s.pending = nil
	t := &turn{Event: ev.Type, first: &ev}
	if ev.Action != "" {
		t.Event += " " + ev.Action
	}
	t.request = &abi.Request{V: abi.Version, Op: abi.OpEvent, Entry: s.id, Event: &ev, State: s.state, Config: s.config, Context: s.context}
	b.carry(ctx, s, t)
}

// carry makes calls until the plugin has decided, or asks what only whoever
// sits here can answer.
func (b *Bench) carry(ctx context.Context, s *session, t *turn) {
	for {
		response := b.call(ctx, t, t.request)
		if response == nil || len(response.Asks) == 0 {
			s.pending = nil
			s.keep(t)
			if response != nil {
				b.accept(s, t, response)
			}
			return
		}
		if t.Rounds > abi.MaxAskRounds {
			t.Fault = "protocol: it asks more than three times for one event"
			s.pending = nil
			s.keep(t)
			return
		}
		answers := map[string]abi.Raw{}
		t.asks = nil
		for _, a := range response.Asks {
			answer, by, known := b.known(s, a)
			if !known {
				t.asks = append(t.asks, a)
				continue
			}
			answers[a.ID] = answer
			t.Asked = append(t.Asked, asked{a.Type, string(a.Args), string(answer), by})
		}
		t.request = answering(t, answers)
		if len(t.asks) > 0 {
			s.pending = t
			return
		}
	}
}

// answering is the request that brings answers, those of before among them.
func answering(t *turn, more map[string]abi.Raw) *abi.Request {
	next, ev := *t.request, *t.first
	all := map[string]abi.Raw{}
	maps.Copy(all, t.request.Event.Answers)
	maps.Copy(all, more)
	ev.Type, ev.Of, ev.Answers = abi.EventAnswer, t.first.Type, all
	next.Event = &ev
	return &next
}

// known answers what needs nobody: what was kept, what was not wanted in the
// manifest, and what was answered by hand before.
func (b *Bench) known(s *session, a abi.Ask) (answer abi.Raw, by string, known bool) {
	if !b.needs(a.Type) {
		return abi.Failure("not granted"), "the bench: needs of the manifest does not name it", true
	}
	if answer, ok := s.fromStore(a); ok {
		return answer, "the bench: what was kept before", true
	}
	answer, known = s.given[askKey(a)]
	return answer, "you", known
}

// needs says whether the manifest names an ask. Whether its patterns fit is for
// the installation to say.
func (b *Bench) needs(ask string) bool {
	for _, need := range b.manifest.Needs {
		name, _, _ := strings.Cut(need, ":")
		if name == ask || name == abi.AskKept && ask == abi.AskKeys {
			return true
		}
	}
	return false
}

func askKey(a abi.Ask) string { return a.Type + " " + string(a.Args) }

// call makes one call and believes nothing of the answer; nil is a fault, which
// is noted in the turn.
func (b *Bench) call(ctx context.Context, t *turn, r *abi.Request) *abi.Response {
	t.Rounds++
	raw := r.Append(nil)
	t.Request = pretty(raw)
	tried, err := b.host.Try(ctx, plugins.Trial{Hash: b.hash, Request: raw})
	if err != nil {
		t.Fault = err.Error()
		return nil
	}
	t.Fuel, t.MiB, t.Took = t.Fuel+tried.Fuel, max(t.MiB, tried.MiB), t.Took+tried.Took
	t.Answer, t.Wrote, t.Effects = pretty(tried.Answer), strings.TrimSpace(tried.Wrote), tried.Effects
	t.Log = append(t.Log, tried.Log...)
	if t.Fault = tried.Fault; t.Fault != "" {
		t.Place = workshop.Traced(b.Folder, t.Fault+"\n"+t.Wrote)
		b.Log.Error("the plugin failed", "plugin", b.manifest.ID, "version", b.manifest.Version, "event", t.Event, "fault", t.Fault)
		return nil
	}
	response, err := abi.DecodeResponse(tried.Answer)
	if err != nil {
		t.Fault = "protocol: " + err.Error()
		return nil
	}
	return response
}

// ends says in sentences what the answer ends with.
func (t *turn) ends(r *abi.Response) {
	say := func(condition bool, text string) {
		if condition {
			t.Ends = append(t.Ends, text)
		}
	}
	say(r.Raise != nil, "It is finished, and raises a case.")
	say(r.Done && r.Raise == nil, "It is finished.")
	say(r.Outcome != "", "What came of it: "+r.Outcome)
	say(r.Status != "", "In lists it says: "+r.Status)
	say(r.WakeAt != "", "It is called again at "+r.WakeAt+".")
}
