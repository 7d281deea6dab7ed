package routines

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// errDone refuses what was done before.
var errDone = core.Conflict("This was done already.")

// Done notes that an action of a routine was done, in the change that does it:
// routine.done. It refuses what was done before, so that nothing is done twice.
type Done struct {
	Routine  string `json:"routine"`
	Occasion string `json:"occasion"`
	No       int    `json:"no"`

	outcome string
	waiting bool
}

// Inner implements [cases.Inner].
func (*Done) Inner() {}

// Name implements [cases.Command].
func (*Done) Name() core.CommandName { return "routine.done" }

// Needs implements [cases.Command].
func (*Done) Needs() core.Permission { return core.MayKeepTime }

// Touches implements [cases.Command].
func (*Done) Touches() []core.Aspect { return nil }

// Load implements [cases.Loader].
func (d *Done) Load(reads *cases.Reads) {
	cases.ReadAll(reads, selectWaitingResult, []any{reads.Case, d.Routine, d.Occasion, d.No}, func(found []stateRow) { d.waiting = len(found) > 0 })
}

// Apply implements [cases.Command].
func (d *Done) Apply(_ context.Context, w *cases.Work) error {
	if !d.waiting {
		return errDone
	}
	w.Write(updateDone, w.Case.ID, d.Routine, d.Occasion, d.No, clip(d.outcome, maxWords), w.Now)
	return nil
}

// Stop says on a case that a routine was not let run, and why: routine.stop.
type Stop struct {
	Routine  string `json:"routine"`
	Occasion string `json:"occasion"`

	name, why string
	waiting   bool
}

// Inner implements [cases.Inner].
func (*Stop) Inner() {}

// Name implements [cases.Command].
func (*Stop) Name() core.CommandName { return "routine.stop" }

// Needs implements [cases.Command].
func (*Stop) Needs() core.Permission { return core.MayKeepTime }

// Touches implements [cases.Command].
func (*Stop) Touches() []core.Aspect { return nil }

// Load implements [cases.Loader].
func (s *Stop) Load(reads *cases.Reads) {
	cases.ReadAll(reads, selectStopping, []any{reads.Case, s.Routine, s.Occasion}, func(found []stateRow) { s.waiting = len(found) > 0 })
}

// Apply implements [cases.Command].
func (s *Stop) Apply(_ context.Context, w *cases.Work) error {
	if !s.waiting {
		return errDone
	}
	w.Write(updateStopped, w.Case.ID, s.Routine, s.Occasion, w.Now)
	w.Record(core.RoutineStopped, core.About{"routine": s.Routine, "name": s.name, "why": s.why})
	return nil
}
