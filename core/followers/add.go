package followers

import (
	"context"
	"strconv"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Add lets whoever sends it hear of the case: follower.add. Following again
// changes what is heard.
type Add struct {
	Hears core.Hears `json:"hears,omitempty"` // all when empty
}

// Name implements [cases.Command].
func (*Add) Name() core.CommandName { return "follower.add" }

// Needs implements [cases.Command].
func (*Add) Needs() core.Permission { return core.MayFollow }

// Touches implements [cases.Command].
func (*Add) Touches() []core.Aspect { return nil }

// Load implements [cases.Loader].
func (*Add) Load(r *cases.Reads) { load(r) }

// Apply implements [cases.Command].
func (a *Add) Apply(_ context.Context, w *cases.Work) error {
	hears := a.Hears
	if hears == "" {
		hears = core.HearsAll
	}
	person, staff := w.By.PersonID(), w.By.StaffID()
	has := standingSlot.Of(w)
	switch {
	case !hears.Valid():
		return core.InvalidField("hears", "Choose what you want to be told.")
	case person.IsZero() && staff.IsZero():
		return core.Invalid("Only people follow cases.")
	case !person.IsZero() && person == w.Case.Requester:
		return core.Conflict("This is your own case: you are told of it anyway.")
	case has.Mine > 0:
		w.Write(setHears, w.Case.ID, has.Mine, hears)
		return nil
	case has.Count >= MaxFollowers:
		return core.Conflict("This case has %d followers already. Look here again to see how it stands.", MaxFollowers)
	}
	has.Last, has.Count = has.Last+1, has.Count+1
	has.Mine = has.Last
	w.Write(insertFollower, w.Case.ID, has.Last, nullable(person), nullable(staff), hears, w.Now)
	// Who it is stands in the follower's row, which goes when they are erased.
	w.Record(core.FollowerAdded, core.About{"no": has.Last, "hears": hears})
	w.Made("follower", strconv.Itoa(has.Last))
	return nil
}
