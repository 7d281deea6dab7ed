package wasm_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/abi"
)

func TestAGuestAnswersAsItDidBeforeItWasRewritten(t *testing.T) {
	module := complaint(t)
	requests := [][]byte{[]byte(`{`), []byte(`{"v":1,"op":"describe"}`), []byte(`{"v":1,"op":"event","entry":"nobody"}`)}
	m := open(t, newEngine(t, nil), module)
	state := abi.Raw(nil)
	for _, step := range steps {
		r, err := m.CallWith(context.Background(), complaintEvent(state, abi.Event{Type: abi.EventSubmit, Fields: step.types}))
		if err != nil {
			t.Fatal(err)
		}
		requests, state = append(requests, r.Request), r.Response.State
	}
	plain, err := wasm.RunUnmetered(context.Background(), module, requests)
	if err != nil {
		t.Fatal(err)
	}
	for k, in := range requests {
		r, _ := m.CallBytes(context.Background(), in)
		if !bytes.Equal(r.Answer, plain[k]) {
			t.Errorf("%s\ngives %s\nrewritten %s", in, plain[k], r.Answer)
		}
	}
}

func TestTheRewrittenGuestsAreValidByAnotherValidator(t *testing.T) {
	validate, err := exec.LookPath("wasm-validate")
	if err != nil {
		if os.Getenv("CI") == "true" && !testing.Short() {
			t.Fatal("wasm-validate is not installed (apt-get install wabt)")
		}
		t.Skip("*** wasm-validate is not installed (apt-get install wabt): this is not tested ***")
	}
	modules := map[string][]byte{"the complaint": complaint(t), "the faulty guest": faulty(t)}
	for name, a := range attacks() {
		if a.inspect == "" && name != "an import of wrong type" {
			modules[name] = a.module
		}
	}
	for name, module := range modules {
		p, err := wasm.Inspect(module)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		file := filepath.Join(t.TempDir(), "out.wasm")
		if err := os.WriteFile(file, wasm.Metered(p), 0o600); err != nil {
			t.Fatal(err)
		}
		if b, err := exec.Command(validate, file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, b)
		}
	}
}
