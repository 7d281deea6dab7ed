package routines

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/postgres"
)

// A routine that ran so often on one case within so long is stopped there:
// whatever sets it off does so without a chain.
const (
	maxRepeats  = 20
	repeatsSpan = time.Hour
)

// Heard implements cases.Listener: it writes down which routines the events set
// off, and whether their conditions hold, and has what is to be done queued.
// Imports, restores and migrations set off nothing but the clock.
func (s *Service) Heard(ctx context.Context, b *pgx.Batch, cs *core.Case, t *core.CaseType, heard []core.Recorded) error {
	if len(t.Routines) == 0 {
		return nil
	}
	if err := s.moments(ctx, b, cs, t, heard); err != nil {
		return err
	}
	h := &hearing{Service: s, cs: cs, t: t, heard: heard}
	for i, e := range heard {
		if e.Origin != core.OriginLive || e.Kind == core.RoutineStopped {
			continue
		}
		if err := h.event(ctx, b, i, e); err != nil {
			return err
		}
	}
	return nil
}

// hearing is one call of [Service.Heard].
type hearing struct {
	*Service
	cs    *core.Case
	t     *core.CaseType
	heard []core.Recorded

	read bool // whether what stands beside the case was
	aside
	ran repeats // nil until it is asked for
}

func (h *hearing) event(ctx context.Context, b *pgx.Batch, i int, e core.Recorded) error {
	queued := false
	for place, r := range h.t.Routines {
		if r.Off || r.When.On == "" {
			continue
		}
		hears, err := h.hears(ctx, i, r.When.On)
		if err != nil {
			return err
		}
		if !hears {
			continue
		}
		run, err := h.run(ctx, place, r, e)
		if err != nil {
			return err
		}
		if err := run.queue(b, insertRun); err != nil {
			return err
		}
		queued = queued || run.State == Waiting || run.State == stopping
	}
	if queued {
		h.o.Queue(b, h.cs.ID, occasionOf(e))
	}
	return nil
}

// hears reports whether an event sets off routines of a kind.
func (h *hearing) hears(ctx context.Context, i int, on core.EventKind) (bool, error) {
	e := h.heard[i]
	if on != core.AllTasksDone || !endsTask(e) {
		return Hears(h.t, on, e), nil
	}
	for _, later := range h.heard[i+1:] {
		if endsTask(later) {
			return false, nil // that one was the last
		}
	}
	if err := h.readBeside(ctx); err != nil {
		return false, err
	}
	return h.allDone(), nil
}

func (h *hearing) readBeside(ctx context.Context) error {
	if h.read {
		return nil
	}
	all, err := h.beside(ctx, []core.CaseID{h.cs.ID})
	if err != nil {
		return err
	}
	h.aside, h.read = *all.of(h.cs.ID), true
	return nil
}

// run decides about one routine and one event.
func (h *hearing) run(ctx context.Context, place int, r core.Routine, e core.Recorded) (newRun, error) {
	run := newRun{
		Case: h.cs.ID, Routine: r, Occasion: occasionOf(e), Place: place, Type: h.t, Event: e.Version, Kind: string(e.Kind),
		Chain: e.Actor.SetsOff(), At: h.o.Clock.Now(), State: Passed,
	}
	condition, err := h.conditions.Compile(h.t, r.If)
	if err != nil {
		run.Answer = conditions.Explanation{Text: r.If, Problem: words(err)}
		return run, nil
	}
	if condition.Uses("tasks") || condition.Uses("targets") || condition.Uses("questions") {
		if err := h.readBeside(ctx); err != nil {
			return run, err
		}
	}
	run.Answer = condition.Answer(ctx, conditions.Snapshot{
		Case: h.cs, Type: h.t, Targets: h.targets, Tasks: h.tasks, Questions: h.questions, Changed: lastChange(h.heard), Now: run.At,
	}, &e)
	if ctx.Err() != nil {
		return run, ctx.Err() // there was no time to answer: it is asked again
	}
	if !run.Answer.Holds {
		return run, nil
	}
	if h.ran == nil {
		if h.ran, err = h.repeats(ctx, []core.CaseID{h.cs.ID}, run.At); err != nil {
			return run, err
		}
	}
	h.ran.admit(&run)
	return run, nil
}

// repeats is how often routines ran on cases within [repeatsSpan].
type repeats map[repeated]int

type repeated struct {
	cs      core.CaseID
	routine string
}

// repeats counts the runs of cases by now.
func (s *Service) repeats(ctx context.Context, ids []core.CaseID, now time.Time) (repeats, error) {
	rows, err := postgres.All[repeatsRow](ctx, s.o.DB.Pool(), countRuns, ids, now.Add(-repeatsSpan))
	if err != nil {
		return nil, fmt.Errorf("count the runs of routines: %w", err)
	}
	out := make(repeats, len(rows))
	for _, r := range rows {
		out[repeated{r.CaseID, r.Routine}] = r.N
	}
	return out, nil
}

// admit lets a run whose condition holds wait to be done, or says why it may
// not, and counts it.
func (r repeats) admit(run *newRun) {
	run.State = Waiting
	if run.Why = run.Type.StopsRoutine(run.Routine.Key, run.Chain); run.Why == "" {
		name := repeated{run.Case, run.Routine.Key}
		if r[name] < maxRepeats {
			r[name]++
			return
		}
		run.Why = repeatsWords(run.Routine)
	}
	run.State = stopping
}

// repeatsWords say why a routine is stopped that ran too often.
func repeatsWords(r core.Routine) string {
	return fmt.Sprintf("“%s” ran %d times on this case within an hour.", nameOf(r), maxRepeats)
}

// newRun is a run before it is written.
type newRun struct {
	Case     core.CaseID
	Routine  core.Routine
	Occasion string
	Place    int
	Type     *core.CaseType
	Event    core.Version
	Kind     string
	DueAt    time.Time
	Round    int64
	State    State
	Answer   conditions.Explanation
	Chain    []string
	Why      string
	At       time.Time
}

// queue writes the run and, when it is to be done, its results.
func (r newRun) queue(b *pgx.Batch, insert string) error {
	answer, err := json.Marshal(r.Answer)
	if err != nil {
		return fmt.Errorf("write down how a condition was answered: %w", err)
	}
	chain := r.Chain
	if chain == nil {
		chain = []string{}
	}
	var due *time.Time
	if !r.DueAt.IsZero() {
		due = &r.DueAt
	}
	var round *int64
	if r.Round > 0 {
		round = &r.Round
	}
	b.Queue(insert, r.Case, r.Routine.Key, r.Occasion, r.Place, r.Type.Key, r.Type.Version, r.Event, r.Kind, due, round, r.State, answer, chain, r.Why, r.At)
	if r.State != Waiting {
		return nil
	}
	actions := make([]string, len(r.Routine.Do))
	for i, do := range r.Routine.Do {
		actions[i] = clip(do.String(), maxWords)
	}
	b.Queue(insertResults, r.Case, r.Routine.Key, r.Occasion, actions)
	return nil
}

// occasionOf names an event of a case.
func occasionOf(e core.Recorded) string { return fmt.Sprintf("event %d", e.Version) }

// nameOf is what people call a routine.
func nameOf(r core.Routine) string {
	if r.Name.IsZero() {
		return r.Key
	}
	return r.Name.In(core.DefaultLanguage)
}
