package targets_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/jobs"
	"github.com/casement-dev/casement/core/targets"
)

func (o *office) tick(t testing.TB) int {
	t.Helper()
	n, err := o.targets.Tick(t.Context(), o.Clock.Now(), jobs.QueueStep)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (o *office) number(t testing.TB, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := o.Pool.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

const countSteps = `SELECT count(*) FROM river_job WHERE kind = 'step'`

func TestATickQueuesOneJobForEachCaseThatIsDue(t *testing.T) {
	t.Parallel()
	o := open(t)
	for range 3 {
		o.Raise(t)
	}
	closed := o.Raise(t)
	o.Do(t, o.Priya, closed, &cases.Close{Reason: "upheld"})
	if n := o.tick(t); n != 0 {
		t.Errorf("%d are due at once", n)
	}
	o.Clock.Set(at(12, 2, 9, 0)) // both targets of each
	for range 2 {
		if n := o.tick(t); n != 3 {
			t.Errorf("%d are due, want 3", n)
		}
	}
	if n := o.number(t, countSteps); n != 3 {
		t.Errorf("%d jobs were queued", n)
	}
}

func TestManyServersTickingAndSteppingBreachOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	const many = 6
	var ids []core.CaseID
	for range many {
		ids = append(ids, o.Raise(t))
	}
	o.Clock.Set(at(12, 2, 9, 0))
	var wg sync.WaitGroup
	for range 2 { // servers
		wg.Go(func() {
			if _, err := o.targets.Tick(t.Context(), o.Clock.Now(), jobs.QueueStep); err != nil {
				t.Error(err)
			}
		})
		for _, id := range ids {
			wg.Go(func() {
				if err := o.targets.StepCase(t.Context(), id); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if n := o.number(t, countSteps); n > many {
		t.Errorf("%d jobs for %d cases", n, many)
	}
	for _, id := range ids {
		kinds := o.Kinds(t, id)
		if b, e := count(kinds, core.TargetBreached), count(kinds, core.CaseEscalated); b != 2 || e != 1 {
			t.Errorf("breached %d times, escalated %d times", b, e)
		}
		o.Rewinds(t, id)
	}
	if n := o.tick(t); n != 0 {
		t.Errorf("%d are due after all is done", n)
	}
}

// refusal is a command that fails while it is told to.
type refusal struct{ of *atomic.Bool }

func (refusal) Name() core.CommandName { return "test.refuse" }
func (refusal) Needs() core.Permission { return core.MayKeepTime }
func (refusal) Touches() []core.Aspect { return nil }
func (r refusal) Apply(context.Context, *cases.Work) error {
	if r.of.Load() {
		return errors.New("the server is gone")
	}
	return nil
}

func TestWhatIsInterruptedIsDoneByTheNextServer(t *testing.T) {
	t.Parallel()
	o := open(t)
	var gone atomic.Bool
	o.Cases.On(core.TargetBreached, func(*cases.Work, core.Event) []cases.Command { return []cases.Command{refusal{&gone}} })
	id := o.Raise(t)
	o.Clock.Set(at(12, 2, 9, 0))

	// Between finding and committing: nothing is queued.
	_, err := o.targets.Tick(t.Context(), o.Clock.Now(), func(b *pgx.Batch, cs core.CaseID) {
		jobs.QueueStep(b, cs)
		b.Queue("SELECT 1 / 0")
	})
	if err == nil || o.number(t, countSteps) != 0 {
		t.Fatalf("an interrupted tick gave %v", err)
	}
	if n := o.tick(t); n != 1 {
		t.Fatalf("the next finds %d", n)
	}

	// Between breaching and committing: nothing has happened.
	gone.Store(true)
	if err := o.targets.StepCase(t.Context(), id); err == nil {
		t.Fatal("the interrupted step succeeded")
	}
	if n := count(o.Kinds(t, id), core.TargetBreached); n != 0 || o.Case(t, id).Level != 0 {
		t.Fatalf("the interrupted step left %d breaches", n)
	}
	gone.Store(false)
	o.Clock.Advance(time.Hour)
	if n := o.tick(t); n != 1 {
		t.Fatalf("the next tick finds %d", n)
	}
	o.step(t, id)
	if b := o.Last(t, id, core.TargetBreached); !b.HappenedAt.Equal(at(12, 1, 10, 0)) {
		t.Errorf("breached at %v", b.HappenedAt)
	}
	o.sound(t, id)
}

func TestStepsOfACaseThatIsGoneAreDone(t *testing.T) {
	t.Parallel()
	o := open(t)
	if err := o.targets.StepCase(t.Context(), core.NewID[core.CaseID]()); err != nil {
		t.Errorf("it gave %v", err)
	}
}

func TestATickFindsMoreThanOneBatch(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.fill(t, o.Raise(t), 2_500)
	o.Clock.Set(at(12, 2, 9, 0))
	if n := o.tick(t); n != 2_501 {
		t.Errorf("%d are due, want 2,501", n)
	}
}

const copyCases = `INSERT INTO cases (id, ref, type_key, type_version, scope_id, version, subject, channel, status, status_kind,
	group_key, raised_at, received_at, due_at, updated_at)
SELECT gen_random_uuid(), 'FILL-' || n, c.type_key, c.type_version, c.scope_id, c.version, c.subject, c.channel, c.status, c.status_kind,
	c.group_key, c.raised_at, c.received_at, c.due_at, c.updated_at
FROM cases c, generate_series(1, $2) n WHERE c.id = $1`

const copyTargets = `INSERT INTO targets (id, case_id, rule_key, name, type_version, calendar, calendar_version, causes, done, state,
	due_at, next_at, generation)
SELECT gen_random_uuid(), c.id, t.rule_key, t.name, t.type_version, t.calendar, t.calendar_version, t.causes, t.done, t.state,
	t.due_at, t.next_at, t.generation
FROM cases c, targets t WHERE t.case_id = $1 AND t.rule_key = 'respond' AND c.ref LIKE 'FILL-%'`

// fill copies a case with its full response, many times.
func (o *office) fill(t testing.TB, id core.CaseID, n int) {
	t.Helper()
	if _, err := o.Pool.Exec(t.Context(), copyCases, id, n); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Pool.Exec(t.Context(), copyTargets, id); err != nil {
		t.Fatal(err)
	}
}

const copyPromises = `INSERT INTO targets (id, case_id, rule_key, name, type_version, calendar, calendar_version, causes, done, state,
	due_at, next_at, generation)
SELECT gen_random_uuid(), t.case_id, 'more-' || n, t.name, t.type_version, t.calendar, t.calendar_version, t.causes, t.done, t.state,
	t.due_at + interval '1 year', t.next_at + interval '1 year', t.generation
FROM targets t, generate_series(1, $1) n WHERE t.rule_key = 'respond'`

// BenchmarkAThousandDueAmongMany prints how long it takes to find 1,000 due
// targets among 1,000,000 open ones, to queue them, and to breach them.
func BenchmarkAThousandDueAmongMany(b *testing.B) {
	o := open(b)
	const cases, each, due = 200_000, 5, 1_000
	const many = cases * each
	o.fill(b, o.Raise(b), cases)
	run := func(sql string, args ...any) {
		b.Helper()
		if _, err := o.Pool.Exec(b.Context(), sql, args...); err != nil {
			b.Fatal(err)
		}
	}
	// All but a thousand were promised a year later than they were.
	run(`UPDATE targets SET next_at = next_at + interval '1 year', due_at = due_at + interval '1 year'
		WHERE id NOT IN (SELECT id FROM targets WHERE rule_key = 'respond' AND case_id <> $1 LIMIT $2)`, o.first(b), due)
	run(copyPromises, each-1)
	run(`VACUUM ANALYZE targets`) // else the first search meets all the dead rows
	o.Clock.Set(at(12, 1, 10, 0))
	for b.Loop() {
		var queued []core.CaseID
		began := time.Now()
		found, err := o.targets.Tick(b.Context(), o.Clock.Now(), func(_ *pgx.Batch, cs core.CaseID) { queued = append(queued, cs) })
		if err != nil || found != due && found != 0 {
			b.Fatalf("found %d, %v", found, err)
		}
		finding := time.Since(began)
		if found == 0 {
			continue // a later round: all is done
		}
		began = time.Now()
		if n := o.tick(b); n != due {
			b.Fatalf("queued %d", n)
		}
		queueing := time.Since(began)
		began = time.Now()
		work := make(chan core.CaseID)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for id := range work {
					if err := o.targets.StepCase(b.Context(), id); err != nil {
						b.Error(err)
					}
				}
			})
		}
		for _, id := range queued {
			work <- id
		}
		close(work)
		wg.Wait()
		fmt.Printf("1,000 due among %d: found in %v, queued in %v, breached in %v\n", many, finding, queueing, time.Since(began))
	}
	if n := o.number(b, `SELECT count(*) FROM events WHERE kind = $1`, core.TargetBreached); n != due {
		b.Errorf("%d breaches", n)
	}
}

func (o *office) first(t testing.TB) core.CaseID {
	t.Helper()
	var id core.CaseID
	if err := o.Pool.QueryRow(t.Context(), `SELECT id FROM cases WHERE ref NOT LIKE 'FILL-%'`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

var _ targets.Enqueue = jobs.QueueStep
