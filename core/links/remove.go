package links

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Remove takes a link away again: case.unlink. To and Kind name it as they do
// when it is made, from either of the two cases.
type Remove struct {
	To   core.Reference `json:"to"`
	Kind string         `json:"kind"`

	pair
}

// Name implements [cases.Command].
func (*Remove) Name() core.CommandName { return "case.unlink" }

// Needs implements [cases.Command].
func (*Remove) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (*Remove) Touches() []core.Aspect { return nil }

// Other implements [cases.Twofold].
func (r *Remove) Other() core.Reference { return reference(r.To) }

// Pair implements [cases.Twofold].
func (r *Remove) Pair(here, there core.CaseID) cases.Command {
	r.here, r.there = here, there
	return &removed{link: r, other: here, side: opposite(r.Kind), needs: needed(r.Kind)}
}

// Load implements [cases.Loader].
func (r *Remove) Load(reads *cases.Reads) { r.load(reads) }

// Apply implements [cases.Command].
func (r *Remove) Apply(_ context.Context, w *cases.Work) error {
	if err := r.refuse(); err != nil {
		return err
	}
	kind, begins, known := core.FindLink(r.Kind)
	if !known {
		return core.InvalidField("kind", "Say which link it is.")
	}
	if !r.has(kind, begins) {
		return nil // a second click
	}
	from, to := ends(kind, begins, w.Case.ID, r.there)
	w.Write(deleteLink, from, to, kind.Side.Key)
	w.Record(core.LinkRemoved, about(r.there, r.Kind))
	return nil
}

// removed is what the other case is given.
type removed struct {
	link  *Remove
	other core.CaseID
	side  core.LinkSide
	needs core.Permission
}

// Name implements [cases.Command].
func (*removed) Name() core.CommandName { return "case.unlink" }

// Needs implements [cases.Command].
func (r *removed) Needs() core.Permission { return r.needs }

// Touches implements [cases.Command].
func (*removed) Touches() []core.Aspect { return nil }

// Apply implements [cases.Command].
func (r *removed) Apply(_ context.Context, w *cases.Work) error {
	if kind, begins, known := core.FindLink(r.link.Kind); known && r.link.has(kind, begins) {
		w.Record(core.LinkRemoved, about(r.other, r.side.Key))
	}
	return nil
}
