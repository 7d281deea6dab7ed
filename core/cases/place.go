package cases

import (
	"context"
	"reflect"

	"github.com/casement-dev/casement/core"
)

// ChangePlace changes the place a case is about: case.change_place. Without a
// point and an address the case has no place any more.
type ChangePlace struct {
	Place   *core.Point `json:"place,omitempty"`
	Address string      `json:"address,omitempty"` // of the place, in words
}

// Name implements [Command].
func (*ChangePlace) Name() core.CommandName { return "case.change_place" }

// Needs implements [Command].
func (*ChangePlace) Needs() core.Permission { return core.MayWork }

// Touches implements [Command].
func (*ChangePlace) Touches() []core.Aspect { return []core.Aspect{core.AspectPlace} }

// Apply implements [Command].
func (p *ChangePlace) Apply(_ context.Context, w *Work) error {
	if p.Place != nil && !p.Place.Valid() {
		return core.InvalidField("place", "Choose a place on the map.")
	}
	address, wrong := core.CleanLines(p.Address, maxWords)
	if wrong != "" {
		return core.InvalidField("address", "%s", wrong)
	}
	if address == w.Case.Address && reflect.DeepEqual(p.Place, w.Case.Place) {
		return core.Conflict("This is the place already.")
	}
	w.Case.Address, w.Case.Place = address, nil
	if p.Place != nil {
		at := *p.Place
		w.Case.Place = &at
	}
	w.Record(core.PlaceChanged, nil)
	return nil
}
