package wasm_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/pluginhost/wasm/internal/assemble"
)

func TestAModuleIsCompiledByTheChildAndOnlyOnce(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child, times := wasm.ChildCompiler(exe, compileCommand), 0
	counted := func(ctx context.Context, code []byte, folder string) error {
		times++
		return child(ctx, code, folder)
	}
	cache := t.TempDir()
	module := faulty(t)
	for range 2 {
		e := newEngine(t, func(o *wasm.Options) { o.CacheDir, o.Compile = cache, counted })
		if err := open(t, e, module).Load(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if times != 1 {
		t.Errorf("compiled %d times", times)
	}
}

// bomb is small and takes long to compile: many nested loops over many locals.
func bomb() []byte {
	const nest, locals = 500, 250
	var body []byte
	for range nest {
		body = append(body, 0x03, 0x40)
	}
	index := func(n int) []byte {
		if n < 128 {
			return []byte{byte(n)}
		}
		return []byte{byte(n&127 | 128), byte(n >> 7)}
	}
	for k := range nest {
		body = append(append(body, 0x20), index(k%locals)...)
		body = append(append(body, 0x41, 1, 0x6a, 0x21), index((k*7+1)%locals)...)
		body = append(body, 0x41, 0, 0x0d, 0, 0x0b)
	}
	m := assemble.Module{}
	for range 20 {
		m.Funcs = append(m.Funcs, assemble.Func{Export: "", Locals: locals, Body: body})
	}
	m.Funcs = append(m.Funcs,
		assemble.Func{Export: "plugin_abi", Results: []byte{assemble.I32}, Body: []byte{0x41, 1}},
		assemble.Func{Export: "plugin_alloc", Params: []byte{assemble.I32}, Results: []byte{assemble.I32}, Body: []byte{0x41, 0}},
		assemble.Func{Export: "plugin_call", Params: []byte{assemble.I32, assemble.I32}, Results: []byte{assemble.I64}, Body: []byte{0x42, 0}},
	)
	return m.Bytes()
}

func TestAModuleThatTakesTooLongToCompileIsGivenUp(t *testing.T) {
	e := newEngine(t, func(o *wasm.Options) { o.CacheDir = t.TempDir() })
	m := open(t, e, withManifest(bomb(), manifest("bomb", nil)))
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	err := m.Load(ctx)
	if f := wasm.AsFault(err); f == nil || f.Kind != wasm.FaultCompile {
		t.Errorf("%v", err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("giving up took %v", took)
	}
}

func TestACompilerThatFailsIsAFaultAndIsNotAskedAgainAtOnce(t *testing.T) {
	times := 0
	e := newEngine(t, func(o *wasm.Options) {
		o.CacheDir = t.TempDir()
		failing := wasm.ChildCompiler("/bin/false")
		o.Compile = func(ctx context.Context, code []byte, folder string) error {
			times++
			return failing(ctx, code, folder)
		}
	})
	m := open(t, e, faulty(t))
	for range 3 {
		_, err := m.Call(context.Background(), event("ok"))
		if f := wasm.AsFault(err); f == nil || f.Kind != wasm.FaultCompile || !strings.Contains(f.Message, "compiling failed") {
			t.Errorf("%v", err)
		}
	}
	if times != 1 {
		t.Errorf("asked %d times", times)
	}
}

func TestTheChildRefusesWhatIsNoModule(t *testing.T) {
	var said strings.Builder
	folder := filepath.Join(t.TempDir(), "cache")
	if err := wasm.CompileHere(context.Background(), []byte("nonsense"), folder); err == nil {
		t.Error("compiled")
	}
	if status := wasm.CompileMain(nil, strings.NewReader(""), &said); status == 0 || said.Len() == 0 {
		t.Errorf("status %d, said %q", status, said.String())
	}
}
