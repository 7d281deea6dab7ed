package pluginhost

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/sdk/abi"
)

// maxDiff bounds how many differences of one call are told.
const maxDiff = 50

// Replay implements [plugins.Runner]. A state of a version of states that the
// other version migrates is migrated first, as it would be.
func (h *Host) Replay(ctx context.Context, hash string, calls []plugins.Call) ([]plugins.Replayed, error) {
	p, err := h.stored(ctx, hash)
	if err != nil {
		return nil, err
	}
	out := make([]plugins.Replayed, 0, len(calls))
	for _, call := range calls {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		one, err := h.replay(ctx, p, call)
		if err != nil {
			return out, err
		}
		out = append(out, one)
	}
	return out, nil
}

func (h *Host) replay(ctx context.Context, p *plugin, call plugins.Call) (plugins.Replayed, error) {
	out := plugins.Replayed{Call: call}
	request, why, err := h.again(ctx, p, call)
	if err != nil || why != "" {
		out.Fault = why
		return out, err
	}
	result, err := h.run(ctx, p, func(m *wasm.Module) (wasm.Result, error) { return m.CallBytes(ctx, request) })
	if fault := wasm.AsFault(err); fault != nil {
		out.Fault = string(fault.Kind) + ": " + fault.Message
	} else if err != nil {
		return out, err
	}
	before, after := decoded(call.Answer), decoded(answerOf(result))
	switch {
	case out.Fault != "" && call.Fault != "":
		out.Same = out.Fault == call.Fault
	case out.Fault == "" && call.Fault == "":
		out.Same = reflect.DeepEqual(before, after)
	}
	if !out.Same && call.Answer != nil && after != nil {
		out.Diff = diff(before, after)
	}
	return out, nil
}

// again is the request to send: to the version that had it, as it was
// recorded; to another with the configuration that it would have, and a state
// that it can read.
func (h *Host) again(ctx context.Context, p *plugin, call plugins.Call) (request []byte, why string, err error) {
	r, err := abi.DecodeRequest(call.Request)
	if err != nil || call.Hash == p.hash {
		return call.Request, "", nil // also what cannot be read: so it was sent
	}
	if r.V = abi.Version; p.m.ID != core.DesignPlugin { // whose configuration is the form that was asked
		r.Config = p.config
	}
	was, err := h.stored(ctx, call.Hash)
	if err != nil || was.m.State.Version == p.m.State.Version || len(r.State) == 0 || r.Op != abi.OpEvent {
		return r.Append(nil), "", nil // of a version that is gone nothing better is known
	}
	from := was.m.State.Version
	if !slices.Contains(p.m.State.MigratesFrom, from) {
		return nil, fmt.Sprintf("it would stay with version %s: this one does not migrate its states", was.m.Version), nil
	}
	migrated, err := h.try(ctx, p, &abi.Request{Op: abi.OpMigrate, Entry: r.Entry, State: r.State, StateVersion: from, Config: p.config, Context: r.Context})
	if err != nil || migrated.Fault != "" {
		return nil, "its state could not be migrated: " + migrated.Fault, err
	}
	r.State = abi.Raw(migrated.State)
	return r.Append(nil), "", nil
}

// decoded reads an answer to be compared. What it says for its log is no part
// of what it does.
func decoded(raw json.RawMessage) any {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return nil
	}
	if object, ok := v.(map[string]any); ok {
		delete(object, "log")
	}
	return v
}

// diff says in lines what two answers do not have in common. What people typed
// is not shown: who installs plugins need not see it.
func diff(before, after any) []string {
	var lines []string
	compare("", before, after, false, &lines)
	if len(lines) > maxDiff {
		lines = append(lines[:maxDiff], fmt.Sprintf("… and %d more", len(lines)-maxDiff))
	}
	return lines
}

// private are the members of an answer that hold what people typed.
var private = []string{"state", "value", "raise", "args", "outcome", "text", "rows"}

func compare(path string, a, b any, masked bool, out *[]string) {
	if reflect.DeepEqual(a, b) {
		return
	}
	switch x := a.(type) {
	case map[string]any:
		if y, ok := b.(map[string]any); ok {
			for _, key := range members(x, y) {
				compare(joined(path, key), x[key], y[key], masked || slices.Contains(private, key), out)
			}
			return
		}
	case []any:
		if y, ok := b.([]any); ok {
			for i := range max(len(x), len(y)) {
				compare(fmt.Sprintf("%s[%d]", path, i), at(x, i), at(y, i), masked, out)
			}
			return
		}
	}
	switch {
	case a == nil:
		*out = append(*out, path+": new "+shown(b, masked))
	case b == nil:
		*out = append(*out, path+": no longer "+shown(a, masked))
	default:
		*out = append(*out, path+": "+shown(a, masked)+" → "+shown(b, masked))
	}
}

func members(a, b map[string]any) []string {
	var out []string
	for key := range a {
		out = append(out, key)
	}
	for key := range b {
		if _, both := a[key]; !both {
			out = append(out, key)
		}
	}
	sort.Strings(out)
	return out
}

func joined(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func at(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}

func shown(v any, masked bool) string {
	if text, ok := v.(string); ok && masked {
		return fmt.Sprintf("(%d letters)", utf8.RuneCountInString(text))
	}
	if _, ok := v.(bool); masked && !ok {
		return "(not shown)"
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	const most = 120
	if letters := []rune(string(raw)); len(letters) > most {
		return strings.TrimSpace(string(letters[:most])) + "…"
	}
	return string(raw)
}
