package wasm_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/pluginhost/pack"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/abi"
)

// compileCommand makes this test binary the child that compiles.
const compileCommand = "compile-plugin"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == compileCommand {
		os.Exit(wasm.CompileMain(os.Args[2:], os.Stdin, os.Stderr))
	}
	os.Exit(m.Run())
}

// newEngine makes an engine that compiles in a child. The cache outlives the
// test, so that a guest is compiled once a machine and not once a test.
func newEngine(t testing.TB, change func(*wasm.Options)) *wasm.Engine {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := wasm.Options{
		CacheDir: filepath.Join(os.TempDir(), "casement-test-plugin-cache"),
		Compile:  wasm.ChildCompiler(exe, compileCommand),
		LoadWait: 5 * time.Minute,
		Limits:   wasm.Limits{MemoryMiB: 32, Fuel: 20_000_000, Wall: 20 * time.Second, Output: 1 << 20},
	}
	if change != nil {
		change(&o)
	}
	e, err := wasm.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

func open(t testing.TB, e *wasm.Engine, module []byte) *wasm.Module {
	t.Helper()
	p, err := wasm.Inspect(module)
	if err != nil {
		t.Fatal(err)
	}
	m := e.Open(p)
	t.Cleanup(m.Close)
	return m
}

// built are the guests compiled by this run, by folder.
var built struct {
	sync.Mutex
	modules map[string][]byte
}

// build compiles a guest with plain Go.
func build(t testing.TB, folder string) []byte {
	t.Helper()
	built.Lock()
	defer built.Unlock()
	if m := built.modules[folder]; m != nil {
		return m
	}
	out := filepath.Join(t.TempDir(), "guest.wasm")
	cmd := exec.Command("go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags=-s -w", "-o", out, "./"+folder)
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", folder, err, b)
	}
	m, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if built.modules == nil {
		built.modules = map[string][]byte{}
	}
	built.modules[folder] = m
	return m
}

func manifest(entry string, change func(*abi.Manifest)) []byte {
	m := abi.Manifest{
		ID: "test." + entry, Version: "1.2.3", ABI: abi.Version, Name: entry, Publisher: "Test",
		Entries: []abi.Entry{{ID: entry, Kind: abi.KindForm, Title: entry}},
	}
	if change != nil {
		change(&m)
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return b
}

func withManifest(module, manifest []byte) []byte {
	return pack.AddSection(module, abi.ManifestSection, manifest)
}

func faulty(t testing.TB) []byte {
	return withManifest(build(t, "testdata/guests/faulty"), manifest("faulty", nil))
}

func complaint(t testing.TB) []byte {
	t.Helper()
	m, err := os.ReadFile("../../../plugins/complaint/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	return withManifest(build(t, "../../../plugins/complaint"), m)
}

func event(action string) *abi.Request {
	return &abi.Request{Op: abi.OpEvent, Entry: "faulty", Event: &abi.Event{Type: abi.EventView, Action: action}}
}

// resets are the ways of making an instance fresh that work on this system.
func resets() []wasm.Reset {
	if runtime.GOOS != "linux" {
		return []wasm.Reset{wasm.ResetFresh}
	}
	return []wasm.Reset{wasm.ResetPages, wasm.ResetDrop, wasm.ResetFresh}
}

// wantFresh fails unless the next call sees a plugin that remembers nothing.
func wantFresh(t *testing.T, m *wasm.Module, want string) {
	t.Helper()
	r, err := m.Call(context.Background(), event("ok"))
	if err != nil {
		t.Fatalf("the next call fails: %v", err)
	}
	if r.View.Label != want {
		t.Fatalf("the next call sees %q, a fresh plugin says %q", r.View.Label, want)
	}
}

func fresh(t *testing.T, m *wasm.Module) string {
	t.Helper()
	r, err := m.Call(context.Background(), event("ok"))
	if err != nil {
		t.Fatal(err)
	}
	return r.View.Label
}
