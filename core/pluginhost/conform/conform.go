package conform

import (
	"bytes"
	"context"
	"fmt"

	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/abi"
)

// Check is one thing that was tried.
type Check struct {
	Entry string // which entry it concerns; "" for the module as a whole
	Name  string // what was tried: "the same request, the same answer"
	OK    bool
	Says  string // one sentence: what was seen, or what is wrong
}

// String is the line that a person reads.
func (c Check) String() string {
	mark, of := "ok  ", ""
	if !c.OK {
		mark = "FAIL"
	}
	if c.Entry != "" {
		of = c.Entry + ": "
	}
	return fmt.Sprintf("%s  %s%s: %s", mark, of, c.Name, c.Says)
}

// Passed says whether everything was as it should be.
func Passed(checks []Check) bool {
	for _, c := range checks {
		if !c.OK {
			return false
		}
	}
	return len(checks) > 0
}

// Run tries a packed module, manifest and all, and says what it found. What
// opts leave out is as on a server. The list ends early where nothing more
// could be tried.
func Run(ctx context.Context, opts wasm.Options, module []byte) []Check {
	k := &kit{ctx: ctx}
	pkg, err := wasm.Inspect(module)
	if err != nil {
		k.fail("structure", "%s.", err)
		return k.checks
	}
	k.pass("structure", "It exports and imports what the contract says, its manifest is valid, and it can be metered.")

	engine, err := wasm.New(opts)
	if err != nil {
		k.fail("sandbox", "The sandbox cannot be set up here: %s.", err)
		return k.checks
	}
	defer engine.Close()
	opts.Reset = wasm.ResetFresh
	fresh, err := wasm.New(opts)
	if err != nil {
		k.fail("sandbox", "The sandbox cannot be set up here: %s.", err)
		return k.checks
	}
	defer fresh.Close()

	k.module, k.fresh = engine.Open(pkg), fresh.Open(pkg)
	defer k.module.Close()
	defer k.fresh.Close()
	if err := k.module.Load(ctx); err != nil {
		k.fail("loading", "%s.", err)
		return k.checks
	}
	k.pass("loading", "It compiles, speaks version %d of the contract, and serves what its manifest promises.", abi.Version)
	k.whole()
	for _, e := range pkg.Manifest.Entries {
		k.tryEntry(e)
	}
	k.entry = ""
	k.limits()
	return k.checks
}

// kit is one run.
type kit struct {
	ctx           context.Context
	module, fresh *wasm.Module
	entry         string
	checks        []Check
	most          wasm.CallFigures // of all calls
}

func (k *kit) pass(name, format string, args ...any) { k.add(name, true, format, args...) }
func (k *kit) fail(name, format string, args ...any) { k.add(name, false, format, args...) }

func (k *kit) add(name string, ok bool, format string, args ...any) {
	k.checks = append(k.checks, Check{Entry: k.entry, Name: name, OK: ok, Says: fmt.Sprintf(format, args...)})
}

// send makes one call on an instance that served others before.
func (k *kit) send(r *abi.Request) (wasm.Result, error) { return k.note(k.module.CallWith(k.ctx, r)) }

func (k *kit) sendBytes(b []byte) (wasm.Result, error) { return k.note(k.module.CallBytes(k.ctx, b)) }

func (k *kit) note(r wasm.Result, err error) (wasm.Result, error) {
	k.most.Fuel, k.most.Memory = max(k.most.Fuel, r.Figures.Fuel), max(k.most.Memory, r.Figures.Memory)
	k.most.Out, k.most.Run = max(k.most.Out, r.Figures.Out), max(k.most.Run, r.Figures.Run)
	return r, err
}

// crashed says whether a call ended in another way than by an answer that can
// be read, be it that the module gives up and says so.
func crashed(err error) bool {
	f := wasm.AsFault(err)
	return err != nil && (f == nil || f.Kind != wasm.FaultDeclared)
}

// limits says how near the module came to what it may have.
func (k *kit) limits() {
	l := k.module.Limits()
	says := fmt.Sprintf("The most of one call: fuel %d of %d, memory %.1f of %d MiB, an answer of %.1f of %d KiB, %v.",
		k.most.Fuel, l.Fuel, float64(k.most.Memory)/(1<<20), l.MemoryMiB, float64(k.most.Out)/1024, l.Output>>10, k.most.Run.Round(1000))
	if k.most.Fuel > l.Fuel/2 || k.most.Memory > int64(l.MemoryMiB)<<20*9/10 {
		k.fail("limits", "It comes too near its limits, and real data may be larger. %s", says)
		return
	}
	k.pass("limits", "%s", says)
}

// same compares two answers.
func same(a, b wasm.Result) bool { return bytes.Equal(a.Answer, b.Answer) }

func clip(b []byte) string {
	const most = 300
	if len(b) > most {
		return string(b[:most]) + "…"
	}
	return string(b)
}
