package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/abi"
)

// Host holds the plugins of an installation by id. A plugin is compiled and
// loaded when it is first called and unloaded when it is idle. Its methods may
// be called from many goroutines.
type Host struct {
	engine *wasm.Engine
	clock  core.Clock
	log    *slog.Logger

	mu      sync.RWMutex
	plugins map[string]*plugin
	closed  bool
}

// plugin is one that is installed.
type plugin struct {
	module  *wasm.Module
	grant   Grant
	breaker breaker

	mu   sync.Mutex
	last *wasm.Fault
	at   time.Time // of last
}

// New makes a host without plugins. The engine stays the caller's.
func New(engine *wasm.Engine, clock core.Clock, log *slog.Logger) *Host {
	return &Host{engine: engine, clock: clock, log: log, plugins: map[string]*plugin{}}
}

// Ship installs every *.wasm file of a folder with all it needs granted: they
// come with the program. One that is not fit to be run is logged and left out,
// and its error returned with those of the others; the rest work.
func (h *Host) Ship(modules fs.FS) error {
	names, err := fs.Glob(modules, "*.wasm")
	if err != nil {
		return fmt.Errorf("list the shipped plugins: %w", err)
	}
	var all error
	for _, name := range names {
		module, err := fs.ReadFile(modules, name)
		if err == nil {
			err = h.Install(module, nil)
		}
		if err != nil {
			all = errors.Join(all, fmt.Errorf("the shipped plugin %s: %w", name, err))
		}
	}
	return all
}

// Install adds a plugin, or replaces the one with its id. grant is what it may
// do; nil grants all it needs. Calls that run end on the old one.
func (h *Host) Install(module []byte, grant Grant) error {
	pkg, err := wasm.Inspect(module)
	if err != nil {
		return err
	}
	if grant == nil {
		grant = pkg.Manifest.Needs
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return wasm.ErrClosed
	}
	before := h.plugins[pkg.Manifest.ID]
	h.plugins[pkg.Manifest.ID] = &plugin{module: h.engine.Open(pkg), grant: grant}
	if before != nil {
		before.module.Close()
	}
	return nil
}

// Close unloads every plugin.
func (h *Host) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, p := range h.plugins {
		p.module.Close()
	}
}

// Forms lists the forms there are, as case types name them:
// "casement.complaint/complaint", sorted.
func (h *Host) Forms() []string {
	h.mu.RLock()
	defer h.mu.RUnlock()
	var out []string
	for id, p := range h.plugins {
		for _, e := range p.manifest().Entries {
			if e.Kind == abi.KindForm {
				out = append(out, id+"/"+e.ID)
			}
		}
	}
	slices.Sort(out)
	return out
}

// Status is how one plugin does, for administrators and doctor.
type Status struct {
	ID, Version, Name, Publisher string
	Hash                         string // SHA-256 of the module
	Calls, Faults                uint64
	Loaded                       bool
	OffUntil                     time.Time // zero while it is on
	LastFault                    string    // "" for none; in part the plugin's own words
	LastFaultAt                  time.Time
}

// Status lists the plugins by id.
func (h *Host) Status() []Status {
	h.mu.RLock()
	defer h.mu.RUnlock()
	out := make([]Status, 0, len(h.plugins))
	for _, p := range h.plugins {
		out = append(out, p.status(h.clock.Now()))
	}
	slices.SortFunc(out, func(a, b Status) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Check loads every plugin, as its first call would, and returns what is wrong.
func (h *Host) Check(ctx context.Context) error {
	h.mu.RLock()
	modules := make([]*wasm.Module, 0, len(h.plugins))
	for _, p := range h.plugins {
		modules = append(modules, p.module)
	}
	h.mu.RUnlock()
	var all error
	for _, m := range modules {
		all = errors.Join(all, m.Load(ctx))
	}
	return all
}

func (p *plugin) manifest() *abi.Manifest { return &p.module.Package().Manifest }

func (p *plugin) status(now time.Time) Status {
	m, stats := p.manifest(), p.module.Stats()
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Status{
		ID: m.ID, Version: m.Version, Name: m.Name, Publisher: m.Publisher, Hash: p.module.Package().Hash,
		Calls: stats.Calls, Faults: stats.Faults, Loaded: stats.Loaded, OffUntil: p.breaker.offUntil(now),
	}
	if p.last != nil {
		s.LastFault, s.LastFaultAt = string(p.last.Kind)+": "+p.last.Message, p.at
	}
	return s
}

func (h *Host) find(id string) *plugin {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.plugins[id]
}

// call sends one request to a plugin that is on, and holds the answer's
// effects against its grant. A fault is counted and logged here, and comes
// back worded for the public.
func (h *Host) call(ctx context.Context, p *plugin, r *abi.Request) (*abi.Response, error) {
	now := h.clock.Now()
	if off := p.breaker.offUntil(now); !off.IsZero() {
		return nil, core.Unavailable(nil, "This form is switched off for a few minutes because it kept failing.")
	}
	response, err := p.module.Call(ctx, r)
	if err == nil {
		err = p.grant.Allow(response.Effects, p.manifest())
	}
	if err != nil {
		return nil, h.failed(ctx, p, err)
	}
	return response, nil
}

// failed notes what went wrong with a plugin and words it for the public.
func (h *Host) failed(ctx context.Context, p *plugin, err error) error {
	fault := wasm.AsFault(err)
	if fault == nil {
		if ctx.Err() != nil || errors.Is(err, wasm.ErrClosed) {
			return core.Unavailable(err, "This form is not available just now.")
		}
		return err
	}
	now, m := h.clock.Now(), p.manifest()
	p.mu.Lock()
	p.last, p.at = fault, now
	p.mu.Unlock()
	h.log.Error("a plugin failed", "plugin", m.ID, "version", m.Version, "kind", string(fault.Kind), "fault", fault.Message, "wrote", fault.Log)
	// Neither a crowd nor a reader who left is the plugin's fault.
	if fault.Kind != wasm.FaultBusy && ctx.Err() == nil && p.breaker.fault(now) {
		h.log.Error("a plugin is switched off", "plugin", m.ID, "version", m.Version, "for", breakFor.String())
	}
	return core.Unavailable(fault, "This form has a problem just now, and we have been told.")
}
