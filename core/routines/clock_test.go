package routines_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/core/tasks"
)

// closing closes cases that nobody has touched for thirty days, two at a time.
func closing(t *testing.T) core.Routine {
	return core.Routine{
		Key: "close-quiet", When: core.Trigger{Quiet: span(t, "30 days"), Batch: 2}, If: `case.status != "waiting"`,
		Do: []core.Do{{Command: "case.close", With: core.Arguments{"reason": "not-upheld"}}},
	}
}

// withoutTasks raises a case that may be closed.
func (w *world) withoutTasks(t *testing.T) core.CaseID {
	t.Helper()
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &tasks.Add{Type: "response"})
	w.Do(t, w.Priya, id, &tasks.Complete{No: 2, Outcome: "Sent"})
	return id
}

func TestInactiveCasesAreClosedABatchAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	quiet := []core.CaseID{w.withoutTasks(t), w.withoutTasks(t), w.withoutTasks(t)}
	waiting := w.withoutTasks(t)
	w.Do(t, w.Priya, waiting, &cases.ChangeStatus{To: "waiting"})
	w.Clock.Advance(10 * day)
	busy := w.withoutTasks(t)
	w.settle(t)
	w.routines(t, closing(t)) // published when the cases are there
	w.tick(t)
	w.settle(t)
	w.Clock.Advance(15 * day)
	w.Do(t, w.Priya, busy, &notes.Add{Body: "Still at it"})
	w.settle(t)
	w.Clock.Advance(5*day - time.Minute)
	w.tick(t)
	if n := w.closed(t, quiet...); n != 0 {
		t.Fatalf("%d are closed before their time", n)
	}
	w.Clock.Advance(time.Minute)
	for round, want := range []int{2, 3, 3} {
		w.tick(t)
		w.settle(t)
		if n := w.closed(t, quiet...); n != want {
			t.Errorf("after look %d: %d are closed, want %d", round+1, n, want)
		}
	}
	if w.closed(t, waiting, busy) != 0 {
		t.Error("what waits, or was worked on, is closed")
	}
	closed := w.Last(t, quiet[0], core.CaseClosed)
	if closed.Actor.ID != "complaint/close-quiet" || closed.About["reason"] != "not-upheld" {
		t.Errorf("closed by %+v: %v", closed.Actor, closed.About)
	}
	if passed := w.runs(t, waiting, true); len(passed) != 1 || passed[0].State != routines.Passed || passed[0].Kind != "quiet" || !passed[0].DueAt.Equal(casestest.Start.Add(30*day)) {
		t.Errorf("of what waits: %+v", passed)
	}
	rounds, err := w.Rounds(t.Context(), "complaint", "close-quiet")
	if err != nil || len(rounds) != 2 {
		t.Fatalf("the report is %+v, %v", rounds, err)
	}
	if sum := rounds[0].Looked + rounds[1].Looked; sum != 4 || rounds[0].Fired+rounds[1].Fired != 3 || rounds[0].Done+rounds[1].Done != 3 {
		t.Errorf("the report is %+v", rounds)
	}
	w.Clock.Advance(200 * day)
	w.tick(t)
	w.settle(t)
	if n := len(w.runs(t, waiting, true)); n != 1 {
		t.Errorf("what has stayed quiet was asked %d times", n)
	}
	if w.closed(t, busy) != 1 {
		t.Error("what has gone quiet since is open")
	}
}

func (w *world) closed(t *testing.T, ids ...core.CaseID) (n int) {
	t.Helper()
	for _, id := range ids {
		if w.Case(t, id).IsFinal() {
			n++
		}
	}
	return n
}

// Two servers tick at once, and the job of one dies: each case is closed once.
func TestTimeSetsOffOnceAlthoughServersTickTogether(t *testing.T) {
	t.Parallel()
	r := closing(t)
	r.When.Batch = 0
	r.Do = append(r.Do, note("Closed because nothing happened."))
	w := newWorld(t, r)
	ids := []core.CaseID{w.withoutTasks(t), w.withoutTasks(t), w.withoutTasks(t)}
	w.settle(t)
	w.tick(t)
	w.Clock.Advance(31 * day)
	now := w.Clock.Now()
	var servers sync.WaitGroup
	var mu sync.Mutex
	var failed []error
	w.jobs = nil
	for range 4 {
		servers.Go(func() {
			if err := w.lockedTick(t, &mu, now); err != nil {
				mu.Lock()
				failed = append(failed, err)
				mu.Unlock()
			}
		})
	}
	servers.Wait()
	if failed != nil {
		t.Fatal(failed)
	}
	jobs := slices.Clone(w.jobs)
	w.jobs = append(w.jobs, jobs...)
	w.settle(t)
	for _, id := range ids {
		if n, m := w.count(t, id, core.CaseClosed), w.count(t, id, core.NoteAdded); n != 1 || m != 1 {
			t.Errorf("closed %d times, %d notes", n, m)
		}
	}
}

// lockedTick ticks as a server of its own does; the list of jobs is the test's.
func (w *world) lockedTick(t *testing.T, mu *sync.Mutex, now time.Time) error {
	other := &world{World: w.World}
	mu.Lock()
	other.start(t)
	mu.Unlock()
	err := other.Tick(t.Context(), now)
	mu.Lock()
	defer mu.Unlock()
	w.jobs = append(w.jobs, other.jobs...)
	return err
}

func TestADateSetsOffBeforeOnAndAfterIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t,
		core.Routine{Key: "before", When: core.Trigger{Field: "hearing-date", Before: span(t, "2 working days")}, Do: []core.Do{note("before")}},
		core.Routine{Key: "that-day", When: core.Trigger{Field: "hearing-date"}, Do: []core.Do{note("that day")}},
		core.Routine{Key: "after", When: core.Trigger{Field: "hearing-date", After: span(t, "1 day")}, If: `given(fields.hearing_date) && now > fields.hearing_date`, Do: []core.Do{note("after")}},
	)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &cases.SetField{Field: "hearing-date", Value: "2026-11-30"}) // a Monday
	w.settle(t)
	w.Do(t, w.Priya, id, &cases.SetField{Field: "hearing-date", Value: "2026-12-01"})
	w.settle(t)
	w.tick(t)
	said := func(at string, want ...string) {
		t.Helper()
		now, err := time.Parse("2006-01-02 15:04", at)
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Set(now)
		w.tick(t)
		w.settle(t)
		w.tick(t)
		w.settle(t)
		var got []string
		for _, run := range w.runs(t, id, false) {
			got = append(got, run.Routine)
		}
		if !slices.Equal(got, want) {
			t.Errorf("by %s: %v, want %v", at, got, want)
		}
	}
	said("2026-11-26 23:59")
	said("2026-11-30 12:00", "before")
	said("2026-11-30 23:59", "before")
	said("2026-12-01 00:00", "before", "that-day")
	said("2026-12-02 00:00", "before", "that-day", "after")
	said("2027-01-02 00:00", "before", "that-day", "after")
	if run := w.runs(t, id, false)[1]; !run.DueAt.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)) || run.Kind != "date" || run.Event != 0 {
		t.Errorf("the run is %+v", run)
	}
}

func TestADateThatIsGivenTooLateSetsOffOnlyWhatIsForTheTimeBeforeIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t,
		core.Routine{Key: "before", When: core.Trigger{Field: "hearing-date", Before: span(t, "10 days")}, Do: []core.Do{note("before")}},
		core.Routine{Key: "after", When: core.Trigger{Field: "hearing-date", After: span(t, "1 day")}, Do: []core.Do{note("after")}},
	)
	near, past := w.Raise(t), w.Raise(t)
	w.Do(t, w.Priya, near, &cases.SetField{Field: "hearing-date", Value: "2026-11-19"})
	w.Do(t, w.Priya, past, &cases.SetField{Field: "hearing-date", Value: "2020-01-01"})
	w.settle(t)
	w.tick(t)
	w.settle(t)
	if all := w.runs(t, near, false); len(all) != 1 || all[0].Routine != "before" {
		t.Errorf("of a day that is near: %+v", all)
	}
	if all := w.runs(t, past, false); len(all) != 0 {
		t.Errorf("of a day that is past: %+v", all)
	}
}

func TestAScheduleGoesThroughTheOpenCasesAndOfMissedMomentsTheLastCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, core.Routine{
		Key: "mornings", When: core.Trigger{Every: "0 7 * * mon-fri", Batch: 2}, If: `case.priority == "high"`, Do: []core.Do{note("Look at it today.")},
	})
	var high []core.CaseID
	for i := range 5 {
		id := w.Raise(t)
		if i%2 == 0 {
			w.Do(t, w.Priya, id, &cases.ChangePriority{To: "high"})
			high = append(high, id)
		}
	}
	w.settle(t)
	total := func() (n int) {
		for _, id := range high {
			n += len(w.runs(t, id, true))
		}
		return n
	}
	look := func() {
		for range 4 { // a batch each
			w.tick(t)
			w.settle(t)
		}
	}
	look()
	if n := total(); n != 0 {
		t.Fatalf("%d runs at its publication", n)
	}
	w.Clock.Set(time.Date(2026, 11, 18, 7, 0, 0, 0, time.UTC))
	look()
	if n := total(); n != 3 {
		t.Errorf("%d runs at the first moment", n)
	}
	look()
	w.Clock.Set(time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)) // a week without servers
	look()
	if n := total(); n != 6 {
		t.Errorf("%d runs after the downtime", n)
	}
	runs := w.runs(t, high[0], false)
	if last := runs[len(runs)-1]; !last.DueAt.Equal(time.Date(2026, 11, 25, 7, 0, 0, 0, time.UTC)) || last.Kind != "every" {
		t.Errorf("the last is %+v", last)
	}
	rounds, err := w.Rounds(t.Context(), "complaint", "mornings")
	if err != nil || len(rounds) != 6 || rounds[0].Looked+rounds[1].Looked+rounds[2].Looked != 5 {
		t.Errorf("the report is %+v, %v", rounds, err)
	}
}

func TestARoutineOfTimeThatIsOffOrGoneIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, closing(t))
	w.withoutTasks(t)
	w.settle(t)
	w.tick(t)
	rows := func() (n int) {
		t.Helper()
		if err := w.Pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM routine_moments) + (SELECT count(*) FROM routine_clocks)`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := rows(); n != 2 {
		t.Fatalf("%d rows", n)
	}
	off := closing(t)
	off.Off = true
	w.routines(t, off)
	w.tick(t)
	if n := rows(); n != 0 {
		t.Errorf("%d rows of a routine that is off", n)
	}
	w.routines(t, closing(t))
	w.Clock.Advance(40 * day)
	w.tick(t)
	w.settle(t)
	if rounds, err := w.Rounds(t.Context(), "complaint", "close-quiet"); err != nil || len(rounds) != 1 || rounds[0].Fired != 1 {
		t.Errorf("on again: %+v, %v", rounds, err)
	}
}

func TestAChangedConditionIsAskedAgainOfWhatIsQuiet(t *testing.T) {
	t.Parallel()
	r := closing(t)
	r.If = "false"
	w := newWorld(t, r)
	id := w.withoutTasks(t)
	w.settle(t)
	w.tick(t)
	w.Clock.Advance(31 * day)
	w.tick(t)
	w.settle(t)
	if w.closed(t, id) != 0 || len(w.runs(t, id, true)) != 1 {
		t.Fatalf("%+v", w.runs(t, id, true))
	}
	w.routines(t, closing(t))
	w.tick(t)
	w.settle(t)
	if w.closed(t, id) != 1 {
		t.Errorf("it is open: %+v", w.runs(t, id, true))
	}
}

// What time sets off is found by an index, among many.
func TestWhatIsDueIsFoundByAnIndex(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := w.Pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`ALTER TABLE routine_moments DROP CONSTRAINT routine_moments_case_id_fkey`)
	exec(`INSERT INTO routine_moments (case_id, type_key, routine, at)
		SELECT gen_random_uuid(), 'complaint', 'r' || n % 3, $1::timestamptz + n * interval '1 minute' FROM generate_series(1, 60000) AS n`, casestest.Start)
	exec(`ALTER TABLE routine_runs DROP CONSTRAINT routine_runs_case_id_fkey`)
	exec(`INSERT INTO routine_runs (case_id, routine, occasion, place, type_key, type_version, event, kind, state, answer, chain, why, at)
		SELECT CASE WHEN n % 100 = 0 THEN $2 ELSE gen_random_uuid() END, 'r' || n % 3, 'event ' || n, 0, 'complaint', 1, n, 'case.raised', CASE n % 4 WHEN 0 THEN 'passed' ELSE 'done' END, '{}', '{}', '',
		$1::timestamptz + n * interval '1 minute' FROM generate_series(1, 20000) AS n`, casestest.Start, id)
	exec(`ANALYZE`)
	conn, err := w.Pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(t.Context(), "SET plan_cache_mode = force_generic_plan"); err != nil {
		t.Fatal(err)
	}
	for name, sql := range routines.Plans() {
		if _, err := conn.Exec(t.Context(), "PREPARE "+name+" AS "+sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		params := 0
		for strings.Contains(sql, fmt.Sprintf("$%d", params+1)) {
			params++
		}
		rows, err := conn.Query(t.Context(), "EXPLAIN EXECUTE "+name+"("+strings.TrimSuffix(strings.Repeat("NULL, ", params), ", ")+")", pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var plan strings.Builder
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&plan, line)
		}
		rows.Close()
		if err := rows.Err(); err != nil || plan.Len() == 0 {
			t.Fatalf("%s: %v", name, err)
		}
		for _, table := range []string{"routine_moments", "routine_runs"} {
			if strings.Contains(plan.String(), "Seq Scan on "+table) {
				t.Errorf("%s reads all of %s:\n%s", name, table, plan.String())
			}
		}
	}
}
