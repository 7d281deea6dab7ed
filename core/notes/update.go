package notes

import (
	"context"
	"strconv"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// maxUpdates bounds what somebody outside can pile up on one case.
const maxUpdates = 200

// AddUpdate is something more the requester has to say: update.add. Staff and the
// requester read it. A case that waited, or was thought resolved, is taken up
// again with it.
type AddUpdate struct {
	Body string `json:"body"`
}

// Name implements [cases.Command].
func (*AddUpdate) Name() core.CommandName { return "update.add" }

// Needs implements [cases.Command].
func (*AddUpdate) Needs() core.Permission { return core.MayRequest }

// Touches implements [cases.Command].
func (*AddUpdate) Touches() []core.Aspect { return nil }

// Load implements [cases.Loader].
func (*AddUpdate) Load(r *cases.Reads) {
	loadLast(r)
	loadUpdates(r)
}

// Apply implements [cases.Command].
func (u *AddUpdate) Apply(_ context.Context, w *cases.Work) error {
	body, wrong := core.CleanLines(u.Body, core.MaxNote)
	switch {
	case wrong != "":
		return core.InvalidField("body", "%s", wrong)
	case body == "":
		return core.InvalidField("body", "Write what you want to add.")
	case w.Case.IsFinal():
		return core.Conflict("This case is closed. Ask for it to be reopened, or raise a new one and mention %s.", w.Case.Ref)
	case countedSlot.Of(w).updates >= maxUpdates:
		return core.Conflict("This case has %d updates, and no more can be added. Please telephone us.", maxUpdates)
	}
	no, about := write(w, core.Public, body)
	w.Record(core.UpdateAdded, about)
	w.Made("note", strconv.Itoa(no))
	return nil
}

// takeUp is the consequence of an update: a resolved case is reopened, with
// all that its type says of reopening; a waiting one goes to the same status,
// but keeps its case manager, who waited for this.
func takeUp(w *cases.Work, _ core.Event) []cases.Command {
	to, ok := w.Type.Status(w.Type.Reopen.To)
	switch w.Case.StatusKind {
	case core.StatusResolved:
		if ok {
			return []cases.Command{&cases.Reopen{}}
		}
	case core.StatusWaiting:
		if !ok {
			to, ok = w.Type.FirstStatus(core.StatusOpen)
		}
		if ok {
			return []cases.Command{&cases.TakeUp{ChangeStatus: cases.ChangeStatus{To: to.Key}}}
		}
	}
	return nil
}
