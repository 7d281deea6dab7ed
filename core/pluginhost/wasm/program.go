package wasm

import (
	"cmp"
	"context"
	"errors"
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
	// samples is how often a rehearsal goes through every entry.
	samples  = 8
	maxSteps = 30
	// rehearsals is the fuel for all of them, and rehearsalTime the time: it is
	// fuel that ends them as a rule, so that every server makes the same snapshot.
	rehearsals    = 200_000_000
	rehearsalTime = 10 * time.Second
)

// loadProgram loads native code from a cache folder, or, with "", lets the
// module be interpreted, and freezes an instance.
func loadProgram(ctx context.Context, pkg *Package, folder string, limits Limits, reset Reset, pages *pagemap) (p *program, err error) {
	p = &program{pkg: pkg, limits: limits, reset: reset, pages: pages}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	config := wazero.NewRuntimeConfigInterpreter()
	if folder != "" {
		if p.cache, err = wazero.NewCompilationCacheWithDir(folder); err != nil {
			return p, err
		}
		config = wazero.NewRuntimeConfigCompiler().WithCompilationCache(p.cache)
	}
	p.runtime = wazero.NewRuntimeWithConfig(ctx, config.WithMemoryLimitPages(uint32(limits.MemoryMiB)*16))
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
	first, err := p.create(time.Now().Add(p.limits.Wall))
	if err != nil {
		return err
	}
	defer func() { first.close() }()
	if err := p.smoke(ctx, first); err != nil {
		return err
	}
	if p.reset == ResetFresh {
		return nil
	}
	r := rehearsal{entries: slices.Clone(p.pkg.Manifest.Entries), warm: p.pkg.warm, fuel: rehearsals, until: time.Now().Add(rehearsalTime)}
	// An entry that fails is the business of whoever calls it; the snapshot is
	// made without it, of an instance to which nothing happened.
	for p.rehearse(ctx, first, &r) != nil {
		again, err := p.create(time.Now().Add(p.limits.Wall))
		if err != nil {
			return err
		}
		first.close()
		if first = again; ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	first.around.log, first.around.calls, first.around.drawn = nil, 0, 0
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
	request := abi.Request{V: abi.Version, Op: abi.OpDescribe, Context: sampleContext("")}
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

// rehearsal is what is left to rehearse, and with what.
type rehearsal struct {
	entries []abi.Entry
	warm    bool // plugin_warm is to be called
	fuel    int64
	until   time.Time
}

var errRehearsal = errors.New("an entry cannot be rehearsed")

// rehearse goes through every entry with invented answers, so that the snapshot
// has its pages written and its heap grown and swept: what a rehearsal did need
// not be done in each call. An entry that fails is struck off, and the rehearsal
// must begin again.
func (p *program) rehearse(ctx context.Context, i *instance, r *rehearsal) error {
	for n := range samples {
		for k, e := range r.entries {
			if !p.rehearseEntry(ctx, i, e, r) {
				r.entries = slices.Delete(r.entries, k, k+1)
				return errRehearsal
			}
		}
		if n == samples-2 && r.warm && i.warm(warmRoom, p.limits) != nil {
			r.warm = false
			return errRehearsal
		}
	}
	return nil
}

// rehearseEntry reports whether all went well. Running out of what there is
// for rehearsals is well; of what a call may have is not.
func (p *program) rehearseEntry(ctx context.Context, i *instance, e abi.Entry, r *rehearsal) bool {
	event, state := &abi.Event{Type: abi.EventStart}, abi.Raw(nil)
	if e.Kind == abi.KindAction {
		event = &abi.Event{Type: abi.EventRun, Occurred: &abi.Occurrence{Kind: "case.closed", At: "2026-01-01T00:00:00Z", By: "staff"}}
	}
	for range maxSteps {
		if r.fuel <= 0 || time.Now().After(r.until) {
			return true
		}
		request := abi.Request{V: abi.Version, Op: abi.OpEvent, Entry: e.ID, Event: event, State: state, Context: sampleContext(e.Kind)}
		deadline := time.Now().Add(p.limits.Wall)
		out, fault := i.run(ctx, request.Append(nil), p.limits, deadline)
		r.fuel -= i.burnt(p.limits)
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
		case view.KindNumber, view.KindMoney:
			answers[f.ID] = []string{cmp.Or(f.Min, f.Max, "1")}
		case view.KindYesNo:
			answers[f.ID] = []string{view.Yes}
		case view.KindDate:
			answers[f.ID] = []string{cmp.Or(f.Max, f.Min, "2026-01-01")}
		case view.KindLocation:
			answers[f.ID] = []string{"1 High Street", "53.5", "-2.25"}
		case view.KindText, view.KindTextArea:
			text := strings.Repeat("a word ", f.MinLength/7+1)
			if f.MaxLength > 0 && len(text) > f.MaxLength {
				text = text[:f.MaxLength]
			}
			answers[f.ID] = []string{text}
		}
	}
	return answers
}

func sampleContext(kind string) abi.Context {
	c := abi.Context{Now: "2026-01-01T00:00:00Z", Today: "2026-01-01", Zone: "UTC", Locale: "en-GB"}
	if kind == abi.KindForm || kind == "" {
		return c
	}
	c.Editable, c.Reader = kind == abi.KindDetails, "staff"
	c.User = &abi.User{ID: "1", Name: "Somebody"}
	c.Case = &abi.Case{ID: "1", Ref: "CASE-1", Type: "complaint", Status: "open", StatusKind: "open", RaisedAt: c.Now}
	if kind == abi.KindTask {
		c.Task = &abi.Task{No: 1, Title: "A task", Mine: true, Manages: true}
	}
	return c
}

// create makes an instance that has just been initialised.
func (p *program) create(deadline time.Time) (*instance, error) {
	i, err := newInstance(p.runtime, p.code, p.pkg.globals, p.mostMemory())
	if err != nil {
		return nil, err
	}
	if f := i.start(p.limits, deadline); f != nil {
		f = i.finish(f, &p.pkg.Manifest)
		i.close()
		return nil, fmt.Errorf("making an instance: %s: %s", f.Kind, f.Message)
	}
	return i, nil
}

func (p *program) mostMemory() uint64 { return uint64(p.limits.MemoryMiB) << 20 }

// instance makes an instance that is ready for a call.
func (p *program) instance(deadline time.Time) (*instance, error) {
	if p.frozen == nil {
		return p.create(deadline)
	}
	i, err := newInstance(p.runtime, p.code, p.pkg.globals, p.mostMemory())
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
	i.written = make([]pages, p.frozen.size/os.Getpagesize()/2+1) // at worst every other page
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
	if p.reset == ResetPages && !p.pages.restore(p.frozen, i.mem, i.written) || p.reset == ResetDrop && !p.frozen.drop(i.mem) {
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
	if o := asked.OutputKiB; o > 0 && o < l.Output>>10 {
		l.Output = o << 10
	}
	if s := asked.StateKiB; s > 0 && s < l.State>>10 {
		l.State = s << 10
	}
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
