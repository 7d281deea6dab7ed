package targets

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/conditions"
)

// compiler makes the condition of a rule ready.
type compiler func(text string) (*conditions.Condition, error)

// of makes conditions ready for rules of a case type.
func of(t *core.CaseType, language *conditions.Compiler) compiler {
	return func(text string) (*conditions.Condition, error) { return language.Compile(t, text) }
}

// Applies reports whether a rule of a case type is for a case as it is now.
func (s *Service) Applies(ctx context.Context, t *core.CaseType, rule core.TargetRule, cs *core.Case) (bool, error) {
	return IsFor(ctx, s.language, t, rule, cs, s.clock.Now())
}

// IsFor reports whether a rule of a case type is for a case, at an instant. The
// language is that of targets. It needs no database.
func IsFor(ctx context.Context, language *conditions.Compiler, t *core.CaseType, rule core.TargetRule, cs *core.Case, now time.Time) (bool, error) {
	is, _, err := judge(ctx, of(t, language), t, rule, cs, now)
	return is, err
}

// applies reports whether a rule is for the case as the change has left it, and
// why.
func (b *book) applies(ctx context.Context, w *cases.Work, rule core.TargetRule) (bool, *core.Because, error) {
	return judge(ctx, of(w.Type, b.language), w.Type, rule, w.Case, w.HappenedAt)
}

// judge asks a rule whether it is for a case, and says why; nil for a rule that
// is for all cases. A condition that cannot be answered leaves the rule for the
// case, and says so: a promise too many is seen and cleared, one that was not
// made is missed by nobody until it is too late.
func judge(ctx context.Context, compile compiler, t *core.CaseType, rule core.TargetRule, cs *core.Case, now time.Time) (bool, *core.Because, error) {
	if rule.When.IsZero() && rule.If == "" {
		return true, nil, nil
	}
	because := &core.Because{If: rule.If, Facts: rule.When.Facts(cs)}
	if !rule.When.Holds(cs) || rule.If == "" {
		because.If = ""
		return rule.When.Holds(cs), because, nil
	}
	condition, err := compile(rule.If)
	if err != nil {
		because.Problem = problemOf(err)
		return true, because, nil
	}
	answer := condition.Answer(ctx, conditions.Snapshot{Case: cs, Type: t, Now: now}, nil)
	if ctx.Err() != nil {
		return false, nil, ctx.Err() // there was no time to answer
	}
	because.Facts = append(because.Facts, condition.Facts(answer)...)
	because.Problem = answer.Problem
	return answer.Holds || answer.Problem != "", because, nil
}

func problemOf(err error) string {
	var said *core.Error
	if errors.As(err, &said) {
		return said.Message
	}
	return "It cannot be answered."
}

// bears reports whether a rule asks after something of the case that an event
// has changed.
func (b *book) bears(w *cases.Work, rule core.TargetRule, e core.Event) bool {
	for aspect := range e.Changes {
		if rule.When.Bears(aspect) {
			return true
		}
	}
	if rule.If == "" {
		return false
	}
	condition, err := b.language.Compile(w.Type, rule.If)
	return err == nil && slices.ContainsFunc(condition.Aspects(), func(a core.Aspect) bool {
		_, changed := e.Changes[a]
		return changed
	})
}
