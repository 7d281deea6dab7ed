package intake

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/forms"
)

// doWithEffects raises a case, and what its form asked for follows in the same
// change. Whoever sent the form cannot mend what is wrong with that, nor send it
// again: an effect that may not be had any more, or cannot be done, is told to
// the log and left out, with all the others, and the case is raised.
func (s *Service) doWithEffects(ctx context.Context, by core.Actor, d *forms.Draft, raise *cases.Raise, r cases.Request) (cases.Result, error) {
	granted, err := s.granted(ctx, d)
	if err == nil && len(granted.Commands) > 0 {
		raise.Then(granted)
		var result cases.Result
		if result, err = s.cases.Do(ctx, by, r); err == nil || core.KindOf(err) == core.ErrUnavailable || ctx.Err() != nil {
			return result, err
		}
		raise.Then(cases.Granted{})
	}
	result, again := s.cases.Do(ctx, by, r)
	if err != nil && again == nil {
		s.log.Error("what a form asked for beside its case was left out", "form", d.Form, "pin", d.Pin, "case", string(result.Outcomes[0].Ref), "error", err)
	}
	return result, again
}

// granted are the effects of a finished form, as far as it may have them now.
func (s *Service) granted(ctx context.Context, d *forms.Draft) (cases.Granted, error) {
	switch {
	case len(d.Raise.Effects) == 0:
		return cases.Granted{}, nil
	case s.effects == nil:
		return cases.Granted{}, core.Unavailable(nil, "There is nobody here to make effects of forms.")
	}
	return s.effects.GrantedToForm(ctx, d.Form, d.Pin, d.Raise)
}
