package routines

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/events"
)

// Bounds of [Service.Replay].
const (
	MaxReplayedDays   = 365
	MaxReplayedEvents = 50_000  // read in all; then it stops and says so
	MaxReplayedAsked  = 500_000 // conditions that time would have asked, in all
	MaxReplayedTimes  = 400     // moments of one schedule; the last ones count
	replayBatch       = 200     // cases of one part
)

// Trial is what [Service.Replay] tries on the past.
type Trial struct {
	Type         *core.CaseType // whose routines are tried: a draft, or as it is published
	Published    *core.CaseType // whose routines they are compared with; nil for nothing
	Routine      string         // key of the one that is tried; "" for all
	Since, Until time.Time      // at most [MaxReplayedDays] apart
}

// Doings are what routines would have done in the time of a trial.
type Doings struct {
	Cases    int // that would have been touched
	Times    int // that a routine would have acted, in all
	Stopped  int // times that it would have been stopped, for it set itself off or ran too often
	Tasks    int // commands to tasks
	Messages int // messages to an audience that there was
	Unsent   int // messages to a requester of whom there is no address
	Targets  int // commands to targets
	Changes  int // other commands
	Calls    int // of plugins and webhooks
}

// Replayed is what a trial has found so far.
type Replayed struct {
	Cases      int // looked at, of [Service.Replayable]
	Events     int // read, of these cases
	Asked      int // times that time would have set a routine off, were it for its condition
	Is, Was    Doings
	Did        int // runs in the log: what the published routines really did
	Erased     int // events whose content was erased: what was before them is not known for certain
	Unanswered int // times that a condition could not be answered
	Problem    string
	Shortened  bool // only the last [MaxReplayedTimes] moments of a schedule were tried

	Listed []Touched // by the last part, newest case first

	Next core.CaseID // where the next part begins
	Done bool        // there is no next part
	Full bool        // it stopped at one of its bounds; there are further cases
}

// Touched is a case that would have been touched, or was by what is published.
type Touched struct {
	Case    *core.Case // as it is now
	Is, Was []Firing   // oldest first
	End     End
}

// Firing is one time that a routine would have acted.
type Firing struct {
	Routine string
	At      time.Time
	Kind    string // of the event; or "quiet", "date" or "every"
	Answer  conditions.Explanation
}

// End is what has become of a case by now.
type End struct {
	Over bool          // it is resolved or closed
	Late bool          // one of its targets was missed
	By   time.Duration // by how much at most; 0 when that is not known by the clock
}

// Replay says what routines would have done in the past, a part of the cases at
// a time: give it what it returned before, and it goes on; [Replayed.Done] says
// when there is nothing to go on with.
//
// Each case is taken back to how it stood right after each change of the time,
// and triggers and conditions are asked of that. What a routine would have
// changed changes nothing that comes later: it is what would have been done at
// first order, but that a case which a routine would have ended does not set it
// off again. Nothing is changed, and only cases within the reader's reach are
// looked at. Errors: invalid, for a trigger or a condition that cannot be tried.
func (s *Service) Replay(ctx context.Context, reach cases.Reach, trial Trial, sum Replayed) (Replayed, error) {
	r, err := s.replay(ctx, trial)
	if err != nil {
		return sum, err
	}
	r.sum = sum
	r.sum.Listed = nil
	r.sum.Shortened = sum.Shortened || r.shortened
	batch, err := s.readPast(ctx, reach, r)
	if err != nil {
		return sum, err
	}
	for i := range batch.cases {
		if err := r.one(ctx, &batch.cases[i]); err != nil {
			return sum, err
		}
		r.sum.Next = batch.cases[i].Case.ID
		if r.sum.Asked > MaxReplayedAsked {
			r.sum.Full = true
			break
		}
	}
	r.sum.Full = r.sum.Full || batch.full
	r.sum.Done = r.sum.Full || !batch.more
	if !r.sum.Full && batch.more {
		r.sum.Next = batch.last
	}
	return r.sum, nil
}

// Check of a trial: what [Service.Replay] would refuse.
func (t Trial) check() error {
	switch {
	case t.Type == nil:
		return core.Invalid("There is nothing to try.")
	case !t.Until.After(t.Since) || t.Until.Sub(t.Since) > MaxReplayedDays*24*time.Hour:
		return core.InvalidField("days", "Try it on between 1 and %d days.", MaxReplayedDays)
	}
	return nil
}

// replay is a trial made ready.
type replay struct {
	Trial
	is, was   *side // was is nil when nothing is compared
	timed     bool  // time sets something off
	shortened bool
	sum       Replayed
}

// side is a case type's routines made ready.
type side struct {
	t        *core.CaseType
	calendar *core.Calendar
	routines []triedRoutine
	doings   func(*Replayed) *Doings
	found    func(*Touched) *[]Firing
}

type triedRoutine struct {
	core.Routine
	condition *conditions.Condition
	moments   []time.Time // of its schedule
	ends      bool        // it ends the case
}

func (s *Service) replay(ctx context.Context, trial Trial) (*replay, error) {
	if err := trial.check(); err != nil {
		return nil, err
	}
	r := &replay{Trial: trial}
	var err error
	if r.is, err = s.side(ctx, r, trial.Type, true); err != nil {
		return nil, err
	}
	r.is.doings, r.is.found = func(f *Replayed) *Doings { return &f.Is }, func(t *Touched) *[]Firing { return &t.Is }
	if trial.Published == nil {
		return r, nil
	}
	if r.was, err = s.side(ctx, r, trial.Published, false); err != nil {
		return nil, err
	}
	r.was.doings, r.was.found = func(f *Replayed) *Doings { return &f.Was }, func(t *Touched) *[]Firing { return &t.Was }
	return r, nil
}

// side makes the routines of a type ready. One that is asked for by its key is
// tried though it is off; what is published and off does nothing.
func (s *Service) side(ctx context.Context, r *replay, t *core.CaseType, tried bool) (*side, error) {
	calendar, _, err := s.o.Types.Calendar(ctx, t.Calendar)
	if err != nil {
		return nil, err
	}
	out := &side{t: t, calendar: calendar}
	for _, routine := range t.Routines {
		named := routine.Key == r.Routine
		if r.Routine != "" && !named || routine.Off && !(named && tried) {
			continue
		}
		if err := routine.When.Validate(); err != nil {
			return nil, err
		}
		ready := triedRoutine{Routine: routine, ends: endsCase(routine)}
		if ready.condition, err = s.conditions.Compile(t, routine.If); err != nil {
			return nil, err
		}
		r.timed = r.timed || routine.When.On == ""
		if routine.When.Kind() == core.TriggerEvery {
			var short bool
			if ready.moments, short, err = s.lastMoments(routine.When.Every, calendar.Location(), r.Since, r.Until); err != nil {
				return nil, err
			}
			r.shortened = r.shortened || short
		}
		out.routines = append(out.routines, ready)
	}
	return out, nil
}

// endsCase reports whether a routine ends the cases that it acts on.
func endsCase(r core.Routine) bool {
	return slices.ContainsFunc(r.Do, func(d core.Do) bool {
		return slices.Contains([]core.CommandName{"case.close", "case.cancel", "case.withdraw"}, d.Command)
	})
}

// lastMoments lists the moments of a schedule after since and by until, oldest
// first; of many the last ones, and then short is true. It goes back from until
// by ever longer steps, so that a dense schedule costs no more than a rare one.
func (s *Service) lastMoments(schedule string, zone *time.Location, since, until time.Time) (found []time.Time, short bool, err error) {
	next, err := s.o.Schedule(schedule, zone)
	if err != nil {
		return nil, false, err
	}
	for back := 24 * time.Hour; ; back *= 2 {
		from := until.Add(-back)
		if from.Before(since) {
			from = since
		}
		found = found[:0]
		for at := from; ; {
			then := next(at)
			if then.After(until) || !then.After(at) {
				break
			}
			at = then
			found = append(found, at)
		}
		if len(found) > MaxReplayedTimes {
			return found[len(found)-MaxReplayedTimes:], true, nil
		}
		if !from.After(since) {
			return found, false, nil
		}
	}
}

// one replays one case.
func (r *replay) one(ctx context.Context, p *pastCase) error {
	r.sum.Cases++
	r.sum.Events += len(p.events)
	r.sum.Did += p.did
	touched := Touched{Case: p.Case, End: p.end(r.Until)}
	w := walk{replay: r, rewound: p.rewound(r), touched: &touched}
	if err := w.back(ctx, p); err != nil {
		return err
	}
	for _, side := range r.sides() {
		if firings := side.found(&touched); len(*firings) > 0 {
			var stopped int
			*firings, stopped = inOrder(*firings, side)
			side.doings(&r.sum).Stopped += stopped
			side.doings(&r.sum).add(side, *firings, p.Case)
		}
	}
	if len(touched.Is)+len(touched.Was) > 0 {
		r.sum.Listed = append(r.sum.Listed, touched)
	}
	return nil
}

func (r *replay) sides() []*side {
	if r.was == nil {
		return []*side{r.is}
	}
	return []*side{r.is, r.was}
}

// inOrder turns what was found on the way back, and leaves out what a routine
// would have done to a case that it would have ended, and what it would have
// been stopped from, for it ran too often within an hour.
func inOrder(back []Firing, side *side) (out []Firing, stopped int) {
	slices.Reverse(back)
	slices.SortStableFunc(back, func(a, b Firing) int { return a.At.Compare(b.At) })
	ended, ran := map[string]bool{}, map[string][]time.Time{}
	out = slices.DeleteFunc(back, func(f Firing) bool {
		if ended[f.Routine] {
			return true
		}
		before := ran[f.Routine]
		if len(before) >= maxRepeats && before[len(before)-maxRepeats].After(f.At.Add(-repeatsSpan)) {
			stopped++
			return true
		}
		ran[f.Routine] = append(before, f.At)
		if r, _ := side.routine(f.Routine); r.ends {
			ended[f.Routine] = true
		}
		return false
	})
	return out, stopped
}

func (s *side) routine(key string) (triedRoutine, bool) {
	i := slices.IndexFunc(s.routines, func(r triedRoutine) bool { return r.Key == key })
	if i < 0 {
		return triedRoutine{}, false
	}
	return s.routines[i], true
}

// add counts what would have been done to one case.
func (d *Doings) add(side *side, firings []Firing, cs *core.Case) {
	d.Cases++
	d.Times += len(firings)
	for _, f := range firings {
		r, _ := side.routine(f.Routine)
		for _, do := range r.Do {
			kind, _, _ := strings.Cut(string(do.Command), ".")
			switch {
			case do.Message != "" && do.To == "requester" && cs.Contact.Email == "":
				d.Unsent++
			case do.Message != "":
				d.Messages++
			case do.Command == "":
				d.Calls++
			case kind == "task":
				d.Tasks++
			case kind == "target":
				d.Targets++
			default:
				d.Changes++
			}
		}
	}
}

// walk goes back through one case.
type walk struct {
	*replay
	*rewound
	touched *Touched
}

// back goes from now to the beginning of the time, change by change: what stood
// after a change held until the next one.
func (w *walk) back(ctx context.Context, p *pastCase) error {
	until := time.Time{} // the next change; zero for none
	for at := 0; at < len(p.events); {
		end := at + 1
		for end < len(p.events) && p.events[end].TX == p.events[at].TX {
			end++
		}
		change := p.events[at:end]
		if w.known(change[0].Version) {
			if err := w.between(ctx, change[0].RecordedAt, until, change); err != nil {
				return err
			}
			if err := w.hear(ctx, change); err != nil {
				return err
			}
		}
		for _, e := range change {
			if len(e.Aspects) > 0 && len(e.Changes) == 0 {
				w.sum.Erased++
			}
			if err := w.undo(e.Recorded); err != nil {
				return fmt.Errorf("take event %d of case %s back: %w", e.Version, p.Case.Ref, err)
			}
		}
		until, at = change[0].RecordedAt, end
	}
	if w.exists && !p.cut {
		return w.between(ctx, p.before, until, nil)
	}
	return nil
}

// hear asks the routines that the events of a change set off; newest first, as
// the change is.
func (w *walk) hear(ctx context.Context, change []events.Past) error {
	at := change[0].RecordedAt
	if at.Before(w.Since) || at.After(w.Until) {
		return nil
	}
	for i := range change {
		e := &change[i].Recorded
		if e.Origin != core.OriginLive || e.Kind == core.RoutineStopped {
			continue
		}
		for _, side := range w.sides() {
			for j := len(side.routines) - 1; j >= 0; j-- {
				r := &side.routines[j]
				if r.When.On == "" || !w.hears(side.t, r.When.On, change, i) {
					continue
				}
				if err := w.ask(ctx, side, r, at, at, e); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// hears is what [hearing.hears] decides, for a change whose newest event is
// first.
func (w *walk) hears(t *core.CaseType, on core.EventKind, change []events.Past, i int) bool {
	if on != core.AllTasksDone || !endsTask(change[i].Recorded) {
		return Hears(t, on, change[i].Recorded)
	}
	for _, later := range change[:i] {
		if endsTask(later.Recorded) {
			return false
		}
	}
	return (&aside{tasks: w.tasks}).allDone()
}

// between asks the routines that time sets off while nothing happened: from a
// change until the next one, or until the end of the trial. change is what
// happened at from; nil when that was before the trial.
func (w *walk) between(ctx context.Context, from, until time.Time, change []events.Past) error {
	if !w.timed || w.cs.IsFinal() {
		return nil
	}
	for _, side := range w.sides() {
		for i := range side.routines {
			r := &side.routines[i]
			for _, at := range w.moments(side, r, from, until, change) {
				if w.sum.Asked++; ctx.Err() != nil {
					return ctx.Err()
				}
				if err := w.ask(ctx, side, r, at, from, nil); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// moments are when time would have asked a routine between two changes, the
// last first.
func (w *walk) moments(side *side, r *triedRoutine, from, until time.Time, change []events.Past) []time.Time {
	within := func(at time.Time) bool {
		return !at.Before(w.Since) && !at.After(w.Until) && !at.Before(from) && (until.IsZero() || at.Before(until))
	}
	switch r.When.Kind() {
	case core.TriggerQuiet:
		if at := r.When.Quiet.After(from, side.calendar).UTC(); !from.IsZero() && within(at) {
			return []time.Time{at}
		}
	case core.TriggerDate:
		at, ok := r.When.Moment(w.cs, side.calendar)
		if ok && !at.After(from) { // gone by when the date was given
			day, _ := core.Trigger{Field: r.When.Field}.Moment(w.cs, side.calendar)
			at, ok = from, change != nil && bears(r.When, recorded(change)) && !r.When.Before.IsZero() && day.After(from)
		}
		if ok && within(at) {
			return []time.Time{at}
		}
	case core.TriggerEvery:
		if !w.cs.IsOpen() {
			return nil
		}
		var out []time.Time
		for i := len(r.moments) - 1; i >= 0 && !r.moments[i].Before(from); i-- {
			if within(r.moments[i]) {
				out = append(out, r.moments[i])
			}
		}
		return out
	}
	return nil
}

func recorded(change []events.Past) []core.Recorded {
	out := make([]core.Recorded, len(change))
	for i, e := range change {
		out[i] = e.Recorded
	}
	return out
}

// ask answers a routine's condition for the case as it stood, and notes when it
// holds. changed is when anything had last happened to it.
func (w *walk) ask(ctx context.Context, side *side, r *triedRoutine, now, changed time.Time, e *core.Recorded) error {
	answer := r.condition.Answer(ctx, w.snapshot(side.t, now, changed), e)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	kind := string(r.When.Kind())
	if e != nil {
		kind = string(e.Kind)
	}
	switch {
	case answer.Problem != "" && side == w.is:
		w.sum.Unanswered++
		w.sum.Problem = answer.Problem
	case answer.Holds && e != nil && side.t.StopsRoutine(r.Key, e.Actor.SetsOff()) != "":
		side.doings(&w.sum).Stopped++
	case answer.Holds:
		firings := side.found(w.touched)
		*firings = append(*firings, Firing{Routine: r.Key, At: now, Kind: kind, Answer: answer})
	}
	return nil
}
