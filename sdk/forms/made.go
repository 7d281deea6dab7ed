package forms

import (
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/internal/guest"
)

// Maker makes a form anew for each call, of what only the call knows: pages
// that the configuration describes, say. Make must be a function of its argument
// alone, like everything that draws a page.
type Maker[S any] struct {
	ID   string // entry of the manifest
	Make func(c *Ctx) (Form[S], error)
}

// Handle makes the form and lets it answer.
func (m Maker[S]) Handle(r *abi.Request) (*abi.Response, error) {
	c := new(Ctx)
	host.Begin(c, r)
	f, err := m.Make(c)
	if err != nil {
		return nil, err
	}
	return f.Handle(r)
}

// ServeMade makes the module answer for forms that are made for each call. Call
// it from an init function.
func ServeMade[S any](m Maker[S]) { guest.Module.Add(m.ID, abi.KindForm, m.Handle) }
