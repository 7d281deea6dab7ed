package wasm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/casement-dev/casement/sdk/abi"
)

// Module is a plugin that can be called, from many goroutines.
type Module struct {
	engine  *Engine
	pkg     *Package
	limits  Limits
	slots   chan struct{} // a call that runs holds one
	waiting chan struct{} // a call that waits for a slot holds one

	mu      sync.Mutex
	closed  bool
	flight  *flight // loading; nil when nobody is
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
	Calls, Faults uint64 // of the calls that reached the guest
	Waited        uint64 // calls that found every instance busy
	Refused       uint64 // calls that gave up waiting, or found too many waiting
	Loaded        bool
	Instances     int    // ready and waiting
	Made          uint64 // instances made; the fewer the better
	Reset         Reset  // how they become fresh; "" while it is not loaded
}

// CallFigures are what one call cost.
type CallFigures struct {
	Fuel    int64         // units burnt
	Memory  int64         // bytes of guest memory when it ended
	Wait    time.Duration // until the module was loaded and an instance free
	Run     time.Duration // in the guest, and copying in and out
	In, Out int           // bytes of the request and of the answer
}

// Result is one call, whatever came of it.
type Result struct {
	Request  []byte        // as it was sent
	Answer   []byte        // as the module gave it; nil when it gave none
	Response *abi.Response // of an answer that is valid; nil with a fault
	Log      string        // what the module wrote to its standard error, at most 8 KiB
	Figures  CallFigures
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
	if s.Loaded {
		s.Reset = m.program.reset
	}
	return s
}

// Call sends one request and returns the response, its view validated. What
// goes wrong in the plugin is a [Fault].
func (m *Module) Call(ctx context.Context, request *abi.Request) (*abi.Response, error) {
	r, err := m.CallWith(ctx, request)
	return r.Response, err
}

// CallWith is [Module.Call] that tells what was said and what it cost, also
// when it failed.
func (m *Module) CallWith(ctx context.Context, request *abi.Request) (Result, error) {
	request.V = abi.Version
	return m.CallBytes(ctx, request.Append(make([]byte, 0, 1024+len(request.State)+len(request.Config))))
}

// CallBytes sends bytes as they are: a request that was recorded, or something
// that is none.
func (m *Module) CallBytes(ctx context.Context, request []byte) (Result, error) {
	r, fault, err := m.exchange(ctx, request)
	if err != nil {
		return r, err
	}
	if fault == nil {
		r.Response, fault = m.decode(r.Answer)
	}
	return r, m.count(fault)
}

// Exchange is [Module.CallBytes] that leaves the answer unread. It tells what a
// guest and its sandbox cost alone; nothing else should believe such an answer.
func (m *Module) Exchange(ctx context.Context, request []byte) (Result, error) {
	r, fault, err := m.exchange(ctx, request)
	if err != nil {
		return r, err
	}
	return r, m.count(fault)
}

func (m *Module) exchange(ctx context.Context, request []byte) (Result, *Fault, error) {
	r := Result{Request: request, Figures: CallFigures{In: len(request)}}
	if len(request) > abi.MaxMessage {
		return r, nil, fmt.Errorf("calling plugin %s: %w", m.pkg.Manifest.ID, abi.ErrTooLong)
	}
	start := time.Now()
	p, err := m.acquire(ctx, m.engine.opts.LoadWait)
	if err != nil {
		r.Figures.Wait = time.Since(start)
		return r, nil, err
	}
	fault := m.callLoaded(ctx, p, start, &r)
	return r, fault, nil
}

// count notes what came of a call, and gives the fault as an error.
func (m *Module) count(fault *Fault) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case fault == nil:
		m.stats.Calls++
		return nil
	case fault.Kind == FaultBusy:
		m.stats.Refused++
	default:
		m.stats.Calls++
		m.stats.Faults++
	}
	return fault
}

func (m *Module) callLoaded(ctx context.Context, p *program, start time.Time, r *Result) *Fault {
	deadline := time.Now().Add(m.limits.Wall)
	if f := m.takeSlot(ctx, deadline); f != nil {
		m.release(p, nil)
		r.Figures.Wait = time.Since(start)
		return f
	}
	var kept *instance
	defer func() {
		m.release(p, kept) // before the slot: whoever gets that finds the instance
		<-m.slots
	}()
	i, err := m.takeInstance(p, deadline)
	began := time.Now()
	r.Figures.Wait = began.Sub(start)
	if err != nil {
		return m.fault(FaultTrap, err)
	}
	var fault *Fault
	r.Answer, fault = i.run(ctx, r.Request, m.limits, deadline)
	r.Figures.Run = time.Since(began)
	r.Figures.Out, r.Figures.Fuel, r.Figures.Memory = len(r.Answer), i.burnt(m.limits), int64(i.mem.size)
	if fault != nil {
		fault = i.finish(fault, &m.pkg.Manifest)
		r.Log = fault.Log
	} else if len(i.around.log) > 0 {
		r.Log = clean(string(i.around.log))
	}
	if p.restore(i, fault) {
		kept = i
	} else {
		i.close()
	}
	return fault
}

func (m *Module) fault(kind FaultKind, err error) *Fault {
	return &Fault{Kind: kind, Plugin: m.pkg.Manifest.ID, Version: m.pkg.Manifest.Version, Message: firstLine(err), Cause: err}
}

// takeSlot waits for its turn, which counts against the deadline. A crowd that
// waits already is told so at once: whoever comes last would only wait in vain.
func (m *Module) takeSlot(ctx context.Context, deadline time.Time) *Fault {
	select {
	case m.slots <- struct{}{}:
		return nil
	default:
	}
	select {
	case m.waiting <- struct{}{}:
		defer func() { <-m.waiting }()
	default:
		return m.fault(FaultBusy, fmt.Errorf("%d calls wait for it already", cap(m.waiting)))
	}
	m.mu.Lock()
	m.stats.Waited++
	m.mu.Unlock()
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case m.slots <- struct{}{}:
		return nil
	case <-timer.C:
		return m.fault(FaultBusy, errors.New("all its instances stayed busy"))
	case <-ctx.Done():
		return m.fault(FaultBusy, context.Cause(ctx))
	}
}

func (m *Module) takeInstance(p *program, deadline time.Time) (*instance, error) {
	m.mu.Lock()
	if n := len(m.free); n > 0 {
		i := m.free[n-1]
		m.free = m.free[:n-1]
		m.mu.Unlock()
		return i, nil
	}
	m.stats.Made++
	m.mu.Unlock()
	return p.instance(deadline)
}
