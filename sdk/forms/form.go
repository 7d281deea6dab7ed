package forms

import (
	"strconv"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/internal/guest"
	"github.com/casement-dev/casement/sdk/state"
)

// The parts of the contract an author meets.
type (
	Raise = abi.Raise // the case to be raised
	Party = abi.Party // a person as the form knows them
	Place = abi.Place // an address, a point, or both
	Point = abi.Point // in degrees, on WGS 84
	User  = abi.User  // who is signed in
)

// Form is a form over a struct of answers S.
type Form[S any] struct {
	ID    string // entry of the manifest
	Title string // what the whole form is called; stands above each page
	Steps []Step[S]

	// Init fills in what is known before anything is asked, such as the name
	// of the person signed in. Optional.
	Init func(c *Ctx, s *S)

	// Submit makes the case, when the last step is passed.
	Submit func(c *Ctx, s *S) Raise

	// Done is shown after the case is raised, below its reference. Optional.
	Done func(c *Ctx, s *S) Page

	// Keep names variables that are to last beside the answers: what was looked
	// up, what a button chose. Optional.
	Keep func(k *state.Keeper, s *S)

	// StateVersion is the manifest's state.version. Migrate brings a state of an
	// earlier one forward; it is called once for each version in between.
	StateVersion int
	Migrate      func(old *state.Old)
}

// Step is one page of a form.
type Step[S any] struct {
	ID   string
	View func(c *Ctx, s *S) Page

	// Check is for rules over several fields: it calls c.Error. Optional.
	Check func(c *Ctx, s *S)

	// Press is for buttons that send nothing off and for tables whose rows the
	// form itself sorts: the variables hold what was typed so far, unchecked, and
	// what it changes in them stands on the page. Optional.
	Press func(c *Ctx, s *S, p Pressed)

	// Next names the step that follows; "" means the next in the list. It may
	// lead forward only. Optional.
	Next func(c *Ctx, s *S) string

	// Review lists every answer given, with links to change them, below
	// what View (here optional) draws. It must be the last step passed.
	Review bool
}

// Ctx is all a form may know, and what it may want done beside its case.
type Ctx = host.Ctx

// Pressed is a button, or a heading or page of a table, that was used.
type Pressed struct {
	ID   string // of the button or table
	Sort int    // of a table: the column to sort by, from 1; negative for downwards
	Page int    // of a table, from 1
}

// PressOf reads what was pressed from an event; for the kits.
func PressOf(ev *abi.Event) Pressed {
	number := func(name string) int {
		if values := ev.Fields[name]; len(values) > 0 {
			if n, err := strconv.Atoi(values[0]); err == nil {
				return n
			}
		}
		return 0
	}
	return Pressed{ID: ev.Action, Sort: number("sort"), Page: number("page")}
}

// Serve makes the module answer for the form. Call it from an init function:
// in a plugin main never runs.
func Serve[S any](f Form[S]) { guest.Module.Add(f.ID, abi.KindForm, f.Handle) }
