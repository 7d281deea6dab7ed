package plugins_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

// This file is for Casement itself: it takes every task that comes with it
// through the sandbox, the door and the database.

// desk is a small council whose first task, which highways have, goes through a
// plugin.
type desk struct {
	*casestest.World
	id    core.CaseID
	tasks *tasks.Service
	log   *strings.Builder
}

func newDesk(t *testing.T, folder, entry string) *desk {
	t.Helper()
	d := &desk{World: casestest.New(t), log: &strings.Builder{}}
	tasks.Wire(d.Cases)
	questions.Wire(d.Cases)
	notes.Wire(d.Cases)
	workflow := fmt.Sprintf(`"when_raised": true, "shows": ["subject", "requester"], "workflow": "plugin:casement.%s/%s"`, folder, entry)
	d.Publish(t, casetypes.KindCaseType, "complaint", strings.Replace(casestest.ComplaintType, `"when_raised": true`, workflow, 1))
	d.id = d.Raise(t)
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
	if err := host.Install(intaketest.PluginModule(t, "plugins/"+folder), nil); err != nil {
		t.Fatal(err)
	}
	host.Provide(pluginhost.Services{Commands: commands{}, Cases: d.Cases})
	d.tasks = tasks.New(d.DB, d.Cases, d.Clock, host.TaskProvider())
	return d
}

// commands are those that the tasks ask for.
type commands struct{}

// Decode implements pluginhost.Commands.
func (commands) Decode(name core.CommandName, args []byte) (cases.Command, error) {
	known := map[core.CommandName]cases.Command{
		"note.add": &notes.Add{}, "question.ask": &questions.Ask{}, "task.add": &tasks.Add{}, "task.assign": &tasks.Assign{},
	}
	cmd, ok := known[name]
	if !ok {
		return nil, fmt.Errorf("no plugin may give it")
	}
	d := json.NewDecoder(strings.NewReader(string(args)))
	d.DisallowUnknownFields()
	return cmd, d.Decode(cmd)
}

// sent is what somebody sends from one page; button is "" for the main one.
type sent struct {
	by           core.Actor
	step, button string
	answers      view.Answers
}

// turn sends a page, and fails the test if it is not taken.
func (d *desk) turn(t *testing.T, s sent) tasks.Shown {
	t.Helper()
	seen, err := d.Cases.Find(t.Context(), s.by, d.Case(t, d.id).Ref, core.MayTask)
	if err != nil {
		t.Fatal(err)
	}
	_, shown, err := d.tasks.Turn(t.Context(), s.by, seen, 1, s.step, tasks.Visit{}, func(page *view.Node) tasks.Sent {
		kind := dialogue.Submit
		page.Walk(func(n *view.Node) {
			if n.Type == view.Button && n.ID == s.button && !n.Checks {
				kind = dialogue.Press
			}
		})
		return tasks.Sent{Kind: kind, Target: s.button, Answers: s.answers}
	})
	switch {
	case err != nil:
		t.Fatalf("%s at %s: %v\n%s", s.button, s.step, err, d.log)
	case shown.Refused || shown.Overtaken:
		t.Fatalf("%s at %s is not taken: %v, overtaken %v: %s", s.button, s.step, shown.Messages, shown.Overtaken, shown.View.Append(nil))
	}
	return shown
}

func (d *desk) task(t *testing.T) *tasks.Opened {
	t.Helper()
	seen, err := d.Cases.Find(t.Context(), d.Priya, d.Case(t, d.id).Ref, core.MayTask)
	if err != nil {
		t.Fatal(err)
	}
	o, err := d.tasks.Open(t.Context(), d.Priya, seen, 1, tasks.Visit{})
	if err != nil {
		t.Fatalf("%v\n%s", err, d.log)
	}
	return o
}

func TestEveryTaskThatComesWithCasementDoesItsWork(t *testing.T) {
	letter := view.Answers{"text": {"We are sorry"}, "way": {"message"}, "approver": {"manager"}}
	for _, task := range []struct {
		folder, entry, outcome string
		turns                  func(d *desk) []sent
		effects                []core.EventKind // in the history, with the end of the task behind them
	}{
		{"investigate", "investigate", "Upheld", func(d *desk) []sent {
			return []sent{
				{d.Ines, "work", "", view.Answers{"did": {"Rang the depot"}, "date": {casestest.Start.Format(time.DateOnly)}}},
				{d.Ines, "work", "find", view.Answers{"did": {"Read the records"}}},
				{d.Ines, "findings", "", view.Answers{"point-1": {"Collections missed"}, "finding-1": {"upheld"}, "why-1": {"The records"}, "recommend": {"Say sorry"}}},
				{d.Ines, "check", "", nil},
			}
		}, []core.EventKind{core.NoteAdded, core.NoteAdded, core.NoteAdded}},
		{"respond", "respond", "Sent as a message on", func(d *desk) []sent {
			return []sent{
				{d.Ines, "write", "", letter}, {d.Ines, "look", "", nil},
				{d.Priya, "approve", "return", view.Answers{"comment": {"Say why"}}},
				{d.Ines, "write", "", letter}, {d.Ines, "look", "", nil}, {d.Priya, "approve", "", nil},
			}
		}, []core.EventKind{core.TaskAssigned, core.NoteAdded, core.TaskAssigned, core.TaskAssigned, core.NoteAdded, core.FirstResponseGiven}},
		{"approve", "approve", "Rejected", func(d *desk) []sent {
			return []sent{
				{d.Ines, "decide", "return", view.Answers{"comment": {"Which bin?"}}},
				{d.Priya, "correct", "", view.Answers{"comment": {"The brown one"}}},
				{d.Ines, "decide", "reject", view.Answers{"comment": {"It is not ours"}}},
			}
		}, []core.EventKind{core.NoteAdded, core.TaskAssigned, core.TaskAssigned, core.NoteAdded}},
		{"collect", "collect", "Collected: 1 answer", func(d *desk) []sent {
			return []sent{{d.Ines, "answer", "save", view.Answers{"q1": {"Som"}}}, {d.Ines, "answer", "", view.Answers{"q1": {"Somebody saw it"}}}}
		}, []core.EventKind{core.NoteAdded}},
		{"acknowledge", "acknowledge", "Acknowledged on", func(d *desk) []sent {
			return []sent{{d.Ines, "promise", "", nil}, {d.Ines, "read", "", view.Answers{"text": {"We have it"}}}}
		}, []core.EventKind{core.NoteAdded, core.FirstResponseGiven}},
		{"validate", "validate", "Confirmed", func(d *desk) []sent {
			day := casestest.Start.Format(time.DateOnly)
			return []sent{
				{d.Ines, "check", "more", nil}, {d.Ines, "more", "", view.Answers{"question": {"Please bring a passport"}}},
				{d.Ines, "check", "", view.Answers{"seen": {"passport"}, "how": {"desk"}, "seen_on": {day}, "name": {"yes"}, "address": {"unseen"}}},
			}
		}, []core.EventKind{core.QuestionAsked, core.FirstResponseGiven, core.NoteAdded}},
		{"feedback", "feedback", "Feedback: 2 of 5, to be called back", func(d *desk) []sent {
			return []sent{
				{d.Ines, "call", "nobody", nil},
				{d.Ines, "call", "", view.Answers{"score": {"2"}, "call_back": {"yes"}, "about": {"The bin"}}},
			}
		}, []core.EventKind{core.NoteAdded, core.TaskAdded}},
		{"multipurpose", "checklist", "Successful: 1 of 1 step done", func(d *desk) []sent {
			return []sent{{d.Ines, "steps", "end", view.Answers{"done": {"1"}}}, {d.Ines, "end", "", view.Answers{"success": {"yes"}}}}
		}, []core.EventKind{core.NoteAdded}},
	} {
		t.Run(task.folder, func(t *testing.T) {
			d := newDesk(t, task.folder, task.entry)
			var last tasks.Shown
			for _, s := range task.turns(d) {
				last = d.turn(t, s)
			}
			o := d.task(t)
			if !last.Done || o.State != core.TaskDone || !strings.HasPrefix(o.Outcome, task.outcome) {
				t.Errorf("in the end it is %s: %q, at %s", o.State, o.Outcome, last.View.Append(nil))
			}
			var effects []core.EventKind
			for _, e := range d.History(t, d.id) {
				if e.Actor.Through == "" {
					continue
				}
				if want := "casement." + task.folder + " 1.0.0"; e.Actor.Through != want {
					t.Errorf("%s happened through %q, not %q", e.Kind, e.Actor.Through, want)
				}
				effects = append(effects, e.Kind)
			}
			if fmt.Sprint(effects) != fmt.Sprint(task.effects) {
				t.Errorf("what followed is %v, want %v", effects, task.effects)
			}
		})
	}
}

func TestADecisionThatNobodyMakesIsRemindedOfByTheClock(t *testing.T) {
	d := newDesk(t, "approve", "approve")
	wake := func() {
		t.Helper()
		if err := d.tasks.Wake(t.Context(), d.id, 1); err != nil {
			t.Fatal(err)
		}
	}
	if wake(); d.task(t).Status != "Waiting for a decision" {
		t.Errorf("it begins as %q", d.task(t).Status)
	}
	d.Clock.Advance(30 * 24 * time.Hour)
	if wake(); d.task(t).Status != "Late: no decision yet" {
		t.Errorf("when it is late it is %q", d.task(t).Status)
	}
	if e := d.Last(t, d.id, core.NoteAdded); e.Actor.Kind != core.ActorSystem || e.Actor.Through != "casement.approve 1.0.0" {
		t.Errorf("the reminder was written by %+v", e.Actor)
	}
	if wake(); d.task(t).Status != "Late: no decision yet" {
		t.Error("it was woken twice")
	}
}

func TestATaskThatIsReturnedKeepsWhatWasWritten(t *testing.T) {
	d := newDesk(t, "collect", "collect")
	d.turn(t, sent{d.Ines, "answer", "", view.Answers{"q1": {"Somebody saw it"}}})
	d.Do(t, d.Priya, d.id, &tasks.Return{No: 1, Reason: "Who?"})
	if d.task(t).State != core.TaskOpen {
		t.Fatal("it is not open again")
	}
	shown := d.turn(t, sent{d.Ines, "answer", "save", view.Answers{"q1": {"Somebody saw it: Sam"}}})
	if got := shown.View.Field("q1").Value; len(got) != 1 || got[0] != "Somebody saw it: Sam" {
		t.Errorf("the answer is %q", got)
	}
}

func TestAnAdministratorReadsWhyATaskWantsWhatItWantsAndCanSetWhatItOffers(t *testing.T) {
	manifests, err := filepath.Glob("*/manifest.json")
	if err != nil || len(manifests) == 0 {
		t.Fatal("there are no manifests", err)
	}
	for _, file := range manifests {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := abi.DecodeManifest(b)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if m.Entries[0].Kind != abi.KindTask {
			continue
		}
		for _, wanted := range slices.Concat(m.Context, m.Needs) {
			if m.Reasons[wanted] == "" {
				t.Errorf("%s does not say why it wants %s", file, wanted)
			}
		}
		schema, err := plugins.ReadSchema(json.RawMessage(m.Config))
		if err != nil {
			t.Errorf("%s: no form can be drawn of its settings: %v", file, err)
		}
		if _, err := schema.Check(schema.Effective(nil)); err != nil {
			t.Errorf("%s: what it begins with does not fit: %v", file, err)
		}
	}
}
