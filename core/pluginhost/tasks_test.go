package pluginhost_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/sdk/view"
)

// desk is a small council whose first task goes through a plugin.
type desk struct {
	*casestest.World
	id    core.CaseID
	tasks *tasks.Service
	log   *strings.Builder
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{World: casestest.New(t), log: &strings.Builder{}}
	tasks.Wire(d.Cases)
	d.Publish(t, casetypes.KindCaseType, "complaint",
		strings.Replace(casestest.ComplaintType, `"when_raised": true`, `"when_raised": true, "workflow": "plugin:test.inspecting/inspect"`, 1))
	d.id = d.Raise(t)
	d.start(t, "inspecting", nil)
	return d
}

// start starts a server with one version of the plugin: nothing is left of the
// one before but the database.
func (d *desk) start(t *testing.T, guest string, grant pluginhost.Grant) *pluginhost.Host {
	t.Helper()
	engine, err := wasm.New(wasm.Options{
		CacheDir: filepath.Join(os.TempDir(), "casement-test-plugin-cache"), Compile: wasm.CompileHere, LoadWait: 5 * time.Minute,
		Limits: wasm.Limits{MemoryMiB: 64, Fuel: 50_000_000, Wall: 20 * time.Second, Output: 1 << 20},
	})
	if err != nil {
		t.Fatal(err)
	}
	host := pluginhost.New(engine, d.Clock, slog.New(slog.NewTextHandler(d.log, nil)))
	t.Cleanup(func() {
		host.Close()
		engine.Close()
	})
	if err := host.Install(intaketest.PluginModule(t, "core/pluginhost/testdata/guests/"+guest), grant); err != nil {
		t.Fatal(err)
	}
	host.Provide(pluginhost.Services{Commands: taskCommands{}, Cases: d.Cases})
	d.tasks = tasks.New(d.DB, d.Cases, d.Clock, host.TaskProvider())
	return host
}

// taskCommands are what the guest may ask for.
type taskCommands struct{}

// Decode implements pluginhost.Commands.
func (taskCommands) Decode(name core.CommandName, args []byte) (cases.Command, error) {
	known := map[core.CommandName]cases.Command{"case.set_field": &cases.SetField{}, "task.assign": &tasks.Assign{}}
	cmd, ok := known[name]
	if !ok {
		return nil, fmt.Errorf("no plugin may give it")
	}
	return cmd, json.Unmarshal(args, cmd)
}

func (d *desk) turn(t *testing.T, by core.Actor, step, button string, answers view.Answers) (tasks.Shown, error) {
	t.Helper()
	seen, err := d.Cases.Find(t.Context(), by, d.Case(t, d.id).Ref, core.MayTask)
	if err != nil {
		t.Fatal(err)
	}
	_, shown, err := d.tasks.Turn(t.Context(), by, seen, 1, step, tasks.Visit{}, func(*view.Node) tasks.Sent {
		return tasks.Sent{Kind: dialogue.Submit, Target: button, Answers: answers}
	})
	return shown, err
}

func (d *desk) must(t *testing.T, by core.Actor, step, button string, answers view.Answers) tasks.Shown {
	t.Helper()
	shown, err := d.turn(t, by, step, button, answers)
	if err != nil {
		t.Fatalf("%v\n%s", err, d.log)
	}
	return shown
}

func (d *desk) task(t *testing.T) (*tasks.Opened, tasks.Shown) {
	t.Helper()
	seen, err := d.Cases.Find(t.Context(), d.Priya, d.Case(t, d.id).Ref, core.MayTask)
	if err != nil {
		t.Fatal(err)
	}
	o, err := d.tasks.Open(t.Context(), d.Priya, seen, 1, tasks.Visit{})
	if err != nil {
		t.Fatalf("%v\n%s", err, d.log)
	}
	shown, err := d.tasks.Show(t.Context(), o, "", tasks.Visit{})
	if err != nil {
		t.Fatalf("%v\n%s", err, d.log)
	}
	return o, shown
}

func TestATaskOfAPluginOutlivesRestartsAndUpgrades(t *testing.T) {
	d := newDesk(t)
	if shown := d.must(t, d.Ines, "find", "", view.Answers{"found": {""}}); !shown.Refused || shown.View.Field("found").Error != "Write what you found" {
		t.Errorf("nothing was found and taken: %+v", shown)
	}
	d.must(t, d.Ines, "find", "", view.Answers{"found": {"The gate"}})
	o, shown := d.task(t)
	if o.Status != "Waiting for approval" || o.Group != "complaints-team" || shown.View.ID != "approve" || shown.View.Label != "Is this enough?" {
		t.Errorf("it is %+v, shown %+v", o.Task, shown.View)
	}
	if d.Case(t, d.id).Fields["finding"] != "upheld" {
		t.Error("what it asked for and was granted did not happen")
	}
	if e := d.Last(t, d.id, core.TaskAssigned); e.Actor.ID != d.Ines.ID || e.Actor.Through != "test.inspecting 1.0.0" {
		t.Errorf("done by %+v", e.Actor)
	}
	d.start(t, "inspecting", nil) // restarted
	if _, shown := d.task(t); shown.View.ID != "approve" {
		t.Errorf("after a restart it stands at %s", shown.View.ID)
	}
	d.start(t, "inspecting2", nil) // upgraded, to a version that keeps its state otherwise
	if _, shown := d.task(t); shown.View.Label != "Is this enough now?" || shown.View.Items[0].Text != "The gate" {
		t.Errorf("after an upgrade it shows %+v", shown.View)
	}
	if shown := d.must(t, d.Priya, "approve", "yes", nil); !shown.Done {
		t.Errorf("approved it is %+v", shown)
	}
	o, _ = d.task(t)
	if o.State != core.TaskDone || o.Outcome != "The gate" {
		t.Errorf("in the end it is %+v", o.Task)
	}
	d.Do(t, d.Priya, d.id, &tasks.Return{No: 1, Reason: "Which gate?"})
	if _, shown := d.task(t); shown.View.ID != "find" || shown.View.Field("found").Hint != "Which gate?" {
		t.Errorf("taken up again it shows %+v", shown.View)
	}
	d.Rewinds(t, d.id)
}

func TestATaskOfAPluginIsWokenByTheClock(t *testing.T) {
	d := newDesk(t)
	if err := d.tasks.Wake(t.Context(), d.id, 1); err != nil { // it begins
		t.Fatal(err)
	}
	d.Clock.Advance(15 * 24 * time.Hour)
	if err := d.tasks.Wake(t.Context(), d.id, 1); err != nil {
		t.Fatal(err)
	}
	if o, shown := d.task(t); o.Status != "Nobody has looked" || shown.View.ID != "find" {
		t.Errorf("woken, it is %+v\n%s", o.Task, d.log)
	}
	if e := d.Last(t, d.id, core.TaskMoved); e.Actor.Kind != core.ActorSystem {
		t.Errorf("woken by %+v", e.Actor)
	}
}

func TestATaskWhoseEffectsWereNotGrantedStaysWhereItWas(t *testing.T) {
	d := newDesk(t)
	d.start(t, "inspecting", pluginhost.Grant{"task.assign"})
	_, err := d.turn(t, d.Ines, "find", "", view.Answers{"found": {"The gate"}})
	if core.KindOf(err) != core.ErrUnavailable || !strings.Contains(err.Error(), "case.set_field") {
		t.Errorf("got %v", err)
	}
	if o, shown := d.task(t); o.Status != "" || o.Group != "highways" || shown.View.ID != "find" {
		t.Errorf("it went on all the same: %+v", o.Task)
	}
}

func TestTheWorkflowsOfInstalledPluginsAreListed(t *testing.T) {
	d := newDesk(t)
	if got := d.start(t, "inspecting", nil).Workflows(); len(got) != 1 || got[0] != "test.inspecting/inspect" {
		t.Errorf("%q", got)
	}
}
