package targets

import (
	"context"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Outcome is what became of a promise that was made elsewhere.
type Outcome string

// The outcomes of [Keep]. Where the times say otherwise, the times are
// believed: what ended after its due time was late.
const (
	Running Outcome = ""       // it runs on from the moment it is brought in; with a due time in the past it is missed
	Met     Outcome = "met"    // at EndedAt
	Missed  Outcome = "missed" // at its due time
)

// Keep brings in a target as it was promised elsewhere, on a case that is
// brought in from there: target.keep. Due time and outcome stay as they were;
// what was late is known to be so and is neither announced nor escalated again.
// What still runs is reminded of, falls due and escalates by the type's rule.
//
// Give EndedAt where the case ends in the same past, or keep the target after
// the end: then it ended with the case.
type Keep struct {
	Target  string    `json:"target"` // key of a target of the type
	DueAt   time.Time `json:"due_at"`
	Outcome Outcome   `json:"outcome,omitempty"`
	EndedAt time.Time `json:"ended_at,omitzero"` // when it was done, late or not
}

// Name implements [cases.Command].
func (*Keep) Name() core.CommandName { return "target.keep" }

// Needs implements [cases.Command]: whoever may raise such cases may bring in
// what was promised on them.
func (*Keep) Needs() core.Permission { return core.MayRaise }

// Touches implements [cases.Command].
func (c *Keep) Touches() []core.Aspect { return []core.Aspect{core.TargetAspect(c.Target)} }

// Apply implements [cases.Command].
func (c *Keep) Apply(ctx context.Context, w *cases.Work) error {
	if !w.IsNew() || w.Live() {
		return core.Forbidden("A promise made elsewhere is brought in with its case, from there.")
	}
	b := books.Of(w)
	rule, known := w.Type.Target(c.Target)
	switch {
	case !known:
		return noSuchTarget(c.Target)
	case b.find(rule.Key) != nil:
		return core.Conflict("“%s” is on this case already.", rule.Name)
	}
	start, due, ended := w.Case.RaisedAt, instant(c.DueAt), c.ended(w)
	if rule.Starts == core.MomentReceived {
		start = w.Case.ReceivedAt
	}
	if err := c.check(w, start, due, ended); err != nil {
		return err
	}
	calendar, _, err := w.Calendar(ctx)
	if err != nil {
		return err
	}
	k := &kept{
		Target:      core.KeptTarget(core.NewID[core.TargetID](), w.Case.ID, rule, calendar, start, due),
		typeVersion: w.Type.Version, rule: rule, calendar: calendar,
	}
	b.targets = append(b.targets, k)
	k.tell(w, w.By, start, core.TargetStarted, elsewhere(core.About{"starts_at": start}))
	return c.finish(b, w, k, ended)
}

// ended is when the promise ended, zero while it runs.
func (c *Keep) ended(w *cases.Work) time.Time {
	if c.EndedAt.IsZero() && w.Case.IsFinal() {
		return w.Case.ClosedAt
	}
	return instant(c.EndedAt)
}

func (c *Keep) check(w *cases.Work, start, due, ended time.Time) error {
	switch {
	case c.Outcome != Running && c.Outcome != Met && c.Outcome != Missed:
		return core.InvalidField("outcome", "A promise was met or missed, or runs.")
	case c.Outcome == Met && ended.IsZero():
		return core.InvalidField("ended_at", "Say when the promise was met.")
	case c.Outcome == Running && !c.EndedAt.IsZero():
		return core.InvalidField("outcome", "Say whether the promise was met when it ended.")
	case !due.After(start):
		return core.InvalidField("due_at", "It cannot have been due before it began.")
	case due.After(start.AddDate(maxYears, 0, 0)):
		return core.InvalidField("due_at", "Give a time within %d years of its beginning.", maxYears)
	case !ended.IsZero() && ended.Before(start):
		return core.InvalidField("ended_at", "It cannot have ended before it began.")
	case ended.After(w.RecordedAt):
		return core.InvalidField("ended_at", "It cannot have ended in the future.")
	}
	return nil
}

// finish passes over what has been seen to elsewhere, and says what became of
// the promise.
func (c *Keep) finish(b *book, w *cases.Work, k *kept, ended time.Time) error {
	until := w.RecordedAt
	if !ended.IsZero() {
		until = ended
	}
	due := k.DueAt
	k.Target = k.PassOver(k.rule, k.calendar, until)
	if k.State == core.StateBreached {
		k.tell(w, core.SystemActor(), due, core.TargetBreached, elsewhere(nil))
	}
	if !ended.IsZero() {
		late := k.State == core.StateBreached
		next, _, err := k.Apply(k.rule, k.calendar, core.Cause{Kind: core.CauseMet, At: ended})
		if err != nil {
			return err
		}
		k.Target = next
		k.tell(w, w.By, ended, core.TargetMet, elsewhere(core.About{"late": late}))
	}
	b.save(w, k)
	return nil
}

// elsewhere marks an event as what happened before the case came here.
func elsewhere(about core.About) core.About {
	if about == nil {
		about = core.About{}
	}
	about["elsewhere"] = true
	return about
}

// instant is a time as the database keeps it.
func instant(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}
