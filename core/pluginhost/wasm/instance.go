package wasm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/casement-dev/casement/core/pluginhost/wasm/meter"
	"github.com/casement-dev/casement/sdk/abi"
)

// instance is one running copy of a module. One goroutine uses it at a time.
type instance struct {
	ctx     context.Context // carries its surroundings to host functions; never done
	module  api.Module
	mem     *memory
	around  surroundings
	alloc   api.Function
	call    api.Function
	stack   [2]uint64
	globals []api.MutableGlobal // in the order of Package.globals: fuel, budget, stop, depth, and the module's own
	written []pages             // room for the list of pages that were written

	stopping sync.Mutex
	turn     int         // of calls: who comes late to stop one stops nobody else's
	armed    bool        // a call is under way
	deadline time.Time   // of that call
	timer    *time.Timer // sees to the deadline; one for all calls
}

// The counters among the globals, in the order in which meter exports them.
const (
	globalFuel = iota
	globalBudget
	globalStop
	globalDepth
)

// newInstance makes a copy of a module whose memory may reach most bytes.
// Nothing of the module has run yet: see start.
func newInstance(rt wazero.Runtime, code wazero.CompiledModule, globals []string, most uint64) (i *instance, err error) {
	defer func() {
		if p := recover(); p != nil { // an allocator has no other way to fail
			if i.mem != nil {
				i.mem.Free()
			}
			i, err = nil, fmt.Errorf("making an instance: %v", p)
		}
	}()
	i = &instance{around: newSurroundings()}
	i.ctx = context.WithValue(context.Background(), surroundingsKey{}, &i.around)
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions()
	allocate := experimental.MemoryAllocatorFunc(func(_, max uint64) experimental.LinearMemory {
		m, err := newMemory(min(max, most))
		if err != nil {
			panic(err)
		}
		i.mem = m
		return m
	})
	i.module, err = rt.InstantiateModule(experimental.WithMemoryAllocator(i.ctx, allocate), code, config)
	if err != nil {
		if i.mem != nil {
			i.mem.Free()
		}
		return nil, fmt.Errorf("making an instance: %w", err)
	}
	i.alloc, i.call = i.module.ExportedFunction("plugin_alloc"), i.module.ExportedFunction("plugin_call")
	for _, name := range globals {
		g, ok := i.module.ExportedGlobal(name).(api.MutableGlobal)
		if !ok {
			i.close()
			return nil, fmt.Errorf("making an instance: %s is no mutable global", name)
		}
		i.globals = append(i.globals, g)
	}
	return i, nil
}

func (i *instance) close() {
	if i.timer != nil {
		i.timer.Stop()
	}
	_ = i.module.Close(i.ctx)
}

// start runs the module's own initialisation, if it has one.
func (i *instance) start(limits Limits, deadline time.Time) *Fault {
	initialize := i.module.ExportedFunction("_initialize")
	if initialize == nil {
		return nil
	}
	i.arm(context.Background(), min(limits.Fuel, startFuel), deadline)
	defer i.disarm(nil)
	return i.invoke(initialize, 0, 0)
}

// startFuel is what a module may burn while it is set up.
const startFuel = 100_000_000

// run is one call within fuel and before the deadline. It returns a copy of
// the answer. The instance must be reset afterwards, whatever came of it.
func (i *instance) run(ctx context.Context, in []byte, limits Limits, deadline time.Time) ([]byte, *Fault) {
	release := i.arm(ctx, limits.Fuel, deadline)
	defer i.disarm(release)
	if f := i.invoke(i.alloc, uint64(len(in)), 0); f != nil {
		return nil, f
	}
	at := uint32(i.stack[0])
	if !i.module.Memory().Write(at, in) {
		return nil, &Fault{Kind: FaultProtocol, Message: "plugin_alloc gave a place outside the memory"}
	}
	if f := i.invoke(i.call, uint64(at), uint64(len(in))); f != nil {
		return nil, f
	}
	out, length := uint32(i.stack[0]>>32), uint32(i.stack[0])
	if length > uint32(limits.Output) {
		return nil, &Fault{Kind: FaultOutput, Message: fmt.Sprintf("the answer is %d bytes long, more than %d", length, limits.Output)}
	}
	b, ok := i.module.Memory().Read(out, length)
	if !ok {
		return nil, &Fault{Kind: FaultOutput, Message: "the answer lies outside the memory"}
	}
	return append(make([]byte, 0, length), b...), nil
}

// warm lets the guest leave n bytes of heap free.
func (i *instance) warm(n uint32, limits Limits) *Fault {
	i.arm(context.Background(), limits.Fuel, time.Now().Add(limits.Wall))
	defer i.disarm(nil)
	return i.invoke(i.module.ExportedFunction("plugin_warm"), uint64(n), 0)
}

// abiVersion asks the module which contract it speaks.
func (i *instance) abiVersion(limits Limits) (uint32, *Fault) {
	i.arm(context.Background(), limits.Fuel, time.Now().Add(limits.Wall))
	defer i.disarm(nil)
	f := i.invoke(i.module.ExportedFunction("plugin_abi"), 0, 0)
	return uint32(i.stack[0]), f
}

// arm sets the fuel of a call and lets the clock and ctx stop it. The guest
// notices at its next safepoint, at most a quantum away. disarm takes what arm
// returns.
func (i *instance) arm(ctx context.Context, fuel int64, deadline time.Time) (release func() bool) {
	i.globals[globalBudget].Set(uint64(fuel / meter.Quantum))
	i.globals[globalFuel].Set(meter.Quantum)
	i.globals[globalDepth].Set(meter.MaxDepth)
	i.globals[globalStop].Set(0)
	i.stopping.Lock()
	i.turn++
	turn := i.turn
	i.armed, i.deadline = true, deadline
	i.stopping.Unlock()
	if left := time.Until(deadline); i.timer == nil {
		i.timer = time.AfterFunc(left, i.late)
	} else {
		i.timer.Reset(left)
	}
	if ctx.Done() == nil {
		return nil
	}
	return context.AfterFunc(ctx, func() {
		i.stopping.Lock()
		defer i.stopping.Unlock()
		if i.armed && i.turn == turn {
			i.globals[globalStop].Set(1)
		}
	})
}

// late stops the call that is over its time. The timer of the call before may
// come here too, when that ended at the last moment.
func (i *instance) late() {
	i.stopping.Lock()
	defer i.stopping.Unlock()
	if i.armed && !time.Now().Before(i.deadline) {
		i.globals[globalStop].Set(1)
	}
}

func (i *instance) disarm(release func() bool) {
	i.timer.Stop()
	if release != nil {
		release()
	}
	i.stopping.Lock()
	i.armed = false
	i.stopping.Unlock()
}

// burnt is the fuel that the last call took.
func (i *instance) burnt(limits Limits) int64 {
	quanta := limits.Fuel/meter.Quantum - int64(i.globals[globalBudget].Get())
	return min(quanta*meter.Quantum+meter.Quantum-int64(int32(i.globals[globalFuel].Get())), limits.Fuel)
}

// invoke calls a function of the guest; its result is then in the stack.
func (i *instance) invoke(f api.Function, a, b uint64) *Fault {
	i.stack = [2]uint64{a, b}
	err := f.CallWithStack(i.ctx, i.stack[:])
	if err == nil {
		return nil
	}
	fault := &Fault{Kind: FaultTrap, Message: firstLine(err), Cause: err}
	i.stopping.Lock()
	stopped := uint32(i.globals[globalStop].Get()) != 0
	i.stopping.Unlock()
	var exit exitError
	switch {
	case errors.Is(err, errHostCalls):
		fault.Kind = FaultHost
	case errors.As(err, &exit):
		fault.Kind, fault.Message = FaultExit, fmt.Sprintf("it ended itself with code %d", exit.code)
	case int32(i.globals[globalDepth].Get()) <= 0:
		fault.Kind, fault.Message = FaultDepth, "its functions called each other too deeply"
	case stopped:
		fault.Kind, fault.Message = FaultStopped, "it was stopped: it took too long, or was no longer wanted"
	case int64(i.globals[globalBudget].Get()) < 0:
		fault.Kind, fault.Message = FaultFuel, "it computed more than it may"
	}
	return fault
}

// finish fills in what only the instance knows of a fault.
func (i *instance) finish(f *Fault, m *abi.Manifest) *Fault {
	f.Plugin, f.Version = m.ID, m.Version
	f.Log = clean(string(i.around.log))
	if f.Kind == FaultTrap && f.Log != "" {
		f.Message = firstLine(errors.New(f.Log)) // "panic: …" says more than "unreachable"
	}
	return f
}
