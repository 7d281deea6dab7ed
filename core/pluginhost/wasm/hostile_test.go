package wasm_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/pluginhost/wasm/internal/assemble"
	"github.com/casement-dev/casement/sdk/abi"
)

// misdeeds are what the faulty guest does, and what must come of it; "" means
// that the call succeeds and only its traces must vanish.
var misdeeds = map[string]wasm.FaultKind{
	"panic":     wasm.FaultTrap,
	"recovered": "",
	"nil":       wasm.FaultTrap,
	"index":     wasm.FaultTrap,
	"wild":      wasm.FaultTrap,
	"loop":      wasm.FaultFuel,
	"doubling":  wasm.FaultFuel,
	"stack":     wasm.FaultDepth,
	"memory":    wasm.FaultTrap,
	"gigabyte":  wasm.FaultTrap,
	"grow":      "",
	"exit":      wasm.FaultExit,
	"deadlock":  wasm.FaultTrap,
	"sleep":     "",
	"goroutine": "",
	"flood":     wasm.FaultHost,
	"log":       wasm.FaultTrap,
	"giant":     wasm.FaultOutput,
	"long":      wasm.FaultOutput,
	"outside":   wasm.FaultOutput,
	"deep":      wasm.FaultProtocol,
	"deep view": wasm.FaultProtocol,
	"many":      wasm.FaultProtocol,
	"utf8":      wasm.FaultProtocol,
	"nul":       wasm.FaultProtocol,
	"json":      wasm.FaultProtocol,
	"empty":     wasm.FaultProtocol,
	"version":   wasm.FaultProtocol,
	"markup":    wasm.FaultProtocol,
	"attribute": wasm.FaultProtocol,
	"fault":     wasm.FaultDeclared,

	"fill":           wasm.FaultFuel,
	"copy":           wasm.FaultFuel,
	"draw":           wasm.FaultTrap,
	"wait":           wasm.FaultHost,
	"say":            wasm.FaultHost,
	"twice":          wasm.FaultProtocol,
	"twice in state": wasm.FaultProtocol,
	"number":         wasm.FaultProtocol,
	"integer":        wasm.FaultProtocol,
	"asks":           wasm.FaultProtocol,
	"one ask twice":  wasm.FaultProtocol,
	"effects":        wasm.FaultProtocol,
	"state":          wasm.FaultOutput,
	"half a pair":    wasm.FaultProtocol,
	"two answers":    wasm.FaultProtocol,
	"control":        wasm.FaultTrap,
	"later":          "",
	"threads":        wasm.FaultHost,
	"channels":       wasm.FaultFuel,
	"four gigabytes": wasm.FaultOutput,
	"nowhere":        wasm.FaultProtocol,
	"around the end": wasm.FaultOutput,
}

func TestAMisdeedIsContainedAndTheNextCallSeesAFreshPlugin(t *testing.T) {
	module := faulty(t)
	for _, reset := range resets() {
		t.Run(string(reset), func(t *testing.T) {
			e := newEngine(t, func(o *wasm.Options) { o.Reset = reset })
			m := open(t, e, module)
			first := fresh(t, m)
			for misdeed, want := range misdeeds {
				_, err := m.Call(context.Background(), event(misdeed))
				f := wasm.AsFault(err)
				switch {
				case want == "" && err != nil:
					t.Errorf("%s: %v", misdeed, err)
				case want != "" && f == nil:
					t.Errorf("%s: no fault but %v", misdeed, err)
				case want != "" && f.Kind != want:
					t.Errorf("%s: %v, want kind %s", misdeed, f, want)
				case f != nil && (f.Plugin != "test.faulty" || f.Version != "1.2.3" || f.Message == ""):
					t.Errorf("%s: the fault does not say whose it is: %+v", misdeed, f)
				}
				wantFresh(t, m, first)
			}
		})
	}
}

func TestManyMisdeedsAtOnceDisturbNobody(t *testing.T) {
	e := newEngine(t, func(o *wasm.Options) { o.Limits.Fuel = 2_000_000; o.Instances = 3 })
	m := open(t, e, faulty(t))
	first := fresh(t, m)
	names := make([]string, 0, len(misdeeds))
	for name := range misdeeds {
		if name != "memory" && name != "doubling" && name != "loop" {
			names = append(names, name)
		}
	}
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			dice := rand.New(rand.NewPCG(7, uint64(worker)))
			for range 25 {
				_, _ = m.Call(context.Background(), event(names[dice.IntN(len(names))]))
				r, err := m.Call(context.Background(), event("ok"))
				if err != nil || r.View.Label != first {
					t.Errorf("after a misdeed: %+v, %v", r, err)
					return
				}
			}
		})
	}
	all.Wait()
	if s := m.Stats(); s.Instances > 3 {
		t.Errorf("%d instances are kept", s.Instances)
	}
}

func TestTheClockAndAGivenUpRequestStopAGuest(t *testing.T) {
	e := newEngine(t, func(o *wasm.Options) { o.Limits.Fuel = 1 << 50; o.Limits.Wall = 100 * time.Millisecond })
	m := open(t, e, faulty(t))
	first := fresh(t, m)
	for _, misdeed := range []string{"loop", "doubling"} {
		_, err := m.Call(context.Background(), event(misdeed))
		if f := wasm.AsFault(err); f == nil || f.Kind != wasm.FaultStopped {
			t.Errorf("%s: %v", misdeed, err)
		}
		wantFresh(t, m, first)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := m.Call(ctx, event("loop"))
	if f := wasm.AsFault(err); f == nil || f.Kind != wasm.FaultStopped {
		t.Errorf("given up: %v", err)
	}
	wantFresh(t, m, first)
}

func TestTheServersCollectorRunsWhileAGuestLoops(t *testing.T) {
	e := newEngine(t, func(o *wasm.Options) { o.Limits.Fuel = 1 << 50; o.Limits.Wall = 5 * time.Second })
	m := open(t, e, faulty(t))
	fresh(t, m)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() {
		_, err := m.Call(ctx, event("loop"))
		ended <- err
	}()
	for range 20 {
		runtime.GC() // would wait for ever if the guest could not be interrupted
	}
	cancel()
	if err := <-ended; wasm.AsFault(err) == nil {
		t.Error(err)
	}
}

func TestAFaultCarriesTheGuestsLogButNotAllOfIt(t *testing.T) {
	m := open(t, newEngine(t, nil), faulty(t))
	_, err := m.Call(context.Background(), event("log"))
	f := wasm.AsFault(err)
	if f == nil || !strings.HasPrefix(f.Log, "a line of log\n") || len(f.Log) > 8<<10 {
		t.Errorf("%+v", f)
	}
	_, err = m.Call(context.Background(), event("index"))
	if f := wasm.AsFault(err); f == nil || !strings.Contains(f.Message, "index out of range") && !strings.Contains(f.Message, "slice bounds") {
		t.Errorf("the message does not say what happened: %v", f)
	}
	_, err = m.Call(context.Background(), event("fault"))
	if f := wasm.AsFault(err); f == nil || f.Log != "" {
		t.Errorf("the next fault has the log of the one before: %+v", f)
	}
}

func TestAPluginThatTrapsOrLiesInPluginAllocIsContained(t *testing.T) {
	m := open(t, newEngine(t, nil), faulty(t))
	first := fresh(t, m)
	for size, want := range map[int]wasm.FaultKind{7777: wasm.FaultTrap, 7778: wasm.FaultProtocol} {
		r := event("ok")
		r.V = abi.Version
		r.State = abi.Raw(`""`)
		r.State = abi.Raw(`"` + strings.Repeat("x", size-len(r.Append(nil))) + `"`)
		_, err := m.Call(context.Background(), r)
		if f := wasm.AsFault(err); f == nil || f.Kind != want {
			t.Errorf("%d bytes: %v", size, err)
		}
		wantFresh(t, m, first)
	}
}

// tiny assembles a module that exports what the contract wants.
func tiny(abiBody, allocBody, callBody, initBody []byte) []byte {
	i32, i64 := []byte{assemble.I32}, []byte{assemble.I64}
	m := assemble.Module{Funcs: []assemble.Func{
		{Export: "plugin_abi", Results: i32, Body: abiBody},
		{Export: "plugin_alloc", Params: i32, Results: i32, Body: allocBody},
		{Export: "plugin_call", Params: []byte{assemble.I32, assemble.I32}, Results: i64, Body: callBody},
	}}
	if initBody != nil {
		m.Funcs = append(m.Funcs, assemble.Func{Export: "_initialize", Body: initBody})
	}
	return m.Bytes()
}

func TestAModuleThatIsUnfitIsRefusedAndSaysWhy(t *testing.T) {
	one, zero, trap, none := []byte{0x41, 1}, []byte{0x41, 0}, []byte{0x00}, []byte{0x42, 0}
	good := tiny(one, zero, none, nil)
	foreign := assemble.Module{Imports: []assemble.Import{{Module: "env", Name: "system"}}, Funcs: []assemble.Func{{Export: "plugin_abi"}}}
	for name, c := range map[string]struct {
		module []byte
		reason string
	}{
		"no wasm":           {[]byte("#!/bin/sh"), "not a WebAssembly"},
		"nothing":           {nil, "not a WebAssembly"},
		"cut short":         {good[:len(good)-3], "cut short"},
		"no manifest":       {good, "no manifest"},
		"a manifest of air": {withManifest(good, []byte("{")), "manifest is not valid"},
		"an older contract": {withManifest(good, manifest("x", func(m *abi.Manifest) { m.ABI = 0 })), "contract version 0"},
		"a newer contract":  {withManifest(good, manifest("x", func(m *abi.Manifest) { m.ABI = 2 })), "contract version 2"},
		"a foreign import":  {withManifest(foreign.Bytes(), manifest("x", nil)), "env.system"},
		"missing exports":   {withManifest(assemble.Module{Funcs: []assemble.Func{{Export: "f"}}}.Bytes(), manifest("x", nil)), "does not export"},
	} {
		_, err := wasm.Inspect(c.module)
		if f := wasm.AsFault(err); f == nil || f.Kind != wasm.FaultRefused || !strings.Contains(f.Message, c.reason) {
			t.Errorf("%s: %v, want %q in it", name, err, c.reason)
		}
	}
	for name, c := range map[string]struct {
		module []byte
		reason string
	}{
		"says another version than its manifest": {tiny(zero, zero, none, nil), "contract version 0"},
		"traps when asked for its version":       {tiny(trap, zero, none, nil), "contract version"},
		"traps when it is set up":                {tiny(one, zero, none, trap), "making an instance"},
		"loops when it is set up":                {tiny(one, zero, none, []byte{0x03, 0x40, 0x0c, 0, 0x0b}), "making an instance"},
		"traps when it is to describe itself":    {tiny(one, zero, trap, nil), "describe itself"},
		"answers nonsense":                       {tiny(one, zero, none, nil), "describe itself"},
	} {
		m := open(t, newEngine(t, nil), withManifest(c.module, manifest("x", nil)))
		err := m.Load(context.Background())
		if f := wasm.AsFault(err); f == nil || f.Kind != wasm.FaultRefused || !strings.Contains(f.Message, c.reason) {
			t.Errorf("%s: %v, want %q in it", name, err, c.reason)
		}
		if _, again := m.Call(context.Background(), event("ok")); wasm.AsFault(again) == nil {
			t.Errorf("%s: it can be called: %v", name, again)
		}
	}
}

func TestAManifestThatLiesIsFoundOut(t *testing.T) {
	lying := withManifest(build(t, "testdata/guests/faulty"), manifest("faulty", func(m *abi.Manifest) {
		m.Entries = append(m.Entries, abi.Entry{ID: "invented", Kind: abi.KindTask, Title: "Invented"})
	}))
	err := open(t, newEngine(t, nil), lying).Load(context.Background())
	if f := wasm.AsFault(err); f == nil || f.Kind != wasm.FaultRefused || !strings.Contains(f.Message, "task invented") {
		t.Error(err)
	}
}
