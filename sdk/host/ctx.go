package host

import (
	"errors"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/internal/wire"
)

// Ctx is all a plugin may know of one call: no clock, no randomness, no I/O but
// this.
type Ctx struct {
	abi.Context
	config  abi.Raw
	answers map[string]abi.Raw
	asks    []abi.Ask
	trouble string
	errors  []abi.FieldError
	effects []abi.Effect
	log     []string
	drawing bool // a page is being made: nothing may be wanted
	mistake error
}

// Plugin is the Ctx of any kind of entry: *forms.Ctx, *tasks.Ctx, *details.Ctx
// or *actions.Ctx.
type Plugin interface{ host() *Ctx }

func (c *Ctx) host() *Ctx { return c }

// Error refuses what was submitted, with a message beside a field, or above
// all when field is "". It counts where answers are checked.
func (c *Ctx) Error(field, message string) {
	for _, e := range c.errors {
		if e.Field == field {
			return // one message a field is enough
		}
	}
	c.errors = append(c.errors, abi.FieldError{Field: field, Message: message})
}

// Log writes a line to the plugin's log, which the administrator reads. It must
// not say who anybody is.
func (c *Ctx) Log(line string) { c.log = append(c.log, line) }

// Config returns a setting the administrator made, as text; "" when there is
// none. What is no text comes as its JSON: "10", "true", `["a"]`.
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

// Field is a field of the case as text; "" when it is empty, or was not
// granted. Yes and no are "yes" and "no".
func (c *Ctx) Field(key string) string {
	if values := c.Fields(key); len(values) > 0 {
		return values[0]
	}
	return ""
}

// Fields are the values of a field of the case that may have several.
func (c *Ctx) Fields(key string) []string {
	if c.Case == nil {
		return nil
	}
	return c.Case.Fields[key]
}

// The functions below are for the kits: sdk/forms, sdk/tasks, sdk/details and
// sdk/actions. An author of a plugin has no use for them.

// Begin prepares a Ctx for one call.
func Begin(c *Ctx, r *abi.Request) {
	*c = Ctx{Context: r.Context, config: r.Config}
	if r.Event != nil {
		c.answers = r.Event.Answers
	}
}

// Event is what happened. Where answers come it is the event that asked for
// them: it is handled again.
func Event(r *abi.Request) *abi.Event {
	if r.Event == nil || r.Event.Type != abi.EventAnswer {
		return r.Event
	}
	ev := *r.Event
	ev.Type, ev.Of, ev.Answers = r.Event.Of, "", nil
	return &ev
}

// Waits reports whether an answer is still to come: the response must be made
// with Finish and nothing that was worked out may be believed.
func Waits(p Plugin) bool { return len(p.host().asks) > 0 }

// Drawing runs functions that make pages. They are called as often as it takes,
// so that an effect that is wanted in one is a mistake of the plugin.
func Drawing(p Plugin, draw func()) {
	c := p.host()
	c.drawing = true
	draw()
	c.drawing = false
}

// TakeErrors gives the messages since the last call, and forgets them.
func TakeErrors(p Plugin) []abi.FieldError {
	c := p.host()
	errs := c.errors
	c.errors = nil
	return errs
}

// Finish completes the response to a call: with effects and log, or, where
// answers are still to come, with what is asked instead of everything else. What
// is refused has no effects.
func Finish(p Plugin, r *abi.Response) (*abi.Response, error) {
	c := p.host()
	switch {
	case len(c.asks) > 0:
		return &abi.Response{Asks: c.asks}, nil
	case c.mistake != nil:
		return nil, c.mistake
	}
	if r.Log = c.log; len(r.Errors) == 0 {
		r.Effects = c.effects
	}
	return r, nil
}

// wrong keeps the first mistake of the plugin itself, which is a fault.
func (c *Ctx) wrong(text string) {
	if c.mistake == nil {
		c.mistake = errors.New(text)
	}
}
