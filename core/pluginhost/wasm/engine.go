package wasm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

// Reset is how an instance becomes fresh again after a call.
type Reset string

// The ways to reset, best first.
const (
	ResetPages Reset = "pages" // copy back the pages that were written, which the kernel's page map tells
	ResetDrop  Reset = "drop"  // let the kernel drop all that was written
	ResetFresh Reset = "fresh" // throw the instance away and make another
)

// Limits bound one call.
type Limits struct {
	MemoryMiB int           // of guest memory
	Fuel      int64         // loop turns and function entries
	Wall      time.Duration // by the clock, waiting for an instance included
	Output    int           // bytes of the answer
}

// DefaultLimits are what plugins get unless the host says otherwise or their
// manifest asks for less.
func DefaultLimits() Limits {
	return Limits{MemoryMiB: 64, Fuel: 200_000_000, Wall: 2 * time.Second, Output: abi.MaxMessage}
}

// Options of an [Engine]. CacheDir and Compile must be given.
type Options struct {
	CacheDir  string        // native code is kept here between runs of the server
	Compile   Compiler      // [ChildCompiler], but for tests
	Limits    Limits        // caps; zero means DefaultLimits
	Instances int           // of one module at once; 0 means GOMAXPROCS: more bring nothing
	IdleAfter time.Duration // a module not called for so long is unloaded; 0 means 5 minutes
	Reset     Reset         // "" means the best that works here
}

// Engine runs modules. Its methods may be called from many goroutines.
type Engine struct {
	opts      Options
	pages     *pagemap
	compiling sync.Mutex // one child at a time
}

// New makes an engine and finds out how instances can be reset here.
func New(opts Options) (*Engine, error) {
	if opts.CacheDir == "" || opts.Compile == nil {
		return nil, errors.New("wasm.Options: CacheDir and Compile are needed")
	}
	if err := os.MkdirAll(opts.CacheDir, 0o700); err != nil {
		return nil, fmt.Errorf("making the plugin cache: %w", err)
	}
	if opts.Limits == (Limits{}) {
		opts.Limits = DefaultLimits()
	}
	if opts.Instances == 0 {
		opts.Instances = runtime.GOMAXPROCS(0)
	}
	if opts.IdleAfter == 0 {
		opts.IdleAfter = 5 * time.Minute
	}
	e := &Engine{opts: opts, pages: openPagemap()}
	switch {
	case runtime.GOOS != "linux":
		e.opts.Reset = ResetFresh
	case e.opts.Reset == "" && e.pages != nil:
		e.opts.Reset = ResetPages
	case e.opts.Reset == "" || e.opts.Reset == ResetPages && e.pages == nil:
		e.opts.Reset = ResetDrop
	}
	return e, nil
}

// Reset says how instances are reset here.
func (e *Engine) Reset() Reset { return e.opts.Reset }

// Close lets go of the engine. Its modules must be closed before.
func (e *Engine) Close() { e.pages.close() }

// Open makes a module of a package. Nothing is loaded until it is called.
func (e *Engine) Open(p *Package) *Module {
	return &Module{
		engine: e, pkg: p, limits: limit(p.Manifest.Limits, e.opts.Limits),
		slots: make(chan struct{}, e.opts.Instances),
	}
}

// Module is a plugin that can be called, from many goroutines.
type Module struct {
	engine *Engine
	pkg    *Package
	limits Limits
	slots  chan struct{} // a call holds one

	loading sync.Mutex // held while loading; mu is not, so that figures can be read
	mu      sync.Mutex
	closed  bool
	program *program
	failure *Fault // of the last attempt to load, until retry
	retry   time.Time
	busy    int // calls that use program
	free    []*instance
	idle    *time.Timer
	stats   Stats
}

// Stats are a module's figures since it was opened.
type Stats struct {
	Calls, Faults uint64
	Loaded        bool
	Instances     int    // ready and waiting
	Made          uint64 // instances made; the fewer the better
}

// ErrClosed says that a module was closed.
var ErrClosed = errors.New("the plugin is closed")

// Package is what the module was opened from.
func (m *Module) Package() *Package { return m.pkg }

// Limits are what bounds its calls.
func (m *Module) Limits() Limits { return m.limits }

// Stats gives the module's figures.
func (m *Module) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.stats
	s.Loaded, s.Instances = m.program != nil, len(m.free)
	return s
}

// Load compiles and loads the module now, as its first call would. At
// installation it tells whether the module keeps what its manifest promises.
func (m *Module) Load(ctx context.Context) error {
	p, err := m.acquire(ctx)
	if err != nil {
		return err
	}
	m.release(p, nil)
	return nil
}

// Call sends one request and returns the response, its view validated. What
// goes wrong in the plugin is a [Fault].
func (m *Module) Call(ctx context.Context, request *abi.Request) (*abi.Response, error) {
	request.V = abi.Version
	in := request.Append(nil)
	if len(in) > abi.MaxMessage {
		return nil, fmt.Errorf("calling plugin %s: %w", m.pkg.Manifest.ID, abi.ErrTooLong)
	}
	p, err := m.acquire(ctx)
	if err != nil {
		return nil, err
	}
	out, fault := m.callLoaded(ctx, p, in)
	var response *abi.Response
	if fault == nil {
		response, fault = m.decode(out)
	}
	m.mu.Lock()
	m.stats.Calls++
	if fault != nil {
		m.stats.Faults++
	}
	m.mu.Unlock()
	if fault != nil {
		return nil, fault
	}
	return response, nil
}

func (m *Module) callLoaded(ctx context.Context, p *program, in []byte) ([]byte, *Fault) {
	deadline := time.Now().Add(m.limits.Wall)
	if f := m.takeSlot(ctx, deadline); f != nil {
		m.release(p, nil)
		return nil, f
	}
	var kept *instance
	defer func() {
		m.release(p, kept) // before the slot: whoever gets that finds the instance
		<-m.slots
	}()
	i, err := m.takeInstance(p)
	if err != nil {
		return nil, m.fault(FaultTrap, err)
	}
	out, fault := i.run(ctx, in, m.limits, deadline)
	if fault != nil {
		fault = i.finish(fault, &m.pkg.Manifest)
	}
	if p.restore(i, fault) {
		kept = i
	} else {
		i.close()
	}
	return out, fault
}

// decode believes nothing: grammar, size, depth, version, and the view.
func (m *Module) decode(out []byte) (*abi.Response, *Fault) {
	r, err := abi.DecodeResponse(out)
	switch {
	case err != nil:
		return nil, m.fault(FaultProtocol, fmt.Errorf("the answer cannot be read: %w", err))
	case r.V != abi.Version:
		return nil, m.fault(FaultProtocol, fmt.Errorf("the answer is of version %d", r.V))
	case r.Fault != "":
		return nil, m.fault(FaultDeclared, errors.New(r.Fault))
	}
	if r.View != nil {
		if err := view.Validate(r.View); err != nil {
			return nil, m.fault(FaultProtocol, fmt.Errorf("the view is not valid: %w", err))
		}
	}
	return r, nil
}

func (m *Module) fault(kind FaultKind, err error) *Fault {
	return &Fault{Kind: kind, Plugin: m.pkg.Manifest.ID, Version: m.pkg.Manifest.Version, Message: firstLine(err), Cause: err}
}

func (m *Module) takeSlot(ctx context.Context, deadline time.Time) *Fault {
	select {
	case m.slots <- struct{}{}:
		return nil
	default:
	}
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case m.slots <- struct{}{}:
		return nil
	case <-timer.C:
		return m.fault(FaultBusy, errors.New("all its instances stayed busy"))
	case <-ctx.Done():
		return m.fault(FaultStopped, context.Cause(ctx))
	}
}

func (m *Module) takeInstance(p *program) (*instance, error) {
	m.mu.Lock()
	if n := len(m.free); n > 0 {
		i := m.free[n-1]
		m.free = m.free[:n-1]
		m.mu.Unlock()
		return i, nil
	}
	m.stats.Made++
	m.mu.Unlock()
	return p.instance()
}

// acquire gives the loaded program, loading it if need be; release gives it back.
func (m *Module) acquire(ctx context.Context) (*program, error) {
	if p, err := m.loaded(); p != nil || err != nil {
		return p, err
	}
	m.loading.Lock()
	defer m.loading.Unlock()
	if p, err := m.loaded(); p != nil || err != nil { // somebody else was first
		return p, err
	}
	p, err := m.load(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		if m.failure = AsFault(err); m.failure == nil {
			m.failure = m.fault(FaultCompile, err)
		}
		// Compiling may cost a minute: not again with every request.
		m.retry = time.Now().Add(time.Minute)
		if ctx.Err() != nil {
			m.retry = time.Time{}
		}
		return nil, m.failure
	}
	if m.closed {
		p.close()
		return nil, ErrClosed
	}
	m.program, m.failure = p, nil
	m.busy++
	return p, nil
}

func (m *Module) loaded() (*program, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		return nil, ErrClosed
	case m.program != nil:
		m.busy++
		return m.program, nil
	case m.failure != nil && time.Now().Before(m.retry):
		return nil, m.failure
	}
	return nil, nil
}

func (m *Module) load(ctx context.Context) (*program, error) {
	folder := cacheFolder(m.engine.opts.CacheDir, m.pkg.code)
	m.engine.compiling.Lock()
	err := ensureCompiled(ctx, m.engine.opts.Compile, m.pkg.code, folder)
	m.engine.compiling.Unlock()
	if err != nil {
		return nil, m.fault(FaultCompile, err)
	}
	p, err := loadProgram(ctx, m.pkg, folder, m.limits, m.engine.opts.Reset, m.engine.pages)
	if err != nil {
		if AsFault(err) != nil {
			return nil, err
		}
		return nil, m.fault(FaultRefused, err)
	}
	return p, nil
}

// release ends a call's use of p, keeping an instance that is fresh again.
func (m *Module) release(p *program, kept *instance) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if kept != nil {
		m.free = append(m.free, kept)
	}
	m.busy--
	if m.closed && m.busy == 0 {
		m.unload()
		return
	}
	if m.idle == nil {
		m.idle = time.AfterFunc(m.engine.opts.IdleAfter, m.unloadIfIdle)
	} else {
		m.idle.Reset(m.engine.opts.IdleAfter)
	}
}

func (m *Module) unloadIfIdle() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.busy == 0 {
		m.unload()
	}
}

// unload lets go of everything that is loaded; the next call loads it again.
func (m *Module) unload() {
	if m.program == nil {
		return
	}
	for _, i := range m.free {
		i.close()
	}
	m.free = nil
	m.program.close()
	m.program = nil
}

// Close refuses further calls and, when those under way are over, unloads.
func (m *Module) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	if m.idle != nil {
		m.idle.Stop()
	}
	if m.busy == 0 {
		m.unload()
	}
}
