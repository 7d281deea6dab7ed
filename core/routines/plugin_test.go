package routines_test

import (
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/pluginhost/hosttest"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/core/schedule"
)

// A real plugin, run by a routine: what it says is recorded, and what it asks
// for and may have follows, as the routine and through the plugin.
func TestARoutineRunsAnActionOfAPlugin(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	w.Change(t, func(ct *core.CaseType) {
		ct.Tasks = nil
		ct.Routines = []core.Routine{{Key: "tell", Name: core.Plain("Tell them"), When: on(core.PriorityChanged), Do: []core.Do{{Run: "plugin:" + hosttest.Plugin + "/act"}, {Run: "plugin:gone.away/act"}}}}
	})
	var jobs []queued
	s, err := routines.New(routines.Options{
		DB: w.DB, Cases: w.Cases, Types: w.Types, Clock: w.Clock, Log: slog.New(slog.DiscardHandler), Commands: routines.NewCommands(nil), Schedule: schedule.Read,
		Queue:   func(_ *pgx.Batch, id core.CaseID, occasion string) { jobs = append(jobs, queued{id, occasion}) },
		Plugins: w.Host.ActionProvider(),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Cases.Listen(s.Heard)
	seen := w.Script(t, map[string]string{"run": `{"v":1,"outcome":"Told the contractor","effects":[{"t":"note.add","args":{"body":"Told them."}}]}`})
	id := seen.Case.ID
	w.Do(t, w.Priya, id, &cases.ChangePriority{To: "high"})
	w.React(t, id)
	if len(jobs) != 1 {
		t.Fatalf("queued are %v", jobs)
	}
	for range 2 { // the queue may run a job twice
		if err := s.Work(t.Context(), id, jobs[0].Occasion); err == nil {
			t.Error("what is not installed is not tried again")
		}
	}
	ran, note := w.Last(t, id, core.ActionRan), w.Last(t, id, core.NoteAdded)
	if ran.Actor.ID != "complaint/tell" || ran.Actor.Through != hosttest.Through || ran.About["outcome"] != "Told the contractor" {
		t.Errorf("recorded is %v by %+v", ran.About, ran.Actor)
	}
	if note.Actor.Kind != core.ActorRoutine || note.Actor.Through != hosttest.Through {
		t.Errorf("the note is by %+v", note.Actor)
	}
	n := 0
	for _, kind := range w.Kinds(t, id) {
		if kind == core.ActionRan {
			n++
		}
	}
	runs, err := s.OfCase(t.Context(), w.See(t, w.Priya, id))
	if err != nil || n != 1 || len(runs) != 1 {
		t.Fatalf("it ran %d times: %+v, %v", n, runs, err)
	}
	if r := runs[0].Results; r[0].Outcome != "Told the contractor" || r[1].State != routines.Waiting || r[1].Tries != 2 || r[1].Problem != "The action “gone.away/act” is not installed." {
		t.Errorf("the results are %+v", r)
	}
}
