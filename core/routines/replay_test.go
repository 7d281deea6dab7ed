package routines_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/core/schedule"
	"github.com/casement-dev/casement/core/tasks"
)

// with is the published type with other routines: a draft.
func (w *world) with(t testing.TB, list ...core.Routine) *core.CaseType {
	t.Helper()
	published, err := w.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	draft := *published
	draft.Version, draft.Routines = 0, list
	return &draft
}

// lately tries routines on the last days, as somebody.
func (w *world) lately(t *testing.T, by core.Actor, days int, trial routines.Trial) routines.Replayed {
	t.Helper()
	trial.Until = w.Clock.Now()
	trial.Since = trial.Until.Add(-time.Duration(days) * day)
	sum, err := w.Replay(t.Context(), w.reach(t, by), trial, routines.Replayed{})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func (w *world) reach(t testing.TB, by core.Actor) cases.Reach {
	t.Helper()
	reach, err := w.Cases.ReachOf(t.Context(), by, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	return reach
}

// then lets an hour pass, somebody do something, and everybody hear of it.
func (w *world) then(t *testing.T, by core.Actor, id core.CaseID, commands ...cases.Command) time.Time {
	t.Helper()
	w.Clock.Advance(time.Hour)
	w.Do(t, by, id, commands...)
	w.settle(t)
	return w.Clock.Now()
}

func TestAPastConditionIsAnsweredWithTheValuesOfThen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.then(t, w.Priya, id, &cases.SetField{Field: "depth", Value: 40.0}, &cases.ChangePriority{To: "high"})
	first := w.then(t, w.Priya, id, &notes.Add{Body: "Deep and urgent"})
	w.then(t, w.Ines, id, &tasks.Complete{No: 1, Outcome: "Looked"})
	w.then(t, w.Priya, id, &questions.Ask{Body: "Where exactly?"})
	second := w.then(t, w.Priya, id, &notes.Add{Body: "Asked"})
	w.then(t, w.Priya, id, &cases.SetField{Field: "depth", Value: 5.0}, &cases.ChangePriority{To: "low"})
	w.then(t, w.Priya, id, &notes.Add{Body: "Neither any more"})
	for condition, want := range map[string][]time.Time{
		`case.priority == "high" && fields.depth > 30.0`:                               {first, second},
		`fields.depth < 30.0`:                                                          {w.Clock.Now()},
		`tasks.open == 1 && tasks.history.open == 1 && questions.open == 0`:            {first},
		`tasks.done == 1 && questions.open == 1 && targets.respond.state == "paused"`:  {second, w.Clock.Now()},
		`targets.respond.state == "due" && given(case.due) && case.age < hours(3)`:     {first},
		`event.about.note == 3 || event.kind != "note.added" || case.status == "gone"`: nil,
	} {
		sum := w.lately(t, w.Priya, 1, routines.Trial{Type: w.with(t, core.Routine{Key: "then", When: on(core.NoteAdded), If: condition, Do: []core.Do{note("x")}}), Routine: "then"})
		if got := firings(sum.Listed); !slices.EqualFunc(got, want, func(f routines.Firing, at time.Time) bool { return f.At.Equal(at) && f.Kind == "note.added" }) {
			t.Errorf("%s: it would have run at %v, want %v (%+v)", condition, got, want, sum)
		}
		if sum.Cases != 1 || !sum.Done || sum.Full || sum.Is.Times != len(want) || sum.Is.Changes != len(want) {
			t.Errorf("%s: the figures are %+v", condition, sum)
		}
	}
}

func firings(listed []routines.Touched) (out []routines.Firing) {
	for _, touched := range listed {
		out = append(out, touched.Is...)
	}
	return out
}

// What is tried on the past finds what the log has of the very same routines, of
// every kind of trigger, as they ran when it happened.
func TestThePastIsReplayedAsItRan(t *testing.T) {
	t.Parallel()
	list := []core.Routine{
		{Key: "raised", When: on(core.CaseRaised), If: `targets.respond.state == "due" && tasks.open == 1`},
		{Key: "noted", When: on(core.NoteAdded), If: `case.priority == "high" && event.by == "staff"`},
		{Key: "all-done", When: on(core.AllTasksDone), If: `tasks.open == 0`},
		{Key: "resolved", When: on(core.CaseResolved), If: `event.before.status != ""`},
		{Key: "late", When: on(core.TargetBreached), If: `targets.acknowledge.late && case.quiet_days == 0`},
		{Key: "quiet", When: core.Trigger{Quiet: span(t, "3 days")}, If: `case.status_kind != "waiting" && case.quiet_days >= 3`},
		{Key: "before", When: core.Trigger{Before: span(t, "2 days"), Field: "hearing-date"}, If: `case.subtype == "waste"`},
		{Key: "after", When: core.Trigger{After: span(t, "1 day"), Field: "hearing-date"}, If: `case.priority != "low"`},
		{Key: "daily", When: core.Trigger{Every: "30 7 * * *"}, If: `case.age_days == 2 || case.age_days == 5`},
	}
	for i := range list {
		list[i].Do = []core.Do{{Webhook: "crm"}}
	}
	w := newWorld(t, list...)
	w.tick(t)
	ids := []core.CaseID{w.Raise(t)}
	w.settle(t)
	pass := func(hours int) {
		for range hours {
			w.Clock.Advance(time.Hour)
			w.tick(t)
			w.settle(t)
		}
	}
	pass(5)
	ids = append(ids, w.Raise(t))
	w.settle(t)
	w.then(t, w.Priya, ids[0], &cases.SetField{Field: "hearing-date", Value: w.Clock.Now().AddDate(0, 0, 4).Format(time.DateOnly)})
	w.then(t, w.Priya, ids[0], &cases.ChangePriority{To: "high"})
	w.then(t, w.Priya, ids[0], &notes.Add{Body: "One"})
	w.then(t, w.Ines, ids[0], &tasks.Complete{No: 1, Outcome: "Looked"})
	pass(30)
	w.then(t, w.Priya, ids[1], &cases.ChangeStatus{To: "waiting"})
	w.then(t, w.Priya, ids[0], &cases.SetField{Field: "hearing-date", Value: w.Clock.Now().AddDate(0, 0, 5).Format(time.DateOnly)})
	pass(24 * 8)
	w.then(t, w.Priya, ids[1], &cases.ChangeStatus{To: "in-progress"}, &notes.Add{Body: "Two"})
	w.then(t, w.Priya, ids[0], &cases.ChangeStatus{To: "resolved"})
	pass(24 * 4)

	published := w.with(t, list...)
	sum := w.lately(t, w.Priya, 30, routines.Trial{Type: published})
	var got, want, kinds []string
	for _, touched := range sum.Listed {
		for _, f := range touched.Is {
			got = append(got, fmt.Sprintf("%s %s %s %s", touched.Case.Ref, f.Routine, f.Kind, f.At.Format(time.DateTime)))
		}
	}
	did := 0
	for _, id := range ids {
		for _, run := range w.runs(t, id, false) {
			at := run.At
			if !run.DueAt.IsZero() {
				at = run.DueAt
			}
			want = append(want, fmt.Sprintf("%s %s %s %s", run.Ref, run.Routine, run.Kind, at.Format(time.DateTime)))
			kinds = append(kinds, run.Routine)
			did++
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("replayed is\n%s\nthe log has\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, r := range list {
		if !slices.Contains(kinds, r.Key) {
			t.Errorf("the story of this test never sets off %q", r.Key)
		}
	}
	if sum.Did != did || sum.Is.Calls != did || sum.Is.Cases != 2 || sum.Unanswered != 0 || sum.Erased != 0 {
		t.Errorf("the figures are %+v, want %d runs", sum, did)
	}
}

func TestWhatIsTriedIsComparedWithWhatIsPublished(t *testing.T) {
	t.Parallel()
	w := newWorld(t, core.Routine{Key: "nudge", When: on(core.NoteAdded), If: `case.priority == "high"`, Do: []core.Do{{Message: "nudge", To: "requester"}}})
	mailed, silent := w.Raise(t), w.Raise(t)
	w.then(t, w.Priya, silent, &cases.ChangeContact{Contact: core.Contact{Name: "Amara", Phone: "07700 900482"}})
	w.then(t, w.Priya, mailed, &cases.ChangePriority{To: "high"})
	for _, id := range []core.CaseID{mailed, silent} {
		w.then(t, w.Priya, id, &notes.Add{Body: "One"})
		w.then(t, w.Priya, id, &notes.Add{Body: "Two"})
	}
	published, err := w.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	draft := core.Routine{Key: "nudge", Off: true, When: on(core.NoteAdded), Do: []core.Do{
		{Message: "nudge", To: "requester"}, {Command: "task.add", With: core.Arguments{"type": "response"}}, {Command: "target.clear", With: core.Arguments{"target": "respond"}}, {Command: "case.close", With: core.Arguments{"reason": "upheld"}},
	}}
	sum := w.lately(t, w.Priya, 7, routines.Trial{Type: w.with(t, draft, core.Routine{Key: "other", When: on(core.CaseRaised), Do: []core.Do{note("x")}}), Published: published, Routine: "nudge"})
	if want := (routines.Doings{Cases: 2, Times: 2, Tasks: 2, Messages: 1, Unsent: 1, Targets: 2, Changes: 2}); sum.Is != want {
		t.Errorf("the draft would have done %+v, want %+v", sum.Is, want)
	}
	if want := (routines.Doings{Cases: 1, Times: 2, Messages: 2}); sum.Was != want || sum.Did != 2 {
		t.Errorf("what is published would have done %+v, want %+v; its log has %d", sum.Was, want, sum.Did)
	}
	if len(sum.Listed) != 2 || sum.Listed[0].Case.ID != silent || len(sum.Listed[0].Was) != 0 || len(sum.Listed[1].Was) != 2 || sum.Listed[1].End != (routines.End{}) {
		t.Errorf("listed are %+v", sum.Listed)
	}
	gone := w.lately(t, w.Priya, 7, routines.Trial{Type: w.with(t), Published: published, Routine: "nudge"})
	if gone.Is != (routines.Doings{}) || gone.Was.Times != 2 || len(gone.Listed) != 1 {
		t.Errorf("without the routine: %+v", gone)
	}
}

func TestOnlyCasesWithinReachAreTried(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.then(t, w.Priya, id, &notes.Add{Body: "One"})
	trial := routines.Trial{Type: w.with(t, core.Routine{Key: "all", When: on(core.CaseRaised), Do: []core.Do{note("x")}}), Until: w.Clock.Now(), Since: w.Clock.Now().Add(-day)}
	auditor := core.StaffActor(w.Other.StaffID(), "Kofi Mensah", core.RoleAuditor)
	for by, want := range map[*core.Actor]int{&w.Priya: 1, &w.Other: 0, &auditor: 1} {
		n, err := w.Replayable(t.Context(), w.reach(t, *by), trial)
		if err != nil || n != want {
			t.Errorf("%s has %d cases to try it on, want %d (%v)", by.Name, n, want, err)
		}
		if sum := w.lately(t, *by, 1, trial); sum.Cases != want || len(sum.Listed) != want || sum.Is.Times != want {
			t.Errorf("%s is shown %+v", by.Name, sum)
		}
	}
}

// The state of every table is the same after as before.
func TestTryingOnThePastChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, core.Routine{Key: "live", When: on(core.NoteAdded), Do: []core.Do{{Command: "case.change_priority", With: core.Arguments{"to": "high"}}}})
	id := w.Raise(t)
	w.then(t, w.Priya, id, &notes.Add{Body: "One"})
	w.tick(t)
	w.Clock.Advance(5 * day)
	list := []core.Routine{
		{Key: "noted", When: on(core.NoteAdded), Do: []core.Do{note("x"), {Message: "nudge", To: "requester"}, {Webhook: "crm"}}},
		{Key: "quiet", When: core.Trigger{Quiet: span(t, "2 days")}, Do: []core.Do{{Command: "case.close", With: core.Arguments{"reason": "upheld"}}}},
		{Key: "daily", When: core.Trigger{Every: "0 9 * * *"}, Do: []core.Do{note("x")}},
	}
	before := w.checksum(t)
	sum := w.lately(t, w.Priya, 30, routines.Trial{Type: w.with(t, list...), Published: w.with(t)})
	if sum.Is.Times < 3 {
		t.Fatalf("nothing was tried: %+v", sum)
	}
	if after := w.checksum(t); !reflect.DeepEqual(after, before) {
		t.Errorf("the tables were %v and are %v", before, after)
	}
	w.then(t, w.Priya, id, &notes.Add{Body: "Two"})
	if reflect.DeepEqual(w.checksum(t), before) {
		t.Error("the checksum does not see changes")
	}
}

// checksum is a digest of each table.
func (w *world) checksum(t *testing.T) map[string]string {
	t.Helper()
	rows, err := w.Pool.Query(t.Context(), `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	if err := rows.Err(); err != nil || len(tables) < 30 {
		t.Fatalf("there are %d tables, %v", len(tables), err)
	}
	out := map[string]string{}
	for _, name := range tables {
		var sum string
		if err := w.Pool.QueryRow(t.Context(), `SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, E'\n' ORDER BY t::text), '')) FROM `+name+` t`).Scan(&sum); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = sum
	}
	return out
}

// Whoever looks may go away in the middle; then it stops, and another look goes
// on where it was.
func TestATrialStopsWhenNobodyWaitsForIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.then(t, w.Priya, id, &notes.Add{Body: "One"})
	w.Clock.Advance(10 * day)
	ctx, leave := context.WithCancel(t.Context())
	leaving, err := routines.New(routines.Options{
		DB: w.DB, Cases: w.Cases, Types: w.Types, Clock: w.Clock, Log: slog.New(slog.DiscardHandler), Commands: routines.NewCommands(table()),
		Schedule: func(s string, zone *time.Location) (func(time.Time) time.Time, error) {
			leave()
			return schedule.Read(s, zone)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	trial := routines.Trial{
		Type:  w.with(t, core.Routine{Key: "daily", When: core.Trigger{Every: "0 9 * * *"}, Do: []core.Do{note("x")}}),
		Since: w.Clock.Now().Add(-30 * day), Until: w.Clock.Now(),
	}
	stopped, err := leaving.Replay(ctx, w.reach(t, w.Priya), trial, routines.Replayed{})
	if !errors.Is(err, context.Canceled) || stopped.Cases != 0 || stopped.Done {
		t.Errorf("it went on: %+v, %v", stopped, err)
	}
	sum, err := w.Replay(t.Context(), w.reach(t, w.Priya), trial, stopped)
	if err != nil || !sum.Done || sum.Is.Times != 10 || sum.Asked != 10 {
		t.Errorf("the next look found %+v, %v", sum, err)
	}
}

func TestATrialGoesOnAndStopsAtItsBounds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := []core.CaseID{w.Raise(t), w.Raise(t), w.Raise(t)}
	trial := routines.Trial{Type: w.with(t, core.Routine{Key: "all", When: on(core.CaseRaised), Do: []core.Do{note("x")}}), Until: w.Clock.Now(), Since: w.Clock.Now().Add(-day)}
	all := w.lately(t, w.Priya, 1, trial)
	if all.Cases != 3 || all.Is.Times != 3 || !all.Done || all.Full {
		t.Fatalf("in one go: %+v", all)
	}
	newest := ids[0]
	for _, id := range ids {
		if id.String() > newest.String() {
			newest = id
		}
	}
	rest, err := w.Replay(t.Context(), w.reach(t, w.Priya), trial, routines.Replayed{Cases: 1, Is: routines.Doings{Cases: 1, Times: 1}, Next: newest})
	if err != nil || rest.Cases != 3 || rest.Is.Times != 3 || len(rest.Listed) != 2 || !rest.Done {
		t.Errorf("after the newest: %+v, %v", rest, err)
	}
	full, err := w.Replay(t.Context(), w.reach(t, w.Priya), trial, routines.Replayed{Events: routines.MaxReplayedEvents - 1})
	if err != nil || !full.Full || !full.Done || full.Cases != 1 || full.Events != routines.MaxReplayedEvents || full.Is.Times != 0 {
		t.Errorf("at the bound: %+v, %v", full, err)
	}
	often := w.lately(t, w.Priya, 60, routines.Trial{Type: w.with(t, core.Routine{Key: "often", When: core.Trigger{Every: "*/5 * * * *"}, Do: []core.Do{note("x")}})})
	if !often.Shortened || often.Asked > 3*routines.MaxReplayedTimes {
		t.Errorf("of a dense schedule: %+v", often)
	}
}

func TestWhatCannotBeTriedIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := w.Clock.Now()
	fine := core.Routine{Key: "fine", When: on(core.CaseRaised), Do: []core.Do{note("x")}}
	wrong, without := fine, fine
	wrong.If, without.When = `case.stutus == "new"`, core.Trigger{}
	for name, trial := range map[string]routines.Trial{
		"no type": {Since: now.Add(-day), Until: now}, "no time": {Type: w.with(t, fine), Since: now, Until: now},
		"too long": {Type: w.with(t, fine), Since: now.Add(-366 * day), Until: now}, "a mistake": {Type: w.with(t, wrong), Since: now.Add(-day), Until: now},
		"no trigger": {Type: w.with(t, without), Since: now.Add(-day), Until: now},
	} {
		if _, err := w.Replay(t.Context(), w.reach(t, w.Priya), trial, routines.Replayed{}); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := w.Replayable(t.Context(), w.reach(t, w.Priya), trial); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: counting gave %v", name, err)
		}
	}
}

// An erased event cannot be taken back; it is said, and nothing breaks.
func TestErasedEventsAreSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.then(t, w.Priya, id, &cases.ChangePriority{To: "high"})
	w.then(t, w.Priya, id, &notes.Add{Body: "One"})
	if _, err := w.Pool.Exec(t.Context(), `DELETE FROM event_bodies b USING events e WHERE e.seq = b.seq AND e.kind = 'case.priority_changed'`); err != nil {
		t.Fatal(err)
	}
	sum := w.lately(t, w.Priya, 1, routines.Trial{Type: w.with(t, core.Routine{Key: "x", When: on(core.NoteAdded), If: `case.priority == "high"`, Do: []core.Do{note("x")}})})
	if sum.Erased != 1 || sum.Is.Times != 1 {
		t.Errorf("the figures are %+v", sum)
	}
}

func TestWhatRanTooOftenIsStoppedInThePastAsInLife(t *testing.T) {
	t.Parallel()
	list := []core.Routine{{Key: "noted", When: on(core.NoteAdded), Do: []core.Do{{Webhook: "crm"}}}}
	w := newWorld(t, list...)
	id := w.Raise(t)
	for range 25 {
		w.Clock.Advance(time.Minute)
		w.Do(t, w.Priya, id, &notes.Add{Body: "Again"})
		w.settle(t)
	}
	w.then(t, w.Priya, id, &notes.Add{Body: "An hour later"})
	sum := w.lately(t, w.Priya, 1, routines.Trial{Type: w.with(t, list...)})
	ran, stopped := 0, 0
	for _, run := range w.runs(t, id, false) {
		if run.State == routines.Stopped {
			stopped++
		} else {
			ran++
		}
	}
	if sum.Is.Times != ran || sum.Is.Stopped != stopped || ran != 21 || stopped != 5 {
		t.Errorf("it would have run %d times and been stopped %d times; it ran %d times and was stopped %d times", sum.Is.Times, sum.Is.Stopped, ran, stopped)
	}
}
