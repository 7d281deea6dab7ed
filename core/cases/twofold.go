package cases

import (
	"context"
	"errors"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Twofold is a command that says something of two cases. The door locks the
// other one as well and gives it the counterpart, in the same change: both
// happen, or neither. What a command brings about, and what a plugin asks for,
// comes when the locks are taken, and cannot be twofold.
type Twofold interface {
	Command
	// Other names the other case.
	Other() core.Reference
	// Pair is told which case is which, before the command reads or applies
	// anything, and returns what the other one is given. there is the zero
	// identifier when no case has the reference: Apply refuses that, once it is
	// known whether whoever asks may do anything here at all.
	Pair(here, there core.CaseID) Command
}

// widen adds to a request what its twofold commands give to other cases. A case
// that the request names already gets it after its own commands.
func widen(ctx context.Context, q postgres.Querier, r Request) (Request, error) {
	var refs []core.Reference
	for _, ch := range r.Changes {
		for _, cmd := range ch.Commands {
			if both, is := cmd.(Twofold); is {
				refs = append(refs, both.Other())
			}
		}
	}
	if len(refs) == 0 {
		return r, nil
	}
	ids, err := idsOf(ctx, q, refs)
	if err != nil {
		return r, err
	}
	asked := r.Changes
	r.Changes = slices.Clone(asked)
	at := map[core.CaseID]int{}
	for i, ch := range asked {
		at[ch.Case] = i
	}
	for _, ch := range asked {
		for _, cmd := range ch.Commands {
			both, is := cmd.(Twofold)
			if !is {
				continue
			}
			there := ids[both.Other()]
			counterpart := both.Pair(ch.Case, there)
			if there.IsZero() || there == ch.Case {
				continue
			}
			i, named := at[there]
			if !named {
				i = len(r.Changes)
				at[there] = i
				r.Changes = append(r.Changes, Change{Case: there})
			}
			r.Changes[i].Commands = append(slices.Clone(r.Changes[i].Commands), counterpart)
		}
	}
	if len(r.Changes) > maxChanges {
		return r, core.Invalid("A request changes between 1 and %d cases.", maxChanges)
	}
	return r, nil
}

// NoOtherCase refuses a twofold command whose other case is not there, or none
// of the actor's business.
func NoOtherCase() error {
	return core.InvalidField("to", "There is no such case, or you may not see it.")
}

// ofOther says a refusal of the other case as a mistake in what was asked of
// the first: whoever named it is told no more than that they may not see it.
func (w *Work) ofOther(err error) error {
	var refusal *core.Error
	switch {
	case !errors.As(err, &refusal):
		return err
	case refusal.Kind == core.ErrNotFound, refusal.Kind == core.ErrForbidden && !w.Holds(core.MayView):
		return NoOtherCase()
	case refusal.Kind == core.ErrForbidden:
		return core.InvalidField("to", "You may not do this on the other case.")
	}
	return err
}
