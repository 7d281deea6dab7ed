package targets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/conditions"
)

// book is all targets of one case while it is changed. It is read under the
// case's lock; whoever changes a target queues it to be written.
type book struct {
	targets  []*kept
	open     map[string]bool      // open questions that bear on targets, by identifier
	tasks    *Tasks               // nil where tasks have no targets
	language *conditions.Compiler // of the conditions of rules
}

var books = cases.NewSlot[book]("targets of the case")

// kept is a target with the terms it was set under.
type kept struct {
	core.Target
	typeVersion int

	rule     core.TargetRule // once asked for
	calendar *core.Calendar  // nil until asked for
	recorded *standing       // as the last event left it; nil before it began
}

// standing is how a target stands, as the history keeps it before and after.
type standing struct {
	State     core.TargetState `json:"state"`
	DueAt     time.Time        `json:"due_at,omitzero"`
	Left      core.Left        `json:"left,omitzero"`
	StoppedAt time.Time        `json:"stopped_at,omitzero"`
}

func (k *kept) standing() *standing {
	return &standing{k.State, k.DueAt, k.Left, k.StoppedAt}
}

func (b *book) find(key string) *kept {
	i := slices.IndexFunc(b.targets, func(k *kept) bool { return k.Rule == key })
	if i < 0 {
		return nil
	}
	return b.targets[i]
}

// running lists the targets that are not met or cleared, paused ones too.
func (b *book) running() []*kept {
	var out []*kept
	for _, k := range b.targets {
		if k.StoppedAt.IsZero() {
			out = append(out, k)
		}
	}
	return out
}

// terms are the rule and the calendar a target is set under. Only what the
// rule permits staff is taken from the type as it is published now.
func (k *kept) terms(ctx context.Context, w *cases.Work) (core.TargetRule, *core.Calendar, error) {
	if k.calendar != nil {
		return k.rule, k.calendar, nil
	}
	t, err := w.TypeAt(ctx, k.typeVersion)
	if err != nil {
		return core.TargetRule{}, nil, fmt.Errorf("find the rule of target %s: %w", k.Rule, err)
	}
	rule, err := ruleOf(k.Rule, t, w.Type)
	if err != nil {
		return rule, nil, err
	}
	calendar, err := w.CalendarAt(ctx, k.Calendar.Key, k.Calendar.Version)
	if err != nil {
		return rule, nil, fmt.Errorf("find the calendar of target %s: %w", k.Rule, err)
	}
	k.rule, k.calendar = rule, calendar
	return rule, calendar, nil
}

// ruleOf finds a target's rule in the version of the type it was set by; what
// it permits comes from the published one.
func ruleOf(key string, set, published *core.CaseType) (core.TargetRule, error) {
	rule, ok := findRule(key, set)
	if !ok {
		return rule, fmt.Errorf("version %d of case type %s has no target %s", set.Version, set.Key, key)
	}
	if now, ok := findRule(key, published); ok {
		rule.Extend, rule.Forbid = now.Extend, now.Forbid
	}
	return rule, nil
}

// findRule finds the rule of a target of the case, or of a task's. A task
// without a type has a due time and nothing else.
func findRule(key string, t *core.CaseType) (core.TargetRule, bool) {
	_, typeKey, isTask := core.ParseTaskTarget(key)
	if !isTask {
		return t.Target(key)
	}
	kind, known := t.Task(typeKey)
	return kind.Target(key), known || typeKey == ""
}

// isTask reports whether the target is a task's.
func (k *kept) isTask() bool { _, _, ok := core.ParseTaskTarget(k.Rule); return ok }

// begin starts a target, or one that has run before anew, by the type and the
// calendar as they are published now. Because is why it is for the case; nil
// where nobody asked.
func (b *book) begin(ctx context.Context, w *cases.Work, rule core.TargetRule, at time.Time, because *core.Because) (*kept, error) {
	calendar, _, err := w.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	k := b.find(rule.Key)
	if k == nil {
		k = &kept{Target: core.Target{ID: core.NewID[core.TargetID]()}}
		b.targets = append(b.targets, k)
	}
	fresh := core.NewTarget(k.ID, w.Case.ID, rule, calendar, at).BecauseOf(because)
	// What was before no longer counts, but the reasons people gave stay.
	fresh.Causes = append(slices.Clip(k.Causes), fresh.Causes...)
	fresh.Generation += k.Generation
	k.Target, k.typeVersion, k.rule, k.calendar = fresh, w.Type.Version, rule, calendar
	b.save(w, k)
	k.tell(w, w.By, w.HappenedAt, core.TargetStarted, core.About{"starts_at": at.UTC()})
	return k, b.align(ctx, w, k)
}

// align pauses a target that has just begun, or goes on, for whatever there is
// to pause it, and ends what no longer is.
func (b *book) align(ctx context.Context, w *cases.Work, k *kept) error {
	if err := b.pause(ctx, w, k, core.PauseWaiting, w.Case.StatusKind == core.StatusWaiting); err != nil {
		return err
	}
	return b.pause(ctx, w, k, core.PauseOpenQuestion, len(b.open) > 0)
}

// pause says whether there is a reason to pause. Nothing changes when the
// target's rule does not know the reason, or it was so before.
func (b *book) pause(ctx context.Context, w *cases.Work, k *kept, reason core.PauseReason, is bool) error {
	cause, kind := core.Cause{Kind: core.CauseResumed, Reason: reason}, core.TargetResumed
	if is {
		cause.Kind, kind = core.CausePaused, core.TargetPaused
	}
	_, err := b.apply(ctx, w, k, cause, kind, core.About{"reason": reason})
	return err
}

// apply lets a cause bear on a target and records the event, unless nothing
// has changed by it. What was due before is recorded first.
func (b *book) apply(ctx context.Context, w *cases.Work, k *kept, cause core.Cause, kind core.EventKind, about core.About) (changed bool, err error) {
	rule, calendar, err := k.terms(ctx, w)
	if err != nil {
		return false, err
	}
	cause.At = w.HappenedAt
	before := len(k.Causes)
	next, steps, err := k.Apply(rule, calendar, cause)
	if err != nil {
		return false, err
	}
	k.Target, changed = next, len(next.Causes) > before
	if changed || len(steps) > 0 {
		b.save(w, k)
	}
	for _, step := range steps {
		if err := b.happen(ctx, w, k, step); err != nil {
			return changed, err
		}
	}
	if changed {
		k.tell(w, w.By, w.HappenedAt, kind, about)
	}
	return changed, nil
}

// tell adds an event about a target, with how it stood before and stands now
// when that differs.
func (k *kept) tell(w *cases.Work, by core.Actor, at time.Time, kind core.EventKind, about core.About) {
	if now := k.standing(); k.recorded == nil {
		w.Beside(core.TargetAspect(k.Rule), nil, now)
		k.recorded = now
	} else if *now != *k.recorded {
		w.Beside(core.TargetAspect(k.Rule), k.recorded, now)
		k.recorded = now
	}
	if about == nil {
		about = core.About{}
	}
	about["target"] = k.Rule
	if no, _, isTask := core.ParseTaskTarget(k.Rule); isTask {
		about["task"] = no
	}
	if _, says := about["due_at"]; !says && !k.DueAt.IsZero() {
		about["due_at"] = k.DueAt
	}
	w.RecordAs(by, at, kind, about)
}

// save queues a target to be written, and keeps the case's own due time: the
// soonest of those that run, late ones first.
func (b *book) save(w *cases.Work, k *kept) {
	queueTarget(w, k)
	if no, _, isTask := core.ParseTaskTarget(k.Rule); isTask {
		b.keepTask(w, k, no)
		return
	}
	w.Case.DueAt = time.Time{}
	for _, k := range b.targets {
		if !k.isTask() && k.Running() && (w.Case.DueAt.IsZero() || k.DueAt.Before(w.Case.DueAt)) {
			w.Case.DueAt = k.DueAt
		}
	}
}
