package links

import (
	"bytes"
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Add links a case with another one: case.link. Kind says what the case is to
// the other, as one of [core.LinkSides] is called. Whoever links works the case
// and sees the other; where the other would have to wait, they work that too.
type Add struct {
	To   core.Reference `json:"to"`
	Kind string         `json:"kind,omitempty"` // related when empty

	pair
}

// pair is what both commands know of the two cases, and of what there is between
// them.
type pair struct {
	here, there core.CaseID
	between     []standingRow
	count       int
	circle      bool
}

// Name implements [cases.Command].
func (*Add) Name() core.CommandName { return "case.link" }

// Needs implements [cases.Command].
func (*Add) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (*Add) Touches() []core.Aspect { return nil }

// Other implements [cases.Twofold].
func (a *Add) Other() core.Reference { return reference(a.To) }

// Pair implements [cases.Twofold].
func (a *Add) Pair(here, there core.CaseID) cases.Command {
	a.here, a.there = here, there
	return &added{other: here, side: opposite(a.kind()), needs: needed(a.kind())}
}

// Load implements [cases.Loader].
func (a *Add) Load(r *cases.Reads) {
	a.load(r)
	if kind, begins, known := core.FindLink(a.kind()); known && !kind.Mutual() {
		from, to := a.there, a.here // what the new link would close the circle of
		if !begins {
			from, to = to, from
		}
		cases.ReadAll(r, selectCircle, []any{from, to, kind.Side.Key}, func(found []circleRow) { a.circle = found[0].Closes })
	}
}

func (p *pair) load(r *cases.Reads) {
	cases.ReadAll(r, selectStanding, []any{p.here, p.there}, func(found []standingRow) {
		p.between, p.count = found, found[0].Count
	})
}

// Apply implements [cases.Command].
func (a *Add) Apply(_ context.Context, w *cases.Work) error {
	kind, begins, known := core.FindLink(a.kind())
	if err := a.refuse(); err != nil {
		return err
	}
	switch {
	case !known:
		return core.InvalidField("kind", "Choose how the two cases belong together.")
	case a.has(kind, begins):
		return core.InvalidField("to", "The two cases are linked like that already.")
	case a.circle:
		return core.InvalidField("to", "That would go round in a circle: the other case is linked like that with this one already.")
	case a.count >= MaxLinks:
		return core.Conflict("This case has %d links, and no more can be added.", MaxLinks)
	}
	write(w, kind, begins, a.there)
	return nil
}

// write queues the link that a case has with another one, and records it there.
func write(w *cases.Work, kind core.LinkKind, begins bool, other core.CaseID) {
	from, to := ends(kind, begins, w.Case.ID, other)
	w.Write(insertLink, from, to, kind.Side.Key, w.By.Kind, w.By.ID, w.Now)
	side := kind.Back
	if begins {
		side = kind.Side
	}
	w.Record(core.LinkAdded, about(other, side.Key))
}

// about is what the history keeps of a link. It names the other case by its
// identifier alone: who may see it is asked again by whoever shows it.
func about(other core.CaseID, side string) core.About {
	return core.About{"other": other.String(), "kind": side}
}

func (a *Add) kind() string {
	if a.Kind == "" {
		return "related"
	}
	return a.Kind
}

// refuse says what is wrong with the other case.
func (p *pair) refuse() error {
	switch {
	case p.here.IsZero():
		return core.Conflict("Cases are linked by a request of its own, not by what follows from another one.")
	case p.there.IsZero():
		return cases.NoOtherCase()
	case p.there == p.here:
		return core.InvalidField("to", "This is the case itself. Enter the reference of another one.")
	}
	return nil
}

// has reports whether the two cases are linked in a way already.
func (p *pair) has(kind core.LinkKind, begins bool) bool {
	for _, row := range p.between {
		if row.Kind != nil && *row.Kind == kind.Side.Key && (kind.Mutual() || *row.Begins == begins) {
			return true
		}
	}
	return false
}

// ends puts two cases in the order in which a link of a kind is kept.
func ends(kind core.LinkKind, begins bool, here, there core.CaseID) (from, to core.CaseID) {
	if kind.Mutual() {
		begins = bytes.Compare(here[:], there[:]) < 0
	}
	if begins {
		return here, there
	}
	return there, here
}

// opposite is what the other case is to the one whose side is named.
func opposite(side string) core.LinkSide {
	kind, begins, _ := core.FindLink(side)
	if begins {
		return kind.Back
	}
	return kind.Side
}

// needed is what somebody must hold on the other case to link it so: where it
// would have to wait, more than to see it.
func needed(side string) core.Permission {
	if !opposite(side).Waits.IsZero() {
		return core.MayWork
	}
	return core.MayView
}

// reference reads what was typed as one; what is none names no case.
func reference(typed core.Reference) core.Reference {
	ref, err := core.ParseReference(string(typed))
	if err != nil {
		return typed
	}
	return ref
}

// added is what the other case is given.
type added struct {
	other core.CaseID
	side  core.LinkSide
	needs core.Permission
}

// Name implements [cases.Command].
func (*added) Name() core.CommandName { return "case.link" }

// Needs implements [cases.Command].
func (a *added) Needs() core.Permission { return a.needs }

// Touches implements [cases.Command].
func (*added) Touches() []core.Aspect { return nil }

// Apply implements [cases.Command].
func (a *added) Apply(_ context.Context, w *cases.Work) error {
	w.Record(core.LinkAdded, about(a.other, a.side.Key))
	return nil
}
