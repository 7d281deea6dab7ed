package wasm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/tetratelabs/wazero"

	"github.com/casement-dev/casement/sdk/abi"
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
	State     int           // bytes of the state in it
}

// DefaultLimits are what plugins get unless the host says otherwise or their
// manifest asks for less.
func DefaultLimits() Limits {
	return Limits{MemoryMiB: 64, Fuel: 200_000_000, Wall: 2 * time.Second, Output: abi.MaxMessage, State: 256 << 10}
}

// Options of an [Engine]. CacheDir and Compile must be given.
type Options struct {
	CacheDir  string        // native code is kept here between runs of the server
	Compile   Compiler      // [ChildCompiler], but for tests
	Limits    Limits        // caps; what is zero is as in DefaultLimits
	Instances int           // of one module at once; 0 means GOMAXPROCS: more bring nothing
	Waiting   int           // calls of one module that may wait for an instance; 0 means 100
	IdleAfter time.Duration // a module not called for so long is unloaded; 0 means 5 minutes
	// LoadWait is how long a call waits for its module to be compiled and loaded; 0
	// means 15 seconds. Longer than the server has for an answer is of no use.
	LoadWait time.Duration
	Reset    Reset // "" means the best that works here
	// Interpret runs modules without compiling them: they are loaded in a tenth of
	// the time and run many times slower. It is for whoever writes one.
	Interpret bool
}

// Engine runs modules. Its methods may be called from many goroutines.
type Engine struct {
	opts      Options
	why       string // the reset is not the best one
	pages     *pagemap
	compiling chan struct{} // a child that compiles holds one
}

// maxCompiling is how many children compile at once. With two, a module that
// takes a minute does not keep all others waiting.
const maxCompiling = 2

// settle has wazero find out its own version before engines make runtimes side by
// side: it keeps it in a variable, the first time, without a lock.
var settle = sync.OnceValue(func() error {
	ctx := context.Background()
	return wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler()).Close(ctx)
})

// New makes an engine and finds out how instances can be reset here.
func New(opts Options) (*Engine, error) {
	if !opts.Interpret {
		if err := settle(); err != nil {
			return nil, fmt.Errorf("begin with wazero: %w", err)
		}
	}
	if !opts.Interpret {
		if err := openCache(opts); err != nil {
			return nil, err
		}
	}
	d := DefaultLimits()
	opts.Limits = Limits{
		MemoryMiB: cmp.Or(opts.Limits.MemoryMiB, d.MemoryMiB), Fuel: cmp.Or(opts.Limits.Fuel, d.Fuel), Wall: cmp.Or(opts.Limits.Wall, d.Wall),
		Output: min(cmp.Or(opts.Limits.Output, d.Output), abi.MaxMessage), State: cmp.Or(opts.Limits.State, d.State),
	}
	opts.Instances = cmp.Or(opts.Instances, runtime.GOMAXPROCS(0))
	opts.Waiting = cmp.Or(opts.Waiting, 100)
	opts.IdleAfter = cmp.Or(opts.IdleAfter, 5*time.Minute)
	opts.LoadWait = cmp.Or(opts.LoadWait, 15*time.Second)
	e := &Engine{pages: openPagemap(), compiling: make(chan struct{}, maxCompiling)}
	var best Reset
	best, e.why = probe(e.pages)
	if rank(opts.Reset) < rank(best) {
		opts.Reset = best
	}
	e.opts = opts
	return e, nil
}

// openCache makes the folder for native code.
func openCache(opts Options) error {
	if opts.CacheDir == "" || opts.Compile == nil {
		return errors.New("wasm.Options: CacheDir and Compile are needed")
	}
	if err := os.MkdirAll(opts.CacheDir, 0o700); err != nil {
		return fmt.Errorf("making the plugin cache: %w", err)
	}
	if err := ownFolder(opts.CacheDir); err != nil {
		return fmt.Errorf("the plugin cache holds code that this server runs: %w", err)
	}
	sweepCache(opts.CacheDir)
	return nil
}

// rank orders the ways to reset; the unset one is before all.
func rank(r Reset) int {
	switch r {
	case ResetPages:
		return 1
	case ResetDrop:
		return 2
	case ResetFresh:
		return 3
	}
	return 0
}

// Reset says how instances are reset here.
func (e *Engine) Reset() Reset { return e.opts.Reset }

// ResetReason says in words why instances are not reset in the best way, or "".
func (e *Engine) ResetReason() string { return e.why }

// Close lets go of the engine. Its modules must be closed before.
func (e *Engine) Close() { e.pages.close() }

// Open makes a module of a package. Nothing is loaded until it is called.
func (e *Engine) Open(p *Package) *Module {
	return &Module{
		engine: e, pkg: p, limits: limit(p.Manifest.Limits, e.opts.Limits),
		slots: make(chan struct{}, e.opts.Instances), waiting: make(chan struct{}, e.opts.Waiting),
	}
}

// keepUnused is how long native code lies in the cache that no server loads.
const keepUnused = 180 * 24 * time.Hour

// sweepCache removes what compilers that were killed left behind, and what
// belonged to versions that are long gone.
func sweepCache(root string) {
	folders, _ := filepath.Glob(filepath.Join(root, "*"))
	for _, folder := range folders {
		info, err := os.Lstat(folder)
		if err != nil || !info.IsDir() {
			continue
		}
		unused := time.Since(info.ModTime())
		if unused > keepUnused || strings.Contains(filepath.Base(folder), unfinished) && unused > 10*time.Minute {
			_ = os.RemoveAll(folder)
		}
	}
}
