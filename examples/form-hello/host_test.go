package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core/pluginhost/pack"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/abi"
)

// This file is for Casement itself; a copy of the example needs none of it.

func TestTheExamplePackedRaisesItsCaseInTheSandbox(t *testing.T) {
	file := filepath.Join(t.TempDir(), "call-back.wasm")
	if err := pack.Build(t.Context(), ".", file); err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	found, err := wasm.Inspect(module)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := wasm.New(wasm.Options{CacheDir: t.TempDir(), Compile: wasm.CompileHere})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(engine.Close)
	plugin := engine.Open(found)
	t.Cleanup(plugin.Close)
	if err := plugin.Load(t.Context()); err != nil { // which takes longer than a page would wait
		t.Fatal(err)
	}

	var state abi.Raw
	send := func(ev abi.Event) *abi.Response {
		t.Helper()
		answer, err := plugin.Call(t.Context(), &abi.Request{Op: abi.OpEvent, Entry: Form.ID, Event: &ev, State: state})
		if err != nil {
			t.Fatal(err)
		}
		state = answer.State
		return answer
	}
	send(abi.Event{Type: abi.EventStart})
	if refused := send(abi.Event{Type: abi.EventSubmit}); len(refused.Errors) != 3 || refused.View.ID != "call" {
		t.Fatalf("an empty page is answered with %s", refused.Append(nil))
	}
	answers := map[string][]string{"about": {"Which bin?"}, "name": {"Ada"}, "phone": {"01632 960 001"}, "when": {"morning", "afternoon"}}
	send(abi.Event{Type: abi.EventSubmit, Fields: answers})
	end := send(abi.Event{Type: abi.EventSubmit})
	if !end.Done || end.Raise.Subject != "Call back Ada" || !slices.Equal(end.Raise.Fields["times"], answers["when"]) {
		t.Errorf("the form ends with %s", end.Append(nil))
	}
}

// block is a piece of a file on the page: its name in the info line.
var block = regexp.MustCompile("(?ms)^```(?:go|json) (\\S+)$\n(.*?)^```$")

func TestTheGuideQuotesTheExampleAsItIs(t *testing.T) {
	page, err := os.ReadFile("../../docs/plugins.md")
	if err != nil {
		t.Fatal(err)
	}
	var quoted []string
	for _, m := range block.FindAllStringSubmatch(string(page), -1) {
		name, text := m[1], m[2]
		source, err := os.ReadFile(filepath.Base(name))
		if err != nil || !strings.Contains(string(source), text) {
			t.Errorf("the page shows what is not in %s (%v):\n%s", name, err, text)
		}
		quoted = append(quoted, name)
	}
	if all := []string{"plugin.go", "main.go", "manifest.json", "plugin_test.go"}; !slices.Equal(quoted, all) {
		t.Errorf("the page quotes %q, want %q", quoted, all)
	}
	if blocks := strings.Count(string(page), "\n```go") + strings.Count(string(page), "\n```json"); blocks != len(quoted) {
		t.Errorf("%d blocks of code, of which %d are in the example: the others are not compiled", blocks, len(quoted))
	}
}
