package sdktest

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/casement-dev/casement/sdk/abi"
)

// Answer says what the host answers to an ask: one of abi's Ask…, its arguments,
// and what answers it. An error is an answer that could not be had.
//
//	sdktest.Answer(r, abi.AskSearch, func(q abi.CaseSearch) (abi.CasesFound, error) {
//		return abi.CasesFound{Cases: []abi.CaseFound{{Case: abi.Case{Ref: "REP-1"}}}}, nil
//	})
func Answer[Q, A any](r *Run, ask string, f func(Q) (A, error)) {
	r.answers[ask] = func(args abi.Raw) abi.Raw {
		r.t.Helper()
		var q Q
		d := json.NewDecoder(bytes.NewReader(args))
		d.DisallowUnknownFields()
		if err := d.Decode(&q); err != nil {
			r.t.Fatalf("the host would refuse what %s is asked: %v\n%s", ask, err, args)
		}
		a, err := f(q)
		if err != nil {
			return abi.Failure(err.Error())
		}
		b, err := json.Marshal(a)
		if err != nil {
			r.t.Fatal(err)
		}
		return b
	}
}

// answer turns what was sent into the event that brings the answers. Those of
// earlier rounds come again.
func (r *Run) answer(ev, sent *abi.Event, asks []abi.Ask) {
	r.t.Helper()
	if len(asks) > abi.MaxAsks {
		r.t.Fatalf("it asks for %d things at once; the host answers %d: %v", len(asks), abi.MaxAsks, names(asks))
	}
	if sent.Type != abi.EventAnswer {
		sent.Type, sent.Of, sent.Answers = abi.EventAnswer, ev.Type, map[string]abi.Raw{}
	}
	for _, a := range asks {
		answer, known := r.answers[a.Type]
		if _, again := sent.Answers[a.ID]; again || !known {
			r.t.Fatalf("it asks %s (%s), which is answered already or by nobody: see sdktest.Answer", a.Type, a.Args)
		}
		r.needs("ask", a.Type, a.Args)
		sent.Answers[a.ID] = answer(a.Args)
		r.Asked = append(r.Asked, a)
	}
}

func names(asks []abi.Ask) (types []string) {
	for _, a := range asks {
		types = append(types, a.Type)
	}
	return types
}

// answerFromStore lets the plugin find what it kept.
func (r *Run) answerFromStore() {
	Answer(r, abi.AskKept, func(q abi.StoreGet) (abi.StoreValue, error) {
		return abi.StoreValue{Value: r.Store[storeKey(q.Key, q.Shared)]}, nil
	})
	Answer(r, abi.AskKeys, func(q abi.StoreList) (abi.StoreKeys, error) {
		found := abi.StoreKeys{Keys: []string{}}
		prefix := storeKey(q.Prefix, q.Shared)
		for _, key := range slices.Sorted(maps.Keys(r.Store)) {
			if q.Shared == strings.HasPrefix(key, sharedKey) && strings.HasPrefix(key, prefix) {
				found.Keys = append(found.Keys, strings.TrimPrefix(key, sharedKey))
			}
		}
		limit := 100
		if q.Limit > 0 {
			limit = min(limit, q.Limit)
		}
		if len(found.Keys) > limit {
			found.Keys, found.More = found.Keys[:limit], true
		}
		return found, nil
	})
}

// sharedKey begins the keys of a plugin that belong to no case.
const sharedKey = "shared:"

func storeKey(key string, shared bool) string {
	if shared {
		return sharedKey + key
	}
	return key
}

// apply does what the harness can do of effects: keep values, and set fields of
// the case, so that the plugin finds both again.
func (r *Run) apply(effects []abi.Effect) {
	r.t.Helper()
	for _, e := range effects {
		switch e.Type {
		case abi.EffectKeep:
			put, err := abi.Decode[abi.StorePut](e.Args)
			if err != nil || put.Key == "" || len(put.Key) > 100 {
				r.t.Fatalf("the host would refuse to keep %s", e.Args)
			}
			key := storeKey(put.Key, put.Shared)
			if r.Store[key] = put.Value; len(put.Value) == 0 {
				delete(r.Store, key)
			}
		case "case.set_field":
			var args struct {
				Field string
				Value any
			}
			if err := json.Unmarshal(e.Args, &args); err != nil {
				r.t.Fatal(err)
			}
			r.setField(args.Field, args.Value)
		}
	}
}

func (r *Run) setField(key string, value any) {
	if r.Context.Case == nil {
		return
	}
	if r.Context.Case.Fields == nil {
		r.Context.Case.Fields = map[string][]string{}
	}
	var texts []string
	switch v := value.(type) {
	case nil:
	case bool:
		texts = []string{map[bool]string{true: "yes", false: "no"}[v]}
	case []any:
		for _, one := range v {
			s, _ := one.(string)
			texts = append(texts, s)
		}
	case string:
		texts = []string{v}
	default:
		b, _ := json.Marshal(v)
		texts = []string{string(b)}
	}
	if r.Context.Case.Fields[key] = texts; texts == nil {
		delete(r.Context.Case.Fields, key)
	}
}
