package targets

import (
	"context"
	"errors"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// maxReason is the most letters a reason may have.
const maxReason = 500

// Set gives a target a new due time, then and there, or a new promise from
// now: target.set. A target of the type that has not begun begins with it.
type Set struct {
	Target string        `json:"target"`
	DueAt  time.Time     `json:"due_at,omitzero"`  // this, or Within
	Within *core.Promise `json:"within,omitempty"` // from now
	Reason string        `json:"reason"`
}

// Name implements [cases.Command].
func (*Set) Name() core.CommandName { return "target.set" }

// Needs implements [cases.Command].
func (*Set) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (c *Set) Touches() []core.Aspect { return []core.Aspect{core.TargetAspect(c.Target)} }

// Apply implements [cases.Command].
func (c *Set) Apply(ctx context.Context, w *cases.Work) error {
	why, err := reasonOf(c.Reason)
	switch {
	case err != nil:
		return err
	case why == "":
		return core.InvalidField("reason", "Give the reason.")
	case c.DueAt.IsZero() == (c.Within == nil):
		return core.InvalidField("due_at", "Give either a time or how long it may take.")
	case w.Case.IsFinal():
		return caseClosed()
	}
	b := books.Of(w)
	k := b.find(c.Target)
	if rule, ok := w.Type.Target(c.Target); k == nil && ok && (rule.Permits(core.HandSet) || !w.By.IsStaff()) {
		if k, err = b.begin(ctx, w, rule, w.HappenedAt, nil); err != nil {
			return err
		}
	}
	if k == nil {
		return noSuchTarget(c.Target)
	}
	if err := k.permits(ctx, w, core.HandSet); err != nil {
		return err
	}
	was := k.DueAt
	_, err = b.apply(ctx, w, k, core.Cause{
		Kind: core.CauseSet, DueAt: c.DueAt.UTC().Truncate(time.Microsecond), Within: c.Within, By: nameOf(w.By), Why: why,
	}, core.TargetSet, dueBefore(was))
	return renamed(err)
}

// named finds a target that somebody means.
func (b *book) named(key string) (*kept, error) {
	if k := b.find(key); k != nil {
		return k, nil
	}
	return nil, noSuchTarget(key)
}

// permits refuses a change by hand that the type forbids staff. What routines
// and plugins do, whoever configured them has seen to.
func (k *kept) permits(ctx context.Context, w *cases.Work, change core.HandChange) error {
	rule, _, err := k.terms(ctx, w)
	if err != nil || rule.Permits(change) || !w.By.IsStaff() {
		return err
	}
	return core.Forbidden("“%s” is not changed by hand: the case type does not let staff %s it.", k.Name, change)
}

func noSuchTarget(key string) error {
	return core.InvalidField("target", "This case has no target %q.", firstLetters(key, 40))
}

func caseClosed() error { return core.Conflict("This case is closed. Reopen it first.") }

// reasonOf cleans a reason.
func reasonOf(words string) (string, error) {
	clean, wrong := core.CleanLines(words, maxReason)
	if wrong != "" {
		return "", core.InvalidField("reason", "%s", wrong)
	}
	return clean, nil
}

// nameOf says in a ledger who did something.
func nameOf(by core.Actor) string {
	if by.Name != "" {
		return by.Name
	}
	return string(by.Kind)
}

// dueBefore says for the event when a target was due until now; when it is due
// from now on is added where the event is recorded.
func dueBefore(was time.Time) core.About {
	if was.IsZero() {
		return core.About{}
	}
	return core.About{"was_due_at": was}
}

// renamed gives the fields of an error the names they have in commands.
func renamed(err error) error {
	var e *core.Error
	if !errors.As(err, &e) || e.Fields == nil {
		return err
	}
	names := map[string]string{"why": "reason", "span": "by"}
	out := *e
	out.Fields = make(map[string]string, len(e.Fields))
	for field, words := range e.Fields {
		if name, ok := names[field]; ok {
			field = name
		}
		out.Fields[field] = words
	}
	return &out
}

func firstLetters(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
