// Package importstest makes an installation to bring cases into, for tests:
// the small council of casestest with the case type and the mappings of
// examples/import, and somewhere to keep files.
package importstest

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/files"
	"github.com/casement-dev/casement/core/intake/imports"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/targets"
)

// World is an installation that cases can be brought into.
type World struct {
	*casestest.World
	Disk    *files.Disk
	Imports *imports.Service
	Targets *targets.Service
	Ada     core.Actor // a configurator

	mu     sync.Mutex
	queued []core.ImportID
}

// New makes the world.
func New(t testing.TB) *World {
	t.Helper()
	w := &World{World: casestest.New(t)}
	ada := w.Hire(t, "Ada Byron", "ada@northmoor.example")
	w.Ada = core.StaffActor(ada.StaffID(), ada.Name, core.RoleConfigurator)
	notes.Wire(w.Cases)
	targets.Wire(w.Cases)
	w.Targets = targets.New(w.DB, w.Cases, w.Clock)
	w.publish(t)
	var err error
	if w.Disk, err = files.OpenDisk(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Disk.Close(); err != nil {
			t.Error(err)
		}
	})
	w.Imports = imports.New(imports.Options{DB: w.DB, Cases: w.Cases, Files: w.Disk, Clock: w.Clock,
		Log: slog.New(slog.DiscardHandler), Queue: w.queue})
	return w
}

// publish publishes the offices' calendar and the case type of the examples.
func (w *World) publish(t testing.TB) {
	t.Helper()
	references := casetypes.References{
		Groups: casetypes.ShippedGroups(), Calendars: []string{"northmoor-offices"},
		Templates: []string{"assigned", "breached", "cancelled", "case-reopened", "closed", "confirmation", "escalated", "new-case", "public-note",
			"question", "question-answered", "reminder", "reopened", "update-received"},
	}
	for _, g := range references.Groups {
		if _, err := w.Pool.Exec(t.Context(), `INSERT INTO groups (key, name, created_at) VALUES ($1, $1, $2) ON CONFLICT DO NOTHING`, g, casestest.Start); err != nil {
			t.Fatal(err)
		}
	}
	publisher := casetypes.NewPublisher(w.Types, w.Clock, casetypes.Surroundings{
		References: func(context.Context) (casetypes.References, error) { return references, nil },
	})
	shipped, err := casetypes.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	offices := slices.IndexFunc(shipped, func(f casetypes.File) bool { return f.Name == "northmoor-offices.yaml" })
	for _, f := range []casetypes.File{shipped[offices], {Name: "service-request.yaml", Source: Example(t, "service-request.yaml")}} {
		if _, err := publisher.Publish(t.Context(), core.SystemActor(), casetypes.Upload{File: f}); err != nil {
			t.Fatalf("publish %s: %v\n%v", f.Name, err, casetypes.FindingsOf(err))
		}
	}
}

func (w *World) queue(_ *pgx.Batch, id core.ImportID, _ string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queued = append(w.queued, id)
}

// Work does what the queue's jobs would do now, until there is nothing left,
// and returns how often one ran.
func (w *World) Work(t testing.TB) (ran int) {
	t.Helper()
	for {
		w.mu.Lock()
		if len(w.queued) == 0 {
			w.mu.Unlock()
			return ran
		}
		id := w.queued[0]
		w.queued = w.queued[1:]
		w.mu.Unlock()
		more, err := w.Imports.Work(t.Context(), id)
		if ran++; err != nil {
			t.Fatalf("the job: %v", err)
		}
		if more {
			w.queue(nil, id, "again")
		}
	}
}

// Example reads a file of examples/import.
func Example(t testing.TB, name string) []byte {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	raw, err := os.ReadFile(filepath.Join(filepath.Dir(here), "../../../../examples/import", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Mapping reads a mapping of examples/import.
func Mapping(t testing.TB, name string) *imports.Mapping {
	t.Helper()
	m, err := imports.Decode(casetypes.File{Name: name, Source: Example(t, name)})
	if err != nil {
		t.Fatalf("%s: %v\n%v", name, err, casetypes.FindingsOf(err))
	}
	return m
}

// DataVariable names the environment variable with the folder of real files.
const DataVariable = "CASEMENT_TEST_DATA"

// Data reads a real file, and skips the test, saying so, where there is none.
func Data(t testing.TB, name string) []byte {
	t.Helper()
	folder := os.Getenv(DataVariable)
	if folder == "" {
		t.Skipf("%s is not set: real files are not tested", DataVariable)
	}
	raw, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
