package actions_test

import (
	"fmt"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/actions"
)

// An action that hands what was reopened to the group for disputes.
func ExampleAction() {
	action := actions.Action{ID: "dispute", Run: func(c *actions.Ctx) {
		c.Reassign("disputes", "Opened again after "+c.Was("status"))
		c.Done("Handed to disputes")
	}}
	done, _ := action.Handle(&abi.Request{Op: abi.OpEvent, Event: &abi.Event{Type: abi.EventRun, Occurred: &abi.Occurrence{
		Kind: "case.reopened", From: map[string][]string{"status": {"resolved"}},
	}}})
	fmt.Println(done.Outcome)
	fmt.Println(done.Effects[0].Type, string(done.Effects[0].Args))
	// Output:
	// Handed to disputes
	// case.reassign {"group":"disputes","reason":"Opened again after resolved"}
}
