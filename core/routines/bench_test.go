package routines_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/routines"
)

// copyCase makes many cases of one, so that what is found among them is what is
// found among many.
const copyCase = `INSERT INTO cases (id, ref, type_key, type_version, scope_id, version, reacted_to, subject, channel, status, status_kind, priority,
	group_key, fields, contact, raised_at, received_at, due_at, updated_at)
SELECT gen_random_uuid(), 'FILL-' || n, c.type_key, c.type_version, c.scope_id, c.version, c.version, c.subject, c.channel, c.status, c.status_kind, c.priority,
	c.group_key, c.fields, c.contact, c.raised_at, c.received_at, c.due_at, c.updated_at
FROM cases c, generate_series(1, $2) n WHERE c.id = $1`

// fill copies a case n times, and lists the copies.
func (w *world) fill(b *testing.B, id core.CaseID, n int) []*core.Case {
	b.Helper()
	w.exec(b, copyCase, id, n)
	w.exec(b, `VACUUM ANALYZE cases`)
	rows, err := w.Pool.Query(b.Context(), `SELECT id FROM cases WHERE ref LIKE 'FILL-%' ORDER BY id LIMIT 10000`)
	if err != nil {
		b.Fatal(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[core.CaseID])
	if err != nil {
		b.Fatal(err)
	}
	original, out := w.Case(b, id), make([]*core.Case, len(ids))
	for i, id := range ids {
		out[i] = original.Clone()
		out[i].ID = id
	}
	return out
}

func (w *world) exec(b *testing.B, sql string, args ...any) {
	b.Helper()
	if _, err := w.Pool.Exec(b.Context(), sql, args...); err != nil {
		b.Fatal(err)
	}
}

// several are n routines that hear of the same, with conditions of their own.
func several(n int, condition string, do ...core.Do) []core.Routine {
	out := make([]core.Routine, n)
	for i := range out {
		out[i] = core.Routine{Key: fmt.Sprintf("routine-%d", i), When: on(core.NoteAdded), If: fmt.Sprintf("%s && %d < 1000", condition, i), Do: do}
	}
	return out
}

// noteOn is an event of a case.
func noteOn(cs *core.Case, at time.Time, version int) core.Recorded {
	return core.Recorded{
		CaseID: cs.ID, Version: core.Version(version), Kind: core.NoteAdded, Origin: core.OriginLive, HappenedAt: at, RecordedAt: at,
		Actor: core.Actor{Kind: core.ActorStaff, ID: "somebody"}, About: core.About{"note": 1.0},
	}
}

// hearAll has the routines hear of one event of each of n cases in turn.
func (w *world) hearAll(b *testing.B, among []*core.Case, n int) {
	b.Helper()
	published, err := w.Types.Published(b.Context(), "complaint")
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		var batch pgx.Batch
		cs := among[i%len(among)]
		heard := []core.Recorded{noteOn(cs, w.Clock.Now(), 1_000+i)}
		if err := w.Heard(b.Context(), &batch, cs, published, heard); err != nil {
			b.Fatal(err)
		}
		err := w.DB.Tx(b.Context(), func(ctx context.Context, tx pgx.Tx) error { return tx.SendBatch(ctx, &batch).Close() })
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHeard prints how many events a second are heard, and how many
// routines are decided about and written down with it, by one reaction after
// the other.
func BenchmarkHeard(b *testing.B) {
	for _, n := range []int{1, 20, 100} {
		for name, condition := range map[string]string{
			"true":  `case.priority != "low" && targets.respond.state == "due"`,
			"false": `case.priority == "low" && targets.respond.state == "due"`,
		} {
			b.Run(fmt.Sprintf("%d routines, %s", n, name), func(b *testing.B) {
				w := newWorld(b, several(n, condition, note("Seen"))...)
				among := w.fill(b, w.Raise(b), 10_000)
				w.jobs = nil
				b.ResetTimer()
				w.hearAll(b, among, b.N)
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
				b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "routines/s")
			})
		}
	}
}

// BenchmarkWork prints how many actions a second go through the door as
// routines, each noted in the transaction that does it.
func BenchmarkWork(b *testing.B) {
	for _, workers := range []int{1, 16} {
		b.Run(fmt.Sprintf("2 actions, %d at once", workers), func(b *testing.B) {
			do := []core.Do{note("Seen by {{case.reference}}"), {Command: "case.change_priority", With: core.Arguments{"to": "high"}}}
			w := newWorld(b, several(1, "true", do...)...)
			among := w.fill(b, w.Raise(b), min(max(b.N, 100), 10_000))
			w.hearAll(b, among, min(b.N, len(among)))
			jobs := w.jobs
			b.ResetTimer()
			queue := make(chan queued)
			var wg sync.WaitGroup
			for range workers {
				wg.Go(func() {
					for job := range queue {
						if err := w.Work(b.Context(), job.Case, job.Occasion); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for i := range b.N {
				queue <- jobs[i%len(jobs)]
			}
			close(queue)
			wg.Wait()
			b.ReportMetric(float64(min(b.N, len(jobs))*len(do))/b.Elapsed().Seconds(), "actions/s")
		})
	}
}

// BenchmarkClock prints what time costs among many cases: to find their moments
// when a routine is published, to look when nothing is due, to find those that
// are due and set them off, and to ask a schedule's condition of all; and the
// plans of the statements that find them.
func BenchmarkClock(b *testing.B) {
	const many, due = 200_000, 1_000
	w := newWorld(b)
	w.fill(b, w.Raise(b), many)
	w.routines(b, core.Routine{Key: "quiet", When: core.Trigger{Quiet: span(b, "30 days"), Batch: due}, If: `case.status != "waiting"`, Do: []core.Do{note("Quiet")}})
	began, looks := time.Now(), w.ticks(b, `SELECT filled FROM routine_clocks`)
	fmt.Printf("the moments of %d cases are found in %v, %d looks\n", many, since(began), looks)
	w.exec(b, `UPDATE routine_moments SET at = at + interval '1 year' WHERE case_id NOT IN (SELECT case_id FROM routine_moments ORDER BY case_id LIMIT $1)`, due)
	w.exec(b, `VACUUM ANALYZE`)
	b.Run("nothing due", func(b *testing.B) {
		for b.Loop() {
			w.tick(b)
		}
	})
	w.jobs = nil
	w.Clock.Advance(30 * day)
	w.explain(b, "those that are due", routines.TimePlans(w.Clock.Now(), due)["due"])
	began = time.Now()
	w.tick(b)
	if len(w.jobs) != due {
		b.Fatalf("%d are set off, want %d", len(w.jobs), due)
	}
	fmt.Printf("%d due among %d are found, asked, written down and queued in %v\n", due, many, since(began))

	w.routines(b, core.Routine{Key: "nightly", When: core.Trigger{Every: "0 3 * * *", Batch: core.MaxBatch}, If: `case.level > 0`, Do: []core.Do{note("Night")}})
	w.tick(b)
	w.Clock.Advance(day)
	w.explain(b, "those of a schedule", routines.TimePlans(w.Clock.Now(), due)["schedule"])
	began, looks = time.Now(), w.ticks(b, `SELECT next_at > '`+w.Clock.Now().Format(time.RFC3339)+`' FROM routine_clocks WHERE routine = 'nightly'`)
	fmt.Printf("a schedule's condition is asked of %d open cases in %v, %d looks\n", many, since(began), looks)
}

// ticks lets time look again and again until something is so.
func (w *world) ticks(b *testing.B, until string) (n int) {
	b.Helper()
	for so := false; !so; n++ {
		if n > 1_000 {
			b.Fatal("it does not end")
		}
		w.tick(b)
		if err := w.Pool.QueryRow(b.Context(), until).Scan(&so); err != nil {
			b.Fatal(err)
		}
	}
	return n
}

func since(began time.Time) time.Duration { return time.Since(began).Round(100 * time.Microsecond) }

// explain prints how a statement is done.
func (w *world) explain(b *testing.B, what string, plan routines.Plan) {
	b.Helper()
	rows, err := w.Pool.Query(b.Context(), "EXPLAIN (ANALYZE, COSTS OFF) "+plan.SQL, plan.Args...)
	if err != nil {
		b.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		b.Fatal(err)
	}
	fmt.Printf("the plan of finding %s\n%s\n", what, strings.Join(lines, "\n"))
}

// BenchmarkReplay prints how many events a second a trial of the past goes
// through, with one routine and with twenty.
func BenchmarkReplay(b *testing.B) {
	const many, changes = 400, 12
	w := newWorld(b)
	var wg sync.WaitGroup
	ids := make(chan core.CaseID)
	for range 8 {
		wg.Go(func() {
			for id := range ids {
				for i := range changes / 2 {
					w.Do(b, w.Priya, id, &notes.Add{Body: "One of many"})
					w.Do(b, w.Priya, id, &cases.ChangePriority{To: []string{"high", "low"}[i%2]})
				}
			}
		})
	}
	for range many {
		ids <- w.Raise(b)
	}
	close(ids)
	wg.Wait()
	w.Clock.Advance(time.Hour)
	for _, n := range []int{1, 20} {
		for _, when := range []core.Trigger{on(core.NoteAdded), {Quiet: span(b, "10 minutes")}, {Every: "*/5 * * * *"}} {
			b.Run(fmt.Sprintf("%d %s", n, when.Kind()), func(b *testing.B) {
				list := several(n, `case.priority == "high" && targets.respond.state == "due"`, note("Seen"))
				for i := range list {
					list[i].When = when
				}
				trial := routines.Trial{Type: w.with(b, list...), Since: w.Clock.Now().Add(-30 * day), Until: w.Clock.Now()}
				sum, seen := routines.Replayed{}, 0
				for b.Loop() {
					sum = routines.Replayed{}
					for !sum.Done {
						var err error
						if sum, err = w.Replay(b.Context(), w.reach(b, w.Priya), trial, sum); err != nil {
							b.Fatal(err)
						}
					}
					seen += sum.Events
				}
				b.ReportMetric(float64(seen)/b.Elapsed().Seconds(), "events/s")
				b.ReportMetric(float64(sum.Is.Times), "times")
			})
		}
	}
}
