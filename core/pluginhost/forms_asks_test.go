package pluginhost_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/hosttest"
)

// askedByForm lets a form ask, and gives what it was answered.
func askedByForm(t *testing.T, w *hosttest.World, asks string) map[string]json.RawMessage {
	t.Helper()
	n := strings.Count(asks, `"id"`)
	reply, err := w.Host.FormProvider().Serve(t.Context(), call(hosttest.Plugin, "form", forms.Press, "say", fmt.Sprintf(
		`{"press":{"v":1,"asks":[%s]},"answer%d":{"v":1,"state":{},"view":{"t":"form","id":"one","label":"$ANSWERS"}}}`, asks, n)))
	if err != nil {
		t.Fatalf("%v\n%s", err, w.Log())
	}
	out := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(reply.View.Label), &out); err != nil || len(out) != n {
		t.Fatalf("answered %q, %v", reply.View.Label, err)
	}
	return out
}

func TestAFormAsksTheHostAsASectionDoes(t *testing.T) {
	w := hosttest.New(t, hosttest.Options{})
	got := askedByForm(t, w, `{"id":"kept","t":"store.get","args":{"key":"n","shared":true}},{"id":"ofcase","t":"store.get","args":{"key":"n"}},`+
		`{"id":"rows","t":"lookup.find","args":{"list":"elsewhere"}},{"id":"web","t":"http.request","args":{"url":"http://a.example.org/"}},`+
		`{"id":"search","t":"case.search","args":{"text":"bins"}},{"id":"odd","t":"case.close"}`)
	if string(got["kept"]) != "{}" {
		t.Errorf("what is kept for all: %s", got["kept"])
	}
	for id, want := range map[string]string{
		"ofcase": "There is no case yet of which anything is kept.", "rows": `The list "elsewhere" was not granted.`,
		"web": "This cannot be asked here.", "search": "Cases cannot be searched from a form.", "odd": `There is nothing that is asked as "case.close".`,
	} {
		if said := refusal(t, got[id]); said != want {
			t.Errorf("%s: %q", id, said)
		}
	}
}

func TestAFormLearnsOfACaseWhatItsPublicPageSaysAtMost(t *testing.T) {
	w := hosttest.New(t, hosttest.Options{})
	cs := w.Case(t, w.Raise(t))
	ask := fmt.Sprintf(`{"id":"a","t":"case.read","args":{"ref":%q}}`, cs.Ref)
	if said := refusal(t, askedByForm(t, w, ask)["a"]); said != "There is no such case, or you may not see it." {
		t.Errorf("a type without public pages: %q", said)
	}
	w.Change(t, func(ct *core.CaseType) { ct.Reports.Public = true })
	if got, want := string(askedByForm(t, w, ask)["a"]), fmt.Sprintf(`{"id":"","ref":%q,"status":%q,"status_kind":%q}`, cs.Ref, cs.Status, cs.StatusKind); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, err := w.Pool.Exec(t.Context(), `UPDATE cases SET confidentiality = 'restricted' WHERE id = $1`, cs.ID); err != nil {
		t.Fatal(err)
	}
	if said := refusal(t, askedByForm(t, w, ask)["a"]); said == "" {
		t.Error("a restricted case is shown")
	}
}

func TestAFormThatWasGrantedNothingIsAnsweredSo(t *testing.T) {
	w := hosttest.New(t, hosttest.Options{Grant: pluginhost.Grant{"case.read:other"}})
	cs := w.Case(t, w.Raise(t))
	w.Change(t, func(ct *core.CaseType) { ct.Reports.Public = true })
	got := askedByForm(t, w, fmt.Sprintf(`{"id":"a","t":"case.read","args":{"ref":%q}},{"id":"b","t":"store.get","args":{"key":"n","shared":true}}`, cs.Ref))
	if a, b := refusal(t, got["a"]), refusal(t, got["b"]); a != "There is no such case, or you may not see it." || b != "store.get was not granted." {
		t.Errorf("%q, %q", a, b)
	}
}

func TestAFormAsksForNothingToHappenBeforeThereIsACase(t *testing.T) {
	w := hosttest.New(t, hosttest.Options{})
	_, err := w.Host.FormProvider().Serve(t.Context(), call(hosttest.Plugin, "form", forms.Press, "say",
		`{"press":{"v":1,"state":{},"view":{"t":"form","id":"one","label":"x"},"effects":[{"t":"note.add","args":{"body":"x"}}]}}`))
	if core.KindOf(err) != core.ErrUnavailable || !strings.Contains(w.Log(), "before there is a case") {
		t.Errorf("%v\n%s", err, w.Log())
	}
}
