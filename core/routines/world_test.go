package routines_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/core/schedule"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
)

// queued is a job of the queue.
type queued struct {
	Case     core.CaseID
	Occasion string
}

// world is the small council with routines.
type world struct {
	*casestest.World
	*routines.Service

	jobs    []queued
	changed []core.CaseID
	hooked  []string
	hook    func() error // how the webhook answers; nil takes everything
}

func newWorld(t testing.TB, list ...core.Routine) *world {
	t.Helper()
	w := &world{World: casestest.New(t)}
	targets.Wire(w.Cases)
	questions.Wire(w.Cases)
	tasks.Wire(w.Cases)
	notes.Wire(w.Cases)
	w.start(t)
	w.Cases.Listen(func(ctx context.Context, b *pgx.Batch, cs *core.Case, ct *core.CaseType, heard []core.Recorded) error {
		return w.Heard(ctx, b, cs, ct, heard)
	})
	w.Cases.Reactions(func(_ context.Context, _ *pgx.Batch, id core.CaseID) { w.changed = append(w.changed, id) })
	w.routines(t, list...)
	return w
}

// start makes the service, as a server that starts does.
func (w *world) start(t testing.TB) {
	t.Helper()
	var err error
	w.Service, err = routines.New(routines.Options{
		DB: w.DB, Cases: w.Cases, Types: w.Types, Clock: w.Clock, Log: slog.New(slog.DiscardHandler),
		Commands: routines.NewCommands(table()),
		Queue:    func(_ *pgx.Batch, id core.CaseID, occasion string) { w.jobs = append(w.jobs, queued{id, occasion}) },
		Schedule: schedule.Read,
		Writer:   writer{},
		Hook: func(_ context.Context, key string, _ *core.Case, e core.Recorded) error {
			if w.hook != nil {
				if err := w.hook(); err != nil {
					return err
				}
			}
			w.hooked = append(w.hooked, key+" "+string(e.Kind))
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// table is what routines of the tests may give.
func table() []cases.Command {
	return []cases.Command{
		&cases.Raise{}, cases.Claim{}, &cases.Assign{}, &cases.ChangeStatus{}, &cases.ChangePriority{}, &cases.SetField{}, &cases.Escalate{}, &cases.Close{},
		&cases.Withdraw{}, &notes.Add{}, &questions.Ask{}, &tasks.Add{}, &tasks.Complete{}, &targets.Set{}, &targets.Clear{}, targets.Step{}, &routines.Stop{},
	}
}

// writer fills in the reference alone.
type writer struct{}

func (writer) Words(_ context.Context, cs *core.Case, _ *core.CaseType, _ core.Recorded) (messages.Data, error) {
	return messages.Data{"case": map[string]any{"reference": string(cs.Ref), "subject": cs.Subject}}, nil
}

func (writer) Tell(context.Context, *core.Case, *core.CaseType, core.Recorded, string, string, string) ([]messages.Letter, func(*pgx.Batch), error) {
	return nil, func(*pgx.Batch) {}, nil
}

func (writer) Announce(context.Context, core.CaseID) error { return nil }

func (writer) Letters(context.Context, *core.Case, *core.CaseType, core.Recorded, string, string) ([]messages.Letter, error) {
	return nil, nil
}

// routines publishes the type with routines, after those who change it.
func (w *world) routines(t testing.TB, list ...core.Routine) {
	t.Helper()
	var ct core.CaseType
	if err := json.Unmarshal([]byte(casestest.ComplaintType), &ct); err != nil {
		t.Fatal(err)
	}
	ct.Fields = append(ct.Fields, core.Field{Key: "hearing-date", Kind: core.FieldDate, Label: core.Plain("Date of the hearing")})
	ct.Routines = list
	for i := range list {
		if list[i].Name.IsZero() {
			list[i].Name = core.Plain(strings.ToUpper(list[i].Key[:1]) + list[i].Key[1:])
		}
	}
	raw, err := json.Marshal(ct)
	if err != nil {
		t.Fatal(err)
	}
	w.Publish(t, casetypes.KindCaseType, "complaint", string(raw))
}

// settle lets everybody hear of what happened and runs what that sets off, as
// long as there is something.
func (w *world) settle(t testing.TB) {
	t.Helper()
	for rounds := 0; len(w.changed)+len(w.jobs) > 0; rounds++ {
		if rounds > 200 {
			t.Fatal("it never ends")
		}
		if len(w.changed) > 0 {
			id := w.changed[0]
			w.changed = w.changed[1:]
			w.react(t, id)
			continue
		}
		job := w.jobs[0]
		w.jobs = w.jobs[1:]
		if err := w.Work(t.Context(), job.Case, job.Occasion); err != nil {
			t.Logf("a job is tried again: %v", err)
		}
	}
}

func (w *world) react(t testing.TB, id core.CaseID) {
	t.Helper()
	if err := w.Cases.React(t.Context(), id, func(context.Context, pgx.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

// tick lets time set off what it does.
func (w *world) tick(t testing.TB) {
	t.Helper()
	if err := w.Tick(t.Context(), w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
}

// runs lists the runs of a case, oldest first, without those that passed unless
// they are wanted.
func (w *world) runs(t *testing.T, id core.CaseID, passed bool) []routines.Run {
	t.Helper()
	seen, err := w.Cases.Find(t.Context(), w.Priya, w.Case(t, id).Ref, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	all, err := w.OfCase(t.Context(), seen)
	if err != nil {
		t.Fatal(err)
	}
	var out []routines.Run
	for i := len(all) - 1; i >= 0; i-- {
		if passed || all[i].Fired() {
			out = append(out, all[i])
		}
	}
	return out
}

// count counts the events of a kind on a case.
func (w *world) count(t *testing.T, id core.CaseID, kind core.EventKind) (n int) {
	t.Helper()
	for _, k := range w.Kinds(t, id) {
		if k == kind {
			n++
		}
	}
	return n
}

func note(body string) core.Do {
	return core.Do{Command: "note.add", With: core.Arguments{"body": body}}
}

func on(kind core.EventKind) core.Trigger { return core.Trigger{On: kind} }

func span(t testing.TB, s string) core.Span {
	t.Helper()
	parsed, err := core.ParseSpan(s)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

const day = 24 * time.Hour
