package wasm

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"

	"github.com/casement-dev/casement/core/pluginhost/wasm/meter"
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

// program is a module that is loaded: native code and, where the system can,
// a snapshot from which its instances begin and to which they return.
type program struct {
	pkg     *Package
	limits  Limits
	reset   Reset
	pages   *pagemap
	cache   wazero.CompilationCache
	runtime wazero.Runtime
	code    wazero.CompiledModule
	frozen  *image // nil: every call gets a fresh instance
	globals []uint64
	around  surroundings
}

const (
	// warmRoom is the heap a guest is asked to keep free, so that calls rarely
	// grow its memory: an instance that grew cannot be reset.
	warmRoom = 4 << 20
	// samples is how often a rehearsal goes through every form.
	samples  = 8
	maxSteps = 30
)

// loadProgram loads native code from a cache folder and freezes an instance.
func loadProgram(ctx context.Context, pkg *Package, folder string, limits Limits, reset Reset, pages *pagemap) (p *program, err error) {
	p = &program{pkg: pkg, limits: limits, reset: reset, pages: pages}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	if p.cache, err = wazero.NewCompilationCacheWithDir(folder); err != nil {
		return p, err
	}
	p.runtime = wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler().
		WithCompilationCache(p.cache).WithMemoryLimitPages(uint32(limits.MemoryMiB)*16))
	if err = linkWASI(ctx, p.runtime); err != nil {
		return p, err
	}
	if p.code, err = p.runtime.CompileModule(ctx, pkg.code); err != nil {
		return p, err
	}
	return p, p.freeze(ctx)
}

func (p *program) close() {
	if p.frozen != nil {
		p.frozen.close()
	}
	if p.runtime != nil {
		_ = p.runtime.Close(context.Background())
	}
	if p.cache != nil {
		_ = p.cache.Close(context.Background())
	}
}

// freeze tries the module out and, unless every call gets a fresh instance
// anyway, makes the snapshot.
func (p *program) freeze(ctx context.Context) error {
	first, err := p.create()
	if err != nil {
		return err
	}
	if err := p.smoke(ctx, first); err != nil {
		first.close()
		return err
	}
	if p.reset == ResetFresh {
		first.close()
		return nil
	}
	if !p.rehearse(ctx, first) {
		// A start that fails is the business of whoever calls it; begin again
		// without rehearsal.
		first.close()
		if first, err = p.create(); err != nil {
			return err
		}
	}
	defer first.close()
	first.around.log, first.around.calls = nil, 0
	if p.frozen, err = freeze(first.mem); err != nil {
		p.frozen, p.reset = nil, ResetFresh
		return nil
	}
	p.around = first.around
	for _, g := range first.globals {
		p.globals = append(p.globals, g.Get())
	}
	return nil
}

// smoke holds what the module says of itself against its manifest.
func (p *program) smoke(ctx context.Context, i *instance) error {
	refuse := func(format string, args ...any) error {
		return i.finish(&Fault{Kind: FaultRefused, Message: fmt.Sprintf(format, args...)}, &p.pkg.Manifest)
	}
	version, fault := i.abiVersion(p.limits)
	if fault != nil {
		return refuse("asked for its contract version, it failed: %s", fault.Message)
	}
	if version != abi.Version {
		return refuse("it speaks contract version %d; its manifest says %d", version, p.pkg.Manifest.ABI)
	}
	request := abi.Request{V: abi.Version, Op: abi.OpDescribe, Context: sampleContext()}
	out, fault := i.run(ctx, request.Append(nil), p.limits, time.Now().Add(p.limits.Wall))
	if fault != nil {
		return refuse("asked to describe itself, it failed: %s", fault.Message)
	}
	response, err := abi.DecodeResponse(out)
	if err != nil {
		return refuse("asked to describe itself, it gave no valid answer: %v", err)
	}
	if response.Describe == nil {
		return refuse("asked to describe itself, it did not: %.200s", response.Fault)
	}
	var promised, served []string
	for _, e := range p.pkg.Manifest.Entries {
		promised = append(promised, e.Kind+" "+e.ID)
	}
	for _, e := range response.Describe.Entries {
		served = append(served, e.Kind+" "+e.ID)
	}
	slices.Sort(promised)
	slices.Sort(served)
	if !slices.Equal(promised, served) {
		return refuse("its manifest promises %.300q, it serves %.300q", promised, served)
	}
	return nil
}

// rehearse goes through every form with invented answers, so that the snapshot
// has its pages written and its heap grown and swept: what a rehearsal did
// need not be done in each call. It reports whether all went well.
func (p *program) rehearse(ctx context.Context, i *instance) bool {
	for n := range samples {
		for _, e := range p.pkg.Manifest.Entries {
			if !p.rehearseEntry(ctx, i, e.ID) {
				return false
			}
		}
		if n == samples-2 && p.pkg.warm && i.warm(warmRoom, p.limits) != nil {
			return false
		}
	}
	return true
}

func (p *program) rehearseEntry(ctx context.Context, i *instance, entry string) bool {
	event, state := &abi.Event{Type: abi.EventStart}, abi.Raw(nil)
	for range maxSteps {
		request := abi.Request{V: abi.Version, Op: abi.OpEvent, Entry: entry, Event: event, State: state, Context: sampleContext()}
		out, fault := i.run(ctx, request.Append(nil), p.limits, time.Now().Add(p.limits.Wall))
		if fault != nil {
			return false
		}
		response, err := abi.DecodeResponse(out)
		if err != nil || response.Fault != "" {
			return false
		}
		if response.View == nil || response.Done || len(response.Errors) > 0 {
			return true
		}
		state = response.State
		event = &abi.Event{Type: abi.EventSubmit, Fields: invent(response.View)}
	}
	return true
}

// invent answers a view, as well as one can who does not know what it asks.
func invent(tree *view.Node) map[string][]string {
	answers := map[string][]string{}
	for _, f := range tree.Fields() {
		switch f.Kind {
		case view.KindRadios, view.KindCheckboxes, view.KindSelect:
			if n := len(f.Options); n > 0 {
				answers[f.ID] = []string{f.Options[n/2].Value}
			}
		case view.KindEmail:
			answers[f.ID] = []string{"somebody@example.org"}
		case view.KindTel:
			answers[f.ID] = []string{"01632 960 001"}
		case view.KindNumber:
			answers[f.ID] = []string{cmp.Or(f.Min, f.Max, "1")}
		case view.KindDate:
			answers[f.ID] = []string{cmp.Or(f.Min, f.Max, "2026-01-01")}
		case view.KindLocation:
			answers[f.ID] = []string{"1 High Street", "53.5", "-2.25"}
		case view.KindText, view.KindTextArea:
			answers[f.ID] = []string{strings.Repeat("a word ", f.MinLength/7+1)}
		}
	}
	return answers
}

func sampleContext() abi.Context {
	return abi.Context{Now: "2026-01-01T00:00:00Z", Today: "2026-01-01", Zone: "UTC", Locale: "en-GB"}
}

// create makes an instance that has just been initialised.
func (p *program) create() (*instance, error) {
	return newInstance(p.runtime, p.code, p.pkg.globals, p.mostMemory(), true)
}

func (p *program) mostMemory() uint64 { return uint64(p.limits.MemoryMiB) << 20 }

// instance makes an instance that is ready for a call.
func (p *program) instance() (*instance, error) {
	if p.frozen == nil {
		return p.create()
	}
	i, err := newInstance(p.runtime, p.code, p.pkg.globals, p.mostMemory(), false)
	if err != nil {
		return nil, err
	}
	if more := p.frozen.size - i.mem.size; more > 0 {
		if _, ok := i.module.Memory().Grow(uint32(more / wasmPage)); !ok {
			i.close()
			return nil, fmt.Errorf("an instance cannot grow to the size of the snapshot")
		}
	}
	if err := p.frozen.lay(i.mem); err != nil {
		i.close()
		return nil, err
	}
	i.entries = make([]uint64, p.frozen.size/os.Getpagesize())
	p.restoreRest(i)
	return i, nil
}

const wasmPage = 64 << 10

// restore takes an instance back to the snapshot and reports whether it can be
// used again.
func (p *program) restore(i *instance, fault *Fault) bool {
	if p.frozen == nil || i.mem.size != p.frozen.size || i.module.IsClosed() {
		return false
	}
	if fault != nil && fault.Kind == FaultDepth {
		return false // let go of the deep native stack
	}
	if p.reset == ResetPages && !p.pages.restore(p.frozen, i.mem, i.entries) || p.reset == ResetDrop && !p.frozen.drop(i.mem) {
		return false
	}
	p.restoreRest(i)
	return true
}

func (p *program) restoreRest(i *instance) {
	log := i.around.log[:0]
	i.around = p.around
	i.around.log = log
	for k, g := range i.globals {
		g.Set(p.globals[k])
	}
}

// limit brings what a manifest asks for within what the host allows.
func limit(asked abi.Limits, caps Limits) Limits {
	l := caps
	if m := asked.MemoryMiB; m > 0 && m < l.MemoryMiB {
		l.MemoryMiB = m
	}
	if f := asked.Fuel; f > 0 && f < l.Fuel {
		l.Fuel = max(f, meter.Quantum)
	}
	if w := time.Duration(asked.WallMS) * time.Millisecond; w > 0 && w < l.Wall {
		l.Wall = w
	}
	return l
}
