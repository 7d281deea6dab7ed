// Package actions is what the author of an action writes against.
//
// An action is run by a rule of a case type, when something happened on a case,
// or by a person who presses its button. It looks, asks, and says what is to be
// done; it shows nothing and remembers nothing but what it keeps.
//
//	var Tell = actions.Action{ID: "tell", Run: func(c *actions.Ctx) {
//		answer, ok := host.HTTP(c, abi.HTTPRequest{Method: "POST", URL: c.Config("url"), Body: c.Case.Ref})
//		if !ok || answer.Status >= 300 {
//			c.Fail("It could not be sent: " + c.Trouble())
//			return
//		}
//		c.AddNote("Sent to the contractor.")
//		c.Done("Sent")
//	}}
//
//	func init() { actions.Serve(Tell) }
//	func main() {}
package actions

import (
	"errors"
	"strconv"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/internal/guest"
)

// Action does something on a case.
type Action struct {
	ID string // entry of the manifest

	// Run does it. It may be called several times for one event, until every
	// answer it asks for is there; what counts is the last time.
	Run func(c *Ctx)
}

// Ctx is all an action may know, and what it may want done.
type Ctx struct {
	host.Ctx

	// Occurred is what set it off; nil when somebody pressed the button.
	Occurred *abi.Occurrence

	said string
}

// Done says in a sentence what the action did.
func (c *Ctx) Done(outcome string) { c.said = outcome }

// Fail says in a sentence why it could not be done now. Nothing of what was
// wanted happens then, and the action is tried again later, a few times.
func (c *Ctx) Fail(why string) { c.Error("", why) }

// Was is a value from before, of what changed: "status", "field:remedy".
func (c *Ctx) Was(aspect string) string { return c.changed(false, aspect) }

// Is is the value that something changed to: "status", "field:remedy".
func (c *Ctx) Is(aspect string) string { return c.changed(true, aspect) }

func (c *Ctx) changed(to bool, aspect string) string {
	if c.Occurred == nil {
		return ""
	}
	values := c.Occurred.From[aspect]
	if to {
		values = c.Occurred.To[aspect]
	}
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// Handle is the function a plugin is: everything the action does follows from
// the request.
func (a Action) Handle(r *abi.Request) (*abi.Response, error) {
	if a.Run == nil {
		return nil, errors.New("the action " + strconv.Quote(a.ID) + " has no Run")
	}
	ev := host.Event(r)
	if r.Op != abi.OpEvent || ev == nil || ev.Type != abi.EventRun {
		return nil, errors.New("the action knows no event but run")
	}
	c := &Ctx{Occurred: ev.Occurred}
	host.Begin(&c.Ctx, r)
	a.Run(c)
	response := &abi.Response{Done: true, Outcome: c.said, Errors: host.TakeErrors(c)}
	if len(response.Errors) > 0 {
		response.Outcome = ""
	}
	return host.Finish(c, response)
}

// Serve makes the module answer for the action. Call it from an init function:
// in a plugin main never runs.
func Serve(a Action) { guest.Module.Add(a.ID, abi.KindAction, a.Handle) }
