package followers

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Remove ends a following: follower.remove. Everybody may end their own, which
// is what no number means; staff who work the case anybody's.
type Remove struct {
	No int `json:"no,omitempty"`

	found bool
}

// Name implements [cases.Command].
func (*Remove) Name() core.CommandName { return "follower.remove" }

// Needs implements [cases.Command].
func (*Remove) Needs() core.Permission { return core.MayFollow }

// Touches implements [cases.Command].
func (*Remove) Touches() []core.Aspect { return nil }

// Load implements [cases.Loader].
func (r *Remove) Load(reads *cases.Reads) {
	load(reads)
	if r.No > 0 {
		cases.ReadAll(reads, selectNo, []any{reads.Case, r.No}, func(found []numbered) { r.found = len(found) > 0 })
	}
}

// Apply implements [cases.Command].
func (r *Remove) Apply(_ context.Context, w *cases.Work) error {
	has := standingSlot.Of(w)
	no := r.No
	switch {
	case no == 0 && has.Mine == 0:
		return nil // a second click on the link in a mail
	case no == 0:
		no = has.Mine
	case no != has.Mine && !w.Holds(core.MayWork):
		return core.Forbidden("You may end your own following alone.")
	case !r.found:
		return core.NotFound("There is no such follower.")
	}
	if no == has.Mine {
		has.Mine = 0
	}
	has.Count--
	w.Write(deleteFollower, w.Case.ID, no)
	w.Record(core.FollowerRemoved, core.About{"no": no})
	return nil
}
