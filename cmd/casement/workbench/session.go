package workbench

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/viewtree"
)

// session is one entry being worked with: what a host would keep of it, in
// memory.
type session struct {
	id, kind string
	context  abi.Context
	config   abi.Raw

	state   abi.Raw
	version int // of states, that made it
	view    *view.Node
	typed   *dialogue.Typed
	files   map[string][]view.File
	tables  map[string]viewtree.Sorting
	confirm string
	said    []string // messages that belong to no field
	notice  string   // from the bench, about what it did by itself

	done    bool
	outcome string
	status  string
	wakeAt  string
	raise   *abi.Raise

	turns   []*turn // the last first
	pending *turn   // waits for answers
	given   map[string]abi.Raw
	store   map[string]abi.Raw
}

const mostTurns = 12

// last is the turn to show; nil before the first.
func (s *session) last() *turn {
	if s.pending != nil {
		return s.pending
	}
	if len(s.turns) == 0 {
		return nil
	}
	return s.turns[0]
}

// begin forgets everything but the sample, and what was answered by hand.
func (s *session) begin() {
	*s = session{id: s.id, kind: s.kind, context: s.context, config: s.config, given: s.given, turns: s.turns}
}

// resume goes on with a version that was just built. What the new version
// cannot read is begun again; one that fails leaves what was there, for the next.
func (b *Bench) resume(ctx context.Context, s *session) {
	s.notice, s.pending, s.confirm = "", nil, ""
	now := b.manifest.State.Version
	switch {
	case s.kind == abi.KindAction:
		return
	case len(s.state) == 0 && !s.done:
		b.send(ctx, s, abi.Event{Type: abi.EventStart})
		return
	case s.done && s.kind == abi.KindForm:
		return // its end is no state that could be looked at
	case s.version != now && !slices.Contains(b.manifest.State.MigratesFrom, s.version):
		s.begin()
		s.notice = "The new version counts another version of states and does not list the old one in migrates_from: it was begun again."
		b.send(ctx, s, abi.Event{Type: abi.EventStart})
		return
	case s.version != now:
		if !b.migrate(ctx, s) {
			return
		}
		s.notice = "The state was migrated by the new version."
	}
	b.send(ctx, s, abi.Event{Type: abi.EventView})
}

func (b *Bench) migrate(ctx context.Context, s *session) bool {
	t := &turn{Event: abi.OpMigrate}
	response := b.call(ctx, t, &abi.Request{
		V: abi.Version, Op: abi.OpMigrate, Entry: s.id, State: s.state, StateVersion: s.version, Config: s.config, Context: s.context,
	})
	s.keep(t)
	if response == nil {
		return false
	}
	s.state, s.version = response.State, b.manifest.State.Version
	return true
}

func (s *session) keep(t *turn) {
	s.turns = append([]*turn{t}, s.turns...)
	s.turns = s.turns[:min(len(s.turns), mostTurns)]
}

// accept takes a turn that stands, as the host does.
func (b *Bench) accept(s *session, t *turn, r *abi.Response) {
	ev := t.first
	for _, e := range r.Errors {
		t.Errors = append(t.Errors, strings.TrimPrefix(e.Field+": "+e.Message, ": "))
	}
	if s.kind == abi.KindAction {
		t.ends(r)
		s.apply(r.Effects)
		return
	}
	if ev.Type == abi.EventSubmit && len(r.Errors) == 0 && s.view != nil {
		answers := dialogue.WithFiles(ev.Fields, ev.Files)
		if refused := view.Check(s.view, answers); len(refused) > 0 {
			dialogue.Fill(s.view, ev.Fields)
			s.said = dialogue.Mark(s.view, refused)
			for _, e := range refused {
				t.Refused = append(t.Refused, strings.TrimPrefix(e.Field+": "+e.Message, ": "))
			}
			return
		}
	}
	t.ends(r)
	typed, before := s.typed, ""
	if s.view != nil {
		before = s.view.ID
	}
	s.said, s.typed = nil, nil
	if s.view = r.View; s.view != nil {
		var errs []view.FieldError
		for _, e := range r.Errors {
			errs = append(errs, view.FieldError{Field: e.Field, Message: e.Message})
		}
		s.said = dialogue.Mark(s.view, errs)
		if ev.Type == abi.EventView && typed != nil && typed.Step == s.view.ID {
			dialogue.Fill(s.view, typed.Answers) // typed, and not sent yet, when the files changed
			s.typed = typed
		}
	}
	if moved := s.view != nil && before != "" && before != s.view.ID; ev.Type == abi.EventView && len(s.state) > 0 && !moved {
		return // to look changes nothing, unless the new version has no such step any more
	}
	s.state, s.version = r.State, b.manifest.State.Version
	s.done, s.outcome, s.raise = r.Done, r.Outcome, r.Raise
	s.wakeAt = r.WakeAt
	s.status = r.Status
	s.apply(r.Effects)
}

// apply does what can be done here of what the plugin wants: values are kept,
// and fields of the case set, so that it finds both again.
func (s *session) apply(effects []abi.Effect) {
	for _, e := range effects {
		switch e.Type {
		case abi.EffectKeep:
			put, err := abi.Decode[abi.StorePut](e.Args)
			if err != nil {
				continue
			}
			if s.store == nil {
				s.store = map[string]abi.Raw{}
			}
			if s.store[storeKey(put.Key, put.Shared)] = put.Value; len(put.Value) == 0 {
				delete(s.store, storeKey(put.Key, put.Shared))
			}
		case "case.set_field":
			var args struct {
				Field string `json:"field"`
				Value any    `json:"value"`
			}
			if json.Unmarshal(e.Args, &args) == nil && s.context.Case != nil {
				if s.context.Case.Fields == nil {
					s.context.Case.Fields = map[string][]string{}
				}
				if s.context.Case.Fields[args.Field] = texts(args.Value); len(s.context.Case.Fields[args.Field]) == 0 {
					delete(s.context.Case.Fields, args.Field)
				}
			}
		}
	}
}

// texts are the values of a field as a plugin reads them.
func texts(value any) []string {
	switch v := value.(type) {
	case nil:
		return nil
	case bool:
		if v {
			return []string{view.Yes}
		}
		return []string{view.No}
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, one := range v {
			out = append(out, texts(one)...)
		}
		return out
	}
	b, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return []string{string(b)}
}

// storeKey parts what belongs to the plugin from what belongs to the case.
func storeKey(key string, shared bool) string {
	if shared {
		return "shared:" + key
	}
	return "case:" + key
}

// fromStore answers what is asked of values that were kept.
func (s *session) fromStore(a abi.Ask) (answer abi.Raw, known bool) {
	var found any
	switch a.Type {
	case abi.AskKept:
		get, err := abi.Decode[abi.StoreGet](a.Args)
		if err != nil {
			return nil, false
		}
		found = abi.StoreValue{Value: s.store[storeKey(get.Key, get.Shared)]}
	case abi.AskKeys:
		list, err := abi.Decode[abi.StoreList](a.Args)
		if err != nil {
			return nil, false
		}
		keys := abi.StoreKeys{Keys: []string{}}
		prefix := storeKey("", list.Shared)
		for key := range s.store {
			if rest, ok := strings.CutPrefix(key, prefix); ok && strings.HasPrefix(rest, list.Prefix) {
				keys.Keys = append(keys.Keys, rest)
			}
		}
		slices.Sort(keys.Keys)
		found = keys
	default:
		return nil, false
	}
	b, err := json.Marshal(found)
	return b, err == nil
}

// pretty is JSON as people read it.
func pretty(raw []byte) string {
	var out bytes.Buffer
	if len(raw) == 0 || json.Indent(&out, raw, "", "  ") != nil {
		return string(raw)
	}
	return out.String()
}
