package core

import (
	"slices"
	"strings"
	"time"
)

// Reckoning is where a target's causes lead: its due time, and the stretches
// of time it is made of. [Reckon] makes it; nothing else computes due times.
//
// How a promise runs:
//
//   - Started at an instant, it is due as [Promise.DueFrom] says: "5 working
//     days" from Friday 16:50 end next Friday 16:50. From then on only the
//     distance to that instant counts, measured in working time for working
//     minutes, hours and days, and in all time for the rest. So working days
//     become working time once, by the hours of just those days, and what is
//     left stays exact whatever the hours of the days it is moved to.
//   - While the clock stands still, the due time moves on as time does. A pause
//     in which no working time passes moves nothing; none moves a due time
//     earlier; what is left after it is what was left before.
//   - An extension moves the due time by its own span: one working day more is
//     the same time on the next working day.
//   - Setting begins a new promise then and there; reasons to pause remain.
//   - Once a due time has passed, a pause changes nothing: the clock has run
//     out. An extension or a new promise may bring it back.
//   - Rolling ([Roll]) is applied last, to the time that came out.
type Reckoning struct {
	calendar *Calendar
	promise  Promise
	meter    meter

	start    time.Time     // of the present promise
	nominal  time.Time     // its due time had nothing happened since
	promised time.Duration // from start to nominal
	due      time.Time     // as things are at at, before rolling
	at       time.Time     // everything before has been reckoned

	reasons []PauseReason
	stopped bool // met or cleared: at stays there
	cleared bool
	late    bool // the due time had passed when the clock came to stand still

	because    *Because  // of the present promise, or of its end
	extensions []Span    // of the present promise
	changes    []Segment // of the due time, by hand
	stretches  []Segment // counted or not, one after the other, from start to at
}

// Reckon derives a target's due time and its ledger from its causes.
func Reckon(calendar *Calendar, causes []Cause) *Reckoning {
	r := &Reckoning{calendar: calendar}
	for _, cause := range causes {
		r.runTo(cause.At)
		r.take(cause)
	}
	return r
}

// Due is the due time as things stand; while the clock stands still, the one
// it would have if it went on now.
func (r *Reckoning) Due() time.Time { return r.promise.roll(r.due, r.start, r.calendar) }

// runTo lets time pass.
func (r *Reckoning) runTo(to time.Time) {
	switch {
	case r.stopped:
	case len(r.reasons) > 0:
		r.standUntil(to, SegmentPaused, pauseWords(r.reasons))
	default:
		r.stretch(SegmentCounted, "", to)
	}
}

// standUntil lets time pass while the clock stands still: the due time moves
// on with it, unless it had passed before.
func (r *Reckoning) standUntil(to time.Time, kind SegmentKind, why string) {
	if r.late {
		r.stretch(SegmentCounted, "", to)
		return
	}
	r.due = r.meter.add(r.due, r.meter.between(r.at, to))
	r.stretch(kind, why, to)
}

// stretch writes the time from at until to in the ledger.
func (r *Reckoning) stretch(kind SegmentKind, name string, to time.Time) {
	if !to.After(r.at) {
		return
	}
	last := len(r.stretches) - 1
	if last >= 0 && r.stretches[last].Kind == kind && r.stretches[last].Name == name {
		r.stretches[last].To = to
	} else {
		r.stretches = append(r.stretches, Segment{Kind: kind, From: r.at, To: to, Name: name})
	}
	r.at = to
}

// take lets a cause happen at the present instant.
func (r *Reckoning) take(cause Cause) {
	wasStanding, wasStopped := r.standing(), r.stopped
	r.reasons, r.stopped = standstill(r.reasons, r.stopped, cause)
	switch cause.Kind {
	case CauseStarted:
		r.begin(*cause.Within, cause.At, cause.Within.unrolledFrom(cause.At, r.calendar))
		r.because = cause.Because
		if !cause.MovedAt.IsZero() {
			r.changes = append(r.changes, Segment{Kind: SegmentMoved, From: cause.MovedAt, To: cause.At, By: cause.By, Why: cause.Why})
		}
	case CauseKept:
		r.begin(Promise{}, cause.At, cause.DueAt)
		r.because = nil
		r.changes = append(r.changes, Segment{Kind: SegmentKept, From: cause.At, To: cause.DueAt})
	case CauseSet:
		r.set(cause)
	case CauseExtended:
		r.extend(cause)
	case CauseMet, CauseCleared:
		r.cleared = cause.Kind == CauseCleared
		if cause.Because != nil {
			r.because = cause.Because
		}
	case CauseResumed:
		if wasStopped && !r.stopped {
			r.standUntil(cause.At, SegmentStopped, "")
		}
	}
	if !wasStanding || !r.standing() || cause.Kind == CauseSet || cause.Kind == CauseExtended {
		r.late = !r.Due().After(r.at)
	}
}

// standing reports whether the clock stands still.
func (r *Reckoning) standing() bool { return r.stopped || len(r.reasons) > 0 }

// begin makes a promise: the ledger starts afresh.
func (r *Reckoning) begin(promise Promise, at, due time.Time) {
	r.promise, r.meter = promise, promise.meter(r.calendar)
	r.start, r.at, r.nominal, r.due = at, at, due, due
	r.promised = r.meter.between(at, due)
	r.cleared, r.extensions, r.changes, r.stretches = false, nil, nil, nil
}

func (r *Reckoning) set(cause Cause) {
	if cause.Within != nil {
		r.begin(*cause.Within, cause.At, cause.Within.unrolledFrom(cause.At, r.calendar))
	} else {
		// The very instant that was given: no rounding to the end of a day.
		r.begin(Promise{Span: r.promise.Span}, cause.At, cause.DueAt)
	}
	r.changed(SegmentSet, cause, 0)
}

func (r *Reckoning) extend(cause Cause) {
	before := r.due
	r.due = latest(before, r.promise.landMoved(cause.Span.After(before, r.calendar), r.start, r.calendar))
	r.extensions = append(r.extensions, cause.Span)
	r.changed(SegmentExtended, cause, r.meter.between(before, r.due))
}

func (r *Reckoning) changed(kind SegmentKind, cause Cause, added time.Duration) {
	r.changes = append(r.changes, Segment{
		Kind: kind, From: cause.At, To: cause.At, Added: added, By: cause.By, Why: cause.Why,
	})
}

// extendedBeyond reports whether all extensions together, measured from the
// original due time, exceed the most that is allowed.
func (r *Reckoning) extendedBeyond(most Span) bool {
	total := r.nominal
	for _, span := range r.extensions {
		total = span.After(total, r.calendar)
	}
	return total.After(most.After(r.nominal, r.calendar))
}

// left is what is left at the present instant, negative if late.
func (r *Reckoning) left() Left {
	return Left{Time: r.meter.between(r.at, r.Due()), Working: r.meter.working}
}

// state is how the target stands by its causes alone; whether a breach has
// been recorded is not among them.
func (r *Reckoning) state() TargetState {
	switch {
	case r.stopped && r.cleared:
		return StateCleared
	case r.stopped && r.late:
		return StateBreached
	case r.stopped:
		return StateMet
	case r.standing() && !r.late:
		return StatePaused
	}
	return StateDue
}

// allowed is the whole of the promise with its extensions.
func (r *Reckoning) allowed() time.Duration {
	return r.promised + r.extended() + r.rolled()
}

func (r *Reckoning) extended() time.Duration {
	var sum time.Duration
	for _, change := range r.changes {
		sum += change.Added
	}
	return sum
}

func (r *Reckoning) rolled() time.Duration { return r.meter.between(r.due, r.Due()) }

// until is the reckoning continued to now, or to where the target stopped.
func (r *Reckoning) until(now time.Time) *Reckoning {
	then := *r
	then.stretches = slices.Clone(r.stretches)
	then.runTo(latest(r.at, now.UTC()))
	return &then
}

func pauseWords(reasons []PauseReason) string {
	words := make([]string, len(reasons))
	for i, reason := range reasons {
		words[i] = reason.Words()
	}
	return strings.Join(words, ", ")
}
