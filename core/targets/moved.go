package targets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// move follows a date received that was put right: targets that count from it
// are as if they had begun then, their pauses and extensions kept. What is late
// by it is breached at its due time; what is late no more runs on.
func (b *book) move(ctx context.Context, w *cases.Work, e core.Event) error {
	if e.Kind != core.ReceivedChanged {
		return nil
	}
	for _, k := range b.targets {
		if k.isTask() {
			continue
		}
		rule, calendar, err := k.terms(ctx, w)
		if err != nil {
			return err
		}
		if rule.Starts != core.MomentReceived {
			continue
		}
		was := k.standing()
		next, moved := k.Moved(rule, calendar, core.Cause{
			At: w.Case.ReceivedAt, By: nameOf(w.By), Why: fmt.Sprint(e.About["reason"]), MovedAt: w.HappenedAt,
		})
		if !moved {
			continue
		}
		k.Target = next
		b.save(w, k)
		about := dueBefore(was.DueAt)
		about["starts_at"] = w.Case.ReceivedAt
		k.tell(w, w.By, w.HappenedAt, core.TargetMoved, about)
		if !k.StoppedAt.IsZero() && k.State == core.StateBreached && was.State == core.StateMet {
			due := core.Reckon(calendar, k.Causes).Due()
			k.tell(w, core.SystemActor(), due, core.TargetBreached, core.About{"due_at": due})
		}
	}
	return nil
}

// requalify follows a change of what the case is, such as its priority, its
// subtype or a field that a condition asks after: targets that are no longer for
// the case are cleared, and those that are now begin where those began, with the
// same pauses. What the case has done already is not promised again.
func (b *book) requalify(ctx context.Context, w *cases.Work, e core.Event) error {
	if e.Kind == core.CaseRaised || len(e.Changes) == 0 || !w.Live() || w.Case.IsFinal() {
		return nil
	}
	ended, err := b.disqualify(ctx, w, e)
	if err != nil {
		return err
	}
	moments := momentsOf(w, e)
	for _, rule := range w.Type.Targets {
		if !b.bears(w, rule, e) {
			continue
		}
		k := b.find(rule.Key)
		switch {
		case k == nil && slices.Contains(moments, rule.Starts):
			continue // it starts with the change itself
		case k != nil && (k.StoppedAt.IsZero() || k.State != core.StateCleared || k.Causes[len(k.Causes)-1].By != ""):
			continue // it runs, was kept already, or somebody cleared it
		}
		is, because, err := b.applies(ctx, w, rule)
		if err == nil && is {
			err = b.qualify(ctx, w, rule, ended[course{rule.Starts, rule.Stops}], because)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// course is from when to when a target runs: two of the same course take each
// other's place.
type course struct{ starts, stops core.Moment }

// disqualify clears the targets that an event has made no longer for the case,
// and returns them by their course as they were.
func (b *book) disqualify(ctx context.Context, w *cases.Work, e core.Event) (map[course]*kept, error) {
	ended := map[course]*kept{}
	for _, k := range b.running() {
		rule, still := w.Type.Target(k.Rule)
		if k.isTask() || !still || !b.bears(w, rule, e) {
			continue
		}
		is, because, err := b.applies(ctx, w, rule)
		if err != nil {
			return nil, err
		}
		if is {
			continue
		}
		before := *k
		if _, err := b.apply(ctx, w, k, core.Cause{Kind: core.CauseCleared, Because: because}, core.TargetCleared, core.About{"because": e.Kind}); err != nil {
			return nil, err
		}
		ended[course{rule.Starts, rule.Stops}] = &before
	}
	return ended, nil
}

// qualify begins a target that has become one of the case's: where the one
// began that it takes the place of, or at its own moment, if that has been.
func (b *book) qualify(ctx context.Context, w *cases.Work, rule core.TargetRule, before *kept, because *core.Because) error {
	if before == nil {
		at, err := b.startedAt(ctx, w, rule)
		if err != nil || at.IsZero() || hasHappened(w.Case, rule.Stops) {
			return err
		}
		_, err = b.begin(ctx, w, rule, at, because)
		return err
	}
	calendar, _, err := w.Calendar(ctx)
	if err != nil {
		return err
	}
	k := b.find(rule.Key)
	if k == nil {
		k = &kept{Target: core.Target{ID: core.NewID[core.TargetID]()}}
		b.targets = append(b.targets, k)
	}
	fresh := before.For(k.ID, rule, calendar).BecauseOf(because)
	fresh.Generation += k.Generation
	k.Target, k.typeVersion, k.rule, k.calendar = fresh, w.Type.Version, rule, calendar
	b.save(w, k)
	k.tell(w, w.By, w.HappenedAt, core.TargetStarted, core.About{"instead_of": before.Rule})
	return b.align(ctx, w, k)
}

// startedAt is when the moment was that starts a rule which nothing on the case
// has started yet; zero when it has not been, or nobody knows when.
func (b *book) startedAt(ctx context.Context, w *cases.Work, rule core.TargetRule) (time.Time, error) {
	switch rule.Starts {
	case core.MomentRaised, core.MomentReceived:
		return instantOf(ctx, w, rule.Starts)
	case core.MomentFirstResponse:
		return w.Case.FirstResponseAt, nil
	}
	if isField(rule.Starts) {
		return instantOf(ctx, w, rule.Starts)
	}
	kind, key := rule.Starts.Split()
	if kind == "stage" && w.Case.Stage == key || kind == "status" && w.Case.Status == key {
		i := slices.IndexFunc(b.targets, func(k *kept) bool {
			other, known := w.Type.Target(k.Rule)
			return known && other.Starts == rule.Starts
		})
		if i < 0 {
			return w.HappenedAt, nil
		}
		_, calendar, err := b.targets[i].terms(ctx, w)
		if err != nil {
			return time.Time{}, err
		}
		return core.Reckon(calendar, b.targets[i].Causes).Ledger(w.Now).Start, nil
	}
	return time.Time{}, nil
}

// hasHappened reports whether what stops a target has been, as far as the case
// itself can tell.
func hasHappened(cs *core.Case, m core.Moment) bool {
	switch m {
	case core.MomentFirstResponse:
		return !cs.FirstResponseAt.IsZero()
	case core.MomentResolved:
		return !cs.ResolvedAt.IsZero()
	case core.MomentClosed:
		return cs.IsFinal()
	}
	kind, key := m.Split()
	return kind == "stage" && cs.Stage == key || kind == "status" && cs.Status == key
}
