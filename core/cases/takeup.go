package cases

import (
	"context"

	"github.com/casement-dev/casement/core"
)

// TakeUp moves a waiting case on because what it waited for has come:
// case.change_status, as a reply of the requester brings it about. The moves a
// type allows bind those who choose a status. They do not bind a reply, which
// must never be refused for them.
type TakeUp struct {
	ChangeStatus
}

// Apply implements [Command].
func (c *TakeUp) Apply(_ context.Context, w *Work) error {
	to, ok := w.Type.Status(c.To)
	if !ok || to.Kind == core.StatusFinal {
		return core.InvalidField("to", "Choose a status that does not end the case.")
	}
	if w.Case.StatusKind != core.StatusWaiting || w.Case.Status == to.Key {
		return nil // somebody has taken it up in the same change
	}
	w.SetStatus(to)
	w.Record(core.StatusChanged, nil)
	return nil
}
