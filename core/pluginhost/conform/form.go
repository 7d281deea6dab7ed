package conform

import (
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

// awkward is text that a plugin must carry unharmed: marks of several bytes,
// what JSON escapes, what a page must not take for markup.
const awkward = "Zoë said: \"漢字 🦉\" \\ <b>&amp;</b>\tend"

// maxSteps is how many pages are filled in.
const maxSteps = 40

// fillIn goes through the views as a person does, with answers that are made up.
func (k *kit) fillIn(e abi.Entry, at wasm.Result) {
	changed, kept, steps := false, "", 0
	for steps = range maxSteps {
		v := at.Response.View
		if v == nil || at.Response.Done || len(v.Fields()) == 0 && v.Type != view.Form {
			break
		}
		if !changed && k.change(e, at) {
			changed = true
		}
		next, err := k.settle(k.request(e, abi.Event{Type: abi.EventSubmit, Fields: wasm.Invent(v)}, at.Response.State))
		if err != nil {
			k.fault("filling it in", err, "Submitting “%s”, it failed", v.Label)
			return
		}
		if says := wrong(e.Kind, next.Response); says != "" {
			k.fail("filling it in", "%s: %s.", says, clip(next.Answer))
			return
		}
		if says := misplaced(next.Response); says != "" {
			k.fail("filling it in", "%s: %s.", says, clip(next.Answer))
			return
		}
		if len(next.Response.Errors) > 0 {
			// The made-up answers may be refused for good reasons; what matters is
			// that it says so beside a field that is there.
			kept = "It refuses made-up answers on “" + v.Label + "”: " + next.Response.Errors[0].Message
			break
		}
		if !next.Response.Done && next.Response.View.ID == v.ID && slices.Equal(next.Response.State, at.Response.State) {
			break // nothing changes any more
		}
		at = next
	}
	if kept == "" {
		kept = "It ends after " + count(steps, "page") + ": " + shows(at.Response)
	}
	k.pass("filling it in", "%s.", strings.TrimSuffix(kept, "."))
}

// misplaced finds an error beside a field that is not shown.
func misplaced(r *abi.Response) string {
	if r.View == nil {
		return ""
	}
	fields := r.View.Fields()
	for _, e := range r.Errors {
		if e.Field != "" && !slices.ContainsFunc(fields, func(f *view.Node) bool { return f.ID == e.Field }) {
			return "It says what is wrong with “" + e.Field + "”, which it does not show"
		}
	}
	return ""
}

// change types awkward text into a field, and wants to find it there.
func (k *kit) change(e abi.Entry, at wasm.Result) (tried bool) {
	const name = "text survives"
	for _, f := range at.Response.View.Fields() {
		if f.Kind != view.KindText && f.Kind != view.KindTextArea || f.MaxLength > 0 && f.MaxLength < len(awkward) {
			continue
		}
		typed, err := k.settle(k.request(e, abi.Event{Type: abi.EventChange, Fields: map[string][]string{f.ID: {awkward}}}, at.Response.State))
		if err != nil {
			k.fault(name, err, "It failed when something was typed into “%s”", f.Label)
			return true
		}
		for _, seen := range []wasm.Result{typed, k.lookAt(e, typed)} {
			if seen.Response == nil || seen.Response.View == nil || !holds(seen.Response.View, f.ID, awkward) {
				k.fail(name, "What was typed into “%s” is not there any more, or not as it was: %s.", f.Label, clip(seen.Answer))
				return true
			}
		}
		k.pass(name, "What was typed into “%s” stays as it was, and no error is shown for it yet.", f.Label)
		return true
	}
	return false
}

func (k *kit) lookAt(e abi.Entry, r wasm.Result) wasm.Result {
	if r.Response == nil {
		return r
	}
	seen, _ := k.settle(k.request(e, abi.Event{Type: abi.EventView}, r.Response.State))
	return seen
}

func holds(tree *view.Node, id, text string) bool {
	for _, f := range tree.Fields() {
		if f.ID == id {
			return slices.Equal(f.Value, []string{text})
		}
	}
	return false
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return strconv.Itoa(n) + " " + of + "s"
}
