package forms

import (
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/internal/guest"
	"github.com/casement-dev/casement/sdk/internal/wire"
)

// The parts of the contract an author meets.
type (
	Raise = abi.Raise // the case to be raised
	Party = abi.Party // a person as the form knows them
	Place = abi.Place // an address, a point, or both
	Point = abi.Point
	User  = abi.User // who is signed in
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
}

// Step is one page of a form.
type Step[S any] struct {
	ID   string
	View func(c *Ctx, s *S) Page

	// Check is for rules over several fields: it calls c.Error. Optional.
	Check func(c *Ctx, s *S)

	// Next names the step that follows; "" means the next in the list. It may
	// lead forward only. Optional.
	Next func(c *Ctx, s *S) string

	// Review lists every answer given, with links to change them, below
	// what View (here optional) draws. It must be the last step passed.
	Review bool
}

// Ctx is all a form may know: no clock, no randomness, no I/O.
type Ctx struct {
	abi.Context
	config  abi.Raw
	errors  []abi.FieldError
	effects []abi.Effect
	log     []string
}

// Error refuses what was submitted, with a message beside a field, or above
// all when field is "". It counts in Step.Check and in checks of fields.
func (c *Ctx) Error(field, message string) {
	for _, e := range c.errors {
		if e.Field == field {
			return // one message a field is enough
		}
	}
	c.errors = append(c.errors, abi.FieldError{Field: field, Message: message})
}

// Effect asks for a command beside the raising of the case, by its name and
// its arguments: "note.add", "text", "By form". It counts in Submit; one that
// was not granted refuses the whole submission.
func (c *Ctx) Effect(command string, namesAndValues ...string) {
	var w wire.Writer
	w.Open('{')
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		w.Key(namesAndValues[i])
		w.String(namesAndValues[i+1])
	}
	w.Close('}')
	c.effects = append(c.effects, abi.Effect{Type: command, Args: w.B})
}

// Log writes a line to the plugin's log. It must not say who anybody is.
func (c *Ctx) Log(line string) { c.log = append(c.log, line) }

// Config returns a setting the administrator made, as text; "" when there is none.
func (c *Ctx) Config(name string) string {
	d := wire.NewDecoder(c.config)
	value := ""
	for more := d.Object(); more; more = d.Next() {
		if d.Key() != name {
			d.Skip()
			continue
		}
		raw := d.Raw()
		if len(raw) > 0 && raw[0] == '"' {
			value = wire.NewDecoder(raw).String()
		} else {
			value = string(raw)
		}
	}
	return value
}

// Serve makes the module answer for the form. Call it from an init function:
// in a plugin main never runs.
func Serve[S any](f Form[S]) { guest.Module.Add(f.ID, abi.KindForm, f.Handle) }
