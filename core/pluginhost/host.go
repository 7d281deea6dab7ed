package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/sdk/abi"
)

// Host runs the plugins of an installation. What is installed it reads from
// core/plugins and keeps up with ([Host.Run]); a version is read, compiled and
// loaded when it is first called, and let go when it is idle. Its methods may
// be called from many goroutines.
type Host struct {
	engine *wasm.Engine
	clock  core.Clock
	log    *slog.Logger
	source *plugins.Service // nil: what Install was given is all there is

	services Services
	trails   trails
	recorder recorder

	// installed is what serves. It is replaced whole, so that a call sees one
	// version, grant and configuration from its beginning to its end.
	installed atomic.Pointer[installation]

	mu       sync.Mutex // held while installed is replaced
	closed   bool
	own      []*plugin            // of Install
	codes    map[string]*code     // by hash
	records  map[string]*standing // by id of the plugin
	syncedAt time.Time
}

// installation is what is installed at one instant. It does not change.
type installation struct {
	live map[string]*plugin   // by id
	kept map[string][]*plugin // by id: every version, the one added last first
}

// plugin is one version of one, with what it may do and how it is configured.
// It does not change: what does is in its code and its standing.
type plugin struct {
	hash      string
	m         *abi.Manifest
	grant     Grant
	config    abi.Raw
	on        bool
	recording bool
	code      *code
	*standing
}

// standing is how a plugin does on this server, whichever version serves.
type standing struct {
	breaker breaker
	calls   atomic.Uint64
	faults  atomic.Uint64

	mu      sync.Mutex
	last    *wasm.Fault
	at      time.Time // of last
	revived time.Time // as the installation says
}

// New makes a host without plugins. The engine stays the caller's.
func New(engine *wasm.Engine, clock core.Clock, log *slog.Logger) *Host {
	h := &Host{engine: engine, clock: clock, log: log, codes: map[string]*code{}, records: map[string]*standing{}}
	h.installed.Store(&installation{})
	h.recorder.clock, h.recorder.server = clock, serverName()
	return h
}

// Install adds a plugin that is in no database, or replaces the one with its
// id: for tests, and for whoever writes one. grant is what it may do; nil
// grants all it asks for. Calls that run end on the old one.
func (h *Host) Install(module []byte, grant Grant) error {
	pkg, err := wasm.Inspect(module)
	if err != nil {
		return err
	}
	m := &pkg.Manifest
	if grant == nil {
		grant = everything(m)
	}
	config, err := effective(m, nil)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return wasm.ErrClosed
	}
	p := &plugin{
		hash: pkg.Hash, m: m, grant: grant, config: config, on: true,
		code: &code{host: h, hash: pkg.Hash, module: h.engine.Open(pkg), owned: true}, standing: h.standingOf(m.ID),
	}
	for i, before := range h.own {
		if before.m.ID == m.ID {
			h.own = slices.Delete(slices.Clone(h.own), i, i+1)
			defer before.code.retire()
			break
		}
	}
	h.own = append(h.own, p)
	h.replace(h.installed.Load().without(m.ID))
	return nil
}

// without is a copy that lacks one plugin.
func (in *installation) without(id string) *installation {
	out := &installation{live: map[string]*plugin{}, kept: map[string][]*plugin{}}
	for key, p := range in.live {
		if key != id {
			out.live[key], out.kept[key] = p, in.kept[key]
		}
	}
	return out
}

// replace lets another installation serve, with what is in no database. The
// caller holds h.mu.
func (h *Host) replace(next *installation) {
	for _, p := range h.own {
		next.live[p.m.ID], next.kept[p.m.ID] = p, []*plugin{p}
	}
	h.installed.Store(next)
}

// standingOf is how a plugin does here. The caller holds h.mu.
func (h *Host) standingOf(id string) *standing {
	s := h.records[id]
	if s == nil {
		s = &standing{}
		h.records[id] = s
	}
	return s
}

// Close unloads every plugin, after the calls that run.
func (h *Host) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, c := range h.codes {
		c.retire()
	}
	for _, p := range h.own {
		p.code.retire()
	}
	h.codes, h.own = map[string]*code{}, nil
	h.installed.Store(&installation{})
}

// Entries lists what of a kind the plugins on this server offer, as case types
// name it: "casement.complaint/complaint", sorted.
func (h *Host) Entries(kind string) []string {
	var out []string
	for id, p := range h.installed.Load().live {
		for _, e := range p.m.Entries {
			if e.Kind == kind {
				out = append(out, id+"/"+e.ID)
			}
		}
	}
	slices.Sort(out)
	return out
}

// Forms lists the forms there are: see [Host.Entries].
func (h *Host) Forms() []string { return h.Entries(abi.KindForm) }

// Status is how one plugin does, for administrators and doctor.
type Status struct {
	ID, Version, Name, Publisher string
	Hash                         string // SHA-256 of the module
	Calls, Faults                uint64 // since the server started
	Loaded                       bool
	On                           bool
	OffUntil                     time.Time // after repeated faults; zero while it is not off for them
	LastFault                    string    // "" for none; in part the plugin's own words
	LastFaultAt                  time.Time
}

// Status lists the plugins by id.
func (h *Host) Status() []Status {
	live := h.installed.Load().live
	out := make([]Status, 0, len(live))
	for _, p := range live {
		out = append(out, p.status(h.clock.Now()))
	}
	slices.SortFunc(out, func(a, b Status) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func (p *plugin) status(now time.Time) Status {
	s := Status{
		ID: p.m.ID, Version: p.m.Version, Name: p.m.Name, Publisher: p.m.Publisher, Hash: p.hash, On: p.on,
		Calls: p.calls.Load(), Faults: p.faults.Load(), Loaded: p.code.stats().Loaded, OffUntil: p.breaker.offUntil(now),
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last != nil {
		s.LastFault, s.LastFaultAt = string(p.last.Kind)+": "+p.last.Message, p.at
	}
	return s
}

// Check loads every plugin, as its first call would, and returns what is wrong.
func (h *Host) Check(ctx context.Context) error {
	var all error
	for _, p := range h.installed.Load().live {
		module, done, err := p.code.use(ctx)
		if err == nil {
			err = module.Load(ctx)
			done()
		}
		all = errors.Join(all, err)
	}
	return all
}

func (p *plugin) manifest() *abi.Manifest { return p.m }

// pin is what is kept beside a state that this version has made.
func (p *plugin) pin() string { return pin(p.m, p.hash) }

// find gives the version of a plugin that serves, or nil.
func (h *Host) find(id string) *plugin { return h.installed.Load().live[id] }

// version finds the version of a plugin that is to go on with a state, by the
// state's pin; with "" the one that serves. That serves states of its own
// version of states, and those that it migrates ([plugin.migrates]); others
// stay with the version that made them, for as long as that is kept.
func (h *Host) version(ctx context.Context, id, pin string) (*plugin, error) {
	p, err := h.installed.Load().version(id, pin)
	if err == nil || h.source == nil {
		return p, err
	}
	// Another server may have learnt of it a moment before this one.
	if synced := h.syncAgain(ctx); !synced {
		return nil, err
	}
	return h.installed.Load().version(id, pin)
}

func (in *installation) version(id, pin string) (*plugin, error) {
	live := in.live[id]
	if live == nil {
		return nil, core.Unavailable(nil, "This is not installed.")
	}
	if pin == "" {
		return live, nil
	}
	from, short, ok := readPin(pin)
	if !ok {
		return nil, changed()
	}
	if strings.HasPrefix(live.hash, short) || from == live.m.State.Version || slices.Contains(live.m.State.MigratesFrom, from) {
		return live, nil
	}
	for _, p := range in.kept[id] {
		if strings.HasPrefix(p.hash, short) {
			return p, nil
		}
	}
	return nil, changed()
}

func changed() error {
	return core.Unavailable(nil, "This has changed since you began it, so it has to be begun again.")
}

// migrates says of which version of states a pinned state is that this version
// has to migrate before it can go on with it.
func (p *plugin) migrates(pin string) (from int, needed bool) {
	from, short, ok := readPin(pin)
	return from, ok && from != p.m.State.Version && !strings.HasPrefix(p.hash, short)
}

// nouns are what entries are to those who meet them.
var nouns = map[string]string{abi.KindForm: "form", abi.KindTask: "task", abi.KindDetails: "section", abi.KindAction: "action"}

func (p *plugin) noun(entry string) string {
	if e := p.m.Entry(entry); e != nil {
		return nouns[e.Kind]
	}
	return "plugin"
}

// call sends one request to a plugin that is on, and holds the answer's
// effects against its grant. What came of it is counted and recorded; a fault
// comes back worded for the public.
func (h *Host) call(ctx context.Context, p *plugin, r *abi.Request, about matter) (*abi.Response, error) {
	noun := p.noun(r.Entry)
	if !p.on {
		return nil, core.Unavailable(nil, "This %s is switched off.", noun)
	}
	if off := p.breaker.offUntil(h.clock.Now()); !off.IsZero() {
		return nil, core.Unavailable(nil, "This %s is switched off for a few minutes because it kept failing.", noun)
	}
	if r.Config == nil { // a form without code is its configuration
		r.Config = p.config
	}
	module, done, err := p.code.use(ctx)
	if err != nil {
		return nil, h.failedIn(ctx, p, r.Entry, err)
	}
	result, err := module.CallWith(ctx, r)
	done()
	if err == nil {
		err = p.grant.Allow(result.Response.Effects, p.m)
	}
	h.recorder.note(p, r, result, err, about)
	if err != nil {
		return nil, h.failedIn(ctx, p, r.Entry, err)
	}
	return result.Response, nil
}

// failed notes what went wrong with a plugin and words it for the public.
func (h *Host) failed(ctx context.Context, p *plugin, err error) error {
	return h.failedIn(ctx, p, "", err)
}

// failedIn is failed in one of its entries.
func (h *Host) failedIn(ctx context.Context, p *plugin, entry string, err error) error {
	fault, noun := wasm.AsFault(err), p.noun(entry)
	if fault == nil {
		if ctx.Err() != nil || errors.Is(err, wasm.ErrClosed) {
			return core.Unavailable(err, "This %s is not available just now.", noun)
		}
		return err
	}
	now := h.clock.Now()
	p.mu.Lock()
	p.last, p.at = fault, now
	p.mu.Unlock()
	h.log.Error("a plugin failed", "plugin", p.m.ID, "version", p.m.Version, "kind", string(fault.Kind), "fault", fault.Message, "wrote", fault.Log)
	h.recorder.say(p, plugins.LevelFault, entry, wordsOf(fault))
	// Neither a crowd nor a reader who left is the plugin's fault.
	if fault.Kind != wasm.FaultBusy && ctx.Err() == nil {
		p.faults.Add(1)
		if p.breaker.fault(now) {
			h.log.Error("a plugin is switched off", "plugin", p.m.ID, "version", p.m.Version, "for", breakFor.String())
			h.recorder.say(p, plugins.LevelFault, entry, fmt.Sprintf("switched off on this server for %d minutes after %d faults in a minute", int(breakFor.Minutes()), breakAfter))
		}
	}
	return core.Unavailable(fault, "This %s has a problem just now, and we have been told.", noun)
}

func wordsOf(f *wasm.Fault) string {
	out := string(f.Kind) + ": " + f.Message
	if rest := strings.TrimSpace(f.Log); rest != "" && rest != f.Message {
		out += "\n" + rest
	}
	return out
}

func protocolFault(m *abi.Manifest, err error) *wasm.Fault {
	return &wasm.Fault{Kind: wasm.FaultProtocol, Plugin: m.ID, Version: m.Version, Message: err.Error(), Cause: err}
}
