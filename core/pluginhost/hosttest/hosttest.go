// Package hosttest makes an installation in which a plugin does what the
// description of its case says, in the real sandbox on a real database: for
// tests of sections, actions and what the host does for plugins.
package hosttest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/actions"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/details"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/core/lookups"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/pluginstore"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/postgresindex"
)

// Plugin is the id of the plugin that does what it is told, and Through how
// histories name it.
const (
	Plugin  = "test.pliant"
	Through = "test.pliant 1.0.0"
)

// World is the installation.
type World struct {
	*casestest.World
	Host    *pluginhost.Host
	Details *details.Service
	Actions *actions.Service
	Lookups *lookups.Service
	Store   *pluginstore.Service
	Search  *search.Service
	Index   *postgresindex.Index
	Queued  []Queued // jobs of actions, as they were queued

	mu  sync.Mutex
	log strings.Builder
}

// Queued is a job that runs an action.
type Queued struct {
	Case   core.CaseID
	Event  core.Version
	Action string
}

// Options change what the world begins with.
type Options struct {
	Grant   pluginhost.Grant // nil: all that the manifest needs
	HTTP    *pluginhost.Outside
	Secrets map[string]string
	Engine  func(*wasm.Options)
}

// New makes the world.
func New(t testing.TB, o Options) *World {
	t.Helper()
	w := &World{World: casestest.New(t)}
	log := slog.New(slog.NewTextHandler(&locked{w}, nil))
	options := wasm.Options{
		// The cache outlives the test, so that a guest is compiled once a machine.
		CacheDir: filepath.Join(os.TempDir(), "casement-test-plugin-cache"), Compile: wasm.CompileHere, LoadWait: 5 * time.Minute,
		Limits: wasm.Limits{MemoryMiB: 64, Fuel: 50_000_000, Wall: 20 * time.Second, Output: 1 << 20},
	}
	if o.Engine != nil {
		o.Engine(&options)
	}
	engine, err := wasm.New(options)
	if err != nil {
		t.Fatal(err)
	}
	w.Host = pluginhost.New(engine, w.Clock, log)
	t.Cleanup(func() {
		w.Host.Close()
		engine.Close()
	})
	if err := w.Host.Install(intaketest.PluginModule(t, "core/pluginhost/hosttest/testdata/guests/pliant"), o.Grant); err != nil {
		t.Fatal(err)
	}
	documents := search.NewDocuments(w.Types)
	w.Index = postgresindex.New(w.DB, documents, w.Clock)
	w.Search = search.New(w.DB, w.Cases, documents, w.Index)
	w.Lookups, w.Store = lookups.New(w.DB, w.Clock), pluginstore.New(w.DB)
	w.Host.Provide(pluginhost.Services{
		Commands: commands{}, Cases: w.Cases, Search: w.Search, Store: w.Store, Lookups: w.Lookups, HTTP: o.HTTP,
		Zone:    func(context.Context) (*time.Location, error) { return time.UTC, nil },
		Secrets: func(context.Context, string) (map[string]string, error) { return o.Secrets, nil },
	})
	w.Details = details.New(w.DB, w.Cases, w.Clock, w.Host.DetailsProvider())
	w.Details.ChooseFrom(w.Lookups)
	w.Actions = actions.New(w.DB, w.Cases, w.Clock, w.Host.ActionProvider(), w.queue)
	details.Wire(w.Cases)
	w.Cases.Listen(w.Actions.Heard)
	w.Cases.Reactions(func(context.Context, *pgx.Batch, core.CaseID) {})
	w.Change(t, func(*core.CaseType) {})
	return w
}

// Log is what was logged.
func (w *World) Log() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.String()
}

type locked struct{ w *World }

func (l *locked) Write(b []byte) (int, error) {
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	return l.w.log.Write(b)
}

func (w *World) queue(_ *pgx.Batch, cs core.CaseID, event core.Version, action string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Queued = append(w.Queued, Queued{cs, event, action})
}

// Change publishes the case type again: with both sections of the plugin, which
// requesters see as far as its maker meant it and it was granted, the fields they
// keep, its action as a button, and whatever change says.
func (w *World) Change(t testing.TB, change func(*core.CaseType)) {
	t.Helper()
	var ct core.CaseType
	if err := json.Unmarshal([]byte(casestest.ComplaintType), &ct); err != nil {
		t.Fatal(err)
	}
	ct.Key = "complaint"
	ct.Details = []core.PluginEntry{"plugin:" + Plugin + "/section", "plugin:" + Plugin + "/staff-only"}
	ct.Portal.Sections = []string{"section", "staff-only"}
	ct.Actions = []core.ActionRule{{Run: "plugin:" + Plugin + "/act", Name: core.Plain("Do it")}}
	for name, fields := range w.Host.Details() {
		for _, f := range fields {
			f.Of = core.PluginEntry("plugin:" + name)
			ct.Fields = append(ct.Fields, f)
		}
	}
	change(&ct)
	body, err := json.Marshal(ct)
	if err != nil {
		t.Fatal(err)
	}
	w.Publish(t, casetypes.KindCaseType, "complaint", string(body))
}

// Script raises a case whose description tells the plugin what to answer, by the
// type of event: a response, or "trap". The words $ANSWERS, $REQUEST and $TYPED
// in it are filled in.
func (w *World) Script(t testing.TB, script map[string]string) *cases.Seen {
	t.Helper()
	parts := map[string]json.RawMessage{}
	for event, response := range script {
		parts[event] = json.RawMessage(response)
	}
	raw, err := json.Marshal(parts)
	if err != nil {
		t.Fatalf("the script is no JSON: %v", err)
	}
	id := core.NewID[core.CaseID]()
	raise := &cases.Raise{
		Type: "complaint", Subject: "Collections missed", Description: string(raw), Subtype: "waste", Channel: core.ChannelWeb,
		Requester: w.Amara, Contact: core.Contact{Name: "Amara Okonkwo-Lindqvist", Email: "amara@example.org"},
	}
	if _, err := w.Cases.Do(t.Context(), core.PersonActor(w.Amara, "Amara"), cases.One(id, 0, raise)); err != nil {
		t.Fatalf("raise a case: %v", err)
	}
	return w.See(t, w.Priya, id)
}

// See is a case as somebody sees it.
func (w *World) See(t testing.TB, by core.Actor, id core.CaseID) *cases.Seen {
	t.Helper()
	needs := core.MayView
	if by.IsPublic() {
		needs = core.MayRequest
	}
	seen, err := w.Cases.Find(t.Context(), by, w.Case(t, id).Ref, needs)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

// React lets the listeners hear what happened to a case.
func (w *World) React(t testing.TB, id core.CaseID) {
	t.Helper()
	if err := w.Cases.React(t.Context(), id, func(context.Context, pgx.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

// Commands are those that the plugin may be granted.
func Commands() pluginhost.Commands { return commands{} }

// commands are a few of the door's, decoded strictly.
type commands struct{}

// Decode implements pluginhost.Commands.
func (commands) Decode(name core.CommandName, args []byte) (cases.Command, error) {
	known := map[core.CommandName]cases.Command{
		"case.set_field": &cases.SetField{}, "note.add": &notes.Add{}, "case.change_status": &cases.ChangeStatus{}, "case.close": &cases.Close{},
	}
	cmd, ok := known[name]
	if !ok {
		return nil, fmt.Errorf("no plugin may give it")
	}
	d := json.NewDecoder(strings.NewReader(string(args)))
	d.DisallowUnknownFields()
	if err := d.Decode(cmd); err != nil && err != io.EOF {
		return nil, err
	}
	return cmd, nil
}
