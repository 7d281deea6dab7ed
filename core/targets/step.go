package targets

import (
	"context"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Step records what time has done to the targets of a case by now: reminders,
// breaches and steps of the escalation ladder: target.step. The clock sends it
// ([Service.StepCase]), and other commands bring it along. Each thing is
// recorded once, as the system's, at the instant at which it became true. When
// nothing has, nothing happens.
type Step struct{}

// Name implements [cases.Command].
func (Step) Name() core.CommandName { return "target.step" }

// Needs implements [cases.Command].
func (Step) Needs() core.Permission { return core.MayKeepTime }

// Touches implements [cases.Command].
func (Step) Touches() []core.Aspect { return nil }

// Apply implements [cases.Command].
func (Step) Apply(ctx context.Context, w *cases.Work) error { return books.Of(w).settle(ctx, w) }

// Breach records that one target was not met in time: target.breach. It is the
// system's; whether and when is decided by the due time alone. One that is
// recorded already stays as it is.
type Breach struct {
	Target string `json:"target"`
}

// Name implements [cases.Command].
func (*Breach) Name() core.CommandName { return "target.breach" }

// Needs implements [cases.Command].
func (*Breach) Needs() core.Permission { return core.MayKeepTime }

// Touches implements [cases.Command].
func (c *Breach) Touches() []core.Aspect { return []core.Aspect{core.TargetAspect(c.Target)} }

// Apply implements [cases.Command].
func (c *Breach) Apply(ctx context.Context, w *cases.Work) error {
	b := books.Of(w)
	if err := b.settle(ctx, w); err != nil {
		return err
	}
	k, err := b.named(c.Target)
	if err != nil {
		return err
	}
	if k.State != core.StateBreached {
		return core.Conflict("“%s” is not late.", k.Name)
	}
	return nil
}

// settleFirst is the hook before commands that touch targets.
func settleFirst(w *cases.Work) []cases.Command {
	pending := func(k *kept) bool { return !k.NextAt.IsZero() && !k.NextAt.After(w.Now) }
	if !slices.ContainsFunc(books.Of(w).targets, pending) {
		return nil
	}
	return []cases.Command{Step{}}
}

// settle records what time has done to all targets by now, in the order in
// which it became true.
func (b *book) settle(ctx context.Context, w *cases.Work) error {
	type happened struct {
		k    *kept
		step core.Step
	}
	var all []happened
	for _, k := range b.targets {
		if k.NextAt.IsZero() || k.NextAt.After(w.Now) {
			continue
		}
		rule, calendar, err := k.terms(ctx, w)
		if err != nil {
			return err
		}
		settled, steps := k.Settle(rule, calendar, w.Now)
		k.Target = settled
		b.save(w, k)
		for _, step := range steps {
			all = append(all, happened{k, step})
		}
	}
	slices.SortStableFunc(all, func(x, y happened) int { return x.step.At.Compare(y.step.At) })
	for _, h := range all {
		if err := b.happen(ctx, w, h.k, h.step); err != nil {
			return err
		}
	}
	return nil
}

// happen records one step of a target that has been settled.
func (b *book) happen(ctx context.Context, w *cases.Work, k *kept, step core.Step) error {
	switch step.Kind {
	case core.StepEscalate:
		return climb(ctx, w, k, step)
	case core.StepBreach:
		k.tell(w, core.SystemActor(), step.At, k.ifTask(core.TaskBreached, core.TargetBreached), nil)
	case core.StepReminder:
		if !step.Reminder.Before.IsZero() && k.State == core.StateBreached {
			return nil // that something will be due is no news once it is late
		}
		k.tell(w, core.SystemActor(), step.At, k.ifTask(core.TaskReminded, core.TargetReminded), core.About{"reminder": step.Key()})
	}
	return nil
}

// ifTask chooses what is recorded: of a task other people are told.
func (k *kept) ifTask(task, otherwise core.EventKind) core.EventKind {
	if k.isTask() {
		return task
	}
	return otherwise
}
