package routines

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/postgres"
)

// State is how far a run, or one action of it, is.
type State string

// The states of a [Run] and of a [Result].
const (
	Passed  State = "passed"  // of a run: its condition did not hold
	Waiting State = "waiting" // it is to be done, perhaps again
	Ran     State = "done"
	Refused State = "refused" // of an action: the case refuses it, or its arguments are wrong; it is not tried again
	Failed  State = "failed"  // of an action: given up after a day; of a run: one of its actions was refused or given up
	Stopped State = "stopped" // of a run: it would have set itself off again, or ran too often

	stopping = State("stopping") // of a run: the case's history is to say so
)

// Run is one occasion of one routine on one case.
type Run struct {
	Case     core.CaseID
	Ref      core.Reference
	Type     string
	Version  int    // of the type it ran under
	Routine  string // key
	Occasion string // names it, with the case and the routine
	Event    core.Version
	Kind     string    // of the event; or "quiet", "date" or "every"
	DueAt    time.Time // the moment, when time set it off
	Round    int64     // the look of the clock; 0 for events
	State    State
	Answer   conditions.Explanation // why it ran, or did not
	Chain    []string               // the routines that set it off, outermost first: TYPE/KEY
	Why      string                 // it was stopped, or given up
	At       time.Time
	Finished time.Time // zero while it waits
	Results  []Result  // of its actions, in order; none when it passed
}

// Fired reports whether its condition held.
func (r Run) Fired() bool { return r.State != Passed }

// Took is how long its actions took, in all.
func (r Run) Took() time.Duration {
	var d time.Duration
	for _, result := range r.Results {
		d += result.Took
	}
	return d
}

// Result is how one action of a run went.
type Result struct {
	No       int // from 0
	Action   string
	State    State
	Outcome  string // what came of it: "note 4"
	Problem  string // why the last try failed
	Tries    int
	Took     time.Duration // of the last try
	Finished time.Time
}

// maxRuns bounds what is listed at once.
const maxRuns = 100

// OfCase lists what routines did, or were asked, on a case, the newest first,
// for those who may view it.
func (s *Service) OfCase(ctx context.Context, seen *cases.Seen) ([]Run, error) {
	if !seen.MayDo(core.MayView) {
		return nil, nil
	}
	rows, err := postgres.All[runRow](ctx, s.o.DB.Pool(), selectRunsOfCase, seen.Case.ID, maxRuns)
	if err != nil {
		return nil, fmt.Errorf("list the runs of routines on a case: %w", err)
	}
	return s.withResults(ctx, rows)
}

// Page is where a list of runs goes on: after the last one of the page before.
type Page struct {
	At       time.Time
	Case     core.CaseID
	Occasion string
}

// OfRoutine lists the runs of a routine, the newest first, after a page; passed
// says whether those whose condition did not hold are among them. Auditors see
// all runs, other staff those of cases that they reach. next is nil at the end.
func (s *Service) OfRoutine(ctx context.Context, by core.Actor, caseType, key string, passed bool, after *Page) (runs []Run, next *Page, err error) {
	states := []State{Waiting, Ran, Failed, Stopped}
	if passed {
		states = append(states, Passed)
	}
	return s.OfRoutineIn(ctx, by, caseType, key, states, after)
}

// OfRoutineIn is [Service.OfRoutine] for the runs in some states.
func (s *Service) OfRoutineIn(ctx context.Context, by core.Actor, caseType, key string, in []State, after *Page) (runs []Run, next *Page, err error) {
	states := make([]string, 0, len(in)+1)
	for _, state := range in {
		states = append(states, string(state))
		if state == Stopped {
			states = append(states, string(stopping))
		}
	}
	reach, err := s.o.Cases.ReachOf(ctx, by, core.MayView)
	if err != nil {
		return nil, nil, err
	}
	from := Page{At: s.o.Clock.Now().Add(time.Hour)}
	if after != nil {
		from = *after
	}
	all := by.Has(core.RoleAuditor)
	rows, err := postgres.All[runRow](ctx, s.o.DB.Pool(), selectRunsOfRoutine, caseType, key, states, from.At, [16]byte(from.Case), from.Occasion, maxRuns+1, reach.Scopes, by.ID, reach.Groups, all)
	if err != nil {
		return nil, nil, fmt.Errorf("list the runs of a routine: %w", err)
	}
	if len(rows) > maxRuns {
		rows = rows[:maxRuns]
		last := rows[maxRuns-1]
		next = &Page{last.At, last.CaseID, last.Occasion}
	}
	runs, err = s.withResults(ctx, rows)
	return runs, next, err
}

func (s *Service) withResults(ctx context.Context, rows []runRow) ([]Run, error) {
	out, place := make([]Run, len(rows)), map[[3]string]int{}
	ids, routines, occasions := make([]core.CaseID, len(rows)), make([]string, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.noun()
		place[[3]string{r.CaseID.String(), r.Routine, r.Occasion}] = i
		ids[i], routines[i], occasions[i] = r.CaseID, r.Routine, r.Occasion
	}
	if len(rows) == 0 {
		return out, nil
	}
	results, err := postgres.All[keptResult](ctx, s.o.DB.Pool(), selectResultsOf, ids, routines, occasions)
	if err != nil {
		return nil, fmt.Errorf("list the results of routines: %w", err)
	}
	for _, r := range results {
		i := place[[3]string{r.CaseID.String(), r.Routine, r.Occasion}]
		out[i].Results = append(out[i].Results, Result{
			No: r.No, Action: r.Action, State: r.State, Outcome: r.Outcome, Problem: r.Problem, Tries: r.Tries,
			Took: time.Duration(r.Took) * time.Microsecond, Finished: orZero(r.FinishedAt),
		})
	}
	return out, nil
}

func (r runRow) noun() Run {
	run := Run{
		Case: r.CaseID, Ref: r.Ref, Type: r.TypeKey, Version: r.TypeVersion, Routine: r.Routine, Occasion: r.Occasion, Event: r.Event, Kind: r.Kind,
		DueAt: orZero(r.DueAt), State: r.State, Answer: r.Answer, Chain: r.Chain, Why: r.Why, At: r.At.UTC(), Finished: orZero(r.FinishedAt),
	}
	if run.State == stopping {
		run.State = Stopped
	}
	if r.Round != nil {
		run.Round = *r.Round
	}
	return run
}

// Round is the report of one look of the clock that found cases.
type Round struct {
	No      int64
	At      time.Time
	Looked  int // cases that time might set the routine off for
	Fired   int // whose condition held
	Done    int // whose actions were all done
	Failed  int // of which an action was refused or given up
	Waiting int // to be done, perhaps again
	Stopped int
}

// maxRounds bounds what is listed at once.
const maxRounds = 50

// Rounds lists the looks of the clock that found cases for a routine, the newest
// first.
func (s *Service) Rounds(ctx context.Context, caseType, key string) ([]Round, error) {
	rows, err := postgres.All[roundRow](ctx, s.o.DB.Pool(), selectRounds, caseType, key, maxRounds)
	if err != nil {
		return nil, fmt.Errorf("list the rounds of a routine: %w", err)
	}
	out := make([]Round, len(rows))
	for i, r := range rows {
		out[i] = Round{r.No, r.At.UTC(), r.Looked, r.Fired, r.Done, r.Failed, r.Waiting, r.Stopped}
	}
	return out, nil
}

// Tally counts the runs of one routine since some time.
type Tally struct {
	Fired, Passed, Failed, Stopped int
	Last                           time.Time // that it was asked
}

// Tallies counts the runs of the routines of a type since an instant, by key;
// what did not fire is kept for thirty days.
func (s *Service) Tallies(ctx context.Context, caseType string, since time.Time) (map[string]Tally, error) {
	rows, err := postgres.All[tallyRow](ctx, s.o.DB.Pool(), selectTally, caseType, since)
	if err != nil {
		return nil, fmt.Errorf("count the runs of routines: %w", err)
	}
	out := map[string]Tally{}
	for _, r := range rows {
		t := out[r.Routine]
		switch r.State {
		case Passed:
			t.Passed += r.N
		case Stopped, stopping:
			t.Stopped += r.N
		case Failed:
			t.Failed += r.N
			t.Fired += r.N
		default:
			t.Fired += r.N
		}
		if r.Last.After(t.Last) {
			t.Last = r.Last.UTC()
		}
		out[r.Routine] = t
	}
	return out, nil
}

// keepPassed is how long runs are kept whose condition did not hold, and the
// reports of looks of the clock for a year.
const (
	keepPassed  = 30 * 24 * time.Hour
	keepRounds  = 366 * 24 * time.Hour
	sweepAtOnce = 10_000
)

// Sweep deletes what is old of the log, and reports how much.
func (s *Service) Sweep(ctx context.Context, now time.Time) (int, error) {
	passed, err := s.o.DB.Pool().Exec(ctx, deletePassed, now.Add(-keepPassed), sweepAtOnce)
	if err != nil {
		return 0, fmt.Errorf("delete old runs of routines: %w", postgres.Translate(err))
	}
	if _, err := s.o.DB.Pool().Exec(ctx, deleteOldRounds, now.Add(-keepRounds)); err != nil {
		return 0, fmt.Errorf("delete old rounds of routines: %w", postgres.Translate(err))
	}
	return int(passed.RowsAffected()), nil
}
