package core

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TargetRule is a target as a case type defines it: what is promised, what
// starts, stops and pauses the clock, who is reminded and when it escalates.
type TargetRule struct {
	Key    string    `json:"key"`
	Name   Text      `json:"name"`
	Starts Moment    `json:"starts"`
	Stops  Moment    `json:"stops"`
	When   Condition `json:"when,omitzero"` // the cases it is for; zero: all
	If     string    `json:"if,omitempty"`  // what must hold of them besides, in CEL; "" always holds
	Within Promise   `json:"within"`
	// Restarts are moments at which a running target begins anew, such as the
	// answer to a question.
	Restarts []Moment         `json:"restarts,omitempty"`
	Pause    []PauseReason    `json:"pause,omitempty"`
	Remind   []Reminder       `json:"remind,omitempty"`
	Ladder   []EscalationStep `json:"ladder,omitempty"`
	Extend   *ExtendRule      `json:"extend,omitempty"` // nil: it cannot be extended
	Forbid   []HandChange     `json:"forbid,omitempty"` // what staff may not do to it by hand
}

// HandChange is something that staff do to a target by hand.
type HandChange string

// What staff do by hand unless the rule forbids it. Extending is [ExtendRule]'s.
const (
	HandSet   HandChange = "set"
	HandPause HandChange = "pause" // and to set going again what somebody paused
	HandClear HandChange = "clear" // and to take up again what somebody cleared
)

// HandChanges lists what a rule may forbid.
func HandChanges() []HandChange { return []HandChange{HandSet, HandPause, HandClear} }

// Permits reports whether staff may do something to the target by hand.
func (r TargetRule) Permits(change HandChange) bool { return !slices.Contains(r.Forbid, change) }

// Moment names what starts or stops a target: "raised", "first_response",
// "resolved", "closed", "question_answered", or one of a kind, such as
// "stage:stage-1", "status:in-progress", "task:investigate" (done) and
// "field:incident-date".
type Moment string

// The moments that need no key.
const (
	MomentRaised           Moment = "raised"
	MomentReceived         Moment = "received"
	MomentFirstResponse    Moment = "first_response"
	MomentQuestionAnswered Moment = "question_answered"
	MomentResolved         Moment = "resolved"
	MomentClosed           Moment = "closed"
)

// Split takes "stage:stage-1" apart into "stage" and "stage-1".
func (m Moment) Split() (kind, key string) {
	kind, key, _ = strings.Cut(string(m), ":")
	return kind, key
}

// Valid reports whether the moment is of a known kind, with a key if it needs
// one. Whether that key exists is for the case type to say.
func (m Moment) Valid() bool {
	switch m {
	case MomentRaised, MomentReceived, MomentFirstResponse, MomentQuestionAnswered, MomentResolved, MomentClosed:
		return true
	}
	kind, key := m.Split()
	return key != "" && slices.Contains([]string{"stage", "status", "task", "field"}, kind)
}

// PauseReason says why a clock stands still.
type PauseReason string

// The reasons to pause.
const (
	PauseOpenQuestion PauseReason = "open_question"
	PauseWaiting      PauseReason = "waiting" // a status of kind waiting
	PauseByHand       PauseReason = "by_hand" // allowed by permission, not by the rule
)

// Words says the reason to a person.
func (r PauseReason) Words() string {
	switch r {
	case PauseOpenQuestion:
		return "question open"
	case PauseWaiting:
		return "waiting"
	case PauseByHand:
		return "by hand"
	}
	return string(r)
}

// Reminder is sent before or after the due time; with both zero, at it.
type Reminder struct {
	Before Span `json:"before,omitzero"`
	After  Span `json:"after,omitzero"`
}

func (r Reminder) at(due time.Time, calendar *Calendar) time.Time {
	if r.Before.IsZero() {
		return r.After.After(due, calendar)
	}
	return r.Before.Before(due, calendar)
}

// EscalationStep raises the escalation level that long after the due time. The
// first step leads to level 1; groups.escalation names who is told.
type EscalationStep struct {
	After Span `json:"after"`
}

// ExtendRule says how far a target may be extended, in all.
type ExtendRule struct {
	By            string `json:"by,omitempty"` // "staff"
	AtMost        Span   `json:"at_most,omitzero"`
	Reason        string `json:"reason,omitempty"`         // "required" or "optional"
	TellRequester string `json:"tell_requester,omitempty"` // template key
}

// Validate checks what needs no more than the rule itself.
func (r TargetRule) Validate() error {
	switch {
	case !r.Starts.Valid():
		return InvalidField("starts", "%q does not start targets; write raised, stage:KEY, status:KEY, task:KEY or field:KEY.", clip(string(r.Starts), 40))
	case !r.Stops.Valid():
		return InvalidField("stops", "%q does not stop targets; write first_response, resolved, closed, stage:KEY, status:KEY or task:KEY.", clip(string(r.Stops), 40))
	case r.Extend != nil && r.Extend.Reason != "" && r.Extend.Reason != "required" && r.Extend.Reason != "optional":
		return InvalidField("extend", "A reason is required or optional, not %q.", clip(r.Extend.Reason, 40))
	}
	for _, reason := range r.Pause {
		if reason != PauseOpenQuestion && reason != PauseWaiting {
			return InvalidField("pause", "%q does not pause targets; open_question and waiting do.", clip(string(reason), 40))
		}
	}
	for _, moment := range r.Restarts {
		if !moment.Valid() || moment == MomentReceived || moment == MomentRaised {
			return InvalidField("restarts", "%q does not restart targets; write question_answered, stage:KEY, status:KEY or task:KEY.", clip(string(moment), 40))
		}
	}
	for _, change := range r.Forbid {
		if !slices.Contains(HandChanges(), change) {
			return InvalidField("forbid", "%q cannot be forbidden; set, pause and clear can.", clip(string(change), 40))
		}
	}
	return r.validateTerms()
}

// validateTerms checks what a target and the target of a task have in common.
func (r TargetRule) validateTerms() error {
	for _, reminder := range r.Remind {
		if !reminder.Before.IsZero() && !reminder.After.IsZero() {
			return InvalidField("remind", "A reminder is before or after the due time, not both.")
		}
	}
	return r.Within.Validate()
}

// CauseKind says what happened to a target.
type CauseKind string

// The kinds of [Cause].
const (
	CauseStarted  CauseKind = "started"  // it begins, or begins anew: what was before no longer counts
	CauseKept     CauseKind = "kept"     // it begins with the due time that was promised elsewhere
	CausePaused   CauseKind = "paused"   // the clock stands still as long as any reason to pause remains
	CauseResumed  CauseKind = "resumed"  // a reason is gone; without a reason: see [Target.Apply]
	CauseExtended CauseKind = "extended" // more time is allowed
	CauseSet      CauseKind = "set"      // the due time is given by hand, or by a new promise from now
	CauseMet      CauseKind = "met"      // what was promised was done, in time or not
	CauseCleared  CauseKind = "cleared"  // the promise no longer matters
)

// Cause is one thing that bears on a due time. A target is its list of causes;
// all else about it is derived from them.
type Cause struct {
	Kind   CauseKind   `json:"kind"`
	At     time.Time   `json:"at"`
	Reason PauseReason `json:"reason,omitempty"` // paused, resumed
	Within *Promise    `json:"within,omitempty"` // started; set
	DueAt  time.Time   `json:"due_at,omitzero"`  // kept; set, if Within is nil
	Span   Span        `json:"span,omitzero"`    // extended: this much more
	By     string      `json:"by,omitempty"`     // the name of who did it
	Why    string      `json:"why,omitempty"`    // set, extended, cleared, moved: the reason given

	// Because is why the target is for the case, of a beginning; of an end that the
	// rule itself brought, why it no longer is. Nil for a rule that is for all cases.
	Because *Because `json:"because,omitempty"`

	// MovedAt is when By moved the beginning to At: the date received was put
	// right. Zero for a beginning that is where it was.
	MovedAt time.Time `json:"moved_at,omitzero"`
}

// TargetState says how a target stands.
type TargetState string

// The states of a [Target].
const (
	StateDue      TargetState = "due"      // running, and not late
	StatePaused   TargetState = "paused"   // standing still, and not late
	StateMet      TargetState = "met"      // done in time
	StateBreached TargetState = "breached" // late; done, if StoppedAt is set
	StateCleared  TargetState = "cleared"
)

// Target is a promise on a case (or on a task) as it is stored. Causes and
// Done are what happened; the rest is derived by [Reckon] and kept beside them
// so that the database can find and sort by it.
type Target struct {
	ID         TargetID    `json:"-"`
	CaseID     CaseID      `json:"-"`
	Rule       string      `json:"rule"` // key of the TargetRule
	Name       Text        `json:"name"`
	Calendar   CalendarRef `json:"calendar"` // pinned when it started
	Causes     []Cause     `json:"causes"`
	Done       []string    `json:"done,omitempty"` // keys of the steps that have happened for the present promise
	State      TargetState `json:"state"`
	DueAt      time.Time   `json:"due_at,omitzero"`     // zero while paused
	Left       Left        `json:"left,omitzero"`       // while paused, and once stopped
	StoppedAt  time.Time   `json:"stopped_at,omitzero"` // when it was met or cleared
	NextAt     time.Time   `json:"next_at,omitzero"`    // of the next step; zero when there is none, and while paused
	Generation int         `json:"generation"`          // counts changes, and makes the key of a job unique
}

// Left is what was left of a promise when its clock stopped; negative if it
// was late by then.
type Left struct {
	Time    time.Duration `json:"time"` // nanoseconds
	Working bool          `json:"working,omitempty"`
}

// StepKind says what time itself does to a running target.
type StepKind string

// The kinds of [Step].
const (
	StepReminder StepKind = "reminder"
	StepBreach   StepKind = "breach"
	StepEscalate StepKind = "escalate"
)

// Step is one thing that falls due by itself.
type Step struct {
	Kind     StepKind
	At       time.Time // when it became true, which may be long before it is noticed
	Reminder Reminder  // of StepReminder
	Level    int       // of StepEscalate: 1, 2 …
}

// NewTarget starts a target by its rule. The instant may lie in the past: the
// date a letter was received.
func NewTarget(id TargetID, cs CaseID, rule TargetRule, calendar *Calendar, at time.Time) Target {
	t := Target{ID: id, CaseID: cs, Rule: rule.Key, Name: rule.Name, Calendar: calendar.Ref()}
	return t.with(rule, calendar, Cause{Kind: CauseStarted, At: at.UTC()})
}

// KeptTarget is a target as it was promised elsewhere: from at, to be met by
// due. Its time is measured day and night, for that other promise had hours of
// its own. Due must be later than at.
func KeptTarget(id TargetID, cs CaseID, rule TargetRule, calendar *Calendar, at, due time.Time) Target {
	t := Target{ID: id, CaseID: cs, Rule: rule.Key, Name: rule.Name, Calendar: calendar.Ref()}
	return t.with(rule, calendar, Cause{Kind: CauseKept, At: at.UTC(), DueAt: due.UTC()})
}

// GivenTarget is a target with a due time that somebody chose, rather than one
// that its rule promises. The cause says which, from when, and who.
func GivenTarget(id TargetID, cs CaseID, rule TargetRule, calendar *Calendar, cause Cause) Target {
	t := Target{ID: id, CaseID: cs, Rule: rule.Key, Name: rule.Name, Calendar: calendar.Ref()}
	cause.Kind, cause.At, cause.DueAt = CauseSet, cause.At.UTC(), cause.DueAt.UTC()
	return t.with(rule, calendar, cause)
}

// BecauseOf says why the target is for its case: see [Cause.Because].
func (t Target) BecauseOf(because *Because) Target {
	for i := len(t.Causes) - 1; i >= 0; i-- {
		if kind := t.Causes[i].Kind; kind == CauseStarted || kind == CauseKept {
			t.Causes = slices.Clone(t.Causes)
			t.Causes[i].Because = because
			break
		}
	}
	return t
}

// PassOver marks as done, without doing it, what time brings by an instant:
// whoever made the promise has seen to it. Once the due time is among that, so
// is everything that would follow.
func (t Target) PassOver(rule TargetRule, calendar *Calendar, until time.Time) Target {
	t.Done = slices.Clip(t.Done)
	for _, step := range stepsOf(rule, calendar, t.DueAt) {
		late := !t.DueAt.After(until)
		if (late || !step.At.After(until)) && !slices.Contains(t.Done, step.Key()) {
			t.Done = append(t.Done, step.Key())
		}
	}
	return t.Derive(rule, calendar)
}

// Moved is the target as it would be had it begun at another instant: its
// pauses, extensions and end stay where they are, those before the new beginning
// count from it. The cause gives the instant, and who put it right, when
// (MovedAt) and why.
//
// What time has done already and would have done by now all the same stays
// done. What it would have done and has not is left to settle; a stopped target
// is met or late as it would have been. It reports false, and the target as it
// is, where it began with a due time that was promised elsewhere.
func (t Target) Moved(rule TargetRule, calendar *Calendar, cause Cause) (Target, bool) {
	i := len(t.Causes) - 1
	for i >= 0 && t.Causes[i].Kind != CauseStarted && t.Causes[i].Kind != CauseKept {
		i--
	}
	if i < 0 || t.Causes[i].Kind != CauseStarted || t.Causes[i].At.Equal(cause.At) {
		return t, false
	}
	was := t
	t.Causes = slices.Clone(t.Causes)
	begun := &t.Causes[i]
	begun.At, begun.By, begun.Why, begun.MovedAt = cause.At.UTC(), cause.By, cause.Why, cause.MovedAt.UTC()
	for j := range t.Causes {
		before, after := j < i, j > i
		if before && t.Causes[j].At.After(begun.At) || after && t.Causes[j].At.Before(begun.At) {
			t.Causes[j].At = begun.At
		}
	}
	t = t.keepDone(rule, calendar, was.DueAt, cause.MovedAt)
	t.Generation++
	return t.Derive(rule, calendar), true
}

// On is the target as it would be on another version of its calendar. What is
// not due there until later is no longer late; what time has done by now stays
// done. It reports false, and the target as it is, when nothing would differ
// but the version.
func (t Target) On(rule TargetRule, calendar *Calendar, now time.Time) (Target, bool) {
	was := t
	t.Calendar = calendar.Ref()
	t = t.keepDone(rule, calendar, was.DueAt, now)
	t.Generation++
	t = t.Derive(rule, calendar)
	return t, !t.DueAt.Equal(was.DueAt) || t.Left != was.Left || t.State != was.State
}

// keepDone keeps what time has done for a target whose due time was another: a
// step that would not have come by now is still to come.
func (t Target) keepDone(rule TargetRule, calendar *Calendar, was, now time.Time) Target {
	due := Reckon(calendar, t.Causes).Due()
	if due.Equal(was) {
		return t
	}
	done := t.Done
	t.Done = nil
	for _, step := range stepsOf(rule, calendar, due) {
		if slices.Contains(done, step.Key()) && !step.At.After(now) {
			t.Done = append(t.Done, step.Key())
		}
	}
	return t
}

// Supposed is the target as it would be had its rule been another from the
// beginning, on another calendar. A due time that was given by hand, or promised
// elsewhere, stays what it was.
func (t Target) Supposed(rule TargetRule, calendar *Calendar) Target {
	t.Causes = slices.Clone(t.Causes)
	within := rule.Within.On(calendar)
	for i := range t.Causes {
		if t.Causes[i].Kind == CauseStarted {
			t.Causes[i].Within = &within
		}
	}
	t.Calendar = calendar.Ref()
	return t.Derive(rule, calendar)
}

// LateAt reports whether a target that is not stopped is late at an instant.
// While its clock stands still in time it is not.
func (t Target) LateAt(now time.Time) bool {
	return t.StoppedAt.IsZero() && !t.DueAt.IsZero() && !t.DueAt.After(now)
}

// For is a target under another rule that continues this one: it began when
// this one did and stood still when this one did. It is what a case that
// becomes more urgent has: more was promised from the beginning.
func (t Target) For(id TargetID, rule TargetRule, calendar *Calendar) Target {
	next := Target{ID: id, CaseID: t.CaseID, Rule: rule.Key, Name: rule.Name, Calendar: calendar.Ref()}
	i := len(t.Causes) - 1
	for i > 0 && t.Causes[i].Kind != CauseStarted && t.Causes[i].Kind != CauseKept {
		i--
	}
	next = next.with(rule, calendar, Cause{Kind: CauseStarted, At: t.Causes[i].At, MovedAt: t.Causes[i].MovedAt, By: t.Causes[i].By, Why: t.Causes[i].Why})
	for _, cause := range t.Causes[i+1:] {
		if cause.Kind == CausePaused || cause.Kind == CauseResumed {
			if cause.Kind == CausePaused && next.ignores(rule, cause) || cause.Kind == CauseResumed && len(next.pausedBy()) == 0 {
				continue
			}
			next = next.with(rule, calendar, cause)
		}
	}
	return next
}

// Running reports whether time still works on the target.
func (t Target) Running() bool {
	return t.StoppedAt.IsZero() && (t.State == StateDue || t.State == StateBreached)
}

// changedAt is the instant of the last cause.
func (t Target) changedAt() time.Time {
	if len(t.Causes) == 0 {
		return time.Time{}
	}
	return t.Causes[len(t.Causes)-1].At
}

// Apply records a cause. What time had decided before it is settled first; the
// steps that this brought are returned, to be recorded before the cause. On an
// error nothing has changed.
//
// A cause that changes nothing (a pause the rule does not name, a reason that
// is there already, the end of one that is not) leaves the target as it is.
// A resumption without a reason sets a stopped target going again, its rest of
// time kept as if it had been paused; on a target that is not stopped it ends
// all pauses.
func (t Target) Apply(rule TargetRule, calendar *Calendar, cause Cause) (Target, []Step, error) {
	cause.At = latest(cause.At.UTC(), t.changedAt()) // servers' clocks differ a little; history has one order
	settled, steps := t.Settle(rule, calendar, cause.At)
	if settled.ignores(rule, cause) {
		return settled, steps, nil
	}
	if err := settled.refuses(rule, calendar, cause); err != nil {
		return t, nil, err
	}
	return settled.with(rule, calendar, cause), steps, nil
}

// ignores reports whether a cause would change nothing.
func (t Target) ignores(rule TargetRule, cause Cause) bool {
	switch cause.Kind {
	case CausePaused:
		known := cause.Reason == PauseByHand || slices.Contains(rule.Pause, cause.Reason)
		return !known || slices.Contains(t.pausedBy(), cause.Reason)
	case CauseResumed:
		return cause.Reason != "" && !slices.Contains(t.pausedBy(), cause.Reason)
	}
	return false
}

// PausedBy lists the reasons to pause that remain, the oldest first.
func (t Target) PausedBy() []PauseReason { return t.pausedBy() }

// pausedBy lists the reasons to pause that remain.
func (t Target) pausedBy() []PauseReason {
	var reasons []PauseReason
	stopped := false
	for _, cause := range t.Causes {
		reasons, stopped = standstill(reasons, stopped, cause)
	}
	return reasons
}

// standstill follows, cause by cause, why a clock stands still: for reasons to
// pause, or because it was stopped.
func standstill(reasons []PauseReason, stopped bool, cause Cause) ([]PauseReason, bool) {
	switch cause.Kind {
	case CauseStarted, CauseKept:
		return nil, false
	case CauseMet, CauseCleared:
		return reasons, true
	case CausePaused:
		return append(slices.Clip(reasons), cause.Reason), stopped
	case CauseResumed:
		if cause.Reason != "" {
			others := slices.DeleteFunc(slices.Clone(reasons), func(r PauseReason) bool { return r == cause.Reason })
			return others, stopped
		}
		if stopped {
			return reasons, false
		}
		return nil, false
	}
	return reasons, stopped
}

// refuses says why a cause may not be.
func (t Target) refuses(rule TargetRule, calendar *Calendar, cause Cause) error {
	stopped := !t.StoppedAt.IsZero()
	switch cause.Kind {
	case CauseStarted, CausePaused:
		return nil
	case CauseResumed:
		if !stopped && cause.Reason == "" && len(t.pausedBy()) == 0 {
			return Conflict("“%s” is not paused.", t.Name)
		}
		return nil
	case CauseSet, CauseExtended, CauseMet, CauseCleared:
		if stopped {
			return Conflict("“%s” is over already.", t.Name)
		}
	default:
		return Invalid("%q does nothing to a target.", clip(string(cause.Kind), 40))
	}
	switch cause.Kind {
	case CauseSet:
		return refuseSet(cause)
	case CauseExtended:
		return t.refuseExtension(rule, calendar, cause)
	}
	return nil
}

// maxYearsAhead bounds a due time set by hand: working time is measured day by
// day, and nobody promises more.
const maxYearsAhead = 100

func refuseSet(cause Cause) error {
	if cause.Within != nil {
		return cause.Within.Validate()
	}
	switch {
	case !cause.DueAt.After(cause.At):
		return InvalidField("due_at", "Give a time that is still to come.")
	case cause.DueAt.After(cause.At.AddDate(maxYearsAhead, 0, 0)):
		return InvalidField("due_at", "Give a time within the next %d years.", maxYearsAhead)
	}
	return nil
}

func (t Target) refuseExtension(rule TargetRule, calendar *Calendar, cause Cause) error {
	switch {
	case rule.Extend == nil:
		return Forbidden("“%s” cannot be extended.", t.Name)
	case rule.Extend.Reason == "required" && strings.TrimSpace(cause.Why) == "":
		return InvalidField("why", "Give the reason.")
	case cause.Span.IsZero():
		return InvalidField("span", "Say by how much, such as “5 working days”.")
	}
	longer := Reckon(calendar, append(slices.Clip(t.Causes), cause))
	switch most := rule.Extend.AtMost; {
	case !most.IsZero() && longer.extendedBeyond(most):
		return InvalidField("span", "It may be extended by %s at most, in all.", most)
	case !longer.Due().After(cause.At):
		return InvalidField("span", "It would still be late; extend it by more.")
	}
	return nil
}

// with appends a cause and derives everything anew.
func (t Target) with(rule TargetRule, calendar *Calendar, cause Cause) Target {
	switch {
	case cause.Kind == CauseStarted && cause.Within == nil:
		within := rule.Within.On(calendar)
		cause.Within = &within
	case cause.Kind == CauseSet && cause.Within != nil:
		within := cause.Within.On(calendar)
		cause.Within = &within
	}
	t.Causes = append(slices.Clip(t.Causes), cause)
	switch cause.Kind {
	case CauseStarted, CauseKept, CauseSet, CauseExtended:
		// A new promise has its own reminders, except those that would have been
		// sent before it was made.
		t.Done = nil
		for _, step := range stepsOf(rule, calendar, Reckon(calendar, t.Causes).Due()) {
			if !step.At.After(cause.At) {
				t.Done = append(t.Done, step.Key())
			}
		}
	}
	t.Generation++
	return t.Derive(rule, calendar)
}

// Derive computes anew whatever follows from the causes, the steps done, the
// rule and the calendar. It changes nothing on a target that was derived from
// the same; doctor and previews of a changed rule use it.
func (t Target) Derive(rule TargetRule, calendar *Calendar) Target {
	r := Reckon(calendar, t.Causes)
	t.State, t.DueAt, t.Left, t.StoppedAt, t.NextAt = r.state(), r.Due(), Left{}, time.Time{}, time.Time{}
	switch t.State {
	case StatePaused:
		t.Left, t.DueAt = r.left(), time.Time{}
	case StateDue:
		if slices.Contains(t.Done, Step{Kind: StepBreach}.Key()) {
			t.State = StateBreached
		}
	}
	if r.stopped {
		t.Left, t.StoppedAt = r.left(), r.at
	} else if pending := t.pending(rule, calendar); len(pending) > 0 {
		t.NextAt = pending[0].At
	}
	return t
}

// Settle says which steps time has brought by now, in order, each with the
// instant at which it became true, and returns the target with them done.
// Without any the target is unchanged.
func (t Target) Settle(rule TargetRule, calendar *Calendar, now time.Time) (Target, []Step) {
	if t.NextAt.IsZero() || t.NextAt.After(now) {
		return t, nil
	}
	steps := t.pending(rule, calendar)
	steps = slices.DeleteFunc(steps, func(s Step) bool { return s.At.After(now) })
	t.Done = slices.Clip(t.Done)
	for _, step := range steps {
		t.Done = append(t.Done, step.Key())
	}
	if len(steps) > 0 {
		t.Generation++
	}
	return t.Derive(rule, calendar), steps
}

// pending lists the steps still to come, in order. A step that fell into a
// pause comes when the pause ends.
func (t Target) pending(rule TargetRule, calendar *Calendar) []Step {
	if !t.Running() {
		return nil
	}
	steps := stepsOf(rule, calendar, t.DueAt)
	steps = slices.DeleteFunc(steps, func(s Step) bool { return slices.Contains(t.Done, s.Key()) })
	last := t.changedAt()
	for i := range steps {
		if t.State == StateDue && !t.DueAt.Before(last) {
			steps[i].At = latest(steps[i].At, last)
		}
	}
	slices.SortStableFunc(steps, func(a, b Step) int { return a.At.Compare(b.At) })
	return steps
}

// stepsOf lists everything that a due time brings. Where two happen at one
// instant, the earlier in this order comes first: reminders before, the
// breach, the ladder, reminders after.
func stepsOf(rule TargetRule, calendar *Calendar, due time.Time) []Step {
	steps := []Step{{Kind: StepBreach, At: due}}
	for i, rung := range rule.Ladder {
		steps = append(steps, Step{Kind: StepEscalate, At: rung.After.After(due, calendar), Level: i + 1})
	}
	for _, reminder := range rule.Remind {
		steps = append(steps, Step{Kind: StepReminder, At: reminder.at(due, calendar), Reminder: reminder})
	}
	slices.SortStableFunc(steps, func(a, b Step) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.order(), b.order()))
	})
	return steps
}

func (s Step) order() int {
	switch {
	case s.Kind == StepReminder && !s.Reminder.Before.IsZero():
		return 0
	case s.Kind == StepBreach:
		return 1
	case s.Kind == StepEscalate:
		return 2
	}
	return 3
}

// Key names a step within its target: "remind before 1 working day", "breach",
// "level 2". It says what the step is rather than where it stands in the rule,
// so that a published change of the list neither repeats nor swallows one.
func (s Step) Key() string {
	switch {
	case s.Kind == StepBreach:
		return "breach"
	case s.Kind == StepEscalate:
		return "level " + strconv.Itoa(s.Level)
	case s.Reminder.Before.IsZero():
		return "remind after " + s.Reminder.After.String()
	}
	return "remind before " + s.Reminder.Before.String()
}
