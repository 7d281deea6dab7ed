// Package workbench serves one plugin alone, to whoever writes it: what it
// shows as it will look, what it remembers, wants and asks, and what a call
// costs. It builds the plugin anew when a file changes, and goes on where it
// stood. It stands beside the program because it knows both the sandbox and the
// pages, which nothing below does.
//
//	workbench.go  the bench: building, exchanging, who is told
//	session.go    one entry being worked with: what the host would keep
//	turn.go       one event, with the questions on the way to its answer
//	serve.go      the addresses
//	page.go       what stands on the page
package workbench

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/pluginhost/workshop"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/web"
	"github.com/casement-dev/casement/web/viewtree"
)

//go:embed page.html workbench.css workbench.js
var files embed.FS

// Options of a [Bench]. All are needed.
type Options struct {
	Folder   string // of the plugin
	Clock    core.Clock
	Commands pluginhost.Commands // that effects may name
	Assets   *web.Assets
	Log      *slog.Logger
}

// Bench is one plugin that is being written.
type Bench struct {
	Options
	engine *wasm.Engine
	draw   *viewtree.Renderer
	page   *page

	mu       sync.Mutex
	closed   bool
	host     *pluginhost.Host // nil before the first version was built
	manifest *abi.Manifest    // of host
	hash     string
	building bool
	wrong    workshop.Mistakes // of the last attempt to build
	took     timings
	sessions map[string]*session // by entry
	entry    string
	look     string
	open     int           // pages that listen
	revision int           // counts what a page that is open does not show
	changed  chan struct{} // closed when revision or building changes
}

// timings are how long the last version took to the screen.
type timings struct {
	saved               time.Time
	build, load, screen time.Duration // screen is 0 until a page showed it
	awaited             bool          // a page was open when it was saved
}

// The looks of what is shown.
const (
	lookPublic  = "public"
	lookConsole = "console"
)

// New makes a bench. It builds nothing before [Bench.Run].
func New(o Options) (*Bench, error) {
	// Calls are bounded by fuel as on a server. By the clock they may take longer:
	// interpreted code is slow, and says nothing of what a server will need.
	engine, err := wasm.New(wasm.Options{Interpret: true, Reset: wasm.ResetFresh, Instances: 1, Limits: wasm.Limits{Wall: 30 * time.Second}})
	if err != nil {
		return nil, err
	}
	draw, err := viewtree.New()
	if err != nil {
		return nil, err
	}
	p, err := newPage()
	if err != nil {
		return nil, err
	}
	return &Bench{Options: o, engine: engine, draw: draw, page: p, sessions: map[string]*session{}, building: true, changed: make(chan struct{})}, nil
}

// Run builds the plugin, and again whenever its files change, until the context
// ends.
func (b *Bench) Run(ctx context.Context) {
	defer b.close()
	stand := workshop.Look(b.Folder)
	b.rebuild(ctx, b.Clock.Now())
	workshop.Watch(ctx, b.Folder, stand, func(now workshop.Stand) { b.rebuild(ctx, now.Latest()) })
}

func (b *Bench) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.host != nil {
		b.host.Close()
	}
	b.engine.Close()
}

// rebuild makes a version of the files as they are, and lets it serve.
func (b *Bench) rebuild(ctx context.Context, saved time.Time) {
	b.mu.Lock()
	b.building = true
	b.tell()
	b.mu.Unlock()
	start := b.Clock.Now()
	built, err := workshop.Build(ctx, b.Folder)
	done := b.Clock.Now()
	var host *pluginhost.Host
	if err == nil {
		host = pluginhost.New(b.engine, b.Clock, b.Log)
		host.Provide(pluginhost.Services{Commands: b.Commands})
		if err = host.Install(built.Module, nil); err == nil {
			err = host.Check(ctx)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if ctx.Err() != nil || b.closed {
		if host != nil {
			host.Close()
		}
		return
	}
	b.building = false
	b.revision++
	b.took = timings{saved: saved, awaited: b.open > 0, build: done.Sub(start), load: b.Clock.Now().Sub(done)}
	defer b.tell()
	if err != nil {
		if host != nil {
			host.Close()
		}
		if !errors.As(err, &b.wrong) {
			b.wrong = workshop.Mistakes{{Says: said(err)}}
		}
		b.Log.Warn("not built", "because", err)
		return
	}
	if b.host != nil {
		b.host.Close()
	}
	b.wrong, b.host, b.manifest, b.hash = nil, host, built.Manifest, host.Status()[0].Hash
	b.Log.Info("built", "plugin", built.Manifest.ID, "version", built.Manifest.Version, "kB", len(built.Module)>>10,
		"build", b.took.build.Round(time.Millisecond).String(), "load", b.took.load.Round(time.Millisecond).String())
	b.adopt(ctx)
}

func said(err error) string {
	if f := wasm.AsFault(err); f != nil {
		return "a server would refuse it: " + f.Message
	}
	return err.Error()
}

// tell wakes the pages that are open. The caller holds b.mu.
func (b *Bench) tell() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// adopt lets the sessions go on with a new version. The caller holds b.mu.
func (b *Bench) adopt(ctx context.Context) {
	for id, s := range b.sessions {
		e := b.manifest.Entry(id)
		if e == nil || e.Kind != s.kind {
			delete(b.sessions, id)
			continue
		}
		b.resume(ctx, s)
	}
	if b.manifest.Entry(b.entry) == nil {
		b.choose(ctx, b.manifest.Entries[0].ID)
	}
}

// choose turns to an entry. The caller holds b.mu.
func (b *Bench) choose(ctx context.Context, id string) {
	e := b.manifest.Entry(id)
	if e == nil {
		return
	}
	if b.entry = id; b.look == "" || b.look == lookPublic && e.Kind != abi.KindForm {
		b.look = lookConsole
		if e.Kind == abi.KindForm {
			b.look = lookPublic
		}
	}
	if b.sessions[id] != nil {
		return
	}
	s := &session{id: id, kind: e.Kind}
	if err := b.reset(ctx, s); err != nil {
		b.Log.Error("make up a sample", "entry", id, "error", err)
	}
	b.sessions[id] = s
	if e.Kind != abi.KindAction {
		b.send(ctx, s, abi.Event{Type: abi.EventStart})
	}
}

// reset makes up a sample for a session: a context, and settings by default.
func (b *Bench) reset(ctx context.Context, s *session) error {
	raw, err := b.host.Sample(ctx, b.hash, s.id, plugins.Events(s.kind)[0])
	if err != nil {
		return err
	}
	r, err := abi.DecodeRequest(raw)
	if err != nil {
		return err
	}
	s.context, s.config = r.Context, r.Config
	return nil
}

// current is the session that is worked with; nil before there is one.
func (b *Bench) current() *session { return b.sessions[b.entry] }

// events are the kinds of events that may set an action off.
func (b *Bench) events(s *session) []string {
	if e := b.manifest.Entry(s.id); e != nil && len(e.On) > 0 {
		return slices.Clone(e.On)
	}
	return []string{"case.raised", "case.closed"}
}
