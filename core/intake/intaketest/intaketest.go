// Package intaketest makes an installation that takes forms, for tests of
// everything between a form's page and the raised case: the small council of
// casestest with the shipped complaint type, the shipped complaint plugin and
// one that misbehaves on request, in the real sandbox.
package intaketest

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/files"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/intake"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/pack"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/portals"
)

// World is an installation that takes forms.
type World struct {
	*casestest.World
	People      *people.Service
	Portals     *portals.Service
	Attachments *attachments.Service
	Host        *pluginhost.Host
	Forms       *forms.Service
	Intake      *intake.Service
	Logger      *slog.Logger
	Log         *strings.Builder // what was logged
}

// The case types of the world: Complaint is the shipped one; Wilful has the
// plugin that misbehaves on request; Report has no plugin, and ReportIt, which
// is otherwise the same, has the one that ships.
const (
	Complaint = "complaint"
	Wilful    = "wilful"
	Report    = "report"
	ReportIt  = "report-it"
)

// New makes the world.
func New(t testing.TB) *World {
	t.Helper()
	w := &World{World: casestest.New(t), Log: &strings.Builder{}}
	for _, g := range casetypes.ShippedGroups() {
		if _, err := w.Pool.Exec(t.Context(), `INSERT INTO groups (key, name, created_at) VALUES ($1, $1, $2) ON CONFLICT DO NOTHING`, g, casestest.Start); err != nil {
			t.Fatal(err)
		}
	}
	w.publishShipped(t)
	disk, err := files.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := disk.Close(); err != nil {
			t.Error(err)
		}
	})
	w.Logger = slog.New(slog.NewTextHandler(&locked{to: w.Log}, nil))
	w.People = people.New(w.DB, people.Options{Clock: w.Clock, BaseURL: "https://northmoor.example"})
	w.Portals = portals.New(w.DB, w.Types, w.Clock)
	w.Attachments = attachments.New(w.DB, disk, w.Clock)
	w.Host = NewHost(t, w.Clock, w.Logger)
	w.Restart()
	return w
}

// Restart makes the services anew on the same database, as a server that is
// started again does.
func (w *World) Restart() {
	w.Forms = forms.New(w.DB, casetypes.New(w.DB), w.Clock, w.Host.FormProvider())
	w.Intake = intake.New(intake.Options{
		Types: w.Types, People: w.People, Cases: w.Cases, Forms: w.Forms, Attachments: w.Attachments, Effects: w.Host, Clock: w.Clock, Log: w.Logger,
	})
}

// NewHost makes a host with the plugins of the case types.
func NewHost(t testing.TB, clock core.Clock, log *slog.Logger) *pluginhost.Host {
	t.Helper()
	// The cache outlives the test, so that a guest is compiled once a machine.
	engine, err := wasm.New(wasm.Options{
		CacheDir: filepath.Join(os.TempDir(), "casement-test-plugin-cache"), Compile: wasm.CompileHere, LoadWait: 5 * time.Minute,
		Limits: wasm.Limits{MemoryMiB: 32, Fuel: 20_000_000, Wall: 20 * time.Second, Output: 1 << 20},
	})
	if err != nil {
		t.Fatal(err)
	}
	host := pluginhost.New(engine, clock, log)
	t.Cleanup(func() {
		host.Close()
		engine.Close()
	})
	for _, module := range [][]byte{ComplaintModule(t), WilfulModule(t), PluginModule(t, "plugins/report")} {
		if err := host.Install(module, nil); err != nil {
			t.Fatal(err)
		}
	}
	return host
}

// publishShipped publishes the shipped calendar and case types, and a type for
// the wilful plugin.
func (w *World) publishShipped(t testing.TB) {
	t.Helper()
	shipped, err := casetypes.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range shipped {
		doc, findings := casetypes.Decode(f, casetypes.Sections())
		if err := findings.Err(); err != nil {
			t.Fatal(err)
		}
		if doc.Kind == casetypes.KindCalendar {
			w.publish(t, doc.Kind, doc.Key, doc.Calendar)
			continue
		}
		if doc.Key == Report {
			shipped := *doc.CaseType
			shipped.Key, shipped.Reference.Prefix = ReportIt, "RIT"
			w.publish(t, doc.Kind, ReportIt, shipped)
			doc.CaseType.Form = core.FormRule{}
		}
		w.publish(t, doc.Kind, doc.Key, doc.CaseType)
		if doc.Key == Complaint {
			wilful := *doc.CaseType
			wilful.Key, wilful.Name, wilful.Form = Wilful, core.Plain("Wilful"), core.FormRule{Plugin: "test.wilful", Entry: "wilful"}
			wilful.Reference.Prefix = "WLF"
			w.publish(t, doc.Kind, Wilful, wilful)
		}
	}
}

func (w *World) publish(t testing.TB, kind, key string, what any) {
	t.Helper()
	body, err := json.Marshal(what)
	if err != nil {
		t.Fatal(err)
	}
	w.Publish(t, kind, key, string(body))
}

// Type is a case type as it is published now.
func (w *World) Type(t testing.TB, key string) *core.CaseType {
	t.Helper()
	found, err := w.Types.Published(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Change publishes a case type again, changed.
func (w *World) Change(t testing.TB, key string, change func(*core.CaseType)) {
	t.Helper()
	again := *w.Type(t, key)
	change(&again)
	w.publish(t, casetypes.KindCaseType, key, again)
}

// modules are the plugins built by this process, by folder.
var modules struct {
	sync.Mutex
	built map[string][]byte
}

// ComplaintModule is the shipped complaint plugin, built and packed.
func ComplaintModule(t testing.TB) []byte { return module(t, "plugins/complaint") }

// WilfulModule is the plugin that does what the answer says.
func WilfulModule(t testing.TB) []byte {
	return module(t, "core/intake/intaketest/testdata/guests/wilful")
}

// PluginModule builds and packs the plugin in a folder of the repository, once
// for each test binary.
func PluginModule(t testing.TB, folder string) []byte { return module(t, folder) }

func module(t testing.TB, folder string) []byte {
	t.Helper()
	modules.Lock()
	defer modules.Unlock()
	if m := modules.built[folder]; m != nil {
		return m
	}
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(here), "..", "..", "..")
	out := filepath.Join(t.TempDir(), "plugin.wasm")
	if err := pack.Build(context.Background(), filepath.Join(root, folder), out); err != nil {
		t.Fatal(fmt.Errorf("build %s: %w", folder, err))
	}
	m, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if modules.built == nil {
		modules.built = map[string][]byte{}
	}
	modules.built[folder] = m
	return m
}

// locked lets several goroutines write to one builder.
type locked struct {
	mu sync.Mutex
	to *strings.Builder
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(b)
}
